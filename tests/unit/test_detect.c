#include "model/detect.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/rng.h"
#include "labelled.h"
#include "model/baseline.h"
#include "model/slide.h"
#include "model/stats.h"
#include "model/student.h"

#include "unit.h"

static double
normal(struct rng *rng)
{
	double r = sqrt(-2 * log(1 - rng_uniform(rng)));

	return r * cos(2 * acos(-1.0) * rng_uniform(rng));
}

/* ---- sliding medians ----------------------------------------------------- */

static void
a_sliding_median_is_that_of_its_window(void **state)
{
	double x[300], sorted[32], window[32];
	struct slide s = { sorted, 0 };
	struct rng rng;

	(void)state;
	rng_init(&rng, 3, 0);
	for (size_t i = 0; i < 300; i++)
		x[i] = (double)rng_below(&rng, 40); /* with ties */
	for (size_t i = 0; i < 300; i++) {
		size_t n = 0;

		if (i < 20)
			slide_in(&s, x[i]);
		else if (i % 50 == 21)
			slide_out(&s, x[i - 20]);
		else if (i % 50 == 22) {
			slide_in(&s, x[i - 1]);
			slide_in(&s, x[i]);
			slide_out(&s, x[i - 20]);
		} else
			slide_replace(&s, x[i - 20], x[i]);
		for (size_t j = i < 19 ? 0 : i - 19; j <= i; j++)
			if (i % 50 != 21 || i < 20 || j < i)
				window[n++] = x[j];
		assert_int_equal(n, s.n);
		assert_near(slide_median(&s), stats_median(window, n), 0);
	}
}

/* ---- metrics ------------------------------------------------------------- */

static void
metrics_are_the_ratios_of_the_sums(void **state)
{
	const double revenue[] = { 99, 50 }, orders[] = { 10, 5 },
		     sessions[] = { 200, 100 };
	const double r1[] = { 30, 0 }, o1[] = { 4, 0 }, s1[] = { 50, 9 };
	const struct metric_sums channel = { r1, o1, s1 },
				 category = { r1, o1, NULL };
	const struct metric_input input = { 2, { revenue, orders, sessions },
		&channel, &category, 1, 1, false, false };
	struct metrics m;

	(void)state;
	assert_int_equal(metrics_make(&m, &input, METRIC_LOG), 0);
	assert_int_equal(m.m, 10);
	assert_near(m.y[0 * 2], log(100), 1e-15);
	assert_near(m.y[1 * 2], log(10.5), 1e-15);
	assert_near(m.y[2 * 2], log(200.5), 1e-15);
	assert_near(m.y[3 * 2], log(100 / 10.5), 1e-15);
	assert_near(m.y[4 * 2], log(10.5 / 200.5), 1e-15);
	assert_int_equal(m.id[5].kind, METRIC_SESSIONS);
	assert_int_equal(m.id[5].dimension, METRIC_CHANNEL);
	assert_near(m.y[5 * 2], log(50.5), 1e-15);
	assert_near(m.y[6 * 2], log(4.5 / 50.5), 1e-15);
	assert_near(m.y[7 * 2], log(31 / 4.5), 1e-15);
	assert_near(m.y[7 * 2 + 1], NAN, 0); /* no order has a value */
	assert_int_equal(m.id[8].kind, METRIC_ORDER_SHARE);
	assert_near(m.y[8 * 2], log(4.5 / 6.5), 1e-15);
	assert_near(m.y[8 * 2 + 1], log(.5 / 5.5), 1e-15);
	assert_near(m.y[9 * 2], log(31 / 4.5), 1e-15);
	assert_near(metric_value(METRIC_LOG, m.y[0]), 100, 1e-12);
	metrics_release(&m);

	assert_int_equal(metrics_make(&m, &input, METRIC_RAW), 0);
	assert_near(m.y[8 * 2], 4.5 / 11, 1e-15); /* share, not odds */
	metrics_release(&m);
	assert_int_equal(metrics_make(&m, &input, METRIC_SQRT), 0);
	assert_near(m.y[4 * 2], sqrt(10.5 / 200.5), 1e-15);
	assert_near(metric_value(METRIC_SQRT, m.y[4 * 2]), 10.5 / 200.5, 1e-15);
	metrics_release(&m);
}

