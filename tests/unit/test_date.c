#include "base/date.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/date_zone.h"
#include "base/rng.h"

#include "unit.h"

static int32_t
civil(int year, int month, int day_of_month)
{
	int32_t day = date_from_civil(year, month, day_of_month);

	assert_int_not_equal(day, DATE_NONE);
	return day;
}

static void
the_calendar_counts_every_day(void **state)
{
	int y = 1, m = 1, d = 1, weekday = 0;
	int32_t month_start = DATE_MIN;

	(void)state;
	assert_int_equal(civil(1970, 1, 1), 0);
	assert_int_equal(civil(2000, 3, 1), 11017);
	assert_int_equal(civil(1, 1, 1), DATE_MIN);
	assert_int_equal(civil(9999, 12, 31), DATE_MAX);
	for (int32_t day = DATE_MIN; day <= DATE_MAX; day++) {
		int year, month, day_of_month;

		date_civil(day, &year, &month, &day_of_month);
		if (year != y || month != m || day_of_month != d ||
		    date_from_civil(y, m, d) != day ||
		    date_weekday(day) != weekday ||
		    date_week_start(day) != day - weekday ||
		    date_month_start(day) != month_start)
			fail_msg("day %d is not %d-%d-%d", day, y, m, d);
		weekday = (weekday + 1) % 7;
		if (d++ < date_days_in_month(y, m))
			continue;
		assert_int_equal(date_month_next(day), day + 1);
		assert_int_equal(date_month_next(month_start), day + 1);
		month_start = day + 1;
		d = 1;
		if (m++ == 12) {
			m = 1;
			y++;
		}
	}
	assert_int_equal(y, 10000);
}

static void
there_are_no_other_dates(void **state)
{
	static const int bad[][3] = { { 0, 1, 1 }, { 10000, 1, 1 },
		{ 2025, 0, 1 }, { 2025, 13, 1 }, { 2025, 1, 0 },
		{ 2025, 1, 32 }, { 2025, 2, 29 }, { 1900, 2, 29 },
		{ 2024, 2, 30 }, { 2025, 4, 31 }, { -1, 1, 1 } };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(date_from_civil(bad[i][0], bad[i][1],
				     bad[i][2]),
		    DATE_NONE);
	assert_int_not_equal(date_from_civil(2000, 2, 29), DATE_NONE);
	assert_int_not_equal(date_from_civil(2024, 2, 29), DATE_NONE);
}

static void
dates_are_written_and_read(void **state)
{
	char text[DATE_TEXT_MAX];

	(void)state;
	assert_int_equal(date_format(0, text), 10);
	assert_string_equal(text, "1970-01-01");
	assert_int_equal(date_format(DATE_MIN, text), 10);
	assert_string_equal(text, "0001-01-01");
	assert_int_equal(date_format(DATE_MAX, text), 10);
	assert_string_equal(text, "9999-12-31");
	assert_int_equal(date_format(DATE_NONE, text), 0);
	assert_string_equal(text, "");
	for (int32_t day = DATE_MIN; day <= DATE_MAX; day += 7) {
		int32_t got;

		assert_int_equal(date_format(day, text), 10);
		assert_int_equal(date_parse(text, 10, &got), 0);
		assert_int_equal(got, day);
	}
}

static void
only_real_dates_of_the_form_are_read(void **state)
{
	static const char *const bad[] = { "", "2025", "2025-02-30",
		"2025-02-29", "2025-13-01", "2025-00-10", "2025-01-00",
		"0000-01-01", "2025-1-01", "2025-01-1", "2025/01/01",
		"20250101", "2025-01-01 ", " 2025-01-01", "2025-01-0a",
		"-025-01-01", "2025-01-01T", "12025-01-01", "2025--1-01" };
	int32_t day = 7;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		if (date_parse(bad[i], strlen(bad[i]), &day) != -1 || day != 7)
			fail_msg("'%s' is read", bad[i]);
		if (date_parse_timestamp(bad[i], strlen(bad[i]), NULL, &day) !=
		    -1)
			fail_msg("'%s' is read", bad[i]);
	}
}

static struct date_zone *
zone_of(const char *name)
{
	const char *why = NULL;
	struct date_zone *zone = date_zone_open(name, &why);

	if (zone == NULL)
		fail_msg("'%s' %s", name, why);
	return zone;
}

/* The date of a timestamp as text; "-" if it is not read. */
static const char *
day_of(const char *text, const struct date_zone *zone)
{
	static char buf[DATE_TEXT_MAX];
	int32_t day;

	if (date_parse_timestamp(text, strlen(text), zone, &day) == -1)
		return "-";
	date_format(day, buf);
	return buf;
}

