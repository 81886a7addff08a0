/*
 * The columns of aee-detect's input, a cube or a wide daily table, and the sums
 * of its records.
 */
#ifndef AEE_TOOLS_DETECT_INPUT_H
#define AEE_TOOLS_DETECT_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "detect_days.h"

struct cli;
struct recin;

/* The columns of a wide table that are sums of one member. */
struct wide_line {
	enum metric_dimension dimension;
	const char *member; /* "" in total */
	int column[SUMS];   /* -1: none */
};

struct detect_input {
	struct cli *cli;
	struct recin *in;
	bool cube;
	int date;
	int *group;
	/* A cube's. */
	int dimension, member, sum[SUMS];
	bool told; /* of an unknown dimension */
	/* A wide table's. */
	struct wide_line *wide;
	size_t wides;
	double *value; /* room for SUMS of each */
};

/* Find the columns; of a wide table only those of `names`, if there are n > 0.
 * Ends the program if there is nothing to look at. */
void detect_input_open(struct detect_input *d, struct cli *cli,
    struct recin *in, char *const *names, size_t n);

/* To be called for each shop before its first record. */
void detect_input_shop(struct detect_input *d, struct days *days);

/* The day of the record at hand; false if it is left out. */
bool detect_input_day(struct detect_input *d, int32_t *day);

/* Put the sums of the record at hand, of this day, into days; false if it is
 * left out. */
bool detect_input_take(struct detect_input *d, struct days *days, int32_t day);

void detect_input_release(struct detect_input *d);

#endif
