#include "model/incident.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/rng.h"
#include "labelled.h"

#include "unit.h"

static double
normal(struct rng *rng)
{
	double r = sqrt(-2 * log(1 - rng_uniform(rng)));

	return r * cos(2 * acos(-1.0) * rng_uniform(rng));
}

enum { DAYS = 220, CHANNELS = 2, CATEGORIES = 3, FIRST = 110 };

/* A shop of two channels and three categories, with 3 % of noise. */
struct model {
	double sessions[CHANNELS][DAYS], conversion[CHANNELS][DAYS];
	double demand[CATEGORIES][DAYS], value[CATEGORIES][DAYS];
	/* Made of these. */
	double total[3][DAYS];
	double channel[CHANNELS][3][DAYS], category[CATEGORIES][3][DAYS];
	struct metric_sums by_channel[CHANNELS], by_category[CATEGORIES];
};

static void
model_init(struct model *s, uint64_t seed)
{
	struct rng rng;

	rng_init(&rng, seed, 0);
	for (size_t t = 0; t < DAYS; t++) {
		const double week = t % 7 >= 5 ? 0.8 : 1;

		for (size_t c = 0; c < CHANNELS; c++) {
			s->sessions[c][t] = (c == 0 ? 8000 : 4000) * week *
			    exp(0.03 * normal(&rng));
			s->conversion[c][t] = 0.03 * exp(0.03 * normal(&rng));
		}
		for (size_t k = 0; k < CATEGORIES; k++) {
			s->demand[k][t] = (k == 0 ? 2 : 1) *
			    exp(0.03 * normal(&rng));
			s->value[k][t] = (50 + 50 * (double)k) *
			    exp(0.03 * normal(&rng));
		}
	}
}

/* Orders are spread over the categories by demand; what the demand of one loses
 * is lost. */
static struct metric_input
model_input(struct model *s)
{
	for (size_t t = 0; t < DAYS; t++) {
		double orders = 0, visitors = 0, made = 0, revenue = 0;

		for (size_t c = 0; c < CHANNELS; c++) {
			visitors += s->sessions[c][t];
			orders += s->sessions[c][t] * s->conversion[c][t];
		}
		for (size_t k = 0; k < CATEGORIES; k++) {
			s->category[k][1][t] = orders * s->demand[k][t] / 4;
			s->category[k][0][t] = s->category[k][1][t] *
			    s->value[k][t];
			made += s->category[k][1][t];
			revenue += s->category[k][0][t];
		}
		for (size_t c = 0; c < CHANNELS; c++) {
			const double share = s->sessions[c][t] *
			    s->conversion[c][t] / orders;

			s->channel[c][0][t] = revenue * share;
			s->channel[c][1][t] = made * share;
			s->channel[c][2][t] = s->sessions[c][t];
		}
		s->total[0][t] = revenue;
		s->total[1][t] = made;
		s->total[2][t] = visitors;
	}
	for (size_t c = 0; c < CHANNELS; c++)
		s->by_channel[c] = (struct metric_sums){ s->channel[c][0],
			s->channel[c][1], s->channel[c][2] };
	for (size_t k = 0; k < CATEGORIES; k++)
		s->by_category[k] = (struct metric_sums){ s->category[k][0],
			s->category[k][1], NULL };
	return (struct metric_input){ DAYS,
		{ s->total[0], s->total[1], s->total[2] }, s->by_channel,
		s->by_category, CHANNELS, CATEGORIES, true, true };
}

static void
scale(double *x, size_t from, size_t to, double factor)
{
	for (size_t t = from; t < to; t++)
		x[t] *= factor;
}

struct told {
	struct metrics m;
	struct detect_result r;
	struct incidents all;
};

