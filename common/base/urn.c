#include "base/urn.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"

/* Even a single kind has two leaves, so that the sums begin at sum[1]. */
static size_t
leaves_for(size_t n)
{
	size_t leaves = 2;

	while (leaves < n)
		leaves *= 2;
	return leaves;
}

int
urn_init(struct urn *urn, size_t n)
{
	urn->leaves = leaves_for(n);
	urn->sum = calloc(urn->leaves, 2 * sizeof(*urn->sum));
	return urn->sum == NULL ? -1 : 0;
}

void
urn_fill(struct urn *urn, const uint64_t *count, size_t n)
{
	/* Only as deep as these kinds need. */
	urn->leaves = leaves_for(n);
	if (n > 0)
		memcpy(urn->sum + urn->leaves, count, n * sizeof(*count));
	memset(urn->sum + urn->leaves + n, 0,
	    (urn->leaves - n) * sizeof(*urn->sum));
	for (size_t i = urn->leaves; --i > 0;)
		urn->sum[i] = urn->sum[2 * i] + urn->sum[2 * i + 1];
}

uint64_t
urn_left(const struct urn *urn)
{
	return urn->sum[1];
}

size_t
urn_draw(struct urn *urn, struct rng *rng)
{
	uint64_t *sum = urn->sum, ball;
	size_t i = 1;

	assert(sum[1] > 0);
	ball = rng_below(rng, sum[1]);
	while (i < urn->leaves) {
		uint64_t left, right;

		sum[i]--;
		left = sum[2 * i];
		right = ball >= left;
		ball -= left & (0 - right);
		i = 2 * i + (size_t)right;
	}
	sum[i]--;
	return i - urn->leaves;
}

void
urn_release(struct urn *urn)
{
	free(urn->sum);
	*urn = (struct urn){ 0 };
}
