/* Reads labelled daily tables of shops for tests and benchmarks of detection:
 * CSV without quotes, plain or gzipped, any number of shops one after the
 * other. */
#ifndef AEE_TESTS_LABELLED_H
#define AEE_TESTS_LABELLED_H

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "model/metric.h"

enum { SHOP_COLUMNS = 96, SHOP_CHANNELS = 4, SHOP_CATEGORIES = 5 };

static const char *const shop_channel[SHOP_CHANNELS] = { "Organic",
	"Paid_Search", "Paid_Social", "Email" };
static const char *const shop_category[SHOP_CATEGORIES] = { "Apparel",
	"Electronics", "Beauty", "Home", "Accessories" };

/* Numbers by column, text of the columns that are text. */
struct shop_row {
	double x[SHOP_COLUMNS];
	char scenario[16], date[11], kind[24];
};

struct shops {
	char header[SHOP_COLUMNS][32];
	size_t columns;
	struct shop_row *row;
	size_t n, cap;
};

/* Of one shop: its rows, and its columns as arrays. */
struct shop {
	const struct shop_row *row;
	size_t n;
	double *x; /* by column */
	const struct shops *all;
	int8_t *holiday, *label;
	int32_t *event;
	struct metric_sums channel[SHOP_CHANNELS], category[SHOP_CATEGORIES];
	struct metric_input input; /* all there is */
};

static inline void
shops_release(struct shops *s)
{
	free(s->row);
	*s = (struct shops){ 0 };
}

static inline size_t
shops_column(const struct shops *s, const char *name)
{
	for (size_t j = 0; j < s->columns; j++)
		if (strcmp(s->header[j], name) == 0)
			return j;
	return SIZE_MAX;
}

static inline void
shops_field(const struct shops *s, struct shop_row *row, size_t j,
    const char *field)
{
	const char *name = s->header[j];
	char *end;

	row->x[j] = strtod(field, &end);
	if (end == field)
		row->x[j] = NAN;
	if (strcmp(name, "scenario") == 0)
		snprintf(row->scenario, sizeof(row->scenario), "%s", field);
	else if (strcmp(name, "date") == 0)
		snprintf(row->date, sizeof(row->date), "%s", field);
	else if (strcmp(name, "event_kind") == 0)
		snprintf(row->kind, sizeof(row->kind), "%s", field);
	else if (strcmp(name, "holiday") == 0)
		row->x[j] = field[0] != '\0';
}

/* 0, or -1 if that failed. */
static inline int
shops_read(struct shops *s, const char *path)
{
	char command[4200], line[8192], *p, *field;
	FILE *in;

	*s = (struct shops){ 0 };
	snprintf(command, sizeof(command), "gzip -dcf '%s'", path);
	if ((in = popen(command, "r")) == NULL)
		return -1;
	while (fgets(line, sizeof(line), in) != NULL) {
		struct shop_row row = { 0 };
		size_t j = 0;

		line[strcspn(line, "\r\n")] = '\0';
		p = line;
		while ((field = strsep(&p, ",")) != NULL && j < SHOP_COLUMNS) {
			if (s->columns > 0 && j < s->columns)
				shops_field(s, &row, j, field);
			else if (s->columns == 0)
				snprintf(s->header[j], sizeof(s->header[j]),
				    "%s", field);
			j++;
		}
		if (s->columns == 0) {
			s->columns = j;
			continue;
		}
		if (vec_grow(&s->row, &s->cap, s->n + 1, sizeof(row)) == -1)
			break;
		s->row[s->n++] = row;
	}
	return pclose(in) == 0 && s->n > 0 ? 0 : -1;
}

/* The path of a table of the reference; NULL if AEE_REFERENCE does not name its
 * folder. */
static inline const char *
shops_path(char path[4096], const char *name)
{
	const char *reference = getenv("AEE_REFERENCE");

	if (reference == NULL)
		return NULL;
	snprintf(path, 4096, "%s/detection/%s", reference, name);
	return path;
}

/* A column of the shop, or NULL. */
static inline const double *
shop_x(const struct shop *shop, const char *name)
{
	const size_t j = shops_column(shop->all, name);

	return j == SIZE_MAX ? NULL : shop->x + j * shop->n;
}

