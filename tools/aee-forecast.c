/* aee-forecast: Prophet's model of a series, fitted exactly; aee-forecast(1). */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/opt.h"
#include "base/vec.h"
#include "model/prophet.h"
#include "model/residual.h"
#include "record/cli.h"
#include "record/group.h"
#include "record/pass.h"
#include "record/table.h"

static const char usage[] =
    "usage: aee-forecast [-c column] [-n horizon] [-z threshold] [-g column,...]\n"
    "                    [options] [file...]\n"
    "\n"
    "Trend, seasonality and their interval for every row, and for rows to come.\n"
    "\n"
    "  -c, --column NAME      the series (revenue)\n"
    "  -n, --horizon N        rows to forecast after the last (30; 0: none)\n"
    "  -z, --threshold Z      flag residuals beyond Z deviations (2.5)\n"
    "  -g, --group-by A,B     a model for each combination of these columns\n"
    "      --period P         step of the forecast: day, week, month, or auto,\n"
    "                         which finds it in the dates (auto)\n"
    "      --growth G         linear or flat (linear)\n"
    "      --yearly, --weekly, --daily WHAT\n"
    "                         auto, on, off, or an order (auto)\n"
    "      --changepoints N   places where the trend may bend (25)\n"
    "      --changepoint-range F        share of the history with them (0.8)\n"
    "      --changepoint-prior-scale S  how much it may bend (0.05)\n"
    "      --seasonality-prior-scale S  how large seasons may be (10)\n"
    "      --interval W       probability of yhat_lower..yhat_upper (0.8)\n"
    "      --exit-code        end with 3 if a row was flagged\n"
    "\n" CLI_USAGE;

enum {
	OPT_CHANGEPOINTS = CLI_OWN,
	OPT_CHANGEPOINT_PRIOR,
	OPT_CHANGEPOINT_RANGE,
	OPT_DAILY,
	OPT_EXIT_CODE,
	OPT_GROWTH,
	OPT_INTERVAL,
	OPT_PERIOD,
	OPT_SEASONALITY_PRIOR,
	OPT_WEEKLY,
	OPT_YEARLY,
};

enum period { PERIOD_AUTO, PERIOD_DAY, PERIOD_WEEK, PERIOD_MONTH };

struct options {
	const char *column;
	size_t horizon;
	double threshold, interval;
	enum period period;
	bool exit_code;
	struct prophet_spec spec; /* without its seasonalities */
	struct prophet_builtin builtin[PROPHET_BUILTINS];
};

static struct prophet_builtin
parse_builtin(const char *option, const char *text)
{
	struct prophet_builtin b = { .use = PROPHET_AUTO };

	if (strcmp(text, "on") == 0)
		b.use = PROPHET_ON;
	else if (strcmp(text, "off") == 0 || strcmp(text, "0") == 0)
		b.use = PROPHET_OFF;
	else if (strcmp(text, "auto") != 0) {
		if (strspn(text, "0123456789") != strlen(text))
			opt_fail("%s: '%s' is not auto, on, off or an order",
			    option, text);
		b.use = PROPHET_ON;
		b.order = opt_size(option, text, 1, 100);
	}
	return b;
}

