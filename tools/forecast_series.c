#include "forecast_series.h"
#include "forecast_judge.h"
#include "forecast_past.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/date_zone.h"
#include "base/vec.h"
#include "model/stats.h"
#include "record/cli.h"
#include "record/holiday_table.h"

/* 95 % efficient where the noise is normal: Huber's choice. */
const double forecast_huber = 1.345;

const char *const forecast_builtins[PROPHET_BUILTINS] = { "yearly", "weekly",
	"daily" };
static const double builtin_period[PROPHET_BUILTINS] = { 365.25, 7, 1 };

/* ---- terms --------------------------------------------------------------------- */

static void *
keep(struct forecast_terms *terms, struct cli *cli, size_t n, size_t size)
{
	void *p = arena_alloc(&terms->arena, (n + 1) * size);

	if (p == NULL)
		cli_no_memory(cli);
	return memset(p, 0, (n + 1) * size);
}

static size_t
find_input(struct forecast_terms *terms, const char *name)
{
	size_t i = 0;

	while (i < terms->n_inputs && strcmp(terms->input[i].name, name) != 0)
		i++;
	if (i == terms->n_inputs)
		terms->input[terms->n_inputs++].name = name;
	return i;
}

static void
find_inputs(struct forecast_terms *terms, struct cli *cli)
{
	const struct forecast_options *o = terms->o;
	size_t n = 0;

	terms->input = keep(terms, cli, o->n_seasons + o->n_regressors + 3,
	    sizeof(*terms->input));
	terms->condition = keep(terms, cli, o->n_seasons,
	    sizeof(*terms->condition));
	terms->regressor = keep(terms, cli, o->n_regressors,
	    sizeof(*terms->regressor));
	for (size_t i = 0; i < o->n_seasons; i++)
		if (o->season[i].condition != NULL) {
			terms->condition[n] = find_input(terms,
			    o->season[i].condition);
			terms->input[terms->condition[n++]].condition = true;
		}
	for (size_t i = 0; i < o->n_regressors; i++)
		terms->regressor[i] = find_input(terms, o->regressor[i].column);
	terms->cap = terms->floor = terms->weight = SIZE_MAX;
	if (o->cap.column != NULL)
		terms->cap = find_input(terms, o->cap.column);
	if (o->floor.column != NULL)
		terms->floor = find_input(terms, o->floor.column);
	if (o->weights != NULL && o->model == NULL) {
		terms->weight = find_input(terms, o->weights);
		terms->input[terms->weight].weight = true;
	}
}

/* The names of a table, by their numbers. */
static void
keep_names(struct forecast_terms *terms, struct cli *cli,
    const struct holiday_table *table)
{
	struct forecast_holidays *h = &terms->holidays;

	h->n_names = table->n_names;
	h->name = keep(terms, cli, h->n_names, sizeof(*h->name));
	for (size_t i = 0; i < h->n_names; i++) {
		char *text = holiday_table_name(table, i);

		if (text == NULL ||
		    (h->name[i] = arena_copy(&terms->arena, text,
			 strlen(text))) == NULL)
			cli_no_memory(cli);
		free(text);
	}
}

static void
read_holidays(struct forecast_terms *terms, struct cli *cli)
{
	const struct forecast_options *o = terms->o;
	struct forecast_holidays *h = &terms->holidays;
	struct holiday_table table = { 0 };

	for (size_t i = 0; i < o->holidays.n; i++)
		holiday_table_read(&table, cli, o->holidays.text[i]);
	if (table.n_scopes > 0)
		cli_warn(cli,
		    "--holidays: those of one group hold for all groups");
	h->from_files = table.n_names;
	for (size_t i = 0; i < o->country.n; i++)
		holiday_table_country(&table, cli, o->country.text[i]);
	keep_names(terms, cli, &table);
	h->n = table.n;
	h->date = keep(terms, cli, h->n, sizeof(*h->date));
	for (size_t i = 0; i < h->n; i++) {
		const struct holiday_row *row = &table.row[i];
		const double prior_scale = table.prior_scale[row->name];

		h->date[i] = (struct holiday){
			.name = row->name,
			.day = row->day,
			.lower = row->lower,
			.upper = row->upper,
			.prior_scale = isnan(prior_scale)
			    ? o->holidays_prior_scale
			    : prior_scale,
		};
	}
	holiday_table_release(&table);
}

static void
add_component(struct forecast_terms *terms, const char *name,
    enum forecast_component_kind kind, enum prophet_mode mode)
{
	struct forecast_component *c = &terms->component[terms->n_components++];

	c->name = name;
	c->kind = kind;
	c->mode = mode;
}

static bool
is_builtin(const char *name)
{
	for (size_t i = 0; i < PROPHET_BUILTINS; i++)
		if (strcmp(forecast_builtins[i], name) == 0)
			return true;
	return false;
}

static bool
has_season(const struct forecast_options *o, const char *name)
{
	for (size_t i = 0; i < o->n_seasons; i++)
		if (strcmp(o->season[i].name, name) == 0)
			return true;
	return false;
}

bool
forecast_has_builtin(const struct forecast_options *o, size_t i, bool sub_daily)
{
	/* Days have a daily term only where it is asked for. */
	return o->builtin[i].use == PROPHET_ON ||
	    ((i < 2 || sub_daily) && o->builtin[i].use == PROPHET_AUTO);
}

