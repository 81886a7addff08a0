/* How forests are grown: streams, sampling, missing values, guided splits. */
#include "model/iforest.h"

#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "model/iforest_impl.h"
#include "model/stats.h"

#include "unit.h"

static const struct iforest_params defaults = {
	.trees = 100, .subsample = 256, .seed = 42
};

static void
fill_normal(double *x, size_t n, uint64_t seed)
{
	struct rng rng;

	rng_init(&rng, seed, 0);
	for (size_t i = 0; i < n; i++)
		x[i] = rng_normal(&rng);
}

static void
assert_same_forest(const struct iforest *a, const struct iforest *b)
{
	const size_t size = a->trees << a->depth;

	assert_int_equal(a->depth, b->depth);
	assert_int_equal(a->psi, b->psi);
	assert_int_equal(a->n, b->n);
	assert_memory_equal(a->node, b->node, size * sizeof(*a->node));
	assert_memory_equal(a->leaf, b->leaf, size * sizeof(*a->leaf));
	assert_memory_equal(a->count, b->count, 2 * size * sizeof(*a->count));
	assert_memory_equal(a->range, b->range, a->d * 2 * sizeof(*a->range));
	assert_int_equal(a->samples, b->samples);
	assert_memory_equal(a->sample, b->sample,
	    a->samples * a->d * sizeof(*a->sample));
}

/* ---- streams -------------------------------------------------------- */

/* Rows come one by one or in portions, fewer than a subsample or more than all
 * trees keep. */
static void
a_stream_gives_the_forest_of_the_matrix(void **state)
{
	enum { N = 9000, D = 3 };
	static const size_t rows[] = { 1, 2, 63, 64, 65, 639, 640, 641, N };
	double *x = calloc(N, D * sizeof(*x));

	(void)state;
	assert_non_null(x);
	fill_normal(x, N * D, 1);
	for (size_t i = 0; i < N * D; i += 11)
		x[i] = NAN;
	for (size_t k = 0; k < sizeof(rows) / sizeof(*rows); k++) {
		const size_t n = rows[k], portion = k % 3 == 0 ? 1 : 7 * k;
		const struct iforest_params params = { .trees = 10,
			.subsample = 64,
			.seed = k,
			.gain = 0.3,
			.missing = k % 2 == 0 ? IFOREST_DIVIDE : IFOREST_SKIP };
		struct iforest_stream *stream = iforest_stream_new(D, &params);
		struct iforest *want = iforest_fit(x, n, D, &params), *got;

		assert_non_null(stream);
		for (size_t i = 0; i < n; i += portion)
			assert_int_equal(iforest_stream_add(stream, x + i * D,
					     n - i < portion ? n - i : portion),
			    0);
		got = iforest_stream_fit(stream);
		assert_non_null(want);
		assert_non_null(got);
		assert_same_forest(got, want);
		iforest_free(got);
		iforest_free(want);
		iforest_stream_free(stream);
	}
	free(x);
}

/* All of few rows in their order, a sample of many: no row twice. */
static void
a_stream_keeps_a_sample_of_its_rows(void **state)
{
	enum { N = 5000, KEPT = 300 };
	const struct iforest_params params = { .trees = 3, .subsample = 100 };
	struct iforest_stream *stream = iforest_stream_new(1, &params);
	int seen[N] = { 0 };
	double last = -1, mean;
	const double *rows;
	size_t n;

	(void)state;
	assert_non_null(stream);
	for (int i = 0; i < N; i++) {
		const double x = i;

		assert_int_equal(iforest_stream_add(stream, &x, 1), 0);
		rows = iforest_stream_rows(stream, &n);
		assert_int_equal(n, i < KEPT ? i + 1 : KEPT);
		if (i == KEPT - 1)
			for (size_t j = 0; j < n; j++) {
				assert_true(rows[j] > last);
				last = rows[j];
			}
	}
	rows = iforest_stream_rows(stream, &n);
	for (size_t j = 0; j < n; j++)
		assert_int_equal(seen[(size_t)rows[j]]++, 0);
	mean = stats_mean(rows, n);
	assert_near(mean, N / 2., 4.5 * N / sqrt(12 * KEPT));
	iforest_stream_free(stream);
}

