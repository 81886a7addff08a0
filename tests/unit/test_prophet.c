#include "model/prophet.h"

#include "prophet_case.h"
#include "prophet_made.h"

#include "base/rng.h"
#include "model/residual.h"
#include "model/stats.h"

/* ---- against the reference ----------------------------------------------- */

static double
log_posterior_of(const struct prophet_case *c, const char *key)
{
	return number_of(cJSON_GetObjectItem(c->params, key), "log_posterior",
	    NAN);
}

static void
log_posterior_is_that_of_stan(void **state)
{
	static const char *const keys[] = { "prophet_default", "prophet_best",
		"exact" };
	struct prophet_case c;

	load_case(&c, *state);
	for (size_t i = 0; i < 3; i++) {
		const double want = log_posterior_of(&c, keys[i]);
		struct prophet *fit;

		if (isnan(want))
			continue;
		fit = restore_case(&c, keys[i]);
		assert_near(prophet_log_posterior(fit, &c.history), want,
		    1e-8 * fabs(want));
		prophet_free(fit);
	}
	free_case(&c);
}

static double *
new_column(const struct prophet_case *c)
{
	double *x = calloc(c->frame.n, sizeof(*x));

	assert_non_null(x);
	return x;
}

/* Prophet's predictions have 8 digits. */
static void
assert_digits(const double *got, const double *want, size_t n, double size)
{
	for (size_t i = 0; i < n; i++)
		assert_near(got[i], want[i],
		    fmax(0.51e-7 * fabs(want[i]), 1e-10 * size));
}

static void
predictions_from_given_parameters_are_those_of_prophet(void **state)
{
	static const struct {
		const char *name;
		double period;
	} builtin[] = { { "yearly", 365.25 }, { "weekly", 7 }, { "daily", 1 } };
	struct prophet_case c;
	struct prophet_forecast out = { 0 };
	struct prophet *fit;
	double *x, *want, scale;

	load_case(&c, *state);
	fit = restore_case(&c, "prophet_best");
	out.yhat = new_column(&c);
	out.trend = new_column(&c);
	out.lower = new_column(&c);
	out.upper = new_column(&c);
	scale = prophet_values(fit)->y_scale;
	prophet_predict(fit, &c.frame, 0.8, &out);
	assert_digits(out.yhat, column_of(&c.expected, "yhat"), c.frame.n,
	    scale);
	assert_digits(out.trend, column_of(&c.expected, "trend"), c.frame.n,
	    scale);
	/* Its bounds are quantiles of 1000 paths. */
	for (size_t i = 0; i < c.frame.n; i++) {
		const double half = (out.upper[i] - out.lower[i]) / 2;

		assert_near(out.lower[i],
		    column_of(&c.expected, "yhat_lower")[i], 0.2 * half);
		assert_near(out.upper[i],
		    column_of(&c.expected, "yhat_upper")[i], 0.2 * half);
	}

	x = new_column(&c);
	for (size_t term = 0; term < c.spec.n_seasonalities; term++)
		for (size_t j = 0; j < 3; j++) {
			want = column_of(&c.expected, builtin[j].name);
			if (want == NULL || c.seasonality[term].conditional ||
			    c.seasonality[term].period != builtin[j].period)
				continue;
			prophet_component(fit, &c.frame, term, 1, x);
			assert_digits(x, want, c.frame.n, scale);
		}
	if ((want = column_of(&c.expected, "holidays")) != NULL) {
		prophet_component(fit, &c.frame, c.spec.n_seasonalities,
		    c.spec.n_features, x);
		assert_digits(x, want, c.frame.n, scale);
	}
	free(x);
	free(out.yhat);
	free(out.trend);
	free(out.lower);
	free(out.upper);
	prophet_free(fit);
	free_case(&c);
}

static void
the_fit_is_the_exact_optimum(void **state)
{
	struct prophet_case c;
	struct prophet_forecast out = { 0 };
	struct prophet *fit;
	double exact, best, got, range;
	bool linear;

	load_case(&c, *state);
	exact = log_posterior_of(&c, "exact");
	best = log_posterior_of(&c, "prophet_best");
	range = range_of_y(&c);
	/* Of other models the reference is as good as its last step. */
	linear = c.spec.growth != PROPHET_LOGISTIC &&
	    (c.spec.n_seasonalities == 0 ||
		c.seasonality[0].mode == PROPHET_ADDITIVE);
	assert_non_null(fit = prophet_fit(&c.spec, &c.history, NULL));
	got = prophet_values(fit)->log_posterior;
	assert_true(got >= exact - 1e-6);
	assert_true(got >= best - 1e-9);
	/* What the fit says of itself is true of its parameters. */
	assert_near(prophet_log_posterior(fit, &c.history), got,
	    1e-10 * fabs(got));

	out.yhat = new_column(&c);
	out.trend = new_column(&c);
	out.lower = new_column(&c);
	out.upper = new_column(&c);
	prophet_predict(fit, &c.frame, 0.8, &out);
	for (size_t i = 0; i < c.frame.n; i++) {
		double tolerance = (linear ? 1e-6 : 1e-5) * range;

		assert_near(out.yhat[i],
		    column_of(&c.expected, "yhat_exact")[i], tolerance);
		assert_near(out.trend[i],
		    column_of(&c.expected, "trend_exact")[i], tolerance);
		const double low = column_of(&c.expected, "lower_exact")[i];
		const double high = column_of(&c.expected, "upper_exact")[i];

		/* Of a curve, the reference has 20,000 random paths. */
		if (c.spec.growth == PROPHET_LOGISTIC)
			tolerance = 0.02 * (high - low) / 2;
		assert_near(out.lower[i], low, tolerance);
		assert_near(out.upper[i], high, tolerance);
		/* Prophet stops before the optimum, by default earlier still. */
		assert_near(out.yhat[i], column_of(&c.expected, "yhat")[i],
		    0.03 * range);
		assert_near(out.yhat[i],
		    column_of(&c.expected, "yhat_default")[i], 0.05 * range);
	}
	free(out.yhat);
	free(out.trend);
	free(out.lower);
	free(out.upper);
	prophet_free(fit);
	free_case(&c);
}

/* ---- the original's figures ---------------------------------------------- */

static void
residuals_flag_the_days_of_the_original(void **state)
{
	struct residual_scale scale;
	static const double want[] = { 20162, 20163, 20342 };
	struct prophet_case c;
	struct prophet_forecast out = { 0 };
	struct prophet *fit;
	double *residual, *z;
	int8_t *flag;
	size_t n, found = 0;

	(void)state;
	load_case(&c, "daily_revenue_yearly");
	n = c.history.n;
	out.yhat = new_column(&c);
	residual = new_column(&c);
	z = new_column(&c);
	assert_non_null(flag = calloc(n, sizeof(*flag)));
	assert_non_null(fit = prophet_fit(&c.spec, &c.history, NULL));
	prophet_predict(fit, &c.history, 0.8, &out);
	scale = residual_scale(c.history.y, out.yhat, n);
	residual_score(c.history.y, out.yhat, n, &scale, 2.5, residual, z,
	    flag);
	/* 2025-03-15, 2025-03-16, 2025-09-11 */
	for (size_t i = 0; i < n; i++)
		if (flag[i] == 1) {
			assert_true(found < 3);
			assert_near(c.history.t[i], want[found++], 0);
		}
	assert_int_equal(found, 3);
	free(out.yhat);
	free(residual);
	free(z);
	free(flag);
	prophet_free(fit);
	free_case(&c);
}

