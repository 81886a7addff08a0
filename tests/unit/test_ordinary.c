#include "model/ordinary.h"

#include <stdlib.h>

#include "base/normal.h"
#include "base/rng.h"
#include "model/stats.h"

#include "unit.h"

enum { N = 2000, DRAWS = 100000 };

/* Draw rows like those of x; the caller frees them. */
static double *
draw(const double *x, size_t n, size_t d, size_t draws)
{
	struct ordinary *o = ordinary_new(x, n, d);
	double *row = calloc(draws, d * sizeof(*row)), *work;
	struct rng rng;

	assert_non_null(o);
	assert_non_null(row);
	work = calloc(ordinary_work(o), sizeof(*work));
	assert_non_null(work);
	rng_init(&rng, 5, 0);
	for (size_t i = 0; i < draws; i++)
		ordinary_draw(o, &rng, work, row + i * d);
	free(work);
	ordinary_free(o);
	return row;
}

static double
share_from(const double *x, size_t n, double limit)
{
	size_t above = 0;

	for (size_t i = 0; i < n; i++)
		above += x[i] >= limit;
	return (double)above / (double)n;
}

static void
assert_share(double share, double p)
{
	assert_near(share, p, 4.5 * sqrt(p * (1 - p) / DRAWS));
}

static double
spearman(const double *x, size_t n, size_t d, size_t f, size_t g)
{
	double *a = calloc(2 * n, sizeof(*a)), ab = 0, aa = 0, bb = 0;
	const double middle = ((double)n + 1) / 2;

	assert_non_null(a);
	for (size_t i = 0; i < n; i++) {
		a[i] = x[i * d + f];
		a[n + i] = x[i * d + g];
	}
	assert_int_equal(stats_midranks(a, n, a), 0);
	assert_int_equal(stats_midranks(a + n, n, a + n), 0);
	for (size_t i = 0; i < n; i++) {
		ab += (a[i] - middle) * (a[n + i] - middle);
		aa += (a[i] - middle) * (a[i] - middle);
		bb += (a[n + i] - middle) * (a[n + i] - middle);
	}
	free(a);
	return ab / sqrt(aa * bb);
}

/* ---- margins -------------------------------------------------------- */

/* Normal, uniform, two peaks, whole numbers, mostly zero. */
static double
table_value(int kind, double u)
{
	const double z = normal_quantile(u);

	switch (kind) {
	case 0:
		return z;
	case 1:
		return 1e9 + 1e-3 * u;
	case 2:
		return u < 0.3 ? z : z + 10;
	case 3:
		return floor(4 * u * u);
	default:
		return u < 0.8 ? 0 : u;
	}
}

static void
the_body_is_that_of_the_table(void **state)
{
	static const double levels[] = { 0.06, 0.2, 0.5, 0.7, 0.94 };
	double x[N];

	(void)state;
	for (int kind = 0; kind < 5; kind++) {
		double *y;

		for (size_t i = 0; i < N; i++)
			x[i] = table_value(kind, ((double)i + 0.5) / N);
		y = draw(x, N, 1, DRAWS);
		for (int k = 0; k < 5; k++) {
			/* Between two whole numbers. */
			const double limit = x[(size_t)(levels[k] * N)] -
			    (kind == 3 ? 0.5 : 0);

			assert_near(share_from(y, DRAWS, limit),
			    share_from(x, N, limit), 4.5 * sqrt(0.25 / DRAWS));
		}
		free(y);
	}
}

/* A normal body has 1.6449 at its 95 % point, where t8 has 1.8595; so the tail is
 * that of t8 in units of 0.8846.  t8 exceeds 2.8965 with 1 % and 4.5008 with
 * 0.1 %. */
static void
the_tail_is_that_of_t8(void **state)
{
	const double unit = 1.6448536269514722 / 1.8595480375308981;
	double x[N], *y;

	(void)state;
	for (size_t i = 0; i < N; i++)
		x[i] = table_value(0, ((double)i + 0.5) / N);
	y = draw(x, N, 1, DRAWS);
	assert_share(share_from(y, DRAWS, 2.8965 * unit), 0.01);
	assert_share(share_from(y, DRAWS, 4.5008 * unit), 0.001);
	assert_share(1 - share_from(y, DRAWS, -4.5008 * unit), 0.001);
	free(y);
}

/* A lognormal's upper tail is far longer than its lower one. */
static void
the_tail_is_as_skewed_as_the_body(void **state)
{
	double x[N], *y;

	(void)state;
	for (size_t i = 0; i < N; i++)
		x[i] = exp(table_value(0, ((double)i + 0.5) / N));
	y = draw(x, N, 1, DRAWS);
	/* exp(3.0902) = 22: 0.1 % of a lognormal, somewhat more here. */
	assert_near(log10(share_from(y, DRAWS, 22)), -2.75, 0.25);
	assert_true(share_from(y, DRAWS, -10) == 1);
	free(y);
}

