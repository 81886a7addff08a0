/*
 * A reference case of Prophet's model: settings, series, parameters and
 * predictions, read from tests/data/prophet or, for data that is not ours to
 * copy, from the folder prophet in AEE_REFERENCE.
 */
#ifndef AEE_TESTS_PROPHET_CASE_H
#define AEE_TESTS_PROPHET_CASE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "unit.h"

#include "model/prophet.h"

enum { MAX_COLUMNS = 32, MAX_ROWS = 8192, MAX_TERMS = 16 };

struct csv_table {
	char name[MAX_COLUMNS][40];
	size_t n_columns, n;
	double *column[MAX_COLUMNS]; /* times as days since 1970 */
};

struct prophet_case {
	cJSON *settings, *params;
	struct csv_table input, expected;
	struct prophet_spec spec;
	struct prophet_seasonality seasonality[MAX_TERMS];
	struct prophet_feature feature[MAX_TERMS];
	struct prophet_rows history, frame;
	unsigned status; /* of the automatic seasonalities */
};

/* ---- files --------------------------------------------------------------- */

/* The text of a file, which may be compressed under its name with .gz; NULL if
 * there is neither. */
static inline char *
read_text(const char *folder, const char *name)
{
	char path[512], command[600];
	size_t cap = 1 << 20, n;
	char *text = malloc(cap);
	FILE *f;
	int status;

	assert_non_null(text);
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	if ((f = fopen(path, "r")) != NULL) {
		n = fread(text, 1, cap - 1, f);
		status = fclose(f);
	} else {
		snprintf(command, sizeof(command),
		    "gzip -dc '%s.gz' 2>/dev/null", path);
		assert_non_null(f = popen(command, "r"));
		n = fread(text, 1, cap - 1, f);
		status = pclose(f);
	}
	text[n] = '\0';
	if (status == 0)
		return text;
	free(text);
	return NULL;
}

