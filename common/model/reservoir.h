/*
 * Reservoir sampling: a uniform sample without replacement of rows that come
 * one after the other, however many.  Algorithm L of Li, "Reservoir-sampling
 * algorithms of time complexity O(n (1 + log(N / n)))", TOMS 1994: it draws for
 * the rows that come into the reservoir, and skips the others.
 *
 * The reservoir knows numbers of rows and of slots; the caller keeps the rows.
 * Whether they are offered one by one or all at once, the draws are the same.
 */
#ifndef AEE_MODEL_RESERVOIR_H
#define AEE_MODEL_RESERVOIR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rng.h"

struct reservoir {
	struct rng
	    rng;      /* its own; may be drawn from when the rows have ended */
	size_t size;  /* slots, at least 1 */
	uint64_t row; /* nothing is taken before this one */
	double w;
	bool drawn; /* row is the next to be taken */
};

void reservoir_init(struct reservoir *r, size_t size, uint64_t seed,
    uint64_t stream);

/*
 * The next row to be taken of those below n, counted from 0, and the slot that
 * it goes to: the first `size` rows go to the slots in order, a later one
 * replaces any.  False if no more is taken of these n: call again when there
 * are more.
 */
bool reservoir_next(struct reservoir *r, uint64_t n, uint64_t *row,
    size_t *slot);

#endif