static struct options
parse_options(struct cli *cli, int argc, char *argv[])
{
	static const char *const growths[] = { "linear", "flat" };
	static const char *const periods[] = { "auto", "day", "week", "month" };
	static const struct option longopts[] = {
		CLI_LONG,
		{ "changepoint-prior-scale", required_argument, NULL,
		    OPT_CHANGEPOINT_PRIOR },
		{ "changepoint-range", required_argument, NULL,
		    OPT_CHANGEPOINT_RANGE },
		{ "changepoints", required_argument, NULL, OPT_CHANGEPOINTS },
		{ "column", required_argument, NULL, 'c' },
		{ "daily", required_argument, NULL, OPT_DAILY },
		{ "exit-code", no_argument, NULL, OPT_EXIT_CODE },
		{ "growth", required_argument, NULL, OPT_GROWTH },
		{ "horizon", required_argument, NULL, 'n' },
		{ "interval", required_argument, NULL, OPT_INTERVAL },
		{ "period", required_argument, NULL, OPT_PERIOD },
		{ "seasonality-prior-scale", required_argument, NULL,
		    OPT_SEASONALITY_PRIOR },
		{ "threshold", required_argument, NULL, 'z' },
		{ "weekly", required_argument, NULL, OPT_WEEKLY },
		{ "yearly", required_argument, NULL, OPT_YEARLY },
		{ 0 },
	};
	struct options o = { .column = "revenue",
		.horizon = 30,
		.threshold = 2.5,
		.interval = 0.8,
		.spec = prophet_defaults() };
	double prior = 0; /* of the seasonalities; 0: the model's own */
	int c;

	while ((c = getopt_long(argc, argv, CLI_SHORT "c:n:z:", longopts,
		    NULL)) != -1) {
		if (cli_option(cli, c, optarg))
			continue;
		switch (c) {
		case 'c':
			o.column = optarg;
			break;
		case 'n':
			o.horizon = opt_size("--horizon", optarg, 0, 100000);
			break;
		case 'z':
			o.threshold = opt_double("--threshold", optarg, 0, 1e9);
			break;
		case OPT_CHANGEPOINTS:
			o.spec.n_changepoints = opt_size("--changepoints",
			    optarg, 0, 1000);
			break;
		case OPT_CHANGEPOINT_PRIOR:
			o.spec.changepoint_prior_scale = opt_double(
			    "--changepoint-prior-scale", optarg, 1e-9, 1e9);
			break;
		case OPT_CHANGEPOINT_RANGE:
			o.spec.changepoint_range =
			    opt_double("--changepoint-range", optarg, 0.01, 1);
			break;
		case OPT_DAILY:
			o.builtin[2] = parse_builtin("--daily", optarg);
			break;
		case OPT_EXIT_CODE:
			o.exit_code = true;
			break;
		case OPT_GROWTH:
			o.spec.growth = (enum prophet_growth)
			    opt_choice("--growth", optarg, growths, 2);
			break;
		case OPT_INTERVAL:
			o.interval = opt_double("--interval", optarg, 0.01,
			    0.9999);
			break;
		case OPT_PERIOD:
			o.period = (enum period)opt_choice("--period", optarg,
			    periods, 4);
			break;
		case OPT_SEASONALITY_PRIOR:
			prior = opt_double("--seasonality-prior-scale", optarg,
			    1e-9, 1e9);
			break;
		case OPT_WEEKLY:
			o.builtin[1] = parse_builtin("--weekly", optarg);
			break;
		case OPT_YEARLY:
			o.builtin[0] = parse_builtin("--yearly", optarg);
			break;
		}
	}
	for (size_t i = 0; i < PROPHET_BUILTINS; i++)
		o.builtin[i].prior_scale = prior;
	return o;
}

/* One series: its rows of the table, and what came of them. */
struct series {
	size_t n, capacity;
	size_t *row;
	int32_t *day;
	double *y;
	size_t day_capacity, y_capacity;
	/* After the fit, of n + horizon rows; NULL where there is no model. */
	double *yhat, *lower, *upper;
	double *residual, *z;
	int8_t *flag;
	int32_t *future; /* horizon days */
};

struct forecasts {
	struct cli *cli;
	const struct options *o;
	struct groups *groups;
	struct series *series;
	size_t nseries, series_capacity;
	struct table *table;
	size_t *series_of; /* row -> series */
	size_t *at;        /* row -> place in its series */
	size_t of_capacity, at_capacity;
	struct prophet_workspace work;
	size_t told; /* series with something to say */
	bool flagged;
	int *key_of; /* column -> which of -g, or one of these */
};

enum { KEY_NONE = -1, KEY_DATE = -2 };
enum { MOST_TOLD = 10 }; /* series whose warnings are printed */

/* ---- reading ----------------------------------------------------------------- */

static void
keep_row(struct forecasts *f, const struct recin *in, size_t group, int32_t day,
    double y)
{
	size_t row = table_rows(f->table);
	struct series *s;

	if (group == f->nseries) {
		if (vec_grow(&f->series, &f->series_capacity, group + 1,
			sizeof(*f->series)) == -1)
			cli_no_memory(f->cli);
		f->series[f->nseries++] = (struct series){ 0 };
	}
	s = &f->series[group];
	if (vec_grow(&s->row, &s->capacity, s->n + 1, sizeof(*s->row)) == -1 ||
	    vec_grow(&s->day, &s->day_capacity, s->n + 1, sizeof(*s->day)) ==
		-1 ||
	    vec_grow(&s->y, &s->y_capacity, s->n + 1, sizeof(*s->y)) == -1 ||
	    vec_grow(&f->series_of, &f->of_capacity, row + 1,
		sizeof(*f->series_of)) == -1 ||
	    vec_grow(&f->at, &f->at_capacity, row + 1, sizeof(*f->at)) == -1 ||
	    table_add(f->table, in) == -1)
		cli_no_memory(f->cli);
	f->series_of[row] = group;
	f->at[row] = s->n;
	s->row[s->n] = row;
	s->day[s->n] = day;
	s->y[s->n++] = y;
}

