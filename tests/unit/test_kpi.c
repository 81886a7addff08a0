#include "model/kpi.h"

#include <string.h>

#include "base/date.h"

#include "unit.h"

/* An order; NULL stands for no cost. */
struct row {
	const char *date;
	size_t group, channel;
	const char *value, *cost;
};

static int32_t
day_of(const char *date)
{
	int32_t day = 0;

	assert_int_equal(date_parse(date, strlen(date), &day), 0);
	return day;
}

static struct decimal
dec(const char *text)
{
	struct decimal d = { 0 };

	if (text != NULL)
		assert_null(decimal_parse(text, strlen(text), &d));
	return d;
}

static struct kpi *
start(enum kpi_period period)
{
	const struct kpi_params params = {
		.period = period, .top_channel = true, .moments = true
	};
	struct kpi *k = kpi_new(&params);

	assert_non_null(k);
	return k;
}

static void
add(struct kpi *k, const struct row *row, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct kpi_order order = { .day = day_of(row[i].date),
			.group = row[i].group,
			.channel = row[i].channel,
			.value = dec(row[i].value),
			.cost = dec(row[i].cost),
			.order = KPI_NONE,
			.customer = KPI_NONE };

		assert_int_equal(kpi_add_order(k, &order), 0);
	}
}

static void
visit(struct kpi *k, size_t group, const char *date, const char *sessions)
{
	const struct decimal d = dec(sessions);

	assert_int_equal(kpi_add_sessions(k, group, day_of(date), &d), 0);
}

static struct kpi_values
at(const struct kpi *k, size_t group, size_t period)
{
	struct kpi_values v;

	kpi_values(k, group, period, &v);
	return v;
}

static void
assert_sum(struct decimal_sum sum, const char *want)
{
	char text[DECIMAL_TEXT_MAX];

	decimal_sum_format(text, &sum);
	assert_string_equal(text, want);
}

static void
assert_day(const struct kpi_values *v, const char *want)
{
	char text[DATE_TEXT_MAX];

	date_format(v->day, text);
	assert_string_equal(text, want);
}

static void
the_figures_are_those_of_the_worked_example(void **state)
{
	static const struct row row[] = {
		{ "2025-01-01", 0, 0, "100.10", "60" },
		{ "2025-01-01", 0, 1, "300.20", "150.15" },
		{ "2025-01-01", 0, 1, "-50.05", NULL },
		{ "2025-01-01", 0, 0, "49.75", NULL },
	};
	struct kpi *k = start(KPI_DAY);
	struct kpi_values v;

	(void)state;
	add(k, row, 4);
	visit(k, 0, "2025-01-01", "100");
	visit(k, 0, "2025-01-01", "60");
	assert_int_equal(kpi_periods(k), 1);
	v = at(k, 0, 0);
	assert_day(&v, "2025-01-01");
	assert_sum(v.revenue, "400");
	assert_sum(v.sessions, "160");
	assert_sum(v.cost, "210.15");
	/* 10020.01 + 90120.04 + 2505.0025 + 2475.0625 */
	assert_sum(v.squares, "105120.115");
	assert_int_equal(v.orders, 4);
	assert_near(v.aov, 100, 0);
	assert_near(v.conversion_rate, 0.025, 0);
	assert_near(v.revenue_per_session, 2.5, 0);
	assert_near(v.gross_margin, 189.85 / 400, 0);
	assert_int_equal(v.top_channel, 1);
	assert_near(v.top_channel_share, 250.15 / 400, 0);
	kpi_free(k);
}

static void
inside_the_orders_range_no_orders_are_zero_orders(void **state)
{
	static const struct row row[] = {
		{ "2025-01-02", 0, 0, "10", NULL },
		{ "2025-01-04", 1, 0, "20", NULL },
	};
	struct kpi *k = start(KPI_DAY);

	(void)state;
	add(k, row, 2);
	visit(k, 0, "2025-01-01", "5");
	visit(k, 2, "2025-01-05", "0");
	assert_int_equal(kpi_periods(k), 5);
	for (size_t group = 0; group < 4; group++)
		for (size_t i = 0; i < 5; i++) {
			struct kpi_values v = at(k, group, i);
			bool inside = i >= 1 && i <= 3;
			int64_t orders = (group == 0 && i == 1) ||
			    (group == 1 && i == 3);

			assert_int_equal(v.day - day_of("2025-01-01"), i);
			assert_int_equal(v.has_orders, inside);
			if (inside)
				assert_int_equal(v.orders, orders);
			assert_int_equal(isnan(v.aov), orders == 0);
			assert_int_equal(isnan(v.top_channel_share),
			    orders == 0);
			assert_int_equal(v.has_sessions,
			    (group == 0 && i == 0) || (group == 2 && i == 4));
			assert_true(isnan(v.conversion_rate));
		}
	kpi_free(k);
}

