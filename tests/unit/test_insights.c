#include "model/insights.h"

#include <stdlib.h>
#include <string.h>

#include "base/date.h"

#include "unit.h"

enum { DAYS = 400 };

/* A shop of n days from Monday 2024-01-01 on, of which nothing is known yet. */
struct shop {
	struct insights_day day[DAYS];
	struct insights_input in;
	struct insights_rules rules;
	struct insights r;
};

static const struct insights_day nothing = { .revenue = NAN,
	.orders = NAN,
	.sessions = NAN,
	.value = NAN,
	.yhat = NAN,
	.lower = NAN,
	.upper = NAN,
	.confirmed = FLAG_MISSING,
	.p = NAN,
	.tier = INSIGHTS_UNKNOWN };

static void
start(struct shop *s, size_t n)
{
	int32_t first = date_from_civil(2024, 1, 1);

	memset(s, 0, sizeof(*s));
	for (size_t i = 0; i < n; i++) {
		s->day[i] = nothing;
		s->day[i].date = first + (int32_t)i;
	}
	s->in = (struct insights_input){
		.day = s->day, .n = n, .value_is_revenue = true
	};
	s->rules = insights_defaults();
}

static void
set_day(struct shop *s, size_t i, double revenue, double orders,
    double sessions)
{
	s->day[i].revenue = s->day[i].value = revenue;
	s->day[i].orders = orders;
	s->day[i].sessions = sessions;
}

static void
run(struct shop *s)
{
	assert_null(insights_check(&s->rules));
	assert_int_equal(insights_run(&s->in, &s->rules, &s->r), 0);
}

/* The first finding of a kind; NULL if there is none. */
static const struct insights_finding *
find(const struct shop *s, enum insights_kind kind)
{
	for (size_t i = 0; i < s->r.findings; i++)
		if (s->r.finding[i].kind == kind)
			return &s->r.finding[i];
	return NULL;
}

static void
sums_of_decimals_are_the_nearest_double(void **state)
{
	struct shop s;

	(void)state;
	start(&s, 365);
	for (size_t i = 0; i < 365; i++)
		set_day(&s, i, i % 2 ? 0.1 : 100000.7, 10, 500);
	run(&s);
	/* 183 x 100000.7 + 182 x 0.1 */
	assert_true(s.r.total.revenue == 18300146.3);
	assert_true(s.r.total.orders == 3650);
	assert_near(s.r.total.conversion_rate, 0.02, 1e-15);
	assert_int_equal(s.r.step, 1);
	insights_release(&s.r);
}

static void
a_window_is_compared_with_the_one_before(void **state)
{
	struct shop s;
	const struct insights_finding *f;

	(void)state;
	start(&s, 14);
	for (size_t i = 0; i < 14; i++)
		set_day(&s, i, i < 7 ? 100 : 80, i < 7 ? 10 : 8, 100);
	run(&s);
	f = find(&s, INSIGHTS_WINDOW_CHANGE);
	assert_non_null(f);
	assert_near(f->number[0], 560, 0);
	assert_near(f->number[1], 700, 0);
	assert_near(f->number[2], -140, 0);
	assert_near(f->number[3], -0.2, 1e-15);
	assert_near(f->number[4], NAN, 0); /* no earlier windows to tell */
	assert_int_equal(f->severity, INSIGHTS_INFO);
	/* 56 of 700 against 70 of 700: u = .09, z = -.02 / sqrt(.09 x .91 x
	 * 2 / 700); a chi-square of 0 and 3.19 is under its 13 degrees. */
	f = find(&s, INSIGHTS_CONVERSION_CHANGE);
	assert_non_null(f);
	assert_near(f->number[3], -0.02 / sqrt(0.09 * 0.91 * 2 / 700), 1e-12);
	insights_release(&s.r);
}

