#include "base/alias.h"

#include "base/rng.h"
#include "distribution.h"
#include "unit.h"

enum { DRAWS = 200000 };

static double
weight_of(double k, const void *arg)
{
	const double *weight = arg; /* adding up to 1, then -1 */

	for (size_t i = 0; weight[i] >= 0; i++)
		if ((double)i == k)
			return weight[i];
	return 0;
}

static void
assert_drawn_by_weight(const double *weight, size_t n)
{
	double *k = calloc(DRAWS, sizeof(*k));
	struct alias alias;
	struct rng rng;

	assert_int_equal(alias_init(&alias, n), 0);
	alias_set(&alias, weight);
	rng_init(&rng, 11, rng_stream(1, n, 0));
	for (size_t i = 0; i < DRAWS; i++) {
		const size_t drawn = alias_draw(&alias, &rng);

		assert_true(drawn < n && weight[drawn] > 0);
		k[i] = (double)drawn;
	}
	assert_counts_follow(k, DRAWS, (double)n / 2, weight_of, weight);
	alias_release(&alias);
	free(k);
}

static void
indices_are_drawn_by_their_weights(void **state)
{
	static const double four[] = { 0.5, 0.25, 0.125, 0.125, -1 };
	static const double equal[] = { 0.2, 0.2, 0.2, 0.2, 0.2, -1 };
	static const double holes[] = { 0, 0.3, 0, 0.6, 0.1, 0, -1 };
	static const double skew[] = { 0.0005, 0.9, 0.0495, 0.05, -1 };
	static double many[301];
	double sum = 0;

	(void)state;
	assert_drawn_by_weight(four, 4);
	assert_drawn_by_weight(equal, 5);
	assert_drawn_by_weight(holes, 6);
	assert_drawn_by_weight(skew, 4);
	for (int i = 0; i < 300; i++)
		sum += many[i] = 0.5 + (double)(i * 7919 % 1501) / 1000;
	for (int i = 0; i < 300; i++)
		many[i] /= sum;
	many[300] = -1;
	assert_drawn_by_weight(many, 300);
}

static void
a_weight_of_zero_is_never_drawn(void **state)
{
	static const double one[] = { 0, 0, 1e-300, 0 };
	struct alias alias;
	struct rng rng;

	(void)state;
	assert_int_equal(alias_init(&alias, 4), 0);
	alias_set(&alias, one);
	rng_init(&rng, 12, rng_stream(1, 0, 0));
	for (int i = 0; i < 10000; i++)
		assert_int_equal(alias_draw(&alias, &rng), 2);
	alias_release(&alias);
}

static void
a_table_can_be_set_again(void **state)
{
	static const double heads[] = { 1, 0 }, tails[] = { 0, 5 };
	struct alias alias;
	struct rng rng;

	(void)state;
	assert_int_equal(alias_init(&alias, 2), 0);
	rng_init(&rng, 13, rng_stream(1, 0, 0));
	alias_set(&alias, heads);
	assert_int_equal(alias_draw(&alias, &rng), 0);
	alias_set(&alias, tails);
	assert_int_equal(alias_draw(&alias, &rng), 1);
	alias_release(&alias);
	alias_release(&alias);
}

struct trials {
	double n, p;
};

static double
binomial_pmf(double k, const void *arg)
{
	const struct trials *t = arg;

	if (k > t->n)
		return 0;
	return exp(lgamma(t->n + 1) - lgamma(k + 1) - lgamma(t->n - k + 1) +
	    k * log(t->p) + (t->n - k) * log1p(-t->p));
}

/* One by one and by binomials: each count is binomial, and they add up. */
static void
a_split_counts_every_draw(void **state)
{
	enum { SPLITS = 20000 };
	static const double weight[] = { 1, 0, 2, 5, 0 };
	static const uint64_t times[] = { 0, 1, 30, 39, 40, 1000 };
	static double third[SPLITS];
	struct alias alias;
	struct rng rng;

	(void)state;
	assert_int_equal(alias_init(&alias, 5), 0);
	alias_set(&alias, weight);
	for (size_t t = 0; t < sizeof(times) / sizeof(*times); t++) {
		const struct trials trials = { (double)times[t], 2. / 8 };

		rng_init(&rng, 14, rng_stream(1, t, 0));
		for (int i = 0; i < SPLITS; i++) {
			uint64_t count[5];

			alias_split(&alias, &rng, times[t], count);
			assert_int_equal(count[0] + count[2] + count[3],
			    times[t]);
			assert_int_equal(count[1] + count[4], 0);
			third[i] = (double)count[2];
		}
		if (times[t] > 0)
			assert_counts_follow(third, SPLITS, trials.n * trials.p,
			    binomial_pmf, &trials);
	}
	alias_release(&alias);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(indices_are_drawn_by_their_weights),
		cmocka_unit_test(a_weight_of_zero_is_never_drawn),
		cmocka_unit_test(a_table_can_be_set_again),
		cmocka_unit_test(a_split_counts_every_draw),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