void
forecast_terms_list(struct forecast_terms *terms, struct cli *cli,
    bool sub_daily)
{
	const struct forecast_options *o = terms->o;
	bool any[2] = { false };

	terms->component = keep(terms, cli, o->n_seasons + PROPHET_BUILTINS + 4,
	    sizeof(*terms->component));
	if (!o->components)
		return;
	add_component(terms, "trend", COMPONENT_TREND, PROPHET_ADDITIVE);
	for (size_t i = 0; i < PROPHET_BUILTINS; i++)
		if (forecast_has_builtin(o, i, sub_daily) ||
		    has_season(o, forecast_builtins[i]))
			add_component(terms, forecast_builtins[i],
			    COMPONENT_SEASON, PROPHET_ADDITIVE);
	for (size_t i = 0; i < o->n_seasons; i++)
		if (!is_builtin(o->season[i].name))
			add_component(terms, o->season[i].name,
			    COMPONENT_SEASON, PROPHET_ADDITIVE);
	if (terms->n_effects > 0)
		add_component(terms, "holidays", COMPONENT_HOLIDAYS,
		    PROPHET_ADDITIVE);
	for (size_t i = 0; i < o->n_regressors; i++)
		any[o->regressor[i].mode] = true;
	if (any[PROPHET_ADDITIVE])
		add_component(terms, "regressors", COMPONENT_REGRESSORS,
		    PROPHET_ADDITIVE);
	if (any[PROPHET_MULTIPLICATIVE])
		add_component(terms, "regressors_multiplicative",
		    COMPONENT_REGRESSORS, PROPHET_MULTIPLICATIVE);
}

void
forecast_terms_read(struct forecast_terms *terms,
    const struct forecast_options *o, struct cli *cli)
{
	*terms = (struct forecast_terms){ .o = o, .zone = cli->zone };
	find_inputs(terms, cli);
	if (o->mask != NULL)
		calendar_read(&terms->mask, cli, o->mask);
	if (o->model == NULL)
		read_holidays(terms, cli);
	else
		terms->holidays = o->given;
	terms->columns = holidays_new(terms->holidays.date, terms->holidays.n);
	if (terms->columns == NULL)
		cli_no_memory(cli);
	terms->effect = holidays_columns(terms->columns, &terms->n_effects);
}

void
forecast_terms_release(struct forecast_terms *terms)
{
	holidays_free(terms->columns);
	calendar_release(&terms->mask);
	arena_release(&terms->arena);
}

/* ---- rows ---------------------------------------------------------------------- */

/* Those to come up to the day of a target: as many as there are days. */
static const size_t most_rows = DATE_MAX - DATE_MIN;

static const struct date_form plain_form = { .between = ' ', .seconds = true };

int
forecast_series_add(struct forecast_series *s,
    const struct forecast_terms *terms, const struct date_time *time, double y,
    const double *input)
{
	const size_t k = terms->n_inputs;

	if (vec_grow(&s->time, &s->time_capacity, s->n + 1, sizeof(*s->time)) ==
		-1 ||
	    vec_grow(&s->y, &s->y_capacity, s->n + 1, sizeof(*s->y)) == -1 ||
	    vec_grow(&s->input, &s->input_capacity, (s->n + 1) * k,
		sizeof(*s->input)) == -1)
		return -1;
	s->time[s->n] = *time;
	s->y[s->n] = y;
	if (k > 0)
		memcpy(s->input + s->n * k, input, k * sizeof(*input));
	s->n++;
	return 0;
}

struct date_time
forecast_series_clock(const struct forecast_series *s, int64_t second)
{
	struct date_time time = { .second = second, .form = s->form };

	time.form.offset = '\0';
	if (time.form.between == '\0' && second % DATE_SECONDS != 0)
		time.form = plain_form;
	return time;
}

/* ---- how they lie in time --------------------------------------------------------- */

/* The second of UTC, as far as the offset is known. */
static int64_t
instant_of(const struct date_time *time)
{
	return time->second - time->offset;
}

/* How times are written: as by the last row that has a time of the day; and that
 * last row.  s->sub_daily is known. */
static void
find_last(struct forecast_series *s)
{
	const struct date_time *last = &s->time[0];
	int64_t formed = INT64_MIN;
	bool seconds = false;

	s->form = s->sub_daily ? plain_form : (struct date_form){ 0 };
	for (size_t i = 0; i < s->n; i++) {
		const struct date_time *time = &s->time[i];

		/* Days count as they are written. */
		if (s->sub_daily ? instant_of(time) > instant_of(last)
				 : time->second > last->second)
			last = time;
		seconds |= time->second % 60 != 0;
		if (s->sub_daily && time->form.between != '\0' &&
		    instant_of(time) >= formed) {
			formed = instant_of(time);
			s->form = time->form;
		}
	}
	s->form.seconds |= seconds;
	s->steps.last = *last;
	s->steps.last.form = s->form;
}

bool
forecast_series_has_clock(const struct forecast_series *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->time[i].second % DATE_SECONDS != 0)
			return true;
	return false;
}

/* Whether all rows are of one time of the day. */
static bool
has_one_hour(const struct forecast_series *s)
{
	for (size_t i = 1; i < s->n; i++)
		if ((s->time[i].second - s->time[0].second) % DATE_SECONDS != 0)
			return false;
	return true;
}

/* Of rows of one time of the day.  Months if every row stands on the same day of
 * one, or on its last where it has no such day; weeks if all lie whole weeks
 * apart; else days. */