static void
what_is_usual_is_told_by_the_windows_before(void **state)
{
	struct shop s;

	(void)state;
	start(&s, 70);
	/* Ten weeks, up and down by e^0.1, and down by e^0.5 in the last. */
	for (size_t i = 0; i < 70; i++)
		set_day(&s, i, i / 7 % 2 ? 100 * exp(0.1) : 100, 10, 100);
	for (size_t i = 63; i < 70; i++)
		s.day[i].revenue = 100 * exp(-0.5);
	run(&s);
	/* From the ninth week, 100, to 100 e^-0.5; eight changes of 0.1. */
	assert_near(s.r.window.revenue_z, -0.5 / (1.4826 * 0.1), 1e-9);
	assert_int_equal(find(&s, INSIGHTS_WINDOW_CHANGE)->severity,
	    INSIGHTS_HIGH);
	insights_release(&s.r);

	/* One change fewer does not tell. */
	s.in.day = s.day + 7;
	s.in.n = 63;
	run(&s);
	assert_near(s.r.window.revenue_z, NAN, 0);
	insights_release(&s.r);
}

static void
a_gap_is_told_and_not_compared(void **state)
{
	struct shop s;
	const struct insights_finding *f;

	(void)state;
	start(&s, 20);
	for (size_t i = 0; i < 20; i++)
		set_day(&s, i, 100, 10, 100);
	for (size_t i = 16; i < 19; i++)
		s.day[i] = s.day[i + 1]; /* the 17th is not there */
	s.in.n = 19;
	s.day[4].revenue = NAN;
	s.day[5].sessions = NAN;
	run(&s);
	assert_int_equal(s.r.missing_days, 2);
	assert_int_equal(s.r.gaps, 2);
	assert_int_equal(s.r.gap[1].from, s.day[0].date + 16);
	f = find(&s, INSIGHTS_MISSING_DAYS);
	assert_int_equal(f->severity, INSIGHTS_HIGH); /* one is recent */
	assert_int_equal(f->end, s.day[0].date + 16);
	assert_null(find(&s, INSIGHTS_WINDOW_CHANGE));
	assert_near(find(&s, INSIGHTS_NO_SESSIONS)->number[0], 1, 0);
	insights_release(&s.r);
}

static void
a_last_day_that_is_not_whole_is_left_out(void **state)
{
	struct shop s;

	(void)state;
	start(&s, 50);
	for (size_t i = 0; i < 50; i++)
		set_day(&s, i, 100 + (double)(i % 3), 10, 100);
	set_day(&s, 49, 20, 2, 30);
	run(&s);
	assert_true(s.r.partial_last_day);
	assert_near(s.r.partial_ratio, 0.3, 1e-12);
	assert_int_equal(s.r.last, 48);
	assert_int_equal(s.r.window.now.to, s.day[48].date);
	assert_int_equal(s.r.worst, 0); /* 100, the first of them */
	insights_release(&s.r);

	/* Orders that fail to come while visitors do are no missing data. */
	s.day[49].sessions = 99;
	run(&s);
	assert_false(s.r.partial_last_day);
	assert_int_equal(s.r.last, 49);
	insights_release(&s.r);
}

static void
weekdays_are_multiples_of_their_week(void **state)
{
	static const double profile[] = { 0.8, 0.9, 1, 1, 1, 1.1, 1.2 };
	struct shop s;
	const struct insights_finding *f;

	(void)state;
	start(&s, 70);
	for (size_t i = 0; i < 70; i++)
		set_day(&s, i, 1000 * profile[i % 7], 10, 100);
	run(&s);
	for (int w = 0; w < 7; w++)
		assert_near(s.r.weekday[w].index, profile[w], 1e-12);
	assert_near(s.r.weekly_strength, 1, 1e-9);
	f = find(&s, INSIGHTS_WEEKDAYS);
	assert_int_equal(f->subject, 6);
	assert_int_equal(f->other, 0);
	insights_release(&s.r);
}

