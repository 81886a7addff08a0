/* aee-kpi: orders and traffic to key figures by period and group; aee-kpi(1). */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/decimal.h"
#include "base/expr.h"
#include "base/number.h"
#include "base/opt.h"
#include "base/pool.h"
#include "model/kpi.h"
#include "record/cli.h"
#include "record/group.h"
#include "record/json.h"
#include "record/output.h"

#include "kpi_cube.h"
#include "kpi_dates.h"
#include "kpi_jobs.h"
#include "kpi_products.h"
#include "kpi_run.h"
#include "kpi_tables.h"
#include "kpi_traffic.h"

static const char usage[] =
    "usage: aee-kpi [-p day|week|month|all] [-g column,...] [-t traffic]\n"
    "               [options] [orders...]\n"
    "\n"
    "Orders and traffic to revenue, orders, aov, sessions, conversion rate.\n"
    "\n"
    "  -p, --period P         day (default), week (from Monday), month, all\n"
    "  -g, --group-by A,B     a series for each combination of these columns\n"
    "  -t, --traffic FILE     date, channel, sessions; '-' is standard input\n"
    "      --cube A,B         one long table of sums: in total, and by each of\n"
    "                         these columns, as in 'channel,category'\n"
    "      --products FILE    product_id, cost_price: adds cost, gross_margin\n"
    "      --value-expr EXPR  value of a row, as in 'Quantity*UnitPrice'\n"
    "      --distinct-orders  count order_id, not rows\n"
    "      --customers        add customers: distinct customer_id\n"
    "      --approximate      these two within about 1 %, in little memory\n"
    "      --max-memory SIZE  bytes for exact ones, as in 500M (1G)\n"
    "      --moments          add order_value_sq: sum of squared values\n"
    "      --rollup           read the output of aee-kpi and add it up, cubes\n"
    "                         too; only with -p, -g and the common options\n"
    "      --summary          one JSON object instead of records\n"
    "  -j, --jobs N           threads (1); the result is the same\n"
    "\n" CLI_USAGE;

enum {
	OPT_APPROXIMATE = CLI_OWN,
	OPT_CUBE,
	OPT_CUSTOMERS,
	OPT_DISTINCT,
	OPT_MAX_MEMORY,
	OPT_MOMENTS,
	OPT_PRODUCTS,
	OPT_ROLLUP,
	OPT_SUMMARY,
	OPT_VALUE,
};

struct options {
	enum kpi_period period;
	const char *traffic, *products;
	struct expr *value; /* --value-expr; NULL: order_value */
	bool distinct_orders, customers, moments, rollup, summary;
	bool approximate;
	size_t max_memory; /* bytes for distinct counts */
	char **cube; /* --cube: names of its dimensions, after those of -g */
	char **groups;
	size_t ngroup; /* of -g alone */
	size_t jobs;
};

static const char *const periods[] = { "day", "week", "month", "all" };

static struct expr *
compile_value(const char *text)
{
	char why[200];
	struct expr *value = expr_compile(text, why, sizeof(why));

	if (value == NULL)
		opt_fail("--value-expr: %s in '%s'", why, text);
	return value;
}

/* The dimensions of a cube are groups as those of -g. */
static void
add_dimensions(struct cli *cli, struct options *o, char **dimension, size_t n)
{
	size_t own = cli->ngroup;
	char **all = calloc(own + n + 1, sizeof(*all));

	if (all == NULL)
		cli_no_memory(cli);
	for (size_t i = 0; i < own; i++)
		all[i] = cli->group[i];
	for (size_t i = 0; i < n; i++) {
		if (strcmp(dimension[i], "total") == 0)
			opt_fail("--cube: 'total' is there anyway");
		for (size_t j = 0; j < own + i; j++)
			if (strcmp(all[j], dimension[i]) == 0)
				opt_fail("--cube: '%s' stands twice",
				    dimension[i]);
		all[own + i] = dimension[i];
	}
	o->groups = cli->group;
	o->ngroup = own;
	cli->group = all;
	cli->ngroup = own + n;
}

/* What cannot be together with a cube. */
static void
check_cube(const struct options *o)
{
	if (o->rollup)
		opt_fail("--rollup knows a cube by its columns: leave --cube "
			 "out");
	if (o->period != KPI_DAY || o->summary || o->customers || o->moments ||
	    o->distinct_orders)
		opt_fail("--cube has sums of days alone: leave -p, --summary, "
			 "--customers, --moments and --distinct-orders out");
}

