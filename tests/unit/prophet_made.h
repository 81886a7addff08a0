/* A made series for tests of Prophet's model, with all that the model knows. */
#ifndef AEE_TESTS_PROPHET_MADE_H
#define AEE_TESTS_PROPHET_MADE_H

#include "unit.h"

#include "base/rng.h"
#include "model/prophet.h"

enum { MADE = 400 };

/* A series of days with all that the model knows. */
struct made {
	double t[MADE], y[MADE], x[MADE], cap[MADE], floor[MADE];
	double yhat[MADE], trend[MADE], terms[MADE], factor[MADE];
	const double *feature[1];
	struct prophet_seasonality season[2];
	struct prophet_feature regressor;
	struct prophet_spec spec;
	struct prophet_rows rows;
	struct prophet_forecast out;
};

/* Growth from 100 to 500 with a bend, a weekly and a monthly season, an effect
 * of x, and noise. */
static inline void
make_series(struct made *s, enum prophet_mode mode)
{
	struct rng rng;

	rng_init(&rng, 1, rng_stream(1, 0, 0));
	for (int i = 0; i < MADE; i++) {
		const double g = 100 + i - fmax(0, i - 200) * 0.5;
		const double season = 0.2 * sin(2 * M_PI * i / 7) +
		    0.1 * cos(2 * M_PI * i / 30);

		s->t[i] = 20000 + i;
		s->x[i] = rng_uniform(&rng) * 10;
		s->y[i] = g + 3 * s->x[i] + 5 * rng_normal(&rng) +
		    season * (mode == PROPHET_MULTIPLICATIVE ? g : 200);
		s->cap[i] = 600 + i;
		s->floor[i] = 50 + i / 100.0;
	}
	s->season[0] = (struct prophet_seasonality){
		.period = 7, .order = 2, .prior_scale = 10, .mode = mode
	};
	s->season[1] = (struct prophet_seasonality){
		.period = 30, .order = 1, .prior_scale = 10, .mode = mode
	};
	s->regressor = (struct prophet_feature){ .prior_scale = 10 };
	s->feature[0] = s->x;
	s->spec = prophet_defaults();
	s->spec.seasonality = s->season;
	s->spec.n_seasonalities = 2;
	s->spec.feature = &s->regressor;
	s->spec.n_features = 1;
	s->rows = (struct prophet_rows){
		.n = MADE,
		.t = s->t,
		.y = s->y,
		.feature = s->feature,
		.cap = s->cap,
		.floor = s->floor,
	};
	s->out = (struct prophet_forecast){
		.yhat = s->yhat,
		.trend = s->trend,
		.terms = s->terms,
		.factor = s->factor,
	};
}

/* Fit, after the checks, and predict the history. */
static inline struct prophet *
fit_made(struct made *s)
{
	struct prophet *fit;

	assert_null(prophet_check_spec(&s->spec));
	assert_null(prophet_check_rows(&s->spec, &s->rows, NULL));
	assert_non_null(fit = prophet_fit(&s->spec, &s->rows, NULL));
	prophet_predict(fit, &s->rows, 0.8, &s->out);
	return fit;
}

#endif