static void
a_channel_is_compared_with_the_others(void **state)
{
	static const struct insights_channel_totals totals[] = {
		{ 6000, 60, 2000 }, /* 3 a session, 3 % */
		{ 1000, 20, 2000 }, /* 0.5, 1 % */
		{ 500, 5, NAN },    /* a shop counter */
	};
	struct shop s;
	const struct insights_finding *f;

	(void)state;
	start(&s, 1);
	set_day(&s, 0, 7500, 85, 4000);
	s.in.channel_total = totals;
	s.in.channels = 3;
	s.rules.channel_min_orders = 20;
	run(&s);
	f = find(&s, INSIGHTS_CHANNEL_LOW);
	assert_int_equal(f->subject, 1);
	assert_near(f->number[0], 0.5, 0);
	assert_near(f->number[1], 1.0 / 6, 1e-15);
	assert_near(f->number[3], 0.03, 1e-15);
	/* u = 80 / 4000, one day tells no overdispersion */
	assert_near(f->number[4], -0.02 / sqrt(0.02 * 0.98 * 2 / 2000), 1e-12);
	assert_near(f->number[5], 5000, 1e-9);
	assert_int_equal(f->severity, INSIGHTS_HIGH);
	assert_int_equal(s.r.channel[2].standing, INSIGHTS_TOO_THIN);
	assert_near(s.r.channel[2].share, 500.0 / 7500, 1e-15);
	f = find(&s, INSIGHTS_CHANNEL_TOP);
	assert_int_equal(f->subject, 0);
	assert_near(f->number[1], 0.8, 1e-15);
	assert_int_equal(f->severity, INSIGHTS_NOTICE); /* over 60 % */
	insights_release(&s.r);
}

static void
the_variance_of_a_sum_is_noise_and_a_common_error(void **state)
{
	const double z = 1.2815515655446004; /* of 0.9 */
	struct shop s;
	const struct insights_outlook *o;

	(void)state;
	start(&s, 37);
	for (size_t i = 0; i < 30; i++) {
		set_day(&s, i, 100, 10, 100);
		s.day[i].yhat = 100;
		s.day[i].lower = 100 - 3 * z;
		s.day[i].upper = 100 + 3 * z;
	}
	/* Noise 3; ahead 5, of which 4 are not noise. */
	for (size_t i = 30; i < 37; i++) {
		s.day[i].yhat = 101;
		s.day[i].lower = 101 - 5 * z;
		s.day[i].upper = 101 + 5 * z;
	}
	run(&s);
	o = &s.r.outlook[0];
	assert_int_equal(o->days, 7);
	assert_near(o->yhat, 707, 1e-9);
	/* 7 x 9 + (7 x 4)^2 */
	assert_near(o->sd_low, sqrt(847), 1e-9);
	assert_near(o->upper, 707 + z * sqrt(847), 1e-9);
	assert_near(o->previous, 700, 0);
	assert_near(o->growth, 0.01, 1e-12);
	/* P(Z > -7 / sqrt(847)) */
	assert_near(o->probability, 0.5 * erfc(-7 / sqrt(847) / sqrt(2)),
	    1e-12);
	/* There are not 30 days ahead. */
	assert_int_equal(s.r.outlook[1].days, 7);
	assert_near(s.r.outlook[1].yhat, NAN, 0);
	assert_near(s.r.path_expected, 700, 1e-9);
	insights_release(&s.r);
}

/* Day i confirmed by these detectors. */
static void
confirm(struct shop *s, size_t i, uint64_t voters)
{
	s->day[i].confirmed = FLAG_YES;
	s->day[i].voters = voters;
}

