#include "detect_input.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "record/cli.h"

static const char *const sum_name[SUMS] = { "revenue", "orders", "sessions" };

/* ---- columns ------------------------------------------------------------- */

static bool
has_column(const struct recin *in, const char *sum, const char *member)
{
	const size_t n = strlen(sum);

	for (size_t i = 0; i < recin_columns(in); i++) {
		const char *name = recin_name(in, i);

		if (strncmp(name, sum, n) == 0 && name[n] == '_' &&
		    strcmp(name + n + 1, member) == 0)
			return true;
	}
	return false;
}

/* Whether a name is that of a sum of a member, and then of which. */
static bool
is_member_column(const struct recin *in, const char *name, int *sum,
    enum metric_dimension *dimension, const char **member)
{
	for (int k = 0; k < SUMS; k++) {
		const size_t n = strlen(sum_name[k]);

		if (strncmp(name, sum_name[k], n) != 0 || name[n] != '_' ||
		    name[n + 1] == '\0')
			continue;
		*sum = k;
		*member = name + n + 1;
		*dimension = METRIC_CHANNEL;
		if (has_column(in, sum_name[SUM_SESSIONS], *member))
			return true;
		*dimension = METRIC_CATEGORY;
		return has_column(in, sum_name[SUM_ORDERS], *member);
	}
	return false;
}

static bool
is_chosen(const char *name, char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return n == 0;
}

static void
add_wide(struct detect_input *d, enum metric_dimension dimension,
    const char *member, int sum, int column)
{
	size_t i = 0;

	while (i < d->wides &&
	    (d->wide[i].dimension != dimension ||
		strcmp(d->wide[i].member, member) != 0))
		i++;
	if (i == d->wides)
		d->wide[d->wides++] = (struct wide_line){ dimension, member,
			{ -1, -1, -1 } };
	d->wide[i].column[sum] = column;
}

static bool
is_known(const struct detect_input *d, int column)
{
	for (size_t i = 0; i < d->wides; i++)
		for (int k = 0; k < SUMS; k++)
			if (d->wide[i].column[k] == column)
				return true;
	return false;
}

/* The one column chosen that is no sum by its name takes the place of
 * revenue. */
static void
choose_value(struct detect_input *d, char *const *names, size_t n)
{
	const char *revenue = NULL;

	for (size_t i = 0; i < n; i++)
		if (strcmp(names[i], sum_name[SUM_REVENUE]) == 0)
			revenue = names[i];
	for (size_t i = 0; i < n; i++) {
		const int column = cli_need(d->cli, d->in, names[i]);

		if (is_known(d, column))
			continue;
		if (revenue != NULL)
			cli_fail(d->cli,
			    "--column: '%s' and '%s' cannot both be the "
			    "revenue",
			    revenue, names[i]);
		revenue = names[i];
		add_wide(d, METRIC_TOTAL, "", SUM_REVENUE, column);
	}
}

static void
find_wide(struct detect_input *d, char *const *names, size_t n)
{
	struct recin *in = d->in;
	const size_t columns = recin_columns(in);

	d->wide = calloc(columns + n + 1, sizeof(*d->wide));
	d->value = calloc((columns + n + 1) * SUMS, sizeof(*d->value));
	if (d->wide == NULL || d->value == NULL)
		cli_no_memory(d->cli);
	for (int k = 0; k < SUMS; k++)
		if (is_chosen(sum_name[k], names, n) &&
		    recin_find(in, sum_name[k]) != -1)
			add_wide(d, METRIC_TOTAL, "", k,
			    recin_find(in, sum_name[k]));
	for (size_t i = 0; i < columns; i++) {
		const char *name = recin_name(in, i), *member;
		enum metric_dimension dimension;
		int sum;

		if (is_chosen(name, names, n) &&
		    is_member_column(in, name, &sum, &dimension, &member))
			add_wide(d, dimension, member, sum,
			    recin_find(in, name));
	}
	choose_value(d, names, n);
	/* NDJSON without a record has no columns to look for. */
	if (d->wides == 0 && (recin_format(in) != FORMAT_JSONL || columns > 1))
		cli_fail(d->cli,
		    "%s: none of the columns revenue, orders, sessions (-c "
		    "names another)",
		    recin_file(in));
}

static void
find_cube(struct detect_input *d)
{
	d->dimension = cli_need(d->cli, d->in, "dimension");
	d->member = cli_need(d->cli, d->in, "member");
	for (int k = 0; k < SUMS; k++)
		d->sum[k] = recin_find(d->in, sum_name[k]);
	if (d->sum[SUM_REVENUE] == -1 && d->sum[SUM_ORDERS] == -1 &&
	    d->sum[SUM_SESSIONS] == -1)
		cli_fail(d->cli,
		    "%s: none of the columns revenue, orders, sessions",
		    recin_file(d->in));
}