static void
a_timestamp_without_a_zone_has_the_day_that_is_written(void **state)
{
	static const char *const good[] = { "2025-03-09", "2025-03-09T00:00",
		"2025-03-09 23:59", "2025-03-09T12:34:56",
		"2025-03-09T23:59:60", "2025-03-09 12:34:56.5",
		"2025-03-09T12:34:56.123456789Z", "2025-03-09T23:59:59-11:00",
		"2025-03-09T00:00Z", "2025-03-09T00:00+14",
		"2025-03-09T00:00+1400", "2025-03-09 00:00:00+14:00" };
	static const char *const bad[] = { "2025-03-09T", "2025-03-09T1:00",
		"2025-03-09T24:00", "2025-03-09T12:60", "2025-03-09T12:00:61",
		"2025-03-09t12:00", "2025-03-09  12:00",
		"2025-03-09T12:00:", "2025-03-09T12:00:5",
		"2025-03-09T12:00:00.", "2025-03-09T12:00:00,5",
		"2025-03-09T12:00z", "2025-03-09T12:00 Z", "2025-03-09T12:00+1",
		"2025-03-09T12:00+24:00", "2025-03-09T12:00+01:60",
		"2025-03-09T12:00+010", "2025-03-09T12:00+01:0",
		"2025-03-09T12:00.5", "2025-02-30T12:00", "2025-03-09T12:00ZZ",
		"2025-03-09T12-00", "2025-03-09Z", "2025-03-09T12:00UTC" };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		assert_string_equal(day_of(good[i], NULL), "2025-03-09");
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (strcmp(day_of(bad[i], NULL), "-") != 0)
			fail_msg("'%s' is read", bad[i]);
}

static void
a_fixed_offset_moves_the_day(void **state)
{
	struct date_zone *east = zone_of("+05:30"), *west = zone_of("-0800");
	struct date_zone *utc = zone_of("UTC"), *z = zone_of("Z");

	(void)state;
	assert_string_equal(day_of("2025-03-09T18:29:59Z", east), "2025-03-09");
	assert_string_equal(day_of("2025-03-09T18:30:00Z", east), "2025-03-10");
	assert_string_equal(day_of("2025-03-09T07:59Z", west), "2025-03-08");
	assert_string_equal(day_of("2025-03-09T08:00Z", west), "2025-03-09");
	assert_string_equal(day_of("2025-03-09T01:00+02:00", utc),
	    "2025-03-08");
	assert_string_equal(day_of("2025-03-09T23:00-02:00", z), "2025-03-10");
	/* Without an offset of its own: as written. */
	assert_string_equal(day_of("2025-03-09T23:59", east), "2025-03-09");
	assert_string_equal(day_of("2025-03-09", west), "2025-03-09");
	/* The leap second of 2016 belongs to 2016. */
	assert_string_equal(day_of("2016-12-31T23:59:60Z", utc), "2016-12-31");
	/* Before 1970, and over the ends of the calendar. */
	assert_string_equal(day_of("1969-12-31T23:59Z", utc), "1969-12-31");
	assert_string_equal(day_of("0001-01-01T00:00Z", west), "-");
	assert_string_equal(day_of("9999-12-31T23:00Z", east), "-");
	date_zone_free(z);
	date_zone_free(utc);
	date_zone_free(west);
	date_zone_free(east);
	date_zone_free(NULL);
}

static int
has_zones(void)
{
	return access("/usr/share/zoneinfo/Europe/Berlin", R_OK) == 0 &&
	    access("/usr/share/zoneinfo/America/New_York", R_OK) == 0;
}

/* European Union and United States rules of 2025: 30 March and 26 October at
 * 01:00 UTC; 9 March and 2 November at 02:00 local time. */