static void
a_ratio_to_nothing_is_missing(void **state)
{
	static const struct row row[] = {
		{ "2025-01-01", 0, 0, "-10", "5" },
		{ "2025-01-02", 0, 0, "10", NULL },
		{ "2025-01-02", 0, 1, "-10", NULL },
		{ "2025-01-03", 0, 0, "30", NULL },
		{ "2025-01-03", 0, 1, "-10", NULL },
	};
	struct kpi *k = start(KPI_DAY);
	struct kpi_values v;

	(void)state;
	add(k, row, 5);
	visit(k, 0, "2025-01-01", "0");
	visit(k, 0, "2025-01-02", "4");
	v = at(k, 0, 0); /* negative revenue, no sessions */
	assert_near(v.aov, -10, 0);
	assert_true(isnan(v.conversion_rate));
	assert_true(isnan(v.revenue_per_session));
	assert_true(isnan(v.top_channel_share));
	assert_true(isnan(v.gross_margin));
	v = at(k, 0, 1); /* revenue 0 of two orders */
	assert_near(v.aov, 0, 0);
	assert_near(v.conversion_rate, 0.5, 0);
	assert_near(v.revenue_per_session, 0, 0);
	assert_true(isnan(v.top_channel_share));
	assert_true(isnan(v.gross_margin));
	v = at(k, 0, 2); /* more than the whole */
	assert_near(v.top_channel_share, 1.5, 0);
	kpi_free(k);
}

static void
the_first_of_equal_channels_is_the_top(void **state)
{
	static const struct row row[] = {
		{ "2025-01-01", 0, 2, "10", NULL },
		{ "2025-01-01", 0, 1, "10.0", NULL },
		{ "2025-01-01", 0, 0, "9.99", NULL },
	};
	struct kpi *k = start(KPI_DAY);

	(void)state;
	add(k, row, 3);
	assert_int_equal(at(k, 0, 0).top_channel, 1);
	kpi_free(k);
}

/* ISO 8601: 2024-12-30 is the Monday of week 1 of 2025, 2021-01-03 the Sunday
 * of week 53 of 2020. */
