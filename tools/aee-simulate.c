/* aee-simulate: a shop with known truth, from YAML and a seed; aee-simulate(1),
 * aee-config(5). */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/opt.h"
#include "base/pool.h"
#include "base/relay.h"
#include "model/simulate.h"
#include "order_rows.h"
#include "record/cli.h"
#include "record/config.h"
#include "record/table.h"
#include "shop.h"

static const char usage[] =
    "usage: aee-simulate [-C config] [-j jobs] [-s seed] [--set path=value] -d dir\n"
    "       aee-simulate [-C config] [-j jobs] [-s seed] [--set path=value] table\n"
    "\n"
    "A shop with known truth.  Tables: products, customers, website_traffic,\n"
    "orders, inventory, events, holidays.\n"
    "\n"
    "  -C, --config FILE      the shop; by default the one that is built in\n"
    "  -d, --dir DIR          write every table, as DIR/TABLE.csv\n"
    "  -j, --jobs N           threads (1); the result is the same\n"
    "  -s, --seed N           as --set general.seed=N\n"
    "      --set PATH=VALUE   override a key of the configuration\n"
    "\n" CLI_USAGE;

/* config/simulation.yaml, which the Makefile turns into C. */
extern const char config_simulation[];

enum table_kind {
	PRODUCTS,
	CUSTOMERS,
	WEBSITE_TRAFFIC,
	ORDERS,
	INVENTORY,
	EVENTS,
	HOLIDAYS,
	TABLES
};

enum { COLUMNS = 7 };

static const char *const table_name[TABLES] = { "products", "customers",
	"website_traffic", "orders", "inventory", "events", "holidays" };

static const char *const table_columns[TABLES][COLUMNS] = {
	[PRODUCTS] = { "product_id", "category", "unit_price", "cost_price",
	    "demand_weight", "stock_level" },
	[CUSTOMERS] = { "customer_id", "signup_date", "city" },
	[WEBSITE_TRAFFIC] = { "date", "channel", "sessions" },
	[ORDERS] = { "order_id", "order_date", "channel", "product_id",
	    "customer_id", "quantity", "order_value" },
	[INVENTORY] = { "date", "product_id", "stock_level", "units_sold",
	    "units_lost", "units_restocked" },
	[EVENTS] = { "event_id", "kind", "channel", "category", "start_date",
	    "end_date", "magnitude" },
	[HOLIDAYS] = { "holiday", "date", "lower_window", "upper_window",
	    "prior_scale" },
};

/* ---- options ----------------------------------------------------------- */

struct options {
	const char *config; /* NULL: the one that is built in */
	const char *dir;    /* NULL: one table on the output */
	enum table_kind table;
	const char **set;
	size_t nset;
	int64_t seed; /* -1: that of the configuration */
	size_t jobs;
};

enum { OPT_SET = CLI_OWN };

static struct options
parse_options(struct cli *cli, int argc, char *argv[])
{
	static const struct option longopts[] = {
		CLI_LONG,
		{ "config", required_argument, NULL, 'C' },
		{ "dir", required_argument, NULL, 'd' },
		{ "jobs", required_argument, NULL, 'j' },
		{ "seed", required_argument, NULL, 's' },
		{ "set", required_argument, NULL, OPT_SET },
		{ 0 },
	};
	struct options o = { .seed = -1, .jobs = 1 };
	int c;

	if ((o.set = calloc((size_t)argc, sizeof(*o.set))) == NULL)
		cli_no_memory(cli);
	while ((c = getopt_long(argc, argv, CLI_SHORT "C:d:j:s:", longopts,
		    NULL)) != -1) {
		if (cli_option(cli, c, optarg))
			continue;
		switch (c) {
		case 'C':
			o.config = optarg;
			break;
		case 'd':
			o.dir = optarg;
			break;
		case 'j':
			o.jobs = opt_size("--jobs", optarg, 1, POOL_MAX);
			break;
		case 's':
			o.seed = opt_int("--seed", optarg, 0, INT64_MAX);
			break;
		case OPT_SET:
			o.set[o.nset++] = optarg;
			break;
		}
	}
	if (cli->ngroup > 0 || cli->prefix[0] != '\0')
		opt_fail("--group-by and --prefix have no meaning here");
	if (o.dir != NULL && (optind < argc || cli->output_path != NULL))
		opt_fail("-d writes every table: no table or -o beside it");
	if (o.dir == NULL && argc - optind != 1)
		opt_fail("name one table, or a folder for all of them (-d); "
			 "see --help");
	if (o.dir == NULL)
		o.table = (enum table_kind)opt_choice("table", argv[optind],
		    table_name, TABLES);
	return o;
}

