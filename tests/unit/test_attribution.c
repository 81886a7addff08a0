#include "model/attribution.h"

#include <stdlib.h>

#include "base/rng.h"

#include "unit.h"

enum { W = ATTRIBUTION_WEEKS };

#define SUMS(s, o, r)                                           \
	{                                                       \
		.sessions = (s), .orders = (o), .revenue = (r), \
		.squares = NAN, .seen = 1                       \
	}

static const struct attribution_params plain = { .days = 7 };

/* v 0.1 -> 0.15, a 50 -> 40, rho 5 -> 6. */
static const struct attribution_member example = { SUMS(100, 10, 500),
	SUMS(120, 18, 720) };

static struct attribution_effects
one(enum attribution_method method, const struct attribution_member *m)
{
	const struct attribution_params params = { .method = method,
		.days = 7 };
	struct attribution_effects e, total;

	assert_true(attribution_defined(method, m));
	attribution_effects(&params, m, 1, &e, &total);
	return e;
}

static double
sum(const struct attribution_effects *e)
{
	return e->effect[ATTRIBUTION_VOLUME] + e->effect[ATTRIBUTION_MIX] +
	    e->effect[ATTRIBUTION_CONVERSION] +
	    e->effect[ATTRIBUTION_ORDER_VALUE] + e->effect[ATTRIBUTION_ORDERS] +
	    e->effect[ATTRIBUTION_OTHER];
}

static void
assert_effects(const struct attribution_effects *e, double sessions,
    double conversion, double order_value)
{
	assert_near(e->effect[ATTRIBUTION_SESSIONS], sessions, 1e-10);
	assert_near(e->effect[ATTRIBUTION_CONVERSION], conversion, 1e-10);
	assert_near(e->effect[ATTRIBUTION_ORDER_VALUE], order_value, 1e-10);
}

/* ---- the methods ------------------------------------------------------------ */

static void
bennet_takes_means_of_both_periods(void **state)
{
	struct attribution_effects e = one(ATTRIBUTION_BENNET, &example);

	(void)state;
	/* 5.5 x 20, 110 x 45 x 0.05, 110 x 0.125 x -10 */
	assert_effects(&e, 110, 247.5, -137.5);
	assert_near(sum(&e), 220, 1e-10);
	assert_near(e.effect[ATTRIBUTION_MIX], 0, 1e-10);
}

static void
shapley_takes_the_mean_over_all_orders_of_change(void **state)
{
	struct attribution_effects e = one(ATTRIBUTION_SHAPLEY, &example);

	(void)state;
	assert_effects(&e, 20 * (11. / 3 + 11.5 / 6),
	    0.05 * (9800. / 3 + 10000. / 6), -10 * (28. / 3 + 27. / 6));
	assert_near(sum(&e), 220, 1e-10);
}

static void
lmdi_takes_the_logarithmic_mean(void **state)
{
	struct attribution_effects e = one(ATTRIBUTION_LMDI, &example);

	(void)state;
	/* L = 220 / ln 1.44, and ln 1.2 is half of ln 1.44. */
	assert_effects(&e, 110, 220 * log(1.5) / log(1.44),
	    220 * log(0.8) / log(1.44));
	assert_near(sum(&e), 220, 1e-10);
}

static void
visitors_that_move_between_members_are_mix(void **state)
{
	const struct attribution_member m[] = {
		{ SUMS(100, 10, 1000), SUMS(50, 5, 500) },
		{ SUMS(100, 10, 200), SUMS(150, 15, 300) },
	};
	struct attribution_effects e[2], total;

	(void)state;
	attribution_effects(&plain, m, 2, e, &total);
	assert_near(total.effect[ATTRIBUTION_VOLUME], 0, 1e-12);
	assert_near(total.effect[ATTRIBUTION_MIX], -400, 1e-12);
	assert_near(total.effect[ATTRIBUTION_CONVERSION], 0, 1e-12);
	/* rho_star = 5, rho = 10 and 2 */
	assert_near(e[0].effect[ATTRIBUTION_VOLUME], -250, 1e-12);
	assert_near(e[0].effect[ATTRIBUTION_MIX], -250, 1e-12);
	assert_near(e[1].effect[ATTRIBUTION_VOLUME], 250, 1e-12);
	assert_near(e[1].effect[ATTRIBUTION_MIX], -150, 1e-12);
}

