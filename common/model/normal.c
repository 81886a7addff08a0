/*
 * A rational start (Abramowitz and Stegun 26.2.23, error 4.5e-4), then Halley's
 * method on the complementary error function: each step triples the digits.
 */
#include "model/normal.h"

#include <math.h>

double
normal_quantile(double p)
{
	const double tail = p < 0.5 ? p : 1 - p;
	double t, x;

	if (!(p >= 0 && p <= 1))
		return NAN;
	if (tail == 0)
		return p == 0 ? -INFINITY : INFINITY;
	t = sqrt(-2 * log(tail));
	x = t -
	    (2.515517 + t * (0.802853 + t * 0.010328)) /
		(1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
	/* x > 0 with P(Z > x) = tail. */
	for (int i = 0; i < 3; i++) {
		const double e = 0.5 * erfc(x / M_SQRT2) - tail;
		const double u = e * sqrt(2 * M_PI) * exp(x * x / 2);

		x += u / (1 + x * u / 2);
	}
	return p < 0.5 ? -x : x;
}
