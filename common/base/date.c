#include "base/date.h"

#include <assert.h>
#include <math.h>
#include <string.h>
#include <time.h>

#include "base/date_zone.h"

/*
 * Howard Hinnant, "chrono-compatible low-level date algorithms": years begin
 * in March, so that the leap day is the last, and repeat after 400 of them,
 * 146097 days.  EPOCH days lie between 0000-03-01 and 1970-01-01.  Divisions are
 * of unsigned numbers, and few: dates are read by the million.
 */
enum { CYCLE = 146097, EPOCH = 719468 };

/* Without branches, which dates in random order would have guessed wrong. */
int
date_days_in_month(int year, int month)
{
	static const char days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
		31 };
	unsigned y = (unsigned)year, century = y / 100;
	int leap = (y % 4 == 0) & ((y != 100 * century) | (century % 4 == 0));

	return days[month - 1] + (leap & (month == 2));
}

int32_t
date_from_civil(int year, int month, int day_of_month)
{
	/* Days from March 1 to the first of each month. */
	static const short from_march[] = { 306, 337, 0, 31, 61, 92, 122, 153,
		184, 214, 245, 275 };
	unsigned y;

	if (year < 1 || year > 9999 || month < 1 || month > 12 ||
	    day_of_month < 1 || day_of_month > date_days_in_month(year, month))
		return DATE_NONE;
	y = (unsigned)(year - (month <= 2));
	return (int)(365 * y + y / 4 - y / 100 + y / 400) +
	    from_march[month - 1] + day_of_month - 1 - EPOCH;
}

void
date_civil(int32_t day, int *year, int *month, int *day_of_month)
{
	uint32_t z, in_cycle, y, from_march, m;

	assert(day >= DATE_MIN && day <= DATE_MAX);
	z = (uint32_t)(day + EPOCH);
	in_cycle = z % CYCLE;
	y = (in_cycle - in_cycle / 1460 + in_cycle / 36524 -
		in_cycle / 146096) /
	    365;
	from_march = in_cycle - (365 * y + y / 4 - y / 100);
	m = (5 * from_march + 2) / 153;
	if (year != NULL)
		*year = (int)(y + z / CYCLE * 400 + (m >= 10));
	if (month != NULL)
		*month = (int)(m < 10 ? m + 3 : m - 9);
	if (day_of_month != NULL)
		*day_of_month = (int)(from_march - (153 * m + 2) / 5 + 1);
}

int
date_weekday(int32_t day)
{
	return (int)((uint32_t)(day - DATE_MIN) % 7); /* DATE_MIN: Monday */
}

int32_t
date_week_start(int32_t day)
{
	return day - date_weekday(day);
}

int32_t
date_month_start(int32_t day)
{
	int day_of_month;

	date_civil(day, NULL, NULL, &day_of_month);
	return day - day_of_month + 1;
}

int32_t
date_month_next(int32_t day)
{
	int year, month, day_of_month;

	date_civil(day, &year, &month, &day_of_month);
	return day - day_of_month + 1 + date_days_in_month(year, month);
}

double
date_span(double from, double to)
{
	const double milliseconds = 1000.0 * DATE_SECONDS;

	return round((to - from) * milliseconds) / milliseconds;
}

static void
put_two(char *to, int v)
{
	to[0] = (char)('0' + v / 10);
	to[1] = (char)('0' + v % 10);
}

size_t
date_format(int32_t day, char buf[DATE_TEXT_MAX])
{
	int year, month, day_of_month;

	if (day == DATE_NONE) {
		buf[0] = '\0';
		return 0;
	}
	date_civil(day, &year, &month, &day_of_month);
	put_two(buf, year / 100);
	put_two(buf + 2, year % 100);
	buf[4] = '-';
	put_two(buf + 5, month);
	buf[7] = '-';
	put_two(buf + 8, day_of_month);
	buf[10] = '\0';
	return 10;
}

/* The form of an offset that is known, where that can hold it. */
static size_t
format_offset(char *to, int32_t offset, char form)
{
	const int32_t minutes = (offset < 0 ? -offset : offset) / 60;
	size_t n = 3;

	to[0] = offset < 0 ? '-' : '+';
	put_two(to + 1, minutes / 60);
	if (form == 'h' && minutes % 60 == 0)
		return n;
	if (form != 'm')
		to[n++] = ':';
	put_two(to + n, minutes % 60);
	return n + 2;
}

