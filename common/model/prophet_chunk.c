#include "model/prophet_chunk.h"

#include <math.h>
#include <string.h>

#include "model/fourier.h"
#include "model/linalg.h"

/* Scaled times, and the line that is the trend, or inside of its curve.  Times
 * mostly ascend: the segment is looked for from the last one on. */
static void
line_at(const struct prophet *fit, const double *days, struct prophet_chunk *c)
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
    struct prophet_chunk *c)
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

void
prophet_chunk_terms(const struct prophet *fit, const struct prophet_rows *rows,
    size_t first, size_t last, struct prophet_chunk *c)
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
		double cosine[PROPHET_CHUNK], sine[PROPHET_CHUNK],
		    term[PROPHET_CHUNK] = { 0 };

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

bool
prophet_chunk_step(const struct prophet_rows *rows, struct prophet_chunk *c)
{
	c->from += c->n;
	c->n = rows->n - c->from;
	if (c->n > PROPHET_CHUNK)
		c->n = PROPHET_CHUNK;
	return c->n > 0;
}

bool
prophet_chunk_next(const struct prophet *fit, const struct prophet_rows *rows,
    struct prophet_chunk *c)
{
	if (!prophet_chunk_step(rows, c))
		return false;
	trend_at(fit, rows, c);
	prophet_chunk_terms(fit, rows, 0,
	    fit->spec.n_seasonalities + fit->spec.n_features, c);
	return true;
}

/* ---- what the parameters leave open -------------------------------------- */

/* Derivatives of the model by the active parameters, PROPHET_CHUNK values each;
 * those of terms are 0 if only the trend is asked for. */
struct derivatives {
	const struct prophet *fit;
	const struct prophet_rows *rows;
	const struct prophet_chunk *c;
	bool trend_only;
	double *column;
	size_t n; /* columns made */
};

static bool
is_next(const struct derivatives *d, size_t parameter)
{
	const struct prophet_values *v = &d->fit->values;

	return d->n < v->n_active && v->active[d->n] == parameter;
}

/* What the derivative of the line of the trend is multiplied by. */
static double
trend_factor(const struct derivatives *d, size_t i)
{
	const double share = d->trend_only ? 0 : d->c->share[i];

	return d->c->slope[i] * (1 + share);
}

static void
derive_trend(struct derivatives *d)
{
	const struct prophet_values *v = &d->fit->values;
	const enum prophet_growth growth = d->fit->spec.growth;
	const double by_m = growth == PROPHET_LOGISTIC ? -v->k : 1;
	const double from = growth == PROPHET_LOGISTIC ? v->m : 0;

	for (size_t i = 0; i < d->c->n; i++) {
		const double by = trend_factor(d, i);

		d->column[i] = growth == PROPHET_FLAT
		    ? 0
		    : by * (d->c->t[i] - from);
		d->column[PROPHET_CHUNK + i] = by * by_m;
	}
	d->n = 2;
}

/* A column of terms of a mode, if its parameter is the next active one. */
static void
derive_term(struct derivatives *d, size_t parameter, enum prophet_mode mode,
    const double *x, const double *on)
{
	double *to = d->column + d->n * PROPHET_CHUNK;

	if (!is_next(d, parameter))
		return;
	d->n++;
	for (size_t i = 0; i < d->c->n; i++) {
		to[i] = d->trend_only ? 0 : x[i];
		if (on != NULL)
			to[i] *= on[i];
		if (mode == PROPHET_MULTIPLICATIVE)
			to[i] *= d->c->trend[i];
	}
}

static void
derive_seasonality(struct derivatives *d, const struct prophet_seasonality *s,
    size_t parameter)
{
	const size_t from = d->c->from, n = d->c->n;
	const double *on = s->conditional
	    ? d->rows->condition[s->condition] + from
	    : NULL;
	double c[PROPHET_CHUNK], z[PROPHET_CHUNK];
	double ck[PROPHET_CHUNK], zk[PROPHET_CHUNK];

	fourier_phase(d->rows->t + from, n, s->period, c, z);
	memcpy(ck, c, sizeof(c));
	memcpy(zk, z, sizeof(z));
	for (size_t k = 0; k < s->order; k++) {
		derive_term(d, parameter++, s->mode, zk, on);
		derive_term(d, parameter++, s->mode, ck, on);
		for (size_t i = 0; i < n; i++) {
			const double next = ck[i] * c[i] - zk[i] * z[i];

			zk[i] = zk[i] * c[i] + ck[i] * z[i];
			ck[i] = next;
		}
	}
}

static void
derive_feature(struct derivatives *d, size_t j, size_t parameter)
{
	const struct prophet_values *v = &d->fit->values;
	double x[PROPHET_CHUNK];

	for (size_t i = 0; i < d->c->n; i++)
		x[i] = (d->rows->feature[j][d->c->from + i] -
			   v->feature_mean[j]) /
		    v->feature_sd[j];
	derive_term(d, parameter, d->fit->spec.feature[j].mode, x, NULL);
}

void
prophet_chunk_derive(const struct prophet *fit, const struct prophet_rows *rows,
    const struct prophet_chunk *c, bool trend_only, double *column)
{
	const struct prophet_values *v = &fit->values;
	struct derivatives d = { .fit = fit,
		.rows = rows,
		.c = c,
		.trend_only = trend_only,
		.column = column };
	size_t parameter = 2;

	derive_trend(&d);
	for (size_t j = 0; j < fit->spec.n_seasonalities; j++) {
		derive_seasonality(&d, &fit->spec.seasonality[j], parameter);
		parameter += 2 * fit->spec.seasonality[j].order;
	}
	for (size_t j = 0; j < fit->spec.n_features; j++)
		derive_feature(&d, j, parameter++);
	for (size_t s = 0; s < v->n_changepoints; s++, parameter++) {
		double *to = column + d.n * PROPHET_CHUNK;

		if (!is_next(&d, parameter))
			continue;
		d.n++;
		for (size_t i = 0; i < c->n; i++)
			to[i] = trend_factor(&d, i) *
			    fmax(0, c->t[i] - v->changepoint[s]);
	}
}

void
prophet_chunk_variance(const struct prophet *fit, double *column, size_t n,
    double *variance)
{
	const struct prophet_values *v = &fit->values;
	const size_t stride = linalg_stride(v->n_active);

	for (size_t i = 0; i < n; i++)
		variance[i] = 0;
	for (size_t k = 0; k < v->n_active; k++) {
		const double *row = v->root + k * stride;
		double *x = column + k * PROPHET_CHUNK;

		for (size_t i = 0; i < n; i++) {
			x[i] /= row[k];
			variance[i] += x[i] * x[i];
		}
		for (size_t l = k + 1; l < v->n_active; l++) {
			double *y = column + l * PROPHET_CHUNK;

			for (size_t i = 0; i < n; i++)
				y[i] -= row[l] * x[i];
		}
	}
	for (size_t i = 0; i < n; i++)
		variance[i] *= v->sigma * v->sigma;
}
