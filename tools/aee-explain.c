/* aee-explain: why revenue differs from that of another period;
 * aee-explain(1). */
#include <stdlib.h>
#include <string.h>

#include "explain.h"
#include "explain_dimensions.h"
#include "explain_drivers.h"
#include "explain_expected.h"
#include "explain_members.h"
#include "explain_read.h"
#include "explain_text.h"

#include "base/opt.h"
#include "record/cli.h"
#include "record/group.h"

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
take_base(struct explain_options *o, const char *text)
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

static void
check_options(struct cli *cli, const struct explain_options *o)
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
	if (o->has_now && (why = explain_find_base(o, &o->now, &base)) != NULL)
		opt_fail("--base: %s", why);
}

static struct explain_options
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
	struct explain_options o = { .before = RANGE_PREVIOUS };
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

/* ---- records out ------------------------------------------------------------------------------ */

static void
write_money(struct recout *out, const struct explain_money *m)
{
	if (m->exact != NULL)
		recout_sum(out, m->exact);
	else
		recout_number(out, m->value);
}

static void
write_member(const struct explain *x, struct recout *out,
    const struct explain_line *l)
{
	char key[1024];

	if (l->member == EXPLAIN_NONE) {
		recout_missing(out);
	} else if (x->o->ndimensions > 0 || x->cli->ngroup == 1) {
		recout_field(out, groups_key(x->groups[l->kind], l->member, 0));
	} else {
		explain_key(x, l->kind, l->member, key, sizeof(key));
		recout_text(out, key);
	}
}

static void
write_line(const struct explain *x, struct recout *out,
    const struct explain_line *l)
{
	recout_date(out, x->base.range.from);
	recout_date(out, x->base.range.to);
	recout_date(out, x->now.range.from);
	recout_date(out, x->now.range.to);
	recout_text(out, l->level);
	write_member(x, out, l);
	recout_text(out, l->driver);
	recout_number(out, l->effect);
	recout_number(out, explain_pct(l));
	recout_number(out, l->share);
	recout_number(out, l->se);
	recout_number(out, l->p);
	recout_number(out, l->q);
	if (l->judged)
		recout_text(out, explain_verdict(l));
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

/* ---- main -------------------------------------------------------------------------------------- */

/* Everything about members: sums and lines. */
static void
explain_by_member(struct explain *x)
{
	struct explain_forecast forecast = { 0 };

	if (x->o->expected != NULL)
		explain_forecast_read(x, &forecast);
	explain_find_tracked(x);
	if (x->o->by_member)
		x->base.scale = 1;
	else
		explain_check_days(x, &x->base);
	explain_check_days(x, &x->now);
	if (x->o->by_member)
		x->of[0] = explain_need(x, explain_count(x, 0),
		    sizeof(*x->of[0]));
	else
		x->of[0] = explain_sum(x, &x->base, 0, &x->all[0]);
	x->of[1] = explain_sum(x, &x->now, 0, &x->all[1]);
	x->change = explain_exact_change(x);
	if (x->o->by_member)
		explain_members(x);
	else
		explain_drivers(x, x->o->expected != NULL ? &forecast : NULL);
	explain_forecast_release(&forecast);
}

static void
write_result(struct explain *x, const struct recin *in)
{
	explain_judge(x);
	if (!x->o->text)
		write_lines(x, in);
	else if (x->o->ndimensions > 0)
		explain_say_dimensions(x);
	else if (x->o->by_member)
		explain_say_members(x);
	else
		explain_say_drivers(x);
}

static void
explain_by_dimension(struct explain *x, const struct recin *in)
{
	struct explain_dimension *d = explain_need(x, x->kinds, sizeof(*d));
	struct explain_part *set = explain_need(x, 2 * x->kinds, sizeof(*set));

	explain_find_tracked(x);
	explain_check_days(x, &x->base);
	explain_check_days(x, &x->now);
	free(explain_sum(x, &x->base, 0, &x->all[0]));
	free(explain_sum(x, &x->now, 0, &x->all[1]));
	x->change = explain_exact_change(x);
	explain_dimensions(x, d, set);
	write_result(x, in);
	for (size_t k = 0; k < x->kinds; k++)
		explain_dimension_release(&d[k]);
	free(d);
	free(set);
}

int
main(int argc, char *argv[])
{
	struct cli cli;
	struct explain_options o;
	struct explain x = { .cli = &cli, .o = &o };
	struct recin *in;

	cli_init(&cli, usage);
	o = parse_options(&cli, argc, argv);
	cli_start(&cli);
	in = cli_input(&cli, argv + optind, (size_t)(argc - optind));
	explain_init(&x);
	explain_read(&x, in);
	explain_find_periods(&x);
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
