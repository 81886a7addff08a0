#include "base/set.h"

#include <stdlib.h>

/* Open addressing with linear probing, at most three quarters full. */
struct set_slot {
	uint64_t a, b; /* a is one more than given: 0 is a free slot */
};

static size_t
home(const struct set *set, uint64_t a, uint64_t b)
{
	uint64_t h = (a ^ b * UINT64_C(0x9e3779b97f4a7c15)) *
	    UINT64_C(0xd6e8feb86659fd93);

	return (size_t)(h ^ h >> 32) & (set->nslots - 1);
}

static void
put(struct set *set, uint64_t a, uint64_t b)
{
	size_t at = home(set, a, b);

	while (set->slot[at].a != 0)
		at = (at + 1) & (set->nslots - 1);
	set->slot[at] = (struct set_slot){ a, b };
}

static int
grow(struct set *set)
{
	struct set bigger = { .nslots = set->nslots == 0 ? 64
							 : 2 * set->nslots };

	bigger.slot = calloc(bigger.nslots, sizeof(*bigger.slot));
	if (bigger.slot == NULL)
		return -1;
	for (size_t i = 0; i < set->nslots; i++)
		if (set->slot[i].a != 0)
			put(&bigger, set->slot[i].a, set->slot[i].b);
	bigger.n = set->n;
	free(set->slot);
	*set = bigger;
	return 0;
}

int
set_add(struct set *set, uint64_t a, uint64_t b)
{
	size_t at;

	a++;
	if (set->nslots > 0) {
		at = home(set, a, b);
		for (; set->slot[at].a != 0; at = (at + 1) & (set->nslots - 1))
			if (set->slot[at].a == a && set->slot[at].b == b)
				return 0;
	}
	if (4 * (set->n + 1) > 3 * set->nslots && grow(set) == -1)
		return -1;
	put(set, a, b);
	set->n++;
	return 1;
}

void
set_release(struct set *set)
{
	free(set->slot);
	*set = (struct set){ 0 };
}
