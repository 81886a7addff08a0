/* aee-detect: on which days something happened, in many metrics of a shop at
 * once; aee-detect(1). */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/opt.h"
#include "base/vec.h"
#include "model/detect.h"
#include "model/incident.h"
#include "model/online.h"
#include "record/calendar.h"
#include "record/cli.h"
#include "record/group.h"
#include "record/pass.h"
#include "record/table.h"

#include "detect_days.h"
#include "detect_incidents.h"
#include "detect_input.h"
#include "detect_metrics.h"
#include "detect_tiers.h"

static const char usage[] =
    "usage: aee-detect [-b beta] [-c column,...] [-g column,...]\n"
    "                  [--holidays file] [--incidents file] [--metrics file]\n"
    "                  [--online] [options] [file...]\n"
    "\n"
    "On which days something happened: many metrics of a shop at once, from a\n"
    "cube of aee-kpi or a daily table.\n"
    "\n"
    "  -b, --beta B           price of an alarm, in -ln p (6 to 8.5, by the\n"
    "                         metrics and the calendar)\n"
    "  -c, --column A,B       of a daily table: only these columns\n"
    "  -g, --group-by A,B     a shop for each combination of these columns\n"
    "      --holidays FILE    holiday, date: days known to be different; with\n"
    "                         columns of -g, of that shop alone\n"
    "      --scale S          log (default), sqrt, raw\n"
    "      --half-window N    days on either side that make the level (14)\n"
    "      --max-length N     days of an event at most (7)\n"
    "      --as-of DATE       as if this were the last day\n"
    "      --last-day D       auto (default): left out if it looks incomplete;\n"
    "                         keep, drop\n"
    "      --online           judge each day by the days before it, as they\n"
    "                         come\n"
    "      --incidents FILE   what happened, one record each\n"
    "      --metrics FILE     what was looked at: a record for each day and\n"
    "                         metric, for other detectors\n"
    "      --tiers FILE       date, tier: how sure one may be of days, for the\n"
    "                         incidents\n"
    "      --min-money M      only incidents of so much revenue, at least\n"
    "      --direction D      only incidents up or down\n"
    "\n" CLI_USAGE;

enum {
	OPT_AS_OF = CLI_OWN,
	OPT_DIRECTION,
	OPT_HALF_WINDOW,
	OPT_HOLIDAYS,
	OPT_INCIDENTS,
	OPT_LAST_DAY,
	OPT_MAX_LENGTH,
	OPT_METRICS,
	OPT_MIN_MONEY,
	OPT_ONLINE,
	OPT_SCALE,
	OPT_TIERS,
};

enum last_day { LAST_AUTO, LAST_KEEP, LAST_DROP };

struct options {
	char **columns; /* -c; NULL: all */
	size_t ncolumns;
	double beta;                    /* 0: by the metrics and the calendar */
	size_t half_window, max_length; /* 0: the default */
	enum metric_scale scale;
	enum last_day last_day;
	int32_t as_of; /* DATE_NONE: the last of all */
	const char *holidays, *incidents, *metrics, *tiers;
	struct incident_choice choice;
	bool online;
};

static bool
is_standard(const char *path)
{
	return path != NULL && strcmp(path, "-") == 0;
}

static void
check_options(const struct cli *cli, const struct options *o)
{
	struct online_params params;
	const char *wrong;

	if (is_standard(o->incidents) && is_standard(o->metrics))
		opt_fail("--incidents - and --metrics -: only one of them can "
			 "go to standard output");
	if (cli->output_path == NULL || is_standard(cli->output_path)) {
		if (is_standard(o->metrics))
			opt_fail("--metrics -: the days go to standard output "
				 "too (-o names a file for them)");
		if (is_standard(o->incidents))
			opt_fail("--incidents -: the days go to standard "
				 "output too (-o names a file for them)");
	}
	if (o->tiers != NULL && o->incidents == NULL)
		opt_fail("--tiers: only with --incidents");
	if (!o->online)
		return;
	if (o->incidents != NULL || o->choice.min_money > 0 ||
	    o->choice.direction != 0)
		opt_fail("--incidents tell what is over, and --online cannot "
			 "know: leave one of them out");
	if (o->metrics != NULL)
		opt_fail("--metrics are known when all days are, and --online "
			 "does not wait: leave one of them out");
	if (o->half_window > 0 || o->last_day != LAST_AUTO)
		opt_fail("--half-window and --last-day need the whole series: "
			 "leave --online out");
	if (o->scale != METRIC_LOG)
		opt_fail("--online goes with --scale log alone");
	online_defaults(&params);
	if (o->max_length > 0)
		params.max_length = o->max_length;
	if ((wrong = online_check(&params)) != NULL)
		opt_fail("--online: %s", wrong);
}

