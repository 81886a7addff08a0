/*
 * Holidays: the one format that all programs read and write,
 *
 *	holiday,date,lower_window,upper_window,prior_scale
 *
 * of which the last three columns may be missing, and so may their values.  A
 * row is a date of a holiday; the windows are days before it (0 or less) and
 * after it (0 or more) that belong to it too.  A holiday has one prior scale.
 * Columns of the table that are among those of -g say for whom a row holds, each
 * for the groups of the same text, or if it is empty for all.  And the public holidays of countries, which come with the programs.
 */
#ifndef AEE_RECORD_HOLIDAY_TABLE_H
#define AEE_RECORD_HOLIDAY_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record/field.h"

struct cli;
struct groups;

enum { HOLIDAY_WINDOW_MAX = 366 }; /* days */

struct holiday_row {
	size_t name; /* number of holiday_table_name() */
	int32_t day;
	int32_t lower, upper; /* windows: lower <= 0 <= upper */
	size_t scope;         /* of holiday_table_holds(), or HOLIDAY_ALL */
};

#define HOLIDAY_ALL SIZE_MAX /* the row holds for all */

/* A zeroed struct is empty, before and after. */
struct holiday_table {
	struct holiday_row *row;
	size_t n, capacity;
	struct groups *names;
	double *prior_scale; /* per name; NaN: none was given */
	size_t n_names, prior_capacity;
	struct groups *scopes; /* for whom: the fields of the columns of -g */
	size_t n_scopes;
};

/* Append those of a file in the format, '-' being standard input, after
 * cli_start().  Ends the program on what is bad. */
void holiday_table_read(struct holiday_table *list, struct cli *cli,
    const char *path);

/* Append the public holidays of a country, 1995 to 2045.  country is one of
 * holiday_countries. */
void holiday_table_country(struct holiday_table *list, struct cli *cli,
    const char *country);

/* ISO 3166 codes, in order of the alphabet; NULL behind the last. */
extern const char *const holiday_countries[];

/* The text of a name, with a NUL; to free.  NULL if out of memory. */
char *holiday_table_name(const struct holiday_table *list, size_t name);

/* Whether rows of the scope hold for the group with these fields. */
bool holiday_table_holds(const struct holiday_table *list, size_t scope,
    const struct field *key);

void holiday_table_release(struct holiday_table *list);

#endif
