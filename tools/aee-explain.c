/* aee-explain: why revenue differs from that of another period;
 * aee-explain(1). */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/decimal.h"
#include "base/opt.h"
#include "base/range.h"
#include "base/vec.h"
#include "model/adtributor.h"
#include "model/attribution.h"
#include "record/cli.h"
#include "record/group.h"
#include "record/output.h"

static const char usage[] =
    "usage: aee-explain [--now range] [--base previous|month|year|range]\n"
    "                   [-g column,...] [options] [file...]\n"
    "       aee-explain -D column,... [options] [file...]\n"
    "       aee-explain --by-member [options] [file...]\n"
    "\n"
    "Why the revenue of a period differs from that of the one before.\n"
    "\n"
    "      --now RANGE        2025-03-10..2025-03-16; the last 7 days\n"
    "      --base B           previous (as many days, just before), month,\n"
    "                         year (364 days earlier), or a range\n"
    "  -g, --group-by A,B     the members of the shop (channel)\n"
    "  -D, --dimensions A,B   which of these columns explains the change\n"
    "      --by-member        which member is below what it used to be\n"
    "      --method M         bennet (default), lmdi or shapley\n"
    "      --expected FILE    date, yhat of aee-forecast: tell what was to be\n"
    "                         expected from the surprise\n"
    "      --scale-missing    scale up a period that misses days\n"
    "      --text             sentences, not records\n"
    "\n" CLI_USAGE;

enum {
	OPT_BASE = CLI_OWN,
	OPT_BY_MEMBER,
	OPT_EXPECTED,
	OPT_METHOD,
	OPT_NOW,
	OPT_SCALE_MISSING,
	OPT_TEXT,
};

struct options {
	bool has_now, has_base, has_range; /* were given; --base is a range */
	struct range now, range;
	enum range_before before;
	bool has_method;
	enum attribution_method method;
	char **dimension;
	size_t ndimensions;
	const char *expected;
	bool by_member, scale_missing, text;
};

/* ---- options ----------------------------------------------------------------- */

static struct range
take_range(const char *option, const char *text)
{
	struct range range;

	if (range_parse(text, &range) == -1)
		opt_fail("%s: '%s' is not a date or a range "
			 "YYYY-MM-DD..YYYY-MM-DD",
		    option, text);
	return range;
}

static void
take_base(struct options *o, const char *text)
{
	static const char *const names[] = { "previous", "month", "year" };

	o->has_base = true;
	o->has_range = false;
	for (int i = 0; i < 3; i++)
		if (strcmp(text, names[i]) == 0) {
			o->before = (enum range_before)i;
			return;
		}
	if (range_parse(text, &o->range) == -1)
		opt_fail("--base: '%s' is not previous, month, year or a range "
			 "YYYY-MM-DD..YYYY-MM-DD",
		    text);
	o->has_range = true;
}

static void
refuse_twice(const char *option, char *const *name, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < i; j++)
			if (strcmp(name[i], name[j]) == 0)
				opt_fail("%s: '%s' stands twice", option,
				    name[i]);
}

/* The base of a period; NULL, or what is wrong. */
static const char *
find_base(const struct options *o, const struct range *now, struct range *base)
{
	if (!o->has_range)
		return range_before(o->before, now, base);
	*base = o->range;
	return range_overlap(base, now)
	    ? "overlaps the period that is explained"
	    : NULL;
}

static void
check_options(struct cli *cli, const struct options *o)
{
	struct range base;
	const char *why;

	if (o->ndimensions > 0 && o->by_member)
		opt_fail("-D and --by-member are two questions: ask one");
	if (o->ndimensions > 0 && cli->ngroup > 0)
		opt_fail("-D takes each of its columns alone: leave -g out");
	if (o->by_member && o->has_base)
		opt_fail("--by-member compares with the weeks before --now: "
			 "leave --base out");
	if ((o->ndimensions > 0 || o->by_member) &&
	    (o->has_method || o->expected != NULL))
		opt_fail("--method and --expected are about drivers: leave "
			 "-D and --by-member out");
	if (o->expected != NULL && strcmp(o->expected, "-") == 0)
		opt_fail("--expected: needs a file: standard input is for the "
			 "key figures");
	refuse_twice("--dimensions", o->dimension, o->ndimensions);
	refuse_twice("--group-by", cli->group, cli->ngroup);
	if (o->has_now && (why = find_base(o, &o->now, &base)) != NULL)
		opt_fail("--base: %s", why);
}

static struct options
parse_options(struct cli *cli, int argc, char *argv[])
{
	static const char *const methods[] = { "bennet", "lmdi", "shapley" };
	static const struct option longopts[] = {
		CLI_LONG,
		{ "base", required_argument, NULL, OPT_BASE },
		{ "by-member", no_argument, NULL, OPT_BY_MEMBER },
		{ "dimensions", required_argument, NULL, 'D' },
		{ "expected", required_argument, NULL, OPT_EXPECTED },
		{ "method", required_argument, NULL, OPT_METHOD },
		{ "now", required_argument, NULL, OPT_NOW },
		{ "scale-missing", no_argument, NULL, OPT_SCALE_MISSING },
		{ "text", no_argument, NULL, OPT_TEXT },
		{ 0 },
	};
	struct options o = { .before = RANGE_PREVIOUS };
	int c;

	while ((c = getopt_long(argc, argv, CLI_SHORT "D:", longopts, NULL)) !=
	    -1) {
		if (cli_option(cli, c, optarg))
			continue;
		switch (c) {
		case OPT_BASE:
			take_base(&o, optarg);
			break;
		case OPT_BY_MEMBER:
			o.by_member = true;
			break;
		case 'D':
			free(o.dimension);
			o.dimension = opt_list("--dimensions", optarg, ',',
			    &o.ndimensions);
			break;
		case OPT_EXPECTED:
			o.expected = optarg;
			break;
		case OPT_METHOD:
			o.method = (enum attribution_method)
			    opt_choice("--method", optarg, methods, 3);
			o.has_method = true;
			break;
		case OPT_NOW:
			o.now = take_range("--now", optarg);
			o.has_now = true;
			break;
		case OPT_SCALE_MISSING:
			o.scale_missing = true;
			break;
		case OPT_TEXT:
			o.text = true;
			break;
		}
	}
	check_options(cli, &o);
	if (cli->ngroup == 0 && o.ndimensions == 0)
		cli_option(cli, 'g', "channel");
	return o;
}

/* ---- what is read and what is written ------------------------------------------ */

/* A record of the input; NaN: missing. */
struct input {
	int32_t day;
	bool known; /* revenue and orders are there */
	struct decimal revenue;
	double orders, sessions, squares;
};

/* A period and the days of it that are left out. */
struct period {
	const char *option;
	struct range range;
	size_t days, missing;
	bool *out;    /* days to leave out */
	double scale; /* of the sums of the other days */
};

/* The sums of a member over a period. */
struct part {
	struct decimal_sum revenue; /* as read, not scaled */
	double sessions, orders, squares;
};

/* A sum of money: exact, unless it had to be computed. */
struct money {
	double value;
	const struct decimal_sum *exact; /* or NULL */
};

