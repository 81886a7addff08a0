/*
 * Trees are stored as perfect trees in heap order: the children of node k are
 * 2k and 2k + 1, and after `depth` steps k - 2^depth is the leaf.  A leaf that
 * comes earlier fills its subtree, with thresholds that nothing exceeds and its
 * path length in every leaf below.  So each row takes the same number of steps
 * without a branch to mispredict, and the steps of several rows overlap.  Trees
 * run in the outer loop and rows in blocks in the inner, so that a tree (a few
 * KB) stays in the first cache while a block passes.
 *
 * A linked tree would be smaller for heavy-tailed data and is slower; rows with
 * missing values branch, and take a scalar path.
 */
#include "model/iforest.h"

#include <math.h>
#include <stdlib.h>

#include "base/rng.h"
#include "model/stats.h"

#define MAX_TREES 100000
#define MAX_SUBSAMPLE ((size_t)1 << 24)
#define MAX_FEATURES 65535

enum {
	STREAM_TREE = 'I', /* purpose of the random streams */
	BLOCK = 2048,      /* rows that pass one tree */
	FLIGHT = 8,        /* rows whose steps overlap */
};

struct node {
	double threshold; /* right if x > threshold; +inf: no split here */
	uint32_t feature;
	float left; /* share of the node's present values that go left */
};

struct iforest {
	size_t trees, d;
	unsigned depth;    /* height limit: 2^depth leaves a tree */
	uint32_t c;        /* c(psi) x 2^16 */
	struct node *node; /* trees x 2^depth; that of index 0 is unused */
	uint32_t *leaf;    /* trees x 2^depth: path length x 2^16 */
};

const char *
iforest_check(const struct iforest_params *params, size_t n, size_t d)
{
	if (params->trees < 1 || params->trees > MAX_TREES)
		return "the number of trees must be 1 to 100000";
	if (params->subsample < 2 || params->subsample > MAX_SUBSAMPLE)
		return "the subsample must be 2 to 16777216 rows";
	if (n == 0)
		return "there is no row to fit";
	if (d == 0)
		return "there is no feature to fit";
	if (d > MAX_FEATURES)
		return "there are more than 65535 features";
	return NULL;
}

const char *
iforest_check_rule(const struct iforest_rule *rule)
{
	switch (rule->cut) {
	case IFOREST_CONTAMINATION:
		if (!(rule->value > 0 && rule->value <= 0.5))
			return "the contamination must be above 0 and at most 0.5";
		break;
	case IFOREST_THRESHOLD:
		if (!(rule->value >= 0 && rule->value <= 1))
			return "the threshold must be 0 to 1";
		break;
	case IFOREST_AUTO:
		break;
	}
	return NULL;
}

/* H(n) = 1 + 1/2 + .. + 1/n: summed, and by its asymptotic series where that
 * is exact to a double. */
static double
harmonic(size_t n)
{
	const double x = (double)n, y = 1 / (x * x);
	double sum = 0;

	if (n >= 64)
		return log(x) + 0.57721566490153286 + 1 / (2 * x) -
		    y * (1 / 12. - y * (1 / 120. - y / 252));
	for (size_t i = n; i >= 1; i--)
		sum += 1 / (double)i;
	return sum;
}

double
iforest_c(size_t n, bool exact)
{
	const double size = (double)n;

	if (n <= 1)
		return 0;
	if (n == 2)
		return 1; /* in both */
	if (exact)
		return 2 * (harmonic(n) - 1);
	return 2 * (log(size - 1) + 0.5772156649015329) - 2 * (size - 1) / size;
}

/* ---- growing -------------------------------------------------------- */

/* One tree while it grows. */
struct grower {
	const double *x;
	size_t d;
	unsigned depth;
	const uint32_t *c; /* c(size) x 2^16 of 0 .. psi rows */
	struct rng rng;
	size_t *row;       /* its rows; a node has a part of them */
	uint32_t *feature; /* all of them; see draw_split */
	struct node *node;
	uint32_t *leaf;
};

/*
 * psi rows of n, each set of them as likely, in the order of one pass over a
 * stream: Algorithm L of Li, "Reservoir-sampling algorithms of time complexity
 * O(n (1 + log(N / n)))", TOMS 1994.  It draws for the rows that come into the
 * reservoir, and skips the others.
 */
