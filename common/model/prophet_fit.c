/*
 * The optimum of prophet.h's model.  Of a linear one it comes from one set of
 * sums of products (mapfit.h).  Another is made linear at the parameters found
 * so far, the optimum of that is tried for the next ones (Gauss and Newton), and
 * if it is not better, once more with damping, which pulls towards the parameters
 * there are (Levenberg and Marquardt).
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/linalg.h"
#include "model/prophet_design.h"
#include "model/prophet_model.h"
#include "model/stats.h"

enum { MAX_ROUNDS = 200, MAX_TRIES = 60 };

/* sigma below this is a perfect fit: the sums of products resolve no less. */
static const double sigma_floor = 1e-6;

/* Values that are a smaller part of their cap are told of. */
static const double least_share = 1e-6;

void
prophet_workspace_release(struct prophet_workspace *work)
{
	free(work->real);
	free(work->index);
	free(work->flag);
	free(work->known);
	memset(work, 0, sizeof(*work));
}

double
prophet_decay(const struct prophet_spec *spec, double days)
{
	return spec->half_life > 0 ? exp2(-days / spec->half_life) : 1;
}

double
prophet_posterior(const struct prophet_spec *spec,
    const struct prophet_values *v, double n, double rss)
{
	const double *beta = v->beta;
	double sum, slopes = 0;

	if (!(v->sigma > 0))
		return NAN;
	sum = -n * log(v->sigma) - rss / (2 * v->sigma * v->sigma) -
	    v->k * v->k / 50 - v->m * v->m / 50 - 2 * v->sigma * v->sigma;
	for (size_t i = 0; i < v->n_changepoints; i++)
		slopes += fabs(v->delta[i]);
	sum -= slopes / spec->changepoint_prior_scale;
	for (size_t j = 0; j < spec->n_seasonalities; j++) {
		const double s = spec->seasonality[j].prior_scale;

		for (size_t k = 0; k < 2 * spec->seasonality[j].order; k++) {
			sum -= *beta * *beta / (2 * s * s);
			beta++;
		}
	}
	for (size_t j = 0; j < spec->n_features; j++) {
		const double s = spec->feature[j].prior_scale;

		sum -= *beta * *beta / (2 * s * s);
		beta++;
	}
	return sum;
}

/* ---- linear models ------------------------------------------------------- */

static size_t
theta_size(const struct mapfit *map)
{
	return linalg_stride(map->q) + linalg_stride(map->s);
}

static void
copy_theta(const struct mapfit *map, double *to, const double *from)
{
	memcpy(to, from, theta_size(map) * sizeof(*to));
}

/* Where the parameters can pass through every row, sigma = 0 is a fixed point
 * too, and the posterior has no bound there.  Whether it is so shows from
 * below. */
static bool
interpolates(struct mapfit *map)
{
	const double floor = sigma_floor * sigma_floor;

	mapfit_solve(map, 4 * floor);
	const bool falls = mapfit_sigma2(map->n, map->rss) < 4 * floor;
	memset(map->theta, 0, theta_size(map) * sizeof(*map->theta));
	return falls;
}

/* The optimum of a linear model, into map->theta; returns the sum of squared
 * residuals. */
static double
fit_linear(struct prophet_design *d, unsigned *status)
{
	const double floor = sigma_floor * sigma_floor;
	struct mapfit *map = &d->map;
	double rss;

	prophet_design_products(d, d->y, map->theta);
	if (d->n <= map->q + map->s && interpolates(map))
		*status |= PROPHET_INTERPOLATION;
	mapfit_sigma(map, d->yy / (double)d->n, floor);
	rss = prophet_design_residuals(d, map->theta);
	/* Where the residuals are far below y, their sum has lost digits as a
	 * difference of sums: once more, around what was found. */
	if (rss < 1e-8 * d->yy && map->sigma2 >= floor) {
		copy_theta(map, map->anchor, map->theta);
		prophet_design_products(d, d->residual, map->theta);
		map->yy = rss;
		mapfit_sigma(map, map->sigma2, floor);
		rss = prophet_design_residuals(d, map->theta);
	}
	return rss;
}

/* ---- others -------------------------------------------------------------- */

