#include "model/stats.h"

#include <stdlib.h>
#include <string.h>

#include "base/rng.h"

#include "unit.h"

static void
mean_and_sd_match_the_worked_example(void **state)
{
	const double x[] = { 2, 4, NAN, 4, 4, 5, 5, 7, 9 };

	(void)state;
	assert_near(stats_mean(x, 9), 5, 0);
	assert_near(stats_sd(x, 9), sqrt(32. / 7), 1e-15);
}

static void
mean_and_sd_of_too_little_are_missing(void **state)
{
	const double x[] = { NAN, 3, NAN };

	(void)state;
	assert_near(stats_mean(x, 0), NAN, 0);
	assert_near(stats_mean(x, 1), NAN, 0);
	assert_near(stats_mean(x, 3), 3, 0);
	assert_near(stats_sd(x, 0), NAN, 0);
	assert_near(stats_sd(x, 3), NAN, 0);
}

/* NIST's NumAcc3 and NumAcc4: 1,001 values around 10^6 + 0.2 and 10^7 + 0.2,
 * certified standard deviation 0.1. */
static void
sd_keeps_its_digits_when_the_mean_is_large(void **state)
{
	double x[1001];

	(void)state;
	for (int magnitude = 6; magnitude <= 7; magnitude++) {
		const double base = pow(10, magnitude);

		for (int i = 0; i < 1001; i++)
			x[i] = base + (i == 0 ? 0.2 : i % 2 == 1 ? 0.1 : 0.3);
		assert_near(stats_mean(x, 1001), base + 0.2, 1e-9);
		assert_near(stats_sd(x, 1001), 0.1, 1e-9);
	}
}

static void
equal_values_have_exactly_no_spread(void **state)
{
	double x[13];

	(void)state;
	for (int i = 0; i < 13; i++)
		x[i] = 0.1;
	assert_near(stats_mean(x, 13), 0.1, 0);
	assert_near(stats_sd(x, 13), 0, 0);
}

static void
sd_of_huge_and_tiny_values_is_as_precise(void **state)
{
	const double x[] = { 1, 2, 4 };
	double big[3], small[3], least[4], sd;

	(void)state;
	for (int i = 0; i < 3; i++) {
		big[i] = ldexp(x[i], 1000);
		small[i] = ldexp(x[i], -1000);
	}
	assert_near(stats_sd(big, 3), ldexp(stats_sd(x, 3), 1000), 0);
	assert_near(stats_sd(small, 3), ldexp(stats_sd(x, 3), -1000), 0);
	/* Where a unit is beyond a double: 1, 2, 6 and 11 of the smallest. */
	for (int i = 0; i < 4; i++)
		least[i] = ldexp((const double[]){ 1, 2, 6, 11 }[i], -1074);
	assert_near(stats_sd(least, 4), ldexp(5, -1074), 0);
	assert_near(stats_mean_sd(big, 3, &sd), stats_mean(big, 3), 0);
	assert_near(sd, stats_sd(big, 3), 0);
}

static void
median_and_mad_leave_out_what_is_missing(void **state)
{
	double odd[] = { NAN, 9, 1, 5, NAN }, even[] = { 4, 1, 3, 2 };
	double none[] = { NAN }, x[] = { 1, 1, 2, NAN, 2, 4, 6, 9 };

	(void)state;
	assert_near(stats_median(odd, 5), 5, 0);
	assert_near(stats_median(even, 4), 2.5, 0);
	assert_near(stats_median(none, 1), NAN, 0);
	assert_near(stats_median(none, 0), NAN, 0);
	assert_near(stats_mad(x, 8, 2), 1, 0);
}

/* numpy.quantile([3, 1, 4, 1, 5], q): k = 4 q over 1 1 3 4 5. */
static void
quantiles_interpolate_between_ranks(void **state)
{
	static const double want[][2] = { { 0, 1 }, { 0.1, 1 }, { 0.25, 1 },
		{ 0.3, 1.4 }, { 0.5, 3 }, { 0.9, 4.6 }, { 1, 5 } };

	(void)state;
	for (size_t i = 0; i < sizeof(want) / sizeof(*want); i++) {
		double x[] = { 3, 1, NAN, 4, 1, 5 };

		assert_near(stats_quantile(x, 6, want[i][0]), want[i][1],
		    1e-15);
	}
}

static void
quantiles_between_equal_infinities_are_infinite(void **state)
{
	double x[] = { INFINITY, 1, INFINITY };

	(void)state;
	assert_true(stats_quantile(x, 3, 0.75) == (double)INFINITY);
}