static void
sample_rows(struct rng *rng, size_t n, size_t psi, size_t *row)
{
	double w = 1;

	for (size_t i = 0; i < psi; i++)
		row[i] = i;
	for (size_t i = psi; i < n; i++) {
		double skip;

		/* 1 - u is never 0. */
		w *= exp(log(1 - rng_uniform(rng)) / (double)psi);
		skip = floor(log(1 - rng_uniform(rng)) / log1p(-w));
		if (!(skip < (double)(n - i)))
			break;
		i += (size_t)skip;
		row[rng_below(rng, psi)] = i;
	}
}

/* Of a feature over the rows of a node. */
struct range {
	double low, high;  /* of the finite values; low > high: none */
	bool below, above; /* there is an infinite value */
};

static struct range
find_range(const struct grower *g, const size_t *row, size_t n, uint32_t f)
{
	struct range r = { .low = INFINITY, .high = -INFINITY };

	for (size_t i = 0; i < n; i++) {
		const double v = g->x[row[i] * g->d + f];

		if (isfinite(v)) {
			r.low = v < r.low ? v : r.low;
			r.high = v > r.high ? v : r.high;
		} else if (!isnan(v)) {
			*(v > 0 ? &r.above : &r.below) = true;
		}
	}
	return r;
}

/* Whether a threshold exists that splits the present values. */
static bool
splits(const struct range *r)
{
	return r->low < r->high || (r->below && r->above) ||
	    (r->low == r->high && (r->below || r->above));
}

/* Uniform in [low, high); next to the finite values where they are all equal
 * and only infinite ones differ from them. */
static double
draw_threshold(struct rng *rng, const struct range *r)
{
	double u, t;

	if (r->low > r->high)
		return 0;
	if (r->low == r->high)
		return r->above ? r->low : nextafter(r->low, -INFINITY);
	u = rng_uniform(rng);
	t = r->low + u * (r->high - r->low);
	if (isinf(r->high - r->low))
		t = r->low * (1 - u) + r->high * u;
	return t < r->high ? t : r->low;
}

/*
 * Draw features until one has different values among the rows.  The first *m of
 * g->feature are those not yet known to be constant; what is found constant
 * here is so in every descendant, and moves behind them.  Returns false if none
 * is left: the rows are duplicates.
 */
static bool
draw_split(struct grower *g, const size_t *row, size_t n, size_t *m,
    struct node *node)
{
	while (*m > 0) {
		const size_t j = (size_t)rng_below(&g->rng, *m);
		const uint32_t f = g->feature[j];
		const struct range r = find_range(g, row, n, f);

		if (splits(&r)) {
			node->feature = f;
			node->threshold = draw_threshold(&g->rng, &r);
			return true;
		}
		--*m;
		g->feature[j] = g->feature[*m];
		g->feature[*m] = f;
	}
	return false;
}

/* Order the rows of a node: left ones first; those that lack the feature in the
 * proportion of those that have it.  Returns how many go left. */
static size_t
partition(struct grower *g, size_t *row, size_t n, struct node *node)
{
	size_t present = 0, left = 0, i = 0, end = n;

	for (size_t j = 0; j < n; j++) {
		const double v = g->x[row[j] * g->d + node->feature];

		present += isnan(v) ? 0 : 1;
		left += v <= node->threshold;
	}
	node->left = (float)((double)left / (double)present);
	while (i < end) {
		const size_t r = row[i];
		const double v = g->x[r * g->d + node->feature];
		const bool goes_left = isnan(v)
		    ? rng_uniform(&g->rng) < (double)node->left
		    : v <= node->threshold;

		if (goes_left) {
			i++;
		} else {
			row[i] = row[--end];
			row[end] = r;
		}
	}
	return i;
}

/* The subtree of node k at this level over n rows; m as in draw_split. */
static void
grow(struct grower *g, size_t k, unsigned level, size_t *row, size_t n,
    size_t m)
{
	const unsigned below = g->depth - level;
	size_t left;

	if (n <= 1 || below == 0 || !draw_split(g, row, n, &m, &g->node[k])) {
		const size_t leaves = (size_t)1 << below;
		uint32_t *leaf = g->leaf +
		    ((k << below) - ((size_t)1 << g->depth));

		for (size_t i = 0; i < leaves; i++)
			leaf[i] = (level << 16) + g->c[n];
		return;
	}
	left = partition(g, row, n, &g->node[k]);
	grow(g, 2 * k, level + 1, row, left, m);
	grow(g, 2 * k + 1, level + 1, row + left, n - left, m);
}

