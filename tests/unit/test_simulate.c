#include "model/simulate.h"

#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "distribution.h"
#include "shop.h"

enum { MANY = 100000 };

/* All orders of the day, in a buffer of the caller; how many. */
static size_t
orders_of_day(struct run *run, struct simulate_order *rows, size_t chunk)
{
	size_t n = 0, got;

	simulate_orders_start(run->orders, &run->day);
	while ((got = run_orders(run, rows + n, chunk)) > 0) {
		n += got;
		assert_true(n + chunk <= MANY);
	}
	return n;
}

static struct simulate_params
short_shop(void)
{
	struct simulate_params params = original_shop();

	params.end = params.start + 29;
	return params;
}

static size_t
classes_of(const struct simulate_params *p)
{
	return p->n_products * p->n_channels *
	    (p->quantity == NULL ? 1 : p->n_quantities);
}

/* Orders sold of a category (-1: all) in a channel (-1: all). */
static double
sold_in(const struct run *run, int channel, int category)
{
	const struct simulate_product *products = simulate_products(run->shop);
	const uint64_t *sold = run->day.sold;
	const size_t quantities = run->params.quantity == NULL
	    ? 1
	    : run->params.n_quantities;
	uint64_t n = 0;

	for (size_t k = 0; k < run->params.n_products; k++)
		for (int c = 0; c < CHANNELS; c++)
			for (size_t q = 0; q < quantities; q++, sold++)
				if ((channel == -1 || channel == c) &&
				    (category == -1 ||
					category == (int)products[k].category))
					n += *sold;
	return (double)n;
}

/* ---- orders ------------------------------------------------------------- */

static void
orders_agree_with_the_counts_of_their_day(void **state)
{
	static const double quantity[] = { 0.6, 0.3, 0.1 };
	static struct simulate_order rows[MANY];
	struct simulate_params params = short_shop();
	uint64_t next_id = 1;
	struct run run;

	(void)state;
	params.quantity = quantity;
	params.n_quantities = 3;
	params.inventory = 1;
	run_start(&run, &params);
	while (simulate_next(run.shop, &run.day)) {
		const size_t n = orders_of_day(&run, rows, 1000);
		const size_t size = classes_of(&params) * sizeof(*run.day.sold);
		uint64_t *seen = calloc(1, size), by_channel = 0;

		assert_int_equal(n, run.day.orders);
		assert_true(run.day.first_order_id == next_id);
		for (size_t i = 0; i < n; i++) {
			assert_true(rows[i].order_id == next_id++);
			assert_true(rows[i].customer < params.n_customers);
			assert_true(rows[i].order_value ==
			    simulate_products(run.shop)[rows[i].product]
				    .unit_price *
				rows[i].quantity);
			seen[(rows[i].product * CHANNELS + rows[i].channel) *
				3 +
			    rows[i].quantity - 1]++;
		}
		assert_memory_equal(seen, run.day.sold, size);
		for (size_t c = 0; c < CHANNELS; c++)
			by_channel += run.day.traffic[c].orders;
		assert_int_equal(by_channel, n);
		free(seen);
	}
	assert_int_equal(simulate_next(run.shop, &run.day), 0);
	run_end(&run);
}

static void
orders_of_a_day_can_be_made_alone(void **state)
{
	static struct simulate_order all[MANY], alone[MANY];
	struct simulate_params params = short_shop();
	struct run every, one;
	size_t n = 0;

	(void)state;
	params.inventory = 1;
	params.value_noise = 0.1;
	params.customer_sigma = 1;
	run_start(&every, &params);
	run_start(&one, &params);
	memset(all, 0, sizeof(all));
	memset(alone, 0, sizeof(alone));
	for (int d = 0; d < 20; d++) {
		assert_int_equal(simulate_next(every.shop, &every.day), 1);
		n = orders_of_day(&every, all, 1000);
		assert_int_equal(simulate_next(one.shop, &one.day), 1);
	}
	/* One by one instead of in chunks, too. */
	assert_int_equal(orders_of_day(&one, alone, 1), n);
	assert_memory_equal(all, alone, n * sizeof(*all));
	run_end(&every);
	run_end(&one);
}

static void
two_makers_of_orders_do_not_disturb_each_other(void **state)
{
	static struct simulate_order first[MANY], second[MANY];
	struct simulate_params params = short_shop();
	struct simulate_orders *other;
	struct run run;
	size_t n, a = 0, b = 0;

	(void)state;
	run_start(&run, &params);
	assert_int_equal(simulate_next(run.shop, &run.day), 1);
	n = orders_of_day(&run, first, 1000);
	other = simulate_orders_new(run.shop);
	assert_non_null(other);
	memset(first, 0, sizeof(first));
	memset(second, 0, sizeof(second));
	simulate_orders_start(run.orders, &run.day);
	simulate_orders_start(other, &run.day);
	while (a < n || b < n) {
		a += simulate_orders_next(run.orders, first + a, 3);
		b += simulate_orders_next(other, second + b, 7);
	}
	assert_memory_equal(first, second, n * sizeof(*first));
	simulate_orders_free(other);
	run_end(&run);
}

/* The first orders of a day are a sample of it: channels come mixed. */
static void
channels_are_mixed_within_a_day(void **state)
{
	static struct simulate_order rows[MANY];
	struct simulate_params params = short_shop();
	double half = 0, all = 0;
	struct run run;

	(void)state;
	run_start(&run, &params);
	while (simulate_next(run.shop, &run.day)) {
		const size_t n = orders_of_day(&run, rows, 1000);

		for (size_t i = 0; i < n; i++)
			if (rows[i].channel == ORGANIC) {
				all++;
				half += i < n / 2;
			}
	}
	assert_near(half / all, 0.5, 4 * 0.5 / sqrt(all));
	run_end(&run);
}