static void
the_price_index_is_the_mean_of_the_categories(void **state)
{
	const double orders[] = { 10, 10 }, r1[] = { 399, 399 },
		     r2[] = { 59, 9 }, o[] = { 3.5, 3.5 }, gone[] = { 3.5, 0 };
	const struct metric_sums category[] = { { r1, o, NULL },
		{ r2, gone, NULL } };
	struct metric_input input = { 2, { NULL, orders, NULL }, NULL, category,
		0, 2, true, false };
	struct metrics m;

	(void)state;
	assert_int_equal(metrics_make(&m, &input, METRIC_LOG), 0);
	assert_int_equal(m.m, 6);
	assert_int_equal(m.id[5].kind, METRIC_PRICE_INDEX);
	assert_int_equal(m.id[5].dimension, METRIC_TOTAL);
	assert_near(m.y[5 * 2], (log(100) + log(15)) / 2, 1e-12);
	assert_near(m.y[5 * 2 + 1], NAN, 0); /* a category without a price */
	metrics_release(&m);
	input.categories = 1;
	assert_int_equal(metrics_make(&m, &input, METRIC_LOG), 0);
	assert_int_equal(m.m, 3);
	metrics_release(&m);
}

static void
any_subset_of_the_sums_is_enough(void **state)
{
	const double x[] = { 5, 6, 7 };
	const struct metric_sums traffic = { NULL, NULL, x },
				 sales = { x, NULL, NULL };
	struct metric_input input = { 3, { x, NULL, NULL }, NULL, NULL, 0, 0,
		false, false };
	struct metrics m;

	(void)state;
	assert_int_equal(metrics_make(&m, &input, METRIC_LOG), 0);
	assert_int_equal(m.m, 1);
	assert_int_equal(m.id[0].kind, METRIC_REVENUE);
	metrics_release(&m);
	input.channel = &traffic;
	input.category = &sales;
	input.channels = input.categories = 1;
	assert_int_equal(metrics_make(&m, &input, METRIC_LOG), 0);
	assert_int_equal(m.m, 3);
	assert_int_equal(m.id[1].kind, METRIC_SESSIONS);
	assert_int_equal(m.id[2].kind, METRIC_REVENUE_SHARE);
	assert_string_equal(metric_kind_name(m.id[2].kind), "revenue_share");
	metrics_release(&m);
	input = (struct metric_input){ .n = 3 };
	assert_int_equal(metrics_make(&m, &input, METRIC_LOG), 0);
	assert_int_equal(m.m, 0);
	metrics_release(&m);
}

static void
a_member_that_is_not_there_is_missing(void **state)
{
	double x[100];
	const struct metric_sums channel = { NULL, NULL, x };
	const struct metric_input input = { 100, { 0 }, &channel, NULL, 1, 0,
		false, false };
	struct metrics m;

	(void)state;
	for (size_t t = 0; t < 100; t++)
		x[t] = t >= 20 && t < 60 ? 9 : 0;
	x[30] = 0;
	assert_int_equal(metrics_make(&m, &input, METRIC_LOG), 0);
	assert_near(m.y[19], NAN, 0); /* not yet */
	assert_near(m.y[20], log(9.5), 1e-15);
	assert_near(m.y[30], log(0.5), 1e-15);
	assert_near(m.y[66], log(0.5), 1e-15); /* its 7th day of nothing */
	assert_near(m.y[67], NAN, 0);
	metrics_release(&m);
}

