#include "model/backtest.h"

#include "prophet_case.h"
#include "prophet_made.h"

/* ---- against the reference ----------------------------------------------- */

/* A series and what R's cross_validation() said of it. */
struct crossed {
	struct csv_table input, points;
	cJSON *settings;
	struct prophet_spec spec;
	struct prophet_seasonality seasonality[PROPHET_BUILTINS];
	struct prophet_rows rows;
	struct backtest_params params;
	const char *folder;
};

static void
load_crossed(struct crossed *x, const char *name)
{
	static const struct prophet_builtin builtin[PROPHET_BUILTINS] = { 0 };
	const cJSON *settings;
	char file[100];
	unsigned status = 0;
	int n;

	memset(x, 0, sizeof(*x));
	/* Where the case of the same name is, its cross-validation is. */
	if ((x->folder = case_folder(name)) == NULL)
		skip();
	x->settings = read_json(x->folder, "cv/settings.json");
	settings = cJSON_GetObjectItem(x->settings, name);
	read_csv(&x->input, x->folder, text_of(settings, "input"));
	snprintf(file, sizeof(file), "cv/%s_points.csv", name);
	read_csv(&x->points, x->folder, file);
	x->rows = (struct prophet_rows){
		.n = x->input.n,
		.t = column_of(&x->input, "date"),
		.y = column_of(&x->input, "y"),
	};
	n = prophet_auto_seasonalities(x->rows.t, x->rows.y, x->rows.n, builtin,
	    x->seasonality, &status);
	assert_true(n >= 0);
	x->spec = prophet_defaults();
	x->spec.seasonality = x->seasonality;
	x->spec.n_seasonalities = (size_t)n;
	x->params = (struct backtest_params){
		.horizon = number_of(settings, "horizon_days", 0),
		.period = number_of(settings, "period_days", 0),
		.initial = number_of(settings, "initial_days", 0),
		.width = 0.8,
		.season = 7,
	};
}

static void
free_crossed(struct crossed *x)
{
	free_csv(&x->input);
	free_csv(&x->points);
	cJSON_Delete(x->settings);
}

static struct backtest
run_crossed(const struct crossed *x)
{
	struct backtest b;
	double *cutoff;
	size_t n;

	assert_null(backtest_cutoffs(&x->spec, &x->rows, &x->params, &cutoff,
	    &n));
	assert_null(backtest_check(&x->rows, &x->params, cutoff, n));
	assert_int_equal(backtest_run(&x->spec, &x->rows, &x->params, cutoff, n,
			     NULL, &b),
	    0);
	free(cutoff);
	return b;
}

static void
cutoffs_and_forecasts_are_those_of_prophet(void **state)
{
	struct crossed x;
	struct backtest b;
	const double *lower, *upper;
	double size = 0;

	load_crossed(&x, *state);
	b = run_crossed(&x);
	assert_int_equal(b.n, x.points.n);
	lower = column_of(&x.points, "lower_exact");
	upper = column_of(&x.points, "upper_exact");
	for (size_t i = 0; i < b.n; i++)
		size = fmax(size, fabs(b.row[i].y));
	for (size_t i = 0; i < b.n; i++) {
		const struct backtest_row *r = &b.row[i];
		const double cutoff = column_of(&x.points, "cutoff")[i];

		assert_near(b.cutoff[r->cutoff], cutoff, 0);
		assert_near(x.rows.t[r->row], column_of(&x.points, "date")[i],
		    0);
		assert_near(r->horizon, x.rows.t[r->row] - cutoff, 0);
		assert_near(r->y, column_of(&x.points, "y")[i], 1e-7 * size);
		assert_near(r->yhat, column_of(&x.points, "yhat_exact")[i],
		    1e-6 * size);
		if (lower == NULL)
			continue;
		assert_near(r->lower, lower[i], 1e-6 * size);
		assert_near(r->upper, upper[i], 1e-6 * size);
	}
	backtest_release(&b);
	free_crossed(&x);
}