/* The log posterior at theta with the best sigma for a sum of squares. */
static double
posterior_at(const struct prophet_design *d, const double *theta, double rss)
{
	const struct prophet_values v = {
		.k = theta[0],
		.m = theta[1],
		.sigma = sqrt(mapfit_sigma2(d->map.n, rss)),
		.n_changepoints = d->n_changepoints,
		.delta = theta + linalg_stride(d->map.q),
		.beta = prophet_design_beta(d, theta),
	};

	return prophet_posterior(d->spec, &v, d->map.n, rss);
}

/* The optimum of the model that is linear at map->anchor, for a damping, with
 * sigma^2 as it is if there is damping; into map->theta.  Returns how much the
 * log posterior would rise if the model were linear. */
static double
propose(struct prophet_design *d, double sigma2, double now)
{
	struct mapfit *map = &d->map;

	copy_theta(map, map->theta, map->anchor);
	if (map->damping > 0)
		mapfit_solve(map, sigma2);
	else
		mapfit_sigma(map, sigma2, sigma_floor * sigma_floor);
	return posterior_at(d, map->theta, map->rss) - now;
}

/*
 * Climb from map->anchor to an optimum, into map->anchor; returns its log
 * posterior.  sigma^2 of the first round starts from above, at the size of the
 * target, later ones from where it is.
 */
static double
climb(struct prophet_design *d)
{
	struct mapfit *map = &d->map;
	double rss = prophet_design_residuals(d, map->anchor);
	double now = posterior_at(d, map->anchor, rss), damping = 0;

	for (int round = 0; round < MAX_ROUNDS; round++) {
		double sigma2 = mapfit_sigma2(map->n, rss);
		double hope = 0, gain = 0;

		if (sigma2 < sigma_floor * sigma_floor)
			break;
		prophet_design_products(d, d->residual, map->anchor);
		map->rr_min = rss / 1000;
		map->yy = rss;
		if (round == 0 && damping == 0)
			sigma2 = fmax(sigma2, mapfit_target(map) / map->n);
		for (int tries = 0; tries < MAX_TRIES; tries++) {
			map->damping = damping;
			hope = propose(d, sigma2, now);
			if (!(hope >= 1e-10))
				break;
			rss = prophet_design_residuals(d, map->theta);
			gain = posterior_at(d, map->theta, rss) - now;
			if (gain > 0)
				break;
			damping = damping > 0 ? 4 * damping : 1e-5;
			sigma2 = mapfit_sigma2(map->n, map->rr);
		}
		if (!(gain > 0))
			break;
		copy_theta(map, map->anchor, map->theta);
		now += gain;
		if (gain < 1e-9)
			break;
		if (gain > 0.75 * hope)
			damping = damping < 1e-6 ? 0 : damping / 5;
		else if (gain < 0.25 * hope)
			damping *= 2;
	}
	map->damping = 0;
	return now;
}

/* Prophet's start values. */
static void
start_line(const struct prophet_design *d, double *theta)
{
	const size_t last = d->n - 1;
	double sum = 0;

	memset(theta, 0, theta_size(&d->map) * sizeof(*theta));
	theta[0] = d->y[last] - d->y[0];
	theta[1] = d->y[0];
	if (d->spec->growth != PROPHET_FLAT)
		return;
	for (size_t i = 0; i < d->n; i++)
		sum += d->y[i];
	theta[0] = 0;
	theta[1] = d->constant ? d->y[0] : sum / (double)d->n;
}

/* A share of the cap that a curve can have: cap / value. */
static double
cap_ratio(double cap, double y)
{
	return cap / fmin(fmax(y, 0.01 * cap), 0.99 * cap);
}

/* The logistic curve through the first and the last value. */
static void
start_curve(const struct prophet_design *d, double *theta)
{
	const size_t last = d->n - 1;
	double first = cap_ratio(d->cap[0], d->y[0]), at_0, at_1;
	const double end = cap_ratio(d->cap[last], d->y[last]);

	if (fabs(first - end) <= 0.01)
		first *= 1.05;
	at_0 = log(first - 1);
	at_1 = log(end - 1);
	memset(theta, 0, theta_size(&d->map) * sizeof(*theta));
	theta[0] = at_0 - at_1;
	theta[1] = at_0 / (at_0 - at_1);
}

static void
start(const struct prophet_design *d, double *theta)
{
	if (d->cap != NULL)
		start_curve(d, theta);
	else
		start_line(d, theta);
}

/* Whether the trend of the last parameters has no single sign. */
static bool
crosses_zero(const struct prophet_design *d)
{
	double low = INFINITY, high = -INFINITY;

	for (size_t i = 0; i < d->n; i++) {
		low = fmin(low, d->trend[i]);
		high = fmax(high, d->trend[i]);
	}
	return low <= 0 && high >= 0;
}

