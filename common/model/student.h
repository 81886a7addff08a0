/*
 * Two-sided tails of Student's t distribution with 8 and with 15 degrees of
 * freedom, exact to a few units in the last place however far out: what turns
 * a robust z into a p-value without trusting that noise is normal.
 *
 * With x = nu / (nu + z^2), p is the incomplete beta function I_x(nu/2, 1/2)
 * (Abramowitz and Stegun, "Handbook of mathematical functions", 26.5.27), for
 * whole nu a finite sum (26.7.3, 26.7.4).  The sum cancels in the tail, where p
 * is a small difference of numbers near 1; the forms used here do not.
 */
#ifndef AEE_MODEL_STUDENT_H
#define AEE_MODEL_STUDENT_H

/* P(|T| >= |z|) for nu = 8, from z squared (0 to infinity).  Below 1e-290 (z
 * above 1e36) it is that: never 0. */
double student8_p(double z_squared);

/* Its logarithm; 0 at z = 0, -infinity at infinite z. */
double student8_ln_p(double z);

/* ln P(|T| >= |z|) for nu = 15. */
double student15_ln_p(double z);

/* The |z| at which P(|T| >= |z|) for nu = 8 is p, 0 < p <= 1. */
double student8_z(double p);

#endif
