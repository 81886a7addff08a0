/*
 * The orders of aee-kpi many at a time: runs of records that have nothing
 * special are read, numbered and added column by column.
 */
#ifndef AEE_TOOLS_KPI_RUN_H
#define AEE_TOOLS_KPI_RUN_H

#include <stddef.h>

struct decimal;
struct groups;
struct kpi;
struct order_run;
struct recin;

/* The columns of the orders; -1: not there, or not asked for. */
struct order_columns {
	int date, channel, value, order, customer, product, quantity;
	int *group; /* of -g, ngroup of them; -1: in the products */
	size_t ngroup;
	int *operand; /* of --value-expr */
	size_t noperands;
	struct decimal *values; /* room for those of the operands */
};

/* What orders are added to: numbers of their keys, and sums. */
struct order_tables {
	struct groups *groups, *channels, *orders, *customers;
	struct kpi *kpi;
	/* --summary: besides kpi, which has one group and one period. */
	struct kpi *by_month, *of_channel;
};

/* Runs of these columns, to be added to these tables; -1 as column: not needed.
 * The tables must outlive the run.  NULL if out of memory; free with
 * order_run_free(). */
struct order_run *order_run_new(const struct order_columns *columns,
    const struct order_tables *tables);

/* Add all that can be added of what the input has next, until a record comes
 * that must be looked at by itself.  0, or -1 if out of memory. */
int order_run_add(struct order_run *run, struct recin *in);

void order_run_free(struct order_run *run); /* NULL is allowed */

#endif
