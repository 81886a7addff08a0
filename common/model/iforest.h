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
 * - NaN is a missing value; enum iforest_missing says what becomes of it.  A row
 *   without any value has no score.
 * - Path lengths are summed as integers, in units of 2^-16, so that neither the
 *   order of the trees nor the grouping of the rows changes a bit.  c(psi) is
 *   taken in the same unit: rows that are all equal score exactly 0.5.
 * - Of more than trees x subsample rows, so many are sampled first, and trees
 *   draw from these.  Each tree has a random stream of its own: the same seed
 *   gives the same forest whoever grows which tree.
 */
#ifndef AEE_MODEL_IFOREST_H
#define AEE_MODEL_IFOREST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/flag.h"

struct iforest;
struct pool;

/*
 * What becomes of a row that lacks the feature of a node, p being the share of
 * the node's other rows that go left.
 */
enum iforest_missing {
	/* While growing it goes left with probability p; while scoring it goes
	 * down both branches, h = p h_left + (1 - p) h_right. */
	IFOREST_DIVIDE,
	/* It goes with the majority: left if p >= 0.5. */
	IFOREST_MAJORITY,
	/* Rows that lack any feature are not grown on, and have no score. */
	IFOREST_SKIP,
	/* The same; for a caller who wants it said and has refused such rows. */
	IFOREST_FAIL,
};