static void
compare_metrics(const struct crossed *x, const char *name, const char *window,
    const struct backtest_row *row)
{
	const size_t n = x->points.n;
	struct backtest_metrics *got = calloc(n, sizeof(*got));
	struct csv_table want = { 0 };
	char file[100];
	size_t count;

	assert_non_null(got);
	snprintf(file, sizeof(file), "cv/%s_metrics_window_%s.csv", name,
	    window);
	read_csv(&want, x->folder, file);
	count = backtest_metrics(row, n, strtod(window, NULL), got);
	assert_int_equal(count, want.n);
	for (size_t i = 0; i < count; i++) {
		const struct {
			const char *name;
			double value;
		} metric[] = {
			{ "horizon_days", got[i].horizon },
			{ "mse", got[i].mse },
			{ "rmse", got[i].rmse },
			{ "mae", got[i].mae },
			{ "mape", got[i].mape },
			{ "mdape", got[i].mdape },
			{ "smape", got[i].smape },
			{ "coverage", got[i].coverage },
		};

		for (size_t k = 0; k < 8; k++) {
			const double *w = column_of(&want, metric[k].name);

			assert_non_null(w);
			/* The points have 8 digits. */
			assert_near(metric[k].value, w[i],
			    fmax(1e-6 * fabs(w[i]), 1e-7));
		}
	}
	free_csv(&want);
	free(got);
}

static void
metrics_are_those_of_prophet(void **state)
{
	struct crossed x;
	struct backtest_row *row;

	load_crossed(&x, *state);
	assert_non_null(row = calloc(x.points.n, sizeof(*row)));
	for (size_t i = 0, cutoff = 0; i < x.points.n; i++) {
		const double *c = column_of(&x.points, "cutoff");

		cutoff += i > 0 && c[i] > c[i - 1];
		row[i] = (struct backtest_row){
			.cutoff = cutoff,
			.row = i,
			.horizon = column_of(&x.points, "date")[i] - c[i],
			.y = column_of(&x.points, "y")[i],
			.yhat = column_of(&x.points, "yhat")[i],
			.lower = column_of(&x.points, "yhat_lower")[i],
			.upper = column_of(&x.points, "yhat_upper")[i],
		};
	}
	compare_metrics(&x, *state, "0", row);
	compare_metrics(&x, *state, "0.1", row);
	compare_metrics(&x, *state, "1", row);
	free(row);
	free_crossed(&x);
}

/* ---- cutoffs ------------------------------------------------------------- */

/* Days from .. to - 1, values 1. */
static size_t
add_days(double *t, double *y, size_t n, int from, int to)
{
	for (int day = from; day < to; day++) {
		t[n] = day;
		y[n++] = 1 + day % 7;
	}
	return n;
}

static void
cutoffs_go_back_in_steps_and_jump_over_gaps(void **state)
{
	double t[200], y[200], *cutoff;
	struct prophet_rows rows = { .t = t, .y = y };
	const struct prophet_spec spec = prophet_defaults();
	struct backtest_params p = { .horizon = 10,
		.period = 10,
		.initial = 15,
		.width = 0.8,
		.season = 7 };
	size_t n;

	(void)state;
	rows.n = add_days(t, y, 0, 0, 61);
	assert_null(backtest_cutoffs(&spec, &rows, &p, &cutoff, &n));
	/* 50 40 30 20 and not 10 */
	assert_int_equal(n, 4);
	for (size_t i = 0; i < n; i++)
		assert_near(cutoff[i], 20 + 10 * (double)i, 0);
	free(cutoff);
	/* Without rows 31..49: 50, 40, then nothing in (30, 40]: 30 - 10. */
	rows.n = add_days(t, y, 0, 0, 31);
	rows.n = add_days(t, y, rows.n, 50, 61);
	assert_null(backtest_cutoffs(&spec, &rows, &p, &cutoff, &n));
	assert_int_equal(n, 3);
	assert_near(cutoff[0], 20, 0);
	assert_near(cutoff[1], 40, 0);
	assert_near(cutoff[2], 50, 0);
	free(cutoff);
	/* Defaults: half a horizon, three horizons. */
	rows.n = add_days(t, y, 0, 0, 61);
	p.period = p.initial = 0;
	assert_null(backtest_cutoffs(&spec, &rows, &p, &cutoff, &n));
	assert_int_equal(n, 5);
	assert_near(cutoff[0], 30, 0);
	assert_near(cutoff[1], 35, 0);
	free(cutoff);
}

