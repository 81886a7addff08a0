/* What a forest says of a row beyond its score: the reasons and the p-value. */
#include "model/iforest.h"

#include <stdlib.h>
#include <string.h>

#include "base/pool.h"
#include "base/rng.h"
#include "model/iforest_impl.h"

#include "unit.h"

static const struct iforest_params defaults = {
	.trees = 100, .subsample = 256, .seed = 42
};

static struct iforest *
fit(const double *x, size_t n, size_t d, const struct iforest_params *params)
{
	struct iforest *forest;

	assert_null(iforest_check(params, n, d));
	forest = iforest_fit(x, n, d, params);
	assert_non_null(forest);
	return forest;
}

static void
fill_normal(double *x, size_t n, uint64_t seed)
{
	struct rng rng;

	rng_init(&rng, seed, 0);
	for (size_t i = 0; i < n; i++)
		x[i] = rng_normal(&rng);
}

/* ---- reasons -------------------------------------------------------- */

/* Three zeros and a one, as in the tests of the scores: all trees are alike,
 * V(root) = (1 + 3 (1 + c(3))) / 4. */
static void
reasons_match_the_worked_example(void **state)
{
	const double x[] = { 0, 7, 1, 7, 0, 7, 0, 7 };
	const double c3 = iforest_c(3, false), c4 = iforest_c(4, false);
	const double root = 1 + 0.75 * c3;
	struct iforest *forest = fit(x, 4, 2, &defaults);
	struct iforest_why *why = iforest_why_new(forest);
	double phi[2];

	(void)state;
	assert_non_null(why);
	assert_near(iforest_why_base(why), exp2(-root / c4), 1e-5);
	iforest_why(why, x + 2, phi);
	assert_near(phi[0], root - 1, 2e-5);
	assert_near(phi[1], 0, 0);
	assert_near(iforest_why_factor(why, phi[0]), exp2(0.75 * c3 / c4),
	    2e-5);
	iforest_why(why, x, phi);
	assert_near(phi[0], root - (1 + c3), 2e-5);
	iforest_why_free(why);
	iforest_free(forest);
}

/* The sum of phi is mean V(root) - E[h], and so the product of the factors is
 * what lifts the base to the score. */
static void
assert_adds_up(const struct iforest *forest, const double *x, size_t n,
    double tolerance)
{
	const size_t d = iforest_about(forest).features;
	const double c = iforest_about(forest).c;
	struct iforest_why *why = iforest_why_new(forest);
	double *phi = calloc(d, sizeof(*phi)), score;

	assert_non_null(why);
	assert_non_null(phi);
	for (size_t i = 0; i < n; i++) {
		double sum = 0, product = iforest_why_base(why);

		iforest_scores(forest, x + i * d, 1, &score);
		iforest_why(why, x + i * d, phi);
		for (size_t f = 0; f < d; f++) {
			sum += phi[f];
			product *= iforest_why_factor(why, phi[f]);
		}
		assert_near(sum,
		    c * (log2(score) - log2(iforest_why_base(why))), tolerance);
		assert_near(product, score, tolerance);
	}
	free(phi);
	iforest_why_free(why);
}

static void
reasons_add_up_to_the_score(void **state)
{
	enum { N = 400, D = 7 };
	struct iforest_params params = defaults;
	double x[N * D];
	struct iforest *forest;

	(void)state;
	fill_normal(x, N * D, 1);
	for (size_t i = 0; i < N; i++)
		x[i * D + 2] = floor(x[i * D + 2]);
	for (int k = 0; k < 4; k++) {
		params.gain = k == 1 ? 0.5 : 0;
		params.exact_c = k == 2;
		params.subsample = k == 3 ? 3000 : 256;
		forest = fit(x, N, D, &params);
		assert_adds_up(forest, x, N, 1e-9);
		iforest_free(forest);
	}
}

static void
reasons_of_rows_with_missing_values_add_up(void **state)
{
	enum { N = 400, D = 4 };
	struct iforest_params params = defaults;
	double x[N * D];
	struct iforest *forest;

	(void)state;
	fill_normal(x, N * D, 2);
	for (size_t i = 0; i < N * D; i += 5)
		x[i] = NAN;
	forest = fit(x, N, D, &params);
	assert_adds_up(forest, x, N, 1e-5);
	iforest_free(forest);
	params.missing = IFOREST_MAJORITY;
	forest = fit(x, N, D, &params);
	assert_adds_up(forest, x, N, 1e-9);
	iforest_free(forest);
}

/* A row of a Gaussian table gets 5 in one feature: it comes first in at least 90
 * of 100 cases. */
