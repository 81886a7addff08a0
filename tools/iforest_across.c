#include "iforest_across.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/vec.h"
#include "iforest_options.h"
#include "iforest_rows.h"
#include "record/cli.h"
#include "record/group.h"
#include "record/pivot.h"
#include "record/table.h"

/* A record's. */
struct cell {
	size_t day, member;
	double value;
};

struct iforest_across {
	struct cli *cli;
	struct pivot *pivot;
	size_t names; /* columns that make a feature */
	int value;    /* column */
	struct cell *cell;
	size_t n, capacity;
	size_t *row; /* of each day; SIZE_MAX if it has no value */
	struct arena arena;
};

struct iforest_across *
iforest_across_read(struct cli *cli, const struct iforest_options *o,
    struct recin *in, struct table *table)
{
	struct iforest_across *a = calloc(1, sizeof(*a));

	if (a == NULL)
		cli_no_memory(cli);
	*a = (struct iforest_across){ .cli = cli,
		.pivot = pivot_new(cli, o->across, o->nacross),
		.names = o->nacross,
		.value = cli_need(cli, in, o->features[0]) };
	pivot_input(a->pivot, in);
	while (cli_next(cli, in)) {
		struct cell cell;

		if (!cli_ok(cli, in, recin_number(in, a->value, &cell.value)) ||
		    !pivot_place(a->pivot, &cell.day, &cell.member))
			continue;
		if (vec_grow(&a->cell, &a->capacity, a->n + 1,
			sizeof(*a->cell)) == -1 ||
		    table_add(table, in) == -1)
			cli_no_memory(cli);
		a->cell[a->n++] = cell;
	}
	return a;
}

/* The texts that make a feature, joined. */
static const char *
name_of(struct iforest_across *a, size_t feature)
{
	size_t n = 0;
	char *name, *to;

	for (size_t k = 0; k < a->names; k++)
		n += pivot_column_key(a->pivot, feature, k).n + 1;
	if ((name = to = arena_alloc(&a->arena, n + 1)) == NULL)
		cli_no_memory(a->cli);
	for (size_t k = 0; k < a->names; k++) {
		const struct field f = pivot_column_key(a->pivot, feature, k);

		if (k > 0)
			*to++ = '_';
		if (f.n > 0)
			memcpy(to, f.p, f.n);
		to += f.n;
	}
	*to = '\0';
	return name;
}

/* Number the days with a value, and find their groups. */
static size_t *
number_days(struct iforest_across *a, struct groups *groups, size_t *rows)
{
	const size_t days = pivot_rows(a->pivot), columns = a->cli->ngroup;
	struct field *key = calloc(columns + 1, sizeof(*key));
	size_t *group = calloc(days + 1, sizeof(*group));

	a->row = malloc((days + 1) * sizeof(*a->row));
	if (key == NULL || group == NULL || a->row == NULL)
		cli_no_memory(a->cli);
	for (size_t i = 0; i < days; i++)
		a->row[i] = SIZE_MAX;
	for (size_t i = 0; i < a->n; i++) {
		const size_t day = a->cell[i].day;

		if (isnan(a->cell[i].value) || a->row[day] != SIZE_MAX)
			continue;
		for (size_t k = 0; k < columns; k++)
			key[k] = pivot_group_key(a->pivot, day, k);
		a->row[day] = *rows;
		group[*rows] = groups_find(groups, key, NULL);
		if (group[(*rows)++] == SIZE_MAX)
			cli_no_memory(a->cli);
	}
	free(key);
	return group;
}

size_t *
iforest_across_rows(struct iforest_across *a, struct iforest_rows *rows,
    struct groups *groups)
{
	const size_t d = pivot_columns(a->pivot);
	size_t *group = number_days(a, groups, &rows->n);

	rows->d = d;
	rows->feature = calloc(d + 1, sizeof(*rows->feature));
	rows->x = calloc(rows->n + 1, (d + 1) * sizeof(*rows->x));
	if (rows->feature == NULL || rows->x == NULL)
		cli_no_memory(a->cli);
	for (size_t j = 0; j < d; j++)
		rows->feature[j] = (struct iforest_feature){
			.column = a->value,
			.name = name_of(a, j),
			.asked = true,
		};
	for (size_t i = 0; i < rows->n * d; i++)
		rows->x[i] = NAN;
	for (size_t i = 0; i < a->n; i++) {
		const struct cell *c = &a->cell[i];

		if (isnan(c->value))
			continue;
		rows->x[a->row[c->day] * d + c->member] = c->value;
		rows->feature[c->member].numbers = true;
	}
	return group;
}

size_t
iforest_across_row(const struct iforest_across *a, size_t i)
{
	return a->row[a->cell[i].day];
}

void
iforest_across_free(struct iforest_across *a)
{
	if (a == NULL)
		return;
	arena_release(&a->arena);
	pivot_free(a->pivot);
	free(a->cell);
	free(a->row);
	free(a);
}