static struct options
parse_options(struct cli *cli, int argc, char *argv[])
{
	static const struct option longopts[] = {
		CLI_LONG,
		{ "as-of", required_argument, NULL, OPT_AS_OF },
		{ "beta", required_argument, NULL, 'b' },
		{ "column", required_argument, NULL, 'c' },
		{ "direction", required_argument, NULL, OPT_DIRECTION },
		{ "half-window", required_argument, NULL, OPT_HALF_WINDOW },
		{ "holidays", required_argument, NULL, OPT_HOLIDAYS },
		{ "incidents", required_argument, NULL, OPT_INCIDENTS },
		{ "last-day", required_argument, NULL, OPT_LAST_DAY },
		{ "max-length", required_argument, NULL, OPT_MAX_LENGTH },
		{ "metrics", required_argument, NULL, OPT_METRICS },
		{ "min-money", required_argument, NULL, OPT_MIN_MONEY },
		{ "online", no_argument, NULL, OPT_ONLINE },
		{ "scale", required_argument, NULL, OPT_SCALE },
		{ "tiers", required_argument, NULL, OPT_TIERS },
		{ 0 },
	};
	static const char *const scales[] = { "log", "sqrt", "raw" };
	static const char *const last_days[] = { "auto", "keep", "drop" };
	static const char *const directions[] = { "down", "up" };
	struct options o = { .as_of = DATE_NONE };
	int c;

	while ((c = getopt_long(argc, argv, CLI_SHORT "b:c:", longopts,
		    NULL)) != -1) {
		if (cli_option(cli, c, optarg))
			continue;
		switch (c) {
		case OPT_AS_OF:
			if (date_parse(optarg, strlen(optarg), &o.as_of) == -1)
				opt_fail("--as-of: '%s' is not a date", optarg);
			break;
		case 'b':
			o.beta = opt_double("--beta", optarg, 0.1, 1e6);
			break;
		case 'c':
			free(o.columns);
			o.columns = opt_list("--column", optarg, ',',
			    &o.ncolumns);
			break;
		case OPT_DIRECTION:
			o.choice.direction = opt_choice("--direction", optarg,
						 directions, 2) == 1
			    ? 1
			    : -1;
			break;
		case OPT_HALF_WINDOW:
			o.half_window = opt_size("--half-window", optarg, 2,
			    366);
			break;
		case OPT_HOLIDAYS:
			o.holidays = optarg;
			break;
		case OPT_INCIDENTS:
			o.incidents = optarg;
			break;
		case OPT_LAST_DAY:
			o.last_day = (enum last_day)opt_choice("--last-day",
			    optarg, last_days, 3);
			break;
		case OPT_MAX_LENGTH:
			o.max_length = opt_size("--max-length", optarg, 1, 60);
			break;
		case OPT_METRICS:
			o.metrics = optarg;
			break;
		case OPT_MIN_MONEY:
			o.choice.min_money = opt_double("--min-money", optarg,
			    0, 1e300);
			break;
		case OPT_ONLINE:
			o.online = true;
			break;
		case OPT_SCALE:
			o.scale = (enum metric_scale)opt_choice("--scale",
			    optarg, scales, 3);
			break;
		case OPT_TIERS:
			o.tiers = optarg;
			break;
		}
	}
	check_options(cli, &o);
	return o;
}

/* ---- shops --------------------------------------------------------------- */

/* What is said of a day. */
struct verdict {
	double p; /* NaN where nothing can be said */
	int8_t flag, step;
	uint32_t metric; /* of the shop's, or NO_METRIC */
	size_t incident; /* 0: none */
};

#define NO_METRIC UINT32_MAX

