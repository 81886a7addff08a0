#include "model/holiday.h"

#include "prophet_case.h"

static void
columns_are_by_name_and_offset(void **state)
{
	const struct holiday list[] = {
		{ .name = 1, .day = 100, .lower = -1, .prior_scale = 3 },
		{ .name = 0, .day = 50, .upper = 2, .prior_scale = 10 },
		{ .name = 0, .day = 52, .prior_scale = 10 },
		{ .name = 0, .day = 52, .prior_scale = 10 },
		{ .name = 1, .day = 200, .lower = -2, .prior_scale = 3 },
	};
	const double t[] = { 49, 50, 51.75, 52, 53, 98, 99, 100, 198, 200 };
	const double want[][10] = {
		{ 0, 1, 0, 1, 0, 0, 0, 0, 0, 0 }, /* name 0, the day */
		{ 0, 0, 1, 0, 0, 0, 0, 0, 0, 0 },
		{ 0, 0, 0, 1, 0, 0, 0, 0, 0, 0 },
		{ 0, 0, 0, 0, 0, 0, 0, 0, 1, 0 }, /* name 1, two before */
		{ 0, 0, 0, 0, 0, 0, 1, 0, 0, 0 },
		{ 0, 0, 0, 0, 0, 0, 0, 1, 0, 1 },
	};
	const int offset[] = { 0, 1, 2, -2, -1, 0 };
	const struct holiday_column *column;
	struct holidays *h;
	double x[10];
	size_t n;

	(void)state;
	assert_null(holiday_check(list, 5, NULL));
	assert_non_null(h = holidays_new(list, 5));
	column = holidays_columns(h, &n);
	assert_int_equal(n, 6);
	for (size_t c = 0; c < n; c++) {
		double ones = 0;

		assert_int_equal(column[c].name, c >= 3);
		assert_int_equal(column[c].offset, offset[c]);
		assert_near(column[c].prior_scale, c >= 3 ? 3 : 10, 0);
		for (size_t i = 0; i < 10; i++)
			ones += want[c][i];
		assert_near((double)holidays_fill(h, c, t, 10, x), ones, 0);
		for (size_t i = 0; i < 10; i++)
			assert_near(x[i], want[c][i], 0);
	}
	holidays_free(h);
	holidays_free(NULL);
	assert_non_null(h = holidays_new(NULL, 0));
	holidays_columns(h, &n);
	assert_int_equal(n, 0);
	holidays_free(h);
}

static void
bad_holidays_are_refused_with_the_reason(void **state)
{
	struct holiday list[] = {
		{ .name = 0, .day = 1, .prior_scale = 1 },
		{ .name = 0, .day = 2, .prior_scale = 1 },
	};
	size_t at;

	(void)state;
	list[1].lower = 1;
	assert_string_equal(holiday_check(list, 2, &at),
	    "the lower window is after the holiday");
	assert_int_equal(at, 1);
	list[1].lower = 0;
	list[1].upper = -1;
	assert_string_equal(holiday_check(list, 2, &at),
	    "the upper window is before the holiday");
	list[1].upper = 400;
	assert_string_equal(holiday_check(list, 2, &at),
	    "a window is longer than a year");
	list[1].upper = 0;
	list[1].prior_scale = 0;
	assert_string_equal(holiday_check(list, 2, &at),
	    "the prior scale is not positive");
	list[1].prior_scale = 2;
	assert_string_equal(holiday_check(list, 2, &at),
	    "the prior scale is not that of the same holiday before");
	list[1].name = 1;
	assert_null(holiday_check(list, 2, &at));
	assert_int_equal(at, 2);
}

/* The columns of the reference case with holidays, from its list of dates. */
static void
columns_are_those_of_the_reference(void **state)
{
	struct prophet_case c;
	struct holiday list[64];
	const cJSON *item, *date;
	struct holidays *h;
	double *x;
	size_t n = 0, name = 0, columns;

	load_case(&c, *state);
	for (item = first_of(c.settings, "holidays"); item != NULL;
	     item = item->next, name++)
		for (date = first_of(item, "dates"); date != NULL;
		     date = date->next)
			list[n++] = (struct holiday){
				.name = name,
				.day = (int32_t)parse_cell(date->valuestring),
				.upper = (int)number_of(item, "upper_window",
				    0),
				.prior_scale = 10,
			};
	assert_null(holiday_check(list, n, NULL));
	assert_non_null(h = holidays_new(list, n));
	holidays_columns(h, &columns);
	assert_int_equal(columns, c.spec.n_features);
	assert_non_null(x = calloc(c.frame.n, sizeof(*x)));
	for (size_t j = 0; j < columns; j++) {
		assert_true(holidays_fill(h, j, c.frame.t, c.frame.n, x) > 0);
		assert_memory_equal(x, c.frame.feature[j],
		    c.frame.n * sizeof(*x));
	}
	free(x);
	holidays_free(h);
	free_case(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_are_by_name_and_offset),
		cmocka_unit_test(bad_holidays_are_refused_with_the_reason),
		{ "columns_are_those_of_the_reference: peyton_holidays",
		    columns_are_those_of_the_reference, NULL, NULL,
		    "peyton_holidays" },
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
