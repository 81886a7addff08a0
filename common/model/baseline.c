#include "model/baseline.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "model/slide.h"
#include "model/stats.h"
#include "model/student.h"

#define SD_PER_MAD 1.4826
#define SD_PER_MEAN_DEVIATION 1.2533
#define MOST_RHO 0.8

#define MAX_WINDOW 100000
#define MAX_SEASON 1000
#define CENTRED_CYCLES 13
#define LEAST_CYCLES 4
#define SPREAD_CYCLES 26 /* of deviations, for a seasonal spread */
#define TINY 1e-300

/* ---- fit ----------------------------------------------------------------- */

struct baseline_work {
	struct baseline_shape shape;
	size_t n;
	double *sorted; /* of a sliding window */
	double *x;      /* the series without season, or without level */
	double *q;
	int8_t *usable;
};

struct baseline_work *
baseline_work_new(size_t n, const struct baseline_shape *shape)
{
	const size_t level = 2 * shape->half_window + 1,
		     season = 2 * shape->cycles + 1;
	struct baseline_work *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return NULL;
	w->shape = *shape;
	w->n = n;
	w->sorted = calloc((level > season ? level : season) + 1,
	    sizeof(*w->sorted));
	w->x = calloc(n + 1, sizeof(*w->x));
	w->q = calloc(n + 1, sizeof(*w->q));
	w->usable = calloc(n + 1, sizeof(*w->usable));
	if (w->sorted == NULL || w->x == NULL || w->q == NULL ||
	    w->usable == NULL) {
		baseline_work_free(w);
		return NULL;
	}
	return w;
}

void
baseline_work_free(struct baseline_work *w)
{
	if (w == NULL)
		return;
	free(w->usable);
	free(w->q);
	free(w->x);
	free(w->sorted);
	free(w);
}

/* Where running medians are of: the days first, first + stride, .. before end,
 * half of them on either side, and the day itself or not. */
struct window {
	size_t first, end, stride, half;
	bool without_day;
};

/*
 * Running medians of the usable w->x; out of an empty window comes `empty`, or
 * if that is NaN the median before.
 */
static void
running_median(struct baseline_work *w, const struct window *of, double empty,
    double *out)
{
	struct slide s = { w->sorted, 0 };
	const size_t first = of->first, end = of->end, stride = of->stride;
	const size_t reach = of->half * stride;
	double last = empty;

	for (size_t u = first; u < end && u < first + reach; u += stride)
		if (w->usable[u])
			slide_in(&s, w->x[u]);
	for (size_t t = first; t < end; t += stride) {
		const bool in = t + reach < end && w->usable[t + reach];
		const bool out_of = t >= first + reach + stride &&
		    w->usable[t - reach - stride];

		if (in && out_of)
			slide_replace(&s, w->x[t - reach - stride],
			    w->x[t + reach]);
		else if (in)
			slide_in(&s, w->x[t + reach]);
		else if (out_of)
			slide_out(&s, w->x[t - reach - stride]);
		if (of->without_day && w->usable[t])
			out[t] = s.n > 1 ? slide_median_without(&s, w->x[t])
					 : last;
		else
			out[t] = s.n > 0 ? slide_median(&s) : last;
		if (isnan(empty))
			last = out[t];
	}
}

/* NaN at the start of a series gets the first value after it. */
static void
carry_back(double *x, size_t n)
{
	size_t first = 0;

	while (first < n && isnan(x[first]))
		first++;
	for (size_t t = 0; first < n && t < first; t++)
		x[t] = x[first];
}

static void
fit_level(struct baseline_work *w, const double *y, size_t n,
    const struct baseline_steps *steps, bool without_day,
    struct baseline_fit *fit)
{
	struct window of = { 0, 0, 1, w->shape.half_window, without_day };

	for (size_t t = 0; t < n; t++)
		w->x[t] = y[t] - fit->season[t];
	for (size_t i = 0; i <= steps->n; i++) {
		of.end = i < steps->n ? steps->day[i] : n;
		running_median(w, &of, NAN, fit->level);
		of.first = of.end;
	}
	for (size_t t = 1; t < n; t++)
		if (isnan(fit->level[t]))
			fit->level[t] = fit->level[t - 1];
	carry_back(fit->level, n);
}

/* What days of the same place in the season have beyond the level. */
static void
fit_places(struct baseline_work *w, const double *y, size_t n, bool without_day,
    const struct baseline_fit *fit, double *q)
{
	const size_t season = w->shape.season;

	for (size_t t = 0; t < n; t++)
		w->x[t] = y[t] - fit->level[t];
	for (size_t i = 0; i < season && i < n; i++)
		running_median(w,
		    &(struct window){
			i, n, season, w->shape.cycles, without_day },
		    0, q);
}