struct shop {
	struct days *days;
	char **name; /* of its metrics, m of them */
	size_t m;
	struct verdict *verdict; /* by day */
	int32_t first;
	size_t n;
	size_t calendar; /* its part */
	/* --online */
	struct online *online;
	struct metric *id; /* what it was made for */
	size_t judged;     /* days */
	size_t quiet;      /* unmasked days since the last flag */
	size_t incident;   /* the last */
};

struct detector {
	struct cli *cli;
	const struct options *o;
	struct detect_input input;
	struct groups *groups;
	struct field *key; /* room for the group of a record */
	struct shop *shop; /* by group */
	size_t shops, capacity;
	struct calendar calendar;
	struct tiers tiers;
	size_t incidents;       /* told so far */
	struct recout *tale;    /* --incidents */
	struct recout *metrics; /* --metrics */
};

static void
release_names(struct shop *s)
{
	for (size_t i = 0; i < s->m; i++)
		free(s->name[i]);
	free(s->name);
	s->name = NULL;
	s->m = 0;
}

static void
release_shop(struct shop *s)
{
	days_free(s->days);
	release_names(s);
	free(s->verdict);
	online_free(s->online);
	free(s->id);
	*s = (struct shop){ 0 };
}

/* The number of the shop of the record at hand. */
static size_t
shop_at_hand(struct detector *d)
{
	size_t g;
	bool fresh;

	for (size_t i = 0; i < d->cli->ngroup; i++)
		d->key[i] = recin_field(d->input.in, d->input.group[i]);
	if ((g = groups_find(d->groups, d->key, &fresh)) == SIZE_MAX)
		cli_no_memory(d->cli);
	if (!fresh)
		return g;
	if (vec_grow(&d->shop, &d->capacity, g + 1, sizeof(*d->shop)) == -1)
		cli_no_memory(d->cli);
	d->shop[g] = (struct shop){
		.quiet = SIZE_MAX / 2,
		.calendar = calendar_part(&d->calendar, d->cli, d->key),
	};
	d->shops = g + 1;
	if ((d->shop[g].days = days_new()) == NULL)
		cli_no_memory(d->cli);
	detect_input_shop(&d->input, d->shop[g].days);
	return g;
}

/* Whether the day number t of the shop is one. */
static bool
is_holiday(const struct detector *d, const struct shop *s, size_t t)
{
	return calendar_has(&d->calendar, s->calendar, s->first + (int32_t)t);
}

/* The names of a set of metrics. */
static void
name_metrics(struct detector *d, struct shop *s, const struct metrics *set)
{
	release_names(s);
	if ((s->name = calloc(set->m + 1, sizeof(*s->name))) == NULL)
		cli_no_memory(d->cli);
	for (; s->m < set->m; s->m++)
		if ((s->name[s->m] = days_metric_name(s->days,
			 &set->id[s->m])) == NULL)
			cli_no_memory(d->cli);
}

static void
append_columns(struct cli *cli)
{
	cli_append(cli, "detect_p");
	cli_append(cli, "detect_anomaly");
	cli_append(cli, "detect_metric");
	cli_append(cli, "detect_step");
	cli_append(cli, "incident");
}

/* The date and groups of a cube's day, or the columns of a table. */
static void
begin_output(struct detector *d)
{
	struct cli *cli = d->cli;
	struct recout *out = cli_records(cli, d->input.in);

	if (!d->input.cube) {
		if (pass_columns(out, d->input.in) == -1)
			cli_no_memory(cli);
	} else {
		if (recout_column(out, "date") == -1)
			cli_no_memory(cli);
		for (size_t i = 0; i < cli->ngroup; i++)
			if (recout_column(out, cli->group[i]) == -1)
				cli_fail(cli,
				    "--group-by: the output has a column '%s' "
				    "of its own",
				    cli->group[i]);
	}
	append_columns(cli);
}

static void
write_verdict(const struct detector *d, const struct shop *s,
    const struct verdict *v)
{
	struct recout *out = d->cli->records;

	recout_number(out, v->p);
	if (v->flag == FLAG_MISSING)
		recout_missing(out);
	else
		recout_flag(out, v->flag == FLAG_YES);
	if (v->metric == NO_METRIC)
		recout_missing(out);
	else
		recout_text(out, s->name[v->metric]);
	if (v->step == FLAG_MISSING)
		recout_missing(out);
	else
		recout_flag(out, v->step == FLAG_YES);
	if (v->incident == 0)
		recout_missing(out);
	else
		recout_int(out, (int64_t)v->incident);
	recout_end(out);
}