static void
find_days(struct forecast_series *s)
{
	struct forecast_steps *steps = &s->steps;
	const int32_t first = date_of_second(s->time[0].second);
	bool months = s->n > 1, weeks = s->n > 1;
	int year, month, day_of_month;

	steps->day_of_month = 0;
	for (size_t i = 0; i < s->n; i++) {
		date_civil(date_of_second(s->time[i].second), NULL, NULL,
		    &day_of_month);
		if (steps->day_of_month < day_of_month)
			steps->day_of_month = day_of_month;
	}
	for (size_t i = 0; i < s->n && (months || weeks); i++) {
		const int32_t day = date_of_second(s->time[i].second);

		date_civil(day, &year, &month, &day_of_month);
		months &= day_of_month == steps->day_of_month ||
		    (day_of_month < steps->day_of_month &&
			day_of_month == date_days_in_month(year, month));
		weeks &= (day - first) % 7 == 0;
	}
	steps->step.period = months ? FORECAST_MONTH
	    : weeks                 ? FORECAST_WEEK
				    : FORECAST_DAY;
	if (!months)
		date_civil(date_of_second(steps->last.second), NULL, NULL,
		    &steps->day_of_month);
}

static int
compare_instants(const void *pa, const void *pb)
{
	const int64_t a = *(const int64_t *)pa, b = *(const int64_t *)pb;

	return (a > b) - (a < b);
}

/* The seconds from row to row, in order of time, those of one instant left out;
 * *n is how many.  To be freed; NULL if out of memory. */
static double *
find_gaps(const struct forecast_series *s, size_t *n)
{
	int64_t *instant = malloc((s->n + 1) * sizeof(*instant));
	double *gap = malloc((s->n + 1) * sizeof(*gap));

	*n = 0;
	for (size_t i = 0; instant != NULL && i < s->n; i++)
		instant[i] = instant_of(&s->time[i]);
	if (instant != NULL && gap != NULL) {
		qsort(instant, s->n, sizeof(*instant), compare_instants);
		for (size_t i = 1; i < s->n; i++)
			if (instant[i] > instant[i - 1])
				gap[(*n)++] = (double)(instant[i] -
				    instant[i - 1]);
	}
	if (instant == NULL) {
		free(gap);
		gap = NULL;
	}
	free(instant);
	return gap;
}

/* The largest step that all rows lie whole steps apart by, if that is no less
 * than a 24th of their median distance, else they are of odd times: the largest
 * usual step that is not above 5/4 of it.  -1 if out of memory. */
static int
find_seconds(struct forecast_series *s)
{
	static const int64_t usual[] = { DATE_SECONDS, 12 * 3600, 8 * 3600,
		6 * 3600, 4 * 3600, 3 * 3600, 2 * 3600, 3600, 1800, 900, 600,
		300, 60, 30, 1 };
	struct forecast_step *step = &s->steps.step;
	size_t n, i = 0;
	double *gap = find_gaps(s, &n), common = 0, median;

	if (gap == NULL)
		return -1;
	for (size_t k = 0; k < n; k++)
		for (double a = gap[k]; a > 0;) {
			const double rest = fmod(common, a);

			common = a;
			a = rest;
		}
	median = n > 0 ? stats_median(gap, n) : DATE_SECONDS;
	free(gap);
	s->apart = n + 1 == s->n;
	while ((double)usual[i] > 1.25 * median)
		i++;
	step->period = i > 0 ? FORECAST_SECONDS : FORECAST_DAY;
	step->seconds = usual[i];
	if (common > 0 && 24 * common >= median &&
	    common <= (double)FORECAST_STEP_MAX) {
		step->period = FORECAST_SECONDS;
		step->seconds = (int64_t)common;
	}
	return 0;
}

/* How the rows lie in time; -1 if out of memory. */
static int
find_steps(struct forecast_series *s)
{
	s->sub_daily = forecast_series_has_clock(s);
	find_last(s);
	if (has_one_hour(s)) {
		find_days(s);
		return 0;
	}
	date_civil(date_of_second(s->steps.last.second), NULL, NULL,
	    &s->steps.day_of_month);
	return find_seconds(s);
}

static double
step_days(const struct forecast_step *step)
{
	switch (step->period) {
	case FORECAST_WEEK:
		return 7;
	case FORECAST_MONTH:
		return 365.25 / 12;
	case FORECAST_SECONDS:
		return (double)step->seconds / DATE_SECONDS;
	default:
		return 1;
	}
}

static void
find_known(struct forecast_series *s)
{
	for (size_t i = 0; i < s->n; i++) {
		const int64_t second = s->time[i].second;

		if (isnan(s->y[i]))
			continue;
		if (s->first > second)
			s->first = second;
		if (s->known < second)
			s->known = second;
	}
}

double
forecast_series_span(const struct forecast_series *s)
{
	return ((double)s->known - (double)s->first) / DATE_SECONDS;
}

static int
hour_of(int64_t second)
{
	return (int)((second - (int64_t)date_of_second(second) * DATE_SECONDS) /
	    3600);
}

static void
find_hours(struct forecast_series *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (!isnan(s->y[i]))
			s->hours |= UINT32_C(1) << hour_of(s->time[i].second);
}

/* The instant one step after another, for the clocks of a zone, if there is one:
 * they may go forward or back in between. */
