#include "model/iforest.h"

#include <math.h>
#include <stdlib.h>

#include "model/iforest_impl.h"
#include "model/stats.h"

#define MAX_TREES 100000
#define MAX_SUBSAMPLE ((size_t)1 << 24)
#define MAX_FEATURES 65535

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
	if (!(params->gain >= 0 && params->gain <= 1))
		return "the share of guided splits must be 0 to 1";
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

/* ---- the forest ----------------------------------------------------- */

unsigned
iforest_depth(size_t psi)
{
	unsigned depth = 1;

	while (((size_t)1 << depth) < psi)
		depth++;
	return depth;
}

uint32_t *
iforest_paths(size_t psi, bool exact)
{
	uint32_t *c = calloc(psi + 1, sizeof(*c));

	for (size_t i = 0; c != NULL && i <= psi; i++)
		c[i] = (uint32_t)llround(iforest_c(i, exact) * 65536);
	return c;
}

int
iforest_allocate(struct iforest *forest)
{
	const size_t size = (size_t)1 << iforest_depth(forest->psi);

	forest->depth = iforest_depth(forest->psi);
	forest->c = (uint32_t)llround(iforest_c(forest->psi, forest->exact_c) *
	    65536);
	forest->node = calloc(forest->trees, size * sizeof(*forest->node));
	forest->leaf = calloc(forest->trees, size * sizeof(*forest->leaf));
	forest->count = calloc(forest->trees,
	    2 * size * sizeof(*forest->count));
	return forest->node == NULL || forest->leaf == NULL ||
		forest->count == NULL
	    ? -1
	    : 0;
}

void
iforest_clear_tree(struct iforest *forest, size_t tree)
{
	const size_t size = (size_t)1 << forest->depth;

	for (size_t k = 0; k < size; k++)
		forest->node[tree * size + k].threshold = INFINITY;
}

void
iforest_set_leaf(struct iforest *forest, size_t tree, size_t k, unsigned level,
    size_t n, const uint32_t *paths)
{
	const unsigned below = forest->depth - level;
	const size_t size = (size_t)1 << forest->depth;
	uint32_t *leaf = forest->leaf + tree * size + ((k << below) - size);

	forest->count[2 * tree * size + k] = (uint32_t)n;
	for (size_t i = 0; i < (size_t)1 << below; i++)
		leaf[i] = (level << 16) + paths[n];
}

static int
prepare(struct iforest *forest, bool portable)
{
	bool fits = false;

	if (forest->ranks == NULL)
		forest->ranks = iforest_ranks_new(forest, portable, &fits);
	return forest->ranks == NULL && fits ? -1 : 0;
}

int
iforest_prepare(struct iforest *forest)
{
	return prepare(forest, false);
}

int
iforest_prepare_portable(struct iforest *forest)
{
	return prepare(forest, true);
}

const char *
iforest_kernel(const struct iforest *forest)
{
	if (forest->ranks == NULL)
		return "no tables";
	return iforest_ranks_avx512(forest->ranks) ? "AVX-512" : "portable";
}

struct iforest_about
iforest_about(const struct iforest *forest)
{
	return (struct iforest_about){
		.trees = forest->trees,
		.subsample = forest->psi,
		.features = forest->d,
		.depth = forest->depth,
		.rows = forest->n,
		.seed = forest->seed,
		.c = forest->c / 65536.0,
		.missing = forest->missing,
		.exact_c = forest->exact_c,
		.gain = forest->gain,
	};
}

void
iforest_free(struct iforest *forest)
{
	if (forest == NULL)
		return;
	iforest_ranks_free(forest->ranks);
	free(forest->null);
	free(forest->quantile);
	free(forest->sample);
	free(forest->range);
	free(forest->count);
	free(forest->leaf);
	free(forest->node);
	free(forest);
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
