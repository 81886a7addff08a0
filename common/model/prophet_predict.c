#include <math.h>
#include <stdlib.h>

#include "base/normal.h"
#include "model/compound.h"
#include "model/prophet_chunk.h"

/* ---- intervals ----------------------------------------------------------- */

/* What the intervals need of the fit. */
struct spread {
	double width, z;
	double sigma;       /* of the noise, in scaled units */
	double lambda;      /* mean size of a change of slope */
	double rate;        /* changes per scaled time */
	double yhat, trend; /* the last quantiles, to start from */
};

double
prophet_slope_change(const struct prophet_values *v)
{
	double mean = 0;

	for (size_t i = 0; i < v->n_changepoints; i++)
		mean += fabs(v->delta[i]) / (double)v->n_changepoints;
	return mean;
}

static struct spread
spread_of(const struct prophet *fit, double width)
{
	const struct prophet_values *v = &fit->values;
	struct spread s = {
		.width = width,
		.z = normal_quantile((1 + width) / 2),
		.sigma = v->sigma,
	};

	s.lambda = prophet_slope_change(v);
	s.rate = s.lambda > 0 ? (double)v->n_changepoints : 0;
	return s;
}

/* Half the width of the interval of yhat at scaled time t, where yhat changes by
 * so much per change of the line of the trend; extra is the variance of the
 * parameters. */
static double
spread_yhat(struct spread *s, double t, double by, double extra)
{
	const double sigma = extra > 0 ? sqrt(s->sigma * s->sigma + extra)
				       : s->sigma;

	if (t <= 1 || s->rate == 0)
		return s->z * sigma;
	s->yhat = compound_quantile(s->rate * (t - 1), s->lambda * (t - 1) * by,
	    sigma, s->width, s->yhat);
	return s->yhat;
}

/* The same of the line of the trend: there is no noise, but a little is needed
 * to make the distribution smooth. */
static double
spread_trend(struct spread *s, double t, double extra)
{
	const double rate = s->rate * (t - 1), scale = s->lambda * (t - 1);
	double sigma = sqrt(extra);

	if (t <= 1 || s->rate == 0)
		return s->z * sigma;
	if (extra == 0 && exp(-rate) > s->width)
		return 0;
	sigma = fmax(sigma, scale / 30);
	s->trend = compound_quantile(rate, scale, sigma, s->width, s->trend);
	return s->trend;
}

double
prophet_carried(const struct prophet_values *v, double t)
{
	if (!(v->ar_phi > 0) || t <= 1)
		return 0;
	return v->ar_last * pow(v->ar_phi, (t - 1) * v->t_scale / v->ar_step);
}

/* yhat and its interval at row i of a chunk. */
static void
predict_value(const struct prophet *fit, const struct prophet_chunk *c,
    size_t i, double extra, struct spread *s,
    const struct prophet_forecast *out)
{
	const double scale = fit->values.y_scale;
	const double carried = prophet_carried(&fit->values, c->t[i]);
	const double yhat = c->trend[i] * (1 + c->share[i]) * scale +
	    c->floor[i] + (c->add[i] + carried) * scale;
	const double least = fit->spec.not_negative ? 0 : -INFINITY;
	const size_t at = c->from + i;

	if (out->carried != NULL)
		out->carried[at] = carried * scale;
	if (out->yhat != NULL)
		out->yhat[at] = fmax(yhat, least);
	if (out->lower != NULL || out->upper != NULL) {
		const double half = scale *
		    spread_yhat(s, c->t[i],
			fabs(c->slope[i] * (1 + c->share[i])), extra);

		if (out->lower != NULL)
			out->lower[at] = fmax(yhat - half, least);
		if (out->upper != NULL)
			out->upper[at] = fmax(yhat + half, least);
	}
}

