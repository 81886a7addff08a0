#include "forecast_file.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "base/date.h"
#include "base/vec.h"
#include "record/cli.h"
#include "record/group.h"
#include "record/json.h"
#include "record/jsonin.h"

enum { VERSION = 1 };

/* The elements of an array. */
#define EACH(node, list)      \
	node = (list)->child; \
	node != NULL;         \
	node = node->next

static const char *const growths[] = { "linear", "flat", "logistic", NULL };
static const char *const modes[] = { "additive", "multiplicative", NULL };

struct forecast_file {
	struct cli *cli;
	const char *path;
	/* Written. */
	struct json json;
	const struct forecast_terms *terms;
	/* Read. */
	const struct forecast_options *o;
	struct cJSON *root;
	struct groups *groups;
	const struct cJSON **series; /* by group */
	size_t capacity;
};

/* ---- writing -------------------------------------------------------------------- */

static void
put_text(struct json *j, const char *key, const char *text)
{
	json_key(j, key);
	json_text(j, text);
}

static void
put_number(struct json *j, const char *key, double v)
{
	json_key(j, key);
	json_number(j, v);
}

static void
put_numbers(struct json *j, const char *key, const double *x, size_t n)
{
	json_key(j, key);
	json_list(j);
	for (size_t i = 0; i < n; i++)
		json_number(j, x[i]);
	json_end(j);
}

static void
put_level(struct json *j, const char *key, const struct forecast_level *level)
{
	if (!level->given)
		return;
	if (level->column != NULL)
		put_text(j, key, level->column);
	else
		put_number(j, key, level->value);
}

/* Whether two dates are of a holiday with the same windows. */
static bool
same_holiday(const struct holiday *a, const struct holiday *b)
{
	return a->name == b->name && a->lower == b->lower &&
	    a->upper == b->upper;
}

/* A holiday and its windows with all their dates; first is the first of them. */
static void
put_holiday(struct json *j, const struct forecast_holidays *h, size_t first)
{
	const struct holiday *date = &h->date[first];

	json_object(j);
	put_text(j, "holiday", h->name[date->name]);
	put_number(j, "lower_window", date->lower);
	put_number(j, "upper_window", date->upper);
	put_number(j, "prior_scale", date->prior_scale);
	json_key(j, "dates");
	json_list(j);
	for (size_t i = first; i < h->n; i++)
		if (same_holiday(&h->date[i], date))
			json_date(j, h->date[i].day);
	json_end(j);
	json_end(j);
}

static void
put_holidays(struct json *j, const struct forecast_holidays *h)
{
	json_key(j, "holidays");
	json_array(j);
	for (size_t i = 0; i < h->n; i++) {
		size_t before = 0;

		while (before < i &&
		    !same_holiday(&h->date[before], &h->date[i]))
			before++;
		if (before == i)
			put_holiday(j, h, i);
	}
	json_end(j);
}

struct forecast_file *
forecast_file_create(struct cli *cli, const char *path,
    const struct forecast_terms *terms)
{
	const struct forecast_options *o = terms->o;
	struct forecast_file *file = calloc(1, sizeof(*file));
	struct json *j;

	if (file == NULL)
		cli_no_memory(cli);
	file->cli = cli;
	file->path = path;
	file->terms = terms;
	j = &file->json;
	json_init(j, cli_output(cli, path), 17);
	json_object(j);
	put_number(j, "aee_forecast_model", VERSION);
	put_text(j, "column", o->column);
	json_key(j, "group_by");
	json_list(j);
	for (size_t i = 0; i < cli->ngroup; i++)
		json_text(j, cli->group[i]);
	json_end(j);
	put_text(j, "growth", growths[o->spec.growth]);
	put_level(j, "cap", &o->cap);
	put_level(j, "floor", &o->floor);
	json_key(j, "non_negative");
	json_int(j, o->spec.not_negative);
	put_text(j, "holidays_mode", modes[o->holidays_mode]);
	json_key(j, "builtins");
	json_list(j);
	for (size_t i = 0; i < PROPHET_BUILTINS; i++)
		if (forecast_has_builtin(o, i, false))
			json_text(j, forecast_builtins[i]);
	json_end(j);
	put_holidays(j, &terms->holidays);
	json_key(j, "regressors");
	json_array(j);
	for (size_t i = 0; i < o->n_regressors; i++) {
		json_object(j);
		put_text(j, "column", o->regressor[i].column);
		put_number(j, "prior_scale", o->regressor[i].prior_scale);
		put_text(j, "mode", modes[o->regressor[i].mode]);
		json_end(j);
	}
	json_end(j);
	json_key(j, "series");
	json_array(j);
	return file;
}

