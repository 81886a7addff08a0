#include "model/frequency.h"

#include "model/iforest.h"

#include "unit.h"

static void
categories_are_coded_by_how_often_they_came(void **state)
{
	struct frequency f = { 0 };

	(void)state;
	for (int i = 0; i < 7; i++)
		assert_int_equal(frequency_add(&f, 2, 1), 0);
	assert_int_equal(frequency_add(&f, 0, 1), 0);
	assert_int_equal(frequency_add(&f, FREQUENCY_MISSING, 1), 0);
	assert_int_equal(frequency_add(&f, 4, 1023), 0);
	assert_near(frequency_code(&f, 2), 3, 0);
	assert_near(frequency_code(&f, 0), 1, 0);
	assert_near(frequency_code(&f, 4), 10, 0);
	assert_near(frequency_code(&f, 1), 0, 0);
	assert_near(frequency_code(&f, 5), 0, 0); /* unseen */
	assert_near(frequency_code(&f, 1000000), 0, 0);
	assert_near(frequency_code(&f, FREQUENCY_MISSING), NAN, 0);
	frequency_release(&f);
	assert_near(frequency_code(&f, 2), 0, 0);
}

/* 400 rows of four categories and one row of a fifth. */
static void
a_forest_finds_the_rare_category(void **state)
{
	enum { N = 401, RARE = 133 };
	const struct iforest_params params = {
		.trees = 100, .subsample = 256, .seed = 1
	};
	struct frequency f = { 0 };
	double x[N], score[N], unseen = NAN;
	struct iforest *forest;

	(void)state;
	for (size_t i = 0; i < N; i++)
		assert_int_equal(frequency_add(&f, i == RARE ? 9 : i % 4, 1),
		    0);
	for (size_t i = 0; i < N; i++)
		x[i] = frequency_code(&f, i == RARE ? 9 : i % 4);
	forest = iforest_fit(x, N, 1, &params);
	assert_non_null(forest);
	iforest_scores(forest, x, N, score);
	for (size_t i = 0; i < N; i++)
		assert_true(i == RARE || score[i] < score[RARE]);
	x[0] = frequency_code(&f, 77);
	iforest_scores(forest, x, 1, &unseen);
	assert_near(unseen, score[RARE], 0);
	iforest_free(forest);
	frequency_release(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(categories_are_coded_by_how_often_they_came),
		cmocka_unit_test(a_forest_finds_the_rare_category),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