#define NONE SIZE_MAX

/* A record of the output; NaN and NONE: missing. */
struct line {
	const char *level, *driver;
	size_t kind, member; /* which groups, and which of them */
	double effect, share, se, p, q;
	bool by_value, judged;
	double s0, s1, o0, o1;
	struct money r0, r1;
	double surprise;
};

struct explain {
	struct cli *cli;
	const struct options *o;

	struct groups **groups; /* the members; -D: of each dimension */
	size_t kinds;           /* how many groups */
	struct input *input;
	size_t ninputs, input_capacity;
	size_t *member; /* [record * kinds + kind] */
	size_t member_capacity;

	struct period base, now;
	bool *tracked;  /* members that have sessions */
	bool by_orders; /* nobody has */

	struct part *of[2]; /* base and now, of each member */
	struct part all[2];
	double change;

	struct line *line;
	size_t nlines, line_capacity;
};

static void *
need(const struct explain *x, size_t n, size_t size)
{
	void *p = calloc(n + 1, size);

	if (p == NULL)
		cli_no_memory(x->cli);
	return p;
}

static size_t
members(const struct explain *x, size_t kind)
{
	return groups_count(x->groups[kind]);
}

static size_t
number_of(const struct explain *x, size_t kind, const struct field *key)
{
	size_t n = groups_find(x->groups[kind], key, NULL);

	if (n == NONE)
		cli_no_memory(x->cli);
	return n;
}

/* ---- reading ------------------------------------------------------------------- */

struct columns {
	int date, revenue, orders, sessions, squares;
	int *group;
	size_t ngroup;
};

static struct columns
find_columns(struct explain *x, struct recin *in)
{
	struct columns c = {
		.date = cli_need(x->cli, in, "date"),
		.revenue = cli_need(x->cli, in, "revenue"),
		.orders = cli_need(x->cli, in, "orders"),
		.sessions = recin_find(in, "sessions"),
		.squares = recin_find(in, "order_value_sq"),
		.ngroup = x->cli->ngroup,
	};

	if (x->o->ndimensions == 0) {
		c.group = cli_group_columns(x->cli, in);
		return c;
	}
	c.ngroup = x->o->ndimensions;
	c.group = need(x, c.ngroup, sizeof(*c.group));
	for (size_t i = 0; i < c.ngroup; i++)
		c.group[i] = cli_need(x->cli, in, x->o->dimension[i]);
	return c;
}

/* A number that is not negative, NaN if it is missing; false if the record is
 * left out. */
static bool
read_count(struct explain *x, struct recin *in, int column, double *value)
{
	*value = NAN;
	if (column == -1)
		return true;
	if (!cli_ok(x->cli, in, recin_number(in, column, value)))
		return false;
	return !(*value < 0) ||
	    cli_ok(x->cli, in, recin_reject(in, column, "is negative"));
}

static bool
read_input(struct explain *x, struct recin *in, const struct columns *c,
    struct input *r)
{
	bool missing;

	*r = (struct input){ 0 };
	if (!cli_ok(x->cli, in, recin_date(in, c->date, &r->day)) ||
	    !cli_ok(x->cli, in,
		recin_decimal(in, c->revenue, &r->revenue, &missing)) ||
	    !read_count(x, in, c->orders, &r->orders) ||
	    !read_count(x, in, c->sessions, &r->sessions) ||
	    !read_count(x, in, c->squares, &r->squares))
		return false;
	r->known = !missing && !isnan(r->orders);
	return true;
}

static void
read_inputs(struct explain *x, struct recin *in)
{
	struct columns c = find_columns(x, in);
	struct field *key = need(x, c.ngroup, sizeof(*key));

	while (cli_next(x->cli, in)) {
		struct input r;
		size_t *member;

		if (!read_input(x, in, &c, &r))
			continue;
		if (vec_grow(&x->input, &x->input_capacity, x->ninputs + 1,
			sizeof(*x->input)) == -1 ||
		    vec_grow(&x->member, &x->member_capacity,
			(x->ninputs + 1) * x->kinds, sizeof(*x->member)) == -1)
			cli_no_memory(x->cli);
		for (size_t i = 0; i < c.ngroup; i++)
			key[i] = recin_field(in, c.group[i]);
		member = x->member + x->ninputs * x->kinds;
		for (size_t k = 0; k < x->kinds; k++)
			member[k] = number_of(x, k, key + k);
		x->input[x->ninputs++] = r;
	}
	free(key);
	free(c.group);
}

/* ---- periods ------------------------------------------------------------------- */

/* The last 7 days that are known, of sessions too where there are any. */
static struct range
last_week(const struct explain *x)
{
	int32_t revenue = DATE_NONE, sessions = DATE_NONE, last;

	for (size_t i = 0; i < x->ninputs; i++) {
		const struct input *r = &x->input[i];

		if (r->known && r->day > revenue)
			revenue = r->day;
		if (!isnan(r->sessions) && r->day > sessions)
			sessions = r->day;
	}
	if (revenue == DATE_NONE)
		cli_fail(x->cli, "no record has revenue and orders");
	last = sessions != DATE_NONE && sessions < revenue ? sessions : revenue;
	if (last - 6 < DATE_MIN)
		cli_fail(x->cli, "--now: would begin before the calendar");
	return (struct range){ last - 6, last };
}

static void
find_periods(struct explain *x)
{
	const struct options *o = x->o;
	const char *why;

	x->now = (struct period){ .option = "--now", .range = o->now };
	x->base = (struct period){ .option = "--base" };
	if (!o->has_now)
		x->now.range = last_week(x);
	why = find_base(o, &x->now.range, &x->base.range);
	if (why != NULL && !o->by_member)
		cli_fail(x->cli, "--base: %s", why);
	x->now.days = range_days(&x->now.range);
	x->base.days = range_days(&x->base.range);
	if (x->now.days != x->base.days && !o->by_member)
		cli_warn(x->cli,
		    "--base has %zu days and --now %zu: their sums are "
		    "compared as they are",
		    x->base.days, x->now.days);
}

/* Whether a day is compared; with --by-member, all of the history is. */
static bool
in_periods(const struct explain *x, int32_t day)
{
	if (x->o->by_member)
		return day <= x->now.range.to &&
		    day >= x->now.range.from - 7 * ATTRIBUTION_WEEKS;
	return range_has(&x->now.range, day) || range_has(&x->base.range, day);
}

/* Which members have sessions in the periods, and whether any has.  Dimensions
 * are about revenue alone. */
static void
find_tracked(struct explain *x)
{
	x->tracked = need(x, members(x, 0), sizeof(*x->tracked));
	x->by_orders = true;
	if (x->o->ndimensions > 0)
		return;
	for (size_t i = 0; i < x->ninputs; i++) {
		if (isnan(x->input[i].sessions) ||
		    !in_periods(x, x->input[i].day))
			continue;
		x->tracked[x->member[i]] = true;
		x->by_orders = false;
	}
}

