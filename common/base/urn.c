#include "base/urn.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"

enum { CHILDREN = 16, AHEAD = 64 };

/* ---- the narrow tree ------------------------------------------------------- */

/* A quarter of a node. */
typedef int32_t quarter __attribute__((vector_size(16), may_alias));

/* Lay the levels of a tree over n kinds one behind the other.  Returns the
 * nodes of all. */
static size_t
lay_levels(struct urn *urn, size_t n)
{
	size_t nodes = 0;

	urn->depth = 0;
	do {
		n = (n + CHILDREN - 1) / CHILDREN;
		urn->level[urn->depth++] = nodes;
		nodes += n;
	} while (n > 1);
	return nodes;
}

static void
fill_narrow(struct urn *urn, const uint64_t *count, size_t n)
{
	int32_t *node = urn->before;
	const size_t nodes = lay_levels(urn, n);

	memset(node, 0, nodes * CHILDREN * sizeof(*node));
	for (size_t i = 0; i < n; i++)
		node[i] = (int32_t)count[i];
	for (int level = 0; level < urn->depth; level++) {
		const int top = level + 1 == urn->depth;
		const size_t end = top ? nodes : urn->level[level + 1];
		int32_t *above = (int32_t *)urn->before + end * CHILDREN;

		for (size_t i = urn->level[level]; i < end; i++) {
			int32_t sum = 0;

			for (int j = 0; j < CHILDREN; j++) {
				const int32_t balls = *node;

				*node++ = sum;
				sum += balls;
			}
			if (!top)
				*above++ = sum;
		}
	}
}

static inline size_t
take_narrow(struct urn *urn, int32_t ball)
{
	size_t kind = 0;

	for (int level = urn->depth; level-- > 0;) {
		int32_t *before = (int32_t *)urn->before +
		    (urn->level[level] + kind) * CHILDREN;
		quarter *node = (quarter *)before;
		const quarter a = node[0], b = node[1], c = node[2];
		const quarter d = node[3];
		const quarter behind = (a > ball) + (b > ball) + (c > ball) +
		    (d > ball); /* -1 for each child behind the ball */
		const int child = CHILDREN - 1 + behind[0] + behind[1] +
		    behind[2] + behind[3];
		/* Read before the node changes: to wait for that takes time. */
		const int32_t passed = before[child];

		node[0] = a + (a > ball);
		node[1] = b + (b > ball);
		node[2] = c + (c > ball);
		node[3] = d + (d > ball);
		ball -= passed;
		kind = kind * CHILDREN + (size_t)child;
	}
	return kind;
}

/* ---- the wide tree --------------------------------------------------------- */

/* Even a single kind has two leaves, so that the sums begin at sum[1]. */
static size_t
leaves_for(size_t n)
{
	size_t leaves = 2;

	while (leaves < n)
		leaves *= 2;
	return leaves;
}

static void
fill_wide(struct urn *urn, const uint64_t *count, size_t n)
{
	uint64_t *sum = urn->sum;

	urn->leaves = leaves_for(n);
	memcpy(sum + urn->leaves, count, n * sizeof(*count));
	memset(sum + urn->leaves + n, 0, (urn->leaves - n) * sizeof(*sum));
	for (size_t i = urn->leaves; --i > 0;)
		sum[i] = sum[2 * i] + sum[2 * i + 1];
}

static size_t
take_wide(struct urn *urn, uint64_t ball)
{
	uint64_t *sum = urn->sum;
	size_t i = 1;

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

/* ---- both ------------------------------------------------------------------ */

int
urn_init(struct urn *urn, size_t n)
{
	const size_t node = CHILDREN * sizeof(int32_t);

	*urn = (struct urn){ 0 };
	urn->before = aligned_alloc(node, lay_levels(urn, n) * node);
	urn->sum = calloc(leaves_for(n), 2 * sizeof(*urn->sum));
	if (urn->before == NULL || urn->sum == NULL)
		return -1;
	return 0;
}

void
urn_fill(struct urn *urn, const uint64_t *count, size_t n)
{
	urn->left = 0;
	for (size_t i = 0; i < n; i++)
		urn->left += count[i];
	urn->wide = urn->left > INT32_MAX;
	if (urn->wide)
		fill_wide(urn, count, n);
	else
		fill_narrow(urn, count, n);
}

uint64_t
urn_left(const struct urn *urn)
{
	return urn->left;
}

static inline size_t
take(struct urn *urn, uint64_t ball)
{
	urn->left--;
	return urn->wide ? take_wide(urn, ball)
			 : take_narrow(urn, (int32_t)ball);
}

size_t
urn_draw(struct urn *urn, struct rng *rng)
{
	assert(urn->left > 0);
	return take(urn, rng_below(rng, urn->left));
}

size_t
urn_draws(struct urn *urn, struct rng *rng, uint32_t *kind, size_t max)
{
	uint64_t draw[AHEAD];
	size_t n = 0;

	if (max > urn->left)
		max = urn->left;
	while (n < max) {
		const size_t ahead = max - n < AHEAD ? max - n : AHEAD;

		rng_fill(rng, draw, ahead);
		for (size_t i = 0; i < ahead; i++) {
			uint64_t ball;

			if (rng_accept(draw[i], urn->left, &ball))
				kind[n++] = (uint32_t)take(urn, ball);
		}
	}
	return n;
}

void
urn_release(struct urn *urn)
{
	free(urn->before);
	free(urn->sum);
	*urn = (struct urn){ 0 };
}