static void
a_member_that_rarely_sells_is_left_out_if_asked(void **state)
{
	double x[100], all[100];
	const struct metric_sums category = { x, x, NULL };
	struct metric_input input = { .n = 100,
		.total = { all, all, NULL },
		.category = &category,
		.categories = 1 };
	struct metrics m;

	(void)state;
	for (size_t t = 0; t < 100; t++) {
		all[t] = 50;
		x[t] = t % 3 == 0 ? 2 : 0;
	}
	assert_int_equal(metrics_make(&m, &input, METRIC_LOG), 0);
	assert_int_equal(m.m, 5);
	metrics_release(&m);
	input.dense = true;
	assert_int_equal(metrics_make(&m, &input, METRIC_LOG), 0);
	assert_int_equal(m.m, 3);
	metrics_release(&m);
	for (size_t t = 0; t < 100; t++) /* rare at its end alone */
		x[t] = t >= 70 && t % 3 > 0 ? 0 : 2;
	assert_int_equal(metrics_make(&m, &input, METRIC_LOG), 0);
	assert_int_equal(m.m, 5);
	metrics_release(&m);
}

/* ---- baseline ------------------------------------------------------------ */

static const double week[7] = { -3, -1, 0, 2, 4, 1, -3 };

static void
fit(const struct baseline_series *series, const struct baseline_steps *steps,
    struct baseline_fit *fitted)
{
	const struct baseline_shape shape = { 7, 14, 13 };
	struct baseline_work *w = baseline_work_new(series->n, &shape);

	assert_non_null(w);
	fitted->level = calloc(series->n, sizeof(double));
	fitted->season = calloc(series->n, sizeof(double));
	fitted->residual = calloc(series->n, sizeof(double));
	assert_true(fitted->level && fitted->season && fitted->residual);
	baseline_fit(w, series, steps, fitted);
	baseline_work_free(w);
}

static void
fit_release(struct baseline_fit *f)
{
	free(f->level);
	free(f->season);
	free(f->residual);
}

static void
a_week_on_a_level_is_found_exactly(void **state)
{
	double y[140];
	int8_t masked[140] = { 0 };
	const struct baseline_steps none = { NULL, 0 };
	const struct baseline_series series = { y, masked, 140, 1e-4 };
	struct baseline_fit f;

	(void)state;
	for (size_t t = 0; t < 140; t++)
		y[t] = 50 + week[t % 7];
	y[60] += 9;
	y[70] = 1000;
	masked[70] = 1;
	y[80] = NAN;
	fit(&series, &none, &f);
	for (size_t t = 0; t < 140; t++) {
		assert_near(f.level[t] + f.season[t], 50 + week[t % 7], 1e-12);
		if (t == 80)
			assert_near(f.residual[t], NAN, 0);
		else
			assert_near(f.residual[t],
			    t == 60       ? 9
				: t == 70 ? 950 - week[0]
					  : 0,
			    1e-12);
	}
	assert_int_equal(f.usable, 138);
	/* More than half are 0: the mean size of 137 zeros and a 9. */
	assert_near(f.sigma, 1.2533 * 9 / 138, 1e-12);
	fit_release(&f);
}

static void
a_level_jumps_only_at_the_steps_it_is_given(void **state)
{
	double y[140];
	const size_t day = 75;
	const struct baseline_steps none = { NULL, 0 }, one = { &day, 1 };
	const struct baseline_series series = { y, NULL, 140, 1e-4 };
	struct baseline_fit f;

	(void)state;
	for (size_t t = 0; t < 140; t++)
		y[t] = week[t % 7] + (t < day ? 10 : 30) +
		    0.001 * (double)(t * 37 % 11);
	fit(&series, &one, &f);
	assert_near(f.level[day - 1], 10, 1);
	assert_near(f.level[day], 30, 1);
	fit_release(&f);
	/* A level of a few days is none, without a step. */
	for (size_t t = 0; t < 140; t++)
		y[t] = t < 135 ? 10 : 30;
	fit(&series, &none, &f);
	assert_near(f.level[139], 10, 1e-9);
	fit_release(&f);
	fit(&series, &(struct baseline_steps){ &(size_t){ 135 }, 1 }, &f);
	assert_near(f.level[139] + f.season[139], 30, 1e-9);
	fit_release(&f);
}

