#include "model/zscore.h"

#include <stdlib.h>

#include "base/rng.h"
#include "table.h"

#include "unit.h"

/* The results of a whole series. */
static void
run(const struct zscore_params *params, const double *x, size_t n,
    struct zscore_result *r)
{
	struct zscore *z;

	assert_null(zscore_check(params));
	z = zscore_new(params);
	assert_non_null(z);
	for (size_t i = 0; i < n; i++)
		zscore_push(z, x[i], &r[i]);
	zscore_free(z);
}

static void
assert_nothing_is_said(const struct zscore_result *r)
{
	assert_true(isnan(r->center) && isnan(r->spread) && isnan(r->z));
	assert_int_equal(r->flag, FLAG_MISSING);
}

static void
a_day_is_judged_by_the_days_before_it(void **state)
{
	const struct zscore_params params = { .window = 3, .threshold = 2.5 };
	const double x[] = { 10, 12, 14, 17, 16, 2 };
	struct zscore_result r[6];

	(void)state;
	run(&params, x, 6, r);
	for (int i = 0; i < 3; i++)
		assert_nothing_is_said(&r[i]);
	assert_near(r[3].center, 12, 0);
	assert_near(r[3].spread, 2, 0);
	assert_near(r[3].z, 2.5, 0);
	assert_int_equal(r[3].flag, FLAG_NO); /* not above the threshold */
	/* Window 12 14 17. */
	assert_near(r[4].center, 43. / 3, 1e-14);
	assert_near(r[4].spread, sqrt(19. / 3), 1e-14);
	assert_near(r[4].z, 5 / sqrt(57), 1e-14);
	assert_int_equal(r[4].flag, FLAG_NO);
	assert_int_equal(r[5].flag, FLAG_YES);
}

static void
include_current_makes_the_day_the_last_of_its_window(void **state)
{
	const struct zscore_params params = {
		.window = 3, .threshold = 1, .include_current = true
	};
	const double x[] = { 10, 12, 14, 30 };
	struct zscore_result r[4];

	(void)state;
	run(&params, x, 4, r);
	assert_nothing_is_said(&r[1]);
	assert_near(r[2].z, 1, 1e-15);
	assert_near(r[3].z, 34 / sqrt(876), 1e-15); /* window 12 14 30 */
	assert_int_equal(r[3].flag, FLAG_YES);
}

static void
robust_is_median_and_mad(void **state)
{
	const struct zscore_params params = {
		.window = 5, .threshold = 3, .robust = true
	};
	const double x[] = { 1, 2, 3, 4, 1000, 5, 9 };
	struct zscore_result r[7];

	(void)state;
	run(&params, x, 7, r);
	assert_near(r[5].center, 3, 0);
	assert_near(r[5].spread, 1.4826, 1e-15);
	assert_near(r[5].z, 2 / 1.4826, 1e-15);
	assert_int_equal(r[5].flag, FLAG_NO);
	/* Window 2 3 4 1000 5: median 4, deviations 2 1 0 996 1. */
	assert_near(r[6].z, 5 / 1.4826, 1e-15);
	assert_int_equal(r[6].flag, FLAG_YES);
}

/* The share of days of p below a limit, of independent normal days.  Windows
 * overlap, so the tolerance is wide. */
static void
assert_calibrated(const struct zscore_params *params, double limit,
    double tolerance)
{
	enum { DAYS = 200000 };
	struct zscore *z = zscore_new(params);
	struct zscore_result r;
	struct rng rng;
	double below = 0;

	assert_non_null(z);
	rng_init(&rng, 7, 1);
	for (int i = 0; i < DAYS; i++) {
		zscore_push(z, 100 + 5 * rng_normal(&rng), &r);
		below += r.p < limit;
	}
	zscore_free(z);
	assert_near(below / DAYS, limit, tolerance * limit);
}

static void
p_is_calibrated_where_days_are_normal(void **state)
{
	static const size_t windows[] = { 7, 14, 28 };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct zscore_params params = { .window = windows[i],
			.threshold = 3 };

		for (double limit = 0.1; limit > 0.0005; limit /= 10)
			assert_calibrated(&params, limit,
			    0.005 / limit > 1 ? 0.25 : 0.05);
		params.include_current = true;
		assert_calibrated(&params, 0.01, 0.05);
		params.include_current = false;
		params.robust = true;
		assert_calibrated(&params, 0.05, 0.2);
		assert_calibrated(&params, 0.01, 0.2);
	}
}