static void
weeks_begin_on_monday_whatever_the_year(void **state)
{
	static const struct {
		const char *date, *monday;
	} cases[] = {
		{ "2024-12-29", "2024-12-23" },
		{ "2024-12-30", "2024-12-30" },
		{ "2025-01-05", "2024-12-30" },
		{ "2025-01-06", "2025-01-06" },
		{ "2021-01-03", "2020-12-28" },
		{ "1970-01-01", "1969-12-29" },
		{ "1969-12-29", "1969-12-29" },
		{ "1969-12-28", "1969-12-22" },
		{ "1969-12-22", "1969-12-22" },
		{ "1969-12-21", "1969-12-15" },
		{ "0001-01-01", "0001-01-01" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct row row = { cases[i].date, 0, 0, "1", NULL };
		struct kpi *k = start(KPI_WEEK);
		struct kpi_values v;

		add(k, &row, 1);
		assert_int_equal(kpi_periods(k), 1);
		v = at(k, 0, 0);
		assert_day(&v, cases[i].monday);
		kpi_free(k);
	}
}

static void
periods_without_a_row_are_counted_in(void **state)
{
	static const struct row row[] = {
		{ "2024-11-30", 0, 0, "1", NULL },
		{ "2025-02-01", 0, 0, "2", NULL },
	};
	static const struct {
		enum kpi_period period;
		size_t n;
		const char *first, *last;
	} cases[] = {
		{ KPI_DAY, 64, "2024-11-30", "2025-02-01" },
		{ KPI_WEEK, 10, "2024-11-25", "2025-01-27" },
		{ KPI_MONTH, 4, "2024-11-01", "2025-02-01" },
		{ KPI_ALL, 1, "2024-11-30", "2024-11-30" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct kpi *k = start(cases[i].period);
		struct kpi_values v;

		assert_int_equal(kpi_periods(k), 0);
		add(k, row, 2);
		assert_int_equal(kpi_periods(k), cases[i].n);
		v = at(k, 0, 0);
		assert_day(&v, cases[i].first);
		v = at(k, 0, cases[i].n - 1);
		assert_day(&v, cases[i].last);
		assert_sum(v.revenue, cases[i].n == 1 ? "3" : "2");
		assert_int_equal(kpi_first_day(k), day_of("2024-11-30"));
		assert_int_equal(kpi_last_day(k), day_of("2025-02-01"));
		kpi_free(k);
	}
}

static void
a_covered_day_is_in_the_range_and_adds_nothing(void **state)
{
	static const struct row row = { "2025-01-02", 0, 0, "1", NULL };
	struct kpi *k = start(KPI_DAY);

	(void)state;
	add(k, &row, 1);
	kpi_cover(k, day_of("2025-01-04"));
	assert_int_equal(kpi_periods(k), 3);
	assert_false(at(k, 0, 2).has_orders);
	assert_false(at(k, 0, 2).has_sessions);
	kpi_free(k);
}

/* Days in an order that jumps about must make the same cells. */
static void
dates_may_come_in_any_order(void **state)
{
	struct kpi *k = start(KPI_DAY);
	int32_t first = day_of("2025-01-01");

	(void)state;
	for (int i = 0; i < 1009; i++) {
		struct kpi_order order = { .day = first + (i * 617) % 1009,
			.value = { .mantissa = (i * 617) % 1009 },
			.order = KPI_NONE,
			.customer = KPI_NONE };

		assert_int_equal(kpi_add_order(k, &order), 0);
	}
	assert_int_equal(kpi_periods(k), 1009);
	for (size_t i = 0; i < 1009; i++) {
		struct kpi_values v = at(k, 0, i);

		assert_int_equal(v.orders, 1);
		assert_near(v.aov, (double)i, 0);
	}
	kpi_free(k);
}

static void
distinct_orders_and_customers_are_counted_once_a_cell(void **state)
{
	const struct kpi_params params = {
		.period = KPI_DAY, .distinct_orders = true, .customers = true
	};
	static const struct {
		int32_t day;
		size_t group, order, customer;
	} rows[] = {
		{ 0, 0, 1, 7 },
		{ 0, 0, 1, 7 },
		{ 0, 0, 2, 7 },
		{ 0, 0, KPI_NONE, 8 }, /* counts by itself */
		{ 0, 0, KPI_NONE, KPI_NONE },
		{ 0, 1, 1, 7 },
		{ 1, 0, 1, 7 },
	};
	struct kpi *k = kpi_new(&params);

	(void)state;
	assert_non_null(k);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct kpi_order order = { .day = rows[i].day,
			.group = rows[i].group,
			.order = rows[i].order,
			.customer = rows[i].customer };

		assert_int_equal(kpi_add_order(k, &order), 0);
	}
	assert_int_equal(at(k, 0, 0).orders, 4);
	assert_int_equal(at(k, 0, 0).customers, 2);
	assert_int_equal(at(k, 1, 0).orders, 1);
	assert_int_equal(at(k, 1, 0).customers, 1);
	assert_int_equal(at(k, 0, 1).orders, 1);
	assert_int_equal(at(k, 1, 1).orders, 0);
	kpi_free(k);
}

static struct kpi *
start_counts(enum kpi_period period, bool approximate)
{
	const struct kpi_params params = { .period = period,
		.distinct_orders = true,
		.customers = true,
		.approximate = approximate };
	struct kpi *k = kpi_new(&params);

	assert_non_null(k);
	return k;
}

static int
buy(struct kpi *k, int32_t day, size_t order, size_t customer)
{
	const struct kpi_order o = {
		.day = day, .order = order, .customer = customer
	};

	return kpi_add_order(k, &o);
}

static void
closed_counts_stay_and_take_no_more(void **state)
{
	(void)state;
	for (int approximate = 0; approximate < 2; approximate++) {
		struct kpi *k = start_counts(KPI_DAY, approximate == 1);

		for (int32_t day = 0; day < 3; day++) {
			assert_true(kpi_is_later(k, day));
			for (size_t i = 0; i < 2000; i++)
				assert_int_equal(buy(k, day, i / 2 + 1,
						     i % 1000 + 1),
				    0);
			assert_false(kpi_is_later(k, day));
			assert_true(kpi_in_order(k));
			assert_true(kpi_distinct_bytes(k) > 0);
			kpi_close_counts(k);
			assert_int_equal(kpi_distinct_bytes(k), 0);
			/* Rows that nothing is told apart in still count. */
			assert_int_equal(buy(k, day, 1, 1), -3);
			assert_int_equal(buy(k, day, KPI_NONE, KPI_NONE), 0);
			assert_int_equal(at(k, 0, (size_t)day).orders, 1001);
			assert_int_equal(at(k, 0, (size_t)day).customers, 1000);
		}
		kpi_free(k);
	}
}

static void
the_order_of_periods_is_known(void **state)
{
	struct kpi *days = start_counts(KPI_DAY, false);
	struct kpi *months = start_counts(KPI_MONTH, false);

	(void)state;
	assert_true(kpi_in_order(days));
	assert_int_equal(buy(days, 10, 1, 1), 0);
	assert_int_equal(buy(days, 9, KPI_NONE, KPI_NONE), 0);
	assert_true(kpi_in_order(days));
	assert_int_equal(buy(days, 9, 1, KPI_NONE), 0);
	assert_false(kpi_in_order(days));
	assert_int_equal(buy(months, 10, 1, 1), 0);
	assert_int_equal(buy(months, 9, 1, 1), 0);
	assert_true(kpi_in_order(months));
	assert_false(kpi_is_later(months, 30));
	assert_true(kpi_is_later(months, 31));
	kpi_free(days);
	kpi_free(months);
}

/* Copy the sums of a group and period into another kpi. */
static void
carry(struct kpi *to, const struct kpi_values *v, size_t channel)
{
	struct kpi_sums s = { .day = v->day,
		.channel = channel,
		.has_orders = v->has_orders,
		.has_sessions = v->has_sessions,
		.orders = v->orders };

	if (v->has_orders) {
		s.revenue = v->revenue;
		s.cost = v->cost;
		s.squares = v->squares;
	}
	if (v->has_sessions)
		s.sessions = v->sessions;
	assert_int_equal(kpi_add_sums(to, &s), 0);
}

static void
sums_of_days_add_up_to_months(void **state)
{
	static const struct row row[] = {
		{ "2025-01-30", 0, 0, "0.1", "0.07" },
		{ "2025-01-31", 1, 1, "0.2", NULL },
		{ "2025-02-01", 0, 0, "-5.1234567890123", NULL },
		{ "2025-02-03", 1, 1, "70.3", "1.5" },
	};
	/* The groups of days are the channels. */
	struct kpi *days = start(KPI_DAY), *rolled = start(KPI_MONTH);

	(void)state;
	add(days, row, 4);
	visit(days, 0, "2025-02-03", "10");
	visit(days, 1, "2025-03-01", "4");
	for (size_t channel = 0; channel < 2; channel++)
		for (size_t i = 0; i < kpi_periods(days); i++) {
			struct kpi_values v = at(days, channel, i);

			carry(rolled, &v, channel);
		}
	assert_int_equal(kpi_periods(rolled), 3);
	assert_sum(at(rolled, 0, 0).revenue, "0.3");
	assert_sum(at(rolled, 0, 1).revenue, "65.1765432109877");
	assert_int_equal(at(rolled, 0, 1).orders, 2);
	assert_sum(at(rolled, 0, 1).cost, "1.5");
	assert_sum(at(rolled, 0, 1).squares, "4968.33980946887622755800955129");
	assert_int_equal(at(rolled, 0, 1).top_channel, 1);
	assert_near(at(rolled, 0, 1).top_channel_share, 70.3 / 65.1765432109877,
	    0);
	assert_false(at(rolled, 0, 2).has_orders);
	assert_sum(at(rolled, 0, 2).sessions, "4");
	assert_near(at(rolled, 0, 1).conversion_rate, 0.2, 0);
	kpi_free(days);
	kpi_free(rolled);
}

/* Two parts of the rows of an example, each with numbers of its own. */
static void
parts_are_merged_to_the_whole(void **state)
{
	static const struct row mine[] = {
		{ "2025-01-02", 0, 0, "100.10", "60" },
		{ "2025-01-02", 0, 1, "49.75", NULL },
	};
	static const struct row others[] = {
		{ "2025-01-02", 1, 0, "300.2", "150.15" },
		{ "2025-01-02", 1, 0, "-50.05", NULL },
		{ "2025-01-05", 0, 1, "0.0000000000001", NULL },
	};
	/* Its group 1 is group 0 here, and so on. */
	const size_t group[] = { 1, 0 }, channel[] = { 1, 0 };
	struct kpi *k = start(KPI_DAY), *other = kpi_new_like(k);
	struct kpi_sums most = { .has_orders = true, .orders = INT64_MAX };

	(void)state;
	add(k, mine, 2);
	add(other, others, 3);
	visit(other, 1, "2025-01-01", "160");
	assert_int_equal(kpi_merge(k, other, group, channel), 0);
	assert_int_equal(kpi_periods(k), 5);
	assert_false(at(k, 0, 0).has_orders);
	assert_sum(at(k, 0, 0).sessions, "160");
	assert_sum(at(k, 0, 1).revenue, "400");
	assert_sum(at(k, 0, 1).cost, "210.15");
	assert_sum(at(k, 0, 1).squares, "105120.115");
	assert_int_equal(at(k, 0, 1).orders, 4);
	assert_int_equal(at(k, 0, 1).top_channel, 1);
	assert_near(at(k, 0, 1).top_channel_share, 299.9 / 400, 0);
	assert_sum(at(k, 1, 4).revenue, "0.0000000000001");
	assert_int_equal(at(k, 1, 4).top_channel, 0);
	assert_int_equal(at(k, 1, 1).orders, 0);

	assert_int_equal(kpi_add_sums(other, &most), 0);
	assert_int_equal(kpi_merge(k, other, group, channel), 0);
	assert_int_equal(kpi_merge(k, other, group, channel), -2);
	kpi_free(other);
	kpi_free(k);
}

static void
too_many_digits_are_told_from_no_memory(void **state)
{
	struct kpi *k = start(KPI_DAY);
	struct kpi_order order = { .value = { .mantissa = INT64_MAX,
				       .scale = 1 },
		.order = KPI_NONE,
		.customer = KPI_NONE };
	struct kpi_sums sums = { .has_orders = true, .orders = INT64_MAX };

	(void)state;
	assert_int_equal(kpi_add_order(k, &order), 0);
	order.value = dec("10000000000000000001"); /* squared: 39 digits */
	assert_int_equal(kpi_add_order(k, &order), -2);
	assert_int_equal(kpi_add_sums(k, &sums), -2);
	kpi_free(k);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_figures_are_those_of_the_worked_example),
		cmocka_unit_test(
		    inside_the_orders_range_no_orders_are_zero_orders),
		cmocka_unit_test(a_ratio_to_nothing_is_missing),
		cmocka_unit_test(the_first_of_equal_channels_is_the_top),
		cmocka_unit_test(weeks_begin_on_monday_whatever_the_year),
		cmocka_unit_test(periods_without_a_row_are_counted_in),
		cmocka_unit_test(
		    a_covered_day_is_in_the_range_and_adds_nothing),
		cmocka_unit_test(dates_may_come_in_any_order),
		cmocka_unit_test(
		    distinct_orders_and_customers_are_counted_once_a_cell),
		cmocka_unit_test(closed_counts_stay_and_take_no_more),
		cmocka_unit_test(the_order_of_periods_is_known),
		cmocka_unit_test(sums_of_days_add_up_to_months),
		cmocka_unit_test(parts_are_merged_to_the_whole),
		cmocka_unit_test(too_many_digits_are_told_from_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
