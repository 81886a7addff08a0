/*
 * Several p-values for the same question made one, and many tests held to a
 * false discovery rate.
 *
 * All p are given and returned as natural logarithms, ln p <= 0, so that
 * nothing is too small to be told apart; NaN is a missing one and is left out.
 *
 * Which combination may be used when the p-values come from models that look at
 * the same data:
 * - COMBINE_CAUCHY: T = mean of tan((1/2 - p) pi), p = 1/2 - atan(T) / pi.
 *   Valid for any dependence, in the tail, where it matters: Liu and Xie,
 *   "Cauchy combination test", JASA 2020.  A p above 0.999 counts as that: a
 *   model to which a day is as ordinary as can be (p = 1) shall not silence
 *   the others.
 * - COMBINE_HMP: 1 / mean of 1 / p.  Valid likewise to first order: Wilson,
 *   "The harmonic mean p-value", PNAS 2019.  Both follow the smallest p.
 * - COMBINE_STOUFFER: sum of z / sqrt(k + k (k - 1) rho) with z = normal
 *   quantile of 1 - p.  Valid if the z have the correlation rho, which must be
 *   known; rho = 0 is for independent tests only.
 * - COMBINE_FISHER: -2 sum of ln p is chi-squared with 2 k degrees of freedom,
 *   for independent tests only: three models of one revenue are one witness
 *   heard three times, and it calls days that are nothing.
 */
#ifndef AEE_MODEL_COMBINE_H
#define AEE_MODEL_COMBINE_H

#include <stddef.h>
#include <stdint.h>

enum combine_method {
	COMBINE_CAUCHY,
	COMBINE_STOUFFER,
	COMBINE_FISHER,
	COMBINE_HMP
};

enum { COMBINE_MOST = 64 };

/* ln of the combined p of k <= COMBINE_MOST logarithms, NaN if all are
 * missing.  rho, 0 to 1, is Stouffer's correlation; the others ignore it. */
double combine_ln_p(enum combine_method method, const double *ln_p, size_t k,
    double rho);

/* A harmonic mean of any number of p, as COMBINE_HMP, one after the other.  A
 * zeroed struct has none. */
struct combine_mean {
	double ln_sum; /* of 1 / p */
	size_t n;
};

void combine_mean_add(struct combine_mean *mean, double ln_p); /* not NaN */
double combine_mean_ln_p(const struct combine_mean *mean); /* NaN: of none */

/*
 * Benjamini and Hochberg, "Controlling the false discovery rate", 1995: with
 * the p sorted, the largest i for which p_(i) <= q i / n says that the i
 * smallest are discoveries, of which a share of q at most is false on average.
 * n counts what is not missing.  found[i] becomes 1 for a discovery, 0 for
 * another, -1 for a missing one.  Returns 0, or -1 if out of memory.
 */
int combine_bh(const double *ln_p, size_t n, double q, int8_t *found);

#endif
