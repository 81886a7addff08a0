/*
 * p-values calibrated by the days that they are about: an empirical null, after
 * Efron, "Large-scale simultaneous hypothesis testing: the choice of a null
 * hypothesis", JASA 99, 2004.
 *
 * A p that is made for the worst (tails as heavy as those of t8, tests as
 * dependent as can be) is below a level on fewer ordinary days than the level
 * says: safe, and blind.  Most days are ordinary, and show by how much.  With x
 * = -ln p of the days, u the 90 % point of x and m the mean of x - u beyond it,
 *
 *	p' = (1 + number of days with x or more) / (n + 1)	x <= u
 *	p' = 0.1 exp(-(x - u) / m)				x > u
 *
 * the excess over a high level having an exponential tail (Pickands, "Statistical
 * inference using extreme order statistics", Annals of Statistics 3, 1975).
 * Events are not ordinary days: those that the rule of Benjamini and Hochberg
 * finds at 0.05 are left out, twice.  Those that it misses make m larger, and
 * chance makes it larger or smaller: it is held between 0.6 and 1, so that p' is
 * at most the power 5/3 of p, times a constant, and no more is read out of a year
 * of days than is in it.
 */
#ifndef AEE_MODEL_EMPIRICAL_H
#define AEE_MODEL_EMPIRICAL_H

#include <stddef.h>

enum { EMPIRICAL_DAYS = 100 };

/* Calibrate n logarithms of p, NaN where missing, in place; fewer than
 * EMPIRICAL_DAYS that are there stay as they are.  Time O(n log n).  Returns 0,
 * or -1 if out of memory. */
int empirical_calibrate(double *ln_p, size_t n);

#endif
