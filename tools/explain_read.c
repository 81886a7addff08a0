#include "explain_read.h"

#include <math.h>
#include <stdlib.h>

#include "base/date.h"
#include "base/vec.h"
#include "explain.h"
#include "model/attribution.h"
#include "record/cli.h"

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
	c.group = explain_need(x, c.ngroup, sizeof(*c.group));
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
	return cli_not_negative(x->cli, in, column, *value < 0);
}

static bool
read_input(struct explain *x, struct recin *in, const struct columns *c,
    struct explain_input *r)
{
	bool missing;

	*r = (struct explain_input){ 0 };
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

void
explain_read(struct explain *x, struct recin *in)
{
	struct columns c = find_columns(x, in);
	struct field *key = explain_need(x, c.ngroup, sizeof(*key));

	while (cli_next(x->cli, in)) {
		struct explain_input r;
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
			member[k] = explain_number(x, k, key + k);
		x->input[x->ninputs++] = r;
	}
	free(key);
	free(c.group);
}

const char *
explain_find_base(const struct explain_options *o, const struct range *now,
    struct range *base)
{
	if (!o->has_range)
		return range_before(o->before, now, base);
	*base = o->range;
	return range_overlap(base, now)
	    ? "overlaps the period that is explained"
	    : NULL;
}

/* The last 7 days that are known, of sessions too where there are any. */
static struct range
last_week(const struct explain *x)
{
	int32_t revenue = DATE_NONE, sessions = DATE_NONE, last;

	for (size_t i = 0; i < x->ninputs; i++) {
		const struct explain_input *r = &x->input[i];

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

void
explain_find_periods(struct explain *x)
{
	const struct explain_options *o = x->o;
	const char *why;

	x->now = (struct explain_period){ .option = "--now", .range = o->now };
	x->base = (struct explain_period){ .option = "--base" };
	if (!o->has_now)
		x->now.range = last_week(x);
	why = explain_find_base(o, &x->now.range, &x->base.range);
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

void
explain_find_tracked(struct explain *x)
{
	x->tracked = explain_need(x, explain_count(x, 0), sizeof(*x->tracked));
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
	const struct explain_input *r = &x->input[i];

	if (!r->known)
		return isnan(r->orders) ? "orders" : "revenue";
	if (!x->by_orders && x->tracked[x->member[i * x->kinds]] &&
	    isnan(r->sessions) && r->orders > 0)
		return "sessions";
	return NULL;
}

_Noreturn static void
refuse_day(const struct explain *x, const struct explain_period *p, size_t day,
    bool there, size_t record)
{
	char date[DATE_TEXT_MAX], range[RANGE_TEXT_MAX], key[200];

	date_format(p->range.from + (int32_t)day, date);
	range_format(&p->range, range);
	if (record == EXPLAIN_NONE)
		cli_fail(x->cli,
		    "%s %s: %s %s (--scale-missing scales the other days up)",
		    p->option, range, date,
		    there ? "has no sessions" : "is missing");
	explain_key(x, 0, x->member[record * x->kinds], key, sizeof(key));
	cli_fail(x->cli,
	    "%s %s: %s has no %s of %s (--scale-missing scales the other days "
	    "up)",
	    p->option, range, date, lacks(x, record), key);
}

void
explain_check_days(struct explain *x, struct explain_period *p)
{
	bool *known = explain_need(x, p->days, sizeof(*known));
	bool *sessions = explain_need(x, p->days, sizeof(*sessions));
	size_t *bad = explain_need(x, p->days, sizeof(*bad));
	size_t first = 0,
	       record = EXPLAIN_NONE; /* the first day left out, and why */
	bool there = false;

	p->out = explain_need(x, p->days, sizeof(*p->out));
	for (size_t d = 0; d < p->days; d++)
		bad[d] = EXPLAIN_NONE;
	for (size_t i = 0; i < x->ninputs; i++) {
		size_t d = (size_t)(x->input[i].day - p->range.from);

		if (!range_has(&p->range, x->input[i].day))
			continue;
		known[d] |= x->input[i].known;
		sessions[d] |= !isnan(x->input[i].sessions);
		if (bad[d] == EXPLAIN_NONE && lacks(x, i) != NULL)
			bad[d] = i;
	}
	for (size_t d = p->days; d-- > 0;) {
		bool silent = !known[d] || (!x->by_orders && !sessions[d]);

		p->out[d] = silent || bad[d] != EXPLAIN_NONE;
		p->missing += p->out[d];
		if (!p->out[d])
			continue;
		first = d;
		there = known[d];
		record = silent ? EXPLAIN_NONE : bad[d];
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
