#include "model/online.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "model/counting.h"
#include "model/slide.h"
#include "model/stats.h"
#include "model/student.h"

#define SD_PER_MAD 1.4826
#define LEAST_SIGMA 1e-4
#define ODD_P 0.05 /* of the day itself */

enum {
	SEASON = 7,
	AROUND = 3,       /* days on either side, for D */
	CYCLES_FROM = 59, /* D of [t - 59, t - 4] */
	CYCLES_TO = 4,
	LEVEL_DAYS = 28,
	LEVEL_LEAST = 7,
	START = 21,
	SIGMA_DAYS = 90,
	SIGMA_LEAST = 14,
	ADAPT_DAYS = 14,
	ADAPT_FLAGS = 8,
	MOST_LENGTH = 14,
	RING = 128 /* days kept: a power of two above SIGMA_DAYS + 1 */
};

/* Of a metric, by day modulo RING. */
struct series {
	struct metric id;
	double y[RING], d[RING], r[RING], z[RING], events[RING];
	double cycle[SEASON];          /* median of D */
	double sorted[SIGMA_DAYS + 1]; /* sizes of usable r */
	struct slide sizes;
};

struct online {
	struct online_params params;
	size_t m, t;         /* t: the day to come */
	int8_t usable[RING]; /* by day, of all metrics */
	int8_t masked[RING], flagged[RING];
	struct series *series;
};

void
online_defaults(struct online_params *params)
{
	*params = (struct online_params){ .beta = 4.5, .max_length = 7 };
}

const char *
online_check(const struct online_params *params)
{
	if (!(params->beta > 0) || isinf(params->beta))
		return "beta must be above 0";
	if (params->max_length < 1 || params->max_length > MOST_LENGTH)
		return "the maximum length must be 1 to 14 days";
	return NULL;
}

struct online *
online_new(const struct online_params *params, const struct metric *id,
    size_t m)
{
	struct online *o = calloc(1, sizeof(*o));

	if (o == NULL)
		return NULL;
	o->params = *params;
	o->m = m;
	if ((o->series = calloc(m + 1, sizeof(*o->series))) == NULL) {
		free(o);
		return NULL;
	}
	for (size_t i = 0; i < m; i++) {
		o->series[i].id = id[i];
		o->series[i].sizes.sorted = o->series[i].sorted;
	}
	return o;
}

void
online_free(struct online *o)
{
	if (o == NULL)
		return;
	free(o->series);
	free(o);
}

static size_t
slot(size_t t)
{
	return t % RING;
}

/* D of day u, all of whose neighbours are known. */
static void
set_d(struct series *s, size_t u)
{
	double around[2 * AROUND + 1];
	size_t n = 0;

	for (size_t i = 0; i <= 2 * AROUND; i++)
		around[n++] = s->y[slot(u + i < AROUND ? 0 : u + i - AROUND)];
	s->d[slot(u)] = s->y[slot(u)] - stats_median(around, n);
}

/* The median of D at the place in the season of day t - CYCLES_TO. */
static void
set_cycle(const struct online *o, struct series *s, size_t last)
{
	double d[CYCLES_FROM / SEASON + 1];
	size_t n = 0;

	for (size_t u = last;; u -= SEASON) {
		if (o->usable[slot(u)] && isfinite(s->d[slot(u)]))
			d[n++] = s->d[slot(u)];
		if (u < SEASON || u - SEASON + CYCLES_FROM < o->t)
			break;
	}
	s->cycle[last % SEASON] = n > 0 ? stats_median(d, n) : 0;
}

static bool
is_usable(const struct online *o, const struct series *s, size_t u)
{
	return o->usable[slot(u)] && isfinite(s->r[slot(u)]);
}

/* The window of sizes of r from its days, after their use has changed. */
static void
rebuild_sizes(const struct online *o, struct series *s)
{
	size_t u = o->t > SIGMA_DAYS ? o->t - SIGMA_DAYS : 0;

	s->sizes.n = 0;
	for (u = u > START ? u : START; u < o->t; u++)
		if (is_usable(o, s, u))
			slide_in(&s->sizes, fabs(s->r[slot(u)]));
}

static size_t
first_of_level(const struct online *o)
{
	return o->t < LEVEL_DAYS ? 0 : o->t - LEVEL_DAYS;
}

/* NaN if there is no value on most of the days. */
static double
level_of(const struct online *o, const struct series *s, double mean)
{
	double x[LEVEL_DAYS];
	size_t n = 0, usable = 0, known = 0;
	const size_t first = first_of_level(o);

	for (size_t u = first; u < o->t; u++) {
		known += isfinite(s->y[slot(u)]) != 0;
		usable += o->usable[slot(u)] && isfinite(s->y[slot(u)]);
	}
	if (2 * known < o->t - first)
		return NAN;
	for (size_t u = first; u < o->t; u++)
		if (isfinite(s->y[slot(u)]) &&
		    (usable < LEVEL_LEAST || o->usable[slot(u)]))
			x[n++] = s->y[slot(u)] - (s->cycle[u % SEASON] - mean);
	return stats_median(x, n);
}

