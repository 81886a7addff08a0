#include "shop.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/decimal.h"
#include "base/vec.h"
#include "record/cli.h"
#include "record/config.h"
#include "record/group.h"
#include "record/table.h"

static void *
room(struct shop *s, size_t n, size_t size)
{
	void *p = arena_alloc(&s->arena, n * size);

	if (p == NULL)
		cli_no_memory(s->cli);
	return n == 0 ? p : memset(p, 0, n * size);
}

static struct field
text_field(const char *text)
{
	return (struct field){
		.p = text, .n = strlen(text), .kind = FIELD_STRING
	};
}

/* The place of a name among n; -1 if it is not there. */
static int32_t
find_name(const struct field *names, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (names[i].n == strlen(name) &&
		    memcmp(names[i].p, name, names[i].n) == 0)
			return (int32_t)i;
	return -1;
}

/* ---- values of the configuration --------------------------------------- */

static double
number(struct shop *s, const char *path, double fallback, double min,
    double max)
{
	double x;

	config_double(s->config, NULL, path, fallback, min, max, &x);
	return x;
}

static int64_t
whole(struct shop *s, const char *path, int64_t fallback, int64_t min,
    int64_t max)
{
	int64_t x;

	config_int(s->config, NULL, path, fallback, min, max, &x);
	return x;
}

static int
flag(struct shop *s, const char *path, bool fallback)
{
	bool x;

	config_bool(s->config, NULL, path, fallback, &x);
	return x;
}

/* [least, most], in x, which holds the default. */
static void
range(struct shop *s, struct config_node *at, const char *path, double min,
    double max, double x[2])
{
	const double *given;
	size_t n;

	if (config_doubles(s->config, at, path, min, max, &given, &n) != 1)
		return;
	if (n != 2)
		config_fail(s->config, at, path,
		    "a list of length %zu is not [least, most]", n);
	else if (given[1] < given[0])
		config_fail(s->config, at, path,
		    "%.12g, the most, is less than %.12g, the least", given[1],
		    given[0]);
	else
		memcpy(x, given, 2 * sizeof(*x));
}

/* The same in whole multiples of 1 / per; what has more decimals is an
 * error. */
static void
whole_range(struct shop *s, struct config_node *at, const char *path,
    double max, int per, int64_t *least, int64_t *most)
{
	double x[2] = { (double)*least / per, (double)*most / per };

	range(s, at, path, 0, max, x);
	*least = llround(x[0] * per);
	*most = llround(x[1] * per);
	for (int i = 0; i < 2; i++)
		if (fabs(x[i] * per - round(x[i] * per)) > 1e-4)
			config_fail(s->config, at, path,
			    per == 1 ? "'%.12g' is not a whole number"
				     : "'%.12g' is not a whole number of cents",
			    x[i]);
}

/* The first of nodes that is not null: what is set to null is left out. */
static struct config_node *
present(struct config_node *node)
{
	while (node != NULL && config_kind(node) == CONFIG_NULL)
		node = config_next(node);
	return node;
}

#define EACH(node, mapping)                      \
	(node) = present(config_first(mapping)); \
	(node) != NULL;                          \
	(node) = present(config_next(node))

/* The start_date and end_date of a mapping. */
static void
check_days(struct shop *s, struct config_node *node, int32_t start, int32_t end)
{
	char first[DATE_TEXT_MAX], last[DATE_TEXT_MAX];
	const char *key = "end_date";

	if (end >= start)
		return;
	if (config_by_option(s->config, node, "start_date") &&
	    !config_by_option(s->config, node, "end_date"))
		key = "start_date";
	date_format(start, first);
	date_format(end, last);
	config_fail(s->config, node, key,
	    "the end, %s, is before the start, %s", last, first);
}

/* ---- sections of the configuration -------------------------------------- */

/* Two years before a day. */
static int32_t
two_years_before(int32_t day)
{
	int year, month, day_of_month;
	int32_t before;

	date_civil(day, &year, &month, &day_of_month);
	if (year <= 2)
		return day;
	before = date_from_civil(year - 2, month, day_of_month);
	return before != DATE_NONE ? before
				   : date_from_civil(year - 2, month, 28);
}