static void
add_seconds(struct date_time *time, int64_t seconds,
    const struct date_zone *zone)
{
	const int64_t instant = instant_of(time) + seconds;

	if (zone != NULL)
		time->offset = date_zone_offset(zone, instant);
	time->second = instant + time->offset;
}

/* The same time of another day, whose offset may be another. */
static void
set_day(struct date_time *time, int32_t day, const struct date_zone *zone)
{
	time->second = (int64_t)day * DATE_SECONDS + time->second -
	    (int64_t)date_of_second(time->second) * DATE_SECONDS;
	/* Found by the offset before, which may have changed that day. */
	for (int i = 0; zone != NULL && i < 2; i++)
		time->offset = date_zone_offset(zone, instant_of(time));
}

/* The times after the last; how many, fewer where they leave the calendar. */
static size_t
make_future(struct date_time *future, size_t horizon,
    const struct forecast_steps *steps, const struct date_zone *zone)
{
	struct date_time time = steps->last;
	int32_t day = date_of_second(time.second);
	int year, month;

	/* Clocks without an offset are of no zone. */
	if (time.form.offset == '\0')
		zone = NULL;
	date_civil(day, &year, &month, NULL);
	for (size_t i = 0; i < horizon; i++) {
		if (steps->step.period == FORECAST_SECONDS) {
			add_seconds(&time, steps->step.seconds, zone);
			day = date_of_second(time.second);
		} else if (steps->step.period == FORECAST_MONTH) {
			int most;

			year += month / 12;
			month = month % 12 + 1;
			if (year > 9999)
				return i;
			most = date_days_in_month(year, month);
			day = date_from_civil(year, month,
			    steps->day_of_month < most ? steps->day_of_month
						       : most);
		} else {
			day += steps->step.period == FORECAST_WEEK ? 7 : 1;
		}
		if (day > DATE_MAX)
			return i;
		if (steps->step.period != FORECAST_SECONDS)
			set_day(&time, day, zone);
		/* It may be written as UTC. */
		if (date_of_second(instant_of(&time)) > DATE_MAX)
			return i;
		future[i] = time;
	}
	return horizon;
}

/* ---- all columns of all rows ------------------------------------------------------ */

/* A time in days, as the model has them. */
static double
days_of(const struct date_time *time)
{
	return (double)time->second / DATE_SECONDS;
}

/* The rows and the rows to come, as the model wants them. */
struct frame {
	struct arena arena;
	struct prophet_rows rows;
	double **feature, **condition;
	double *cap, *floor, *weight;
};

static double *
new_column(struct frame *f)
{
	double *x = arena_alloc(&f->arena, (f->rows.n + 1) * sizeof(*x));

	return x == NULL ? NULL : memset(x, 0, (f->rows.n + 1) * sizeof(*x));
}

static double *
input_column(struct frame *f, const struct forecast_series *s,
    const struct forecast_terms *terms, size_t input)
{
	double *x = new_column(f);

	for (size_t i = 0; x != NULL && i < s->n; i++)
		x[i] = s->input[i * terms->n_inputs + input];
	return x;
}

static double *
level_column(struct frame *f, const struct forecast_series *s,
    const struct forecast_terms *terms, const struct forecast_level *level,
    size_t input)
{
	double *x;

	if (level->column != NULL)
		return input_column(f, s, terms, input);
	x = new_column(f);
	for (size_t i = 0; x != NULL && i < f->rows.n; i++)
		x[i] = level->value;
	return x;
}

/* The times of all rows; -1 if out of memory. */
static int
frame_times(struct frame *f, const struct forecast_series *s, size_t horizon)
{
	double *t;

	f->rows.n = s->n + horizon;
	if ((t = new_column(f)) == NULL)
		return -1;
	for (size_t i = 0; i < f->rows.n; i++)
		t[i] = days_of(i < s->n ? &s->time[i] : &s->future[i - s->n]);
	f->rows.t = t;
	return 0;
}

/* The times of the rows as UTC has them, for which every hour is one; NULL if out
 * of memory. */
static double *
frame_instants(struct frame *f, const struct forecast_series *s)
{
	double *t = new_column(f);

	for (size_t i = 0; t != NULL && i < s->n; i++)
		t[i] = (double)instant_of(&s->time[i]) / DATE_SECONDS;
	return t;
}

/* Room for the columns of features; -1 if out of memory. */
static int
frame_features(struct frame *f, const struct forecast_terms *terms)
{
	const size_t most = terms->n_effects + terms->o->n_regressors;

	f->feature = arena_alloc(&f->arena, (most + 1) * sizeof(*f->feature));
	return f->feature == NULL ? -1 : 0;
}

/* The columns besides time and holidays; -1 if out of memory. */
static int
frame_columns(struct frame *f, const struct forecast_series *s,
    const struct forecast_terms *terms)
{
	const struct forecast_options *o = terms->o;
	size_t n = 0;

	f->condition = arena_alloc(&f->arena,
	    (o->n_seasons + 1) * sizeof(*f->condition));
	if (f->condition == NULL)
		return -1;
	for (size_t j = 0; j < o->n_regressors; j++)
		if ((f->feature[s->n_effects + j] = input_column(f, s, terms,
			 terms->regressor[j])) == NULL)
			return -1;
	for (size_t j = 0; j < o->n_seasons; j++)
		if (o->season[j].condition != NULL) {
			f->condition[n] = input_column(f, s, terms,
			    terms->condition[n]);
			if (f->condition[n++] == NULL)
				return -1;
		}
	if (o->cap.given &&
	    (f->cap = level_column(f, s, terms, &o->cap, terms->cap)) == NULL)
		return -1;
	if (o->floor.given &&
	    (f->floor = level_column(f, s, terms, &o->floor, terms->floor)) ==
		NULL)
		return -1;
	f->rows.feature = (const double *const *)f->feature;
	f->rows.condition = (const double *const *)f->condition;
	f->rows.cap = f->cap;
	f->rows.floor = f->floor;
	return 0;
}

