#include "model/judge.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "model/stats.h"
#include "model/student.h"

enum { ROUNDS = 2 };

#define FAR 3.0 /* spreads */
#define HUBER 1.345
#define SD_PER_MAD 1.4826
#define ROUNDING 1e-9 /* of the largest |y| */

static bool
counts(const struct prophet_rows *rows, size_t i)
{
	return !isnan(rows->y[i]) &&
	    (rows->weight == NULL || rows->weight[i] > 0);
}

/* 1.4826 times the median size of the residuals; work has room for n. */
static double
spread_of(const struct prophet_rows *rows, const double *yhat, double *work)
{
	double largest = 0, spread;
	size_t n = 0;

	for (size_t i = 0; i < rows->n; i++) {
		if (!counts(rows, i))
			continue;
		work[n++] = rows->y[i] - yhat[i];
		largest = fmax(largest, fabs(rows->y[i]));
	}
	if (n < JUDGE_ROWS)
		return NAN;
	spread = SD_PER_MAD * stats_mad(work, n, 0);
	return spread > ROUNDING * largest ? spread : 0;
}

/* What a row counts for that is so far from what was expected. */
static double
share(double residual, double spread, bool leave_out)
{
	if (leave_out)
		return fabs(residual) <= FAR * spread;
	return fmin(1, HUBER * spread / fabs(residual));
}

/* Weigh rows by their distance from yhat; whether that changes anything. */
static bool
weigh(const struct prophet_rows *rows, const double *yhat, double spread,
    bool leave_out, double *weight)
{
	size_t left = 0;
	bool changed = false;

	for (size_t i = 0; i < rows->n; i++)
		left += counts(rows, i) &&
		    share(rows->y[i] - yhat[i], spread, leave_out) > 0;
	for (size_t i = 0; i < rows->n && left >= JUDGE_ROWS; i++) {
		const double all = rows->weight == NULL ? 1 : rows->weight[i];
		const double now = !counts(rows, i)
		    ? 0
		    : all * share(rows->y[i] - yhat[i], spread, leave_out);

		changed |= weight[i] != now;
		weight[i] = now;
	}
	return changed;
}

struct prophet *
judge_fit(const struct prophet_spec *spec, const struct prophet_rows *rows,
    struct prophet_workspace *work)
{
	double *arrays = calloc(3 * rows->n + 1, sizeof(*arrays));
	double *weight = arrays, *yhat, *residual;
	struct prophet_forecast out = { 0 };
	struct prophet_rows chosen = *rows;
	struct prophet *fit = NULL;

	if (arrays == NULL)
		return NULL;
	out.yhat = yhat = arrays + rows->n;
	residual = arrays + 2 * rows->n;
	for (size_t i = 0; i < rows->n; i++)
		weight[i] = rows->weight == NULL ? 1 : rows->weight[i];
	chosen.weight = weight;
	for (int round = 0;; round++) {
		double spread;

		prophet_free(fit);
		fit = prophet_fit(spec, &chosen, work);
		if (fit == NULL || round == ROUNDS)
			break;
		if (prophet_predict(fit, rows, 0.5, &out) == -1) {
			prophet_free(fit);
			fit = NULL;
			break;
		}
		spread = spread_of(rows, yhat, residual);
		if (!(spread > 0) ||
		    !weigh(rows, yhat, spread, round > 0, weight))
			break;
	}
	free(arrays);
	return fit;
}

void
judge_rows(const struct prophet_rows *rows, const double *yhat,
    double threshold, double *work, struct judge_result *result)
{
	const double spread = spread_of(rows, yhat, work);
	double largest = 0;

	result->spread = spread;
	for (size_t i = 0; i < rows->n; i++)
		if (counts(rows, i))
			largest = fmax(largest, fabs(rows->y[i]));
	for (size_t i = 0; i < rows->n; i++) {
		const double residual = rows->y[i] - yhat[i];
		double z = residual / spread;

		result->z[i] = result->p[i] = NAN;
		result->flag[i] = -1;
		if (isnan(spread) || !counts(rows, i))
			continue;
		if (spread == 0)
			z = fabs(residual) <= ROUNDING * largest
			    ? 0
			    : copysign(INFINITY, residual);
		result->p[i] = student8_p(z * z);
		result->flag[i] = fabs(z) > threshold;
		result->z[i] = isfinite(z) ? z : NAN;
	}
}