static void
residuals_match_the_worked_example(void **state)
{
	struct residual_scale scale;
	const double y[] = { 11, 9, NAN, 12, 8, 15 };
	const double yhat[] = { 10, 10, 10, 10, 10, NAN };
	double r[6], z[6];
	int8_t flag[6];

	(void)state;
	/* 1 -1 2 -2: mean 0, sd sqrt(10 / 3) */
	scale = residual_scale(y, yhat, 6);
	residual_score(y, yhat, 6, &scale, 1, r, z, flag);
	assert_near(r[3], 2, 0);
	assert_near(z[0], 1 / sqrt(10.0 / 3), 1e-15);
	assert_near(z[4], -2 / sqrt(10.0 / 3), 1e-15);
	assert_true(isnan(r[2]) && isnan(z[2]) && isnan(r[5]) && isnan(z[5]));
	assert_int_equal(flag[0], 0);
	assert_int_equal(flag[2], -1);
	assert_int_equal(flag[3], 1);
	assert_int_equal(flag[4], 1);
}

static void
residuals_that_are_rounding_have_no_z(void **state)
{
	struct residual_scale scale;
	const double y[] = { 1e6, 2e6, 3e6 };
	const double yhat[] = { 1e6, 2e6 + 1e-9, 3e6 };
	double r[3], z[3];
	int8_t flag[3];

	(void)state;
	scale = residual_scale(y, yhat, 3);
	residual_score(y, yhat, 3, &scale, 1, r, z, flag);
	assert_true(isnan(z[0]) && isnan(z[1]));
	assert_int_equal(flag[1], 0);
}

/* ---- modes, growth and scaling -------------------------------------------- */

/* The log posterior after adding to one parameter: k, m, sigma, beta, delta. */
static double
posterior_of_neighbour(const struct prophet *fit, const struct made *s,
    size_t which, double by)
{
	struct prophet_values v = *prophet_values(fit);
	double beta[16], delta[32], l;
	struct prophet *other;

	assert_true(v.n_beta <= 16 && v.n_changepoints <= 32);
	memcpy(beta, v.beta, v.n_beta * sizeof(*beta));
	if (v.n_changepoints > 0)
		memcpy(delta, v.delta, v.n_changepoints * sizeof(*delta));
	v.beta = beta;
	v.delta = delta;
	if (which < 3)
		*(which == 0 ? &v.k : which == 1 ? &v.m : &v.sigma) += by;
	else if (which < 3 + v.n_beta)
		beta[which - 3] += by;
	else
		delta[which - 3 - v.n_beta] += by;
	assert_non_null(other = prophet_restore(&s->spec, &v));
	l = prophet_log_posterior(other, &s->rows);
	prophet_free(other);
	return l;
}

/* Says what the fit says of itself, and no change of a parameter is better. */
static void
assert_optimum(const struct prophet *fit, const struct made *s)
{
	const struct prophet_values *v = prophet_values(fit);
	const double l = v->log_posterior;

	assert_near(prophet_log_posterior(fit, &s->rows), l, 1e-9 * fabs(l));
	for (size_t i = 0; i < 3 + v->n_beta + v->n_changepoints; i++)
		for (double by = 1e-6; by < 0.1; by *= 10) {
			/* NaN for a negative sigma. */
			assert_false(posterior_of_neighbour(fit, s, i, by) >
			    l + 1e-7);
			assert_false(posterior_of_neighbour(fit, s, i, -by) >
			    l + 1e-7);
		}
}

static void
each_term_has_its_own_mode(void **state)
{
	struct prophet *fit;
	struct made s;
	double weekly[MADE], effect[MADE];

	(void)state;
	make_series(&s, PROPHET_MULTIPLICATIVE);
	fit = fit_made(&s);
	assert_optimum(fit, &s);
	prophet_component(fit, &s.rows, 0, 3, weekly);
	prophet_component(fit, &s.rows, 2, 1, effect);
	for (int i = 0; i < MADE; i++) {
		assert_near(weekly[i], s.factor[i], 1e-14);
		assert_near(effect[i], s.terms[i], 1e-9);
		assert_near(s.yhat[i],
		    s.trend[i] * (1 + s.factor[i]) + s.terms[i], 1e-9);
	}
	/* The truth, as well as the noise lets it be seen. */
	for (int i = 0; i < MADE; i++)
		assert_near(s.factor[i],
		    0.2 * sin(2 * M_PI * i / 7) + 0.1 * cos(2 * M_PI * i / 30),
		    0.02);
	assert_near((s.terms[1] - s.terms[0]) / (s.x[1] - s.x[0]), 3, 0.3);
	prophet_free(fit);
}

static void
a_curve_with_cap_and_floor_may_multiply(void **state)
{
	struct prophet *fit;
	struct made s;

	(void)state;
	make_series(&s, PROPHET_MULTIPLICATIVE);
	s.spec.growth = PROPHET_LOGISTIC;
	s.spec.floor = true;
	s.regressor.mode = PROPHET_MULTIPLICATIVE;
	for (int scaling = 0; scaling < 2; scaling++) {
		s.spec.scaling = scaling ? PROPHET_MINMAX : PROPHET_ABSMAX;
		fit = fit_made(&s);
		assert_optimum(fit, &s);
		assert_near(prophet_values(fit)->y_scale,
		    scaling ? 999 - 50 : prophet_values(fit)->y_scale, 1e-9);
		for (int i = 0; i < MADE; i++) {
			assert_true(s.trend[i] > s.floor[i] &&
			    s.trend[i] < s.cap[i]);
			/* Right where Prophet multiplies the floor too. */
			assert_near(s.yhat[i],
			    (s.trend[i] - s.floor[i]) * (1 + s.factor[i]) +
				s.floor[i],
			    1e-9);
		}
		prophet_free(fit);
	}
}

static void
scaling_by_the_range_has_the_smallest_value_as_its_floor(void **state)
{
	struct prophet *fit, *moved;
	struct made s;
	double low = INFINITY, high = -INFINITY;

	(void)state;
	make_series(&s, PROPHET_ADDITIVE);
	s.spec.scaling = PROPHET_MINMAX;
	for (int i = 0; i < MADE; i++) {
		low = fmin(low, s.y[i]);
		high = fmax(high, s.y[i]);
	}
	fit = fit_made(&s);
	assert_optimum(fit, &s);
	assert_near(prophet_values(fit)->y_min, low, 0);
	assert_near(prophet_values(fit)->y_scale, high - low, 0);
	/* So a constant more or less does not matter. */
	for (int i = 0; i < MADE; i++)
		s.y[i] -= 1e4;
	memcpy(s.terms, s.yhat, sizeof(s.yhat));
	s.out.terms = NULL;
	moved = fit_made(&s);
	for (int i = 0; i < MADE; i++)
		assert_near(s.yhat[i], s.terms[i] - 1e4, 1e-6);
	prophet_free(fit);
	prophet_free(moved);
}

static void
a_trend_through_zero_is_said_and_solved_from_several_starts(void **state)
{
	struct prophet *fit;
	struct made s;

	(void)state;
	make_series(&s, PROPHET_MULTIPLICATIVE);
	for (int i = 0; i < MADE; i++)
		s.y[i] = (i - 150) * (1 + 0.3 * sin(2 * M_PI * i / 7)) + s.x[i];
	fit = fit_made(&s);
	assert_int_equal(prophet_values(fit)->status,
	    PROPHET_TREND_CROSSES_ZERO);
	assert_optimum(fit, &s);
	assert_near(s.factor[30], 0.3 * sin(2 * M_PI * 30 / 7), 0.01);
	prophet_free(fit);
}

static void
a_curve_through_two_rows_passes_through_them(void **state)
{
	const double t[] = { 0, 10, 20 }, y[] = { 3, 7, NAN };
	const double cap[] = { 10, 10, 10 }, floor[] = { 1, 1, 1 };
	struct prophet_rows rows = {
		.n = 3, .t = t, .y = y, .cap = cap, .floor = floor
	};
	struct prophet_spec spec = prophet_defaults();
	double yhat[3], lower[3];
	const struct prophet_forecast out = { .yhat = yhat, .lower = lower };
	struct prophet *fit;

	(void)state;
	spec.growth = PROPHET_LOGISTIC;
	spec.floor = true;
	assert_null(prophet_check_rows(&spec, &rows, NULL));
	assert_non_null(fit = prophet_fit(&spec, &rows, NULL));
	assert_true(prophet_values(fit)->status & PROPHET_TWO_ROWS);
	prophet_predict(fit, &rows, 0.8, &out);
	assert_near(yhat[0], 3, 1e-12);
	assert_near(yhat[1], 7, 1e-12);
	/* Odds of 2 : 7 and 2 : 1, seven times as much; so next 14 : 1. */
	assert_near(yhat[2], 1 + 9 * 14.0 / 15, 1e-12);
	assert_near(lower[2], yhat[2], 0);
	prophet_free(fit);
}

