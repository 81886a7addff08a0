#include "base/rng.h"

#include <stdlib.h>

#include "distribution.h"
#include "unit.h"

/* The known answers that the authors of Random123 publish with it. */
static void
philox_gives_the_known_answers(void **state)
{
	static const struct {
		uint32_t counter[4], key[2], want[4];
	} kat[] = {
		{ { 0, 0, 0, 0 }, { 0, 0 },
		    { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 } },
		{ { 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff },
		    { 0xffffffff, 0xffffffff },
		    { 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd } },
		{ { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344 },
		    { 0xa4093822, 0x299f31d0 },
		    { 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(kat) / sizeof(*kat); i++) {
		uint32_t got[4];

		philox4x32(kat[i].counter, kat[i].key, got);
		for (int j = 0; j < 4; j++)
			assert_int_equal(got[j], kat[i].want[j]);
	}
}

static void
streams_and_blocks_can_be_met_again(void **state)
{
	struct rng a, b;
	uint32_t sixth = 0;

	(void)state;
	rng_init(&a, 42, rng_stream(3, 1, 2));
	for (int i = 0; i < 6; i++)
		sixth = rng_u32(&a);
	rng_init(&b, 42, rng_stream(3, 1, 2));
	rng_seek(&b, 1);
	rng_u32(&b);
	assert_int_equal(rng_u32(&b), sixth);
	assert_true(rng_stream(3, 1, 2) != rng_stream(3, 2, 1));
	assert_true(rng_stream(3, 1, 2) != rng_stream(2, 1, 2));
}

static void
many_draws_at_once_are_those_one_by_one(void **state)
{
	struct rng one, many;

	(void)state;
	rng_init(&one, 42, rng_stream(3, 1, 2));
	many = one;
	rng_u32(&one); /* words may be left, an odd number too */
	rng_u32(&many);
	for (size_t n = 0; n < 40; n++) {
		uint64_t draw[40];

		rng_fill(&many, draw, n);
		for (size_t i = 0; i < n; i++)
			assert_true(draw[i] == rng_u64(&one));
		if (n % 7 == 0)
			assert_int_equal(rng_u32(&one), rng_u32(&many));
	}
}

/* Kolmogorov-Smirnov at the 0.001 level: 1.9495 / sqrt(n). */
enum { KS_DRAWS = 200000 };

static void
assert_follows(double *x, size_t n, double (*cdf)(double))
{
	double worst = 0;

	qsort(x, n, sizeof(*x), compare_doubles);
	for (size_t i = 0; i < n; i++) {
		const double f = cdf(x[i]);

		worst = fmax(worst, fabs(f - (double)i / (double)n));
		worst = fmax(worst, fabs(f - (double)(i + 1) / (double)n));
	}
	assert_near(worst, 0, 1.9495 / sqrt((double)n));
}

static double
uniform_cdf(double x)
{
	return x;
}

static double
normal_cdf(double z)
{
	return 0.5 * erfc(-z / sqrt(2));
}

static double
lognormal_cdf(double x)
{
	return normal_cdf((log(x) - 1) / 0.5);
}

static void
uniforms_follow_their_distribution(void **state)
{
	double *x = calloc(KS_DRAWS, sizeof(*x));
	struct rng rng;

	(void)state;
	rng_init(&rng, 1, rng_stream(1, 0, 0));
	for (size_t i = 0; i < KS_DRAWS; i++) {
		x[i] = rng_uniform(&rng);
		assert_true(x[i] >= 0 && x[i] < 1);
	}
	assert_follows(x, KS_DRAWS, uniform_cdf);
	free(x);
}

static double
a_tenth(double k, const void *arg)
{
	(void)arg;
	return k < 10 ? 0.1 : 0;
}

static void
whole_numbers_below_a_bound_are_equally_likely(void **state)
{
	static double k[100000];
	struct rng rng;

	(void)state;
	rng_init(&rng, 2, rng_stream(1, 0, 0));
	for (size_t i = 0; i < 100000; i++)
		k[i] = (double)rng_below(&rng, 10);
	assert_counts_follow(k, 100000, 0, a_tenth, NULL);
	for (int i = 0; i < 100; i++) {
		assert_int_equal(rng_below(&rng, 1), 0);
		assert_true(rng_below(&rng, UINT64_MAX) < UINT64_MAX);
	}
}

static void
normals_follow_their_distribution(void **state)
{
	double *x = calloc(KS_DRAWS, sizeof(*x));
	double sum = 0, squares = 0, fourth = 0;
	struct rng rng, plain;

	(void)state;
	rng_init(&rng, 3, rng_stream(1, 0, 0));
	for (size_t i = 0; i < KS_DRAWS; i++) {
		x[i] = rng_normal(&rng);
		sum += x[i];
		squares += x[i] * x[i];
		fourth += x[i] * x[i] * x[i] * x[i];
	}
	/* Moments 0, 1, 3, within 4 of their standard errors. */
	assert_near(sum / KS_DRAWS, 0, 4 * sqrt(1. / KS_DRAWS));
	assert_near(squares / KS_DRAWS, 1, 4 * sqrt(2. / KS_DRAWS));
	assert_near(fourth / KS_DRAWS, 3, 4 * sqrt(96. / KS_DRAWS));
	assert_follows(x, KS_DRAWS, normal_cdf);

	rng_init(&plain, 3, rng_stream(1, 0, 0));
	for (size_t i = 0; i < KS_DRAWS; i++)
		rng_u64(&plain);
	assert_int_equal(rng_u64(&rng), rng_u64(&plain)); /* one draw each */
	free(x);
}

static void
lognormals_follow_their_distribution(void **state)
{
	double *x = calloc(KS_DRAWS, sizeof(*x));
	struct rng rng;

	(void)state;
	rng_init(&rng, 4, rng_stream(1, 0, 0));
	for (size_t i = 0; i < KS_DRAWS; i++)
		x[i] = rng_lognormal(&rng, 1, 0.5);
	assert_follows(x, KS_DRAWS, lognormal_cdf);
	assert_near(rng_lognormal(&rng, 0, 0), 1, 0);
	free(x);
}

static double
poisson_pmf(double k, const void *arg)
{
	const double mean = *(const double *)arg;

	return exp(k * log(mean) - mean - lgamma(k + 1));
}

static void
poisson_counts_follow_their_distribution(void **state)
{
	static const double mean[] = { 0.01, 0.7, 3, 9.999, 10, 11.5, 40,
		1234.5, 1e6 };
	enum { DRAWS = 100000 };
	double *k = calloc(DRAWS, sizeof(*k));

	(void)state;
	for (size_t m = 0; m < sizeof(mean) / sizeof(*mean); m++) {
		struct rng rng;

		rng_init(&rng, 5, rng_stream(1, m, 0));
		for (size_t i = 0; i < DRAWS; i++)
			k[i] = (double)rng_poisson(&rng, mean[m]);
		assert_moments(k, DRAWS, mean[m], mean[m]);
		assert_counts_follow(k, DRAWS, mean[m], poisson_pmf, &mean[m]);
	}
	free(k);
}

static void
a_huge_poisson_is_normal(void **state)
{
	const double mean = 0x1p40;
	double *z = calloc(KS_DRAWS, sizeof(*z));
	struct rng rng;

	(void)state;
	rng_init(&rng, 6, rng_stream(1, 0, 0));
	for (size_t i = 0; i < KS_DRAWS; i++)
		z[i] = ((double)rng_poisson(&rng, mean) - mean) / sqrt(mean);
	assert_follows(z, KS_DRAWS, normal_cdf);
	assert_int_equal(rng_poisson(&rng, 0), 0);
	free(z);
}

struct trials {
	uint64_t n;
	double p;
};

static double
binomial_pmf(double k, const void *arg)
{
	const struct trials *t = arg;
	const double n = (double)t->n;

	if (k > n)
		return 0;
	return exp(lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) +
	    k * log(t->p) + (n - k) * log1p(-t->p));
}

static void
binomial_counts_follow_their_distribution(void **state)
{
	/* Inversion, BTRS, both sides of the border between them and of 1/2. */
	static const struct trials trials[] = { { 1, 0.3 }, { 5, 0.5 },
		{ 20, 0.1 }, { 20, 0.95 }, { 499, 0.02 }, { 500, 0.02 },
		{ 500, 0.98 }, { 20, 0.5 }, { 21, 0.5 }, { 1000, 0.5 },
		{ 1000, 0.97 }, { 9200, 0.025 }, { 1000000, 0.0123 },
		{ 1000000, 1e-6 }, { 1000000, 0.75 } };
	enum { DRAWS = 100000 };
	double *k = calloc(DRAWS, sizeof(*k));

	(void)state;
	for (size_t t = 0; t < sizeof(trials) / sizeof(*trials); t++) {
		const double n = (double)trials[t].n, p = trials[t].p;
		struct rng rng;

		rng_init(&rng, 7, rng_stream(1, t, 0));
		for (size_t i = 0; i < DRAWS; i++)
			k[i] = (double)rng_binomial(&rng, trials[t].n, p);
		assert_moments(k, DRAWS, n * p, n * p * (1 - p));
		assert_counts_follow(k, DRAWS, n * p, binomial_pmf, &trials[t]);
	}
	free(k);
}

static void
a_huge_binomial_is_normal_or_poisson(void **state)
{
	static const double p[] = { 0.5, 0.999, 0.001 };
	static const double rare = 3;
	const uint64_t n = UINT64_C(1) << 40;
	double *z = calloc(KS_DRAWS, sizeof(*z));
	struct rng rng;

	(void)state;
	for (size_t j = 0; j < sizeof(p) / sizeof(*p); j++) {
		const double mean = (double)n * p[j];

		rng_init(&rng, 8, rng_stream(1, j, 0));
		for (size_t i = 0; i < KS_DRAWS; i++)
			z[i] = ((double)rng_binomial(&rng, n, p[j]) - mean) /
			    sqrt(mean * (1 - p[j]));
		assert_follows(z, KS_DRAWS, normal_cdf);
	}
	rng_init(&rng, 9, rng_stream(1, 0, 0));
	for (size_t i = 0; i < KS_DRAWS; i++)
		z[i] = (double)rng_binomial(&rng, n, rare / (double)n);
	assert_counts_follow(z, KS_DRAWS, rare, poisson_pmf, &rare);
	free(z);
}

static void
a_binomial_of_certain_trials_is_certain(void **state)
{
	const uint64_t n = UINT64_C(1) << 40;
	struct rng rng;

	(void)state;
	rng_init(&rng, 10, rng_stream(1, 0, 0));
	assert_int_equal(rng_binomial(&rng, 0, 0.5), 0);
	assert_int_equal(rng_binomial(&rng, n, 0), 0);
	assert_true(rng_binomial(&rng, n, 1) == n);
	for (int i = 0; i < 1000; i++) {
		assert_true(rng_binomial(&rng, 3, 0.5) <= 3);
		assert_true(rng_binomial(&rng, 100, 1 - 1e-9) >= 99);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(philox_gives_the_known_answers),
		cmocka_unit_test(many_draws_at_once_are_those_one_by_one),
		cmocka_unit_test(streams_and_blocks_can_be_met_again),
		cmocka_unit_test(uniforms_follow_their_distribution),
		cmocka_unit_test(
		    whole_numbers_below_a_bound_are_equally_likely),
		cmocka_unit_test(normals_follow_their_distribution),
		cmocka_unit_test(lognormals_follow_their_distribution),
		cmocka_unit_test(poisson_counts_follow_their_distribution),
		cmocka_unit_test(a_huge_poisson_is_normal),
		cmocka_unit_test(binomial_counts_follow_their_distribution),
		cmocka_unit_test(a_huge_binomial_is_normal_or_poisson),
		cmocka_unit_test(a_binomial_of_certain_trials_is_certain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