static void
read_general(struct shop *s)
{
	struct simulate_params *p = &s->params;

	p->seed = (uint64_t)whole(s, "general.seed", 42, 0, INT64_MAX);
	config_date(s->config, NULL, "general.start_date",
	    date_from_civil(2025, 1, 1), &p->start);
	config_date(s->config, NULL, "general.end_date",
	    date_from_civil(2025, 12, 31), &p->end);
	check_days(s, config_mapping(s->config, NULL, "general"), p->start,
	    p->end);
	p->smooth = flag(s, "general.smooth_months", false);
}

/* A number is short for a mapping with base_sessions alone. */
static void
read_channel(struct shop *s, struct config_node *node,
    const struct simulate_channel *like, struct simulate_channel *channel)
{
	const bool scalar = config_kind(node) == CONFIG_SCALAR;

	*channel = *like;
	channel->name = config_key(node);
	if (!scalar)
		config_require(s->config, node, "base_sessions");
	config_double(s->config, node, scalar ? NULL : "base_sessions", 0, 0,
	    SIMULATE_MAX_SESSIONS, &channel->base_sessions);
	if (!scalar)
		config_double(s->config, node, "conversion_bias",
		    like->conversion_bias, -1, 1, &channel->conversion_bias);
}

static void
read_channels(struct shop *s)
{
	static const struct simulate_channel defaults[] = {
		{ "Organic", 8000, 0.005 },
		{ "Paid_Search", 4000, 0.002 },
		{ "Paid_Social", 3000, -0.003 },
		{ "Email", 1000, 0.008 },
	};
	enum { DEFAULTS = sizeof(defaults) / sizeof(*defaults) };
	struct simulate_params *p = &s->params;
	struct config_node *node,
	    *map = config_mapping(s->config, NULL, "channels");
	const size_t max = map == NULL ? DEFAULTS : config_count(map);
	struct simulate_channel *channels = room(s, max, sizeof(*channels));

	s->channel_name = room(s, max, sizeof(*s->channel_name));
	for (EACH(node, map)) {
		static const struct simulate_channel other = { 0 };
		const struct simulate_channel *like = &other;

		for (size_t i = 0; i < DEFAULTS; i++)
			if (strcmp(config_key(node), defaults[i].name) == 0)
				like = &defaults[i];
		read_channel(s, node, like, &channels[p->n_channels++]);
	}
	if (map == NULL) {
		memcpy(channels, defaults, sizeof(defaults));
		p->n_channels = DEFAULTS;
	}
	if (p->n_channels == 0)
		config_fail(s->config, NULL, "channels", "there are none");
	if (p->n_channels > SIMULATE_MAX_CHANNELS)
		config_fail(s->config, NULL, "channels",
		    "there are more than %d", SIMULATE_MAX_CHANNELS);
	for (size_t i = 0; i < p->n_channels; i++)
		s->channel_name[i] = text_field(channels[i].name);
	p->channels = channels;
}

static void
read_traffic(struct shop *s)
{
	struct simulate_params *p = &s->params;
	const double weekend = number(s, "traffic.weekend_multiplier", 1.15, 0,
	    1000);
	const double *weekly = NULL;
	int first, last;
	size_t n;

	if (config_doubles(s->config, NULL, "traffic.weekly", 0, 1000, &weekly,
		&n) == 1 &&
	    n != 7) {
		config_fail(s->config, NULL, "traffic.weekly",
		    "a list of length %zu is not Monday to Sunday", n);
		return;
	}
	for (int i = 0; i < 7; i++) {
		p->weekly[i] = (weekly == NULL ? 1 : weekly[i]) *
		    (i >= 5 ? weekend : 1);
		if (p->weekly[i] > 1000)
			config_fail(s->config, NULL, "traffic.weekly",
			    "%.12g on a day of the weekend is more than 1000",
			    p->weekly[i]);
	}
	p->growth = number(s, "traffic.monthly_growth", 0.01, -1, 1);
	date_civil(p->start, &first, NULL, NULL);
	date_civil(p->end, &last, NULL, NULL);
	if (1 + p->growth * 12 * (last - first + 1) < 0)
		config_fail(s->config, NULL, "traffic.monthly_growth",
		    "no sessions are left in the last year");
	p->yearly_amplitude = number(s, "traffic.yearly_amplitude", 0, 0, 1);
	p->yearly_peak = number(s, "traffic.yearly_peak", 1, 1, 366);
	p->session_noise = number(s, "traffic.session_noise", 0.05, 0, 1);
	p->noise_autocorrelation = number(s, "traffic.noise_autocorrelation", 0,
	    0, 0.999999);
	p->noise_common = number(s, "traffic.noise_common", 0, 0, 1);
}

