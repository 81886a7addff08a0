#include "model/linalg.h"

#include <math.h>

/* Loops over four neighbours have a fixed length, which compilers turn into
 * vector instructions at -O2 without a change in any result. */
void
axpy(double a, const double *restrict x, double *restrict y, size_t n)
{
	for (size_t i = 0; i < n; i += 4)
		for (size_t j = 0; j < 4; j++)
			y[i + j] += a * x[i + j];
}

double
dot(const double *x, const double *y, size_t n)
{
	double even = 0, odd = 0;
	size_t i;

	for (i = 0; i + 1 < n; i += 2) {
		even += x[i] * y[i];
		odd += x[i + 1] * y[i + 1];
	}
	if (i < n)
		even += x[i] * y[i];
	return even + odd;
}

int
cholesky(double *a, size_t n)
{
	const size_t stride = linalg_stride(n);

	for (size_t k = 0; k < n; k++) {
		double *row = a + k * stride;
		double pivot = row[k];

		if (!(pivot > 0) || isinf(pivot))
			return -1;
		pivot = sqrt(pivot);
		for (size_t j = k; j < n; j++)
			row[j] /= pivot;
		for (size_t i = k + 1; i < n; i++) {
			const size_t from = i & ~(size_t)3;

			axpy(-row[i], row + from, a + i * stride + from,
			    n - from);
		}
	}
	return 0;
}

void
cholesky_solve_lower(const double *r, size_t n, double *b)
{
	const size_t stride = linalg_stride(n);

	for (size_t k = 0; k < n; k++) {
		const double *row = r + k * stride;
		const double x = b[k] / row[k];

		b[k] = x;
		/* Up to the next multiple of four one by one: what stands left
		 * of the diagonal is not part of the matrix. */
		size_t i = k + 1;
		for (; i < n && i % 4 != 0; i++)
			b[i] -= x * row[i];
		if (i < n)
			axpy(-x, row + i, b + i, n - i);
	}
}

void
cholesky_solve_upper(const double *r, size_t n, double *b)
{
	const size_t stride = linalg_stride(n);

	for (size_t k = n; k-- > 0;) {
		const double *row = r + k * stride;

		b[k] = (b[k] - dot(row + k + 1, b + k + 1, n - k - 1)) / row[k];
	}
}
