/*
 * Holidays as features of prophet.h's model: for each name and each offset in its
 * windows a column that is 1 on the days which lie so many days from a date of
 * that name, else 0.  Two names on one day both count.
 */
#ifndef AEE_MODEL_HOLIDAY_H
#define AEE_MODEL_HOLIDAY_H

#include <stddef.h>
#include <stdint.h>

struct holiday {
	size_t name;        /* which, from 0; columns are in this order */
	int32_t day;        /* since 1970-01-01 */
	int lower, upper;   /* days before, <= 0, and after that are affected */
	double prior_scale; /* > 0; the same for all dates of a name */
};

/* What is wrong with holidays, or NULL; *at is set to the one, if at is not
 * NULL.  Windows must not be longer than a year. */
const char *holiday_check(const struct holiday *holiday, size_t n, size_t *at);

struct holidays;

/* Columns of holidays that holiday_check() accepts.  NULL if out of memory. */
struct holidays *holidays_new(const struct holiday *holiday, size_t n);

struct holiday_column {
	size_t name;
	int offset; /* days from the date */
	double prior_scale;
};

/* The columns, by name and offset; they live as long as holidays. */
const struct holiday_column *holidays_columns(const struct holidays *holidays,
    size_t *n);

/*
 * x[i] = 1 where time t[i], in days, falls on a day of column c, else 0.  Returns
 * how many are 1: none in a history means that the column has no effect, as one
 * whose dates are all in the future.
 */
size_t holidays_fill(const struct holidays *holidays, size_t c, const double *t,
    size_t n, double *x);

void holidays_free(struct holidays *holidays); /* NULL is allowed */

#endif