static void
read_conversion(struct shop *s)
{
	struct simulate_params *p = &s->params;

	p->conversion_base = number(s, "conversion.base_rate", 0.02, 0, 1);
	p->conversion_seasonal = number(s, "conversion.seasonal_variation",
	    0.005, -1, 1);
	p->conversion_noise = number(s, "conversion.noise", 0.002, 0, 1);
	p->conversion_min = number(s, "conversion.min_rate", 0.001, 1e-12,
	    0.999999);
}

static void
read_categories(struct shop *s)
{
	static const struct simulate_category defaults[] = {
		{ "Apparel", 50000, 300000 },
		{ "Electronics", 200000, 2000000 },
		{ "Beauty", 30000, 250000 },
		{ "Home", 80000, 1000000 },
		{ "Accessories", 20000, 150000 },
	};
	enum { DEFAULTS = sizeof(defaults) / sizeof(*defaults) };
	struct simulate_params *p = &s->params;
	struct config_node *node,
	    *map = config_mapping(s->config, NULL, "products.categories");
	const size_t max = map == NULL ? DEFAULTS : config_count(map);
	struct simulate_category *categories = room(s, max,
	    sizeof(*categories));

	s->category_name = room(s, max, sizeof(*s->category_name));
	for (EACH(node, map)) {
		struct simulate_category *c = &categories[p->n_categories++];

		c->name = config_key(node);
		whole_range(s, node, NULL, SIMULATE_MAX_PRICE / 100, 100,
		    &c->price_min, &c->price_max);
	}
	if (map == NULL) {
		memcpy(categories, defaults, sizeof(defaults));
		p->n_categories = DEFAULTS;
	}
	if (p->n_categories == 0)
		config_fail(s->config, NULL, "products.categories",
		    "there are none");
	for (size_t i = 0; i < p->n_categories; i++)
		s->category_name[i] = text_field(categories[i].name);
	p->categories = categories;
}

static void
read_products(struct shop *s)
{
	struct simulate_params *p = &s->params;
	double margin[2] = { 0.3, 0.6 }, weight[2] = { 0.5, 2 };

	p->n_products = (size_t)whole(s, "entities.products", 300, 1,
	    SIMULATE_MAX_PRODUCTS);
	read_categories(s);
	range(s, NULL, "products.margin", 0, 1, margin);
	p->margin_min = margin[0];
	p->margin_max = margin[1];
	range(s, NULL, "products.demand_weight", 1e-6, 1e6, weight);
	p->weight_min = weight[0];
	p->weight_max = weight[1];
	p->use_demand_weight = flag(s, "products.use_demand_weight", true);
	p->stock_min = 200;
	p->stock_max = 999;
	whole_range(s, NULL, "products.stock_level", SIMULATE_MAX_UNITS, 1,
	    &p->stock_min, &p->stock_max);
}