static void
put_seasons(struct json *j, const struct forecast_file *file,
    const struct forecast_series *s, const double **beta)
{
	const struct forecast_options *o = file->terms->o;

	json_key(j, "seasonalities");
	json_array(j);
	for (size_t i = 0; i < s->spec.n_seasonalities; i++) {
		const struct prophet_seasonality *season = &s->season[i];

		json_object(j);
		put_text(j, "name", s->season_name[i]);
		put_number(j, "period", season->period);
		put_number(j, "order", (double)season->order);
		put_number(j, "prior_scale", season->prior_scale);
		put_text(j, "mode", modes[season->mode]);
		/* The user's own are the first. */
		if (season->conditional)
			put_text(j, "condition", o->season[i].condition);
		put_numbers(j, "beta", *beta, 2 * season->order);
		*beta += 2 * season->order;
		json_end(j);
	}
	json_end(j);
}

/* What the variance of the parameters is made of: one row of the root a line,
 * from the diagonal on. */
static void
put_root(struct json *j, const struct prophet_values *v)
{
	const size_t stride = (v->n_active + 3) & ~(size_t)3;

	if (v->n_active == 0)
		return;
	json_key(j, "active");
	json_list(j);
	for (size_t i = 0; i < v->n_active; i++)
		json_int(j, (int64_t)v->active[i]);
	json_end(j);
	json_key(j, "root");
	json_array(j);
	for (size_t i = 0; i < v->n_active; i++) {
		json_list(j);
		for (size_t k = i; k < v->n_active; k++)
			json_number(j, v->root[i * stride + k]);
		json_end(j);
	}
	json_end(j);
}

static void
put_time(struct json *j, const char *key, const struct date_time *time)
{
	char text[DATE_TIME_MAX];

	date_format_time(time, text);
	put_text(j, key, text);
}

/* By its clocks, not those of UTC, as all times are. */
static void
put_last(struct json *j, struct date_time last)
{
	if (last.form.offset == 'Z')
		last.form.offset = ':';
	put_time(j, "last_date", &last);
}

/* The hours of the day that the history has, if it is not of days. */
static void
put_hours(struct json *j, const struct forecast_series *s)
{
	if (!s->sub_daily)
		return;
	json_key(j, "hours");
	json_list(j);
	for (int h = 0; h < 24; h++)
		if (s->hours >> h & 1)
			json_int(j, h);
	json_end(j);
}