static void
read_series(struct forecasts *f, struct recin *in)
{
	int date = cli_need(f->cli, in, "date");
	int column = cli_need(f->cli, in, f->o->column);
	int *group_column = cli_group_columns(f->cli, in);
	struct field *key = calloc(f->cli->ngroup + 1, sizeof(*key));

	if (key == NULL)
		cli_no_memory(f->cli);
	recin_want_all(in);
	while (cli_next(f->cli, in)) {
		int32_t day;
		double y;
		size_t group;

		if (!cli_ok(f->cli, in, recin_date(in, date, &day)) ||
		    !cli_ok(f->cli, in, recin_number(in, column, &y)))
			continue;
		for (size_t i = 0; i < f->cli->ngroup; i++)
			key[i] = recin_field(in, group_column[i]);
		group = groups_find(f->groups, key, NULL);
		if (group == SIZE_MAX)
			cli_no_memory(f->cli);
		keep_row(f, in, group, day, y);
	}
	free(group_column);
	free(key);
}

/* ---- dates to come ----------------------------------------------------------- */

/* How the rows lie in time. */
struct steps {
	enum period period;
	int32_t last;     /* day */
	int day_of_month; /* of rows a month apart the largest, else of last */
};

/* Months if every row stands on the same day of one, or on its last where it
 * has no such day; weeks if all lie whole weeks apart; else days. */
static struct steps
find_steps(const struct series *s)
{
	struct steps steps = { .period = PERIOD_DAY, .last = s->day[0] };
	bool months = s->n > 1, weeks = s->n > 1;
	int year, month, day_of_month;

	for (size_t i = 0; i < s->n; i++) {
		date_civil(s->day[i], NULL, NULL, &day_of_month);
		if (steps.day_of_month < day_of_month)
			steps.day_of_month = day_of_month;
		if (steps.last < s->day[i])
			steps.last = s->day[i];
	}
	for (size_t i = 0; i < s->n; i++) {
		date_civil(s->day[i], &year, &month, &day_of_month);
		months &= day_of_month == steps.day_of_month ||
		    (day_of_month < steps.day_of_month &&
			day_of_month == date_days_in_month(year, month));
		weeks &= (s->day[i] - s->day[0]) % 7 == 0;
	}
	if (months)
		steps.period = PERIOD_MONTH;
	else if (weeks)
		steps.period = PERIOD_WEEK;
	if (!months)
		date_civil(steps.last, NULL, NULL, &steps.day_of_month);
	return steps;
}

/* The horizon days after the last; -1 if they leave the calendar. */
static int
make_future(int32_t *future, size_t horizon, const struct steps *steps)
{
	int32_t day = steps->last;
	int year, month;

	date_civil(day, &year, &month, NULL);
	for (size_t i = 0; i < horizon; i++) {
		if (steps->period == PERIOD_MONTH) {
			int most;

			year += month / 12;
			month = month % 12 + 1;
			if (year > 9999)
				return -1;
			most = date_days_in_month(year, month);
			day = date_from_civil(year, month,
			    steps->day_of_month < most ? steps->day_of_month
						       : most);
		} else {
			day += steps->period == PERIOD_WEEK ? 7 : 1;
		}
		if (day > DATE_MAX)
			return -1;
		future[i] = day;
	}
	return 0;
}

/* ---- the model --------------------------------------------------------------- */

/* Whether there is room for one more series on standard error. */
static bool
may_tell(struct forecasts *f)
{
	return f->told++ < MOST_TOLD;
}

static void
tell_status(struct forecasts *f, const char *name, unsigned status)
{
	static const struct {
		unsigned bit;
		const char *text;
	} notes[] = {
		{ PROPHET_CONSTANT, "all values are equal" },
		{ PROPHET_TWO_ROWS,
		    "two values make a line; the interval says nothing" },
		{ PROPHET_PERFECT_FIT,
		    "the model reproduces the values; the interval says "
		    "nothing" },
		{ PROPHET_CHANGEPOINTS_REDUCED,
		    "too few values for so many changepoints; fewer are used" },
		{ PROPHET_FEW_ROWS,
		    "few values for so many terms; the forecast is unsure" },
		{ PROPHET_INTERPOLATION,
		    "the model could pass through every value" },
		{ PROPHET_DUPLICATE_TIMES,
		    "dates stand more than once; is a sum or -g missing?" },
		{ PROPHET_YEARLY_SHRUNK,
		    "less than a year of history; the yearly term is shrunk" },
		{ PROPHET_YEARLY_MONTHS,
		    "monthly values cannot tell a yearly term of such an "
		    "order" },
	};

	if (status & PROPHET_TWO_ROWS)
		status = PROPHET_TWO_ROWS;
	if (status == 0 || !may_tell(f))
		return;
	for (size_t i = 0; i < sizeof(notes) / sizeof(*notes); i++)
		if (status & notes[i].bit)
			cli_warn(f->cli, "%s: %s", name, notes[i].text);
}