/* ---- tables that are known before the first day --------------------------- */

static void
write_products(const struct shop *s, const struct simulate *model,
    struct recout *out)
{
	const struct simulate_product *product = simulate_products(model);

	for (size_t i = 0; i < s->params.n_products; i++) {
		if (s->given != NULL) {
			for (int k = 0; k < SHOP_PRODUCT_COLUMNS; k++)
				recout_field(out,
				    table_field(s->given, i,
					(size_t)s->given_column[k]));
		} else {
			recout_field(out, s->product_id[i]);
			recout_field(out,
			    s->category_name[product[i].category]);
			recout_cents(out, product[i].unit_price);
			recout_cents(out, product[i].cost_price);
			recout_number(out, product[i].demand_weight);
			recout_int(out, product[i].stock_level);
		}
		recout_end(out);
	}
}

static void
write_customers(const struct shop *s, const struct simulate *model,
    struct recout *out)
{
	for (uint32_t i = 0; i < s->params.n_customers; i++) {
		const struct simulate_customer c = simulate_customer(model, i);

		recout_int(out, (int64_t)i + 1);
		recout_date(out, c.signup_date);
		recout_text(out, s->city[c.city]);
		recout_end(out);
		progress_add(s->cli->progress, 1);
	}
}

static void
write_name_or_all(struct recout *out, const struct field *names, int32_t i)
{
	if (i == -1)
		recout_missing(out);
	else
		recout_field(out, names[i]);
}

static void
write_events(const struct shop *s, const struct simulate *model,
    struct recout *out)
{
	for (size_t i = 0; i < s->params.n_events; i++) {
		const struct simulate_event *e = &s->params.events[i];
		int32_t first, last;

		if (!simulate_event_days(model, i, &first, &last))
			continue;
		recout_text(out, config_key(s->event[i]));
		recout_text(out, simulate_kind_name(e->kind));
		write_name_or_all(out, s->channel_name, e->channel);
		write_name_or_all(out, s->category_name, e->category);
		recout_date(out, first);
		recout_date(out, last);
		recout_number(out, e->magnitude);
		recout_end(out);
	}
}

static void
write_holidays(const struct shop *s, struct recout *out)
{
	for (size_t i = 0; i < s->n_holidays; i++) {
		const struct shop_holiday *h = &s->holidays[i];

		recout_text(out, h->name);
		recout_date(out, h->date);
		recout_int(out, h->lower_window);
		recout_int(out, h->upper_window);
		recout_missing(out); /* for whoever makes a forecast */
		recout_end(out);
	}
}

/* ---- tables that grow with each day --------------------------------------- */

static void
write_traffic(const struct shop *s, const struct simulate_day *day,
    struct recout *out)
{
	for (size_t i = 0; i < s->params.n_channels; i++) {
		recout_date(out, day->date);
		recout_field(out, s->channel_name[i]);
		recout_int(out, (int64_t)day->traffic[i].sessions);
		recout_end(out);
	}
}

static void
write_inventory(const struct shop *s, const struct simulate_day *day,
    struct recout *out)
{
	for (size_t i = 0; i < s->params.n_products; i++) {
		const struct simulate_stock *stock = &day->stock[i];

		recout_date(out, day->date);
		recout_field(out, s->product_id[i]);
		recout_int(out, stock->stock_level);
		recout_int(out, stock->units_sold);
		recout_int(out, stock->units_lost);
		recout_int(out, stock->units_restocked);
		recout_end(out);
	}
}

/* ---- orders ---------------------------------------------------------------
 *
 * A block is up to so many orders of a day.  The days, and in what order their
 * orders come, are made one after the other; customers and text at the same
 * time, by as many as -j says.
 */

enum { BLOCK = 1024 };

