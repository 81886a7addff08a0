/* The normal distribution. */
#ifndef AEE_MODEL_NORMAL_H
#define AEE_MODEL_NORMAL_H

/* The standard normal quantile: z with P(Z <= z) = p, to about 1e-15 relative
 * (1e-16 absolute near 0).  p in (0, 1); -inf at 0, inf at 1, else NaN. */
double normal_quantile(double p);

#endif