static void
noise_gives_its_deviation_and_correlation(void **state)
{
	double y[3000];
	const double rho[] = { 0, 0.4 };
	const struct baseline_steps none = { NULL, 0 };
	const struct baseline_series series = { y, NULL, 3000, 1e-4 };
	struct rng rng;

	(void)state;
	rng_init(&rng, 11, 0);
	for (int i = 0; i < 2; i++) {
		struct baseline_fit f;
		double e = 0;

		for (size_t t = 0; t < 3000; t++) {
			e = rho[i] * e +
			    normal(&rng) * sqrt(1 - rho[i] * rho[i]);
			y[t] = 7 + week[t % 7] + e;
		}
		fit(&series, &none, &f);
		/* Level and season take a little of both. */
		assert_near(f.sigma, 0.95, 0.1);
		assert_near(f.rho, rho[i] * 0.7, 0.12);
		fit_release(&f);
	}
}

/* ---- segments ------------------------------------------------------------ */

enum { BRUTE_N = 9, BRUTE_M = 3, BRUTE_L = 4 };

/* ln q by its definition. */
static double
brute_ln_p(const double *z, const double *rho, size_t start, size_t length)
{
	double sum = 0;

	for (size_t i = 0; i < BRUTE_M; i++) {
		double total = 0, v = 0, g = 1;

		for (size_t t = start; t < start + length; t++)
			if (!isnan(z[t * BRUTE_M + i])) {
				total += z[t * BRUTE_M + i];
				v++;
			}
		for (size_t k = 1; k < length; k++)
			g += 2 * (1 - (double)k / (double)length) *
			    pow(rho[i], (double)k);
		sum += v > 0 ? exp(-student8_ln_p(total / sqrt(v * g))) : 1;
	}
	return log(BRUTE_M) - log(sum);
}

/* The best gain of any set of segments of the days from t on. */
static double
brute_best(const double *z, const double *rho, size_t t, double beta)
{
	double best;

	if (t == BRUTE_N)
		return 0;
	best = brute_best(z, rho, t + 1, beta);
	for (size_t l = 1; l <= BRUTE_L && t + l <= BRUTE_N; l++)
		best = fmax(best,
		    brute_best(z, rho, t + l, beta) - brute_ln_p(z, rho, t, l) -
			beta);
	return best;
}

static void
segments_are_the_best_of_all(void **state)
{
	const double rho[BRUTE_M] = { 0, 0.3, 0.8 }, beta = 3;
	struct scan *scan = scan_new(BRUTE_M, BRUTE_L);
	struct rng rng;

	(void)state;
	assert_non_null(scan);
	scan_set_rho(scan, rho);
	rng_init(&rng, 8, 0);
	for (int round = 0; round < 60; round++) {
		double z[BRUTE_N * BRUTE_M], gain = 0;
		struct scan_segment *s;
		size_t count;

		for (size_t i = 0; i < BRUTE_N * BRUTE_M; i++)
			z[i] = rng_uniform(&rng) < 0.1 ? NAN : 2 * normal(&rng);
		s = scan_segments(scan, z, BRUTE_N, beta, &count);
		assert_non_null(s);
		for (size_t i = 0; i < count; i++) {
			assert_true(i == 0 ||
			    s[i].start >= s[i - 1].start + s[i - 1].length);
			assert_in_range(s[i].length, 1, BRUTE_L);
			assert_near(s[i].ln_p,
			    brute_ln_p(z, rho, s[i].start, s[i].length), 1e-9);
			assert_true(s[i].ln_p < -beta);
			gain -= s[i].ln_p + beta;
		}
		assert_near(gain, brute_best(z, rho, 0, beta), 1e-9);
		free(s);
	}
	scan_free(scan);
}

