/*
 * The kernel for any processor.  Of the first levels of a tree every row is
 * compared with all thresholds, eight rows at a time in vectors that each
 * processor has (or that the compiler takes apart), and the turns that count are
 * blended: there is nothing to look up.  Below, a step of one row is five
 * instructions, and the steps of eight rows overlap.
 */
#include <string.h>

#include "model/iforest_ranks.h"

enum {
	LANES = 8, /* ranks in a vector; rows in flight */
	FIRST = 3, /* levels by vectors; one more would take as long as steps */
	ROWS = 1024 /* of a block at most */
};

typedef int16_t lanes __attribute__((vector_size(2 * LANES)));

/* The ranks of a block, column by column: as they are, and x 2^16. */
struct block {
	union {
		int16_t one[RANKS_CELLS];
		lanes many[RANKS_CELLS / LANES];
	} rank;
	uint32_t high[RANKS_CELLS];
	union {
		uint16_t one[ROWS];
		lanes many[ROWS / LANES];
	} node; /* where each row has come to */
	uint32_t sum[ROWS];
};

/* ---- values to ranks ------------------------------------------------ */

/* Ranks of one feature of n rows, which lie d apart. */
static void
rank_column(const struct ranks_feature *f, const double *x, size_t n, size_t d,
    int16_t *rank, uint32_t *high)
{
	size_t width = 1;

	while (2 * width <= f->most)
		width *= 2;
	for (size_t i = 0; i < n; i++) {
		const double v = x[i * d];
		const size_t at = ranks_search(f->key,
		    f->start[ranks_bucket(f, v)], v, width, 1);

		rank[i] = (int16_t)at;
		high[i] = (uint32_t)at << 16;
	}
}

/* ---- down a tree ---------------------------------------------------- */

static inline lanes
blend(lanes mask, lanes yes, lanes no)
{
	return (mask & yes) | (~mask & no);
}

/* The first levels of n x LANES rows. */
static void
first_levels(const struct ranks_tree *tree, struct block *b, size_t stride,
    size_t n)
{
	const lanes *column[1 << FIRST];
	lanes t[1 << FIRST];

	for (size_t k = 1; k < 1 << FIRST; k++) {
		column[k] = b->rank.many + tree->feature[k] * stride / LANES;
		t[k] = (lanes){ 0 } + (int16_t)(tree->node[k] >> 16);
	}
	for (size_t i = 0; i < n; i++) {
		/* -1 where a row turns right. */
		const lanes turn = column[1][i] > t[1];
		const lanes next = blend(turn, column[3][i] > t[3],
		    column[2][i] > t[2]);
		const lanes left = blend(next, column[5][i] > t[5],
		    column[4][i] > t[4]);
		const lanes right = blend(next, column[7][i] > t[7],
		    column[6][i] > t[6]);

		b->node.many[i] = 8 - 4 * turn - 2 * next -
		    blend(turn, right, left);
	}
}

static inline size_t
step(const uint32_t *node, const uint32_t *rank, size_t k)
{
	const uint32_t word = node[k];

	/* Both are below 2^31; the column's place does not count, as the low
	 * half of the rank is 0. */
	return 2 * k + ((word - rank[word & 0xffff]) >> 31);
}

/* The other levels of n rows, a multiple of LANES. */
static void
last_levels(const struct ranks_tree *tree, struct block *b, size_t n)
{
	const uint32_t *node = tree->node, *leaf = tree->leaf;

	for (size_t i = 0; i < n; i += LANES) {
		const uint16_t *k = b->node.one + i;
		const uint32_t *rank = b->high + i;
		uint32_t *sum = b->sum + i;
		size_t k0 = k[0], k1 = k[1], k2 = k[2], k3 = k[3];
		size_t k4 = k[4], k5 = k[5], k6 = k[6], k7 = k[7];

		for (int level = FIRST; level < RANKS_DEPTH; level++) {
			k0 = step(node, rank, k0);
			k1 = step(node, rank + 1, k1);
			k2 = step(node, rank + 2, k2);
			k3 = step(node, rank + 3, k3);
			k4 = step(node, rank + 4, k4);
			k5 = step(node, rank + 5, k5);
			k6 = step(node, rank + 6, k6);
			k7 = step(node, rank + 7, k7);
		}
		sum[0] += leaf[k0 - RANKS_NODES];
		sum[1] += leaf[k1 - RANKS_NODES];
		sum[2] += leaf[k2 - RANKS_NODES];
		sum[3] += leaf[k3 - RANKS_NODES];
		sum[4] += leaf[k4 - RANKS_NODES];
		sum[5] += leaf[k5 - RANKS_NODES];
		sum[6] += leaf[k6 - RANKS_NODES];
		sum[7] += leaf[k7 - RANKS_NODES];
	}
}

void
ranks_add_portable(const struct ranks_group *group, const double *x, size_t n,
    size_t d, uint64_t *sum)
{
	const size_t stride = ranks_stride(d);
	_Alignas(64) struct block b;

	memset(&b.rank, 0, d * stride * sizeof(*b.rank.one));
	memset(&b.high, 0, d * stride * sizeof(*b.high));
	for (size_t from = 0; from < n; from += stride) {
		const size_t rows = n - from < stride ? n - from : stride;
		const size_t full = (rows + LANES - 1) / LANES;

		for (size_t f = 0; f < d; f++)
			rank_column(&group->feature[f], x + from * d + f, rows,
			    d, b.rank.one + f * stride, b.high + f * stride);
		memset(b.sum, 0, sizeof(b.sum));
		for (size_t t = 0; t < group->trees; t++) {
			first_levels(&group->tree[t], &b, stride, full);
			last_levels(&group->tree[t], &b, full * LANES);
		}
		for (size_t i = 0; i < rows; i++)
			sum[from + i] += b.sum[i];
	}
}
