/*
 * Linear algebra for small dense symmetric positive definite matrices: Cholesky
 * and triangular solves, in an order of operations that never depends on the
 * processor.  No BLAS: the matrices have some tens of rows.
 *
 * A matrix of n columns has rows of linalg_stride(n) doubles.  What stands right
 * of column n must be finite; it is read and overwritten, and means nothing.
 * A vector of n has linalg_stride(n) elements in the same way.
 */
#ifndef AEE_MODEL_LINALG_H
#define AEE_MODEL_LINALG_H

#include <stddef.h>

/* n rounded up to what the loops go by. */
static inline size_t
linalg_stride(size_t n)
{
	return (n + 3) & ~(size_t)3;
}

/*
 * Factor A = R'R, R upper triangular.  The upper triangle of the n x n matrix a
 * holds A and is overwritten with R; the lower one must be finite, and is
 * overwritten too.  Returns 0, or -1 if a pivot is not positive: then a is
 * spoilt.
 */
int cholesky(double *a, size_t n);

/* Solve R'x = b, in place of b. */
void cholesky_solve_lower(const double *r, size_t n, double *b);

/* Solve R x = b, in place of b. */
void cholesky_solve_upper(const double *r, size_t n, double *b);

/* Sum of x_i y_i for i below n, in two interleaved sums that are added at the
 * end. */
double dot(const double *x, const double *y, size_t n);

/* y += a x over n elements, rounded up as in linalg_stride(). */
void axpy(double a, const double *x, double *y, size_t n);

#endif