static void
a_segment_names_the_metric_that_explains_it(void **state)
{
	const double z[] = { 0, 0, 1, -9, 1, NAN, 0, 1 };
	struct scan *scan = scan_new(2, 3);
	struct scan_segment s;

	(void)state;
	assert_non_null(scan);
	scan_segment(scan, z, 1, 1, &s);
	assert_int_equal(s.metric, 1);
	assert_near(s.ln_p, log(2 / (1 / student8_p(1) + 1 / student8_p(81))),
	    1e-12);
	scan_segment(scan, (const double[]){ NAN, NAN }, 0, 1, &s);
	assert_true(s.metric == SIZE_MAX && isnan(s.ln_p));
	scan_free(scan);
}

/* ---- steps --------------------------------------------------------------- */

static size_t
steps_of(const double *a, size_t n, double sigma, struct step *found)
{
	const struct step_series series = { a, sigma, 0 };
	struct step_work *w = step_work_new(n, 1);
	size_t count;

	assert_non_null(w);
	count = step_find(w, &series, 1, n, -7, found);
	step_work_free(w);
	return count;
}

static void
a_jump_is_a_step_and_a_slope_is_none(void **state)
{
	enum { N = 300 };
	double a[N];
	struct step found[N / STEP_APART + 1];
	struct rng rng;

	(void)state;
	rng_init(&rng, 21, 0);
	for (size_t t = 0; t < N; t++)
		a[t] = normal(&rng) + (t >= 140 ? 3 : 0) + (t >= 220 ? -4 : 0);
	a[141] = a[150] = NAN;
	assert_int_equal(steps_of(a, N, 1, found), 2);
	assert_in_range(found[0].day, 138, 142);
	assert_in_range(found[1].day, 218, 222);
	assert_true(found[0].ln_p < -7);
	rng_init(&rng, 22, 0);
	for (size_t t = 0; t < N; t++)
		a[t] = normal(&rng) + 0.3 * (double)t;
	assert_int_equal(steps_of(a, N, 1, found), 0);
	for (size_t t = 0; t < N; t++)
		a[t] = NAN;
	assert_int_equal(steps_of(a, N, 1, found), 0);
}

/* They make their own tests swing, behind which most would hide; the last one is
 * too small. */
static void
many_steps_do_not_hide_each_other(void **state)
{
	enum { N = 300 };
	double a[N];
	struct step found[N / STEP_APART + 1];
	struct rng rng;

	(void)state;
	rng_init(&rng, 24, 0);
	for (size_t t = 0; t < N; t++)
		a[t] = normal(&rng) + (t / 50 == 1 || t / 50 == 3 ? 8 : 0) +
		    (t >= 250 ? 2 : 0);
	assert_int_equal(steps_of(a, N, 1, found), 4);
	for (size_t i = 0; i < 4; i++)
		assert_in_range(found[i].day, 50 * (i + 1) - 1,
		    50 * (i + 1) + 1);
}

/* ---- the engine ---------------------------------------------------------- */

/* Without the false alarms that a few hundred days may have by chance. */
static void
detect(const struct metric_input *input, const int8_t *masked,
    struct metrics *m, struct detect_result *r)
{
	struct detect_params params;

	assert_int_equal(metrics_make(m, input, METRIC_LOG), 0);
	detect_defaults(&params, m, true);
	params.beta = 9;
	assert_null(detect_check(&params));
	assert_int_equal(detect_run(&params, m, masked, r), 0);
}

/* With the limit of steps that the reference uses, and what it knows. */
static void
judge_as_specified(const struct shop *shop, struct metrics *m,
    struct detect_result *r)
{
	struct detect_params params;

	assert_int_equal(metrics_make(m, &shop->input, METRIC_LOG), 0);
	detect_defaults(&params, m, true);
	params.step_limit = -7;
	forget_events(m);
	assert_int_equal(detect_run(&params, m, shop->holiday, r), 0);
}

/* Against another implementation: the days that differ in flag or step, and
 * those in the z of revenue or ln p (given to 3 decimals). */
struct difference {
	size_t flags, sizes;
};

