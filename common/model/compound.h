/*
 * The noise of a forecast: normal noise plus a compound Poisson sum, of a number
 * of changes with mean rate, each the product of a uniform (0, 1) and a Laplace
 * (0, scale) variable.  That is how far a line is off after changes of slope
 * that come at random times, of scale per unit of the distance left.
 */
#ifndef AEE_MODEL_COMPOUND_H
#define AEE_MODEL_COMPOUND_H

/*
 * q with P(|noise| <= q) = width, for width in (0, 1); all other arguments and
 * the result >= 0.  By inversion of the characteristic function
 *
 *	exp(-(sigma v)^2 / 2 + rate (atan(scale v) / (scale v) - 1))
 *
 * to about 1e-9 of the deviation.  guess is where to start, e.g. the quantile
 * of a neighbouring case, or 0; it does not change the result beyond that.
 * With sigma far below scale (1e-3 and less), 1e-3 scale may stand for it.
 */
double compound_quantile(double rate, double scale, double sigma, double width,
    double guess);

#endif
