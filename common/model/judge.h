/*
 * Days judged by a model of their whole series that has not learned from the
 * odd ones among them.
 *
 * An anomaly that the model is fitted to pulls it, and makes the deviation that
 * others are measured by larger.  So the model is fitted, fitted again with rows
 * beyond 1.345 spreads weighing so much less (Huber's weights: one huge value
 * would else make all days of its weekday odd), and then without the rows beyond 3
 * spreads.  The spread is 1.4826 times the median size of the residuals
 * of all rows, left out or not.
 * Then z = residual / spread, and p is that of Student's t with 8 degrees of
 * freedom, two-sided, as for all baselines (model/baseline.h).
 *
 * Rows count that have a y and a weight above 0; a row of weight 0 is neither
 * learned from nor judged.
 */
#ifndef AEE_MODEL_JUDGE_H
#define AEE_MODEL_JUDGE_H

#include <stddef.h>
#include <stdint.h>

#include "model/prophet.h"

enum { JUDGE_ROWS = 28 }; /* that count: with fewer nothing is said */

/*
 * The model of the rows that are not odd.  Rows as for prophet_fit(); if too few
 * are left without the odd ones, those are not left out.  NULL if out of memory;
 * free with prophet_free().
 */
struct prophet *judge_fit(const struct prophet_spec *spec,
    const struct prophet_rows *rows, struct prophet_workspace *work);

/* Arrays of n, the caller's. */
struct judge_result {
	double spread; /* 0: nothing but rounding; NaN: too few rows count */
	double *z, *p; /* NaN where nothing can be said */
	int8_t *flag;  /* 1 if |z| > threshold, else 0; -1 likewise */
};

/*
 * Judge rows by what was expected of them.  Where the spread is 0, a row without
 * a residual has z 0 and p 1, and another one no z, the least p and a flag.
 * work has room for n numbers.
 */
void judge_rows(const struct prophet_rows *rows, const double *yhat,
    double threshold, double *work, struct judge_result *result);

#endif