static void
a_stream_without_rows_gives_the_forest_of_one(void **state)
{
	struct iforest_stream *stream = iforest_stream_new(2, &defaults);
	const double x[] = { 1, 2 };
	struct iforest *forest;
	double score;

	(void)state;
	assert_non_null(stream);
	forest = iforest_stream_fit(stream);
	assert_non_null(forest);
	iforest_scores(forest, x, 1, &score);
	assert_near(score, 0.5, 0);
	iforest_free(forest);
	iforest_stream_free(stream);
	iforest_stream_free(NULL);
}

/* A single row that differs has h = 1 in a tree that took it and c(psi) in one
 * that did not: of 20,000 rows the trees see 2,000, then their own 20. */
static void
rows_of_a_large_table_are_as_likely_to_be_sampled(void **state)
{
	enum { N = 20000, TREES = 100, PSI = 20, SEEDS = 400 };
	const size_t places[] = { 0, 19, 20, 1999, 2000, 12345, N - 1 };
	const double c = iforest_c(PSI, false), p = (double)PSI / N;
	double *x = calloc(N, sizeof(*x));

	(void)state;
	assert_non_null(x);
	for (size_t k = 0; k < sizeof(places) / sizeof(*places); k++) {
		double taken = 0;

		x[places[k]] = 1;
		for (uint64_t seed = 0; seed < SEEDS; seed++) {
			const struct iforest_params params = {
				.trees = TREES, .subsample = PSI, .seed = seed
			};
			struct iforest *forest = iforest_fit(x, N, 1, &params);
			double score;

			assert_non_null(forest);
			iforest_scores(forest, x + places[k], 1, &score);
			taken += TREES * (1 + log2(score)) / (1 - 1 / c);
			iforest_free(forest);
		}
		x[places[k]] = 0;
		/* Of 40,000 draws; a row in the first sample is in 1 % of the
		 * trees on average, which widens the spread. */
		assert_near(taken, p * TREES * SEEDS,
		    4.5 * sqrt(p * TREES * SEEDS * 2));
	}
	free(x);
}

/* ---- missing values ------------------------------------------------- */

/* Zeros and ones in the shares 3 to 1, as in the tests of the scores. */
static void
a_missing_value_goes_with_the_majority(void **state)
{
	const double x[] = { 0, 7, 1, 7, 0, 7, 0, 7 };
	const double y[] = { 0, 7, 1, 7, 1, 7, 1, 7 };
	const double rows[] = { NAN, 7, NAN, NAN };
	const double c3 = iforest_c(3, false), c4 = iforest_c(4, false);
	struct iforest_params params = defaults;
	struct iforest *forest;
	double score[2];

	(void)state;
	params.missing = IFOREST_MAJORITY;
	forest = iforest_fit(x, 4, 2, &params);
	assert_non_null(forest);
	iforest_scores(forest, rows, 2, score);
	assert_near(score[0], exp2(-(1 + c3) / c4), 3e-6);
	assert_near(score[1], NAN, 0);
	iforest_free(forest);
	forest = iforest_fit(y, 4, 2, &params);
	assert_non_null(forest);
	iforest_scores(forest, rows, 1, score);
	assert_near(score[0], exp2(-(1 + c3) / c4), 3e-6);
	iforest_free(forest);
}

/* While growing, too: beside three zeros and a one, 12 rows without the feature
 * go left as one node of 15. */
static void
while_growing_missing_values_follow_the_majority(void **state)
{
	double x[16], score;
	const double one = 1, zero = 0;
	const double c15 = iforest_c(15, false), c16 = iforest_c(16, false);
	struct iforest_params params = defaults;
	struct iforest *forest;

	(void)state;
	for (int i = 0; i < 16; i++)
		x[i] = i < 3 ? 0 : i == 3 ? 1 : NAN;
	params.missing = IFOREST_MAJORITY;
	forest = iforest_fit(x, 16, 1, &params);
	assert_non_null(forest);
	iforest_scores(forest, &zero, 1, &score);
	assert_near(score, exp2(-(1 + c15) / c16), 3e-6);
	iforest_scores(forest, &one, 1, &score);
	assert_near(score, exp2(-1 / c16), 3e-6);
	iforest_free(forest);
}

