#include "model/combine.h"

#include "unit.h"

static double
combined(enum combine_method method, double p1, double p2, double p3)
{
	const double ln_p[] = { log(p1), log(p2), log(p3) };

	return combine_ln_p(method, ln_p, 3, 0);
}

static void
cauchy_is_the_mean_of_tangents(void **state)
{
	(void)state;
	/* log(.5 - atan(mean of tan((.5 - p) pi)) / pi) in Python. */
	assert_near(combined(COMBINE_CAUCHY, .01, .2, .6), -3.54150451577,
	    1e-12);
	assert_near(combined(COMBINE_CAUCHY, .3, .4, .9), -0.3723900738964,
	    1e-12);
	assert_near(combined(COMBINE_CAUCHY, 1e-6, .5, .5), -12.71689826932,
	    1e-9);
}

static void
equal_p_combine_to_themselves(void **state)
{
	const double sizes[] = { -0.2, -3, -18, -19, -40, -700, -5000 };

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		const double p[] = { sizes[i], sizes[i], sizes[i], sizes[i] };
		const double e = 1e-14 * (1 - sizes[i]);

		assert_near(combine_ln_p(COMBINE_CAUCHY, p, 4, 0), sizes[i],
		    1e-9);
		assert_near(combine_ln_p(COMBINE_HMP, p, 4, 0), sizes[i], e);
		/* Perfectly dependent. */
		assert_near(combine_ln_p(COMBINE_STOUFFER, p, 4, 1), sizes[i],
		    1e-6 * (1 - sizes[i]));
		assert_near(combine_ln_p(COMBINE_FISHER, p, 1, 0), sizes[i], e);
	}
}

static void
one_tiny_p_outweighs_the_others(void **state)
{
	const double ln_p[] = { -900, -0.5, 0 };

	(void)state;
	assert_near(combine_ln_p(COMBINE_CAUCHY, ln_p, 3, 0), -900 + log(3),
	    1e-9);
	assert_near(combine_ln_p(COMBINE_HMP, ln_p, 3, 0), -900 + log(3), 1e-9);
}

/* Chi-squared with 4 degrees: e^-s (1 + s) with s = -2 ln .05. */
static void
fisher_is_a_chi_squared_tail(void **state)
{
	const double ln_p[] = { log(.05), log(.05) };
	const double tiny[] = { -1e6, -2e6, -3e6 };
	const double s = -2 * log(.05);

	(void)state;
	assert_near(combine_ln_p(COMBINE_FISHER, ln_p, 2, 0), -s + log(1 + s),
	    1e-14);
	assert_near(combine_ln_p(COMBINE_FISHER, tiny, 3, 0),
	    -6e6 + log(1 + 6e6 + 18e12), 1e-8);
	assert_near(combined(COMBINE_FISHER, 1, 1, 1), 0, 0);
}

/* Normal tables: 1.644854 is the 95 % point, 1.644854 sqrt(2) = 2.326174. */
static void
stouffer_adds_normal_deviates(void **state)
{
	const double ln_p[] = { log(.05), log(.05) };
	const double even[] = { log(.5), log(.5) };

	(void)state;
	assert_near(exp(combine_ln_p(COMBINE_STOUFFER, ln_p, 2, 0)),
	    erfc(2.326174279 / sqrt(2)) / 2, 1e-9);
	assert_near(exp(combine_ln_p(COMBINE_STOUFFER, ln_p, 2, 0.5)),
	    erfc(2 * 1.644853627 / sqrt(3) / sqrt(2)) / 2, 1e-9);
	assert_near(exp(combine_ln_p(COMBINE_STOUFFER, even, 2, 0)), 0.5,
	    1e-12);
}

static void
missing_ones_are_left_out(void **state)
{
	const double ln_p[] = { NAN, -4, NAN };
	const enum combine_method methods[] = { COMBINE_CAUCHY,
		COMBINE_STOUFFER, COMBINE_FISHER, COMBINE_HMP };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		assert_near(combine_ln_p(methods[i], ln_p, 3, 0.5), -4, 1e-9);
		assert_near(combine_ln_p(methods[i], ln_p, 1, 0), NAN, 0);
	}
}

/* The worked example of Benjamini and Hochberg, 1995, section 4.1: 15 tests,
 * q = .05, four rejected. */
static void
bh_rejects_what_its_authors_did(void **state)
{
	const double p[] = { 0.7590, 0.0001, 0.0004, 0.0019, 0.0095, 0.0201,
		0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528,
		1.0 };
	double ln_p[16];
	int8_t found[16];

	(void)state;
	for (size_t i = 0; i < 15; i++)
		ln_p[i] = log(p[i]);
	ln_p[15] = NAN;
	assert_int_equal(combine_bh(ln_p, 16, 0.05, found), 0);
	for (size_t i = 0; i < 15; i++)
		assert_int_equal(found[i], p[i] <= 0.0095);
	assert_int_equal(found[15], -1);
}

static void
bh_finds_nothing_where_there_is_nothing(void **state)
{
	const double ln_p[] = { -0.1, -0.5, -1, NAN };
	int8_t found[4];

	(void)state;
	assert_int_equal(combine_bh(ln_p, 4, 0.1, found), 0);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(found[i], 0);
	assert_int_equal(combine_bh(ln_p, 0, 0.1, found), 0);
}

static void
a_mean_of_many_p_is_the_harmonic_one(void **state)
{
	const double ln_p[] = { -0.1, -900, -3, -901, -0.7 };
	struct combine_mean mean = { 0 };

	(void)state;
	assert_true(isnan(combine_mean_ln_p(&mean)));
	for (size_t i = 0; i < 5; i++) {
		combine_mean_add(&mean, ln_p[i]);
		assert_near(combine_mean_ln_p(&mean),
		    combine_ln_p(COMBINE_HMP, ln_p, i + 1, 0), 1e-9);
	}
	mean = (struct combine_mean){ 0 };
	for (size_t i = 0; i < 1000; i++)
		combine_mean_add(&mean, log(0.02));
	assert_near(combine_mean_ln_p(&mean), log(0.02), 1e-12);
	combine_mean_add(&mean, -INFINITY); /* p = 0 */
	assert_true(combine_mean_ln_p(&mean) == -INFINITY);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mean_of_many_p_is_the_harmonic_one),
		cmocka_unit_test(cauchy_is_the_mean_of_tangents),
		cmocka_unit_test(equal_p_combine_to_themselves),
		cmocka_unit_test(one_tiny_p_outweighs_the_others),
		cmocka_unit_test(fisher_is_a_chi_squared_tail),
		cmocka_unit_test(stouffer_adds_normal_deviates),
		cmocka_unit_test(missing_ones_are_left_out),
		cmocka_unit_test(bh_rejects_what_its_authors_did),
		cmocka_unit_test(bh_finds_nothing_where_there_is_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
