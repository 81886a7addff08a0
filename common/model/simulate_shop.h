/* The inside of model/simulate.h, for its own sources. */
#ifndef AEE_MODEL_SIMULATE_SHOP_H
#define AEE_MODEL_SIMULATE_SHOP_H

#include "base/alias.h"
#include "base/rng.h"
#include "base/urn.h"
#include "model/simulate.h"

/* What a stream of random numbers is for (rng_stream), with its two indices.
 * A number that stands here stays: another would be another shop. */
enum simulate_purpose {
	STREAM_PRODUCT = 1,        /* product */
	STREAM_CUSTOMER = 2,       /* customer */
	STREAM_SESSIONS = 3,       /* date, channel */
	STREAM_SESSIONS_ALL = 4,   /* date: noise common to the channels */
	STREAM_CONVERSION = 5,     /* date, channel */
	STREAM_ORDERS = 6,         /* date, channel */
	STREAM_PRODUCTS = 7,       /* date, channel: split over products */
	STREAM_QUANTITIES = 8,     /* date, channel */
	STREAM_STOCKOUT = 9,       /* date, product */
	STREAM_SHORTAGE = 10,      /* date, product */
	STREAM_ARRIVAL = 11,       /* date: the order of a day's orders */
	STREAM_WHO = 12,           /* date: customers of the orders */
	STREAM_VALUE = 13,         /* date: noise of the order values */
	STREAM_CONCERNED = 14,     /* event, product */
	STREAM_CUSTOMER_ORDER = 15 /* the ranks of customers */
};

enum { CURVE_CELLS = 1024 };

struct shelf {
	int64_t level;   /* units */
	int32_t arrival; /* date of what is on its way, or DATE_NONE */
};

struct simulate {
	const struct simulate_params *params;

	/* Fixed from the start; read by the threads that make orders. */
	struct simulate_product *products;
	size_t n_quantities;
	int32_t first_year;
	double customers[CURVE_CELLS + 1]; /* rank / n at each part of orders */
	uint64_t customer_step, customer_offset;
	uint64_t customer_part; /* 2^64 / n, or a little less */

	/* The day that comes next. */
	int32_t date;
	uint64_t orders; /* so far */
	struct shelf *shelf;
	double *noise; /* of the sessions of each channel, the day before */

	/* How demand is split. */
	struct alias demand, disturbed, quantity;
	double *weight, *disturbed_weight; /* of products */

	/* Scratch. */
	uint64_t *of_product; /* orders of a channel */
	struct urn waiting;   /* orders of a product that is short */
};

/* The start of a stream of a date. */
void simulate_stream(struct rng *rng, const struct simulate *shop,
    enum simulate_purpose purpose, int32_t date, uint64_t index);

/* The factor of an event on a date; 1 on those that are not its own. */
double simulate_factor(const struct simulate_event *event, int32_t date);

/* Whether any event of a kind has this date. */
int simulate_has(const struct simulate *shop, enum simulate_kind kind,
    int32_t date);

#endif