/* ---- nothing to divide by ----------------------------------------------------- */

static void
a_member_that_appears_is_a_change_of_sessions(void **state)
{
	const struct attribution_member comes = { SUMS(0, 0, 0),
		SUMS(120, 18, 720) };
	const struct attribution_member goes = { SUMS(120, 18, 720),
		SUMS(0, 0, 0) };

	(void)state;
	for (int method = ATTRIBUTION_BENNET; method <= ATTRIBUTION_SHAPLEY;
	     method++) {
		struct attribution_effects e = one((enum attribution_method)
						       method,
		    &comes);

		assert_effects(&e, 720, 0, 0);
		e = one((enum attribution_method)method, &goes);
		assert_effects(&e, -720, 0, 0);
	}
}

static void
sessions_without_orders_are_a_conversion_of_zero(void **state)
{
	const struct attribution_member fails = { SUMS(100, 10, 500),
		SUMS(100, 0, 0) };

	(void)state;
	for (int method = ATTRIBUTION_BENNET; method <= ATTRIBUTION_SHAPLEY;
	     method++) {
		struct attribution_effects e = one((enum attribution_method)
						       method,
		    &fails);

		assert_effects(&e, 0, -500, 0);
	}
}

static void
orders_without_sessions_are_not_tracked(void **state)
{
	const struct attribution_member counter = { SUMS(0, 10, 500),
		SUMS(0, 18, 720) };
	const struct attribution_member broken = { SUMS(100, 10, 500),
		SUMS(0, 18, 720) };
	struct attribution_effects e = one(ATTRIBUTION_BENNET, &counter);

	(void)state;
	/* 45 x 8 and 14 x -10 */
	assert_false(e.tracked);
	assert_effects(&e, 0, 0, -140);
	assert_near(e.effect[ATTRIBUTION_ORDERS], 360, 1e-12);
	e = one(ATTRIBUTION_BENNET, &broken);
	assert_false(e.tracked);
	assert_near(e.effect[ATTRIBUTION_ORDERS], 360, 1e-12);
	assert_near(sum(&e), 220, 1e-12);
}

static void
revenue_without_orders_is_other(void **state)
{
	const struct attribution_member refund = { SUMS(100, 10, 500),
		SUMS(110, 0, -30) };
	const struct attribution_member late = { SUMS(0, 0, -30),
		SUMS(0, 0, 10) };
	struct attribution_effects e = one(ATTRIBUTION_BENNET, &refund);

	(void)state;
	assert_near(e.effect[ATTRIBUTION_OTHER], -30, 0);
	assert_effects(&e, 25, -525, 0); /* rho_bar = 2.5; 105 x 50 x -0.1 */
	assert_near(sum(&e), -530, 1e-10);
	e = one(ATTRIBUTION_BENNET, &late);
	assert_near(e.effect[ATTRIBUTION_OTHER], 40, 0);
	assert_near(sum(&e), 40, 0);
}

static void
lmdi_is_not_defined_where_revenue_changes_sign(void **state)
{
	const struct attribution_member m = { SUMS(100, 10, 500),
		SUMS(110, 12, -30) };
	const struct attribution_member negative = { SUMS(100, 10, -500),
		SUMS(120, 18, -720) };
	struct attribution_effects e = one(ATTRIBUTION_BENNET, &m);

	(void)state;
	assert_false(attribution_defined(ATTRIBUTION_LMDI, &m));
	assert_near(sum(&e), -530, 1e-10);
	e = one(ATTRIBUTION_LMDI, &negative);
	assert_effects(&e, -110, -220 * log(1.5) / log(1.44),
	    -220 * log(0.8) / log(1.44));
}

