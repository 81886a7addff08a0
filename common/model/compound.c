#include "model/compound.h"

#include <math.h>
#include <stddef.h>

#include "base/normal.h"

enum { MAX_NODES = 4096 };

/* Midpoint rule nodes of phi(v) at v = (i + 1/2) step, in units of sigma, up to
 * where phi is nothing.  Returns how many, or 0 if they are too many. */
static size_t
make_nodes(double rate, double kappa, double step, double *phi)
{
	for (size_t i = 0; i < MAX_NODES; i++) {
		const double v = ((double)i + 0.5) * step, u = kappa * v;
		const double quotient = u < 1e-3 ? 1 - u * u / 3 : atan(u) / u;
		const double log_phi = -v * v / 2 + rate * (quotient - 1);

		if (log_phi < -25)
			return i > 0 ? i : 1;
		phi[i] = exp(log_phi);
	}
	return 0;
}

/* Distribution function and density at x > 0:
 *	F = 1/2 + 1/pi integral of phi(v) sin(x v) / v
 *	f = 1/pi integral of phi(v) cos(x v)
 * with the angles by rotation. */
static void
distribution(const double *phi, size_t n, double step, double x, double *f,
    double *density)
{
	const double cr = cos(x * step), sr = sin(x * step);
	double c = cos(x * step / 2), s = sin(x * step / 2);
	double sum = 0, sum_density = 0;

	for (size_t i = 0; i < n; i++) {
		const double last = c;

		sum += phi[i] * s / ((double)i + 0.5);
		sum_density += phi[i] * c;
		c = c * cr - s * sr;
		s = s * cr + last * sr;
	}
	*f = 0.5 + sum / M_PI;
	*density = sum_density * step / M_PI;
}

double
compound_quantile(double rate, double scale, double sigma, double width,
    double guess)
{
	const double p = (1 + width) / 2, z = normal_quantile(p);
	const double none = exp(-rate); /* chance of no change at all */
	double phi[MAX_NODES];

	if (!(rate * scale > 0))
		return z * sigma;
	if (sigma < 1e-3 * scale) {
		/* Without a change only the noise is left, which is too narrow
		 * for changes to matter. */
		if (none > width)
			return sigma * normal_quantile((1 + width / none) / 2);
		sigma = 1e-3 * scale;
	}
	/* Should the nodes be too many, a wider noise needs fewer. */
	for (;; sigma *= 1.5) {
		const double kappa = scale / sigma;
		const double sd = sqrt(1 + rate * kappa * kappa * 2 / 3);
		const double range = (2 * z * sd + 22 * kappa + 8 * sd) / 2;
		const double step = M_PI / range;
		const size_t n = make_nodes(rate, kappa, step, phi);
		double x = guess > 0 ? guess / sigma : z * sd;

		for (int i = 0; n > 0; i++) {
			double f, density, by;

			distribution(phi, n, step, x, &f, &density);
			by = (p - f) / density;
			by = fmax(-sd / 2, fmin(sd / 2, by));
			x = fmax(x + by, x / 2);
			if (fabs(by) < 1e-10 * sd || i == 100)
				return x * sigma;
		}
	}
}
