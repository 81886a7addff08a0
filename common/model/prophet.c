#include "model/prophet.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/normal.h"
#include "model/compound.h"
#include "model/fourier.h"
#include "model/linalg.h"
#include "model/prophet_design.h"

enum { CHUNK = 64 };

/* sigma below this is a perfect fit: the sums of products resolve no less. */
static const double sigma_floor = 1e-6;

struct prophet {
	struct prophet_values values;
	struct prophet_spec spec;
	struct prophet_seasonality *seasonality;
	struct prophet_feature *feature;
	double *numbers; /* what the pointers in values point to */
};

struct prophet_spec
prophet_defaults(void)
{
	return (struct prophet_spec){
		.growth = PROPHET_LINEAR,
		.n_changepoints = 25,
		.changepoint_range = 0.8,
		.changepoint_prior_scale = 0.05,
	};
}

/* ---- checks -------------------------------------------------------------- */

static bool
positive(double x)
{
	return x > 0 && isfinite(x);
}

const char *
prophet_check_spec(const struct prophet_spec *spec)
{
	if (!(spec->changepoint_range > 0 && spec->changepoint_range <= 1))
		return "changepoint range is not in (0, 1]";
	if (!positive(spec->changepoint_prior_scale))
		return "changepoint prior scale is not positive";
	for (size_t i = 0; i < spec->n_changepoints; i++) {
		if (spec->changepoint == NULL)
			break;
		if (!isfinite(spec->changepoint[i]))
			return "a changepoint is not a finite time";
		if (i > 0 && spec->changepoint[i] < spec->changepoint[i - 1])
			return "changepoints are not in ascending order";
	}
	for (size_t i = 0; i < spec->n_seasonalities; i++) {
		const struct prophet_seasonality *s = &spec->seasonality[i];

		if (!positive(s->period))
			return "the period of a seasonality is not positive";
		if (s->order == 0)
			return "the order of a seasonality is not positive";
		if (!positive(s->prior_scale))
			return "the prior scale of a seasonality is not positive";
		if (s->conditional && s->condition >= spec->n_conditions)
			return "a seasonality has a condition that is not there";
	}
	for (size_t i = 0; i < spec->n_features; i++)
		if (!positive(spec->feature[i].prior_scale))
			return "the prior scale of a feature is not positive";
	return NULL;
}

static const char *
check_row(const struct prophet_spec *spec, const struct prophet_rows *rows,
    size_t i)
{
	if (!isfinite(rows->t[i]) || fabs(rows->t[i]) > 1e9)
		return "time is missing or out of range";
	if (rows->y != NULL && isinf(rows->y[i]))
		return "value is infinite";
	for (size_t j = 0; j < spec->n_features; j++) {
		if (isnan(rows->feature[j][i]))
			return "a regressor is missing";
		/* Its square and the sum of many must be finite. */
		if (fabs(rows->feature[j][i]) > 1e100)
			return "a regressor is out of range";
	}
	for (size_t j = 0; j < spec->n_conditions; j++)
		if (rows->condition[j][i] != 0 && rows->condition[j][i] != 1)
			return "a condition is neither 0 nor 1";
	return NULL;
}

const char *
prophet_check_rows(const struct prophet_spec *spec,
    const struct prophet_rows *rows, size_t *row)
{
	double first = INFINITY, last = -INFINITY;
	size_t n = 0, ignored;

	if (row == NULL)
		row = &ignored;
	for (*row = 0; *row < rows->n; ++*row) {
		const char *wrong = check_row(spec, rows, *row);

		if (wrong != NULL)
			return wrong;
		if (rows->y == NULL || isnan(rows->y[*row]))
			continue;
		first = fmin(first, rows->t[*row]);
		last = fmax(last, rows->t[*row]);
		n++;
	}
	if (rows->y == NULL)
		return NULL;
	if (n < 2)
		return "fewer than 2 rows with a value";
	if (first == last)
		return "all rows with a value have the same time";
	if (spec->changepoint != NULL && spec->n_changepoints > 0 &&
	    (spec->changepoint[0] < first ||
		spec->changepoint[spec->n_changepoints - 1] > last))
		return "a changepoint lies outside the history";
	return NULL;
}