static void
cutoffs_that_cannot_be_are_refused_with_the_reason(void **state)
{
	double t[200], y[200], *cutoff;
	struct prophet_rows rows = { .t = t, .y = y };
	const struct prophet_seasonality yearly = {
		.period = 365.25, .order = 3, .prior_scale = 10
	};
	struct prophet_spec spec = prophet_defaults();
	struct backtest_params p = { .horizon = 10, .width = 0.8, .season = 7 };
	size_t n;

	(void)state;
	rows.n = add_days(t, y, 0, 0, 61);
	p.horizon = 61;
	assert_string_equal(backtest_cutoffs(&spec, &rows, &p, &cutoff, &n),
	    "the horizon is longer than the history");
	assert_null(cutoff);
	p.horizon = 10;
	spec.seasonality = &yearly;
	spec.n_seasonalities = 1;
	assert_string_equal(backtest_cutoffs(&spec, &rows, &p, &cutoff, &n),
	    "the history is too short for the initial span and a horizon");
	assert_null(backtest_check(&rows, &p, (const double[]){ 20, 50 }, 2));
	assert_string_equal(backtest_check(&rows, &p,
				(const double[]){ 20, 20 }, 2),
	    "cutoffs are not in ascending order");
	assert_string_equal(backtest_check(&rows, &p, (const double[]){ 0 }, 1),
	    "a cutoff is not after the first row");
	assert_string_equal(backtest_check(&rows, &p, (const double[]){ 51 },
				1),
	    "a cutoff is less than a horizon before the last row");
	assert_string_equal(backtest_check(&rows, &p, (const double[]){ 0.5 },
				1),
	    "fewer than 2 rows before the first cutoff");
}

/* ---- runs ---------------------------------------------------------------- */

/* What a cutoff gives is what a fit to the rows before it gives, with all that
 * rows can bring, in any order of the rows. */
static void
a_backtest_is_fits_to_what_was_known(void **state)
{
	static const double changepoint[] = { 20100, 20200, 20250, 20300 };
	static const double cutoff[] = { 20210, 20250, 20330 };
	const struct backtest_params p = {
		.horizon = 60, .width = 0.9, .season = 7
	};
	struct made s, shuffled;
	struct backtest b;
	double weight[MADE], mixed[MADE], yhat[MADE], lower[MADE];
	size_t at = 0;

	(void)state;
	make_series(&s, PROPHET_MULTIPLICATIVE);
	make_series(&shuffled, PROPHET_MULTIPLICATIVE);
	s.y[33] = s.y[255] = NAN;
	for (int i = 0; i < MADE; i++)
		weight[i] = 1 + i % 5;
	for (int i = 0; i < MADE; i++) {
		const int j = i * 151 % MADE;

		shuffled.t[i] = s.t[j];
		shuffled.y[i] = s.y[j];
		shuffled.x[i] = s.x[j];
		shuffled.cap[i] = s.cap[j];
		shuffled.floor[i] = s.floor[j];
		mixed[i] = weight[j];
	}
	s.spec.growth = shuffled.spec.growth = PROPHET_LOGISTIC;
	s.spec.floor = shuffled.spec.floor = true;
	s.spec.changepoint = shuffled.spec.changepoint = changepoint;
	s.spec.n_changepoints = shuffled.spec.n_changepoints = 4;
	s.rows.weight = weight;
	shuffled.rows.weight = mixed;
	s.out = (struct prophet_forecast){ .yhat = yhat, .lower = lower };
	assert_int_equal(backtest_run(&shuffled.spec, &shuffled.rows, &p,
			     cutoff, 3, NULL, &b),
	    0);
	assert_int_equal(b.n_cutoffs, 3);
	for (size_t c = 0; c < 3; c++) {
		struct prophet_rows known = s.rows;
		struct prophet *fit;

		known.n = (size_t)cutoff[c] - 20000 + 1;
		/* Before the last row known. */
		s.spec.n_changepoints = c == 0 ? 2 : c == 1 ? 2 : 4;
		assert_non_null(fit = prophet_fit(&s.spec, &known, NULL));
		assert_int_equal(prophet_predict(fit, &s.rows, 0.9, &s.out), 0);
		for (size_t i = known.n; i < known.n + 60; i++) {
			const struct backtest_row *r = &b.row[at];

			if (isnan(s.y[i]))
				continue;
			assert_int_equal(r->cutoff, c);
			assert_near(shuffled.t[r->row], s.t[i], 0);
			assert_near(r->yhat, yhat[i], 1e-9);
			assert_near(r->lower, lower[i], 1e-7);
			assert_near(r->y, s.y[i], 0);
			at++;
		}
		prophet_free(fit);
	}
	assert_int_equal(b.n, at);
	backtest_release(&b);
}