/* What a record lacks, or NULL. */
static const char *
lacks(const struct explain *x, size_t i)
{
	const struct input *r = &x->input[i];

	if (!r->known)
		return isnan(r->orders) ? "orders" : "revenue";
	if (!x->by_orders && x->tracked[x->member[i * x->kinds]] &&
	    isnan(r->sessions) && r->orders > 0)
		return "sessions";
	return NULL;
}

static void
key_text(const struct explain *x, size_t kind, size_t member, char *text,
    size_t size)
{
	char *const *name = x->o->ndimensions > 0 ? x->o->dimension + kind
						  : x->cli->group;

	groups_text(x->groups[kind], member, name, text, size);
}

_Noreturn static void
refuse_day(const struct explain *x, const struct period *p, size_t day,
    bool there, size_t record)
{
	char date[DATE_TEXT_MAX], range[RANGE_TEXT_MAX], key[200];

	date_format(p->range.from + (int32_t)day, date);
	range_format(&p->range, range);
	if (record == NONE)
		cli_fail(x->cli,
		    "%s %s: %s %s (--scale-missing scales the other days up)",
		    p->option, range, date,
		    there ? "has no sessions" : "is missing");
	key_text(x, 0, x->member[record * x->kinds], key, sizeof(key));
	cli_fail(x->cli,
	    "%s %s: %s has no %s of %s (--scale-missing scales the other days "
	    "up)",
	    p->option, range, date, lacks(x, record), key);
}

/* Find the days of a period that nobody has, or that a record lacks something
 * of: such a day is left out for all, so that members stay comparable. */
static void
check_days(struct explain *x, struct period *p)
{
	bool *known = need(x, p->days, sizeof(*known));
	bool *sessions = need(x, p->days, sizeof(*sessions));
	size_t *bad = need(x, p->days, sizeof(*bad));
	size_t first = 0, record = NONE; /* the first day left out, and why */
	bool there = false;

	p->out = need(x, p->days, sizeof(*p->out));
	for (size_t d = 0; d < p->days; d++)
		bad[d] = NONE;
	for (size_t i = 0; i < x->ninputs; i++) {
		size_t d = (size_t)(x->input[i].day - p->range.from);

		if (!range_has(&p->range, x->input[i].day))
			continue;
		known[d] |= x->input[i].known;
		sessions[d] |= !isnan(x->input[i].sessions);
		if (bad[d] == NONE && lacks(x, i) != NULL)
			bad[d] = i;
	}
	for (size_t d = p->days; d-- > 0;) {
		bool silent = !known[d] || (!x->by_orders && !sessions[d]);

		p->out[d] = silent || bad[d] != NONE;
		p->missing += p->out[d];
		if (!p->out[d])
			continue;
		first = d;
		there = known[d];
		record = silent ? NONE : bad[d];
	}
	free(known);
	free(sessions);
	free(bad);
	if (p->missing > 0 && !x->o->scale_missing)
		refuse_day(x, p, first, there, record);
	if (p->missing == p->days)
		cli_fail(x->cli, "%s: no day of it is known", p->option);
	p->scale = (double)p->days / (double)(p->days - p->missing);
	if (p->missing > 0)
		cli_warn(x->cli,
		    "%s: %zu of %zu days are missing: the sums of the others "
		    "are scaled by %.6g",
		    p->option, p->missing, p->days, p->scale);
}

/* ---- sums ------------------------------------------------------------------------ */

static void
add_revenue(struct explain *x, struct decimal_sum *sum,
    const struct decimal *value)
{
	if (decimal_sum_add(sum, value) == -1)
		cli_fail(x->cli, "a sum of revenue has too many digits");
}

static void
add_input(struct explain *x, struct part *part, const struct input *r)
{
	add_revenue(x, &part->revenue, &r->revenue);
	part->orders += r->orders;
	if (!isnan(r->sessions))
		part->sessions += r->sessions;
	if (!isnan(r->squares) || r->orders > 0)
		part->squares += r->squares;
}

/* Sums of a kind of members over a period, to be freed; *all is the sum over
 * all of them, if not NULL. */
static struct part *
sum_period(struct explain *x, const struct period *p, size_t kind,
    struct part *all)
{
	struct part *part = need(x, members(x, kind), sizeof(*part));

	for (size_t i = 0; i < x->ninputs; i++) {
		const struct input *r = &x->input[i];

		if (!range_has(&p->range, r->day) ||
		    p->out[r->day - p->range.from])
			continue;
		add_input(x, &part[x->member[i * x->kinds + kind]], r);
		if (all != NULL)
			add_input(x, all, r);
	}
	return part;
}

static struct money
money_of(const struct part *part, double scale)
{
	return (struct money){
		.value = decimal_sum_double(&part->revenue) * scale,
		.exact = scale == 1 ? &part->revenue : NULL,
	};
}

/* now - base of the whole, to the last digit where nothing was scaled. */
static double
exact_change(struct explain *x)
{
	struct decimal_sum change = x->all[0].revenue;

	if (x->base.scale != 1 || x->now.scale != 1)
		return money_of(&x->all[1], x->now.scale).value -
		    money_of(&x->all[0], x->base.scale).value;
	decimal_sum_negate(&change);
	if (decimal_sum_merge(&change, &x->all[1].revenue) == -1)
		cli_fail(x->cli, "a sum of revenue has too many digits");
	return decimal_sum_double(&change);
}

/* ---- history ----------------------------------------------------------------------- */

struct dated {
	size_t member, record;
	int32_t day;
};

static int
compare_dated(const void *a, const void *b)
{
	const struct dated *x = a, *y = b;

	if (x->member != y->member)
		return x->member < y->member ? -1 : 1;
	if (x->day != y->day)
		return x->day < y->day ? -1 : 1;
	return (x->record > y->record) - (x->record < y->record);
}

/* The sessions of two records of a day: without orders, none are missing. */
static double
merge_sessions(double a, double orders_a, double b, double orders_b)
{
	if (isnan(a) && orders_a == 0)
		return b;
	if (isnan(b) && orders_b == 0)
		return a;
	return a + b;
}

/* The days before the period now, one a member and day, in an array to free. */
static struct attribution_day *
history_days(const struct explain *x, size_t *n)
{
	struct dated *order = need(x, x->ninputs, sizeof(*order));
	struct attribution_day *days = need(x, x->ninputs, sizeof(*days));
	int32_t end = x->now.range.from;
	size_t count = 0;

	*n = 0;
	for (size_t i = 0; i < x->ninputs; i++)
		if (x->input[i].day < end &&
		    x->input[i].day >= end - 7 * ATTRIBUTION_WEEKS)
			order[count++] = (struct dated){ x->member[i], i,
				x->input[i].day };
	qsort(order, count, sizeof(*order), compare_dated);
	for (size_t i = 0; i < count; i++) {
		const struct input *r = &x->input[order[i].record];
		struct attribution_day day = { .member = order[i].member,
			.day = r->day,
			.sessions = x->by_orders ? r->orders : r->sessions,
			.orders = r->orders,
			.revenue = r->known ? decimal_double(&r->revenue)
					    : NAN };
		struct attribution_day *last = days + *n - 1;

		if (*n == 0 || last->member != day.member ||
		    last->day != day.day) {
			days[(*n)++] = day;
			continue;
		}
		last->sessions = merge_sessions(last->sessions, last->orders,
		    day.sessions, day.orders);
		last->orders += day.orders;
		last->revenue += day.revenue;
	}
	free(order);
	return days;
}

