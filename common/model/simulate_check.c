#include "model/simulate.h"

#include <stddef.h>

#include "base/date.h"

/* Comparisons are written so that NaN fails them. */
static int
within(double x, double min, double max)
{
	return x >= min && x <= max;
}

static int
is_day(int32_t day)
{
	return day >= DATE_MIN && day <= DATE_MAX;
}

static const char *
check_general(const struct simulate_params *p)
{
	if (!is_day(p->start) || !is_day(p->end))
		return "the first or last day is not a date";
	if (p->end < p->start)
		return "the end is before the start";
	if (p->n_channels == 0)
		return "there are no channels";
	if (p->n_channels > SIMULATE_MAX_CHANNELS)
		return "there are more than 1000 channels";
	if (p->n_products == 0)
		return "there are no products";
	if (p->n_products > SIMULATE_MAX_PRODUCTS)
		return "there are more than 1000000 products";
	if (p->n_customers == 0)
		return "there are no customers";
	if (p->n_customers > SIMULATE_MAX_CUSTOMERS)
		return "there are more than 268435456 customers";
	if (p->n_cities == 0)
		return "there are no cities";
	if (!is_day(p->signup_start) || p->signup_start > p->start)
		return "customers sign up after the start";
	if (!within(p->customer_sigma, 0, 10))
		return "the spread of customers is not within 0 to 10";
	return NULL;
}

static const char *
check_traffic(const struct simulate_params *p)
{
	int first, last;

	for (int i = 0; i < 7; i++)
		if (!within(p->weekly[i], 0, 1000))
			return "a factor of the week is not within 0 to 1000";
	if (!within(p->growth, -1, 1))
		return "the growth is not within -1 to 1";
	date_civil(p->start, &first, NULL, NULL);
	date_civil(p->end, &last, NULL, NULL);
	if (1 + p->growth * 12 * (last - first + 1) < 0)
		return "the growth leaves no sessions in the last year";
	if (!within(p->yearly_amplitude, 0, 1))
		return "the yearly amplitude is not within 0 to 1";
	if (p->yearly_amplitude > 0 && !within(p->yearly_peak, 1, 366))
		return "the yearly peak is not within 1 to 366";
	if (!within(p->session_noise, 0, 1))
		return "the noise of sessions is not within 0 to 1";
	if (!within(p->noise_autocorrelation, 0, 0.999999))
		return "the autocorrelation is not within 0 to 0.999999";
	if (!within(p->noise_common, 0, 1))
		return "the common noise is not within 0 to 1";
	return NULL;
}

static const char *
check_conversion(const struct simulate_params *p)
{
	if (!within(p->conversion_base, 0, 1))
		return "the base conversion rate is not within 0 to 1";
	if (!within(p->conversion_seasonal, -1, 1))
		return "the seasonal variation is not within -1 to 1";
	if (!within(p->conversion_noise, 0, 1))
		return "the noise of conversion is not within 0 to 1";
	if (!within(p->conversion_min, 1e-12, 0.999999))
		return "the least conversion rate is not within 0 and 1";
	return NULL;
}

static const char *
check_drawn_products(const struct simulate_params *p, size_t *item)
{
	if (p->n_categories == 0)
		return "there are no categories";
	for (size_t i = 0; i < p->n_categories; i++) {
		const struct simulate_category *c = &p->categories[i];

		*item = i;
		if (c->price_min < 0 || c->price_max > SIMULATE_MAX_PRICE)
			return "a price is not within 0 to 1000000000";
		if (c->price_max < c->price_min)
			return "the highest price is below the lowest";
	}
	*item = SIZE_MAX;
	if (!within(p->margin_min, 0, 1) ||
	    !within(p->margin_max, p->margin_min, 1))
		return "the margins are not two rising numbers within 0 to 1";
	if (!within(p->weight_min, 1e-6, 1e6) ||
	    !within(p->weight_max, p->weight_min, 1e6))
		return "the demand weights are not two rising numbers within "
		       "0.000001 to 1000000";
	if (p->stock_min < 0 || p->stock_max < p->stock_min ||
	    p->stock_max > SIMULATE_MAX_UNITS)
		return "the stock levels are not two rising numbers within 0 "
		       "to 1000000000000";
	return NULL;
}

static const char *
check_given_products(const struct simulate_params *p, size_t *item)
{
	double sum = 0;

	for (size_t i = 0; i < p->n_products; i++) {
		const struct simulate_product *product = &p->products[i];

		*item = i;
		if (product->category >= p->n_categories)
			return "a product has an unknown category";
		if (product->unit_price < 0 ||
		    product->unit_price > SIMULATE_MAX_PRICE)
			return "a price is not within 0 to 1000000000";
		if (!within(product->demand_weight, 0, 1e6))
			return "a demand weight is not within 0 to 1000000";
		if (product->stock_level < 0 ||
		    product->stock_level > SIMULATE_MAX_UNITS)
			return "a stock level is not within 0 to 1000000000000";
		sum += product->demand_weight;
	}
	*item = SIZE_MAX;
	if (p->use_demand_weight && !(sum >= 1e-300))
		return "all demand weights are 0";
	return NULL;
}