static void
a_robust_backtest_fits_robustly(void **state)
{
	static const double cutoff[] = { 20300 };
	const struct backtest_params p = {
		.horizon = 10, .width = 0.8, .season = 7, .huber = 1.345
	};
	struct made s;
	struct backtest b;
	struct prophet_rows known;
	struct prophet *fit;
	double weight[MADE];

	(void)state;
	make_series(&s, PROPHET_ADDITIVE);
	for (int i = 10; i < MADE; i += 40)
		s.y[i] += 1000;
	known = s.rows;
	known.n = 301;
	assert_non_null(fit = prophet_fit_robust(&s.spec, &known, 1.345, weight,
			    NULL));
	assert_int_equal(prophet_predict(fit, &s.rows, 0.8, &s.out), 0);
	assert_int_equal(backtest_run(&s.spec, &s.rows, &p, cutoff, 1, NULL,
			     &b),
	    0);
	for (size_t i = 0; i < 10; i++)
		assert_near(b.row[i].yhat, s.yhat[301 + i], 1e-9);
	backtest_release(&b);
	prophet_free(fit);
}

static void
the_naive_forecast_is_the_last_season(void **state)
{
	static const double cutoff[] = { 20 };
	double t[40], y[40];
	const struct prophet_rows rows = { .n = 40, .t = t, .y = y };
	const struct prophet_spec spec = prophet_defaults();
	const struct backtest_params p = {
		.horizon = 16, .width = 0.8, .season = 7
	};
	struct backtest_metrics m[16];
	struct backtest b;

	(void)state;
	for (int i = 0; i < 40; i++) {
		t[i] = i;
		y[i] = i * i;
	}
	y[18] = NAN;
	assert_int_equal(backtest_run(&spec, &rows, &p, cutoff, 1, NULL, &b),
	    0);
	assert_int_equal(b.n, 16);
	for (int i = 0; i < 16; i++) {
		/* 14 .. 20, and 18 - 7 where that is missing. */
		int from = 14 + i % 7;

		if (from == 18)
			from = 11;
		assert_near(b.row[i].naive, from * from, 0);
	}
	/* y_i - y_(i - 7) = 14 i - 49, i = 7 .. 20 without 18: the sum is 14 x
	 * 171 - 13 x 49. */
	assert_near(b.row[0].scale, (14 * 171 - 13 * 49) / 13.0, 1e-12);
	assert_int_equal(backtest_metrics(b.row, 1, 1, m), 1);
	assert_near(m[0].mase, fabs(21 * 21 - b.row[0].yhat) / b.row[0].scale,
	    1e-12);
	assert_near(m[0].naive_mae, 21 * 21 - 14 * 14, 1e-12);
	backtest_release(&b);
}

/* ---- metrics ------------------------------------------------------------- */

