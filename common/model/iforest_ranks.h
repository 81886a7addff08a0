/*
 * Tables of ranks, for the kernels of iforest_portable.c and iforest_avx512.c
 * alone.
 *
 * The thresholds that a forest has for a feature are sorted, and a value becomes
 * its rank: how many of them are below it.  A node's threshold becomes its place
 * r among them, so that x > threshold is rank(x) > r, exactly as in doubles and
 * in 15 bits.
 */
#ifndef AEE_MODEL_IFOREST_RANKS_H
#define AEE_MODEL_IFOREST_RANKS_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum {
	RANKS_DEPTH = 8,      /* levels; lower trees are filled up */
	RANKS_NODES = 256,    /* nodes of a tree, and its leaves */
	RANKS_FEATURES = 64,  /* above this it costs more than it saves */
	RANKS_TREES = 128,    /* x 255 thresholds are below 2^15 */
	RANKS_CELLS = 16384,  /* of a block: its rows x features */
	RANKS_BUCKETS = 4096, /* of the values of a feature */
	RANKS_NEVER = 32767,  /* a rank that nothing exceeds */
};

/* A tree; all arrays in heap order. */
struct ranks_tree {
	/* The rank of the threshold x 2^16 + where the column of the feature
	 * begins in a block; see ranks_stride(). */
	uint32_t node[RANKS_NODES];
	uint32_t leaf[RANKS_NODES]; /* path length x 2^16 */
	uint8_t feature[RANKS_NODES];
};

/*
 * The thresholds of a feature.  Buckets say where to begin to look for a value: in
 * a bucket there are the thresholds from start[] on, `most` of them at most.
 * From the middle on, either side, they have one width as far as half of the
 * thresholds lie, twice that as far again, then four times, and so on: tails may
 * be as heavy as they like.
 */
struct ranks_feature {
	double middle, scale; /* 1 / that width, of all buckets that have it */
	int shift;
	size_t most;
	uint16_t start[RANKS_BUCKETS];
	const double *key; /* rising; at least 2 most + 8 are +inf at the end */
};

/* Trees whose thresholds have ranks of 15 bits in common. */
struct ranks_group {
	size_t trees;
	struct ranks_tree *tree;
	struct ranks_feature *feature; /* d of them */
	double *key;                   /* theirs */
};

struct iforest_ranks {
	size_t d;
	bool avx512; /* the kernel to use */
	size_t groups;
	struct ranks_group group[];
};

/* Rows of a block of d columns, for the portable kernel: a column begins where
 * the one before ends. */
static inline size_t
ranks_stride(size_t d)
{
	return d <= 16 ? 1024 : RANKS_CELLS / d / 8 * 8;
}

static inline uint64_t
ranks_bits(double v)
{
	uint64_t bits;

	memcpy(&bits, &v, sizeof(bits));
	return bits;
}

/* How far a value is from the middle, on a scale that is a logarithm between
 * powers of two taken for straight, which is what the bits of a double are. */
static inline uint64_t
ranks_away(const struct ranks_feature *f, double v)
{
	return ranks_bits(1 + fabs(v - f->middle) * f->scale) - ranks_bits(1);
}

/* The bucket of a value, which never falls as values rise; of NaN any. */
static inline size_t
ranks_bucket(const struct ranks_feature *f, double v)
{
	const uint64_t below = ranks_bits(v - f->middle) >> 63;
	const uint64_t away = ranks_away(f, v) >> f->shift;
	const uint64_t half = RANKS_BUCKETS / 2;

	return (away < half ? away : half - 1) ^ (half - below);
}

/* How many keys of `at` and of those behind it are below v, if they are fewer
 * than 2 x width, a power of two; added to `at`, until fewer than 2 x last are
 * left. */
static inline size_t
ranks_search(const double *key, size_t at, double v, size_t width, size_t last)
{
	/* No branch: nothing could predict it. */
	for (; width >= last; width /= 2)
		at += width & (0 - (size_t)(key[at + width - 1] < v));
	return at;
}

/* Add the path lengths x 2^16 of n rows of d features in the trees of a
 * group. */
void ranks_add_portable(const struct ranks_group *group, const double *x,
    size_t n, size_t d, uint64_t *sum);

/* The same; where ranks_avx512() says that the processor can. */
void ranks_add_avx512(const struct ranks_group *group, const double *x,
    size_t n, size_t d, uint64_t *sum);
bool ranks_avx512(void);

#endif