static void
an_outlier_is_not_ordinary(void **state)
{
	double x[N], *y;

	(void)state;
	for (size_t i = 0; i < N; i++)
		x[i] = table_value(0, ((double)i + 0.5) / N);
	for (size_t i = 0; i < 40; i++)
		x[i * 50] = 1e6;
	y = draw(x, N, 1, DRAWS);
	assert_share(share_from(y, DRAWS, 100), 0);
	free(y);
}

static void
what_is_rare_in_a_sparse_feature_stays_rare(void **state)
{
	double x[N], *y;

	(void)state;
	for (size_t i = 0; i < N; i++)
		x[i] = i % 50 == 0; /* 2 % */
	y = draw(x, N, 1, DRAWS);
	assert_share(share_from(y, DRAWS, 0.5), 0.02);
	free(y);
}

static void
missing_and_infinite_values_are_left_out(void **state)
{
	enum { D = 4 };
	double x[N * D], *y;

	(void)state;
	for (size_t i = 0; i < N; i++) {
		x[i * D] = i % 3 == 0 ? NAN : (double)(i % 7);
		x[i * D + 1] = NAN;
		x[i * D + 2] = i % 10 == 0 ? INFINITY : 3;
		x[i * D + 3] = i == 0 ? 1 : NAN;
	}
	y = draw(x, N, D, 1000);
	for (size_t i = 0; i < 1000; i++) {
		assert_true(y[i * D] >= -20 && y[i * D] <= 26);
		assert_near(y[i * D + 1], 0, 0);
		assert_near(y[i * D + 2], 3, 0);
		assert_near(y[i * D + 3], 1, 0);
	}
	free(y);
}

/* ---- correlations --------------------------------------------------- */

/* Of feature 0 with 1, 2 and 3: 0.9, -0.5 and none before their margins bend
 * them, which ranks do not see. */
static void
fill_correlated(double *x, size_t n, size_t d)
{
	struct rng rng;

	rng_init(&rng, 8, 0);
	for (size_t i = 0; i < n; i++)
		for (size_t f = 0; f < d; f++) {
			const double a = f == 0 ? 0 : x[i * d];
			const double z = rng_normal(&rng);

			x[i * d + f] = f == 1 ? 0.9 * a + sqrt(0.19) * z
			    : f == 2          ? -0.5 * a + sqrt(0.75) * z
					      : z;
		}
	for (size_t i = 0; i < n; i++)
		x[i * d + 1] = exp(x[i * d + 1]);
}

static void
ranks_are_correlated_as_in_the_table(void **state)
{
	enum { D = 5 };
	double *x = calloc(N, D * sizeof(*x)), *y;

	(void)state;
	assert_non_null(x);
	fill_correlated(x, N, D);
	y = draw(x, N, D, DRAWS);
	for (size_t f = 1; f < D; f++)
		assert_near(spearman(y, DRAWS, D, 0, f),
		    spearman(x, N, D, 0, f), 0.012);
	free(y);
	free(x);
}

/* Then from 128 rows, whose correlation has a deviation of 0.09 (1 - rho^2). */
static void
many_features_are_correlated_roughly_as_in_the_table(void **state)
{
	enum { D = 300 };
	double *x = calloc(N, D * sizeof(*x)), *y;

	(void)state;
	assert_non_null(x);
	fill_correlated(x, N, D);
	y = draw(x, N, D, 4000);
	assert_near(spearman(y, 4000, D, 0, 1), 0.89, 0.08);
	assert_near(spearman(y, 4000, D, 0, 2), -0.48, 0.3);
	assert_near(spearman(y, 4000, D, 0, 3), 0, 0.4);
	free(y);
	free(x);
}

/* Equal features, and one that is their negative: a singular matrix. */
static void
features_that_determine_each_other_stay_together(void **state)
{
	enum { D = 3 };
	double *x = calloc(N, D * sizeof(*x)), *y;

	(void)state;
	assert_non_null(x);
	for (size_t i = 0; i < N; i++) {
		x[i * D] = x[i * D + 1] = (double)(i * 7 % N);
		x[i * D + 2] = -x[i * D];
	}
	y = draw(x, N, D, DRAWS);
	assert_true(spearman(y, DRAWS, D, 0, 1) > 0.997);
	assert_true(spearman(y, DRAWS, D, 0, 2) < -0.997);
	free(y);
	free(x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_body_is_that_of_the_table),
		cmocka_unit_test(the_tail_is_that_of_t8),
		cmocka_unit_test(the_tail_is_as_skewed_as_the_body),
		cmocka_unit_test(an_outlier_is_not_ordinary),
		cmocka_unit_test(what_is_rare_in_a_sparse_feature_stays_rare),
		cmocka_unit_test(missing_and_infinite_values_are_left_out),
		cmocka_unit_test(ranks_are_correlated_as_in_the_table),
		cmocka_unit_test(
		    many_features_are_correlated_roughly_as_in_the_table),
		cmocka_unit_test(
		    features_that_determine_each_other_stay_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