static void
confirmed_days_become_incidents(void **state)
{
	struct shop s;
	const struct insights_finding *f;
	size_t order[64], n;
	int32_t date[2];

	(void)state;
	start(&s, 60);
	for (size_t i = 0; i < 60; i++)
		set_day(&s, i, 1000, 10, 100);
	s.in.detectors = 3;
	set_day(&s, 40, 2000, 20, 100);
	confirm(&s, 40, 7);
	set_day(&s, 42, 1500, 15, 100);
	confirm(&s, 42, 3);
	set_day(&s, 43, 400, 4, 100);
	confirm(&s, 43, 5);
	s.day[20].voters = 2;
	run(&s);
	assert_int_equal(s.r.anomalies, 3);
	assert_near(s.r.anomaly[0].expected, 1000, 0);
	assert_near(s.r.anomaly[0].relative, 1, 1e-12);
	assert_near(s.r.anomaly[0].factor[0], 1, 1e-12);
	assert_near(s.r.anomaly[0].factor[1], 2, 1e-12);
	assert_int_equal(s.r.anomaly[0].main_factor, 1);
	assert_int_equal(s.r.anomaly[0].severity, INSIGHTS_CRITICAL);
	assert_int_equal(s.r.anomaly[1].severity, INSIGHTS_HIGH);

	/* A day may lie between; another direction is another story. */
	assert_int_equal(s.r.incidents, 2);
	assert_int_equal(s.r.incident[0].end, s.day[42].date);
	assert_int_equal(s.r.incident[0].peak, s.day[40].date);
	assert_near(s.r.incident[0].money, 1500, 1e-9);
	assert_int_equal(s.r.incident[0].voters, 7);
	assert_int_equal(s.r.incident[1].direction, -1);
	assert_near(s.r.incident[1].money, -600, 1e-9);

	f = find(&s, INSIGHTS_OVERLAP);
	assert_near(f->number[1], 4, 0);
	assert_near(f->number[3], 1, 0);
	assert_int_equal(insights_overlap(&s.in, 3, date), 2);
	assert_int_equal(date[1], s.day[42].date);

	/* Alerts: incidents, not each of their days again. */
	n = insights_alerts(&s.r, INSIGHTS_HIGH, DATE_MIN, order);
	assert_int_equal(n, 2);
	assert_int_equal(s.r.finding[order[0]].kind, INSIGHTS_INCIDENT);
	assert_int_equal(s.r.finding[order[0]].severity, INSIGHTS_CRITICAL);
	assert_int_equal(s.r.finding[order[1]].date, s.day[43].date);
	assert_int_equal(insights_alerts(&s.r, INSIGHTS_HIGH, s.day[43].date,
			     order),
	    1);
	insights_release(&s.r);
}

static void
incidents_that_are_given_are_ranked_by_money(void **state)
{
	struct shop s;
	struct insights_incident e[] = {
		{ .direction = -1,
		    .money = -2000,
		    .p = 1e-9,
		    .tier = INSIGHTS_UNKNOWN },
		{ .direction = 1,
		    .money = 300,
		    .p = NAN,
		    .tier = INSIGHTS_UNKNOWN },
		{ .direction = 1,
		    .money = 10,
		    .p = NAN,
		    .tier = INSIGHTS_UNKNOWN },
		{ .direction = 1,
		    .money = 10,
		    .p = NAN,
		    .tier = INSIGHTS_CRITICAL },
	};
	static const enum insights_severity want[] = { INSIGHTS_CRITICAL,
		INSIGHTS_HIGH, INSIGHTS_NOTICE, INSIGHTS_CRITICAL };
	size_t k = 0;

	(void)state;
	start(&s, 40);
	for (size_t i = 0; i < 40; i++)
		set_day(&s, i, 1000, 10, 100);
	set_day(&s, 31, 995, 10, 100);
	for (size_t i = 0; i < 4; i++)
		e[i].start = e[i].end = s.day[30 + i].date;
	e[0].end = s.day[32].date;
	s.in.incident = e;
	s.in.incidents = 4;
	run(&s);
	assert_int_equal(e[0].peak, s.day[31].date);
	assert_near(e[0].money, -2000, 0);
	for (size_t i = 0; i < s.r.findings; i++)
		if (s.r.finding[i].kind == INSIGHTS_INCIDENT)
			assert_int_equal(s.r.finding[i].severity, want[k++]);
	assert_int_equal(k, 4);
	insights_release(&s.r);
}