static bool
is_group(const struct cli *cli, const char *name)
{
	for (size_t i = 0; i < cli->ngroup; i++)
		if (strcmp(cli->group[i], name) == 0)
			return true;
	return false;
}

void
detect_input_open(struct detect_input *d, struct cli *cli, struct recin *in,
    char *const *names, size_t n)
{
	*d = (struct detect_input){ .cli = cli, .in = in };
	d->date = cli_need(cli, in, "date");
	d->cube = recin_own(in, "dimension") != -1 &&
	    recin_own(in, "member") != -1;
	if (d->cube && n > 0 && !is_group(cli, "member"))
		cli_fail(cli,
		    "%s: is a cube: --column takes one by member (-g "
		    "dimension,member)",
		    recin_file(in));
	d->cube &= n == 0;
	d->group = cli_group_columns(cli, in);
	if (d->cube)
		find_cube(d);
	else
		find_wide(d, names, n);
}

void
detect_input_release(struct detect_input *d)
{
	free(d->group);
	free(d->wide);
	free(d->value);
}

/* ---- records ------------------------------------------------------------- */

bool
detect_input_day(struct detect_input *d, int32_t *day)
{
	return cli_ok(d->cli, d->in, recin_date(d->in, d->date, day));
}

/* Set sums; false if the record is left out. */
static bool
set_sums(struct detect_input *d, struct days *days, int32_t day, size_t line,
    const double sum[SUMS])
{
	switch (days_set(days, day, line, sum)) {
	case 1:
		return true;
	case 0:
		return cli_ok(d->cli, d->in,
		    recin_reject(d->in, d->date, "stands twice"));
	case -2:
		return cli_ok(d->cli, d->in,
		    recin_reject(d->in, d->date,
			"is more than 100 years from another"));
	default:
		cli_no_memory(d->cli);
	}
}

static size_t
line_of(struct detect_input *d, struct days *days,
    enum metric_dimension dimension, struct field member)
{
	const size_t line = days_line(days, dimension, member);

	if (line == SIZE_MAX)
		cli_no_memory(d->cli);
	return line;
}

void
detect_input_shop(struct detect_input *d, struct days *days)
{
	for (size_t i = 0; i < d->wides; i++) {
		const struct wide_line *w = &d->wide[i];
		const struct field member = { .p = w->member,
			.n = strlen(w->member),
			.kind = FIELD_TEXT };
		const size_t line = line_of(d, days, w->dimension, member);

		for (int k = 0; k < SUMS; k++)
			if (w->column[k] != -1)
				days_has(days, line, k);
	}
}

/* A sum of the record at hand, NaN if it is missing; false if the record is
 * left out. */
static bool
read_sum(struct detect_input *d, int column, int sum, double *x)
{
	*x = NAN;
	if (column == -1)
		return true;
	return cli_ok(d->cli, d->in, recin_number(d->in, column, x)) &&
	    cli_not_negative(d->cli, d->in, column,
		sum == SUM_SESSIONS && *x < 0);
}

/* All numbers are read before any is kept: a record counts whole. */
static bool
take_wide(struct detect_input *d, struct days *days, int32_t day)
{
	for (size_t i = 0; i < d->wides; i++)
		for (int k = 0; k < SUMS; k++)
			if (!read_sum(d, d->wide[i].column[k], k,
				&d->value[i * SUMS + (size_t)k]))
				return false;
	for (size_t i = 0; i < d->wides; i++)
		if (!set_sums(d, days, day, i, &d->value[i * SUMS]))
			return false;
	return true;
}

static bool
is_text(struct field f, const char *text)
{
	return f.n == strlen(text) && memcmp(f.p, text, f.n) == 0;
}

static bool
take_cube(struct detect_input *d, struct days *days, int32_t day)
{
	const struct field name = recin_field(d->in, d->dimension);
	struct field member = recin_field(d->in, d->member);
	enum metric_dimension dimension = METRIC_TOTAL;
	double x[SUMS];

	for (int k = 0; k < SUMS; k++)
		if (!read_sum(d, d->sum[k], k, &x[k]))
			return false;
	if (is_text(name, "channel")) {
		dimension = METRIC_CHANNEL;
	} else if (is_text(name, "category")) {
		dimension = METRIC_CATEGORY;
	} else if (is_text(name, "total")) {
		member.n = 0;
	} else {
		if (!d->told)
			cli_warn(d->cli,
			    "%s:%llu: dimension '%.*s' is not total, channel "
			    "or category: left out",
			    recin_file(d->in),
			    (unsigned long long)recin_line(d->in), (int)name.n,
			    name.p);
		d->told = true;
		return true;
	}
	return set_sums(d, days, day, line_of(d, days, dimension, member), x);
}

bool
detect_input_take(struct detect_input *d, struct days *days, int32_t day)
{
	return d->cube ? take_cube(d, days, day) : take_wide(d, days, day);
}