/* What cannot be together. */
static void
check_options(const struct cli *cli, const struct options *o,
    char *const *paths, size_t n)
{
	size_t standard = n == 0;

	if (o->rollup &&
	    (o->traffic || o->products || o->value || o->summary ||
		o->distinct_orders || o->customers || o->moments))
		opt_fail("--rollup goes with -p, -g and the common options "
			 "alone: the rest is in the rows already");
	if (o->approximate && !o->distinct_orders && !o->customers)
		opt_fail("--approximate goes with --customers or "
			 "--distinct-orders");
	if (o->summary && (cli->ngroup > 0 || o->period != KPI_DAY))
		opt_fail("--summary has its own groups and periods: leave -g "
			 "and -p out");
	for (size_t i = 0; i < n; i++)
		standard += strcmp(paths[i], "-") == 0;
	standard += o->traffic != NULL && strcmp(o->traffic, "-") == 0;
	standard += o->products != NULL && strcmp(o->products, "-") == 0;
	if (standard > 1)
		opt_fail("standard input can be only one of the orders, the "
			 "traffic and the products");
	for (size_t i = 0; i < cli->ngroup; i++)
		for (size_t j = 0; j < i; j++)
			if (strcmp(cli->group[i], cli->group[j]) == 0)
				opt_fail("--group-by: '%s' stands twice",
				    cli->group[i]);
}

static struct options
parse_options(struct cli *cli, int argc, char *argv[])
{
	static const struct option longopts[] = {
		CLI_LONG,
		{ "approximate", no_argument, NULL, OPT_APPROXIMATE },
		{ "cube", required_argument, NULL, OPT_CUBE },
		{ "customers", no_argument, NULL, OPT_CUSTOMERS },
		{ "distinct-orders", no_argument, NULL, OPT_DISTINCT },
		{ "jobs", required_argument, NULL, 'j' },
		{ "max-memory", required_argument, NULL, OPT_MAX_MEMORY },
		{ "moments", no_argument, NULL, OPT_MOMENTS },
		{ "period", required_argument, NULL, 'p' },
		{ "products", required_argument, NULL, OPT_PRODUCTS },
		{ "rollup", no_argument, NULL, OPT_ROLLUP },
		{ "summary", no_argument, NULL, OPT_SUMMARY },
		{ "traffic", required_argument, NULL, 't' },
		{ "value-expr", required_argument, NULL, OPT_VALUE },
		{ 0 },
	};
	struct options o = {
		.period = KPI_DAY, .jobs = 1, .max_memory = (size_t)1 << 30
	};
	size_t ncube = 0;
	int c;

	while ((c = getopt_long(argc, argv, CLI_SHORT "j:p:t:", longopts,
		    NULL)) != -1) {
		if (cli_option(cli, c, optarg))
			continue;
		switch (c) {
		case OPT_APPROXIMATE:
			o.approximate = true;
			break;
		case OPT_CUBE:
			free(o.cube);
			o.cube = opt_list("--cube", optarg, ',', &ncube);
			break;
		case OPT_CUSTOMERS:
			o.customers = true;
			break;
		case OPT_DISTINCT:
			o.distinct_orders = true;
			break;
		case 'j':
			o.jobs = opt_size("--jobs", optarg, 1, POOL_MAX);
			break;
		case OPT_MAX_MEMORY:
			o.max_memory = opt_bytes("--max-memory", optarg);
			break;
		case OPT_MOMENTS:
			o.moments = true;
			break;
		case 'p':
			o.period = (enum kpi_period)opt_choice("--period",
			    optarg, periods, 4);
			break;
		case OPT_PRODUCTS:
			o.products = optarg;
			break;
		case OPT_ROLLUP:
			o.rollup = true;
			break;
		case OPT_SUMMARY:
			o.summary = true;
			break;
		case 't':
			o.traffic = optarg;
			break;
		case OPT_VALUE:
			expr_free(o.value);
			o.value = compile_value(optarg);
			break;
		}
	}
	check_options(cli, &o, argv + optind, (size_t)(argc - optind));
	if (o.cube != NULL) {
		check_cube(&o);
		add_dimensions(cli, &o, o.cube, ncube);
	}
	return o;
}

