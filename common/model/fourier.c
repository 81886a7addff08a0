#include "model/fourier.h"

#include <math.h>

/* The nearest integer, ties to even, of |x| < 2^51: adding 1.5 x 2^52 leaves no
 * bits for the fraction.  rint() is a call where the processor lacks it. */
static inline double
nearest(double x)
{
	return (x + 0x1.8p52) - 0x1.8p52;
}

/* The Taylor series on |x| <= pi/4 in x^2; the first term left out is below
 * 1e-17. */
static inline double
sine(double x, double xx)
{
	double p = 1 / 355687428096000.0; /* 17! */

	p = p * xx - 1 / 1307674368000.0;
	p = p * xx + 1 / 6227020800.0;
	p = p * xx - 1 / 39916800.0;
	p = p * xx + 1 / 362880.0;
	p = p * xx - 1 / 5040.0;
	p = p * xx + 1 / 120.0;
	p = p * xx - 1 / 6.0;
	return x + x * xx * p;
}

static inline double
cosine(double xx)
{
	double p = 1 / 20922789888000.0; /* 16! */

	p = p * xx - 1 / 87178291200.0;
	p = p * xx + 1 / 479001600.0;
	p = p * xx - 1 / 3628800.0;
	p = p * xx + 1 / 40320.0;
	p = p * xx - 1 / 720.0;
	p = p * xx + 1 / 24.0;
	p = p * xx - 0.5;
	return 1 + xx * p;
}

static inline void
phase(double t, double period, double *c, double *s)
{
	/* First whole periods, then quarters: both steps are exact for the
	 * usual days and periods, where 2 pi t / period would lose digits. */
	const double turn = (t - period * nearest(t / period)) / period;
	const double quarter = nearest(4 * turn); /* -2..2 */
	const double x = 2 * M_PI * (turn - 0.25 * quarter);
	const double cq = 1 - fabs(quarter);             /* cos, sin of a */
	const double sq = quarter * (2 - fabs(quarter)); /* right angle */
	const double cx = cosine(x * x), sx = sine(x, x * x);

	*c = cx * cq - sx * sq;
	*s = sx * cq + cx * sq;
}

void
fourier_phase(const double *restrict t, size_t n, double period,
    double *restrict c, double *restrict s)
{
	size_t i;

	for (i = 0; i + 4 <= n; i += 4)
		for (size_t j = 0; j < 4; j++)
			phase(t[i + j], period, &c[i + j], &s[i + j]);
	for (; i < n; i++)
		phase(t[i], period, &c[i], &s[i]);
}

/* Horner's scheme for the real part of sum (b_k - i a_k) z^k, z = c + i s, with
 * a the sine and b the cosine coefficients. */
void
fourier_sum(const double *restrict c, const double *restrict s, size_t n,
    const double *restrict coef, size_t order, double *restrict out)
{
	const double *last = coef + 2 * (order - 1);
	size_t i;

	for (i = 0; i + 4 <= n; i += 4) {
		double re[4], im[4];

		for (size_t j = 0; j < 4; j++) {
			re[j] = last[1];
			im[j] = -last[0];
		}
		for (const double *q = last; q > coef;) {
			q -= 2;
			for (size_t j = 0; j < 4; j++) {
				const double x = re[j];

				re[j] = x * c[i + j] - im[j] * s[i + j] + q[1];
				im[j] = x * s[i + j] + im[j] * c[i + j] - q[0];
			}
		}
		for (size_t j = 0; j < 4; j++)
			out[i + j] += re[j] * c[i + j] - im[j] * s[i + j];
	}
	for (; i < n; i++) {
		double re = last[1], im = -last[0];

		for (const double *q = last; q > coef;) {
			const double x = re;

			q -= 2;
			re = x * c[i] - im * s[i] + q[1];
			im = x * s[i] + im * c[i] - q[0];
		}
		out[i] += re * c[i] - im * s[i];
	}
}
