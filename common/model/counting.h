/*
 * Deviations of small numbers.
 *
 * Orders and sessions are counts, and counts vary even where nothing changes:
 * those of a day with c expected have a variance of c at least (Poisson).  The
 * logarithm of a small count is skewed besides: where 9 orders a day are usual,
 * none is ln(0.5 / 9.5), nine deviations of the usual size, and happens once in
 * some years.  So a deviation z of a metric counts for no more than the counts
 * behind it allow:
 *
 *	orders, sessions, conversion, revenue
 *	        |z| at most 2 |sqrt(c) - sqrt(c0)|, c the count plus 1/2 and c0
 *	        what was expected; revenue in orders of the usual value
 *	order share
 *	        |z| at most 2 sqrt(N) |asin sqrt(p) - asin sqrt(p0)|, p of N
 *	order value
 *	        z by sqrt(events / usual events), on days with fewer than usual:
 *	        a mean of few varies more
 *
 * (Square root and arc sine make the variance of Poisson and binomial counts
 * stand still: Anscombe, "The transformation of Poisson, binomial and
 * negative-binomial data", Biometrika 1948.)  Where counts are large, other
 * noise is larger than theirs, and these limits are not felt.
 */
#ifndef AEE_MODEL_COUNTING_H
#define AEE_MODEL_COUNTING_H

#include <stddef.h>

#include "model/metric.h"

/* Days to either side that make what is usual of a day. */
enum { COUNTING_DAYS = 28 };

/* So many events a day, as usual, are not a small number. */
enum { COUNTING_MANY = 20 };

/* A day of a metric. */
struct counting_day {
	double y, r;   /* its value and what was not expected of it, on the
	                 * scale */
	double z;      /* r in units of the metric's noise */
	double events; /* orders or sessions behind it, of metrics.events; NaN:
	                 * not known */
	double usual;  /* the same, as usual; NaN: not known */
};

/* z, or less where the counts do not allow as much; of the same sign.  z itself
 * where no counts are known. */
double counting_z(const struct metric *id, enum metric_scale scale,
    const struct counting_day *day);

/* The standard deviation on the scale that a metric has from its counts alone,
 * at a typical value y with so many events; 0 for a mean, and where no counts
 * are known. */
double counting_noise(const struct metric *id, enum metric_scale scale,
    double y, double events);

/* usual[t] is the median of the events of the days within COUNTING_DAYS of t; of
 * those, NaN are not counted.  NaN if there is none. */
void counting_usual(const double *events, size_t n, double *usual);

#endif
