#include "model/stats.h"

#include <math.h>
#include <stdlib.h>

size_t
stats_compact(double *x, size_t n)
{
	size_t present = 0;

	for (size_t i = 0; i < n; i++)
		if (!isnan(x[i]))
			x[present++] = x[i];
	return present;
}

double
stats_mean(const double *x, size_t n)
{
	double sum = 0, rest = 0, mean;
	size_t present = 0;

	for (size_t i = 0; i < n; i++)
		if (!isnan(x[i])) {
			sum += x[i];
			present++;
		}
	mean = sum / (double)present;
	if (!isfinite(mean))
		return mean;
	/* What rounding left: the mean of the distances from the mean. */
	for (size_t i = 0; i < n; i++)
		if (!isnan(x[i]))
			rest += x[i] - mean;
	return mean + rest / (double)present;
}

/* stats_sd() with the mean at hand. */
static double
sd_around(double mean, const double *x, size_t n)
{
	double low = INFINITY, high = -INFINITY, sum = 0, squares = 0;
	double up, unit;
	size_t present = 0;
	int e;

	for (size_t i = 0; i < n; i++)
		if (!isnan(x[i])) {
			low = x[i] < low ? x[i] : low;
			high = x[i] > high ? x[i] : high;
			present++;
		}
	if (present < 2)
		return NAN;
	if (low == high && isfinite(low))
		return 0;
	/* A power of two as unit: exact, and squares neither overflow nor
	 * vanish.  It may be beyond a double, but not beyond two of them. */
	frexp(fmax(high - mean, mean - low), &e);
	up = ldexp(1, e < -1023 ? 1023 : -e);
	unit = e < -1023 ? ldexp(1, -e - 1023) : 1;
	for (size_t i = 0; i < n; i++)
		if (!isnan(x[i])) {
			double d = (x[i] - mean) * up * unit;

			sum += d;
			squares += d * d;
		}
	squares -= sum * sum / (double)present;
	return ldexp(sqrt(squares / (double)(present - 1)), e);
}

double
stats_sd(const double *x, size_t n)
{
	return sd_around(stats_mean(x, n), x, n);
}

double
stats_mean_sd(const double *x, size_t n, double *sd)
{
	const double mean = stats_mean(x, n);

	*sd = sd_around(mean, x, n);
	return mean;
}

/* So many values are sorted sooner than one of them is selected. */
enum { FEW = 32 };

static void
sort_few(double *x, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		const double v = x[i];
		size_t j = i;

		for (; j > 0 && x[j - 1] > v; j--)
			x[j] = x[j - 1];
		x[j] = v;
	}
}

/*
 * Quickselect with a three-way partition, so that ties end it early, and pivots
 * from a fixed pseudo-random sequence, so that no sorted or periodic data is
 * slow.
 */
double
stats_select(double *x, size_t n, size_t k)
{
	size_t low = 0, high = n; /* the answer is in x[low .. high - 1] */
	uint64_t state = n;

	if (n <= FEW) {
		sort_few(x, n);
		return x[k];
	}
	while (high - low > 1) {
		size_t less = low, i = low, more = high;
		double pivot;

		state = state * 6364136223846793005 + 1442695040888963407;
		pivot = x[low + (state >> 33) % (high - low)];
		while (i < more) {
			const double v = x[i];

			if (v < pivot) {
				x[i++] = x[less];
				x[less++] = v;
			} else if (v > pivot) {
				x[i] = x[--more];
				x[more] = v;
			} else {
				i++;
			}
		}
		if (k < less)
			high = less;
		else if (k >= more)
			low = more;
		else
			break;
	}
	return x[k];
}

/* After stats_select(x, n, k), the value of rank k + 1 < n. */
static double
next_of_rank(const double *x, size_t n, size_t k)
{
	double next = x[k + 1];

	for (size_t i = k + 2; i < n; i++)
		if (x[i] < next)
			next = x[i];
	return next;
}