static void
a_date_has_the_same_draws_whatever_the_first_day_is(void **state)
{
	struct simulate_params params = short_shop(), later;
	struct run a, b;

	(void)state;
	later = params;
	later.start += 10;
	run_start(&a, &params);
	run_start(&b, &later);
	assert_int_equal(simulate_next(b.shop, &b.day), 1);
	for (int i = 0; i < 11; i++)
		assert_int_equal(simulate_next(a.shop, &a.day), 1);
	assert_int_equal(a.day.date, b.day.date);
	assert_memory_equal(a.day.traffic, b.day.traffic,
	    CHANNELS * sizeof(*a.day.traffic));
	run_end(&a);
	run_end(&b);
}

static void
another_seed_is_another_shop(void **state)
{
	struct simulate_params params = short_shop(), other;
	struct run a, b;

	(void)state;
	other = params;
	other.seed++;
	run_start(&a, &params);
	run_start(&b, &other);
	assert_int_equal(simulate_next(a.shop, &a.day), 1);
	assert_int_equal(simulate_next(b.shop, &b.day), 1);
	assert_memory_not_equal(a.day.traffic, b.day.traffic,
	    CHANNELS * sizeof(*a.day.traffic));
	assert_memory_not_equal(simulate_products(a.shop),
	    simulate_products(b.shop), 300 * sizeof(struct simulate_product));
	run_end(&a);
	run_end(&b);
}

/* ---- products and customers --------------------------------------------- */

static void
drawn_products_keep_to_their_ranges(void **state)
{
	struct simulate_params params = short_shop();
	double categories[1000];
	struct run run;

	(void)state;
	params.n_products = 1000;
	run_start(&run, &params);
	for (size_t i = 0; i < 1000; i++) {
		const struct simulate_product
		    *p = &simulate_products(run.shop)[i];
		const struct simulate_category *c;
		const double price = (double)p->unit_price;

		assert_true(p->category < CATEGORIES);
		c = &original_categories[p->category];
		assert_in_range(p->unit_price, c->price_min, c->price_max);
		assert_true((double)p->cost_price >= price * 0.4 - 0.5);
		assert_true((double)p->cost_price <= price * 0.7 + 0.5);
		assert_true(p->demand_weight >= 0.5 && p->demand_weight <= 2);
		assert_near(p->demand_weight * 1e6,
		    floor(p->demand_weight * 1e6 + 0.5), 1e-8);
		assert_in_range(p->stock_level, 200, 999);
		categories[i] = p->category;
	}
	/* A fifth in each: 200 +- 4 x sqrt(1000 x 0.2 x 0.8). */
	for (int c = 0; c < CATEGORIES; c++) {
		double n = 0;

		for (size_t i = 0; i < 1000; i++)
			n += categories[i] == c;
		assert_near(n, 200, 51);
	}
	run_end(&run);
}

static double
weight_of(double k, const void *arg)
{
	const struct simulate_product *product = arg;
	double sum = 0;

	for (int i = 0; i < 20; i++)
		sum += product[i].demand_weight;
	return k < 20 ? product[(int)k].demand_weight / sum : 0;
}

static void
demand_weights_decide_what_sells(void **state)
{
	static struct simulate_order rows[MANY];
	static double drawn[MANY];
	struct simulate_product product[20] = { 0 };
	struct simulate_params params = short_shop();
	struct run run;
	size_t n = 0;

	(void)state;
	for (int i = 0; i < 20; i++) {
		product[i].unit_price = 1000;
		product[i].demand_weight = i % 4; /* every fourth never sells */
	}
	params.products = product;
	params.n_products = 20;
	params.use_demand_weight = 1;
	run_start(&run, &params);
	while (simulate_next(run.shop, &run.day)) {
		const size_t got = orders_of_day(&run, rows, 1000);

		for (size_t i = 0; i < got; i++)
			drawn[n++] = rows[i].product;
	}
	for (size_t i = 0; i < n; i++)
		assert_true((int)drawn[i] % 4 != 0);
	assert_counts_follow(drawn, n, 10, weight_of, product);
	run_end(&run);
}

static void
customers_sign_up_before_the_first_day(void **state)
{
	struct simulate_params params = short_shop();
	int32_t first = params.start, last = params.signup_start;
	double cities[10] = { 0 };
	struct run run;

	(void)state;
	run_start(&run, &params);
	for (uint32_t i = 0; i < params.n_customers; i++) {
		const struct simulate_customer c = simulate_customer(run.shop,
		    i);

		assert_in_range(c.signup_date, params.signup_start,
		    params.start);
		first = c.signup_date < first ? c.signup_date : first;
		last = c.signup_date > last ? c.signup_date : last;
		assert_true(c.city < 10);
		cities[c.city]++;
	}
	/* 20,000 customers leave none of 732 days empty at either end. */
	assert_int_equal(first, params.signup_start);
	assert_int_equal(last, params.start);
	for (int i = 0; i < 10; i++)
		assert_near(cities[i], 2000, 4 * sqrt(20000 * 0.1 * 0.9));
	run_end(&run);
}

/* How many orders each customer of a shop has. */
static size_t
orders_by_customer(const struct simulate_params *params, double *count)
{
	static struct simulate_order rows[MANY];
	struct run run;
	size_t n = 0;

	memset(count, 0, params->n_customers * sizeof(*count));
	run_start(&run, params);
	while (simulate_next(run.shop, &run.day)) {
		const size_t got = orders_of_day(&run, rows, 1000);

		for (size_t i = 0; i < got; i++)
			count[rows[i].customer]++;
		n += got;
	}
	run_end(&run);
	return n;
}

static void
without_a_spread_all_customers_buy_alike(void **state)
{
	struct simulate_params params = original_shop();
	double count[1000], chi = 0, mean;
	size_t n;

	(void)state;
	params.n_customers = 1000;
	n = orders_by_customer(&params, count);
	mean = (double)n / 1000;
	for (int i = 0; i < 1000; i++)
		chi += (count[i] - mean) * (count[i] - mean) / mean;
	assert_near(chi, 999, chi_square_limit(999) - 999);
}