/* What the rows are added to: groups by number, channels by number. */
struct kpis {
	struct cli *cli;
	const struct options *o;
	struct order_tables to;
	size_t channel_group; /* which of -g is the channel; SIZE_MAX: none */
	bool costs, moments;  /* are known */
};

/* End the program for the sake of the row at hand. */
static _Noreturn void
fail_at(const struct kpis *k, const struct recin *in, const char *what,
    const char *advice)
{
	cli_fail(k->cli, "%s:%llu: %s%s", recin_file(in),
	    (unsigned long long)recin_line(in), what, advice);
}

/* What helps where distinct counts are too large. */
static const char *
advice(const struct kpis *k, bool in_order)
{
	if (k->o->approximate)
		return in_order ? "" : ": sort by date";
	return in_order ? ": use --approximate"
			: ": sort by date, or use --approximate";
}

static void
check_add(const struct kpis *k, const struct recin *in, int status)
{
	if (status == -1)
		cli_no_memory(k->cli);
	if (status == -2)
		fail_at(k, in, "a sum has too many digits", "");
	if (status == -3)
		fail_at(k, in,
		    "comes after rows of a later period, and distinct counts "
		    "have filled --max-memory",
		    advice(k, false));
}

static size_t
number_of(const struct kpis *k, struct groups *groups, const struct field *key)
{
	size_t n = groups_find(groups, key, NULL);

	if (n == SIZE_MAX)
		cli_no_memory(k->cli);
	return n;
}

static struct kpi *
new_kpi(struct kpis *k, const struct kpi_params *params)
{
	struct kpi *kpi = kpi_new(params);

	if (kpi == NULL)
		cli_no_memory(k->cli);
	return kpi;
}

/* Once the columns are known: group[i] is that of -g, channel that of the
 * channel, -1 where there is none. */
static void
begin_sums(struct kpis *k, const int *group, int channel)
{
	const struct kpi_params revenue = { .period = KPI_MONTH };
	struct kpi_params params = { .distinct_orders = k->o->distinct_orders,
		.customers = k->o->customers,
		.moments = k->moments,
		.approximate = k->o->approximate };

	for (size_t i = 0; i < k->cli->ngroup; i++)
		if (channel != -1 && group[i] == channel)
			k->channel_group = i;
	params.top_channel = k->o->summary ||
	    (channel != -1 && k->channel_group == SIZE_MAX &&
		k->o->cube == NULL);
	params.period = k->o->summary ? KPI_ALL : k->o->period;
	k->to.kpi = new_kpi(k, &params);
	if (!k->o->summary)
		return;
	k->to.by_month = new_kpi(k, &revenue);
	params.top_channel = params.customers = params.moments = false;
	k->to.of_channel = new_kpi(k, &params);
}

/* ---- orders ------------------------------------------------------------------ */

static void
find_operands(struct kpis *k, struct recin *in, struct order_columns *c)
{
	const char *const *names;

	c->expression = k->o->value;
	c->noperands = expr_columns(k->o->value, &names);
	c->operand = calloc(c->noperands + 1, sizeof(*c->operand));
	if (c->operand == NULL)
		cli_no_memory(k->cli);
	for (size_t i = 0; i < c->noperands; i++)
		c->operand[i] = cli_need(k->cli, in, names[i]);
}

/* How orders are read. */
struct orders {
	struct order_columns columns;
	struct products products;
	struct order_run *run;  /* NULL: one by one alone */
	struct kpi_jobs *jobs;  /* NULL: one thread */
	struct decimal *values; /* of the operands of a row */
	struct field *key;      /* of a row */
};

static void
find_columns(struct kpis *k, struct recin *in, const struct products *p,
    struct order_columns *c)
{
	c->date = cli_need(k->cli, in, "order_date");
	c->channel = cli_need(k->cli, in, "channel");
	c->value = -1;
	if (k->o->value != NULL)
		find_operands(k, in, c);
	else
		c->value = cli_need(k->cli, in, "order_value");
	c->order = k->o->distinct_orders ? cli_need(k->cli, in, "order_id")
					 : -1;
	c->customer = k->o->customers ? cli_need(k->cli, in, "customer_id")
				      : -1;
	c->product = k->o->products ? cli_need(k->cli, in, "product_id") : -1;
	c->quantity = k->o->products ? recin_find(in, "quantity") : -1;
	c->products = p;
	c->costs = k->costs;
	c->moments = k->moments;
	c->group = calloc(k->cli->ngroup + 1, sizeof(*c->group));
	c->ngroup = k->cli->ngroup;
	if (c->group == NULL)
		cli_no_memory(k->cli);
	for (size_t i = 0; i < k->cli->ngroup; i++) {
		c->group[i] = recin_find(in, k->cli->group[i]);
		if (c->group[i] == -1 && p->column[i] == -1)
			cli_need(k->cli, in, k->cli->group[i]);
	}
}

