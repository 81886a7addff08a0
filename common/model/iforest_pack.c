#include "model/iforest_pack.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "model/iforest.h"
#include "model/iforest_impl.h"

#define MAX_BYTES ((size_t)512 << 20)
#define MAX_GROWTH 256
#define NAN_BITS (UINT64_C(0x7ff8) << 48) /* of all NaN, the one to write */

enum { LEAF = 0, SPLIT = 1 };

/* ---- writing -------------------------------------------------------- */

struct writer {
	uint8_t *p;
	size_t n, cap;
	int failed;
};

static void
put(struct writer *w, uint64_t v, size_t bytes)
{
	if (w->failed || vec_grow(&w->p, &w->cap, w->n + bytes, 1) == -1) {
		w->failed = 1;
		return;
	}
	for (size_t i = 0; i < bytes; i++)
		w->p[w->n++] = (uint8_t)(v >> 8 * i);
}

static void
put_double(struct writer *w, double v)
{
	uint64_t bits;

	memcpy(&bits, &v, sizeof(bits));
	put(w, isnan(v) ? NAN_BITS : bits, 8);
}

static void
put_float(struct writer *w, float v)
{
	uint32_t bits;

	memcpy(&bits, &v, sizeof(bits));
	put(w, bits, 4);
}

static void
put_size(struct writer *w, uint32_t n)
{
	for (; n > 127; n >>= 7)
		put(w, (n & 127) | 128, 1);
	put(w, n, 1);
}

static void
put_node(struct writer *w, const struct iforest *forest, size_t tree, size_t k,
    unsigned level)
{
	const size_t size = (size_t)1 << forest->depth;
	const struct iforest_node *node = forest->node + size * tree + k;

	if (level == forest->depth || iforest_is_leaf(node)) {
		put(w, LEAF, 1);
		put_size(w, forest->count[2 * size * tree + k]);
		return;
	}
	put(w, SPLIT, 1);
	put(w, node->feature, 2);
	put_double(w, node->threshold);
	put_float(w, node->left);
	put_node(w, forest, tree, 2 * k, level + 1);
	put_node(w, forest, tree, 2 * k + 1, level + 1);
}

int
iforest_pack(const struct iforest *forest, uint8_t **bytes, size_t *size)
{
	const size_t quantiles = forest->d * IFOREST_QUANTILES;
	double *quantile = calloc(quantiles, sizeof(*quantile));
	struct writer w = { 0 };

	if (quantile == NULL || iforest_quantiles(forest, quantile) == -1) {
		free(quantile);
		return -1;
	}
	put(&w, forest->seed, 8);
	put(&w, forest->n, 8);
	put(&w, forest->trees, 4);
	put(&w, forest->psi, 4);
	put(&w, forest->d, 4);
	put(&w, forest->missing, 1);
	put(&w, forest->exact_c, 1);
	put_double(&w, forest->gain);
	for (size_t i = 0; i < quantiles; i++)
		put_double(&w, quantile[i]);
	put(&w, forest->nulls, 4);
	for (size_t i = 0; i < forest->nulls; i++)
		put_double(&w, forest->null[i]);
	for (size_t tree = 0; tree < forest->trees; tree++)
		put_node(&w, forest, tree, 1, 0);
	free(quantile);
	if (w.failed) {
		free(w.p);
		return -1;
	}
	*bytes = w.p;
	*size = w.n;
	return 0;
}

/* ---- reading -------------------------------------------------------- */

struct reader {
	const uint8_t *p;
	size_t n;        /* bytes left */
	const char *why; /* the first thing that is wrong */
};

static void
refuse(struct reader *r, const char *why)
{
	if (r->why == NULL)
		r->why = why;
}

static uint64_t
get(struct reader *r, size_t bytes)
{
	uint64_t v = 0;

	if (r->n < bytes) {
		refuse(r, "it is cut short");
		r->n = 0;
		return 0;
	}
	for (size_t i = 0; i < bytes; i++)
		v |= (uint64_t)r->p[i] << 8 * i;
	r->p += bytes;
	r->n -= bytes;
	return v;
}

static double
get_double(struct reader *r)
{
	const uint64_t bits = get(r, 8);
	double v;

	memcpy(&v, &bits, sizeof(v));
	if (isnan(v) && bits != NAN_BITS)
		refuse(r, "it has a NaN that is not written so");
	return v;
}

static float
get_float(struct reader *r)
{
	const uint32_t bits = (uint32_t)get(r, 4);
	float v;

	memcpy(&v, &bits, sizeof(v));
	return v;
}

static uint32_t
get_size(struct reader *r)
{
	uint32_t n = 0;

	for (unsigned shift = 0; shift < 28; shift += 7) {
		const uint32_t byte = (uint32_t)get(r, 1);

		n |= (byte & 127) << shift;
		if (byte > 127)
			continue;
		if (byte == 0 && shift > 0)
			break; /* there is a shorter way to write it */
		return n;
	}
	refuse(r, "a leaf has a bad size");
	return 0;
}

