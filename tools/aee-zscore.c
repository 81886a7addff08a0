/* aee-zscore: how far a column lies from what it was around; aee-zscore(1). */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/opt.h"
#include "base/vec.h"
#include "model/baseline.h"
#include "model/scale.h"
#include "model/zscore.h"
#include "record/calendar.h"
#include "record/cli.h"
#include "record/group.h"
#include "record/pass.h"
#include "record/table.h"

static const char usage[] =
    "usage: aee-zscore [-c column] [-w window] [-z threshold]\n"
    "                  [-b baseline] [--holidays file]\n"
    "                  [-g column,...] [options] [file...]\n"
    "\n"
    "How many deviations each row lies from the rows before it, or each day from\n"
    "its baseline.\n"
    "\n"
    "  -c, --column COL       the column to score (revenue)\n"
    "  -b, --baseline WHICH   of days: trailing, weekday, or centred, which\n"
    "                         reads everything first (rows before the row)\n"
    "  -w, --window N         rows of the window (14); days of a trailing\n"
    "                         baseline (28), weeks (4), days to either side (14)\n"
    "  -z, --threshold Z      flag |z_score| above this (2.5; with -b 3)\n"
    "  -g, --group-by A,B     a series for each combination of these columns\n"
    "      --holidays FILE    days to learn nothing from, and not to score; with\n"
    "                         -b\n"
    "      --scale SCALE      raw, log or sqrt (raw; with -b log)\n"
    "      --include-current  the window ends with the row itself\n"
    "      --robust           median and MAD, not mean and deviation\n"
    "      --exit-code        end with status 3 if a row was flagged\n"
    "\n" CLI_USAGE;

enum {
	OPT_EXIT_CODE = CLI_OWN,
	OPT_HOLIDAYS,
	OPT_INCLUDE_CURRENT,
	OPT_ROBUST,
	OPT_SCALE
};

enum { WEEK = 7, SPREAD_WEEKS = 26 };

struct options {
	const char *column;
	bool dated; /* a baseline of days, and not of rows */
	enum scale scale;
	const char *holidays; /* NULL: none */
	struct zscore_params rows;
	struct baseline_params days;
	double threshold;
	bool exit_code;
};

static const size_t standard_window[] = {
	[BASELINE_TRAILING] = 28,
	[BASELINE_SEASONAL] = 4,
	[BASELINE_CENTRED] = 14,
};

/* Everything given, or its default; ends the program on what does not go
 * together.  A window or threshold of 0 was not given. */
static void
settle(struct options *o, int scale)
{
	const char *why;

	if (o->dated) {
		if (o->rows.include_current)
			opt_fail("--include-current: a baseline never has the "
				 "day itself");
		if (o->rows.window == 0)
			o->rows.window = standard_window[o->days.kind];
		o->days.window = o->rows.window;
		o->days.season = WEEK;
		o->days.mean = !o->rows.robust &&
		    o->days.kind != BASELINE_CENTRED;
		if ((why = baseline_check(&o->days)) != NULL)
			opt_fail("%s", why);
	} else if (o->holidays != NULL) {
		opt_fail("--holidays: only with --baseline");
	}
	if (o->rows.window == 0)
		o->rows.window = 14;
	if (o->threshold == 0)
		o->threshold = o->dated ? 3 : 2.5;
	o->rows.threshold = o->threshold;
	o->scale = o->dated ? SCALE_LOG : SCALE_RAW;
	if (scale != -1)
		o->scale = (enum scale)scale;
}

