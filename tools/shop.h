/*
 * A shop as a configuration describes it, aee-config(5): the parameters of
 * model/simulate.h, and the names that the model does not know.
 */
#ifndef AEE_TOOLS_SHOP_H
#define AEE_TOOLS_SHOP_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "model/simulate.h"
#include "record/field.h"

struct cli;
struct config;
struct config_node;
struct table;

/* A date of a holiday. */
struct shop_holiday {
	const char *name;
	int32_t date;
	int32_t lower_window, upper_window; /* days before (<= 0) and after */
};

enum { SHOP_PRODUCT_COLUMNS = 6 }; /* of the table products, in order */

struct shop {
	struct simulate_params params;

	/* Names by the model's numbers. */
	struct field *channel_name;
	struct field *category_name;
	struct field *product_id;
	const char **city;
	struct config_node **event; /* its key is the name */

	struct table *given; /* the rows of entities.products_file, or NULL */
	int given_column[SHOP_PRODUCT_COLUMNS];

	/* Whether they are simulated or not. */
	struct shop_holiday *holidays;
	size_t n_holidays;

	/* What all this is made of. */
	struct cli *cli;
	struct config *config;
	struct arena arena;
	struct simulate_holiday *days; /* of the windows of holidays */
	size_t holidays_capacity, days_capacity;
};

/*
 * Read the whole configuration, and the products from their file if it names
 * one; a section or key that is absent has its default.  Ends the program if
 * anything is wrong: then params are good for simulate_new().  The
 * configuration must stay until shop_release().
 */
void shop_read(struct shop *shop, struct cli *cli, struct config *config);

void shop_release(struct shop *shop); /* a zeroed shop is allowed */

#endif