static void
totals_of_other_data_are_told(void **state)
{
	struct shop s;
	struct insights_totals t = { .revenue = 400.01,
		.rows = 100,
		.bad_rows = 2,
		.first = DATE_NONE,
		.last = DATE_NONE };
	const struct insights_finding *f;

	(void)state;
	start(&s, 4);
	for (size_t i = 0; i < 4; i++)
		set_day(&s, i, 100, 10, 100);
	s.in.totals = &t;
	run(&s);
	f = find(&s, INSIGHTS_TOTALS_DIFFER);
	assert_near(f->number[2], 0.01, 1e-9);
	f = find(&s, INSIGHTS_BAD_ROWS);
	assert_near(f->number[2], 2.0 / 102, 1e-15);
	assert_int_equal(f->severity, INSIGHTS_HIGH);
	insights_release(&s.r);
}

static void
nothing_is_said_of_nothing(void **state)
{
	struct shop s;

	(void)state;
	start(&s, 3);
	s.in.n = 0;
	run(&s);
	assert_int_equal(s.r.actual, 0);
	assert_near(s.r.total.revenue, NAN, 0);
	insights_release(&s.r);
	s.in.n = 3; /* days without revenue */
	run(&s);
	assert_int_equal(s.r.actual, 0);
	insights_release(&s.r);
}

static void
weeks_and_months_are_rows_too(void **state)
{
	struct shop s;

	(void)state;
	start(&s, 20);
	for (size_t i = 0; i < 20; i++) {
		s.day[i].date = s.day[0].date + 7 * (int32_t)i;
		set_day(&s, i, 100 + (double)i, 10, 100);
	}
	run(&s);
	assert_int_equal(s.r.step, 7);
	assert_int_equal(s.r.window.length, 1);
	assert_near(s.r.window.now.revenue, 119, 0);
	assert_near(s.r.window.base.revenue, 118, 0);
	assert_int_equal(s.r.missing_days, 0);
	assert_near(s.r.weekly_strength, NAN, 0);
	insights_release(&s.r);
}

static void
every_kind_has_names(void **state)
{
	(void)state;
	for (int k = 0; k < INSIGHTS_KINDS; k++) {
		const struct insights_kind_text
		    *kind = insights_kind((enum insights_kind)k);

		assert_non_null(kind->name);
		assert_non_null(kind->number[0].name);
		assert_true(kind->section < INSIGHTS_SECTIONS);
	}
}

static void
rules_that_contradict_each_other_are_named(void **state)
{
	struct insights_rules r = insights_defaults();

	(void)state;
	assert_null(insights_check(&r));
	r.high_z = 1;
	assert_non_null(insights_check(&r));
	r = insights_defaults();
	r.horizon[1] = 7;
	assert_non_null(insights_check(&r));
	r = insights_defaults();
	r.interval = 1;
	assert_non_null(insights_check(&r));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sums_of_decimals_are_the_nearest_double),
		cmocka_unit_test(a_window_is_compared_with_the_one_before),
		cmocka_unit_test(what_is_usual_is_told_by_the_windows_before),
		cmocka_unit_test(a_gap_is_told_and_not_compared),
		cmocka_unit_test(a_last_day_that_is_not_whole_is_left_out),
		cmocka_unit_test(weekdays_are_multiples_of_their_week),
		cmocka_unit_test(a_channel_is_compared_with_the_others),
		cmocka_unit_test(
		    the_variance_of_a_sum_is_noise_and_a_common_error),
		cmocka_unit_test(confirmed_days_become_incidents),
		cmocka_unit_test(incidents_that_are_given_are_ranked_by_money),
		cmocka_unit_test(totals_of_other_data_are_told),
		cmocka_unit_test(nothing_is_said_of_nothing),
		cmocka_unit_test(weeks_and_months_are_rows_too),
		cmocka_unit_test(every_kind_has_names),
		cmocka_unit_test(rules_that_contradict_each_other_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