/* What a message calls a series. */
static void
series_name(struct forecasts *f, size_t group, char *name, size_t size)
{
	if (f->cli->ngroup == 0)
		snprintf(name, size, "column '%s'", f->o->column);
	else
		groups_text(f->groups, group, f->cli->group, name, size);
}

static void *
need(struct forecasts *f, void *p)
{
	if (p == NULL)
		cli_no_memory(f->cli);
	return p;
}

static void
predict(struct forecasts *f, struct series *s, const struct prophet *fit,
    const double *t)
{
	size_t m = s->n + f->o->horizon;
	const struct prophet_rows rows = { .n = m, .t = t };
	struct prophet_forecast out;

	s->yhat = need(f, calloc(m, sizeof(*s->yhat)));
	s->lower = need(f, calloc(m, sizeof(*s->lower)));
	s->upper = need(f, calloc(m, sizeof(*s->upper)));
	s->residual = need(f, calloc(s->n, sizeof(*s->residual)));
	s->z = need(f, calloc(s->n, sizeof(*s->z)));
	s->flag = need(f, calloc(s->n, sizeof(*s->flag)));
	out = (struct prophet_forecast){
		.yhat = s->yhat, .lower = s->lower, .upper = s->upper
	};
	prophet_predict(fit, &rows, f->o->interval, &out);
	residual_score(s->y, s->yhat, s->n, f->o->threshold, s->residual, s->z,
	    s->flag);
}

static void
fit_series(struct forecasts *f, size_t group)
{
	struct series *s = &f->series[group];
	size_t m = s->n + f->o->horizon, bad;
	double *t = need(f, calloc(m, sizeof(*t)));
	struct prophet_builtin builtin[PROPHET_BUILTINS];
	struct prophet_seasonality seasons[PROPHET_BUILTINS];
	struct prophet_spec spec = f->o->spec;
	struct prophet_rows rows = { .n = s->n, .t = t, .y = s->y };
	struct prophet *fit;
	struct steps steps = find_steps(s);
	unsigned status = 0;
	char name[200];
	const char *why;
	int n;

	series_name(f, group, name, sizeof(name));
	s->future = need(f, calloc(f->o->horizon + 1, sizeof(*s->future)));
	if (f->o->period != PERIOD_AUTO)
		steps.period = f->o->period;
	if (make_future(s->future, f->o->horizon, &steps) == -1)
		cli_fail(f->cli, "%s: the horizon goes past the year 9999",
		    name);
	for (size_t i = 0; i < s->n; i++)
		t[i] = s->day[i];
	for (size_t i = 0; i < f->o->horizon; i++)
		t[s->n + i] = s->future[i];
	/* Twelve days of the year cannot tell more than six harmonics. */
	memcpy(builtin, f->o->builtin, sizeof(builtin));
	if (steps.period == PERIOD_MONTH && builtin[0].order == 0)
		builtin[0].order = 5;
	n = prophet_auto_seasonalities(t, s->y, s->n, builtin, seasons,
	    &status);
	if (n == -1)
		cli_no_memory(f->cli);
	spec.seasonality = seasons;
	spec.n_seasonalities = (size_t)n;
	if ((why = prophet_check_rows(&spec, &rows, &bad)) != NULL) {
		if (f->cli->ngroup == 0)
			cli_fail(f->cli, "%s: %s", name, why);
		if (may_tell(f))
			cli_warn(f->cli, "%s: %s; no forecast", name, why);
		free(t);
		return;
	}
	fit = need(f, prophet_fit(&spec, &rows, &f->work));
	tell_status(f, name, status | prophet_values(fit)->status);
	predict(f, s, fit, t);
	prophet_free(fit);
	free(t);
}

/* ---- writing ----------------------------------------------------------------- */

static void
write_prediction(struct recout *out, const struct series *s, size_t i)
{
	recout_number(out, s->yhat == NULL ? NAN : s->yhat[i]);
	recout_number(out, s->yhat == NULL ? NAN : s->lower[i]);
	recout_number(out, s->yhat == NULL ? NAN : s->upper[i]);
}

