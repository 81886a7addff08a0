/* aee-forecast: Prophet's model of a series, fitted exactly; aee-forecast(1). */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "forecast_file.h"
#include "forecast_options.h"
#include "forecast_past.h"
#include "forecast_series.h"

#include "base/date.h"
#include "base/opt.h"
#include "base/pool.h"
#include "base/vec.h"
#include "model/judge.h"
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
    "      --interval W       probability of yhat_lower..yhat_upper (0.8)\n"
    "      --parameter-uncertainty   and of the parameters too\n"
    "      --non-negative     nothing is forecast below 0\n"
    "      --ar1              the last residual fades out over the rows to come\n"
    "      --period P         step of the forecast: day, week, month, hour,\n"
    "                         15min, 6h, 90s, ..., or auto, which finds it in\n"
    "                         the dates (auto)\n"
    "      --exit-code        end with 3 if a row was flagged\n"
    "  -C, --config FILE      options from YAML; --set KEY=VALUE: one of them\n"
    "the model:\n"
    "      --growth G         linear, flat, or logistic (linear)\n"
    "      --cap, --floor X   of logistic growth: a number or a column\n"
    "      --n-changepoints N places where the trend may bend (25)\n"
    "      --changepoint-dates D,D   they are these days\n"
    "      --changepoint-range F        share of the history with them (0.8)\n"
    "      --changepoint-prior-scale S  how much it may bend (0.05)\n"
    "      --yearly, --weekly, --daily WHAT\n"
    "                         auto, on, off, or an order (auto)\n"
    "      --seasonality NAME:PERIOD:ORDER[:PRIOR][:MODE][:if=COLUMN]\n"
    "                         one more, PERIOD in days\n"
    "      --seasonality-prior-scale S  how large seasons may be (10)\n"
    "      --mode M           additive or multiplicative (additive)\n"
    "      --holidays FILE    holiday, date, lower_window, upper_window,\n"
    "                         prior_scale (the last three optional)\n"
    "      --country XX       public holidays, 1995 to 2045, of AT AU BE BR CA\n"
    "                         CH CN CZ DE DK ES FI FR GB ID IE IN IT JP KR MX\n"
    "                         NL NO PL PT RU SE TR US ZA\n"
    "      --holidays-prior-scale S, --holidays-mode M  (10, as --mode)\n"
    "      --regressor COLUMN[:PRIOR][:MODE][:scaled|:raw][:+|:-]\n"
    "                         a column as a term; rows to come bring theirs; + and - are\n"
    "                         the sign that its coefficient may have\n"
    "      --weights COLUMN   what rows count; 1 is the usual\n"
    "      --weight-dates D[..D]=W  what the rows of these days count\n"
    "      --half-life DAYS   older rows count less: half after DAYS\n"
    "      --robust           rows far from the model count less\n"
    "      --judge            rows far from the model do not count; a p for each\n"
    "      --mask FILE        days to learn nothing from, and not to judge, as\n"
    "                         --holidays; with --judge\n"
    "      --scale S          with --judge: raw, log or sqrt (raw)\n"
    "      --scaling S        of y: absmax or minmax (absmax)\n"
    "what is written:\n"
    "      --components       append trend, seasonalities, holidays, regressors\n"
    "      --changepoints     the changes of the trend instead of the rows\n"
    "      --target X --by D  the probability that the rows to come, and those\n"
    "                         since the day of --since, sum up to X\n"
    "      --backtest[=rows]  how good forecasts of the past were: a summary by\n"
    "                         days ahead, or row by row\n"
    "      --cutoff-period, --cutoff-initial DAYS, --cutoffs D,D\n"
    "                         where the past was cut (every half horizon, after\n"
    "                         three), --rolling-window W of the summary (0.1)\n"
    "      --tune             prior scales and mode that were best in the past\n"
    "      --conformal        intervals from errors of the past\n"
    "      --save FILE        keep the models, as JSON\n"
    "      --model FILE       predict with these models, without a fit\n"
    "  -j, --jobs N           threads (1)\n"
    "      --contiguous       rows of a group stand together: keep one at a time\n"
    "\n" CLI_USAGE;