static void
read_history(const struct explain *x, struct attribution_history *history)
{
	size_t n;
	struct attribution_day *days = history_days(x, &n);

	if (attribution_history_init(history, days, n, members(x, 0),
		x->now.range.from) == -1)
		cli_no_memory(x->cli);
	free(days);
}

/* ---- lines ------------------------------------------------------------------------- */

/* A line about a member, or the whole (NONE), with the figures of both
 * periods. */
static struct line
new_line(const struct explain *x, const char *level, size_t kind, size_t member,
    const char *driver)
{
	const struct part *p0 = member == NONE ? &x->all[0] : &x->of[0][member];
	const struct part *p1 = member == NONE ? &x->all[1] : &x->of[1][member];
	bool sessions = !x->by_orders && (member == NONE || x->tracked[member]);

	return (struct line){
		.level = level,
		.driver = driver,
		.kind = kind,
		.member = member,
		.se = NAN,
		.p = NAN,
		.q = NAN,
		.surprise = NAN,
		.s0 = sessions ? p0->sessions * x->base.scale : NAN,
		.s1 = sessions ? p1->sessions * x->now.scale : NAN,
		.o0 = p0->orders * x->base.scale,
		.o1 = p1->orders * x->now.scale,
		.r0 = money_of(p0, x->base.scale),
		.r1 = money_of(p1, x->now.scale),
	};
}

static void
add_line(struct explain *x, struct line line, double effect)
{
	line.effect = effect;
	line.share = x->change != 0 ? effect / x->change : NAN;
	if (vec_grow(&x->line, &x->line_capacity, x->nlines + 1,
		sizeof(*x->line)) == -1)
		cli_no_memory(x->cli);
	x->line[x->nlines++] = line;
}

/* The same, of an effect that is to be judged by its error. */
static void
add_judged(struct explain *x, struct line line, double effect, double se)
{
	line.se = se;
	line.p = attribution_p(effect, se);
	line.judged = true;
	add_line(x, line, effect);
}

static void
judge_lines(struct explain *x)
{
	double *p = need(x, x->nlines, sizeof(*p));
	double *q = need(x, x->nlines, sizeof(*q));

	for (size_t i = 0; i < x->nlines; i++)
		p[i] = x->line[i].p;
	if (attribution_adjust(p, x->nlines, q) == -1)
		cli_no_memory(x->cli);
	for (size_t i = 0; i < x->nlines; i++)
		x->line[i].q = q[i];
	free(p);
	free(q);
}

static double
effect_pct(const struct line *l)
{
	return l->r0.value != 0 ? 100 * l->effect / fabs(l->r0.value) : NAN;
}

static const char *
verdict_of(const struct line *l)
{
	if (!l->judged)
		return NULL;
	switch (attribution_verdict(l->q, l->o0, l->o1, l->by_value)) {
	case ATTRIBUTION_IS_REAL:
		return "real";
	case ATTRIBUTION_IS_NOISE:
		return "noise";
	default:
		return "thin";
	}
}

/* ---- the forecast ------------------------------------------------------------------- */

/* What the forecast says of the members. */
struct forecast {
	bool by_member;
	size_t capacity; /* members that the arrays have room for */
	struct {
		double sum; /* now - base */
		size_t days;
	} * member;
	bool *day, *member_day; /* which there are: base, then now */
	double sum;
};

/* The place of a day among those of both periods; NONE: it is in neither. */
static size_t
place_of(const struct explain *x, int32_t day)
{
	if (range_has(&x->base.range, day))
		return (size_t)(day - x->base.range.from);
	if (range_has(&x->now.range, day))
		return x->base.days + (size_t)(day - x->now.range.from);
	return NONE;
}

static int32_t
day_at(const struct explain *x, size_t place)
{
	return place < x->base.days
	    ? x->base.range.from + (int32_t)place
	    : x->now.range.from + (int32_t)(place - x->base.days);
}

/* The columns of the members in the forecast, to be freed; NULL: it is about
 * the whole. */
static int *
forecast_groups(const struct explain *x, struct recin *in)
{
	int *group = need(x, x->cli->ngroup, sizeof(*group));

	for (size_t i = 0; i < x->cli->ngroup; i++)
		if ((group[i] = recin_find(in, x->cli->group[i])) == -1) {
			free(group);
			return NULL;
		}
	return group;
}

static void
add_forecast(struct explain *x, struct forecast *f, size_t member, size_t place,
    double yhat)
{
	size_t days = x->base.days + x->now.days, room = f->capacity;
	double part = place < x->base.days ? -yhat : yhat;

	if (member >= room) {
		size_t marks = room * days;

		if (vec_grow(&f->member, &f->capacity, member + 1,
			sizeof(*f->member)) == -1 ||
		    vec_grow(&f->member_day, &marks, f->capacity * days,
			sizeof(*f->member_day)) == -1)
			cli_no_memory(x->cli);
		memset(f->member + room, 0,
		    (f->capacity - room) * sizeof(*f->member));
		memset(f->member_day + room * days, 0,
		    (f->capacity - room) * days);
	}
	f->day[place] = true;
	f->sum += part;
	f->member[member].sum += part;
	f->member[member].days += !f->member_day[member * days + place];
	f->member_day[member * days + place] = true;
}

/* Refuse a forecast that lacks a day, of the whole or of a member it has. */
static void
check_forecast(const struct explain *x, const struct forecast *f,
    const char *file)
{
	size_t days = x->base.days + x->now.days;
	char date[DATE_TEXT_MAX], key[200];

	for (size_t d = 0; d < days; d++) {
		date_format(day_at(x, d), date);
		if (!f->day[d])
			cli_fail(x->cli, "%s: no yhat on %s", file, date);
		for (size_t m = 0; f->by_member && m < members(x, 0); m++) {
			if (m >= f->capacity || f->member[m].days == 0 ||
			    f->member_day[m * days + d])
				continue;
			key_text(x, 0, m, key, sizeof(key));
			cli_fail(x->cli, "%s: no yhat on %s of %s", file, date,
			    key);
		}
	}
}

static void
read_forecast(struct explain *x, struct forecast *f)
{
	struct recin *in = cli_table(x->cli, x->o->expected);
	int date = cli_need(x->cli, in, "date");
	int column = cli_need(x->cli, in, "yhat");
	int *group = forecast_groups(x, in);
	struct field *key = need(x, x->cli->ngroup, sizeof(*key));

	f->by_member = group != NULL;
	f->day = need(x, x->base.days + x->now.days, sizeof(*f->day));
	while (cli_next(x->cli, in)) {
		size_t place, member = 0;
		int32_t day;
		double yhat;

		if (!cli_ok(x->cli, in, recin_date(in, date, &day)) ||
		    !cli_ok(x->cli, in, recin_number(in, column, &yhat)))
			continue;
		if (isnan(yhat) || (place = place_of(x, day)) == NONE)
			continue;
		for (size_t i = 0; f->by_member && i < x->cli->ngroup; i++)
			key[i] = recin_field(in, group[i]);
		if (f->by_member)
			member = number_of(x, 0, key);
		add_forecast(x, f, member, place, yhat);
	}
	free(group);
	free(key);
	check_forecast(x, f, x->o->expected);
}

