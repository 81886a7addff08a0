/* How far values are from what a model expected, in units of how far they
 * usually are. */
#ifndef AEE_MODEL_RESIDUAL_H
#define AEE_MODEL_RESIDUAL_H

#include <stddef.h>
#include <stdint.h>

/*
 * residual[i] = y[i] - yhat[i]; z[i] = (residual[i] - mean) / sd over all
 * residuals that are not NaN, sd with divisor n - 1; flag[i] = 1 if
 * |z[i]| > threshold, else 0.  Where y or yhat is NaN, so are residual and z,
 * and flag is -1 (flag.h).  With fewer than two residuals, or an sd below 1e-9 of the
 * largest |y|, which is rounding, z is NaN and flag 0 where there is a residual.
 */
void residual_score(const double *y, const double *yhat, size_t n,
    double threshold, double *residual, double *z, int8_t *flag);

#endif
