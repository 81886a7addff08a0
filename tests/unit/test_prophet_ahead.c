/* What Prophet never had: how sure a forecast is of its parameters and sums, and
 * residuals that are carried on. */
#include "model/prophet.h"

#include <stdlib.h>
#include <string.h>

#include "base/normal.h"

#include "prophet_made.h"

enum { AHEAD = 60 };

/* Days after the history of a made series. */
struct days {
	double t[AHEAD], x[AHEAD], cap[AHEAD], floor[AHEAD];
	double yhat[AHEAD], lower[AHEAD], upper[AHEAD];
	const double *feature[1];
	struct prophet_rows rows;
	struct prophet_forecast out;
};

static void
make_days(struct days *d)
{
	for (int i = 0; i < AHEAD; i++) {
		d->t[i] = 20000 + MADE + i;
		d->x[i] = i % 10;
		d->cap[i] = 1200;
		d->floor[i] = 40;
	}
	d->feature[0] = d->x;
	d->rows = (struct prophet_rows){
		.n = AHEAD,
		.t = d->t,
		.feature = d->feature,
		.cap = d->cap,
		.floor = d->floor,
	};
	d->out = (struct prophet_forecast){
		.yhat = d->yhat, .lower = d->lower, .upper = d->upper
	};
}

/* ---- parameters ---------------------------------------------------------- */

enum { MAX_PARAMETERS = 50 };

/* yhat of the history after adding to an active parameter, over y_scale. */
static void
predict_neighbour(const struct prophet *fit, struct made *s, size_t parameter,
    double by, double *yhat)
{
	struct prophet_values v = *prophet_values(fit);
	double beta[16], delta[32];
	const struct prophet_forecast out = { .yhat = yhat };
	struct prophet *other;

	memcpy(beta, v.beta, v.n_beta * sizeof(*beta));
	if (v.n_changepoints > 0)
		memcpy(delta, v.delta, v.n_changepoints * sizeof(*delta));
	v.beta = beta;
	v.delta = delta;
	if (parameter < 2)
		*(parameter == 0 ? &v.k : &v.m) += by;
	else if (parameter < 2 + v.n_beta)
		beta[parameter - 2] += by;
	else
		delta[parameter - 2 - v.n_beta] += by;
	assert_non_null(other = prophet_restore(&s->spec, &v));
	assert_int_equal(prophet_predict(other, &s->rows, 0.8, &out), 0);
	for (int i = 0; i < MADE; i++)
		yhat[i] /= v.y_scale;
	prophet_free(other);
}

/* Solve a x = b, n x n, by elimination with pivots; both are overwritten. */
static void
eliminate(double a[MAX_PARAMETERS][MAX_PARAMETERS], double *b, size_t n)
{
	for (size_t k = 0; k < n; k++) {
		size_t p = k;

		for (size_t i = k; i < n; i++)
			if (fabs(a[i][k]) > fabs(a[p][k]))
				p = i;
		for (size_t j = 0; j < n; j++) {
			const double x = a[k][j];

			a[k][j] = a[p][j];
			a[p][j] = x;
		}
		const double x = b[k];
		b[k] = b[p];
		b[p] = x;
		for (size_t i = 0; i < n; i++) {
			const double f = a[i][k] / a[k][k];

			if (i == k)
				continue;
			for (size_t j = k; j < n; j++)
				a[i][j] -= f * a[k][j];
			b[i] -= f * b[k];
		}
	}
	for (size_t k = 0; k < n; k++)
		b[k] /= a[k][k];
}

/* sigma^2 x'(J'J + sigma^2 P)^-1 x of row i, from differences of yhat. */
static double
variance_by_differences(double j[MAX_PARAMETERS][MADE],
    const struct prophet_values *v, const double *precision,
    const double *weight, int row)
{
	static double h[MAX_PARAMETERS][MAX_PARAMETERS];
	double x[MAX_PARAMETERS], sum = 0;
	const double sigma2 = v->sigma * v->sigma;

	for (size_t a = 0; a < v->n_active; a++) {
		x[a] = j[a][row];
		for (size_t b = 0; b < v->n_active; b++) {
			h[a][b] = a == b ? sigma2 * precision[a] : 0;
			for (int i = 0; i < MADE; i++)
				h[a][b] += j[a][i] * j[b][i] *
				    (weight != NULL ? weight[i] : 1);
		}
	}
	eliminate(h, x, v->n_active);
	for (size_t a = 0; a < v->n_active; a++)
		sum += x[a] * j[a][row];
	return sigma2 * sum;
}

