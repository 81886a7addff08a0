/*
 * Rolling z-score: how many deviations a day lies from the days before it.
 *
 *	z = (x - center) / spread
 *
 * over a window that trails the series: its last `window` rows before the day,
 * so that the day cannot hide itself.  With include_current the day is the last
 * row of its own window, and |z| stays below (window - 1) / sqrt(window)
 * whatever happens.
 *
 * - center and spread are the mean and the sample standard deviation (divides
 *   by n - 1); robust, the median and the median absolute deviation x 1.4826,
 *   which estimates the same for a normal sample and which outliers in the
 *   window hardly move.  Where that is 0 because more than half of the window
 *   is one value, the mean absolute deviation x 1.253314 (sqrt(pi / 2)) takes
 *   its place, as Iglewicz and Hoaglin, "How to detect and handle outliers",
 *   1993, have it.
 * - A window is known when it has all of its rows and at least half of them,
 *   and two, are present.  A missing value is a row of the window without a
 *   weight in it.  Before that nothing can be said of a day.
 * - Of a missing day nothing is said.  An infinite value counts as missing.
 * - In a window of equal values z is 0 for the same value again; for any other
 *   it has no size (missing), and the day is flagged: it is more deviations
 *   away than any threshold.
 * - p is that of a day like those of its window, all normal and independent;
 *   n of them are present.
 *   - z / sqrt(1 + 1 / n) has Student's t distribution with n - 1 degrees.
 *   - With include_current, z sqrt(n (n - 2)) / sqrt((n - 1)^2 - n z^2) has it
 *     with n - 2: the residual without the day itself (Thompson, "On a
 *     criterion for the rejection of observations", 1935).
 *   - Robust, z / (1 + 1.1 / n + 3 / n^2) nearly has it with 0.4 n, for n from
 *     5: fitted to 400,000 normal windows of each of 12 sizes from 5 to 50;
 *     the deviation that a MAD estimates is no better known than that.  With
 *     include_current there is none.
 *   Days of a shop are not like those: they have weekdays, and grow.
 *
 * Sums are made anew from each window, oldest row first: nothing drifts, and a
 * result depends on its window alone.
 */
#ifndef AEE_MODEL_ZSCORE_H
#define AEE_MODEL_ZSCORE_H

#include <stdbool.h>
#include <stddef.h>

#include "model/flag.h"

struct zscore;

struct zscore_params {
	size_t window;    /* rows (days of a daily series), 2 to 1,000,000 */
	double threshold; /* flag |z| above this; positive */
	bool include_current; /* the window ends with the day itself */
	bool robust;          /* median and MAD */
};

struct zscore_result {
	double center;  /* rolling_mean; NaN where missing, as below */
	double spread;  /* rolling_std, in the unit of the values */
	double z;       /* z_score */
	double p;       /* zscore_p */
	enum flag flag; /* zscore_anomaly */
};

/* What is wrong with the parameters, or NULL if nothing is. */
const char *zscore_check(const struct zscore_params *params);

/* Start of a series; parameters as checked.  Memory O(window).  NULL if out of
 * memory; free with zscore_free(). */
struct zscore *zscore_new(const struct zscore_params *params);

/* The next row of the series: judge it, then let it into the window.  Time
 * O(window), on average. */
void zscore_push(struct zscore *z, double value, struct zscore_result *result);

void zscore_free(struct zscore *z); /* NULL is allowed */

#endif