static void
fit_season(struct baseline_work *w, const double *y, size_t n,
    struct baseline_fit *fit)
{
	const size_t season = w->shape.season, before = season / 2;

	fit_places(w, y, n, false, fit, w->q);
	for (size_t t = 0; t < n; t++) {
		double sum = 0;
		size_t u = (t + n - before % n) % n;

		for (size_t i = 0; i < season; i++) {
			sum += w->q[u];
			u = u + 1 == n ? 0 : u + 1;
		}
		fit->season[t] = w->q[t] - sum / (double)season;
	}
}

/* The standard deviation that the distances from center speak of; overwrites
 * x. */
static double
robust_spread(double *x, size_t n, double center, double floor)
{
	double size = SD_PER_MAD * stats_mad(x, n, center);

	if (!(size > floor)) {
		size = SD_PER_MEAN_DEVIATION * stats_mean(x, n);
		size = size > floor ? size : floor;
	}
	return size;
}

static double
lag_correlation(struct baseline_work *w, const double *r, size_t n,
    double sigma)
{
	size_t pairs = 0;
	double b, rho;

	for (size_t t = 1; t < n; t++)
		if (w->usable[t] && w->usable[t - 1])
			w->x[pairs++] = r[t] - r[t - 1];
	if (pairs == 0)
		return 0;
	b = SD_PER_MAD * stats_mad(w->x, pairs, 0);
	rho = 1 - b / sigma * (b / sigma) / 2;
	return rho < 0 ? 0 : rho > MOST_RHO ? MOST_RHO : rho;
}

/* What level and season leave, and its size. */
static void
fit_residual(struct baseline_work *w, const struct baseline_series *series,
    struct baseline_fit *fit)
{
	size_t usable = 0;

	for (size_t t = 0; t < series->n; t++) {
		const double r = series->y[t] - fit->season[t] - fit->level[t];

		fit->residual[t] = isfinite(r) ? r : NAN;
		if (w->usable[t])
			w->x[usable++] = r;
	}
	fit->sigma = series->floor;
	if (usable > 0)
		fit->sigma = robust_spread(w->x, usable, 0, series->floor);
}

void
baseline_fit(struct baseline_work *w, const struct baseline_series *series,
    const struct baseline_steps *steps, struct baseline_fit *fit)
{
	const double *y = series->y;
	const int8_t *masked = series->masked;
	const size_t n = series->n;
	size_t usable = 0;

	for (size_t t = 0; t < n; t++) {
		w->usable[t] = isfinite(y[t]) && (masked == NULL || !masked[t]);
		usable += w->usable[t] != 0;
		fit->season[t] = 0;
	}
	fit->usable = usable;
	if (w->shape.season > 1)
		for (int round = 0; round < 2; round++) {
			fit_level(w, y, n, steps, false, fit);
			fit_season(w, y, n, fit);
		}
	fit_level(w, y, n, steps, false, fit);
	fit_residual(w, series, fit);
	fit->rho = lag_correlation(w, fit->residual, n, fit->sigma);
}

/* ---- judging ------------------------------------------------------------- */

static const struct baseline_result nothing = { NAN, NAN, NAN, NAN };

const char *
baseline_check(const struct baseline_params *params)
{
	if (params->window < 2 || params->window > MAX_WINDOW)
		return "the window must be 2 to 100000";
	if (params->season < 1 || params->season > MAX_SEASON)
		return "the season must be 1 to 1000 days";
	if (params->kind == BASELINE_CENTRED && params->mean)
		return "a centred baseline is one of medians";
	return NULL;
}

/* What there is to say of a value, center and spread being known. */
static void
judge(double value, bool masked, struct baseline_result *r)
{
	if (!isfinite(value) || masked)
		return;
	r->z = value == r->center ? 0 : (value - r->center) / r->spread;
	r->p = student8_p(r->z * r->z);
	if (!isfinite(r->z))
		r->z = NAN; /* no size: beyond any other */
}

/* Let no day take part in what is expected of it: level and season are those
 * of the other days.  q: n. */
static void
leave_days_out(struct baseline_work *w, const struct baseline_series *series,
    double *q, struct baseline_fit *fit)
{
	const struct baseline_steps none = { NULL, 0 };
	const size_t season = w->shape.season, n = series->n;

	if (season > 1) {
		fit_season(w, series->y, n, fit);
		fit_places(w, series->y, n, true, fit, q);
	}
	fit_level(w, series->y, n, &none, true, fit);
	for (size_t t = 0; t < n && season > 1; t++)
		fit->season[t] += (q[t] - w->q[t]) * (1 - 1 / (double)season);
	fit_residual(w, series, fit);
}