static void
read_customers(struct shop *s)
{
	static const char *const defaults[] = { "Ahmedabad", "Bangalore",
		"Chennai", "Delhi", "Hyderabad", "Jaipur", "Kolkata", "Lucknow",
		"Mumbai", "Pune" };
	enum { DEFAULTS = sizeof(defaults) / sizeof(*defaults) };
	struct simulate_params *p = &s->params;
	struct config_node *node,
	    *list = config_sequence(s->config, NULL, "customers.cities");

	p->n_customers = (uint32_t)whole(s, "entities.customers", 20000, 1,
	    SIMULATE_MAX_CUSTOMERS);
	s->city = room(s, list == NULL ? DEFAULTS : config_count(list),
	    sizeof(*s->city));
	for (EACH(node, list))
		config_text(s->config, node, NULL, "", &s->city[p->n_cities++]);
	if (list == NULL) {
		memcpy(s->city, defaults, sizeof(defaults));
		p->n_cities = DEFAULTS;
	}
	if (p->n_cities == 0)
		config_fail(s->config, NULL, "customers.cities",
		    "there are none");
	config_date(s->config, NULL, "customers.signup_start",
	    two_years_before(p->start), &p->signup_start);
	if (p->signup_start > p->start)
		config_fail(s->config, NULL, "customers.signup_start",
		    "is after the first day of the shop");
	p->customer_sigma = number(s, "customers.spread", 0.8, 0, 10);
}

static void
read_orders(struct shop *s)
{
	struct simulate_params *p = &s->params;
	double sum = 0;

	if (config_doubles(s->config, NULL, "orders.quantity", 0, 1e6,
		&p->quantity, &p->n_quantities) == 1) {
		for (size_t i = 0; i < p->n_quantities; i++)
			sum += p->quantity[i];
		if (sum < 1e-300 || p->n_quantities > SIMULATE_MAX_QUANTITIES)
			config_fail(s->config, NULL, "orders.quantity",
			    sum < 1e-300 ? "no quantity has a weight"
					 : "there are more than 1000");
	}
	p->value_noise = number(s, "orders.value_noise", 0, 0, 2);
}

static void
read_inventory(struct shop *s)
{
	struct simulate_params *p = &s->params;

	p->inventory = flag(s, "inventory.enabled", true);
	p->restock_threshold = whole(s, "inventory.restock_threshold", 50, 0,
	    SIMULATE_MAX_UNITS);
	p->restock_quantity = whole(s, "inventory.restock_quantity", 300, 0,
	    SIMULATE_MAX_UNITS);
	p->restock_lead_days = (int32_t)whole(s, "inventory.restock_lead_days",
	    30, 0, 36500);
}

/* A date of a holiday and the days of its window. */
static void
add_holiday(struct shop *s, const struct shop_holiday *h,
    const struct simulate_holiday *day)
{
	if (vec_grow(&s->holidays, &s->holidays_capacity, s->n_holidays + 1,
		sizeof(*s->holidays)) == -1)
		cli_no_memory(s->cli);
	s->holidays[s->n_holidays++] = *h;
	for (int32_t i = h->lower_window; i <= h->upper_window; i++) {
		if (h->date + i < s->params.start ||
		    h->date + i > s->params.end)
			continue;
		if (vec_grow(&s->days, &s->days_capacity,
			s->params.n_holidays + 1, sizeof(*s->days)) == -1)
			cli_no_memory(s->cli);
		s->days[s->params.n_holidays] = *day;
		s->days[s->params.n_holidays++].date = h->date + i;
	}
}

static void
read_holidays(struct shop *s)
{
	struct config_node *node, *date;

	for (EACH(node, config_mapping(s->config, NULL, "holidays"))) {
		struct shop_holiday h = { .name = config_key(node) };
		struct simulate_holiday day = { .name = h.name };
		int64_t window;

		config_double(s->config, node, "traffic", 1, 0, 1000,
		    &day.traffic);
		config_double(s->config, node, "conversion", 1, 0, 1000,
		    &day.conversion);
		config_int(s->config, node, "lower_window", 0, -366, 0,
		    &window);
		h.lower_window = (int32_t)window;
		config_int(s->config, node, "upper_window", 0, 0, 366, &window);
		h.upper_window = (int32_t)window;
		config_require(s->config, node, "dates");
		for (EACH(date, config_sequence(s->config, node, "dates"))) {
			config_date(s->config, date, NULL, s->params.start,
			    &h.date);
			add_holiday(s, &h, &day);
		}
	}
	s->params.holidays = s->days;
}

