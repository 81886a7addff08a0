/*
 * With the original engine's settings, its products and what it only pretends
 * to do switched off, a year of ours is a year of the original's: the figures
 * of its own year lie inside 3 standard deviations of 50 of our seeds.
 *
 * tests/data/original-products.csv.gz and website_traffic.csv.gz are its files; its
 * orders are summed by
 *
 *	gzip -dc $AEE_REFERENCE/original/orders.csv.gz | awk -F, 'NR > 1 {
 *	    k = substr($1, 1, 7) "," $2; n[k]++; v[k] += $5 }
 *	END { print "month,channel,orders,revenue"
 *	    for (k in n) printf "%s,%d,%.2f\n", k, n[k], v[k] | "sort"
 *	}' >tests/data/original-months.csv
 */
#include <stdio.h>
#include <string.h>

#include "shop.h"

enum { SEEDS = 50, DAYS = 365, MONTHS = 12, PRODUCTS = 300 };

/* A year, in what its figures are made of. */
struct year {
	double sessions[DAYS][CHANNELS];
	double orders[MONTHS][CHANNELS];
	double revenue[MONTHS][CHANNELS];
};

static struct simulate_product products[PRODUCTS];
static struct year original, ours[SEEDS];

static size_t
index_of(const char *name, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	fail_msg("'%s' is unknown", name);
	return 0;
}

static size_t
channel_of(const char *name)
{
	static const char *const names[] = { "Organic", "Paid_Search",
		"Paid_Social", "Email" };

	return index_of(name, names, CHANNELS);
}

static void
read_products(void)
{
	static const char *const names[] = { "Apparel", "Electronics", "Beauty",
		"Home", "Accessories" };
	FILE *f = popen("gzip -dc tests/data/original-products.csv.gz", "r");
	char line[200], category[20];
	double price, cost, weight;
	long stock;
	size_t n = 0;

	assert_non_null(f);
	assert_non_null(fgets(line, sizeof(line), f));
	while (fgets(line, sizeof(line), f) != NULL) {
		assert_int_equal(sscanf(line, "%*d,%19[^,],%lf,%lf,%lf,%ld",
				     category, &price, &cost, &weight, &stock),
		    5);
		assert_true(n < PRODUCTS);
		products[n++] = (struct simulate_product){
			.category = (uint32_t)index_of(category, names,
			    CATEGORIES),
			.unit_price = llround(price * 100),
			.cost_price = llround(cost * 100),
			.demand_weight = weight,
			.stock_level = stock,
		};
	}
	assert_int_equal(pclose(f), 0);
	assert_int_equal(n, PRODUCTS);
}

static void
read_original(void)
{
	FILE *f = popen("gzip -dc tests/data/original-website_traffic.csv.gz",
	    "r");
	char line[200], channel[20];
	int year, month, day;
	double a, b;

	assert_non_null(f);
	assert_non_null(fgets(line, sizeof(line), f));
	while (fgets(line, sizeof(line), f) != NULL) {
		assert_int_equal(sscanf(line, "%d-%d-%d,%19[^,],%lf", &year,
				     &month, &day, channel, &a),
		    5);
		original.sessions[day_of(year, month, day) - day_of(2025, 1, 1)]
				 [channel_of(channel)] = a;
	}
	assert_int_equal(pclose(f), 0);

	f = fopen("tests/data/original-months.csv", "r");
	assert_non_null(f);
	assert_non_null(fgets(line, sizeof(line), f));
	while (fgets(line, sizeof(line), f) != NULL) {
		assert_int_equal(sscanf(line, "%d-%d,%19[^,],%lf,%lf", &year,
				     &month, channel, &a, &b),
		    5);
		original.orders[month - 1][channel_of(channel)] = a;
		original.revenue[month - 1][channel_of(channel)] = b;
	}
	fclose(f);
}

static void
simulate_year(uint64_t seed, struct year *year)
{
	static const struct simulate_event events[] = {
		{ .kind = SIMULATE_PRICE,
		    .start = 20162,
		    .end = 20163,
		    .magnitude = 1.7,
		    .share = 1,
		    .channel = -1,
		    .category = -1 },
		{ .kind = SIMULATE_PRICE,
		    .start = 20341,
		    .end = 20343,
		    .magnitude = 0.5,
		    .share = 1,
		    .channel = -1,
		    .category = -1 },
	};
	struct simulate_params params = original_shop();
	struct simulate_order rows[256];
	struct run run;

	assert_int_equal(events[0].start, day_of(2025, 3, 15));
	assert_int_equal(events[1].end, day_of(2025, 9, 12));
	params.seed = seed;
	params.products = products;
	params.events = events;
	params.n_events = 2;
	run_start(&run, &params);
	for (size_t d = 0; simulate_next(run.shop, &run.day); d++) {
		size_t n;
		int month;

		date_civil(run.day.date, NULL, &month, NULL);
		for (size_t c = 0; c < CHANNELS; c++)
			year->sessions[d][c] = (double)run.day.traffic[c]
						   .sessions;
		simulate_orders_start(run.orders, &run.day);
		while ((n = run_orders(&run, rows, 256)) > 0)
			for (size_t i = 0; i < n; i++) {
				const size_t c = rows[i].channel;

				year->orders[month - 1][c]++;
				year->revenue[month - 1][c] +=
				    (double)rows[i].order_value / 100;
			}
	}
	run_end(&run);
}