static void
tell(struct model *s, const int8_t *masked, struct told *told)
{
	const struct metric_input input = model_input(s);
	struct detect_params params;
	struct incident_params telling;

	incident_defaults(&telling);
	assert_int_equal(metrics_make(&told->m, &input, METRIC_LOG), 0);
	detect_defaults(&params, &told->m, true);
	params.beta = 9; /* no false alarm by chance */
	assert_int_equal(detect_run(&params, &told->m, masked, &told->r), 0);
	assert_int_equal(incidents_find(&telling, &told->m, &told->r, masked,
			     &told->all),
	    0);
}

static void
told_release(struct told *told)
{
	incidents_release(&told->all);
	detect_release(&told->r);
	metrics_release(&told->m);
}

/* That there is one incident, from FIRST for so many days. */
static const struct incident *
the_incident(const struct told *told, size_t days)
{
	const struct incident *in = told->all.incident;

	assert_int_equal(told->all.n, 1);
	assert_int_equal(in->start, FIRST);
	assert_int_equal(in->end, FIRST + days - 1);
	for (size_t t = 0; t < DAYS; t++)
		assert_true(told->all.of_day[t] ==
		    (t >= in->start && t <= in->end ? 0 : DETECT_NONE));
	assert_true(in->ln_p < -9);
	assert_true(in->metrics > 0);
	for (size_t i = 1; i < in->metrics; i++)
		assert_true(in->metric[i].ln_p >= in->metric[i - 1].ln_p);
	return in;
}

static void
a_quiet_shop_has_no_incident(void **state)
{
	struct model s;
	struct told told;

	(void)state;
	model_init(&s, 1);
	tell(&s, NULL, &told);
	assert_int_equal(told.all.n, 0);
	told_release(&told);
}

static void
payments_that_fail_cost_what_was_not_sold(void **state)
{
	struct model s;
	struct told told;
	const struct incident *in;
	double lost = 0;

	(void)state;
	model_init(&s, 2);
	model_input(&s);
	for (size_t t = FIRST; t < FIRST + 3; t++)
		lost += s.total[0][t] * 0.6;
	for (size_t c = 0; c < CHANNELS; c++)
		scale(s.conversion[c], FIRST, FIRST + 3, 0.4);
	tell(&s, NULL, &told);
	in = the_incident(&told, 3);
	assert_int_equal(in->kind, INCIDENT_DIP);
	assert_int_equal(in->direction, -1);
	assert_int_equal(in->cause, INCIDENT_PAYMENT_OUTAGE);
	assert_true(in->member == INCIDENT_ALL);
	assert_true(in->explained > 0.9);
	assert_near(in->money, -lost, 0.1 * lost);
	assert_near(in->metric[0].factor, 0.4, 0.03);
	told_release(&told);
}

/* That some more came, and bought, makes no sale of it. */
static void
values_that_halve_are_no_sale(void **state)
{
	struct model s;
	struct told told;
	const struct incident *in;

	(void)state;
	model_init(&s, 9);
	for (size_t k = 0; k < CATEGORIES; k++)
		scale(s.value[k], FIRST, FIRST + 3, 0.5);
	for (size_t c = 0; c < CHANNELS; c++) {
		scale(s.sessions[c], FIRST, FIRST + 3, 1.05);
		scale(s.conversion[c], FIRST, FIRST + 3, 1.03);
	}
	tell(&s, NULL, &told);
	in = the_incident(&told, 3);
	assert_int_equal(in->kind, INCIDENT_DIP);
	assert_int_equal(in->cause, INCIDENT_PAYMENT_OUTAGE);
	assert_int_equal(in->doubt, INCIDENT_NO_DOUBT);
	told_release(&told);
}

static void
visitors_that_are_not_counted_still_buy(void **state)
{
	struct model s;
	struct told told;
	const struct incident *in;

	(void)state;
	model_init(&s, 3);
	scale(s.sessions[1], FIRST, FIRST + 2, 0.5);
	scale(s.conversion[1], FIRST, FIRST + 2, 2);
	tell(&s, NULL, &told);
	in = the_incident(&told, 2);
	assert_int_equal(in->cause, INCIDENT_TRACKING_OUTAGE);
	assert_int_equal(in->kind, INCIDENT_DIP);
	assert_int_equal(in->dimension, METRIC_CHANNEL);
	assert_int_equal(in->member, 1);
	told_release(&told);
}