static void
a_named_zone_follows_its_summer_time(void **state)
{
	struct date_zone *berlin, *new_york;

	(void)state;
	if (!has_zones())
		skip();
	berlin = zone_of("Europe/Berlin");
	new_york = zone_of("America/New_York");
	assert_string_equal(day_of("2025-03-29T22:59Z", berlin), "2025-03-29");
	assert_string_equal(day_of("2025-03-29T23:00Z", berlin), "2025-03-30");
	assert_string_equal(day_of("2025-03-30T21:59Z", berlin), "2025-03-30");
	assert_string_equal(day_of("2025-03-30T22:00Z", berlin), "2025-03-31");
	assert_string_equal(day_of("2025-03-09T04:59Z", new_york),
	    "2025-03-08");
	assert_string_equal(day_of("2025-03-09T05:00Z", new_york),
	    "2025-03-09");
	assert_string_equal(day_of("2025-03-10T03:59Z", new_york),
	    "2025-03-09");
	assert_string_equal(day_of("2025-03-10T04:00Z", new_york),
	    "2025-03-10");
	/* The rule holds on, beyond any table. */
	assert_string_equal(day_of("2437-07-01T22:00Z", berlin), "2437-07-02");
	assert_string_equal(day_of("9000-07-01T21:59Z", berlin), "9000-07-01");
	assert_int_equal(date_zone_offset(berlin, INT64_MAX) % 3600, 0);
	assert_int_equal(date_zone_offset(berlin, 0), 3600);
	date_zone_free(new_york);
	date_zone_free(berlin);
}

static void
named_zones_agree_with_the_c_library(void **state)
{
	static const char *const name[] = { "Europe/Berlin", "America/New_York",
		"America/Los_Angeles", "America/Sao_Paulo", "Asia/Kolkata",
		"Asia/Kathmandu", "Asia/Tokyo", "Asia/Gaza",
		"Africa/Casablanca", "Africa/Cairo", "Europe/Dublin",
		"Europe/London", "Europe/Moscow", "Australia/Lord_Howe",
		"Australia/Sydney", "Pacific/Auckland", "Pacific/Chatham",
		"Pacific/Apia", "Pacific/Kiritimati", "America/St_Johns",
		"America/Santiago", "America/Nuuk", "Antarctica/Troll",
		"Etc/GMT+5", "EST5EDT", "Asia/Jerusalem" };
	char *tz = getenv("TZ");
	char *before = tz == NULL ? NULL : strdup(tz);
	struct rng rng;

	(void)state;
	if (!has_zones())
		skip();
	rng_init(&rng, 1, 1);
	for (size_t i = 0; i < sizeof(name) / sizeof(*name); i++) {
		struct date_zone *zone = zone_of(name[i]);

		setenv("TZ", name[i], 1);
		tzset();
		for (int j = 0; j < 20000; j++) {
			/* 1875 to 2700, a half of them 1970 to 2037. */
			int64_t t = j % 2 == 0
			    ? (int64_t)rng_below(&rng, INT32_MAX)
			    : (int64_t)rng_below(&rng,
				  INT64_C(825) * 31556952) -
				INT64_C(95) * 31556952;
			time_t instant = (time_t)t;
			struct tm tm;

			localtime_r(&instant, &tm);
			if (date_zone_offset(zone, t) != tm.tm_gmtoff)
				fail_msg("%s at %lld: %d, not %ld", name[i],
				    (long long)t, date_zone_offset(zone, t),
				    tm.tm_gmtoff);
		}
		date_zone_free(zone);
	}
	if (before == NULL)
		unsetenv("TZ");
	else
		setenv("TZ", before, 1);
	tzset();
	free(before);
}

static void
an_unknown_zone_is_refused(void **state)
{
	static const char *const bad[] = { "", "Europe/Nowhere", "Europe",
		"../zoneinfo/Europe/Berlin", "Europe/../Europe/Berlin",
		"/etc/localtime", "/usr/share/zoneinfo/Europe/Berlin",
		"tzdata.zi", "zone.tab", "+25:00", "+5", "utc ",
		"right/Europe/Berlin", "CET-1CEST" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		const char *why = NULL;

		if (date_zone_open(bad[i], &why) != NULL)
			fail_msg("'%s' opens", bad[i]);
		assert_string_equal(why, "is not a known time zone");
	}
}

static void
opening_a_zone_leaves_the_process_alone(void **state)
{
	struct date_zone *zone;
	time_t summer = 1751328000; /* 2025-07-01T00:00Z */
	struct tm before, after;

	(void)state;
	if (!has_zones())
		skip();
	localtime_r(&summer, &before);
	zone = zone_of("America/New_York");
	assert_int_equal(date_zone_offset(zone, summer), -4 * 3600);
	localtime_r(&summer, &after);
	assert_int_equal(before.tm_gmtoff, after.tm_gmtoff);
	date_zone_free(zone);
}

static const char *
day_as(const char *text, const char *pattern)
{
	static char buf[DATE_TEXT_MAX];
	int32_t day;

	if (date_parse_as(text, strlen(text), pattern, &day) == -1)
		return "-";
	date_format(day, buf);
	return buf;
}