/* The Lorenz curve of a lognormal propensity: the keenest fifth of customers
 * makes 1 - Phi(Phi^-1(0.8) - sigma) of all orders, 48.3 % with 0.8; the
 * keenest hundredth 6.3 %. */
static void
with_a_spread_a_few_customers_buy_often(void **state)
{
	struct simulate_params params = original_shop();
	static double count[20000];
	double fifth = 0, hundredth = 0;
	size_t n;

	(void)state;
	params.customer_sigma = 0.8;
	/* 700 orders each: the noise of the ranking does not matter. */
	params.n_customers = 200;
	n = orders_by_customer(&params, count);
	qsort(count, 200, sizeof(*count), compare_doubles);
	for (int i = 160; i < 200; i++)
		fifth += count[i];
	for (int i = 198; i < 200; i++)
		hundredth += count[i];
	assert_near(fifth / (double)n, 0.4834, 0.005);
	assert_near(hundredth / (double)n, 0.0633, 0.003);

	params.n_customers = 20000;
	n = orders_by_customer(&params, count);
	qsort(count, 20000, sizeof(*count), compare_doubles);
	assert_true(count[19999] < 0.002 * (double)n);
}

static double
quantity_weight(double k, const void *arg)
{
	static const double weight[] = { 0, 0.6, 0, 0.3, 0.1 };

	(void)arg;
	return k < 5 ? weight[(int)k] : 0;
}

static void
quantities_and_value_noise_follow_their_distributions(void **state)
{
	static const double quantity[] = { 6, 0, 3, 1 };
	static struct simulate_order rows[MANY];
	static double drawn[MANY];
	struct simulate_params params = original_shop();
	double sum = 0, squares = 0;
	struct run run;
	size_t n = 0;

	(void)state;
	params.end = params.start + 99;
	params.quantity = quantity;
	params.n_quantities = 4;
	params.value_noise = 0.2;
	run_start(&run, &params);
	while (simulate_next(run.shop, &run.day)) {
		const size_t got = orders_of_day(&run, rows, 1000);

		for (size_t i = 0; i < got; i++) {
			const double list = (double)(rows[i].quantity *
			    simulate_products(run.shop)[rows[i].product]
				.unit_price);
			const double x = (double)rows[i].order_value / list;

			sum += x;
			squares += log(x) * log(x);
			drawn[n++] = rows[i].quantity;
		}
	}
	assert_counts_follow(drawn, n, 2, quantity_weight, NULL);
	/* Mean 1; the logarithm has mean -0.02 and deviation 0.2. */
	assert_near(sum / (double)n, 1, 4 * 0.202 / sqrt((double)n));
	assert_near(squares / (double)n, 0.0404, 0.0012);
	run_end(&run);
}

/* ---- traffic ------------------------------------------------------------ */

static uint64_t
sessions_on(const struct simulate_params *params, int32_t date, int channel)
{
	uint64_t sessions;
	struct run run;

	run_start(&run, params);
	do
		assert_int_equal(simulate_next(run.shop, &run.day), 1);
	while (run.day.date < date);
	sessions = run.day.traffic[channel].sessions;
	run_end(&run);
	return sessions;
}

static void
sessions_grow_with_months_weekends_and_holidays(void **state)
{
	static const struct simulate_holiday holidays[] = {
		{ "half", 20118, 0.5, 1 }, /* 2025-01-30 */
	};
	struct simulate_params params = original_shop();

	(void)state;
	params.end = day_of(2027, 1, 31);
	params.session_noise = 0;
	/* Wednesday 1 January, Saturday 4 January, Monday 2 June; Friday 1
	 * January 2027 is 24 months on. */
	assert_int_equal(sessions_on(&params, day_of(2025, 1, 1), ORGANIC),
	    8000);
	assert_int_equal(sessions_on(&params, day_of(2025, 1, 4), EMAIL), 1150);
	assert_int_equal(sessions_on(&params, day_of(2025, 6, 2), PAID_SEARCH),
	    4200);
	assert_int_equal(sessions_on(&params, day_of(2027, 1, 1), ORGANIC),
	    9920);
	params.holidays = holidays;
	params.n_holidays = 1;
	assert_int_equal(sessions_on(&params, day_of(2025, 1, 30), ORGANIC),
	    4000);
	assert_int_equal(sessions_on(&params, day_of(2025, 1, 29), ORGANIC),
	    8000);

	params.smooth = 1; /* 16 January is the middle of the month */
	assert_int_equal(sessions_on(&params, day_of(2025, 1, 16), ORGANIC),
	    8000);
	assert_int_equal(/* 15.5 / 31 months before */
	    sessions_on(&params, day_of(2025, 1, 31), ORGANIC),
	    llround(8000 * (1 + 0.01 * 15 / 31)));
}

static void
a_yearly_season_peaks_on_its_day(void **state)
{
	struct simulate_params params = original_shop();

	(void)state;
	params.session_noise = 0;
	params.growth = 0;
	params.yearly_amplitude = 0.25;
	params.yearly_peak = 100; /* 10 April, a Thursday */
	assert_int_equal(sessions_on(&params, day_of(2025, 4, 10), ORGANIC),
	    10000);
	/* Half a year later, 9 October, a Thursday: cos(2 pi 182 / 365.25). */
	assert_int_equal(sessions_on(&params, day_of(2025, 10, 9), ORGANIC),
	    6000);
}

static void
session_noise_has_its_deviation_and_correlations(void **state)
{
	enum { N = 3650 };
	static double x[N][2];
	struct simulate_params params = original_shop();
	double s = 0, ss = 0, lag = 0, both = 0;
	struct run run;

	(void)state;
	params.end = params.start + N - 1;
	params.growth = 0;
	params.weekly[5] = params.weekly[6] = 1;
	params.noise_autocorrelation = 0.4;
	params.noise_common = 0.3;
	run_start(&run, &params);
	for (int d = 0; d < N; d++) {
		assert_int_equal(simulate_next(run.shop, &run.day), 1);
		for (int c = 0; c < 2; c++)
			x[d][c] = (double)run.day.traffic[c].sessions /
				params.channels[c].base_sessions -
			    1;
	}
	for (int d = 0; d < N; d++) {
		s += x[d][0];
		ss += x[d][0] * x[d][0];
		both += x[d][0] * x[d][1];
		if (d > 0)
			lag += x[d][0] * x[d - 1][0];
	}
	/* Within about 4 standard errors; the autocorrelation widens them. */
	assert_near(s / N, 0, 4 * 0.05 * sqrt(1.4 / 0.6 / N));
	assert_near(sqrt(ss / N), 0.05, 0.003);
	assert_near(lag / ss, 0.4, 0.065);
	assert_near(both / ss, 0.3, 0.075);
	run_end(&run);
}

