#include "model/eigen.h"

#include <float.h>
#include <math.h>

enum { SWEEPS = 60 }; /* far more than any matrix takes */

/* Turn the plane of axes p and q by the angle of tangent t, where a[p][q] is. */
static void
rotate(double *a, size_t n, size_t p, size_t q, double t, double *vector)
{
	const double c = 1 / sqrt(t * t + 1), s = t * c;
	const double apq = a[p * n + q];

	a[p * n + p] -= t * apq;
	a[q * n + q] += t * apq;
	a[p * n + q] = a[q * n + p] = 0;
	for (size_t k = 0; k < n; k++) {
		const double u = vector[k * n + p], v = vector[k * n + q];

		vector[k * n + p] = c * u - s * v;
		vector[k * n + q] = s * u + c * v;
		if (k == p || k == q)
			continue;
		const double x = a[k * n + p], y = a[k * n + q];

		a[k * n + p] = a[p * n + k] = c * x - s * y;
		a[k * n + q] = a[q * n + k] = s * x + c * y;
	}
}

/* The tangent of the smaller angle that makes a[p][q] zero. */
static double
tangent(double app, double aqq, double apq)
{
	const double theta = (aqq - app) / (2 * apq);

	return theta >= 0 ? 1 / (theta + hypot(theta, 1))
			  : -1 / (hypot(theta, 1) - theta);
}

void
eigen_symmetric(double *a, size_t n, double *value, double *vector)
{
	double largest = 0;

	for (size_t i = 0; i < n * n; i++) {
		vector[i] = i % (n + 1) == 0 ? 1 : 0;
		largest = fmax(largest, fabs(a[i]));
	}
	for (int sweep = 0, turned = 1; turned && sweep < SWEEPS; sweep++) {
		turned = 0;
		for (size_t p = 0; p < n; p++)
			for (size_t q = p + 1; q < n; q++) {
				const double apq = a[p * n + q];

				if (fabs(apq) <= DBL_EPSILON / 8 * largest)
					continue;
				turned = 1;
				rotate(a, n, p, q,
				    tangent(a[p * n + p], a[q * n + q], apq),
				    vector);
			}
	}
	for (size_t i = 0; i < n; i++)
		value[i] = a[i * n + i];
}