/* ---- events ------------------------------------------------------------- */

static void
read_event_days(struct shop *s, struct config_node *node,
    struct simulate_event *e)
{
	config_require(s->config, node, "start_date");
	config_require(s->config, node, "end_date");
	config_date(s->config, node, "start_date", 0, &e->start);
	config_date(s->config, node, "end_date", 0, &e->end);
	check_days(s, node, e->start, e->end);
}

/* The place of the name at a key; -1, which is all of them, if it is absent and
 * there is no fallback. */
static int32_t
read_name(struct shop *s, struct config_node *node, const char *key,
    const char *fallback, const struct field *names, size_t n)
{
	const char *name;
	int32_t i;

	config_text(s->config, node, key, fallback, &name);
	if (name == NULL)
		return -1;
	if ((i = find_name(names, n, name)) == -1)
		config_fail(s->config, node, key, "there is no %s '%s'", key,
		    name);
	return i;
}

/* The original's: sessions that are missing for some days. */
static void
read_anomaly(struct shop *s, struct config_node *node, struct simulate_event *e)
{
	const char *name = config_key(node);
	const char *channel = strcmp(name, "paid_social_drop") == 0
	    ? "Paid_Social"
	    : NULL;
	double drop;

	e->kind = SIMULATE_TRAFFIC;
	read_event_days(s, node, e);
	config_require(s->config, node, "drop_pct");
	config_double(s->config, node, "drop_pct", 0, 0, 100, &drop);
	e->magnitude = 1 - drop / 100;
	e->channel = read_name(s, node, "channel", channel, s->channel_name,
	    s->params.n_channels);
}

static enum simulate_kind
read_kind(struct shop *s, struct config_node *node)
{
	char known[100] = "";
	const char *name;

	config_text(s->config, node, "kind", "price", &name);
	for (int k = 0; k < SIMULATE_KINDS; k++) {
		const char *kind = simulate_kind_name((enum simulate_kind)k);

		if (strcmp(name, kind) == 0)
			return (enum simulate_kind)k;
		strcat(known, k == 0 ? "" : ", ");
		strcat(known, kind);
	}
	config_fail(s->config, node, "kind", "'%s' is not one of %s", name,
	    known);
	return SIMULATE_PRICE;
}

static void
read_event(struct shop *s, struct config_node *node, struct simulate_event *e)
{
	struct config *cfg = s->config;
	const char *factor = "magnitude";
	bool ramp;

	e->kind = read_kind(s, node);
	read_event_days(s, node, e);
	/* The original's word for it. */
	if (config_get(cfg, node, "multiplier") != NULL) {
		if (config_get(cfg, node, "magnitude") != NULL)
			config_fail(cfg, node, "magnitude",
			    "means the same as multiplier, which is there");
		factor = "multiplier";
	}
	config_require(cfg, node, factor);
	config_double(cfg, node, factor, 1, 0, 1000, &e->magnitude);
	config_bool(cfg, node, "ramp", false, &ramp);
	e->shape = ramp ? SIMULATE_RAMPED : SIMULATE_SUDDEN;
	if (config_double(cfg, node, "share", 1, 1e-12, 1, &e->share) == 1 &&
	    e->kind != SIMULATE_PRICE)
		config_fail(cfg, node, "share",
		    "an event of this kind concerns all products");
	e->channel = read_name(s, node, "channel", NULL, s->channel_name,
	    s->params.n_channels);
	e->category = read_name(s, node, "category", NULL, s->category_name,
	    s->params.n_categories);
}

