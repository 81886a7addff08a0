#include "model/residual.h"

#include <math.h>

#include "model/flag.h"
#include "model/stats.h"

void
residual_score(const double *y, const double *yhat, size_t n, double threshold,
    double *residual, double *z, int8_t *flag)
{
	double largest = 0, mean, sd;

	for (size_t i = 0; i < n; i++) {
		residual[i] = y[i] - yhat[i];
		if (!isnan(residual[i]))
			largest = fmax(largest, fabs(y[i]));
	}
	mean = stats_mean(residual, n);
	sd = stats_sd(residual, n);
	for (size_t i = 0; i < n; i++) {
		z[i] = sd > 1e-9 * largest ? (residual[i] - mean) / sd
					   : (double)NAN;
		flag[i] = FLAG_NO;
		if (isnan(residual[i]))
			flag[i] = FLAG_MISSING;
		else if (fabs(z[i]) > threshold)
			flag[i] = FLAG_YES;
	}
}
