/*
 * The terms of aee-forecast's models, and one series: its rows, its model, and
 * what the model says.  Series know nothing of each other, so that each can be
 * fitted by another thread.
 */
#ifndef AEE_TOOLS_FORECAST_SERIES_H
#define AEE_TOOLS_FORECAST_SERIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/date.h"
#include "forecast_options.h"
#include "model/backtest.h"
#include "model/prophet.h"
#include "model/residual.h"
#include "record/calendar.h"

struct cli;
struct date_zone;

/* A column of the input that models need besides date and values. */
struct forecast_input {
	const char *name;
	bool condition; /* 0 or 1 */
	bool weight;    /* 0 or more; only rows with a value need it */
};

enum forecast_component_kind {
	COMPONENT_TREND,
	COMPONENT_SEASON,
	COMPONENT_HOLIDAYS,
	COMPONENT_REGRESSORS,
};

/* What --components appends. */
struct forecast_component {
	const char *name;
	enum forecast_component_kind kind;
	enum prophet_mode mode; /* of the regressors in it */
};

/* The same for all series. */
struct forecast_terms {
	const struct forecast_options *o;
	const struct date_zone *zone; /* of timestamps, or NULL */
	struct forecast_input *input;
	size_t n_inputs;
	/* Which inputs serve: conditions and regressors in the order of the
	 * options; cap, floor and weight, or SIZE_MAX. */
	size_t *condition, *regressor, cap, floor, weight;
	struct forecast_holidays holidays;
	struct holidays *columns;
	struct calendar mask;                /* days that weigh nothing */
	const struct holiday_column *effect; /* of the columns */
	size_t n_effects;
	struct forecast_component *component;
	size_t n_components;
	struct arena arena;
};

/* Read holiday tables and lay out the terms; ends the program on what is bad. */
void forecast_terms_read(struct forecast_terms *terms,
    const struct forecast_options *o, struct cli *cli);

/* List the components, before any series is fitted; sub_daily: whether one of
 * them may be a daily term that nobody asked for. */
void forecast_terms_list(struct forecast_terms *terms, struct cli *cli,
    bool sub_daily);
void forecast_terms_release(struct forecast_terms *terms);

/* The names of the built-in seasonalities, and whether a series may have one. */
extern const char *const forecast_builtins[PROPHET_BUILTINS];
bool forecast_has_builtin(const struct forecast_options *o, size_t builtin,
    bool sub_daily);

enum forecast_failure {
	FORECAST_DONE,
	FORECAST_NO_MEMORY,
	FORECAST_PAST_CALENDAR, /* rows to come after the year 9999 */
	FORECAST_NO_MODEL,      /* see why */
};

/* Huber's constant, of robust fits. */
extern const double forecast_huber;

/* What was learned from forecasts of the past. */
struct forecast_past {
	const char *why; /* nothing was learned; or NULL */
	size_t cutoffs;
	struct backtest test;
	bool tuned;
	struct backtest_settings settings;
	double mae_given, mae_tuned;
	double coverage; /* of the intervals without a distribution */
};

/* How the rows of a series lie in time. */
struct forecast_steps {
	struct forecast_step step;
	struct date_time last;
	int day_of_month; /* of rows a month apart the largest, else of last */
};

/* A zeroed struct is empty, before and after. */
struct forecast_series {
	/* Rows. */
	size_t n, time_capacity, y_capacity, input_capacity;
	struct date_time *time;
	double *y;
	double *input; /* row by row */
	/* A row is not of midnight, or the model knows one; without, times are
	 * days, and written so. */
	bool sub_daily;
	struct date_form form; /* of rows to come */
	/* No two rows are of one instant, though clocks that went back showed a
	 * time twice. */
	bool apart;
	size_t mask; /* its part of that calendar */

	/* The model; kept if asked for. */
	struct prophet *fit;
	struct prophet_spec spec; /* the arrays are the series' own */
	struct prophet_seasonality *season;
	const char **season_name;
	size_t *effect; /* of the features, the first n_effects */
	size_t n_effects;
	struct forecast_steps steps;
	int64_t first, known; /* seconds with a value, the first and the last */
	uint32_t hours;       /* a bit for each hour of the day with a value */
	struct residual_scale scale;

	/* What came of it: all rows, then the rows to come. */
	enum forecast_failure failure;
	const char *why;
	size_t bad;        /* the row that is wrong, or n */
	unsigned status;   /* enum prophet_status */
	bool idle_holiday; /* one has dates to come, but none before */
	bool unjudged;     /* it has too few rows for that */
	bool long_season;  /* one is longer than the history, and free */
	struct forecast_past past;
	size_t horizon;
	struct date_time *future;
	double *yhat, *lower, *upper;
	double *residual, *z, *p; /* p: NULL unless judged */
	int8_t *flag;
	/* Of a target: what rows have already, what is expected of all, and how
	 * likely it is reached. */
	double so_far, expected, probability;
	double *component; /* one after the other, of n + horizon rows */
};

/* Add a row; input has terms->n_inputs values.  -1 if out of memory. */
int forecast_series_add(struct forecast_series *s,
    const struct forecast_terms *terms, const struct date_time *time, double y,
    const double *input);

/* Whether a row is not of midnight. */
bool forecast_series_has_clock(const struct forecast_series *s);

/* A second since 1970-01-01 as its clocks show it: with the time of the day if it
 * is sub-daily, without an offset. */
struct date_time forecast_series_clock(const struct forecast_series *s,
    int64_t second);

/*
 * Fit and predict.  Failures and what is worth saying are left in s.  work is
 * the thread's own.
 */
void forecast_series_fit(struct forecast_series *s,
    const struct forecast_terms *terms, struct prophet_workspace *work);

/* Days from the first to the last value. */
double forecast_series_span(const struct forecast_series *s);

/* Predict by s->fit, of which season_name, effect and scale are set too. */
void forecast_series_predict(struct forecast_series *s,
    const struct forecast_terms *terms);

void forecast_series_release(struct forecast_series *s);

#endif
