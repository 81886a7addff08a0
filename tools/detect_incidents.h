/*
 * The incidents of aee-detect as records: the table `incidents` of
 * aee-formats(5).
 */
#ifndef AEE_TOOLS_DETECT_INCIDENTS_H
#define AEE_TOOLS_DETECT_INCIDENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/consensus.h"
#include "model/incident.h"

struct cli;
struct days;
struct field;
struct recout;

/* Which incidents count. */
struct incident_choice {
	double min_money; /* at stake, in size; those not known count */
	int direction;    /* 1 or -1; 0: both */
};

bool incident_chosen(const struct incident_choice *choice,
    const struct incident *in);

/* Name the columns. */
void incident_columns(struct cli *cli, struct recout *out);

/* What an incident is of. */
struct incident_place {
	const struct field *group; /* as many as -g names */
	const struct days *days;
	const struct metrics *set;
	const struct detect_result *result;
	int32_t first; /* day 0 */
	enum consensus_tier tier;
};

void incident_write(struct cli *cli, struct recout *out, size_t number,
    const struct incident *in, const struct incident_place *place);

#endif
