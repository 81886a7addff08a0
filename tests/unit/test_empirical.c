#include "model/empirical.h"

#include "unit.h"

enum { DAYS = 1000 };

/* The i-th of n values that are as uniform as can be. */
static double
even(size_t i, size_t n)
{
	return ((double)i + 0.5) / (double)n;
}

static void
a_p_that_is_right_stays(void **state)
{
	double ln_p[DAYS];

	(void)state;
	for (size_t i = 0; i < DAYS; i++)
		ln_p[i] = log(even(i, DAYS));
	assert_int_equal(empirical_calibrate(ln_p, DAYS), 0);
	for (size_t i = 0; i < DAYS; i++)
		assert_near(exp(ln_p[i]) / even(i, DAYS), 1,
		    i < 20 ? 0.2 : 0.1);
}

/* Shares of p' below the levels, where those of p are their squares: the mean
 * excess is 1/2, and 0.6 is taken. */
static void
a_safe_p_becomes_smaller_within_bounds(void **state)
{
	double ln_p[DAYS];
	const double u = -log(even(99, DAYS)) / 2; /* the 90 % point of x */

	(void)state;
	for (size_t i = 0; i < DAYS; i++)
		ln_p[i] = log(even(i, DAYS)) / 2;
	assert_int_equal(empirical_calibrate(ln_p, DAYS), 0);
	for (size_t i = 0; i < 99; i++) {
		const double x = -log(even(i, DAYS)) / 2;

		assert_near(ln_p[i], log(0.1) - (x - u) / 0.6, 1e-12);
	}
	for (size_t i = 99; i < DAYS; i++)
		assert_near(exp(ln_p[i]), even(i, DAYS), 0.003);
}

static void
events_are_not_taken_for_ordinary_days(void **state)
{
	enum { EVENTS = 80 };
	double with[DAYS + EVENTS], without[DAYS];

	(void)state;
	for (size_t i = 0; i < DAYS; i++)
		with[i] = without[i] = log(even(i, DAYS));
	for (size_t i = DAYS; i < DAYS + EVENTS; i++)
		with[i] = -20;
	assert_int_equal(empirical_calibrate(with, DAYS + EVENTS), 0);
	assert_int_equal(empirical_calibrate(without, DAYS), 0);
	/* Some of the oddest ordinary ones are left out with them. */
	for (size_t i = 0; i < DAYS; i++)
		assert_near(with[i], without[i], i < 20 ? 2 : 0.4);
	for (size_t i = DAYS; i < DAYS + EVENTS; i++)
		assert_true(with[i] < -15);
}

static void
few_days_and_missing_ones_stay_as_they_are(void **state)
{
	double ln_p[DAYS];

	(void)state;
	for (size_t i = 0; i < EMPIRICAL_DAYS - 1; i++)
		ln_p[i] = log(even(i, EMPIRICAL_DAYS)) / 2;
	for (size_t i = EMPIRICAL_DAYS - 1; i < DAYS; i++)
		ln_p[i] = NAN;
	assert_int_equal(empirical_calibrate(ln_p, DAYS), 0);
	assert_near(ln_p[3], log(even(3, EMPIRICAL_DAYS)) / 2, 0);
	ln_p[DAYS - 1] = -0.5;
	assert_int_equal(empirical_calibrate(ln_p, DAYS), 0);
	assert_true(ln_p[3] < log(even(3, EMPIRICAL_DAYS)) / 2);
	assert_true(isnan(ln_p[DAYS - 2]));
	assert_int_equal(empirical_calibrate(ln_p, 0), 0);
}

static void
equal_days_are_all_ordinary(void **state)
{
	double ln_p[DAYS];

	(void)state;
	for (size_t i = 0; i < DAYS; i++)
		ln_p[i] = -5;
	assert_int_equal(empirical_calibrate(ln_p, DAYS), 0);
	for (size_t i = 0; i < DAYS; i++)
		assert_near(ln_p[i], 0, 1e-12);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_p_that_is_right_stays),
		cmocka_unit_test(a_safe_p_becomes_smaller_within_bounds),
		cmocka_unit_test(events_are_not_taken_for_ordinary_days),
		cmocka_unit_test(few_days_and_missing_ones_stay_as_they_are),
		cmocka_unit_test(equal_days_are_all_ordinary),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
