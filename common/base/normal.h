/* The normal distribution. */
#ifndef AEE_BASE_NORMAL_H
#define AEE_BASE_NORMAL_H

/*
 * The standard normal quantile: z with P(Z <= z) = p, relative error about
 * 1e-16; -inf at 0, inf at 1, NaN outside.  Wichura, "Algorithm AS 241: the
 * percentage points of the normal distribution", Applied Statistics 37, 1988
 * (PPND16).
 */
double normal_quantile(double p);

#endif