/* The mean value as a share of the mean cap. */
static double
share_of_cap(const struct prophet_design *d)
{
	double y = 0, cap = 0;

	for (size_t i = 0; i < d->n; i++) {
		y += d->y[i];
		cap += d->cap[i];
	}
	return y / cap;
}

/* Other starts of a curve: in the middle through the mean share of the cap, with
 * the slope, rising or falling, for which k and m are the smallest.  The curve
 * through the first and the last value may have the wrong sign of k, and the
 * way to the other leads over m without bounds. */
static void
start_slope(const struct prophet_design *d, double *theta, double direction)
{
	const double share = fmin(fmax(share_of_cap(d), 1e-12), 1 - 1e-12);
	const double level = log(share / (1 - share));
	/* u(t) = k (t - m), and u(1/2) is the level. */
	const double k = direction * sqrt(fmax(fabs(level), 0.01));

	memset(theta, 0, theta_size(&d->map) * sizeof(*theta));
	theta[0] = k;
	theta[1] = 0.5 - level / k;
}

static void
start_rising(struct prophet_design *d, double *theta)
{
	start_slope(d, theta, 1);
}

static void
start_falling(struct prophet_design *d, double *theta)
{
	start_slope(d, theta, -1);
}

/* Another start: the mean, and no seasonality. */
static void
start_mean(struct prophet_design *d, double *theta)
{
	memset(theta, 0, theta_size(&d->map) * sizeof(*theta));
	for (size_t i = 0; i < d->n; i++)
		theta[1] += d->y[i] / (double)d->n;
}

/* Another start: the additive solution, with multiplicative terms as shares of
 * the mean trend. */
static void
start_additive(struct prophet_design *d, double *theta)
{
	const struct prophet_spec *spec = d->spec;
	const size_t *place = d->place;
	double mean = 0;

	d->as_additive = true;
	start(d, d->map.anchor);
	climb(d);
	d->as_additive = false;
	copy_theta(&d->map, theta, d->map.anchor);
	prophet_design_residuals(d, theta);
	for (size_t i = 0; i < d->n; i++)
		mean += d->trend[i] / (double)d->n;
	if (mean == 0)
		return;
	for (size_t j = 0; j < spec->n_seasonalities; j++) {
		const struct prophet_seasonality *s = &spec->seasonality[j];

		for (size_t k = 0; k < 2 * s->order; k++, place++)
			if (s->mode == PROPHET_MULTIPLICATIVE)
				theta[*place] /= mean;
	}
	for (size_t j = 0; j < spec->n_features; j++, place++)
		if (spec->feature[j].mode == PROPHET_MULTIPLICATIVE)
			theta[*place] /= spec->feature[j].sign ==
				PROPHET_ANY_SIGN
			    ? mean
			    : fabs(mean);
}

/* Climb from another start, and keep the better of the two in the map's anchor. */
static void
try_start(struct prophet_design *d,
    void (*begin)(struct prophet_design *, double *), double *best)
{
	struct mapfit *map = &d->map;
	double other;

	copy_theta(map, d->best, map->anchor);
	begin(d, map->anchor);
	other = climb(d);
	if (other > *best)
		*best = other;
	else
		copy_theta(map, map->anchor, d->best);
}

/* The optimum of any other model, into map->theta; returns the sum of squared
 * residuals. */
static double
fit_nonlinear(struct prophet_design *d, unsigned *status)
{
	struct mapfit *map = &d->map;
	double best;

	start(d, map->anchor);
	best = climb(d);
	prophet_design_residuals(d, map->anchor);
	if (d->cap != NULL) {
		if (fabs(share_of_cap(d)) < least_share)
			*status |= PROPHET_FAR_CAP;
		try_start(d, start_rising, &best);
		try_start(d, start_falling, &best);
	} else if (crosses_zero(d)) {
		*status |= PROPHET_TREND_CROSSES_ZERO;
		try_start(d, start_mean, &best);
		try_start(d, start_additive, &best);
	}
	copy_theta(map, map->theta, map->anchor);
	return prophet_design_residuals(d, map->theta);
}

/* ---- what else is asked for ---------------------------------------------- */

/* The product of two columns at a and b of theta, as it stands in the map, plus
 * the prior if it is the same one. */
