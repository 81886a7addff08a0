/*
 * The calendar of series: which of their days are known to be different, by a
 * table of holidays (record/holiday_table.h) with their windows.  Some holidays
 * may be of some groups alone.
 *
 *	calendar_read(&calendar, cli, "holidays.csv");
 *	part = calendar_part(&calendar, cli, key);	 once for a group
 *	calendar_has(&calendar, part, day)
 */
#ifndef AEE_RECORD_CALENDAR_H
#define AEE_RECORD_CALENDAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record/holiday_table.h"

struct calendar_days;

/* A zeroed struct has no days, before and after. */
struct calendar {
	struct holiday_table table;
	struct calendar_days *part; /* days of groups; the first: of all */
	size_t parts, capacity;
};

/* Read a table, '-' being standard input, after cli_start().  Ends the program
 * on what is bad. */
void calendar_read(struct calendar *calendar, struct cli *cli,
    const char *path);

/* The number of the days of a group, which has these fields in the columns of
 * -g: those that are everybody's and its own. */
size_t calendar_part(struct calendar *calendar, struct cli *cli,
    const struct field *key);

bool calendar_has(const struct calendar *calendar, size_t part, int32_t day);

void calendar_release(struct calendar *calendar);

#endif