enum { KEY_NONE = -1, KEY_DATE = -2 };
enum { MOST_TOLD = 10 }; /* series whose warnings are printed */

struct run {
	struct cli *cli;
	const struct forecast_options *o;
	struct forecast_terms terms;
	struct groups *groups;
	struct recin *in;
	struct recout *out;
	int date, column, *group_column, *input_column;
	int *key_of; /* column -> which of -g, or KEY_ */
	struct field *key;
	double *input;

	/* The series at hand: all, or with --contiguous a few groups. */
	struct forecast_series *series;
	size_t first, n, capacity; /* number of the first group, how many */
	struct table *table;
	size_t *series_of; /* row -> series */
	size_t *at;        /* row -> place in its series */
	size_t of_capacity, at_capacity;
	size_t most; /* groups at a time, with --contiguous */

	struct pool *pool;
	struct prophet_workspace *work; /* per worker */
	struct forecast_file *save, *model;
	size_t told; /* series with something to say */
	bool flagged;
};

static void *
need(struct run *r, void *p)
{
	if (p == NULL)
		cli_no_memory(r->cli);
	return p;
}

/* ---- what there is to say ------------------------------------------------------- */

/* What a message calls a series. */
static void
series_name(struct run *r, size_t series, char *name, size_t size)
{
	if (r->cli->ngroup == 0)
		snprintf(name, size, "column '%s'", r->o->column);
	else
		groups_text(r->groups, r->first + series, r->cli->group, name,
		    size);
}

/* What is said otherwise where rows have times of the day, or NULL. */
static const char *
clock_note(unsigned bit)
{
	switch (bit) {
	case PROPHET_DUPLICATE_TIMES:
		return "times stand more than once; is a sum or -g missing?";
	case PROPHET_UNSEEN_HOURS:
		return "some rows are of hours of the day that the history "
		       "does not have; the daily curve may go astray there";
	default:
		return NULL;
	}
}

static void
tell_status(struct run *r, const char *name, const struct forecast_series *s)
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
		{ PROPHET_LITTLE_WEIGHT,
		    "almost all weight is on a few rows, fewer than the terms "
		    "need; the forecast is unsure" },
		{ PROPHET_INTERPOLATION,
		    "the model could pass through every value" },
		{ PROPHET_DUPLICATE_TIMES,
		    "dates stand more than once; is a sum or -g missing?" },
		{ PROPHET_YEARLY_SHRUNK,
		    "less than a year of history; the yearly term is shrunk" },
		{ PROPHET_YEARLY_MONTHS,
		    "monthly values cannot tell a yearly term of such an "
		    "order" },
		{ PROPHET_UNSEEN_FEATURE,
		    "a regressor is 0 in all of the history; it has no "
		    "effect" },
		{ PROPHET_UNSEEN_HOURS, "days cannot tell a daily term" },
		{ PROPHET_FAR_CAP,
		    "the cap is more than a million times the values, so that "
		    "the priors of the curve decide; is its unit right?" },
		{ PROPHET_TREND_CROSSES_ZERO,
		    "the trend passes through 0, where multiplicative terms "
		    "have no effect" },
	};

	const unsigned status = s->status & PROPHET_TWO_ROWS ? PROPHET_TWO_ROWS
							     : s->status;

	for (size_t i = 0; i < sizeof(notes) / sizeof(*notes); i++) {
		const char *text = s->sub_daily ? clock_note(notes[i].bit)
						: NULL;

		if (status & notes[i].bit)
			cli_warn(r->cli, "%s: %s", name,
			    text != NULL ? text : notes[i].text);
	}
}

static bool
naive_is_better(const struct forecast_series *s)
{
	const struct forecast_errors e = forecast_past_errors(s);

	return e.naive < e.own;
}

