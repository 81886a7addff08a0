#include "model/student.h"

#include "unit.h"

/* z, ln p of 8 and of 15 degrees: the finite sums in 200 decimal digits. */
static const struct {
	double z, ln8, ln15;
} exact[] = {
	{ 0.001, -0.00077369712335483888, -0.00078501422923555166 },
	{ 0.5, -0.46118490783578087, -0.47107602242168478 },
	{ 1, -1.0596026350343961, -1.099102000811101 },
	{ 2, -2.5192964011442878, -2.7497318261752057 },
	{ 3.5, -4.8184769945322072, -5.7372779538197785 },
	{ 3.872, -5.354262930450373, -6.4991013852013682 },
	{ 3.874, -5.3570910174724036, -6.5031835690058424 },
	{ 5, -6.8562774979150882, -8.7505795553006767 },
	{ 12, -13.052899467951754, -19.259377738253715 },
	{ 100, -29.823156391416028, -50.374227471876097 },
	{ 30000, -75.450537352865197, -135.92038435820515 },
};

static void
tails_are_those_of_the_finite_sums(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(exact) / sizeof(*exact); i++) {
		const double z = exact[i].z;

		assert_near(student8_ln_p(z), exact[i].ln8,
		    2e-15 * (1 + fabs(exact[i].ln8)));
		assert_near(student8_ln_p(-z), student8_ln_p(z), 0);
		assert_near(student8_p(z * z), exp(exact[i].ln8),
		    1e-14 * exp(exact[i].ln8));
		assert_near(student15_ln_p(z), exact[i].ln15,
		    1e-12 * (1 + fabs(exact[i].ln15)));
		assert_near(student15_ln_p(-z), student15_ln_p(z), 0);
	}
}

static void
the_ends_are_defined(void **state)
{
	(void)state;
	assert_near(student8_ln_p(0), 0, 0);
	assert_near(student8_p(0), 1, 0);
	assert_near(student15_ln_p(0), 0, 1e-15);
	assert_true(isinf(student8_ln_p(INFINITY)));
	assert_true(isinf(student15_ln_p(INFINITY)));
	assert_true(student8_p(INFINITY) > 0);
	/* Each decade of z is 8 or 15 decades of p. */
	assert_near(student8_ln_p(1e200) - student8_ln_p(1e201), 8 * log(10),
	    1e-9);
	assert_near(student8_ln_p(1e31) - student8_ln_p(1e29), -16 * log(10),
	    1e-9);
	assert_near(student15_ln_p(1e99) - student15_ln_p(1e101), 30 * log(10),
	    1e-9);
}

/* Tables of t: P(|T| > 2.306) = .05 and P(|T| > 3.355) = .01 for 8 degrees. */
static void
the_quantile_is_that_of_the_tables(void **state)
{
	(void)state;
	assert_near(student8_z(0.05), 2.306004, 1e-6);
	assert_near(student8_z(0.01), 3.355387, 1e-6);
	assert_near(student8_z(1), 0, 1e-9);
	assert_near(student8_ln_p(student8_z(1e-30)), log(1e-30), 1e-12);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tails_are_those_of_the_finite_sums),
		cmocka_unit_test(the_ends_are_defined),
		cmocka_unit_test(the_quantile_is_that_of_the_tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
