/* The kernels against each other and against trees without tables: the same
 * sums, to the bit, so that the scores are too. */
#include "model/iforest.h"

#include <stdlib.h>
#include <string.h>

#include "base/pool.h"
#include "base/rng.h"
#include "model/iforest_impl.h"

#include "unit.h"

/* Numbers of all sizes, many of them equal or neighbours; of denormals, so few
 * that thresholds are among them. */
static double
any_value(struct rng *rng)
{
	static const double odd[] = { 0, -0.0, 5e-324, -5e-324, INFINITY,
		-INFINITY, 1.7976931348623157e308, -1.7976931348623157e308,
		2.2250738585072014e-308 };
	const double u = rng_uniform(rng);

	switch (rng_below(rng, 8)) {
	case 0:
		return odd[rng_below(rng, sizeof(odd) / sizeof(*odd))];
	case 1:
		return 5e-324 * (double)rng_below(rng, 50);
	case 2:
		return exp(700 * (2 * u - 1));
	case 3:
		return (double)rng_below(rng, 5);
	default:
		return rng_normal(rng);
	}
}

/* Rows of which half the values are thresholds of the forest for the feature,
 * or next to one. */
static void
plant_thresholds(const struct iforest *forest, double *x, size_t n,
    struct rng *rng)
{
	const size_t size = (size_t)1 << forest->depth;

	for (size_t i = 0; i < n; i++) {
		const size_t tree = (size_t)rng_below(rng, forest->trees);
		const struct iforest_node *node = forest->node + tree * size;

		for (size_t k = 1; k < size; k = 2 * k + rng_below(rng, 2)) {
			double *v = x + i * forest->d + node[k].feature;

			if (iforest_is_leaf(&node[k]))
				break;
			*v = node[k].threshold;
			if (rng_below(rng, 3) == 0)
				*v = nextafter(*v, INFINITY);
		}
	}
}

/* The scores of n rows, in portions. */
static void
score_in_portions(const struct iforest *forest, const double *x, size_t n,
    size_t d, double *score, struct rng *rng)
{
	memset(score, 0, n * sizeof(*score));
	for (size_t i = 0, m; i < n; i += m) {
		m = 1 + (size_t)rng_below(rng, 5000);
		m = m < n - i ? m : n - i;
		iforest_scores(forest, x + i * d, m, score + i);
	}
}

static void
assert_same_scores(const struct iforest_params *params, size_t n, size_t d,
    uint64_t seed)
{
	double *x = calloc(n, d * sizeof(*x));
	double *want = calloc(n, sizeof(*want)), *got = calloc(n, sizeof(*got));
	struct iforest *forest, *other;
	struct rng rng;

	assert_non_null(x);
	assert_non_null(want);
	assert_non_null(got);
	rng_init(&rng, seed, 0);
	for (size_t i = 0; i < n * d; i++)
		x[i] = any_value(&rng);
	forest = iforest_fit(x, n, d, params);
	other = iforest_fit(x, n, d, params);
	assert_non_null(forest);
	assert_non_null(other);
	plant_thresholds(forest, x, n / 2, &rng);
	for (size_t i = 0; i < n * d; i += 1 + (size_t)rng_below(&rng, 4000))
		x[i] = NAN;
	assert_string_equal(iforest_kernel(forest), "no tables");
	iforest_scores(forest, x, n, want);
	assert_int_equal(iforest_prepare(forest), 0);
	score_in_portions(forest, x, n, d, got, &rng);
	assert_memory_equal(got, want, n * sizeof(*got));
	assert_int_equal(iforest_prepare_portable(other), 0);
	score_in_portions(other, x, n, d, got, &rng);
	assert_memory_equal(got, want, n * sizeof(*got));
	iforest_free(other);
	iforest_free(forest);
	free(got);
	free(want);
	free(x);
}

static void
every_kernel_gives_the_same_scores(void **state)
{
	static const size_t widths[] = { 1, 2, 3, 4, 5, 8, 9, 12, 13, 16, 17,
		32, 33, 64, 65 };

	(void)state;
	for (size_t k = 0; k < sizeof(widths) / sizeof(*widths); k++) {
		struct iforest_params params = {
			.trees = 60, .subsample = 256, .seed = k
		};

		assert_same_scores(&params, 8000, widths[k], k);
	}
}