/* What forecasts of the past have shown. */
static void
tell_past(struct run *r, const char *name, const struct forecast_series *s)
{
	const struct forecast_past *past = &s->past;
	const struct forecast_errors e = forecast_past_errors(s);

	if (past->why != NULL) {
		if (r->o->backtest != FORECAST_NO_BACKTEST &&
		    r->cli->ngroup == 0)
			cli_fail(r->cli, "%s: %s", name, past->why);
		cli_warn(r->cli, "%s: %s; nothing is learned from the past",
		    name, past->why);
	}
	if (past->tuned)
		cli_warn(r->cli,
		    "%s: tuned to changepoint prior scale %g, seasonality "
		    "prior scale %g, %s: mean absolute error %.6g, not %.6g",
		    name, past->settings.changepoint_prior_scale,
		    past->settings.seasonality_prior_scale,
		    past->settings.mode == PROPHET_ADDITIVE ? "additive"
							    : "multiplicative",
		    past->mae_tuned, past->mae_given);
	else if (r->o->tune && past->why == NULL)
		cli_warn(r->cli,
		    "%s: no settings are clearly better than those given: "
		    "mean absolute error %.6g",
		    name, past->mae_given);
	if (naive_is_better(s))
		cli_warn(r->cli,
		    "%s: the value of a season before is a better forecast: "
		    "mean absolute error %.6g, not %.6g",
		    name, e.naive, e.own);
}

/* End the program, or warn, where a series asks for it. */
static void
tell(struct run *r, size_t series)
{
	const struct forecast_series *s = &r->series[series];
	char name[200], where[DATE_TIME_MAX + 3] = "";

	if (s->failure == FORECAST_DONE && s->status == 0 && !s->idle_holiday &&
	    !s->long_season && !s->unjudged && s->past.why == NULL &&
	    !r->o->tune && !naive_is_better(s))
		return;
	series_name(r, series, name, sizeof(name));
	if (s->failure == FORECAST_NO_MEMORY)
		cli_no_memory(r->cli);
	if (s->failure == FORECAST_PAST_CALENDAR)
		cli_fail(r->cli, "%s: the horizon goes past the year 9999",
		    name);
	if (s->failure == FORECAST_NO_MODEL && s->bad < s->n) {
		const struct date_time time = forecast_series_clock(s,
		    s->time[s->bad].second);

		strcpy(where, ", ");
		date_format_time(&time, where + 2);
	}
	if (s->failure == FORECAST_NO_MODEL && r->cli->ngroup == 0)
		cli_fail(r->cli, "%s%s: %s", name, where, s->why);
	if (r->told++ >= MOST_TOLD)
		return;
	if (s->failure == FORECAST_NO_MODEL)
		cli_warn(r->cli, "%s%s: %s; no forecast", name, where, s->why);
	tell_status(r, name, s);
	if (s->failure == FORECAST_DONE)
		tell_past(r, name, s);
	if (s->failure == FORECAST_DONE && s->long_season)
		cli_warn(r->cli,
		    "%s: a seasonal term is longer than the history; the "
		    "forecast may go astray (a prior scale of 0.02 holds it)",
		    name);
	if (s->unjudged)
		cli_warn(r->cli,
		    "%s: too little history to judge: a row counts from %d "
		    "with a value on",
		    name, JUDGE_ROWS);
	if (s->idle_holiday)
		cli_warn(r->cli,
		    "%s: a holiday to come has no date in the history; it has "
		    "no effect",
		    name);
}

/* ---- writing -------------------------------------------------------------------- */

static void
write_prediction(struct recout *out, const struct forecast_series *s, size_t i)
{
	recout_number(out, s->yhat == NULL ? NAN : s->yhat[i]);
	recout_number(out, s->yhat == NULL ? NAN : s->lower[i]);
	recout_number(out, s->yhat == NULL ? NAN : s->upper[i]);
}

static void
write_components(struct run *r, const struct forecast_series *s, size_t i)
{
	const size_t m = s->n + s->horizon;

	for (size_t c = 0; c < r->terms.n_components; c++)
		recout_number(r->out,
		    s->component == NULL ? NAN : s->component[c * m + i]);
}

static void
write_row(struct run *r, size_t row)
{
	const struct forecast_series *s = &r->series[r->series_of[row]];
	const size_t i = r->at[row];

	cli_pass_kept(r->cli, r->table, row);
	write_prediction(r->out, s, i);
	recout_number(r->out, s->yhat == NULL ? NAN : s->residual[i]);
	recout_number(r->out, s->yhat == NULL ? NAN : s->z[i]);
	recout_number(r->out, s->p == NULL ? NAN : s->p[i]);
	if (s->yhat == NULL || s->flag[i] == -1) {
		recout_missing(r->out);
	} else {
		recout_flag(r->out, s->flag[i] == 1);
		r->flagged |= s->flag[i] == 1;
	}
	write_components(r, s, i);
	recout_end(r->out);
}