static void
bots_visit_and_do_not_buy(void **state)
{
	struct model s;
	struct told told;
	const struct incident *in;

	(void)state;
	model_init(&s, 4);
	for (size_t c = 0; c < CHANNELS; c++) {
		scale(s.sessions[c], FIRST, FIRST + 4, 2);
		scale(s.conversion[c], FIRST, FIRST + 4, 0.5);
	}
	tell(&s, NULL, &told);
	in = the_incident(&told, 4);
	assert_int_equal(in->cause, INCIDENT_BOTS);
	assert_int_equal(in->kind, INCIDENT_SPIKE);
	assert_int_equal(in->direction, 1);
	told_release(&told);
}

static void
a_channel_that_brings_fewer_is_named(void **state)
{
	struct model s;
	struct told told;
	const struct incident *in;

	(void)state;
	model_init(&s, 5);
	scale(s.sessions[0], FIRST, FIRST + 5, 0.6);
	tell(&s, NULL, &told);
	in = the_incident(&told, 5);
	assert_int_equal(in->cause, INCIDENT_TRAFFIC_DROP);
	assert_int_equal(in->dimension, METRIC_CHANNEL);
	assert_int_equal(in->member, 0);
	assert_true(in->money < 0);
	told_release(&told);
}

static void
a_category_out_of_stock_is_named(void **state)
{
	struct model s;
	struct told told;
	const struct incident *in;

	(void)state;
	model_init(&s, 6);
	scale(s.demand[2], FIRST, FIRST + 3, 0.1);
	tell(&s, NULL, &told);
	in = the_incident(&told, 3);
	assert_int_equal(in->cause, INCIDENT_STOCK_OUT);
	assert_int_equal(in->dimension, METRIC_CATEGORY);
	assert_int_equal(in->member, 2);
	told_release(&told);
}

static void
a_sale_and_wrong_prices_differ_in_their_evenness(void **state)
{
	struct model s;
	struct told told;
	const struct incident *in;

	(void)state;
	model_init(&s, 7);
	for (size_t c = 0; c < CHANNELS; c++) {
		scale(s.sessions[c], FIRST, FIRST + 2, 1.2);
		scale(s.conversion[c], FIRST, FIRST + 2, 1.8);
	}
	for (size_t k = 0; k < CATEGORIES; k++)
		scale(s.value[k], FIRST, FIRST + 2, 0.85);
	tell(&s, NULL, &told);
	in = the_incident(&told, 2);
	assert_int_equal(in->cause, INCIDENT_PROMOTION);
	assert_int_equal(in->kind, INCIDENT_SPIKE);
	assert_true(in->money > 0);
	told_release(&told);

	model_init(&s, 8);
	scale(s.value[0], FIRST, FIRST + 3, 0.6);
	scale(s.value[1], FIRST, FIRST + 3, 0.8);
	tell(&s, NULL, &told);
	in = the_incident(&told, 3);
	assert_int_equal(in->cause, INCIDENT_PRICE_ERROR);
	assert_int_equal(in->direction, -1);
	told_release(&told);
}

static void
a_step_is_one_incident_with_the_size_of_the_change(void **state)
{
	struct model s;
	struct told told;
	const struct incident *in;

	(void)state;
	model_init(&s, 9);
	for (size_t c = 0; c < CHANNELS; c++)
		scale(s.sessions[c], FIRST, DAYS, 0.7);
	tell(&s, NULL, &told);
	assert_int_equal(told.all.n, 1);
	in = told.all.incident;
	assert_in_range(in->start, FIRST - 2, FIRST + 2);
	assert_int_equal(in->kind, INCIDENT_STEP);
	assert_int_equal(in->direction, -1);
	assert_int_equal(in->cause, INCIDENT_TRAFFIC_DROP);
	assert_near(in->metric[0].factor, 0.7, 0.03);
	assert_near(in->money, -0.3 / 0.7 * 7 * s.total[0][FIRST + 3],
	    0.25 * 7 * s.total[0][FIRST + 3]);
	told_release(&told);
}

