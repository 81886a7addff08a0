/*
 * How sure one may be of days, as aee-consensus says it of what aee-detect
 * found: the column tier of a table of days.
 */
#ifndef AEE_TOOLS_DETECT_TIERS_H
#define AEE_TOOLS_DETECT_TIERS_H

#include <stdint.h>

#include "model/consensus.h"

struct cli;
struct field;
struct groups;

/* A zeroed struct knows of no day, before and after. */
struct tiers {
	struct groups *days; /* by the columns of -g and the date */
	struct field *key;   /* room for these */
	int8_t *tier;        /* of each day */
	size_t capacity, ngroup;
};

/* Read a table with date, tier and the columns of -g, '-' being standard input,
 * after cli_start().  Ends the program on what is bad. */
void tiers_read(struct tiers *tiers, struct cli *cli, const char *path);

/* The surest tier of the days of a group, both ends inclusive. */
enum consensus_tier tiers_best(const struct tiers *tiers,
    const struct field *group, int32_t from, int32_t to);

void tiers_release(struct tiers *tiers);

#endif