/* A constant is no optimum of a curve: the fit is as good as any. */
static void
a_constant_below_a_cap_is_fitted(void **state)
{
	struct prophet *fit;
	struct made s;

	(void)state;
	make_series(&s, PROPHET_ADDITIVE);
	s.spec.growth = PROPHET_LOGISTIC;
	s.spec.n_features = 0;
	s.spec.n_seasonalities = 0;
	for (int i = 0; i < MADE; i++)
		s.y[i] = 300;
	fit = fit_made(&s);
	assert_false(prophet_values(fit)->status & PROPHET_CONSTANT);
	for (int i = 0; i < MADE; i++)
		assert_near(s.yhat[i], 300, 1.5);
	prophet_free(fit);
}

/* The trend's interval of a curve is that of its line, bent: in the limit of a
 * far cap, that of an exponential. */
static void
the_interval_of_a_curve_stays_between_floor_and_cap(void **state)
{
	double t[500], cap[500], floor[500], lower[500] = { 0 },
					     upper[500] = { 0 };
	double trend[500];
	const struct prophet_rows ahead = {
		.n = 500, .t = t, .cap = cap, .floor = floor
	};
	const struct prophet_forecast out = {
		.trend = trend, .trend_lower = lower, .trend_upper = upper
	};
	struct prophet *fit;
	struct made s;

	(void)state;
	make_series(&s, PROPHET_ADDITIVE);
	s.spec.growth = PROPHET_LOGISTIC;
	s.spec.floor = true;
	s.spec.n_features = 0;
	fit = fit_made(&s);
	for (int i = 0; i < 500; i++) {
		t[i] = s.t[MADE - 1] + 1 + 10 * i;
		cap[i] = 1000;
		floor[i] = 50;
	}
	prophet_predict(fit, &ahead, 0.9, &out);
	for (int i = 0; i < 500; i++) {
		const double odds = (trend[i] - 50) / (1000 - trend[i]);
		const double low = (lower[i] - 50) / (1000 - lower[i]);
		const double high = (upper[i] - 50) / (1000 - upper[i]);

		assert_true(50 <= lower[i] && lower[i] <= trend[i]);
		assert_true(trend[i] <= upper[i] && upper[i] <= 1000);
		/* Symmetric in the line, the logarithm of the odds. */
		if (low > 1e-6 && high < 1e6)
			assert_near(log(odds / low), log(high / odds), 1e-6);
	}
	assert_true(lower[400] < 500);
	prophet_free(fit);
}

/* ---- weights and signs --------------------------------------------------- */

static void
assert_same_values(const struct prophet *a, const struct prophet *b,
    double tolerance)
{
	const struct prophet_values *va = prophet_values(a);
	const struct prophet_values *vb = prophet_values(b);

	assert_near(va->k, vb->k, tolerance);
	assert_near(va->m, vb->m, tolerance);
	assert_near(va->sigma, vb->sigma, tolerance);
	assert_int_equal(va->n_beta, vb->n_beta);
	for (size_t i = 0; i < va->n_beta; i++)
		assert_near(va->beta[i], vb->beta[i], tolerance);
	for (size_t i = 0; i < va->n_changepoints; i++)
		assert_near(va->delta[i], vb->delta[i], tolerance);
}

static void
a_row_of_weight_two_is_two_rows(void **state)
{
	static const double changepoint[] = { 20050, 20150, 20250 };
	struct prophet *once, *twice;
	struct made s;
	double weight[MADE];

	for (int mode = 0; mode < 2; mode++) {
		(void)state;
		make_series(&s, (enum prophet_mode)mode);
		s.spec.n_features = 0;
		s.spec.changepoint = changepoint;
		s.spec.n_changepoints = 3;
		/* Rows 0 and 1, 2 and 3, ... the same; and once, weighing 2. */
		for (int i = 0; i < MADE; i += 2) {
			s.t[i + 1] = s.t[i];
			s.y[i + 1] = s.y[i];
			weight[i] = 2;
			weight[i + 1] = 0;
		}
		twice = fit_made(&s);
		s.rows.weight = weight;
		once = fit_made(&s);
		assert_same_values(once, twice, 1e-8);
		assert_near(prophet_values(once)->log_posterior,
		    prophet_values(twice)->log_posterior, 1e-8);
		assert_int_equal(prophet_values(once)->n, MADE / 2);
		prophet_free(once);
		prophet_free(twice);
	}
}

static void
weighted_fits_are_optima(void **state)
{
	struct made s;
	double weight[MADE];

	(void)state;
	for (int growth = 0; growth < 3; growth++)
		for (int mode = 0; mode < 2; mode++) {
			struct prophet *fit;

			make_series(&s, (enum prophet_mode)mode);
			for (int i = 0; i < MADE; i++)
				weight[i] = 0.1 * (1 + i % 13);
			s.spec.growth = (enum prophet_growth)growth;
			s.spec.half_life = 200;
			s.rows.weight = weight;
			fit = fit_made(&s);
			assert_optimum(fit, &s);
			prophet_free(fit);
		}
}

static void
a_half_life_is_a_weight_by_age(void **state)
{
	struct prophet *by_age, *by_weight;
	struct made s;
	double weight[MADE];

	(void)state;
	make_series(&s, PROPHET_ADDITIVE);
	s.spec.half_life = 50;
	by_age = fit_made(&s);
	s.spec.half_life = 0;
	for (int i = 0; i < MADE; i++)
		weight[i] = pow(0.5, (MADE - 1 - i) / 50.0);
	s.rows.weight = weight;
	by_weight = fit_made(&s);
	assert_same_values(by_age, by_weight, 1e-10);
	prophet_free(by_age);
	prophet_free(by_weight);
}

enum { SIDED = 4 };

/* Regressors that all have some effect, and say in part the same. */
static void
make_sided(struct made *s, double x[SIDED][MADE], const double *column[SIDED],
    struct prophet_feature feature[SIDED], uint64_t seed)
{
	struct rng rng;

	make_series(s, PROPHET_ADDITIVE);
	rng_init(&rng, seed, rng_stream(2, 0, 0));
	for (int i = 0; i < MADE; i++) {
		const double common = rng_normal(&rng);

		for (int j = 0; j < SIDED; j++) {
			x[j][i] = common + 0.5 * rng_normal(&rng);
			s->y[i] += (j - 1.5) * x[j][i];
		}
	}
	for (int j = 0; j < SIDED; j++) {
		column[j] = x[j];
		feature[j] = (struct prophet_feature){
			.prior_scale = 1,
			.sign = j % 2 ? PROPHET_NOT_NEGATIVE
				      : PROPHET_NOT_POSITIVE,
		};
	}
	s->spec.feature = feature;
	s->rows.feature = column;
	s->spec.n_features = SIDED;
}

/* The best posterior with the right signs over all sets of regressors: what is
 * left out has coefficient 0, as one that a sign keeps at 0. */
