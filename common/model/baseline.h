/*
 * Robust seasonal baselines: what a day of a daily series would have been, from
 * the days around or before it and never from itself.
 *
 * Two ways to look:
 * - a fit of the whole series, level + season + residual, by running medians:
 *   baseline_fit(), baseline_centred().  It uses days after the day.
 * - from the past alone, as a stream: baseline_push().
 *
 * A day is usable if its value is finite and it is not masked.  A mask is for
 * days known to be different (holidays, events found): nothing is learned from
 * them.  A series is of consecutive days, those without data NaN, and season is
 * the length of its cycle: 7 for days of a week.
 *
 * A deviation has the size z = (value - center) / spread with a spread that
 * estimates the standard deviation, and p is that of Student's t with 8 degrees
 * of freedom, two-sided: heavier tails than normal, as residuals have and as
 * the estimated spread demands.
 */
#ifndef AEE_MODEL_BASELINE_H
#define AEE_MODEL_BASELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- level, season and residual of a whole series ------------------------ */

struct baseline_shape {
	size_t season;      /* s, 1 to 1000 days; 1: none */
	size_t half_window; /* h of the level, days */
	size_t cycles;      /* K of the season, on either side */
};

struct baseline_series {
	const double *y;
	const int8_t *masked; /* != 0: masked; NULL: none is */
	size_t n;
	double floor; /* least sigma, positive */
};

/* Days on which the level may jump, ascending: the level on either side is that
 * side's alone. */
struct baseline_steps {
	const size_t *day;
	size_t n;
};

/* Arrays of n are the caller's. */
struct baseline_fit {
	double *level;  /* NaN only if no day is usable */
	double *season; /* about 0 on average */
	double
	    *residual; /* value - level - season; NaN where that is missing */
	double sigma;  /* 1.4826 median |residual| of usable days */
	double rho;    /* lag-1 correlation of the residual, 0 to 0.8 */
	size_t usable; /* days */
};

struct baseline_work; /* buffers of a fit */

/* For series of up to n days; NULL if out of memory. */
struct baseline_work *baseline_work_new(size_t n,
    const struct baseline_shape *shape);
void baseline_work_free(struct baseline_work *work); /* NULL is allowed */

/*
 * Fit y[0 .. n-1].  Twice:
 *
 *	level[t]  = median of y - season over usable days within h of t and on
 *	            the same side of every step (over gaps, the last one before)
 *	Q[t]      = median over |j| <= K of (y - level)[t + s j], usable days
 *	season[t] = Q[t] - mean of Q over the s days around t, the series closed
 *	            to a ring
 *
 * from season 0; then the level once more.  Around an even season the mean
 * leaves out the day s/2 after.  With a = 1.4826 median |residual[t]| and b
 * the same of residual[t] - residual[t-1], rho = 1 - (b / a)^2 / 2, cut to
 * 0 .. 0.8.  sigma is at least the floor; where more than half of the residuals
 * are one value, it is 1.2533 times their mean size, if that is more.
 * Time O(n (log h + h)) with a small constant for h.
 */
void baseline_fit(struct baseline_work *work,
    const struct baseline_series *series, const struct baseline_steps *steps,
    struct baseline_fit *fit);

/* ---- a series judged by its baseline ------------------------------------- */

enum baseline_kind {
	BASELINE_TRAILING, /* the last `window` days */
	BASELINE_SEASONAL, /* the same day of the last `window` cycles */
	BASELINE_CENTRED,  /* the fit above with half_window = window */
};

struct baseline_params {
	enum baseline_kind kind;
	size_t window; /* 2 to 100,000 */
	size_t season; /* 1 to 1000 */
	bool mean;     /* mean and standard deviation, not median and MAD */
};

/* All NaN where nothing can be said. */
struct baseline_result {
	double center, spread; /* also of masked and missing days */
	double z, p;
};

/* What is wrong with the parameters, or NULL if nothing is.  A mean is for
 * the first two kinds. */
const char *baseline_check(const struct baseline_params *params);

/*
 * A stream of the first two kinds; parameters as checked.  NULL if out of
 * memory; free with baseline_free().
 *
 * TRAILING: center and spread are those of the usable days among the last
 * `window`, at least half of them and two: their median and 1.4826 MAD, or
 * mean and standard deviation (n - 1).
 * SEASONAL: center is the median (or mean) of the usable among the last
 * `window` days of the same place in the cycle, at least half of them; spread
 * is 1.4826 times the median size (or the root mean square) of the deviations
 * y - center of the usable days of the last 26 cycles (`window`, if more), at
 * least two cycles of them.  So it says something from window / 2 + 2 cycles
 * on.  On the simulated shops of the tests, 4 weeks find more than 8: older
 * ones lag behind the season of the year.
 */
struct baseline;
struct baseline *baseline_new(const struct baseline_params *params);

/* The next day: judge it by those before it, then let it in, unless masked.
 * Time O(window); SEASONAL O(26 cycles). */
void baseline_push(struct baseline *b, double value, bool masked,
    struct baseline_result *result);

void baseline_free(struct baseline *b); /* NULL is allowed */

/*
 * Judge n days of a series by the fit with half_window = window, 13 cycles, but
 * that the medians which make level and season of a day leave that day out.  Missing if
 * fewer than 4 cycles are usable.  Returns 0, or -1 if out of memory.
 */
int baseline_centred(const struct baseline_params *params, const double *y,
    const int8_t *masked, size_t n, struct baseline_result *result);

#endif
