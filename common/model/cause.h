/*
 * The likely cause of a deviation of many metrics at once: the part of
 * model/incident.h that fits patterns.
 */
#ifndef AEE_MODEL_CAUSE_H
#define AEE_MODEL_CAUSE_H

#include <stdbool.h>
#include <stddef.h>

#include "model/incident.h"

/* What there is to explain, by metric of the set. */
struct cause_input {
	const struct metrics *set;
	const double *d;        /* ln(value / expected); NaN: not known */
	const double *se;       /* its standard error */
	const double *expected; /* in the unit of metric_value(), mean of the
	                         * days */
};

struct cause {
	enum incident_cause cause, second;
	enum metric_dimension dimension;
	size_t member;
	double explained, margin;
	bool blind; /* fewer orders, of visitors that are not known */
};

/* Returns 0, or -1 if out of memory. */
int cause_find(const struct cause_input *input, struct cause *cause);

#endif