static void
read_events(struct shop *s)
{
	static const char *const sections[] = { "anomalies", "revenue_events" };
	struct config_node *map[2], *node;
	struct simulate_event *events;
	size_t max = 0, n = 0;

	for (int i = 0; i < 2; i++) {
		map[i] = config_mapping(s->config, NULL, sections[i]);
		max += map[i] == NULL ? 0 : config_count(map[i]);
	}
	events = room(s, max, sizeof(*events));
	s->event = room(s, max, sizeof(struct config_node *));
	for (int i = 0; i < 2; i++)
		for (EACH(node, map[i])) {
			struct simulate_event *e = &events[n];

			*e = (struct simulate_event){
				.share = 1, .channel = -1, .category = -1
			};
			for (size_t k = 0; k < n; k++)
				if (strcmp(config_key(s->event[k]),
					config_key(node)) == 0)
					config_fail(s->config, node, NULL,
					    "there is an anomaly of this name");
			(i == 0 ? read_anomaly : read_event)(s, node, e);
			s->event[n++] = node;
		}
	s->params.events = events;
	s->params.n_events = n;
}

/* An error about several keys of an event: an option is to blame, if any. */
static void
fail_event(struct shop *s, struct config_node *node, const char *wrong)
{
	static const char *const keys[] = { "magnitude", "multiplier",
		"channel", "category", "kind" };
	const char *key = NULL;

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (key == NULL && config_by_option(s->config, node, keys[i]))
			key = keys[i];
	config_fail(s->config, node, key, "%s", wrong);
}

/* ---- products from a file ----------------------------------------------- */

/* Money of the row at hand in cents; false if the row is left out. */
static bool
read_cents(struct shop *s, struct recin *in, int column, int64_t *cents)
{
	struct decimal d, hundred = { .mantissa = 100 };

	if (!cli_ok(s->cli, in, recin_decimal(in, column, &d, NULL)))
		return false;
	if (decimal_mul(&d, &d, &hundred) == -1 || d.mantissa < 0 ||
	    d.mantissa > SIMULATE_MAX_PRICE)
		return cli_ok(s->cli, in,
		    recin_reject(in, column, "is not within 0 to 1000000000"));
	if (d.scale > 0)
		return cli_ok(s->cli, in,
		    recin_reject(in, column, "has more than 2 decimals"));
	*cents = (int64_t)d.mantissa;
	return true;
}

static bool
read_given_product(struct shop *s, struct recin *in, struct groups *ids,
    struct groups *categories, struct simulate_product *product)
{
	struct cli *cli = s->cli;
	const int *column = s->given_column;
	struct field id = recin_field(in, column[0]);
	struct field category = recin_field(in, column[1]);
	struct decimal stock;

	if (field_missing(id) || field_missing(category))
		return cli_ok(cli, in,
		    recin_reject(in, column[!field_missing(id)], "is empty"));
	if (!read_cents(s, in, column[2], &product->unit_price) ||
	    !read_cents(s, in, column[3], &product->cost_price) ||
	    !cli_ok(cli, in,
		recin_number(in, column[4], &product->demand_weight)) ||
	    !cli_ok(cli, in, recin_decimal(in, column[5], &stock, NULL)))
		return false;
	if (!(product->demand_weight >= 0 && product->demand_weight <= 1e6))
		return cli_ok(cli, in,
		    recin_reject(in, column[4], "is not within 0 to 1000000"));
	if (stock.scale != 0 || stock.mantissa < 0 ||
	    stock.mantissa > SIMULATE_MAX_UNITS)
		return cli_ok(cli, in,
		    recin_reject(in, column[5],
			"is not a whole number within 0 to 1000000000000"));
	product->stock_level = (int64_t)stock.mantissa;
	if (groups_look(ids, &id) != SIZE_MAX)
		return cli_ok(cli, in,
		    recin_reject(in, column[0], "stands twice"));
	if (groups_find(ids, &id, NULL) == SIZE_MAX)
		cli_no_memory(cli);
	product->category = (uint32_t)groups_find(categories, &category, NULL);
	if (product->category == UINT32_MAX)
		cli_no_memory(cli);
	return true;
}

/* The names of groups of one column, kept. */
static struct field *
names_of(struct shop *s, const struct groups *groups)
{
	const size_t n = groups_count(groups);
	struct field *names = room(s, n, sizeof(*names));

	for (size_t i = 0; i < n; i++) {
		names[i] = groups_key(groups, i, 0);
		names[i].p = arena_copy(&s->arena, names[i].p, names[i].n);
		if (names[i].p == NULL)
			cli_no_memory(s->cli);
	}
	return names;
}