static void
windows_fill_up_from_smaller_horizons(void **state)
{
	/* Horizons 1 1 2 2 2 3; errors 1 3 2 4 6 10. */
	struct backtest_row row[] = {
		{ .cutoff = 0, .horizon = 1, .y = 10, .yhat = 9 },
		{ .cutoff = 0, .horizon = 2, .y = 10, .yhat = 8, .row = 1 },
		{ .cutoff = 0, .horizon = 3, .y = 10, .yhat = 0, .row = 2 },
		{ .cutoff = 1, .horizon = 1, .y = 10, .yhat = 7 },
		{ .cutoff = 1, .horizon = 2, .y = 10, .yhat = 6 },
		{ .cutoff = 2, .horizon = 2, .y = 10, .yhat = 4 },
	};
	struct backtest_metrics m[6];

	(void)state;
	for (int i = 0; i < 6; i++) {
		row[i].scale = 2;
		row[i].naive = 8;
	}
	/* 2 rows: horizon 3 takes its row and one of the mean of horizon 2. */
	assert_int_equal(backtest_metrics(row, 6, 0.34, m), 3);
	assert_near(m[2].mae, (10 + 4) / 2.0, 1e-13);
	assert_near(m[2].mase, (10 + 4) / 4.0, 1e-13);
	assert_near(m[2].naive_mae, 2, 1e-13);
	assert_near(m[2].mdape, (1.0 + 0.6) / 2, 1e-13);
	assert_near(m[1].mae, 4, 1e-13);
	assert_near(m[1].mse, (4 + 16 + 36) / 3.0, 1e-13);
	assert_near(m[1].rmse, sqrt(56 / 3.0), 1e-13);
	assert_near(m[1].mdape, 0.4, 1e-13);
	assert_near(m[0].mae, 2, 1e-13);
	assert_near(m[0].smape, (2 / 19.0 + 6 / 17.0) / 2, 1e-13);
	/* 5 rows: horizon 1 has no 5. */
	assert_int_equal(backtest_metrics(row, 6, 0.9, m), 2);
	assert_near(m[0].horizon, 2, 0);
	assert_near(m[0].mae, (12 + 2 + 2) / 5.0, 1e-13);
	assert_near(m[1].mae, (10 + 12 + 2) / 5.0, 1e-13);
	assert_near(m[1].mdape, 0.4, 1e-13); /* 3 2 4 6 10 */
	/* A ratio to 0 is none. */
	row[4].y = 0;
	row[5].naive = NAN;
	assert_int_equal(backtest_metrics(row, 6, 0, m), 3);
	assert_true(isnan(m[0].mape) && isnan(m[2].mdape));
	assert_true(isnan(m[0].naive_mae) && !isnan(m[0].mase));
	row[4].yhat = 0;
	assert_int_equal(backtest_metrics(row, 6, 0, m), 3);
	assert_near(m[1].smape, (4 / 18.0 + 0 + 12 / 14.0) / 3, 1e-13);
	assert_int_equal(backtest_metrics(row, 0, 0.5, m), 0);
}

/* Days 1 to 7 after a cutoff. */
static double
first_week_error(const struct crossed *x, bool carry)
{
	struct crossed y = *x;
	double sum = 0, count = 0;
	struct backtest b;

	y.spec.autoregressive = carry;
	y.params.horizon = 7;
	b = run_crossed(&y);
	for (size_t i = 0; i < b.n; i++) {
		sum += fabs(b.row[i].y - b.row[i].yhat);
		count++;
	}
	backtest_release(&b);
	return sum / count;
}

static void
residuals_carried_on_lower_the_error_of_the_first_week(void **state)
{
	struct crossed x;

	load_crossed(&x, *state);
	x.params.period = 30;
	assert_true(first_week_error(&x, true) < first_week_error(&x, false));
	free_crossed(&x);
}

/* ---- conformal intervals ------------------------------------------------- */

static void
conformal_intervals_are_quantiles_of_past_errors(void **state)
{
	struct backtest_row row[20];
	const double horizon[] = { 1, 5, 5, 10, 99 };
	double half[5], coverage;

	(void)state;
	/* Errors 1 .. 10 at horizon 1, 11 .. 20 at horizon 10. */
	for (size_t i = 0; i < 20; i++)
		row[i] = (struct backtest_row){
			.cutoff = i % 10,
			.horizon = i < 10 ? 1 : 10,
			.y = i % 2 ? 1 + (double)i : -1 - (double)i,
		};
	assert_int_equal(backtest_conformal(row, 20, 0.8, horizon, 5, half), 0);
	assert_near(half[0], 9, 0); /* of 11 x 0.8 = 8.8 */
	assert_true(isnan(half[1]) && isnan(half[2]));
	assert_near(half[3], 19, 0);
	assert_near(half[4], 19, 0);
	assert_int_equal(backtest_conformal(row, 20, 0.99, horizon, 1, half),
	    0);
	assert_near(half[0], 10, 0);
	/* Of 9 others the 8th: all but the two largest are covered. */
	assert_int_equal(backtest_conformal_coverage(row, 20, 0.8, &coverage),
	    0);
	assert_near(coverage, 0.8, 1e-15);
	assert_int_equal(backtest_conformal_coverage(row, 1, 0.8, &coverage),
	    0);
	assert_true(isnan(coverage));
}

