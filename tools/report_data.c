#include "report_data.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report_kpi.h"

#include "base/date.h"
#include "base/vec.h"
#include "record/appended.h"
#include "record/cli.h"
#include "record/group.h"

#define CONFIRMED "consensus_anomaly"

void *
report_need(struct cli *cli, size_t n, size_t size)
{
	void *p = calloc(n + 1, size);

	if (p == NULL)
		cli_no_memory(cli);
	return p;
}

static void
grow(struct report_data *data, void *array, size_t *capacity, size_t n,
    size_t size)
{
	if (vec_grow(array, capacity, n, size) == -1)
		cli_no_memory(data->cli);
}

static const char *
keep(struct report_data *data, const char *p, size_t n)
{
	const char *copy = arena_copy(&data->arena, p, n);

	if (copy == NULL)
		cli_no_memory(data->cli);
	return copy;
}

/* ---- fields --------------------------------------------------------------------- */

/* The text in a column; "" if there is none. */
static const char *
text_at(struct report_data *data, struct recin *in, int column)
{
	struct field f;

	if (column == -1)
		return "";
	f = recin_field(in, column);
	return f.n == 0 ? "" : keep(data, f.p, f.n);
}

/* Numbers of some columns, of which those that are -1 are missing; false if the
 * record is left out. */
static bool
numbers_at(struct report_data *data, struct recin *in, const int *column,
    double *const *to, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		*to[i] = NAN;
		if (column[i] != -1 &&
		    !cli_ok(data->cli, in, recin_number(in, column[i], to[i])))
			return false;
	}
	return true;
}

/* ---- the consensus ------------------------------------------------------------- */

enum { ROW_NUMBERS = 9 };

struct row_columns {
	int date, number[ROW_NUMBERS], confirmed, confirmed_by, tier, feature;
};

static struct row_columns
find_row_columns(struct report_data *data, struct recin *in)
{
	struct row_columns c = {
		.date = cli_need(data->cli, in, "date"),
		.number = { cli_need(data->cli, in, data->column),
		    recin_find(in, "revenue"), recin_find(in, "orders"),
		    recin_find(in, "sessions"), recin_find(in, "yhat"),
		    recin_find(in, "yhat_lower"), recin_find(in, "yhat_upper"),
		    recin_find(in, "votes"), recin_find(in, "consensus_p") },
		.confirmed = recin_find(in, CONFIRMED),
		.confirmed_by = recin_find(in, "confirmed_by"),
		.tier = recin_find(in, "tier"),
		.feature = recin_find(in, "iforest_top_feature"),
	};

	data->has_votes = c.confirmed != -1;
	return c;
}

static bool
read_row(struct report_data *data, struct recin *in,
    const struct row_columns *c, struct report_row *r)
{
	double *const number[] = { &r->value, &r->revenue, &r->orders,
		&r->sessions, &r->yhat, &r->lower, &r->upper, &r->votes,
		&r->p };
	double flag = NAN;

	*r = (struct report_row){ 0 };
	if (!cli_ok(data->cli, in, recin_date(in, c->date, &r->date)) ||
	    !numbers_at(data, in, c->number, number, ROW_NUMBERS) ||
	    !numbers_at(data, in, &c->confirmed, (double *[]){ &flag }, 1))
		return false;
	r->judged = !isnan(flag);
	r->confirmed = flag > 0;
	r->confirmed_by = text_at(data, in, c->confirmed_by);
	r->tier = text_at(data, in, c->tier);
	r->feature = text_at(data, in, c->feature);
	return true;
}

static int
compare_rows(const void *a, const void *b)
{
	const struct report_row *x = a, *y = b;

	return (x->date > y->date) - (x->date < y->date);
}

/* How many days most rows are apart; months count as 30. */
static int
find_step(const struct report_data *data)
{
	size_t votes[3] = { 0 }; /* days, weeks, months */

	for (size_t i = 1; i < data->actual; i++) {
		int32_t gap = data->row[i].date - data->row[i - 1].date;

		if (gap < 28)
			votes[gap % 7 == 0]++;
		else
			votes[gap <= 31 ? 2 : 0]++;
	}
	if (votes[2] > votes[0] + votes[1])
		return 30;
	return votes[1] > votes[0] ? 7 : 1;
}