static void
grow_tree(struct grower *g, const struct iforest *forest, size_t tree,
    uint64_t seed, size_t n, size_t psi)
{
	const size_t size = (size_t)1 << forest->depth;

	g->node = forest->node + tree * size;
	g->leaf = forest->leaf + tree * size;
	for (size_t k = 0; k < size; k++)
		g->node[k].threshold = INFINITY;
	for (size_t j = 0; j < g->d; j++)
		g->feature[j] = (uint32_t)j;
	rng_init(&g->rng, seed, rng_stream(STREAM_TREE, tree, 0));
	sample_rows(&g->rng, n, psi, g->row);
	grow(g, 1, 0, g->row, psi, g->d);
}

/* c of 0 .. psi rows x 2^16; NULL if out of memory. */
static uint32_t *
path_table(size_t psi, bool exact)
{
	uint32_t *c = calloc(psi + 1, sizeof(*c));

	for (size_t i = 0; c != NULL && i <= psi; i++)
		c[i] = (uint32_t)llround(iforest_c(i, exact) * 65536);
	return c;
}

struct iforest *
iforest_fit(const double *x, size_t n, size_t d,
    const struct iforest_params *params)
{
	const size_t psi = params->subsample < n ? params->subsample : n;
	struct iforest *forest = calloc(1, sizeof(*forest));
	struct grower g = { .x = x, .d = d };
	uint32_t *c = path_table(psi, params->exact_c);
	size_t size;

	if (forest == NULL || c == NULL)
		goto fail;
	forest->trees = params->trees;
	forest->d = d;
	forest->c = c[psi];
	forest->depth = 1;
	while (((size_t)1 << forest->depth) < psi)
		forest->depth++;
	size = (size_t)1 << forest->depth;
	forest->node = calloc(params->trees, size * sizeof(*forest->node));
	forest->leaf = calloc(params->trees, size * sizeof(*forest->leaf));
	g.c = c;
	g.depth = forest->depth;
	g.row = calloc(psi, sizeof(*g.row));
	g.feature = calloc(d, sizeof(*g.feature));
	if (forest->node == NULL || forest->leaf == NULL || g.row == NULL ||
	    g.feature == NULL)
		goto fail;
	for (size_t tree = 0; tree < params->trees; tree++)
		grow_tree(&g, forest, tree, params->seed, n, psi);
	goto out;
fail:
	iforest_free(forest);
	forest = NULL;
out:
	free(g.feature);
	free(g.row);
	free(c);
	return forest;
}

void
iforest_free(struct iforest *forest)
{
	if (forest == NULL)
		return;
	free(forest->leaf);
	free(forest->node);
	free(forest);
}

/* ---- scoring -------------------------------------------------------- */

static inline size_t
step(const struct node *node, const double *row, size_t k)
{
	return 2 * k + (row[node[k].feature] > node[k].threshold);
}

/* Add the path lengths of n rows in one tree.  Rows with a missing value get a
 * number without a meaning. */
static void
add_paths(const struct iforest *forest, const struct node *node,
    const uint32_t *leaf, const double *x, size_t n, uint64_t *sum)
{
	const unsigned depth = forest->depth;
	const size_t d = forest->d, leaves = (size_t)1 << depth;
	size_t i = 0;

	for (; i + FLIGHT <= n; i += FLIGHT) {
		const double *row = x + i * d;
		size_t k0 = 1, k1 = 1, k2 = 1, k3 = 1;
		size_t k4 = 1, k5 = 1, k6 = 1, k7 = 1;

		for (unsigned level = 0; level < depth; level++) {
			k0 = step(node, row, k0);
			k1 = step(node, row + d, k1);
			k2 = step(node, row + 2 * d, k2);
			k3 = step(node, row + 3 * d, k3);
			k4 = step(node, row + 4 * d, k4);
			k5 = step(node, row + 5 * d, k5);
			k6 = step(node, row + 6 * d, k6);
			k7 = step(node, row + 7 * d, k7);
		}
		sum[i] += leaf[k0 - leaves];
		sum[i + 1] += leaf[k1 - leaves];
		sum[i + 2] += leaf[k2 - leaves];
		sum[i + 3] += leaf[k3 - leaves];
		sum[i + 4] += leaf[k4 - leaves];
		sum[i + 5] += leaf[k5 - leaves];
		sum[i + 6] += leaf[k6 - leaves];
		sum[i + 7] += leaf[k7 - leaves];
	}
	for (; i < n; i++) {
		size_t k = 1;

		for (unsigned level = 0; level < depth; level++)
			k = step(node, x + i * d, k);
		sum[i] += leaf[k - leaves];
	}
}