static void
forecast_release(struct forecast *f)
{
	free(f->member);
	free(f->day);
	free(f->member_day);
}

/* The expected part of the change of each member. */
static void
expected_parts(const struct explain *x, const struct forecast *f,
    const struct attribution_member *member, double *expected)
{
	size_t n = members(x, 0);

	if (!f->by_member) {
		attribution_spread(f->sum, member, n, expected);
		return;
	}
	for (size_t m = 0; m < n; m++)
		expected[m] = m < f->capacity ? f->member[m].sum : 0;
}

/* ---- drivers ------------------------------------------------------------------------- */

static struct attribution_sums
model_sums(const struct explain *x, size_t which, size_t member)
{
	const struct period *p = which == 0 ? &x->base : &x->now;
	const struct part *part = &x->of[which][member];

	return (struct attribution_sums){
		.sessions = (x->by_orders ? part->orders : part->sessions) *
		    p->scale,
		.orders = part->orders * p->scale,
		.revenue = money_of(part, p->scale).value,
		.squares = part->squares * p->scale,
		.seen = 1 / p->scale,
	};
}

/* The members as the model wants them, to be freed. */
static struct attribution_member *
model_members(struct explain *x)
{
	size_t n = members(x, 0);
	struct attribution_member *member = need(x, n, sizeof(*member));
	char key[200];

	for (size_t m = 0; m < n; m++) {
		member[m].base = model_sums(x, 0, m);
		member[m].now = model_sums(x, 1, m);
		if (attribution_defined(x->o->method, &member[m]))
			continue;
		key_text(x, 0, m, key, sizeof(key));
		free(member);
		cli_fail(x->cli,
		    "--method lmdi: the revenue of %s changes its sign, which "
		    "has no logarithm",
		    key);
	}
	return member;
}

struct driver {
	enum attribution_driver driver;
	const char *name;
	bool always; /* also where there is no such effect */
};

static void
add_drivers(struct explain *x, const char *level, size_t member,
    const struct attribution_effects *e, const struct driver *driver, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		double effect = e->effect[driver[i].driver];
		struct line line = new_line(x, level, 0, member,
		    driver[i].name);

		if (effect == 0 && !driver[i].always)
			continue;
		line.by_value = driver[i].driver == ATTRIBUTION_ORDER_VALUE;
		add_judged(x, line, effect, e->se[driver[i].driver]);
	}
}

static void
add_driver_lines(struct explain *x, const struct attribution_effects *e)
{
	const struct driver drivers[] = {
		{ ATTRIBUTION_VOLUME, "volume", true },
		{ ATTRIBUTION_MIX, "mix", true },
		{ ATTRIBUTION_CONVERSION, "conversion", !x->by_orders },
		{ ATTRIBUTION_ORDER_VALUE, "order_value", true },
		{ ATTRIBUTION_ORDERS, "orders", false },
		{ ATTRIBUTION_OTHER, "other", false },
	};

	add_drivers(x, "driver", NONE, e, drivers, 6);
}

static void
add_member_lines(struct explain *x, size_t member,
    const struct attribution_effects *e)
{
	const struct driver drivers[] = {
		{ ATTRIBUTION_SESSIONS, x->by_orders ? "orders" : "sessions",
		    e->tracked },
		{ ATTRIBUTION_CONVERSION, "conversion",
		    e->tracked && !x->by_orders },
		{ ATTRIBUTION_ORDERS, "orders", !e->tracked },
		{ ATTRIBUTION_ORDER_VALUE, "order_value", true },
		{ ATTRIBUTION_OTHER, "other", false },
	};

	add_drivers(x, "member_driver", member, e, drivers, 5);
}

/* Every level must add up to the change: what is printed was not lost. */
static void
check_sums(const struct explain *x)
{
	static const char *const levels[] = { "total", "expectation", "driver",
		"member", "member_driver" };
	double largest = fabs(money_of(&x->all[0], x->base.scale).value) +
	    fabs(money_of(&x->all[1], x->now.scale).value);
	/* Beyond 10^11 a double has no room for the third decimal. */
	double tolerance = fmax(0.005, 1e-14 * largest);

	for (size_t k = 0; k < sizeof(levels) / sizeof(*levels); k++) {
		double sum = 0;
		bool any = false;

		for (size_t i = 0; i < x->nlines; i++)
			if (strcmp(x->line[i].level, levels[k]) == 0) {
				sum += x->line[i].effect;
				any = true;
			}
		if (any && !(fabs(sum - x->change) <= tolerance))
			cli_fail(x->cli,
			    "the effects of level %s add up to %.17g, not to "
			    "the change of %.17g",
			    levels[k], sum, x->change);
	}
}

/* Whether nothing is said of a member, in neither period. */
static bool
is_idle(const struct explain *x, size_t member, double expected)
{
	for (size_t which = 0; which < 2; which++) {
		const struct part *p = &x->of[which][member];

		if (p->sessions != 0 || p->orders != 0 ||
		    decimal_sum_sign(&p->revenue) != 0)
			return false;
	}
	return expected == 0;
}

static void
explain_drivers(struct explain *x, struct forecast *forecast)
{
	size_t n = members(x, 0);
	struct attribution_member *member = model_members(x);
	struct attribution_effects *effects = need(x, n, sizeof(*effects));
	double *expected = need(x, n, sizeof(*expected));
	struct attribution_effects total;
	struct attribution_history history;
	struct attribution_params params = { .method = x->o->method,
		.days = (double)(x->base.days + x->now.days) / 2,
		.history = &history };

	if (x->by_orders)
		cli_warn(x->cli,
		    "no sessions in the periods: volume and mix are those of "
		    "orders, and there is no conversion");
	read_history(x, &history);
	attribution_effects(&params, member, n, effects, &total);
	if (forecast != NULL)
		expected_parts(x, forecast, member, expected);
	for (size_t m = 0; m < n; m++)
		attribution_take_out(&effects[m], &total, expected[m]);
	add_judged(x, new_line(x, "total", 0, NONE, "change"), x->change,
	    total.change_se);
	if (forecast != NULL) {
		add_line(x, new_line(x, "expectation", 0, NONE, "expected"),
		    forecast->sum);
		add_judged(x, new_line(x, "expectation", 0, NONE, "surprise"),
		    x->change - forecast->sum, total.change_se);
		add_line(x, new_line(x, "driver", 0, NONE, "expected"),
		    forecast->sum);
	}
	add_driver_lines(x, &total);
	for (size_t m = 0; m < n; m++) {
		if (is_idle(x, m, expected[m]))
			continue;
		add_judged(x, new_line(x, "member", 0, m, "change"),
		    effects[m].change, effects[m].change_se);
		if (forecast != NULL)
			add_line(x,
			    new_line(x, "member_driver", 0, m, "expected"),
			    expected[m]);
		add_member_lines(x, m, &effects[m]);
	}
	attribution_history_release(&history);
	free(member);
	free(effects);
	free(expected);
	check_sums(x);
}

