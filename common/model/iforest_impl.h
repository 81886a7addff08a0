/*
 * The inside of a forest, for the files iforest*.c alone.
 *
 * Trees are stored as perfect trees in heap order: the children of node k are
 * 2k and 2k + 1, and after `depth` steps k - 2^depth is the leaf.  A leaf that
 * comes earlier fills its subtree, with thresholds that nothing exceeds and its
 * path length in every leaf below.  So each row takes the same number of steps
 * without a branch to mispredict, and the steps of several rows overlap.
 */
#ifndef AEE_MODEL_IFOREST_IMPL_H
#define AEE_MODEL_IFOREST_IMPL_H

#include "model/iforest.h"

struct iforest_node {
	double threshold; /* right if x > threshold; +inf: no split here */
	uint32_t feature;
	float left; /* share of the node's present values that go left */
};

struct iforest {
	size_t trees, d, psi;
	unsigned depth; /* height limit: 2^depth leaves a tree */
	uint32_t c;     /* c(psi) x 2^16 */
	uint64_t n;     /* rows that psi were drawn of */
	uint64_t seed;
	enum iforest_missing missing;
	bool exact_c;
	double gain;
	struct iforest_node *node; /* trees x 2^depth; index 0 is unused */
	uint32_t *leaf;            /* trees x 2^depth: path length x 2^16 */
	/* trees x 2^(depth + 1): sampled rows in node k, and from k = 2^depth
	 * in the leaves at the height limit; 0 below an earlier leaf. */
	uint32_t *count;
	double *range;  /* d x 2: least and largest value; +inf, -inf: none */
	double *sample; /* samples x d: rows it was grown on; NULL: none */
	size_t samples;
	double
	    *quantile; /* d x IFOREST_QUANTILES, if it was read from a file */
	double *null;  /* scores of ordinary rows, rising; NULL: unknown */
	size_t nulls;
	struct iforest_ranks *ranks; /* NULL: not prepared */
};

enum { IFOREST_NULLS = 4000 };

/* Its arrays, for the fields up to gain set but depth and c.  Every tree is to be
 * cleared.  Returns 0, or -1 if out of memory. */
int iforest_allocate(struct iforest *forest);

/* A tree without a split. */
void iforest_clear_tree(struct iforest *forest, size_t tree);

/* Height limit of a tree of psi rows: ceil(log2(psi)), at least 1. */
unsigned iforest_depth(size_t psi);

/* c of 0 .. psi rows x 2^16; NULL if out of memory. */
uint32_t *iforest_paths(size_t psi, bool exact);

/* Node k of this tree, at this level, is a leaf of n rows. */
void iforest_set_leaf(struct iforest *forest, size_t tree, size_t k,
    unsigned level, size_t n, const uint32_t *paths);

static inline bool
iforest_is_leaf(const struct iforest_node *node)
{
	return node->threshold > 1.7976931348623157e308;
}

/* ---- tables of ranks and the kernels that use them ------------------ */

/*
 * Tables for a forest; portable: for the kernel that any processor runs.  NULL
 * with *fits false if there are none for this forest, with *fits true if out of
 * memory.
 */
struct iforest_ranks *iforest_ranks_new(const struct iforest *forest,
    bool portable, bool *fits);

bool iforest_ranks_avx512(const struct iforest_ranks *ranks);

/* Path lengths x 2^16 of n rows, summed over the trees; without a meaning for
 * rows with a missing value. */
void iforest_ranks_sums(const struct iforest_ranks *ranks, const double *x,
    size_t n, uint64_t *sum);

void iforest_ranks_free(struct iforest_ranks *ranks); /* NULL is allowed */

#endif