static double
precision_at(const struct mapfit *map, size_t a, size_t b, double sigma2)
{
	const size_t dq = linalg_stride(map->q), ds = linalg_stride(map->s);
	const double prior = a == b ? sigma2 * map->prior[a] : 0;

	if (a < dq && b < dq)
		return map->dd[a < b ? a * dq + b : b * dq + a] + prior;
	if (a < dq)
		return map->sd[(b - dq) * dq + a];
	if (b < dq)
		return map->sd[(a - dq) * dq + b];
	return map->ss[(a - dq) * ds + b - dq] + prior;
}

/* Where the parameter of that number stands in theta; see prophet_values. */
static size_t
place_of(const struct prophet_design *d, size_t parameter)
{
	if (parameter < 2)
		return parameter;
	if (parameter < 2 + d->n_beta)
		return d->place[parameter - 2];
	return linalg_stride(d->map.q) + parameter - 2 - d->n_beta;
}

/* The root of the precision of the parameters that are not held at 0. */
static void
find_root(struct prophet_design *d, struct prophet_values *v)
{
	const struct mapfit *map = &d->map;
	const size_t all = 2 + d->n_beta + d->n_changepoints;
	const double sigma2 = v->sigma * v->sigma;
	double extra = 0;
	size_t n = 0, stride;

	/* A linear model has its products already. */
	if (!d->linear)
		prophet_design_products(d, d->residual, map->theta);
	for (size_t p = 0; p < all; p++)
		if (place_of(d, p) < map->q || map->theta[place_of(d, p)] != 0)
			d->active[n++] = p;
	stride = linalg_stride(n);
	for (int tries = 0; tries < MAX_TRIES; tries++) {
		memset(d->factor, 0, n * stride * sizeof(*d->factor));
		for (size_t i = 0; i < n; i++) {
			double *row = d->factor + i * stride;

			for (size_t j = i; j < n; j++)
				row[j] = precision_at(map,
				    place_of(d, d->active[i]),
				    place_of(d, d->active[j]), sigma2);
			row[i] += extra * row[i];
		}
		if (cholesky(d->factor, n) == 0)
			break;
		extra = extra == 0 ? 1e-15 : 10 * extra;
	}
	v->n_active = n;
	v->active = d->active;
	v->root = d->factor;
}

/* The autocorrelation of residuals one step apart, and the last of them. */
static void
find_autocorrelation(struct prophet_design *d, struct prophet_values *v)
{
	double *gap = d->terms, *r = d->residual, product = 0, square = 0;
	size_t n = 0;

	for (size_t i = 1; i < d->n; i++)
		if (d->t[i] > d->t[i - 1])
			gap[n++] = d->t[i] - d->t[i - 1];
	const double step = stats_median(gap, n);
	for (size_t i = 0; i < d->n; i++) {
		/* An outlier that weighs less is no sign of what comes. */
		if (d->root != NULL)
			r[i] *= d->root[i];
		square += r[i] * r[i];
		if (i > 0 && fabs(d->t[i] - d->t[i - 1] - step) < step / 2)
			product += r[i] * r[i - 1];
	}
	if (!(product > 0))
		return;
	v->ar_phi = fmin(product / square, 0.999);
	v->ar_last = r[d->n - 1];
	v->ar_step = step * d->t_scale;
}

/* ---- any model ----------------------------------------------------------- */

/* As many rows of equal weights say as much. */
static double
rows_that_count(const struct prophet_design *d)
{
	double sum = 0, square = 0;

	if (d->root == NULL)
		return (double)d->n;
	for (size_t i = 0; i < d->n; i++) {
		const double w = d->root[i] * d->root[i];

		sum += w;
		square += w * w;
	}
	return sum * sum / square;
}

static unsigned
status_of(const struct prophet_design *d)
{
	unsigned status = 0;

	if (d->constant)
		status |= PROPHET_CONSTANT;
	else if (d->n == 2 && d->spec->growth != PROPHET_FLAT)
		status |= PROPHET_TWO_ROWS;
	if (d->reduced)
		status |= PROPHET_CHANGEPOINTS_REDUCED;
	if (d->duplicates)
		status |= PROPHET_DUPLICATE_TIMES;
	if (d->unseen)
		status |= PROPHET_UNSEEN_FEATURE;
	if (d->n < 2 * d->map.q)
		status |= PROPHET_FEW_ROWS;
	else if (rows_that_count(d) < 2 * (double)d->map.q)
		status |= PROPHET_LITTLE_WEIGHT;
	return status;
}