/* The value of the row at hand; false if it is left out. */
static bool
order_value(struct kpis *k, struct recin *in, const struct orders *o,
    struct decimal *value)
{
	const struct order_columns *c = &o->columns;
	struct decimal square;

	if (k->o->value == NULL) {
		if (!cli_ok(k->cli, in,
			recin_decimal(in, c->value, value, NULL)))
			return false;
	} else {
		for (size_t i = 0; i < c->noperands; i++)
			if (!cli_ok(k->cli, in,
				recin_decimal(in, c->operand[i], &o->values[i],
				    NULL)))
				return false;
		if (expr_eval(k->o->value, o->values, value) == -1)
			return cli_ok(k->cli, in,
			    recin_reject(in, -1,
				"the value has more than 38 digits"));
	}
	if (k->moments && decimal_mul(&square, value, value) == -1)
		return cli_ok(k->cli, in,
		    recin_reject(in, -1,
			"the square of the value has more than 38 digits"));
	return true;
}

/* The product of the row at hand and its cost; false if it is left out. */
static bool
order_cost(struct kpis *k, struct recin *in, const struct orders *o,
    size_t *product, struct decimal *cost)
{
	const struct order_columns *c = &o->columns;
	const struct products *p = &o->products;
	struct field key;
	struct decimal quantity = { .mantissa = 1 };

	*cost = (struct decimal){ 0 };
	if (c->product == -1)
		return true;
	key = recin_field(in, c->product);
	*product = groups_look(p->ids, &key);
	if (*product == SIZE_MAX)
		return cli_ok(k->cli, in,
		    recin_reject(in, c->product, "is not in the products"));
	if (c->quantity != -1 &&
	    !cli_ok(k->cli, in,
		recin_decimal(in, c->quantity, &quantity, NULL)))
		return false;
	if (decimal_mul(cost, &p->cost[*product], &quantity) == 0)
		return true;
	return cli_ok(k->cli, in,
	    recin_reject(in, -1, "the cost has more than 38 digits"));
}

static size_t
number_or_none(struct kpis *k, struct recin *in, struct groups *ids, int column)
{
	struct field f;

	if (column == -1)
		return KPI_NONE;
	f = recin_field(in, column);
	if (field_missing(f))
		return KPI_NONE;
	return k->to.approximate ? order_tables_hash(f.p, f.n)
				 : number_of(k, ids, &f);
}

static void
add_order(struct kpis *k, struct recin *in, const struct kpi_order *o)
{
	struct kpi_order of_channel;

	check_add(k, in, kpi_add_order(k->to.kpi, o));
	if (k->to.by_month == NULL)
		return;
	of_channel = *o;
	check_add(k, in, kpi_add_order(k->to.by_month, o));
	of_channel.group = o->channel;
	check_add(k, in, kpi_add_order(k->to.of_channel, &of_channel));
}

/* The number of the groups of the row at hand. */
static size_t
order_group(const struct kpis *k, struct recin *in, const struct orders *o,
    size_t product)
{
	const struct order_columns *c = &o->columns;
	const struct span *own = o->products.field + product * c->ngroup;

	for (size_t i = 0; i < c->ngroup; i++)
		if (c->group[i] != -1)
			recin_get(in, c->group[i], &o->key[i]);
		else
			o->key[i] = (struct field){ .p = own[i].p,
				.n = own[i].n,
				.kind = own[i].kind,
				.padded = true };
	return number_of(k, k->to.groups, o->key);
}

