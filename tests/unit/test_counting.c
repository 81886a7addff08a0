#include "model/counting.h"

#include "unit.h"

static const struct metric orders = { METRIC_ORDERS, METRIC_TOTAL, 0 };
static const struct metric revenue = { METRIC_REVENUE, METRIC_TOTAL, 0 };
static const struct metric share = { METRIC_ORDER_SHARE, METRIC_CATEGORY, 0 };
static const struct metric aov = { METRIC_AOV, METRIC_TOTAL, 0 };

/* What is left of a z of size 20 in the direction of r. */
static double
limit(const struct metric *id, enum metric_scale scale, double y, double r,
    double events, double usual)
{
	const struct counting_day day = { y, r, copysign(20, r), events,
		usual };

	return counting_z(id, scale, &day);
}

static void
no_order_where_nine_are_usual_is_no_more_than_poisson_says(void **state)
{
	/* 2 (sqrt(0.5) - sqrt(9.5)) */
	const double want = -4.7502004;

	(void)state;
	assert_near(limit(&orders, METRIC_LOG, log(0.5), log(0.5 / 9.5), 0, 9),
	    want, 1e-7);
	assert_near(limit(&orders, METRIC_RAW, 0.5, -9, 0, 9), want, 1e-7);
	assert_near(limit(&orders, METRIC_SQRT, sqrt(0.5),
			sqrt(0.5) - sqrt(9.5), 0, 9),
	    want, 1e-7);
}

static void
revenue_counts_in_orders_of_the_usual_value(void **state)
{
	(void)state;
	/* A quarter of the revenue of 8.5: 2 (sqrt(2.125) - sqrt(8.5)). */
	assert_near(limit(&revenue, METRIC_LOG, 5, log(0.25), 3, 8), -2.9154759,
	    1e-7);
	/* Twice as much. */
	assert_near(limit(&revenue, METRIC_LOG, 5, log(2), 8, 8), 2.4152594,
	    1e-7);
}

static void
a_share_is_no_more_than_the_binomial_says(void **state)
{
	(void)state;
	/* None of 20 where half is usual: p = .5 / 21 against .5, so
	 * 2 sqrt(21) (asin sqrt(p) - pi / 4). */
	assert_near(limit(&share, METRIC_LOG, log(0.5 / 20.5), log(0.5 / 20.5),
			0, 10),
	    -5.7784066, 1e-6);
	assert_near(limit(&share, METRIC_RAW, 0.5 / 21, 0.5 / 21 - 0.5, 0, 10),
	    -5.7784066, 1e-6);
}

static void
a_mean_of_few_weighs_less(void **state)
{
	(void)state;
	assert_near(limit(&aov, METRIC_LOG, 3, -1, 2, 8), -10, 1e-12);
	assert_near(limit(&aov, METRIC_LOG, 3, -1, 12, 8), -20, 0);
}

static void
z_is_left_alone_where_it_is_smaller_or_counts_are_large_or_unknown(void **state)
{
	struct counting_day day = { log(0.5), log(0.5 / 9.5), -1, 0, 9 };

	(void)state;
	assert_near(counting_z(&orders, METRIC_LOG, &day), -1, 0);
	day.z = NAN;
	assert_true(isnan(counting_z(&orders, METRIC_LOG, &day)));
	assert_near(limit(&orders, METRIC_LOG, 3, -2, 5, COUNTING_MANY), -20,
	    0);
	assert_near(limit(&orders, METRIC_LOG, 3, -2, NAN, NAN), -20, 0);
	assert_near(limit(&revenue, METRIC_LOG, 3, -2, 5, NAN), -20, 0);
}

static void
noise_of_counts_is_that_of_poisson_on_every_scale(void **state)
{
	(void)state;
	assert_near(counting_noise(&orders, METRIC_LOG, log(16), 15.5), 0.25,
	    1e-12);
	assert_near(counting_noise(&orders, METRIC_RAW, 16, 15.5), 4, 1e-12);
	assert_near(counting_noise(&orders, METRIC_SQRT, 4, 15.5), 0.5, 1e-12);
	assert_near(counting_noise(&aov, METRIC_LOG, 3, 15.5), 0, 0);
	assert_near(counting_noise(&orders, METRIC_LOG, 3, NAN), 0, 0);
	assert_near(counting_noise(&orders, METRIC_LOG, 3, COUNTING_MANY), 0,
	    0);
}

static void
usual_is_the_median_of_four_weeks_to_either_side(void **state)
{
	double events[100], usual[100];

	(void)state;
	for (size_t t = 0; t < 100; t++)
		events[t] = t == 50 ? NAN : (double)t;
	counting_usual(events, 100, usual);
	assert_near(usual[0], 14, 0);    /* 0 .. 28 */
	assert_near(usual[20], 24, 0);   /* 0 .. 48 */
	assert_near(usual[60], 60.5, 0); /* 32 .. 88 without 50 */
	assert_near(usual[99], 85, 0);   /* 71 .. 99 */
	events[0] = NAN;
	counting_usual(events, 1, usual);
	assert_true(isnan(usual[0]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    no_order_where_nine_are_usual_is_no_more_than_poisson_says),
		cmocka_unit_test(revenue_counts_in_orders_of_the_usual_value),
		cmocka_unit_test(a_share_is_no_more_than_the_binomial_says),
		cmocka_unit_test(a_mean_of_few_weighs_less),
		cmocka_unit_test(
		    z_is_left_alone_where_it_is_smaller_or_counts_are_large_or_unknown),
		cmocka_unit_test(
		    noise_of_counts_is_that_of_poisson_on_every_scale),
		cmocka_unit_test(
		    usual_is_the_median_of_four_weeks_to_either_side),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
