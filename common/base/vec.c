#include "base/vec.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int
vec_grow(void *array, size_t *cap, size_t need, size_t size)
{
	size_t n = *cap < 8 ? 8 : *cap;
	void *old, *new;

	if (need <= *cap)
		return 0;
	while (n < need) {
		if (n > SIZE_MAX / 2)
			return -1;
		n *= 2;
	}
	if (n > SIZE_MAX / size)
		return -1;
	memcpy(&old, array, sizeof(old));
	if ((new = realloc(old, n * size)) == NULL)
		return -1;
	memcpy(array, &new, sizeof(new));
	*cap = n;
	return 0;
}
