/*
 * Scoring.  Trees run in the outer loop and rows in blocks in the inner, so that
 * a tree (a few KB) stays in the first cache while a block passes.
 *
 * A linked tree would be smaller for heavy-tailed data and is slower; rows with
 * missing values branch, and take a scalar path.
 */
#include "model/iforest.h"

#include <math.h>
#include <string.h>

#include "base/pool.h"
#include "model/iforest_impl.h"

enum {
	BLOCK = 2048, /* rows that pass one tree */
	FLIGHT = 8,   /* rows whose steps overlap */
	FEW = 16,     /* rows below which the tables of ranks do not pay */
};

/* Two numbers that are worked on at a time. */
typedef double pair __attribute__((vector_size(16)));
typedef uint64_t pair_bits __attribute__((vector_size(16)));

static inline size_t
step(const struct iforest_node *node, const double *row, size_t k)
{
	return 2 * k + (row[node[k].feature] > node[k].threshold);
}

/* Add the path lengths of n rows in one tree.  Rows with a missing value get a
 * number without a meaning. */
static void
add_paths(const struct iforest *forest, const struct iforest_node *node,
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

/* ---- missing values ------------------------------------------------- */

/* Path length x 2^16 from node k at this level, of a row that may lack the
 * features asked for. */
static double
divided_path(const struct iforest *forest, const struct iforest_node *node,
    const uint32_t *leaf, const double *row, size_t k, unsigned level)
{
	const size_t leaves = (size_t)1 << forest->depth;

	for (; level < forest->depth; level++) {
		const double p = (double)node[k].left;

		if (iforest_is_leaf(&node[k]))
			return leaf[(k << (forest->depth - level)) - leaves];
		if (!isnan(row[node[k].feature]))
			k = step(node, row, k);
		else if (forest->missing == IFOREST_MAJORITY)
			k = 2 * k + (p < 0.5);
		else
			return p *
			    divided_path(forest, node, leaf, row, 2 * k,
				level + 1) +
			    (1 - p) *
			    divided_path(forest, node, leaf, row, 2 * k + 1,
				level + 1);
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

static size_t
count_missing(const double *row, size_t d)
{
	size_t missing = 0;

	for (size_t j = 0; j < d; j++)
		missing += isnan(row[j]) ? 1 : 0;
	return missing;
}

/* Whether any of n values is missing. */
static bool
some_missing(const double *x, size_t n)
{
	pair_bits found = { 0 };

	for (size_t i = 0; i + 2 <= n; i += 2) {
		pair v;

		memcpy(&v, x + i, sizeof(v));
		found |= (pair_bits)(v != v);
	}
	return (found[0] | found[1]) != 0 || (n % 2 != 0 && isnan(x[n - 1]));
}

/* Whether a row that lacks so many features has a score. */
static bool
has_score(const struct iforest *forest, size_t missing)
{
	if (forest->missing == IFOREST_SKIP || forest->missing == IFOREST_FAIL)
		return missing == 0;
	return missing < forest->d;
}

/* ---- sums to scores ------------------------------------------------- */

/*
 * 2^x for x in (-1000, 0], within 1 ulp, and exact where x is whole.  The series
 * of exp(r ln 2): exp2() may differ from one processor to the next in the last
 * bit, and is slower.
 */
static inline pair
power_of_two(pair x)
{
	/* A number that is added to this is rounded to a whole one, which is
	 * then in the low bits. */
	const double round = 0x1.8p52;
	const pair up = x - 0.5, near = (up + round) - round;
	const pair one = (pair)((pair_bits)(near < up) &
	    (pair_bits)(x - x + 1));
	const pair whole = near + one; /* up, rounded up */
	const pair_bits scale = (pair_bits)(whole + (round + 1023)) << 52;
	const pair r = x - whole, q = r * r;
	pair even = 2.567843599348820514e-11 * q + 7.054911620801123330e-9;
	pair odd = 1.369148885390412888e-12 * q + 4.445538271870811498e-10;

	/* ln(2)^k / k!, by twos: the processor works on both at a time. */
	even = even * q + 1.321548679014430949e-6;
	odd = odd * q + 1.017808600923969973e-7;
	even = even * q + 1.540353039338160995e-4;
	odd = odd * q + 1.525273380405984028e-5;
	even = even * q + 9.618129107628477162e-3;
	odd = odd * q + 1.333355814642844342e-3;
	even = even * q + 2.402265069591007123e-1;
	odd = odd * q + 5.550410866482157995e-2;
	even = even * q + 1;
	odd = odd * q + 6.931471805599453094e-1;
	return (even + odd * r) * (pair)scale;
}

/* The scores of two rows, by their sums and what a score of 0.5 adds up to. */
static inline pair
scores_of(uint64_t a, uint64_t b, double usual)
{
	const pair sum = { (double)(int64_t)a, (double)(int64_t)b };

	if (usual == 0)
		return sum - sum + 0.5; /* a forest of one row knows nothing */
	return power_of_two(-sum / usual);
}

static double
usual_sum(const struct iforest *forest)
{
	return (double)forest->trees * forest->c;
}

static double
score_of(const struct iforest *forest, uint64_t sum)
{
	return scores_of(sum, sum, usual_sum(forest))[0];
}

static void
scores_of_sums(const struct iforest *forest, const uint64_t *sum, size_t n,
    double *score)
{
	const double usual = usual_sum(forest);

	for (size_t i = 0; i + 2 <= n; i += 2) {
		const pair two = scores_of(sum[i], sum[i + 1], usual);

		memcpy(score + i, &two, sizeof(two));
	}
	if (n % 2 != 0)
		score[n - 1] = score_of(forest, sum[n - 1]);
}

/* The scores of rows of which some lack features. */
static void
score_missing(const struct iforest *forest, const double *x, size_t n,
    const uint64_t *sum, double *score)
{
	for (size_t i = 0; i < n; i++) {
		const double *row = x + i * forest->d;
		const size_t missing = count_missing(row, forest->d);

		if (!has_score(forest, missing))
			score[i] = NAN;
		else if (missing > 0)
			score[i] = score_of(forest, divided_sum(forest, row));
		else
			score[i] = score_of(forest, sum[i]);
	}
}

static void
score_block(const struct iforest *forest, const double *x, size_t n,
    double *score)
{
	const size_t size = (size_t)1 << forest->depth, d = forest->d;
	uint64_t sum[BLOCK];

	memset(sum, 0, n * sizeof(*sum)); /* n may be 1 */
	if (forest->ranks != NULL && n >= FEW)
		iforest_ranks_sums(forest->ranks, x, n, sum);
	else
		for (size_t tree = 0; tree < forest->trees; tree++)
			add_paths(forest, forest->node + tree * size,
			    forest->leaf + tree * size, x, n, sum);
	if (some_missing(x, n * d)) {
		score_missing(forest, x, n, sum, score);
		return;
	}
	scores_of_sums(forest, sum, n, score);
}

struct job {
	const struct iforest *forest;
	const double *x;
	size_t n;
	double *score;
};

static void
score_task(void *arg, size_t task, size_t worker)
{
	const struct job *job = arg;
	const size_t i = task * BLOCK;

	(void)worker;
	score_block(job->forest, job->x + i * job->forest->d,
	    job->n - i < BLOCK ? job->n - i : BLOCK, job->score + i);
}

void
iforest_scores_with(struct pool *pool, const struct iforest *forest,
    const double *x, size_t n, double *score)
{
	struct job job = { .forest = forest, .x = x, .n = n };

	job.score = score;
	pool_run(pool, n / BLOCK + (n % BLOCK != 0), score_task, &job);
}

void
iforest_scores(const struct iforest *forest, const double *x, size_t n,
    double *score)
{
	iforest_scores_with(NULL, forest, x, n, score);
}
