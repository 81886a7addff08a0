#include "model/eigen.h"

#include <string.h>

#include "base/rng.h"

#include "unit.h"

enum { MAX = 40 };

/* a = V diag(value) V' and V'V = 1. */
static void
assert_decomposed(const double *a, size_t n, const double *value,
    const double *v, double tolerance)
{
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n; j++) {
			double sum = 0, product = 0;

			for (size_t k = 0; k < n; k++) {
				sum += v[i * n + k] * value[k] * v[j * n + k];
				product += v[k * n + i] * v[k * n + j];
			}
			assert_near(sum, a[i * n + j], tolerance);
			assert_near(product, i == j ? 1 : 0, 1e-13);
		}
}

static double
determinant_like(const double *value, size_t n)
{
	double product = 1;

	for (size_t i = 0; i < n; i++)
		product *= value[i];
	return product;
}

/* (2 1; 1 2) has 1 and 3; the second difference of 3 points 2 and 2 +- sqrt 2. */
static void
small_matrices_have_their_eigenvalues(void **state)
{
	double two[] = { 2, 1, 1, 2 }, value[3], vector[9];
	double three[] = { 2, -1, 0, -1, 2, -1, 0, -1, 2 };
	double one[] = { -7 };

	(void)state;
	eigen_symmetric(two, 2, value, vector);
	assert_near(value[0] + value[1], 4, 1e-15);
	assert_near(value[0] * value[1], 3, 1e-14);
	assert_near(fabs(vector[0]), sqrt(0.5), 1e-15);
	eigen_symmetric(three, 3, value, vector);
	assert_near(value[0] + value[1] + value[2], 6, 1e-14);
	assert_near(determinant_like(value, 3), 4, 1e-13);
	assert_near(fmin(fmin(value[0], value[1]), value[2]), 2 - sqrt(2),
	    1e-14);
	eigen_symmetric(one, 1, value, vector);
	assert_near(value[0], -7, 0);
	assert_near(vector[0], 1, 0);
}

static void
any_symmetric_matrix_is_decomposed(void **state)
{
	double a[MAX * MAX] = { 0 }, copy[MAX * MAX], value[MAX],
		       vector[MAX * MAX];
	struct rng rng;

	(void)state;
	rng_init(&rng, 1, 0);
	for (size_t n = 1; n <= MAX; n++) {
		for (size_t i = 0; i < n; i++)
			for (size_t j = i; j < n; j++)
				a[i * n + j] = a[j * n + i] = rng_below(&rng,
								  4) == 0
				    ? 0
				    : rng_normal(&rng);
		for (size_t i = 0; i < n * n; i++)
			copy[i] = a[i];
		eigen_symmetric(copy, n, value, vector);
		assert_decomposed(a, n, value, vector, 1e-13 * (double)n);
	}
}

/* Columns that repeat: eigenvalues 0, and n of one kind. */
static void
a_singular_matrix_has_eigenvalues_of_zero(void **state)
{
	enum { N = 12 };
	double a[N * N] = { 0 }, copy[N * N], value[N], vector[N * N];
	size_t zeros = 0;

	(void)state;
	for (size_t i = 0; i < N * N; i++)
		a[i] = i / N % 3 == i % N % 3 ? 1 : 0.5;
	memcpy(copy, a, sizeof(a));
	eigen_symmetric(copy, N, value, vector);
	assert_decomposed(a, N, value, vector, 1e-13);
	for (size_t i = 0; i < N; i++)
		zeros += fabs(value[i]) < 1e-14;
	assert_int_equal(zeros, N - 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(small_matrices_have_their_eigenvalues),
		cmocka_unit_test(any_symmetric_matrix_is_decomposed),
		cmocka_unit_test(a_singular_matrix_has_eigenvalues_of_zero),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