/* ---- members ---------------------------------------------------------------------------- */

/* A member against its own weeks, or against its share of the whole. */
struct standing {
	size_t member;
	double share_effect;
};

static int
compare_standing(const void *a, const void *b)
{
	const struct standing *x = a, *y = b;
	bool no_x = isnan(x->share_effect), no_y = isnan(y->share_effect);

	if (no_x != no_y)
		return no_x ? 1 : -1;
	if (!no_x && x->share_effect != y->share_effect)
		return x->share_effect < y->share_effect ? -1 : 1;
	return (x->member > y->member) - (x->member < y->member);
}

/* Weeks of the whole. */
static void
sum_weeks(const double *week, size_t n, double *all)
{
	for (size_t w = 0; w < ATTRIBUTION_WEEKS; w++) {
		all[w] = 0;
		for (size_t m = 0; m < n; m++)
			all[w] += week[m * ATTRIBUTION_WEEKS + w];
	}
}

/* The first day of the weeks that an expectation rests on. */
static int32_t
first_of_weeks(const struct explain *x, const double *all)
{
	size_t oldest = NONE;

	for (size_t w = 0, n = 0;
	     w < ATTRIBUTION_WEEKS && n < ATTRIBUTION_RECENT; w++)
		if (!isnan(all[w])) {
			oldest = w;
			n++;
		}
	if (oldest == NONE)
		cli_fail(x->cli,
		    "--by-member: no whole week before --now is known");
	return x->now.range.from - 7 * ((int32_t)oldest + 1);
}

static void
add_standing(struct explain *x, const char *level, size_t member,
    const char *driver, struct attribution_expectation revenue, double sessions,
    double orders)
{
	struct line line = new_line(x, level, 0, member, driver);

	line.s0 = isnan(line.s1) ? NAN : sessions;
	line.o0 = orders;
	line.r0 = (struct money){ revenue.value, NULL };
	add_judged(x, line, line.r1.value - revenue.value, revenue.se);
}

static struct attribution_expectation
expect_share(const double *part, const double *all, double days, double now)
{
	struct attribution_expectation e = attribution_expect_share(part, all,
	    days);

	e.value *= now;
	e.se *= fabs(now);
	return e;
}

static void
explain_members(struct explain *x)
{
	size_t n = members(x, 0);
	struct standing *standing = need(x, n, sizeof(*standing));
	struct attribution_history h;
	double sessions[ATTRIBUTION_WEEKS], orders[ATTRIBUTION_WEEKS],
	    revenue[ATTRIBUTION_WEEKS];
	double days = (double)x->now.days;
	double now = money_of(&x->all[1], x->now.scale).value;

	read_history(x, &h);
	sum_weeks(h.sessions, n, sessions);
	sum_weeks(h.orders, n, orders);
	sum_weeks(h.revenue, n, revenue);
	x->base.range = (struct range){ first_of_weeks(x, revenue),
		x->now.range.from - 1 };
	x->change = now - attribution_expect(revenue, days).value;
	add_standing(x, "total", NONE, "history",
	    attribution_expect(revenue, days),
	    attribution_expect(sessions, days).value,
	    attribution_expect(orders, days).value);
	for (size_t m = 0; m < n; m++)
		standing[m] = (struct standing){ m,
			money_of(&x->of[1][m], x->now.scale).value -
			    expect_share(h.revenue + m * ATTRIBUTION_WEEKS,
				revenue, days, now)
				.value };
	qsort(standing, n, sizeof(*standing), compare_standing);
	for (size_t i = 0; i < n; i++) {
		size_t m = standing[i].member, w = m * ATTRIBUTION_WEEKS;

		if (is_idle(x, m,
			attribution_expect(h.revenue + w, days).value))
			continue;
		add_standing(x, "member", m, "history",
		    attribution_expect(h.revenue + w, days),
		    attribution_expect(h.sessions + w, days).value,
		    attribution_expect(h.orders + w, days).value);
		add_standing(x, "member", m, "share",
		    expect_share(h.revenue + w, revenue, days, now),
		    expect_share(h.sessions + w, sessions, days,
			x->all[1].sessions * x->now.scale)
			.value,
		    expect_share(h.orders + w, orders, days,
			x->all[1].orders * x->now.scale)
			.value);
	}
	attribution_history_release(&h);
	free(standing);
}

/* ---- dimensions --------------------------------------------------------------------------- */

struct dimension {
	struct part *of[2];
	double *surprise;
	size_t *set;
};

/* Orders come one by one, so that the variance of a sum of their values is the
 * sum of their squares. */
static double
revenue_error(const struct explain *x, const struct part *p0,
    const struct part *p1)
{
	return sqrt(p0->squares * x->base.scale * x->base.scale +
	    p1->squares * x->now.scale * x->now.scale);
}

static struct dimension
find_set(struct explain *x, size_t kind, struct adtributor *result)
{
	size_t n = members(x, kind);
	struct dimension d = {
		.of = { sum_period(x, &x->base, kind, NULL),
		    sum_period(x, &x->now, kind, NULL) },
		.surprise = need(x, n, sizeof(*d.surprise)),
		.set = need(x, n, sizeof(*d.set)),
	};
	double *base = need(x, n, sizeof(*base));
	double *now = need(x, n, sizeof(*now));

	for (size_t i = 0; i < n; i++) {
		base[i] = money_of(&d.of[0][i], x->base.scale).value;
		now[i] = money_of(&d.of[1][i], x->now.scale).value;
	}
	if (adtributor(base, now, n, money_of(&x->all[0], x->base.scale).value,
		money_of(&x->all[0], x->base.scale).value + x->change,
		d.surprise, d.set, result) == -1)
		cli_no_memory(x->cli);
	free(base);
	free(now);
	return d;
}

static void
merge_part(struct explain *x, struct part *sum, const struct part *part)
{
	if (decimal_sum_merge(&sum->revenue, &part->revenue) == -1)
		cli_fail(x->cli, "a sum of revenue has too many digits");
	sum->sessions += part->sessions;
	sum->orders += part->orders;
	sum->squares += part->squares;
}

static void
add_dimension_line(struct explain *x, const char *level, size_t kind,
    size_t member, const struct part *p0, const struct part *p1,
    double surprise)
{
	struct line line = new_line(x, level, kind, NONE,
	    x->o->dimension[kind]);

	line.member = member;
	line.o0 = p0->orders * x->base.scale;
	line.o1 = p1->orders * x->now.scale;
	line.r0 = money_of(p0, x->base.scale);
	line.r1 = money_of(p1, x->now.scale);
	line.surprise = surprise;
	line.by_value = true;
	add_judged(x, line, line.r1.value - line.r0.value,
	    revenue_error(x, p0, p1));
}