static int
compare(const void *pa, const void *pb)
{
	const double a = *(const double *)pa, b = *(const double *)pb;

	return (a > b) - (a < b);
}

static void
selection_agrees_with_sorting(void **state)
{
	struct rng rng;

	(void)state;
	rng_init(&rng, 1, 0);
	for (size_t n = 1; n <= 60; n++)
		for (uint64_t values = 1; values <= 64; values *= 4) {
			double x[60], sorted[60];

			for (size_t i = 0; i < n; i++)
				sorted[i] = (double)rng_below(&rng, values);
			memcpy(x, sorted, sizeof(x));
			qsort(sorted, n, sizeof(*sorted), compare);
			for (size_t k = 0; k < n; k++) {
				assert_near(stats_select(x, n, k), sorted[k],
				    0);
				for (size_t i = 0; i < n; i++)
					assert_true(i < k ? x[i] <= x[k]
							  : x[i] >= x[k]);
			}
		}
}

static void
equal_values_share_their_rank(void **state)
{
	const double x[] = { 2, NAN, 1, 2, -INFINITY, 3, 2 };
	const double want[] = { 4, NAN, 2, 4, 1, 6, 4 };
	double rank[7];

	(void)state;
	assert_int_equal(stats_midranks(x, 7, rank), 0);
	for (int i = 0; i < 7; i++)
		assert_near(rank[i], want[i], 0);
}

/* The example of scikit-learn's roc_auc_score, and ties counted by hand. */
static void
auc_counts_pairs_and_halves_ties(void **state)
{
	const double score[] = { 0.1, 0.4, 0.35, 0.8 };
	const int8_t label[] = { 0, 0, 1, 1 };
	const double tied[] = { 1, 2, 2, 2, NAN, 3 };
	const int8_t tied_label[] = { 0, 0, 1, 1, 1, -1 };
	double auc;

	(void)state;
	assert_int_equal(stats_auc(score, label, 4, &auc), 0);
	assert_near(auc, 0.75, 0);
	assert_int_equal(stats_auc(tied, tied_label, 6, &auc), 0);
	assert_near(auc, 0.75, 0); /* two pairs won, two tied, of four */
	assert_int_equal(stats_auc(score, label, 2, &auc), 0);
	assert_near(auc, NAN, 0);
}

/* scikit-learn: average_precision_score([0, 0, 1, 1], [.1, .4, .35, .8]), and of
 * [1, 0, 1, 0, 1, 0, 0, 1, 0, 0], [9, 9, 8, 7, 7, 7, 5, 4, 4, 1]. */
static void
average_precision_takes_ties_in_one_step(void **state)
{
	const double score[] = { 0.1, 0.4, 0.35, 0.8 };
	const int8_t label[] = { 0, 0, 1, 1 };
	const double tied[] = { 9, 9, 8, 7, 7, 7, 5, 4, 4, 1, 10, NAN };
	const int8_t tied_label[] = { 1, 0, 1, 0, 1, 0, 0, 1, 0, 0, -1, 1 };
	double precision;

	(void)state;
	assert_int_equal(stats_average_precision(score, label, 4, &precision),
	    0);
	assert_near(precision, 0.8333333333333333, 1e-15);
	assert_int_equal(stats_average_precision(tied, tied_label, 12,
			     &precision),
	    0);
	assert_near(precision, 0.5277777777777778, 1e-15);
	assert_int_equal(stats_average_precision(score, label, 2, &precision),
	    0);
	assert_near(precision, NAN, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mean_and_sd_match_the_worked_example),
		cmocka_unit_test(mean_and_sd_of_too_little_are_missing),
		cmocka_unit_test(sd_keeps_its_digits_when_the_mean_is_large),
		cmocka_unit_test(equal_values_have_exactly_no_spread),
		cmocka_unit_test(sd_of_huge_and_tiny_values_is_as_precise),
		cmocka_unit_test(median_and_mad_leave_out_what_is_missing),
		cmocka_unit_test(quantiles_interpolate_between_ranks),
		cmocka_unit_test(
		    quantiles_between_equal_infinities_are_infinite),
		cmocka_unit_test(selection_agrees_with_sorting),
		cmocka_unit_test(equal_values_share_their_rank),
		cmocka_unit_test(auc_counts_pairs_and_halves_ties),
		cmocka_unit_test(average_precision_takes_ties_in_one_step),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