double
stats_median(double *x, size_t n)
{
	double a, b;

	n = stats_compact(x, n);
	if (n == 0)
		return NAN;
	a = stats_select(x, n, (n - 1) / 2);
	if (n % 2 == 1)
		return a;
	b = next_of_rank(x, n, (n - 1) / 2);
	return a == b ? a : a / 2 + b / 2;
}

double
stats_mad(double *x, size_t n, double center)
{
	for (size_t i = 0; i < n; i++)
		x[i] = fabs(x[i] - center);
	return stats_median(x, n);
}

double
stats_quantile(double *x, size_t n, double p)
{
	double k, g, a, b;
	size_t j;

	n = stats_compact(x, n);
	if (n == 0)
		return NAN;
	k = (double)(n - 1) * p;
	j = (size_t)k;
	g = k - (double)j;
	a = stats_select(x, n, j);
	if (j + 1 == n)
		return a;
	b = next_of_rank(x, n, j);
	if (a == b)
		return a; /* also where b - a is not a number */
	return g < 0.5 ? a + (b - a) * g : b - (b - a) * (1 - g);
}

struct ranked {
	double x;
	size_t i;
};

static int
compare_ranked(const void *pa, const void *pb)
{
	const struct ranked *a = pa, *b = pb;

	if (a->x != b->x)
		return a->x < b->x ? -1 : 1;
	return a->i < b->i ? -1 : a->i > b->i;
}

int
stats_midranks(const double *x, size_t n, double *rank)
{
	struct ranked *r = calloc(n + 1, sizeof(*r));
	size_t present = 0;

	if (r == NULL)
		return -1;
	for (size_t i = 0; i < n; i++) {
		const double v = x[i]; /* rank may be x */

		rank[i] = NAN;
		if (!isnan(v))
			r[present++] = (struct ranked){ v, i };
	}
	qsort(r, present, sizeof(*r), compare_ranked);
	for (size_t i = 0, end; i < present; i = end) {
		end = i + 1;
		while (end < present && r[end].x == r[i].x)
			end++;
		for (size_t j = i; j < end; j++)
			rank[r[j].i] = (double)(i + 1 + end) / 2;
	}
	free(r);
	return 0;
}

int
stats_auc(const double *score, const int8_t *label, size_t n, double *auc)
{
	double *judged = calloc(n + 1, sizeof(*judged));
	double sum = 0, n1 = 0, n0 = 0;
	int status = -1;

	if (judged == NULL)
		return -1;
	for (size_t i = 0; i < n; i++)
		judged[i] = label[i] == 0 || label[i] == 1 ? score[i] : NAN;
	if (stats_midranks(judged, n, judged) == -1)
		goto out;
	for (size_t i = 0; i < n; i++)
		if (!isnan(judged[i])) {
			n1 += label[i];
			n0 += 1 - label[i];
			sum += label[i] * judged[i];
		}
	*auc = n1 > 0 && n0 > 0 ? (sum - n1 * (n1 + 1) / 2) / (n1 * n0) : NAN;
	status = 0;
out:
	free(judged);
	return status;
}

int
stats_average_precision(const double *score, const int8_t *label, size_t n,
    double *precision)
{
	struct ranked *r = calloc(n + 1, sizeof(*r));
	double sum = 0, found = 0;
	size_t judged = 0;

	if (r == NULL)
		return -1;
	for (size_t i = 0; i < n; i++)
		if ((label[i] == 0 || label[i] == 1) && !isnan(score[i]))
			r[judged++] = (struct ranked){ -score[i], i };
	qsort(r, judged, sizeof(*r), compare_ranked);
	for (size_t i = 0, end; i < judged; i = end) {
		double here = 0;

		for (end = i; end < judged && r[end].x == r[i].x; end++)
			here += label[r[end].i];
		found += here;
		sum += here * found / (double)end;
	}
	free(r);
	*precision = found > 0 ? sum / found : NAN;
	return 0;
}