/* The lines of a dimension; the sums of its set are kept in *set, since lines
 * point to them. */
static void
add_dimension(struct explain *x, size_t kind, const struct dimension *d,
    const struct adtributor *result, struct part set[2])
{
	for (size_t i = 0; i < result->n; i++)
		for (size_t which = 0; which < 2; which++)
			merge_part(x, &set[which], &d->of[which][d->set[i]]);
	add_dimension_line(x, "dimension", kind, NONE, &set[0], &set[1],
	    result->surprise);
	for (size_t i = 0; i < result->n; i++)
		add_dimension_line(x, "element", kind, d->set[i],
		    &d->of[0][d->set[i]], &d->of[1][d->set[i]],
		    d->surprise[d->set[i]]);
}

static void
explain_dimensions(struct explain *x, struct dimension *d, struct part *set)
{
	struct adtributor *result = need(x, x->kinds, sizeof(*result));
	size_t *order = need(x, x->kinds, sizeof(*order));
	struct line line = new_line(x, "total", 0, NONE, "change");

	line.by_value = true;
	add_judged(x, line, x->change,
	    revenue_error(x, &x->all[0], &x->all[1]));
	for (size_t k = 0; k < x->kinds; k++)
		d[k] = find_set(x, k, &result[k]);
	adtributor_rank(result, x->kinds, order);
	for (size_t i = 0; i < x->kinds; i++)
		add_dimension(x, order[i], &d[order[i]], &result[order[i]],
		    set + 2 * order[i]);
	free(result);
	free(order);
}

/* ---- records out ------------------------------------------------------------------------------ */

static void
write_money(struct recout *out, const struct money *m)
{
	if (m->exact != NULL)
		recout_sum(out, m->exact);
	else
		recout_number(out, m->value);
}

static void
write_member(const struct explain *x, struct recout *out, const struct line *l)
{
	char key[1024];

	if (l->member == NONE) {
		recout_missing(out);
	} else if (x->o->ndimensions > 0 || x->cli->ngroup == 1) {
		recout_field(out, groups_key(x->groups[l->kind], l->member, 0));
	} else {
		key_text(x, l->kind, l->member, key, sizeof(key));
		recout_text(out, key);
	}
}

static void
write_line(const struct explain *x, struct recout *out, const struct line *l)
{
	recout_date(out, x->base.range.from);
	recout_date(out, x->base.range.to);
	recout_date(out, x->now.range.from);
	recout_date(out, x->now.range.to);
	recout_text(out, l->level);
	write_member(x, out, l);
	recout_text(out, l->driver);
	recout_number(out, l->effect);
	recout_number(out, effect_pct(l));
	recout_number(out, l->share);
	recout_number(out, l->se);
	recout_number(out, l->p);
	recout_number(out, l->q);
	if (l->judged)
		recout_text(out, verdict_of(l));
	else
		recout_missing(out);
	recout_number(out, l->s0);
	recout_number(out, l->s1);
	recout_number(out, l->o0);
	recout_number(out, l->o1);
	write_money(out, &l->r0);
	write_money(out, &l->r1);
	if (x->o->ndimensions > 0)
		recout_number(out, l->surprise);
	recout_end(out);
}

static void
write_lines(const struct explain *x, const struct recin *in)
{
	static const char *const columns[] = { "base_from", "base_to",
		"now_from", "now_to", "level", "member", "driver", "effect",
		"effect_pct", "share", "se", "p", "q", "verdict", "s0", "s1",
		"o0", "o1", "r0", "r1" };
	struct recout *out = cli_records(x->cli, in);

	for (size_t i = 0; i < sizeof(columns) / sizeof(*columns); i++)
		cli_append(x->cli, columns[i]);
	if (x->o->ndimensions > 0)
		cli_append(x->cli, "surprise");
	for (size_t i = 0; i < x->nlines; i++)
		write_line(x, out, &x->line[i]);
}

/* ---- sentences out ------------------------------------------------------------------------------ */

enum { MOST = 5 }; /* of a list in a sentence */

static void __attribute__((format(printf, 2, 3)))
say(const struct explain *x, const char *format, ...)
{
	va_list args;
	char *text;
	int n;

	va_start(args, format);
	n = vasprintf(&text, format, args);
	va_end(args);
	if (n == -1)
		cli_no_memory(x->cli);
	output_write(x->cli->output, text, (size_t)n);
	free(text);
}

/* Rounded, without a sign where nothing is left. */
static double
rounded(double v, double unit)
{
	return fabs(v) < unit / 2 ? 0 : v;
}

static void
say_effect(const struct explain *x, const struct line *l)
{
	say(x, "%.2f", rounded(l->effect, 0.01));
	if (!isnan(effect_pct(l)))
		say(x, " (%.1f %%)", rounded(effect_pct(l), 0.1));
}

static void
say_member(const struct explain *x, const struct line *l)
{
	char key[1024];
	struct field f;

	if (x->o->ndimensions > 0 || x->cli->ngroup == 1) {
		f = groups_key(x->groups[l->kind], l->member, 0);
		output_write(x->cli->output, f.p, f.n);
	} else {
		key_text(x, l->kind, l->member, key, sizeof(key));
		say(x, "%s", key);
	}
}

/* A driver in words. */
static void
say_driver(const struct explain *x, const struct line *l)
{
	say(x, "%s",
	    strcmp(l->driver, "order_value") == 0 ? "order value" : l->driver);
}

static void
say_judgement(const struct explain *x, const struct line *l)
{
	const char *verdict = verdict_of(l);

	if (verdict == NULL)
		return;
	say(x, "%s",
	    strcmp(verdict, "real") == 0        ? "more than noise"
		: strcmp(verdict, "noise") == 0 ? "within the noise"
						: "too little data to tell");
}

static int
by_size(const void *a, const void *b)
{
	const struct line *const *x = a, *const *y = b;
	double size_x = fabs((*x)->effect), size_y = fabs((*y)->effect);

	if (size_x != size_y)
		return size_x > size_y ? -1 : 1;
	return (*x > *y) - (*x < *y);
}

/* The lines of a level, the largest effects first, as a list. */
static void
say_list(const struct explain *x, const char *level, const char *head)
{
	const struct line **found = need(x, x->nlines, sizeof(*found));
	size_t n = 0;

	for (size_t i = 0; i < x->nlines; i++)
		if (strcmp(x->line[i].level, level) == 0)
			found[n++] = &x->line[i];
	qsort(found, n, sizeof(*found), by_size);
	for (size_t i = 0; i < n && i < MOST; i++) {
		const struct line *l = found[i];

		say(x, "%s", i == 0 ? head : ", ");
		if (strcmp(level, "driver") != 0)
			say_member(x, l);
		if (strcmp(level, "member_driver") == 0)
			say(x, " ");
		if (strcmp(level, "member") != 0)
			say_driver(x, l);
		say(x, " %.2f", rounded(l->effect, 0.01));
		if (l->judged)
			say(x, " (%s)", verdict_of(l));
	}
	say(x, n == 0 ? "" : n > MOST ? " and smaller ones.\n" : ".\n");
	free(found);
}

