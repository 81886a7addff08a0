#include "model/compound.h"

#include "base/normal.h"
#include "base/rng.h"

#include "unit.h"

static void
without_changes_the_noise_is_normal(void **state)
{
	const double z = 1.2815515655446004;

	(void)state;
	assert_near(compound_quantile(0, 1, 2, 0.8, 0), 2 * z, 1e-13);
	assert_near(compound_quantile(3, 0, 2, 0.8, 0), 2 * z, 1e-13);
	assert_near(compound_quantile(1e-9, 1, 2, 0.8, 0), 2 * z, 1e-7);
	/* Many small changes add up to a normal variance, 2/3 each. */
	assert_near(compound_quantile(3e6, 1e-3, 1, 0.8, 0), sqrt(3) * z, 1e-5);
}

static void
the_unit_and_the_guess_do_not_matter(void **state)
{
	const double q = compound_quantile(2, 3, 1, 0.8, 0);

	(void)state;
	assert_near(compound_quantile(2, 3e6, 1e6, 0.8, 0), 1e6 * q, 1e-3);
	assert_near(compound_quantile(2, 3, 1, 0.8, 1), q, 1e-8);
	assert_near(compound_quantile(2, 3, 1, 0.8, 50), q, 1e-8);
}

/* Share of simulated noise within q; the deviation of the share is at most
 * 0.5 / sqrt(draws). */
static double
share_within(double rate, double scale, double sigma, double q, int draws)
{
	struct rng rng;
	int inside = 0;

	rng_init(&rng, 1, 1);
	for (int i = 0; i < draws; i++) {
		double x = sigma * normal_quantile(rng_uniform(&rng));
		double time = -log(1 - rng_uniform(&rng));

		for (; time < rate; time -= log(1 - rng_uniform(&rng))) {
			const double place = rng_uniform(&rng);
			const double size = -log(1 - rng_uniform(&rng));
			const double sign = rng_uniform(&rng) < 0.5 ? -1 : 1;

			x += sign * scale * place * size;
		}
		inside += fabs(x) <= q;
	}
	return (double)inside / draws;
}

static void
quantiles_hold_the_share_of_simulated_noise(void **state)
{
	static const double cases[][4] = {
		/* rate, scale, sigma, width */
		{ 0.1, 5, 1, 0.8 }, { 2, 1, 1, 0.8 }, { 2, 30, 1, 0.5 },
		{ 25, 0.3, 1, 0.95 }, { 100, 10, 0.1, 0.8 },
		{ 0.15, 1e4, 1, 0.8 }, /* only without a change */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const double *c = cases[i];
		const double q = compound_quantile(c[0], c[1], c[2], c[3], 0);

		assert_near(share_within(c[0], c[1], c[2], q, 40000), c[3],
		    0.0075);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_changes_the_noise_is_normal),
		cmocka_unit_test(the_unit_and_the_guess_do_not_matter),
		cmocka_unit_test(quantiles_hold_the_share_of_simulated_noise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
