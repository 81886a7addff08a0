/*
 * The distribution of a sum of days to come.  Days depend on each other through
 * the trend: one change of slope moves all days after it.  With a change of size
 * delta at s, the sum moves by delta W(s),
 *
 *	W(s) = sum over rows of c_i max(0, t_i - s)
 *
 * c_i what the row changes by per change of the trend's line.  Changes come at
 * rate S on (1, T) with sizes of Laplace(0, lambda), so that the sum around its
 * mean has the characteristic function
 *
 *	exp(-(sd v)^2 / 2 + S integral of 1 / (1 + (lambda v W(s))^2) - 1 ds)
 *
 * with sd of the noise, summed, and of the parameters.  W is a line between two
 * rows, for which the integral is a difference of arc tangents: nothing is
 * approximated but the inversion, to about 1e-9.
 */
#include <math.h>
#include <stdlib.h>

#include "model/prophet_chunk.h"

enum { MAX_NODES = 1 << 17 };

/* A row after the history. */
struct ahead {
	double t;  /* scaled */
	double by; /* c_i in scaled units, then W(t) */
};

struct sum {
	double mean, variance; /* without changes of slope; scaled */
	struct ahead *ahead;   /* in order of time */
	size_t n;
};

static int
compare_ahead(const void *pa, const void *pb)
{
	const struct ahead *a = pa, *b = pb;

	if (a->t != b->t)
		return a->t < b->t ? -1 : 1;
	return (a->by > b->by) - (a->by < b->by);
}

/* The variance of the summed noise in units of sigma^2.  Residuals that are
 * carried on leave noise that depends on that of the day before: its covariance
 * is phi^|h - h'| - phi^(h + h') for rows h and h' steps ahead. */
static double
noise_variance(const struct prophet_values *v, const struct sum *s,
    size_t n_rows)
{
	double one = 0, pairs = 0, ends = 0, last = 0;

	if (!(v->ar_phi > 0))
		return (double)n_rows;
	for (size_t i = 0; i < s->n; i++) {
		const double h = (s->ahead[i].t - 1) * v->t_scale / v->ar_step;

		one = 1 + one * pow(v->ar_phi, h - last);
		pairs += one;
		ends += pow(v->ar_phi, h);
		last = h;
	}
	return (double)(n_rows - s->n) + 2 * pairs - (double)s->n - ends * ends;
}

/* The variance that the parameters give the sum: that of summed derivatives. */
static double
parameter_variance(const struct prophet *fit, double *summed)
{
	double variance;

	prophet_chunk_variance(fit, summed, 1, &variance);
	return variance;
}

static int
add_rows(const struct prophet *fit, const struct prophet_rows *rows,
    struct sum *s)
{
	const struct prophet_values *v = &fit->values;
	const size_t columns = v->n_active * PROPHET_CHUNK;
	struct prophet_chunk c = { 0 };
	double *column = calloc(2 * columns + 1, sizeof(*column));
	double *summed = column + columns;

	s->ahead = malloc((rows->n + 1) * sizeof(*s->ahead));
	if (column == NULL || s->ahead == NULL) {
		free(column);
		return -1;
	}
	while (prophet_chunk_next(fit, rows, &c)) {
		for (size_t i = 0; i < c.n; i++) {
			s->mean += c.trend[i] * (1 + c.share[i]) + c.add[i] +
			    c.floor[i] / v->y_scale +
			    prophet_carried(v, c.t[i]);
			if (c.t[i] > 1)
				s->ahead[s->n++] = (struct ahead){
					.t = c.t[i],
					.by = c.slope[i] * (1 + c.share[i]),
				};
		}
		if (columns == 0)
			continue;
		prophet_chunk_derive(fit, rows, &c, false, column);
		for (size_t k = 0; k < v->n_active; k++)
			for (size_t i = 0; i < c.n; i++)
				summed[k * PROPHET_CHUNK] +=
				    column[k * PROPHET_CHUNK + i];
	}
	qsort(s->ahead, s->n, sizeof(*s->ahead), compare_ahead);
	s->variance = v->sigma * v->sigma * noise_variance(v, s, rows->n) +
	    parameter_variance(fit, summed);
	free(column);
	return 0;
}

/* by becomes W at the time of each row; returns W(1). */
static double
add_up(struct sum *s)
{
	double slope = 0, w = 0, next = 1;

	for (size_t i = s->n; i-- > 0;) {
		const double by = s->ahead[i].by;

		w += i + 1 < s->n ? slope * (next - s->ahead[i].t) : 0;
		next = s->ahead[i].t;
		s->ahead[i].by = w;
		slope += by;
	}
	return s->n > 0 ? w + slope * (next - 1) : 0;
}

/* Integral of 1 / (1 + (v W)^2) over a length on which W goes from a to b. */
static double
quotient(double v, double a, double b, double length)
{
	const double x = v * a, y = v * b, middle = (x + y) / 2;

	if (fabs(x - y) < 1e-4)
		return length / (1 + middle * middle);
	return length * (atan(x) - atan(y)) / (x - y);
}

/* P(noise > x) for noise of that characteristic function. */
static double
exceeds(const struct sum *s, double rate, double lambda, double w_1, double x)
{
	double sd = s->variance, kappa = lambda * fabs(w_1), last = w_1;
	double from = 1, sum = 0, smooth, range, step;

	for (size_t i = 0; i < s->n; i++) {
		const double a = last, b = s->ahead[i].by;

		sd += 2 * rate * lambda * lambda * (s->ahead[i].t - from) *
		    (a * a + a * b + b * b) / 3;
		kappa = fmax(kappa, lambda * fabs(b));
		last = b;
		from = s->ahead[i].t;
	}
	sd = sqrt(sd);
	if (fabs(x) > 40 * kappa + 10 * sd)
		return x > 0 ? 0 : 1;
	/* A little noise at least, which makes the distribution smooth. */
	smooth = fmax(sqrt(s->variance), kappa / 1000);
	range = (2 * fabs(x) + 22 * kappa + 8 * sd) / 2;
	step = M_PI / range;
	for (size_t j = 0; j < MAX_NODES; j++) {
		const double v = ((double)j + 0.5) * step;
		double log_phi = -smooth * smooth * v * v / 2;

		last = w_1;
		from = 1;
		for (size_t i = 0; i < s->n && rate > 0; i++) {
			const double length = s->ahead[i].t - from;

			log_phi += rate *
			    (quotient(lambda * v, last, s->ahead[i].by,
				 length) -
				length);
			last = s->ahead[i].by;
			from = s->ahead[i].t;
		}
		if (log_phi < -25)
			break;
		sum += exp(log_phi) * sin(x * v) / ((double)j + 0.5);
	}
	return fmin(fmax(0.5 - sum / M_PI, 0), 1);
}

int
prophet_reach(const struct prophet *fit, const struct prophet_rows *rows,
    double target, double *mean, double *probability)
{
	const struct prophet_values *v = &fit->values;
	const double lambda = prophet_slope_change(v);
	const double rate = lambda > 0 ? (double)v->n_changepoints : 0;
	struct sum s = { 0 };
	double w_1, x;

	if (add_rows(fit, rows, &s) == -1) {
		free(s.ahead);
		return -1;
	}
	w_1 = add_up(&s);
	*mean = s.mean * v->y_scale;
	x = target / v->y_scale - s.mean;
	if (s.variance > 0 || (rate > 0 && w_1 != 0))
		*probability = exceeds(&s, rate, lambda, w_1, x);
	else
		*probability = x <= 1e-9 * fabs(s.mean) ? 1 : 0;
	free(s.ahead);
	return 0;
}