/* Add the row at hand, unless it is left out. */
static void
read_order(struct kpis *k, struct recin *in, const struct orders *o)
{
	const struct order_columns *c = &o->columns;
	struct kpi_order order = { 0 };
	struct field channel;
	size_t product = 0;

	if (!cli_ok(k->cli, in, recin_date(in, c->date, &order.day)) ||
	    !order_value(k, in, o, &order.value) ||
	    !order_cost(k, in, o, &product, &order.cost))
		return;
	if (o->jobs != NULL)
		kpi_jobs_cover(o->jobs);
	kpi_warn_far(k->cli, in, k->to.kpi, order.day);
	if (order_tables_room(&k->to, &order.day, 1) == 0)
		cli_no_memory(k->cli);
	order.group = order_group(k, in, o, product);
	if (c->channel != -1) {
		recin_get(in, c->channel, &channel);
		order.channel = number_of(k, k->to.channels, &channel);
	}
	if (order_tables_seen(&k->to, &order.group,
		c->channel != -1 ? &order.channel : NULL, 1,
		recin_place(in)) == -1)
		cli_no_memory(k->cli);
	order.order = number_or_none(k, in, k->to.orders, c->order);
	order.customer = number_or_none(k, in, k->to.customers, c->customer);
	add_order(k, in, &order);
	if (order_tables_check(&k->to) == -1)
		fail_at(k, in, "distinct counts have filled --max-memory",
		    advice(k, kpi_in_order(k->to.kpi)));
}

static void
start_orders(struct kpis *k, struct recin *in, struct orders *o)
{
	struct order_columns *c = &o->columns;

	find_columns(k, in, &o->products, c);
	begin_sums(k, c->group, c->channel);
	if (k->channel_group != SIZE_MAX || k->o->cube != NULL)
		c->channel = -1;
	o->key = calloc(c->ngroup + 1, sizeof(*o->key));
	o->values = calloc(c->noperands + 1, sizeof(*o->values));
	if (o->key == NULL || o->values == NULL)
		cli_no_memory(k->cli);
	if (!order_run_can(c))
		return;
	if ((o->run = order_run_new(c, &k->to)) == NULL)
		cli_no_memory(k->cli);
	if (k->o->jobs == 1 || !kpi_jobs_can(c))
		return;
	o->jobs = kpi_jobs_new(k->o->jobs, in, c, &k->to);
	if (o->jobs == NULL && recin_error(in) != NULL)
		cli_fail_input(k->cli, in);
	if (o->jobs == NULL)
		cli_no_memory(k->cli);
}

/* Whether there is a row to be looked at by itself, after all that was added
 * without. */
static bool
next_order(struct kpis *k, struct recin *in, const struct orders *o)
{
	bool more;

	if (o->run != NULL && order_run_add(o->run, in) == -1)
		cli_no_memory(k->cli);
	more = cli_next(k->cli, in);
	if (o->jobs != NULL && kpi_jobs_failed(o->jobs))
		cli_no_memory(k->cli);
	return more;
}

static void
finish_orders(struct orders *o)
{
	kpi_jobs_free(o->jobs);
	order_run_free(o->run);
	free(o->columns.operand);
	free(o->columns.group);
	free(o->values);
	free(o->key);
	products_release(&o->products);
}

static struct recin *
read_orders(struct kpis *k, char *const *paths, size_t n)
{
	struct recin *in;
	struct orders o = { 0 };

	if (k->o->products != NULL)
		products_read(&o.products, k->cli, k->o->products, k->costs);
	else
		products_none(&o.products, k->cli);
	in = cli_input(k->cli, paths, n);
	start_orders(k, in, &o);
	while (next_order(k, in, &o))
		read_order(k, in, &o);
	if (o.jobs != NULL)
		check_add(k, in, kpi_jobs_join(o.jobs));
	finish_orders(&o);
	return in;
}

/* ---- rows of aee-kpi again ------------------------------------------------- */

/* A sum of the row at hand, 0 if the field is missing; false if the row is
 * left out. */
static bool
sum_of(struct kpis *k, struct recin *in, int column, struct decimal_sum *sum,
    bool *there)
{
	struct field f;
	const char *why;

	*sum = (struct decimal_sum){ 0 };
	*there = false;
	if (column == -1 || field_missing(f = recin_field(in, column)))
		return true;
	*there = true;
	if ((why = decimal_sum_parse(f.p, f.n, sum)) == NULL)
		return true;
	return cli_ok(k->cli, in, recin_reject(in, column, why));
}

/* The columns of rows that aee-kpi wrote. */
struct sum_columns {
	int date, revenue, orders, sessions, cost, squares, channel;
	int *group;
};

