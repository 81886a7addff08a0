#include "model/reservoir.h"

#include <math.h>

void
reservoir_init(struct reservoir *r, size_t size, uint64_t seed, uint64_t stream)
{
	*r = (struct reservoir){ .size = size, .w = 1 };
	rng_init(&r->rng, seed, stream);
}

/* Draw how many rows are passed over before the next is taken. */
static void
draw_skip(struct reservoir *r)
{
	double skip;

	/* 1 - u is never 0. */
	r->w *= exp(log(1 - rng_uniform(&r->rng)) / (double)r->size);
	skip = floor(log(1 - rng_uniform(&r->rng)) / log1p(-r->w));
	/* Beyond 2^62 no row ever comes; and w may have vanished. */
	r->row += skip < 0x1p62 ? (uint64_t)skip : UINT64_C(1) << 62;
	r->drawn = true;
}

bool
reservoir_next(struct reservoir *r, uint64_t n, uint64_t *row, size_t *slot)
{
	if (r->row >= n)
		return false;
	if (r->row < r->size) {
		*row = r->row++;
		*slot = (size_t)*row;
		return true;
	}
	if (!r->drawn)
		draw_skip(r);
	if (r->row >= n)
		return false;
	*slot = (size_t)rng_below(&r->rng, r->size);
	*row = r->row++;
	r->drawn = false;
	return true;
}