static const struct verdict nothing = { NAN, FLAG_MISSING, FLAG_MISSING,
	NO_METRIC, 0 };

/* A row of a cube's day. */
static void
write_day(const struct detector *d, size_t g, int32_t day,
    const struct verdict *v)
{
	recout_date(d->cli->records, day);
	for (size_t i = 0; i < d->cli->ngroup; i++)
		recout_field(d->cli->records, groups_key(d->groups, g, i));
	write_verdict(d, &d->shop[g], v);
}

static double
p_of(double ln_p)
{
	return isnan(ln_p) ? NAN : fmax(exp(ln_p), 1e-300);
}

/* ---- in hindsight -------------------------------------------------------- */

/* The run of the engine over a shop's days. */
struct engine {
	struct metrics set;
	struct detect_result result;
	int8_t *masked;
};

static void
engine_release(struct engine *e)
{
	metrics_release(&e->set);
	detect_release(&e->result);
	free(e->masked);
	*e = (struct engine){ 0 };
}

static void
run_engine(struct detector *d, struct shop *s, size_t n, struct engine *e)
{
	const struct options *o = d->o;
	struct metric_input input;
	struct detect_params params;
	const char *wrong;

	*e = (struct engine){ .masked = calloc(n + 1, 1) };
	days_input(s->days, 0, n, &input);
	input.dense = true;
	if (e->masked == NULL || metrics_make(&e->set, &input, o->scale) == -1)
		cli_no_memory(d->cli);
	for (size_t t = 0; t < n; t++)
		e->masked[t] = is_holiday(d, s, t);
	detect_defaults(&params, &e->set, o->holidays != NULL);
	if (o->beta > 0)
		params.beta = o->beta;
	if (o->max_length > 0)
		params.max_length = o->max_length;
	if (params.half_window < params.max_length)
		params.half_window = params.max_length;
	if (o->half_window > 0)
		params.half_window = o->half_window;
	if ((wrong = detect_check(&params)) != NULL)
		cli_fail(d->cli, "%s", wrong);
	if (detect_run(&params, &e->set, e->masked, &e->result) == -1)
		cli_no_memory(d->cli);
}

/* ": shop=a" behind a warning about a shop of several. */
static const char *
of_shop(const struct detector *d, size_t g, char text[256])
{
	const size_t n = d->cli->ngroup > 0 ? 2 : 0;

	memcpy(text, ": ", n);
	text[n] = '\0';
	if (n > 0)
		groups_text(d->groups, g, d->cli->group, text + n, 256 - n);
	return text;
}

/* Leave out a last day that is not complete. */
static void
judge_last_day(struct detector *d, size_t g, struct engine *e)
{
	struct shop *s = &d->shop[g];
	char where[256], date[DATE_TEXT_MAX];

	if (s->n == 0 || d->o->last_day != LAST_AUTO ||
	    !detect_last_day_incomplete(&e->set, &e->result))
		return;
	date_format(s->first + (int32_t)s->n - 1, date);
	cli_warn(d->cli,
	    "the last day, %s, looks incomplete and is left out (--last-day "
	    "keep judges it)%s",
	    date, of_shop(d, g, where));
	engine_release(e);
	run_engine(d, s, --s->n, e);
}

static void
keep_verdicts(struct detector *d, size_t g, const struct engine *e)
{
	struct shop *s = &d->shop[g];
	bool any = false;
	char where[256];

	s->verdict = calloc(s->n + 1, sizeof(*s->verdict));
	if (s->verdict == NULL)
		cli_no_memory(d->cli);
	for (size_t t = 0; t < s->n; t++) {
		const struct detect_day *day = &e->result.day[t];
		struct verdict *v = &s->verdict[t];

		*v = nothing;
		if (day->flag == FLAG_MISSING)
			continue;
		any = true;
		v->p = p_of(day->ln_p);
		v->flag = (int8_t)day->flag;
		v->step = day->is_step ? FLAG_YES : FLAG_NO;
		if (day->metric != DETECT_NONE)
			v->metric = (uint32_t)day->metric;
	}
	if (!any)
		cli_warn(d->cli,
		    "too little history: %zu day%s, and no metric has %d usable "
		    "ones%s",
		    s->n, s->n == 1 ? "" : "s", DETECT_CYCLES * 7,
		    of_shop(d, g, where));
}

