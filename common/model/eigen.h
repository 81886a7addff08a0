/* Eigenvalues and eigenvectors of a symmetric matrix. */
#ifndef AEE_MODEL_EIGEN_H
#define AEE_MODEL_EIGEN_H

#include <stddef.h>

/*
 * Jacobi's method, cyclic: rotations that make one off-diagonal element after the
 * other zero, until all are below rounding.  Golub, van Loan, "Matrix
 * Computations", section 8.5.  Accurate also for small eigenvalues; O(n^3) a
 * sweep, of which it takes 5 to 10: for matrices of some tens of rows.
 *
 * a is n x n, row-major, symmetric, and overwritten.  value[i] gets the
 * eigenvalues, in no order, and column i of vector, vector[j * n + i], the
 * eigenvector of length 1 to value[i].
 */
void eigen_symmetric(double *a, size_t n, double *value, double *vector);

#endif