static struct attribution_sums
any_sums(struct rng *rng)
{
	struct attribution_sums s = SUMS(0, 0, 0);

	if (rng_below(rng, 4) > 0)
		s.sessions = (double)rng_below(rng, 100000);
	if (rng_below(rng, 4) > 0)
		s.orders = (double)rng_below(rng, 1000);
	if (rng_below(rng, 4) > 0)
		s.revenue = (rng_uniform(rng) - 0.2) * 1e6;
	return s;
}

static void
effects_add_up_to_the_change_whatever_the_data(void **state)
{
	struct rng rng;

	(void)state;
	rng_init(&rng, 1, 2);
	for (int run = 0; run < 20000; run++) {
		const struct attribution_params params = {
			.method = (enum attribution_method)(run % 3), .days = 7
		};
		struct attribution_member m[3];
		struct attribution_effects e[3], total;
		double change = 0;

		for (int i = 0; i < 3; i++) {
			m[i].base = any_sums(&rng);
			m[i].now = any_sums(&rng);
			if (!attribution_defined(params.method, &m[i]))
				m[i].now = m[i].base;
			change += m[i].now.revenue - m[i].base.revenue;
		}
		attribution_effects(&params, m, 3, e, &total);
		for (int i = 0; i < 3; i++)
			assert_near(sum(&e[i]), e[i].change, 1e-6);
		assert_near(sum(&total), change, 1e-6);
	}
}

/* ---- errors -------------------------------------------------------------------- */

/* Days of one member, oldest first, that end before day 1000. */
static void
days_of(struct attribution_day *day, size_t n, size_t member)
{
	for (size_t i = 0; i < n; i++)
		day[i] = (struct attribution_day){ .member = member,
			.day = (int32_t)(1000 - n + i),
			.sessions = 100,
			.orders = 10,
			.revenue = 500 };
}

static void
weeks_are_counted_back_and_missing_days_make_them_missing(void **state)
{
	struct attribution_day day[2 * 22];
	struct attribution_history h;

	(void)state;
	days_of(day, 22, 0);
	days_of(day + 22, 22, 1);
	day[22 + 21].revenue = 700; /* the last of member 1 */
	day[21].sessions = NAN;     /* without orders: none */
	day[21].orders = 0;
	day[14].sessions = NAN; /* with orders: missing */
	day[7].revenue = day[22 + 7].revenue = NAN;
	assert_int_equal(attribution_history_init(&h, day, 44, 2, 1000), 0);
	assert_near(h.sessions[0], 600, 0);
	assert_near(h.orders[0], 60, 0);
	assert_near(h.revenue[0], 3500, 0);
	assert_near(h.revenue[W], 3700, 0);
	assert_near(h.sessions[1], NAN, 0);
	assert_near(h.revenue[1], 3500, 0);
	assert_near(h.revenue[2], NAN, 0);
	assert_near(h.revenue[W + 2], NAN, 0);
	assert_near(h.revenue[3], NAN, 0);
	attribution_history_release(&h);
}

static void
sessions_vary_as_they_did_from_week_to_week(void **state)
{
	/* Weeks, the oldest first: 700, 720, 690, 730, 700: changes of 20,
	 * -30, 40, -30; their mean is 0, their squares 3800. */
	const double week[] = { 700, 720, 690, 730, 700 };
	struct attribution_day day[35];
	struct attribution_params params = { .days = 28 };
	struct attribution_history h;
	struct attribution_effects e, total;
	double sd = sqrt(3800. / 3);

	(void)state;
	days_of(day, 35, 0);
	for (int i = 0; i < 35; i++)
		day[i].sessions = week[i / 7] / 7;
	assert_int_equal(attribution_history_init(&h, day, 35, 1, 1000), 0);
	params.history = &h;
	attribution_effects(&params, &example, 1, &e, &total);
	/* rho_bar 5.5; four weeks vary twice as much as one */
	assert_near(e.se[ATTRIBUTION_SESSIONS], 5.5 * 2 * sd, 1e-9);
	assert_near(total.se[ATTRIBUTION_VOLUME], 5.5 * 2 * sd, 1e-9);
	assert_near(total.se[ATTRIBUTION_MIX], 0, 1e-9);
	attribution_history_release(&h);
}