static void
intervals_hold_the_variance_of_the_parameters(void **state)
{
	static double j[MAX_PARAMETERS][MADE];
	struct made s;
	double lower[MADE], upper[MADE], low[MADE], high[MADE], weight[MADE];
	const double z = normal_quantile(0.9);

	(void)state;
	for (int way = 0; way < 7; way++) {
		const struct prophet_values *v;
		double precision[MAX_PARAMETERS];
		struct prophet *fit;

		make_series(&s, (enum prophet_mode)(way & 1));
		s.spec.growth = (enum prophet_growth)(way >> 1);
		if (way == 6) {
			s.spec.growth = PROPHET_LINEAR;
			s.regressor.sign = PROPHET_NOT_NEGATIVE;
			for (int i = 0; i < MADE; i++)
				weight[i] = 1 + i % 3;
			s.rows.weight = weight;
		}
		s.spec.floor = s.spec.growth == PROPHET_LOGISTIC;
		s.spec.parameter_variance = true;
		s.out.lower = lower;
		s.out.upper = upper;
		fit = fit_made(&s);
		v = prophet_values(fit);
		assert_true(v->n_active >= 8 && v->n_active < MAX_PARAMETERS);
		for (size_t a = 0; a < v->n_active; a++) {
			const size_t p = v->active[a];

			/* Optima that some changepoints have delta 0 at. */
			precision[a] = p < 2    ? 1.0 / 25
			    : p < 2 + v->n_beta ? 1.0 / 100
						: 0;
			predict_neighbour(fit, &s, p, 1e-5, high);
			predict_neighbour(fit, &s, p, -1e-5, low);
			for (int i = 0; i < MADE; i++)
				j[a][i] = (high[i] - low[i]) / 2e-5;
		}
		for (int i = 0; i < MADE; i += 57) {
			const double extra = variance_by_differences(j, v,
			    precision, s.rows.weight, i);
			const double want = z * v->y_scale *
			    sqrt(v->sigma * v->sigma + extra);

			assert_near(upper[i] - s.yhat[i], want, 1e-5 * want);
			assert_near(s.yhat[i] - lower[i], want, 1e-5 * want);
		}
		prophet_free(fit);
	}
}

/* A line without changes, days 0 and 1 at the ends: known by hand. */
static void
the_variance_of_a_line_is_that_of_regression(void **state)
{
	enum { N = 101 };
	double t[N], y[N], lower[N] = { 0 }, upper[N] = { 0 };
	double a_lower[N] = { 0 }, a_upper[N] = { 0 };
	const struct prophet_rows rows = { .n = N, .t = t, .y = y };
	const struct prophet_forecast out = { .lower = lower,
		.upper = upper,
		.trend_lower = a_lower,
		.trend_upper = a_upper };
	struct prophet_spec spec = prophet_defaults();
	const double z = normal_quantile(0.975);
	struct prophet *fit;

	(void)state;
	spec.n_changepoints = 0;
	spec.parameter_variance = true;
	for (int i = 0; i < N; i++) {
		t[i] = i;
		y[i] = 3 * i + 20 * (i * i % 7);
	}
	assert_non_null(fit = prophet_fit(&spec, &rows, NULL));
	assert_int_equal(prophet_predict(fit, &rows, 0.95, &out), 0);
	for (int i = 0; i < N; i++) {
		const double s = prophet_values(fit)->sigma *
		    prophet_values(fit)->y_scale;
		const double d = i - 50;
		/* sum of (t - 50)^2 is 2 (1 + 4 + ... + 2500) = 85850 */
		const double share = 1.0 / N + d * d / 85850;

		/* The priors add next to nothing. */
		assert_near((upper[i] - lower[i]) / 2, z * s * sqrt(1 + share),
		    1e-3 * s);
		assert_near((a_upper[i] - a_lower[i]) / 2, z * s * sqrt(share),
		    1e-3 * s);
	}
	prophet_free(fit);
}

