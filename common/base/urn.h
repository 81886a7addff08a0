/*
 * An urn: balls of n kinds, drawn one by one without putting them back, so that
 * all orders of the balls are equally likely.  The memory is that of the kinds,
 * whatever the number of balls; a draw takes log2(n) steps down a tree of sums.
 */
#ifndef AEE_BASE_URN_H
#define AEE_BASE_URN_H

#include <stddef.h>
#include <stdint.h>

struct rng;

struct urn {
	size_t leaves; /* a power of 2 */
	uint64_t *sum; /* a tree: sum[1] is all, the children of i 2i, 2i+1 */
};

/* An empty urn with room for n > 0 kinds.  Returns 0, or -1 if out of memory;
 * urn_release() either way. */
int urn_init(struct urn *urn, size_t n);

/* Replace what is inside by count[i] balls of each kind i < n; n at most what
 * urn_init() was given. */
void urn_fill(struct urn *urn, const uint64_t *count, size_t n);

/* Balls inside. */
uint64_t urn_left(const struct urn *urn);

/* Take a ball; its kind.  There must be one left. */
size_t urn_draw(struct urn *urn, struct rng *rng);

/* A zeroed urn is fine, before and after. */
void urn_release(struct urn *urn);

#endif