/* 100 million sessions leave the rate itself: 0.02, the bias and the season. */
static void
conversion_follows_the_month(void **state)
{
	static const struct simulate_channel large = { "Large", 1e8, 0.005 };
	static const struct simulate_holiday holidays[] = {
		{ "busy", 20181, 1, 1.5 }, /* 2025-04-03 */
	};
	struct simulate_params params = original_shop();
	struct run run;

	(void)state;
	params.channels = &large;
	params.n_channels = 1;
	params.session_noise = 0;
	params.conversion_noise = 0;
	params.holidays = holidays;
	params.n_holidays = 1;
	run_start(&run, &params);
	while (simulate_next(run.shop, &run.day)) {
		const struct simulate_traffic *t = &run.day.traffic[0];
		double rate = (double)t->orders / (double)t->sessions;
		int month;

		date_civil(run.day.date, NULL, &month, NULL);
		if (run.day.date == 20181)
			rate /= 1.5;
		assert_near(rate, 0.025 + 0.005 * sin(month * acos(-1) / 6),
		    5 * sqrt(0.025 / 1e8));
	}
	run_end(&run);
}

static void
conversion_stays_above_its_minimum_and_below_1(void **state)
{
	struct simulate_params params = short_shop();
	struct run run;

	(void)state;
	params.conversion_base = 0;
	params.conversion_noise = 1;
	params.conversion_min = 0.01;
	run_start(&run, &params);
	while (simulate_next(run.shop, &run.day))
		for (int c = 0; c < CHANNELS; c++) {
			const struct simulate_traffic *t = &run.day.traffic[c];

			assert_true(t->orders <= t->visits);
			assert_true(t->orders > 0);
		}
	run_end(&run);
}

/* ---- stock -------------------------------------------------------------- */

/* A shop whose stock is often short. */
static struct simulate_params
short_of_stock(void)
{
	static const double quantity[] = { 0.7, 0.2, 0.1 };
	struct simulate_params params = original_shop();

	params.end = params.start + 119;
	params.n_products = 40;
	params.quantity = quantity;
	params.n_quantities = 3;
	params.use_demand_weight = 1;
	params.inventory = 1;
	return params;
}

static void
sold_and_lost_are_what_was_wanted(void **state)
{
	struct simulate_params limited = short_of_stock(), unlimited;
	double lost = 0, sold = 0;
	struct run a, b;

	(void)state;
	unlimited = limited;
	unlimited.inventory = 0;
	run_start(&a, &limited);
	run_start(&b, &unlimited);
	while (simulate_next(a.shop, &a.day)) {
		assert_int_equal(simulate_next(b.shop, &b.day), 1);
		for (size_t k = 0; k < limited.n_products; k++) {
			assert_int_equal(a.day.stock[k].units_sold +
				a.day.stock[k].units_lost,
			    b.day.stock[k].units_sold);
			assert_int_equal(b.day.stock[k].units_lost, 0);
			lost += (double)a.day.stock[k].units_lost;
			sold += (double)a.day.stock[k].units_sold;
		}
		for (size_t i = 0; i < classes_of(&limited); i++)
			assert_true(a.day.sold[i] <= b.day.sold[i]);
		for (int c = 0; c < CHANNELS; c++) {
			const struct simulate_traffic *t = &a.day.traffic[c];

			assert_int_equal(t->wanted, b.day.traffic[c].orders);
			assert_true(t->orders <= t->wanted);
		}
	}
	assert_true(lost > 1000 && sold > 1000);
	run_end(&a);
	run_end(&b);
}

/* Replays the shelves from the table alone. */
static void
assert_stock_adds_up(const struct simulate_params *params)
{
	int64_t level[300];
	int32_t arrival[300];
	double restocked = 0;
	struct run run;

	run_start(&run, params);
	for (size_t k = 0; k < params->n_products; k++) {
		level[k] = simulate_products(run.shop)[k].stock_level;
		arrival[k] = -1;
	}
	while (simulate_next(run.shop, &run.day))
		for (size_t k = 0; k < params->n_products; k++) {
			const struct simulate_stock *s = &run.day.stock[k];
			int64_t came = 0;

			if (arrival[k] == run.day.date) {
				came = params->restock_quantity;
				arrival[k] = -1;
			}
			/* No order is larger than 3: less than that is left
			 * where one is lost. */
			assert_true(s->units_lost == 0 ||
			    level[k] + came - s->units_sold < 3);
			level[k] += came - s->units_sold;
			assert_true(level[k] >= 0);
			if (arrival[k] == -1 &&
			    level[k] < params->restock_threshold) {
				arrival[k] = run.day.date +
				    params->restock_lead_days;
				if (params->restock_lead_days == 0) {
					came += params->restock_quantity;
					level[k] += params->restock_quantity;
					arrival[k] = -1;
				}
			}
			assert_int_equal(s->units_restocked, came);
			assert_int_equal(s->stock_level, level[k]);
			restocked += (double)came;
		}
	assert_true(restocked > 0);
	run_end(&run);
}

static void
stock_adds_up_and_arrives_on_time(void **state)
{
	static const int32_t lead_days[] = { 0, 1, 7, 30 };
	struct simulate_params params = short_of_stock();

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		params.restock_lead_days = lead_days[i];
		assert_stock_adds_up(&params);
	}
}