static void
tell_incidents(struct detector *d, size_t g, const struct engine *e)
{
	struct shop *s = &d->shop[g];
	struct incident_params params;
	struct incidents all;
	struct incident_place place = { d->key, s->days, &e->set, &e->result,
		s->first, TIER_NONE };
	size_t *number;

	incident_defaults(&params);
	if (incidents_find(&params, &e->set, &e->result, e->masked, &all) == -1)
		cli_no_memory(d->cli);
	if ((number = calloc(all.n + 1, sizeof(*number))) == NULL)
		cli_no_memory(d->cli);
	for (size_t i = 0; i < d->cli->ngroup; i++)
		d->key[i] = groups_key(d->groups, g, i);
	for (size_t i = 0; i < all.n; i++) {
		if (!incident_chosen(&d->o->choice, &all.incident[i]))
			continue;
		number[i] = ++d->incidents;
		place.tier = tiers_best(&d->tiers, d->key,
		    s->first + (int32_t)all.incident[i].start,
		    s->first + (int32_t)all.incident[i].end);
		if (d->tale != NULL)
			incident_write(d->cli, d->tale, number[i],
			    &all.incident[i], &place);
	}
	for (size_t t = 0; t < s->n; t++)
		if (all.of_day[t] != DETECT_NONE)
			s->verdict[t].incident = number[all.of_day[t]];
	free(number);
	incidents_release(&all);
}

static void
tell_metrics(struct detector *d, size_t g, const struct engine *e)
{
	const struct shop *s = &d->shop[g];
	const struct metrics_place place = { d->key, s->days, s->name,
		s->first };

	for (size_t i = 0; i < d->cli->ngroup; i++)
		d->key[i] = groups_key(d->groups, g, i);
	detect_metrics_write(d->cli, d->metrics, &e->set, &e->result, e->masked,
	    &place);
}

/* Judge a shop of whom all is known. */
static void
judge_shop(struct detector *d, size_t g)
{
	struct shop *s = &d->shop[g];
	struct engine e;

	s->n = days_count(s->days);
	s->first = s->n > 0 ? days_first(s->days) : 0;
	for (size_t t = 0; t < s->n && d->input.cube; t++)
		days_fill(s->days, t);
	if (s->n > 0 && d->o->last_day == LAST_DROP)
		s->n--;
	run_engine(d, s, s->n, &e);
	judge_last_day(d, g, &e);
	name_metrics(d, s, &e.set);
	keep_verdicts(d, g, &e);
	tell_incidents(d, g, &e);
	if (d->metrics != NULL)
		tell_metrics(d, g, &e);
	engine_release(&e);
}

/* Where a row of a table belongs. */
struct place {
	size_t shop;
	int32_t day;
};

static const struct verdict *
verdict_at(const struct shop *s, int32_t day)
{
	return day >= s->first && day - s->first < (int32_t)s->n
	    ? &s->verdict[day - s->first]
	    : &nothing;
}

static void
detect_in_table(struct detector *d)
{
	struct cli *cli = d->cli;
	struct table *rows = table_new();
	struct place *place = NULL;
	size_t n = 0, capacity = 0;

	recin_want_all(d->input.in);
	begin_output(d);
	if (rows == NULL)
		cli_no_memory(cli);
	while (cli_next(cli, d->input.in)) {
		struct place at;

		if (!detect_input_day(&d->input, &at.day))
			continue;
		at.shop = shop_at_hand(d);
		if ((d->o->as_of == DATE_NONE || at.day <= d->o->as_of) &&
		    !detect_input_take(&d->input, d->shop[at.shop].days,
			at.day))
			continue;
		if (table_add(rows, d->input.in) == -1 ||
		    vec_grow(&place, &capacity, n + 1, sizeof(*place)) == -1)
			cli_no_memory(cli);
		place[n++] = at;
	}
	for (size_t g = 0; g < d->shops; g++) {
		judge_shop(d, g);
		days_free(d->shop[g].days);
		d->shop[g].days = NULL;
	}
	for (size_t i = 0; i < n; i++) {
		const struct shop *s = &d->shop[place[i].shop];

		cli_pass_kept(cli, rows, i);
		write_verdict(d, s, verdict_at(s, place[i].day));
	}
	free(place);
	table_free(rows);
}

