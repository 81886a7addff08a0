#include "model/adtributor.h"

#include <math.h>
#include <stdlib.h>

static double
term(double p, double q)
{
	return p > 0 ? 0.5 * p * log(2 * p / (p + q)) : 0;
}

double
adtributor_surprise(double p, double q)
{
	p = fmax(p, 0);
	q = fmax(q, 0);
	return term(p, q) + term(q, p);
}

struct candidate {
	double surprise, power;
	size_t i;
};

static int
falling(double a, double b)
{
	return (a < b) - (a > b);
}

/* The more surprising, then the more powerful, then the first. */
static int
compare(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;
	int c = 0;

	if (!isnan(x->surprise))
		c = falling(x->surprise, y->surprise);
	if (c == 0)
		c = falling(x->power, y->power);
	return c != 0 ? c : (x->i > y->i) - (x->i < y->i);
}

int
adtributor(const double *base, const double *now, size_t n, double sum0,
    double sum1, double *surprise, size_t *set, struct adtributor *result)
{
	struct candidate *candidate = malloc((n + 1) * sizeof(*candidate));
	bool shares = sum0 > 0 && sum1 > 0;

	if (candidate == NULL)
		return -1;
	*result = (struct adtributor){ 0 };
	for (size_t i = 0; i < n; i++) {
		surprise[i] = shares
		    ? adtributor_surprise(base[i] / sum0, now[i] / sum1)
		    : NAN;
		candidate[i] = (struct candidate){ surprise[i],
			(now[i] - base[i]) / (sum1 - sum0), i };
	}
	if (sum0 == sum1) {
		result->power = NAN;
		free(candidate);
		return 0;
	}
	qsort(candidate, n, sizeof(*candidate), compare);
	for (size_t i = 0; i < n && !result->explains; i++) {
		if (!(candidate[i].power >= ADTRIBUTOR_ELEMENT))
			continue;
		set[result->n++] = candidate[i].i;
		result->power += candidate[i].power;
		result->surprise += candidate[i].surprise;
		result->explains = result->power >= ADTRIBUTOR_SET;
	}
	free(candidate);
	return 0;
}

/* Whether a goes before b; least is the surprise that a dimension needs. */
static bool
before(const struct adtributor *a, const struct adtributor *b, double least)
{
	bool follows_a = a->surprise < least, follows_b = b->surprise < least;

	if (a->explains != b->explains)
		return a->explains;
	if (!a->explains)
		return a->power > b->power;
	if (follows_a != follows_b)
		return follows_b;
	if (a->n != b->n)
		return a->n < b->n;
	return a->surprise > b->surprise;
}

void
adtributor_rank(const struct adtributor *dimension, size_t n, size_t *order)
{
	double largest = 0;

	for (size_t i = 0; i < n; i++)
		if (dimension[i].explains)
			largest = fmax(largest, dimension[i].surprise);
	/* By insertion: dimensions are few, and equal ones keep their order. */
	for (size_t i = 0; i < n; i++) {
		size_t k = i;

		for (; k > 0 &&
		     before(&dimension[i], &dimension[order[k - 1]],
			 largest / 10);
		     k--)
			order[k] = order[k - 1];
		order[k] = i;
	}
}
