#include "model/baseline.h"

#include <stdlib.h>

#include "base/rng.h"
#include "model/student.h"

#include "unit.h"

static void
run(const struct baseline_params *params, const double *x, const int8_t *masked,
    size_t n, struct baseline_result *r)
{
	struct baseline *b;

	assert_null(baseline_check(params));
	b = baseline_new(params);
	assert_non_null(b);
	for (size_t t = 0; t < n; t++)
		baseline_push(b, x[t], masked != NULL && masked[t], &r[t]);
	baseline_free(b);
}

static void
assert_nothing_is_said(const struct baseline_result *r)
{
	assert_true(isnan(r->center) && isnan(r->spread) && isnan(r->z) &&
	    isnan(r->p));
}

static void
trailing_is_the_median_of_the_days_before(void **state)
{
	const struct baseline_params params = { BASELINE_TRAILING, 5, 7,
		false };
	const double x[] = { 1, 2, 1000, 4, 3, 9, 9 };
	struct baseline_result r[7];

	(void)state;
	run(&params, x, NULL, 7, r);
	for (int t = 0; t < 3; t++)
		assert_nothing_is_said(&r[t]);
	assert_near(r[3].center, 2, 0);
	assert_near(r[5].center, 3, 0);
	assert_near(r[5].spread, 1.4826, 1e-15); /* 2 1 997 1 0 */
	assert_near(r[5].z, 6 / 1.4826, 1e-15);
	assert_near(log(r[5].p), student8_ln_p(6 / 1.4826), 1e-12);
}

static void
trailing_may_be_a_mean(void **state)
{
	const struct baseline_params params = { BASELINE_TRAILING, 3, 1, true };
	const double x[] = { 10, 12, 14, 17 };
	struct baseline_result r[4];

	(void)state;
	run(&params, x, NULL, 4, r);
	assert_near(r[3].center, 12, 0);
	assert_near(r[3].spread, 2, 0);
	assert_near(r[3].z, 2.5, 0);
}

static void
masked_and_missing_days_teach_nothing(void **state)
{
	const struct baseline_params params = { BASELINE_TRAILING, 4, 7,
		false };
	const double x[] = { 1, 2, 100, NAN, 4, 200, 5 };
	const int8_t masked[] = { 0, 0, 1, 0, 0, 1, 0 };
	struct baseline_result r[7];

	(void)state;
	run(&params, x, masked, 7, r);
	assert_near(r[2].center, 1.5, 0); /* what it would have been */
	assert_near(r[2].z, NAN, 0);
	assert_near(r[2].p, NAN, 0);
	assert_near(r[3].p, NAN, 0);
	assert_near(r[4].center, 1.5, 0); /* 1 2 - - */
	assert_near(r[4].z, 2.5 / (1.4826 * 0.5), 1e-14);
	assert_nothing_is_said(&r[6]); /* - - 4 -: too few */
}

static void
seasonal_is_the_same_day_of_the_weeks_before(void **state)
{
	const struct baseline_params params = { BASELINE_SEASONAL, 4, 7,
		false };
	double x[70];
	struct baseline_result r[70];

	(void)state;
	/* Week k adds 1, -1, 1, -1 .. to a profile. */
	for (size_t t = 0; t < 70; t++)
		x[t] = 10 * (double)(t % 7) + (t / 7 % 2 == 0 ? 1 : -1);
	x[65] = 70;
	run(&params, x, NULL, 70, r);
	/* Two of four weeks make a center, two more weeks of deviations a
	 * spread. */
	for (size_t t = 0; t < 28; t++)
		assert_nothing_is_said(&r[t]);
	assert_near(r[63].center, 0, 1e-12);
	assert_near(r[64].spread, 1.4826, 1e-12);
	assert_near(r[65].center, 20, 1e-12);
	assert_near(r[65].z, 50 / 1.4826, 1e-9);
	assert_near(r[66].z, -1 / 1.4826 * (x[66] < r[66].center ? 1 : -1),
	    1e-9);
}

