/*
 * Steps: days on which the level of some metrics changes for good.  A step test
 * at every day on series that have been cleaned of season and spikes, judged
 * against how such a test swings in the same series, so that trends, drifts and
 * small regular steps are no news.
 *
 * With A the cleaned series, on usable days alone:
 *
 *	J1(t)  the jump at t of a least-squares line on [t - 21, t + 21), which
 *	       needs 8 days before and 5 from t on
 *	J2(t)  mean A[t, t + 14) - mean A[t - 28, t), which needs 8 and 4
 *	z = J / (se sigma sqrt((1 + rho) / (1 - rho)))
 *
 * se is the standard error of J for unit noise.  z is divided by max(1, 1.4826
 * median over t of |z|); p is t15, the harmonic mean over the metrics and both
 * tests.
 *
 * A step makes its own tests swing, and hides others behind that: once some are
 * found, the median is taken again over the days that they do not reach, and
 * more are looked for, until there are none.
 */
#ifndef AEE_MODEL_STEP_H
#define AEE_MODEL_STEP_H

#include <stddef.h>
#include <stdint.h>

enum { STEP_APART = 21 }; /* days that are between two at least */

/* A metric's series. */
struct step_series {
	const double *a;   /* n values; NaN is not usable */
	double sigma, rho; /* of a day's noise, lag-1 correlation below 1 */
};

struct step {
	size_t day; /* the first of the new level */
	double ln_p;
	size_t metric; /* the one with the smallest p, the first of those */
};

struct step_work;
struct step_work *step_work_new(size_t n, size_t m); /* NULL: no memory */
void step_work_free(struct step_work *work);         /* NULL is allowed */

/*
 * The steps with ln p below limit, ascending; at most n / STEP_APART + 1 of
 * them, into found[].  At each look taken in the order of their p; each blanks
 * the 21 days before and the 21 from it on, and of later days the windows that
 * reach back beyond it begin with it: a step is found once.  Returns how many.
 */
size_t step_find(struct step_work *work, const struct step_series *series,
    size_t m, size_t n, double limit, struct step *found);

#endif
