/*
 * Growing arrays: the one place that doubles a capacity.
 *
 *	struct { double *x; size_t n, cap; } v = { 0 };
 *	if (vec_grow(&v.x, &v.cap, v.n + 1, sizeof(*v.x)) == -1)
 *		...
 *	v.x[v.n++] = 1;
 */
#ifndef AEE_BASE_VEC_H
#define AEE_BASE_VEC_H

#include <stddef.h>

/*
 * Make room for need elements of size bytes in the array that *(void **)array
 * points to (NULL with *cap == 0 at first), at least doubling it.  New elements
 * are not initialised.  Returns 0, or -1 if out of memory or too large: then
 * nothing changed.  The caller frees the array with free().
 */
int vec_grow(void *array, size_t *cap, size_t need, size_t size);

#endif