static void
a_pattern_reads_other_forms(void **state)
{
	static const struct {
		const char *text, *pattern, *want;
	} cases[] = {
		{ "09/03/2025 14:05", "%d/%m/%Y %H:%M", "2025-03-09" },
		{ "3/9/25", "%m/%d/%y", "2025-03-09" },
		{ "12/1/10 8:26", "%m/%d/%y %H:%M", "2010-12-01" },
		{ "20250309", "%Y%m%d", "2025-03-09" },
		{ "2025 068", "%Y %j", "2025-03-09" },
		{ "Mar 9, 2025", "%b %d, %Y", "2025-03-09" },
		{ "30/02/2025 00:00", "%d/%m/%Y %H:%M", "-" },
		{ "29/02/2025", "%d/%m/%Y", "-" },
		{ "29/02/2024", "%d/%m/%Y", "2024-02-29" },
		{ "2025 366", "%Y %j", "-" },
		{ "2024 366", "%Y %j", "2024-12-31" },
		{ "09/03/2025x", "%d/%m/%Y", "-" },
		{ "09/03", "%d/%m/%Y", "-" },
		{ "", "%d/%m/%Y", "-" },
		{ "0000-01-01", "%Y-%m-%d", "-" },
	};
	char longer[300];
	int32_t day;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_string_equal(day_as(cases[i].text, cases[i].pattern),
		    cases[i].want);
	assert_int_equal(date_parse_as("2025-03-09\0 ", 12, "%Y-%m-%d", &day),
	    -1);
	memset(longer, ' ', sizeof(longer));
	assert_int_equal(date_parse_as(longer, 300, "%Y", &day), -1);
}

/* A time as text again; "-" if it is not read. */
static const char *
time_of(const char *text, const struct date_zone *zone)
{
	static char buf[DATE_TIME_MAX];
	struct date_time time;
	size_t n;

	if (date_parse_time(text, strlen(text), zone, &time) == -1)
		return "-";
	n = date_format_time(&time, buf);
	assert_int_equal(n, strlen(buf));
	return buf;
}

static void
a_time_is_written_in_the_form_that_it_had(void **state)
{
	static const char *const same[] = { "2025-03-09", "2025-03-09T00:00",
		"2025-03-09 23:59", "2025-03-09T12:34:56",
		"2025-03-09T12:34:56.000Z", "2025-03-09T23:59:59-11:00",
		"2025-03-09T00:00Z", "2025-03-09T00:00+14",
		"2025-03-09T00:00-0330", "0001-01-01 00:00:00+14:00",
		"9999-12-31T23:59:59.000000000-11:30" };

	(void)state;
	for (size_t i = 0; i < sizeof(same) / sizeof(*same); i++)
		assert_string_equal(time_of(same[i], NULL), same[i]);
	/* What is less than a second is cut off, and so is a leap second. */
	assert_string_equal(time_of("2025-03-09T12:34:56.75", NULL),
	    "2025-03-09T12:34:56.00");
	assert_string_equal(time_of("2025-03-09T12:34:56.0123456789", NULL),
	    "2025-03-09T12:34:56.000000000");
	assert_string_equal(time_of("2025-03-09T23:59:60", NULL),
	    "2025-03-09T23:59:59");
	assert_string_equal(time_of("2025-03-09T24:00", NULL), "-");
	assert_string_equal(time_of("2025-03-09Z", NULL), "-");
}

static void
a_time_is_that_of_the_clocks_in_a_zone(void **state)
{
	static const struct {
		const char *text, *clock;
		int32_t offset;
	} cases[] = {
		{ "2025-03-30T00:59:59Z", "2025-03-30 01:59:59", 3600 },
		{ "2025-03-30T01:00:00Z", "2025-03-30 03:00:00", 7200 },
		{ "2025-10-26T00:30:00Z", "2025-10-26 02:30:00", 7200 },
		{ "2025-10-26T01:30:00Z", "2025-10-26 02:30:00", 3600 },
		{ "2025-10-26T03:30:00+02", "2025-10-26 02:30:00", 3600 },
		{ "2025-12-31T23:00:00Z", "2026-01-01 00:00:00", 3600 },
		{ "2025-07-01T05:00:00", "2025-07-01 05:00:00", 0 },
	};
	struct date_zone *berlin = zone_of("Europe/Berlin");
	struct date_zone *india = zone_of("+05:30");

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct date_time time;
		char text[DATE_TIME_MAX];

		assert_int_equal(date_parse_time(cases[i].text,
				     strlen(cases[i].text), berlin, &time),
		    0);
		assert_int_equal(time.offset, cases[i].offset);
		time.form = (struct date_form){ .between = ' ',
			.seconds = true };
		date_format_time(&time, text);
		assert_string_equal(text, cases[i].clock);
	}
	/* UTC stays UTC, any other offset becomes that of the zone. */
	assert_string_equal(time_of("2025-07-01T05:00Z", berlin),
	    "2025-07-01T05:00Z");
	assert_string_equal(time_of("2025-07-01T05:00-0400", berlin),
	    "2025-07-01T11:00+0200");
	assert_string_equal(time_of("2025-07-01T05:00+00", india),
	    "2025-07-01T10:30+05:30");
	assert_string_equal(time_of("9999-12-31T23:00Z", india), "-");
	date_zone_free(berlin);
	date_zone_free(india);
}