static void
conversion_varies_as_a_share_of_the_sessions(void **state)
{
	struct attribution_effects e = one(ATTRIBUTION_BENNET, &example);
	struct attribution_day day[56];
	struct attribution_params params = { .days = 7 };
	struct attribution_history h;
	struct attribution_effects total;
	double se = 110 * 45 * sqrt(0.09 / 100 + 0.1275 / 120);

	(void)state;
	assert_near(e.se[ATTRIBUTION_CONVERSION], se, 1e-9);
	/* 4 and 16 orders in turn of 100 sessions: chi-square is
	 * 56 x 36 / (100 x 0.1 x 0.9), over 55. */
	days_of(day, 56, 0);
	for (int i = 0; i < 56; i++)
		day[i].orders = i % 2 ? 4 : 16;
	assert_int_equal(attribution_history_init(&h, day, 56, 1, 1000), 0);
	assert_near(h.dispersion[0], 56 * 4. / 55, 1e-12);
	params.history = &h;
	attribution_effects(&params, &example, 1, &e, &total);
	assert_near(e.se[ATTRIBUTION_CONVERSION], se * sqrt(56 * 4. / 55),
	    1e-9);
	attribution_history_release(&h);
	/* Days that are too much alike do not make it smaller. */
	days_of(day, 56, 0);
	assert_int_equal(attribution_history_init(&h, day, 56, 1, 1000), 0);
	assert_near(h.dispersion[0], 0, 1e-12);
	attribution_effects(&params, &example, 1, &e, &total);
	assert_near(e.se[ATTRIBUTION_CONVERSION], se, 1e-9);
	attribution_history_release(&h);
}

static void
order_values_vary_as_their_squares_say(void **state)
{
	/* 10 orders: 5 of 40 and 5 of 60; 18: 9 of 30 and 9 of 50. */
	struct attribution_member m = example;
	struct attribution_effects e;
	double s0 = 1000. / 9, s1 = 1800. / 17;

	(void)state;
	e = one(ATTRIBUTION_BENNET, &m);
	assert_near(e.se[ATTRIBUTION_ORDER_VALUE], NAN, 0);
	m.base.squares = 5 * 1600 + 5 * 3600;
	m.now.squares = 9 * 900 + 9 * 2500;
	e = one(ATTRIBUTION_BENNET, &m);
	assert_near(e.se[ATTRIBUTION_ORDER_VALUE],
	    110 * 0.125 * sqrt(s0 / 10 + s1 / 18), 1e-9);
	/* The same days, of which a period saw half, count half. */
	m.base.seen = 0.5;
	e = one(ATTRIBUTION_BENNET, &m);
	assert_near(e.se[ATTRIBUTION_ORDER_VALUE],
	    110 * 0.125 * sqrt(500. / 4 / 5 + s1 / 18), 1e-9);
}

static void
without_squares_the_daily_means_tell_the_spread(void **state)
{
	struct attribution_day day[56];
	struct attribution_params params = { .days = 7 };
	struct attribution_history h;
	struct attribution_effects e, total;

	(void)state;
	days_of(day, 56, 0);
	for (int i = 0; i < 56; i++)
		day[i].revenue = i % 2 ? 470 : 530; /* means 50 +- 3 of 10 */
	assert_int_equal(attribution_history_init(&h, day, 56, 1, 1000), 0);
	assert_near(h.value_variance[0], 56 * 10 * 9 / 55., 1e-9);
	params.history = &h;
	attribution_effects(&params, &example, 1, &e, &total);
	assert_near(e.se[ATTRIBUTION_ORDER_VALUE],
	    110 * 0.125 * sqrt(56 * 90 / 55. * (1. / 10 + 1. / 18)), 1e-9);
	attribution_history_release(&h);
}