static void
p_is_of_student_s_t(void **state)
{
	struct zscore_params params = { .window = 3, .threshold = 2.5 };
	const double x[] = { 10, 12, 14, 17, 17, 17, 17, 18 };
	struct zscore_result r[8];
	/* For 2 degrees p = 1 - t / sqrt(t^2 + 2). */
	const double t = 2.5 / sqrt(4. / 3);

	(void)state;
	run(&params, x, 8, r);
	assert_true(isnan(r[2].p));
	assert_near(r[3].p, 1 - t / sqrt(t * t + 2), 1e-14);
	assert_near(r[6].p, 1, 0); /* window 17 17 17 */
	assert_true(isnan(r[7].z) && r[7].p < 1e-200 && r[7].p > 0);
	/* Window 10 12 14, of which 14 is judged: z = 1, one degree of freedom,
	 * t = sqrt(3), which is an angle of 60 degrees: p = 1/3. */
	params.include_current = true;
	run(&params, x, 8, r);
	assert_near(r[2].p, 1. / 3, 1e-14);
	params.window = 2;
	run(&params, x, 8, r);
	assert_true(isnan(r[3].p)); /* always z = 0.7 */
	params.robust = true;
	params.window = 5;
	run(&params, x, 8, r);
	assert_true(isfinite(r[4].z) && isnan(r[4].p));
}

static void
robust_takes_the_mean_deviation_where_the_mad_is_zero(void **state)
{
	const struct zscore_params params = {
		.window = 4, .threshold = 3, .robust = true
	};
	const double x[] = { 0, 0, 0, 8, 5 };
	struct zscore_result r[5];

	(void)state;
	run(&params, x, 5, r);
	assert_near(r[4].center, 0, 0);
	assert_near(r[4].spread, 2 * 1.253314, 1e-15);
	assert_int_equal(r[4].flag, FLAG_NO);
}

static void
a_missing_day_takes_a_row_of_the_window_without_weight(void **state)
{
	const struct zscore_params params = { .window = 4, .threshold = 9 };
	const double x[] = { 7, NAN, NAN, 9, 1, INFINITY, NAN, 3, 4 };
	struct zscore_result r[9];

	(void)state;
	run(&params, x, 9, r);
	assert_near(r[4].center, 8, 0); /* window 7 - - 9: half is there */
	assert_near(r[4].z, -7 / sqrt(2), 1e-15);
	assert_nothing_is_said(&r[5]);  /* infinite */
	assert_nothing_is_said(&r[6]);  /* missing */
	assert_near(r[7].center, 5, 0); /* window 9 1 - - */
	assert_near(r[8].center, 2, 0); /* window 1 - - 3 */
}

static void
a_window_with_less_than_half_present_is_not_known(void **state)
{
	const struct zscore_params params = { .window = 5, .threshold = 9 };
	const double x[] = { NAN, 1, NAN, 2, NAN, 3, 4, NAN, 5 };
	struct zscore_result r[9];

	(void)state;
	run(&params, x, 9, r);
	assert_nothing_is_said(&r[5]);  /* - 1 - 2 - */
	assert_near(r[6].center, 2, 0); /* 1 - 2 - 3 */
}

static void
a_value_after_a_constant_window_is_flagged_without_a_size(void **state)
{
	struct zscore_params params = { .window = 3, .threshold = 2.5 };
	const double x[] = { 0.1, 0.1, 0.1, 0.1, 0.2, 0.1, 0.1 };
	struct zscore_result r[7];

	(void)state;
	for (int robust = 0; robust <= 1; robust++) {
		params.robust = robust == 1;
		params.include_current = false;
		run(&params, x, 7, r);
		assert_near(r[3].z, 0, 0);
		assert_int_equal(r[3].flag, FLAG_NO);
		assert_near(r[4].center, 0.1, 0);
		assert_near(r[4].spread, 0, 0);
		assert_near(r[4].z, NAN, 0);
		assert_int_equal(r[4].flag, FLAG_YES);
		assert_int_equal(r[5].flag, FLAG_NO);

		params.include_current = true;
		run(&params, x, 7, r);
		assert_near(r[3].z, 0, 0);
		assert_int_equal(r[3].flag, FLAG_NO);
	}
}

