#include <math.h>
#include <string.h>

#include "base/normal.h"
#include "model/compound.h"
#include "model/fourier.h"
#include "model/prophet_model.h"

enum { CHUNK = 64 };

/* What the model gives for up to CHUNK rows, in scaled units. */
struct chunk {
	size_t from, n; /* rows of the whole */
	double t[CHUNK];
	double trend[CHUNK];
	double slope[CHUNK]; /* of the trend, by the line in a curve; or 1 */
	double add[CHUNK];   /* additive terms */
	double share[CHUNK]; /* multiplicative terms */
	double floor[CHUNK]; /* in the unit of y */
};

/* ---- the mean ------------------------------------------------------------ */

/* Scaled times, and the line that is the trend, or inside of its curve.  Times
 * mostly ascend: the segment is looked for from the last one on. */
static void
line_at(const struct prophet *fit, const double *days, struct chunk *c)
{
	const struct prophet_values *v = &fit->values;
	const bool flat = fit->spec.growth == PROPHET_FLAT;
	double slope = 0, offset = 0;
	size_t s = v->n_changepoints + 1; /* none yet */

	for (size_t i = 0; i < c->n; i++) {
		const double x = (days[c->from + i] - v->start) / v->t_scale;

		if (s > v->n_changepoints ||
		    (s > 0 && x < v->changepoint[s - 1])) {
			slope = flat ? 0 : v->k;
			offset = fit->spec.growth == PROPHET_LOGISTIC
			    ? -v->k * v->m
			    : v->m;
			s = 0;
		}
		for (; s < v->n_changepoints && v->changepoint[s] <= x; s++) {
			slope += v->delta[s];
			offset -= v->delta[s] * v->changepoint[s];
		}
		c->t[i] = x;
		c->trend[i] = slope * x + offset;
	}
}

static void
trend_at(const struct prophet *fit, const struct prophet_rows *rows,
    struct chunk *c)
{
	const struct prophet_values *v = &fit->values;
	const bool logistic = fit->spec.growth == PROPHET_LOGISTIC;

	line_at(fit, rows->t, c);
	for (size_t i = 0; i < c->n; i++) {
		const size_t row = c->from + i;

		c->floor[i] = logistic && fit->spec.floor ? rows->floor[row]
							  : v->y_min;
		c->slope[i] = 1;
		if (logistic) {
			const double cap = (rows->cap[row] - c->floor[i]) /
			    v->y_scale;
			const double u = c->trend[i];

			c->trend[i] = cap / (1 + exp(-u));
			c->slope[i] = c->trend[i] / (1 + exp(u));
		}
	}
}

/* Add terms first .. last - 1 to the sums of their modes. */
static void
terms_at(const struct prophet *fit, const struct prophet_rows *rows,
    size_t first, size_t last, struct chunk *c)
{
	const struct prophet_spec *spec = &fit->spec;
	const double *beta = fit->values.beta;

	memset(c->add, 0, sizeof(c->add));
	memset(c->share, 0, sizeof(c->share));
	for (size_t j = 0; j < spec->n_seasonalities; j++) {
		const struct prophet_seasonality *s = &spec->seasonality[j];
		double *sum = s->mode == PROPHET_ADDITIVE ? c->add : c->share;
		const double *on = s->conditional
		    ? rows->condition[s->condition] + c->from
		    : NULL;
		double cosine[CHUNK], sine[CHUNK], term[CHUNK] = { 0 };

		if (j >= first && j < last) {
			fourier_phase(rows->t + c->from, c->n, s->period,
			    cosine, sine);
			fourier_sum(cosine, sine, c->n, beta, s->order, term);
			for (size_t i = 0; i < c->n; i++)
				sum[i] += on == NULL ? term[i]
						     : on[i] * term[i];
		}
		beta += 2 * s->order;
	}
	for (size_t j = 0; j < spec->n_features; j++) {
		const size_t term = spec->n_seasonalities + j;
		const double mean = fit->values.feature_mean[j];
		const double sd = fit->values.feature_sd[j];
		double *sum = spec->feature[j].mode == PROPHET_ADDITIVE
		    ? c->add
		    : c->share;

		if (term < first || term >= last)
			continue;
		for (size_t i = 0; i < c->n; i++)
			sum[i] += beta[j] *
			    ((rows->feature[j][c->from + i] - mean) / sd);
	}
}

/* The next rows with all that the model says of them; false if none is left.
 * Start from zeros. */
static bool
next_chunk(const struct prophet *fit, const struct prophet_rows *rows,
    struct chunk *c)
{
	c->from += c->n;
	c->n = rows->n - c->from < CHUNK ? rows->n - c->from : CHUNK;
	if (c->n == 0)
		return false;
	trend_at(fit, rows, c);
	terms_at(fit, rows, 0, fit->spec.n_seasonalities + fit->spec.n_features,
	    c);
	return true;
}