static struct options
parse_options(struct cli *cli, int argc, char *argv[])
{
	static const struct option longopts[] = {
		CLI_LONG,
		{ "baseline", required_argument, NULL, 'b' },
		{ "column", required_argument, NULL, 'c' },
		{ "exit-code", no_argument, NULL, OPT_EXIT_CODE },
		{ "holidays", required_argument, NULL, OPT_HOLIDAYS },
		{ "include-current", no_argument, NULL, OPT_INCLUDE_CURRENT },
		{ "robust", no_argument, NULL, OPT_ROBUST },
		{ "scale", required_argument, NULL, OPT_SCALE },
		{ "threshold", required_argument, NULL, 'z' },
		{ "window", required_argument, NULL, 'w' },
		{ 0 },
	};
	static const char *const baselines[] = { "trailing", "weekday",
		"centred" };
	static const char *const scales[] = { "raw", "log", "sqrt" };
	struct options o = { .column = "revenue" };
	const char *why;
	int c, scale = -1;

	while ((c = getopt_long(argc, argv, CLI_SHORT "b:c:w:z:", longopts,
		    NULL)) != -1) {
		if (cli_option(cli, c, optarg))
			continue;
		switch (c) {
		case 'b':
			o.dated = true;
			o.days.kind = (enum baseline_kind)
			    opt_choice("--baseline", optarg, baselines, 3);
			break;
		case 'c':
			o.column = optarg;
			break;
		case OPT_EXIT_CODE:
			o.exit_code = true;
			break;
		case OPT_HOLIDAYS:
			o.holidays = optarg;
			break;
		case OPT_INCLUDE_CURRENT:
			o.rows.include_current = true;
			break;
		case OPT_ROBUST:
			o.rows.robust = true;
			break;
		case OPT_SCALE:
			scale = (int)opt_choice("--scale", optarg, scales, 3);
			break;
		case 'w':
			o.rows.window = opt_size("--window", optarg, 2,
			    1000000);
			break;
		case 'z':
			o.threshold = opt_double("--threshold", optarg, 0,
			    INFINITY);
			if (o.threshold == 0)
				opt_fail("the threshold must be above 0");
			break;
		}
	}
	settle(&o, scale);
	if ((why = zscore_check(&o.rows)) != NULL)
		opt_fail("%s", why);
	return o;
}

/* ---- series -------------------------------------------------------------- */

/* One of the three ways to judge. */
struct series {
	struct zscore *z;
	struct baseline *baseline; /* trailing or weekday */
	struct {
		double *value; /* on the scale, from the first day on */
		int8_t *masked;
		size_t n, value_capacity, masked_capacity;
		struct baseline_result *result;
	} whole;             /* centred */
	int32_t first, last; /* days so far; dated only */
	bool begun;
	bool scored;     /* a row of it was */
	size_t calendar; /* its part */
};

struct scorer {
	struct cli *cli;
	const struct options *o;
	struct recin *in;
	int column, date; /* date: -1 if nothing asks for it */
	int *group;
	struct field *key; /* room for the group of a row */
	struct calendar calendar;
	struct groups *groups;
	struct series *series; /* for each group, as they come */
	size_t n, capacity;
	struct recout *out;
	bool found; /* a row is flagged */
};

static void
series_start(struct scorer *s, struct series *series)
{
	const struct options *o = s->o;

	*series = (struct series){ .calendar = calendar_part(&s->calendar,
				       s->cli, s->key) };
	if (!o->dated)
		series->z = zscore_new(&o->rows);
	else if (o->days.kind != BASELINE_CENTRED)
		series->baseline = baseline_new(&o->days);
	else
		return;
	if (series->z == NULL && series->baseline == NULL)
		cli_no_memory(s->cli);
}

/* Number of the series of the record at hand. */
static size_t
series_of(struct scorer *s)
{
	size_t g;
	bool fresh;

	for (size_t i = 0; i < s->cli->ngroup; i++)
		s->key[i] = recin_field(s->in, s->group[i]);
	if ((g = groups_find(s->groups, s->key, &fresh)) == SIZE_MAX)
		cli_no_memory(s->cli);
	if (fresh) {
		if (vec_grow(&s->series, &s->capacity, g + 1,
			sizeof(*s->series)) == -1)
			cli_no_memory(s->cli);
		series_start(s, &s->series[g]);
		s->n = g + 1;
	}
	return g;
}

static void
series_release(struct series *series)
{
	free(series->whole.value);
	free(series->whole.masked);
	free(series->whole.result);
	baseline_free(series->baseline);
	zscore_free(series->z);
}

/* Take the day of the record at hand into a series; false if the record is left
 * out. */
static bool
take_day(struct scorer *s, struct series *series, int32_t day, size_t *gap)
{
	*gap = 0;
	if (!series->begun) {
		series->first = day;
		series->begun = true;
	} else if (day <= series->last) {
		return cli_ok(s->cli, s->in,
		    recin_reject(s->in, s->date,
			"is not after the day before it"));
	} else {
		*gap = (size_t)(day - series->last) - 1;
	}
	series->last = day;
	return true;
}

/* ---- results ------------------------------------------------------------- */