static void
an_effect_of_unknown_error_may_be_all_noise(void **state)
{
	struct attribution_member m[] = { example, example };
	struct attribution_effects e[2], total;

	(void)state;
	m[0].base.squares = 5 * 1600 + 5 * 3600;
	m[0].now.squares = 9 * 900 + 9 * 2500;
	attribution_effects(&plain, m, 2, e, &total);
	assert_near(total.se[ATTRIBUTION_ORDER_VALUE],
	    hypot(e[0].se[ATTRIBUTION_ORDER_VALUE], 137.5), 1e-9);
	/* Without a history nothing is known of sessions. */
	assert_near(total.se[ATTRIBUTION_VOLUME], NAN, 0);
	assert_near(total.change_se, NAN, 0);
}

/* A shop in which nothing happens: over many weeks the effects are spread as
 * their errors say. */
static void
errors_are_those_of_chance(void **state)
{
	enum { DAYS = 56 + 14, RUNS = 400 };
	struct rng rng;
	double z2[3] = { 0 };

	(void)state;
	rng_init(&rng, 7, 7);
	for (int run = 0; run < RUNS; run++) {
		struct attribution_day day[DAYS];
		struct attribution_member m = { SUMS(0, 0, 0), SUMS(0, 0, 0) };
		struct attribution_params params = { .days = 7 };
		struct attribution_history h;
		struct attribution_effects e, total;

		m.base.squares = m.now.squares = 0;
		days_of(day, DAYS, 0);
		for (int i = 0; i < DAYS; i++) {
			struct attribution_sums *s = i < DAYS - 7 ? &m.base
								  : &m.now;
			double v = 0.02 + 0.002 * rng_normal(&rng);
			uint64_t n = 4000 + rng_below(&rng, 2000);
			uint64_t orders = rng_binomial(&rng, n, v);
			double revenue = 0, squares = 0;

			for (uint64_t k = 0; k < orders; k++) {
				double x = rng_lognormal(&rng, 4, 0.7);

				revenue += x;
				squares += x * x;
			}
			day[i].sessions = (double)n;
			day[i].orders = (double)orders;
			day[i].revenue = revenue;
			if (i < DAYS - 14)
				continue;
			s->sessions += (double)n;
			s->orders += (double)orders;
			s->revenue += revenue;
			s->squares += squares;
		}
		assert_int_equal(attribution_history_init(&h, day, DAYS, 1,
				     993),
		    0);
		params.history = &h;
		attribution_effects(&params, &m, 1, &e, &total);
		for (int d = 0; d < 3; d++) {
			int driver = ATTRIBUTION_SESSIONS + d;
			double z = e.effect[driver] / e.se[driver];

			z2[d] += z * z / RUNS;
		}
		attribution_history_release(&h);
	}
	/* A mean square of 400 is within 3 x sqrt(2 / 400) of 1; that of
	 * sessions, against a spread of 8 changes, is larger. */
	assert_near(z2[1], 1, 0.25);
	assert_near(z2[2], 1, 0.25);
	assert_near(z2[0], 1.2, 0.5);
}

/* ---- the expected part -------------------------------------------------------- */

static void
an_expected_part_is_taken_out_by_variance(void **state)
{
	struct attribution_effects e = one(ATTRIBUTION_BENNET, &example);
	struct attribution_effects total = e;

	(void)state;
	e.se[ATTRIBUTION_SESSIONS] = 1;
	e.se[ATTRIBUTION_CONVERSION] = 2;
	e.se[ATTRIBUTION_ORDER_VALUE] = NAN;
	attribution_take_out(&e, &total, 50);
	assert_effects(&e, 100, 207.5, -137.5);
	assert_effects(&total, 100, 207.5, -137.5);
	assert_near(total.effect[ATTRIBUTION_VOLUME], 100, 1e-10);
	assert_near(sum(&total), 220 - 50, 1e-10);
	/* Nothing known: sessions follow the calendar. */
	for (int d = 0; d < ATTRIBUTION_DRIVERS; d++)
		e.se[d] = NAN;
	attribution_take_out(&e, &total, -50);
	assert_effects(&e, 150, 207.5, -137.5);
}

