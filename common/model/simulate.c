#include "model/simulate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/normal.h"
#include "model/simulate_shop.h"

static const double two_pi = 6.28318530717958647693;

void
simulate_stream(struct rng *rng, const struct simulate *shop,
    enum simulate_purpose purpose, int32_t date, uint64_t index)
{
	rng_init(rng, shop->params->seed,
	    rng_stream(purpose, (uint64_t)(date - DATE_MIN), index));
}

double
simulate_factor(const struct simulate_event *event, int32_t date)
{
	const double days = event->end - event->start + 1;

	if (date < event->start || date > event->end)
		return 1;
	if (event->shape == SIMULATE_SUDDEN)
		return event->magnitude;
	return 1 + (event->magnitude - 1) * (date - event->start + 1) / days;
}

int
simulate_has(const struct simulate *shop, enum simulate_kind kind, int32_t date)
{
	const struct simulate_params *p = shop->params;

	for (size_t i = 0; i < p->n_events; i++)
		if (p->events[i].kind == kind && date >= p->events[i].start &&
		    date <= p->events[i].end)
			return 1;
	return 0;
}

/* ---- a new shop ---------------------------------------------------------- */

static int64_t
uniform_int(struct rng *rng, int64_t min, int64_t max)
{
	return min + (int64_t)rng_below(rng, (uint64_t)(max - min) + 1);
}

static struct simulate_product
draw_product(const struct simulate_params *p, size_t i)
{
	struct simulate_product product = { 0 };
	const struct simulate_category *category;
	double margin, weight;
	struct rng rng;

	rng_init(&rng, p->seed, rng_stream(STREAM_PRODUCT, i, 0));
	product.category = (uint32_t)rng_below(&rng, p->n_categories);
	category = &p->categories[product.category];
	product.unit_price = uniform_int(&rng, category->price_min,
	    category->price_max);
	margin = p->margin_min +
	    (p->margin_max - p->margin_min) * rng_uniform(&rng);
	product.cost_price = (int64_t)
	    floor((double)product.unit_price * (1 - margin) + 0.5);
	weight = p->weight_min +
	    (p->weight_max - p->weight_min) * rng_uniform(&rng);
	/* Millionths, so that a printed weight read back is the same weight. */
	product.demand_weight = floor(weight * 1e6 + 0.5) / 1e6;
	product.stock_level = uniform_int(&rng, p->stock_min, p->stock_max);
	return product;
}

