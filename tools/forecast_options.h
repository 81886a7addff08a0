/*
 * What aee-forecast is asked to do: by options, and by a configuration with keys
 * of the same names.
 */
#ifndef AEE_TOOLS_FORECAST_OPTIONS_H
#define AEE_TOOLS_FORECAST_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/date.h"
#include "model/holiday.h"
#include "model/prophet.h"
#include "model/scale.h"

struct cli;
struct config;

enum forecast_period {
	FORECAST_AUTO,
	FORECAST_DAY,
	FORECAST_WEEK,
	FORECAST_MONTH,
	FORECAST_SECONDS, /* so many of them */
};

/* From one row to the next. */
struct forecast_step {
	enum forecast_period period;
	int64_t seconds; /* of FORECAST_SECONDS, 1 to FORECAST_STEP_MAX */
};

#define FORECAST_STEP_MAX (INT64_C(366) * DATE_SECONDS)

enum forecast_backtest {
	FORECAST_NO_BACKTEST,
	FORECAST_SUMMARY,
	FORECAST_ROWS,
};

/* A seasonality of the user's own: name:period:order and what else. */
struct forecast_season {
	const char *name;
	double period; /* days */
	size_t order;
	double prior_scale; /* 0: that of all seasonalities */
	enum prophet_mode mode;
	bool mode_given;
	const char *condition; /* a column of 0 and 1, or NULL */
};

/* A column of values as a term. */
struct forecast_regressor {
	const char *column;
	double prior_scale; /* 0: that of holidays */
	enum prophet_mode mode;
	bool mode_given;
	enum prophet_standardize standardize;
	enum prophet_sign sign;
};

/* A number, or a column of numbers. */
struct forecast_level {
	const char *column; /* NULL: value */
	double value;
	bool given;
};

/* What the rows of some days weigh. */
struct forecast_weight {
	int32_t from, to;
	double weight;
};

/* The holidays of all series. */
struct forecast_holidays {
	const char **name;
	size_t n_names;
	size_t
	    from_files; /* names that come from the user's files: the first */
	struct holiday *date;
	size_t n;
};

struct forecast_list {
	const char **text;
	size_t n;
};

struct forecast_options {
	const char *column;
	size_t horizon; /* rows to come */
	double threshold, interval;
	struct forecast_step step;
	size_t jobs;
	bool exit_code, components, changepoints, contiguous, robust;
	bool judge;               /* rows by a model without the odd ones */
	const char *mask;         /* file of days to leave out, or NULL */
	enum scale scale;         /* of the model, with judge */
	const char *save, *model; /* files, or NULL */
	enum forecast_backtest backtest;
	bool tune, conformal;
	double cutoff_period, cutoff_initial; /* days; 0: Prophet's */
	double rolling_window;                /* share of the rows */
	double *cutoff;                       /* given ones */
	size_t n_cutoffs;
	double target;     /* NaN: none */
	int32_t since, by; /* days it is about; DATE_NONE: not given */

	struct prophet_spec spec; /* without its terms */
	struct forecast_level cap, floor;
	struct prophet_builtin builtin[PROPHET_BUILTINS];
	struct forecast_season *season;
	size_t n_seasons;
	struct forecast_regressor *regressor;
	size_t n_regressors;
	double holidays_prior_scale;
	enum prophet_mode holidays_mode;
	struct forecast_list holidays; /* files */
	struct forecast_list country;  /* codes */
	const char *weights;           /* a column, or NULL */
	struct forecast_weight *weight;
	size_t n_weights;
	bool column_given, horizon_given;
	/* Of a model in a file, in place of those two. */
	struct forecast_holidays given;

	struct arena arena;
	struct config *config; /* texts live in it */
};

/* Read the command line; ends the program on what is bad.  optind is then the
 * first operand. */
void forecast_options_read(struct forecast_options *o, struct cli *cli,
    int argc, char *argv[]);

/* Once the terms are known, which a model in a file may bring: whether there can
 * be rows to come that the input has not.  Ends the program if there cannot. */
void forecast_options_settle(struct forecast_options *o);

void forecast_options_release(struct forecast_options *o);

/* A step by its text: auto, day, week, month, hour, or as 90s, 15min, 6h; and
 * back.  -1 if the text is none. */
enum { FORECAST_STEP_TEXT = 32 };
int forecast_step_parse(const char *text, struct forecast_step *step);
void forecast_step_format(const struct forecast_step *step,
    char text[FORECAST_STEP_TEXT]);

#endif
