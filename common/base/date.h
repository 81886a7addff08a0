/*
 * Days of the Gregorian calendar, also where it was not yet in use, as days
 * since 1970-01-01, from 0001-01-01 to 9999-12-31; and their texts (ISO 8601).
 */
#ifndef AEE_BASE_DATE_H
#define AEE_BASE_DATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct date_zone; /* base/date_zone.h */

#define DATE_NONE INT32_MIN /* no date */
#define DATE_MIN (-719162)  /* 0001-01-01 */
#define DATE_MAX 2932896    /* 9999-12-31 */
#define DATE_TEXT_MAX 11    /* bytes of YYYY-MM-DD, with the NUL */
#define DATE_TIME_MAX 36    /* of a time with all that it may have */
#define DATE_SECONDS 86400  /* of a day */

/* Every function here takes days from DATE_MIN to DATE_MAX, unless it says
 * more. */

/* The day of a year 1..9999, month 1..12 and day of the month, or DATE_NONE if
 * there is no such date. */
int32_t date_from_civil(int year, int month, int day_of_month);

/* The reverse; each pointer may be NULL. */
void date_civil(int32_t day, int *year, int *month, int *day_of_month);

int date_weekday(int32_t day); /* 0 Monday .. 6 Sunday */

int32_t date_week_start(int32_t day);  /* the Monday of its week */
int32_t date_month_start(int32_t day); /* the first of its month */

/* The first of the next month; after 9999-12 that is DATE_MAX + 1. */
int32_t date_month_next(int32_t day);

int date_days_in_month(int year, int month); /* month 1..12 */

/* Write YYYY-MM-DD and a NUL; nothing but the NUL for DATE_NONE.  Returns the
 * length of the text. */
size_t date_format(int32_t day, char buf[DATE_TEXT_MAX]);

/* How the text of a time is written. */
struct date_form {
	char between;   /* date and time: 'T' or ' '; NUL: it is a date alone */
	bool seconds;   /* HH:MM:SS, not HH:MM */
	uint8_t digits; /* of the fraction of a second, up to 9; 0: none */
	char offset;    /* 'Z'; 'h': +HH; 'm': +HHMM; ':': +HH:MM; NUL: none */
};

/* A time, as the clocks of a place show it.  There are no leap seconds, and
 * fractions of a second are cut off. */
struct date_time {
	int64_t second; /* since 1970-01-01 00:00 on these clocks */
	int32_t offset; /* of theirs, seconds east of UTC; 0 if not known */
	struct date_form form;
};

/* The day of a second since 1970-01-01 00:00. */
static inline int32_t
date_of_second(int64_t second)
{
	return (int32_t)(second / DATE_SECONDS - (second % DATE_SECONDS < 0));
}

/* Days from one time to another, both in days, to the millisecond: doubles do not
 * differ by the same for all times that lie an hour apart. */
double date_span(double from, double to);

/* Write a time of the years 1 to 9999 in its form, and a NUL; a fraction as
 * zeros; of the offset 'Z', the time of UTC.  Returns the length. */
size_t date_format_time(const struct date_time *time, char buf[DATE_TIME_MAX]);

/*
 * The parsers read the n bytes at p, all of them, and need no NUL after them.
 * They return 0, or -1 if the text is not of the form or no real date (as
 * 2025-02-30); *day is set only with 0.
 */

/* YYYY-MM-DD and nothing else. */
int date_parse(const char *p, size_t n, int32_t *day);

/*
 * A date, or a date, 'T' or one blank, HH:MM[:SS[.digits]] and perhaps Z, +HH,
 * +HHMM or +HH:MM (or with -).  Hours are 0..23, seconds 0..60.
 *
 * Without a zone, or where the text has no offset of its own, the day is the
 * one that is written.  With both, it is the day in the zone at that instant.
 */
int date_parse_timestamp(const char *p, size_t n, const struct date_zone *zone,
    int32_t *day);

/* The same with the time of the day: that which is written, or that in the zone
 * at that instant; a date alone is its midnight. */
int date_parse_time(const char *p, size_t n, const struct date_zone *zone,
    struct date_time *time);

/*
 * A text of up to 255 bytes in a pattern of strptime(3), in the C locale, that
 * date_pattern_check() has found good; the day is the one that is written.
 * What strptime() lets pass passes: blanks before a number, a missing leading
 * zero.
 */
int date_parse_as(const char *p, size_t n, const char *pattern, int32_t *day);

/* The same with the time of the day, midnight where the pattern has none; its
 * form is YYYY-MM-DD HH:MM:SS. */
int date_parse_time_as(const char *p, size_t n, const char *pattern,
    struct date_time *time);

/* What is wrong with a pattern ("does not give a whole date"), or NULL: it must
 * read back the date that strftime(3) writes with it, and not use %s, which
 * depends on the time zone of the process. */
const char *date_pattern_check(const char *pattern);

/* Z, +HH, +HHMM or +HH:MM (or with -), up to 23:59, in seconds east of UTC.
 * Returns 0 or -1. */
int date_parse_offset(const char *p, size_t n, int32_t *seconds);

#endif