void
forecast_file_add(struct forecast_file *file, const struct field *key,
    const struct forecast_series *s)
{
	const struct prophet_values *v = prophet_values(s->fit);
	const double *beta = v->beta;
	const struct date_time start = forecast_series_clock(s,
	    llround(v->start * DATE_SECONDS));
	char step[FORECAST_STEP_TEXT];
	struct json *j = &file->json;

	forecast_step_format(&s->steps.step, step);
	json_object(j);
	json_key(j, "group");
	json_list(j);
	for (size_t g = 0; g < file->cli->ngroup; g++)
		json_text_span(j, key[g].p, key[g].n);
	json_end(j);
	put_last(j, s->steps.last);
	put_text(j, "period", step);
	put_number(j, "day_of_month", s->steps.day_of_month);
	put_number(j, "rows", (double)v->n);
	put_time(j, "start", &start);
	put_hours(j, s);
	put_number(j, "t_scale", v->t_scale);
	put_number(j, "y_scale", v->y_scale);
	put_number(j, "y_min", v->y_min);
	put_number(j, "k", v->k);
	put_number(j, "m", v->m);
	put_number(j, "sigma", v->sigma);
	put_number(j, "log_posterior", v->log_posterior);
	put_number(j, "residual_mean", s->scale.mean);
	put_number(j, "residual_sd", s->scale.sd);
	if (v->ar_phi > 0) {
		put_number(j, "ar_phi", v->ar_phi);
		put_number(j, "ar_last", v->ar_last);
		put_number(j, "ar_step", v->ar_step);
	}
	put_number(j, "changepoint_prior_scale",
	    s->spec.changepoint_prior_scale);
	put_numbers(j, "changepoint", v->changepoint, v->n_changepoints);
	put_numbers(j, "delta", v->delta, v->n_changepoints);
	put_seasons(j, file, s, &beta);
	/* Of the holidays above, those that the history knows. */
	json_key(j, "holidays");
	json_array(j);
	for (size_t i = 0; i < s->n_effects; i++) {
		const struct holiday_column *e = &file->terms
						      ->effect[s->effect[i]];

		json_object(j);
		put_text(j, "holiday", file->terms->holidays.name[e->name]);
		put_number(j, "offset", e->offset);
		put_number(j, "beta", *beta++);
		put_number(j, "effect", prophet_effect(s->fit, i));
		json_end(j);
	}
	json_end(j);
	json_key(j, "regressors");
	json_array(j);
	for (size_t i = s->n_effects; i < v->n_features; i++) {
		json_object(j);
		put_number(j, "mean", v->feature_mean[i]);
		put_number(j, "sd", v->feature_sd[i]);
		put_number(j, "beta", *beta++);
		put_number(j, "effect", prophet_effect(s->fit, i));
		json_end(j);
	}
	json_end(j);
	put_root(j, v);
	json_end(j);
}

/* ---- reading -------------------------------------------------------------------- */

_Noreturn static void
bad(const struct forecast_file *file, const char *key)
{
	cli_fail(file->cli, "%s: '%s' is missing or wrong", file->path, key);
}

static const struct cJSON *
get(const struct forecast_file *file, const struct cJSON *at, const char *key)
{
	const struct cJSON *node = cJSON_GetObjectItemCaseSensitive(at, key);

	if (node == NULL)
		bad(file, key);
	return node;
}

static const struct cJSON *
get_array(const struct forecast_file *file, const struct cJSON *at,
    const char *key)
{
	const struct cJSON *node = get(file, at, key);

	if (!cJSON_IsArray(node))
		bad(file, key);
	return node;
}

static double
get_number(const struct forecast_file *file, const struct cJSON *at,
    const char *key, double min, double max)
{
	const struct cJSON *node = get(file, at, key);

	if (!cJSON_IsNumber(node) ||
	    !(node->valuedouble >= min && node->valuedouble <= max))
		bad(file, key);
	return node->valuedouble;
}

static const char *
get_text(const struct forecast_file *file, const struct cJSON *at,
    const char *key)
{
	const struct cJSON *node = get(file, at, key);

	if (!cJSON_IsString(node))
		bad(file, key);
	return node->valuestring;
}

static int
get_choice(const struct forecast_file *file, const struct cJSON *at,
    const char *key, const char *const *choices)
{
	const char *text = get_text(file, at, key);

	for (int i = 0; choices[i] != NULL; i++)
		if (strcmp(choices[i], text) == 0)
			return i;
	bad(file, key);
}

