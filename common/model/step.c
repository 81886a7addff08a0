#include "model/step.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "model/stats.h"
#include "model/student.h"

#define SD_PER_MAD 1.4826

enum {
	FIRST = 10,       /* days next to the ends .. */
	LAST = 6,         /* .. that are not tested */
	LEAST_TESTED = 40 /* days for a second look at how a test swings */
};

/* A test looks at so many days before t and from t on, and needs some. */
struct window {
	size_t before, after;
	double least_before, least_after;
	bool slope; /* the line may rise */
};

enum { TESTS = 2, MOST_BEFORE = 28 };
static const struct window windows[TESTS] = { { 21, 21, 8, 5, true },
	{ MOST_BEFORE, 14, 8, 4, false } };

/* Sums over the usable days before one; x is the day. */
struct sums {
	double n, x, xx, a, xa;
};

/* What J / se is divided by: the noise of the series, and by how much the test
 * swings more than that. */
struct test {
	double noise, swing;
};

/* How near a day is to a step found. */
enum { FAR, REACHED, BLANK };

struct step_work {
	struct sums *sum;  /* of metric i from i * (n + 1) on */
	struct test *test; /* test * m + i */
	double *z;         /* z[(test * m + i) * n + t], NaN where not tested */
	double *sizes;     /* of z, for a median */
	int8_t *near;
	double *ln_p;   /* NaN where not tested */
	size_t *metric; /* of the smallest p */
};

struct step_work *
step_work_new(size_t n, size_t m)
{
	struct step_work *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return NULL;
	w->sum = calloc((n + 1) * m + 1, sizeof(*w->sum));
	w->test = calloc(TESTS * m + 1, sizeof(*w->test));
	w->z = calloc(TESTS * n * m + 1, sizeof(*w->z));
	w->sizes = calloc(n + 1, sizeof(*w->sizes));
	w->near = calloc(n + 1, sizeof(*w->near));
	w->ln_p = calloc(n + 1, sizeof(*w->ln_p));
	w->metric = calloc(n + 1, sizeof(*w->metric));
	if (w->sum == NULL || w->test == NULL || w->z == NULL ||
	    w->sizes == NULL || w->near == NULL || w->ln_p == NULL ||
	    w->metric == NULL) {
		step_work_free(w);
		return NULL;
	}
	return w;
}

void
step_work_free(struct step_work *w)
{
	if (w == NULL)
		return;
	free(w->metric);
	free(w->ln_p);
	free(w->near);
	free(w->sizes);
	free(w->z);
	free(w->test);
	free(w->sum);
	free(w);
}

static void
sum_up(struct sums *sum, const double *a, size_t n)
{
	sum[0] = (struct sums){ 0 };
	for (size_t t = 0; t < n; t++) {
		const double x = (double)t;

		sum[t + 1] = sum[t];
		if (isnan(a[t]))
			continue;
		sum[t + 1].n++;
		sum[t + 1].x += x;
		sum[t + 1].xx += x * x;
		sum[t + 1].a += a[t];
		sum[t + 1].xa += x * a[t];
	}
}

static struct sums
between(const struct sums *sum, size_t from, size_t to)
{
	const struct sums *s = &sum[from], *e = &sum[to];

	return (struct sums){ e->n - s->n, e->x - s->x, e->xx - s->xx,
		e->a - s->a, e->xa - s->xa };
}

/* J / se at t from days on or after `first`; NaN if it cannot be tested. */
static double
jump(const struct sums *sum, size_t n, size_t t, const struct window *w,
    size_t first)
{
	const size_t from = t > first + w->before ? t - w->before : first;
	const size_t to = t + w->after < n ? t + w->after : n;
	const struct sums l = between(sum, from, t), r = between(sum, t, to);
	double gap, sxx, sxa, j, variance;

	if (l.n < w->least_before || r.n < w->least_after)
		return NAN;
	j = r.a / r.n - l.a / l.n;
	variance = 1 / l.n + 1 / r.n;
	if (w->slope) {
		gap = r.x / r.n - l.x / l.n;
		sxx = l.xx - l.x * l.x / l.n + r.xx - r.x * r.x / r.n;
		sxa = l.xa - l.x * l.a / l.n + r.xa - r.x * r.a / r.n;
		j -= sxa / sxx * gap;
		variance += gap * gap / sxx;
	}
	return j / sqrt(variance);
}

/* All z of a series by one test, number j. */
static void
test_series(struct step_work *w, const struct step_series *s,
    const struct sums *sum, size_t n, const struct window *window, size_t j)
{
	struct test *test = &w->test[j];
	double *z = w->z + j * n;

	*test = (struct test){ s->sigma * sqrt((1 + s->rho) / (1 - s->rho)),
		1 };
	for (size_t t = 0; t < n; t++) {
		z[t] = NAN;
		if (t >= FIRST && t + LAST < n)
			z[t] = jump(sum, n, t, window, 0) / test->noise;
	}
}