static void
sales_that_slide_are_a_decay(void **state)
{
	struct model s;
	struct told told;
	const struct incident *in;

	(void)state;
	model_init(&s, 10);
	for (size_t t = 0; t < 7; t++)
		for (size_t c = 0; c < CHANNELS; c++)
			s.conversion[c][FIRST + t] *= 1 -
			    0.08 * ((double)t + 1);
	tell(&s, NULL, &told);
	assert_int_equal(told.all.n, 1);
	in = told.all.incident;
	assert_in_range(in->start, FIRST, FIRST + 3);
	assert_int_equal(in->end, FIRST + 6);
	assert_int_equal(in->kind, INCIDENT_DECAY);
	assert_int_equal(in->cause, INCIDENT_UNKNOWN);
	assert_int_equal(in->second, INCIDENT_PAYMENT_OUTAGE);
	told_release(&told);
}

static void
a_masked_day_does_not_break_an_incident(void **state)
{
	struct model s;
	struct told told;
	int8_t masked[DAYS] = { 0 };
	const struct incident *in;

	(void)state;
	model_init(&s, 11);
	for (size_t c = 0; c < CHANNELS; c++)
		scale(s.conversion[c], FIRST, FIRST + 5, 0.4);
	masked[FIRST + 1] = masked[FIRST + 2] = 1;
	tell(&s, masked, &told);
	in = the_incident(&told, 5);
	assert_int_equal(in->cause, INCIDENT_PAYMENT_OUTAGE);
	told_release(&told);
}

static void
a_channel_that_dies_is_told_of_once(void **state)
{
	struct model s;
	struct told told;
	const struct incident *in;

	(void)state;
	model_init(&s, 12);
	scale(s.sessions[1], FIRST, DAYS, 0);
	tell(&s, NULL, &told);
	assert_int_equal(told.all.n, 1);
	in = told.all.incident;
	assert_int_equal(in->start, FIRST);
	assert_int_equal(in->kind, INCIDENT_STEP);
	assert_int_equal(in->cause, INCIDENT_TRAFFIC_DROP);
	assert_int_equal(in->dimension, METRIC_CHANNEL);
	assert_int_equal(in->member, 1);
	told_release(&told);
}

static void
a_channel_that_appears_is_a_step_of_the_totals(void **state)
{
	struct model s;
	struct told told;
	const struct incident *in;

	(void)state;
	model_init(&s, 13);
	scale(s.sessions[1], 0, FIRST, 0);
	tell(&s, NULL, &told);
	assert_int_equal(told.all.n, 1);
	in = told.all.incident;
	assert_int_equal(in->start, FIRST);
	assert_int_equal(in->kind, INCIDENT_STEP);
	assert_int_equal(in->direction, 1);
	for (size_t i = 0; i < in->metrics; i++)
		assert_false(told.m.id[in->metric[i].metric].dimension ==
			METRIC_CHANNEL &&
		    told.m.id[in->metric[i].metric].member == 1);
	told_release(&told);
}

/* ---- labelled shops ------------------------------------------------------ */

