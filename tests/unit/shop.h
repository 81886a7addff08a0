/* A small shop for the tests of the simulator: the original engine's settings,
 * everything new switched off. */
#ifndef AEE_TESTS_SHOP_H
#define AEE_TESTS_SHOP_H

#include "base/date.h"
#include "model/simulate.h"
#include "unit.h"

enum { ORGANIC, PAID_SEARCH, PAID_SOCIAL, EMAIL, CHANNELS };
enum { APPAREL, ELECTRONICS, BEAUTY, HOME, ACCESSORIES, CATEGORIES };

static const struct simulate_channel original_channels[CHANNELS] = {
	{ "Organic", 8000, 0.005 },
	{ "Paid_Search", 4000, 0.002 },
	{ "Paid_Social", 3000, -0.003 },
	{ "Email", 1000, 0.008 },
};

static const struct simulate_category original_categories[CATEGORIES] = {
	{ "Apparel", 50000, 300000 },
	{ "Electronics", 200000, 2000000 },
	{ "Beauty", 30000, 250000 },
	{ "Home", 80000, 1000000 },
	{ "Accessories", 20000, 150000 },
};

static inline int32_t
day_of(int year, int month, int day)
{
	return date_from_civil(year, month, day);
}

static inline struct simulate_params
original_shop(void)
{
	return (struct simulate_params){
		.seed = 42,
		.start = day_of(2025, 1, 1),
		.end = day_of(2025, 12, 31),
		.channels = original_channels,
		.n_channels = CHANNELS,
		.weekly = { 1, 1, 1, 1, 1, 1.15, 1.15 },
		.growth = 0.01,
		.session_noise = 0.05,
		.conversion_base = 0.02,
		.conversion_seasonal = 0.005,
		.conversion_noise = 0.002,
		.conversion_min = 0.001,
		.categories = original_categories,
		.n_categories = CATEGORIES,
		.n_products = 300,
		.margin_min = 0.3,
		.margin_max = 0.6,
		.weight_min = 0.5,
		.weight_max = 2,
		.stock_min = 200,
		.stock_max = 999,
		.n_customers = 20000,
		.n_cities = 10,
		.signup_start = day_of(2023, 1, 1),
		.restock_threshold = 50,
		.restock_quantity = 300,
		.restock_lead_days = 7,
	};
}

/* A shop that runs, with what is needed to look at its days. */
struct run {
	struct simulate_params params;
	struct simulate *shop;
	struct simulate_day day;
	struct simulate_orders *orders;
};

static inline void
run_start(struct run *run, const struct simulate_params *params)
{
	const char *wrong = simulate_check(params, NULL);

	if (wrong != NULL)
		fail_msg("%s", wrong);
	run->params = *params;
	run->shop = simulate_new(&run->params);
	assert_non_null(run->shop);
	assert_int_equal(simulate_day_init(&run->day, run->shop), 0);
	run->orders = simulate_orders_new(run->shop);
	assert_non_null(run->orders);
}

/* The next orders of the day, whole. */
static inline size_t
run_orders(struct run *run, struct simulate_order *rows, size_t max)
{
	const size_t n = simulate_orders_next(run->orders, rows, max);

	if (n > 0)
		simulate_orders_finish(run->shop, run->day.date,
		    rows[0].order_id - run->day.first_order_id, rows, n);
	return n;
}

static inline void
run_end(struct run *run)
{
	simulate_orders_free(run->orders);
	simulate_day_release(&run->day);
	simulate_free(run->shop);
}

#endif