static void
centred_fits_the_whole_series(void **state)
{
	const struct baseline_params params = { BASELINE_CENTRED, 14, 7,
		false };
	double x[140];
	int8_t masked[140] = { 0 };
	struct baseline_result r[140];
	struct rng rng;

	(void)state;
	rng_init(&rng, 1, 0);
	for (size_t t = 0; t < 140; t++)
		x[t] = 100 + 10 * (double)(t % 7) + rng_uniform(&rng);
	x[70] += 20;
	x[71] += 30;
	masked[71] = 1;
	x[72] = NAN;
	assert_null(baseline_check(&params));
	assert_int_equal(baseline_centred(&params, x, masked, 140, r), 0);
	for (size_t t = 0; t < 140; t++)
		assert_near(r[t].center, 100.5 + 10 * (double)(t % 7), 1);
	assert_true(r[70].z > 10 && r[70].p < 1e-5);
	assert_near(r[71].p, NAN, 0);
	assert_near(r[72].p, NAN, 0);
	assert_int_equal(baseline_centred(&params, x, masked, 27, r), 0);
	for (size_t t = 0; t < 27; t++)
		assert_nothing_is_said(&r[t]);
}

static void
a_constant_series_has_no_size(void **state)
{
	const struct baseline_params params[] = {
		{ BASELINE_TRAILING, 4, 1, false },
		{ BASELINE_TRAILING, 4, 1, true },
		{ BASELINE_SEASONAL, 4, 1, false },
		{ BASELINE_CENTRED, 4, 1, false },
	};
	double x[20];
	struct baseline_result r[20];

	(void)state;
	for (size_t t = 0; t < 20; t++)
		x[t] = 0.1;
	for (size_t i = 0; i < 4; i++) {
		x[19] = 0.1;
		if (params[i].kind == BASELINE_CENTRED)
			assert_int_equal(baseline_centred(&params[i], x, NULL,
					     20, r),
			    0);
		else
			run(&params[i], x, NULL, 20, r);
		assert_near(r[19].z, 0, 0);
		assert_near(r[19].p, 1, 0);
		if (params[i].kind == BASELINE_CENTRED)
			continue;
		x[19] = 0.2;
		run(&params[i], x, NULL, 20, r);
		assert_near(r[19].z, NAN, 0);
		assert_true(r[19].p < 1e-200);
	}
}

/* Of normal noise with a week, the share of days below a p is that p: within
 * what 8 degrees of freedom leave to the safe side. */
static void
p_is_calibrated(void **state)
{
	const struct baseline_params params[] = {
		{ BASELINE_TRAILING, 28, 7, false },
		{ BASELINE_SEASONAL, 8, 7, false },
		{ BASELINE_CENTRED, 14, 7, false },
	};
	enum { N = 20000 };
	double *x = calloc(N, sizeof(*x));
	struct baseline_result *r = calloc(N, sizeof(*r));
	struct rng rng;

	(void)state;
	assert_true(x != NULL && r != NULL);
	rng_init(&rng, 77, 0);
	for (size_t t = 0; t < N; t++)
		x[t] = sqrt(-2 * log(1 - rng_uniform(&rng))) *
		    cos(2 * acos(-1.0) * rng_uniform(&rng));
	for (size_t i = 0; i < 3; i++) {
		size_t below5 = 0, below1 = 0;

		if (params[i].kind == BASELINE_CENTRED)
			assert_int_equal(baseline_centred(&params[i], x, NULL,
					     N, r),
			    0);
		else
			run(&params[i], x, NULL, N, r);
		for (size_t t = 0; t < N; t++) {
			below5 += r[t].p < 0.05;
			below1 += r[t].p < 0.01;
		}
		assert_in_range(below5, N / 50, N * 7 / 100);
		/* 0.0008, of normal noise. */
		assert_in_range(below1, N / 2000, N * 2 / 100);
	}
	free(r);
	free(x);
}

static void
bad_parameters_are_named(void **state)
{
	struct baseline_params p = { BASELINE_TRAILING, 1, 7, false };

	(void)state;
	assert_string_equal(baseline_check(&p),
	    "the window must be 2 to 100000");
	p.window = 14;
	p.season = 0;
	assert_string_equal(baseline_check(&p),
	    "the season must be 1 to 1000 days");
	p.season = 7;
	p.kind = BASELINE_CENTRED;
	p.mean = true;
	assert_string_equal(baseline_check(&p),
	    "a centred baseline is one of medians");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trailing_is_the_median_of_the_days_before),
		cmocka_unit_test(trailing_may_be_a_mean),
		cmocka_unit_test(masked_and_missing_days_teach_nothing),
		cmocka_unit_test(seasonal_is_the_same_day_of_the_weeks_before),
		cmocka_unit_test(centred_fits_the_whole_series),
		cmocka_unit_test(a_constant_series_has_no_size),
		cmocka_unit_test(p_is_calibrated),
		cmocka_unit_test(bad_parameters_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
