/* Tests of drawn counts against their distribution, at the 0.001 level: with
 * fixed seeds they pass or fail for good. */
#ifndef AEE_TESTS_DISTRIBUTION_H
#define AEE_TESTS_DISTRIBUTION_H

#include <stdlib.h>

#include "unit.h"

static inline int
compare_doubles(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The 0.999 quantile of chi-square by Wilson and Hilferty, within 1 %: 10.83
 * for 1 degree (they give 10.9), 29.59 for 10, 149.45 for 100. */
static inline double
chi_square_limit(double df)
{
	const double z = 3.0902, s = 2 / (9 * df);

	return df * pow(1 - s + z * sqrt(s), 3);
}

/*
 * Chi-square of n counts x (sorted here) against the probabilities pmf(k):
 * neighbouring k are pooled until 20 are expected; what lies below the first
 * and above the last pool belongs to those.  centre is any k well inside.
 */
static inline void
assert_counts_follow(double *x, size_t n, double centre,
    double (*pmf)(double k, const void *arg), const void *arg)
{
	const double least = 20 / (double)n;
	const double first = floor(fmax(0, centre - 12 * sqrt(centre) - 12));
	double k = first, p = 0, left = 1, chi = 0, df = -1;
	size_t i = 0;

	qsort(x, n, sizeof(*x), compare_doubles);
	for (; left > 0; k++) {
		size_t seen = i;

		p += pmf(k, arg);
		if (p < least && k < centre + 12 * sqrt(centre) + 12)
			continue;
		if (left - p < least || k >= centre + 12 * sqrt(centre) + 12) {
			p = left; /* the last pool takes all */
			i = n;
		}
		while (i < n && x[i] <= k)
			i++;
		chi += ((double)(i - seen) - (double)n * p) *
		    ((double)(i - seen) - (double)n * p) / ((double)n * p);
		df++;
		left -= p;
		p = 0;
		if (i == n && left <= 0)
			break;
	}
	assert_true(df >= 1);
	assert_near(chi, df, chi_square_limit(df) - df);
}

/* Mean and variance within 4.5 standard errors; the error of the variance is
 * that of a normal distribution, widened for the kurtosis of rare counts. */
static inline void
assert_moments(const double *x, size_t n, double mean, double variance)
{
	const double count = (double)n;
	double sum = 0, squares = 0;

	for (size_t i = 0; i < n; i++) {
		sum += x[i] - mean;
		squares += (x[i] - mean) * (x[i] - mean);
	}
	assert_near(sum / count, 0, 4.5 * sqrt(variance / count));
	assert_near(squares / count, variance,
	    4.5 * sqrt((2 * variance * variance + variance) / count));
}

#endif