static void
what_a_double_cannot_hold_is_missing(void **state)
{
	const struct zscore_params params = { .window = 3, .threshold = 2.5 };
	const double x[] = { 1.7e308, 1.6e308, 1.5e308, 1.4e308 };
	struct zscore_result r[4];

	(void)state;
	run(&params, x, 4, r);
	assert_nothing_is_said(&r[3]);
}

static void
a_result_depends_on_its_window_alone(void **state)
{
	const struct zscore_params params = { .window = 7, .threshold = 2 };
	double x[100];
	struct zscore_result all[100], some[100];
	struct rng rng;

	(void)state;
	rng_init(&rng, 5, 0);
	for (int i = 0; i < 100; i++)
		x[i] = i == 3 ? 1e18 : rng_uniform(&rng);
	run(&params, x, 100, all);
	run(&params, x + 13, 87, some);
	for (int i = 20; i < 100; i++) {
		assert_near(some[i - 13].center, all[i].center, 0);
		assert_near(some[i - 13].z, all[i].z, 0);
	}
}

static void
bad_parameters_are_named(void **state)
{
	struct zscore_params params = { .window = 1, .threshold = 2.5 };

	(void)state;
	assert_string_equal(zscore_check(&params),
	    "the window must be 2 to 1000000 rows");
	params.window = 14;
	params.threshold = NAN;
	assert_string_equal(zscore_check(&params),
	    "the threshold must be above 0");
	params.threshold = 0;
	assert_non_null(zscore_check(&params));
}

/* What pandas gives for rolling(14).mean() and .std() of a year's revenue. */
static void
the_original_definition_gives_the_figures_of_pandas(void **state)
{
	const struct zscore_params params = {
		.window = 14, .threshold = 2.5, .include_current = true
	};
	static const char *const names[] = { "revenue", "rolling_mean",
		"rolling_std", "z_score", "z_flag" };
	struct zscore *z = zscore_new(&params);
	struct table t;
	double *x;
	int flagged = 0;

	(void)state;
	assert_int_equal(table_read(&t, "tests/data/original-days.csv.gz"), 0);
	assert_int_equal(t.n, 365);
	x = table_columns(&t, names, 5);
	assert_non_null(x);
	assert_non_null(z);
	for (size_t i = 0; i < t.n; i++) {
		const double *want = x + i * 5;
		struct zscore_result r;

		zscore_push(z, want[0], &r);
		/* 10 digits in the file. */
		assert_near(r.center, want[1], 1e-9 * fabs(want[1]));
		assert_near(r.spread, want[2], 1e-9 * fabs(want[2]));
		assert_near(r.z, want[3], 1e-9);
		assert_int_equal(r.flag == FLAG_YES, (int)want[4]);
		flagged += r.flag == FLAG_YES;
		if (i == 73) /* 2025-03-15 */
			assert_near(r.z, 3.345390, 1e-6);
		if (i == 252) /* 2025-09-10 */
			assert_near(r.z, -2.652143, 1e-6);
	}
	assert_int_equal(flagged, 2);
	zscore_free(z);
	free(x);
	table_release(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_day_is_judged_by_the_days_before_it),
		cmocka_unit_test(
		    include_current_makes_the_day_the_last_of_its_window),
		cmocka_unit_test(robust_is_median_and_mad),
		cmocka_unit_test(p_is_of_student_s_t),
		cmocka_unit_test(p_is_calibrated_where_days_are_normal),
		cmocka_unit_test(
		    robust_takes_the_mean_deviation_where_the_mad_is_zero),
		cmocka_unit_test(
		    a_missing_day_takes_a_row_of_the_window_without_weight),
		cmocka_unit_test(
		    a_window_with_less_than_half_present_is_not_known),
		cmocka_unit_test(
		    a_value_after_a_constant_window_is_flagged_without_a_size),
		cmocka_unit_test(what_a_double_cannot_hold_is_missing),
		cmocka_unit_test(a_result_depends_on_its_window_alone),
		cmocka_unit_test(bad_parameters_are_named),
		cmocka_unit_test(
		    the_original_definition_gives_the_figures_of_pandas),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
