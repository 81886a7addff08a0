/* The rules of model/insights.h: from sections of figures to findings. */
#ifndef AEE_MODEL_INSIGHTS_FIND_H
#define AEE_MODEL_INSIGHTS_FIND_H

#include "model/insights.h"

/* Fill in the findings of a result whose sections are there.  Returns 0, or -1
 * if out of memory. */
int insights_find(const struct insights_input *input,
    const struct insights_rules *rules, struct insights *result);

#endif