/* Node k and what is below it, of a tree; returns its rows. */
static size_t
get_node(struct reader *r, struct iforest *forest, const uint32_t *paths,
    size_t tree, size_t k, unsigned level)
{
	const size_t size = (size_t)1 << forest->depth;
	struct iforest_node *node = forest->node + size * tree + k;
	const uint64_t kind = get(r, 1);
	size_t n;

	if (kind == LEAF) {
		n = get_size(r);
		if (n < 1 || n > forest->psi)
			refuse(r, "a leaf has a bad size");
		else
			iforest_set_leaf(forest, tree, k, level, n, paths);
		return n;
	}
	if (kind != SPLIT || level == forest->depth) {
		refuse(r, "a tree has a bad node");
		return 0;
	}
	node->feature = (uint32_t)get(r, 2);
	node->threshold = get_double(r);
	node->left = get_float(r);
	if (node->feature >= forest->d || !isfinite(node->threshold) ||
	    !(node->left >= 0 && node->left <= 1))
		refuse(r, "a tree has a bad split");
	if (r->why != NULL)
		return 0;
	n = get_node(r, forest, paths, tree, 2 * k, level + 1);
	if (r->why != NULL)
		return 0;
	n += get_node(r, forest, paths, tree, 2 * k + 1, level + 1);
	forest->count[2 * size * tree + k] = (uint32_t)n;
	return n;
}

static int
get_trees(struct reader *r, struct iforest *forest)
{
	uint32_t *paths = iforest_paths(forest->psi, forest->exact_c);

	if (paths == NULL || iforest_allocate(forest) == -1) {
		free(paths);
		return -1;
	}
	for (size_t tree = 0; tree < forest->trees && r->why == NULL; tree++) {
		iforest_clear_tree(forest, tree);
		if (get_node(r, forest, paths, tree, 1, 0) != forest->psi)
			refuse(r, "a tree has too few or too many rows");
	}
	if (r->n > 0)
		refuse(r, "something follows the trees");
	free(paths);
	return 0;
}

static void
get_quantiles(struct reader *r, struct iforest *forest)
{
	for (size_t f = 0; f < forest->d; f++) {
		double last = -INFINITY;

		for (size_t k = 0; k < IFOREST_QUANTILES; k++) {
			const double q = get_double(r);

			if (q < last)
				refuse(r, "a feature has bad quantiles");
			last = isnan(q) ? last : q;
			forest->quantile[IFOREST_QUANTILES * f + k] = q;
		}
	}
}

static void
get_null(struct reader *r, struct iforest *forest)
{
	for (size_t i = 0; i < forest->nulls; i++) {
		forest->null[i] = get_double(r);
		if (!(forest->null[i] > 0 && forest->null[i] <= 1) ||
		    (i > 0 && forest->null[i - 1] > forest->null[i]))
			refuse(r, "its null scores are bad");
	}
}

/* The first fields. */
static void
get_parameters(struct reader *r, struct iforest *forest)
{
	const size_t whole = r->n;
	struct iforest_params params;
	uint64_t missing, exact_c;
	size_t size;

	forest->seed = get(r, 8);
	forest->n = get(r, 8);
	forest->trees = get(r, 4);
	forest->psi = get(r, 4);
	forest->d = get(r, 4);
	missing = get(r, 1);
	exact_c = get(r, 1);
	forest->gain = get_double(r);
	params = (struct iforest_params){ .trees = forest->trees,
		.subsample = forest->psi < 2 ? 2 : forest->psi,
		.gain = forest->gain };
	if (forest->psi < 1 || iforest_check(&params, 1, forest->d) != NULL ||
	    missing > IFOREST_FAIL || exact_c > 1 ||
	    (forest->n < forest->psi && forest->n + forest->psi != 1)) {
		refuse(r, "its parameters are bad");
		return;
	}
	forest->missing = (enum iforest_missing)missing;
	forest->exact_c = exact_c == 1;
	/* Some bytes must not ask for all memory. */
	size = forest->trees *
		(sizeof(*forest->node) + 3 * sizeof(*forest->leaf))
	    << iforest_depth(forest->psi);
	if (size > MAX_BYTES && (size - MAX_BYTES) / MAX_GROWTH > whole)
		refuse(r, "its trees are too large for what they hold");
	if (r->n / IFOREST_QUANTILES / 8 < forest->d)
		refuse(r, "it is cut short");
}

struct iforest *
iforest_unpack(const uint8_t *bytes, size_t size, const char **why)
{
	struct reader r = { .p = bytes, .n = size };
	struct iforest *forest = calloc(1, sizeof(*forest));
	bool memory = false;

	*why = NULL;
	if (forest == NULL)
		return NULL;
	get_parameters(&r, forest);
	if (r.why != NULL)
		goto out;
	forest->quantile = calloc(forest->d,
	    IFOREST_QUANTILES * sizeof(*forest->quantile));
	if (forest->quantile == NULL) {
		memory = true;
		goto out;
	}
	get_quantiles(&r, forest);
	forest->nulls = get(&r, 4);
	if (forest->nulls != 0 && forest->nulls != IFOREST_NULLS)
		refuse(&r, "its null scores are bad");
	if (r.why != NULL)
		goto out;
	if (forest->nulls > 0) {
		forest->null = calloc(forest->nulls, sizeof(*forest->null));
		if (forest->null == NULL) {
			memory = true;
			goto out;
		}
		get_null(&r, forest);
	}
	if (r.why == NULL)
		memory = get_trees(&r, forest) == -1;
out:
	if (!memory && r.why == NULL)
		return forest;
	if (!memory)
		*why = r.why;
	iforest_free(forest);
	return NULL;
}