static int32_t
get_date(const struct forecast_file *file, const struct cJSON *node,
    const char *key)
{
	int32_t day;

	if (!cJSON_IsString(node) ||
	    date_parse(node->valuestring, strlen(node->valuestring), &day) ==
		-1)
		bad(file, key);
	return day;
}

static struct date_time
get_time(const struct forecast_file *file, const struct cJSON *at,
    const char *key)
{
	const char *text = get_text(file, at, key);
	struct date_time time;

	if (date_parse_time(text, strlen(text), NULL, &time) == -1)
		bad(file, key);
	return time;
}

static size_t
count(const struct cJSON *array)
{
	return (size_t)cJSON_GetArraySize(array);
}

static void *
need(const struct forecast_file *file, void *p)
{
	if (p == NULL)
		cli_no_memory(file->cli);
	return p;
}

static void
read_level(const struct forecast_file *file, const char *key,
    struct forecast_level *level)
{
	const struct cJSON *node = cJSON_GetObjectItemCaseSensitive(file->root,
	    key);

	*level = (struct forecast_level){ .given = node != NULL };
	if (node == NULL)
		return;
	if (cJSON_IsString(node))
		level->column = node->valuestring;
	else if (cJSON_IsNumber(node))
		level->value = node->valuedouble;
	else
		bad(file, key);
}

/* The number of a name, a new one at the end. */
static size_t
name_number(struct forecast_holidays *h, const char *name)
{
	size_t i = 0;

	while (i < h->n_names && strcmp(h->name[i], name) != 0)
		i++;
	if (i == h->n_names)
		h->name[h->n_names++] = name;
	return i;
}

static void
read_holidays(const struct forecast_file *file, struct forecast_options *o)
{
	const struct cJSON *list = get_array(file, file->root, "holidays");
	struct forecast_holidays *h = &o->given;
	const struct cJSON *node, *date;
	const char *why;
	size_t dates = 0;

	for (EACH(node, list))
		dates += count(get_array(file, node, "dates"));
	h->name = need(file,
	    arena_alloc(&o->arena, (count(list) + 1) * sizeof(*h->name)));
	h->date = need(file,
	    arena_alloc(&o->arena, (dates + 1) * sizeof(*h->date)));
	for (EACH(node, list)) {
		const struct holiday holiday = {
			.name = name_number(h, get_text(file, node, "holiday")),
			.lower = (int)get_number(file, node, "lower_window",
			    -1e6, 0),
			.upper = (int)get_number(file, node, "upper_window", 0,
			    1e6),
			.prior_scale = get_number(file, node, "prior_scale",
			    1e-300, 1e300),
		};

		for (EACH(date, get_array(file, node, "dates"))) {
			h->date[h->n] = holiday;
			h->date[h->n++].day = get_date(file, date, "dates");
		}
	}
	if ((why = holiday_check(h->date, h->n, NULL)) != NULL)
		cli_fail(file->cli, "%s: holidays: %s", file->path, why);
}

static void
read_regressors(const struct forecast_file *file, struct forecast_options *o)
{
	const struct cJSON *list = get_array(file, file->root, "regressors");
	const struct cJSON *node;

	free(o->regressor);
	o->n_regressors = 0;
	o->regressor = need(file,
	    calloc(count(list) + 1, sizeof(*o->regressor)));
	for (EACH(node, list))
		o->regressor[o->n_regressors++] = (struct forecast_regressor){
			.column = get_text(file, node, "column"),
			.prior_scale = get_number(file, node, "prior_scale",
			    1e-300, 1e300),
			.mode = (enum prophet_mode)get_choice(file, node,
			    "mode", modes),
		};
}

/* The columns of conditions, and the names of components: those of the first
 * model that has each. */