/* Two orders for one unit: each channel gets it as often as it asks. */
static void
who_comes_first_is_served(void **state)
{
	static const struct simulate_channel channels[] = { { "Big", 3000, 0 },
		{ "Small", 1000, 0 } };
	static struct simulate_product product = {
		.unit_price = 100, .demand_weight = 1, .stock_level = 10
	};
	struct simulate_params params = original_shop();
	double big = 0, wanted = 0, sold = 0;
	struct run run;

	(void)state;
	params.end = params.start + 999;
	params.channels = channels;
	params.n_channels = 2;
	params.products = &product;
	params.n_products = 1;
	params.inventory = 1;
	params.restock_threshold = 10;
	params.restock_quantity = 10;
	params.restock_lead_days = 0;
	run_start(&run, &params);
	while (simulate_next(run.shop, &run.day)) {
		assert_int_equal(run.day.orders, 10);
		big += (double)run.day.traffic[0].orders;
		sold += (double)run.day.orders;
		wanted += (double)run.day.traffic[0].wanted /
		    (double)(run.day.traffic[0].wanted +
			run.day.traffic[1].wanted);
	}
	assert_near(big / sold, wanted / 1000, 4 * sqrt(0.75 * 0.25 / 10000));
	run_end(&run);
}

/* ---- events -------------------------------------------------------------
 *
 * A shop with and without an event, side by side.  Days and channels that it
 * does not concern must be the same to the last byte.
 */

struct pair {
	struct run with, without;
};

enum { FIRST = 10, LAST = 14 }; /* of the event, from the start */

static void
pair_start(struct pair *pair, struct simulate_params *params,
    struct simulate_event *event)
{
	event->start = params->start + FIRST;
	event->end = params->start + LAST;
	event->share = event->share == 0 ? 1 : event->share;
	run_start(&pair->without, params);
	params->events = event;
	params->n_events = 1;
	run_start(&pair->with, params);
}

/* The next day of both; *day counts from -1 before the first. */
static int
pair_next(struct pair *pair, int *day)
{
	const struct run *a = &pair->with, *b = &pair->without;

	++*day;
	if (!simulate_next(a->shop, &pair->with.day))
		return 0;
	assert_int_equal(simulate_next(b->shop, &pair->without.day), 1);
	return 1;
}

static void
assert_same_channel(const struct pair *pair, int channel)
{
	const struct simulate_day *a = &pair->with.day, *b = &pair->without.day;

	assert_memory_equal(&a->traffic[channel], &b->traffic[channel],
	    sizeof(*a->traffic));
	for (size_t k = 0; k < pair->with.params.n_products; k++)
		assert_int_equal(a->sold[k * CHANNELS + (size_t)channel],
		    b->sold[k * CHANNELS + (size_t)channel]);
}

static void
assert_same_orders(struct pair *pair)
{
	static struct simulate_order a[MANY], b[MANY];
	const size_t n = orders_of_day(&pair->with, a, 1000);

	assert_int_equal(orders_of_day(&pair->without, b, 1000), n);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(a[i].channel, b[i].channel);
		assert_int_equal(a[i].product, b[i].product);
		assert_int_equal(a[i].customer, b[i].customer);
		assert_int_equal(a[i].order_value, b[i].order_value);
	}
}

static void
pair_end(struct pair *pair)
{
	run_end(&pair->with);
	run_end(&pair->without);
}

static int
is_event_day(int day)
{
	return day >= FIRST && day <= LAST;
}

static void
a_price_event_changes_order_values_only(void **state)
{
	static struct simulate_order a[MANY], b[MANY];
	struct simulate_params params = short_shop();
	struct simulate_event event = { .kind = SIMULATE_PRICE,
		.magnitude = 1.7,
		.channel = EMAIL,
		.category = HOME };
	struct pair pair;
	int changed = 0;

	(void)state;
	pair_start(&pair, &params, &event);
	for (int day = -1; pair_next(&pair, &day);) {
		size_t n;

		for (int c = 0; c < CHANNELS; c++)
			assert_same_channel(&pair, c);
		if (!is_event_day(day)) {
			assert_same_orders(&pair);
			continue;
		}
		n = orders_of_day(&pair.with, a, 1000);
		orders_of_day(&pair.without, b, 1000);
		for (size_t i = 0; i < n; i++) {
			const struct simulate_product *p =
			    &simulate_products(pair.with.shop)[a[i].product];
			const int64_t value = b[i].order_value;

			if (a[i].channel == EMAIL && p->category == HOME) {
				assert_near((double)a[i].order_value,
				    1.7 * (double)value, 0.51);
				changed++;
			} else
				assert_true(a[i].order_value == value);
		}
	}
	assert_true(changed > 10);
	pair_end(&pair);
}

static void
a_price_error_concerns_a_share_of_the_products(void **state)
{
	static struct simulate_order rows[MANY];
	struct simulate_params params = short_shop();
	struct simulate_event event = { .kind = SIMULATE_PRICE,
		.magnitude = 0.01,
		.share = 0.2,
		.channel = -1,
		.category = -1 };
	double wrong[300] = { 0 }, right[300] = { 0 }, products = 0;
	struct pair pair;

	(void)state;
	pair_start(&pair, &params, &event);
	for (int day = -1; pair_next(&pair, &day);) {
		const size_t n = orders_of_day(&pair.with, rows, 1000);

		for (size_t i = 0; is_event_day(day) && i < n; i++) {
			const size_t k = rows[i].product;

			if (rows[i].order_value ==
			    simulate_products(pair.with.shop)[k].unit_price)
				right[k]++;
			else
				wrong[k]++;
		}
	}
	for (int k = 0; k < 300; k++) {
		assert_true(right[k] == 0 || wrong[k] == 0);
		products += wrong[k] > 0;
	}
	assert_near(products, 60, 4 * sqrt(300 * 0.2 * 0.8));
	pair_end(&pair);
}

