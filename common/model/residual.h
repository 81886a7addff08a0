/* How far values are from what a model expected, in units of how far they
 * usually are. */
#ifndef AEE_MODEL_RESIDUAL_H
#define AEE_MODEL_RESIDUAL_H

#include <stddef.h>
#include <stdint.h>

/* Mean and deviation (n - 1) of residuals.  sd is 0 where they are nothing but
 * rounding (below 1e-9 of the largest |y|), or fewer than two. */
struct residual_scale {
	double mean, sd;
};

/* Of y - yhat, where neither is NaN. */
struct residual_scale residual_scale(const double *y, const double *yhat,
    size_t n);

/*
 * residual[i] = y[i] - yhat[i]; z[i] = (residual[i] - mean) / sd; flag[i] = 1 if
 * |z[i]| > threshold, else 0.  Where y or yhat is NaN, so are residual and z,
 * and flag is -1.  If sd is 0, z is NaN and flag 0 where there is a residual.
 */
void residual_score(const double *y, const double *yhat, size_t n,
    const struct residual_scale *scale, double threshold, double *residual,
    double *z, int8_t *flag);

#endif