/* Days since 1970-01-01 of a date in the Gregorian calendar. */
static inline double
days_of(long y, long m, long d)
{
	const long year = m > 2 ? y : y - 1;
	const long day = (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1;

	return (double)(365 * year + year / 4 - year / 100 + year / 400 + day -
	    719468);
}

static inline double
parse_cell(const char *cell)
{
	long y, mo, d, h = 0, mi = 0, s = 0;
	char *end;
	double x;

	if (sscanf(cell, "%4ld-%2ld-%2ld %ld:%ld:%ld", &y, &mo, &d, &h, &mi,
		&s) >= 3)
		return days_of(y, mo, d) +
		    (double)(3600 * h + 60 * mi + s) / 86400;
	x = strtod(cell, &end);
	return end == cell ? (double)NAN : x;
}

static inline void
read_csv(struct csv_table *t, const char *folder, const char *name)
{
	char *text = read_text(folder, name), *next, *line = text;

	assert_non_null(text);
	for (size_t row = 0; *line != '\0'; row++, line = next) {
		size_t column = 0;

		next = line + strcspn(line, "\n");
		if (*next != '\0')
			*next++ = '\0';
		for (char *cell = line; cell != NULL; column++) {
			char *comma = strchr(cell, ',');

			if (comma != NULL)
				*comma++ = '\0';
			assert_true(column < MAX_COLUMNS && row <= MAX_ROWS);
			if (row == 0) {
				snprintf(t->name[column],
				    sizeof(t->name[column]), "%s", cell);
				t->column[column] = malloc(MAX_ROWS *
				    sizeof(double));
				assert_non_null(t->column[column]);
				t->n_columns = column + 1;
			} else if (column < t->n_columns) {
				t->column[column][row - 1] = parse_cell(cell);
			}
			cell = comma;
		}
		t->n = row;
	}
	free(text);
}

static inline double *
column_of(const struct csv_table *t, const char *name)
{
	for (size_t i = 0; i < t->n_columns; i++)
		if (strcmp(t->name[i], name) == 0)
			return t->column[i];
	return NULL;
}

static inline void
free_csv(struct csv_table *t)
{
	for (size_t i = 0; i < t->n_columns; i++)
		free(t->column[i]);
}

/* ---- settings ------------------------------------------------------------ */

static inline double
number_of(const cJSON *object, const char *key, double otherwise)
{
	const cJSON *item = cJSON_GetObjectItem(object, key);

	return cJSON_IsNumber(item) ? item->valuedouble : otherwise;
}

static inline const char *
text_of(const cJSON *object, const char *key)
{
	const cJSON *item = cJSON_GetObjectItem(object, key);

	return cJSON_IsString(item) ? item->valuestring : "";
}

/* The first item of an array; NULL if it is empty or not there. */
static inline const cJSON *
first_of(const cJSON *object, const char *key)
{
	const cJSON *array = cJSON_GetObjectItem(object, key);

	return array == NULL ? NULL : array->child;
}

static inline void
month_and_day(double t, int *month, int *day)
{
	int year = 1970;

	while (days_of(year + 1, 1, 1) <= t)
		year++;
	for (*month = 12; days_of(year, *month, 1) > t;)
		--*month;
	*day = (int)(t - days_of(year, *month, 1)) + 1;
}

/* The columns that the settings describe in words. */
static inline double
derived(const char *name, double t)
{
	int month, day;

	month_and_day(t, &month, &day);
	const bool season = month >= 9 || month == 1;

	if (strcmp(name, "dayofmonth") == 0)
		return day;
	if (strcmp(name, "on_season") == 0)
		return season;
	if (strcmp(name, "off_season") == 0)
		return !season;
	assert_string_equal(name, "nfl_sunday");
	return season && (long)t % 7 == 3; /* day 0 was a Thursday */
}

static inline bool
is_holiday(const cJSON *holiday, int offset, double t)
{
	const cJSON *date = first_of(holiday, "dates");

	for (; date != NULL; date = date->next)
		if (parse_cell(date->valuestring) + offset == t)
			return true;
	return false;
}

/* A column of n times what the settings give for all rows; NULL if nothing. */
static inline const double *
constant_column(const cJSON *settings, const char *key, size_t n)
{
	const double value = number_of(settings, key, NAN);
	double *x;

	if (isnan(value))
		return NULL;
	assert_non_null(x = malloc(n * sizeof(*x)));
	for (size_t i = 0; i < n; i++)
		x[i] = value;
	return x;
}

/* The columns of conditions and features for n times, in the order of the
 * spec; freed with free_columns(). */
static inline void
make_rows(const struct prophet_case *c, struct prophet_rows *rows, size_t n,
    const double *t, const double *y)
{
	const double **feature = calloc(MAX_TERMS, sizeof(*feature));
	const double **condition = calloc(MAX_TERMS, sizeof(*condition));
	size_t n_features = 0, n_conditions = 0;
	const cJSON *item;

	assert_true(feature != NULL && condition != NULL);
	for (item = first_of(c->settings, "holidays"); item != NULL;
	     item = item->next) {
		const int from = (int)number_of(item, "lower_window", 0);
		const int to = (int)number_of(item, "upper_window", 0);

		for (int o = from; o <= to; o++) {
			double *x = malloc(n * sizeof(*x));

			assert_non_null(x);
			for (size_t i = 0; i < n; i++)
				x[i] = is_holiday(item, o, t[i]);
			feature[n_features++] = x;
		}
	}
	for (item = first_of(c->settings, "regressors"); item != NULL;
	     item = item->next) {
		double *x = malloc(n * sizeof(*x));

		assert_non_null(x);
		for (size_t i = 0; i < n; i++)
			x[i] = derived(text_of(item, "name"), t[i]);
		feature[n_features++] = x;
	}
	for (item = first_of(c->settings, "seasonalities"); item != NULL;
	     item = item->next) {
		double *x = malloc(n * sizeof(*x));

		assert_non_null(x);
		for (size_t i = 0; i < n; i++)
			x[i] = derived(text_of(item, "condition"), t[i]);
		condition[n_conditions++] = x;
	}
	*rows = (struct prophet_rows){ .n = n, .t = t, .y = y };
	rows->cap = constant_column(c->settings, "cap", n);
	rows->floor = constant_column(c->settings, "floor", n);
	rows->feature = feature;
	rows->condition = condition;
}

static inline void
free_columns(struct prophet_rows *rows)
{
	for (size_t i = 0; i < MAX_TERMS; i++) {
		free((void *)(uintptr_t)rows->feature[i]);
		free((void *)(uintptr_t)rows->condition[i]);
	}
	free((void *)(uintptr_t)rows->cap);
	free((void *)(uintptr_t)rows->floor);
	free((void *)(uintptr_t)rows->feature);
	free((void *)(uintptr_t)rows->condition);
}

static inline struct prophet_builtin
builtin_of(const cJSON *settings, const char *key)
{
	const cJSON *item = cJSON_GetObjectItem(settings, key);
	struct prophet_builtin b = { .use = PROPHET_AUTO };

	if (cJSON_IsBool(item))
		b.use = cJSON_IsTrue(item) ? PROPHET_ON : PROPHET_OFF;
	if (cJSON_IsNumber(item)) {
		b.use = PROPHET_ON;
		b.order = (size_t)item->valuedouble;
	}
	return b;
}

static inline void
make_spec(struct prophet_case *c, const double *t, const double *y)
{
	const cJSON *settings = c->settings, *item;
	const double prior = number_of(settings, "seasonality_prior_scale", 10);
	const double holidays = number_of(settings, "holidays_prior_scale", 10);
	const enum prophet_mode mode = strcmp(text_of(settings,
						  "seasonality_mode"),
					   "multiplicative") == 0
	    ? PROPHET_MULTIPLICATIVE
	    : PROPHET_ADDITIVE;
	struct prophet_builtin builtin[] = {
		builtin_of(settings, "yearly"),
		builtin_of(settings, "weekly"),
		builtin_of(settings, "daily"),
	};
	struct prophet_spec *spec = &c->spec;
	int n;

	*spec = prophet_defaults();
	if (strcmp(text_of(settings, "growth"), "flat") == 0)
		spec->growth = PROPHET_FLAT;
	if (strcmp(text_of(settings, "growth"), "logistic") == 0)
		spec->growth = PROPHET_LOGISTIC;
	spec->floor = !isnan(number_of(settings, "floor", NAN));
	for (size_t i = 0; i < PROPHET_BUILTINS; i++)
		builtin[i].mode = mode;
	spec->n_changepoints = (size_t)number_of(settings, "n_changepoints",
	    25);
	spec->changepoint_range = number_of(settings, "changepoint_range", 0.8);
	spec->changepoint_prior_scale = number_of(settings,
	    "changepoint_prior_scale", 0.05);
	spec->seasonality = c->seasonality;
	spec->feature = c->feature;
	for (item = first_of(settings, "seasonalities"); item != NULL;
	     item = item->next)
		c->seasonality[spec->n_seasonalities++] =
		    (struct prophet_seasonality){
			    .period = number_of(item, "period", 0),
			    .order = (size_t)number_of(item, "fourier_order",
				0),
			    .prior_scale = number_of(item, "prior_scale",
				prior),
			    .conditional = true,
			    .condition = spec->n_conditions++,
			    .mode = mode,
		    };
	n = prophet_auto_seasonalities(t, y, c->input.n, builtin,
	    c->seasonality + spec->n_seasonalities, &c->status);
	assert_true(n >= 0);
	spec->n_seasonalities += (size_t)n;
	for (item = first_of(settings, "holidays"); item != NULL;
	     item = item->next) {
		const int from = (int)number_of(item, "lower_window", 0);
		const int to = (int)number_of(item, "upper_window", 0);

		for (int o = from; o <= to; o++)
			c->feature[spec->n_features++] =
			    (struct prophet_feature){ .prior_scale = holidays,
				    .mode = mode };
	}
	for (item = first_of(settings, "regressors"); item != NULL;
	     item = item->next)
		c->feature[spec->n_features++] = (struct prophet_feature){
			.prior_scale = number_of(item, "prior_scale", holidays),
			.mode = mode,
		};
}

/* ---- the case ------------------------------------------------------------ */

/* The folder that has a case, or NULL if it is not at hand. */
static inline const char *
case_folder(const char *name)
{
	static const char ours[] = "tests/data/prophet";
	static char folder[400];
	const char *reference = getenv("AEE_REFERENCE");
	char file[100];
	char *text;

	snprintf(file, sizeof(file), "settings/%s.json", name);
	if ((text = read_text(ours, file)) != NULL) {
		free(text);
		return ours;
	}
	if (reference == NULL)
		return NULL;
	snprintf(folder, sizeof(folder), "%s/prophet", reference);
	return folder;
}

static inline cJSON *
read_json(const char *folder, const char *file)
{
	char *text = read_text(folder, file);
	cJSON *json;

	assert_non_null(text);
	assert_non_null(json = cJSON_Parse(text));
	free(text);
	return json;
}

/* Load a case; skips the running test if it is not at hand. */
static inline void
load_case(struct prophet_case *c, const char *name)
{
	const char *folder = case_folder(name);
	char file[100];
	const double *t, *y;

	if (folder == NULL)
		skip();
	memset(c, 0, sizeof(*c));
	snprintf(file, sizeof(file), "settings/%s.json", name);
	c->settings = read_json(folder, file);
	snprintf(file, sizeof(file), "params/%s.json", name);
	c->params = read_json(folder, file);
	read_csv(&c->input, folder, text_of(c->settings, "input"));
	snprintf(file, sizeof(file), "expected/%s.csv", name);
	read_csv(&c->expected, folder, file);

	t = column_of(&c->input, "date");
	y = column_of(&c->input, "y");
	assert_true(t != NULL && y != NULL);
	make_spec(c, t, y);
	make_rows(c, &c->history, c->input.n, t, y);
	make_rows(c, &c->frame, c->expected.n, c->expected.column[0], NULL);
	assert_null(prophet_check_spec(&c->spec));
	assert_null(prophet_check_rows(&c->spec, &c->history, NULL));
	assert_null(prophet_check_rows(&c->spec, &c->frame, NULL));
}

static inline void
free_case(struct prophet_case *c)
{
	free_columns(&c->history);
	free_columns(&c->frame);
	free_csv(&c->input);
	free_csv(&c->expected);
	cJSON_Delete(c->settings);
	cJSON_Delete(c->params);
}

/* Difference of the largest and smallest y of the history. */
static inline double
range_of_y(const struct prophet_case *c)
{
	double low = INFINITY, high = -INFINITY;

	for (size_t i = 0; i < c->history.n; i++) {
		low = fmin(low, c->history.y[i]);
		high = fmax(high, c->history.y[i]);
	}
	return high - low;
}

/* An array of numbers into x; returns how many. */
static inline size_t
numbers_of(const cJSON *array, double *x)
{
	const cJSON *item;
	size_t n = 0;

	for (item = array->child; item != NULL; item = item->next)
		x[n++] = item->valuedouble;
	return n;
}

/* The model with the parameters that the reference gives under a key. */
static inline struct prophet *
restore_case(const struct prophet_case *c, const char *key)
{
	const cJSON *p = cJSON_GetObjectItem(c->params, key);
	double changepoint[64], delta[64], beta[64], mean[MAX_TERMS];
	double sd[MAX_TERMS];
	const cJSON *item;
	size_t n = 0;
	struct prophet_values v = {
		.start = parse_cell(text_of(c->params, "start")),
		.t_scale = number_of(c->params, "t_scale_days", NAN),
		.y_scale = number_of(c->params, "y_scale", NAN),
		.k = number_of(p, "k", NAN),
		.m = number_of(p, "m", NAN),
		.sigma = number_of(p, "sigma_obs", NAN),
		.changepoint = changepoint,
		.delta = delta,
		.beta = beta,
		.n_features = c->spec.n_features,
		.feature_mean = mean,
		.feature_sd = sd,
	};

	v.n_changepoints = numbers_of(cJSON_GetObjectItem(c->params,
					  "changepoints_t"),
	    changepoint);
	assert_int_equal(numbers_of(cJSON_GetObjectItem(p, "delta"), delta),
	    v.n_changepoints);
	v.n_beta = numbers_of(cJSON_GetObjectItem(p, "beta"), beta);
	for (size_t j = 0; j < v.n_features; j++) {
		mean[j] = 0;
		sd[j] = 1;
	}
	/* Regressors stand after the holidays. */
	n = v.n_features -
	    (size_t)cJSON_GetArraySize(cJSON_GetObjectItem(c->params,
		"regressors"));
	for (item = first_of(c->params, "regressors"); item != NULL;
	     item = item->next) {
		mean[n] = number_of(item, "mu", NAN);
		sd[n++] = number_of(item, "std", NAN);
	}
	return prophet_restore(&c->spec, &v);
}

#endif
