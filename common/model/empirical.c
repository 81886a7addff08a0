#include "model/empirical.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "model/combine.h"

enum { ROUNDS = 3 };

#define TAIL 0.1 /* share of the days beyond u */
#define FALSE_SHARE 0.05
#define LEAST_MEAN 0.6

/* Days that are taken for ordinary, ascending by x, and their tail. */
struct null {
	double *x;
	size_t n;
	double u, m;
};

static int
ascending(const void *pa, const void *pb)
{
	const double a = *(const double *)pa, b = *(const double *)pb;

	return (a > b) - (a < b);
}

static void
find_tail(struct null *null)
{
	const size_t at = (size_t)((1 - TAIL) * (double)null->n);
	double excess = 0, n = 0;

	null->u = null->x[at];
	for (size_t i = at; i < null->n; i++)
		if (null->x[i] > null->u) {
			excess += null->x[i] - null->u;
			n++;
		}
	null->m = n > 0 ? fmin(fmax(excess / n, LEAST_MEAN), 1) : 1;
}

/* How many of the days have x or more. */
static size_t
count_from(const struct null *null, double x)
{
	size_t low = 0, high = null->n;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (null->x[middle] < x)
			low = middle + 1;
		else
			high = middle;
	}
	return null->n - low;
}

static double
calibrated(const struct null *null, double x)
{
	if (x > null->u)
		return log(TAIL) - (x - null->u) / null->m;
	return log((double)(1 + count_from(null, x)) / (double)(null->n + 1));
}

int
empirical_calibrate(double *ln_p, size_t n)
{
	double *from = malloc((n + 1) * sizeof(*from));
	int8_t *found = calloc(n + 1, sizeof(*found));
	struct null null = { .x = malloc((n + 1) * sizeof(*null.x)) };
	int status = -1;

	if (from == NULL || found == NULL || null.x == NULL)
		goto out;
	for (size_t i = 0; i < n; i++)
		from[i] = ln_p[i];
	for (int round = 0; round < ROUNDS; round++) {
		null.n = 0;
		for (size_t i = 0; i < n; i++)
			if (!isnan(from[i]) && found[i] != 1)
				null.x[null.n++] = -from[i];
		if (null.n < EMPIRICAL_DAYS)
			break;
		qsort(null.x, null.n, sizeof(*null.x), ascending);
		find_tail(&null);
		for (size_t i = 0; i < n; i++)
			if (!isnan(from[i]))
				ln_p[i] = calibrated(&null, -from[i]);
		if (combine_bh(ln_p, n, FALSE_SHARE, found) == -1)
			goto out;
	}
	status = 0;
out:
	free(null.x);
	free(found);
	free(from);
	return status;
}
