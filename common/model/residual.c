#include "model/residual.h"

#include <math.h>

void
residual_score(const double *y, const double *yhat, size_t n, double threshold,
    double *residual, double *z, int8_t *flag)
{
	double sum = 0, squares = 0, largest = 0, count = 0, sd;

	for (size_t i = 0; i < n; i++) {
		residual[i] = y[i] - yhat[i];
		if (isnan(residual[i]))
			continue;
		sum += residual[i];
		count++;
		largest = fmax(largest, fabs(y[i]));
	}
	/* Two passes: squares minus the square of the mean would cancel. */
	for (size_t i = 0; i < n; i++)
		if (!isnan(residual[i]))
			squares += (residual[i] - sum / count) *
			    (residual[i] - sum / count);
	sd = count > 1 ? sqrt(squares / (count - 1)) : 0;
	for (size_t i = 0; i < n; i++) {
		z[i] = sd > 1e-9 * largest ? (residual[i] - sum / count) / sd
					   : NAN;
		flag[i] = isnan(residual[i]) ? -1 : fabs(z[i]) > threshold;
	}
}
