/*
 * How rows score when nothing is unusual, and what a score is worth then; the
 * rows are those of model/ordinary.h.
 */
#include "model/iforest.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/pool.h"
#include "base/rng.h"
#include "model/iforest_impl.h"
#include "model/ordinary.h"
#include "model/stats.h"

enum {
	STREAM_NULL = 'N',
	ROWS = IFOREST_NULLS,
	BLOCK = 125,      /* rows of one task */
	TAIL = ROWS / 20, /* rows beyond the 95 % point u */
};

struct job {
	const struct iforest *forest;
	const struct ordinary *ordinary;
	double *score;
	double *memory; /* of all workers, `size` each */
	size_t size;
};

static void
draw_and_score(void *arg, size_t task, size_t worker)
{
	struct job *job = arg;
	double *x = job->memory + worker * job->size;
	double *work = x + BLOCK * job->forest->d;
	struct rng rng;

	rng_init(&rng, job->forest->seed, rng_stream(STREAM_NULL, task, 0));
	for (size_t i = 0; i < BLOCK; i++)
		ordinary_draw(job->ordinary, &rng, work,
		    x + i * job->forest->d);
	iforest_scores(job->forest, x, BLOCK, job->score + task * BLOCK);
}

static int
compare_scores(const void *pa, const void *pb)
{
	const double a = *(const double *)pa, b = *(const double *)pb;

	return a < b ? -1 : a > b;
}

int
iforest_calibrate(struct iforest *forest, struct pool *pool)
{
	const size_t workers = pool_workers(pool);
	struct ordinary *ordinary;
	struct job job = { .forest = forest };
	int status = -1;

	if (iforest_prepare(forest) == -1)
		return -1;
	ordinary = ordinary_new(forest->sample, forest->samples, forest->d);
	if (ordinary == NULL)
		return -1;
	job.ordinary = ordinary;
	job.size = BLOCK * forest->d + ordinary_work(ordinary);
	job.memory = calloc(workers, job.size * sizeof(*job.memory));
	job.score = calloc(ROWS, sizeof(*job.score));
	if (job.memory == NULL || job.score == NULL)
		goto out;
	pool_run(pool, ROWS / BLOCK, draw_and_score, &job);
	qsort(job.score, ROWS, sizeof(*job.score), compare_scores);
	free(forest->null);
	forest->null = job.score;
	forest->nulls = ROWS;
	job.score = NULL;
	status = 0;
out:
	free(job.score);
	free(job.memory);
	ordinary_free(ordinary);
	return status;
}

double
iforest_p(const struct iforest *forest, double score)
{
	const double *null = forest->null;
	const size_t n = forest->nulls;
	size_t below = 0, end = n;
	double u, excess = 0;

	if (null == NULL || isnan(score))
		return NAN;
	while (below < end) {
		const size_t middle = (below + end) / 2;

		if (null[middle] < score)
			below = middle + 1;
		else
			end = middle;
	}
	u = null[n - TAIL - 1];
	if (score > u) {
		for (size_t i = n - TAIL; i < n; i++)
			excess += (null[i] - u) / TAIL;
		if (excess > 0)
			return fmax(0.05 * exp(-(score - u) / excess), DBL_MIN);
	}
	return (double)(1 + n - below) / (double)(n + 1);
}

int
iforest_quantiles(const struct iforest *forest, double *quantile)
{
	static const double p[] = { 0.01, 0.5, 0.99 };
	const size_t d = forest->d, n = forest->samples;
	double *x;

	if (forest->quantile != NULL) {
		memcpy(quantile, forest->quantile,
		    d * IFOREST_QUANTILES * sizeof(*quantile));
		return 0;
	}
	if ((x = calloc(n + 1, sizeof(*x))) == NULL)
		return -1;
	for (size_t f = 0; f < d; f++) {
		double *q = quantile + IFOREST_QUANTILES * f;
		const double *range = forest->range + 2 * f;

		for (size_t i = 0; i < n; i++)
			x[i] = forest->sample[i * d + f];
		for (size_t k = 0; k < 3; k++)
			q[k + 1] = stats_quantile(x, n, p[k]);
		q[0] = range[0] <= range[1] ? range[0] : NAN;
		q[4] = range[0] <= range[1] ? range[1] : NAN;
	}
	free(x);
	return 0;
}
