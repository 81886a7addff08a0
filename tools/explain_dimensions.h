/*
 * Which dimension explains a change: aee-explain -D.
 */
#ifndef AEE_TOOLS_EXPLAIN_DIMENSIONS_H
#define AEE_TOOLS_EXPLAIN_DIMENSIONS_H

#include <stddef.h>

struct explain;
struct explain_part;

struct explain_dimension {
	struct explain_part *of[2];
	double *surprise;
	size_t *set;
};

/* Add the lines.  d and set have room for one and two of each kind, zeroed;
 * lines point into them.  Release each d when they are written. */
void explain_dimensions(struct explain *x, struct explain_dimension *d,
    struct explain_part *set);
void explain_dimension_release(struct explain_dimension *d);

#endif
