/* Any bytes as a date, a timestamp, an offset, a zone and a pattern; what is
 * read must be a date that is written and read back. */
#include "base/date.h"

#include <stdlib.h>
#include <string.h>

#include "base/date_zone.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(int ok)
{
	if (!ok)
		abort();
}

static void
check_day(int32_t day)
{
	char text[DATE_TEXT_MAX];
	int32_t again;

	check(day >= DATE_MIN && day <= DATE_MAX);
	check(date_format(day, text) == 10);
	check(date_parse(text, 10, &again) == 0 && again == day);
}

/* What is written of a time says the same instant when it is read, and in the
 * same form. */
static void
check_time(const struct date_time *time, const struct date_zone *zone)
{
	char text[DATE_TIME_MAX], again[DATE_TIME_MAX];
	struct date_time read;
	const size_t n = date_format_time(time, text);

	check_day(date_of_second(time->second));
	check(n < sizeof(text) && text[n] == '\0');
	/* Offsets of old local times have seconds, which no text has. */
	if (time->offset % 60 != 0)
		return;
	check(date_parse_time(text, n, zone, &read) == 0);
	check(read.second == time->second && read.offset == time->offset);
	check(date_format_time(&read, again) == n && strcmp(text, again) == 0);
}

static void
check_timestamp(const char *p, size_t size, const char *name)
{
	const char *why = NULL;
	struct date_zone *zone = NULL;
	struct date_time time;
	int32_t day;

	if (name != NULL && (zone = date_zone_open(name, &why)) == NULL) {
		check(why != NULL);
		return;
	}
	if (date_parse_timestamp(p, size, zone, &day) == 0) {
		check_day(day);
		check(date_parse_time(p, size, zone, &time) == 0);
		check(date_of_second(time.second) == day);
		check_time(&time, zone);
	}
	date_zone_free(zone);
}

/* The first line is a pattern and the name of a zone, the rest a text. */
static void
check_pattern(const char *p, size_t size)
{
	const char *end = memchr(p, '\n', size);
	char *pattern;
	size_t n;
	int32_t day;

	if (end == NULL)
		return;
	n = (size_t)(end - p);
	if ((pattern = strndup(p, n)) == NULL)
		return;
	if (date_pattern_check(pattern) == NULL &&
	    date_parse_as(end + 1, size - n - 1, pattern, &day) == 0)
		check_day(day);
	check_timestamp(end + 1, size - n - 1, pattern);
	free(pattern);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *p = (const char *)data;
	char text[DATE_TEXT_MAX];
	int32_t day, seconds;

	if (date_parse(p, size, &day) == 0) {
		check_day(day);
		date_format(day, text);
		check(memcmp(text, p, 10) == 0);
	}
	if (date_parse_offset(p, size, &seconds) == 0)
		check(seconds > -86400 && seconds < 86400);
	check_timestamp(p, size, NULL);
	check_timestamp(p, size, "+14:00");
	check_timestamp(p, size, "-11:00");
	if (size > 0)
		check_pattern(p, size);
	return 0;
}