static void
predict_trend(const struct prophet *fit, const struct prophet_rows *rows,
    const struct prophet_chunk *c, size_t i, double extra, struct spread *s,
    const struct prophet_forecast *out)
{
	const double scale = fit->values.y_scale;
	const size_t at = c->from + i;
	double lower, upper;

	if (out->trend != NULL)
		out->trend[at] = c->trend[i] * scale + c->floor[i];
	if (out->trend_lower == NULL && out->trend_upper == NULL)
		return;
	const double half = spread_trend(s, c->t[i],
	    extra > 0 ? extra / (c->slope[i] * c->slope[i]) : 0);
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

/* The variances of the parameters at a chunk, of yhat and of the trend; column
 * is NULL if they count as known. */
static void
find_variances(const struct prophet *fit, const struct prophet_rows *rows,
    const struct prophet_chunk *c, const struct prophet_forecast *out,
    double *column, double *yhat, double *trend)
{
	for (size_t i = 0; i < c->n; i++)
		yhat[i] = trend[i] = 0;
	if (column == NULL)
		return;
	if (out->lower != NULL || out->upper != NULL) {
		prophet_chunk_derive(fit, rows, c, false, column);
		prophet_chunk_variance(fit, column, c->n, yhat);
	}
	if (out->trend_lower != NULL || out->trend_upper != NULL) {
		prophet_chunk_derive(fit, rows, c, true, column);
		prophet_chunk_variance(fit, column, c->n, trend);
	}
}

int
prophet_predict(const struct prophet *fit, const struct prophet_rows *rows,
    double width, const struct prophet_forecast *out)
{
	const size_t n_active = fit->values.n_active;
	struct spread s = spread_of(fit, width);
	struct prophet_chunk c = { 0 };
	double *column = NULL;

	if (n_active > 0 &&
	    (column = malloc(n_active * PROPHET_CHUNK * sizeof(*column))) ==
		NULL)
		return -1;
	while (prophet_chunk_next(fit, rows, &c)) {
		double yhat[PROPHET_CHUNK], trend[PROPHET_CHUNK];

		find_variances(fit, rows, &c, out, column, yhat, trend);
		for (size_t i = 0; i < c.n; i++) {
			predict_value(fit, &c, i, yhat[i], &s, out);
			predict_trend(fit, rows, &c, i, trend[i], &s, out);
			if (out->terms != NULL)
				out->terms[c.from + i] = c.add[i] *
				    fit->values.y_scale;
			if (out->factor != NULL)
				out->factor[c.from + i] = c.share[i];
		}
	}
	free(column);
	return 0;
}

void
prophet_component(const struct prophet *fit, const struct prophet_rows *rows,
    size_t first, size_t n, double *out)
{
	const struct prophet_spec *spec = &fit->spec;
	const enum prophet_mode mode = first < spec->n_seasonalities
	    ? spec->seasonality[first].mode
	    : spec->feature[first - spec->n_seasonalities].mode;
	struct prophet_chunk c = { 0 };

	while (prophet_chunk_step(rows, &c)) {
		prophet_chunk_terms(fit, rows, first, first + n, &c);
		for (size_t i = 0; i < c.n; i++)
			out[c.from + i] = mode == PROPHET_ADDITIVE
			    ? c.add[i] * fit->values.y_scale
			    : c.share[i];
	}
}

double
prophet_changepoints(const struct prophet *fit, double *t, double *change)
{
	const struct prophet_values *v = &fit->values;
	const double scale = fit->spec.growth == PROPHET_LOGISTIC ? 1
								  : v->y_scale;
	const double unit = scale / v->t_scale;

	for (size_t i = 0; i < v->n_changepoints; i++) {
		t[i] = v->start + v->changepoint[i] * v->t_scale;
		change[i] = v->delta[i] * unit;
	}
	return v->k * unit;
}

double
prophet_effect(const struct prophet *fit, size_t feature)
{
	const struct prophet_values *v = &fit->values;
	const size_t first = v->n_beta - v->n_features;
	const double effect = v->beta[first + feature] / v->feature_sd[feature];

	return fit->spec.feature[feature].mode == PROPHET_ADDITIVE
	    ? effect * v->y_scale
	    : effect;
}

double
prophet_log_posterior(const struct prophet *fit,
    const struct prophet_rows *rows)
{
	const struct prophet_values *v = &fit->values;
	struct prophet_chunk c = { 0 };
	double rss = 0, count = 0;

	while (prophet_chunk_next(fit, rows, &c))
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