/* What the rows weigh; -1 if out of memory. */
static int
frame_weights(struct frame *f, const struct forecast_series *s,
    const struct forecast_terms *terms)
{
	const struct forecast_options *o = terms->o;
	double *w;

	if (terms->weight == SIZE_MAX && o->n_weights == 0 &&
	    terms->mask.parts == 0)
		return 0;
	w = terms->weight == SIZE_MAX
	    ? new_column(f)
	    : input_column(f, s, terms, terms->weight);
	if (w == NULL)
		return -1;
	for (size_t i = 0; i < s->n; i++) {
		const int32_t day = date_of_second(s->time[i].second);

		if (terms->weight == SIZE_MAX)
			w[i] = 1;
		else if (isnan(w[i]))
			w[i] = 0; /* of a row without a value */
		for (size_t k = 0; k < o->n_weights; k++)
			if (day >= o->weight[k].from && day <= o->weight[k].to)
				w[i] *= o->weight[k].weight;
		if (calendar_has(&terms->mask, s->mask, day))
			w[i] = 0;
	}
	f->weight = w;
	return 0;
}

/* ---- the model ------------------------------------------------------------------- */

/* Whether a seasonality is longer than the history, and not held by its prior:
 * then it and the trend may cancel each other by huge values, which they do not
 * after the last row. */
static bool
has_long_season(const struct forecast_series *s)
{
	static const double held = 0.02, most = 365.25 / 360;
	const double span = forecast_series_span(s) + step_days(&s->steps.step);

	for (size_t i = 0; i < s->spec.n_seasonalities; i++)
		if (s->season[i].period > most * span &&
		    s->season[i].prior_scale > held)
			return true;
	return false;
}

/* The seasonalities of this series; -1 if out of memory. */
static int
choose_seasons(struct forecast_series *s, const struct forecast_terms *terms,
    struct frame *f)
{
	const struct forecast_options *o = terms->o;
	struct prophet_builtin builtin[PROPHET_BUILTINS];
	const double *t = s->sub_daily ? frame_instants(f, s) : f->rows.t;
	const size_t most = o->n_seasons + PROPHET_BUILTINS;
	size_t n = 0, conditions = 0;
	int more;

	s->season = calloc(most, sizeof(*s->season));
	s->season_name = calloc(most, sizeof(*s->season_name));
	if (s->season == NULL || s->season_name == NULL || t == NULL)
		return -1;
	for (; n < o->n_seasons; n++) {
		const struct forecast_season *own = &o->season[n];

		s->season_name[n] = own->name;
		s->season[n] = (struct prophet_seasonality){
			.period = own->period,
			.order = own->order,
			.prior_scale = own->prior_scale,
			.conditional = own->condition != NULL,
			.mode = own->mode,
		};
		if (own->condition != NULL)
			s->season[n].condition = conditions++;
	}
	/* Twelve days of the year cannot tell more than six harmonics. */
	memcpy(builtin, o->builtin, sizeof(builtin));
	if (s->steps.step.period == FORECAST_MONTH && builtin[0].order == 0)
		builtin[0].order = 5;
	more = prophet_auto_seasonalities(t, s->y, s->n, builtin, s->season + n,
	    &s->status);
	if (more == -1)
		return -1;
	if (s->sub_daily)
		s->status &= ~(unsigned)PROPHET_UNSEEN_HOURS; /* see below */
	for (const size_t end = n + (size_t)more; n < end; n++)
		for (size_t i = 0; i < PROPHET_BUILTINS; i++)
			if (s->season[n].period == builtin_period[i])
				s->season_name[n] = forecast_builtins[i];
	s->spec.seasonality = s->season;
	s->spec.n_seasonalities = n;
	s->spec.n_conditions = conditions;
	s->long_season = has_long_season(s);
	return 0;
}

/* The holidays that a row with a value has, as others have no effect, with their
 * columns; and the regressors.  -1 if out of memory. */
static int
choose_features(struct forecast_series *s, const struct forecast_terms *terms,
    struct frame *f)
{
	const struct forecast_options *o = terms->o;
	struct prophet_feature *feature = calloc(terms->n_effects +
		o->n_regressors + 1,
	    sizeof(*feature));
	double *x = NULL; /* a column that is not used yet */
	size_t n = 0;

