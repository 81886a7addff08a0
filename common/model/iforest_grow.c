/*
 * Growing, in two steps that a matrix and a stream share, so that both give the
 * same forest.  A reservoir takes trees x subsample of all rows, or all if they
 * are not more.  Then each tree draws its own psi of these, whoever grows it.
 * The trees of a large table may so meet the same rows a little more often than
 * if each drew from all of them; and sampling costs half as much, or a tenth.
 *
 * A tree gathers its rows column by column, so that the search for a feature's
 * range runs through memory in order.
 */
#include "model/iforest.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/pool.h"
#include "base/rng.h"
#include "base/vec.h"
#include "model/iforest_impl.h"
#include "model/reservoir.h"

enum { CELLS = 8192 }; /* values that stay in the cache */

/* Purposes of the random streams. */
enum { STREAM_TREE = 'I', STREAM_ROWS = 'R', STREAM_SAMPLE = 'S' };

/* The rows that trees draw from. */
struct source {
	const double *x;
	const uint64_t *row; /* where they are in x; NULL: at 0 .. m - 1 */
	size_t m;
	uint64_t n;          /* rows that they were taken of */
	const double *range; /* of these */
};

static const double *
source_row(const struct source *s, size_t d, size_t i)
{
	return s->x + (s->row == NULL ? i : s->row[i]) * d;
}

/* The memory of one worker, and the tree that it grows. */
struct grower {
	struct iforest *forest;
	const struct source *source;
	const uint32_t *paths;
	size_t tree;
	struct rng rng;
	size_t *pick; /* 0 .. m - 1, once numbered; see pick_rows */
	bool numbered;
	size_t *swap;      /* psi */
	double *column;    /* d x psi */
	bool missing;      /* some value in it is */
	uint32_t *row;     /* 0 .. psi - 1; a node has a part of them */
	uint32_t *right;   /* psi; see partition_all */
	uint32_t *feature; /* all of them; see draw_split */
	double *sorted;    /* psi values; for guided splits */
};

/* ---- one split ------------------------------------------------------ */

/* Of a feature over the rows of a node. */
struct range {
	double low, high;  /* of the finite values; low > high: none */
	bool below, above; /* there is an infinite value */
};