/* 80 % +- 3, where the model's own cover 74 % and 59 %. */
static void
conformal_intervals_cover_what_they_say(void **state)
{
	struct crossed x;
	struct backtest b;
	double coverage;

	load_crossed(&x, *state);
	b = run_crossed(&x);
	assert_int_equal(backtest_conformal_coverage(b.row, b.n, 0.8,
			     &coverage),
	    0);
	print_message("%s: %.1f %% are covered\n", (const char *)*state,
	    100 * coverage);
	assert_near(coverage, 0.8, 0.03);
	backtest_release(&b);
	free_crossed(&x);
}

/* ---- tuning -------------------------------------------------------------- */

static void
the_best_settings_are_those_of_the_smallest_error(void **state)
{
	static const double cutoff[] = { 20200, 20300 };
	const struct backtest_params p = {
		.horizon = 90, .width = 0.8, .season = 7
	};
	struct backtest_settings grid[BACKTEST_GRID];
	double mae[BACKTEST_GRID + 1];
	struct prophet_seasonality season[2];
	struct backtest_metrics m[180];
	struct prophet_spec spec;
	struct backtest b;
	struct made s;
	size_t best, none;

	(void)state;
	make_series(&s, PROPHET_MULTIPLICATIVE);
	for (int j = 0; j < 2; j++)
		s.season[j].mode = PROPHET_ADDITIVE;
	backtest_grid(grid);
	assert_int_equal(backtest_tune(&s.spec, &s.rows, &p, cutoff, 2, grid,
			     BACKTEST_GRID, 0, NULL, mae, &best),
	    0);
	assert_true(best < BACKTEST_GRID);
	assert_int_equal(grid[best].mode, PROPHET_MULTIPLICATIVE);
	for (size_t i = 0; i <= BACKTEST_GRID; i++)
		assert_true(mae[best] <= mae[i]);
	/* The error is that of the settings. */
	spec = backtest_apply(&s.spec, &grid[best], season);
	assert_near(spec.changepoint_prior_scale,
	    grid[best].changepoint_prior_scale, 0);
	assert_int_equal(season[1].mode, PROPHET_MULTIPLICATIVE);
	assert_int_equal(season[1].order, s.season[1].order);
	assert_int_equal(backtest_run(&spec, &s.rows, &p, cutoff, 2, NULL, &b),
	    0);
	assert_int_equal(backtest_metrics(b.row, b.n, 1, m), 1);
	assert_near(mae[best], m[0].mae, 1e-9);
	backtest_release(&b);
	/* Nothing is better than the best by a tenth. */
	assert_int_equal(backtest_tune(&spec, &s.rows, &p, cutoff, 2, grid,
			     BACKTEST_GRID, 0.1, NULL, mae, &none),
	    0);
	assert_int_equal(none, BACKTEST_GRID);
}

/* Mean absolute error over a horizon after a cutoff. */
static double
error_after(const struct prophet_case *c, const struct prophet_spec *spec,
    const struct backtest_params *p, double cutoff)
{
	struct backtest b;
	double sum = 0;

	assert_int_equal(backtest_run(spec, &c->history, p, &cutoff, 1, NULL,
			     &b),
	    0);
	for (size_t i = 0; i < b.n; i++)
		sum += fabs(b.row[i].y - b.row[i].yhat) / (double)b.n;
	backtest_release(&b);
	return sum;
}

/* Errors of the defaults, and of settings tuned on what was known before each
 * of the last three horizons only. */