static double
best_of_all_sets(struct made *s)
{
	double best = -INFINITY;

	for (unsigned set = 0; set < 1 << SIDED; set++) {
		struct prophet_feature feature[SIDED];
		const double *column[SIDED];
		struct made t = *s;
		struct prophet *fit;
		const double *beta;
		bool good = true;
		size_t n = 0;

		for (unsigned j = 0; j < SIDED; j++)
			if (set >> j & 1) {
				feature[n] = s->spec.feature[j];
				column[n++] = s->rows.feature[j];
			}
		t.spec.feature = feature;
		t.spec.n_features = n;
		t.rows.feature = column;
		for (size_t j = 0; j < n; j++)
			feature[j].sign = PROPHET_ANY_SIGN;
		assert_non_null(fit = prophet_fit(&t.spec, &t.rows, NULL));
		beta = prophet_values(fit)->beta + 6;
		for (size_t j = 0, k = 0; j < SIDED; j++)
			if (set >> j & 1)
				good &= beta[k++] *
					(s->spec.feature[j].sign ==
						    PROPHET_NOT_NEGATIVE
						? 1
						: -1) >=
				    0;
		if (good)
			best = fmax(best, prophet_values(fit)->log_posterior);
		prophet_free(fit);
	}
	return best;
}

static void
coefficients_keep_their_signs_at_the_best_price(void **state)
{
	double x[SIDED][MADE];
	const double *column[SIDED];
	struct prophet_feature feature[SIDED];
	struct made s;
	size_t zeros = 0;

	(void)state;
	for (uint64_t seed = 0; seed < 8; seed++) {
		struct prophet *fit;
		const double *beta;

		make_sided(&s, x, column, feature, seed);
		/* Every other time half of them the other way round. */
		if (seed % 2)
			feature[0].sign = feature[3].sign = PROPHET_ANY_SIGN;
		if (seed % 4 == 2) {
			feature[0].sign = PROPHET_NOT_NEGATIVE;
			feature[3].sign = PROPHET_NOT_POSITIVE;
		}
		assert_non_null(fit = prophet_fit(&s.spec, &s.rows, NULL));
		beta = prophet_values(fit)->beta + 6;
		for (size_t j = 0; j < SIDED; j++) {
			if (feature[j].sign == PROPHET_NOT_NEGATIVE)
				assert_true(beta[j] >= 0);
			if (feature[j].sign == PROPHET_NOT_POSITIVE)
				assert_true(beta[j] <= 0);
			zeros += beta[j] == 0;
		}
		if (seed % 2 == 0)
			assert_near(prophet_values(fit)->log_posterior,
			    best_of_all_sets(&s), 1e-7);
		prophet_free(fit);
	}
	assert_true(zeros >= 4);
}

/* A sign that the best coefficient has anyway changes nothing, in any model. */
static void
signs_that_hold_anyway_do_not_matter(void **state)
{
	struct made s;

	(void)state;
	for (int mode = 0; mode < 2; mode++) {
		struct prophet *any, *sided;

		make_series(&s, (enum prophet_mode)mode);
		s.regressor.mode = (enum prophet_mode)mode;
		any = fit_made(&s);
		s.regressor.sign = PROPHET_NOT_NEGATIVE;
		sided = fit_made(&s);
		assert_same_values(any, sided, 1e-7);
		assert_optimum(sided, &s);
		prophet_free(sided);
		s.regressor.sign = PROPHET_NOT_POSITIVE;
		sided = fit_made(&s);
		assert_near(prophet_values(sided)->beta[6], 0, 0);
		prophet_free(sided);
		prophet_free(any);
	}
}

static void
a_robust_fit_does_not_follow_outliers(void **state)
{
	struct made s;
	struct prophet *clean, *plain, *robust;
	double weight[MADE], truth[MADE], residual[MADE], size[MADE];
	double off_plain = 0, off_robust = 0, scale;

	(void)state;
	make_series(&s, PROPHET_ADDITIVE);
	clean = fit_made(&s);
	memcpy(truth, s.yhat, sizeof(truth));
	for (int i = 20; i < MADE; i += 20)
		s.y[i] += 300;
	for (int i = 350; i < 356; i++)
		s.y[i] = 0;
	s.y[100] = NAN;
	plain = fit_made(&s);
	for (int i = 0; i < MADE; i++)
		off_plain = fmax(off_plain, fabs(s.yhat[i] - truth[i]));
	assert_non_null(robust = prophet_fit_robust(&s.spec, &s.rows, 1.345,
			    weight, NULL));
	prophet_predict(robust, &s.rows, 0.8, &s.out);
	for (int i = 0; i < MADE; i++)
		off_robust = fmax(off_robust, fabs(s.yhat[i] - truth[i]));
	assert_true(off_plain > 30);
	assert_true(off_robust < 5);
	assert_true(prophet_values(robust)->sigma <
	    0.5 * prophet_values(plain)->sigma);
	/* The weights are those of the residuals they lead to. */
	for (int i = 0; i < MADE; i++)
		size[i] = residual[i] = fabs(s.y[i] - s.yhat[i]);
	scale = 1.4826 * stats_median(size, MADE);
	for (int i = 0; i < MADE; i++)
		assert_near(weight[i],
		    i == 100 ? 1 : fmin(1, 1.345 * scale / residual[i]), 1e-5);
	assert_true(weight[40] < 0.1 && weight[352] < 0.1);
	prophet_free(clean);
	prophet_free(plain);
	prophet_free(robust);
}

/* Sparse and dense features in turn, of both modes, that share rows; weights;
 * signs that hold anyway.  The posterior is that of prediction, which knows no
 * sparse ones. */
static void
features_that_are_mostly_zero_are_fitted_like_others(void **state)
{
	enum { N = 6 };
	static double x[N][MADE];
	const double *column[N];
	struct prophet_feature feature[N];
	double weight[MADE];
	struct made s;
	struct rng rng;

	(void)state;
	for (int growth = 0; growth < 3; growth++)
		for (int way = 0; way < 4; way++) {
			struct prophet *fit;

			make_series(&s, (enum prophet_mode)(way & 1));
			rng_init(&rng, 3, rng_stream(6, 0, 0));
			for (int j = 0; j < N; j++) {
				for (int i = 0; i < MADE; i++) {
					const bool on = j % 3 == 1 ||
					    i % 23 == j / 2 || i % 31 == 0;

					x[j][i] = on ? rng_uniform(&rng) : 0;
					if (j == 0)
						x[j][i] = on;
					s.y[i] += 20 * (j + 1) * x[j][i];
				}
				column[j] = x[j];
				feature[j] = (struct prophet_feature){
					.prior_scale = 5,
					.standardize = j == 0
					    ? PROPHET_STANDARDIZE_AUTO
					    : PROPHET_STANDARDIZE_NO,
					.mode = (enum prophet_mode)(j % 2),
					.sign = j == 2 || j == 4
					    ? PROPHET_NOT_NEGATIVE
					    : PROPHET_ANY_SIGN,
				};
			}
			for (int i = 0; i < MADE; i++)
				weight[i] = 1 + i % 4;
			s.spec.growth = (enum prophet_growth)growth;
			s.spec.n_seasonalities = 1;
			s.spec.feature = feature;
			s.spec.n_features = N;
			s.rows.feature = column;
			if (way >> 1)
				s.rows.weight = weight;
			fit = fit_made(&s);
			assert_optimum(fit, &s);
			for (int j = 0; j < N; j++)
				assert_true(prophet_effect(fit, (size_t)j) > 0);
			prophet_free(fit);
		}
}

/* ---- degenerate series --------------------------------------------------- */

static void
a_series_without_an_optimum_is_predicted_as_by_prophet(void **state)
{
	struct prophet_case c;
	struct prophet_forecast out = { 0 };
	struct prophet *fit;
	const double *want;
	unsigned status = PROPHET_CONSTANT;

	load_case(&c, *state);
	if (c.history.n == 2)
		status = PROPHET_TWO_ROWS | PROPHET_CHANGEPOINTS_REDUCED |
		    PROPHET_FEW_ROWS;
	assert_non_null(fit = prophet_fit(&c.spec, &c.history, NULL));
	assert_int_equal(prophet_values(fit)->status, status);
	assert_near(prophet_values(fit)->sigma, 0, 0);
	assert_true(isnan(prophet_values(fit)->log_posterior));
	out.yhat = new_column(&c);
	out.lower = new_column(&c);
	out.upper = new_column(&c);
	prophet_predict(fit, &c.frame, 0.8, &out);
	assert_non_null(want = column_of(&c.expected, "yhat"));
	for (size_t i = 0; i < c.frame.n; i++) {
		assert_near(out.yhat[i], want[i], 1e-12 * fabs(want[i]));
		assert_near(out.lower[i], out.yhat[i], 0);
		assert_near(out.upper[i], out.yhat[i], 0);
	}
	free(out.yhat);
	free(out.lower);
	free(out.upper);
	prophet_free(fit);
	free_case(&c);
}