static void
an_expected_part_of_the_whole_is_spread_by_revenue(void **state)
{
	const struct attribution_member m[] = {
		{ SUMS(0, 0, 30), SUMS(0, 0, 5) },
		{ SUMS(0, 0, -10), SUMS(0, 0, 15) },
	};
	const struct attribution_member fresh[] = {
		{ SUMS(0, 0, 0), SUMS(0, 0, 5) },
		{ SUMS(0, 0, 0), SUMS(0, 0, 15) },
	};
	const struct attribution_member none[2] = { 0 };
	double part[2];

	(void)state;
	attribution_spread(8, m, 2, part);
	assert_near(part[0], 6, 0);
	assert_near(part[1], 2, 0);
	attribution_spread(8, fresh, 2, part);
	assert_near(part[0], 2, 0);
	assert_near(part[1], 6, 0);
	attribution_spread(8, none, 2, part);
	assert_near(part[0], 4, 0);
	assert_near(part[1], 4, 0);
}

/* ---- expectation ------------------------------------------------------------------ */

static void
the_last_eight_weeks_make_the_expectation(void **state)
{
	double week[W];
	struct attribution_expectation e;

	(void)state;
	for (int w = 0; w < W; w++)
		week[w] = w < 8 ? 700 + w : w == 9 ? 1e9 : NAN;
	week[3] = NAN; /* the ninth takes its place */
	week[8] = 720;
	week[9] = NAN;
	e = attribution_expect(week, 14);
	assert_near(e.value,
	    2 * (700 + 701 + 702 + 704 + 705 + 706 + 707 + 720) / 8., 1e-9);
	/* The weeks with 4 before them: 4 of 8, 700 701 702 704. */
	assert_near(e.se,
	    sqrt(2 *
		(pow(700 - (701 + 702 + 704 + 705 + 706 + 707 + 720) / 7., 2) +
		    pow(701 - (702 + 704 + 705 + 706 + 707 + 720) / 6., 2) +
		    pow(702 - (704 + 705 + 706 + 707 + 720) / 5., 2) +
		    pow(704 - (705 + 706 + 707 + 720) / 4., 2)) /
		4),
	    1e-9);
	for (int w = 4; w < W; w++)
		week[w] = NAN;
	assert_near(attribution_expect(week, 7).value, 701, 1e-9);
	assert_near(attribution_expect(week, 7).se, NAN, 0);
	week[0] = week[1] = week[2] = NAN;
	assert_near(attribution_expect(week, 7).value, NAN, 0);
}

static void
a_share_is_expected_from_the_sums_of_the_weeks(void **state)
{
	double part[W], all[W];
	struct attribution_expectation e;

	(void)state;
	for (int w = 0; w < W; w++) {
		all[w] = w < 10 ? 100. * (w + 1) : NAN;
		part[w] = all[w] / 4;
	}
	e = attribution_expect_share(part, all, 7);
	assert_near(e.value, 0.25, 1e-12);
	assert_near(e.se, 0, 1e-12);
	part[0] += 10; /* of 100, and of 3600 in 8 weeks */
	e = attribution_expect_share(part, all, 7);
	assert_near(e.value, 0.25 + 10. / 3600, 1e-12);
	/* 6 weeks have 4 before them; only the newest differs, by 0.1. */
	assert_near(e.se, sqrt(0.01 / 6), 1e-12);
}

/* ---- verdicts --------------------------------------------------------------------- */

