#include "record/progress.h"

#include <math.h>
#include <string.h>

#include "unit.h"

static void
assert_text(enum progress_unit unit, uint64_t done, uint64_t total, double part,
    double seconds, const char *want)
{
	char text[PROGRESS_TEXT_MAX];
	const size_t n = progress_text(text, unit, done, total, part, seconds);

	assert_string_equal(text, want);
	assert_int_equal(n, strlen(want));
}

static void
a_line_says_how_much_how_fast_and_how_long_still(void **state)
{
	(void)state;
	assert_text(PROGRESS_BYTES, 1210000000, 4400000000, 0.275, 1.5,
	    "1.21 GB of 4.40 GB, 27 %, 807 MB/s, 0:04 left");
	assert_text(PROGRESS_BYTES, 65536, 0, NAN, 2, "65.5 kB, 32.8 kB/s");
	assert_text(PROGRESS_ROWS, 12345678, 0, 0.5, 1.5,
	    "12.3 M rows, 50 %, 8.23 M/s, 0:02 left");
	assert_text(PROGRESS_ROWS, 999, 0, NAN, 2, "999 rows, 500 /s");
	assert_text(PROGRESS_BYTES, 815, 815, 1, 1,
	    "815 B of 815 B, 100 %, 815 B/s, 0:00 left");
}

static void
amounts_round_to_three_digits(void **state)
{
	(void)state;
	assert_text(PROGRESS_ROWS, 999499, 0, NAN, 1, "999 k rows, 999 k/s");
	assert_text(PROGRESS_ROWS, 999500, 0, NAN, 1, "1.00 M rows, 1.00 M/s");
	assert_text(PROGRESS_ROWS, 9994999, 0, NAN, 1, "9.99 M rows, 9.99 M/s");
	assert_text(PROGRESS_ROWS, 9995000, 0, NAN, 1, "10.0 M rows, 10.0 M/s");
	assert_text(PROGRESS_BYTES, UINT64_MAX, 0, NAN, 1,
	    "18447 PB, 18447 PB/s");
}

static void
a_time_left_has_hours_where_it_needs_them(void **state)
{
	(void)state;
	assert_text(PROGRESS_ROWS, 1000, 0, 0.01, 37,
	    "1.00 k rows, 1 %, 27 /s, 1:01:03 left");
	assert_text(PROGRESS_ROWS, 0, 0, 0, 2, "0 rows, 0 %, 0 /s");
	assert_text(PROGRESS_ROWS, 1, 0, 1e-300, 2,
	    "1 rows, 0 %, 0 /s, 250000:00:00 left");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_line_says_how_much_how_fast_and_how_long_still),
		cmocka_unit_test(amounts_round_to_three_digits),
		cmocka_unit_test(a_time_left_has_hours_where_it_needs_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