static void
the_feature_that_was_changed_comes_first(void **state)
{
	enum { N = 500, D = 6, CASES = 100 };
	int found = 0;

	(void)state;
	for (size_t k = 0; k < CASES; k++) {
		struct iforest_params params = defaults;
		double x[N * D], phi[D];
		struct iforest_why *why;
		struct iforest *forest;
		size_t top;

		params.seed = k;
		fill_normal(x, N * D, 100 + k);
		x[k * D + k % D] = k % 2 == 0 ? 5 : -5;
		forest = fit(x, N, D, &params);
		why = iforest_why_new(forest);
		assert_non_null(why);
		iforest_why(why, x + k * D, phi);
		assert_int_equal(iforest_why_top(phi, D, 1, &top), 1);
		found += top == k % D;
		iforest_why_free(why);
		iforest_free(forest);
	}
	assert_true(found >= 90);
}

static void
the_top_features_are_in_order(void **state)
{
	const double phi[] = { 0.5, -1, 3, 0.5, 3, 2 };
	const size_t want[] = { 2, 4, 5, 0, 3, 1 };
	size_t top[7];

	(void)state;
	for (size_t k = 0; k <= 7; k++) {
		const size_t n = k < 6 ? k : 6;

		memset(top, -1, sizeof(top));
		assert_int_equal(iforest_why_top(phi, 6, k, top), n);
		assert_memory_equal(top, want, n * sizeof(*top));
		assert_int_equal(top[n], SIZE_MAX);
	}
}

static void
a_forest_of_one_row_has_no_reasons(void **state)
{
	const double x[] = { 3, 4 };
	struct iforest *forest = fit(x, 1, 2, &defaults);
	struct iforest_why *why = iforest_why_new(forest);
	double phi[2];

	(void)state;
	assert_non_null(why);
	iforest_why(why, x, phi);
	assert_near(phi[0], 0, 0);
	assert_near(iforest_why_factor(why, phi[0]), 1, 0);
	assert_near(iforest_why_base(why), 0.5, 0);
	iforest_why_free(why);
	iforest_free(forest);
}

/* ---- quantiles ------------------------------------------------------ */

static void
quantiles_of_a_small_table_are_exact(void **state)
{
	enum { N = 1001 };
	double x[N * 3], q[3 * IFOREST_QUANTILES];
	struct iforest *forest;

	(void)state;
	for (size_t i = 0; i < N; i++) {
		x[3 * i] = (double)(i * 37 % N);
		x[3 * i + 1] = NAN;
		x[3 * i + 2] = i % 2 == 0 ? NAN : 5;
	}
	forest = fit(x, N, 3, &defaults);
	assert_int_equal(iforest_quantiles(forest, q), 0);
	assert_near(q[0], 0, 0);
	assert_near(q[1], 10, 0);
	assert_near(q[2], 500, 0);
	assert_near(q[3], 990, 0);
	assert_near(q[4], 1000, 0);
	for (int k = 0; k < 5; k++) {
		assert_near(q[5 + k], NAN, 0);
		assert_near(q[10 + k], 5, 0);
	}
	iforest_free(forest);
}

/* A sample of 8192: its 1 % quantile is within 5 x 0.11 %. */
static void
quantiles_of_a_large_table_have_its_ends(void **state)
{
	enum { N = 100000 };
	double *x = calloc(N, sizeof(*x)), q[IFOREST_QUANTILES];
	struct iforest *forest;

	(void)state;
	assert_non_null(x);
	for (size_t i = 0; i < N; i++)
		x[i] = (double)(i * 7919 % N);
	forest = fit(x, N, 1, &defaults);
	assert_int_equal(iforest_quantiles(forest, q), 0);
	assert_near(q[0], 0, 0);
	assert_near(q[1], 0.01 * N, 0.0055 * N);
	assert_near(q[2], 0.50 * N, 0.0276 * N);
	assert_near(q[3], 0.99 * N, 0.0055 * N);
	assert_near(q[4], N - 1, 0);
	iforest_free(forest);
	free(x);
}

/* ---- p-values ------------------------------------------------------- */

static struct iforest *
fit_calibrated(const double *x, size_t n, size_t d,
    const struct iforest_params *params)
{
	struct iforest *forest = fit(x, n, d, params);

	assert_near(iforest_p(forest, 0.5), NAN, 0);
	assert_int_equal(iforest_calibrate(forest, params->pool), 0);
	return forest;
}

static void
p_follows_the_null_and_its_exponential_tail(void **state)
{
	enum { N = 300 };
	double x[N], u, excess = 0, last = 1;
	struct iforest *forest;
	const double *null;

	(void)state;
	fill_normal(x, N, 3);
	forest = fit_calibrated(x, N, 1, &defaults);
	null = forest->null;
	assert_int_equal(forest->nulls, 4000);
	for (size_t i = 1; i < 4000; i++)
		assert_true(null[i - 1] <= null[i]);
	u = null[3799];
	for (size_t i = 3800; i < 4000; i++)
		excess += (null[i] - u) / 200;
	assert_near(iforest_p(forest, 0), 1, 0);
	assert_near(iforest_p(forest, NAN), NAN, 0);
	for (double s = 0.3; s <= 1; s += 0.001) {
		const double p = iforest_p(forest, s);
		size_t at_least = 0;

		for (size_t i = 0; i < 4000; i++)
			at_least += null[i] >= s;
		assert_near(p,
		    s > u ? 0.05 * exp(-(s - u) / excess)
			  : (1 + (double)at_least) / 4001,
		    1e-15);
		assert_true(p > 0 && p <= last);
		last = p;
	}
	iforest_free(forest);
}