/* ---- the model as an object ---------------------------------------------- */

static double *
copy(double **to, const double *from, size_t n)
{
	double *start = *to;

	if (n > 0)
		memcpy(start, from, n * sizeof(*start));
	*to += n;
	return start;
}

struct prophet *
prophet_restore(const struct prophet_spec *spec,
    const struct prophet_values *values)
{
	struct prophet *fit = calloc(1, sizeof(*fit));
	double *p;

	if (fit == NULL)
		return NULL;
	fit->spec = *spec;
	fit->values = *values;
	fit->seasonality = calloc(spec->n_seasonalities + 1,
	    sizeof(*fit->seasonality));
	fit->feature = calloc(spec->n_features + 1, sizeof(*fit->feature));
	fit->numbers = p = calloc(2 * values->n_changepoints + values->n_beta +
		2 * values->n_features + 1,
	    sizeof(*p));
	if (fit->seasonality == NULL || fit->feature == NULL || p == NULL) {
		prophet_free(fit);
		return NULL;
	}
	if (spec->n_seasonalities > 0)
		memcpy(fit->seasonality, spec->seasonality,
		    spec->n_seasonalities * sizeof(*fit->seasonality));
	if (spec->n_features > 0)
		memcpy(fit->feature, spec->feature,
		    spec->n_features * sizeof(*fit->feature));
	fit->spec.seasonality = fit->seasonality;
	fit->spec.feature = fit->feature;
	fit->spec.changepoint = NULL;
	fit->values.changepoint = copy(&p, values->changepoint,
	    values->n_changepoints);
	fit->values.delta = copy(&p, values->delta, values->n_changepoints);
	fit->values.beta = copy(&p, values->beta, values->n_beta);
	fit->values.feature_mean = copy(&p, values->feature_mean,
	    values->n_features);
	fit->values.feature_sd = copy(&p, values->feature_sd,
	    values->n_features);
	return fit;
}

const struct prophet_values *
prophet_values(const struct prophet *fit)
{
	return &fit->values;
}

void
prophet_free(struct prophet *fit)
{
	if (fit == NULL)
		return;
	free(fit->seasonality);
	free(fit->feature);
	free(fit->numbers);
	free(fit);
}

void
prophet_workspace_release(struct prophet_workspace *work)
{
	free(work->real);
	free(work->index);
	free(work->flag);
	memset(work, 0, sizeof(*work));
}

/* ---- fit ----------------------------------------------------------------- */

static double
log_posterior(const struct prophet_spec *spec, const struct prophet_values *v,
    double n, double rss)
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

/* Where the parameters can pass through every row, sigma = 0 is a fixed point
 * too, and the posterior has no bound there.  Whether it is so shows from
 * below. */
static bool
interpolates(struct mapfit *map)
{
	const size_t size = linalg_stride(map->q) + linalg_stride(map->s);
	const double floor = sigma_floor * sigma_floor;

	mapfit_solve(map, 4 * floor);
	const bool falls = mapfit_sigma2(map->n, map->rss) < 4 * floor;
	memset(map->theta, 0, size * sizeof(*map->theta));
	return falls;
}

/* The optimum, into map->theta; returns the sum of squared residuals. */
static double
optimise(struct prophet_design *d, unsigned *status)
{
	const size_t size = linalg_stride(d->map.q) + linalg_stride(d->map.s);
	const double floor = sigma_floor * sigma_floor;
	double rss;

	prophet_design_products(d, d->y);
	if (d->n <= d->map.q + d->map.s && interpolates(&d->map))
		*status |= PROPHET_INTERPOLATION;
	mapfit_sigma(&d->map, d->yy / (double)d->n, floor);
	rss = prophet_design_residuals(d, d->map.theta);
	/* Where the residuals are far below y, their sum has lost digits as a
	 * difference of sums: once more, around what was found. */
	if (rss < 1e-8 * d->yy && d->map.sigma2 >= floor) {
		memcpy(d->map.anchor, d->map.theta,
		    size * sizeof(*d->map.theta));
		prophet_design_products(d, d->residual);
		d->map.yy = rss;
		mapfit_sigma(&d->map, d->map.sigma2, floor);
		rss = prophet_design_residuals(d, d->map.theta);
	}
	return rss;
}