struct prophet *
prophet_fit(const struct prophet_spec *spec, const struct prophet_rows *rows,
    struct prophet_workspace *work)
{
	struct prophet_workspace own = { 0 };
	struct prophet_design d;
	struct prophet_values v = { 0 };
	struct prophet *fit = NULL;
	double rss = 0;

	if (work == NULL)
		work = &own;
	if (prophet_design_init(&d, spec, rows, work) == -1)
		goto out;
	v.status = status_of(&d);
	if (v.status & (PROPHET_CONSTANT | PROPHET_TWO_ROWS)) {
		/* There is no optimum; the start values are the answer. */
		start(&d, d.map.theta);
	} else {
		rss = d.linear ? fit_linear(&d, &v.status)
			       : fit_nonlinear(&d, &v.status);
		v.sigma = sqrt(mapfit_sigma2(d.map.n, rss));
		if (v.sigma < sigma_floor)
			v.status |= PROPHET_PERFECT_FIT;
		if (spec->parameter_variance && v.sigma > 0)
			find_root(&d, &v);
		if (spec->autoregressive)
			find_autocorrelation(&d, &v);
	}

	v.start = d.start;
	v.t_scale = d.t_scale;
	v.y_scale = d.y_scale;
	v.y_min = d.y_min;
	v.k = d.map.theta[0];
	v.m = d.map.theta[1];
	v.n = d.n;
	v.n_changepoints = d.n_changepoints;
	v.changepoint = d.changepoint;
	v.delta = d.map.theta + linalg_stride(d.map.q);
	v.n_beta = d.n_beta;
	v.beta = prophet_design_beta(&d, d.map.theta);
	v.n_features = spec->n_features;
	v.feature_mean = d.feature_mean;
	v.feature_sd = d.feature_sd;
	v.log_posterior = prophet_posterior(spec, &v, d.map.n, rss);
	fit = prophet_restore(spec, &v);
out:
	prophet_workspace_release(&own);
	return fit;
}

/* ---- robust fit ---------------------------------------------------------- */

/* Huber weights of the residuals y - yhat, yhat in weight, in place of them:
 * base times min(1, k s / |residual|) with s = 1.4826 median |residual|.  Returns
 * the largest change from last. */
static double
huber_weights(const struct prophet_rows *rows, double k, const double *base,
    const double *last, double *weight, double *size)
{
	double scale, change = 0;
	size_t n = 0;

	for (size_t i = 0; i < rows->n; i++) {
		weight[i] = fabs(rows->y[i] - weight[i]);
		if (!isnan(weight[i]) && (base == NULL || base[i] > 0))
			size[n++] = weight[i];
	}
	scale = 1.4826 * stats_median(size, n);
	for (size_t i = 0; i < rows->n; i++) {
		const double most = base == NULL ? 1 : base[i];

		/* Rows without y have no weight to lose. */
		weight[i] = weight[i] > k * scale && scale > 0
		    ? most * k * scale / weight[i]
		    : most;
		change = fmax(change, fabs(weight[i] - last[i]));
	}
	return change;
}

struct prophet *
prophet_fit_robust(const struct prophet_spec *spec,
    const struct prophet_rows *rows, double k, double *weight,
    struct prophet_workspace *work)
{
	struct prophet_workspace own = { 0 };
	struct prophet_rows weighed = *rows;
	const struct prophet_forecast out = { .yhat = weight };
	double *last = malloc((2 * rows->n + 1) * sizeof(*last));
	struct prophet *fit = NULL;

	if (last == NULL)
		return NULL;
	if (work == NULL)
		work = &own;
	for (size_t i = 0; i < rows->n; i++)
		weight[i] = rows->weight == NULL ? 1 : rows->weight[i];
	weighed.weight = last;
	for (int round = 0; round < MAX_ROUNDS; round++) {
		memcpy(last, weight, rows->n * sizeof(*last));
		prophet_free(fit);
		if ((fit = prophet_fit(spec, &weighed, work)) == NULL)
			break;
		if (prophet_predict(fit, rows, 0.5, &out) == -1) {
			prophet_free(fit);
			fit = NULL;
			break;
		}
		if (huber_weights(rows, k, rows->weight, last, weight,
			last + rows->n) < 1e-6)
			break;
	}
	memcpy(weight, last, rows->n * sizeof(*last));
	free(last);
	prophet_workspace_release(&own);
	return fit;
}
