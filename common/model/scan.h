/*
 * Segments of days on which something happened, found among many metrics at
 * once by dynamic programming over all segments of up to L days: collective
 * anomalies in the manner of Fisch, Eckley and Fearnhead, "A linear time method
 * for the detection of collective and point anomalies", 2018, with a p-value as
 * the price.
 *
 *	T_m  = sum of z_m over the segment / sqrt(v_m g_m(L))
 *	g(L) = 1 + 2 sum over k < L of (1 - k / L) rho^k
 *	q    = sum of w_m / sum of w_m / p_m, p_m from T_m by t8
 *	best[t] = max(best[t - 1], max over L of best[t - L] - ln q - beta)
 *
 * v_m is the number of its days of the segment that have a value; without any,
 * p_m is 1.  w_m are weights, 1 unless told.  The harmonic mean p is Wilson, "The harmonic mean p-value for
 * combining dependent tests", 2019: it holds for metrics that depend on each
 * other, and is ruled by the smallest.
 *
 * z is by day, z[t * m + i] for metric i on day t.  NaN is a missing value or a
 * day left out, and has no weight.
 */
#ifndef AEE_MODEL_SCAN_H
#define AEE_MODEL_SCAN_H

#include <stddef.h>

struct scan;

struct scan_segment {
	size_t start, length; /* days */
	double ln_p;          /* ln q */
	size_t metric;        /* the smallest p_m, the first of those */
};

/* For m > 0 metrics and segments of 1 .. max_length days.  NULL if out of
 * memory; free with scan_free(). */
struct scan *scan_new(size_t m, size_t max_length);
void scan_free(struct scan *scan); /* NULL is allowed */

/* The lag-1 correlations of the m metrics, 0 .. 1; 0 before. */
void scan_set_rho(struct scan *scan, const double *rho);

/* The weights of the m metrics, above 0. */
void scan_set_weights(struct scan *scan, const double *weight);

/* g(L): by how much correlation widens the variance of a sum of L. */
double scan_widening(double rho, size_t length);

/* ln q of a segment of up to max_length days; NaN, and SIZE_MAX as metric, if
 * no metric has a value on its days. */
void scan_segment(struct scan *scan, const double *z, size_t start,
    size_t length, struct scan_segment *segment);

/*
 * The best segments of n days at the price beta > 0, ascending and apart, all
 * with ln_p below -beta; their number into *count.  Of equally good ways, one
 * whose days end sooner, and the shortest.  Time O(n L m).  Returns an array
 * for the caller to free, NULL if out of memory.
 */
struct scan_segment *scan_segments(struct scan *scan, const double *z, size_t n,
    double beta, size_t *count);

#endif