static bool
is_right(const char *kind, const struct incident *in)
{
	static const struct {
		const char *kind;
		enum incident_cause cause;
	} causes[] = { { "flash_sale_orders", INCIDENT_PROMOTION },
		{ "flash_sale_value", INCIDENT_PROMOTION },
		{ "payment_outage", INCIDENT_PAYMENT_OUTAGE },
		{ "channel_drop", INCIDENT_TRAFFIC_DROP },
		{ "tracking_outage", INCIDENT_TRACKING_OUTAGE },
		{ "bot_spike", INCIDENT_BOTS },
		{ "price_error", INCIDENT_PRICE_ERROR },
		{ "stock_out", INCIDENT_STOCK_OUT } };

	if (strcmp(kind, "level_shift") == 0)
		return in->kind == INCIDENT_STEP;
	if (strcmp(kind, "decay") == 0)
		return in->kind == INCIDENT_DECAY;
	for (size_t i = 0; i < sizeof(causes) / sizeof(*causes); i++)
		if (strcmp(kind, causes[i].kind) == 0)
			return in->cause == causes[i].cause &&
			    in->kind <= INCIDENT_DIP;
	return false;
}

/* Events found, and those told right by the first incident that meets them. */
static void
count_right(const char *path, size_t *found, size_t *right)
{
	struct shops all;
	struct shop shop;
	size_t next = 0;

	*found = *right = 0;
	assert_int_equal(shops_read(&all, path), 0);
	for (; shop_next(&all, &next, &shop) == 0; shop_release(&shop)) {
		struct detect_params params;
		struct incident_params telling;
		struct told told;
		int32_t last = 0;

		incident_defaults(&telling);
		shop.input.price_index = true;
		assert_int_equal(metrics_make(&told.m, &shop.input, METRIC_LOG),
		    0);
		detect_defaults(&params, &told.m, true);
		assert_int_equal(detect_run(&params, &told.m, shop.holiday,
				     &told.r),
		    0);
		assert_int_equal(incidents_find(&telling, &told.m, &told.r,
				     shop.holiday, &told.all),
		    0);
		for (size_t t = 0; t < shop.n; t++) {
			const size_t i = told.all.of_day[t];

			if (shop.event[t] == 0 || shop.event[t] == last ||
			    i == DETECT_NONE)
				continue;
			last = shop.event[t];
			++*found;
			*right += is_right(shop.row[t].kind,
			    &told.all.incident[i]);
		}
		told_release(&told);
	}
	shops_release(&all);
}

static void
most_events_of_six_shops_are_told_right(void **state)
{
	size_t found, right;

	(void)state;
	count_right("tests/data/detect-days.csv.gz", &found, &right);
	assert_true(found >= 45);
	assert_true(right * 10 >= found * 9);
}

static void
most_events_of_forty_shops_are_told_right(void **state)
{
	size_t found, right;
	char path[4096];

	(void)state;
	if (shops_path(path, "dev_daily.csv.gz") == NULL)
		skip();
	count_right(path, &found, &right);
	assert_true(found >= 435);
	assert_true(right * 10 >= found * 9);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_quiet_shop_has_no_incident),
		cmocka_unit_test(payments_that_fail_cost_what_was_not_sold),
		cmocka_unit_test(values_that_halve_are_no_sale),
		cmocka_unit_test(visitors_that_are_not_counted_still_buy),
		cmocka_unit_test(bots_visit_and_do_not_buy),
		cmocka_unit_test(a_channel_that_brings_fewer_is_named),
		cmocka_unit_test(a_category_out_of_stock_is_named),
		cmocka_unit_test(
		    a_sale_and_wrong_prices_differ_in_their_evenness),
		cmocka_unit_test(
		    a_step_is_one_incident_with_the_size_of_the_change),
		cmocka_unit_test(sales_that_slide_are_a_decay),
		cmocka_unit_test(a_masked_day_does_not_break_an_incident),
		cmocka_unit_test(a_channel_that_dies_is_told_of_once),
		cmocka_unit_test(
		    a_channel_that_appears_is_a_step_of_the_totals),
		cmocka_unit_test(most_events_of_six_shops_are_told_right),
		cmocka_unit_test(most_events_of_forty_shops_are_told_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
