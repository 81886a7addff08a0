/*
 * Orders as text, many of them fast.  What an order has in common with others
 * (a channel, a product, a quantity) is written once, by the record stream that
 * decides how it looks; a row is those pieces and three numbers.
 */
#ifndef AEE_TOOLS_ORDER_ROWS_H
#define AEE_TOOLS_ORDER_ROWS_H

#include <stddef.h>
#include <stdint.h>

#include "model/simulate.h"
#include "record/recout.h"

struct field;
struct order_rows;

struct order_names {
	const char *const *columns; /* seven: order_id .. order_value */
	const struct field *channels, *products; /* by number */
	size_t n_channels, n_products, n_quantities;
};

/* Pieces in a format; keeps no pointer to names.  NULL if out of memory. */
struct order_rows *order_rows_new(const struct order_names *names,
    enum format format);
void order_rows_free(struct order_rows *rows); /* NULL is allowed */

/* The piece of the dates of a day's orders, to be given to order_rows_put():
 * order_rows_day() is for one thread at a time. */
struct order_day {
	char text[64];
	size_t n;
};
int order_rows_day(struct order_rows *rows, struct order_day *day,
    int32_t date);

/* Text that grows. */
struct order_text {
	char *p;
	size_t n, capacity;
};

/* Append n orders of a day.  Returns 0, or -1 if out of memory. */
int order_rows_put(const struct order_rows *rows, struct order_text *text,
    const struct order_day *day, const struct simulate_order *order, size_t n);

#endif