/* A row to come: date and group, the prediction, and nothing else. */
static void
write_future(struct run *r, size_t series, size_t i)
{
	const struct forecast_series *s = &r->series[series];

	for (size_t c = 0; c < recin_columns(r->in); c++) {
		const int key = r->key_of[c];

		if (key == KEY_DATE)
			recout_time(r->out, &s->future[i]);
		else if (key == KEY_NONE)
			recout_missing(r->out);
		else
			recout_field(r->out,
			    groups_key(r->groups, r->first + series,
				(size_t)key));
	}
	write_prediction(r->out, s, s->n + i);
	for (int empty = 0; empty < 4; empty++)
		recout_missing(r->out);
	write_components(r, s, s->n + i);
	recout_end(r->out);
}

static void
write_rows(struct run *r)
{
	for (size_t row = 0; row < table_rows(r->table); row++) {
		const size_t series = r->series_of[row];
		const struct forecast_series *s = &r->series[series];

		write_row(r, row);
		if (r->at[row] + 1 == s->n && s->yhat != NULL)
			for (size_t i = 0; i < s->horizon; i++)
				write_future(r, series, i);
	}
}

static void
write_groups(struct run *r, size_t series)
{
	for (size_t g = 0; g < r->cli->ngroup; g++)
		recout_field(r->out,
		    groups_key(r->groups, r->first + series, g));
}

static void
write_clock(struct run *r, const struct forecast_series *s, int64_t second)
{
	const struct date_time time = forecast_series_clock(s, second);

	recout_time(r->out, &time);
}

/* Between days a cutoff is written as the day before. */
static void
write_cutoff(struct run *r, const struct forecast_series *s, double cutoff)
{
	if (s->sub_daily)
		write_clock(r, s, llround(cutoff * DATE_SECONDS));
	else
		recout_date(r->out, (int32_t)floor(cutoff));
}

/* The times at which the slope of the trend changes: in the unit of the series
 * per day; of logistic growth the slope of what stands in its exponent. */
static void
write_changepoints(struct run *r)
{
	for (size_t k = 0; k < r->n; k++) {
		const struct forecast_series *s = &r->series[k];
		double *day, *change, slope;
		size_t n;

		if (s->fit == NULL)
			continue;
		n = prophet_values(s->fit)->n_changepoints;
		day = calloc(n + 1, sizeof(*day));
		change = calloc(n + 1, sizeof(*change));
		if (day == NULL || change == NULL)
			cli_no_memory(r->cli);
		slope = prophet_changepoints(s->fit, day, change);
		for (size_t i = 0; i < n; i++) {
			if (change[i] == 0)
				continue;
			write_groups(r, k);
			write_clock(r, s, llround(day[i] * DATE_SECONDS));
			recout_number(r->out, slope);
			recout_number(r->out, change[i]);
			slope += change[i];
			recout_number(r->out, slope);
			recout_end(r->out);
		}
		free(day);
		free(change);
	}
}

/* How likely a target is reached. */
static void
write_targets(struct run *r)
{
	for (size_t k = 0; k < r->n; k++) {
		const struct forecast_series *s = &r->series[k];
		const bool known = s->yhat != NULL;

		write_groups(r, k);
		recout_number(r->out, r->o->target);
		recout_date(r->out, r->o->by);
		recout_number(r->out, known ? s->so_far : NAN);
		recout_number(r->out, known ? s->expected : NAN);
		recout_number(r->out, known ? s->probability : NAN);
		recout_end(r->out);
	}
}

