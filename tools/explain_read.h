/*
 * Input of aee-explain: its records, the periods that are compared, and the days
 * of them that cannot be.
 */
#ifndef AEE_TOOLS_EXPLAIN_READ_H
#define AEE_TOOLS_EXPLAIN_READ_H

#include <stddef.h>

struct explain;
struct explain_options;
struct explain_period;
struct range;
struct recin;

void explain_read(struct explain *x, struct recin *in);

/* The base of a period; NULL, or what is wrong. */
const char *explain_find_base(const struct explain_options *o,
    const struct range *now, struct range *base);

void explain_find_periods(struct explain *x);

/* Which members have sessions in the periods, and whether any has.  Dimensions
 * are about revenue alone. */
void explain_find_tracked(struct explain *x);

/* Find the days of a period that nobody has, or that a record lacks something
 * of: such a day is left out for all, so that members stay comparable. */
void explain_check_days(struct explain *x, struct explain_period *p);

#endif
