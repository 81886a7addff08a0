#include "record/holiday_table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "record/cli.h"
#include "record/group.h"
#include "record/share.h"

const char *const holiday_countries[] = { "AT", "AU", "BE", "BR", "CA", "CH",
	"CN", "CZ", "DE", "DK", "ES", "FI", "FR", "GB", "ID", "IE", "IN", "IT",
	"JP", "KR", "MX", "NL", "NO", "PL", "PT", "RU", "SE", "TR", "US", "ZA",
	NULL };

/* The number of a name; a new one has no prior scale. */
static size_t
number_of(struct holiday_table *list, struct cli *cli, struct field name)
{
	bool fresh;
	size_t n;

	if (list->names == NULL && (list->names = groups_new(1)) == NULL)
		cli_no_memory(cli);
	n = groups_find(list->names, &name, &fresh);
	if (n == SIZE_MAX)
		cli_no_memory(cli);
	if (fresh) {
		if (vec_grow(&list->prior_scale, &list->prior_capacity, n + 1,
			sizeof(*list->prior_scale)) == -1)
			cli_no_memory(cli);
		list->prior_scale[n] = NAN;
		list->n_names = n + 1;
	}
	return n;
}

static void
append(struct holiday_table *list, struct cli *cli,
    const struct holiday_row *date)
{
	if (vec_grow(&list->row, &list->capacity, list->n + 1,
		sizeof(*list->row)) == -1)
		cli_no_memory(cli);
	list->row[list->n++] = *date;
}

/* A window of the record at hand, 0 if there is none; false if the record is
 * left out. */
static bool
window(struct cli *cli, struct recin *in, int column, int min, int max,
    int32_t *days)
{
	double x;

	*days = 0;
	if (column == -1)
		return true;
	if (!cli_ok(cli, in, recin_number(in, column, &x)))
		return false;
	if (isnan(x))
		return true;
	if (x != floor(x) || x < min || x > max) {
		char why[80];

		snprintf(why, sizeof(why),
		    "is not a whole number from %d to %d", min, max);
		return cli_ok(cli, in, recin_reject(in, column, why));
	}
	*days = (int32_t)x;
	return true;
}

/* The prior scale of the record at hand, NaN if there is none; false if the
 * record is left out. */
static bool
prior_scale(struct cli *cli, struct recin *in, int column, double *scale)
{
	*scale = NAN;
	if (column == -1)
		return true;
	if (!cli_ok(cli, in, recin_number(in, column, scale)))
		return false;
	if (*scale < 1e-9 || *scale > 1e9)
		return cli_ok(cli, in,
		    recin_reject(in, column, "is not from 1e-9 to 1e9"));
	return true;
}

/* Which columns say for whom a row holds; NULL if none does. */
static int *
scope_columns(struct cli *cli, struct recin *in)
{
	int *column = calloc(cli->ngroup + 1, sizeof(*column));
	bool any = false;

	if (column == NULL)
		cli_no_memory(cli);
	for (size_t i = 0; i < cli->ngroup; i++) {
		column[i] = recin_find(in, cli->group[i]);
		any |= column[i] != -1;
	}
	if (any)
		return column;
	free(column);
	return NULL;
}

/* For whom the record at hand holds; key is room for its fields. */
static size_t
scope_of(struct holiday_table *list, struct cli *cli, struct recin *in,
    const int *column, struct field *key)
{
	bool all = true;
	size_t scope;

	for (size_t i = 0; i < cli->ngroup; i++) {
		key[i] = (struct field){ .p = "", .n = 0, .kind = FIELD_TEXT };
		if (column[i] != -1)
			key[i] = recin_field(in, column[i]);
		all &= field_missing(key[i]);
	}
	if (all)
		return HOLIDAY_ALL;
	if (list->scopes == NULL &&
	    (list->scopes = groups_new(cli->ngroup)) == NULL)
		cli_no_memory(cli);
	if ((scope = groups_find(list->scopes, key, NULL)) == SIZE_MAX)
		cli_no_memory(cli);
	list->n_scopes = groups_count(list->scopes);
	return scope;
}

bool
holiday_table_holds(const struct holiday_table *list, size_t scope,
    const struct field *key)
{
	for (size_t i = 0; i < groups_width(list->scopes); i++) {
		const struct field f = groups_key(list->scopes, scope, i);

		if (!field_missing(f) &&
		    (f.n != key[i].n || memcmp(f.p, key[i].p, f.n) != 0))
			return false;
	}
	return true;
}

static void
read_table(struct holiday_table *list, struct cli *cli, struct recin *in)
{
	int *scope = scope_columns(cli, in);
	struct field *key = calloc(cli->ngroup + 1, sizeof(*key));
	const int name = cli_need(cli, in, "holiday");
	const int date = cli_need(cli, in, "date");
	const int lower = recin_find(in, "lower_window");
	const int upper = recin_find(in, "upper_window");
	const int prior = recin_find(in, "prior_scale");

	if (key == NULL)
		cli_no_memory(cli);
	while (cli_next(cli, in)) {
		struct field text = recin_field(in, name);
		struct holiday_row h;
		double scale;

		if (field_missing(text)) {
			cli_ok(cli, in, recin_reject(in, name, "is no name"));
			continue;
		}
		if (!cli_ok(cli, in, recin_date(in, date, &h.day)) ||
		    !window(cli, in, lower, -HOLIDAY_WINDOW_MAX, 0, &h.lower) ||
		    !window(cli, in, upper, 0, HOLIDAY_WINDOW_MAX, &h.upper) ||
		    !prior_scale(cli, in, prior, &scale))
			continue;
		h.name = number_of(list, cli, text);
		if (!isnan(scale) && !isnan(list->prior_scale[h.name]) &&
		    list->prior_scale[h.name] != scale) {
			cli_ok(cli, in,
			    recin_reject(in, prior,
				"is not the prior scale that its holiday has"));
			continue;
		}
		if (!isnan(scale))
			list->prior_scale[h.name] = scale;
		h.scope = scope == NULL ? HOLIDAY_ALL
					: scope_of(list, cli, in, scope, key);
		append(list, cli, &h);
	}
	free(key);
	free(scope);
}

void
holiday_table_read(struct holiday_table *list, struct cli *cli,
    const char *path)
{
	read_table(list, cli, cli_table(cli, path));
}

void
holiday_table_country(struct holiday_table *list, struct cli *cli,
    const char *country)
{
	char name[32], *path;

	snprintf(name, sizeof(name), "holidays/%.8s.csv", country);
	if ((path = share_path(name)) == NULL)
		cli_no_memory(cli);
	read_table(list, cli, cli_shared(cli, path));
	free(path);
}

char *
holiday_table_name(const struct holiday_table *list, size_t name)
{
	struct field f = groups_key(list->names, name, 0);

	return strndup(f.p, f.n);
}

void
holiday_table_release(struct holiday_table *list)
{
	free(list->row);
	free(list->prior_scale);
	groups_free(list->names);
	groups_free(list->scopes);
	memset(list, 0, sizeof(*list));
}
