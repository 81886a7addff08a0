#include "model/residual.h"

#include <math.h>

struct residual_scale
residual_scale(const double *y, const double *yhat, size_t n)
{
	struct residual_scale scale = { 0 };
	double squares = 0, largest = 0, count = 0;

	for (size_t i = 0; i < n; i++) {
		const double residual = y[i] - yhat[i];

		if (isnan(residual))
			continue;
		scale.mean += residual;
		count++;
		largest = fmax(largest, fabs(y[i]));
	}
	if (count < 2)
		return scale;
	scale.mean /= count;
	/* Two passes: squares minus the square of the mean would cancel. */
	for (size_t i = 0; i < n; i++) {
		const double residual = y[i] - yhat[i];

		if (!isnan(residual))
			squares += (residual - scale.mean) *
			    (residual - scale.mean);
	}
	scale.sd = sqrt(squares / (count - 1));
	if (scale.sd <= 1e-9 * largest)
		scale.sd = 0;
	return scale;
}

void
residual_score(const double *y, const double *yhat, size_t n,
    const struct residual_scale *scale, double threshold, double *residual,
    double *z, int8_t *flag)
{
	for (size_t i = 0; i < n; i++) {
		residual[i] = y[i] - yhat[i];
		z[i] = scale->sd > 0 ? (residual[i] - scale->mean) / scale->sd
				     : NAN;
		flag[i] = isnan(residual[i]) ? -1 : fabs(z[i]) > threshold;
	}
}