/* ---- intervals ----------------------------------------------------------- */

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

/* Half the width of the interval of yhat at scaled time t, where yhat changes by
 * so much per change of the line of the trend. */
static double
spread_yhat(struct spread *s, double t, double by)
{
	if (t <= 1 || s->rate == 0)
		return s->z * s->sigma;
	s->yhat = compound_quantile(s->rate * (t - 1), s->lambda * (t - 1) * by,
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

/* yhat and its interval at row i of a chunk. */
static void
predict_value(const struct prophet *fit, const struct chunk *c, size_t i,
    struct spread *s, const struct prophet_forecast *out)
{
	const double scale = fit->values.y_scale;
	const double yhat = c->trend[i] * (1 + c->share[i]) * scale +
	    c->floor[i] + c->add[i] * scale;
	const size_t at = c->from + i;

	if (out->yhat != NULL)
		out->yhat[at] = yhat;
	if (out->lower != NULL || out->upper != NULL) {
		const double half = scale *
		    spread_yhat(s, c->t[i],
			fabs(c->slope[i] * (1 + c->share[i])));

		if (out->lower != NULL)
			out->lower[at] = yhat - half;
		if (out->upper != NULL)
			out->upper[at] = yhat + half;
	}
}

static void
predict_trend(const struct prophet *fit, const struct prophet_rows *rows,
    const struct chunk *c, size_t i, struct spread *s,
    const struct prophet_forecast *out)
{
	const double scale = fit->values.y_scale;
	const size_t at = c->from + i;
	double lower, upper;

	if (out->trend != NULL)
		out->trend[at] = c->trend[i] * scale + c->floor[i];
	if (out->trend_lower == NULL && out->trend_upper == NULL)
		return;
	const double half = spread_trend(s, c->t[i]);
	if (fit->spec.growth == PROPHET_LOGISTIC) {
		/* The curve is monotone in its line. */
		const double cap = rows->cap[at] - c->floor[i];
		const double odds = cap / (c->trend[i] * scale) - 1;

		lower = cap / (1 + odds * exp(half)) + c->floor[i];
		upper = cap / (1 + odds * exp(-half)) + c->floor[i];
	} else {
		lower = (c->trend[i] - half) * scale + c->floor[i];
		upper = (c->trend[i] + half) * scale + c->floor[i];
	}
	if (out->trend_lower != NULL)
		out->trend_lower[at] = lower;
	if (out->trend_upper != NULL)
		out->trend_upper[at] = upper;
}

void
prophet_predict(const struct prophet *fit, const struct prophet_rows *rows,
    double width, const struct prophet_forecast *out)
{
	struct spread s = spread_of(fit, width);
	struct chunk c = { 0 };

	while (next_chunk(fit, rows, &c))
		for (size_t i = 0; i < c.n; i++) {
			predict_value(fit, &c, i, &s, out);
			predict_trend(fit, rows, &c, i, &s, out);
			if (out->terms != NULL)
				out->terms[c.from + i] = c.add[i] *
				    fit->values.y_scale;
			if (out->factor != NULL)
				out->factor[c.from + i] = c.share[i];
		}
}

void
prophet_component(const struct prophet *fit, const struct prophet_rows *rows,
    size_t first, size_t n, double *out)
{
	const struct prophet_spec *spec = &fit->spec;
	const enum prophet_mode mode = first < spec->n_seasonalities
	    ? spec->seasonality[first].mode
	    : spec->feature[first - spec->n_seasonalities].mode;
	struct chunk c = { 0 };

	for (;;) {
		c.from += c.n;
		c.n = rows->n - c.from < CHUNK ? rows->n - c.from : CHUNK;
		if (c.n == 0)
			return;
		terms_at(fit, rows, first, first + n, &c);
		for (size_t i = 0; i < c.n; i++)
			out[c.from + i] = mode == PROPHET_ADDITIVE
			    ? c.add[i] * fit->values.y_scale
			    : c.share[i];
	}
}

double
prophet_log_posterior(const struct prophet *fit,
    const struct prophet_rows *rows)
{
	const struct prophet_values *v = &fit->values;
	struct chunk c = { 0 };
	double rss = 0, count = 0;

	while (next_chunk(fit, rows, &c))
		for (size_t i = 0; i < c.n; i++) {
			const size_t row = c.from + i;
			const double y = (rows->y[row] - c.floor[i]) /
			    v->y_scale;
			const double r = y - c.trend[i] * (1 + c.share[i]) -
			    c.add[i];
			double w = prophet_decay(&fit->spec,
			    (1 - c.t[i]) * v->t_scale);

			if (rows->weight != NULL)
				w *= rows->weight[row];
			if (isnan(r) || w == 0)
				continue;
			rss += w * r * r;
			count += w;
		}
	return prophet_posterior(&fit->spec, v, count, rss);
}