static void
write_row(struct forecasts *f, struct recout *out, size_t row)
{
	const struct series *s = &f->series[f->series_of[row]];
	size_t i = f->at[row];
	struct field key;

	if (table_write(f->table, row, out, &key) == -1)
		cli_fail(f->cli,
		    "key '%.*s' is not in the first record, and only NDJSON "
		    "has a place for it",
		    (int)key.n, key.p);
	write_prediction(out, s, i);
	recout_number(out, s->yhat == NULL ? NAN : s->residual[i]);
	recout_number(out, s->yhat == NULL ? NAN : s->z[i]);
	recout_missing(out); /* forecast_p */
	if (s->yhat == NULL || s->flag[i] == -1) {
		recout_missing(out);
	} else {
		recout_flag(out, s->flag[i] == 1);
		f->flagged |= s->flag[i] == 1;
	}
	recout_end(out);
}

/* What each column of the input is to a row to come. */
static void
find_keys(struct forecasts *f, struct recin *in)
{
	f->key_of = need(f, calloc(recin_columns(in) + 1, sizeof(*f->key_of)));
	for (size_t c = 0; c < recin_columns(in); c++)
		f->key_of[c] = KEY_NONE;
	for (size_t g = 0; g < f->cli->ngroup; g++)
		f->key_of[recin_find(in, f->cli->group[g])] = (int)g;
	f->key_of[recin_find(in, "date")] = KEY_DATE;
}

/* A row to come: date and group, the prediction, and nothing else. */
static void
write_future(struct forecasts *f, struct recout *out, const struct recin *in,
    size_t group, size_t i)
{
	const struct series *s = &f->series[group];

	for (size_t c = 0; c < recin_columns(in); c++) {
		const int key = f->key_of[c];

		if (key == KEY_DATE)
			recout_date(out, s->future[i]);
		else if (key == KEY_NONE)
			recout_missing(out);
		else
			recout_field(out,
			    groups_key(f->groups, group, (size_t)key));
	}
	write_prediction(out, s, s->n + i);
	for (int empty = 0; empty < 4; empty++)
		recout_missing(out);
	recout_end(out);
}

static void
write_all(struct forecasts *f, struct recin *in)
{
	static const char *const columns[] = { "yhat", "yhat_lower",
		"yhat_upper", "residual", "residual_z", "forecast_p",
		"forecast_anomaly" };
	struct recout *out = cli_records(f->cli, in);

	if (pass_columns(out, in) == -1)
		cli_no_memory(f->cli);
	find_keys(f, in);
	for (size_t i = 0; i < sizeof(columns) / sizeof(*columns); i++)
		cli_append(f->cli, columns[i]);
	for (size_t row = 0; row < table_rows(f->table); row++) {
		size_t group = f->series_of[row];
		const struct series *s = &f->series[group];

		write_row(f, out, row);
		if (f->at[row] + 1 == s->n && s->yhat != NULL)
			for (size_t i = 0; i < f->o->horizon; i++)
				write_future(f, out, in, group, i);
	}
}

static void
release(struct forecasts *f)
{
	for (size_t i = 0; i < f->nseries; i++) {
		struct series *s = &f->series[i];

		free(s->row);
		free(s->day);
		free(s->y);
		free(s->yhat);
		free(s->lower);
		free(s->upper);
		free(s->residual);
		free(s->z);
		free(s->flag);
		free(s->future);
	}
	free(f->series);
	free(f->series_of);
	free(f->at);
	free(f->key_of);
	table_free(f->table);
	groups_free(f->groups);
	prophet_workspace_release(&f->work);
}

int
main(int argc, char *argv[])
{
	struct cli cli;
	struct options o;
	struct forecasts f = { .cli = &cli, .o = &o };
	struct recin *in;
	bool found;
	int status;

	cli_init(&cli, usage);
	o = parse_options(&cli, argc, argv);
	cli_start(&cli);
	if ((f.groups = groups_new(cli.ngroup)) == NULL ||
	    (f.table = table_new()) == NULL)
		cli_no_memory(&cli);
	in = cli_input(&cli, argv + optind, (size_t)(argc - optind));
	read_series(&f, in);
	for (size_t i = 0; i < f.nseries; i++)
		fit_series(&f, i);
	if (f.told > MOST_TOLD)
		cli_warn(&cli, "%zu more series have warnings",
		    f.told - MOST_TOLD);
	write_all(&f, in);
	found = f.flagged;
	release(&f);
	status = cli_finish(&cli);
	return status == 0 && o.exit_code && found ? 3 : status;
}