static void
order_rows(struct report_data *data)
{
	char date[DATE_TEXT_MAX];

	if (data->rows > 1)
		qsort(data->row, data->rows, sizeof(*data->row), compare_rows);
	for (size_t i = 0; i < data->rows; i++) {
		const struct report_row *r = &data->row[i];

		if (i > 0 && r->date == r[-1].date) {
			date_format(r->date, date);
			cli_fail(data->cli,
			    "%s stands twice: a report is about one series",
			    date);
		}
		if (!isnan(r->value) || !isnan(r->revenue))
			data->actual = i + 1;
		data->has_forecast |= !isnan(r->yhat);
		data->has_orders |= !isnan(r->orders);
		data->has_sessions |= !isnan(r->sessions);
	}
	data->step = find_step(data);
}

static void
read_rows(struct report_data *data, char *const *paths, size_t n)
{
	struct recin *in = cli_input(data->cli, paths, n);
	struct row_columns c = { 0 };
	bool columns = recin_format(in) != FORMAT_JSONL ||
	    recin_columns(in) > 0;

	/* NDJSON without a record has no columns to look for. */
	if (columns)
		c = find_row_columns(data, in);
	while (cli_next(data->cli, in)) {
		struct report_row r;

		if (!read_row(data, in, &c, &r))
			continue;
		grow(data, &data->row, &data->row_capacity, data->rows + 1,
		    sizeof(*data->row));
		data->row[data->rows++] = r;
	}
	data->records = recin_records(in);
	data->refused = recin_refused(in);
}

/* ---- key figures by day ------------------------------------------------------------ */

static struct report_row *
find_row(const struct report_data *data, int32_t date)
{
	const struct report_row key = { .date = date };

	return data->rows == 0 ? NULL
			       : bsearch(&key, data->row, data->rows,
				     sizeof(*data->row), compare_rows);
}

/* Give a missing value; whether there was another one. */
static bool
fill(double *to, double value, bool *filled)
{
	if (isnan(value))
		return false;
	if (!isnan(*to))
		return fabs(*to - value) > 1e-9 * fabs(value);
	*to = value;
	*filled = true;
	return false;
}

static void
read_daily(struct report_data *data, const char *path)
{
	struct recin *in = cli_table(data->cli, path);
	int date = cli_need(data->cli, in, "date");
	const int column[] = { cli_need(data->cli, in, "revenue"),
		recin_find(in, "orders"), recin_find(in, "sessions") };

	while (cli_next(data->cli, in)) {
		struct report_row *r;
		double revenue, orders, sessions;
		bool filled = false, differs;
		int32_t day;

		if (!cli_ok(data->cli, in, recin_date(in, date, &day)) ||
		    !numbers_at(data, in, column,
			(double *[]){ &revenue, &orders, &sessions }, 3))
			continue;
		if ((r = find_row(data, day)) == NULL) {
			data->unknown++;
			continue;
		}
		differs = fill(&r->revenue, revenue, &filled);
		differs |= fill(&r->orders, orders, &filled);
		differs |= fill(&r->sessions, sessions, &filled);
		data->differing += differs;
		data->filled += filled;
	}
}

static void
read_channels(struct report_data *data, const char *path)
{
	struct recin *in = cli_table(data->cli, path);
	int date = cli_need(data->cli, in, "date");
	int channel = cli_need(data->cli, in, "channel");
	const int column[] = { cli_need(data->cli, in, "revenue"),
		recin_find(in, "orders"), recin_find(in, "sessions") };

	while (cli_next(data->cli, in)) {
		struct report_channel_day d = { 0 };
		struct field name;

		if (!cli_ok(data->cli, in, recin_date(in, date, &d.date)) ||
		    !numbers_at(data, in, column,
			(double *[]){ &d.revenue, &d.orders, &d.sessions }, 3))
			continue;
		name = recin_field(in, channel);
		d.channel = groups_find(data->channels, &name, NULL);
		if (d.channel == SIZE_MAX)
			cli_no_memory(data->cli);
		grow(data, &data->channel_day, &data->channel_day_capacity,
		    data->channel_days + 1, sizeof(d));
		data->channel_day[data->channel_days++] = d;
	}
}

