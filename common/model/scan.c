#include "model/scan.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "model/student.h"

struct scan {
	size_t m, max_length;
	double *g;               /* g(L) of metric i: g[(L - 1) * m + i] */
	double *sum;             /* of z over the segment at hand, by metric */
	double *days;            /* with a value */
	double *weight, weights; /* of each, and their sum */
};

struct scan *
scan_new(size_t m, size_t max_length)
{
	struct scan *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->m = m;
	s->max_length = max_length;
	s->g = calloc(m * max_length, sizeof(*s->g));
	s->sum = calloc(2 * m, sizeof(*s->sum));
	s->weight = calloc(m, sizeof(*s->weight));
	if (s->g == NULL || s->sum == NULL || s->weight == NULL) {
		scan_free(s);
		return NULL;
	}
	s->days = s->sum + m;
	for (size_t i = 0; i < m * max_length; i++)
		s->g[i] = 1;
	for (size_t i = 0; i < m; i++)
		s->weight[i] = 1;
	s->weights = (double)m;
	return s;
}

void
scan_free(struct scan *s)
{
	if (s == NULL)
		return;
	free(s->weight);
	free(s->sum);
	free(s->g);
	free(s);
}

double
scan_widening(double rho, size_t length)
{
	double sum = 0, power = 1;

	for (size_t k = 1; k < length; k++) {
		power *= rho;
		sum += (1 - (double)k / (double)length) * power;
	}
	return 1 + 2 * sum;
}

void
scan_set_rho(struct scan *s, const double *rho)
{
	for (size_t length = 1; length <= s->max_length; length++)
		for (size_t i = 0; i < s->m; i++)
			s->g[(length - 1) * s->m + i] = scan_widening(rho[i],
			    length);
}

void
scan_set_weights(struct scan *s, const double *weight)
{
	s->weights = 0;
	for (size_t i = 0; i < s->m; i++) {
		s->weight[i] = weight[i];
		s->weights += weight[i];
	}
}

static void
clear(struct scan *s)
{
	memset(s->sum, 0, 2 * s->m * sizeof(*s->sum));
}

static void
add_day(struct scan *s, const double *z)
{
	for (size_t i = 0; i < s->m; i++)
		if (!isnan(z[i])) {
			s->sum[i] += z[i];
			s->days[i]++;
		}
}

/* The metric of the largest |T|, the first of those, and T squared; SIZE_MAX if
 * none has a value. */
static size_t
largest(const struct scan *s, size_t length, double *t_squared)
{
	const double *g = s->g + (length - 1) * s->m;
	size_t best = SIZE_MAX;

	*t_squared = -1;
	for (size_t i = 0; i < s->m; i++) {
		const double square = s->sum[i] * s->sum[i];
		const double variance = s->days[i] * g[i];

		if (variance > 0 && square > *t_squared * variance) {
			*t_squared = square / variance;
			best = i;
		}
	}
	return best;
}

/* ln of the harmonic mean of p. */
static double
harmonic(const struct scan *s, size_t length)
{
	const double *g = s->g + (length - 1) * s->m;
	double sum = 0;

	for (size_t i = 0; i < s->m; i++)
		sum += s->days[i] > 0 ? s->weight[i] /
			student8_p(s->sum[i] * s->sum[i] / (s->days[i] * g[i]))
				      : s->weight[i];
	return log(s->weights / sum);
}

void
scan_segment(struct scan *s, const double *z, size_t start, size_t length,
    struct scan_segment *segment)
{
	double t_squared;

	*segment = (struct scan_segment){ start, length, NAN, SIZE_MAX };
	clear(s);
	for (size_t t = start; t < start + length; t++)
		add_day(s, z + t * s->m);
	segment->metric = largest(s, length, &t_squared);
	if (segment->metric != SIZE_MAX)
		segment->ln_p = harmonic(s, length);
}

/* What the best ways to day t gain, and the segment that ends them. */
struct way {
	double best;
	size_t length; /* 0: the day before t is not in one */
};

static void
best_to(struct scan *s, const double *z, size_t t, double beta, double least_t,
    struct way *way)
{
	way[t] = (struct way){ way[t - 1].best, 0 };
	clear(s);
	for (size_t length = 1; length <= s->max_length && length <= t;
	     length++) {
		double t_squared, gain;

		add_day(s, z + (t - length) * s->m);
		/* The harmonic mean is no less than the least p: most
		 * segments end here. */
		if (largest(s, length, &t_squared) == SIZE_MAX ||
		    t_squared < least_t * least_t)
			continue;
		gain = way[t - length].best - harmonic(s, length) - beta;
		if (gain > way[t].best)
			way[t] = (struct way){ gain, length };
	}
}

struct scan_segment *
scan_segments(struct scan *s, const double *z, size_t n, double beta,
    size_t *count)
{
	struct way *way = calloc(n + 1, sizeof(*way));
	/* The T whose p is the price, a little less to be sure. */
	const double least_t = student8_z(exp(-beta)) * (1 - 1e-9);
	struct scan_segment *segment = NULL;
	size_t found = 0;

	if (way == NULL)
		return NULL;
	for (size_t t = 1; t <= n; t++)
		best_to(s, z, t, beta, least_t, way);
	for (size_t t = n; t > 0; t -= way[t].length > 0 ? way[t].length : 1)
		found += way[t].length > 0;
	segment = calloc(found + 1, sizeof(*segment));
	if (segment != NULL) {
		*count = found;
		for (size_t t = n; t > 0;
		     t -= way[t].length > 0 ? way[t].length : 1)
			if (way[t].length > 0)
				scan_segment(s, z, t - way[t].length,
				    way[t].length, &segment[--found]);
	}
	free(way);
	return segment;
}
