#include "model/iforest_ranks.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/iforest_impl.h"

/* A threshold on its way to its rank. */
struct cut {
	uint64_t key; /* orders as the threshold does */
	uint32_t node;
	uint32_t feature;
};

/* An integer that orders as the double does, which is not NaN. */
static uint64_t
order_of(double v)
{
	uint64_t bits;

	v += 0.0; /* -0 becomes 0 */
	memcpy(&bits, &v, sizeof(bits));
	return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

static double
value_of(uint64_t order)
{
	uint64_t bits = order >> 63 ? order & ~(UINT64_C(1) << 63) : ~order;
	double v;

	memcpy(&v, &bits, sizeof(v));
	return v;
}

/* One pass of a radix sort, stable, by 11 bits of the key from this one on. */
static void
sort_pass(struct cut *to, const struct cut *from, size_t n, unsigned shift)
{
	size_t start[2049] = { 0 };

	for (size_t i = 0; i < n; i++)
		start[(from[i].key >> shift & 2047) + 1]++;
	for (size_t k = 0; k < 2048; k++)
		start[k + 1] += start[k];
	for (size_t i = 0; i < n; i++)
		to[start[from[i].key >> shift & 2047]++] = from[i];
}

/* Sort n cuts by their keys.  spare has room for as many. */
static void
sort_cuts(struct cut *cut, struct cut *spare, size_t n)
{
	for (unsigned shift = 0; shift < 64; shift += 22) {
		sort_pass(spare, cut, n, shift);
		sort_pass(cut, spare, n, shift + 11);
	}
}

/* The splits of the trees from `first` on; returns how many. */
static size_t
collect(const struct iforest *forest, size_t first, size_t trees,
    struct cut *cut)
{
	const size_t size = (size_t)1 << forest->depth;
	size_t n = 0;

	for (size_t t = 0; t < trees; t++)
		for (size_t k = 1; k < size; k++) {
			const struct iforest_node
			    *node = &forest->node[(first + t) * size + k];

			if (iforest_is_leaf(node))
				continue;
			cut[n++] = (struct cut){
				.key = order_of(node->threshold),
				.node = (uint32_t)(t * RANKS_NODES + k),
				.feature = node->feature,
			};
		}
	return n;
}

/* Where the buckets of n thresholds lie. */
static void
place_buckets(struct ranks_feature *f, const double *key, size_t n)
{
	const double width = n == 0 ? 0 : (key[n - 1 - n / 4] - key[n / 4]) / 2;
	uint64_t away = 0;

	f->middle = n == 0 ? 0 : key[n / 2];
	f->scale = fmin(1 / width, DBL_MAX);
	if (n > 0 && ranks_away(f, key[0]) > away)
		away = ranks_away(f, key[0]);
	if (n > 0 && ranks_away(f, key[n - 1]) > away)
		away = ranks_away(f, key[n - 1]);
	while (away >> f->shift >= RANKS_BUCKETS / 2)
		f->shift++;
}

/*
 * Put buckets over n thresholds, which lie at `key` with room after them, and
 * what has to follow.  Returns the room after that.
 */
static double *
set_buckets(struct ranks_feature *f, double *key, size_t n)
{
	size_t bucket = 0, begin = 0;

	f->key = key;
	place_buckets(f, key, n);
	for (size_t i = 0; i < n; i++) {
		const size_t b = ranks_bucket(f, key[i]);

		if (bucket < b)
			begin = i;
		while (bucket < b)
			f->start[++bucket] = (uint16_t)i;
		if (i + 1 - begin > f->most)
			f->most = i + 1 - begin;
	}
	while (bucket < RANKS_BUCKETS - 1)
		f->start[++bucket] = (uint16_t)n;
	for (size_t i = 0; i < 2 * f->most + 8; i++)
		key[n + i] = INFINITY;
	return key + n + 2 * f->most + 8;
}

/* Ranks of n cuts, sorted, to the nodes, and the keys of the features.  spare has
 * room for as many. */
static int
set_ranks(struct ranks_group *group, size_t d, const struct cut *cut,
    struct cut *spare, size_t n)
{
	size_t *start = calloc(d + 1, sizeof(*start));
	const size_t stride = ranks_stride(d);
	double *next = group->key;
	size_t i = 0;

	if (start == NULL)
		return -1;
	for (i = 0; i < n; i++)
		start[cut[i].feature + 1]++;
	for (size_t f = 0; f < d; f++)
		start[f + 1] += start[f];
	for (i = 0; i < n; i++)
		spare[start[cut[i].feature]++] = cut[i];
	i = 0;
	for (size_t f = 0; f < d; f++) {
		size_t count = 0;

		for (; i < n && spare[i].feature == f; i++) {
			const size_t k = spare[i].node % RANKS_NODES;
			struct ranks_tree
			    *tree = &group->tree[spare[i].node / RANKS_NODES];
			const double v = value_of(spare[i].key);

			if (count == 0 || next[count - 1] < v)
				next[count++] = v;
			tree->node[k] = (uint32_t)((count - 1) << 16 |
			    f * stride);
			tree->feature[k] = (uint8_t)f;
		}
		next = set_buckets(&group->feature[f], next, count);
	}
	free(start);
	return 0;
}

static void
set_tree(struct ranks_tree *to, const struct iforest *forest, size_t tree)
{
	const unsigned below = RANKS_DEPTH - forest->depth;
	const uint32_t *leaf = forest->leaf + (tree << forest->depth);

	for (size_t k = 0; k < RANKS_NODES; k++) {
		to->node[k] = (uint32_t)RANKS_NEVER << 16;
		to->leaf[k] = leaf[k >> below];
	}
}

static int
make_group(struct ranks_group *group, const struct iforest *forest,
    size_t first)
{
	const size_t most = group->trees * RANKS_NODES, d = forest->d;
	const size_t keys = 3 * most + 8 * d;
	struct cut *cut = calloc(2 * most, sizeof(*cut));
	int status = -1;
	size_t n;

	group->tree = calloc(group->trees, sizeof(*group->tree));
	group->feature = calloc(d, sizeof(*group->feature));
	group->key = calloc(keys, sizeof(*group->key));
	if (cut == NULL || group->tree == NULL || group->feature == NULL ||
	    group->key == NULL)
		goto out;
	for (size_t t = 0; t < group->trees; t++)
		set_tree(&group->tree[t], forest, first + t);
	n = collect(forest, first, group->trees, cut);
	sort_cuts(cut, cut + most, n);
	status = set_ranks(group, d, cut, cut + most, n);
out:
	free(cut);
	return status;
}

struct iforest_ranks *
iforest_ranks_new(const struct iforest *forest, bool portable, bool *fits)
{
	const size_t groups = (forest->trees + RANKS_TREES - 1) / RANKS_TREES;
	struct iforest_ranks *ranks;

	*fits = forest->depth <= RANKS_DEPTH && forest->d <= RANKS_FEATURES;
	if (!*fits)
		return NULL;
	ranks = calloc(1, sizeof(*ranks) + groups * sizeof(*ranks->group));
	if (ranks == NULL)
		return NULL;
	ranks->d = forest->d;
	ranks->avx512 = !portable && ranks_avx512();
	ranks->groups = groups;
	for (size_t i = 0; i < groups; i++) {
		const size_t first = i * RANKS_TREES;
		const size_t rest = forest->trees - first;

		ranks->group[i].trees = rest < RANKS_TREES ? rest : RANKS_TREES;
		if (make_group(&ranks->group[i], forest, first) == -1) {
			iforest_ranks_free(ranks);
			return NULL;
		}
	}
	return ranks;
}

bool
iforest_ranks_avx512(const struct iforest_ranks *ranks)
{
	return ranks->avx512;
}

void
iforest_ranks_sums(const struct iforest_ranks *ranks, const double *x, size_t n,
    uint64_t *sum)
{
	for (size_t i = 0; i < ranks->groups; i++)
		(ranks->avx512 ? ranks_add_avx512
			       : ranks_add_portable)(&ranks->group[i], x, n,
		    ranks->d, sum);
}

void
iforest_ranks_free(struct iforest_ranks *ranks)
{
	if (ranks == NULL)
		return;
	for (size_t i = 0; i < ranks->groups; i++) {
		free(ranks->group[i].key);
		free(ranks->group[i].feature);
		free(ranks->group[i].tree);
	}
	free(ranks);
}