/* Path length x 2^16 from node k at this level, of a row that may lack the
 * features asked for. */
static double
divided_path(const struct iforest *forest, const struct node *node,
    const uint32_t *leaf, const double *row, size_t k, unsigned level)
{
	const size_t leaves = (size_t)1 << forest->depth;

	for (; level < forest->depth; level++) {
		const double v = row[node[k].feature];

		if (isinf(node[k].threshold) && node[k].threshold > 0)
			return leaf[(k << (forest->depth - level)) - leaves];
		if (isnan(v)) {
			const double p = (double)node[k].left;

			return p *
			    divided_path(forest, node, leaf, row, 2 * k,
				level + 1) +
			    (1 - p) *
			    divided_path(forest, node, leaf, row, 2 * k + 1,
				level + 1);
		}
		k = step(node, row, k);
	}
	return leaf[k - leaves];
}

static uint64_t
divided_sum(const struct iforest *forest, const double *row)
{
	const size_t size = (size_t)1 << forest->depth;
	uint64_t sum = 0;

	for (size_t tree = 0; tree < forest->trees; tree++)
		sum += (uint64_t)llround(divided_path(forest,
		    forest->node + tree * size, forest->leaf + tree * size, row,
		    1, 0));
	return sum;
}

static double
score_of(const struct iforest *forest, uint64_t sum)
{
	if (forest->c == 0)
		return 0.5; /* a forest of one row knows nothing */
	return exp2(-(double)sum / ((double)forest->trees * forest->c));
}

static size_t
count_missing(const double *row, size_t d)
{
	size_t missing = 0;

	for (size_t j = 0; j < d; j++)
		missing += isnan(row[j]) ? 1 : 0;
	return missing;
}

static void
score_block(const struct iforest *forest, const double *x, size_t n,
    double *score)
{
	const size_t size = (size_t)1 << forest->depth, d = forest->d;
	uint64_t sum[BLOCK] = { 0 };

	for (size_t tree = 0; tree < forest->trees; tree++)
		add_paths(forest, forest->node + tree * size,
		    forest->leaf + tree * size, x, n, sum);
	for (size_t i = 0; i < n; i++) {
		const size_t missing = count_missing(x + i * d, d);

		if (missing > 0)
			sum[i] = divided_sum(forest, x + i * d);
		score[i] = missing < d ? score_of(forest, sum[i]) : NAN;
	}
}

void
iforest_scores(const struct iforest *forest, const double *x, size_t n,
    double *score)
{
	for (size_t i = 0; i < n; i += BLOCK)
		score_block(forest, x + i * forest->d,
		    n - i < BLOCK ? n - i : BLOCK, score + i);
}

/* ---- flags ---------------------------------------------------------- */

int
iforest_threshold(const struct iforest_rule *rule, const double *score,
    size_t n, double *threshold)
{
	double *negated;

	switch (rule->cut) {
	case IFOREST_AUTO:
		*threshold = 0.5;
		return 0;
	case IFOREST_THRESHOLD:
		*threshold = rule->value;
		return 0;
	case IFOREST_CONTAMINATION:
		break;
	}
	/* The p-quantile of -s, not the (1 - p)-quantile of s: the same number
	 * but for the rounding of 1 - p, which decides when (n - 1) p is whole. */
	if ((negated = calloc(n + 1, sizeof(*negated))) == NULL)
		return -1;
	for (size_t i = 0; i < n; i++)
		negated[i] = -score[i];
	*threshold = -stats_quantile(negated, n, rule->value);
	free(negated);
	return 0;
}

enum flag
iforest_flag(double score, double threshold)
{
	if (isnan(score))
		return FLAG_MISSING;
	return score > threshold ? FLAG_YES : FLAG_NO;
}