static void
detect_in_cube(struct detector *d)
{
	struct cli *cli = d->cli;

	begin_output(d);
	while (cli_next(cli, d->input.in)) {
		int32_t day;
		size_t g;

		if (!detect_input_day(&d->input, &day) ||
		    (d->o->as_of != DATE_NONE && day > d->o->as_of))
			continue;
		g = shop_at_hand(d);
		(void)detect_input_take(&d->input, d->shop[g].days, day);
	}
	for (size_t g = 0; g < d->shops; g++) {
		struct shop *s = &d->shop[g];

		judge_shop(d, g);
		for (size_t t = 0; t < days_count(s->days); t++) {
			const int32_t day = s->first + (int32_t)t;

			if (days_seen(s->days, t))
				write_day(d, g, day, verdict_at(s, day));
		}
		release_shop(s);
	}
}

/* ---- as it happens ------------------------------------------------------- */

/* Start the stream of a shop again for the metrics that there are now, and let
 * it see the days that it has judged. */
static void
start_online(struct detector *d, struct shop *s, const struct metrics *now)
{
	struct online_params params;
	struct online_result result;
	struct metric_input input;
	struct metrics set;
	double *y = calloc(2 * now->m + 1, sizeof(*y)), *events;

	online_defaults(&params);
	if (now->m == 1)
		params.beta = 5.5;
	if (d->o->beta > 0)
		params.beta = d->o->beta;
	if (d->o->max_length > 0)
		params.max_length = d->o->max_length;
	online_free(s->online);
	free(s->id);
	s->online = online_new(&params, now->id, now->m);
	s->id = calloc(now->m + 1, sizeof(*s->id));
	days_input(s->days, 0, s->judged, &input);
	if (y == NULL || s->online == NULL || s->id == NULL ||
	    metrics_make(&set, &input, METRIC_LOG) == -1)
		cli_no_memory(d->cli);
	events = y + now->m;
	memcpy(s->id, now->id, now->m * sizeof(*s->id));
	name_metrics(d, s, now);
	for (size_t t = 0; t < s->judged; t++) {
		metrics_day(&set, t, y, events);
		online_push(s->online, y, events, is_holiday(d, s, t), &result,
		    NULL);
	}
	metrics_release(&set);
	free(y);
}

static bool
same_metrics(const struct shop *s, const struct metrics *set)
{
	if (s->online == NULL || s->m != set->m)
		return false;
	for (size_t i = 0; i < set->m; i++)
		if (s->id[i].kind != set->id[i].kind ||
		    s->id[i].dimension != set->id[i].dimension ||
		    s->id[i].member != set->id[i].member)
			return false;
	return true;
}

/* Judge the next day of a shop, of which all is known now. */
static struct verdict
judge_next(struct detector *d, struct shop *s)
{
	/* As far back as the presence of a member looks (model/metric.h). */
	const size_t t = s->judged, start = t < 7 ? 0 : t - 7;
	const bool holiday = is_holiday(d, s, t);
	struct metric_input input;
	struct metrics set;
	struct online_result r;
	struct verdict v = nothing;
	double *y, *events;

	if (d->input.cube)
		days_fill(s->days, t);
	days_input(s->days, start, t - start + 1, &input);
	if (metrics_make(&set, &input, METRIC_LOG) == -1 ||
	    (y = calloc(2 * set.m + 1, sizeof(*y))) == NULL)
		cli_no_memory(d->cli);
	if (!same_metrics(s, &set))
		start_online(d, s, &set);
	events = y + set.m;
	metrics_day(&set, t - start, y, events);
	online_push(s->online, y, events, holiday, &r, NULL);
	metrics_release(&set);
	free(y);
	s->judged++;
	v.p = p_of(r.ln_p);
	v.flag = (int8_t)r.flag;
	if (r.metric != SIZE_MAX)
		v.metric = (uint32_t)r.metric;
	if (r.flag == FLAG_YES) {
		if (s->quiet > 1)
			s->incident = ++d->incidents;
		v.incident = s->incident;
		s->quiet = 0;
	} else if (!holiday) {
		s->quiet++;
	}
	return v;
}