static void
write_test_rows(struct run *r)
{
	for (size_t k = 0; k < r->n; k++) {
		const struct forecast_series *s = &r->series[k];
		const struct backtest *test = &s->past.test;

		for (size_t i = 0; i < test->n; i++) {
			const struct backtest_row *row = &test->row[i];

			write_groups(r, k);
			write_cutoff(r, s, test->cutoff[row->cutoff]);
			write_clock(r, s, s->time[row->row].second);
			recout_number(r->out, row->horizon);
			recout_number(r->out, row->y);
			recout_number(r->out, row->yhat);
			recout_number(r->out, row->lower);
			recout_number(r->out, row->upper);
			recout_number(r->out, row->naive);
			recout_end(r->out);
		}
	}
}

static void
write_test_summary(struct run *r)
{
	for (size_t k = 0; k < r->n; k++) {
		const struct backtest *test = &r->series[k].past.test;
		struct backtest_metrics *m = need(r,
		    calloc(test->n + 1, sizeof(*m)));
		const size_t n = test->n == 0
		    ? 0
		    : backtest_metrics(test->row, test->n, r->o->rolling_window,
			  m);

		if (n == SIZE_MAX)
			cli_no_memory(r->cli);
		for (size_t i = 0; i < n; i++) {
			write_groups(r, k);
			recout_number(r->out, m[i].horizon);
			recout_number(r->out, m[i].mse);
			recout_number(r->out, m[i].rmse);
			recout_number(r->out, m[i].mae);
			recout_number(r->out, m[i].mape);
			recout_number(r->out, m[i].mdape);
			recout_number(r->out, m[i].smape);
			recout_number(r->out, m[i].coverage);
			recout_number(r->out, m[i].mase);
			recout_number(r->out, m[i].naive_mae);
			if (r->o->conformal)
				recout_number(r->out,
				    r->series[k].past.coverage);
			recout_end(r->out);
		}
		free(m);
	}
}

/* The columns of records that are not those of the input. */
static void
name_own(struct run *r, const char *const *names)
{
	for (size_t g = 0; g < r->cli->ngroup; g++)
		if (recout_column(r->out, r->cli->group[g]) == -1)
			cli_fail(r->cli, "-g: '%s' stands twice",
			    r->cli->group[g]);
	for (; *names != NULL; names++)
		cli_append(r->cli, *names);
}

static void
name_columns(struct run *r)
{
	static const char *const columns[] = { "yhat", "yhat_lower",
		"yhat_upper", "residual", "residual_z", "forecast_p",
		"forecast_anomaly" };
	static const char *const changes[] = { "date", "rate_before",
		"rate_change", "rate_after", NULL };
	static const char *const test_rows[] = { "cutoff", "date", "horizon",
		"y", "yhat", "yhat_lower", "yhat_upper", "naive", NULL };
	static const char *const summary[] = { "horizon", "mse", "rmse", "mae",
		"mape", "mdape", "smape", "coverage", "mase", "naive_mae",
		NULL };
	static const char *const targets[] = { "target", "by", "so_far",
		"expected", "probability", NULL };

	r->out = cli_records(r->cli, r->in);
	if (r->o->backtest == FORECAST_ROWS) {
		name_own(r, test_rows);
		return;
	}
	if (r->o->backtest == FORECAST_SUMMARY) {
		name_own(r, summary);
		if (r->o->conformal)
			cli_append(r->cli, "conformal_coverage");
		return;
	}
	if (r->o->changepoints || !isnan(r->o->target)) {
		name_own(r, r->o->changepoints ? changes : targets);
		return;
	}
	if (pass_columns(r->out, r->in) == -1)
		cli_no_memory(r->cli);
	for (size_t i = 0; i < sizeof(columns) / sizeof(*columns); i++)
		cli_append(r->cli, columns[i]);
	for (size_t i = 0; i < r->terms.n_components; i++)
		cli_append(r->cli, r->terms.component[i].name);
}

/* ---- models --------------------------------------------------------------------- */

static void
run_task(void *arg, size_t task, size_t worker)
{
	struct run *r = arg;
	struct forecast_series *s = &r->series[task];

	if (r->model == NULL)
		forecast_series_fit(s, &r->terms, &r->work[worker]);
	else if (s->fit != NULL)
		forecast_series_predict(s, &r->terms);
}