const char *
report_channel(struct report_data *data, size_t channel)
{
	struct field name = groups_key(data->channels, channel, 0);

	return name.n == 0 ? "(none)" : keep(data, name.p, name.n);
}

/* ---- results about them --------------------------------------------------------------- */

static void
read_effects(struct report_data *data, const char *path)
{
	struct recin *in = cli_table(data->cli, path);
	struct cli *cli = data->cli;
	const int date[] = { cli_need(cli, in, "base_from"),
		cli_need(cli, in, "base_to"), cli_need(cli, in, "now_from"),
		cli_need(cli, in, "now_to") };
	int level = cli_need(cli, in, "level");
	int member = cli_need(cli, in, "member");
	int driver = cli_need(cli, in, "driver");
	int verdict = recin_find(in, "verdict");
	const int column[] = { cli_need(cli, in, "effect"),
		recin_find(in, "effect_pct"), recin_find(in, "se"),
		recin_find(in, "q"), recin_find(in, "r0"),
		recin_find(in, "r1") };

	while (cli_next(cli, in)) {
		struct report_effect e = { 0 };
		double *const number[] = { &e.effect, &e.effect_pct, &e.se,
			&e.q, &e.r0, &e.r1 };

		if (!cli_ok(cli, in, recin_date(in, date[0], &e.base_from)) ||
		    !cli_ok(cli, in, recin_date(in, date[1], &e.base_to)) ||
		    !cli_ok(cli, in, recin_date(in, date[2], &e.now_from)) ||
		    !cli_ok(cli, in, recin_date(in, date[3], &e.now_to)) ||
		    !numbers_at(data, in, column, number, 6))
			continue;
		e.level = text_at(data, in, level);
		e.member = text_at(data, in, member);
		e.driver = text_at(data, in, driver);
		e.verdict = text_at(data, in, verdict);
		grow(data, &data->effect, &data->effect_capacity,
		    data->effects + 1, sizeof(e));
		data->effect[data->effects++] = e;
	}
}

static const char *
label_of(struct report_data *data, const struct report_incident *e)
{
	const char *label;
	char *text;

	if (asprintf(&text, "incident%s%s%s%s", *e->name != '\0' ? " " : "",
		e->name, *e->kind != '\0' ? ": " : "", e->kind) == -1)
		cli_no_memory(data->cli);
	label = keep(data, text, strlen(text));
	free(text);
	return label;
}

static void
read_incidents(struct report_data *data, const char *path)
{
	struct recin *in = cli_table(data->cli, path);
	struct cli *cli = data->cli;
	int from = cli_need(cli, in, "start_date");
	int to = cli_need(cli, in, "end_date");
	int name = recin_find(in, "incident"), kind = recin_find(in, "kind");
	int direction = recin_find(in, "direction");
	int metrics = recin_find(in, "metrics"), tier = recin_find(in, "tier");
	int cause = recin_find(in, "cause");
	int evidence = recin_find(in, "evidence");
	const int column[] = { recin_find(in, "money_at_stake"),
		recin_find(in, "p") };

	while (cli_next(cli, in)) {
		struct report_incident e = { 0 };

		if (!cli_ok(cli, in, recin_date(in, from, &e.from)) ||
		    !cli_ok(cli, in, recin_date(in, to, &e.to)) ||
		    !numbers_at(data, in, column,
			(double *[]){ &e.money, &e.p }, 2))
			continue;
		if (e.to < e.from) {
			cli_ok(cli, in,
			    recin_reject(in, to, "is before start_date"));
			continue;
		}
		e.name = text_at(data, in, name);
		e.kind = text_at(data, in, kind);
		e.direction = text_at(data, in, direction);
		e.metrics = text_at(data, in, metrics);
		e.tier = text_at(data, in, tier);
		e.cause = text_at(data, in, cause);
		e.evidence = text_at(data, in, evidence);
		e.label = label_of(data, &e);
		grow(data, &data->incident, &data->incident_capacity,
		    data->incidents + 1, sizeof(e));
		data->incident[data->incidents++] = e;
	}
}