static void
an_orders_event_changes_the_orders_of_its_category_only(void **state)
{
	static struct simulate_channel large[CHANNELS];
	struct simulate_params params = short_shop();
	struct simulate_event event = { .kind = SIMULATE_ORDERS,
		.magnitude = 2,
		.channel = ORGANIC,
		.category = BEAUTY };
	double more[CATEGORIES] = { 0 }, before[CATEGORIES] = { 0 };
	struct pair pair;

	(void)state;
	memcpy(large, original_channels, sizeof(large));
	large[ORGANIC].base_sessions *= 20;
	params.channels = large;
	pair_start(&pair, &params, &event);
	for (int day = -1; pair_next(&pair, &day);) {
		for (int c = PAID_SEARCH; c < CHANNELS; c++)
			assert_same_channel(&pair, c);
		if (!is_event_day(day)) {
			assert_same_orders(&pair);
			continue;
		}
		assert_int_equal(pair.with.day.traffic[ORGANIC].visits,
		    pair.without.day.traffic[ORGANIC].visits);
		for (int k = 0; k < CATEGORIES; k++) {
			more[k] += sold_in(&pair.with, ORGANIC, k);
			before[k] += sold_in(&pair.without, ORGANIC, k);
		}
	}
	for (int k = 0; k < CATEGORIES; k++)
		assert_near(more[k], (k == BEAUTY ? 2 : 1) * before[k],
		    4 * sqrt((k == BEAUTY ? 6 : 2) * before[k]));
	pair_end(&pair);
}

/* conversion, and orders without a category, change the rate of a channel. */
static void
conversion_and_orders_events_change_the_rate(void **state)
{
	static const enum simulate_kind kind[] = { SIMULATE_CONVERSION,
		SIMULATE_ORDERS };

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct simulate_params params = short_shop();
		struct simulate_event event = { .kind = kind[i],
			.magnitude = 0.4,
			.channel = PAID_SEARCH,
			.category = -1 };
		double less = 0, before = 0;
		struct pair pair;

		pair_start(&pair, &params, &event);
		for (int day = -1; pair_next(&pair, &day);) {
			for (int c = 0; c < CHANNELS; c++)
				if (c != PAID_SEARCH || !is_event_day(day))
					assert_same_channel(&pair, c);
			if (!is_event_day(day)) {
				assert_same_orders(&pair);
				continue;
			}
			assert_int_equal(pair.with.day.traffic[PAID_SEARCH]
					     .sessions,
			    pair.without.day.traffic[PAID_SEARCH].sessions);
			less += sold_in(&pair.with, PAID_SEARCH, -1);
			before += sold_in(&pair.without, PAID_SEARCH, -1);
		}
		assert_near(less, 0.4 * before, 4 * sqrt(0.56 * before));
		pair_end(&pair);
	}
}

static void
a_traffic_event_changes_sessions_and_their_orders(void **state)
{
	struct simulate_params params = short_shop();
	struct simulate_event event = { .kind = SIMULATE_TRAFFIC,
		.magnitude = 0.6,
		.channel = PAID_SOCIAL,
		.category = -1 };
	double less = 0, before = 0;
	struct pair pair;

	(void)state;
	pair_start(&pair, &params, &event);
	for (int day = -1; pair_next(&pair, &day);) {
		const struct simulate_traffic *a, *b;

		for (int c = 0; c < CHANNELS; c++)
			if (c != PAID_SOCIAL || !is_event_day(day))
				assert_same_channel(&pair, c);
		if (!is_event_day(day)) {
			assert_same_orders(&pair);
			continue;
		}
		a = &pair.with.day.traffic[PAID_SOCIAL];
		b = &pair.without.day.traffic[PAID_SOCIAL];
		assert_int_equal(a->sessions, a->visits);
		assert_near((double)a->sessions, 0.6 * (double)b->sessions, 1);
		less += (double)a->orders;
		before += (double)b->orders;
	}
	assert_near(less, 0.6 * before, 4 * sqrt(0.96 * before));
	pair_end(&pair);
}

static void
tracking_and_bots_change_recorded_sessions_only(void **state)
{
	static const enum simulate_kind kind[] = { SIMULATE_TRACKING,
		SIMULATE_BOTS };
	static const double magnitude[] = { 0.3, 3 };

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct simulate_params params = short_shop();
		struct simulate_event event = { .kind = kind[i],
			.magnitude = magnitude[i],
			.channel = -1,
			.category = -1 };
		struct pair pair;

		pair_start(&pair, &params, &event);
		for (int day = -1; pair_next(&pair, &day);) {
			assert_same_orders(&pair);
			for (int c = 0; c < CHANNELS; c++) {
				const struct simulate_traffic *a, *b;

				a = &pair.with.day.traffic[c];
				b = &pair.without.day.traffic[c];
				assert_int_equal(a->visits, b->visits);
				assert_int_equal(a->orders, b->orders);
				assert_near((double)a->sessions,
				    (is_event_day(day) ? magnitude[i] : 1) *
					(double)b->sessions,
				    0.5001);
			}
		}
		pair_end(&pair);
	}
}

static void
a_stockout_loses_the_orders_of_its_category(void **state)
{
	static const double magnitude[] = { 0, 0.25 };

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct simulate_params params = short_shop();
		struct simulate_event event = { .kind = SIMULATE_STOCKOUT,
			.magnitude = magnitude[i],
			.channel = -1,
			.category = APPAREL };
		double kept = 0, before = 0, lost = 0;
		struct pair pair;

		pair_start(&pair, &params, &event);
		for (int day = -1; pair_next(&pair, &day);) {
			if (!is_event_day(day)) {
				assert_same_orders(&pair);
				continue;
			}
			for (int k = 0; k < CATEGORIES; k++)
				if (k != APPAREL)
					assert_near(sold_in(&pair.with, -1, k),
					    sold_in(&pair.without, -1, k), 0);
			for (int c = 0; c < CHANNELS; c++)
				assert_int_equal(pair.with.day.traffic[c]
						     .wanted,
				    pair.without.day.traffic[c].orders);
			for (int k = 0; k < 300; k++)
				lost += (double)pair.with.day.stock[k]
					    .units_lost;
			kept += sold_in(&pair.with, -1, APPAREL);
			before += sold_in(&pair.without, -1, APPAREL);
		}
		assert_near(kept + lost, before, 0);
		assert_near(kept, magnitude[i] * before,
		    4 * sqrt(magnitude[i] * (1 - magnitude[i]) * before));
		pair_end(&pair);
	}
}