static void
compare_tuned(const char *name, double horizon, double *defaults, double *tuned)
{
	struct backtest_params p = {
		.horizon = horizon, .width = 0.8, .season = 7
	};
	struct backtest_settings grid[BACKTEST_GRID];
	double mae[BACKTEST_GRID + 1], last = -INFINITY, *y, *inner;
	struct prophet_seasonality season[MAX_TERMS];
	struct prophet_case c;
	size_t n, best;

	load_case(&c, name);
	backtest_grid(grid);
	*defaults = *tuned = 0;
	assert_non_null(y = calloc(c.history.n, sizeof(*y)));
	for (size_t i = 0; i < c.history.n; i++)
		if (!isnan(c.history.y[i]))
			last = fmax(last, c.history.t[i]);
	for (int ago = 3; ago > 0; ago--) {
		const double cutoff = last - ago * horizon;
		struct prophet_rows known = c.history;
		struct prophet_spec spec = c.spec;

		known.y = y;
		for (size_t i = 0; i < known.n; i++)
			y[i] = known.t[i] <= cutoff ? c.history.y[i]
						    : (double)NAN;
		p.initial = 0;
		if (backtest_cutoffs(&spec, &known, &p, &inner, &n) != NULL) {
			p.initial = horizon;
			if (backtest_cutoffs(&spec, &known, &p, &inner, &n) !=
			    NULL)
				continue;
		}
		assert_int_equal(backtest_tune(&spec, &known, &p, inner, n,
				     grid, BACKTEST_GRID, 0.01, NULL, mae,
				     &best),
		    0);
		free(inner);
		*defaults += error_after(&c, &spec, &p, cutoff);
		if (best < BACKTEST_GRID)
			spec = backtest_apply(&c.spec, &grid[best], season);
		*tuned += error_after(&c, &spec, &p, cutoff);
	}
	free(y);
	free_case(&c);
}

static void
tuned_settings_beat_the_defaults_on_most_series(void **state)
{
	static const struct {
		const char *name;
		double horizon;
		bool ours;
	} series[] = {
		{ "daily_revenue", 30, true },
		{ "hourly", 2, true },
		{ "edge_all_negative", 7, true },
		{ "edge_intermittent", 30, true },
		{ "edge_nan", 7, true },
		{ "edge_unsorted", 7, true },
		{ "edge_weekly", 182, true },
		{ "peyton", 365, false },
		{ "air_additive", 365, false },
		{ "retail_sales", 365, false },
		{ "logistic_cap", 365, false },
	};
	const bool all = getenv("AEE_REFERENCE") != NULL;
	size_t better = 0, count = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(series) / sizeof(*series); i++) {
		double defaults, tuned;

		if (!series[i].ours && !all)
			continue;
		compare_tuned(series[i].name, series[i].horizon, &defaults,
		    &tuned);
		print_message("%s: %g by default, %g tuned\n", series[i].name,
		    defaults, tuned);
		better += tuned < defaults;
		count++;
	}
	assert_true(2 * better >= count);
}

#define REFERENCE(test, case)                           \
	{                                               \
#test ": " case, test, NULL, NULL, case \
	}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		REFERENCE(cutoffs_and_forecasts_are_those_of_prophet,
		    "daily_revenue"),
		REFERENCE(metrics_are_those_of_prophet, "daily_revenue"),
		REFERENCE(cutoffs_and_forecasts_are_those_of_prophet, "peyton"),
		REFERENCE(metrics_are_those_of_prophet, "peyton"),
		cmocka_unit_test(cutoffs_go_back_in_steps_and_jump_over_gaps),
		cmocka_unit_test(
		    cutoffs_that_cannot_be_are_refused_with_the_reason),
		cmocka_unit_test(a_backtest_is_fits_to_what_was_known),
		cmocka_unit_test(a_robust_backtest_fits_robustly),
		cmocka_unit_test(the_naive_forecast_is_the_last_season),
		cmocka_unit_test(windows_fill_up_from_smaller_horizons),
		REFERENCE(
		    residuals_carried_on_lower_the_error_of_the_first_week,
		    "peyton"),
		cmocka_unit_test(
		    conformal_intervals_are_quantiles_of_past_errors),
		REFERENCE(conformal_intervals_cover_what_they_say,
		    "daily_revenue"),
		REFERENCE(conformal_intervals_cover_what_they_say, "peyton"),
		cmocka_unit_test(
		    the_best_settings_are_those_of_the_smallest_error),
		cmocka_unit_test(
		    tuned_settings_beat_the_defaults_on_most_series),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
