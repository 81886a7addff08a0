/*
 * number_format() against snprintf("%.12g"), for the kinds of numbers that the
 * programs print: the median over rounds in nanoseconds, and the ratio.
 */
#include "base/number.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/rng.h"

enum { COUNT = 20000, ROUNDS = 15 };

static double value[COUNT];
static size_t sink; /* keeps the work from being dropped */

static size_t
with_printf(char *buf, double v, int precision)
{
	return (size_t)snprintf(buf, NUMBER_TEXT_MAX, "%.*g", precision, v);
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
median_ns(size_t (*format)(char *, double, int))
{
	double ns[ROUNDS];

	for (size_t r = 0; r < ROUNDS; r++) {
		char buf[NUMBER_TEXT_MAX];
		struct timespec from, to;

		clock_gettime(CLOCK_MONOTONIC, &from);
		for (size_t i = 0; i < COUNT; i++)
			sink += format(buf, value[i], 12);
		clock_gettime(CLOCK_MONOTONIC, &to);
		ns[r] = ((double)(to.tv_sec - from.tv_sec) * 1e9 +
			    (double)(to.tv_nsec - from.tv_nsec)) /
		    COUNT;
	}
	qsort(ns, ROUNDS, sizeof(*ns), by_size);
	return ns[ROUNDS / 2];
}

static double
uniform(struct rng *rng)
{
	return rng_uniform(rng);
}

static double
cents(struct rng *rng)
{
	return (double)rng_below(rng, 10000000) / 100;
}

static double
revenue(struct rng *rng)
{
	return rng_uniform(rng) * 3e6;
}

static double
count(struct rng *rng)
{
	return (double)rng_below(rng, 100000);
}

static double
small(struct rng *rng)
{
	double u = rng_uniform(rng);

	return u * u * u * u * u * u * 1e-4;
}

int
main(void)
{
	static const struct {
		const char *name;
		double (*draw)(struct rng *);
	} kinds[] = { { "uniform", uniform }, { "cents", cents },
		{ "revenue", revenue }, { "count", count },
		{ "small", small } };

	printf("%-8s %9s %9s %7s\n", "kind", "ours_ns", "printf_ns", "ratio");
	for (size_t k = 0; k < sizeof(kinds) / sizeof(*kinds); k++) {
		struct rng rng;
		double ours, theirs;

		rng_init(&rng, 1, k);
		for (size_t i = 0; i < COUNT; i++)
			value[i] = kinds[k].draw(&rng);
		ours = median_ns(number_format);
		theirs = median_ns(with_printf);
		printf("%-8s %9.1f %9.1f %7.3f\n", kinds[k].name, ours, theirs,
		    ours / theirs);
	}
	return sink == 0;
}
