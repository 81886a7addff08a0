#include "base/tally.h"

#include <stdlib.h>

/* Bring a sum of 64 bits to the scale of d, if it still fits then. */
static bool
refine(struct tally *t, const struct decimal *d)
{
	int64_t m;

	if (t->scale == TALLY_WIDE || d->scale <= t->scale ||
	    d->scale - t->scale >= 19 ||
	    __builtin_mul_overflow(t->mantissa,
		decimal_power10[d->scale - t->scale], &m))
		return false;
	t->mantissa = m;
	t->scale = d->scale;
	return true;
}

/* -1 if out of memory. */
static int
widen(struct tally *t)
{
	struct decimal_sum *wide;

	if (t->scale == TALLY_WIDE)
		return 0;
	if ((wide = malloc(sizeof(*wide))) == NULL)
		return -1;
	*wide = tally_sum(t);
	t->wide = wide;
	t->scale = TALLY_WIDE;
	return 0;
}

int
tally_add_any(struct tally *t, const struct decimal *d)
{
	if (refine(t, d))
		return tally_add(t, d);
	if (widen(t) == -1)
		return -1;
	return decimal_sum_add(t->wide, d) == -1 ? -2 : 0;
}

int
tally_merge(struct tally *t, const struct decimal_sum *sum)
{
	const struct decimal narrow = { sum->narrow, sum->scale };

	if (decimal_sum_is_narrow(sum) && sum->narrow == (int64_t)sum->narrow)
		return tally_add(t, &narrow);
	if (widen(t) == -1)
		return -1;
	return decimal_sum_merge(t->wide, sum) == -1 ? -2 : 0;
}

struct decimal_sum
tally_sum(const struct tally *t)
{
	if (t->scale == TALLY_WIDE)
		return *t->wide;
	return (struct decimal_sum){ .narrow = t->mantissa, .scale = t->scale };
}

int
tally_compare(const struct tally *a, const struct tally *b)
{
	struct decimal_sum x, y;

	if (a->scale == b->scale && a->scale != TALLY_WIDE)
		return a->mantissa < b->mantissa ? -1
						 : a->mantissa > b->mantissa;
	x = tally_sum(a);
	y = tally_sum(b);
	return decimal_sum_compare(&x, &y);
}

void
tally_release(struct tally *t)
{
	if (t->scale == TALLY_WIDE)
		free(t->wide);
	*t = (struct tally){ 0 };
}
