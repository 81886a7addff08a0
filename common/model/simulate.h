/*
 * A shop with known truth: products, customers, sessions, stock and orders, day
 * by day, and the events that disturb them.
 *
 * The idea.  Per day and channel, a number of sessions (a base, times growth,
 * week, season, holiday, events and noise) and a conversion rate (a base, a
 * season, a bias of the channel and noise).  Orders are binomial: each session
 * orders with that probability.  The orders of a channel are split over the
 * products by demand weight and over the quantities; the stock decides how many
 * of each product are sold, in an order of arrival in which all orders of the
 * day are equally likely to be first; only what is sold becomes an order.  The
 * counts of a day are all that the next day depends on (its stock), so that the
 * orders of any day can be made from that day's counts alone, in any thread, in
 * a memory that does not grow with their number.
 *
 * Every draw comes from a stream of its purpose, date, channel or product: a
 * table is the same whether it is made alone or with all others, and an event
 * changes no draw but on its own days and channels (and, with stock, what can
 * be sold later).  Streams depend on the date itself, not on the first day.
 *
 * Channels, categories, products, cities and customers are numbered from 0, in
 * the order of the arrays; names are for the caller.  Days are those of
 * base/date.h.  Money is in cents.
 */
#ifndef AEE_MODEL_SIMULATE_H
#define AEE_MODEL_SIMULATE_H

#include <stddef.h>
#include <stdint.h>

struct simulate_channel {
	const char *name;
	double base_sessions;   /* a day; 0 .. 1e9 */
	double conversion_bias; /* added to the conversion rate */
};

struct simulate_category {
	const char *name;
	int64_t price_min, price_max; /* cents, uniform between them */
};

struct simulate_product {
	uint32_t category;
	int64_t unit_price;   /* cents */
	int64_t cost_price;   /* cents */
	double demand_weight; /* the share of orders is proportional to it */
	int64_t stock_level;  /* units on the morning of the first day */
};

struct simulate_holiday {
	const char *name;
	int32_t date;
	double traffic;    /* sessions x */
	double conversion; /* conversion rate x */
};

/*
 * Revenue events.  magnitude is always a factor: 1 changes nothing.
 *
 *	kind		multiplies			for
 *	price		order values			channel, category
 *	orders		the probability of an order	channel, category
 *	conversion	the conversion rate		channel
 *	traffic		sessions			channel
 *	tracking	recorded sessions; the orders	channel
 *			are those of all sessions
 *	bots		recorded sessions, by more	channel
 *			that never order
 *	stockout	the orders that can be filled;	category
 *			the others are lost
 *
 * An orders event in a category changes the orders of that category and leaves
 * those of the others alone.  Events that overlap are multiplied.
 */
enum simulate_kind {
	SIMULATE_PRICE,
	SIMULATE_ORDERS,
	SIMULATE_CONVERSION,
	SIMULATE_TRAFFIC,
	SIMULATE_TRACKING,
	SIMULATE_BOTS,
	SIMULATE_STOCKOUT,
	SIMULATE_KINDS
};

enum simulate_shape {
	SIMULATE_SUDDEN, /* the magnitude on every day */
	SIMULATE_RAMPED  /* from 1 in equal steps to it on the last day */
};

struct simulate_event {
	enum simulate_kind kind;
	enum simulate_shape shape;
	int32_t start, end; /* first and last day */
	double magnitude; /* 0 .. 1000; tracking <= 1 <= bots; stockout <= 1 */
	double share;     /* price: of the products, those concerned, drawn for
			   * the first day; 1: all */
	int32_t channel;  /* -1: all */
	int32_t category; /* -1: all */
};

/*
 * What a shop is.  Each comment gives the value of the original engine (o:),
 * under which the shop is the original's in distribution, but for orders that
 * are drawn instead of rounded down.
 */
struct simulate_params {
	uint64_t seed;
	int32_t start, end; /* first and last day */

	const struct simulate_channel *channels;
	size_t n_channels;

	/* Traffic: sessions of a day and channel are base_sessions x weekly x
	 * growth x season x holiday x events x (1 + noise), rounded.
	 * growth: 1 + this x months since the January of the first year.
	 * season: 1 + amplitude x cos, largest on a day of the year.
	 * noise: normal; of two days in a row it has the autocorrelation, in
	 * [0, 1), of two channels the correlation "common", in [0, 1]. */
	double weekly[7];        /* factor, Monday first; o: weekends 1.15 */
	double growth;           /* o: 0.01 */
	double yearly_amplitude; /* in [0, 1]; o: 0 */
	double yearly_peak;      /* 1 .. 366 */
	double session_noise;    /* standard deviation; o: 0.05 */
	double noise_autocorrelation; /* o: 0 */
	double noise_common;          /* o: 0 */

	/* Conversion: base + bias of the channel + seasonal x sin(2 pi month /
	 * 12) + noise, at least the minimum, then x holiday x events. */
	double conversion_base;     /* o: 0.02 */
	double conversion_seasonal; /* o: 0.005 */
	double conversion_noise;    /* standard deviation; o: 0.002 */
	double conversion_min;      /* in (0, 1) */

	/* Growth and the season of conversion change smoothly from the middle
	 * of a month to that of the next, instead of at its first day; o: 0 */
	int smooth;

	/* Products: given, or n_products drawn from the categories. */
	const struct simulate_category *categories;
	size_t n_categories;
	const struct simulate_product *products; /* or NULL */
	size_t n_products;                       /* o: 300 */
	double margin_min, margin_max; /* cost: price x (1 - it); o: 0.3, 0.6 */
	double weight_min, weight_max; /* demand weights; o: 0.5, 2 */
	int64_t stock_min, stock_max;  /* o: 200, 999 */
	int use_demand_weight;         /* 0: all products sell alike; o: 0 */

