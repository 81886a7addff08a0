#include "forecast_series.h"
#include "forecast_past.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/vec.h"
#include "record/cli.h"
#include "record/holiday_table.h"

/* 95 % efficient where the noise is normal: Huber's choice. */
const double forecast_huber = 1.345;

const char *const forecast_builtins[PROPHET_BUILTINS] = { "yearly", "weekly",
	"daily" };
static const double step_days[] = {
	[FORECAST_DAY] = 1, [FORECAST_WEEK] = 7, [FORECAST_MONTH] = 365.25 / 12
};
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
forecast_has_builtin(const struct forecast_options *o, size_t i)
{
	/* Dates are days: there is a daily term only where it is asked for. */
	return o->builtin[i].use == PROPHET_ON ||
	    (i < 2 && o->builtin[i].use == PROPHET_AUTO);
}

static void
list_components(struct forecast_terms *terms, struct cli *cli)
{
	const struct forecast_options *o = terms->o;
	bool any[2] = { false };

	terms->component = keep(terms, cli, o->n_seasons + PROPHET_BUILTINS + 4,
	    sizeof(*terms->component));
	if (!o->components)
		return;
	add_component(terms, "trend", COMPONENT_TREND, PROPHET_ADDITIVE);
	for (size_t i = 0; i < PROPHET_BUILTINS; i++)
		if (forecast_has_builtin(o, i) ||
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
	*terms = (struct forecast_terms){ .o = o };
	find_inputs(terms, cli);
	if (o->model == NULL)
		read_holidays(terms, cli);
	else
		terms->holidays = o->given;
	terms->columns = holidays_new(terms->holidays.date, terms->holidays.n);
	if (terms->columns == NULL)
		cli_no_memory(cli);
	terms->effect = holidays_columns(terms->columns, &terms->n_effects);
	list_components(terms, cli);
}

void
forecast_terms_release(struct forecast_terms *terms)
{
	holidays_free(terms->columns);
	arena_release(&terms->arena);
}

/* ---- rows ---------------------------------------------------------------------- */

int
forecast_series_add(struct forecast_series *s,
    const struct forecast_terms *terms, int32_t day, double y,
    const double *input)
{
	const size_t k = terms->n_inputs;

	if (vec_grow(&s->day, &s->day_capacity, s->n + 1, sizeof(*s->day)) ==
		-1 ||
	    vec_grow(&s->y, &s->y_capacity, s->n + 1, sizeof(*s->y)) == -1 ||
	    vec_grow(&s->input, &s->input_capacity, (s->n + 1) * k,
		sizeof(*s->input)) == -1)
		return -1;
	s->day[s->n] = day;
	s->y[s->n] = y;
	if (k > 0)
		memcpy(s->input + s->n * k, input, k * sizeof(*input));
	s->n++;
	return 0;
}

/* Months if every row stands on the same day of one, or on its last where it
 * has no such day; weeks if all lie whole weeks apart; else days. */
static struct forecast_steps
find_steps(const struct forecast_series *s)
{
	struct forecast_steps steps = { .period = FORECAST_DAY,
		.last = s->day[0] };
	bool months = s->n > 1, weeks = s->n > 1;
	int year, month, day_of_month;

	for (size_t i = 0; i < s->n; i++) {
		date_civil(s->day[i], NULL, NULL, &day_of_month);
		if (steps.day_of_month < day_of_month)
			steps.day_of_month = day_of_month;
		if (steps.last < s->day[i])
			steps.last = s->day[i];
	}
	for (size_t i = 0; i < s->n && (months || weeks); i++) {
		date_civil(s->day[i], &year, &month, &day_of_month);
		months &= day_of_month == steps.day_of_month ||
		    (day_of_month < steps.day_of_month &&
			day_of_month == date_days_in_month(year, month));
		weeks &= (s->day[i] - s->day[0]) % 7 == 0;
	}
	if (months)
		steps.period = FORECAST_MONTH;
	else if (weeks)
		steps.period = FORECAST_WEEK;
	if (!months)
		date_civil(steps.last, NULL, NULL, &steps.day_of_month);
	return steps;
}

static void
find_known(struct forecast_series *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (!isnan(s->y[i]) && s->known < s->day[i])
			s->known = s->day[i];
}

/* The days after the last; -1 if they leave the calendar. */
static int
make_future(int32_t *future, size_t horizon, const struct forecast_steps *steps)
{
	int32_t day = steps->last;
	int year, month;

	date_civil(day, &year, &month, NULL);
	for (size_t i = 0; i < horizon; i++) {
		if (steps->period == FORECAST_MONTH) {
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
			day += steps->period == FORECAST_WEEK ? 7 : 1;
		}
		if (day > DATE_MAX)
			return -1;
		future[i] = day;
	}
	return 0;
}

/* ---- all columns of all rows ------------------------------------------------------ */

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

/* The days of all rows; -1 if out of memory. */
static int
frame_days(struct frame *f, const struct forecast_series *s, size_t horizon)
{
	double *t;

	f->rows.n = s->n + horizon;
	if ((t = new_column(f)) == NULL)
		return -1;
	for (size_t i = 0; i < f->rows.n; i++)
		t[i] = i < s->n ? s->day[i] : s->future[i - s->n];
	f->rows.t = t;
	return 0;
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

	if (terms->weight == SIZE_MAX && o->n_weights == 0)
		return 0;
	w = terms->weight == SIZE_MAX
	    ? new_column(f)
	    : input_column(f, s, terms, terms->weight);
	if (w == NULL)
		return -1;
	for (size_t i = 0; i < s->n; i++) {
		if (terms->weight == SIZE_MAX)
			w[i] = 1;
		else if (isnan(w[i]))
			w[i] = 0; /* of a row without a value */
		for (size_t k = 0; k < o->n_weights; k++)
			if (s->day[i] >= o->weight[k].from &&
			    s->day[i] <= o->weight[k].to)
				w[i] *= o->weight[k].weight;
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
	double first = INFINITY, last = -INFINITY, span;

	for (size_t i = 0; i < s->n; i++)
		if (!isnan(s->y[i])) {
			first = fmin(first, s->day[i]);
			last = fmax(last, s->day[i]);
		}
	span = last - first + step_days[s->steps.period];
	for (size_t i = 0; i < s->spec.n_seasonalities; i++)
		if (s->season[i].period > most * span &&
		    s->season[i].prior_scale > held)
			return true;
	return false;
}

/* The seasonalities of this series; -1 if out of memory. */
static int
choose_seasons(struct forecast_series *s, const struct forecast_terms *terms,
    const double *t)
{
	const struct forecast_options *o = terms->o;
	struct prophet_builtin builtin[PROPHET_BUILTINS];
	const size_t most = o->n_seasons + PROPHET_BUILTINS;
	size_t n = 0, conditions = 0;
	int more;

	s->season = calloc(most, sizeof(*s->season));
	s->season_name = calloc(most, sizeof(*s->season_name));
	if (s->season == NULL || s->season_name == NULL)
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
	if (s->steps.period == FORECAST_MONTH && builtin[0].order == 0)
		builtin[0].order = 5;
	more = prophet_auto_seasonalities(t, s->y, s->n, builtin, s->season + n,
	    &s->status);
	if (more == -1)
		return -1;
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
		const bool counts = f->rows.t[i] <= o->by &&
		    (o->since == DATE_NONE ? !known && f->rows.t[i] > s->known
					   : f->rows.t[i] >= o->since);

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
	if (measure)
		s->scale = residual_scale(s->y, s->yhat, s->n);
	residual_score(s->y, s->yhat, s->n, &s->scale, terms->o->threshold,
	    s->residual, s->z, s->flag);
	return isnan(terms->o->target) ? 0 : reach(s, terms, f);
}

/* Where the rows to come lie. */
static enum forecast_failure
find_future(struct forecast_series *s, const struct forecast_terms *terms)
{
	const struct forecast_options *o = terms->o;

	s->horizon = o->horizon;
	/* More than enough days, to be cut; none where the input has them. */
	if (!isnan(o->target) && s->horizon > 0)
		s->horizon = o->by > s->steps.last
		    ? (size_t)(o->by - s->steps.last)
		    : 0;
	if ((s->future = calloc(s->horizon + 1, sizeof(*s->future))) == NULL)
		return FORECAST_NO_MEMORY;
	if (isnan(o->target))
		return make_future(s->future, s->horizon, &s->steps) == -1
		    ? FORECAST_PAST_CALENDAR
		    : FORECAST_DONE;
	for (size_t i = 0; i < s->horizon; i++)
		s->future[i] = DATE_NONE;
	make_future(s->future, s->horizon, &s->steps);
	for (size_t i = 0; i < s->horizon; i++)
		if (s->future[i] > o->by || s->future[i] == DATE_NONE)
			s->horizon = i;
	return FORECAST_DONE;
}

/* How many days forecasts go beyond the last value. */
static double
days_ahead(const struct forecast_series *s, const struct forecast_options *o)
{
	int32_t last = s->known;

	if (o->backtest != FORECAST_NO_BACKTEST && o->horizon > 0)
		return (double)o->horizon * step_days[s->steps.period];
	for (size_t i = 0; i < s->n; i++)
		if (last < s->day[i])
			last = s->day[i];
	if (s->horizon > 0 && last < s->future[s->horizon - 1])
		last = s->future[s->horizon - 1];
	return last > s->known ? last - s->known
			       : 30 * step_days[s->steps.period];
}

static enum forecast_failure
fit(struct forecast_series *s, const struct forecast_terms *terms,
    struct frame *f, struct prophet_workspace *work)
{
	const struct forecast_options *o = terms->o;
	struct prophet_rows history;
	enum forecast_failure failure;
	double *robust;

	s->steps = find_steps(s);
	s->known = DATE_NONE;
	find_known(s);
	if (terms->o->period != FORECAST_AUTO)
		s->steps.period = terms->o->period;
	if ((failure = find_future(s, terms)) != FORECAST_DONE)
		return failure;
	s->spec = terms->o->spec;
	if (frame_days(f, s, s->horizon) == -1 ||
	    choose_seasons(s, terms, f->rows.t) == -1 ||
	    choose_features(s, terms, f) == -1 ||
	    frame_columns(f, s, terms) == -1 ||
	    frame_weights(f, s, terms) == -1 ||
	    (robust = new_column(f)) == NULL)
		return FORECAST_NO_MEMORY;
	history = f->rows;
	history.weight = f->weight;
	history.n = s->n;
	history.y = s->y;
	if ((s->why = prophet_check_spec(&s->spec)) != NULL) {
		s->bad = s->n;
		return FORECAST_NO_MODEL;
	}
	if ((s->why = prophet_check_rows(&s->spec, &history, &s->bad)) != NULL)
		return FORECAST_NO_MODEL;
	if ((o->tune || o->conformal || o->backtest != FORECAST_NO_BACKTEST) &&
	    forecast_past_learn(s, o, &history, days_ahead(s, o), work) == -1)
		return FORECAST_NO_MEMORY;
	if (o->backtest != FORECAST_NO_BACKTEST)
		return FORECAST_DONE;
	s->fit = o->robust ? prophet_fit_robust(&s->spec, &history,
				 forecast_huber, robust, work)
			   : prophet_fit(&s->spec, &history, work);
	if (s->fit == NULL)
		return FORECAST_NO_MEMORY;
	s->status |= prophet_values(s->fit)->status;
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
	if (frame_days(f, s, s->horizon) == -1 ||
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

	for (size_t i = 0; i < s->n; i++)
		if (s->steps.last < s->day[i])
			s->steps.last = s->day[i];
	s->known = (int32_t)lround(prophet_values(s->fit)->start +
	    prophet_values(s->fit)->t_scale);
	find_known(s);
	s->failure = find_future(s, terms);
	if (s->failure == FORECAST_DONE)
		s->failure = predict_frame(s, terms, &f);
	arena_release(&f.arena);
}

void
forecast_series_release(struct forecast_series *s)
{
	free(s->day);
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
	free(s->flag);
	free(s->component);
	backtest_release(&s->past.test);
	*s = (struct forecast_series){ 0 };
}
