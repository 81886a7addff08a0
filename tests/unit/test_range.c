#include "base/range.h"

#include <string.h>

#include "base/date.h"

#include "unit.h"

static void
assert_before(enum range_before which, const char *text, const char *want)
{
	struct range range, before;
	char got[RANGE_TEXT_MAX];

	assert_int_equal(range_parse(text, &range), 0);
	assert_null(range_before(which, &range, &before));
	range_format(&before, got);
	assert_string_equal(got, want);
}

static const char *
why_not(enum range_before which, const char *text)
{
	struct range range, before = { 1, 2 };
	const char *why;

	assert_int_equal(range_parse(text, &range), 0);
	why = range_before(which, &range, &before);
	assert_int_equal(before.from, 1);
	return why;
}

static void
a_range_is_two_dates_or_one(void **state)
{
	struct range r;
	char text[RANGE_TEXT_MAX];

	(void)state;
	assert_int_equal(range_parse("2025-03-10..2025-03-16", &r), 0);
	assert_int_equal(range_days(&r), 7);
	range_format(&r, text);
	assert_string_equal(text, "2025-03-10..2025-03-16");
	assert_int_equal(range_parse("2025-03-10", &r), 0);
	assert_int_equal(range_days(&r), 1);
	assert_int_equal(range_parse("0001-01-01..9999-12-31", &r), 0);
	assert_int_equal(range_days(&r), 3652059);
	assert_true(range_has(&r, DATE_MAX) && range_has(&r, DATE_MIN));
}

static void
anything_else_is_not(void **state)
{
	static const char *const bad[] = { "", "..", "2025-03-10..",
		"..2025-03-10", "2025-03-16..2025-03-10", "2025-02-30",
		"2025-03-10...2025-03-16", "2025-03-10..2025-03-16 ",
		"2025-03-10-2025-03-16", "week" };
	struct range r = { 1, 2 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(range_parse(bad[i], &r), -1);
	assert_int_equal(r.from, 1);
}

static void
the_previous_range_is_as_long_and_just_before(void **state)
{
	(void)state;
	assert_before(RANGE_PREVIOUS, "2025-03-10..2025-03-16",
	    "2025-03-03..2025-03-09");
	assert_before(RANGE_PREVIOUS, "2025-03-01", "2025-02-28..2025-02-28");
	assert_string_equal(why_not(RANGE_PREVIOUS, "0001-01-02..0001-01-03"),
	    "would begin before the calendar");
}

static void
a_year_before_has_the_same_weekdays(void **state)
{
	(void)state;
	assert_before(RANGE_YEAR, "2025-03-10..2025-03-16",
	    "2024-03-11..2024-03-17");
	assert_string_equal(why_not(RANGE_YEAR, "2024-01-01..2024-12-31"),
	    "overlaps the period that is explained");
	assert_string_equal(why_not(RANGE_YEAR, "0001-12-01"),
	    "would begin before the calendar");
}

static void
a_month_before_has_the_same_days_or_is_whole(void **state)
{
	(void)state;
	assert_before(RANGE_MONTH, "2025-03-10..2025-03-16",
	    "2025-02-10..2025-02-16");
	assert_before(RANGE_MONTH, "2025-01-06..2025-01-12",
	    "2024-12-06..2024-12-12");
	assert_before(RANGE_MONTH, "2025-02-24..2025-03-02",
	    "2025-01-24..2025-01-30");
	assert_before(RANGE_MONTH, "2025-03-01..2025-03-31",
	    "2025-02-01..2025-02-28");
	assert_before(RANGE_MONTH, "2025-02-01..2025-02-28",
	    "2025-01-01..2025-01-31");
	assert_before(RANGE_MONTH, "9999-12-01..9999-12-31",
	    "9999-11-01..9999-11-30");
	assert_string_equal(why_not(RANGE_MONTH, "2025-03-29..2025-03-31"),
	    "would begin on a day that the month before does not have");
	assert_string_equal(why_not(RANGE_MONTH, "2025-03-01..2025-04-30"),
	    "overlaps the period that is explained");
	assert_non_null(why_not(RANGE_MONTH, "0001-01-15"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_range_is_two_dates_or_one),
		cmocka_unit_test(anything_else_is_not),
		cmocka_unit_test(the_previous_range_is_as_long_and_just_before),
		cmocka_unit_test(a_year_before_has_the_same_weekdays),
		cmocka_unit_test(a_month_before_has_the_same_days_or_is_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
