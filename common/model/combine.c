#include "model/combine.h"

#include <math.h>
#include <stdlib.h>

#define PI 3.14159265358979323846
#define SQRT2 1.41421356237309504880
#define CAUCHY_MOST_P 0.999

/* ln(exp(a) + exp(b)). */
static double
ln_add(double a, double b)
{
	const double most = a > b ? a : b;

	if (isinf(most))
		return most;
	return most + log1p(exp(-fabs(a - b)));
}

/* ln P(Z > z) of a normal Z. */
static double
normal_ln_tail(double z)
{
	double sum = 0;

	if (z < 30)
		return log(erfc(z / SQRT2) / 2);
	/* Continued fraction of Mills' ratio: z + 1/(z + 2/(z + ..)). */
	for (int i = 8; i > 0; i--)
		sum = i / (z + sum);
	return -z * z / 2 - log(2 * PI) / 2 - log(z + sum);
}

/* z with ln P(Z > z) = ln_p, by halving: |z| up to 1e8. */
static double
normal_z(double ln_p)
{
	double low = -8, high = 40; /* below -8, p is 1 */

	while (normal_ln_tail(high) > ln_p && high < 1e8)
		high *= 2;
	for (;;) {
		const double middle = low + (high - low) / 2;

		if (middle <= low || middle >= high)
			return middle;
		if (normal_ln_tail(middle) > ln_p)
			low = middle;
		else
			high = middle;
	}
}

/* The mean of cot(pi p) is mostly that of 1 / (pi p), and too large for a
 * double when p is tiny: in units of the largest. */
static double
cauchy(const double *ln_p, size_t k, double least)
{
	const double tiny_p = 1e-8;
	double sum = 0, t;

	for (size_t i = 0; i < k; i++) {
		const double p = fmin(exp(ln_p[i]), CAUCHY_MOST_P);

		if (p < tiny_p) /* cot(x) = 1/x to 1e-15 */
			sum += exp(least - ln_p[i]) / PI;
		else
			sum += exp(least) / tan(PI * p);
	}
	/* atan2(1, t) is pi/2 - atan(t) without the cancellation. */
	t = exp(-least) * sum / (double)k;
	if (t < 1e8)
		return log(atan2(1, t) / PI);
	return least - log(PI * sum / (double)k);
}

static double
stouffer(const double *ln_p, size_t k, double rho)
{
	const double n = (double)k;
	double sum = 0;

	for (size_t i = 0; i < k; i++)
		sum += normal_z(ln_p[i]);
	return normal_ln_tail(sum / sqrt(n + n * (n - 1) * rho));
}

/* The tail of chi-squared with 2 k degrees of freedom is e^-s times the first k
 * terms of e^s, s = half of the statistic. */
static double
fisher(const double *ln_p, size_t k)
{
	double s = 0, ln_term = 0, ln_sum = 0;

	for (size_t i = 0; i < k; i++)
		s -= ln_p[i];
	for (size_t i = 1; i < k; i++) {
		ln_term += log(s / (double)i);
		ln_sum = ln_add(ln_sum, ln_term);
	}
	return fmin(0, ln_sum - s);
}

static double
harmonic(const double *ln_p, size_t k, double least)
{
	double sum = 0;

	for (size_t i = 0; i < k; i++)
		sum += exp(least - ln_p[i]);
	return fmin(0, least + log((double)k / sum));
}

void
combine_mean_add(struct combine_mean *mean, double ln_p)
{
	mean->ln_sum = mean->n++ == 0 ? -ln_p : ln_add(mean->ln_sum, -ln_p);
}

double
combine_mean_ln_p(const struct combine_mean *mean)
{
	if (mean->n == 0)
		return NAN;
	return fmin(0, log((double)mean->n) - mean->ln_sum);
}

static double
combine_present(enum combine_method method, const double *ln_p, size_t k,
    double rho)
{
	double least = 0;

	for (size_t i = 0; i < k; i++)
		least = fmin(least, ln_p[i]);
	if (isinf(least))
		return least;
	switch (method) {
	case COMBINE_CAUCHY:
		return cauchy(ln_p, k, least);
	case COMBINE_STOUFFER:
		return stouffer(ln_p, k, rho);
	case COMBINE_FISHER:
		return fisher(ln_p, k);
	default:
		return harmonic(ln_p, k, least);
	}
}

double
combine_ln_p(enum combine_method method, const double *ln_p, size_t k,
    double rho)
{
	double present[COMBINE_MOST];
	size_t n = 0;

	for (size_t i = 0; i < k; i++)
		if (!isnan(ln_p[i]))
			present[n++] = fmin(ln_p[i], 0);
	return n == 0 ? NAN : combine_present(method, present, n, rho);
}

static int
by_size(const void *pa, const void *pb)
{
	const double a = *(const double *)pa, b = *(const double *)pb;

	return (a > b) - (a < b);
}

int
combine_bh(const double *ln_p, size_t n, double q, int8_t *found)
{
	double *sorted = calloc(n + 1, sizeof(*sorted)), limit = NAN;
	size_t present = 0;

	if (sorted == NULL)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (!isnan(ln_p[i]))
			sorted[present++] = ln_p[i];
	qsort(sorted, present, sizeof(*sorted), by_size);
	for (size_t i = 0; i < present; i++)
		if (sorted[i] <= log(q * ((double)i + 1) / (double)present))
			limit = sorted[i];
	for (size_t i = 0; i < n; i++)
		found[i] = isnan(ln_p[i]) ? -1 : ln_p[i] <= limit;
	free(sorted);
	return 0;
}