static void
compare(const struct shop *shop, const struct shops *made, size_t row,
    void *with)
{
	struct difference *diff = with;
	struct metrics m;
	struct detect_result r;

	judge_as_specified(shop, &m, &r);
	assert_int_equal(m.m, 27);
	for (size_t t = 0; t < shop->n; t++) {
		const struct detect_day *d = &r.day[t];
		const size_t at = row + t;

		diff->flags += (d->flag == FLAG_YES) !=
			(shops_value(made, at, "engine_flag") != 0) ||
		    d->is_step != (shops_value(made, at, "engine_step") != 0);
		diff->sizes += fabs(r.z[t] -
				   shops_value(made, at, "z_revenue")) >
		    0.00051;
		if (shop->holiday[t] || d->flag == FLAG_YES)
			continue; /* defined in another way there */
		assert_near(d->ln_p, d->day_ln_p, 0);
		diff->sizes += fabs(d->ln_p -
				   shops_value(made, at, "engine_lnp")) >
		    0.00051;
	}
	detect_release(&r);
	metrics_release(&m);
}

static void
six_shops_are_judged_as_by_the_reference(void **state)
{
	const char *six = "tests/data/detect-days.csv.gz";
	struct difference d = { 0 };

	(void)state;
	assert_int_equal(shops_beside(six, six, compare, &d), 2546);
	assert_int_equal(d.flags, 0);
	assert_int_equal(d.sizes, 0);
}

static void
forty_shops_are_judged_as_by_the_reference(void **state)
{
	char days[4096], made[4096];
	struct difference d = { 0 };
	size_t n;

	(void)state;
	if (shops_path(days, "dev_daily.csv.gz") == NULL ||
	    shops_path(made, "dev_reference_outputs.csv.gz") == NULL)
		skip();
	n = shops_beside(days, made, compare, &d);
	assert_int_equal(n, 28533);
	/* A step that echoes an earlier one there is none here. */
	assert_in_range(d.flags, 0, n / 1000);
	assert_in_range(d.sizes, 0, n / 10);
}

enum { DAYS = 200 };

/* A shop of three sums with some noise, all days alike but for the week. */
struct small_shop {
	double revenue[DAYS], orders[DAYS], sessions[DAYS];
};

static struct metric_input
small_shop(struct small_shop *s, uint64_t seed)
{
	struct rng rng;

	rng_init(&rng, seed, 0);
	for (size_t t = 0; t < DAYS; t++) {
		const double visits = 0.05 * normal(&rng) + week[t % 7] / 20;

		s->sessions[t] = rint(10000 * exp(visits));
		s->orders[t] = rint(300 * exp(visits + 0.05 * normal(&rng)));
		s->revenue[t] = s->orders[t] * 80 * exp(0.03 * normal(&rng));
	}
	return (struct metric_input){ DAYS,
		{ s->revenue, s->orders, s->sessions }, NULL, NULL, 0, 0, false,
		false };
}

static void
an_event_is_flagged_and_explained(void **state)
{
	struct small_shop s;
	struct metric_input input = small_shop(&s, 1);
	struct metrics m;
	struct detect_result r;

	(void)state;
	for (size_t t = 100; t < 103; t++) {
		s.orders[t] *= 0.6;
		s.revenue[t] *= 0.6;
	}
	detect(&input, NULL, &m, &r);
	assert_int_equal(r.steps, 0);
	for (size_t t = 0; t < DAYS; t++) {
		const bool inside = t >= 100 && t < 103;

		assert_int_equal(r.day[t].flag, inside ? FLAG_YES : FLAG_NO);
		assert_true((r.day[t].segment != DETECT_NONE) == inside);
	}
	assert_int_equal(m.id[r.day[101].metric].kind, METRIC_CONVERSION);
	assert_near(exp(r.level[4 * DAYS + 101] + r.season[4 * DAYS + 101]),
	    0.03, 0.001);
	detect_release(&r);
	metrics_release(&m);
}