static void
p_is_two_sided_and_normal(void **state)
{
	(void)state;
	assert_near(attribution_p(-1.959963984540054, 1), 0.05, 1e-15);
	assert_near(attribution_p(2 * 2.5758293035489004, 2), 0.01, 1e-15);
	assert_near(attribution_p(0, 0), 1, 0);
	assert_near(attribution_p(1, 0), 0, 0);
	assert_near(attribution_p(1, NAN), NAN, 0);
}

/* The 15 p values of section 3.2 of the paper. */
static void
the_example_of_benjamini_and_hochberg(void **state)
{
	const double p[] = { 0.6528, 0.0004, 0.0019, NAN, 0.0095, 0.0201,
		0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.0001,
		0.7590, 1 };
	double q[16];
	int below = 0;

	(void)state;
	assert_int_equal(attribution_adjust(p, 16, q), 0);
	for (int i = 0; i < 16; i++)
		below += q[i] <= 0.05;
	assert_int_equal(below, 4); /* as the paper finds */
	assert_near(q[13], 0.0001 * 15, 1e-15);
	assert_near(q[4], 0.0095 * 15 / 4, 1e-15);
	assert_near(q[6], 0.0298 * 15 / 7,
	    1e-15); /* less than its own 0.0695 */
	assert_near(q[15], 1, 0);
	assert_near(q[3], NAN, 0);
}

static void
few_orders_are_thin_unless_the_effect_is_plain(void **state)
{
	(void)state;
	assert_int_equal(attribution_verdict(0.09, 30, 30, true),
	    ATTRIBUTION_IS_REAL);
	assert_int_equal(attribution_verdict(0.10, 30, 30, true),
	    ATTRIBUTION_IS_NOISE);
	assert_int_equal(attribution_verdict(0.10, 30, 29, false),
	    ATTRIBUTION_IS_THIN);
	assert_int_equal(attribution_verdict(0.09, 300, 0, false),
	    ATTRIBUTION_IS_REAL);
	assert_int_equal(attribution_verdict(0.09, 300, 29, true),
	    ATTRIBUTION_IS_THIN);
	assert_int_equal(attribution_verdict(NAN, 300, 300, false),
	    ATTRIBUTION_IS_THIN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bennet_takes_means_of_both_periods),
		cmocka_unit_test(
		    shapley_takes_the_mean_over_all_orders_of_change),
		cmocka_unit_test(lmdi_takes_the_logarithmic_mean),
		cmocka_unit_test(visitors_that_move_between_members_are_mix),
		cmocka_unit_test(a_member_that_appears_is_a_change_of_sessions),
		cmocka_unit_test(
		    sessions_without_orders_are_a_conversion_of_zero),
		cmocka_unit_test(orders_without_sessions_are_not_tracked),
		cmocka_unit_test(revenue_without_orders_is_other),
		cmocka_unit_test(
		    lmdi_is_not_defined_where_revenue_changes_sign),
		cmocka_unit_test(
		    effects_add_up_to_the_change_whatever_the_data),
		cmocka_unit_test(
		    weeks_are_counted_back_and_missing_days_make_them_missing),
		cmocka_unit_test(sessions_vary_as_they_did_from_week_to_week),
		cmocka_unit_test(conversion_varies_as_a_share_of_the_sessions),
		cmocka_unit_test(order_values_vary_as_their_squares_say),
		cmocka_unit_test(
		    without_squares_the_daily_means_tell_the_spread),
		cmocka_unit_test(an_effect_of_unknown_error_may_be_all_noise),
		cmocka_unit_test(errors_are_those_of_chance),
		cmocka_unit_test(an_expected_part_is_taken_out_by_variance),
		cmocka_unit_test(
		    an_expected_part_of_the_whole_is_spread_by_revenue),
		cmocka_unit_test(the_last_eight_weeks_make_the_expectation),
		cmocka_unit_test(
		    a_share_is_expected_from_the_sums_of_the_weeks),
		cmocka_unit_test(p_is_two_sided_and_normal),
		cmocka_unit_test(the_example_of_benjamini_and_hochberg),
		cmocka_unit_test(
		    few_orders_are_thin_unless_the_effect_is_plain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