static void
read_seasons(const struct forecast_file *file, struct forecast_options *o)
{
	const struct cJSON *series = get_array(file, file->root, "series");
	const struct cJSON *one, *node;

	free(o->season);
	o->season = NULL;
	o->n_seasons = 0;
	for (size_t i = 0; i < PROPHET_BUILTINS; i++) {
		o->builtin[i].use = PROPHET_OFF;
		for (EACH(node, get_array(file, file->root, "builtins"))) {
			if (!cJSON_IsString(node))
				bad(file, "builtins");
			if (strcmp(node->valuestring, forecast_builtins[i]) ==
			    0)
				o->builtin[i].use = PROPHET_ON;
		}
	}
	for (EACH(one, series)) {
		for (EACH(node, get_array(file, one, "seasonalities"))) {
			const struct cJSON *condition =
			    cJSON_GetObjectItemCaseSensitive(node, "condition");
			const char *name = get_text(file, node, "name");
			size_t i = 0;

			while (i < o->n_seasons &&
			    strcmp(o->season[i].name, name) != 0)
				i++;
			if (i < o->n_seasons)
				continue;
			if (condition != NULL && !cJSON_IsString(condition))
				bad(file, "condition");
			o->season = need(file,
			    realloc(o->season, (i + 1) * sizeof(*o->season)));
			o->season[o->n_seasons++] = (struct forecast_season){
				.name = name,
				.condition = condition == NULL
				    ? NULL
				    : condition->valuestring,
			};
		}
	}
}

static void
read_groups(struct forecast_file *file)
{
	const struct cli *cli = file->cli;
	const struct cJSON *names = get_array(file, file->root, "group_by");
	const struct cJSON *node, *text;
	struct field *key;
	size_t n = count(names);

	for (size_t i = 0; i < n || i < cli->ngroup; i++) {
		node = cJSON_GetArrayItem(names, (int)i);
		if (n != cli->ngroup || !cJSON_IsString(node) ||
		    strcmp(node->valuestring, cli->group[i]) != 0)
			cli_fail(file->cli,
			    "%s: the models have other groups (-g)",
			    file->path);
	}
	file->groups = need(file, groups_new(n));
	key = need(file, calloc(n + 1, sizeof(*key)));
	for (EACH(node, get_array(file, file->root, "series"))) {
		const struct cJSON *values = get_array(file, node, "group");
		size_t group, i = 0;
		bool fresh;

		if (count(values) != n)
			bad(file, "group");
		for (EACH(text, values)) {
			if (!cJSON_IsString(text))
				bad(file, "group");
			key[i++] = (struct field){ .p = text->valuestring,
				.n = strlen(text->valuestring),
				.kind = FIELD_TEXT };
		}
		group = groups_find(file->groups, key, &fresh);
		if (group == SIZE_MAX ||
		    vec_grow(&file->series, &file->capacity, group + 1,
			sizeof(*file->series)) == -1)
			cli_no_memory(file->cli);
		if (!fresh)
			bad(file, "group");
		file->series[group] = node;
	}
	free(key);
}

struct forecast_file *
forecast_file_open(struct cli *cli, const char *path,
    struct forecast_options *o)
{
	struct forecast_file *file = calloc(1, sizeof(*file));
	const bool not_negative = o->spec.not_negative;
	const struct cJSON *version;

	if (file == NULL)
		cli_no_memory(cli);
	file->cli = cli;
	file->path = path;
	file->o = o;
	file->root = jsonin_read(cli, path);
	version = cJSON_GetObjectItemCaseSensitive(file->root,
	    "aee_forecast_model");
	if (!cJSON_IsNumber(version))
		cli_fail(cli, "%s: is no model of aee-forecast", path);
	if (version->valuedouble != VERSION)
		cli_fail(cli, "%s: is of version %.17g, and only %d is known",
		    path, version->valuedouble, VERSION);
	if (!o->column_given)
		o->column = get_text(file, file->root, "column");
	o->spec = prophet_defaults();
	o->spec.growth = (enum prophet_growth)get_choice(file, file->root,
	    "growth", growths);
	o->spec.not_negative = not_negative ||
	    get_number(file, file->root, "non_negative", 0, 1) == 1;
	o->holidays_mode = (enum prophet_mode)get_choice(file, file->root,
	    "holidays_mode", modes);
	read_level(file, "cap", &o->cap);
	read_level(file, "floor", &o->floor);
	if (o->spec.growth == PROPHET_LOGISTIC && !o->cap.given)
		bad(file, "cap");
	o->spec.floor = o->floor.given;
	read_holidays(file, o);
	read_regressors(file, o);
	read_seasons(file, o);
	read_groups(file);
	forecast_options_settle(o);
	return file;
}