static void
a_masked_day_is_neither_flagged_nor_learned_from(void **state)
{
	struct small_shop s;
	struct metric_input input = small_shop(&s, 2);
	int8_t masked[DAYS] = { 0 };
	struct metrics m;
	struct detect_result r;

	(void)state;
	s.revenue[50] *= 3;
	s.orders[50] *= 3;
	masked[50] = 1;
	detect(&input, masked, &m, &r);
	assert_int_equal(r.day[50].flag, FLAG_NO);
	assert_near(r.day[50].ln_p, NAN, 0);
	assert_true(r.z[50] > 5);
	for (size_t t = 0; t < DAYS; t++)
		assert_int_equal(r.day[t].flag, FLAG_NO);
	detect_release(&r);
	metrics_release(&m);
}

static void
a_step_is_flagged_for_a_week_and_then_usual(void **state)
{
	struct small_shop s;
	struct metric_input input = small_shop(&s, 3);
	struct metrics m;
	struct detect_result r;

	(void)state;
	for (size_t t = 120; t < DAYS; t++) {
		s.sessions[t] *= 1.5;
		s.orders[t] *= 1.5;
		s.revenue[t] *= 1.5;
	}
	detect(&input, NULL, &m, &r);
	assert_int_equal(r.steps, 1);
	assert_in_range(r.step[0].day, 118, 122);
	assert_true(r.day[r.step[0].day].is_step);
	for (size_t t = r.step[0].day; t < r.step[0].day + 7; t++) {
		assert_int_equal(r.day[t].flag, FLAG_YES);
		assert_true(r.day[t].step == 0);
		assert_true(r.day[t].ln_p <= r.step[0].ln_p);
	}
	for (size_t t = r.step[0].day + 8; t < DAYS; t++)
		assert_int_equal(r.day[t].flag, FLAG_NO);
	detect_release(&r);
	metrics_release(&m);
}

static void
too_short_constant_or_missing_series_say_nothing_wrong(void **state)
{
	struct small_shop s;
	struct metric_input input = small_shop(&s, 4);
	struct metrics m;
	struct detect_result r;

	(void)state;
	input.n = 27;
	detect(&input, NULL, &m, &r);
	for (size_t t = 0; t < 27; t++) {
		assert_int_equal(r.day[t].flag, FLAG_MISSING);
		assert_near(r.day[t].ln_p, NAN, 0);
		assert_true(r.day[t].metric == DETECT_NONE);
	}
	detect_release(&r);
	metrics_release(&m);
	input.n = 0;
	detect(&input, NULL, &m, &r);
	detect_release(&r);
	metrics_release(&m);

	input.n = DAYS;
	for (size_t t = 0; t < DAYS; t++) {
		s.revenue[t] = 5;
		s.orders[t] = t == 90 ? NAN : 0;
		s.sessions[t] = NAN;
	}
	detect(&input, NULL, &m, &r);
	for (size_t t = 0; t < DAYS; t++) {
		assert_int_equal(r.day[t].flag, FLAG_NO);
		assert_near(r.day[t].ln_p, 0, 1e-12);
	}
	assert_true(r.usable[0] && r.usable[1] && !r.usable[2]);
	detect_release(&r);
	metrics_release(&m);
}

static void
gaps_are_missing_and_do_no_harm(void **state)
{
	struct small_shop s;
	struct metric_input input = small_shop(&s, 5);
	struct metrics m;
	struct detect_result r;

	(void)state;
	for (size_t t = 60; t < 110; t++)
		s.revenue[t] = s.orders[t] = s.sessions[t] = NAN;
	detect(&input, NULL, &m, &r);
	for (size_t t = 0; t < DAYS; t++)
		assert_int_equal(r.day[t].flag,
		    t >= 60 && t < 110 ? FLAG_MISSING : FLAG_NO);
	detect_release(&r);
	metrics_release(&m);
}