/* Judge the days of a shop before `day`; those of a cube are written. */
static void
catch_up(struct detector *d, size_t g, int32_t day)
{
	struct shop *s = &d->shop[g];

	while (s->first + (int32_t)s->judged < day) {
		const size_t t = s->judged;
		const struct verdict v = judge_next(d, s);

		if (d->input.cube && days_seen(s->days, t))
			write_day(d, g, s->first + (int32_t)t, &v);
	}
}

/* Take the record at hand into its shop; false if it is left out. */
static bool
take_online(struct detector *d, size_t g, int32_t day)
{
	struct shop *s = &d->shop[g];
	const size_t n = days_count(s->days);
	const int32_t last = n > 0 ? days_first(s->days) + (int32_t)n - 1 : day;

	if (n > 0 && (day < last || (day == last && !d->input.cube)))
		return cli_ok(d->cli, d->input.in,
		    recin_reject(d->input.in, d->input.date,
			"does not come after the day before it"));
	if (!detect_input_take(&d->input, s->days, day))
		return false;
	if (days_count(s->days) > 0)
		s->first = days_first(s->days);
	return true;
}

static void
detect_online(struct detector *d)
{
	struct cli *cli = d->cli;

	if (!d->input.cube)
		recin_want_all(d->input.in);
	begin_output(d);
	while (cli_next(cli, d->input.in)) {
		int32_t day;
		size_t g;
		const bool cube = d->input.cube;
		struct verdict v = nothing;

		if (!detect_input_day(&d->input, &day))
			continue;
		g = shop_at_hand(d);
		if (d->o->as_of == DATE_NONE || day <= d->o->as_of) {
			if (!take_online(d, g, day))
				continue;
			catch_up(d, g, day);
			if (!cube)
				v = judge_next(d, &d->shop[g]);
		}
		if (!cube) {
			cli_pass(cli, d->input.in);
			write_verdict(d, &d->shop[g], &v);
		}
	}
	for (size_t g = 0; g < d->shops && d->input.cube; g++)
		catch_up(d, g,
		    d->shop[g].first + (int32_t)days_count(d->shop[g].days));
}

/* What is written beside the days. */
static void
open_files(struct detector *d)
{
	if (d->o->incidents != NULL) {
		d->tale = cli_file(d->cli, d->o->incidents, d->input.in);
		incident_columns(d->cli, d->tale);
	}
	if (d->o->metrics != NULL) {
		d->metrics = cli_file(d->cli, d->o->metrics, d->input.in);
		detect_metrics_columns(d->cli, d->metrics);
	}
}

int
main(int argc, char *argv[])
{
	struct cli cli;
	struct options o;
	struct detector d = { .cli = &cli, .o = &o };

	cli_init(&cli, usage);
	o = parse_options(&cli, argc, argv);
	cli_start(&cli);
	if (o.holidays != NULL)
		calendar_read(&d.calendar, &cli, o.holidays);
	if (o.tiers != NULL)
		tiers_read(&d.tiers, &cli, o.tiers);
	if ((d.groups = groups_new(cli.ngroup)) == NULL ||
	    (d.key = calloc(cli.ngroup + 1, sizeof(*d.key))) == NULL)
		cli_no_memory(&cli);
	detect_input_open(&d.input, &cli,
	    cli_input(&cli, argv + optind, (size_t)(argc - optind)), o.columns,
	    o.ncolumns);
	open_files(&d);
	if (o.online)
		detect_online(&d);
	else if (d.input.cube)
		detect_in_cube(&d);
	else
		detect_in_table(&d);
	for (size_t g = 0; g < d.shops; g++)
		release_shop(&d.shop[g]);
	free(d.shop);
	tiers_release(&d.tiers);
	calendar_release(&d.calendar);
	free(d.key);
	groups_free(d.groups);
	detect_input_release(&d.input);
	free(o.columns);
	return cli_finish(&cli);
}
