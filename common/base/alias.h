/*
 * The alias method: an index with a probability proportional to its weight, in
 * constant time.  Walker, "An efficient method for generating discrete random
 * variables with general distributions", ACM TOMS 3, 1977; the table is built
 * as Vose does, "A linear algorithm for generating random numbers with a given
 * distribution", IEEE TSE 17, 1991, always in the same order.
 */
#ifndef AEE_BASE_ALIAS_H
#define AEE_BASE_ALIAS_H

#include <stddef.h>
#include <stdint.h>

struct rng;

struct alias {
	size_t n;
	uint64_t *keep;  /* probability of staying in a cell, times 2^64 */
	uint32_t *other; /* where to go otherwise */
	double *share;   /* of an index in the weights from it on */
	uint32_t *stack; /* scratch of alias_set() */
};

/* A table for n indices, 1 <= n < 2^32, not yet set.  Returns 0, or -1 if out
 * of memory; alias_release() either way. */
int alias_init(struct alias *alias, size_t n);

/* Give the n indices their weights, finite and not negative, at least one of
 * them positive and their sum finite.  An index of weight 0 is never drawn.
 * Keeps no pointer to weight; may be called again. */
void alias_set(struct alias *alias, const double *weight);

/* An index below n.  One 64-bit draw; the bias is below n / 2^64. */
size_t alias_draw(const struct alias *alias, struct rng *rng);

/* Draw times indices at once: count[i], for all n, is how often index i came
 * (multinomial).  Few are drawn one by one; of many, each count is binomial of
 * what the indices before it have left. */
void alias_split(const struct alias *alias, struct rng *rng, uint64_t times,
    uint64_t *count);

/* A zeroed table is fine, before and after. */
void alias_release(struct alias *alias);

#endif