static void
a_restored_model_knows_the_variance_of_its_parameters(void **state)
{
	struct prophet *fit, *other;
	struct made s;
	struct days d;
	double upper[AHEAD];

	(void)state;
	make_series(&s, PROPHET_MULTIPLICATIVE);
	s.spec.parameter_variance = true;
	s.spec.autoregressive = true;
	make_days(&d);
	fit = fit_made(&s);
	assert_int_equal(prophet_predict(fit, &d.rows, 0.8, &d.out), 0);
	memcpy(upper, d.upper, sizeof(upper));
	assert_non_null(other = prophet_restore(&s.spec, prophet_values(fit)));
	prophet_free(fit);
	assert_int_equal(prophet_predict(other, &d.rows, 0.8, &d.out), 0);
	assert_memory_equal(upper, d.upper, sizeof(upper));
	prophet_free(other);
}

/* ---- residuals carried on ------------------------------------------------ */

static void
the_last_residual_fades_by_the_autocorrelation(void **state)
{
	const double phi = 0.7;
	struct prophet *fit, *plain;
	const struct prophet_values *v;
	struct made s;
	struct days d;
	struct rng rng;
	double last = 0, without[AHEAD], carried[AHEAD];

	(void)state;
	make_series(&s, PROPHET_ADDITIVE);
	make_days(&d);
	rng_init(&rng, 9, rng_stream(3, 0, 0));
	for (int i = 0; i < MADE; i++) {
		last = phi * last + 10 * rng_normal(&rng);
		s.y[i] = 100 + 0.5 * i + 20 * sin(2 * M_PI * i / 7) + last;
	}
	s.spec.n_features = 0;
	s.spec.n_changepoints = 0;
	plain = fit_made(&s);
	assert_int_equal(prophet_predict(plain, &d.rows, 0.8, &d.out), 0);
	memcpy(without, d.yhat, sizeof(without));
	s.spec.autoregressive = true;
	fit = fit_made(&s);
	v = prophet_values(fit);
	d.out.carried = carried;
	assert_int_equal(prophet_predict(fit, &d.rows, 0.8, &d.out), 0);
	assert_near(v->ar_phi, phi, 0.1);
	assert_near(v->ar_step, 1, 1e-12);
	assert_near(v->ar_last * v->y_scale, s.y[MADE - 1] - s.yhat[MADE - 1],
	    1e-9);
	for (int i = 0; i < AHEAD; i++) {
		assert_near(carried[i],
		    v->ar_last * v->y_scale * pow(v->ar_phi, i + 1), 1e-9);
		assert_near(d.yhat[i], without[i] + carried[i], 1e-9);
	}
	prophet_free(fit);
	prophet_free(plain);
}

static void
residuals_without_autocorrelation_are_not_carried(void **state)
{
	struct prophet *fit;
	struct made s;

	(void)state;
	make_series(&s, PROPHET_ADDITIVE);
	/* Up and down: less than none. */
	for (int i = 0; i < MADE; i++)
		s.y[i] = 100 + i + (i % 2 ? 10 : -10);
	s.spec.n_seasonalities = 0;
	s.spec.n_features = 0;
	s.spec.autoregressive = true;
	fit = fit_made(&s);
	assert_near(prophet_values(fit)->ar_phi, 0, 0);
	prophet_free(fit);
}

/* ---- sums ---------------------------------------------------------------- */

/*
 * One future as the model draws it: changes of slope at random times after the
 * history, noise, which may be that of an autoregression.  Returns the sum.
 */
static double
draw_sum(const struct prophet_values *v, const struct days *d, struct rng *rng)
{
	const double end = (d->t[AHEAD - 1] - v->start) / v->t_scale;
	double at[64], size[64], lambda = 0, sum = 0, noise = 0;
	const double fresh = sqrt(1 - v->ar_phi * v->ar_phi);
	uint64_t n;

	for (size_t i = 0; i < v->n_changepoints; i++)
		lambda += fabs(v->delta[i]) / (double)v->n_changepoints;
	n = rng_poisson(rng, (double)v->n_changepoints * (end - 1));
	assert_true(n < 64);
	for (size_t i = 0; i < n; i++) {
		const double u = rng_uniform(rng) - 0.5;

		at[i] = 1 + (end - 1) * rng_uniform(rng);
		size[i] = -lambda * copysign(log(1 - 2 * fabs(u)), u);
	}
	for (int i = 0; i < AHEAD; i++) {
		const double t = (d->t[i] - v->start) / v->t_scale;
		double path = d->yhat[i];

		noise = v->ar_phi * noise +
		    v->sigma * (v->ar_phi > 0 ? fresh : 1) * rng_normal(rng);
		for (size_t c = 0; c < n; c++)
			path += v->y_scale * size[c] * fmax(0, t - at[c]);
		sum += path + v->y_scale * noise;
	}
	return sum;
}