/* The models of a file to their series. */
static void
take_models(struct run *r)
{
	for (size_t i = 0; i < r->n; i++) {
		struct forecast_series *s = &r->series[i];

		for (size_t g = 0; g < r->cli->ngroup; g++)
			r->key[g] = groups_key(r->groups, r->first + i, g);
		forecast_file_take(r->model, &r->terms, r->key, s);
		if (s->fit == NULL) {
			s->failure = FORECAST_NO_MODEL;
			s->why = "has no model in the file";
			s->bad = s->n;
		}
	}
}

/* Fit the series at hand, write them, and forget them. */
static void
finish_series(struct run *r)
{
	if (r->model != NULL)
		take_models(r);
	/* The first decides, as it does where one group is held at a time. */
	if (r->out == NULL)
		forecast_terms_list(&r->terms, r->cli,
		    r->n > 0 && forecast_series_has_clock(&r->series[0]));
	pool_run(r->pool, r->n, run_task, r);
	for (size_t i = 0; i < r->n; i++) {
		tell(r, i);
		if (r->save == NULL || r->series[i].fit == NULL)
			continue;
		for (size_t g = 0; g < r->cli->ngroup; g++)
			r->key[g] = groups_key(r->groups, r->first + i, g);
		forecast_file_add(r->save, r->key, &r->series[i]);
	}
	if (r->out == NULL)
		name_columns(r);
	if (r->o->backtest == FORECAST_ROWS)
		write_test_rows(r);
	else if (r->o->backtest == FORECAST_SUMMARY)
		write_test_summary(r);
	else if (r->o->changepoints)
		write_changepoints(r);
	else if (!isnan(r->o->target))
		write_targets(r);
	else
		write_rows(r);
	for (size_t i = 0; i < r->n; i++)
		forecast_series_release(&r->series[i]);
	r->first += r->n;
	r->n = 0;
	table_free(r->table);
	r->table = NULL;
}

/* ---- reading -------------------------------------------------------------------- */

static void
find_columns(struct run *r)
{
	struct recin *in = r->in;

	r->date = cli_need(r->cli, in, "date");
	r->column = cli_need(r->cli, in, r->o->column);
	r->group_column = cli_group_columns(r->cli, in);
	r->key = need(r, calloc(r->cli->ngroup + 1, sizeof(*r->key)));
	r->input_column = need(r,
	    calloc(r->terms.n_inputs + 1, sizeof(*r->input_column)));
	r->input = need(r, calloc(r->terms.n_inputs + 1, sizeof(*r->input)));
	for (size_t i = 0; i < r->terms.n_inputs; i++)
		r->input_column[i] = cli_need(r->cli, in,
		    r->terms.input[i].name);
	recin_want_all(in);
	r->key_of = need(r, calloc(recin_columns(in) + 1, sizeof(*r->key_of)));
	for (size_t c = 0; c < recin_columns(in); c++)
		r->key_of[c] = KEY_NONE;
	for (size_t g = 0; g < r->cli->ngroup; g++)
		r->key_of[r->group_column[g]] = (int)g;
	r->key_of[r->date] = KEY_DATE;
}

/* The inputs of the record at hand; false if it is left out. */
static bool
read_inputs(struct run *r, double y)
{
	for (size_t i = 0; i < r->terms.n_inputs; i++) {
		const int column = r->input_column[i];
		double *x = &r->input[i];
		const char *why = NULL;

		if (!cli_ok(r->cli, r->in, recin_number(r->in, column, x)))
			return false;
		if (r->terms.input[i].weight) {
			if (isnan(*x) ? !isnan(y) : *x < 0)
				why = "is not 0 or more, as a weight is";
		} else if (isnan(*x))
			why = "is missing, and the model needs it";
		else if (r->terms.input[i].condition && *x != 0 && *x != 1)
			why = "is not 0 or 1";
		if (why != NULL)
			return cli_ok(r->cli, r->in,
			    recin_reject(r->in, column, why));
	}
	return true;
}