/* Prophet's start values, which for a constant or two rows are the answer. */
static void
straight_line(struct prophet_design *d)
{
	const size_t last = d->n - 1;
	double *theta = d->map.theta;

	theta[0] = d->spec->growth == PROPHET_FLAT ? 0 : d->y[last] - d->y[0];
	theta[1] = d->y[0];
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
	if (d.constant)
		v.status |= PROPHET_CONSTANT;
	else if (d.n == 2 && spec->growth != PROPHET_FLAT)
		v.status |= PROPHET_TWO_ROWS;
	if (d.reduced)
		v.status |= PROPHET_CHANGEPOINTS_REDUCED;
	if (d.duplicates)
		v.status |= PROPHET_DUPLICATE_TIMES;
	if (d.n < 2 * d.map.q)
		v.status |= PROPHET_FEW_ROWS;
	if (v.status & (PROPHET_CONSTANT | PROPHET_TWO_ROWS)) {
		straight_line(&d);
	} else {
		rss = optimise(&d, &v.status);
		v.sigma = sqrt(mapfit_sigma2((double)d.n, rss));
		if (v.sigma < sigma_floor)
			v.status |= PROPHET_PERFECT_FIT;
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
	v.beta = d.map.theta + 2;
	v.n_features = spec->n_features;
	v.feature_mean = d.feature_mean;
	v.feature_sd = d.feature_sd;
	v.log_posterior = log_posterior(spec, &v, (double)d.n, rss);
	fit = prophet_restore(spec, &v);
out:
	prophet_workspace_release(&own);
	return fit;
}

/* ---- predict ------------------------------------------------------------- */

/* Trend of n times (days) in scaled units.  Times mostly ascend: the segment is
 * looked for from the last one on. */
static void
trend_at(const struct prophet *fit, const double *t, size_t n, double *scaled,
    double *trend)
{
	const struct prophet_values *v = &fit->values;
	const bool flat = fit->spec.growth == PROPHET_FLAT;
	double slope = 0, offset = 0;
	size_t c = v->n_changepoints + 1; /* none yet */

	for (size_t i = 0; i < n; i++) {
		const double x = (t[i] - v->start) / v->t_scale;

		if (c > v->n_changepoints ||
		    (c > 0 && x < v->changepoint[c - 1])) {
			slope = flat ? 0 : v->k;
			offset = v->m;
			c = 0;
		}
		for (; c < v->n_changepoints && v->changepoint[c] <= x; c++) {
			slope += v->delta[c];
			offset -= v->delta[c] * v->changepoint[c];
		}
		scaled[i] = x;
		trend[i] = slope * x + offset;
	}
}

/* Sum of terms first .. last - 1 of rows from .. from + n - 1, n <= CHUNK, in
 * scaled units. */
static void
terms_at(const struct prophet *fit, const struct prophet_rows *rows,
    size_t from, size_t n, size_t first, size_t last, double *sum)
{
	const struct prophet_spec *spec = &fit->spec;
	const double *beta = fit->values.beta;

	memset(sum, 0, n * sizeof(*sum));
	for (size_t j = 0; j < spec->n_seasonalities; j++) {
		const struct prophet_seasonality *s = &spec->seasonality[j];
		const double *on = s->conditional
		    ? rows->condition[s->condition] + from
		    : NULL;
		double c[CHUNK], sine[CHUNK], term[CHUNK] = { 0 };

		if (j >= first && j < last) {
			fourier_phase(rows->t + from, n, s->period, c, sine);
			fourier_sum(c, sine, n, beta, s->order, term);
			for (size_t i = 0; i < n; i++)
				sum[i] += on == NULL ? term[i]
						     : on[i] * term[i];
		}
		beta += 2 * s->order;
	}
	for (size_t j = 0; j < spec->n_features; j++) {
		const size_t term = spec->n_seasonalities + j;
		const double mean = fit->values.feature_mean[j];
		const double sd = fit->values.feature_sd[j];

		if (term < first || term >= last)
			continue;
		for (size_t i = 0; i < n; i++)
			sum[i] += beta[j] *
			    ((rows->feature[j][from + i] - mean) / sd);
	}
}

static size_t
n_terms(const struct prophet *fit)
{
	return fit->spec.n_seasonalities + fit->spec.n_features;
}

/* What the intervals need of the fit. */
struct spread {
	double width, z;
	double sigma;       /* of the noise, in scaled units */
	double lambda;      /* mean size of a change of slope */
	double rate;        /* changes per scaled time */
	double yhat, trend; /* the last quantiles, to start from */
};

static struct spread
spread_of(const struct prophet *fit, double width)
{
	const struct prophet_values *v = &fit->values;
	struct spread s = {
		.width = width,
		.z = normal_quantile((1 + width) / 2),
		.sigma = v->sigma,
	};

	for (size_t i = 0; i < v->n_changepoints; i++)
		s.lambda += fabs(v->delta[i]) / (double)v->n_changepoints;
	s.rate = s.lambda > 0 ? (double)v->n_changepoints : 0;
	return s;
}

/* Half the width of the interval of yhat at scaled time t. */
static double
spread_yhat(struct spread *s, double t)
{
	if (t <= 1 || s->rate == 0)
		return s->z * s->sigma;
	s->yhat = compound_quantile(s->rate * (t - 1), s->lambda * (t - 1),
	    s->sigma, s->width, s->yhat);
	return s->yhat;
}

/* The same of the trend: there is no noise, but a little is needed to make the
 * distribution smooth. */
static double
spread_trend(struct spread *s, double t)
{
	const double rate = s->rate * (t - 1), scale = s->lambda * (t - 1);

	if (t <= 1 || s->rate == 0 || exp(-rate) > s->width)
		return 0;
	s->trend = compound_quantile(rate, scale, scale / 30, s->width,
	    s->trend);
	return s->trend;
}

void
prophet_predict(const struct prophet *fit, const struct prophet_rows *rows,
    double width, const struct prophet_forecast *out)
{
	const double scale = fit->values.y_scale, base = fit->values.y_min;
	struct spread s = spread_of(fit, width);

	for (size_t from = 0; from < rows->n; from += CHUNK) {
		const size_t n = rows->n - from < CHUNK ? rows->n - from
							: CHUNK;
		double t[CHUNK], trend[CHUNK], terms[CHUNK];

		trend_at(fit, rows->t + from, n, t, trend);
		terms_at(fit, rows, from, n, 0, n_terms(fit), terms);
		for (size_t i = 0; i < n; i++) {
			const size_t at = from + i;
			const double g = trend[i] * scale + base;
			const double yhat = g + terms[i] * scale;

			if (out->trend != NULL)
				out->trend[at] = g;
			if (out->terms != NULL)
				out->terms[at] = terms[i] * scale;
			if (out->yhat != NULL)
				out->yhat[at] = yhat;
			if (out->lower != NULL || out->upper != NULL) {
				const double half = spread_yhat(&s, t[i]) *
				    scale;

				if (out->lower != NULL)
					out->lower[at] = yhat - half;
				if (out->upper != NULL)
					out->upper[at] = yhat + half;
			}
			if (out->trend_lower != NULL ||
			    out->trend_upper != NULL) {
				const double half = spread_trend(&s, t[i]) *
				    scale;

				if (out->trend_lower != NULL)
					out->trend_lower[at] = g - half;
				if (out->trend_upper != NULL)
					out->trend_upper[at] = g + half;
			}
		}
	}
}

void
prophet_component(const struct prophet *fit, const struct prophet_rows *rows,
    size_t first, size_t n, double *out)
{
	for (size_t from = 0; from < rows->n; from += CHUNK) {
		const size_t m = rows->n - from < CHUNK ? rows->n - from
							: CHUNK;

		terms_at(fit, rows, from, m, first, first + n, out + from);
		for (size_t i = 0; i < m; i++)
			out[from + i] *= fit->values.y_scale;
	}
}

double
prophet_log_posterior(const struct prophet *fit,
    const struct prophet_rows *rows)
{
	const struct prophet_values *v = &fit->values;
	double rss = 0, count = 0;

	for (size_t from = 0; from < rows->n; from += CHUNK) {
		const size_t n = rows->n - from < CHUNK ? rows->n - from
							: CHUNK;
		double t[CHUNK], trend[CHUNK], terms[CHUNK];

		trend_at(fit, rows->t + from, n, t, trend);
		terms_at(fit, rows, from, n, 0, n_terms(fit), terms);
		for (size_t i = 0; i < n; i++) {
			const double y = (rows->y[from + i] - v->y_min) /
			    v->y_scale;
			const double r = y - trend[i] - terms[i];

			if (isnan(r))
				continue;
			rss += r * r;
			count++;
		}
	}
	return log_posterior(&fit->spec, v, count, rss);
}

/* ---- built-in seasonalities ---------------------------------------------- */

static int
compare_doubles(const void *pa, const void *pb)
{
	const double a = *(const double *)pa, b = *(const double *)pb;

	return (a > b) - (a < b);
}

/* The rows with y: their span, and the smallest gap that is not 0. */
static int
measure(const double *t, const double *y, size_t n, double *span, double *gap)
{
	double *sorted = malloc((n + 1) * sizeof(*sorted));
	bool ascends = true;
	size_t m = 0;

	if (sorted == NULL)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (!isnan(y[i])) {
			ascends &= m == 0 || sorted[m - 1] <= t[i];
			sorted[m++] = t[i];
		}
	if (!ascends)
		qsort(sorted, m, sizeof(*sorted), compare_doubles);
	*span = m > 0 ? sorted[m - 1] - sorted[0] : 0;
	*gap = INFINITY;
	for (size_t i = 1; i < m; i++)
		if (sorted[i] > sorted[i - 1])
			*gap = fmin(*gap, sorted[i] - sorted[i - 1]);
	free(sorted);
	return 0;
}

int
prophet_auto_seasonalities(const double *t, const double *y, size_t n,
    const struct prophet_builtin builtin[PROPHET_BUILTINS],
    struct prophet_seasonality *out, unsigned *status)
{
	static const struct {
		double period, span, gap;
		size_t order;
	} rule[PROPHET_BUILTINS] = {
		{ 365.25, 730, INFINITY, 10 },
		{ 7, 14, 7, 3 },
		{ 1, 2, 1, 4 },
	};
	double span, gap;
	int count = 0;

	if (measure(t, y, n, &span, &gap) == -1)
		return -1;
	for (size_t i = 0; i < PROPHET_BUILTINS; i++) {
		const struct prophet_builtin *b = &builtin[i];
		struct prophet_seasonality s = { .period = rule[i].period };

		if (b->use == PROPHET_OFF)
			continue;
		if (b->use == PROPHET_AUTO &&
		    (span < rule[i].span ||
			(isfinite(rule[i].gap) && gap >= rule[i].gap)))
			continue;
		s.order = b->order > 0 ? b->order : rule[i].order;
		s.prior_scale = b->prior_scale > 0 ? b->prior_scale : 10;
		if (i == 0 && b->prior_scale == 0 && span + gap < 360) {
			s.prior_scale = 0.02;
			*status |= PROPHET_YEARLY_SHRUNK;
		}
		if (i == 0 && gap >= 28 && s.order > 6)
			*status |= PROPHET_YEARLY_MONTHS;
		out[count++] = s;
	}
	return count;
}