	/* Customers: they signed up between signup_start and the first day.  A
	 * customer's orders are proportional to a propensity, lognormal with
	 * this deviation of its logarithm; 0: all alike. */
	uint32_t n_customers;  /* o: 20000 */
	size_t n_cities;       /* o: 10 */
	int32_t signup_start;  /* o: 2023-01-01 */
	double customer_sigma; /* o: 0 */

	/* Orders: quantity i + 1 with a weight of quantity[i]; the value is
	 * unit price x quantity x events, x lognormal noise of mean 1 and this
	 * deviation of its logarithm, to the nearest cent. */
	const double *quantity; /* NULL: always 1; o: NULL */
	size_t n_quantities;
	double value_noise; /* o: 0 */

	/* Stock.  When it is under the threshold in the evening and nothing is
	 * on its way, restock_quantity units are ordered; they arrive in the
	 * morning restock_lead_days later (0: at once). */
	int inventory;             /* 0: nothing ever runs out; o: 0 */
	int64_t restock_threshold; /* o: 50 */
	int64_t restock_quantity;  /* o: 300 */
	int32_t restock_lead_days;

	const struct simulate_holiday *holidays;
	size_t n_holidays;
	const struct simulate_event *events;
	size_t n_events;
};

/* Bounds of simulate_check(). */
#define SIMULATE_MAX_SESSIONS 1e9 /* a day and channel, whatever happens */
#define SIMULATE_MAX_CHANNELS 1000
#define SIMULATE_MAX_PRODUCTS 1000000
#define SIMULATE_MAX_CUSTOMERS (1 << 28)
#define SIMULATE_MAX_QUANTITIES 1000
#define SIMULATE_MAX_CLASSES (1 << 24) /* channels x products x quantities */
#define SIMULATE_MAX_PRICE INT64_C(100000000000)  /* cents */
#define SIMULATE_MAX_UNITS INT64_C(1000000000000) /* stock */

/* What is wrong, or NULL if nothing is.  Where it is one of an array (channel,
 * category, product, quantity, holiday, event), *item is its index, otherwise
 * SIZE_MAX; item may be NULL. */
const char *simulate_check(const struct simulate_params *params, size_t *item);

/* "price", "orders", ... */
const char *simulate_kind_name(enum simulate_kind kind);

struct simulate;

/*
 * A shop on the eve of its first day.  params must be good, and stay, with all
 * that it points to, until simulate_free().
 * Returns NULL if out of memory.
 */
struct simulate *simulate_new(const struct simulate_params *params);
void simulate_free(struct simulate *shop); /* NULL is allowed */

/* The n_products products: those given, or those drawn. */
const struct simulate_product *simulate_products(const struct simulate *shop);

struct simulate_customer {
	int32_t signup_date;
	uint32_t city;
};

/* The customer of a number below n_customers; made on the spot. */
struct simulate_customer simulate_customer(const struct simulate *shop,
    uint32_t customer);

/* The days of event i that are simulated, which may be fewer than it has.
 * Returns 1, or 0 if there are none. */
int simulate_event_days(const struct simulate *shop, size_t i, int32_t *first,
    int32_t *last);

struct simulate_traffic {
	uint64_t sessions; /* as recorded */
	uint64_t visits;   /* as they were: without bots, before tracking */
	uint64_t wanted;   /* orders that visitors wanted to place */
	uint64_t orders;   /* orders placed: those wanted that were not lost */
};

struct simulate_stock {
	int64_t stock_level; /* in the evening; without inventory, the first */
	int64_t units_sold;
	int64_t units_lost; /* wanted, but not there */
	int64_t units_restocked;
};

/* A day: everything about it but its single orders. */
struct simulate_day {
	int32_t date;
	uint64_t orders;         /* of all channels */
	uint64_t first_order_id; /* 1 for the first order of the shop */
	struct simulate_traffic *traffic; /* of each channel */
	struct simulate_stock *stock;     /* of each product */
	uint64_t *sold; /* orders, [product][channel][quantity - 1] */
};

/* Room for a day.  Returns 0, or -1 if out of memory; release either way.  A
 * zeroed day may be released. */
int simulate_day_init(struct simulate_day *day, const struct simulate *shop);
void simulate_day_release(struct simulate_day *day);

/* The next day, in time that depends on products and channels, but hardly on
 * the number of orders.  Returns 1, or 0 after the last day. */
int simulate_next(struct simulate *shop, struct simulate_day *day);

struct simulate_order {
	uint64_t order_id;
	uint32_t channel;
	uint32_t product;
	uint32_t customer;
	uint32_t quantity;
	int64_t order_value; /* cents */
};

/*
 * The orders of a day, in their order of arrival: all of the day's channels and
 * products mixed, each order of them equally likely.  In what order they come
 * is drawn one after the other, the rest (about two thirds of the work) for any
 * of them alone.  Several of these may work on different days at the same time:
 * they only read the shop.
 */
struct simulate_orders;

/* Returns NULL if out of memory.  The shop must stay. */
struct simulate_orders *simulate_orders_new(const struct simulate *shop);
void simulate_orders_free(struct simulate_orders *orders);

/* Begin a day; it is not needed any more afterwards. */
void simulate_orders_start(struct simulate_orders *orders,
    const struct simulate_day *day);

/* The next orders of the day, up to max of them; 0 at its end.  They lack their
 * customers, and their values have no noise. */
size_t simulate_orders_next(struct simulate_orders *orders,
    struct simulate_order *rows, size_t max);

/* Give n orders in a row what they lack: any part of a day on its own, in any
 * thread.  index: orders of the same day before the first of them. */
void simulate_orders_finish(const struct simulate *shop, int32_t date,
    uint64_t index, struct simulate_order *rows, size_t n);

#endif