/* The series of the record at hand. */
static size_t
series_of_record(struct run *r)
{
	size_t group;

	for (size_t i = 0; i < r->cli->ngroup; i++)
		r->key[i] = recin_field(r->in, r->group_column[i]);
	group = groups_find(r->groups, r->key, NULL);
	if (group == SIZE_MAX)
		cli_no_memory(r->cli);
	if (r->o->contiguous) {
		if (group + 1 < r->first + r->n || group < r->first) {
			recin_fail(r->in,
			    "a group returns, and --contiguous wants its rows "
			    "together");
			cli_fail(r->cli, "%s", recin_error(r->in));
		}
		if (group == r->first + r->n && r->n == r->most)
			finish_series(r);
	}
	if (group == r->first + r->n) {
		if (vec_grow(&r->series, &r->capacity, r->n + 1,
			sizeof(*r->series)) == -1)
			cli_no_memory(r->cli);
		r->series[r->n++] = (struct forecast_series){
			.mask = calendar_part(&r->terms.mask, r->cli, r->key),
		};
	}
	return group - r->first;
}

static void
keep_row(struct run *r, const struct date_time *time, double y)
{
	const size_t series = series_of_record(r);
	struct forecast_series *s = &r->series[series];
	size_t row;

	if (r->table == NULL)
		r->table = need(r, table_new());
	row = table_rows(r->table);
	if (vec_grow(&r->series_of, &r->of_capacity, row + 1,
		sizeof(*r->series_of)) == -1 ||
	    vec_grow(&r->at, &r->at_capacity, row + 1, sizeof(*r->at)) == -1 ||
	    table_add(r->table, r->in) == -1)
		cli_no_memory(r->cli);
	r->series_of[row] = series;
	r->at[row] = s->n;
	if (forecast_series_add(s, &r->terms, time, y, r->input) == -1)
		cli_no_memory(r->cli);
}

static void
read_all(struct run *r)
{
	find_columns(r);
	while (cli_next(r->cli, r->in)) {
		struct date_time time;
		double y;

		if (cli_ok(r->cli, r->in, recin_time(r->in, r->date, &time)) &&
		    cli_ok(r->cli, r->in, recin_number(r->in, r->column, &y)) &&
		    read_inputs(r, y))
			keep_row(r, &time, y);
	}
	if (r->table == NULL)
		r->table = need(r, table_new());
	finish_series(r);
}

/* ---- the program ------------------------------------------------------------------ */

static void
start(struct run *r)
{
	const struct forecast_options *o = r->o;

	forecast_terms_read(&r->terms, o, r->cli);
	r->groups = need(r, groups_new(r->cli->ngroup));
	if (o->jobs > 1)
		r->pool = need(r, pool_new(o->jobs));
	r->work = need(r, calloc(pool_workers(r->pool), sizeof(*r->work)));
	/* Groups differ in size: some more than threads even that out. */
	r->most = o->jobs > 1 ? 4 * o->jobs : 1;
	if (o->save != NULL)
		r->save = forecast_file_create(r->cli, o->save, &r->terms);
}

static void
release(struct run *r)
{
	for (size_t i = 0; i < pool_workers(r->pool); i++)
		prophet_workspace_release(&r->work[i]);
	free(r->work);
	pool_free(r->pool);
	forecast_file_close(r->save);
	forecast_file_close(r->model);
	free(r->series);
	free(r->series_of);
	free(r->at);
	free(r->key_of);
	free(r->key);
	free(r->group_column);
	free(r->input_column);
	free(r->input);
	groups_free(r->groups);
	forecast_terms_release(&r->terms);
}

int
main(int argc, char *argv[])
{
	struct cli cli;
	struct forecast_options o;
	struct run r = { .cli = &cli, .o = &o };
	bool found;
	int status;

	cli_init(&cli, usage);
	forecast_options_read(&o, &cli, argc, argv);
	cli_start(&cli);
	if (o.model != NULL)
		r.model = forecast_file_open(&cli, o.model, &o);
	start(&r);
	r.in = cli_input(&cli, argv + optind, (size_t)(argc - optind));
	read_all(&r);
	if (r.told > MOST_TOLD)
		cli_warn(&cli, "%zu more series have warnings",
		    r.told - MOST_TOLD);
	found = r.flagged && o.exit_code;
	release(&r);
	forecast_options_release(&o);
	status = cli_finish(&cli);
	return status == 0 && found ? 3 : status;
}
