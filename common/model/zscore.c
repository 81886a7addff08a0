#include "model/zscore.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/stats.h"
#include "model/student.h"

#define MAX_WINDOW 1000000

/* Deviations of a normal sample from these two measures of spread. */
#define SD_PER_MAD 1.4826
#define SD_PER_MEAN_DEVIATION 1.253314

struct zscore {
	struct zscore_params params;
	size_t rows;     /* in the ring, at most window */
	size_t next;     /* where the next row goes: when full, the oldest */
	double *ring;    /* NaN is a missing row */
	double *present; /* of the ring, oldest first, for one judgement */
	struct student student; /* of the last p; nu is 0 before */
};

const char *
zscore_check(const struct zscore_params *params)
{
	if (params->window < 2 || params->window > MAX_WINDOW)
		return "the window must be 2 to 1000000 rows";
	if (!(params->threshold > 0) || isinf(params->threshold))
		return "the threshold must be above 0";
	return NULL;
}

struct zscore *
zscore_new(const struct zscore_params *params)
{
	struct zscore *z = calloc(1, sizeof(*z));

	if (z == NULL)
		return NULL;
	z->params = *params;
	z->ring = calloc(params->window, sizeof(*z->ring));
	z->present = calloc(params->window, sizeof(*z->present));
	if (z->ring == NULL || z->present == NULL) {
		zscore_free(z);
		return NULL;
	}
	return z;
}

void
zscore_free(struct zscore *z)
{
	if (z == NULL)
		return;
	free(z->present);
	free(z->ring);
	free(z);
}

static void
feed(struct zscore *z, double value)
{
	z->ring[z->next] = value;
	z->next = (z->next + 1) % z->params.window;
	if (z->rows < z->params.window)
		z->rows++;
}

/* The present values of the full ring, oldest first, into z->present. */
static size_t
present_rows(struct zscore *z)
{
	const size_t window = z->params.window, old = window - z->next;

	memcpy(z->present, z->ring + z->next, old * sizeof(*z->present));
	memcpy(z->present + old, z->ring, z->next * sizeof(*z->present));
	return stats_compact(z->present, window);
}

static double
robust_spread(double *x, size_t n, double center)
{
	/* Leaves the deviations in x. */
	const double mad = stats_mad(x, n, center);

	return mad > 0 ? mad * SD_PER_MAD
		       : stats_mean(x, n) * SD_PER_MEAN_DEVIATION;
}

static double
tail(struct zscore *z, double nu, double t_squared)
{
	if (z->student.nu != nu)
		student_init(&z->student, nu);
	return student_p(&z->student, t_squared);
}

/* The p of a score by a window of n values; infinite: of no size. */
static double
p_value(struct zscore *z, size_t count, double score)
{
	const double n = (double)count, square = score * score;
	double unit;

	if (z->params.robust) {
		if (z->params.include_current || count < 5)
			return NAN;
		unit = 1 + 1.1 / n + 3 / (n * n);
		return tail(z, 0.4 * n, square / (unit * unit));
	}
	if (!z->params.include_current)
		return tail(z, n - 1, square / (1 + 1 / n));
	if (count < 3)
		return NAN;
	/* At its bound, (n - 1) / sqrt(n), all others are equal. */
	unit = (n - 1) * (n - 1) - n * square;
	return tail(z, n - 2,
	    unit > 0 ? square * n * (n - 2) / unit : INFINITY);
}

static void
judge(struct zscore *z, double value, struct zscore_result *r)
{
	double center, spread;
	size_t n;

	if (z->rows < z->params.window)
		return;
	n = present_rows(z);
	if (n < 2 || n < z->params.window - n)
		return;
	if (z->params.robust) {
		center = stats_median(z->present, n);
		spread = robust_spread(z->present, n, center);
	} else {
		center = stats_mean_sd(z->present, n, &spread);
	}
	if (!isfinite(center) || !isfinite(spread))
		return; /* beyond the range of a double */
	r->center = center;
	r->spread = spread;
	r->z = value == center ? 0 : (value - center) / spread;
	r->p = p_value(z, n, r->z);
	if (!isfinite(r->z))
		r->z = NAN; /* beyond any threshold */
	r->flag = isnan(r->z) || fabs(r->z) > z->params.threshold ? FLAG_YES
								  : FLAG_NO;
}

void
zscore_push(struct zscore *z, double value, struct zscore_result *result)
{
	*result = (struct zscore_result){ NAN, NAN, NAN, NAN, FLAG_MISSING };
	if (!isfinite(value))
		value = NAN;
	if (z->params.include_current)
		feed(z, value);
	if (!isnan(value))
		judge(z, value, result);
	if (!z->params.include_current)
		feed(z, value);
}
