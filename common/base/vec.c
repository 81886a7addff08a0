#include "base/vec.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int
vec_grow(void *array, size_t *cap, size_t need, size_t size)
{
	size_t n = *cap < 8 ? 8 : *cap;
	void *p;

	if (need <= *cap)
		return 0;
	while (n < need) {
		if (n > SIZE_MAX / 2)
			return -1;
		n *= 2;
	}
	if (n > SIZE_MAX / size)
		return -1;
	memcpy(&p, array, sizeof(p));
	if ((p = realloc(p, n * size)) == NULL)
		return -1;
	memcpy(array, &p, sizeof(p));
	*cap = n;
	return 0;
}