static void
write_result(struct scorer *s, struct series *series,
    const struct zscore_result *r)
{
	struct recout *out = s->out;

	series->scored |= r->flag != FLAG_MISSING;
	s->found |= r->flag == FLAG_YES;
	recout_number(out, scale_revert(s->o->scale, r->center));
	recout_number(out, r->spread);
	recout_number(out, r->z);
	recout_number(out, r->p);
	if (r->flag == FLAG_MISSING)
		recout_missing(out);
	else
		recout_flag(out, r->flag == FLAG_YES);
	recout_end(out);
}

/* A day judged by its baseline, as a row by the rows before it: without a size
 * it is beyond the threshold. */
static struct zscore_result
judged(const struct baseline_result *b, double threshold)
{
	struct zscore_result r = { b->center, b->spread, b->z, b->p,
		FLAG_MISSING };

	if (!isnan(b->p))
		r.flag = isnan(b->z) || fabs(b->z) > threshold ? FLAG_YES
							       : FLAG_NO;
	return r;
}

/* ---- row by row ---------------------------------------------------------- */

/* Days without a row.  Of a long gap nothing is left in the end but the day of
 * the week. */
static void
push_gap(struct series *series, const struct options *o, size_t gap)
{
	const size_t weeks = o->days.window + SPREAD_WEEKS;
	struct baseline_result ignored;

	if (gap > WEEK * weeks)
		gap = WEEK * weeks + gap % WEEK;
	for (; gap > 0; gap--)
		baseline_push(series->baseline, NAN, false, &ignored);
}

/* False if the record at hand is left out. */
static bool
judge_record(struct scorer *s, struct series *series, double value,
    struct zscore_result *r)
{
	struct baseline_result b;
	int32_t day;
	size_t gap;

	if (!s->o->dated) {
		zscore_push(series->z, value, r);
		return true;
	}
	if (!cli_ok(s->cli, s->in, recin_date(s->in, s->date, &day)) ||
	    !take_day(s, series, day, &gap))
		return false;
	push_gap(series, s->o, gap);
	baseline_push(series->baseline, value,
	    calendar_has(&s->calendar, series->calendar, day), &b);
	*r = judged(&b, s->o->threshold);
	return true;
}

static void
score_stream(struct scorer *s)
{
	while (cli_next(s->cli, s->in)) {
		struct zscore_result r;
		double value;
		size_t g;

		if (!cli_ok(s->cli, s->in,
			recin_number(s->in, s->column, &value)))
			continue;
		g = series_of(s);
		if (!judge_record(s, &s->series[g],
			scale_apply(s->o->scale, value), &r))
			continue;
		cli_pass(s->cli, s->in);
		write_result(s, &s->series[g], &r);
	}
}

/* ---- everything first ---------------------------------------------------- */

/* Where a row that is kept has its result. */
struct place {
	size_t series, day;
};

struct kept {
	struct table *table;
	struct place *place;
	size_t n, capacity;
};

static void
keep_day(struct scorer *s, struct series *series, double value, bool masked)
{
	size_t n = series->whole.n;

	if (vec_grow(&series->whole.value, &series->whole.value_capacity, n + 1,
		sizeof(*series->whole.value)) == -1 ||
	    vec_grow(&series->whole.masked, &series->whole.masked_capacity,
		n + 1, sizeof(*series->whole.masked)) == -1)
		cli_no_memory(s->cli);
	series->whole.value[n] = value;
	series->whole.masked[n] = masked;
	series->whole.n = n + 1;
}

static void
keep_record(struct scorer *s, struct kept *kept)
{
	struct series *series;
	double value;
	int32_t day;
	size_t g, gap;

	if (!cli_ok(s->cli, s->in, recin_number(s->in, s->column, &value)) ||
	    !cli_ok(s->cli, s->in, recin_date(s->in, s->date, &day)))
		return;
	g = series_of(s);
	series = &s->series[g];
	if (!take_day(s, series, day, &gap))
		return;
	for (; gap > 0; gap--)
		keep_day(s, series, NAN, false);
	keep_day(s, series, scale_apply(s->o->scale, value),
	    calendar_has(&s->calendar, series->calendar, day));
	if (vec_grow(&kept->place, &kept->capacity, kept->n + 1,
		sizeof(*kept->place)) == -1 ||
	    table_add(kept->table, s->in) == -1)
		cli_no_memory(s->cli);
	kept->place[kept->n++] = (struct place){ g, series->whole.n - 1 };
}

