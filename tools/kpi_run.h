/*
 * The orders of aee-kpi many at a time: runs of records that have nothing
 * special are read, numbered and added column by column.
 */
#ifndef AEE_TOOLS_KPI_RUN_H
#define AEE_TOOLS_KPI_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct expr;
struct order_run;
struct order_tables;
struct products;
struct recin;
struct span;

/* The columns of the orders, and what becomes of them; -1: not there, or not
 * asked for. */
struct order_columns {
	int date, channel, value, order, customer, product, quantity;
	int *group; /* of -g, ngroup of them; -1: in the products */
	size_t ngroup;
	int *operand; /* of the expression */
	size_t noperands;
	const struct expr *expression; /* of the value; NULL: it is a column */
	const struct products *products; /* where product is not -1 */
	bool costs, moments;             /* are wanted */
};

/* Runs of these columns, to be added to these tables, both of which must
 * outlive the run.  NULL if out of memory; free with order_run_free(). */
struct order_run *order_run_new(const struct order_columns *columns,
    struct order_tables *tables);

/* Whether there are not too many columns for it. */
bool order_run_can(const struct order_columns *columns);

/* Add all that can be added of what the input has next, until a record comes
 * that must be looked at by itself, as the next one must when distinct counts
 * need too much memory.  0, or -1 if out of memory. */
int order_run_add(struct order_run *run, struct recin *in);

/* The columns of its records, for recin_jobs(). */
size_t order_run_columns(const struct order_run *run, const int **column);

/* Add what can be added of n records that recin_jobs() gave: how many, or SIZE_MAX
 * if out of memory.  Not to be mixed with order_run_add(). */
size_t order_run_take(struct order_run *run, const struct recin *in,
    struct span *const *span, size_t n, uint64_t place);

void order_run_free(struct order_run *run); /* NULL is allowed */

#endif