static void
say_change(const struct explain *x)
{
	const struct line *l = &x->line[0];
	char base[RANGE_TEXT_MAX], now[RANGE_TEXT_MAX];

	range_format(&x->base.range, base);
	range_format(&x->now.range, now);
	say(x, "Revenue of %s was %.2f, after %.2f in %s: a change of ", now,
	    rounded(l->r1.value, 0.01), rounded(l->r0.value, 0.01), base);
	say_effect(x, l);
	say(x, ", ");
	say_judgement(x, l);
	say(x, ".\n");
}

static const struct line *
find_line(const struct explain *x, const char *level, const char *driver)
{
	for (size_t i = 0; i < x->nlines; i++)
		if (strcmp(x->line[i].level, level) == 0 &&
		    strcmp(x->line[i].driver, driver) == 0)
			return &x->line[i];
	return NULL;
}

static void
say_drivers(const struct explain *x)
{
	const struct line *expected = find_line(x, "expectation", "expected");
	const struct line *surprise = find_line(x, "expectation", "surprise");

	say_change(x);
	if (expected != NULL && surprise != NULL) {
		say(x,
		    "Of it the forecast expected %.2f; the surprise is %.2f, ",
		    rounded(expected->effect, 0.01),
		    rounded(surprise->effect, 0.01));
		say_judgement(x, surprise);
		say(x, ".\n");
	}
	say_list(x, "driver", "By driver: ");
	say_list(x, "member", "By member: ");
	say_list(x, "member_driver", "The largest effects: ");
}

static void
say_dimensions(const struct explain *x)
{
	say_change(x);
	for (size_t i = 1; i < x->nlines; i++) {
		const struct line *l = &x->line[i];
		bool last = i + 1 == x->nlines ||
		    strcmp(x->line[i + 1].level, "dimension") == 0;

		if (strcmp(l->level, "dimension") == 0) {
			say(x, "%s explains ", l->driver);
			if (last || isnan(l->share))
				say(x, "none of it.\n");
			else
				say(x, "%.3f of it: ", l->share);
			continue;
		}
		say_member(x, l);
		say(x, " %.2f (%s)%s", rounded(l->effect, 0.01), verdict_of(l),
		    last ? ".\n" : ", ");
	}
}

/* Whether a line tells of less than expected, beyond noise. */
static bool
is_short(const struct line *l)
{
	return l->effect < 0 && strcmp(verdict_of(l), "real") == 0;
}

static void
say_members(const struct explain *x)
{
	const struct line *l = &x->line[0];
	char base[RANGE_TEXT_MAX], now[RANGE_TEXT_MAX];
	bool any = false;

	range_format(&x->base.range, base);
	range_format(&x->now.range, now);
	say(x,
	    "Revenue of %s was %.2f, after weeks (%s) that let expect %.2f: ",
	    now, rounded(l->r1.value, 0.01), base, rounded(l->r0.value, 0.01));
	say_effect(x, l);
	say(x, ", ");
	say_judgement(x, l);
	say(x, ".\n");
	for (size_t i = 1; i + 1 < x->nlines; i += 2) {
		const struct line *own = &x->line[i], *share = own + 1;

		if (!is_short(own) && !is_short(share))
			continue;
		any = true;
		say_member(x, own);
		say(x, " made %.2f: ", rounded(own->r1.value, 0.01));
		say_effect(x, own);
		say(x, " against its own weeks (%s), ", verdict_of(own));
		say_effect(x, share);
		say(x, " against its share of the whole (%s).\n",
		    verdict_of(share));
	}
	if (!any)
		say(x,
		    "No member is below what it used to be, beyond "
		    "noise.\n");
}

/* ---- main -------------------------------------------------------------------------------------- */

static void
start(struct explain *x)
{
	x->kinds = x->o->ndimensions > 0 ? x->o->ndimensions : 1;
	x->groups = need(x, x->kinds, sizeof(*x->groups));
	for (size_t k = 0; k < x->kinds; k++) {
		x->groups[k] = groups_new(x->o->ndimensions > 0
			? 1
			: x->cli->ngroup);
		if (x->groups[k] == NULL)
			cli_no_memory(x->cli);
	}
}

/* Everything about members: sums and lines. */
static void
explain_by_member(struct explain *x)
{
	struct forecast forecast = { 0 };

	if (x->o->expected != NULL)
		read_forecast(x, &forecast);
	find_tracked(x);
	if (x->o->by_member)
		x->base.scale = 1;
	else
		check_days(x, &x->base);
	check_days(x, &x->now);
	if (x->o->by_member)
		x->of[0] = need(x, members(x, 0), sizeof(*x->of[0]));
	else
		x->of[0] = sum_period(x, &x->base, 0, &x->all[0]);
	x->of[1] = sum_period(x, &x->now, 0, &x->all[1]);
	x->change = exact_change(x);
	if (x->o->by_member)
		explain_members(x);
	else
		explain_drivers(x, x->o->expected != NULL ? &forecast : NULL);
	forecast_release(&forecast);
}

static void
write_result(struct explain *x, const struct recin *in)
{
	judge_lines(x);
	if (!x->o->text)
		write_lines(x, in);
	else if (x->o->ndimensions > 0)
		say_dimensions(x);
	else if (x->o->by_member)
		say_members(x);
	else
		say_drivers(x);
}

static void
explain_by_dimension(struct explain *x, const struct recin *in)
{
	struct dimension *d = need(x, x->kinds, sizeof(*d));
	struct part *set = need(x, 2 * x->kinds, sizeof(*set));

	find_tracked(x);
	check_days(x, &x->base);
	check_days(x, &x->now);
	free(sum_period(x, &x->base, 0, &x->all[0]));
	free(sum_period(x, &x->now, 0, &x->all[1]));
	x->change = exact_change(x);
	explain_dimensions(x, d, set);
	write_result(x, in);
	for (size_t k = 0; k < x->kinds; k++) {
		free(d[k].of[0]);
		free(d[k].of[1]);
		free(d[k].surprise);
		free(d[k].set);
	}
	free(d);
	free(set);
}

static void
explain_release(struct explain *x)
{
	for (size_t k = 0; k < x->kinds; k++)
		groups_free(x->groups[k]);
	free(x->groups);
	free(x->input);
	free(x->member);
	free(x->base.out);
	free(x->now.out);
	free(x->tracked);
	free(x->of[0]);
	free(x->of[1]);
	free(x->line);
}

int
main(int argc, char *argv[])
{
	struct cli cli;
	struct options o;
	struct explain x = { .cli = &cli, .o = &o };
	struct recin *in;

	cli_init(&cli, usage);
	o = parse_options(&cli, argc, argv);
	cli_start(&cli);
	in = cli_input(&cli, argv + optind, (size_t)(argc - optind));
	start(&x);
	read_inputs(&x, in);
	find_periods(&x);
	if (o.ndimensions > 0) {
		explain_by_dimension(&x, in);
	} else {
		explain_by_member(&x);
		write_result(&x, in);
	}
	explain_release(&x);
	free(o.dimension);
	return cli_finish(&cli);
}