static inline struct metric_sums
shop_sums(const struct shop *shop, const char *suffix)
{
	char name[3][64];

	snprintf(name[0], sizeof(name[0]), "revenue%s", suffix);
	snprintf(name[1], sizeof(name[1]), "orders%s", suffix);
	snprintf(name[2], sizeof(name[2]), "sessions%s", suffix);
	return (struct metric_sums){ shop_x(shop, name[0]),
		shop_x(shop, name[1]), shop_x(shop, name[2]) };
}

static inline void
shop_release(struct shop *shop)
{
	free(shop->x);
	free(shop->holiday);
	free(shop->label);
	free(shop->event);
	*shop = (struct shop){ 0 };
}

/* The shop whose rows start at *next, which goes on to the next; 0, or -1 at
 * the end.  The caller releases it. */
static inline int
shop_next(const struct shops *all, size_t *next, struct shop *shop)
{
	const size_t start = *next;
	const double *holiday, *label, *event;
	char suffix[32];

	*shop = (struct shop){ .all = all };
	if (start >= all->n)
		return -1;
	while (*next < all->n &&
	    strcmp(all->row[*next].scenario, all->row[start].scenario) == 0)
		++*next;
	shop->row = all->row + start;
	shop->n = *next - start;
	shop->x = calloc(all->columns * shop->n, sizeof(*shop->x));
	shop->holiday = calloc(shop->n, sizeof(*shop->holiday));
	shop->label = calloc(shop->n, sizeof(*shop->label));
	shop->event = calloc(shop->n, sizeof(*shop->event));
	if (shop->x == NULL || shop->holiday == NULL || shop->label == NULL ||
	    shop->event == NULL)
		abort();
	for (size_t j = 0; j < all->columns; j++)
		for (size_t t = 0; t < shop->n; t++)
			shop->x[j * shop->n + t] = shop->row[t].x[j];
	holiday = shop_x(shop, "holiday");
	label = shop_x(shop, "label");
	event = shop_x(shop, "event_id");
	for (size_t t = 0; t < shop->n; t++) {
		shop->holiday[t] = holiday != NULL && holiday[t] != 0;
		shop->label[t] = label != NULL ? (int8_t)label[t] : 0;
		shop->event[t] = event != NULL && event[t] > 0
		    ? (int32_t)event[t]
		    : 0;
	}
	shop->input = (struct metric_input){
		.n = shop->n,
		.total = shop_sums(shop, ""),
		.channel = shop->channel,
		.category = shop->category,
		.channels = SHOP_CHANNELS,
		.categories = SHOP_CATEGORIES,
	};
	for (size_t i = 0; i < SHOP_CHANNELS; i++) {
		snprintf(suffix, sizeof(suffix), "_%s", shop_channel[i]);
		shop->channel[i] = shop_sums(shop, suffix);
	}
	for (size_t i = 0; i < SHOP_CATEGORIES; i++) {
		snprintf(suffix, sizeof(suffix), "_%s", shop_category[i]);
		shop->category[i] = shop_sums(shop, suffix);
	}
	return 0;
}

/* As if nothing were known of the counts behind the metrics: other
 * implementations know nothing of them. */
static inline void
forget_events(struct metrics *set)
{
	for (size_t i = 0; i < set->m * set->n; i++)
		set->events[i] = NAN;
}

/* What somebody else made of the same day: a row, its columns by name. */
static inline double
shops_value(const struct shops *s, size_t row, const char *name)
{
	const size_t j = shops_column(s, name);

	return j == SIZE_MAX ? NAN : s->row[row].x[j];
}

/* Look at each shop of a table beside what somebody else made of its days, row
 * by row from `row` on.  The days of all, 0 if a table cannot be read. */
static inline size_t
shops_beside(const char *days, const char *outputs,
    void (*look)(const struct shop *shop, const struct shops *made, size_t row,
	void *with),
    void *with)
{
	struct shops all, made = { 0 };
	struct shop shop;
	size_t next = 0, row = 0;

	if (shops_read(&all, days) == 0 && shops_read(&made, outputs) == 0 &&
	    made.n == all.n)
		for (; shop_next(&all, &next, &shop) == 0;
		     shop_release(&shop)) {
			look(&shop, &made, row, with);
			row += shop.n;
		}
	shops_release(&made);
	shops_release(&all);
	return row;
}

#endif