	s->spec.feature = feature;
	s->effect = calloc(terms->n_effects + 1, sizeof(*s->effect));
	if (feature == NULL || s->effect == NULL ||
	    frame_features(f, terms) == -1)
		return -1;
	for (size_t i = 0; i < terms->n_effects; i++) {
		const struct holiday_column *e = &terms->effect[i];
		bool seen = false;

		if (x == NULL && (x = new_column(f)) == NULL)
			return -1;
		if (holidays_fill(terms->columns, i, f->rows.t, f->rows.n, x) ==
		    0)
			continue;
		for (size_t row = 0; row < s->n && !seen; row++)
			seen = x[row] == 1 && !isnan(s->y[row]);
		if (!seen) {
			s->idle_holiday |= e->name < terms->holidays.from_files;
			continue;
		}
		f->feature[s->n_effects] = x;
		s->effect[s->n_effects++] = i;
		x = NULL;
		feature[n++] = (struct prophet_feature){
			.prior_scale = e->prior_scale,
			.standardize = PROPHET_STANDARDIZE_NO,
			.mode = o->holidays_mode,
		};
	}
	for (size_t i = 0; i < o->n_regressors; i++)
		feature[n++] = (struct prophet_feature){
			.prior_scale = o->regressor[i].prior_scale,
			.standardize = o->regressor[i].standardize,
			.mode = o->regressor[i].mode,
			.sign = o->regressor[i].sign,
		};
	s->spec.n_features = n;
	return 0;
}

/* The index of a season by name, or SIZE_MAX. */
static size_t
find_season(const struct forecast_series *s, const char *name)
{
	for (size_t i = 0; i < s->spec.n_seasonalities; i++)
		if (strcmp(s->season_name[i], name) == 0)
			return i;
	return SIZE_MAX;
}

static void
predict_component(struct forecast_series *s, const struct forecast_terms *terms,
    const struct frame *f, const struct forecast_component *c, double *out)
{
	const struct forecast_options *o = terms->o;
	const size_t seasons = s->spec.n_seasonalities;
	size_t first = SIZE_MAX, n = 1;

	switch (c->kind) {
	case COMPONENT_TREND:
		return;
	case COMPONENT_SEASON:
		first = find_season(s, c->name);
		break;
	case COMPONENT_HOLIDAYS:
		if (s->n_effects > 0)
			first = seasons;
		n = s->n_effects;
		break;
	case COMPONENT_REGRESSORS:
		for (size_t i = o->n_regressors; i-- > 0;)
			if (o->regressor[i].mode == c->mode) {
				first = seasons + s->n_effects + i;
				n = o->n_regressors - i;
			}
		break;
	}
	if (first != SIZE_MAX) {
		prophet_component(s->fit, &f->rows, first, n, out);
		return;
	}
	/* Holidays without a date are nothing; a term that is not there is not
	 * known. */
	for (size_t i = 0; i < f->rows.n; i++)
		out[i] = c->kind == COMPONENT_HOLIDAYS ? 0 : NAN;
}

/* Keep the rows of a column that are chosen; NULL stays NULL. */
static const double *
choose(struct frame *f, const double *x, const bool *chosen)
{
	double *kept = x == NULL ? NULL : new_column(f);
	size_t n = 0;

	for (size_t i = 0; kept != NULL && i < f->rows.n; i++)
		if (chosen[i])
			kept[n++] = x[i];
	return kept;
}

/* What rows with a value have of a target, and how likely those without one
 * bring the rest; -1 if out of memory. */
static int
reach(struct forecast_series *s, const struct forecast_terms *terms,
    struct frame *f)
{
	const struct forecast_options *o = terms->o;
	struct prophet_rows rows = { 0 };
	bool *chosen = arena_alloc(&f->arena, f->rows.n + 1);
	const double **feature = arena_alloc(&f->arena,
	    (s->spec.n_features + 1) * sizeof(*feature));
	const double **condition = arena_alloc(&f->arena,
	    (s->spec.n_conditions + 1) * sizeof(*condition));

	if (chosen == NULL || feature == NULL || condition == NULL)
		return -1;
	s->so_far = s->expected = 0;
	for (size_t i = 0; i < f->rows.n; i++) {
		const bool known = i < s->n && !isnan(s->y[i]);
		const struct date_time *time = i < s->n ? &s->time[i]
							: &s->future[i - s->n];
		const int32_t day = date_of_second(time->second);
		const bool counts = day <= o->by &&
		    (o->since == DATE_NONE ? !known && time->second > s->known
					   : day >= o->since);

		chosen[i] = counts && !known;
		rows.n += chosen[i];
		if (counts && known)
			s->so_far += s->y[i];
	}
	for (size_t j = 0; j < s->spec.n_features; j++)
		if ((feature[j] = choose(f, f->feature[j], chosen)) == NULL)
			return -1;
	for (size_t j = 0; j < s->spec.n_conditions; j++)
		if ((condition[j] = choose(f, f->condition[j], chosen)) == NULL)
			return -1;
	rows.t = choose(f, f->rows.t, chosen);
	rows.cap = choose(f, f->cap, chosen);
	rows.floor = choose(f, f->floor, chosen);
	rows.feature = feature;
	rows.condition = condition;
	if (rows.t == NULL || (f->cap != NULL && rows.cap == NULL) ||
	    (f->floor != NULL && rows.floor == NULL))
		return -1;
	s->probability = o->target <= s->so_far;
	if (rows.n > 0 &&
	    prophet_reach(s->fit, &rows, o->target - s->so_far, &s->expected,
		&s->probability) == -1)
		return -1;
	s->expected += s->so_far;
	return 0;
}

/* Predict the rows of a frame; -1 if out of memory. */
static int
predict(struct forecast_series *s, const struct forecast_terms *terms,
    struct frame *f, bool measure)
{
	const size_t m = f->rows.n;
	struct prophet_forecast out = { 0 };

