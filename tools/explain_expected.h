/*
 * The forecast that aee-explain --expected takes out of a change.
 */
#ifndef AEE_TOOLS_EXPLAIN_EXPECTED_H
#define AEE_TOOLS_EXPLAIN_EXPECTED_H

#include <stdbool.h>
#include <stddef.h>

struct attribution_member;
struct explain;

/* What the forecast says of the members. */
struct explain_forecast {
	bool by_member;
	size_t capacity; /* members that the arrays have room for */
	struct {
		double sum; /* now - base */
		size_t days;
	} * member;
	bool *day, *member_day; /* which there are: base, then now */
	double sum;
};

/* Read the file of --expected; it must have every day of both periods. */
void explain_forecast_read(struct explain *x, struct explain_forecast *f);
void explain_forecast_release(struct explain_forecast *f);

/* The expected part of the change of each member. */
void explain_forecast_parts(const struct explain *x,
    const struct explain_forecast *f, const struct attribution_member *member,
    double *expected);

#endif