static void
sums_reach_targets_as_often_as_said(void **state)
{
	enum { DRAWS = 40000 };
	double *sum = calloc(DRAWS, sizeof(*sum));
	struct rng rng;

	(void)state;
	assert_non_null(sum);
	for (int carry = 0; carry < 2; carry++) {
		struct prophet *fit;
		struct made s;
		struct days d;
		double mean, p, expected = 0, square = 0, last = 0;

		make_series(&s, PROPHET_ADDITIVE);
		make_days(&d);
		s.spec.changepoint_prior_scale = 0.5;
		s.spec.autoregressive = carry;
		rng_init(&rng, 6, rng_stream(5, 0, 0));
		for (int i = 0; i < MADE; i++) {
			last = 0.6 * last + 10 * rng_normal(&rng);
			s.y[i] += last;
		}
		fit = fit_made(&s);
		if (carry)
			assert_true(prophet_values(fit)->ar_phi > 0.1);
		assert_int_equal(prophet_predict(fit, &d.rows, 0.8, &d.out), 0);
		rng_init(&rng, 5, rng_stream(4, 0, 0));
		for (int i = 0; i < DRAWS; i++) {
			sum[i] = draw_sum(prophet_values(fit), &d, &rng);
			square += sum[i] * sum[i] / DRAWS;
		}
		for (int i = 0; i < AHEAD; i++)
			expected += d.yhat[i];
		const double sd = sqrt(square - expected * expected);
		for (double z = -3; z <= 3; z += 0.5) {
			const double target = expected + z * sd;
			double reached = 0;

			for (int i = 0; i < DRAWS; i++)
				reached += sum[i] >= target;
			assert_int_equal(prophet_reach(fit, &d.rows, target,
					     &mean, &p),
			    0);
			assert_near(mean, expected, 1e-9 * expected);
			/* 3.5 deviations of the share drawn. */
			assert_near(p, reached / DRAWS, 0.0088);
		}
		prophet_free(fit);
	}
	free(sum);
}

/* One row alone is above its bounds as often as they say. */
static void
a_sum_of_one_row_agrees_with_its_interval(void **state)
{
	struct made s;
	struct days d;
	double mean, p;

	(void)state;
	for (int way = 0; way < 4; way++) {
		struct prophet *fit;

		make_series(&s, (enum prophet_mode)(way & 1));
		make_days(&d);
		s.spec.changepoint_prior_scale = 0.5;
		s.spec.parameter_variance = way >> 1;
		fit = fit_made(&s);
		assert_int_equal(prophet_predict(fit, &d.rows, 0.8, &d.out), 0);
		for (size_t i = 0; i < AHEAD; i += 13) {
			const double *feature[] = { d.x + i };
			const struct prophet_rows one = {
				.n = 1, .t = d.t + i, .feature = feature
			};

			assert_int_equal(prophet_reach(fit, &one, d.upper[i],
					     &mean, &p),
			    0);
			assert_near(mean, d.yhat[i], 1e-9 * fabs(mean));
			assert_near(p, 0.1, 1e-7);
			assert_int_equal(prophet_reach(fit, &one, d.lower[i],
					     &mean, &p),
			    0);
			assert_near(p, 0.9, 1e-7);
		}
		prophet_free(fit);
	}
}

