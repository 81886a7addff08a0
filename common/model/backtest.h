/*
 * How well a model of prophet.h would have forecast: it is fitted to what was
 * known at cutoffs in the past, and its forecasts are compared with what came
 * (rolling origin, as prophet's cross_validation() and performance_metrics()).
 *
 * The description stays that of the whole history: a yearly term stays although
 * an early part is short.  Changepoints are placed anew; of given ones, those
 * before the last row known stay.  Scales are computed anew.
 *
 * Times are days, as in prophet.h, and horizons whole milliseconds.
 */
#ifndef AEE_MODEL_BACKTEST_H
#define AEE_MODEL_BACKTEST_H

#include <stddef.h>

#include "model/prophet.h"

struct backtest_params {
	double horizon; /* days after a cutoff that are forecast, > 0 */
	double period;  /* days between cutoffs; 0: half the horizon */
	/* Days of history before the first cutoff at least; 0: three horizons,
	 * or the longest period of a seasonality if that is longer. */
	double initial;
	double width;  /* of the intervals, in (0, 1) */
	double season; /* days, of the naive forecast; 7 for daily rows */
	double huber;  /* fit robustly with this k; 0: do not */
};

/* A forecast and what came. */
struct backtest_row {
	size_t cutoff;  /* which */
	size_t row;     /* of the rows given */
	double horizon; /* days after the cutoff, > 0 */
	double y, yhat, lower, upper;
	/* The value of the same phase of the last season before the cutoff:
	 * what a forecast has to be better than.  NaN if there is none. */
	double naive;
	/* Mean absolute error of that one season ahead, over the history before
	 * the cutoff; NaN if it is not longer than a season. */
	double scale;
};

struct backtest {
	size_t n_cutoffs;
	double *cutoff; /* ascending */
	size_t n;
	struct backtest_row *row; /* by cutoff, then time */
};

/*
 * Prophet's cutoffs for rows with y that prophet_check_rows() accepts: the last
 * is a horizon before the last row, each other a period before the next (or a
 * horizon before the last row there is, where the horizon would be empty), as
 * long as there is an initial span before it, and rows with weight of two
 * times.  Sets *cutoff, ascending, to be
 * freed by the caller, and *n.  Returns NULL; or what is wrong, out of memory
 * included: then *cutoff is NULL.
 */
const char *backtest_cutoffs(const struct prophet_spec *spec,
    const struct prophet_rows *rows, const struct backtest_params *params,
    double **cutoff, size_t *n);

/*
 * What is wrong with cutoffs, or NULL: they must ascend, lie after the first row
 * with y and a horizon before the last, and leave two rows with weight of
 * different times to fit.
 */
const char *backtest_check(const struct prophet_rows *rows,
    const struct backtest_params *params, const double *cutoff, size_t n);

/*
 * Fit at each cutoff and predict the rows with y up to a horizon after it.  work
 * may be NULL.  Returns 0 and fills *out, to be released; or -1 if out of
 * memory.
 */
int backtest_run(const struct prophet_spec *spec,
    const struct prophet_rows *rows, const struct backtest_params *params,
    const double *cutoff, size_t n, struct prophet_workspace *work,
    struct backtest *out);

void backtest_release(struct backtest *backtest); /* zeroed is allowed */

/*
 * Accuracy around a horizon.  With e = y - yhat: means of e^2, |e|, |e / y|,
 * 2 |e| / (|y| + |yhat|) (0 if all is 0) and |e| / scale; the median of |e / y|;
 * the share of rows with lower <= y <= upper; and the mean of |y - naive|.
 * NaN everywhere: mape and mdape if some |y| is below 1e-8; naive_mae and mase if
 * some row has no naive or no scale above 0.
 */
struct backtest_metrics {
	double horizon;
	double mse, rmse, mae, mape, mdape, smape, mase, coverage, naive_mae;
};

/*
 * Metrics per distinct horizon, ascending, over a window that slides through all
 * n rows in the order of their horizon: a horizon takes all its rows and, if
 * they are fewer than the share window in [0, 1] of all, rows of smaller
 * horizons; one that is taken in part counts by its mean.  (For the median,
 * single rows, the latest cutoffs first.)  Horizons for which there are not rows
 * enough are left out.  Room for n in out.  Returns how many; or SIZE_MAX if out
 * of memory.
 */
size_t backtest_metrics(const struct backtest_row *row, size_t n, double window,
    struct backtest_metrics *out);

/*
 * Intervals without a distribution (split conformal prediction; Vovk, Gammerman,
 * Shafer, "Algorithmic Learning in a Random World", 2005): half[i] is the
 * ceil((k + 1) width)-th smallest, or else the largest, of the k values |y -
 * yhat| of rows whose horizon is within a tenth of the longest one of
 * horizon[i], for m horizons; beyond the longest, that of the longest.  yhat
 * +- half then covers as many of such rows, whatever their distribution, as far
 * as the future is like the past.  NaN without rows.  Returns 0, or -1 if out of
 * memory.
 */
int backtest_conformal(const struct backtest_row *row, size_t n, double width,
    const double *horizon, size_t m, double *half);

/* The share of rows that such intervals cover, each made without the rows of its
 * own cutoff.  NaN with fewer than two cutoffs.  Returns 0, or -1 if out of
 * memory. */
int backtest_conformal_coverage(const struct backtest_row *row, size_t n,
    double width, double *coverage);

/* Settings to choose from, and those chosen. */
struct backtest_settings {
	double changepoint_prior_scale;
	double seasonality_prior_scale; /* of all seasonalities */
	enum prophet_mode mode;         /* of all seasonalities */
};

enum { BACKTEST_GRID = 32 };

/* The settings that Prophet's manual suggests to try: changepoint prior scales
 * 0.001 0.01 0.1 0.5, seasonality prior scales 0.01 0.1 1 10, both modes. */
void backtest_grid(struct backtest_settings settings[BACKTEST_GRID]);

/* A description with other settings; season has room for its seasonalities and
 * is pointed to. */
struct prophet_spec backtest_apply(const struct prophet_spec *spec,
    const struct backtest_settings *settings,
    struct prophet_seasonality *season);

/*
 * The best of n settings by the mean absolute error over all rows of a
 * backtest.  mae gets that of each, and mae[n] that of the description as it
 * is.  *best is the number of the best, or n if none is better by a share of
 * margin at least.  Returns 0, or -1 if out of memory.
 */
int backtest_tune(const struct prophet_spec *spec,
    const struct prophet_rows *rows, const struct backtest_params *params,
    const double *cutoff, size_t n_cutoffs,
    const struct backtest_settings *settings, size_t n, double margin,
    struct prophet_workspace *work, double *mae, size_t *best);

#endif
