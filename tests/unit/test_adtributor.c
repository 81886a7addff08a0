#include "model/adtributor.h"

#include "unit.h"

/* The example of the paper's sections 3 and 4: revenue falls from 100 to 50;
 * what explains it is the kind of device. */
static const double center[][2] = { { 94, 47 }, { 6, 3 } };
static const double advertiser[][2] = { { 50, 24 }, { 20, 21 }, { 20, 4 },
	{ 10, 1 } };
static const double device[][2] = { { 50, 49 }, { 25, 1 }, { 25, 0 } };

static struct adtributor
explain(const double element[][2], size_t n, double *surprise, size_t *set)
{
	double base[8], now[8], sum0 = 0, sum1 = 0;
	struct adtributor r;

	for (size_t i = 0; i < n; i++) {
		sum0 += base[i] = element[i][0];
		sum1 += now[i] = element[i][1];
	}
	assert_int_equal(adtributor(base, now, n, sum0, sum1, surprise, set,
			     &r),
	    0);
	return r;
}

static void
the_example_of_the_paper_is_explained_by_the_device(void **state)
{
	double surprise[4];
	size_t set[4], order[3];
	struct adtributor r[3];

	(void)state;
	r[0] = explain(center, 2, surprise, set);
	assert_true(r[0].explains);
	assert_int_equal(r[0].n, 1); /* but its share is what it was */
	assert_near(r[0].power, 0.94, 1e-15);
	assert_near(r[0].surprise, 0, 1e-15);
	r[1] = explain(advertiser, 4, surprise, set);
	assert_true(r[1].explains);
	r[2] = explain(device, 3, surprise, set);
	assert_true(r[2].explains);
	assert_int_equal(r[2].n, 2);
	assert_int_equal(set[0], 2); /* tablet, then mobile */
	assert_int_equal(set[1], 1);
	assert_near(r[2].power, 0.98, 1e-15);
	adtributor_rank(r, 3, order);
	assert_int_equal(order[0], 2);
	assert_int_equal(order[1], 1);
	assert_int_equal(order[2], 0);
}

static void
surprise_is_a_term_of_the_jensen_shannon_divergence(void **state)
{
	(void)state;
	assert_near(adtributor_surprise(0.3, 0.3), 0, 0);
	assert_near(adtributor_surprise(0.25, 0), 0.125 * log(2), 1e-16);
	assert_near(adtributor_surprise(0, 0.25), 0.125 * log(2), 1e-16);
	/* The mean is 3/8. */
	assert_near(adtributor_surprise(0.5, 0.25),
	    0.25 * log(4. / 3) + 0.125 * log(2. / 3), 1e-16);
	assert_near(adtributor_surprise(-0.1, 0.25),
	    adtributor_surprise(0, 0.25), 0);
}

static void
the_smaller_set_goes_first(void **state)
{
	const double one[][2] = { { 60, 20 }, { 60, 60 }, { 60, 60 } };
	const double two[][2] = { { 60, 40 }, { 60, 40 }, { 60, 60 } };
	struct adtributor r[2];
	double surprise[3];
	size_t set[3], order[2];

	(void)state;
	r[0] = explain(two, 3, surprise, set);
	assert_int_equal(r[0].n, 2);
	r[1] = explain(one, 3, surprise, set);
	assert_int_equal(r[1].n, 1);
	adtributor_rank(r, 2, order);
	assert_int_equal(order[0], 1);
	assert_int_equal(order[1], 0);
}

static void
a_change_spread_thinly_is_explained_by_nothing(void **state)
{
	double base[20], now[20], surprise[20];
	size_t set[20], order[2];
	struct adtributor r[2];

	(void)state;
	for (int i = 0; i < 20; i++) {
		base[i] = 10;
		now[i] = 9;
	}
	assert_int_equal(adtributor(base, now, 20, 200, 180, surprise, set,
			     &r[0]),
	    0);
	assert_false(r[0].explains);
	assert_int_equal(r[0].n, 0);
	r[1] = explain(device, 3, surprise, set);
	adtributor_rank(r, 2, order);
	assert_int_equal(order[0], 1);
}

static void
no_change_needs_no_explanation(void **state)
{
	const double still[][2] = { { 1, 2 }, { 2, 1 } };
	double surprise[2];
	size_t set[2];
	struct adtributor r;

	(void)state;
	r = explain(still, 2, surprise, set);
	assert_true(isnan(r.power));
	assert_int_equal(r.n, 0);
	assert_false(r.explains);
}

static void
sums_that_are_not_positive_leave_no_surprise_but_power(void **state)
{
	const double refunds[][2] = { { 5, -20 }, { 5, 6 } };
	double surprise[2];
	size_t set[2];
	struct adtributor r;

	(void)state;
	r = explain(refunds, 2, surprise, set);
	assert_true(isnan(surprise[0]) && isnan(surprise[1]));
	assert_true(r.explains);
	assert_int_equal(r.n, 1);
	assert_int_equal(set[0], 0);
	assert_near(r.power, 25. / 24, 1e-15);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    the_example_of_the_paper_is_explained_by_the_device),
		cmocka_unit_test(
		    surprise_is_a_term_of_the_jensen_shannon_divergence),
		cmocka_unit_test(the_smaller_set_goes_first),
		cmocka_unit_test(
		    a_change_spread_thinly_is_explained_by_nothing),
		cmocka_unit_test(no_change_needs_no_explanation),
		cmocka_unit_test(
		    sums_that_are_not_positive_leave_no_surprise_but_power),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