static const char *
check_orders(const struct simulate_params *p, size_t *item)
{
	double sum = 0;

	if (!within(p->value_noise, 0, 2))
		return "the noise of order values is not within 0 to 2";
	if (p->quantity == NULL)
		return NULL;
	if (p->n_quantities == 0 || p->n_quantities > SIMULATE_MAX_QUANTITIES)
		return "there are not 1 to 1000 quantities";
	for (size_t i = 0; i < p->n_quantities; i++) {
		*item = i;
		if (!within(p->quantity[i], 0, 1e6))
			return "the weight of a quantity is not within 0 to "
			       "1000000";
		sum += p->quantity[i];
	}
	*item = SIZE_MAX;
	if (!(sum >= 1e-300))
		return "all weights of quantities are 0";
	return NULL;
}

static const char *
check_stock(const struct simulate_params *p)
{
	if (!p->inventory)
		return NULL;
	if (p->restock_threshold < 0 ||
	    p->restock_threshold > SIMULATE_MAX_UNITS)
		return "the restock threshold is not within 0 to 1000000000000";
	if (p->restock_quantity < 0 || p->restock_quantity > SIMULATE_MAX_UNITS)
		return "the restock quantity is not within 0 to 1000000000000";
	if (p->restock_lead_days < 0 || p->restock_lead_days > 36500)
		return "the restock lead days are not within 0 to 36500";
	return NULL;
}

static const char *
check_event(const struct simulate_params *p, const struct simulate_event *e)
{
	const int by_category = e->kind == SIMULATE_PRICE ||
	    e->kind == SIMULATE_ORDERS || e->kind == SIMULATE_STOCKOUT;

	if (e->kind < 0 || e->kind >= SIMULATE_KINDS)
		return "the kind of event is unknown";
	if (e->shape != SIMULATE_SUDDEN && e->shape != SIMULATE_RAMPED)
		return "the shape of event is unknown";
	if (!is_day(e->start) || !is_day(e->end))
		return "the first or last day of an event is not a date";
	if (e->end < e->start)
		return "the end of an event is before its start";
	if (!within(e->magnitude, 0, 1000))
		return "the magnitude is not within 0 to 1000";
	if ((e->kind == SIMULATE_TRACKING || e->kind == SIMULATE_STOCKOUT) &&
	    e->magnitude > 1)
		return "the magnitude of a loss is above 1";
	if (e->kind == SIMULATE_BOTS && e->magnitude < 1)
		return "the magnitude of bots is below 1";
	if (e->kind == SIMULATE_PRICE && !within(e->share, 1e-12, 1))
		return "the share of products is not within 0 to 1";
	if (e->channel < -1 || e->channel >= (int32_t)p->n_channels)
		return "the channel of an event is unknown";
	if (e->category < -1 ||
	    (e->category >= 0 && (size_t)e->category >= p->n_categories))
		return "the category of an event is unknown";
	if (e->category != -1 && !by_category)
		return "an event of this kind has no category";
	if (e->channel != -1 && e->kind == SIMULATE_STOCKOUT)
		return "an event of this kind has no channel";
	return NULL;
}

const char *
simulate_check(const struct simulate_params *p, size_t *item)
{
	const size_t quantities = p->quantity == NULL ? 1 : p->n_quantities;
	const char *wrong;
	size_t nowhere;

	if (item == NULL)
		item = &nowhere;
	*item = SIZE_MAX;
	if ((wrong = check_general(p)) != NULL ||
	    (wrong = check_traffic(p)) != NULL ||
	    (wrong = check_conversion(p)) != NULL ||
	    (wrong = check_stock(p)) != NULL ||
	    (wrong = check_orders(p, item)) != NULL)
		return wrong;
	if (p->products == NULL)
		wrong = check_drawn_products(p, item);
	else
		wrong = check_given_products(p, item);
	if (wrong != NULL)
		return wrong;
	if (p->n_channels * p->n_products * quantities > SIMULATE_MAX_CLASSES)
		return "channels x products x quantities are more than 16777216";

	for (size_t i = 0; i < p->n_channels; i++) {
		*item = i;
		if (!within(p->channels[i].base_sessions, 0,
			SIMULATE_MAX_SESSIONS))
			return "the base sessions are not within 0 to "
			       "1000000000";
		if (!within(p->channels[i].conversion_bias, -1, 1))
			return "the conversion bias is not within -1 to 1";
	}
	for (size_t i = 0; i < p->n_holidays; i++) {
		*item = i;
		if (!is_day(p->holidays[i].date))
			return "the day of a holiday is not a date";
		if (!within(p->holidays[i].traffic, 0, 1000) ||
		    !within(p->holidays[i].conversion, 0, 1000))
			return "the factor of a holiday is not within 0 to "
			       "1000";
	}
	for (size_t i = 0; i < p->n_events; i++) {
		*item = i;
		if ((wrong = check_event(p, &p->events[i])) != NULL)
			return wrong;
	}
	*item = SIZE_MAX;
	return NULL;
}

const char *
simulate_kind_name(enum simulate_kind kind)
{
	static const char *const name[] = {
		[SIMULATE_PRICE] = "price",
		[SIMULATE_ORDERS] = "orders",
		[SIMULATE_CONVERSION] = "conversion",
		[SIMULATE_TRAFFIC] = "traffic",
		[SIMULATE_TRACKING] = "tracking",
		[SIMULATE_BOTS] = "bots",
		[SIMULATE_STOCKOUT] = "stockout",
	};

	return name[kind];
}
