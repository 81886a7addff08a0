/*
 * Statistics of arrays.
 *
 * NaN is a missing value: every function leaves it out, so that n below is the
 * length of the array and not the number of values that count.  A statistic of
 * too few present values is NaN.  Infinities are values; a mean that they make
 * undefined is NaN.  The result depends on the order of the array only by the
 * rounding of sums.
 */
#ifndef AEE_MODEL_STATS_H
#define AEE_MODEL_STATS_H

#include <stddef.h>
#include <stdint.h>

/* Move the present values to the front, in their order; returns how many. */
size_t stats_compact(double *x, size_t n);

/* Mean; NaN if nothing is present. */
double stats_mean(const double *x, size_t n);

/* Sample standard deviation (divides by n - 1), in two passes; exactly 0 if all
 * present values are equal, NaN if fewer than two are present. */
double stats_sd(const double *x, size_t n);

/* The mean, and in *sd what stats_sd() gives, in less time than both take. */
double stats_mean_sd(const double *x, size_t n, double *sd);

/*
 * The functions of this group reorder x.  Time O(n) on average.
 *
 * stats_select: the value with k smaller or equal ones before it in sorted
 * order, k < n, which is then x[k], with none larger before and none smaller
 * after it.  x without NaN.
 */
double stats_select(double *x, size_t n, size_t k);

/* The middle value, or the mean of the two middle ones. */
double stats_median(double *x, size_t n);

/* Median absolute deviation from center, not scaled: times 1.4826 it estimates
 * the standard deviation of a normal sample.  Overwrites x. */
double stats_mad(double *x, size_t n, double center);

/*
 * Quantile p in [0, 1] by linear interpolation, to the bit that of
 * numpy.quantile: with k = (n - 1) p and j = floor(k), between the values of
 * rank j and j + 1 (counted from 0) in the proportion of k - j.
 */
double stats_quantile(double *x, size_t n, double p);

/* Ranks from 1, equal values sharing the mean of theirs; NaN for NaN.  rank may
 * be x.  Time O(n log n).  Returns 0, or -1 if out of memory. */
int stats_midranks(const double *x, size_t n, double *rank);

/*
 * Area under the ROC curve of score for label: the probability that a row of
 * label 1 scores higher than one of label 0, a tie counting half.  Rows with
 * any other label or a missing score are left out; NaN if a label has no row.
 * Returns 0, or -1 if out of memory.
 */
int stats_auc(const double *score, const int8_t *label, size_t n, double *auc);

/*
 * Average precision of the same: the mean over the rows of label 1 of the share
 * of label 1 among the rows that score at least as high, a tie being one step
 * and nothing interpolated (scikit-learn's average_precision_score).  NaN
 * without a row of label 1.  Returns 0, or -1 if out of memory.
 */
int stats_average_precision(const double *score, const int8_t *label, size_t n,
    double *precision);

#endif