struct iforest_params {
	size_t trees;     /* t; the paper uses 100 */
	size_t subsample; /* psi, rows drawn per tree; the paper uses 256 */
	uint64_t seed;
	enum iforest_missing missing;
	bool exact_c; /* c(n) by harmonic numbers, not as scikit-learn */
	/*
	 * Share of the splits that are guided: their threshold is the one of
	 * the drawn feature that leaves the least deviation on its two sides,
	 * the largest (sd - (n_left sd_left + n_right sd_right) / n) / sd, as
	 * isotree's prob_pick_pooled_gain.  It finds more anomalies on most
	 * data, and moves the scores: IFOREST_AUTO means nothing then.
	 */
	double gain;
	struct pool *pool; /* to grow with; changes nothing but the time */
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
 * rows: which of them a tree takes is decided by their place.  If no row is
 * left to grow on (IFOREST_SKIP), it is the forest of one row.
 * Time at worst O(trees psi d log psi), where most features are constant in most
 * nodes, else O(trees psi (d + log psi)); memory of the forest 28 bytes x trees
 * x the power of two that is psi or next above, and psi x d numbers a thread
 * while it grows.
 * Returns NULL if out of memory; free with iforest_free().
 */
struct iforest *iforest_fit(const double *x, size_t n, size_t d,
    const struct iforest_params *params);

/*
 * The same forest from rows that come one after the other, their number not
 * known before: of n rows in all, iforest_fit() on them gives the same.
 * Memory O(trees psi d), or of all rows if that is less.
 */
struct iforest_stream;

/* For rows of d features, parameters as checked (with n = 1).  Returns NULL if
 * out of memory; free with iforest_stream_free(). */
struct iforest_stream *iforest_stream_new(size_t d,
    const struct iforest_params *params);

/* Add n rows, row-major.  Returns 0, or -1 if out of memory. */
int iforest_stream_add(struct iforest_stream *stream, const double *x,
    size_t n);

/* The forest of the rows added so far.  Returns NULL if out of memory. */
struct iforest *iforest_stream_fit(struct iforest_stream *stream);

/* The rows kept, n of them: a uniform sample of those added, without order, or
 * all of them.  Valid until more are added. */
const double *iforest_stream_rows(const struct iforest_stream *stream,
    size_t *n);

/* Feature f came as numbers of categories, from 0 on: put the code of each in
 * its place.  When all rows were added, once. */
void iforest_stream_code(struct iforest_stream *stream, size_t f,
    const double *code);

void iforest_stream_free(struct iforest_stream *stream); /* NULL is allowed */

/*
 * Scores of n rows of the forest's d features, NaN where all d are missing.  A
 * row's score depends on the row and the forest alone, so that rows may be
 * scored in any portions, by any number of threads.  Time O(trees log psi) a
 * row; with missing values, up to O(trees psi).  Allocates nothing.
 */
void iforest_scores(const struct iforest *forest, const double *x, size_t n,
    double *score);

/* The same, with the threads of a pool. */
void iforest_scores_with(struct pool *pool, const struct iforest *forest,
    const double *x, size_t n, double *score);

/*
 * Make tables, if the forest fits them (psi <= 256, d <= 64): from then on, many
 * rows are scored twice as fast, or eight times on a processor that has AVX-512
 * (BW and VBMI), to the same bit.  Takes as long as scoring some thousand rows,
 * and up to 2 KB x trees and 8 KB x d of memory.  Returns 0, also where nothing
 * can be made; -1 if out of memory: then the forest is as before.
 */
int iforest_prepare(struct iforest *forest);

/* The same, but for what any processor has. */
int iforest_prepare_portable(struct iforest *forest);

/* What iforest_scores() uses now: "no tables", "portable" or "AVX-512". */
const char *iforest_kernel(const struct iforest *forest);

/*
 * Why a row scores as it does: its path lengths, split up among the features.
 *
 * V(node) is the mean path length of a tree's own rows that pass the node.  Each
 * split on the way of a row x changes what is to be expected, and the changes
 * add up:
 *
 *	phi_f = - mean over trees of sum over splits on f of (V(child) - V(node))
 *	sum over f of phi_f = mean V(root) - mean h(x)
 *	score = base x product over f of 2^(phi_f / c(psi))
 *
 * so that 2^(phi_f / c(psi)) is the factor by which a feature raises the score
 * (above 1) or lowers it.  It needs no other data and one more walk, and as
 * features come in random order in each tree, it agrees with Shapley's values
 * (correlation 0.995 and more).
 */
struct iforest_why;

/* For a forest that outlives it.  Memory 16 bytes x trees x the power of two
 * that is psi or next above.  Returns NULL if out of memory; free with
 * iforest_why_free(). */
struct iforest_why *iforest_why_new(const struct iforest *forest);

/* The score that a row has before anything is known of it. */
double iforest_why_base(const struct iforest_why *why);

/* phi of the d features of a row that has a score.  Where features are missing
 * the sum holds to 1e-5, otherwise to rounding.  Time O(trees log psi + d). */
void iforest_why(const struct iforest_why *why, const double *row, double *phi);

/* The factor 2^(phi / c(psi)). */
double iforest_why_factor(const struct iforest_why *why, double phi);

/* The k features (all d, if they are fewer) with the largest phi, from the
 * largest down; equal ones in order.  Returns how many. */
size_t iforest_why_top(const double *phi, size_t d, size_t k, size_t *feature);

void iforest_why_free(struct iforest_why *why); /* NULL is allowed */

/*
 * The least value, the 1 %, 50 % and 99 % quantiles and the largest value of
 * each feature in the rows that the forest was grown on, missing ones left out,
 * NaN if all are (or where one lies between infinities of both signs):
 * quantile[IFOREST_QUANTILES * f ..].  The inner ones are those
 * of a sample of up to 8192 rows (fewer if they have more than 512 features).
 * Returns 0, or -1 if out of memory.
 */
enum { IFOREST_QUANTILES = 5 };
int iforest_quantiles(const struct iforest *forest, double *quantile);

/*
 * Learn how rows score when nothing is unusual: 4000 rows are drawn that have the
 * features' ordinary values and ranks correlated as in training, without what is
 * rare in it, and scored (model/ordinary.h says how).  Prepares the forest,
 * too.  For a forest from iforest_fit() or iforest_stream_fit().  The result
 * depends on the forest alone.
 * Time O(4000 (trees log psi + d^2)), and d^3 up to 128 features.  Returns 0, or
 * -1 if out of memory.
 */
int iforest_calibrate(struct iforest *forest, struct pool *pool);

/*
 * The probability that an ordinary row scores as high as this, of a forest that
 * is calibrated: in (0, 1], NaN for NaN or without calibration.  The share of the
 * drawn rows, and beyond the highest 5 % of these the exponential tail that they
 * show: p = 0.05 exp(-(score - u) / mean excess over u).
 */
double iforest_p(const struct iforest *forest, double score);

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

/* What a forest was grown with. */
struct iforest_about {
	size_t trees;
	size_t
	    subsample;   /* psi: as asked for, or all rows if they were fewer */
	size_t features; /* d */
	unsigned depth;  /* height limit */
	uint64_t rows;   /* n */
	uint64_t seed;
	double c; /* c(psi), in whole units of 2^-16 */
	enum iforest_missing missing;
	bool exact_c;
	double gain;
};

struct iforest_about iforest_about(const struct iforest *forest);

void iforest_free(struct iforest *forest); /* NULL is allowed */

#endif