static void
any_number_of_trees_and_rows_fits_the_tables(void **state)
{
	static const struct {
		size_t trees, subsample;
	} sizes[] = { { 1, 2 }, { 1, 256 }, { 3, 129 }, { 128, 256 },
		{ 129, 256 }, { 600, 100 }, { 5, 257 } };

	(void)state;
	for (size_t k = 0; k < sizeof(sizes) / sizeof(*sizes); k++) {
		const struct iforest_params params = { .trees = sizes[k].trees,
			.subsample = sizes[k].subsample,
			.seed = k,
			.missing = k % 2 == 0 ? IFOREST_DIVIDE
					      : IFOREST_MAJORITY };

		assert_same_scores(&params, 3000, 3 + k, 100 + k);
	}
}

static void
a_forest_that_fits_no_table_does_without(void **state)
{
	const double x[] = { 1, 2, 3, 4 };
	struct iforest_params params = { .trees = 2, .subsample = 256 };
	double wide[65] = { 0 };
	struct iforest *forest = iforest_fit(wide, 1, 65, &params);

	(void)state;
	assert_non_null(forest);
	assert_int_equal(iforest_prepare(forest), 0);
	assert_string_equal(iforest_kernel(forest), "no tables");
	iforest_free(forest);
	forest = iforest_fit(x, 4, 1, &params);
	assert_non_null(forest);
	assert_int_equal(iforest_prepare(forest), 0);
	assert_int_equal(iforest_prepare(forest), 0);
	if (strcmp(iforest_kernel(forest), "portable") == 0)
		print_message("# no AVX-512 here: its kernel is not tested\n");
	iforest_free(forest);
	forest = iforest_fit(x, 4, 1, &params);
	assert_non_null(forest);
	assert_int_equal(iforest_prepare_portable(forest), 0);
	assert_string_equal(iforest_kernel(forest), "portable");
	iforest_free(forest);
}

/* Forest, its quantiles and scores for each number of threads. */
static void
threads_change_no_bit(void **state)
{
	enum { N = 30000, D = 6 };
	static const size_t workers[] = { 2, 3, 8 };
	struct iforest_params params = {
		.trees = 50, .subsample = 256, .seed = 1
	};
	double *x = calloc(N, D * sizeof(*x));
	double *want = calloc(N, sizeof(*want)), *got = calloc(N, sizeof(*got));
	double range[D * IFOREST_QUANTILES], other[D * IFOREST_QUANTILES];
	struct iforest *forest;
	struct rng rng;

	(void)state;
	assert_non_null(x);
	assert_non_null(want);
	assert_non_null(got);
	rng_init(&rng, 1, 0);
	for (size_t i = 0; i < (size_t)N * D; i++)
		x[i] = rng_below(&rng, 999) == 0 ? NAN : any_value(&rng);
	forest = iforest_fit(x, N, D, &params);
	assert_non_null(forest);
	iforest_scores(forest, x, N, want);
	assert_int_equal(iforest_quantiles(forest, range), 0);
	iforest_free(forest);
	for (size_t k = 0; k < sizeof(workers) / sizeof(*workers); k++) {
		params.pool = pool_new(workers[k]);
		assert_non_null(params.pool);
		forest = iforest_fit(x, N, D, &params);
		assert_non_null(forest);
		assert_int_equal(iforest_quantiles(forest, other), 0);
		assert_memory_equal(other, range, sizeof(range));
		for (int prepared = 0; prepared < 2; prepared++) {
			memset(got, 0, N * sizeof(*got));
			iforest_scores_with(params.pool, forest, x, N, got);
			assert_memory_equal(got, want, N * sizeof(*got));
			assert_int_equal(iforest_prepare(forest), 0);
		}
		iforest_free(forest);
		pool_free(params.pool);
	}
	free(got);
	free(want);
	free(x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kernel_gives_the_same_scores),
		cmocka_unit_test(any_number_of_trees_and_rows_fits_the_tables),
		cmocka_unit_test(a_forest_that_fits_no_table_does_without),
		cmocka_unit_test(threads_change_no_bit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
