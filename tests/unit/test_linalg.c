#include "model/linalg.h"

#include <string.h>

#include "unit.h"

/* A = R'R with R = [1 2 3 4 5; 0 1 2 3 4; 0 0 1 2 3; 0 0 0 1 2; 0 0 0 0 2]. */
static const double r_known[5][8] = { { 1, 2, 3, 4, 5 }, { 0, 1, 2, 3, 4 },
	{ 0, 0, 1, 2, 3 }, { 0, 0, 0, 1, 2 }, { 0, 0, 0, 0, 2 } };

static void
make_a(double a[5][8])
{
	memset(a, 0, 5 * sizeof(*a));
	for (size_t i = 0; i < 5; i++)
		for (size_t j = i; j < 5; j++)
			for (size_t k = 0; k < 5; k++)
				a[i][j] += r_known[k][i] * r_known[k][j];
}

static void
cholesky_finds_the_factor_of_a_known_product(void **state)
{
	double a[5][8];

	(void)state;
	make_a(a);
	assert_int_equal(cholesky(a[0], 5), 0);
	for (size_t i = 0; i < 5; i++)
		for (size_t j = i; j < 5; j++)
			assert_near(a[i][j], r_known[i][j], 0);
}

static void
triangular_solves_undo_the_factor(void **state)
{
	const double x[5] = { 1, -2, 3, 0, 0.5 };
	double a[5][8], full[5][5], b[8] = { 0 };

	(void)state;
	make_a(a);
	for (size_t i = 0; i < 5; i++)
		for (size_t j = i; j < 5; j++)
			full[i][j] = full[j][i] = a[i][j];
	for (size_t i = 0; i < 5; i++)
		for (size_t j = 0; j < 5; j++)
			b[i] += full[i][j] * x[j];
	assert_int_equal(cholesky(a[0], 5), 0);
	cholesky_solve_lower(a[0], 5, b);
	cholesky_solve_upper(a[0], 5, b);
	for (size_t i = 0; i < 5; i++)
		assert_near(b[i], x[i], 1e-12);
}

static void
cholesky_refuses_what_is_not_positive_definite(void **state)
{
	double indefinite[2][4] = { { 1, 2 }, { 0, 1 } };
	double missing[1][4] = { { NAN } };

	(void)state;
	assert_int_equal(cholesky(indefinite[0], 2), -1);
	assert_int_equal(cholesky(missing[0], 1), -1);
	assert_int_equal(cholesky(missing[0], 0), 0);
}

static void
dot_and_axpy_match_the_worked_example(void **state)
{
	const double x[] = { 1, 2, 3, 4, 5, 0, 0, 0 };
	double y[] = { 5, 4, 3, 2, 1, 0, 0, 0 };

	(void)state;
	assert_near(dot(x, y, 5), 35, 0);
	assert_near(dot(x, y, 0), 0, 0);
	axpy(2, x, y, 5);
	for (size_t i = 0; i < 5; i++)
		assert_near(y[i], 7 + (double)i, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cholesky_finds_the_factor_of_a_known_product),
		cmocka_unit_test(triangular_solves_undo_the_factor),
		cmocka_unit_test(
		    cholesky_refuses_what_is_not_positive_definite),
		cmocka_unit_test(dot_and_axpy_match_the_worked_example),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
