/*
 * The computing part of an isolation forest alone, for tests/bench/iforest.py.
 * usage: bench_iforest time FILE N D TREES JOBS KERNEL
 *        bench_iforest scores FILE N D TREES JOBS KERNEL SEED SEEDS
 * FILE holds N x D doubles, row-major, as this machine stores them.  KERNEL is
 * portable or fast (AVX-512 where the processor has it).  `time` prints the
 * seconds of fitting (tables included) and of scoring all rows; `scores` writes
 * the scores of all rows for each of SEEDS seeds as doubles.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/pool.h"
#include "model/iforest.h"

struct task {
	double *x, *score;
	size_t n, d;
	struct iforest_params params;
	bool fast;
};

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double *
read_doubles(const char *path, size_t n)
{
	FILE *in = fopen(path, "rb");
	double *x = calloc(n, sizeof(*x));

	if (in == NULL || x == NULL)
		err(1, "%s", path);
	if (fread(x, sizeof(*x), n, in) != n)
		errx(1, "%s: too short", path);
	fclose(in);
	return x;
}

/* Fit and score; the seconds of both. */
static void
run(const struct task *t, double *fit, double *score)
{
	const double start = now();
	struct iforest *forest = iforest_fit(t->x, t->n, t->d, &t->params);
	double fitted;

	if (forest == NULL ||
	    (t->fast ? iforest_prepare : iforest_prepare_portable)(forest) ==
		-1)
		err(1, NULL);
	fitted = now();
	iforest_scores_with(t->params.pool, forest, t->x, t->n, t->score);
	*score = now() - fitted;
	*fit = fitted - start;
	iforest_free(forest);
}

int
main(int argc, char *argv[])
{
	struct task t = { 0 };
	double fit = 0, score = 0;
	size_t seeds;

	if (argc != 8 && argc != 10)
		errx(2, "see the comment at the top of bench_iforest.c");
	t.n = strtoul(argv[3], NULL, 10);
	t.d = strtoul(argv[4], NULL, 10);
	t.x = read_doubles(argv[2], t.n * t.d);
	t.score = calloc(t.n + 1, sizeof(*t.score));
	t.params.trees = strtoul(argv[5], NULL, 10);
	t.params.subsample = 256;
	t.params.pool = pool_new(strtoul(argv[6], NULL, 10));
	t.fast = strcmp(argv[7], "fast") == 0;
	if (t.score == NULL || t.params.pool == NULL)
		err(1, NULL);
	t.params.seed = argc == 10 ? strtoul(argv[8], NULL, 10) : 1;
	seeds = argc == 10 ? strtoul(argv[9], NULL, 10) : 1;
	for (size_t i = 0; i < seeds; i++, t.params.seed++) {
		run(&t, &fit, &score);
		if (strcmp(argv[1], "scores") == 0)
			fwrite(t.score, sizeof(*t.score), t.n, stdout);
	}
	if (strcmp(argv[1], "time") == 0)
		printf("%.6f %.6f\n", fit, score);
	pool_free(t.params.pool);
	free(t.score);
	free(t.x);
	if (fflush(stdout) == EOF || ferror(stdout))
		err(1, "stdout");
	return 0;
}
