/*
 * The weeks before the period that aee-explain is about.
 */
#ifndef AEE_TOOLS_EXPLAIN_HISTORY_H
#define AEE_TOOLS_EXPLAIN_HISTORY_H

struct attribution_history;
struct explain;

/* Release with attribution_history_release(). */
void explain_history_read(const struct explain *x,
    struct attribution_history *history);

#endif