/* ---- one model -------------------------------------------------------------------- */

/* A list of numbers into an array of the series. */
static size_t
read_numbers(const struct forecast_file *file, const struct cJSON *at,
    const char *key, double *to)
{
	const struct cJSON *node, *list = get_array(file, at, key);
	size_t n = 0;

	for (EACH(node, list)) {
		if (!cJSON_IsNumber(node) || !isfinite(node->valuedouble))
			bad(file, key);
		to[n++] = node->valuedouble;
	}
	return n;
}

/* The seasonalities of a series, and their betas appended to beta, which grows
 * in *room. */
static void
take_seasons(struct forecast_file *file, const struct cJSON *at,
    struct forecast_series *s, double **beta, size_t *n_beta, size_t *room)
{
	const struct cJSON *node, *list = get_array(file, at, "seasonalities");
	const struct forecast_options *o = file->o;
	size_t n = 0;

	s->season = need(file, calloc(count(list) + 1, sizeof(*s->season)));
	s->season_name = need(file,
	    calloc(count(list) + 1, sizeof(*s->season_name)));
	for (EACH(node, list)) {
		struct prophet_seasonality *season = &s->season[n];
		size_t conditions = 0;

		*season = (struct prophet_seasonality){
			.period = get_number(file, node, "period", 1e-9, 1e9),
			.order = (size_t)get_number(file, node, "order", 1,
			    100),
			.prior_scale = get_number(file, node, "prior_scale",
			    1e-300, 1e300),
			.mode = (enum prophet_mode)get_choice(file, node,
			    "mode", modes),
		};
		s->season_name[n] = get_text(file, node, "name");
		/* Conditions go by the file's seasons, in their order. */
		for (size_t i = 0; i < o->n_seasons; i++) {
			if (strcmp(o->season[i].name, s->season_name[n]) == 0 &&
			    o->season[i].condition != NULL) {
				season->conditional = true;
				season->condition = conditions;
			}
			conditions += o->season[i].condition != NULL;
		}
		s->spec.n_conditions = conditions;
		if (vec_grow(beta, room, *n_beta + 2 * season->order,
			sizeof(**beta)) == -1)
			cli_no_memory(file->cli);
		if (count(get_array(file, node, "beta")) != 2 * season->order)
			bad(file, "beta");
		*n_beta += read_numbers(file, node, "beta", *beta + *n_beta);
		n++;
	}
	s->spec.seasonality = s->season;
	s->spec.n_seasonalities = n;
}

/* Which column a holiday at an offset is. */
static size_t
find_effect(const struct forecast_file *file, const struct cJSON *at)
{
	const struct forecast_terms *terms = file->terms;
	const char *name = get_text(file, at, "holiday");
	const double offset = get_number(file, at, "offset", -1e6, 1e6);

	for (size_t i = 0; i < terms->n_effects; i++)
		if (terms->effect[i].offset == (int)offset &&
		    strcmp(terms->holidays.name[terms->effect[i].name], name) ==
			0)
			return i;
	bad(file, "holiday");
}

