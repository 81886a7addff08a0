#include "base/range.h"

#include <string.h>

#include "base/date.h"

int
range_parse(const char *text, struct range *range)
{
	const char *dots = strstr(text, "..");
	size_t n = dots != NULL ? (size_t)(dots - text) : strlen(text);
	const char *last = dots != NULL ? dots + 2 : text;
	int32_t from, to;

	if (date_parse(text, n, &from) == -1 ||
	    date_parse(last, strlen(last), &to) == -1 || to < from)
		return -1;
	*range = (struct range){ from, to };
	return 0;
}

void
range_format(const struct range *range, char buf[RANGE_TEXT_MAX])
{
	size_t n = date_format(range->from, buf);

	memcpy(buf + n, "..", 2);
	date_format(range->to, buf + n + 2);
}

size_t
range_days(const struct range *range)
{
	return (size_t)(range->to - range->from) + 1;
}

bool
range_has(const struct range *range, int32_t day)
{
	return range->from <= day && day <= range->to;
}

bool
range_overlap(const struct range *a, const struct range *b)
{
	return a->from <= b->to && b->from <= a->to;
}

/* From the same day of the month before, or DATE_NONE. */
static int32_t
month_before(int32_t day)
{
	int year, month, of_month;

	date_civil(day, &year, &month, &of_month);
	if (month == 1 && year == 1)
		return DATE_NONE;
	return month == 1 ? date_from_civil(year - 1, 12, of_month)
			  : date_from_civil(year, month - 1, of_month);
}

const char *
range_before(enum range_before which, const struct range *range,
    struct range *before)
{
	int32_t length = range->to - range->from;
	bool whole = which == RANGE_MONTH &&
	    date_month_start(range->from) == range->from &&
	    date_month_next(range->from) == range->to + 1;
	int32_t from = which == RANGE_PREVIOUS ? range->from - length - 1
	    : which == RANGE_YEAR              ? range->from - 364
					       : month_before(range->from);
	struct range found;

	if (which == RANGE_MONTH && from == DATE_NONE)
		return "would begin on a day that the month before does not "
		       "have";
	if (from < DATE_MIN)
		return "would begin before the calendar";
	found = (struct range){ from, whole ? range->from - 1 : from + length };
	if (range_overlap(&found, range))
		return "overlaps the period that is explained";
	*before = found;
	return NULL;
}
