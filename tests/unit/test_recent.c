#include "model/recent.h"

#include <math.h>

#include "unit.h"

/* Ten windows of two days; their sums are, from the first, powers of 2 with
 * the exponents 0 1 0 2 1 2 0 1 0 3: eight changes before the last, of 1 1 2 1
 * 1 2 1 1 doublings, whose median is 1. */
static void
a_change_is_measured_by_those_before(void **state)
{
	const int exponent[] = { 0, 1, 0, 2, 1, 2, 0, 1, 0, 3 };
	double day[20];
	struct recent r;

	(void)state;
	for (int i = 0; i < 10; i++)
		day[2 * i] = day[2 * i + 1] = ldexp(1, exponent[i]);
	assert_int_equal(recent_change(day, NULL, 20, 2, &r), 0);
	assert_near(r.now, 16, 0);
	assert_near(r.base, 2, 0);
	assert_near(r.change, 7, 0);
	assert_near(r.z, 3 / 1.4826, 1e-12);
	/* A first day more is in no window. */
	assert_int_equal(recent_change(day + 1, NULL, 19, 2, &r), 0);
	assert_near(r.now, 16, 0);
	assert_near(r.z, NAN, 0);
}

static void
a_ratio_is_that_of_the_sums(void **state)
{
	const double orders[] = { 1, 2, 3, NAN, 5, 6 };
	const double sessions[] = { 10, 20, 10, 20, NAN, 40 };
	struct recent r;

	(void)state;
	assert_int_equal(recent_change(orders, sessions, 6, 3, &r), 0);
	assert_near(r.now, 6. / 40, 1e-15);
	assert_near(r.base, 6. / 40, 1e-15);
	assert_int_equal(r.now_n, 1);
	assert_int_equal(r.base_n, 3);
	assert_near(r.change, 0, 1e-15);
	assert_near(r.z, NAN, 0);
}

static void
too_little_is_missing(void **state)
{
	const double day[] = { -1, 1, NAN };
	struct recent r;

	(void)state;
	assert_int_equal(recent_change(day, NULL, 0, 7, &r), 0);
	assert_near(r.now, NAN, 0);
	assert_int_equal(recent_change(day, NULL, 3, 7, &r), 0);
	assert_near(r.now, NAN, 0);
	assert_int_equal(recent_change(day, NULL, 3, 1, &r), 0);
	assert_near(r.now, NAN, 0);
	assert_int_equal(r.now_n, 0);
	assert_near(r.base, 1, 0);
	assert_int_equal(recent_change(day, NULL, 2, 1, &r), 0);
	assert_near(r.now, 1, 0);
	assert_near(r.base, -1, 0);
	assert_near(r.change, NAN, 0);
}

static void
a_series_that_never_moves_has_no_measure(void **state)
{
	double day[20];
	struct recent r;

	(void)state;
	for (int i = 0; i < 20; i++)
		day[i] = 5;
	assert_int_equal(recent_change(day, NULL, 20, 1, &r), 0);
	assert_near(r.change, 0, 0);
	assert_near(r.z, NAN, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_change_is_measured_by_those_before),
		cmocka_unit_test(a_ratio_is_that_of_the_sums),
		cmocka_unit_test(too_little_is_missing),
		cmocka_unit_test(a_series_that_never_moves_has_no_measure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