static void
targets_far_away_are_sure(void **state)
{
	struct prophet *fit;
	struct made s;
	struct days d;
	double mean, p;

	(void)state;
	make_series(&s, PROPHET_ADDITIVE);
	make_days(&d);
	fit = fit_made(&s);
	assert_int_equal(prophet_reach(fit, &d.rows, 1e12, &mean, &p), 0);
	assert_near(p, 0, 0);
	assert_int_equal(prophet_reach(fit, &d.rows, -1e12, &mean, &p), 0);
	assert_near(p, 1, 0);
	assert_int_equal(prophet_reach(fit, &d.rows, mean, &mean, &p), 0);
	assert_near(p, 0.5, 1e-9);
	prophet_free(fit);
	/* A constant is sure of everything. */
	for (int i = 0; i < MADE; i++)
		s.y[i] = 3;
	fit = fit_made(&s);
	assert_int_equal(prophet_reach(fit, &d.rows, 180, &mean, &p), 0);
	assert_near(p, 1, 0);
	assert_int_equal(prophet_reach(fit, &d.rows, 180.001, &mean, &p), 0);
	assert_near(p, 0, 0);
	prophet_free(fit);
}

/* ---- small ones ---------------------------------------------------------- */

static void
a_forecast_may_be_kept_from_going_below_zero(void **state)
{
	struct prophet *fit, *free_one;
	struct made s;
	struct days d;
	double yhat[AHEAD], lower[AHEAD];
	bool clipped = false;

	(void)state;
	make_series(&s, PROPHET_ADDITIVE);
	make_days(&d);
	for (int i = 0; i < MADE; i++)
		s.y[i] = 300 - s.y[i] / 2 - 0.7 * i;
	free_one = fit_made(&s);
	assert_int_equal(prophet_predict(free_one, &d.rows, 0.8, &d.out), 0);
	memcpy(yhat, d.yhat, sizeof(yhat));
	memcpy(lower, d.lower, sizeof(lower));
	s.spec.not_negative = true;
	fit = fit_made(&s);
	assert_int_equal(prophet_predict(fit, &d.rows, 0.8, &d.out), 0);
	for (int i = 0; i < AHEAD; i++) {
		assert_near(d.yhat[i], fmax(yhat[i], 0), 0);
		assert_near(d.lower[i], fmax(lower[i], 0), 0);
		assert_true(d.upper[i] >= 0);
		clipped |= yhat[i] < 0;
	}
	assert_true(clipped);
	prophet_free(fit);
	prophet_free(free_one);
}

static void
changepoints_and_effects_are_in_the_units_of_the_series(void **state)
{
	static const double changepoint[] = { 20100, 20200, 20300 };
	struct prophet *fit;
	struct made s;
	double t[3], change[3], slope[3];

	(void)state;
	for (int mode = 0; mode < 2; mode++) {
		make_series(&s, PROPHET_ADDITIVE);
		s.regressor.mode = (enum prophet_mode)mode;
		s.spec.changepoint = changepoint;
		s.spec.n_changepoints = 3;
		fit = fit_made(&s);
		prophet_changepoints(fit, t, change);
		for (int i = 0; i < 3; i++) {
			const int at = 100 * (i + 1);

			assert_near(t[i], changepoint[i], 1e-9);
			slope[i] = s.trend[at + 1] - 2 * s.trend[at] +
			    s.trend[at - 1];
			assert_near(change[i], slope[i], 1e-9);
		}
		/* Made with a bend of -0.5 a day in the middle. */
		assert_near(change[1], -0.5, 0.1);
		const double *sum = mode ? s.factor : s.terms;
		/* Rows 0 and 210 share the phase of both seasons. */
		const double x = s.x[210] - s.x[0];

		assert_near(prophet_effect(fit, 0) * x, sum[210] - sum[0],
		    1e-9);
		prophet_free(fit);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(intervals_hold_the_variance_of_the_parameters),
		cmocka_unit_test(the_variance_of_a_line_is_that_of_regression),
		cmocka_unit_test(
		    a_restored_model_knows_the_variance_of_its_parameters),
		cmocka_unit_test(
		    the_last_residual_fades_by_the_autocorrelation),
		cmocka_unit_test(
		    residuals_without_autocorrelation_are_not_carried),
		cmocka_unit_test(sums_reach_targets_as_often_as_said),
		cmocka_unit_test(a_sum_of_one_row_agrees_with_its_interval),
		cmocka_unit_test(targets_far_away_are_sure),
		cmocka_unit_test(a_forecast_may_be_kept_from_going_below_zero),
		cmocka_unit_test(
		    changepoints_and_effects_are_in_the_units_of_the_series),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
