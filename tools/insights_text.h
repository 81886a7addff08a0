/*
 * Sentences of aee-insights: each is made from a template and the fields of a
 * finding, and numbers are rounded here and nowhere else.
 *
 * In a template, {name} is a number or a text of the finding; {name+} has a
 * sign, {name~} none; {name?a:b} is a if it is above 0 and b if not; what is in
 * [ ] is left out if a field in it is missing.
 */
#ifndef AEE_TOOLS_INSIGHTS_TEXT_H
#define AEE_TOOLS_INSIGHTS_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "insights_data.h"

enum insights_escape {
	INSIGHTS_PLAIN,
	INSIGHTS_MARKDOWN,
	INSIGHTS_QUOTED /* user text as a JSON string: data, not words */
};

/* What findings are about. */
struct insights_story {
	struct insights_data *data;
	const struct insights_rules *rules;
	const struct insights *result;
};

/* Write the sentence of a finding. */
void insights_sentence(FILE *to, const struct insights_story *story,
    const struct insights_finding *finding, enum insights_escape escape);

/* A text of a finding by its name ("subject", "other", "by", ...); NULL if it
 * has none.  Lives as long as the data. */
const char *insights_text(const struct insights_story *story,
    const struct insights_finding *finding, const char *name);

/* Where a finding comes from: up to 2 sources and the keys of their rows, as
 * texts that live as long as the data.  Returns how many. */
struct insights_evidence {
	const char *file, *key;
};
size_t insights_evidence(const struct insights_story *story,
    const struct insights_finding *finding, struct insights_evidence out[2]);

/* What does not change from run to run: kind, subject and date, as "kind:date"
 * or "kind:subject:date". */
const char *insights_id(const struct insights_story *story,
    const struct insights_finding *finding);

/* Text of the user's in a document: Markdown's characters escaped, line ends
 * and other controls as blanks. */
void insights_put(FILE *to, const char *text, enum insights_escape escape);

/* A rounded number; "-" if it is missing. */
void insights_put_number(FILE *to, double v, enum insights_unit unit);

/* Text that is written to memory, and then kept as long as the data. */
struct insights_paper {
	struct insights_data *data;
	FILE *to;
	char *p;
	size_t n;
};
void insights_paper_open(struct insights_paper *paper,
    struct insights_data *data);
const char *insights_paper_keep(struct insights_paper *paper);

/* Names of detectors, joined by +; "" if there is none. */
const char *insights_voters(struct insights_data *data, uint64_t voters);

const char *insights_weekday_name(size_t weekday);

/* What a name of a field means; NULL if the glossary has none. */
const char *insights_glossary(const char *name);

#endif