static uint64_t
gcd(uint64_t a, uint64_t b)
{
	while (b != 0) {
		const uint64_t rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

/*
 * Customers in the order of a lognormal propensity with deviation sigma: the
 * share of all orders that comes from the least eager part x of them is the
 * Lorenz curve L(x) = Phi(Phi^-1(x) - sigma) (Aitchison and Brown, "The
 * lognormal distribution", 1957).  The customer of an order is thus of rank
 * n L^-1(U), and none has to be kept; L^-1 is tabulated, and linear in between.
 */
static void
rank_customers(struct simulate *shop)
{
	const struct simulate_params *p = shop->params;
	const uint64_t n = p->n_customers;
	struct rng rng;

	for (int i = 1; i < CURVE_CELLS; i++) {
		const double z = normal_quantile((double)i / CURVE_CELLS) +
		    p->customer_sigma;

		shop->customers[i] = 0.5 * erfc(-z / sqrt(2));
	}
	shop->customers[0] = 0;
	shop->customers[CURVE_CELLS] = 1;

	/* Ranks are spread over the numbers of the customers by a step that
	 * meets each of them once. */
	shop->customer_step = (uint64_t)((double)n * 0.6180339887498949) | 1;
	while (gcd(shop->customer_step, n) != 1)
		shop->customer_step++;
	rng_init(&rng, p->seed, rng_stream(STREAM_CUSTOMER_ORDER, 0, 0));
	shop->customer_offset = rng_below(&rng, n);
	shop->customer_part = UINT64_MAX / n;
}

struct simulate *
simulate_new(const struct simulate_params *params)
{
	static const double once[] = { 1 };
	const size_t products = params->n_products;
	struct simulate *shop = calloc(1, sizeof(*shop));

	if (shop == NULL)
		return NULL;
	shop->params = params;
	shop->n_quantities = params->quantity == NULL ? 1
						      : params->n_quantities;
	shop->date = params->start;
	shop->products = calloc(products, sizeof(*shop->products));
	shop->shelf = calloc(products, sizeof(*shop->shelf));
	shop->noise = calloc(params->n_channels, sizeof(*shop->noise));
	shop->weight = calloc(products, sizeof(*shop->weight));
	shop->disturbed_weight = calloc(products,
	    sizeof(*shop->disturbed_weight));
	shop->of_product = calloc(products, sizeof(*shop->of_product));
	if (shop->products == NULL || shop->shelf == NULL ||
	    shop->noise == NULL || shop->weight == NULL ||
	    shop->disturbed_weight == NULL || shop->of_product == NULL ||
	    alias_init(&shop->demand, products) == -1 ||
	    alias_init(&shop->disturbed, products) == -1 ||
	    alias_init(&shop->quantity, shop->n_quantities) == -1 ||
	    urn_init(&shop->waiting, params->n_channels * shop->n_quantities) ==
		-1) {
		simulate_free(shop);
		return NULL;
	}

	for (size_t i = 0; i < products; i++) {
		shop->products[i] = params->products != NULL
		    ? params->products[i]
		    : draw_product(params, i);
		shop->weight[i] = params->use_demand_weight
		    ? shop->products[i].demand_weight
		    : 1;
		shop->shelf[i].level = shop->products[i].stock_level;
		shop->shelf[i].arrival = DATE_NONE;
	}
	alias_set(&shop->demand, shop->weight);
	alias_set(&shop->quantity,
	    params->quantity == NULL ? once : params->quantity);
	rank_customers(shop);
	date_civil(params->start, &shop->first_year, NULL, NULL);
	return shop;
}

void
simulate_free(struct simulate *shop)
{
	if (shop == NULL)
		return;
	alias_release(&shop->quantity);
	alias_release(&shop->disturbed);
	alias_release(&shop->demand);
	urn_release(&shop->waiting);
	free(shop->of_product);
	free(shop->disturbed_weight);
	free(shop->weight);
	free(shop->noise);
	free(shop->shelf);
	free(shop->products);
	free(shop);
}

const struct simulate_product *
simulate_products(const struct simulate *shop)
{
	return shop->products;
}

struct simulate_customer
simulate_customer(const struct simulate *shop, uint32_t customer)
{
	const struct simulate_params *p = shop->params;
	struct simulate_customer c;
	struct rng rng;

	rng_init(&rng, p->seed, rng_stream(STREAM_CUSTOMER, customer, 0));
	c.signup_date = (int32_t)uniform_int(&rng, p->signup_start, p->start);
	c.city = (uint32_t)rng_below(&rng, p->n_cities);
	return c;
}

int
simulate_event_days(const struct simulate *shop, size_t i, int32_t *first,
    int32_t *last)
{
	const struct simulate_params *p = shop->params;
	const struct simulate_event *e = &p->events[i];

	if (e->end < p->start || e->start > p->end)
		return 0;
	*first = e->start < p->start ? p->start : e->start;
	*last = e->end > p->end ? p->end : e->end;
	return 1;
}

/* ---- demand -------------------------------------------------------------- */

struct calendar {
	int32_t date;
	double months; /* since the January before the first day */
	double month;  /* 1 .. 12, or between them */
	double growth, season, traffic, conversion; /* factors */
};

static struct calendar
calendar_of(const struct simulate *shop, int32_t date)
{
	const struct simulate_params *p = shop->params;
	struct calendar c = { .date = date, .traffic = 1, .conversion = 1 };
	int year, month, day;

	date_civil(date, &year, &month, &day);
	c.month = month;
	if (p->smooth)
		c.month += (day - 0.5) / date_days_in_month(year, month) - 0.5;
	c.months = (year - shop->first_year) * 12 + c.month - 1;
	c.growth = 1 + p->growth * c.months;
	c.season = 1 +
	    p->yearly_amplitude *
		cos(two_pi *
		    (date - date_from_civil(year, 1, 1) + 1 - p->yearly_peak) /
		    365.25);
	for (size_t i = 0; i < p->n_holidays; i++)
		if (p->holidays[i].date == date) {
			c.traffic *= p->holidays[i].traffic;
			c.conversion *= p->holidays[i].conversion;
		}
	return c;
}

/* The factor of all events of a kind on a channel. */
static double
events_of(const struct simulate *shop, enum simulate_kind kind, int32_t date,
    size_t channel)
{
	const struct simulate_params *p = shop->params;
	double factor = 1;

	for (size_t i = 0; i < p->n_events; i++) {
		const struct simulate_event *e = &p->events[i];

		if (e->kind == kind && e->category == -1 &&
		    (e->channel == -1 || e->channel == (int32_t)channel))
			factor *= simulate_factor(e, date);
	}
	return factor;
}

/* The noise of the sessions of a channel, of variance 1. */
static double
session_noise(struct simulate *shop, int32_t date, size_t channel)
{
	const struct simulate_params *p = shop->params;
	const double rho = p->noise_common, phi = p->noise_autocorrelation;
	struct rng rng;
	double own, all;

	simulate_stream(&rng, shop, STREAM_SESSIONS, date, channel);
	own = rng_normal(&rng);
	simulate_stream(&rng, shop, STREAM_SESSIONS_ALL, date, 0);
	all = rng_normal(&rng);
	own = sqrt(rho) * all + sqrt(1 - rho) * own;
	if (date > p->start)
		own = phi * shop->noise[channel] + sqrt(1 - phi * phi) * own;
	shop->noise[channel] = own;
	return own;
}

/* NaN, which overlapping factors of infinity and 0 would give, becomes min. */
static double
clamp(double x, double min, double max)
{
	return !(x > min) ? min : x > max ? max : x;
}

static void
draw_sessions(struct simulate *shop, const struct calendar *c, size_t channel,
    struct simulate_traffic *traffic)
{
	const struct simulate_params *p = shop->params;
	const double visits = p->channels[channel].base_sessions *
	    p->weekly[date_weekday(c->date)] * c->growth * c->season *
	    c->traffic *
	    (1 + p->session_noise * session_noise(shop, c->date, channel)) *
	    events_of(shop, SIMULATE_TRAFFIC, c->date, channel);
	double sessions;

	traffic->visits = (uint64_t)clamp(floor(visits + 0.5), 0,
	    SIMULATE_MAX_SESSIONS);
	sessions = (double)traffic->visits *
	    events_of(shop, SIMULATE_TRACKING, c->date, channel) *
	    events_of(shop, SIMULATE_BOTS, c->date, channel);
	traffic->sessions = (uint64_t)clamp(floor(sessions + 0.5), 0,
	    SIMULATE_MAX_SESSIONS);
}

static double
conversion_rate(const struct simulate *shop, const struct calendar *c,
    size_t channel)
{
	const struct simulate_params *p = shop->params;
	struct rng rng;
	double rate;

	simulate_stream(&rng, shop, STREAM_CONVERSION, c->date, channel);
	rate = p->conversion_base + p->channels[channel].conversion_bias +
	    p->conversion_seasonal * sin(two_pi * c->month / 12) +
	    p->conversion_noise * rng_normal(&rng);
	return clamp(rate, p->conversion_min, 1) * c->conversion *
	    events_of(shop, SIMULATE_CONVERSION, c->date, channel) *
	    events_of(shop, SIMULATE_ORDERS, c->date, channel);
}

/* Where orders events concern a category, the table that they make of the
 * demand, and *factor, by which they change the sum of the weights. */
static const struct alias *
demand_on(struct simulate *shop, int32_t date, size_t channel, double *factor)
{
	const struct simulate_params *p = shop->params;
	double before = 0, after = 0;
	int disturbed = 0;

	*factor = 1;
	for (size_t i = 0; i < p->n_events; i++) {
		const struct simulate_event *e = &p->events[i];
		const double x = simulate_factor(e, date);

		if (e->kind != SIMULATE_ORDERS || e->category == -1 || x == 1 ||
		    (e->channel != -1 && e->channel != (int32_t)channel))
			continue;
		if (!disturbed)
			memcpy(shop->disturbed_weight, shop->weight,
			    p->n_products * sizeof(*shop->weight));
		disturbed = 1;
		for (size_t k = 0; k < p->n_products; k++)
			if ((int32_t)shop->products[k].category == e->category)
				shop->disturbed_weight[k] *= x;
	}
	if (!disturbed)
		return &shop->demand;
	for (size_t k = 0; k < p->n_products; k++) {
		before += shop->weight[k];
		after += shop->disturbed_weight[k];
	}
	*factor = after / before;
	if (after == 0)
		return &shop->demand; /* and nobody wants anything */
	alias_set(&shop->disturbed, shop->disturbed_weight);
	return &shop->disturbed;
}

/* Sessions and wanted orders of a channel, the orders split over products and
 * quantities into day->sold. */
static void
draw_channel(struct simulate *shop, const struct calendar *c, size_t channel,
    struct simulate_day *day)
{
	const size_t channels = shop->params->n_channels;
	const size_t quantities = shop->n_quantities;
	struct simulate_traffic *traffic = &day->traffic[channel];
	const struct alias *demand;
	double rate, factor;
	struct rng rng;

	draw_sessions(shop, c, channel, traffic);
	rate = conversion_rate(shop, c, channel);
	demand = demand_on(shop, c->date, channel, &factor);
	rate = clamp(rate * factor, 0, 1);
	simulate_stream(&rng, shop, STREAM_ORDERS, c->date, channel);
	traffic->wanted = rng_binomial(&rng, traffic->visits, rate);

	simulate_stream(&rng, shop, STREAM_PRODUCTS, c->date, channel);
	alias_split(demand, &rng, traffic->wanted, shop->of_product);
	simulate_stream(&rng, shop, STREAM_QUANTITIES, c->date, channel);
	for (size_t k = 0; k < shop->params->n_products; k++) {
		uint64_t *sold = day->sold +
		    (k * channels + channel) * quantities;

		if (quantities == 1)
			*sold = shop->of_product[k];
		else if (shop->of_product[k] == 0)
			memset(sold, 0, quantities * sizeof(*sold));
		else
			alias_split(&shop->quantity, &rng, shop->of_product[k],
			    sold);
	}
}

/* ---- stock ---------------------------------------------------------------
 *
 * The functions below see the wanted orders of one product, a count for each
 * channel and quantity (a class), and leave in their place those sold.
 */

struct classes {
	uint64_t *count;
	size_t n;
	size_t quantities; /* class i is of quantity i % quantities + 1 */
};

static int64_t
units_in(const struct classes *c)
{
	uint64_t units = 0;

	for (size_t i = 0; i < c->n; i++)
		units += c->count[i] * (i % c->quantities + 1);
	return (int64_t)units;
}

/* Orders that find their category not to be had. */
static void
lose_to_stockouts(struct simulate *shop, size_t product, int32_t date,
    struct classes *c)
{
	const struct simulate_params *p = shop->params;
	double kept = 1;
	struct rng rng;

	for (size_t i = 0; i < p->n_events; i++) {
		const struct simulate_event *e = &p->events[i];

		if (e->kind == SIMULATE_STOCKOUT &&
		    (e->category == -1 ||
			e->category ==
			    (int32_t)shop->products[product].category))
			kept *= simulate_factor(e, date);
	}
	if (kept == 1)
		return;
	simulate_stream(&rng, shop, STREAM_STOCKOUT, date, product);
	for (size_t i = 0; i < c->n; i++)
		c->count[i] = rng_binomial(&rng, c->count[i], kept);
}

/* More is wanted than there is: who comes first is served, all sequences being
 * equally likely; an order for more than what is left is lost. */
static void
serve_in_turn(struct urn *waiting, struct rng *rng, int64_t level,
    struct classes *c)
{
	urn_fill(waiting, c->count, c->n);
	memset(c->count, 0, c->n * sizeof(*c->count));
	while (level > 0 && urn_left(waiting) > 0) {
		const size_t i = urn_draw(waiting, rng);
		const int64_t units = (int64_t)(i % c->quantities) + 1;

		if (units <= level) {
			c->count[i]++;
			level -= units;
		}
	}
}

static void
restock_in_the_morning(struct shelf *shelf, int32_t date, int64_t quantity,
    int64_t *restocked)
{
	if (shelf->arrival == DATE_NONE || shelf->arrival > date)
		return;
	shelf->arrival = DATE_NONE;
	shelf->level += quantity;
	*restocked += quantity;
}

static void
order_in_the_evening(const struct simulate_params *p, struct shelf *shelf,
    int32_t date, int64_t *restocked)
{
	if (shelf->arrival != DATE_NONE || shelf->level >= p->restock_threshold)
		return;
	shelf->arrival = date + p->restock_lead_days;
	if (p->restock_lead_days == 0)
		restock_in_the_morning(shelf, date, p->restock_quantity,
		    restocked);
}

static void
sell_product(struct simulate *shop, size_t product, struct simulate_day *day,
    int stockout)
{
	const struct simulate_params *p = shop->params;
	struct classes c = { .n = p->n_channels * shop->n_quantities,
		.quantities = shop->n_quantities };
	struct simulate_stock *stock = &day->stock[product];
	struct shelf *shelf = &shop->shelf[product];
	int64_t wanted;
	struct rng rng;

	c.count = day->sold + product * c.n;
	*stock = (struct simulate_stock){ 0 };
	if (p->inventory)
		restock_in_the_morning(shelf, day->date, p->restock_quantity,
		    &stock->units_restocked);

	wanted = units_in(&c);
	if (stockout)
		lose_to_stockouts(shop, product, day->date, &c);
	stock->units_sold = units_in(&c);
	if (p->inventory && stock->units_sold > shelf->level) {
		simulate_stream(&rng, shop, STREAM_SHORTAGE, day->date,
		    product);
		serve_in_turn(&shop->waiting, &rng, shelf->level, &c);
		stock->units_sold = units_in(&c);
	}
	stock->units_lost = wanted - stock->units_sold;

	if (p->inventory) {
		shelf->level -= stock->units_sold;
		order_in_the_evening(p, shelf, day->date,
		    &stock->units_restocked);
	}
	stock->stock_level = shelf->level;
}

/* ---- days ---------------------------------------------------------------- */

int
simulate_day_init(struct simulate_day *day, const struct simulate *shop)
{
	const struct simulate_params *p = shop->params;

	*day = (struct simulate_day){ 0 };
	day->traffic = calloc(p->n_channels, sizeof(*day->traffic));
	day->stock = calloc(p->n_products, sizeof(*day->stock));
	day->sold = calloc(p->n_channels * p->n_products * shop->n_quantities,
	    sizeof(*day->sold));
	if (day->traffic == NULL || day->stock == NULL || day->sold == NULL) {
		simulate_day_release(day);
		return -1;
	}
	return 0;
}

void
simulate_day_release(struct simulate_day *day)
{
	free(day->traffic);
	free(day->stock);
	free(day->sold);
	*day = (struct simulate_day){ 0 };
}

int
simulate_next(struct simulate *shop, struct simulate_day *day)
{
	const struct simulate_params *p = shop->params;
	const uint64_t *sold = day->sold;
	struct calendar c;
	int stockout;

	if (shop->date > p->end)
		return 0;
	c = calendar_of(shop, shop->date);
	day->date = shop->date++;
	for (size_t channel = 0; channel < p->n_channels; channel++)
		draw_channel(shop, &c, channel, day);
	stockout = simulate_has(shop, SIMULATE_STOCKOUT, day->date);
	for (size_t k = 0; k < p->n_products; k++)
		sell_product(shop, k, day, stockout);

	for (size_t channel = 0; channel < p->n_channels; channel++)
		day->traffic[channel].orders = 0;
	for (size_t k = 0; k < p->n_products; k++)
		for (size_t channel = 0; channel < p->n_channels; channel++)
			for (size_t q = 0; q < shop->n_quantities; q++)
				day->traffic[channel].orders += *sold++;
	day->orders = 0;
	for (size_t channel = 0; channel < p->n_channels; channel++)
		day->orders += day->traffic[channel].orders;
	day->first_order_id = shop->orders + 1;
	shop->orders += day->orders;
	return 1;
}
