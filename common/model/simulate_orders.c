#include "model/simulate.h"

#include <math.h>
#include <stdlib.h>

#include "base/urn.h"
#include "model/simulate_shop.h"

enum { CHUNK = 256 };

struct simulate_orders {
	const struct simulate *shop;

	/* What is not yet drawn of the day's orders: an urn with a kind for
	 * each channel, product and quantity that sold, and what the orders of
	 * that kind have in common. */
	struct urn urn;
	struct simulate_order *kind;
	uint64_t *count; /* scratch to fill the urn */

	uint64_t next_order_id;
	struct rng arrival;
};

struct simulate_orders *
simulate_orders_new(const struct simulate *shop)
{
	const struct simulate_params *p = shop->params;
	const size_t kinds = p->n_channels * p->n_products * shop->n_quantities;
	struct simulate_orders *o = calloc(1, sizeof(*o));

	if (o == NULL)
		return NULL;
	o->shop = shop;
	o->kind = calloc(kinds, sizeof(*o->kind));
	o->count = calloc(kinds, sizeof(*o->count));
	if (o->kind == NULL || o->count == NULL ||
	    urn_init(&o->urn, kinds) == -1) {
		simulate_orders_free(o);
		return NULL;
	}
	return o;
}

void
simulate_orders_free(struct simulate_orders *orders)
{
	if (orders == NULL)
		return;
	urn_release(&orders->urn);
	free(orders->count);
	free(orders->kind);
	free(orders);
}

/* Whether an event with a share concerns a product: the same ones on each day,
 * and whatever other events there are. */
static int
is_concerned(const struct simulate *shop, const struct simulate_event *event,
    size_t product)
{
	struct rng rng;

	simulate_stream(&rng, shop, STREAM_CONCERNED, event->start, product);
	return rng_uniform(&rng) < event->share;
}

/* What price events make of the value of a product's orders in a channel. */
static double
price_factor(const struct simulate *shop, int32_t date, size_t product,
    size_t channel)
{
	const struct simulate_params *p = shop->params;
	double factor = 1;

	for (size_t i = 0; i < p->n_events; i++) {
		const struct simulate_event *e = &p->events[i];

		if (e->kind == SIMULATE_PRICE && date >= e->start &&
		    date <= e->end &&
		    (e->channel == -1 || e->channel == (int32_t)channel) &&
		    (e->category == -1 ||
			e->category ==
			    (int32_t)shop->products[product].category) &&
		    is_concerned(shop, e, product))
			factor *= simulate_factor(e, date);
	}
	return factor;
}

/* To the nearest cent; within what a double holds exactly, whatever the events
 * and the noise are. */
static int64_t
cents(double value)
{
	return value > 9e15 ? INT64_C(9000000000000000)
			    : (int64_t)floor(value + 0.5);
}

static struct simulate_order
kind_of(const struct simulate *shop, size_t product, size_t channel,
    size_t quantity, double factor)
{
	return (struct simulate_order){ .channel = (uint32_t)channel,
		.product = (uint32_t)product,
		.quantity = (uint32_t)quantity,
		.order_value = cents((double)(shop->products[product]
						  .unit_price *
					 (int64_t)quantity) *
		    factor) };
}

void
simulate_orders_start(struct simulate_orders *orders,
    const struct simulate_day *day)
{
	const struct simulate *shop = orders->shop;
	const struct simulate_params *p = shop->params;
	const uint64_t *sold = day->sold;
	const int priced = simulate_has(shop, SIMULATE_PRICE, day->date);
	size_t n = 0;

	for (size_t k = 0; k < p->n_products; k++)
		for (size_t c = 0; c < p->n_channels; c++) {
			double factor = -1; /* not yet asked for */

			for (size_t q = 0; q < shop->n_quantities; q++) {
				const uint64_t count = *sold++;

				if (count == 0)
					continue;
				if (factor < 0)
					factor = priced ? price_factor(shop,
							      day->date, k, c)
							: 1;
				orders->count[n] = count;
				orders->kind[n++] = kind_of(shop, k, c, q + 1,
				    factor);
			}
		}
	urn_fill(&orders->urn, orders->count, n);
	orders->next_order_id = day->first_order_id;
	simulate_stream(&orders->arrival, shop, STREAM_ARRIVAL, day->date, 0);
}

size_t
simulate_orders_next(struct simulate_orders *orders,
    struct simulate_order *rows, size_t max)
{
	uint32_t kind[CHUNK];
	size_t n = 0, got;

	do {
		const size_t ask = max - n < CHUNK ? max - n : CHUNK;

		got = urn_draws(&orders->urn, &orders->arrival, kind, ask);
		for (size_t i = 0; i < got; i++) {
			rows[n] = orders->kind[kind[i]];
			rows[n++].order_id = orders->next_order_id++;
		}
	} while (got > 0 && n < max);
	return n;
}

/* The customer of an order from a draw: see rank_customers(). */
static uint32_t
customer_of(const struct simulate *shop, uint64_t draw)
{
	const uint64_t n = shop->params->n_customers;
	const double x = rng_to_uniform(draw) * CURVE_CELLS;
	const size_t cell = (size_t)x;
	const double *curve = shop->customers + cell;
	const double rank = curve[0] +
	    (x - (double)cell) * (curve[1] - curve[0]);
	uint64_t i = (uint64_t)(rank * (double)n);

	if (i >= n) /* rounding */
		i = n - 1;
	i = i * shop->customer_step + shop->customer_offset; /* below 2^57 */
	/* i % n, but a division takes longer: the quotient may be 1 short. */
	i -= (uint64_t)((unsigned __int128)i * shop->customer_part >> 64) * n;
	return (uint32_t)(i < n ? i : i - n);
}

/* A stream of a day with one 64-bit draw for each order, at that of an index. */
static void
stream_from(struct rng *rng, const struct simulate *shop,
    enum simulate_purpose purpose, int32_t date, uint64_t index)
{
	simulate_stream(rng, shop, purpose, date, 0);
	rng_seek(rng, index / 2); /* blocks of two */
	if (index % 2 == 1)
		rng_u64(rng);
}

static void
add_noise(const struct simulate *shop, struct rng *rng,
    struct simulate_order *rows, size_t n)
{
	const double sigma = shop->params->value_noise;

	for (size_t i = 0; i < n; i++)
		rows[i].order_value = cents((double)rows[i].order_value *
		    rng_lognormal(rng, -0.5 * sigma * sigma, sigma));
}

void
simulate_orders_finish(const struct simulate *shop, int32_t date,
    uint64_t index, struct simulate_order *rows, size_t n)
{
	uint64_t draw[CHUNK];
	struct rng rng;

	if (shop->params->value_noise > 0) {
		stream_from(&rng, shop, STREAM_VALUE, date, index);
		add_noise(shop, &rng, rows, n);
	}
	stream_from(&rng, shop, STREAM_WHO, date, index);
	while (n > 0) {
		const size_t ask = n < CHUNK ? n : CHUNK;

		rng_fill(&rng, draw, ask);
		for (size_t i = 0; i < ask; i++)
			rows[i].customer = customer_of(shop, draw[i]);
		rows += ask;
		n -= ask;
	}
}