static void
find_sums(struct kpis *k, struct recin *in, struct sum_columns *c)
{
	struct cli *cli = k->cli;

	c->date = cli_need(cli, in, "date");
	c->revenue = cli_need(cli, in, "revenue");
	c->orders = cli_need(cli, in, "orders");
	c->sessions = recin_find(in, "sessions");
	c->cost = recin_find(in, "cost");
	c->squares = recin_find(in, "order_value_sq");
	c->channel = recin_find(in, "channel");
	c->group = cli_group_columns(cli, in);
	k->costs = c->cost != -1;
	k->moments = c->squares != -1;
	if (recin_find(in, "customers") != -1)
		cli_warn(cli,
		    "customers are left out: counts of distinct customers do "
		    "not add up");
	if (c->channel == -1)
		cli_warn(cli,
		    "top_channel_share stays empty: there is no column "
		    "'channel' to add up");
}

/* The orders of the row at hand, there where its revenue is; false if the row
 * is left out. */
static bool
count_of(struct kpis *k, struct recin *in, int column, struct kpi_sums *s)
{
	struct field f = recin_field(in, column);

	if (!s->has_orders && field_missing(f))
		return true;
	if (!s->has_orders || field_missing(f))
		return cli_ok(k->cli, in,
		    recin_reject(in, column,
			"goes with a revenue: both or none is empty"));
	if (number_parse_int(f.p, f.n, &s->orders) == 0 && s->orders >= 0)
		return true;
	return cli_ok(k->cli, in, recin_reject(in, column, "is not a count"));
}

static void
read_sums(struct kpis *k, struct recin *in)
{
	struct cli *cli = k->cli;
	struct sum_columns c;
	struct field *key = calloc(cli->ngroup + 1, sizeof(*key));

	if (key == NULL)
		cli_no_memory(cli);
	find_sums(k, in, &c);
	begin_sums(k, c.group, c.channel);
	while (cli_next(cli, in)) {
		struct kpi_sums s = { 0 };
		bool there;

		if (!cli_ok(cli, in, recin_date(in, c.date, &s.day)) ||
		    !sum_of(k, in, c.revenue, &s.revenue, &s.has_orders) ||
		    !count_of(k, in, c.orders, &s) ||
		    !sum_of(k, in, c.sessions, &s.sessions, &s.has_sessions) ||
		    !cli_not_negative(cli, in, c.sessions,
			decimal_sum_sign(&s.sessions) < 0) ||
		    !sum_of(k, in, c.cost, &s.cost, &there) ||
		    !sum_of(k, in, c.squares, &s.squares, &there))
			continue;
		kpi_warn_far(cli, in, k->to.kpi, s.day);
		for (size_t i = 0; i < cli->ngroup; i++)
			key[i] = recin_field(in, c.group[i]);
		s.group = number_of(k, k->to.groups, key);
		if (c.channel != -1) {
			struct field f = recin_field(in, c.channel);

			s.channel = number_of(k, k->to.channels, &f);
		}
		check_add(k, in, kpi_add_sums(k->to.kpi, &s));
	}
	free(c.group);
	free(key);
}

/* ---- output ------------------------------------------------------------------ */

static void
write_sum(struct recout *out, bool there, const struct decimal_sum *sum)
{
	if (there)
		recout_sum(out, sum);
	else
		recout_missing(out);
}

static void
write_count(struct recout *out, bool there, int64_t n)
{
	if (there)
		recout_int(out, n);
	else
		recout_missing(out);
}

/* The date and the groups keep their names whatever --prefix says: other
 * programs look for them. */
static void
write_columns(struct kpis *k, struct recout *out)
{
	if (recout_column(out, "date") == -1)
		cli_no_memory(k->cli);
	for (size_t i = 0; i < k->cli->ngroup; i++)
		if (recout_column(out, k->cli->group[i]) == -1)
			cli_fail(k->cli,
			    "--group-by: the output has a column '%s' of its "
			    "own",
			    k->cli->group[i]);
	cli_append(k->cli, "revenue");
	cli_append(k->cli, "orders");
	cli_append(k->cli, "aov");
	cli_append(k->cli, "sessions");
	cli_append(k->cli, "conversion_rate");
	cli_append(k->cli, "revenue_per_session");
	if (k->channel_group == SIZE_MAX)
		cli_append(k->cli, "top_channel_share");
	if (k->o->customers)
		cli_append(k->cli, "customers");
	if (k->costs) {
		cli_append(k->cli, "cost");
		cli_append(k->cli, "gross_margin");
	}
	if (k->moments)
		cli_append(k->cli, "order_value_sq");
}