static void
a_pattern_gives_the_time_of_the_day_that_it_has(void **state)
{
	static const struct {
		const char *text, *pattern, *want;
	} cases[] = {
		{ "09.03.2025 17:05", "%d.%m.%Y %H:%M", "2025-03-09 17:05:00" },
		{ "3/9/25 5:05:07 PM", "%m/%d/%y %I:%M:%S %p",
		    "2025-03-09 17:05:07" },
		{ "2025-03-09 23:59:60", "%F %T", "2025-03-09 23:59:59" },
		{ "09.03.2025", "%d.%m.%Y", "2025-03-09 00:00:00" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct date_time time;
		char text[DATE_TIME_MAX];

		assert_int_equal(date_parse_time_as(cases[i].text,
				     strlen(cases[i].text), cases[i].pattern,
				     &time),
		    0);
		date_format_time(&time, text);
		assert_string_equal(text, cases[i].want);
	}
}

static void
seconds_have_days_before_1970_too(void **state)
{
	(void)state;
	assert_int_equal(date_of_second(0), 0);
	assert_int_equal(date_of_second(86399), 0);
	assert_int_equal(date_of_second(-1), -1);
	assert_int_equal(date_of_second(-86400), -1);
	assert_int_equal(date_of_second(-86401), -2);
}

static void
times_an_hour_apart_are_a_span_apart(void **state)
{
	(void)state;
	for (int hour = 0; hour < 10000; hour++) {
		const double t = (double)(1738368000 + hour * 3600) / 86400;
		const double next = (double)(1738371600 + hour * 3600) / 86400;

		assert_true(date_span(t, next) == 1.0 / 24);
		assert_true(date_span(next, t) == -1.0 / 24);
	}
	assert_true(date_span(20000, 20007.5) == 7.5);
}

static void
a_pattern_must_give_a_whole_date(void **state)
{
	static const char *const good[] = { "%Y-%m-%d", "%d/%m/%Y %H:%M",
		"%m/%d/%y", "%F", "%D", "%Y %j", "%A, %d %B %Y",
		"%Y-%m-%dT%H:%M:%S%z" };
	static const char *const bad[] = { "", "x", "%Y-%m", "%m-%d", "%H:%M",
		"%d/%m %H", "%Y %d", "%", "%y" };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		if (date_pattern_check(good[i]) != NULL)
			fail_msg("'%s' is refused", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (date_pattern_check(bad[i]) == NULL)
			fail_msg("'%s' is not refused", bad[i]);
	assert_non_null(strstr(date_pattern_check("%s"), "%s"));
	assert_non_null(strstr(date_pattern_check("%Es"), "%s"));
	assert_null(date_pattern_check("%Y%%s-%m-%d"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_calendar_counts_every_day),
		cmocka_unit_test(there_are_no_other_dates),
		cmocka_unit_test(dates_are_written_and_read),
		cmocka_unit_test(only_real_dates_of_the_form_are_read),
		cmocka_unit_test(
		    a_timestamp_without_a_zone_has_the_day_that_is_written),
		cmocka_unit_test(a_fixed_offset_moves_the_day),
		cmocka_unit_test(a_named_zone_follows_its_summer_time),
		cmocka_unit_test(named_zones_agree_with_the_c_library),
		cmocka_unit_test(an_unknown_zone_is_refused),
		cmocka_unit_test(opening_a_zone_leaves_the_process_alone),
		cmocka_unit_test(a_pattern_reads_other_forms),
		cmocka_unit_test(a_time_is_written_in_the_form_that_it_had),
		cmocka_unit_test(a_time_is_that_of_the_clocks_in_a_zone),
		cmocka_unit_test(
		    a_pattern_gives_the_time_of_the_day_that_it_has),
		cmocka_unit_test(seconds_have_days_before_1970_too),
		cmocka_unit_test(times_an_hour_apart_are_a_span_apart),
		cmocka_unit_test(a_pattern_must_give_a_whole_date),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