/* The figures of a year that must lie inside: for each channel sessions a day,
 * their deviation, conversion rate, order value and revenue; revenue of each
 * month; and sessions, conversion rate, order value and revenue of the year. */
enum { FIGURES = 5 * CHANNELS + MONTHS + 4 };

static void
figures_of(const struct year *year, double figure[FIGURES])
{
	double sessions = 0, orders = 0, revenue = 0;
	size_t n = 0;

	for (size_t c = 0; c < CHANNELS; c++) {
		double s = 0, s2 = 0, o = 0, r = 0;

		for (size_t d = 0; d < DAYS; d++)
			s += year->sessions[d][c];
		for (size_t d = 0; d < DAYS; d++)
			s2 += (year->sessions[d][c] - s / DAYS) *
			    (year->sessions[d][c] - s / DAYS);
		for (size_t m = 0; m < MONTHS; m++) {
			o += year->orders[m][c];
			r += year->revenue[m][c];
		}
		figure[n++] = s / DAYS;
		figure[n++] = sqrt(s2 / (DAYS - 1));
		figure[n++] = o / s;
		figure[n++] = r / o;
		figure[n++] = r;
		sessions += s;
		orders += o;
		revenue += r;
	}
	for (size_t m = 0; m < MONTHS; m++) {
		figure[n] = 0;
		for (size_t c = 0; c < CHANNELS; c++)
			figure[n] += year->revenue[m][c];
		n++;
	}
	figure[n++] = sessions;
	figure[n++] = orders / sessions;
	figure[n++] = revenue / orders;
	figure[n++] = revenue;
	assert_int_equal(n, FIGURES);
}

/* How many standard deviations of the n values x the value y is away from their
 * mean. */
static double
distance(const double *x, size_t n, double y)
{
	double sum = 0, squares = 0;

	for (size_t i = 0; i < n; i++)
		sum += x[i];
	for (size_t i = 0; i < n; i++)
		squares += (x[i] - sum / (double)n) * (x[i] - sum / (double)n);
	return fabs(y - sum / (double)n) / sqrt(squares / (double)(n - 1));
}

static int
read_and_simulate(void **state)
{
	(void)state;
	read_products();
	read_original();
	for (size_t i = 0; i < SEEDS; i++)
		simulate_year(i + 1, &ours[i]);
	return 0;
}

static void
the_figures_of_the_original_are_inside_3_deviations(void **state)
{
	static double figure[SEEDS][FIGURES];
	double of_original[FIGURES];

	(void)state;
	for (size_t i = 0; i < SEEDS; i++)
		figures_of(&ours[i], figure[i]);
	figures_of(&original, of_original);
	for (size_t f = 0; f < FIGURES; f++) {
		double x[SEEDS], z;

		for (size_t i = 0; i < SEEDS; i++)
			x[i] = figure[i][f];
		z = distance(x, SEEDS, of_original[f]);
		if (z > 3)
			fail_msg("figure %zu, %g, is %.2f deviations away", f,
			    of_original[f], z);
	}
}

/*
 * Of many cells some lie outside by chance: a value of 50 others' normal
 * distribution with a probability of P(|t49| > 3 / sqrt(1 + 1/50)) = 0.0047.
 * The limits are the 0.999 quantiles of the binomial of as many cells.
 */
static void
daily_sessions_and_months_of_channels_are_rarely_outside(void **state)
{
	double x[SEEDS];
	int outside = 0;

	(void)state;
	for (size_t d = 0; d < DAYS; d++)
		for (size_t c = 0; c < CHANNELS; c++) {
			for (size_t i = 0; i < SEEDS; i++)
				x[i] = ours[i].sessions[d][c];
			outside += distance(x, SEEDS, original.sessions[d][c]) >
			    3;
		}
	assert_true(outside <= 16); /* of 1460 */

	outside = 0;
	for (size_t m = 0; m < MONTHS; m++)
		for (size_t c = 0; c < CHANNELS; c++) {
			for (size_t i = 0; i < SEEDS; i++)
				x[i] = ours[i].revenue[m][c];
			outside += distance(x, SEEDS, original.revenue[m][c]) >
			    3;
		}
	assert_true(outside <= 3); /* of 48 */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    the_figures_of_the_original_are_inside_3_deviations),
		cmocka_unit_test(
		    daily_sessions_and_months_of_channels_are_rarely_outside),
	};

	return cmocka_run_group_tests(tests, read_and_simulate, NULL);
}