/* Products, and with them the categories, that replace those drawn. */
static void
read_given_products(struct shop *s, const char *path)
{
	static const char *const columns[SHOP_PRODUCT_COLUMNS] = { "product_id",
		"category", "unit_price", "cost_price", "demand_weight",
		"stock_level" };
	struct simulate_params *p = &s->params;
	struct groups *ids = groups_new(1), *categories = groups_new(1);
	struct simulate_product *products = NULL;
	struct recin *in = cli_table(s->cli, path);
	size_t capacity = 0, n = 0;
	double weights = 0;

	if (ids == NULL || categories == NULL ||
	    (s->given = table_new()) == NULL)
		cli_no_memory(s->cli);
	for (int i = 0; i < SHOP_PRODUCT_COLUMNS; i++)
		s->given_column[i] = cli_need(s->cli, in, columns[i]);
	recin_want_all(in);
	while (cli_next(s->cli, in)) {
		if (n == SIMULATE_MAX_PRODUCTS)
			cli_fail(s->cli, "%s: there are more than %d products",
			    path, SIMULATE_MAX_PRODUCTS);
		if (vec_grow(&products, &capacity, n + 1, sizeof(*products)) ==
		    -1)
			cli_no_memory(s->cli);
		if (!read_given_product(s, in, ids, categories, &products[n]))
			continue;
		if (table_add(s->given, in) == -1)
			cli_no_memory(s->cli);
		weights += products[n++].demand_weight;
	}
	if (n == 0)
		cli_fail(s->cli, "%s: there are no products", path);
	if (p->use_demand_weight && weights < 1e-300)
		cli_fail(s->cli, "%s: all demand weights are 0", path);

	p->products = memcpy(room(s, n, sizeof(*products)), products,
	    n * sizeof(*products));
	p->n_products = n;
	p->n_categories = groups_count(categories);
	s->product_id = names_of(s, ids);
	s->category_name = names_of(s, categories);
	free(products);
	groups_free(ids);
	groups_free(categories);
}

static void
number_products(struct shop *s)
{
	const size_t n = s->params.n_products;

	s->product_id = room(s, n, sizeof(*s->product_id));
	for (size_t i = 0; i < n; i++) {
		char text[24];
		const int length = snprintf(text, sizeof(text), "%zu", i + 1);

		s->product_id[i] = (struct field){ .n = (size_t)length,
			.p = arena_copy(&s->arena, text, (size_t)length),
			.kind = FIELD_BARE };
		if (s->product_id[i].p == NULL)
			cli_no_memory(s->cli);
	}
}

/* ---- the whole configuration --------------------------------------------- */

void
shop_read(struct shop *s, struct cli *cli, struct config *config)
{
	struct simulate_params *p = &s->params;
	const char *products_file, *wrong;
	size_t item;

	*s = (struct shop){ .cli = cli, .config = config };
	read_general(s);
	read_channels(s);
	read_traffic(s);
	read_conversion(s);
	read_products(s);
	read_customers(s);
	read_orders(s);
	read_inventory(s);
	read_holidays(s);
	config_text(config, NULL, "entities.products_file", NULL,
	    &products_file);
	cli_check(cli, config);
	if (products_file != NULL)
		read_given_products(s, products_file);
	else
		number_products(s);
	read_events(s);
	config_finish(config);
	cli_check(cli, config);

	/* What is left is about an event, or about all sizes together. */
	if ((wrong = simulate_check(p, &item)) == NULL)
		return;
	if (item < p->n_events)
		fail_event(s, s->event[item], wrong);
	else
		config_fail(config, NULL, "entities", "%s", wrong);
	cli_check(cli, config);
}

void
shop_release(struct shop *s)
{
	free(s->holidays);
	free(s->days);
	table_free(s->given);
	arena_release(&s->arena);
}
