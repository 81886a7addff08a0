#include "base/normal.h"

#include "unit.h"

/* Quantiles of the normal distribution as printed in Wichura's paper (the check
 * values of AS 241) and, at 0.975 and 1e-10, as in any table. */
static void
normal_quantiles_match_the_tables(void **state)
{
	(void)state;
	assert_near(normal_quantile(0.25), -0.6744897501960817, 1e-15);
	assert_near(normal_quantile(0.001), -3.090232306167814, 4e-15);
	assert_near(normal_quantile(1e-20), -9.262340089798408, 1e-14);
	assert_near(normal_quantile(0.5), 0, 0);
	assert_near(normal_quantile(0.975), 1.959963984540054, 2e-15);
	assert_near(normal_quantile(1e-10), -6.361340902404056, 1e-14);
	assert_near(normal_quantile(0.9), 1.2815515655446004, 1e-15);
	assert_near(normal_quantile(0.9995), 3.2905267314918945, 1e-13);
	assert_true(isinf(normal_quantile(0)) && normal_quantile(0) < 0);
	assert_true(isinf(normal_quantile(1)) && normal_quantile(1) > 0);
	assert_true(isnan(normal_quantile(2)) && isnan(normal_quantile(NAN)));
}

static void
normal_quantiles_invert_the_distribution_function(void **state)
{
	(void)state;
	for (double z = -37; z <= 0; z += 0.01)
		assert_near(normal_quantile(0.5 * erfc(-z / sqrt(2))) / z, 1,
		    1e-13);
	for (double p = 0x1p-20; p < 0.5; p *= 1.07)
		assert_near(normal_quantile(1 - p), -normal_quantile(p), 1e-9);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(normal_quantiles_match_the_tables),
		cmocka_unit_test(
		    normal_quantiles_invert_the_distribution_function),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