static void
a_ramp_reaches_its_magnitude_in_equal_steps(void **state)
{
	static const double factor[] = { 0.9, 0.8, 0.7, 0.6, 0.5 };
	struct simulate_params params = short_shop();
	struct simulate_event event = { .kind = SIMULATE_TRAFFIC,
		.shape = SIMULATE_RAMPED,
		.magnitude = 0.5,
		.channel = -1,
		.category = -1 };
	struct pair pair;

	(void)state;
	pair_start(&pair, &params, &event);
	for (int day = -1; pair_next(&pair, &day);)
		for (int c = 0; c < CHANNELS; c++)
			assert_near((double)pair.with.day.traffic[c].sessions,
			    (is_event_day(day) ? factor[day - FIRST] : 1) *
				(double)pair.without.day.traffic[c].sessions,
			    1);
	pair_end(&pair);
}

static void
events_that_overlap_are_multiplied(void **state)
{
	struct simulate_params params = original_shop();
	const struct simulate_event events[] = {
		{ .kind = SIMULATE_TRAFFIC,
		    .start = params.start,
		    .end = params.start,
		    .magnitude = 0.5,
		    .channel = -1,
		    .category = -1 },
		{ .kind = SIMULATE_TRAFFIC,
		    .start = params.start,
		    .end = params.start,
		    .magnitude = 0.5,
		    .channel = ORGANIC,
		    .category = -1 },
	};

	(void)state;
	params.session_noise = 0;
	params.events = events;
	params.n_events = 2;
	assert_int_equal(sessions_on(&params, params.start, ORGANIC), 2000);
	assert_int_equal(sessions_on(&params, params.start, EMAIL), 500);
}

static void
events_without_any_orders_or_sessions_work(void **state)
{
	struct simulate_params params = short_shop();
	const struct simulate_event events[] = {
		{ .kind = SIMULATE_ORDERS,
		    .start = params.start,
		    .end = params.start,
		    .magnitude = 0,
		    .channel = -1,
		    .category = -1 },
		{ .kind = SIMULATE_TRAFFIC,
		    .start = params.start + 1,
		    .end = params.start + 1,
		    .magnitude = 0,
		    .channel = -1,
		    .category = -1 },
	};
	struct simulate_order row;
	struct run run;

	(void)state;
	params.events = events;
	params.n_events = 2;
	run_start(&run, &params);
	for (int day = 0; day < 2; day++) {
		assert_int_equal(simulate_next(run.shop, &run.day), 1);
		assert_int_equal(run.day.orders, 0);
		simulate_orders_start(run.orders, &run.day);
		assert_int_equal(simulate_orders_next(run.orders, &row, 1), 0);
	}
	assert_int_equal(simulate_next(run.shop, &run.day), 1);
	assert_true(run.day.orders > 0);
	run_end(&run);
}

static void
the_truth_is_cut_to_the_simulated_days(void **state)
{
	struct simulate_params params = short_shop();
	const struct simulate_event events[] = {
		{ .kind = SIMULATE_TRAFFIC,
		    .start = params.start - 9,
		    .end = params.start + 3,
		    .magnitude = 1,
		    .channel = -1,
		    .category = -1 },
		{ .kind = SIMULATE_TRAFFIC,
		    .start = params.start + 5,
		    .end = params.end + 9,
		    .magnitude = 1,
		    .channel = -1,
		    .category = -1 },
		{ .kind = SIMULATE_TRAFFIC,
		    .start = params.end + 1,
		    .end = params.end + 9,
		    .magnitude = 1,
		    .channel = -1,
		    .category = -1 },
	};
	int32_t first, last;
	struct run run;

	(void)state;
	params.events = events;
	params.n_events = 3;
	run_start(&run, &params);
	assert_int_equal(simulate_event_days(run.shop, 0, &first, &last), 1);
	assert_int_equal(first, params.start);
	assert_int_equal(last, params.start + 3);
	assert_int_equal(simulate_event_days(run.shop, 1, &first, &last), 1);
	assert_int_equal(first, params.start + 5);
	assert_int_equal(last, params.end);
	assert_int_equal(simulate_event_days(run.shop, 2, &first, &last), 0);
	assert_string_equal(simulate_kind_name(SIMULATE_STOCKOUT), "stockout");
	run_end(&run);
}

/* ---- parameters --------------------------------------------------------- */

static void
assert_refused(const struct simulate_params *params, const char *why)
{
	const char *wrong = simulate_check(params, NULL);

	assert_non_null(wrong);
	assert_string_equal(wrong, why);
}

