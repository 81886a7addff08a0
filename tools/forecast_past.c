#include "forecast_past.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Tuned settings must be better by this share than those given: below it, the
 * difference is chance more often than not. */
static const double margin = 0.01;

/* Of the seasonal naive forecast, in days: weeks of days and of what is shorter,
 * but days of a history less than two weeks long; years of weeks and months. */
static double
naive_season(const struct forecast_series *s)
{
	switch (s->steps.step.period) {
	case FORECAST_WEEK:
		return 364;
	case FORECAST_MONTH:
		return 365.25;
	case FORECAST_SECONDS:
		return forecast_series_span(s) >= 14 ? 7 : 1;
	default:
		return 7;
	}
}

static int
tune(struct forecast_series *s, const struct forecast_options *o,
    const struct prophet_rows *rows, const struct backtest_params *params,
    const double *cutoff, size_t n, struct prophet_workspace *work)
{
	struct forecast_past *past = &s->past;
	struct backtest_settings grid[BACKTEST_GRID];
	double mae[BACKTEST_GRID + 1];
	struct prophet_seasonality *season;
	size_t best;

	(void)o;
	backtest_grid(grid);
	if (backtest_tune(&s->spec, rows, params, cutoff, n, grid,
		BACKTEST_GRID, margin, work, mae, &best) == -1)
		return -1;
	past->mae_given = mae[BACKTEST_GRID];
	past->mae_tuned = mae[best];
	if (best == BACKTEST_GRID)
		return 0;
	season = calloc(s->spec.n_seasonalities + 1, sizeof(*season));
	if (season == NULL)
		return -1;
	past->tuned = true;
	past->settings = grid[best];
	s->spec = backtest_apply(&s->spec, &grid[best], season);
	free(s->season);
	s->season = season;
	return 0;
}

int
forecast_past_learn(struct forecast_series *s, const struct forecast_options *o,
    const struct prophet_rows *rows, double ahead,
    struct prophet_workspace *work)
{
	struct forecast_past *past = &s->past;
	const struct backtest_params params = {
		.horizon = ahead,
		.period = o->cutoff_period,
		.initial = o->cutoff_initial,
		.width = o->interval,
		.season = naive_season(s),
		.huber = o->robust ? forecast_huber : 0,
	};
	double *own = NULL;
	const double *cutoff = o->cutoff;
	size_t n = o->n_cutoffs;
	int status = 0;

	past->cutoffs = 0;
	if (n > 0)
		past->why = backtest_check(rows, &params, cutoff, n);
	else
		past->why = backtest_cutoffs(&s->spec, rows, &params, &own, &n);
	if (past->why != NULL)
		return strcmp(past->why, "out of memory") == 0 ? -1 : 0;
	if (own != NULL)
		cutoff = own;
	past->cutoffs = n;
	if (o->tune)
		status = tune(s, o, rows, &params, cutoff, n, work);
	if (status == 0 &&
	    (o->backtest != FORECAST_NO_BACKTEST || o->conformal))
		status = backtest_run(&s->spec, rows, &params, cutoff, n, work,
		    &past->test);
	past->coverage = NAN;
	if (status == 0 && o->conformal)
		status = backtest_conformal_coverage(past->test.row,
		    past->test.n, o->interval, &past->coverage);
	free(own);
	return status;
}

int
forecast_past_bounds(struct forecast_series *s,
    const struct forecast_options *o, const double *t, size_t m)
{
	const struct backtest *test = &s->past.test;
	const double known = (double)s->known / DATE_SECONDS;
	double *ahead = calloc(m + 1, sizeof(*ahead));
	double *half = calloc(m + 1, sizeof(*half));
	int status = -1;

	if (ahead == NULL || half == NULL)
		goto out;
	for (size_t i = 0; i < m; i++)
		ahead[i] = fmax(date_span(known, t[i]), 0);
	status = backtest_conformal(test->row, test->n, o->interval, ahead, m,
	    half);
	for (size_t i = 0; status == 0 && i < m; i++) {
		if (!(ahead[i] > 0) || isnan(half[i]))
			continue;
		s->lower[i] = s->yhat[i] - half[i];
		s->upper[i] = s->yhat[i] + half[i];
		if (s->spec.not_negative) {
			s->lower[i] = fmax(s->lower[i], 0);
			s->upper[i] = fmax(s->upper[i], 0);
		}
	}
out:
	free(ahead);
	free(half);
	return status;
}

struct forecast_errors
forecast_past_errors(const struct forecast_series *s)
{
	const struct backtest *test = &s->past.test;
	struct forecast_errors errors = { 0 };
	double n = 0;

	for (size_t i = 0; i < test->n; i++) {
		const struct backtest_row *r = &test->row[i];

		if (isnan(r->naive))
			continue;
		errors.own += fabs(r->y - r->yhat);
		errors.naive += fabs(r->y - r->naive);
		n++;
	}
	errors.own /= n;
	errors.naive /= n;
	return errors;
}
