#include "kpi_run.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/decimal.h"
#include "base/expr.h"
#include "model/kpi.h"
#include "record/group.h"
#include "record/recin.h"

#include "kpi_dates.h"
#include "kpi_products.h"
#include "kpi_tables.h"

struct order_run {
	const struct order_columns *columns;
	struct order_tables *to;
	int column[RECIN_RUN_COLUMNS];
	struct span *span[RECIN_RUN_COLUMNS];
	size_t ncolumns;
	/* Places among the columns; 0: not there.  The date is the first, and
	 * then come the value or the operands. */
	size_t channel, customer, order, product, quantity;
	size_t group[GROUPS_RUN];
	struct span text[RECIN_RUN_COLUMNS][RECIN_RUN];
	/* Groups that the products have. */
	struct span made[GROUPS_RUN][RECIN_RUN];
	struct recin_dates dates;
	int32_t day[RECIN_RUN];
	struct decimal value[RECIN_RUN], square[RECIN_RUN], cost[RECIN_RUN];
	struct decimal (*operand)[RECIN_RUN];
	struct decimal *operands; /* of one record */
	size_t groups[RECIN_RUN], channels[RECIN_RUN], customers[RECIN_RUN],
	    orders[RECIN_RUN], products[RECIN_RUN];
};

enum { DATE, VALUE };

static size_t
add_column(struct order_run *run, int column)
{
	if (column == -1)
		return 0;
	run->column[run->ncolumns] = column;
	run->span[run->ncolumns] = run->text[run->ncolumns];
	return run->ncolumns++;
}

bool
order_run_can(const struct order_columns *c)
{
	return c->ngroup <= GROUPS_RUN &&
	    c->ngroup + c->noperands + 7 <= RECIN_RUN_COLUMNS;
}

static void
add_columns(struct order_run *run, const struct order_columns *c)
{
	add_column(run, c->date);
	add_column(run, c->value);
	for (size_t i = 0; i < c->noperands; i++)
		add_column(run, c->operand[i]);
	run->channel = add_column(run, c->channel);
	run->customer = add_column(run, c->customer);
	run->order = add_column(run, c->order);
	run->product = add_column(run, c->product);
	run->quantity = add_column(run, c->quantity);
	for (size_t i = 0; i < c->ngroup; i++)
		run->group[i] = add_column(run, c->group[i]);
}

struct order_run *
order_run_new(const struct order_columns *columns, struct order_tables *tables)
{
	struct order_run *run = calloc(1, sizeof(*run));

	if (run == NULL)
		return NULL;
	run->columns = columns;
	run->to = tables;
	add_columns(run, columns);
	run->operand = calloc(columns->noperands + 1, sizeof(*run->operand));
	run->operands = calloc(columns->noperands + 1, sizeof(*run->operands));
	if (run->operand == NULL || run->operands == NULL) {
		order_run_free(run);
		return NULL;
	}
	return run;
}

/* Each of the following reads something of up to n records, whose spans begin
 * at `first`, and returns of how many it could. */

static size_t
read_values(struct order_run *run, size_t first, size_t n)
{
	const size_t noperands = run->columns->noperands;
	size_t r;

	if (run->columns->expression == NULL)
		return recin_run_decimals(run->span[VALUE] + first, n,
		    run->value);
	for (size_t i = 0; i < noperands; i++)
		n = recin_run_decimals(run->span[VALUE + i] + first, n,
		    run->operand[i]);
	for (r = 0; r < n; r++) {
		for (size_t i = 0; i < noperands; i++)
			run->operands[i] = run->operand[i][r];
		if (expr_eval(run->columns->expression, run->operands,
			&run->value[r]) == -1)
			break;
	}
	return r;
}

static size_t
square_values(struct order_run *run, size_t n)
{
	size_t r = 0;

	while (r < n &&
	    decimal_mul(&run->square[r], &run->value[r], &run->value[r]) == 0)
		r++;
	return r;
}

/* The costs, from the quantities that are in their place. */
static size_t
multiply_costs(struct order_run *run, size_t n)
{
	const struct decimal *price = run->columns->products->cost;
	const struct decimal one = { .mantissa = 1 };
	size_t r;

	for (r = 0; r < n; r++)
		if (decimal_mul(&run->cost[r], &price[run->products[r]],
			run->quantity > 0 ? &run->cost[r] : &one) == -1)
			break;
	return r;
}

static size_t
read_products(struct order_run *run, size_t first, size_t n)
{
	struct span *id = run->span[run->product] + first;

	n = groups_look_run(run->columns->products->ids, &id, n, run->products);
	if (run->quantity > 0)
		n = recin_run_decimals(run->span[run->quantity] + first, n,
		    run->cost);
	return run->columns->costs ? multiply_costs(run, n) : n;
}

