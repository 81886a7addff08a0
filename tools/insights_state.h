/* Critical alerts that were told before, in a file of aee-insights. */
#ifndef AEE_TOOLS_INSIGHTS_STATE_H
#define AEE_TOOLS_INSIGHTS_STATE_H

#include "insights_out.h"

struct insights_told {
	const char *id;
	const char *first_seen; /* last date of the data in which it was */
};

struct insights_state {
	struct insights_told *told;
	size_t n, capacity;
};

/* Read the file at path; no file is an empty state. */
void insights_state_read(struct insights_state *state,
    struct insights_data *data, const char *path);

bool insights_state_has(const struct insights_state *state, const char *id);

/* Write path, when the program ends well: what was told before, and the
 * critical alerts. */
void insights_state_write(const struct insights_state *state,
    const struct insights_story *story, const struct insights_alerts *alerts,
    const char *path);

void insights_state_release(struct insights_state *state);

#endif