static void
write_row(struct kpis *k, struct recout *out, size_t group,
    const struct kpi_values *v)
{
	recout_date(out, v->day);
	for (size_t i = 0; i < k->cli->ngroup; i++)
		recout_field(out, groups_key(k->to.groups, group, i));
	write_sum(out, v->has_orders, &v->revenue);
	write_count(out, v->has_orders, v->orders);
	recout_number(out, v->aov);
	write_sum(out, v->has_sessions, &v->sessions);
	recout_number(out, v->conversion_rate);
	recout_number(out, v->revenue_per_session);
	if (k->channel_group == SIZE_MAX)
		recout_number(out, v->top_channel_share);
	if (k->o->customers)
		write_count(out, v->has_orders, v->customers);
	if (k->costs) {
		write_sum(out, v->has_orders, &v->cost);
		recout_number(out, v->gross_margin);
	}
	if (k->moments)
		write_sum(out, v->has_orders, &v->squares);
	recout_end(out);
}

static void
write_records(struct kpis *k, const struct recin *in)
{
	struct recout *out = cli_records(k->cli, in);
	struct kpi_values v;

	write_columns(k, out);
	for (size_t g = 0; g < groups_count(k->to.groups); g++)
		for (size_t i = 0; i < kpi_periods(k->to.kpi); i++) {
			kpi_values(k->to.kpi, g, i, &v);
			write_row(k, out, g, &v);
		}
}

static void
json_sum_or_null(struct json *j, bool there, const struct decimal_sum *sum)
{
	if (there)
		json_sum(j, sum);
	else
		json_null(j);
}

static void
json_count(struct json *j, bool there, int64_t n)
{
	if (there)
		json_int(j, n);
	else
		json_null(j);
}

enum channel_value { REVENUE, ORDERS, SESSIONS };

static void
write_by_channel(struct kpis *k, struct json *j, const char *key,
    enum channel_value what)
{
	struct kpi_values v;

	json_key(j, key);
	json_object(j);
	for (size_t c = 0; c < groups_count(k->to.channels); c++) {
		struct field f = groups_key(k->to.channels, c, 0);

		kpi_values(k->to.of_channel, c, 0, &v);
		json_key_span(j, f.p, f.n);
		if (what == REVENUE)
			json_sum_or_null(j, v.has_orders, &v.revenue);
		else if (what == SESSIONS)
			json_sum_or_null(j, v.has_sessions, &v.sessions);
		else
			json_count(j, v.has_orders, v.orders);
	}
	json_end(j);
}

static void
write_by_month(struct kpis *k, struct json *j)
{
	struct kpi_values v;

	json_key(j, "monthly_revenue");
	json_object(j);
	for (size_t i = 0; i < kpi_periods(k->to.by_month); i++) {
		char text[DATE_TEXT_MAX];

		kpi_values(k->to.by_month, 0, i, &v);
		date_format(v.day, text);
		text[7] = '\0'; /* YYYY-MM */
		json_key(j, text);
		json_sum_or_null(j, v.has_orders, &v.revenue);
	}
	json_end(j);
}

/* What other options add to the summary. */
static void
write_asked_for(struct kpis *k, struct json *j, const struct kpi_values *v)
{
	if (k->o->customers) {
		json_key(j, "customers");
		json_count(j, v->has_orders, v->customers);
	}
	if (k->costs) {
		json_key(j, "cost");
		json_sum_or_null(j, v->has_orders, &v->cost);
		json_key(j, "gross_margin");
		json_number(j, v->gross_margin);
	}
	if (k->moments) {
		json_key(j, "order_value_sq");
		json_sum_or_null(j, v->has_orders, &v->squares);
	}
}