static void
p_of_a_table_of_equal_rows_is_1(void **state)
{
	double x[50];
	struct iforest *forest;

	(void)state;
	for (size_t i = 0; i < 50; i++)
		x[i] = 3;
	forest = fit_calibrated(x, 25, 2, &defaults);
	assert_near(iforest_p(forest, 0.5), 1, 0);
	iforest_free(forest);
	forest = fit_calibrated(x, 1, 2, &defaults);
	assert_near(iforest_p(forest, 0.5), 1, 0);
	iforest_free(forest);
}

/* Feature by kind: normal, lognormal, Poisson, of two peaks. */
static double
ordinary_value(struct rng *rng, int kind, double z)
{
	switch (kind) {
	case 0:
		return z;
	case 1:
		return exp(z);
	case 2:
		return (double)rng_poisson(rng, 3 * exp(0.3 * z));
	default:
		return (double)rng_below(rng, 2) * 6 + 0.5 * z;
	}
}

/*
 * Tables in which nothing is unusual, 30 of a kind (the last has all kinds): the
 * shares of p-values below 0.05 and 0.01 are at most about those, and not far
 * less where there are tails.
 */
static void
p_values_are_calibrated_on_ordinary_tables(void **state)
{
	enum { N = 365, D = 4, TABLES = 30 };

	(void)state;
	for (int kind = 0; kind < 5; kind++) {
		double at_05 = 0, at_01 = 0, at_001 = 0;

		for (uint64_t t = 0; t < TABLES; t++) {
			struct iforest_params params = defaults;
			double x[N * D], score[N];
			struct iforest *forest;
			struct rng rng;

			params.seed = t;
			rng_init(&rng, t, (uint64_t)kind);
			for (int i = 0; i < N; i++) {
				const double common = rng_normal(&rng);

				for (int f = 0; f < D; f++)
					x[i * D + f] = ordinary_value(&rng,
					    kind < 4 ? kind : f,
					    sqrt(0.5) *
						(common + rng_normal(&rng)));
			}
			forest = fit_calibrated(x, N, D, &params);
			iforest_scores(forest, x, N, score);
			for (size_t i = 0; i < N; i++) {
				const double p = iforest_p(forest, score[i]);

				at_05 += (p < 0.05) / (double)(N * TABLES);
				at_01 += (p < 0.01) / (double)(N * TABLES);
				at_001 += (p < 0.001) / (double)(N * TABLES);
			}
			iforest_free(forest);
		}
		print_message("# kind %d: %.4f %.4f %.4f\n", kind, at_05, at_01,
		    at_001);
		assert_true(at_05 < 0.07 && at_01 < 0.018 && at_001 < 0.003);
		assert_true(kind == 3 || (at_05 > 0.025 && at_01 > 0.004));
	}
}

static void
a_planted_outlier_has_a_small_p(void **state)
{
	enum { N = 365, D = 3 };
	double x[N * D], score[N];
	struct iforest *forest;

	(void)state;
	fill_normal(x, N * D, 6);
	for (size_t f = 0; f < D; f++)
		x[100 * D + f] = 7;
	forest = fit_calibrated(x, N, D, &defaults);
	iforest_scores(forest, x, N, score);
	assert_true(iforest_p(forest, score[100]) < 1e-3);
	iforest_free(forest);
}

static void
p_does_not_depend_on_the_number_of_threads(void **state)
{
	enum { N = 500, D = 5 };
	struct iforest_params params = defaults;
	double x[N * D];
	struct iforest *one, *many;

	(void)state;
	fill_normal(x, N * D, 7);
	one = fit_calibrated(x, N, D, &params);
	params.pool = pool_new(3);
	assert_non_null(params.pool);
	many = fit_calibrated(x, N, D, &params);
	assert_memory_equal(one->null, many->null, 4000 * sizeof(double));
	iforest_free(many);
	iforest_free(one);
	pool_free(params.pool);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reasons_match_the_worked_example),
		cmocka_unit_test(reasons_add_up_to_the_score),
		cmocka_unit_test(reasons_of_rows_with_missing_values_add_up),
		cmocka_unit_test(the_feature_that_was_changed_comes_first),
		cmocka_unit_test(the_top_features_are_in_order),
		cmocka_unit_test(a_forest_of_one_row_has_no_reasons),
		cmocka_unit_test(quantiles_of_a_small_table_are_exact),
		cmocka_unit_test(quantiles_of_a_large_table_have_its_ends),
		cmocka_unit_test(p_follows_the_null_and_its_exponential_tail),
		cmocka_unit_test(p_of_a_table_of_equal_rows_is_1),
		cmocka_unit_test(p_values_are_calibrated_on_ordinary_tables),
		cmocka_unit_test(a_planted_outlier_has_a_small_p),
		cmocka_unit_test(p_does_not_depend_on_the_number_of_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
