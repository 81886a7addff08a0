#include "model/frequency.h"

#include <math.h>
#include <stdlib.h>

#include "base/vec.h"

int
frequency_add(struct frequency *f, size_t category, uint64_t times)
{
	if (category == FREQUENCY_MISSING)
		return 0;
	if (vec_grow(&f->count, &f->cap, category + 1, sizeof(*f->count)) == -1)
		return -1;
	while (f->n <= category)
		f->count[f->n++] = 0;
	f->count[category] += times;
	return 0;
}

double
frequency_code(const struct frequency *f, size_t category)
{
	if (category == FREQUENCY_MISSING)
		return NAN;
	return category < f->n ? log2(1 + (double)f->count[category]) : 0;
}

void
frequency_release(struct frequency *f)
{
	free(f->count);
	*f = (struct frequency){ 0 };
}