static void
judge_whole(struct scorer *s, struct series *series)
{
	const size_t n = series->whole.n;

	series->whole.result = calloc(n + 1, sizeof(*series->whole.result));
	if (series->whole.result == NULL ||
	    baseline_centred(&s->o->days, series->whole.value,
		series->whole.masked, n, series->whole.result) == -1)
		cli_no_memory(s->cli);
}

static void
score_whole(struct scorer *s)
{
	struct kept kept = { .table = table_new() };

	if (kept.table == NULL)
		cli_no_memory(s->cli);
	while (cli_next(s->cli, s->in))
		keep_record(s, &kept);
	for (size_t g = 0; g < s->n; g++)
		judge_whole(s, &s->series[g]);
	for (size_t i = 0; i < kept.n; i++) {
		const struct place *at = &kept.place[i];
		struct series *series = &s->series[at->series];
		struct zscore_result r = judged(&series->whole.result[at->day],
		    s->o->threshold);

		cli_pass_kept(s->cli, kept.table, i);
		write_result(s, series, &r);
	}
	free(kept.place);
	table_free(kept.table);
}

/* ---- the program --------------------------------------------------------- */

static void
score_records(struct scorer *s)
{
	struct cli *cli = s->cli;
	const struct options *o = s->o;

	s->column = cli_need(cli, s->in, o->column);
	s->date = o->dated ? cli_need(cli, s->in, "date") : -1;
	s->group = cli_group_columns(cli, s->in);
	s->key = calloc(cli->ngroup + 1, sizeof(*s->key));
	s->groups = groups_new(cli->ngroup);
	s->out = cli_records(cli, s->in);
	if (s->key == NULL || s->groups == NULL ||
	    pass_columns(s->out, s->in) == -1)
		cli_no_memory(cli);
	cli_append(cli, "rolling_mean");
	cli_append(cli, "rolling_std");
	cli_append(cli, "z_score");
	cli_append(cli, "zscore_p");
	cli_append(cli, "zscore_anomaly");
	if (o->dated && o->days.kind == BASELINE_CENTRED)
		score_whole(s);
	else
		score_stream(s);
}

/* What it takes to score a row, into text. */
static void
describe_need(const struct options *o, char *text, size_t size)
{
	const size_t w = o->days.window;

	if (!o->dated)
		snprintf(text, size,
		    "a window is %zu rows, half of them with a value",
		    o->rows.window);
	else if (o->days.kind == BASELINE_TRAILING)
		snprintf(text, size,
		    "a day needs %zu of the %zu days before it",
		    w < 4 ? 2 : (w + 1) / 2, w);
	else if (o->days.kind == BASELINE_SEASONAL)
		snprintf(text, size, "a day needs %zu weeks before it",
		    (w + 1) / 2 + 2);
	else
		snprintf(text, size, "a series needs 28 days with a value");
}

static void
warn_of_unscored(const struct scorer *s)
{
	char need[80];
	size_t unscored = 0;

	for (size_t i = 0; i < s->n; i++)
		unscored += !s->series[i].scored;
	if (unscored == 0)
		return;
	describe_need(s->o, need, sizeof(need));
	if (s->cli->ngroup == 0)
		cli_warn(s->cli, "no row was scored: %s", need);
	else
		cli_warn(s->cli, "no row was scored in %zu of %zu groups: %s",
		    unscored, s->n, need);
}

int
main(int argc, char *argv[])
{
	struct cli cli;
	struct options o;
	struct scorer s = { .cli = &cli, .o = &o };
	int status;

	cli_init(&cli, usage);
	o = parse_options(&cli, argc, argv);
	cli_start(&cli);
	s.in = cli_input(&cli, argv + optind, (size_t)(argc - optind));
	if (o.holidays != NULL)
		calendar_read(&s.calendar, &cli, o.holidays);
	score_records(&s);
	warn_of_unscored(&s);
	for (size_t i = 0; i < s.n; i++)
		series_release(&s.series[i]);
	free(s.series);
	calendar_release(&s.calendar);
	free(s.key);
	free(s.group);
	groups_free(s.groups);
	status = cli_finish(&cli);
	return status == 0 && o.exit_code && s.found ? 3 : status;
}