/* Its holidays and regressors, in the same way. */
static void
take_features(struct forecast_file *file, const struct cJSON *at,
    struct forecast_series *s, struct prophet_values *v, double *beta,
    double *mean, double *sd)
{
	const struct forecast_options *o = file->o;
	const struct forecast_terms *terms = file->terms;
	const struct cJSON *holidays = get_array(file, at, "holidays");
	const struct cJSON *regressors = get_array(file, at, "regressors");
	const struct cJSON *node;
	struct prophet_feature *feature;
	size_t n = 0;

	if (count(holidays) > terms->n_effects)
		bad(file, "holidays");
	if (count(regressors) != o->n_regressors)
		bad(file, "regressors");
	feature = need(file,
	    calloc(terms->n_effects + o->n_regressors + 1, sizeof(*feature)));
	s->spec.feature = feature;
	s->effect = need(file,
	    calloc(terms->n_effects + 1, sizeof(*s->effect)));
	for (EACH(node, holidays)) {
		const size_t i = find_effect(file, node);

		s->effect[s->n_effects++] = i;
		feature[n] = (struct prophet_feature){
			.prior_scale = terms->effect[i].prior_scale,
			.mode = o->holidays_mode,
		};
		mean[n] = 0;
		sd[n] = 1;
		beta[n++] = get_number(file, node, "beta", -1e300, 1e300);
	}
	for (EACH(node, regressors)) {
		const struct forecast_regressor
		    *r = &o->regressor[n - s->n_effects];

		feature[n] = (struct prophet_feature){
			.prior_scale = r->prior_scale, .mode = r->mode
		};
		mean[n] = get_number(file, node, "mean", -1e300, 1e300);
		sd[n] = get_number(file, node, "sd", 1e-300, 1e300);
		beta[n++] = get_number(file, node, "beta", -1e300, 1e300);
	}
	s->spec.n_features = v->n_features = n;
}

/* What the variance of the parameters is made of, if it is there. */
static void
take_root(struct forecast_file *file, const struct cJSON *at,
    struct prophet_values *v, struct forecast_series *s)
{
	const size_t most = 2 + v->n_beta + v->n_changepoints;
	const struct cJSON *node, *list;
	size_t *active, n = 0, i = 0, stride;
	double *root;

	if (!cJSON_HasObjectItem(at, "active"))
		return;
	list = get_array(file, at, "active");
	active = need(file, calloc(count(list) + 1, sizeof(*active)));
	for (EACH(node, list)) {
		if (!cJSON_IsNumber(node) || !(node->valuedouble >= 0) ||
		    !(node->valuedouble < (double)most) ||
		    (n > 0 && node->valuedouble <= (double)active[n - 1]))
			bad(file, "active");
		active[n++] = (size_t)node->valuedouble;
	}
	stride = (n + 3) & ~(size_t)3;
	root = need(file, calloc(n * stride + 1, sizeof(*root)));
	list = get_array(file, at, "root");
	if (count(list) != n)
		bad(file, "root");
	for (EACH(node, list)) {
		const struct cJSON *x;
		size_t k = i;

		if (!cJSON_IsArray(node) || count(node) != n - i)
			bad(file, "root");
		for (EACH(x, node)) {
			if (!cJSON_IsNumber(x) || !isfinite(x->valuedouble) ||
			    (k == i && !(x->valuedouble > 0)))
				bad(file, "root");
			root[i * stride + k++] = x->valuedouble;
		}
		i++;
	}
	v->n_active = n;
	v->active = active;
	v->root = root;
	s->spec.parameter_variance = true;
}

/* The hours of the day that a history had, if it was not of days. */
static void
take_hours(const struct forecast_file *file, const struct cJSON *at,
    struct forecast_series *s)
{
	const struct cJSON *node;

	if (!cJSON_HasObjectItem(at, "hours"))
		return;
	s->sub_daily = true;
	for (EACH(node, get_array(file, at, "hours"))) {
		if (!cJSON_IsNumber(node) ||
		    !(node->valuedouble >= 0 && node->valuedouble < 24))
			bad(file, "hours");
		s->hours |= UINT32_C(1) << (int)node->valuedouble;
	}
}