int
baseline_centred(const struct baseline_params *params, const double *y,
    const int8_t *masked, size_t n, struct baseline_result *result)
{
	const struct baseline_shape shape = { params->season, params->window,
		CENTRED_CYCLES };
	const struct baseline_series series = { y, masked, n, TINY };
	const struct baseline_steps none = { NULL, 0 };
	struct baseline_work *w = baseline_work_new(n, &shape);
	double *arrays = calloc(4 * n + 1, sizeof(*arrays));
	struct baseline_fit fit = { 0 };
	int status = -1;

	if (w == NULL || arrays == NULL)
		goto out;
	fit.level = arrays;
	fit.season = arrays + n;
	fit.residual = arrays + 2 * n;
	baseline_fit(w, &series, &none, &fit);
	leave_days_out(w, &series, arrays + 3 * n, &fit);
	for (size_t t = 0; t < n; t++) {
		result[t] = nothing;
		if (fit.usable < LEAST_CYCLES * params->season ||
		    fit.usable < LEAST_CYCLES)
			continue;
		result[t].center = fit.level[t] + fit.season[t];
		result[t].spread = fit.sigma > TINY ? fit.sigma : 0;
		judge(y[t], masked != NULL && masked[t], &result[t]);
	}
	status = 0;
out:
	free(arrays);
	baseline_work_free(w);
	return status;
}

/* Rings of the last rows, NaN where not usable. */
struct baseline {
	struct baseline_params params;
	size_t rows;   /* so far */
	size_t length; /* of each ring */
	double *value, *deviation;
	double *present; /* for one judgement */
};

struct baseline *
baseline_new(const struct baseline_params *params)
{
	struct baseline *b = calloc(1, sizeof(*b));

	if (b == NULL)
		return NULL;
	b->params = *params;
	b->length = params->window;
	if (params->kind == BASELINE_SEASONAL)
		b->length = params->season *
		    (params->window > SPREAD_CYCLES ? params->window
						    : SPREAD_CYCLES);
	b->value = calloc(b->length, sizeof(*b->value));
	b->deviation = calloc(b->length, sizeof(*b->deviation));
	b->present = calloc(b->length, sizeof(*b->present));
	if (b->value == NULL || b->deviation == NULL || b->present == NULL) {
		baseline_free(b);
		return NULL;
	}
	return b;
}

void
baseline_free(struct baseline *b)
{
	if (b == NULL)
		return;
	free(b->present);
	free(b->deviation);
	free(b->value);
	free(b);
}

/* Of the ring, every stride-th row back from now, of the last `reach`, oldest
 * first, those that are not NaN, into b->present. */
static size_t
collect(struct baseline *b, const double *ring, size_t stride, size_t reach)
{
	size_t n = 0, at;

	if (reach > b->rows)
		reach = b->rows - b->rows % stride;
	at = (b->rows - reach) % b->length;
	for (size_t back = reach; back > 0; back -= stride) {
		if (!isnan(ring[at]))
			b->present[n++] = ring[at];
		at += stride;
		at = at < b->length ? at : at - b->length;
	}
	return n;
}

static void
look_back(struct baseline *b, struct baseline_result *r)
{
	const bool seasonal = b->params.kind == BASELINE_SEASONAL;
	const size_t season = seasonal ? b->params.season : 1;
	size_t n = collect(b, b->value, season, season * b->params.window);

	if (2 * n < b->params.window || n < (seasonal ? 1 : 2))
		return;
	if (!seasonal && b->params.mean) {
		r->center = stats_mean_sd(b->present, n, &r->spread);
		return;
	}
	r->center = b->params.mean ? stats_mean(b->present, n)
				   : stats_median(b->present, n);
	if (!seasonal) {
		r->spread = robust_spread(b->present, n, r->center, 0);
		return;
	}
	n = collect(b, b->deviation, 1, b->length);
	if (n < 2 * season || n < 2)
		return;
	if (b->params.mean) {
		for (size_t i = 0; i < n; i++)
			b->present[i] *= b->present[i];
		r->spread = sqrt(stats_mean(b->present, n));
	} else {
		r->spread = robust_spread(b->present, n, 0, 0);
	}
}

void
baseline_push(struct baseline *b, double value, bool masked,
    struct baseline_result *result)
{
	const size_t at = b->rows % b->length;

	*result = nothing;
	look_back(b, result);
	if (!isfinite(value) || masked) {
		b->value[at] = b->deviation[at] = NAN;
	} else {
		b->deviation[at] = value - result->center;
		b->value[at] = value;
	}
	if (isfinite(result->center) && isfinite(result->spread))
		judge(value, masked, result);
	else
		*result = nothing;
	b->rows++;
}
