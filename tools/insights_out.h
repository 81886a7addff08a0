/*
 * What aee-insights writes: the document as JSON, as a brief, as a prompt, and
 * its alerts as records.
 */
#ifndef AEE_TOOLS_INSIGHTS_OUT_H
#define AEE_TOOLS_INSIGHTS_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "insights_text.h"

struct output;
struct recout;

/* An alert: a finding, and whether it was there before. */
struct insights_alert {
	size_t finding;
	const char *id;
	bool new;
};

struct insights_alerts {
	struct insights_alert *alert; /* in order */
	size_t n;
};

void insights_json(struct output *out, int precision,
    const struct insights_story *story, const struct insights_alerts *alerts);

/* escape: INSIGHTS_MARKDOWN or INSIGHTS_PLAIN. */
void insights_brief(FILE *to, const struct insights_story *story,
    const struct insights_alerts *alerts, enum insights_escape escape);

/* At most so many tokens, as tokens_estimate() counts.  Returns 0, or how many
 * are needed at least. */
size_t insights_prompt(FILE *to, const struct insights_story *story,
    size_t max_tokens);

/* The columns are named by the call with a NULL alert. */
void insights_alert_record(struct recout *out,
    const struct insights_story *story, const struct insights_alert *alert);

/* Why a section has nothing to say ("no --explain"), or NULL. */
const char *insights_unavailable(const struct insights_story *story,
    enum insights_section section);

/* "2025-01-01 to 2025-12-31", or "no day with revenue". */
void insights_put_period(FILE *to, const struct insights *result);

#endif