static void
skipped_rows_are_as_if_they_were_not_there(void **state)
{
	enum { N = 500, D = 2 };
	struct iforest_params params = defaults;
	double x[N * D], whole[N * D], score[N], expected[N];
	struct iforest *forest, *without;
	size_t m = 0;

	(void)state;
	fill_normal(x, N * D, 2);
	for (size_t i = 0; i < N; i += 4)
		x[i * D + i % D] = NAN;
	for (size_t i = 0; i < N; i++)
		if (i % 4 != 0) {
			memcpy(whole + m * D, x + i * D, D * sizeof(*x));
			m++;
		}
	params.missing = IFOREST_SKIP;
	forest = iforest_fit(x, N, D, &params);
	without = iforest_fit(whole, m, D, &params);
	assert_non_null(forest);
	assert_non_null(without);
	assert_same_forest(forest, without);
	iforest_scores(forest, x, N, score);
	iforest_scores(without, whole, m, expected);
	for (size_t i = 0, k = 0; i < N; i++)
		assert_near(score[i], i % 4 == 0 ? NAN : expected[k++], 0);
	iforest_free(without);
	iforest_free(forest);
	forest = iforest_fit(x, 1, D, &params); /* none is left */
	assert_non_null(forest);
	iforest_scores(forest, x + D, 1, score);
	assert_near(score[0], 0.5, 0);
	iforest_free(forest);
}

/* ---- guided splits -------------------------------------------------- */

/* Two groups, 0 .. 5 and 100 .. 101: the gain is largest between them, at 52.5.
 * Then within the left group, of 6 equally spaced values, 3 and 3. */
static void
a_guided_split_separates_groups(void **state)
{
	const double x[] = { 0, 1, 2, 3, 4, 5, 100, 101 };
	const struct iforest_params params = {
		.trees = 5, .subsample = 8, .seed = 1, .gain = 1
	};
	struct iforest *forest = iforest_fit(x, 8, 1, &params);

	(void)state;
	assert_non_null(forest);
	for (size_t t = 0; t < 5; t++) {
		const struct iforest_node *node = forest->node + 8 * t;

		assert_near(node[1].threshold, 52.5, 0);
		assert_near(node[2].threshold, 2.5, 0);
		assert_near(node[3].threshold, 100.5, 0);
	}
	iforest_free(forest);
}

/* The pooled gain of every place, in plain arithmetic. */
static double
best_place(const double *x, size_t n)
{
	double best = -INFINITY, at = 0;

	for (size_t k = 1; k < n; k++) {
		double sd[2] = { 0 }, gain;

		for (int side = 0; side < 2; side++) {
			const double *v = side == 0 ? x : x + k;
			const size_t m = side == 0 ? k : n - k;
			double mean = 0;

			for (size_t i = 0; i < m; i++)
				mean += v[i] / (double)m;
			for (size_t i = 0; i < m; i++)
				sd[side] += (v[i] - mean) * (v[i] - mean);
			sd[side] = sqrt(sd[side] / (double)m);
		}
		gain = -((double)k * sd[0] + (double)(n - k) * sd[1]);
		if (gain > best + 1e-12) {
			best = gain;
			at = (x[k - 1] + x[k]) / 2;
		}
	}
	return at;
}

static void
a_guided_split_has_the_largest_pooled_gain(void **state)
{
	enum { N = 100 };
	const struct iforest_params params = {
		.trees = 1, .subsample = N, .gain = 1
	};
	double x[N];

	(void)state;
	for (uint64_t seed = 0; seed < 50; seed++) {
		struct iforest *forest;

		fill_normal(x, N, seed);
		x[3] += 6;
		for (size_t i = 1; i < N; i++) /* sort */
			for (size_t j = i; j > 0 && x[j] < x[j - 1]; j--) {
				const double v = x[j];

				x[j] = x[j - 1];
				x[j - 1] = v;
			}
		forest = iforest_fit(x, N, 1, &params);
		assert_non_null(forest);
		assert_near(forest->node[1].threshold, best_place(x, N), 1e-12);
		iforest_free(forest);
	}
}