static void
a_last_day_of_which_half_is_there_is_incomplete(void **state)
{
	struct small_shop s;
	struct metric_input input = small_shop(&s, 6);
	struct metrics m;
	struct detect_result r;

	(void)state;
	detect(&input, NULL, &m, &r);
	assert_false(detect_last_day_incomplete(&m, &r));
	detect_release(&r);
	metrics_release(&m);
	s.revenue[DAYS - 1] *= 0.4;
	s.orders[DAYS - 1] *= 0.4;
	detect(&input, NULL, &m, &r);
	assert_false(detect_last_day_incomplete(&m, &r)); /* no sales */
	detect_release(&r);
	metrics_release(&m);
	s.sessions[DAYS - 1] *= 0.4;
	detect(&input, NULL, &m, &r);
	assert_true(detect_last_day_incomplete(&m, &r));
	detect_release(&r);
	metrics_release(&m);
}

static void
the_scale_of_the_metrics_may_be_any(void **state)
{
	struct small_shop s;
	struct metric_input input = small_shop(&s, 7);
	const enum metric_scale scales[] = { METRIC_LOG, METRIC_SQRT,
		METRIC_RAW };

	(void)state;
	s.sessions[90] *= 2;
	for (size_t i = 0; i < 3; i++) {
		struct detect_params params;
		struct metrics m;
		struct detect_result r;

		assert_int_equal(metrics_make(&m, &input, scales[i]), 0);
		detect_defaults(&params, &m, true);
		params.beta = 9;
		assert_int_equal(detect_run(&params, &m, NULL, &r), 0);
		for (size_t t = 0; t < DAYS; t++)
			assert_int_equal(r.day[t].flag,
			    t == 90 ? FLAG_YES : FLAG_NO);
		detect_release(&r);
		metrics_release(&m);
	}
}

static void
bad_parameters_are_named(void **state)
{
	struct detect_params good, p;
	const struct metrics none = { 0 };

	(void)state;
	detect_defaults(&good, &none, false);
	assert_null(detect_check(&good));
	assert_near(good.beta, 8.5, 0);
	p = good;
	p.beta = 0;
	assert_string_equal(detect_check(&p), "beta must be above 0");
	p = good;
	p.half_window = 1;
	assert_non_null(detect_check(&p));
	p = good;
	p.max_length = 0;
	assert_non_null(detect_check(&p));
	p = good;
	p.step_days = 22;
	assert_non_null(detect_check(&p));
	p = good;
	p.step_limit = NAN;
	assert_non_null(detect_check(&p));
	p = good;
	p.season = 0;
	assert_non_null(detect_check(&p));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sliding_median_is_that_of_its_window),
		cmocka_unit_test(metrics_are_the_ratios_of_the_sums),
		cmocka_unit_test(the_price_index_is_the_mean_of_the_categories),
		cmocka_unit_test(any_subset_of_the_sums_is_enough),
		cmocka_unit_test(a_member_that_is_not_there_is_missing),
		cmocka_unit_test(a_week_on_a_level_is_found_exactly),
		cmocka_unit_test(a_level_jumps_only_at_the_steps_it_is_given),
		cmocka_unit_test(
		    a_member_that_rarely_sells_is_left_out_if_asked),
		cmocka_unit_test(noise_gives_its_deviation_and_correlation),
		cmocka_unit_test(segments_are_the_best_of_all),
		cmocka_unit_test(a_segment_names_the_metric_that_explains_it),
		cmocka_unit_test(a_jump_is_a_step_and_a_slope_is_none),
		cmocka_unit_test(many_steps_do_not_hide_each_other),
		cmocka_unit_test(six_shops_are_judged_as_by_the_reference),
		cmocka_unit_test(forty_shops_are_judged_as_by_the_reference),
		cmocka_unit_test(an_event_is_flagged_and_explained),
		cmocka_unit_test(
		    a_masked_day_is_neither_flagged_nor_learned_from),
		cmocka_unit_test(a_step_is_flagged_for_a_week_and_then_usual),
		cmocka_unit_test(
		    too_short_constant_or_missing_series_say_nothing_wrong),
		cmocka_unit_test(gaps_are_missing_and_do_no_harm),
		cmocka_unit_test(
		    a_last_day_of_which_half_is_there_is_incomplete),
		cmocka_unit_test(the_scale_of_the_metrics_may_be_any),
		cmocka_unit_test(bad_parameters_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