/* Values first: where some are bad the rest need not be read so far. */
static size_t
read_all(struct order_run *run, const struct recin *in, size_t first, size_t n)
{
	n = read_values(run, first, n);
	n = recin_run_dates(in, &run->dates, run->span[DATE] + first, n,
	    run->day);
	n = kpi_days_near(run->to->kpi, run->day, n);
	if (run->columns->moments)
		n = square_values(run, n);
	return run->product > 0 ? read_products(run, first, n) : n;
}

/* The numbers of the groups. */
static int
number_groups(struct order_run *run, size_t first, size_t n)
{
	const struct products *p = run->columns->products;
	struct span *span[GROUPS_RUN];

	for (size_t i = 0; i < run->columns->ngroup; i++) {
		span[i] = run->made[i];
		if (run->group[i] > 0)
			span[i] = run->span[run->group[i]] + first;
		else
			for (size_t r = 0; r < n; r++)
				span[i][r] =
				    p->field[run->products[r] * p->ngroup + i];
	}
	return groups_find_run(run->to->groups, span, n, run->groups);
}

/* The numbers of a column's texts, if it is there; a missing one is none. */
static int
number_column(struct groups *groups, struct order_run *run, size_t column,
    size_t first, size_t n, size_t *number)
{
	struct span *span = run->span[column] + first;

	return column == 0 ? 0 : groups_find_run(groups, &span, n, number);
}

static int
number_ids(struct groups *groups, struct order_run *run, size_t column,
    size_t first, size_t n, size_t *number)
{
	const struct span *id = run->span[column] + first;

	if (column == 0)
		return 0;
	if (run->to->approximate)
		for (size_t r = 0; r < n; r++)
			number[r] = order_tables_hash(id[r].p, id[r].n);
	else if (number_column(groups, run, column, first, n, number) == -1)
		return -1;
	for (size_t r = 0; r < n; r++)
		if (id[r].n == 0)
			number[r] = KPI_NONE;
	return 0;
}

static int
number_all(struct order_run *run, size_t first, size_t n, uint64_t place)
{
	const struct order_tables *to = run->to;

	if (number_groups(run, first, n) == -1 ||
	    number_column(to->channels, run, run->channel, first, n,
		run->channels) == -1 ||
	    order_tables_seen(to, run->groups,
		run->channel > 0 ? run->channels : NULL, n, place) == -1 ||
	    number_ids(to->orders, run, run->order, first, n, run->orders) ==
		-1)
		return -1;
	return number_ids(to->customers, run, run->customer, first, n,
	    run->customers);
}

/* How many could be added.  Where one of the tables takes fewer than another,
 * the next record cannot be added at all. */
static size_t
add_numbered(struct order_run *run, size_t n)
{
	const struct order_tables *to = run->to;
	struct kpi_run orders = { .day = run->day,
		.group = run->groups,
		.channel = run->channel > 0 ? run->channels : NULL,
		.value = run->value,
		.square = run->columns->moments ? run->square : NULL,
		.cost = run->columns->costs ? run->cost : NULL,
		.order = run->order > 0 ? run->orders : NULL,
		.customer = run->customer > 0 ? run->customers : NULL };

	n = kpi_add_run(to->kpi, &orders, n);
	if (to->by_month == NULL)
		return n;
	n = kpi_add_run(to->by_month, &orders, n);
	orders.group = run->channels;
	return kpi_add_run(to->of_channel, &orders, n);
}

int
order_run_add(struct order_run *run, struct recin *in)
{
	size_t n, first, good, room, added;

	do {
		n = recin_run(in, run->column, run->ncolumns, run->span,
		    &first);
		room = good = read_all(run, in, first, n);
		if (good > 0 &&
		    (room = order_tables_room(run->to, run->day, good)) == 0)
			return -1;
		if (number_all(run, first, room, recin_place(in)) == -1)
			return -1;
		added = add_numbered(run, room);
		recin_take(in, added);
		if (order_tables_check(run->to) == -1)
			return 0;
	} while (n > 0 && added == room && (good == n || room < good));
	return 0;
}

size_t
order_run_columns(const struct order_run *run, const int **column)
{
	*column = run->column;
	return run->ncolumns;
}

size_t
order_run_take(struct order_run *run, const struct recin *in,
    struct span *const *span, size_t n, uint64_t place)
{
	for (size_t i = 0; i < run->ncolumns; i++)
		run->span[i] = span[i];
	n = read_all(run, in, 0, n);
	if (number_all(run, 0, n, place) == -1)
		return SIZE_MAX;
	return add_numbered(run, n);
}

void
order_run_free(struct order_run *run)
{
	if (run == NULL)
		return;
	free(run->operand);
	free(run->operands);
	free(run);
}
