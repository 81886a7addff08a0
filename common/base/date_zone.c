#include "base/date_zone.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/vec.h"

#define FOLDER "/usr/share/zoneinfo/"

/* The offsets repeat with the calendar, every 400 years, in seconds. */
#define REPEAT (INT64_C(146097) * 86400)

struct change {
	int64_t from; /* the instant from which the offset holds */
	int32_t offset;
};

/* The changes in order of time; the first holds from the beginning.  Instants
 * from end on are as those REPEAT seconds before. */
struct date_zone {
	struct change *change;
	size_t n, cap;
	int64_t end;
};

static int
add_change(struct date_zone *zone, int64_t from, int32_t offset)
{
	if (vec_grow(&zone->change, &zone->cap, zone->n + 1,
		sizeof(*zone->change)) == -1)
		return -1;
	zone->change[zone->n++] = (struct change){ from, offset };
	return 0;
}

/* ---- the rule at the end of a file ------------------------------------- */

/* When summer time begins or ends: at a time, which may be of another day, of
 * the week-th weekday of a month (5: the last one). */
struct rule {
	int month, week, weekday; /* 0 Sunday */
	int32_t time;             /* seconds from midnight */
};

static bool
skip_name(const char **p)
{
	const char *q = *p;

	if (*q == '<') {
		q += strcspn(q, ">");
		if (*q++ != '>')
			return false;
	} else
		while (isalpha((unsigned char)*q))
			q++;
	if (q - *p < 3)
		return false;
	*p = q;
	return true;
}

static bool
read_int(const char **p, int least, int most, int *v)
{
	const char *q = *p;

	*v = 0;
	while (isdigit((unsigned char)*q) && q - *p < 3)
		*v = *v * 10 + (*q++ - '0');
	if (q == *p || *v < least || *v > most)
		return false;
	*p = q;
	return true;
}

/* [+-]h[:m[:s]] in seconds. */
static bool
read_time(const char **p, int32_t *seconds)
{
	bool negative = **p == '-';
	int h, m = 0, s = 0;

	if (**p == '-' || **p == '+')
		++*p;
	if (!read_int(p, 0, 167, &h))
		return false;
	if (**p == ':' && (++*p, !read_int(p, 0, 59, &m)))
		return false;
	if (**p == ':' && (++*p, !read_int(p, 0, 59, &s)))
		return false;
	*seconds = (h * 60 + m) * 60 + s;
	if (negative)
		*seconds = -*seconds;
	return true;
}

/* A character that must come next. */
static bool
read_char(const char **p, char c)
{
	return **p == c ? (++*p, true) : false;
}

/* ,Mmonth.week.weekday[/time] */
static bool
read_rule(const char **p, struct rule *r)
{
	if (!read_char(p, ',') || !read_char(p, 'M') ||
	    !read_int(p, 1, 12, &r->month) || !read_char(p, '.') ||
	    !read_int(p, 1, 5, &r->week) || !read_char(p, '.') ||
	    !read_int(p, 0, 6, &r->weekday))
		return false;
	r->time = 7200;
	return !read_char(p, '/') || read_time(p, &r->time);
}

/* In seconds since 1970, as the clocks of the zone show it. */
static int64_t
rule_in_year(const struct rule *r, int year)
{
	int32_t first = date_from_civil(year, r->month, 1);
	int weekday = (r->weekday + 6) % 7; /* as date_weekday() counts */
	int skip = (weekday - date_weekday(first) + 7) % 7 + (r->week - 1) * 7;

	if (skip >= date_days_in_month(year, r->month))
		skip -= 7;
	return (int64_t)(first + skip) * 86400 + r->time;
}

static int
add_if_later(struct date_zone *zone, int64_t from, int32_t offset)
{
	if (zone->n > 1 && from <= zone->change[zone->n - 1].from)
		return 0;
	return add_change(zone, from, offset);
}

/*
 * Continue the table by the rule in the form of the TZ variable in POSIX
 * ("CET-1CEST,M3.5.0,M10.5.0/3"), for as long as it takes to repeat.  A rule
 * without summer time only repeats the offset of the last change.  The other
 * two ways to name a day, Jn and n, are not used by any zone.
 */
static int
add_rule(struct date_zone *zone, const char *text, const char **why)
{
	struct rule to_summer, to_winter;
	int32_t winter, summer;
	int year = 1900;
	int32_t day;

	*why = "has a rule that is not understood";
	if (!skip_name(&text) || !read_time(&text, &winter))
		return -1;
	if (*text == '\0')
		return 0;
	summer = winter - 3600; /* these offsets count to the west */
	if (!skip_name(&text) || (*text != ',' && !read_time(&text, &summer)) ||
	    !read_rule(&text, &to_summer) || !read_rule(&text, &to_winter) ||
	    *text != '\0')
		return -1;
	if (zone->n > 1) {
		int64_t last = zone->change[zone->n - 1].from / 86400;

		if (last < DATE_MIN || last > DATE_MAX - 500 * 366)
			return -1;
		date_civil((int32_t)last, &year, NULL, NULL);
	}

	*why = "out of memory";
	for (int y = year; y <= year + 402; y++) {
		int64_t spring = rule_in_year(&to_summer, y) + winter;
		int64_t autumn = rule_in_year(&to_winter, y) + summer;

		if (spring < autumn) {
			if (add_if_later(zone, spring, -summer) == -1 ||
			    add_if_later(zone, autumn, -winter) == -1)
				return -1;
		} else {
			if (add_if_later(zone, autumn, -winter) == -1 ||
			    add_if_later(zone, spring, -summer) == -1)
				return -1;
		}
	}
	/* From two years after the last change of the file the table knows
	 * nothing but the rule, for REPEAT seconds. */
	day = date_from_civil(year + 402, 1, 1);
	zone->end = (int64_t)day * 86400;
	return 0;
}

