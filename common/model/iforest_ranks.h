/*
 * Tables of ranks, for the kernels of iforest_avx512.c alone.
 *
 * The thresholds that a forest has for a feature are sorted, and a value becomes
 * its rank: how many of them are below it.  A node's threshold becomes its place
 * r among them, so that x > threshold is rank(x) > r, exactly as in doubles and
 * in 16 bits.  A tree of 256 leaves then fits the registers: 255 thresholds of
 * 16 bits, 255 features of 8.
 */
#ifndef AEE_MODEL_IFOREST_RANKS_H
#define AEE_MODEL_IFOREST_RANKS_H

#include <stddef.h>
#include <stdint.h>

enum {
	RANKS_DEPTH = 8,     /* levels; lower trees are filled up */
	RANKS_NODES = 256,   /* nodes of a tree, and its leaves */
	RANKS_FEATURES = 64, /* above this it costs more than it saves */
	RANKS_LEVELS = 6,    /* 8^6 thresholds, more than there are */
	RANKS_TREES = 256,   /* x 255 thresholds are below 2^16 */
	RANKS_LANES = 128,   /* rows side by side; a block is a multiple */
	RANKS_CELLS = 16384, /* of a block: its rows x features */
	RANKS_NEVER = 65535, /* a rank that nothing exceeds */
};

/* A tree; all arrays in heap order. */
struct ranks_tree {
	uint16_t threshold[RANKS_NODES];
	uint8_t feature[RANKS_NODES];
	uint16_t low[RANKS_NODES]; /* path length x 2^16 of a leaf, low bits */
	uint8_t high[RANKS_NODES]; /* and the rest: at most 8 + c(256) */
};

/*
 * The thresholds of a feature, sorted, all different, as a tree of fan-out 8: the
 * last level holds them all, each level above every eighth of the next, and the
 * first at most eight.  What is missing to a multiple of eight is +inf, and one
 * +inf is there at least.
 */
struct ranks_feature {
	int levels;
	const double *key[RANKS_LEVELS];
};

/* Trees whose thresholds have ranks of 16 bits in common. */
struct ranks_group {
	size_t trees;
	struct ranks_tree *tree;
	struct ranks_feature *feature; /* d of them */
	double *key;                   /* theirs, all levels */
};

struct iforest_ranks {
	size_t d;
	size_t groups;
	struct ranks_group group[];
};

/* Whether this processor runs the kernel. */
int ranks_usable(void);

/* Add the path lengths x 2^16 of n rows of d features in the trees of a
 * group. */
void ranks_add(const struct ranks_group *group, const double *x, size_t n,
    size_t d, uint64_t *sum);

#endif