size_t
date_format_time(const struct date_time *time, char buf[DATE_TIME_MAX])
{
	const struct date_form *form = &time->form;
	const int64_t second = time->second -
	    (form->offset == 'Z' ? time->offset : 0);
	const int32_t day = date_of_second(second);
	const int of_day = (int)(second - (int64_t)day * DATE_SECONDS);
	size_t n = date_format(day, buf);

	if (form->between == '\0')
		return n;
	buf[n] = form->between;
	put_two(buf + n + 1, of_day / 3600);
	buf[n + 3] = ':';
	put_two(buf + n + 4, of_day / 60 % 60);
	n += 6;
	if (form->seconds) {
		buf[n] = ':';
		put_two(buf + n + 1, of_day % 60);
		n += 3;
	}
	if (form->seconds && form->digits > 0) {
		buf[n++] = '.';
		memset(buf + n, '0', form->digits);
		n += form->digits;
	}
	if (form->offset == 'Z')
		buf[n++] = 'Z';
	else if (form->offset != '\0')
		n += format_offset(buf + n, time->offset, form->offset);
	buf[n] = '\0';
	return n;
}

/* Two digits as a number, or -1. */
static int
two(const char *p)
{
	unsigned high = (unsigned)(p[0] - '0'), low = (unsigned)(p[1] - '0');

	return high > 9 || low > 9 ? -1 : (int)(high * 10 + low);
}

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__

/* The numbers of YYYY-MM-DD, all bytes at once; false if it is not of the
 * form. */
static bool
split(const char *p, int *year, int *month, int *day_of_month)
{
	const uint64_t form = UINT64_C(0x2d30302d30303030); /* 0000-00- */
	const uint64_t hyphens = UINT64_C(0xff0000ff00000000);
	const uint64_t each = UINT64_C(0x0101010101010101);
	uint64_t w, y;
	unsigned d;
	uint16_t end;

	memcpy(&w, p, 8);
	memcpy(&end, p + 8, 2);
	/* Digits are 0 to 9 now, and hyphens 0. */
	w ^= form;
	d = end ^ 0x3030U;
	if (((w | (w + 6 * each)) & 0xf0 * each) != 0 || (w & hyphens) != 0 ||
	    ((d | (d + 0x0606)) & 0xf0f0) != 0)
		return false;
	y = w * 10 + (w >> 8);
	*year = (int)((y & 0xff) * 100 + (y >> 16 & 0xff));
	*month = (int)(y >> 40 & 0xff);
	*day_of_month = (int)((d & 0xff) * 10 + (d >> 8));
	return true;
}

#else

static bool
split(const char *p, int *year, int *month, int *day_of_month)
{
	int century = two(p), of_century = two(p + 2);

	if (p[4] != '-' || p[7] != '-' || century < 0 || of_century < 0)
		return false;
	*year = century * 100 + of_century;
	*month = two(p + 5);
	*day_of_month = two(p + 8);
	return true;
}

#endif

int
date_parse(const char *p, size_t n, int32_t *day)
{
	int year, month, day_of_month;
	int32_t got;

	if (n != 10 || !split(p, &year, &month, &day_of_month))
		return -1;
	got = date_from_civil(year, month, day_of_month);
	if (got == DATE_NONE)
		return -1;
	*day = got;
	return 0;
}

int
date_parse_offset(const char *p, size_t n, int32_t *seconds)
{
	int hours, minutes = 0;

	if (n == 1 && *p == 'Z') {
		*seconds = 0;
		return 0;
	}
	if (n < 3 || (*p != '+' && *p != '-'))
		return -1;
	hours = two(p + 1);
	if (n == 5)
		minutes = two(p + 3);
	else if (n == 6 && p[3] == ':')
		minutes = two(p + 4);
	else if (n != 3)
		return -1;
	if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59)
		return -1;
	*seconds = (hours * 60 + minutes) * 60;
	if (*p == '-')
		*seconds = -*seconds;
	return 0;
}

/* HH:MM[:SS[.digits]] at the start of the n bytes at p, as seconds of the day.
 * Returns how many bytes it has, or 0 if there is no such text. */
static size_t
parse_clock(const char *p, size_t n, int32_t *seconds, struct date_form *form)
{
	int hour, minute, second = 0;
	size_t used = 5;

	if (n < 5 || p[2] != ':')
		return 0;
	hour = two(p);
	minute = two(p + 3);
	form->seconds = n > 5 && p[5] == ':';
	if (form->seconds) {
		if (n < 8)
			return 0;
		second = two(p + 6);
		used = 8;
		if (n > 8 && p[8] == '.') {
			for (used = 9; used < n; used++)
				if (p[used] < '0' || p[used] > '9')
					break;
			if (used == 9)
				return 0;
			form->digits = (uint8_t)(used < 18 ? used - 9 : 9);
		}
	}
	if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 ||
	    second > 60)
		return 0;
	/* A leap second belongs to the day that it ends. */
	*seconds = (hour * 60 + minute) * 60 + (second == 60 ? 59 : second);
	return used;
}