static unsigned
status_of(const char *name)
{
	struct prophet_case c;
	struct prophet *fit;
	unsigned status;

	load_case(&c, name);
	assert_non_null(fit = prophet_fit(&c.spec, &c.history, NULL));
	status = prophet_values(fit)->status;
	prophet_free(fit);
	free_case(&c);
	return status;
}

static void
a_fit_says_what_is_odd_about_its_data(void **state)
{
	(void)state;
	assert_int_equal(status_of("daily_revenue"), 0);
	assert_int_equal(status_of("edge_duplicates"), PROPHET_DUPLICATE_TIMES);
	assert_int_equal(status_of("edge_ten_rows"),
	    PROPHET_CHANGEPOINTS_REDUCED);
	/* The parameters can pass through these rows: two optima of sigma. */
	assert_int_equal(status_of("edge_five_rows"),
	    PROPHET_CHANGEPOINTS_REDUCED | PROPHET_INTERPOLATION);
	assert_int_equal(status_of("edge_twenty_rows"),
	    PROPHET_CHANGEPOINTS_REDUCED | PROPHET_INTERPOLATION);
}

static void
a_series_that_the_model_reproduces_is_a_perfect_fit(void **state)
{
	const struct prophet_seasonality weekly = { 7, 3, 10, false, 0, 0 };
	struct prophet_spec spec = prophet_defaults();
	double t[70], y[70], yhat[70];
	struct prophet_rows rows = { .n = 70, .t = t, .y = y };
	const struct prophet_forecast out = { .yhat = yhat };
	struct prophet *fit;

	(void)state;
	spec.seasonality = &weekly;
	spec.n_seasonalities = 1;
	for (int i = 0; i < 70; i++) {
		t[i] = 20000 + i;
		y[i] = 5 + 0.25 * i + (i % 7 == 2) - 2 * (i % 7 == 5);
	}
	assert_null(prophet_check_rows(&spec, &rows, NULL));
	assert_non_null(fit = prophet_fit(&spec, &rows, NULL));
	assert_int_equal(prophet_values(fit)->status, PROPHET_PERFECT_FIT);
	prophet_predict(fit, &rows, 0.8, &out);
	for (int i = 0; i < 70; i++)
		assert_near(yhat[i], y[i], 1e-5);
	prophet_free(fit);
}

/* Equal changepoints make equal columns; a changepoint on the last row makes a
 * column of zeros. */
static void
changepoints_that_cannot_be_told_apart_do_no_harm(void **state)
{
	struct prophet_case c;
	struct prophet *fit, *plain;
	const struct prophet_values *v;
	double twice[50], last, base;

	(void)state;
	load_case(&c, "daily_revenue");
	assert_non_null(plain = prophet_fit(&c.spec, &c.history, NULL));
	v = prophet_values(plain);
	last = v->start + v->t_scale;
	base = v->log_posterior;
	for (size_t i = 0; i < 48; i++)
		twice[i] = v->start + v->t_scale * v->changepoint[i / 2];
	twice[48] = twice[49] = last;
	c.spec.changepoint = twice;
	c.spec.n_changepoints = 50;
	assert_null(prophet_check_spec(&c.spec));
	assert_null(prophet_check_rows(&c.spec, &c.history, NULL));
	assert_non_null(fit = prophet_fit(&c.spec, &c.history, NULL));
	/* The changepoint left out had delta 0. */
	assert_near(prophet_values(fit)->log_posterior, base, 1e-7);
	prophet_free(fit);
	prophet_free(plain);
	free_case(&c);
}

/* Two equal regressors in a large unit, not standardised: no digits are left to
 * tell them apart, but the rest of the model must not suffer. */
static void
equal_regressors_of_any_size_do_no_harm(void **state)
{
	struct prophet_case c;
	struct prophet_rows rows;
	struct prophet *fit, *plain;
	const double *column[2];
	double *x;

	(void)state;
	load_case(&c, "daily_revenue");
	assert_non_null(x = calloc(c.history.n, sizeof(*x)));
	for (size_t i = 0; i < c.history.n; i++)
		x[i] = (double)(i * i % 11) * 1e50;
	column[0] = column[1] = x;
	assert_non_null(plain = prophet_fit(&c.spec, &c.history, NULL));
	c.spec.n_features = 2;
	c.feature[0] = c.feature[1] = (struct prophet_feature){
		.prior_scale = 10,
		.standardize = PROPHET_STANDARDIZE_NO,
	};
	rows = c.history;
	rows.feature = column;
	assert_null(prophet_check_rows(&c.spec, &rows, NULL));
	assert_non_null(fit = prophet_fit(&c.spec, &rows, NULL));
	assert_true(prophet_values(fit)->log_posterior >=
	    prophet_values(plain)->log_posterior);
	prophet_free(fit);
	prophet_free(plain);
	free(x);
	free_case(&c);
}

/* ---- what must not matter ------------------------------------------------ */

static void
assert_same_fit(const struct prophet *a, const struct prophet *b)
{
	const struct prophet_values *va = prophet_values(a);
	const struct prophet_values *vb = prophet_values(b);

	assert_int_equal(va->n_beta, vb->n_beta);
	assert_int_equal(va->n_changepoints, vb->n_changepoints);
	assert_memory_equal(&va->k, &vb->k, sizeof(va->k));
	assert_memory_equal(&va->m, &vb->m, sizeof(va->m));
	assert_memory_equal(&va->sigma, &vb->sigma, sizeof(va->sigma));
	assert_memory_equal(va->beta, vb->beta, va->n_beta * sizeof(*va->beta));
	assert_memory_equal(va->delta, vb->delta,
	    va->n_changepoints * sizeof(*va->delta));
	assert_memory_equal(va->changepoint, vb->changepoint,
	    va->n_changepoints * sizeof(*va->changepoint));
}

/* Rows of another order: i -> (i * step) mod n, step prime to n. */
static void
shuffle(double *to, const double *from, size_t n, size_t step)
{
	for (size_t i = 0; i < n; i++)
		to[i] = from[i * step % n];
}

static void
the_order_of_the_rows_does_not_matter(void **state)
{
	struct prophet_case c;
	struct prophet_rows rows;
	struct prophet *a, *b;
	double *t, *y, *x;
	const double *feature[1];

	load_case(&c, *state);
	rows = c.history;
	t = calloc(rows.n, sizeof(*t));
	y = calloc(rows.n, sizeof(*y));
	x = calloc(rows.n, sizeof(*x));
	assert_true(t != NULL && y != NULL && x != NULL);
	shuffle(t, rows.t, rows.n, 101);
	shuffle(y, rows.y, rows.n, 101);
	if (c.spec.n_features > 0)
		shuffle(x, rows.feature[0], rows.n, 101);
	feature[0] = x;
	rows.t = t;
	rows.y = y;
	rows.feature = feature;
	assert_non_null(a = prophet_fit(&c.spec, &c.history, NULL));
	assert_non_null(b = prophet_fit(&c.spec, &rows, NULL));
	assert_same_fit(a, b);
	prophet_free(a);
	prophet_free(b);
	free(t);
	free(y);
	free(x);
	free_case(&c);
}

