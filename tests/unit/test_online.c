#include "model/online.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/rng.h"
#include "labelled.h"

#include "unit.h"

static void
judge_shop(const struct shop *shop, struct online_result *r)
{
	struct online_params params;
	struct online *o;
	struct metrics m;
	double y[32], events[32];

	online_defaults(&params);
	assert_null(online_check(&params));
	assert_int_equal(metrics_make(&m, &shop->input, METRIC_LOG), 0);
	assert_int_equal(m.m, 27);
	forget_events(&m);
	o = online_new(&params, m.id, m.m);
	assert_non_null(o);
	for (size_t t = 0; t < shop->n; t++) {
		metrics_day(&m, t, y, events);
		online_push(o, y, events, shop->holiday[t], &r[t], NULL);
	}
	online_free(o);
	metrics_release(&m);
}

/* Days that differ from another implementation in flag or ln p (given to 3
 * decimals). */
struct difference {
	size_t flags, sizes;
};

static void
compare(const struct shop *shop, const struct shops *made, size_t row,
    void *with)
{
	struct difference *d = with;
	struct online_result *r = calloc(shop->n, sizeof(*r));

	assert_non_null(r);
	judge_shop(shop, r);
	for (size_t t = 0; t < shop->n; t++) {
		const double ln_p = isnan(r[t].ln_p) ? 0 : r[t].ln_p;

		d->flags += (r[t].flag == FLAG_YES) !=
		    (shops_value(made, row + t, "online_flag") != 0);
		d->sizes += fabs(ln_p -
				shops_value(made, row + t, "online_lnp")) >
		    0.00051;
	}
	free(r);
}

static void
six_shops_are_judged_as_by_the_reference(void **state)
{
	const char *six = "tests/data/detect-days.csv.gz";
	struct difference d = { 0 };

	(void)state;
	assert_int_equal(shops_beside(six, six, compare, &d), 2546);
	assert_int_equal(d.flags, 0);
	/* Days without an order in a member, whose order value is missing
	 * here, on a week that ends with them. */
	assert_in_range(d.sizes, 0, 20);
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
	assert_in_range(d.flags, 0, n / 1000);
	assert_in_range(d.sizes, 0, n / 100);
}

static void
what_is_said_of_a_day_does_not_depend_on_later_ones(void **state)
{
	struct shops all;
	struct shop shop;
	size_t next = 0;
	struct online_result *part, *whole;

	(void)state;
	assert_int_equal(shops_read(&all, "tests/data/detect-days.csv.gz"), 0);
	assert_int_equal(shop_next(&all, &next, &shop), 0);
	whole = calloc(shop.n, sizeof(*whole));
	part = calloc(shop.n, sizeof(*part));
	assert_true(whole != NULL && part != NULL);
	judge_shop(&shop, whole);
	for (size_t j = 0; j < all.columns; j++) /* another future */
		for (size_t t = 200; t < shop.n; t++)
			shop.x[j * shop.n + t] = 1e6;
	judge_shop(&shop, part);
	for (size_t t = 0; t < 200; t++) {
		assert_near(part[t].ln_p, whole[t].ln_p, 0);
		assert_int_equal(part[t].flag, whole[t].flag);
	}
	assert_int_equal(part[200].flag, FLAG_YES);
	free(part);
	free(whole);
	shop_release(&shop);
	shops_release(&all);
}

enum { START = 35 }; /* 21 days of history and 14 of noise */

/* One noisy series; after day 100 on a new level. */
static void
run(double jump, size_t n, const int8_t *masked, const int8_t *missing,
    struct online_result *r)
{
	struct online_params params;
	struct online *o;
	struct rng rng;
	const struct metric revenue = { METRIC_REVENUE, METRIC_TOTAL, 0 };
	const double unknown = NAN;

	online_defaults(&params);
	o = online_new(&params, &revenue, 1);
	assert_non_null(o);
	rng_init(&rng, 5, 0);
	for (size_t t = 0; t < n; t++) {
		double y = rng_uniform(&rng) + rng_uniform(&rng) +
		    (t >= 100 ? jump : 0) + 0.1 * (double)(t % 7);

		if (missing != NULL && missing[t])
			y = NAN;
		online_push(o, &y, &unknown, masked != NULL && masked[t], &r[t],
		    NULL);
	}
	online_free(o);
}

static void
a_new_level_is_news_until_it_is_how_things_are(void **state)
{
	struct online_result r[200];
	size_t last = 0, flagged = 0;

	(void)state;
	run(20, 200, NULL, NULL, r);
	for (size_t t = 0; t < START; t++) {
		assert_int_equal(r[t].flag, FLAG_MISSING);
		assert_near(r[t].ln_p, NAN, 0);
	}
	for (size_t t = START; t < 100; t++)
		assert_int_equal(r[t].flag, FLAG_NO);
	for (size_t t = 100; t < 109; t++)
		assert_int_equal(r[t].flag, FLAG_YES);
	for (size_t t = 100; t < 200; t++)
		if (r[t].flag == FLAG_YES) {
			flagged++;
			last = t;
		}
	/* 9 flags of 14 make the days usable; 15 of 28 are the level. */
	assert_in_range(last, 109, 125);
	assert_in_range(flagged, 9, 20);
}

static void
a_masked_or_missing_day_is_not_flagged(void **state)
{
	struct online_result r[130];
	int8_t days[130] = { 0 };

	(void)state;
	for (size_t t = 100; t < 104; t++)
		days[t] = 1;
	run(20, 104, days, NULL, r);
	for (size_t t = 100; t < 104; t++)
		assert_int_equal(r[t].flag, FLAG_NO);
	run(20, 104, NULL, days, r);
	for (size_t t = 100; t < 104; t++)
		assert_int_equal(r[t].flag, FLAG_MISSING);
	for (size_t t = 60; t < 100; t++)
		days[t] = 1;
	run(0, 130, NULL, days, r); /* a gap of more than all windows */
	for (size_t t = 104; t < 130; t++)
		assert_true(r[t].flag != FLAG_YES);
}

static void
bad_parameters_are_named(void **state)
{
	struct online_params p = { .beta = 0, .max_length = 7 };

	(void)state;
	assert_string_equal(online_check(&p), "beta must be above 0");
	p.beta = 4.5;
	p.max_length = 15;
	assert_string_equal(online_check(&p),
	    "the maximum length must be 1 to 14 days");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(six_shops_are_judged_as_by_the_reference),
		cmocka_unit_test(forty_shops_are_judged_as_by_the_reference),
		cmocka_unit_test(
		    what_is_said_of_a_day_does_not_depend_on_later_ones),
		cmocka_unit_test(
		    a_new_level_is_news_until_it_is_how_things_are),
		cmocka_unit_test(a_masked_or_missing_day_is_not_flagged),
		cmocka_unit_test(bad_parameters_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
