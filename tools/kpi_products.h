/* The products file of aee-kpi: costs, and columns that may serve as groups. */
#ifndef AEE_TOOLS_KPI_PRODUCTS_H
#define AEE_TOOLS_KPI_PRODUCTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/decimal.h"
#include "record/field.h"

struct cli;

struct products {
	struct groups *ids;   /* product_id -> number */
	struct decimal *cost; /* of one piece; 0 where costs are not read */
	int *column;          /* of each group of -g; -1: none */
	/* The field of product p in group g: field[p * ngroup + g]. */
	struct span *field;
	size_t ngroup, cost_capacity, field_capacity;
	struct arena text;
};

/* Read a file; costs: it must have cost_price.  Ends the program on a failure;
 * release with products_release(). */
void products_read(struct products *products, struct cli *cli, const char *path,
    bool costs);

/* The same without a file: no group is there. */
void products_none(struct products *products, struct cli *cli);

void products_release(struct products *products);

#endif
