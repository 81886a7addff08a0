/*
 * Ranges of days, and the one that a range is compared with.
 */
#ifndef AEE_BASE_RANGE_H
#define AEE_BASE_RANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RANGE_TEXT_MAX 24 /* bytes of YYYY-MM-DD..YYYY-MM-DD, with the NUL */

struct range {
	int32_t from, to; /* first and last day, from <= to */
};

/* Read DATE..DATE, or DATE for one day (YYYY-MM-DD).  Returns 0, or -1 if the
 * text is anything else or ends before it begins; *range is set only with
 * 0. */
int range_parse(const char *text, struct range *range);

/* Write the form that range_parse() reads, and a NUL. */
void range_format(const struct range *range, char buf[RANGE_TEXT_MAX]);

size_t range_days(const struct range *range);
bool range_has(const struct range *range, int32_t day);

enum range_before {
	RANGE_PREVIOUS, /* as many days, just before */
	RANGE_MONTH,    /* from the same day of the month before, as many; of a
	                   whole month the whole month before */
	RANGE_YEAR,     /* 364 days earlier: the same weekdays */
};

/*
 * The range before another.  Returns NULL, or what is wrong: "would begin
 * before the calendar", "would begin on a day that the month before does not
 * have", "overlaps the period that is explained"; *before is set only with
 * NULL.
 */
const char *range_before(enum range_before which, const struct range *range,
    struct range *before);

/* Whether two ranges have a day in common. */
bool range_overlap(const struct range *a, const struct range *b);

#endif