static void
the_share_of_guided_splits_is_the_one_asked_for(void **state)
{
	enum { N = 256, TREES = 2000 };
	const struct iforest_params params = {
		.trees = TREES, .subsample = N, .gain = 0.25
	};
	double x[N];
	struct iforest *forest;
	size_t guided = 0;

	(void)state;
	for (size_t i = 0; i < N; i++)
		x[i] = i < 200 ? (double)i : 1000 + (double)i;
	forest = iforest_fit(x, N, 1, &params);
	assert_non_null(forest);
	for (size_t t = 0; t < TREES; t++)
		guided += forest->node[N * t + 1].threshold == 699.5;
	assert_near((double)guided, 0.25 * TREES,
	    4.5 * sqrt(0.25 * 0.75 * TREES));
	iforest_free(forest);
}

static void
guided_splits_take_any_values(void **state)
{
	static const double odd[] = { 1.7976931348623157e308,
		-1.7976931348623157e308, 0, 5e-324, 1e-323, INFINITY, -INFINITY,
		NAN, 1 };
	const struct iforest_params params = {
		.trees = 20, .subsample = 64, .gain = 1
	};
	double x[64], score[64];

	(void)state;
	for (size_t kinds = 1; kinds <= 9; kinds++) {
		struct iforest *forest;

		for (size_t i = 0; i < 64; i++)
			x[i] = odd[i % kinds];
		forest = iforest_fit(x, 64, 1, &params);
		assert_non_null(forest);
		iforest_scores(forest, x, 64, score);
		for (size_t i = 0; i < 64; i++)
			assert_true(isnan(score[i]) == (isnan(x[i]) != 0) &&
			    !(score[i] > 1));
		iforest_free(forest);
	}
}

static void
a_bad_share_of_guided_splits_is_named(void **state)
{
	struct iforest_params params = defaults;

	(void)state;
	params.gain = -0.1;
	assert_string_equal(iforest_check(&params, 9, 2),
	    "the share of guided splits must be 0 to 1");
	params.gain = NAN;
	assert_non_null(iforest_check(&params, 9, 2));
	params.gain = 1;
	assert_null(iforest_check(&params, 9, 2));
}

static void
a_forest_says_what_it_was_grown_with(void **state)
{
	const struct iforest_params params = { .trees = 7,
		.subsample = 256,
		.seed = UINT64_MAX,
		.missing = IFOREST_MAJORITY,
		.exact_c = true,
		.gain = 0.5 };
	double x[30];
	struct iforest_about about;
	struct iforest *forest;

	(void)state;
	fill_normal(x, 30, 1);
	forest = iforest_fit(x, 10, 3, &params);
	assert_non_null(forest);
	about = iforest_about(forest);
	assert_int_equal(about.trees, 7);
	assert_int_equal(about.subsample, 10);
	assert_int_equal(about.features, 3);
	assert_int_equal(about.depth, 4);
	assert_int_equal(about.rows, 10);
	assert_true(about.seed == UINT64_MAX);
	assert_near(about.c, iforest_c(10, true), 1e-5);
	assert_int_equal(about.missing, IFOREST_MAJORITY);
	assert_true(about.exact_c);
	assert_near(about.gain, 0.5, 0);
	iforest_free(forest);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stream_gives_the_forest_of_the_matrix),
		cmocka_unit_test(a_stream_keeps_a_sample_of_its_rows),
		cmocka_unit_test(a_stream_without_rows_gives_the_forest_of_one),
		cmocka_unit_test(
		    rows_of_a_large_table_are_as_likely_to_be_sampled),
		cmocka_unit_test(a_missing_value_goes_with_the_majority),
		cmocka_unit_test(
		    while_growing_missing_values_follow_the_majority),
		cmocka_unit_test(skipped_rows_are_as_if_they_were_not_there),
		cmocka_unit_test(a_guided_split_separates_groups),
		cmocka_unit_test(a_guided_split_has_the_largest_pooled_gain),
		cmocka_unit_test(
		    the_share_of_guided_splits_is_the_one_asked_for),
		cmocka_unit_test(guided_splits_take_any_values),
		cmocka_unit_test(a_bad_share_of_guided_splits_is_named),
		cmocka_unit_test(a_forest_says_what_it_was_grown_with),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