static void
a_shop_that_cannot_be_is_refused(void **state)
{
	static const double nothing[] = { 0, 0 };
	static const struct simulate_product weightless = { .category = 0 };
	static const struct simulate_category odd = { "Odd", 5, 4 };
	static const struct simulate_channel lost = { "Lost", NAN, 0 };
	struct simulate_params p;

	(void)state;
	p = original_shop();
	assert_null(simulate_check(&p, NULL));
	p.end = p.start - 1;
	assert_refused(&p, "the end is before the start");
	p = original_shop();
	p.n_products = 0;
	assert_refused(&p, "there are no products");
	p = original_shop();
	p.n_customers = 0;
	assert_refused(&p, "there are no customers");
	p = original_shop();
	p.n_channels = 0;
	assert_refused(&p, "there are no channels");
	p = original_shop();
	p.n_categories = 0;
	assert_refused(&p, "there are no categories");
	p = original_shop();
	p.signup_start = p.start + 1;
	assert_refused(&p, "customers sign up after the start");
	p = original_shop();
	p.growth = -0.1;
	assert_refused(&p, "the growth leaves no sessions in the last year");
	p = original_shop();
	p.weekly[3] = NAN;
	assert_refused(&p, "a factor of the week is not within 0 to 1000");
	p = original_shop();
	p.conversion_base = 2;
	assert_refused(&p, "the base conversion rate is not within 0 to 1");
	p = original_shop();
	p.margin_max = 0.2;
	assert_refused(&p,
	    "the margins are not two rising numbers within 0 to 1");
	p = original_shop();
	p.quantity = nothing;
	p.n_quantities = 2;
	assert_refused(&p, "all weights of quantities are 0");
	p = original_shop();
	p.products = &weightless;
	p.n_products = 1;
	assert_null(simulate_check(&p, NULL));
	p.use_demand_weight = 1;
	assert_refused(&p, "all demand weights are 0");
	p = original_shop();
	p.categories = &odd;
	p.n_categories = 1;
	assert_refused(&p, "the highest price is below the lowest");
	p = original_shop();
	p.channels = &lost;
	p.n_channels = 1;
	assert_refused(&p, "the base sessions are not within 0 to 1000000000");
	p = original_shop();
	p.n_products = 1000000;
	p.quantity = (const double[]){ 1, 1, 1, 1, 1 };
	p.n_quantities = 5;
	assert_refused(&p,
	    "channels x products x quantities are more than 16777216");
	p = original_shop();
	p.inventory = 1;
	p.restock_lead_days = -1;
	assert_refused(&p, "the restock lead days are not within 0 to 36500");
}

static void
an_event_that_cannot_be_is_refused_by_its_number(void **state)
{
	const struct simulate_event good = { .kind = SIMULATE_PRICE,
		.start = 20100,
		.end = 20101,
		.magnitude = 2,
		.share = 1,
		.channel = -1,
		.category = -1 };
	struct simulate_event events[2] = { good, good };
	struct simulate_params p = original_shop();
	size_t item;

	(void)state;
	p.events = events;
	p.n_events = 2;
	assert_null(simulate_check(&p, &item));
	assert_true(item == SIZE_MAX);

#define REFUSED(field, value, why)         \
	do {                               \
		events[1] = good;          \
		events[1].field = value;   \
		assert_refused(&p, why);   \
		simulate_check(&p, &item); \
		assert_int_equal(item, 1); \
	} while (0)

	REFUSED(end, 20099, "the end of an event is before its start");
	REFUSED(magnitude, -1, "the magnitude is not within 0 to 1000");
	REFUSED(magnitude, NAN, "the magnitude is not within 0 to 1000");
	REFUSED(share, 0, "the share of products is not within 0 to 1");
	REFUSED(channel, 4, "the channel of an event is unknown");
	REFUSED(category, 5, "the category of an event is unknown");
	REFUSED(kind, SIMULATE_STOCKOUT, "the magnitude of a loss is above 1");
	REFUSED(kind, SIMULATE_KINDS, "the kind of event is unknown");
	events[1] = good;
	events[1].kind = SIMULATE_TRAFFIC;
	events[1].category = HOME;
	assert_refused(&p, "an event of this kind has no category");
	events[1].kind = SIMULATE_BOTS;
	events[1].category = -1;
	events[1].magnitude = 0.5;
	assert_refused(&p, "the magnitude of bots is below 1");
	events[1].kind = SIMULATE_STOCKOUT;
	events[1].channel = EMAIL;
	assert_refused(&p, "an event of this kind has no channel");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(orders_agree_with_the_counts_of_their_day),
		cmocka_unit_test(orders_of_a_day_can_be_made_alone),
		cmocka_unit_test(
		    two_makers_of_orders_do_not_disturb_each_other),
		cmocka_unit_test(channels_are_mixed_within_a_day),
		cmocka_unit_test(
		    a_date_has_the_same_draws_whatever_the_first_day_is),
		cmocka_unit_test(another_seed_is_another_shop),
		cmocka_unit_test(drawn_products_keep_to_their_ranges),
		cmocka_unit_test(demand_weights_decide_what_sells),
		cmocka_unit_test(customers_sign_up_before_the_first_day),
		cmocka_unit_test(without_a_spread_all_customers_buy_alike),
		cmocka_unit_test(with_a_spread_a_few_customers_buy_often),
		cmocka_unit_test(
		    quantities_and_value_noise_follow_their_distributions),
		cmocka_unit_test(
		    sessions_grow_with_months_weekends_and_holidays),
		cmocka_unit_test(a_yearly_season_peaks_on_its_day),
		cmocka_unit_test(
		    session_noise_has_its_deviation_and_correlations),
		cmocka_unit_test(conversion_follows_the_month),
		cmocka_unit_test(
		    conversion_stays_above_its_minimum_and_below_1),
		cmocka_unit_test(sold_and_lost_are_what_was_wanted),
		cmocka_unit_test(stock_adds_up_and_arrives_on_time),
		cmocka_unit_test(who_comes_first_is_served),
		cmocka_unit_test(a_price_event_changes_order_values_only),
		cmocka_unit_test(
		    a_price_error_concerns_a_share_of_the_products),
		cmocka_unit_test(
		    an_orders_event_changes_the_orders_of_its_category_only),
		cmocka_unit_test(conversion_and_orders_events_change_the_rate),
		cmocka_unit_test(
		    a_traffic_event_changes_sessions_and_their_orders),
		cmocka_unit_test(
		    tracking_and_bots_change_recorded_sessions_only),
		cmocka_unit_test(a_stockout_loses_the_orders_of_its_category),
		cmocka_unit_test(a_ramp_reaches_its_magnitude_in_equal_steps),
		cmocka_unit_test(events_that_overlap_are_multiplied),
		cmocka_unit_test(events_without_any_orders_or_sessions_work),
		cmocka_unit_test(the_truth_is_cut_to_the_simulated_days),
		cmocka_unit_test(a_shop_that_cannot_be_is_refused),
		cmocka_unit_test(
		    an_event_that_cannot_be_is_refused_by_its_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