static void
mark_near(struct step_work *w, size_t n, const struct step *found, size_t count)
{
	memset(w->near, FAR, n);
	for (size_t i = 0; i < count; i++) {
		const size_t day = found[i].day;
		size_t t = day > MOST_BEFORE ? day - MOST_BEFORE : 0;

		for (; t < n && t < day + MOST_BEFORE; t++) {
			if (t + STEP_APART >= day && t < day + STEP_APART)
				w->near[t] = BLANK;
			else if (w->near[t] == FAR)
				w->near[t] = REACHED;
		}
	}
}

/* Judge test j by how it swings on days that no step found reaches; with one
 * found, not more than before. */
static void
normalise(struct step_work *w, size_t n, size_t j, bool again)
{
	struct test *test = &w->test[j];
	double *z = w->z + j * n, swing, more;
	size_t tested = 0;

	for (size_t t = 0; t < n; t++)
		if (!isnan(z[t]) && w->near[t] == FAR)
			w->sizes[tested++] = z[t];
	if (tested < (again ? LEAST_TESTED : 1))
		return;
	swing = fmax(1,
	    test->swing * SD_PER_MAD * stats_mad(w->sizes, tested, 0));
	if (again && swing >= test->swing)
		return;
	more = swing / test->swing;
	for (size_t t = 0; t < n; t++)
		z[t] /= more;
	test->swing = swing;
}

/* The p of day t by all tests, if it might be below the limit: the harmonic
 * mean; one that was not made has p = 1. */
static void
judge(struct step_work *w, size_t m, size_t n, size_t t, double limit)
{
	double most = 0, least, sum = 0;
	size_t metric = 0;

	w->ln_p[t] = NAN;
	for (size_t j = 0; j < TESTS * m; j++)
		if (fabs(w->z[j * n + t]) > most) {
			most = fabs(w->z[j * n + t]);
			metric = j % m;
		}
	/* The mean is no less than the least. */
	if (most == 0 || (least = student15_ln_p(most)) >= limit)
		return;
	for (size_t j = 0; j < TESTS * m; j++) {
		const double z = w->z[j * n + t];

		sum += exp(least - (isnan(z) ? 0 : student15_ln_p(z)));
	}
	w->ln_p[t] = log((double)(TESTS * m)) - log(sum) + least;
	w->metric[t] = metric;
}

/* After a step the days near it are not tested, and those whose windows reach
 * back beyond it by what came since: it alarms once. */
static void
take_step(struct step_work *w, size_t m, size_t n, size_t day, double limit)
{
	size_t t = day > STEP_APART ? day - STEP_APART : 0;

	for (; t < n && t < day + STEP_APART; t++)
		w->ln_p[t] = NAN;
	for (; t + LAST < n && t < day + MOST_BEFORE; t++) {
		for (size_t j = 0; j < TESTS * m; j++)
			w->z[j * n + t] = jump(w->sum + j % m * (n + 1), n, t,
					      &windows[j / m], day) /
			    w->test[j].noise / w->test[j].swing;
		if (!isnan(w->ln_p[t]))
			judge(w, m, n, t, limit);
	}
}

/* The day of the smallest p below the limit; n if there is none. */
static size_t
most_certain(const struct step_work *w, size_t n, double limit)
{
	size_t best = n;

	for (size_t t = 0; t < n; t++)
		if (w->ln_p[t] < (best < n ? w->ln_p[best] : limit))
			best = t;
	return best;
}

/* Find steps beside those found; how many there are then. */
static size_t
find_more(struct step_work *w, size_t m, size_t n, double limit,
    struct step *found, size_t count)
{
	size_t day;

	mark_near(w, n, found, count);
	for (size_t j = 0; j < TESTS * m; j++)
		normalise(w, n, j, count > 0);
	for (size_t t = 0; t < n; t++)
		if (w->near[t] != BLANK)
			judge(w, m, n, t, limit);
	while ((day = most_certain(w, n, limit)) < n) {
		size_t i = count++;

		for (; i > 0 && found[i - 1].day > day; i--)
			found[i] = found[i - 1];
		found[i] = (struct step){ day, w->ln_p[day], w->metric[day] };
		take_step(w, m, n, day, limit);
	}
	return count;
}

size_t
step_find(struct step_work *w, const struct step_series *series, size_t m,
    size_t n, double limit, struct step *found)
{
	size_t count = 0, before;

	for (size_t i = 0; i < m; i++) {
		struct sums *sum = w->sum + i * (n + 1);

		sum_up(sum, series[i].a, n);
		for (size_t k = 0; k < TESTS; k++)
			test_series(w, &series[i], sum, n, &windows[k],
			    k * m + i);
	}
	do {
		before = count;
		count = find_more(w, m, n, limit, found, count);
	} while (count > before);
	return count;
}
