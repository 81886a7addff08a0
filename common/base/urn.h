/*
 * An urn: balls of n kinds, drawn one by one without putting them back, so that
 * all orders of the balls are equally likely.  The memory is that of the kinds,
 * whatever the number of balls.
 *
 * The balls stand in a row, kind after kind; a draw takes that of a uniform
 * number.  Its kind is found down a tree whose nodes hold, for each of their 16
 * children, the balls of the node before it: the child is the last with no more
 * of them than the number, and those behind it have one less from then on.  Both
 * are done to the 16 numbers at once.  They have 32 bits; where there are more
 * than 2^31 balls the tree is a binary one of sums, which takes twice as long.
 */
#ifndef AEE_BASE_URN_H
#define AEE_BASE_URN_H

#include <stddef.h>
#include <stdint.h>

struct rng;

struct urn {
	uint64_t left; /* balls */
	int wide;      /* which tree is in use */

	/* Narrow: the nodes of the kinds, of the level above them and so on,
	 * and where each level begins. */
	int depth;
	size_t level[16]; /* 16^16 = 2^64 kinds */
	int32_t *before;

	/* Wide. */
	size_t leaves; /* a power of 2 */
	uint64_t *sum; /* sum[1] is all, the children of i 2i, 2i+1 */
};

/* An empty urn with room for n > 0 kinds.  Returns 0, or -1 if out of memory;
 * urn_release() either way. */
int urn_init(struct urn *urn, size_t n);

/* Replace what is inside by count[i] balls of each kind i < n; n at most what
 * urn_init() was given, all balls together below 2^63. */
void urn_fill(struct urn *urn, const uint64_t *count, size_t n);

/* Balls inside. */
uint64_t urn_left(const struct urn *urn);

/* Take a ball; its kind.  There must be one left. */
size_t urn_draw(struct urn *urn, struct rng *rng);

/* Take up to max balls, as if one by one; their kinds.  Returns how many they
 * are: less than max if no more are left. */
size_t urn_draws(struct urn *urn, struct rng *rng, uint32_t *kind, size_t max);

/* A zeroed urn is fine, before and after. */
void urn_release(struct urn *urn);

#endif
