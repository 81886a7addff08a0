/*
 * Fourier series of a time: sines and cosines of a period and its harmonics.
 * Own polynomials rather than the C library's sin and cos: they give the same
 * bits on every machine and go through rows in vectors.
 */
#ifndef AEE_MODEL_FOURIER_H
#define AEE_MODEL_FOURIER_H

#include <stddef.h>

/*
 * c[i] = cos(2 pi t[i] / period), s[i] the sine, for n times of any size and
 * order; error below 1e-15 and the rounding of t / period.  period > 0.
 */
void fourier_phase(const double *t, size_t n, double period, double *c,
    double *s);

/*
 * out[i] += sum over k = 1..order of
 *     coef[2k - 2] sin(k phase) + coef[2k - 1] cos(k phase)
 * for the n phases of fourier_phase().  order > 0.
 */
void fourier_sum(const double *c, const double *s, size_t n, const double *coef,
    size_t order, double *out);

#endif
