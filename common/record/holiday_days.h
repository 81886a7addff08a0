/* The days that a table of holidays makes different, windows and all: a
 * calendar of those that a model is to leave out. */
#ifndef AEE_RECORD_HOLIDAY_DAYS_H
#define AEE_RECORD_HOLIDAY_DAYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cli;

/* A zeroed struct is empty, before and after. */
struct holiday_days {
	int32_t *day; /* ascending; some may stand twice */
	size_t n, capacity;
};

/* Add the days of a file in the format of record/holiday_table.h, after
 * cli_start().  Ends the program on what is bad. */
void holiday_days_read(struct holiday_days *days, struct cli *cli,
    const char *path);

bool holiday_days_has(const struct holiday_days *days, int32_t day);

void holiday_days_release(struct holiday_days *days);

#endif