/* The median of the events of the same days. */
static double
usual_events(const struct online *o, const struct series *s)
{
	double x[LEVEL_DAYS];
	size_t n = 0;

	for (size_t u = first_of_level(o); u < o->t; u++)
		if (!isnan(s->events[slot(u)]))
			x[n++] = s->events[slot(u)];
	return n > 0 ? stats_median(x, n) : NAN;
}

/* The z of today, whose y is in its slot; NaN if nothing can be said. */
static double
judge(struct online *o, struct series *s)
{
	const size_t t = o->t;
	double mean, sigma, *r = &s->r[slot(t)];
	struct counting_day day;

	*r = NAN;
	if (t >= AROUND + 1)
		set_d(s, t - AROUND - 1);
	if (t >= CYCLES_TO)
		set_cycle(o, s, t - CYCLES_TO);
	if (t < START)
		return NAN;
	mean = stats_mean(s->cycle, SEASON);
	*r = s->y[slot(t)] - (s->cycle[t % SEASON] - mean) -
	    level_of(o, s, mean);
	if (s->sizes.n < SIGMA_LEAST || o->masked[slot(t)])
		return NAN;
	sigma = fmax(LEAST_SIGMA, SD_PER_MAD * slide_median(&s->sizes));
	day = (struct counting_day){ s->y[slot(t)], *r, *r / sigma,
		s->events[slot(t)], usual_events(o, s) };
	return counting_z(&s->id, METRIC_LOG, &day);
}

/* ln of the harmonic mean p of the last so many days. */
static double
window_ln_p(const struct online *o, size_t length, size_t *metric)
{
	double sum = 0, most = -1;

	*metric = SIZE_MAX;
	for (size_t i = 0; i < o->m; i++) {
		double total = 0, square;

		for (size_t back = 0; back < length; back++)
			total += o->series[i].z[slot(o->t - back)];
		square = total * total / (double)length;
		sum += 1 / student8_p(square);
		if (square > most) {
			most = square;
			*metric = i;
		}
	}
	return log((double)o->m / sum);
}

static void
judge_windows(const struct online *o, struct online_result *result)
{
	const double alone = window_ln_p(o, 1, &result->metric);
	size_t metric;

	result->ln_p = alone;
	result->length = 1;
	for (size_t length = 2; length <= o->params.max_length &&
	     alone < log(ODD_P) && o->t + 1 >= START + length;
	     length++) {
		const double ln_p = window_ln_p(o, length, &metric);

		if (ln_p < result->ln_p) {
			result->ln_p = ln_p;
			result->length = length;
			result->metric = metric;
		}
	}
	result->flag = result->ln_p < -o->params.beta ? FLAG_YES : FLAG_NO;
}

/* Most of the last days are flagged: they are how things are now. */
static bool
adapts(const struct online *o)
{
	size_t flags = 0;

	for (size_t back = 0; back < ADAPT_DAYS && back <= o->t; back++)
		flags += o->flagged[slot(o->t - back)] != 0;
	return flags > ADAPT_FLAGS;
}

/* Today becomes the past. */
static void
close_day(struct online *o)
{
	const size_t t = o->t;
	const bool adapted = adapts(o);

	for (size_t back = 0; adapted && back < ADAPT_DAYS && back <= t; back++)
		o->usable[slot(t - back)] = !o->masked[slot(t - back)];
	for (size_t i = 0; i < o->m; i++) {
		struct series *s = &o->series[i];

		if (t >= START + SIGMA_DAYS && is_usable(o, s, t - SIGMA_DAYS))
			slide_out(&s->sizes, fabs(s->r[slot(t - SIGMA_DAYS)]));
		if (is_usable(o, s, t) && !adapted)
			slide_in(&s->sizes, fabs(s->r[slot(t)]));
	}
	o->t++;
	for (size_t i = 0; i < o->m && adapted; i++) {
		rebuild_sizes(o, &o->series[i]);
		for (size_t back = 0; back < SEASON; back++)
			set_cycle(o, &o->series[i], t - CYCLES_TO - back);
	}
}

void
online_push(struct online *o, const double *y, const double *events,
    bool masked, struct online_result *result, double *z)
{
	const size_t at = slot(o->t);
	bool any = false;

	*result = (struct online_result){ NAN, FLAG_MISSING, SIZE_MAX, 0 };
	o->masked[at] = masked;
	for (size_t i = 0; i < o->m; i++) {
		struct series *s = &o->series[i];
		double size;

		s->y[at] = isfinite(y[i]) ? y[i] : NAN;
		s->events[at] = events[i];
		size = judge(o, s);
		s->z[at] = isnan(size) ? 0 : size;
		any |= !isnan(size);
		if (z != NULL)
			z[i] = size;
	}
	if (any)
		judge_windows(o, result);
	else if (masked && o->t >= START + SIGMA_LEAST)
		result->flag = FLAG_NO;
	o->flagged[at] = result->flag == FLAG_YES;
	o->usable[at] = !masked && !o->flagged[at];
	close_day(o);
}