static void
dates_shifted_by_whole_years_and_weeks_do_not_matter(void **state)
{
	struct prophet_case c;
	struct prophet_rows rows;
	struct prophet *a, *b;
	double *t;

	load_case(&c, *state);
	rows = c.history;
	assert_non_null(t = calloc(rows.n, sizeof(*t)));
	for (size_t i = 0; i < rows.n; i++)
		t[i] = rows.t[i] + 10227; /* 28 x 365.25, 1461 x 7 */
	rows.t = t;
	assert_non_null(a = prophet_fit(&c.spec, &c.history, NULL));
	assert_non_null(b = prophet_fit(&c.spec, &rows, NULL));
	assert_same_fit(a, b);
	prophet_free(a);
	prophet_free(b);
	free(t);
	free_case(&c);
}

static void
the_unit_of_y_does_not_matter(void **state)
{
	struct prophet_case c;
	struct prophet_rows rows;
	struct prophet_forecast one = { 0 }, thousand = { 0 };
	struct prophet *a, *b;
	double *y;

	load_case(&c, *state);
	rows = c.history;
	assert_non_null(y = calloc(rows.n, sizeof(*y)));
	for (size_t i = 0; i < rows.n; i++)
		y[i] = 1000 * rows.y[i];
	rows.y = y;
	assert_non_null(a = prophet_fit(&c.spec, &c.history, NULL));
	assert_non_null(b = prophet_fit(&c.spec, &rows, NULL));
	one.yhat = new_column(&c);
	one.upper = new_column(&c);
	thousand.yhat = new_column(&c);
	thousand.upper = new_column(&c);
	prophet_predict(a, &c.frame, 0.8, &one);
	prophet_predict(b, &c.frame, 0.8, &thousand);
	for (size_t i = 0; i < c.frame.n; i++) {
		const double scale = 1000 * prophet_values(a)->y_scale;

		assert_near(thousand.yhat[i], 1000 * one.yhat[i], 1e-9 * scale);
		assert_near(thousand.upper[i], 1000 * one.upper[i],
		    1e-9 * scale);
	}
	free(one.yhat);
	free(one.upper);
	free(thousand.yhat);
	free(thousand.upper);
	prophet_free(a);
	prophet_free(b);
	free(y);
	free_case(&c);
}

static void
a_workspace_that_was_used_before_does_not_matter(void **state)
{
	static const char *const names[] = { "hourly", "edge_five_rows",
		"daily_revenue_yearly", "flat", "edge_nan" };
	struct prophet_workspace work = { 0 };

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		struct prophet_case c;
		struct prophet *a, *b;

		load_case(&c, names[i]);
		assert_non_null(a = prophet_fit(&c.spec, &c.history, &work));
		assert_non_null(b = prophet_fit(&c.spec, &c.history, NULL));
		assert_same_fit(a, b);
		prophet_free(a);
		prophet_free(b);
		free_case(&c);
	}
	prophet_workspace_release(&work);
	prophet_workspace_release(&work);
}

/* A series on the days of the one before it, and others in between. */
static void
sums_that_are_known_do_not_matter(void **state)
{
	struct prophet_workspace work = { 0 };
	struct made s;

	(void)state;
	for (int i = 0; i < 40; i++) {
		struct prophet *a, *b;

		make_series(&s, PROPHET_ADDITIVE);
		s.spec.n_features = 0;
		for (int j = 0; j < MADE; j++)
			s.y[j] += i * (j % 17);
		/* The same days mostly: then other ones, then other terms. */
		if (i % 8 == 3)
			s.y[100] = NAN;
		if (i % 8 == 4)
			s.t[7] += 1e-9;
		if (i % 8 == 5)
			s.season[1].period = 30.5;
		if (i % 8 == 6)
			s.season[1].mode = PROPHET_MULTIPLICATIVE;
		if (i % 16 == 7)
			s.spec.growth = PROPHET_FLAT;
		if (i % 16 == 15)
			s.spec.changepoint_range = 0.7;
		s.spec.changepoint_prior_scale = 0.05 + i * 0.01;
		s.season[0].prior_scale = 1 + i;
		/* A fit without rest takes its target twice. */
		for (int j = 0; j < MADE && i % 8 == 1; j++)
			s.y[j] = 3 + 0.01 * j + sin(2 * M_PI * j / 7) +
			    1e-7 * (j % 13);
		assert_non_null(a = prophet_fit(&s.spec, &s.rows, &work));
		assert_non_null(b = prophet_fit(&s.spec, &s.rows, NULL));
		assert_same_fit(a, b);
		prophet_free(a);
		prophet_free(b);
	}
	prophet_workspace_release(&work);
}

static void
a_restored_model_predicts_the_same(void **state)
{
	struct prophet_case c;
	struct prophet_forecast one = { 0 }, two = { 0 };
	struct prophet *a, *b;

	(void)state;
	load_case(&c, "regressor");
	one.yhat = new_column(&c);
	one.trend_upper = new_column(&c);
	two.yhat = new_column(&c);
	two.trend_upper = new_column(&c);
	assert_non_null(a = prophet_fit(&c.spec, &c.history, NULL));
	assert_non_null(b = prophet_restore(&c.spec, prophet_values(a)));
	prophet_predict(a, &c.frame, 0.95, &one);
	prophet_free(a);
	prophet_predict(b, &c.frame, 0.95, &two);
	assert_memory_equal(one.yhat, two.yhat, c.frame.n * sizeof(*one.yhat));
	assert_memory_equal(one.trend_upper, two.trend_upper,
	    c.frame.n * sizeof(*one.trend_upper));
	prophet_free(b);
	free(one.yhat);
	free(one.trend_upper);
	free(two.yhat);
	free(two.trend_upper);
	free_case(&c);
}

/* ---- intervals ----------------------------------------------------------- */

static void
parts_of_a_forecast_add_up(void **state)
{
	struct prophet_case c;
	struct prophet_forecast out = { 0 };
	struct prophet *fit;
	double *part, *sum;
	size_t terms;

	(void)state;
	load_case(&c, "regressor");
	out.yhat = new_column(&c);
	out.trend = new_column(&c);
	out.terms = new_column(&c);
	part = new_column(&c);
	sum = new_column(&c);
	assert_non_null(fit = prophet_fit(&c.spec, &c.history, NULL));
	prophet_predict(fit, &c.frame, 0.8, &out);
	terms = c.spec.n_seasonalities + c.spec.n_features;
	assert_int_equal(terms, 3);
	for (size_t j = 0; j < terms; j++) {
		prophet_component(fit, &c.frame, j, 1, part);
		for (size_t i = 0; i < c.frame.n; i++)
			sum[i] += part[i];
	}
	for (size_t i = 0; i < c.frame.n; i++) {
		assert_near(sum[i], out.terms[i], 1e-6);
		assert_near(out.trend[i] + sum[i], out.yhat[i], 1e-6);
	}
	free(out.yhat);
	free(out.trend);
	free(out.terms);
	free(part);
	free(sum);
	prophet_free(fit);
	free_case(&c);
}

static void
the_interval_of_the_trend_opens_after_the_history(void **state)
{
	struct prophet_case c;
	struct prophet_forecast out = { 0 };
	struct prophet *fit;
	size_t n;

	(void)state;
	load_case(&c, "daily_revenue");
	n = c.history.n;
	out.trend = new_column(&c);
	out.trend_lower = new_column(&c);
	out.trend_upper = new_column(&c);
	out.yhat = new_column(&c);
	out.upper = new_column(&c);
	assert_non_null(fit = prophet_fit(&c.spec, &c.history, NULL));
	prophet_predict(fit, &c.frame, 0.8, &out);
	assert_near(out.trend_upper[n - 1], out.trend[n - 1], 0);
	for (size_t i = n + 1; i < c.frame.n; i++) {
		const double wide = out.trend_upper[i] - out.trend[i];

		assert_near(out.trend[i] - out.trend_lower[i], wide, 1e-6);
		assert_true(wide >= out.trend_upper[i - 1] - out.trend[i - 1]);
		/* Less than that of yhat, which has noise besides. */
		assert_true(wide < out.upper[i] - out.yhat[i]);
	}
	assert_true(out.trend_upper[c.frame.n - 1] > out.trend[c.frame.n - 1]);
	free(out.trend);
	free(out.trend_lower);
	free(out.trend_upper);
	free(out.yhat);
	free(out.upper);
	prophet_free(fit);
	free_case(&c);
}

