#include "model/judge.h"

#include <stdlib.h>

#include "unit.h"

enum { DAYS = 300 };

/* A line with a weekly wave and some noise that repeats after 13 days. */
struct series {
	double t[DAYS], y[DAYS], weight[DAYS], yhat[DAYS], work[DAYS];
	double z[DAYS], p[DAYS];
	int8_t flag[DAYS];
	struct prophet_rows rows;
	struct judge_result result;
	struct prophet_seasonality week;
	struct prophet_spec spec;
};

static void
make(struct series *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		s->t[i] = 20000 + (double)i;
		s->y[i] = 100 + (double)i / 10 + (double)(5 * (i % 7 == 5)) +
		    (double)(i * i % 13) / 10;
		s->weight[i] = 1;
	}
	s->rows = (struct prophet_rows){
		.n = n, .t = s->t, .y = s->y, .weight = s->weight
	};
	s->result = (struct judge_result){ 0, s->z, s->p, s->flag };
	s->week = (struct prophet_seasonality){
		.period = 7, .order = 3, .prior_scale = 10
	};
	s->spec = prophet_defaults();
	s->spec.seasonality = &s->week;
	s->spec.n_seasonalities = 1;
}

static void
judge(struct series *s, double threshold)
{
	const struct prophet_forecast out = { .yhat = s->yhat };
	struct prophet *fit = judge_fit(&s->spec, &s->rows, NULL);

	assert_non_null(fit);
	assert_int_equal(prophet_predict(fit, &s->rows, 0.5, &out), 0);
	prophet_free(fit);
	judge_rows(&s->rows, s->yhat, threshold, s->work, &s->result);
}

static int
by_size(const void *pa, const void *pb)
{
	const double a = *(const double *)pa, b = *(const double *)pb;

	return (a > b) - (a < b);
}

static void
odd_rows_are_as_if_they_were_not_there(void **state)
{
	struct series s, without;
	const struct prophet_forecast out = { .yhat = without.yhat };
	struct prophet *fit;

	(void)state;
	make(&s, DAYS);
	make(&without, DAYS);
	for (size_t i = 40; i < 60; i++) {
		s.y[i] += 60;
		without.y[i] = NAN;
	}
	judge(&s, 4);
	/* But for a few rows of the noise that are beyond 3 spreads. */
	fit = prophet_fit(&without.spec, &without.rows, NULL);
	assert_non_null(fit);
	assert_int_equal(prophet_predict(fit, &without.rows, 0.5, &out), 0);
	prophet_free(fit);
	for (size_t i = 0; i < DAYS; i++) {
		assert_near(s.yhat[i], without.yhat[i], 0.2);
		assert_int_equal(s.flag[i], i >= 40 && i < 60);
	}
}

static void
z_is_in_units_of_the_median_residual_and_p_that_of_t8(void **state)
{
	struct series s;
	double size[DAYS];

	(void)state;
	make(&s, DAYS);
	s.y[70] += 3;
	judge(&s, 4);
	for (size_t i = 0; i < DAYS; i++)
		size[i] = fabs(s.y[i] - s.yhat[i]);
	qsort(size, DAYS, sizeof(*size), by_size);
	assert_near(s.result.spread,
	    1.4826 * (size[DAYS / 2 - 1] + size[DAYS / 2]) / 2, 1e-12);
	for (size_t i = 0; i < DAYS; i++) {
		const double x = 8 / (8 + s.z[i] * s.z[i]);
		/* Abramowitz and Stegun, 26.7.4. */
		const double inside = sqrt(1 - x) *
		    (1 + x / 2 + 3 * x * x / 8 + 5 * x * x * x / 16);

		assert_near(s.z[i] * s.result.spread, s.y[i] - s.yhat[i],
		    1e-12);
		assert_near(s.p[i], 1 - inside, 1e-12);
	}
}

static void
rows_without_weight_are_neither_learned_from_nor_judged(void **state)
{
	struct series s;

	(void)state;
	make(&s, DAYS);
	for (size_t i = 100; i < 130; i++) {
		s.y[i] += 1;
		s.weight[i] = 0;
	}
	s.y[200] = NAN;
	judge(&s, 4);
	for (size_t i = 0; i < DAYS; i++) {
		const bool out = (i >= 100 && i < 130) || i == 200;

		assert_int_equal(isnan(s.z[i]), out);
		assert_int_equal(isnan(s.p[i]), out);
		assert_int_equal(s.flag[i], out ? -1 : 0);
		assert_false(isnan(s.yhat[i]));
	}
}

static void
a_constant_has_no_odd_row_but_another_value_is(void **state)
{
	struct series s;

	(void)state;
	make(&s, 60);
	for (size_t i = 0; i < 60; i++)
		s.y[i] = 7;
	judge(&s, 4);
	for (size_t i = 0; i < 60; i++) {
		assert_near(s.z[i], 0, 0);
		assert_near(s.p[i], 1, 0);
		assert_int_equal(s.flag[i], 0);
	}
	for (size_t i = 0; i < 60; i++)
		s.yhat[i] = 7;
	s.y[30] = 8;
	judge_rows(&s.rows, s.yhat, 3, s.work, &s.result);
	assert_near(s.result.spread, 0, 0);
	assert_true(isnan(s.z[30]));
	assert_near(s.p[30], 1e-290, 1e-300);
	assert_int_equal(s.flag[30], 1);
	assert_int_equal(s.flag[31], 0);
}

static void
of_fewer_than_28_rows_nothing_is_said(void **state)
{
	struct series s;

	(void)state;
	make(&s, JUDGE_ROWS);
	s.y[0] = NAN;
	judge(&s, 4);
	assert_true(isnan(s.result.spread));
	for (size_t i = 0; i < JUDGE_ROWS; i++) {
		assert_true(isnan(s.p[i]));
		assert_int_equal(s.flag[i], -1);
	}
	make(&s, JUDGE_ROWS);
	judge(&s, 4);
	assert_false(isnan(s.p[5]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(odd_rows_are_as_if_they_were_not_there),
		cmocka_unit_test(
		    z_is_in_units_of_the_median_residual_and_p_that_of_t8),
		cmocka_unit_test(
		    rows_without_weight_are_neither_learned_from_nor_judged),
		cmocka_unit_test(
		    a_constant_has_no_odd_row_but_another_value_is),
		cmocka_unit_test(of_fewer_than_28_rows_nothing_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
