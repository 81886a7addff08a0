#include "model/iforest.h"

#include <math.h>
#include <stdlib.h>

#include "model/iforest_impl.h"

struct iforest_why {
	const struct iforest *forest;
	double *v;   /* trees x 2^(depth + 1): V of node k */
	double root; /* mean V of the roots */
};

/* V of node k at this level of a tree, and of all below it. */
static double
fill(struct iforest_why *why, size_t tree, size_t k, unsigned level)
{
	const struct iforest *forest = why->forest;
	const size_t size = (size_t)1 << forest->depth;
	const uint32_t *count = forest->count + 2 * size * tree;
	const unsigned below = forest->depth - level;
	double *v = why->v + 2 * size * tree;

	if (below == 0 || iforest_is_leaf(&forest->node[size * tree + k]))
		v[k] = forest->leaf[size * tree + ((k << below) - size)] /
		    65536.0;
	else
		v[k] = (count[2 * k] * fill(why, tree, 2 * k, level + 1) +
			   count[2 * k + 1] *
			       fill(why, tree, 2 * k + 1, level + 1)) /
		    count[k];
	return v[k];
}

struct iforest_why *
iforest_why_new(const struct iforest *forest)
{
	struct iforest_why *why = calloc(1, sizeof(*why));

	if (why == NULL)
		return NULL;
	why->forest = forest;
	why->v = calloc(forest->trees,
	    ((size_t)2 << forest->depth) * sizeof(*why->v));
	if (why->v == NULL) {
		iforest_why_free(why);
		return NULL;
	}
	for (size_t tree = 0; tree < forest->trees; tree++)
		why->root += fill(why, tree, 1, 0) / (double)forest->trees;
	return why;
}

double
iforest_why_factor(const struct iforest_why *why, double phi)
{
	/* A forest of one row knows nothing. */
	return why->forest->c == 0 ? 1 : exp2(phi * 65536 / why->forest->c);
}

double
iforest_why_base(const struct iforest_why *why)
{
	return why->forest->c == 0 ? 0.5 : iforest_why_factor(why, -why->root);
}

/* Charge what the row's way from node k changes, with this weight. */
static void
charge(const struct iforest_why *why, size_t tree, size_t k, unsigned level,
    const double *row, double weight, double *phi)
{
	const struct iforest *forest = why->forest;
	const size_t size = (size_t)1 << forest->depth;
	const struct iforest_node *nodes = forest->node + size * tree;
	const double *v = why->v + 2 * size * tree;

	for (; level < forest->depth && !iforest_is_leaf(&nodes[k]); level++) {
		const struct iforest_node *node = &nodes[k];
		const double x = row[node->feature], p = (double)node->left;
		size_t next = 2 * k + (x > node->threshold);

		if (isnan(x) && forest->missing == IFOREST_MAJORITY) {
			next = 2 * k + (p < 0.5);
		} else if (isnan(x)) {
			phi[node->feature] -= weight *
			    (p * v[2 * k] + (1 - p) * v[2 * k + 1] - v[k]);
			charge(why, tree, 2 * k, level + 1, row, weight * p,
			    phi);
			charge(why, tree, 2 * k + 1, level + 1, row,
			    weight * (1 - p), phi);
			return;
		}
		phi[node->feature] -= weight * (v[next] - v[k]);
		k = next;
	}
}

void
iforest_why(const struct iforest_why *why, const double *row, double *phi)
{
	const struct iforest *forest = why->forest;

	for (size_t f = 0; f < forest->d; f++)
		phi[f] = 0;
	for (size_t tree = 0; tree < forest->trees; tree++)
		charge(why, tree, 1, 0, row, 1 / (double)forest->trees, phi);
}

size_t
iforest_why_top(const double *phi, size_t d, size_t k, size_t *feature)
{
	size_t n = 0;

	/* An insertion sort of what is in the list so far: k is small. */
	for (size_t f = 0; f < d && k > 0; f++) {
		size_t i = n < k ? n++ : k;

		for (; i > 0 && phi[feature[i - 1]] < phi[f]; i--)
			if (i < k)
				feature[i] = feature[i - 1];
		if (i < k)
			feature[i] = f;
	}
	return n;
}

void
iforest_why_free(struct iforest_why *why)
{
	if (why == NULL)
		return;
	free(why->v);
	free(why);
}
