/*
 * Consensus: which days several detectors confirm.
 *
 * A day has a vote for each detector that flags it and is confirmed by at least
 * k votes.  A missing flag is no vote: a detector that could not judge a day (a
 * window that is not full yet) neither confirms nor clears it.  Where no
 * detector judged (a day ahead), nothing is known and the answer is missing
 * too.
 *
 * The days with a vote are kept, unless they are to be forgotten, so that
 * afterwards one can ask which of them any set of detectors agrees on.
 */
#ifndef AEE_MODEL_CONSENSUS_H
#define AEE_MODEL_CONSENSUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/flag.h"

struct consensus;

struct consensus_params {
	size_t detectors; /* m, 1 to 64 */
	size_t votes;     /* k, 1 to m */
	bool forget;      /* keep no days: memory does not grow */
};

/* What is to be judged: a row of a day. */
struct consensus_day {
	int32_t date;       /* day number */
	const int8_t *flag; /* enum flag of each of the m detectors */
};

struct consensus_result {
	size_t judged; /* detectors whose flag is not missing */
	size_t votes;
	uint64_t voters;     /* bit i: detector i flags the day */
	enum flag consensus; /* votes >= k; missing if nothing was judged */
};

/* Which of the days with a vote: all of these detectors flag it, and at least
 * so many of all do. */
struct consensus_query {
	uint64_t voters; /* bit i: detector i; 0 for any */
	size_t votes;
};

/* Nothing judged yet.  NULL if out of memory; free with consensus_free(). */
struct consensus *consensus_new(const struct consensus_params *params);

/* Judge a day.  Returns 0, or -1 if out of memory: then it is not kept, though
 * the result stands.  Memory: 16 bytes a day with a vote. */
int consensus_push(struct consensus *c, const struct consensus_day *day,
    struct consensus_result *result);

/*
 * The days that fit a query, in the order they came, into date[] unless it is
 * NULL; returns how many.  Detector i alone is { 1 << i, 0 }, a pair i and j
 * { 1 << i | 1 << j, 0 }, all of them { 0, m } and the confirmed days { 0, k }.
 */
size_t consensus_days(const struct consensus *c,
    const struct consensus_query *query, int32_t *date);

void consensus_free(struct consensus *c); /* NULL is allowed */

/* Days of one series, in any order. */
struct consensus_flags {
	const int32_t *date; /* n day numbers */
	int8_t *flag;        /* of detector k on day i: flag[i * m + k] */
	size_t n, m;
};

/*
 * Let votes reach to days nearby: a day that at least one detector flags has the
 * vote of each detector that flags a day at most `tolerance` days from it.  A day
 * that none flags gets no vote: nothing becomes an anomaly that no detector
 * called one.  Rewrites the flags; votes that are lent are not lent on.  Time
 * O(n m log n).  Returns 0, or -1 if out of memory.
 */
int consensus_lend(const struct consensus_flags *days, int32_t tolerance);

/*
 * How sure one may be of a day, where one detector is far better than the
 * others: no tier without it.
 */
enum consensus_tier {
	TIER_NONE,
	TIER_NOTICE,   /* it alone */
	TIER_HIGH,     /* it and one other */
	TIER_CRITICAL, /* it and two others or more */
};

/* Bit `best` of voters is that detector. */
enum consensus_tier consensus_tier(uint64_t voters, size_t best);

/* "notice", "high", "critical"; NULL for none. */
const char *consensus_tier_name(enum consensus_tier tier);

#endif