	s->yhat = calloc(m + 1, sizeof(*s->yhat));
	s->lower = calloc(m + 1, sizeof(*s->lower));
	s->upper = calloc(m + 1, sizeof(*s->upper));
	s->residual = calloc(s->n + 1, sizeof(*s->residual));
	s->z = calloc(s->n + 1, sizeof(*s->z));
	s->flag = calloc(s->n + 1, sizeof(*s->flag));
	s->component = calloc(terms->n_components * m + 1,
	    sizeof(*s->component));
	if (s->yhat == NULL || s->lower == NULL || s->upper == NULL ||
	    s->residual == NULL || s->z == NULL || s->flag == NULL ||
	    s->component == NULL)
		return -1;
	out.yhat = s->yhat;
	out.lower = s->lower;
	out.upper = s->upper;
	if (terms->n_components > 0)
		out.trend = s->component; /* it is the first */
	if (prophet_predict(s->fit, &f->rows, terms->o->interval, &out) == -1)
		return -1;
	for (size_t i = 0; i < terms->n_components; i++)
		predict_component(s, terms, f, &terms->component[i],
		    s->component + i * m);
	if (terms->o->conformal && s->past.test.n > 0 &&
	    forecast_past_bounds(s, terms->o, f->rows.t, m) == -1)
		return -1;
	if (terms->o->judge)
		return forecast_judge(s, terms->o, f->weight, m);
	if (measure)
		s->scale = residual_scale(s->y, s->yhat, s->n);
	residual_score(s->y, s->yhat, s->n, &s->scale, terms->o->threshold,
	    s->residual, s->z, s->flag);
	return isnan(terms->o->target) ? 0 : reach(s, terms, f);
}

/* No model, and not for one row alone. */
static enum forecast_failure
refuse(struct forecast_series *s, const char *why)
{
	s->why = why;
	s->bad = s->n;
	return FORECAST_NO_MODEL;
}

/* At least as many rows as there are up to the day of a target. */
static size_t
rows_until(const struct forecast_steps *steps, int32_t by)
{
	const int64_t seconds = ((int64_t)by + 1) * DATE_SECONDS -
	    steps->last.second;

	if (seconds <= 0)
		return 0;
	/* A day more, for clocks that go back in between. */
	if (steps->step.period == FORECAST_SECONDS)
		return (size_t)((seconds + DATE_SECONDS) / steps->step.seconds);
	return (size_t)(by - date_of_second(steps->last.second));
}

/* Where the rows to come lie. */
static enum forecast_failure
find_future(struct forecast_series *s, const struct forecast_terms *terms)
{
	const struct forecast_options *o = terms->o;
	const bool all = isnan(o->target);
	size_t made = 0;

	s->horizon = o->horizon;
	/* None where the input has them. */
	if (!all && s->horizon > 0)
		s->horizon = rows_until(&s->steps, o->by);
	if (s->horizon > most_rows)
		return refuse(s, "too many rows up to the day of --by");
	if ((s->future = calloc(s->horizon + 1, sizeof(*s->future))) == NULL)
		return FORECAST_NO_MEMORY;
	made = make_future(s->future, s->horizon, &s->steps, terms->zone);
	if (all)
		return made < s->horizon ? FORECAST_PAST_CALENDAR
					 : FORECAST_DONE;
	s->horizon = 0;
	while (s->horizon < made &&
	    date_of_second(s->future[s->horizon].second) <= o->by)
		s->horizon++;
	return FORECAST_DONE;
}

/* How many days forecasts go beyond the last value. */
static double
days_ahead(const struct forecast_series *s, const struct forecast_options *o)
{
	int64_t last = s->known;

	if (o->backtest != FORECAST_NO_BACKTEST && o->horizon > 0)
		return (double)o->horizon * step_days(&s->steps.step);
	for (size_t i = 0; i < s->n; i++)
		if (last < s->time[i].second)
			last = s->time[i].second;
	if (s->horizon > 0 && last < s->future[s->horizon - 1].second)
		last = s->future[s->horizon - 1].second;
	return last > s->known ? (double)(last - s->known) / DATE_SECONDS
			       : 30 * step_days(&s->steps.step);
}

/* The step that is asked for, in place of the one found. */
static enum forecast_failure
take_step(struct forecast_series *s, const struct forecast_step *step)
{
	if (step->period == FORECAST_AUTO)
		return FORECAST_DONE;
	if (!s->sub_daily && step->period == FORECAST_SECONDS &&
	    step->seconds % DATE_SECONDS != 0)
		return refuse(s,
		    "the rows are days, and --period is a part of one");
	s->steps.step = *step;
	s->form.seconds |= step->period == FORECAST_SECONDS &&
	    step->seconds % 60 != 0;
	s->steps.last.form = s->form;
	return FORECAST_DONE;
}

/* Whether a daily curve is predicted at an hour of the day that the history does
 * not have: in rows that the model has not learned from, to which, if it was not
 * fitted to them, those with a value belong. */
static bool
has_unseen_hours(const struct forecast_series *s, bool learned)
{
	bool curve = false;

	for (size_t i = 0; i < s->spec.n_seasonalities; i++)
		curve |= s->season[i].period <= 1;
	if (!curve || !s->sub_daily)
		return false;
	for (size_t i = 0; i < s->n + s->horizon; i++) {
		const struct date_time *time = i < s->n ? &s->time[i]
							: &s->future[i - s->n];

		if ((i >= s->n || !learned || isnan(s->y[i])) &&
		    (s->hours >> hour_of(time->second) & 1) == 0)
			return true;
	}
	return false;
}