struct block {
	struct order_day day;
	int32_t date;
	uint64_t index; /* orders of the day before it */
	struct simulate_order order[BLOCK];
	size_t n;
	struct order_text text;
	double part; /* of everything, with this block */
	bool failed; /* out of memory */
};

struct stream {
	const struct shop *shop;
	struct simulate *model;
	struct recout *const *out;
	struct simulate_day day;
	uint64_t index; /* orders of it that were taken */
	struct simulate_orders *orders;
	struct order_rows *rows;
	struct order_day text;
	struct block *block; /* of each worker */
};

/* How far all is after n orders of the day. */
static double
part_done(const struct stream *s, uint64_t n)
{
	const struct simulate_params *p = &s->shop->params;
	const double of_day = n == 0 ? 0 : (double)n / (double)s->day.orders;

	return (s->day.date - p->start + of_day) / (p->end - p->start + 1);
}

/* The next day, with its traffic and inventory written.  False after the last,
 * or if it cannot be written. */
static bool
next_day(struct stream *s)
{
	struct recout *traffic = s->out[WEBSITE_TRAFFIC];
	struct recout *inventory = s->shop->params.inventory ? s->out[INVENTORY]
							     : NULL;
	uint64_t rows = 0;

	if ((traffic != NULL && recout_failed(traffic)) ||
	    (inventory != NULL && recout_failed(inventory)) ||
	    !simulate_next(s->model, &s->day))
		return false;
	if (traffic != NULL) {
		write_traffic(s->shop, &s->day, traffic);
		rows += s->shop->params.n_channels;
	}
	if (inventory != NULL) {
		write_inventory(s->shop, &s->day, inventory);
		rows += s->shop->params.n_products;
	}
	progress_add_part(s->shop->cli->progress, rows, part_done(s, 0));
	return true;
}

static int
take_block(void *arg, size_t worker)
{
	struct stream *s = arg;
	struct block *b = &s->block[worker];

	while ((b->n = simulate_orders_next(s->orders, b->order, BLOCK)) == 0) {
		if (!next_day(s))
			return 0;
		simulate_orders_start(s->orders, &s->day);
		s->index = 0;
		if (order_rows_day(s->rows, &s->text, s->day.date) == -1)
			b->failed = true;
	}
	b->day = s->text;
	b->date = s->day.date;
	b->index = s->index;
	s->index += b->n;
	b->part = part_done(s, s->index);
	return 1;
}

static void
make_block(void *arg, size_t worker)
{
	struct stream *s = arg;
	struct block *b = &s->block[worker];

	simulate_orders_finish(s->model, b->date, b->index, b->order, b->n);
	b->text.n = 0;
	if (order_rows_put(s->rows, &b->text, &b->day, b->order, b->n) == -1)
		b->failed = true;
}

static int
give_block(void *arg, size_t worker)
{
	struct stream *s = arg;
	struct block *b = &s->block[worker];

	if (b->failed)
		return -1;
	recout_records(s->out[ORDERS], b->text.p, b->text.n);
	progress_add_part(s->shop->cli->progress, b->n, b->part);
	return recout_failed(s->out[ORDERS]) ? -1 : 0;
}

static struct order_rows *
rows_of(const struct shop *shop)
{
	const struct simulate_params *p = &shop->params;
	const struct order_names names = { .columns = table_columns[ORDERS],
		.channels = shop->channel_name,
		.products = shop->product_id,
		.n_channels = p->n_channels,
		.n_products = p->n_products,
		.n_quantities = p->quantity == NULL ? 1 : p->n_quantities };
	const enum format format = shop->cli->out_format;

	return order_rows_new(&names,
	    format == FORMAT_AUTO ? FORMAT_CSV : format);
}

static void
write_orders(struct stream *s, size_t jobs)
{
	static const struct relay relay = {
		.take = take_block, .work = make_block, .give = give_block
	};
	struct cli *cli = s->shop->cli;
	struct pool *pool = NULL;
	bool failed = false;

	if (jobs > 1 && (pool = pool_new(jobs)) == NULL)
		cli_no_memory(cli);
	s->block = calloc(pool_workers(pool), sizeof(*s->block));
	s->rows = rows_of(s->shop);
	s->orders = simulate_orders_new(s->model);
	if (s->block == NULL || s->rows == NULL || s->orders == NULL)
		cli_no_memory(cli);
	relay_run(&relay, pool, s);
	for (size_t i = 0; i < pool_workers(pool); i++) {
		failed |= s->block[i].failed;
		free(s->block[i].text.p);
	}
	pool_free(pool);
	free(s->block);
	order_rows_free(s->rows);
	simulate_orders_free(s->orders);
	if (failed)
		cli_no_memory(cli);
}