static void
write_summary(struct kpis *k, const struct recin *in)
{
	struct kpi_values v = { .aov = NAN,
		.conversion_rate = NAN,
		.top_channel_share = NAN,
		.gross_margin = NAN,
		.top_channel = KPI_NONE };
	bool any = kpi_periods(k->to.kpi) > 0;
	struct json j;

	if (any)
		kpi_values(k->to.kpi, 0, 0, &v);
	json_init(&j, k->cli->output, k->cli->precision);
	json_object(&j);
	json_key(&j, "total_revenue");
	json_sum_or_null(&j, v.has_orders, &v.revenue);
	json_key(&j, "total_orders");
	json_count(&j, v.has_orders, v.orders);
	json_key(&j, "aov");
	json_number(&j, v.aov);
	json_key(&j, "total_sessions");
	json_sum_or_null(&j, v.has_sessions, &v.sessions);
	json_key(&j, "conversion_rate");
	json_number(&j, v.conversion_rate);
	write_by_channel(k, &j, "revenue_by_channel", REVENUE);
	write_by_channel(k, &j, "orders_by_channel", ORDERS);
	write_by_month(k, &j);
	write_by_channel(k, &j, "sessions_by_channel", SESSIONS);
	json_key(&j, "top_channel");
	if (v.top_channel == KPI_NONE) {
		json_null(&j);
	} else {
		struct field f = groups_key(k->to.channels, v.top_channel, 0);

		json_text_span(&j, f.p, f.n);
	}
	json_key(&j, "top_channel_share");
	json_number(&j, v.top_channel_share);
	json_key(&j, "rows");
	json_int(&j, (int64_t)(recin_records(in) - recin_refused(in)));
	json_key(&j, "bad_rows");
	json_int(&j, (int64_t)recin_refused(in));
	json_key(&j, "first_date");
	json_date(&j, any ? kpi_first_day(k->to.kpi) : DATE_NONE);
	json_key(&j, "last_date");
	json_date(&j, any ? kpi_last_day(k->to.kpi) : DATE_NONE);
	write_asked_for(k, &j, &v);
	json_end(&j);
}

static void
start(struct kpis *k)
{
	k->channel_group = SIZE_MAX;
	k->costs = k->o->products != NULL && k->o->cube == NULL;
	k->moments = k->o->moments;
	if (order_tables_init(&k->to, k->cli->ngroup) == -1)
		cli_no_memory(k->cli);
	k->to.approximate = k->o->approximate;
	k->to.max_memory = k->o->max_memory;
}

/* Whether -g names one of the columns that make a cube. */
static bool
grouped_as_cube(const struct cli *cli)
{
	for (size_t i = 0; i < cli->ngroup; i++)
		if (strcmp(cli->group[i], "dimension") == 0 ||
		    strcmp(cli->group[i], "member") == 0)
			return true;
	return false;
}

static void
run_rollup(struct kpis *k, char *const *paths, size_t n)
{
	struct cli *cli = k->cli;
	struct recin *in = cli_input(cli, paths, n);
	struct kpi_cube *cube;

	if (!kpi_cube_is(in) || grouped_as_cube(cli)) {
		read_sums(k, in);
		write_records(k, in);
		return;
	}
	if (k->o->period != KPI_DAY)
		cli_fail(cli,
		    "%s: a cube has days: leave -p out, or name its columns "
		    "in -g",
		    recin_file(in));
	cube = kpi_cube_new(cli, cli->ngroup);
	kpi_cube_rows(cube, in);
	kpi_cube_write(cube, in);
	kpi_cube_free(cube);
}

static void
run_cube(struct kpis *k, char *const *paths, size_t n)
{
	struct recin *in = read_orders(k, paths, n);
	struct kpi_cube *cube = kpi_cube_new(k->cli, k->o->ngroup);

	kpi_cube_orders(cube, k->to.kpi, k->to.groups);
	if (k->o->traffic != NULL)
		kpi_cube_traffic(cube, k->o->traffic);
	kpi_cube_write(cube, in);
	kpi_cube_free(cube);
}

static void
run_orders(struct kpis *k, char *const *paths, size_t n)
{
	struct recin *in = read_orders(k, paths, n);

	if (k->o->traffic != NULL)
		kpi_traffic_read(k->cli, &k->to, k->channel_group,
		    k->o->traffic);
	if (k->o->summary)
		write_summary(k, in);
	else
		write_records(k, in);
}

int
main(int argc, char *argv[])
{
	struct cli cli;
	struct options o;
	struct kpis k = { .cli = &cli, .o = &o };
	size_t n;

	cli_init(&cli, usage);
	o = parse_options(&cli, argc, argv);
	n = (size_t)(argc - optind);
	cli_start(&cli);
	cli_progress(&cli, PROGRESS_BYTES);
	start(&k);
	if (o.rollup)
		run_rollup(&k, argv + optind, n);
	else if (o.cube != NULL)
		run_cube(&k, argv + optind, n);
	else
		run_orders(&k, argv + optind, n);
	order_tables_release(&k.to);
	expr_free(o.value);
	free(o.cube);
	free(o.groups);
	return cli_finish(&cli);
}