void
forecast_file_take(struct forecast_file *file,
    const struct forecast_terms *terms, const struct field *key,
    struct forecast_series *s)
{
	const struct forecast_options *o = file->o;
	const size_t group = groups_look(file->groups, key);
	const size_t features = terms->n_effects + o->n_regressors;
	const struct cJSON *at;
	struct prophet_values v = { 0 };
	double *beta = NULL, *other;
	size_t n_beta = 0, room = 0, n;

	if (group == SIZE_MAX)
		return;
	file->terms = terms;
	at = file->series[group];
	s->spec = o->spec;
	s->spec.changepoint_prior_scale = get_number(file, at,
	    "changepoint_prior_scale", 1e-300, 1e300);
	s->steps.last = get_time(file, at, "last_date");
	if (forecast_step_parse(get_text(file, at, "period"), &s->steps.step) ==
		-1 ||
	    s->steps.step.period == FORECAST_AUTO)
		bad(file, "period");
	take_hours(file, at, s);
	s->steps.day_of_month = (int)get_number(file, at, "day_of_month", 1,
	    31);
	v.n = (size_t)get_number(file, at, "rows", 0, 1e15);
	v.start = (double)get_time(file, at, "start").second / DATE_SECONDS;
	v.t_scale = get_number(file, at, "t_scale", 1e-9, 1e9);
	v.y_scale = get_number(file, at, "y_scale", 1e-300, 1e300);
	v.y_min = get_number(file, at, "y_min", -1e300, 1e300);
	v.k = get_number(file, at, "k", -1e300, 1e300);
	v.m = get_number(file, at, "m", -1e300, 1e300);
	v.sigma = get_number(file, at, "sigma", 0, 1e300);
	v.log_posterior = NAN;
	if (cJSON_HasObjectItem(at, "ar_phi")) {
		s->spec.autoregressive = true;
		v.ar_phi = get_number(file, at, "ar_phi", 0, 1);
		v.ar_last = get_number(file, at, "ar_last", -1e300, 1e300);
		v.ar_step = get_number(file, at, "ar_step", 1e-9, 1e9);
	}
	s->scale.mean = get_number(file, at, "residual_mean", -1e300, 1e300);
	s->scale.sd = get_number(file, at, "residual_sd", 0, 1e300);

	n = count(get_array(file, at, "changepoint"));
	other = need(file, calloc(2 * n + 2 * features + 1, sizeof(*other)));
	v.n_changepoints = n;
	v.changepoint = other;
	v.delta = other + n;
	v.feature_mean = other + 2 * n;
	v.feature_sd = other + 2 * n + features;
	read_numbers(file, at, "changepoint", other);
	for (size_t i = 1; i < n; i++)
		if (other[i] < other[i - 1])
			bad(file, "changepoint");
	if (count(get_array(file, at, "delta")) != n)
		bad(file, "delta");
	read_numbers(file, at, "delta", other + n);
	take_seasons(file, at, s, &beta, &n_beta, &room);
	if (vec_grow(&beta, &room, n_beta + features + 1, sizeof(*beta)) == -1)
		cli_no_memory(file->cli);
	take_features(file, at, s, &v, beta + n_beta, other + 2 * n,
	    other + 2 * n + features);
	v.n_beta = n_beta + v.n_features;
	v.beta = beta;
	take_root(file, at, &v, s);
	s->fit = need(file, prophet_restore(&s->spec, &v));
	free((void *)v.active);
	free((void *)v.root);
	free(beta);
	free(other);
}

void
forecast_file_close(struct forecast_file *file)
{
	if (file == NULL)
		return;
	if (file->root == NULL) {
		json_end(&file->json);
		json_end(&file->json);
	}
	cJSON_Delete(file->root);
	groups_free(file->groups);
	free(file->series);
	free(file);
}