/* ---- the file ------------------------------------------------------------ */

struct counts {
	uint32_t utc, std, leap, time, type, chars;
};

static uint64_t
big_endian(const unsigned char *p, int bytes)
{
	uint64_t v = 0;

	for (int i = 0; i < bytes; i++)
		v = v << 8 | p[i];
	return v;
}

enum { HEADER = 44 };

/* The header at p; false if there is none, or the block of data after it, with
 * instants of so many bytes, does not fit into n. */
static bool
read_header(const unsigned char *p, size_t n, size_t bytes, struct counts *c,
    size_t *size)
{
	if (n < HEADER || memcmp(p, "TZif", 4) != 0 || p[4] < '2')
		return false;
	c->utc = (uint32_t)big_endian(p + 20, 4);
	c->std = (uint32_t)big_endian(p + 24, 4);
	c->leap = (uint32_t)big_endian(p + 28, 4);
	c->time = (uint32_t)big_endian(p + 32, 4);
	c->type = (uint32_t)big_endian(p + 36, 4);
	c->chars = (uint32_t)big_endian(p + 40, 4);
	if (c->utc > n || c->std > n || c->leap > n || c->time > n ||
	    c->type > n || c->chars > n)
		return false;
	*size = HEADER + c->time * (bytes + 1) + c->type * (size_t)6 +
	    c->chars + c->leap * (bytes + 4) + c->std + c->utc;
	return *size <= n;
}

/* The changes of a file of n bytes; a NUL follows them. */
static int
read_changes(
    struct date_zone *zone, unsigned char *p, size_t n, const char **why)
{
	const unsigned char *instant, *index, *type;
	struct counts c;
	size_t size;
	char *rule;

	/* The first block, of 32-bit instants, is for old programs. */
	*why = "is not a known time zone";
	if (!read_header(p, n, 4, &c, &size))
		return -1;
	p += size;
	n -= size;
	if (!read_header(p, n, 8, &c, &size) || c.type == 0 || c.leap != 0)
		return -1;
	instant = p + HEADER;
	index = instant + c.time * (size_t)8;
	type = index + c.time;
	for (uint32_t i = 0; i < c.time; i++)
		if (index[i] >= c.type)
			return -1;

	*why = "out of memory";
	if (add_change(zone, INT64_MIN, (int32_t)big_endian(type, 4)) == -1)
		return -1;
	for (uint32_t i = 0; i < c.time; i++)
		if (add_change(zone, (int64_t)big_endian(instant + 8 * i, 8),
			(int32_t)big_endian(type + 6 * index[i], 4)) == -1)
			return -1;

	/* A line of its own, empty if nothing is known. */
	rule = (char *)p + size;
	if (rule[0] != '\n' || rule[1] == '\n')
		return 0;
	rule++;
	rule[strcspn(rule, "\n")] = '\0';
	return add_rule(zone, rule, why);
}

static bool
is_zone_name(const char *name)
{
	static const char allowed[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "0123456789+-_/";

	return isalpha((unsigned char)name[0]) && strlen(name) < 100 &&
	    name[strspn(name, allowed)] == '\0';
}

static int
read_file(struct date_zone *zone, const char *name, const char **why)
{
	enum { MOST = 1 << 17 };
	char path[sizeof(FOLDER) + 100];
	unsigned char *data;
	FILE *f;
	size_t n;
	int status = -1;

	*why = "is not a known time zone";
	if (!is_zone_name(name))
		return -1;
	snprintf(path, sizeof(path), "%s%s", FOLDER, name);
	if ((f = fopen(path, "rbe")) == NULL) {
		if (errno != ENOENT && errno != ENOTDIR)
			*why = strerror(errno);
		return -1;
	}
	if ((data = malloc(MOST + 1)) == NULL) {
		*why = "out of memory";
		goto close;
	}
	n = fread(data, 1, MOST, f);
	data[n] = '\0';
	/* A folder opens, and then gives no bytes: no header. */
	status = read_changes(zone, data, n, why);
	free(data);
close:
	fclose(f);
	return status;
}

/* ---- the zone ------------------------------------------------------------ */

struct date_zone *
date_zone_open(const char *name, const char **why)
{
	struct date_zone *zone = calloc(1, sizeof(*zone));
	int32_t fixed;

	if (zone == NULL) {
		*why = "out of memory";
		return NULL;
	}
	zone->end = INT64_MAX;
	if (strcmp(name, "UTC") == 0)
		name = "Z";
	if (date_parse_offset(name, strlen(name), &fixed) == 0) {
		*why = "out of memory";
		if (add_change(zone, INT64_MIN, fixed) == 0)
			return zone;
	} else if (read_file(zone, name, why) == 0)
		return zone;
	date_zone_free(zone);
	return NULL;
}

int32_t
date_zone_offset(const struct date_zone *zone, int64_t instant)
{
	const struct change *c = zone->change;
	size_t n = zone->n;

	if (instant >= zone->end)
		instant -= ((instant - zone->end) / REPEAT + 1) * REPEAT;
	while (n > 1) {
		size_t half = n / 2;

		if (c[half].from <= instant)
			c += half;
		n -= half;
	}
	return c->offset;
}

void
date_zone_free(struct date_zone *zone)
{
	if (zone == NULL)
		return;
	free(zone->change);
	free(zone);
}