static enum forecast_failure
fit(struct forecast_series *s, const struct forecast_terms *terms,
    struct frame *f, struct prophet_workspace *work)
{
	const struct forecast_options *o = terms->o;
	struct prophet_rows history;
	enum forecast_failure failure;
	double *robust;

	if (find_steps(s) == -1)
		return FORECAST_NO_MEMORY;
	s->first = INT64_MAX;
	s->known = INT64_MIN;
	find_known(s);
	find_hours(s);
	if ((failure = take_step(s, &o->step)) != FORECAST_DONE ||
	    (failure = find_future(s, terms)) != FORECAST_DONE)
		return failure;
	s->spec = o->spec;
	if (frame_times(f, s, s->horizon) == -1 ||
	    choose_seasons(s, terms, f) == -1 ||
	    choose_features(s, terms, f) == -1 ||
	    frame_columns(f, s, terms) == -1 ||
	    frame_weights(f, s, terms) == -1 ||
	    (robust = new_column(f)) == NULL)
		return FORECAST_NO_MEMORY;
	history = f->rows;
	history.weight = f->weight;
	history.n = s->n;
	history.y = s->y;
	if ((s->why = prophet_check_spec(&s->spec)) != NULL)
		return refuse(s, s->why);
	if ((s->why = prophet_check_rows(&s->spec, &history, &s->bad)) != NULL)
		return FORECAST_NO_MODEL;
	if ((o->tune || o->conformal || o->backtest != FORECAST_NO_BACKTEST) &&
	    forecast_past_learn(s, o, &history, days_ahead(s, o), work) == -1)
		return FORECAST_NO_MEMORY;
	if (o->backtest != FORECAST_NO_BACKTEST)
		return FORECAST_DONE;
	if (o->judge)
		(void)forecast_judge_fit(s, o->scale, &history, robust, work);
	else
		s->fit = o->robust ? prophet_fit_robust(&s->spec, &history,
					 forecast_huber, robust, work)
				   : prophet_fit(&s->spec, &history, work);
	if (s->fit == NULL)
		return FORECAST_NO_MEMORY;
	s->status |= prophet_values(s->fit)->status;
	if (s->apart)
		s->status &= ~(unsigned)PROPHET_DUPLICATE_TIMES;
	if (has_unseen_hours(s, true))
		s->status |= PROPHET_UNSEEN_HOURS;
	return predict(s, terms, f, true) == -1 ? FORECAST_NO_MEMORY
						: FORECAST_DONE;
}

void
forecast_series_fit(struct forecast_series *s,
    const struct forecast_terms *terms, struct prophet_workspace *work)
{
	struct frame f = { 0 };

	s->failure = fit(s, terms, &f, work);
	arena_release(&f.arena);
}

/* The columns of the holidays that the model knows; -1 if out of memory. */
static int
fill_effects(struct frame *f, const struct forecast_series *s,
    const struct forecast_terms *terms)
{
	if (frame_features(f, terms) == -1)
		return -1;
	for (size_t j = 0; j < s->n_effects; j++) {
		if ((f->feature[j] = new_column(f)) == NULL)
			return -1;
		holidays_fill(terms->columns, s->effect[j], f->rows.t,
		    f->rows.n, f->feature[j]);
	}
	return 0;
}

/* Predict all rows by a model that is there. */
static enum forecast_failure
predict_frame(struct forecast_series *s, const struct forecast_terms *terms,
    struct frame *f)
{
	if (frame_times(f, s, s->horizon) == -1 ||
	    fill_effects(f, s, terms) == -1 || frame_columns(f, s, terms) == -1)
		return FORECAST_NO_MEMORY;
	if ((s->why = prophet_check_rows(&s->spec, &f->rows, &s->bad)) != NULL)
		return FORECAST_NO_MODEL;
	return predict(s, terms, f, false) == -1 ? FORECAST_NO_MEMORY
						 : FORECAST_DONE;
}

void
forecast_series_predict(struct forecast_series *s,
    const struct forecast_terms *terms)
{
	struct frame f = { 0 };

	const struct prophet_values *v = prophet_values(s->fit);
	const struct date_time last = s->steps.last;

	if (!s->sub_daily && forecast_series_has_clock(s)) {
		s->failure = refuse(s,
		    "the rows have times of the day, and the model is of days");
		return;
	}
	find_last(s);
	if (s->sub_daily ? instant_of(&last) > instant_of(&s->steps.last)
			 : last.second > s->steps.last.second) {
		s->steps.last = last;
		s->steps.last.form = s->form;
	}
	s->known = llround((v->start + v->t_scale) * DATE_SECONDS);
	find_known(s);
	s->failure = find_future(s, terms);
	if (s->failure == FORECAST_DONE)
		s->failure = predict_frame(s, terms, &f);
	/* Where it failed there may be no rows to come. */
	if (s->failure == FORECAST_DONE && has_unseen_hours(s, false))
		s->status |= PROPHET_UNSEEN_HOURS;
	arena_release(&f.arena);
}

void
forecast_series_release(struct forecast_series *s)
{
	free(s->time);
	free(s->y);
	free(s->input);
	prophet_free(s->fit);
	free(s->season);
	free(s->season_name);
	free((void *)s->spec.feature);
	free(s->effect);
	free(s->future);
	free(s->yhat);
	free(s->lower);
	free(s->upper);
	free(s->residual);
	free(s->z);
	free(s->p);
	free(s->flag);
	free(s->component);
	backtest_release(&s->past.test);
	*s = (struct forecast_series){ 0 };
}