static struct range
find_range(const double *column, const uint32_t *row, size_t n)
{
	struct range r = { .low = INFINITY, .high = -INFINITY };
	double low = INFINITY, high = -INFINITY;
	size_t i = 0;

	/* By two, as the least of all waits for the least so far. */
	for (; i + 2 <= n; i += 2) {
		const double v = column[row[i]], w = column[row[i + 1]];

		r.low = v < r.low ? v : r.low;
		r.high = v > r.high ? v : r.high;
		low = w < low ? w : low;
		high = w > high ? w : high;
	}
	if (i < n) {
		low = column[row[i]] < low ? column[row[i]] : low;
		high = column[row[i]] > high ? column[row[i]] : high;
	}
	r.low = low < r.low ? low : r.low;
	r.high = high > r.high ? high : r.high;
	if (isfinite(r.low) && isfinite(r.high))
		return r;
	r.low = INFINITY;
	r.high = -INFINITY;
	for (i = 0; i < n; i++) {
		const double v = column[row[i]];

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

static int
compare_doubles(const void *pa, const void *pb)
{
	const double a = *(const double *)pa, b = *(const double *)pb;

	return a < b ? -1 : a > b;
}

/* Sum of squares about the mean, of n values with these sums. */
static double
scatter(double sum, double squares, double n)
{
	const double s = squares - sum * sum / n;

	return s > 0 ? s : 0;
}

/*
 * The threshold with the largest pooled gain, of the finite values: in the
 * middle between two neighbours, the first such place of equally good ones.
 */
static double
best_threshold(struct grower *g, const double *column, const uint32_t *row,
    size_t n, const struct range *r)
{
	/* In units of the range, from its middle: no sum overflows, and none
	 * cancels much. */
	const double middle = r->low / 2 + r->high / 2;
	const double unit = r->high / 2 - r->low / 2;
	double *v = g->sorted, all = 0, squares = 0, sum = 0, part = 0;
	double least = INFINITY, a = r->low, b = r->high, t;
	size_t m = 0;

	for (size_t i = 0; i < n; i++)
		if (isfinite(column[row[i]]))
			v[m++] = column[row[i]];
	qsort(v, m, sizeof(*v), compare_doubles);
	for (size_t i = 0; i < m; i++) {
		const double z = (v[i] - middle) / unit;

		all += z;
		squares += z * z;
	}
	for (size_t i = 1; i < m; i++) {
		const double z = (v[i - 1] - middle) / unit;
		const double left = (double)i, right = (double)(m - i);
		double spread;

		sum += z;
		part += z * z;
		if (v[i - 1] == v[i])
			continue;
		/* n sd, of both sides. */
		spread = sqrt(left * scatter(sum, part, left)) +
		    sqrt(right * scatter(all - sum, squares - part, right));
		if (spread < least) {
			least = spread;
			a = v[i - 1];
			b = v[i];
		}
	}
	t = a / 2 + b / 2;
	return t >= a && t < b ? t : a;
}

/*
 * Draw features until one has different values among the rows.  The first *m of
 * g->feature are those not yet known to be constant; what is found constant
 * here is so in every descendant, and moves behind them.  Returns false if none
 * is left: the rows are duplicates.
 */
static bool
draw_split(struct grower *g, const uint32_t *row, size_t n, size_t *m,
    struct iforest_node *node)
{
	const double gain = g->forest->gain;

	while (*m > 0) {
		const size_t j = (size_t)rng_below(&g->rng, *m);
		const uint32_t f = g->feature[j];
		const double *column = g->column + f * g->forest->psi;
		const struct range r = find_range(column, row, n);

		if (splits(&r)) {
			const bool guided = r.low < r.high && gain > 0 &&
			    rng_uniform(&g->rng) < gain;

			node->feature = f;
			node->threshold = guided
			    ? best_threshold(g, column, row, n, &r)
			    : draw_threshold(&g->rng, &r);
			return true;
		}
		--*m;
		g->feature[j] = g->feature[*m];
		g->feature[*m] = f;
	}
	return false;
}

static bool
missing_goes_left(struct grower *g, const struct iforest_node *node)
{
	if (g->forest->missing == IFOREST_MAJORITY)
		return node->left >= 0.5F;
	return rng_uniform(&g->rng) < (double)node->left;
}

/* Order the rows of a node, left ones first, where no value is missing: without
 * a branch, that could not be predicted.  Returns how many go left. */
static size_t
partition_all(struct grower *g, uint32_t *row, size_t n,
    struct iforest_node *node)
{
	const double *column = g->column + node->feature * g->forest->psi;
	size_t left = 0;

	for (size_t i = 0; i < n; i++) {
		const uint32_t r = row[i];

		g->right[i - left] = r;
		row[left] = r;
		left += column[r] <= node->threshold;
	}
	memcpy(row + left, g->right, (n - left) * sizeof(*row));
	node->left = (float)((double)left / (double)n);
	return left;
}

/* The same where some are.  The order of the rows decides which draw is whose. */
static size_t
partition(struct grower *g, uint32_t *row, size_t n, struct iforest_node *node)
{
	const double *column = g->column + node->feature * g->forest->psi;
	size_t present = 0, left = 0, i = 0, end = n;

	for (size_t j = 0; j < n; j++) {
		const double v = column[row[j]];

		present += isnan(v) ? 0 : 1;
		left += v <= node->threshold;
	}
	node->left = (float)((double)left / (double)present);
	while (i < end) {
		const uint32_t r = row[i];
		const double v = column[r];

		if (isnan(v) ? missing_goes_left(g, node)
			     : v <= node->threshold) {
			i++;
		} else {
			row[i] = row[--end];
			row[end] = r;
		}
	}
	return i;
}

/* ---- one tree ------------------------------------------------------- */

/* The subtree of node k at this level over n rows; m as in draw_split. */
static void
grow(struct grower *g, size_t k, unsigned level, uint32_t *row, size_t n,
    size_t m)
{
	const struct iforest *forest = g->forest;
	const size_t size = (size_t)1 << forest->depth;
	struct iforest_node *node = forest->node + g->tree * size + k;
	size_t left;

	if (n <= 1 || level == forest->depth ||
	    !draw_split(g, row, n, &m, node)) {
		iforest_set_leaf(g->forest, g->tree, k, level, n, g->paths);
		return;
	}
	forest->count[2 * g->tree * size + k] = (uint32_t)n;
	left = (g->missing ? partition : partition_all)(g, row, n, node);
	grow(g, 2 * k, level + 1, row, left, m);
	grow(g, 2 * k + 1, level + 1, row + left, n - left, m);
}

/*
 * Bring n of the m numbers in pick to its front, each set of them as likely: the
 * first steps of a shuffle, step i changing places with swap[i].  Draws nothing
 * if n is m.
 */
static void
pick_rows(struct rng *rng, size_t *pick, size_t *swap, size_t n, size_t m)
{
	for (size_t i = 0; i < n; i++) {
		const size_t j = n == m ? i : i + (size_t)rng_below(rng, m - i);
		const size_t chosen = pick[j];

		swap[i] = j;
		pick[j] = pick[i];
		pick[i] = chosen;
	}
}

/* Bring them back: cheaper than to number all m again. */
static void
unpick_rows(size_t *pick, const size_t *swap, size_t n)
{
	for (size_t i = n; i-- > 0;) {
		const size_t j = swap[i], chosen = pick[i];

		pick[i] = pick[j];
		pick[j] = chosen;
	}
}

static void
grow_tree(struct grower *g, size_t tree)
{
	const size_t d = g->forest->d, psi = g->forest->psi, m = g->source->m;
	const size_t n = psi < m ? psi : m;

	for (size_t i = 0; i < m && !g->numbered; i++)
		g->pick[i] = i;
	g->numbered = true;
	iforest_clear_tree(g->forest, tree);
	g->tree = tree;
	rng_init(&g->rng, g->forest->seed, rng_stream(STREAM_TREE, tree, 0));
	pick_rows(&g->rng, g->pick, g->swap, n, m);
	g->missing = false;
	for (size_t i = 0; i < n; i++) {
		const double *x = source_row(g->source, d, g->pick[i]);

		for (size_t f = 0; f < d; f++) {
			g->column[f * psi + i] = x[f];
			g->missing |= isnan(x[f]);
		}
	}
	unpick_rows(g->pick, g->swap, n);
	for (size_t i = 0; i < psi; i++)
		g->row[i] = (uint32_t)i;
	for (size_t f = 0; f < d; f++)
		g->feature[f] = (uint32_t)f;
	grow(g, 1, 0, g->row, psi, d);
}

/* 0 .. m - 1; NULL if out of memory. */
static size_t *
numbers(size_t m)
{
	size_t *list = calloc(m + 1, sizeof(*list));

	for (size_t i = 0; list != NULL && i < m; i++)
		list[i] = i;
	return list;
}

/* ---- what the forest keeps of the rows ------------------------------ */

/* Rows for iforest_calibrate() and the quantiles: enough for these, but some
 * 32 MB of numbers at most. */
static size_t
sample_size(size_t m, size_t d)
{
	size_t n = ((size_t)1 << 22) / d;

	n = n < 256 ? 256 : n > 8192 ? 8192 : n;
	return n < m ? n : m;
}

static int
keep_sample(struct iforest *forest, const struct source *source)
{
	const size_t d = forest->d, m = source->m, n = sample_size(m, d);
	size_t *pick = numbers(m), *swap = calloc(n + 1, sizeof(*swap));
	struct rng rng;
	int status = -1;

	forest->sample = calloc(n + 1, d * sizeof(*forest->sample));
	forest->samples = n;
	if (forest->sample == NULL || pick == NULL || swap == NULL)
		goto out;
	rng_init(&rng, forest->seed, rng_stream(STREAM_SAMPLE, 0, 0));
	pick_rows(&rng, pick, swap, n, m);
	for (size_t i = 0; i < n; i++)
		memcpy(forest->sample + i * d, source_row(source, d, pick[i]),
		    d * sizeof(*forest->sample));
	status = 0;
out:
	free(swap);
	free(pick);
	return status;
}

/* ---- the forest ----------------------------------------------------- */

struct growing {
	struct iforest *forest;
	const struct source *source;
	struct grower *grower; /* one for each worker */
	int sample;            /* what keep_sample() said */
};

static void
grow_task(void *arg, size_t task, size_t worker)
{
	struct growing *growing = arg;

	if (task == 0)
		growing->sample = keep_sample(growing->forest, growing->source);
	else
		grow_tree(&growing->grower[worker], task - 1);
}

static void
growers_free(struct grower *g, size_t n)
{
	for (size_t i = 0; g != NULL && i < n; i++) {
		free(g[i].sorted);
		free(g[i].feature);
		free(g[i].right);
		free(g[i].row);
		free(g[i].column);
		free(g[i].swap);
		free(g[i].pick);
	}
	free(g);
}

static struct grower *
growers_new(size_t n, struct iforest *forest, const struct source *source,
    const uint32_t *paths)
{
	const size_t psi = forest->psi, d = forest->d;
	struct grower *growers = calloc(n, sizeof(*growers));

	for (size_t i = 0; growers != NULL && i < n; i++) {
		struct grower *g = &growers[i];

		*g = (struct grower){
			.forest = forest,
			.source = source,
			.paths = paths,
			.pick = calloc(source->m + 1, sizeof(*g->pick)),
			.swap = calloc(psi, sizeof(*g->swap)),
			.column = calloc(d, psi * sizeof(*g->column)),
			.row = calloc(psi, sizeof(*g->row)),
			.right = calloc(psi, sizeof(*g->right)),
			.feature = calloc(d, sizeof(*g->feature)),
			.sorted = calloc(psi, sizeof(*g->sorted)),
		};
		if (g->pick == NULL || g->swap == NULL || g->column == NULL ||
		    g->row == NULL || g->right == NULL || g->feature == NULL ||
		    g->sorted == NULL) {
			growers_free(growers, n);
			return NULL;
		}
	}
	return growers;
}

static struct iforest *
grow_forest(const struct source *source, size_t d,
    const struct iforest_params *params)
{
	const size_t workers = pool_workers(params->pool);
	struct iforest *forest = calloc(1, sizeof(*forest));
	struct growing growing = { .forest = forest, .source = source };
	uint32_t *paths = NULL;

	if (forest == NULL)
		return NULL;
	*forest = (struct iforest){
		.trees = params->trees,
		.d = d,
		.psi = params->subsample < source->m ? params->subsample
						     : source->m,
		.n = source->n,
		.seed = params->seed,
		.missing = params->missing,
		.exact_c = params->exact_c,
		.gain = params->gain,
	};
	if (forest->psi == 0)
		forest->psi = 1;
	paths = iforest_paths(forest->psi, forest->exact_c);
	forest->range = calloc(d, 2 * sizeof(*forest->range));
	if (paths == NULL || forest->range == NULL ||
	    iforest_allocate(forest) == -1)
		goto fail;
	memcpy(forest->range, source->range, d * 2 * sizeof(*forest->range));
	growing.grower = growers_new(workers, forest, source, paths);
	if (growing.grower == NULL)
		goto fail;
	pool_run(params->pool, forest->trees + 1, grow_task, &growing);
	growers_free(growing.grower, workers);
	if (growing.sample == -1)
		goto fail;
	free(paths);
	return forest;
fail:
	free(paths);
	iforest_free(forest);
	return NULL;
}

/* How many rows the trees draw from at most. */
static size_t
source_size(const struct iforest_params *params)
{
	/* Both are checked, to 17 and 24 bits. */
	return params->trees * params->subsample;
}

/* ---- which rows count ----------------------------------------------- */

/* Least and largest value of d features, none yet; NULL if out of memory. */
static double *
ranges_new(size_t d)
{
	double *range = calloc(d, 2 * sizeof(*range));

	for (size_t f = 0; range != NULL && f < d; f++) {
		range[2 * f] = INFINITY;
		range[2 * f + 1] = -INFINITY;
	}
	return range;
}

/* Of one feature of n rows, which lie d apart; four at a time, as the least of
 * all waits for the least so far. */
static void
column_range(double range[2], const double *x, size_t n, size_t d)
{
	double low[4], high[4];
	size_t i = 0;

	for (size_t j = 0; j < 4; j++) {
		low[j] = range[0];
		high[j] = range[1];
	}
	for (; i + 4 <= n; i += 4) {
		const double *v = x + i * d;

		low[0] = v[0] < low[0] ? v[0] : low[0];
		low[1] = v[d] < low[1] ? v[d] : low[1];
		low[2] = v[2 * d] < low[2] ? v[2 * d] : low[2];
		low[3] = v[3 * d] < low[3] ? v[3 * d] : low[3];
		high[0] = v[0] > high[0] ? v[0] : high[0];
		high[1] = v[d] > high[1] ? v[d] : high[1];
		high[2] = v[2 * d] > high[2] ? v[2 * d] : high[2];
		high[3] = v[3 * d] > high[3] ? v[3 * d] : high[3];
	}
	for (; i < n; i++) {
		low[0] = x[i * d] < low[0] ? x[i * d] : low[0];
		high[0] = x[i * d] > high[0] ? x[i * d] : high[0];
	}
	for (size_t j = 0; j < 4; j++) {
		range[0] = low[j] < range[0] ? low[j] : range[0];
		range[1] = high[j] > range[1] ? high[j] : range[1];
	}
	/* Which of 0 and -0 comes first does not count. */
	range[0] += 0.0;
	range[1] += 0.0;
}

static void
ranges_add(double *range, const double *x, size_t n, size_t d)
{
	/* Rows that stay in the cache while their columns pass. */
	const size_t most = d < CELLS ? CELLS / d : 1;

	for (size_t i = 0; i < n; i += most)
		for (size_t f = 0; f < d; f++)
			column_range(range + 2 * f, x + i * d + f,
			    n - i < most ? n - i : most, d);
}

static void
ranges_merge(double *range, const double *other, size_t d)
{
	for (size_t f = 0; f < 2 * d; f += 2) {
		range[f] = other[f] < range[f] ? other[f] : range[f];
		range[f + 1] = other[f + 1] > range[f + 1] ? other[f + 1]
							   : range[f + 1];
	}
}

/* Whether a row counts. */
static bool
is_wanted(const struct iforest_params *params, const double *row, size_t d)
{
	if (params->missing != IFOREST_SKIP && params->missing != IFOREST_FAIL)
		return true;
	for (size_t f = 0; f < d; f++)
		if (isnan(row[f]))
			return false;
	return true;
}

/* ---- from a matrix -------------------------------------------------- */

/* Numbers of the rows that count, n of them; NULL if out of memory. */
static uint64_t *
list_wanted(const struct iforest_params *params, const double *x, size_t d,
    size_t *n)
{
	uint64_t *list = calloc(*n + 1, sizeof(*list));
	size_t wanted = 0;

	for (size_t i = 0; list != NULL && i < *n; i++)
		if (is_wanted(params, x + i * d, d))
			list[wanted++] = i;
	*n = wanted;
	return list;
}

/* Those rows of n that trees draw from: of list, if that is not NULL. */
static uint64_t *
reserve(const struct iforest_params *params, const uint64_t *list, size_t n)
{
	const size_t size = source_size(params);
	uint64_t *kept = calloc(size, sizeof(*kept)), row;
	struct reservoir r;
	size_t slot;

	if (kept == NULL)
		return NULL;
	reservoir_init(&r, size, params->seed, rng_stream(STREAM_ROWS, 0, 0));
	while (reservoir_next(&r, n, &row, &slot))
		kept[slot] = list == NULL ? row : list[row];
	return kept;
}

/* What is to be known of a matrix before trees grow: their rows, and ranges. */
struct survey {
	const struct iforest_params *params;
	struct source *source;
	const uint64_t *list;
	size_t d;
	double *range;  /* of each worker */
	uint64_t *kept; /* NULL: all rows, or out of memory */
};

enum { SURVEY_ROWS = 16384 }; /* of a task */

static void
survey_task(void *arg, size_t task, size_t worker)
{
	struct survey *survey = arg;
	const struct source *source = survey->source;
	const size_t d = survey->d, begin = (task - 1) * SURVEY_ROWS;
	double *range = survey->range + worker * 2 * d;

	if (task == 0) {
		if (source->n > source_size(survey->params))
			survey->kept = reserve(survey->params, survey->list,
			    (size_t)source->n);
		return;
	}
	if (source->row == NULL) {
		ranges_add(range, source->x + begin * d,
		    source->m - begin < SURVEY_ROWS ? source->m - begin
						    : SURVEY_ROWS,
		    d);
		return;
	}
	for (size_t i = begin; i < source->m && i < begin + SURVEY_ROWS; i++)
		ranges_add(range, source_row(source, d, i), 1, d);
}

/* Ranges of the source, and the rows of it that trees draw from, if they are
 * not all; these are to be freed when it is done with. */
static int
survey(struct source *source, const struct iforest_params *params,
    const uint64_t *list, size_t d, double *range, uint64_t **kept)
{
	const size_t workers = pool_workers(params->pool);
	struct survey survey = { .params = params,
		.source = source,
		.list = list,
		.d = d,
		.range = ranges_new(workers * d) };

	*kept = NULL;
	if (survey.range == NULL)
		return -1;
	pool_run(params->pool, 1 + (source->m + SURVEY_ROWS - 1) / SURVEY_ROWS,
	    survey_task, &survey);
	for (size_t i = 0; i < workers; i++)
		ranges_merge(range, survey.range + i * 2 * d, d);
	free(survey.range);
	*kept = survey.kept;
	if (source->n <= source_size(params))
		return 0;
	source->row = survey.kept;
	source->m = source_size(params);
	return survey.kept == NULL ? -1 : 0;
}

struct iforest *
iforest_fit(const double *x, size_t n, size_t d,
    const struct iforest_params *params)
{
	double *range = ranges_new(d);
	struct source source = { .x = x, .range = range };
	struct iforest *forest = NULL;
	uint64_t *list = NULL, *kept = NULL;

	if (range == NULL)
		return NULL;
	if (params->missing == IFOREST_SKIP ||
	    params->missing == IFOREST_FAIL) {
		if ((list = list_wanted(params, x, d, &n)) == NULL)
			goto out;
		source.row = list;
	}
	source.n = n;
	source.m = n;
	if (survey(&source, params, list, d, range, &kept) == 0)
		forest = grow_forest(&source, d, params);
out:
	free(kept);
	free(list);
	free(range);
	return forest;
}

/* ---- from a stream -------------------------------------------------- */

struct iforest_stream {
	struct iforest_params params;
	size_t d;
	uint64_t n;    /* rows that count, so far */
	double *range; /* of these */
	struct reservoir reservoir;
	double *kept; /* those in it */
	size_t cap;
};

struct iforest_stream *
iforest_stream_new(size_t d, const struct iforest_params *params)
{
	struct iforest_stream *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->params = *params;
	s->d = d;
	if ((s->range = ranges_new(d)) == NULL) {
		free(s);
		return NULL;
	}
	reservoir_init(&s->reservoir, source_size(params), params->seed,
	    rng_stream(STREAM_ROWS, 0, 0));
	return s;
}

int
iforest_stream_add(struct iforest_stream *stream, const double *x, size_t n)
{
	const size_t d = stream->d;
	uint64_t row;
	size_t slot;

	for (size_t i = 0; i < n; i++) {
		if (!is_wanted(&stream->params, x + i * d, d))
			continue;
		stream->n++;
		ranges_add(stream->range, x + i * d, 1, d);
		if (!reservoir_next(&stream->reservoir, stream->n, &row, &slot))
			continue;
		if (vec_grow(&stream->kept, &stream->cap, (slot + 1) * d,
			sizeof(*stream->kept)) == -1)
			return -1;
		memcpy(stream->kept + slot * d, x + i * d, d * sizeof(*x));
	}
	return 0;
}

struct iforest *
iforest_stream_fit(struct iforest_stream *stream)
{
	const size_t size = source_size(&stream->params);
	const struct source source = {
		.x = stream->kept,
		.m = stream->n < size ? (size_t)stream->n : size,
		.n = stream->n,
		.range = stream->range,
	};

	return grow_forest(&source, stream->d, &stream->params);
}

const double *
iforest_stream_rows(const struct iforest_stream *stream, size_t *n)
{
	const size_t size = source_size(&stream->params);

	*n = stream->n < size ? (size_t)stream->n : size;
	return stream->kept;
}

void
iforest_stream_code(struct iforest_stream *stream, size_t f, const double *code)
{
	double *range = stream->range + 2 * f;
	const double last = range[1]; /* -inf if all are missing */
	size_t n;

	(void)iforest_stream_rows(stream, &n);
	for (size_t i = 0; i < n; i++) {
		double *v = &stream->kept[i * stream->d + f];

		if (!isnan(*v))
			*v = code[(size_t)*v];
	}
	range[0] = INFINITY;
	range[1] = -INFINITY;
	for (size_t k = 0; (double)k <= last; k++) {
		range[0] = code[k] < range[0] ? code[k] : range[0];
		range[1] = code[k] > range[1] ? code[k] : range[1];
	}
}

void
iforest_stream_free(struct iforest_stream *stream)
{
	if (stream == NULL)
		return;
	free(stream->kept);
	free(stream->range);
	free(stream);
}
