/* What was asked of the engines, on the labelled shops of the reference: how
 * much they find, and how little that was not there. */
#include "model/detect.h"
#include "model/online.h"
#include "model/score.h"

#include <stdio.h>
#include <stdlib.h>

#include "labelled.h"

#include "unit.h"

/* What an engine is given of a shop. */
struct view {
	bool online, revenue_alone, totals_alone, no_calendar;
};

static void
flag_batch(const struct view *view, const struct shop *shop,
    const struct metrics *m, int8_t *flag)
{
	struct detect_params params;
	struct detect_result r;

	detect_defaults(&params, m, !view->no_calendar);
	assert_int_equal(detect_run(&params, m,
			     view->no_calendar ? NULL : shop->holiday, &r),
	    0);
	for (size_t t = 0; t < shop->n; t++)
		flag[t] = (int8_t)r.day[t].flag;
	detect_release(&r);
}

static void
flag_online(const struct shop *shop, const struct metrics *m, int8_t *flag)
{
	struct online_params params;
	struct online *o;
	double y[64], events[64];

	online_defaults(&params);
	assert_non_null(o = online_new(&params, m->id, m->m));
	for (size_t t = 0; t < shop->n; t++) {
		struct online_result r;

		metrics_day(m, t, y, events);
		online_push(o, y, events, shop->holiday[t], &r, NULL);
		flag[t] = (int8_t)r.flag;
	}
	online_free(o);
}

static void
flag_shop(const struct view *view, const struct shop *shop, int8_t *flag)
{
	struct metric_input in = shop->input;
	struct metrics m;

	in.price_index = true;
	if (view->revenue_alone || view->totals_alone)
		in.channels = in.categories = 0;
	if (view->revenue_alone)
		in.total.orders = in.total.sessions = NULL;
	assert_int_equal(metrics_make(&m, &in, METRIC_LOG), 0);
	if (view->online)
		flag_online(shop, &m, flag);
	else
		flag_batch(view, shop, &m, flag);
	metrics_release(&m);
}

/* The measures on the shops of a file of the reference; skips the test where
 * that is not. */
static void
measure(const char *file, const struct view *view,
    double measure[SCORE_MEASURES], struct score_counts *sum)
{
	struct score_events events = { 0 };
	struct score_counts counts;
	struct shops all;
	struct shop shop;
	size_t next = 0;
	char path[4096];

	if (shops_path(path, file) == NULL)
		skip();
	*sum = (struct score_counts){ 0 };
	assert_int_equal(shops_read(&all, path), 0);
	for (; shop_next(&all, &next, &shop) == 0; shop_release(&shop)) {
		int8_t *flag = calloc(shop.n, 1);

		assert_non_null(flag);
		flag_shop(view, &shop, flag);
		assert_int_equal(score_count(&(struct score_series){ shop.n,
						 shop.label, shop.event, flag },
				     0, &counts, &events),
		    0);
		score_add(sum, &counts);
		free(flag);
	}
	score_measures(sum, measure);
	free(events.event);
	shops_release(&all);
}

/* Asked for: 0.92, 0.96, 0.92 and 0.4. */
static void
all_metrics_find_most_events(void **state)
{
	double m[SCORE_MEASURES];
	struct score_counts sum;

	(void)state;
	measure("dev_daily.csv.gz", &(struct view){ 0 }, m, &sum);
	assert_int_equal(sum.events, 461);
	assert_true(m[SCORE_EVENT_RECALL] >= 0.95);
	assert_true(m[SCORE_PRECISION] >= 0.96);
	assert_true(m[SCORE_F1] >= 0.93);
	assert_true(m[SCORE_FALSE_ALARMS] <= 0.3);
}

static void
fewer_metrics_find_less(void **state)
{
	double m[SCORE_MEASURES];
	struct score_counts sum;

	(void)state;
	measure("dev_daily.csv.gz", &(struct view){ .totals_alone = true }, m,
	    &sum);
	assert_true(m[SCORE_F1] >= 0.85);
	measure("dev_daily.csv.gz", &(struct view){ .revenue_alone = true }, m,
	    &sum);
	assert_true(m[SCORE_F1] >= 0.61);
}

static void
without_a_calendar_holidays_are_found_too(void **state)
{
	double m[SCORE_MEASURES];
	struct score_counts sum;

	(void)state;
	measure("dev_daily.csv.gz", &(struct view){ .no_calendar = true }, m,
	    &sum);
	assert_true(m[SCORE_F1] >= 0.86);
}

static void
from_the_past_alone_most_events_are_found(void **state)
{
	double m[SCORE_MEASURES];
	struct score_counts sum;

	(void)state;
	measure("dev_daily.csv.gz", &(struct view){ .online = true }, m, &sum);
	assert_true(m[SCORE_EVENT_RECALL] >= 0.89);
	assert_true(m[SCORE_F1] >= 0.85);
	assert_true(m[SCORE_FALSE_ALARMS] <= 1.3);
}

static void
the_drop_of_one_channel_is_found_in_every_seed(void **state)
{
	double m[SCORE_MEASURES];
	struct score_counts sum;

	(void)state;
	measure("original_config_with_drop.csv.gz", &(struct view){ 0 }, m,
	    &sum);
	assert_int_equal(sum.events, 30);
	assert_int_equal(sum.found, 30);
	assert_true(m[SCORE_F1] >= 0.97);
}

static void
the_days_of_seed_42_are_found(void **state)
{
	double m[SCORE_MEASURES];
	struct score_counts sum;

	(void)state;
	measure("original_seed42_golden.csv", &(struct view){ 0 }, m, &sum);
	assert_int_equal(sum.event_days, 5);
	assert_int_equal(sum.true_days, 5);
	assert_in_range(sum.false_alarms, 0, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_metrics_find_most_events),
		cmocka_unit_test(fewer_metrics_find_less),
		cmocka_unit_test(without_a_calendar_holidays_are_found_too),
		cmocka_unit_test(from_the_past_alone_most_events_are_found),
		cmocka_unit_test(
		    the_drop_of_one_channel_is_found_in_every_seed),
		cmocka_unit_test(the_days_of_seed_42_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