int
date_parse_time(const char *p, size_t n, const struct date_zone *zone,
    struct date_time *time)
{
	struct date_time got = { 0 };
	int32_t written, seconds = 0, day;
	size_t used = 10;

	if (n < 10 || date_parse(p, 10, &written) == -1)
		return -1;
	if (n > 10) {
		if (n < 16 || (p[10] != 'T' && p[10] != ' '))
			return -1;
		got.form.between = p[10];
		used = parse_clock(p + 11, n - 11, &seconds, &got.form);
		if (used == 0)
			return -1;
		used += 11;
	}
	got.second = (int64_t)written * DATE_SECONDS + seconds;
	if (used < n) {
		if (date_parse_offset(p + used, n - used, &got.offset) == -1)
			return -1;
		got.form.offset = p[used] == 'Z' ? 'Z'
		    : n - used == 3              ? 'h'
		    : n - used == 5              ? 'm'
						 : ':';
	}
	if (zone != NULL && got.form.offset != '\0') {
		const int64_t instant = got.second - got.offset;

		got.offset = date_zone_offset(zone, instant);
		got.second = instant + got.offset;
		day = date_of_second(got.second);
		if (day < DATE_MIN || day > DATE_MAX)
			return -1;
	}
	*time = got;
	return 0;
}

int
date_parse_timestamp(const char *p, size_t n, const struct date_zone *zone,
    int32_t *day)
{
	struct date_time time;

	if (n == 10)
		return date_parse(p, n, day);
	if (date_parse_time(p, n, zone, &time) == -1)
		return -1;
	*day = date_of_second(time.second);
	return 0;
}

int
date_parse_time_as(const char *p, size_t n, const char *pattern,
    struct date_time *time)
{
	char text[256];
	const char *end;
	struct tm tm = { .tm_year = 70 };
	int32_t day;

	if (n >= sizeof(text))
		return -1;
	if (n > 0)
		memcpy(text, p, n);
	text[n] = '\0';
	end = strptime(text, pattern, &tm);
	/* A NUL inside stops strptime() early. */
	if (end == NULL || end != text + n)
		return -1;
	/* It takes any day of the month up to 31, whatever the month. */
	if (tm.tm_year < 1 - 1900 || tm.tm_year > 9999 - 1900)
		return -1;
	day = date_from_civil(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
	if (day == DATE_NONE)
		return -1;
	*time = (struct date_time){
		.second = (int64_t)day * DATE_SECONDS +
		    (tm.tm_hour * 60 + tm.tm_min) * 60 +
		    (tm.tm_sec < 59 ? tm.tm_sec : 59),
		.form = { .between = ' ', .seconds = true },
	};
	return 0;
}

int
date_parse_as(const char *p, size_t n, const char *pattern, int32_t *day)
{
	struct date_time time;

	if (date_parse_time_as(p, n, pattern, &time) == -1)
		return -1;
	*day = date_of_second(time.second);
	return 0;
}

static bool
uses_epoch_seconds(const char *pattern)
{
	const char *p = pattern;

	while ((p = strchr(p, '%')) != NULL) {
		p += 1 + strspn(p + 1, "_-0^#EO123456789");
		if (*p == 's')
			return true;
		if (*p != '\0')
			p++;
	}
	return false;
}

const char *
date_pattern_check(const char *pattern)
{
	/* 2031-11-23 13:14:15, a Sunday, the day 326 of its year from 0:
	 * no two parts are equal, and none is what is assumed of a part that
	 * is missing. */
	const struct tm tm = { .tm_year = 131,
		.tm_mon = 10,
		.tm_mday = 23,
		.tm_hour = 13,
		.tm_min = 14,
		.tm_sec = 15,
		.tm_wday = 0,
		.tm_yday = 326,
		.tm_zone = "UTC" };
	char text[256];
	size_t n;
	int32_t day;

	if (uses_epoch_seconds(pattern))
		return "uses %s, which depends on the time zone of the process";
		/* The pattern is the user's: it cannot be a literal. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	n = strftime(text, sizeof(text), pattern, &tm);
#pragma GCC diagnostic pop
	if (n == 0 || date_parse_as(text, n, pattern, &day) == -1 ||
	    day != date_from_civil(2031, 11, 23))
		return "does not give a whole date";
	return NULL;
}