static void
write_days(const struct shop *shop, struct simulate *model,
    struct recout *const out[TABLES], size_t jobs)
{
	struct stream s = { .shop = shop, .model = model, .out = out };

	if (simulate_day_init(&s.day, model) == -1)
		cli_no_memory(shop->cli);
	if (out[ORDERS] != NULL)
		write_orders(&s, jobs);
	else
		while (next_day(&s))
			;
	simulate_day_release(&s.day);
}

/* ---- the program ---------------------------------------------------------- */

static void
name_columns(struct cli *cli, struct recout *out, enum table_kind table)
{
	for (int i = 0; i < COLUMNS && table_columns[table][i] != NULL; i++)
		if (recout_column(out, table_columns[table][i]) == -1)
			cli_no_memory(cli);
}

static void
open_folder(struct cli *cli, const char *dir, struct recout *out[TABLES])
{
	const char *ending = cli->out_format == FORMAT_JSONL ? "jsonl"
	    : cli->out_format == FORMAT_TSV                  ? "tsv"
							     : "csv";

	if (mkdir(dir, 0777) == -1 && errno != EEXIST)
		cli_fail(cli, "%s: %s", dir, strerror(errno));
	for (int i = 0; i < TABLES; i++) {
		char *path;

		if (asprintf(&path, "%s/%s.%s", dir, table_name[i], ending) ==
		    -1)
			cli_no_memory(cli);
		out[i] = cli_file(cli, path, NULL);
		free(path);
		name_columns(cli, out[i], (enum table_kind)i);
	}
}

static void
write_tables(const struct shop *s, struct recout *const out[TABLES],
    size_t jobs)
{
	struct simulate *model = simulate_new(&s->params);

	if (model == NULL)
		cli_no_memory(s->cli);
	cli_progress(s->cli, PROGRESS_ROWS);
	if (out[PRODUCTS] != NULL)
		write_products(s, model, out[PRODUCTS]);
	if (out[CUSTOMERS] != NULL && out[ORDERS] == NULL)
		progress_total(s->cli->progress, s->params.n_customers);
	if (out[CUSTOMERS] != NULL)
		write_customers(s, model, out[CUSTOMERS]);
	if (out[EVENTS] != NULL)
		write_events(s, model, out[EVENTS]);
	if (out[HOLIDAYS] != NULL)
		write_holidays(s, out[HOLIDAYS]);
	if (!cli_failed(s->cli) &&
	    (out[WEBSITE_TRAFFIC] != NULL || out[ORDERS] != NULL ||
		out[INVENTORY] != NULL))
		write_days(s, model, out, jobs);
	simulate_free(model);
}

static struct config *
open_config(struct cli *cli, const struct options *o)
{
	struct config *config;

	if (o->config != NULL)
		config = config_open(o->config);
	else
		config = config_parse(config_simulation,
		    strlen(config_simulation), "built-in simulation.yaml");
	if (config == NULL)
		cli_no_memory(cli);
	for (size_t i = 0; i < o->nset; i++)
		config_set(config, o->set[i]);
	return config;
}

int
main(int argc, char *argv[])
{
	struct cli cli;
	struct options o;
	struct config *config;
	struct shop shop;
	struct recout *out[TABLES] = { NULL };

	cli_init(&cli, usage);
	o = parse_options(&cli, argc, argv);
	cli_start(&cli);
	config = open_config(&cli, &o);
	shop_read(&shop, &cli, config);
	if (o.seed >= 0)
		shop.params.seed = (uint64_t)o.seed;
	if (o.dir != NULL) {
		open_folder(&cli, o.dir, out);
	} else {
		out[o.table] = cli_records(&cli, NULL);
		name_columns(&cli, out[o.table], o.table);
	}
	write_tables(&shop, out, o.jobs);
	shop_release(&shop);
	config_close(config);
	free(o.set);
	return cli_finish(&cli);
}