/* ---- rules and checks ---------------------------------------------------- */

/* The periods that the rules choose for n times, step apart. */
static size_t
automatic(size_t n, double step, struct prophet_seasonality out[3])
{
	static const struct prophet_builtin builtin[3] = { 0 };
	double *t = calloc(n, sizeof(*t)), *y = calloc(n, sizeof(*y));
	unsigned status = 0;
	int count;

	assert_true(t != NULL && y != NULL);
	/* Backwards: the order does not matter. */
	for (size_t i = 0; i < n; i++)
		t[i] = 19000 + step * (double)(n - 1 - i);
	count = prophet_auto_seasonalities(t, y, n, builtin, out, &status);
	assert_true(count >= 0);
	assert_int_equal(status, 0);
	free(t);
	free(y);
	return (size_t)count;
}

static void
automatic_seasonalities_follow_the_rules_of_prophet(void **state)
{
	struct prophet_seasonality s[3];

	(void)state;
	assert_int_equal(automatic(14, 1, s), 0); /* 13 days */
	assert_int_equal(automatic(15, 1, s), 1);
	assert_near(s[0].period, 7, 0);
	assert_int_equal(s[0].order, 3);
	assert_near(s[0].prior_scale, 10, 0);
	assert_int_equal(automatic(730, 1, s), 1); /* 729 days */
	assert_int_equal(automatic(731, 1, s), 2);
	assert_near(s[0].period, 365.25, 0);
	assert_int_equal(s[0].order, 10);
	assert_int_equal(automatic(120, 7, s), 1); /* weeks: no weekly */
	assert_near(s[0].period, 365.25, 0);
	assert_int_equal(automatic(48, 1 / 24.0, s), 0); /* 47 hours */
	assert_int_equal(automatic(49, 1 / 24.0, s), 1);
	assert_near(s[0].period, 1, 0);
	assert_int_equal(s[0].order, 4);
	assert_int_equal(automatic(24 * 15, 1 / 24.0, s), 2);
	assert_near(s[0].period, 7, 0);
	assert_near(s[1].period, 1, 0);
}

static void
hours_without_a_row_are_said(void **state)
{
	const struct prophet_builtin builtin[3] = { { .use = PROPHET_OFF },
		{ .use = PROPHET_OFF } };
	struct prophet_seasonality s[3];
	double t[24 * 9], y[24 * 9] = { 0 };
	unsigned status = 0;

	(void)state;
	for (int i = 0; i < 24 * 9; i++)
		t[i] = 20000 + i / 24.0;
	assert_int_equal(prophet_auto_seasonalities(t, y, 24 * 9, builtin, s,
			     &status),
	    1);
	assert_int_equal(status, 0);
	/* A shop that is closed from 3 to 4. */
	for (int i = 3; i < 24 * 9; i += 24)
		y[i] = NAN;
	assert_int_equal(prophet_auto_seasonalities(t, y, 24 * 9, builtin, s,
			     &status),
	    1);
	assert_int_equal(status, PROPHET_UNSEEN_HOURS);
}

static void
a_feature_that_is_zero_in_the_history_has_no_effect(void **state)
{
	struct prophet *fit, *plain;
	struct made s;

	(void)state;
	make_series(&s, PROPHET_MULTIPLICATIVE);
	s.spec.n_features = 0;
	plain = fit_made(&s);
	s.spec.n_features = 1;
	memset(s.x, 0, sizeof(s.x));
	fit = fit_made(&s);
	assert_int_equal(prophet_values(fit)->status, PROPHET_UNSEEN_FEATURE);
	assert_near(prophet_values(fit)->beta[6], 0, 0);
	assert_near(prophet_values(fit)->log_posterior,
	    prophet_values(plain)->log_posterior, 1e-8);
	prophet_free(fit);
	prophet_free(plain);
}

static void
a_yearly_term_on_a_short_history_is_shrunk(void **state)
{
	struct prophet_builtin builtin[3] = { { PROPHET_ON, 0, 0, 0 },
		{ PROPHET_OFF, 0, 0, 0 }, { PROPHET_OFF, 0, 0, 0 } };
	struct prophet_seasonality s[3];
	double t[365], y[365] = { 0 };
	unsigned status = 0;

	(void)state;
	for (int i = 0; i < 365; i++)
		t[i] = i;
	assert_int_equal(prophet_auto_seasonalities(t, y, 300, builtin, s,
			     &status),
	    1);
	assert_int_equal(status, PROPHET_YEARLY_SHRUNK);
	assert_near(s[0].prior_scale, 0.02, 0);

	status = 0;
	assert_int_equal(prophet_auto_seasonalities(t, y, 365, builtin, s,
			     &status),
	    1);
	assert_int_equal(status, 0);
	assert_near(s[0].prior_scale, 10, 0);

	builtin[0].prior_scale = 5;
	builtin[0].order = 2;
	assert_int_equal(prophet_auto_seasonalities(t, y, 300, builtin, s,
			     &status),
	    1);
	assert_int_equal(status, 0);
	assert_near(s[0].prior_scale, 5, 0);
	assert_int_equal(s[0].order, 2);
}

static void
rows_that_cannot_be_fitted_are_refused_with_the_reason(void **state)
{
	const double t[] = { 1, 2, 3 }, same[] = { 4, 4, 4 };
	const double one[] = { 5, NAN, NAN }, infinite[] = { 1, 2, INFINITY };
	const double y[] = { 1, 2, 3 }, no_time[] = { 1, NAN, 3 };
	const double *column[] = { one };
	struct prophet_feature feature = { .prior_scale = 10 };
	struct prophet_spec spec = prophet_defaults();
	struct prophet_rows rows = { .n = 3, .t = t, .y = one };
	size_t row;

	(void)state;
	assert_string_equal(prophet_check_rows(&spec, &rows, &row),
	    "fewer than 2 rows with a value");
	assert_int_equal(row, 3);
	rows.y = infinite;
	assert_string_equal(prophet_check_rows(&spec, &rows, &row),
	    "value is out of range");
	assert_int_equal(row, 2);
	rows.y = y;
	rows.t = same;
	assert_string_equal(prophet_check_rows(&spec, &rows, &row),
	    "all rows with a value have the same time");
	rows.t = no_time;
	assert_string_equal(prophet_check_rows(&spec, &rows, &row),
	    "time is missing or out of range");
	assert_int_equal(row, 1);
	rows.t = t;
	assert_null(prophet_check_rows(&spec, &rows, &row));
	spec.feature = &feature;
	spec.n_features = 1;
	rows.feature = column;
	assert_string_equal(prophet_check_rows(&spec, &rows, &row),
	    "a regressor is missing");
	assert_int_equal(row, 1);
	spec.n_features = 0;
	spec.n_conditions = 1;
	rows.condition = (const double *const[]){ y };
	assert_string_equal(prophet_check_rows(&spec, &rows, &row),
	    "a condition is neither 0 nor 1");
	spec.n_conditions = 0;
	rows.weight = (const double[]){ 1, 0, 0 };
	assert_string_equal(prophet_check_rows(&spec, &rows, &row),
	    "fewer than 2 rows with a value and a weight above 0");
	rows.weight = (const double[]){ 1, 1, -1 };
	assert_string_equal(prophet_check_rows(&spec, &rows, &row),
	    "weight is missing, negative or out of range");
	assert_int_equal(row, 2);
	rows.weight = NULL;
	spec.growth = PROPHET_LOGISTIC;
	rows.cap = (const double[]){ 5, 0, 5 };
	assert_string_equal(prophet_check_rows(&spec, &rows, &row),
	    "the cap is not above the floor");
	assert_int_equal(row, 1);
	spec.floor = true;
	rows.floor = (const double[]){ 0, -1, 5 };
	assert_string_equal(prophet_check_rows(&spec, &rows, &row),
	    "the cap is not above the floor");
	assert_int_equal(row, 2);
	spec.floor = false;
	spec.scaling = PROPHET_MINMAX;
	rows.cap = (const double[]){ 1, 5, 5 };
	assert_string_equal(prophet_check_rows(&spec, &rows, &row),
	    "the cap is not above the floor");
	assert_int_equal(row, 0);
	rows.cap = one;
	assert_string_equal(prophet_check_rows(&spec, &rows, &row),
	    "the cap is missing or out of range");
	spec = prophet_defaults();
	spec.changepoint = (const double[]){ 2, 3.5 };
	spec.n_changepoints = 2;
	assert_string_equal(prophet_check_rows(&spec, &rows, &row),
	    "a changepoint lies outside the history");
}

