#include "model/student.h"

#include <math.h>

#define LEAST_P 1e-290

/*
 * For nu = 8, p = 1 - s P with s = sqrt(1 - x) and P = 1 + x/2 + 3/8 x^2 +
 * 5/16 x^3, the first terms of 1/s.  Times (1 + s P) / (1 + s P) the
 * difference is 1 - (1 - x) P^2, in which all up to x^3 drops out.
 */
static double
p8(double z_squared)
{
	const double x = 8 / (8 + z_squared);
	/* 1 - x, to its last digit. */
	const double s = sqrt(x < 0.5 ? 1 - x : z_squared / (8 + z_squared));
	const double sum = 1 + x * (1. / 2 + x * (3. / 8 + x * (5. / 16)));
	const double rest = 140 + x * (56 + x * (35 + x * 25));

	return x * x * x * x * rest / (256 * (1 + s * sum));
}

double
student8_p(double z_squared)
{
	const double p = p8(z_squared);

	return p > LEAST_P ? p : LEAST_P;
}

double
student8_ln_p(double z)
{
	const double size = fabs(z);

	if (size < 1e30)
		return log(p8(size * size));
	/* x^4 140/512, x = 8 / z^2. */
	return 4 * log(8.) + log(140. / 512) - 8 * log(size);
}

/*
 * For nu = 15, p = 2/pi (asin(c) - s c (1 + 2/3 x + 2/3 4/5 x^2 + ..)) with c =
 * sqrt(x) and s = sqrt(1 - x), to the term of x^6; and asin(c) is the same
 * series without an end.
 */
double
student15_ln_p(double z)
{
	enum { TERMS = 7 };
	const double size = fabs(z), pi = acos(-1.0);
	const double x = size < 1e100 ? 15 / (15 + size * size) : 0;
	const double s = sqrt(x < 0.5 ? 1 - x
				      : size * size / (15 + size * size));
	double term = 1, sum = 0, ln_c = x > 0 ? log(x) / 2 : 0;

	if (x > 0.5) {
		const double c = sqrt(x);

		for (int k = 1; k <= TERMS; k++) {
			sum += term;
			term *= x * 2 * k / (2 * k + 1);
		}
		return log(2 / pi * (atan2(c, s) - s * c * sum));
	}
	if (x == 0)
		ln_c = log(15.) / 2 - log(size);
	/* The terms from x^7 on, without the power of x. */
	for (int k = 1; k <= TERMS; k++)
		term *= 2. * k / (2 * k + 1);
	for (int k = TERMS + 1; sum + term != sum; k++) {
		sum += term;
		term *= x * 2 * k / (2 * k + 1);
	}
	return log(2 / pi * s * sum) + (2 * TERMS + 1) * ln_c;
}

double
student8_z(double p)
{
	double low = 0, high = 1;

	while (student8_ln_p(high) > log(p) && high < 1e38)
		high *= 2;
	for (;;) {
		const double middle = low + (high - low) / 2;

		if (middle <= low || middle >= high)
			return middle;
		if (student8_ln_p(middle) > log(p))
			low = middle;
		else
			high = middle;
	}
}