static void
read_backtest(struct report_data *data, const char *path)
{
	struct recin *in = cli_table(data->cli, path);
	const int column[] = { cli_need(data->cli, in, "horizon"),
		cli_need(data->cli, in, "mae"), recin_find(in, "mape"),
		recin_find(in, "smape"), recin_find(in, "coverage"),
		recin_find(in, "mase"), recin_find(in, "naive_mae") };

	while (cli_next(data->cli, in)) {
		struct report_accuracy a = { 0 };
		double *const number[] = { &a.horizon, &a.mae, &a.mape,
			&a.smape, &a.coverage, &a.mase, &a.naive_mae };

		if (!numbers_at(data, in, column, number, 7))
			continue;
		if (data->accuracies > 0 &&
		    !(a.horizon >
			data->accuracy[data->accuracies - 1].horizon)) {
			cli_ok(data->cli, in,
			    recin_reject(in, column[0],
				"is not after the horizon before"));
			continue;
		}
		grow(data, &data->accuracy, &data->accuracy_capacity,
		    data->accuracies + 1, sizeof(a));
		data->accuracy[data->accuracies++] = a;
	}
}

/* ---- components ------------------------------------------------------------------------ */

/* The components are the columns from `trend` on, up to one that a program has
 * appended. */
static int *
find_components(struct report_data *data, struct recin *in)
{
	size_t columns = recin_columns(in);
	size_t trend = (size_t)cli_need(data->cli, in, "trend");
	int *at = report_need(data->cli, columns, sizeof(*at));

	recin_want_all(in);
	for (size_t i = trend; i < columns; i++) {
		const char *name = recin_name(in, i);

		if (appended_column(name))
			break;
		grow(data, &data->component, &data->component_capacity,
		    data->components + 1, sizeof(*data->component));
		at[data->components] = (int)i;
		data->component[data->components++] = (struct report_component){
			.name = keep(data, name, strlen(name)),
		};
	}
	return at;
}

static void
read_components(struct report_data *data, const char *path)
{
	struct recin *in = cli_table(data->cli, path);
	int date = cli_need(data->cli, in, "date");
	int *column = find_components(data, in);
	double *value = report_need(data->cli, data->components,
	    sizeof(*value));
	double **to = report_need(data->cli, data->components, sizeof(*to));

	for (size_t k = 0; k < data->components; k++)
		to[k] = &value[k];
	while (cli_next(data->cli, in)) {
		size_t n = data->component_dates;
		int32_t day;

		if (!cli_ok(data->cli, in, recin_date(in, date, &day)) ||
		    !numbers_at(data, in, column, to, data->components))
			continue;
		if (n > 0 && day <= data->component_date[n - 1]) {
			cli_ok(data->cli, in,
			    recin_reject(in, date,
				"is not after the row before"));
			continue;
		}
		grow(data, &data->component_date,
		    &data->component_date_capacity, n + 1, sizeof(day));
		data->component_date[data->component_dates++] = day;
		for (size_t k = 0; k < data->components; k++) {
			struct report_component *c = &data->component[k];

			grow(data, &c->value, &c->capacity, n + 1,
			    sizeof(*c->value));
			c->value[n] = value[k];
		}
	}
	free(column);
	free(value);
	free(to);
}

/* ---- all of it -------------------------------------------------------------------------- */

void
report_read(struct report_data *data, struct cli *cli, const char *column,
    char *const *paths, size_t n, const struct report_files *files)
{
	*data = (struct report_data){ .cli = cli, .column = column };
	if ((data->channels = groups_new(1)) == NULL)
		cli_no_memory(cli);
	read_rows(data, paths, n);
	order_rows(data);
	if (files->daily != NULL) {
		read_daily(data, files->daily);
		order_rows(data);
	}
	if (files->by_channel != NULL)
		read_channels(data, files->by_channel);
	if (files->kpi != NULL)
		report_read_kpi(data, files->kpi);
	if (files->explain != NULL)
		read_effects(data, files->explain);
	if (files->incidents != NULL)
		read_incidents(data, files->incidents);
	if (files->backtest != NULL)
		read_backtest(data, files->backtest);
	if (files->components != NULL)
		read_components(data, files->components);
}

void
report_release(struct report_data *data)
{
	for (size_t k = 0; k < data->components; k++)
		free(data->component[k].value);
	groups_free(data->channels);
	free(data->row);
	free(data->channel_day);
	free(data->channel_total);
	free(data->effect);
	free(data->incident);
	free(data->accuracy);
	free(data->component);
	free(data->component_date);
	arena_release(&data->arena);
}