static void
a_description_that_makes_no_sense_is_refused_with_the_reason(void **state)
{
	struct prophet_seasonality s = { 7, 3, 10, false, 0, 0 };
	struct prophet_feature f = { .prior_scale = 10 };
	struct prophet_spec spec = prophet_defaults();

	(void)state;
	spec.seasonality = &s;
	spec.n_seasonalities = 1;
	spec.feature = &f;
	spec.n_features = 1;
	assert_null(prophet_check_spec(&spec));
	s.order = 0;
	assert_non_null(prophet_check_spec(&spec));
	s = (struct prophet_seasonality){ 0, 3, 10, false, 0, 0 };
	assert_non_null(prophet_check_spec(&spec));
	s = (struct prophet_seasonality){ 7, 3, -1, false, 0, 0 };
	assert_non_null(prophet_check_spec(&spec));
	s = (struct prophet_seasonality){ 7, 3, 10, true, 0, 0 };
	assert_non_null(prophet_check_spec(&spec));
	s.conditional = false;
	f.prior_scale = NAN;
	assert_non_null(prophet_check_spec(&spec));
	f.prior_scale = 10;
	spec.changepoint_range = 0;
	assert_non_null(prophet_check_spec(&spec));
	spec.changepoint_range = 1;
	spec.changepoint_prior_scale = 0;
	assert_non_null(prophet_check_spec(&spec));
	spec.changepoint_prior_scale = 0.05;
	spec.changepoint = (const double[]){ 2, 1 };
	spec.n_changepoints = 2;
	assert_non_null(prophet_check_spec(&spec));
}

#define REFERENCE(test, case)                           \
	{                                               \
#test ": " case, test, NULL, NULL, case \
	}
#define REFERENCE_CASE(case)                                                  \
	REFERENCE(log_posterior_is_that_of_stan, case),                       \
	    REFERENCE(predictions_from_given_parameters_are_those_of_prophet, \
		case),                                                        \
	    REFERENCE(the_fit_is_the_exact_optimum, case)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		REFERENCE_CASE("daily_revenue"),
		REFERENCE_CASE("daily_revenue_yearly"),
		REFERENCE_CASE("daily_revenue_mult"),
		REFERENCE_CASE("regressor"),
		REFERENCE_CASE("flat"),
		REFERENCE_CASE("hourly"),
		REFERENCE_CASE("edge_all_negative"),
		REFERENCE_CASE("edge_duplicates"),
		REFERENCE_CASE("edge_five_rows"),
		REFERENCE_CASE("edge_intermittent"),
		REFERENCE_CASE("edge_nan"),
		REFERENCE_CASE("edge_nochangepoints"),
		REFERENCE_CASE("edge_ten_rows"),
		REFERENCE_CASE("edge_twenty_rows"),
		REFERENCE_CASE("edge_unsorted"),
		REFERENCE_CASE("edge_weekly"),
		REFERENCE_CASE("peyton"),
		REFERENCE_CASE("peyton_holidays"),
		REFERENCE_CASE("peyton_conditional"),
		REFERENCE_CASE("air_additive"),
		REFERENCE_CASE("air_multiplicative"),
		REFERENCE_CASE("retail_sales"),
		REFERENCE_CASE("logistic_cap"),
		REFERENCE_CASE("logistic_floor"),
		REFERENCE(
		    a_series_without_an_optimum_is_predicted_as_by_prophet,
		    "edge_constant"),
		REFERENCE(
		    a_series_without_an_optimum_is_predicted_as_by_prophet,
		    "edge_zeros"),
		REFERENCE(
		    a_series_without_an_optimum_is_predicted_as_by_prophet,
		    "edge_two_rows"),
		REFERENCE(the_order_of_the_rows_does_not_matter, "regressor"),
		REFERENCE(the_order_of_the_rows_does_not_matter,
		    "edge_duplicates"),
		REFERENCE(the_order_of_the_rows_does_not_matter, "flat"),
		REFERENCE(dates_shifted_by_whole_years_and_weeks_do_not_matter,
		    "daily_revenue_yearly"),
		REFERENCE(dates_shifted_by_whole_years_and_weeks_do_not_matter,
		    "hourly"),
		REFERENCE(the_unit_of_y_does_not_matter, "daily_revenue"),
		REFERENCE(the_unit_of_y_does_not_matter, "flat"),
		cmocka_unit_test(each_term_has_its_own_mode),
		cmocka_unit_test(a_curve_with_cap_and_floor_may_multiply),
		cmocka_unit_test(
		    scaling_by_the_range_has_the_smallest_value_as_its_floor),
		cmocka_unit_test(
		    a_trend_through_zero_is_said_and_solved_from_several_starts),
		cmocka_unit_test(a_curve_through_two_rows_passes_through_them),
		cmocka_unit_test(a_constant_below_a_cap_is_fitted),
		cmocka_unit_test(
		    the_interval_of_a_curve_stays_between_floor_and_cap),
		cmocka_unit_test(a_row_of_weight_two_is_two_rows),
		cmocka_unit_test(weighted_fits_are_optima),
		cmocka_unit_test(a_half_life_is_a_weight_by_age),
		cmocka_unit_test(
		    coefficients_keep_their_signs_at_the_best_price),
		cmocka_unit_test(signs_that_hold_anyway_do_not_matter),
		cmocka_unit_test(
		    features_that_are_mostly_zero_are_fitted_like_others),
		cmocka_unit_test(a_robust_fit_does_not_follow_outliers),
		cmocka_unit_test(residuals_flag_the_days_of_the_original),
		cmocka_unit_test(residuals_match_the_worked_example),
		cmocka_unit_test(residuals_that_are_rounding_have_no_z),
		cmocka_unit_test(a_fit_says_what_is_odd_about_its_data),
		cmocka_unit_test(
		    a_series_that_the_model_reproduces_is_a_perfect_fit),
		cmocka_unit_test(
		    changepoints_that_cannot_be_told_apart_do_no_harm),
		cmocka_unit_test(equal_regressors_of_any_size_do_no_harm),
		cmocka_unit_test(
		    a_workspace_that_was_used_before_does_not_matter),
		cmocka_unit_test(sums_that_are_known_do_not_matter),
		cmocka_unit_test(a_restored_model_predicts_the_same),
		cmocka_unit_test(parts_of_a_forecast_add_up),
		cmocka_unit_test(
		    the_interval_of_the_trend_opens_after_the_history),
		cmocka_unit_test(
		    automatic_seasonalities_follow_the_rules_of_prophet),
		cmocka_unit_test(hours_without_a_row_are_said),
		cmocka_unit_test(
		    a_feature_that_is_zero_in_the_history_has_no_effect),
		cmocka_unit_test(a_yearly_term_on_a_short_history_is_shrunk),
		cmocka_unit_test(
		    rows_that_cannot_be_fitted_are_refused_with_the_reason),
		cmocka_unit_test(
		    a_description_that_makes_no_sense_is_refused_with_the_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
