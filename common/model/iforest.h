/*
 * Isolation forest: random trees in which an unusual row is cut off from the
 * others after few splits.  Liu, Ting, Zhou, "Isolation Forest", ICDM 2008, in
 * the form that scikit-learn made common.
 *
 * Each tree takes psi = min(subsample, n) rows and splits them at a uniform
 * threshold of a uniform feature, drawn again while it is constant in the node,
 * until a row is alone, equal to its neighbours, or ceil(log2(psi)) deep.  The
 * path length h of a row is the depth of its leaf plus c(size of the leaf),
 * c(n) being the expected depth in a binary tree of n rows.  The score is
 *
 *	s = 2^(-mean over trees of h / c(psi))
 *
 * in (0, 1]: well below 0.5 is ordinary, near 1 is anomalous.
 *
 * - Values are compared as they are, in double: only the order and the spacing
 *   of a feature matter, never its unit.  A feature times a power of two gives
 *   the same scores to the bit.
 * - Infinities are values, beyond every finite one.
 * - NaN is a missing value.  While growing, a row without the node's feature
 *   goes left with the probability p of the rows that have it, and while
 *   scoring down both branches, h = p h_left + (1 - p) h_right (IFOREST_DIVIDE).
 *   A row without any value has no score.
 * - Path lengths are summed as integers, in units of 2^-16, so that neither the
 *   order of the trees nor the grouping of the rows changes a bit.  c(psi) is
 *   taken in the same unit: rows that are all equal score exactly 0.5.
 * - Tree t draws from a random stream of its own, rng_stream(.., t, 0): the same
 *   seed gives the same forest whoever grows which tree.
 */
#ifndef AEE_MODEL_IFOREST_H
#define AEE_MODEL_IFOREST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/flag.h"

struct iforest;

/* What a missing value means. */
enum iforest_missing {
	IFOREST_DIVIDE, /* down both branches, in the proportion of the rows */
};

struct iforest_params {
	size_t trees;     /* t; the paper uses 100 */
	size_t subsample; /* psi, rows drawn per tree; the paper uses 256 */
	uint64_t seed;
	enum iforest_missing missing;
	bool exact_c; /* c(n) by harmonic numbers, not as scikit-learn */
};

/* What is flagged: rows that score above a threshold, which is ... */
enum iforest_cut {
	IFOREST_CONTAMINATION, /* a quantile: this share of rows lies above */
	IFOREST_AUTO,          /* 0.5: shorter paths than in random data */
	IFOREST_THRESHOLD,     /* the value itself */
};

struct iforest_rule {
	enum iforest_cut cut;
	double value; /* share in (0, 0.5], -, or score */
};

/* What is wrong with the parameters for n rows of d features, or NULL if
 * nothing is. */
const char *iforest_check(const struct iforest_params *params, size_t n,
    size_t d);
const char *iforest_check_rule(const struct iforest_rule *rule);

/*
 * Expected path length of an unsuccessful search in a binary tree of n rows:
 * as scikit-learn has it, 0, 0, 1 for n = 0, 1, 2 and from there
 * 2 (ln(n - 1) + 0.5772156649015329) - 2 (n - 1) / n; exact, with H(n) the
 * harmonic number, 2 (H(n) - 1).
 */
double iforest_c(size_t n, bool exact);

/*
 * Grow a forest on n rows of d features, row-major: x[i * d + j], parameters as
 * checked.  Keeps no pointer to x.  The result depends on the order of the
 * rows: which of them a tree takes is decided by their place.
 * Time at worst O(trees psi d log psi), where most features are constant in most
 * nodes, else O(trees psi log psi); memory of the forest 20 bytes x trees x
 * the power of two that is psi or next above, and little more while it grows.
 * Returns NULL if out of memory; free with iforest_free().
 */
struct iforest *iforest_fit(const double *x, size_t n, size_t d,
    const struct iforest_params *params);

/*
 * Scores of n rows of the forest's d features, NaN where all d are missing.  A
 * row's score depends on the row and the forest alone, so that rows may be
 * scored in any portions, by any number of threads.  Time O(trees log psi) a
 * row; with missing values, up to O(trees psi).  Allocates nothing.
 */
void iforest_scores(const struct iforest *forest, const double *x, size_t n,
    double *score);

/*
 * The threshold that a rule, as checked, sets for these scores (missing ones do
 * not count): NaN if there are none.  Contamination p is the quantile 1 - p by
 * linear interpolation, as scikit-learn computes it: of 365 rows and p = 0.02,
 * 8 lie above.  Returns 0, or -1 if out of memory.
 */
int iforest_threshold(const struct iforest_rule *rule, const double *score,
    size_t n, double *threshold);

/* Flagged if strictly above; so rows tied at the threshold are not. */
enum flag iforest_flag(double score, double threshold);

void iforest_free(struct iforest *forest); /* NULL is allowed */

#endif
