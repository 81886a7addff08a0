/* aee-score: flags or incidents against the events that were; aee-score(1). */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/number.h"
#include "base/opt.h"
#include "base/range.h"
#include "base/vec.h"
#include "model/score.h"
#include "record/cli.h"
#include "record/group.h"
#include "record/json.h"

static const char usage[] =
    "usage: aee-score -e events [-c column,...] [-g column,...]\n"
    "                 [-F text|csv|json] [options] [flags...]\n"
    "\n"
    "How good flags are: recall, precision, F1, false alarms, delay.\n"
    "\n"
    "  -e, --events FILE      start_date, end_date, and perhaps kind: the truth\n"
    "  -c, --column A,B       the flags, 0 or 1, each scored (all *_anomaly)\n"
    "  -g, --group-by A,B     a series for each combination of these columns\n"
    "  -F, --format F         text (default), csv, json\n"
    "      --range A..B       only these days; incidents need it\n"
    "      --ignore-after K=N the N days after an event of kind K do not count\n"
    "      --fail-under M=X,..  status 3 if measure M is below X, as f1=0.9\n"
    "      --fail-over M=X,..   status 3 if it is above\n"
    "      --bootstrap N      draws of the intervals (1000; 0: none)\n"
    "      --seed N           of the draws (1)\n"
    "\n" CLI_USAGE;

#define SUFFIX "_anomaly"

enum {
	OPT_BOOTSTRAP = CLI_OWN,
	OPT_FAIL_OVER,
	OPT_FAIL_UNDER,
	OPT_IGNORE,
	OPT_RANGE,
	OPT_SEED,
};

enum { DETECTORS_MAX = 64, LIMITS_MAX = 64, DAYS_MOST = 36525 };

#define DAY_NONE INT32_MAX

/* A day's labels. */
enum { LABEL_NORMAL, LABEL_EVENT, LABEL_IGNORED };

enum paper { PAPER_TEXT, PAPER_CSV, PAPER_JSON };

/* Behind the measures of the model. */
enum { MEDIAN_DELAY = SCORE_MEASURES, MEASURES };

struct limit {
	int measure;
	double value;
	bool least; /* not most */
};

struct ignored {
	const char *kind;
	size_t days;
};

struct options {
	const char *events;
	char **columns; /* -c; NULL: all that end in _anomaly */
	size_t ncolumns;
	enum paper paper;
	bool has_range;
	struct range range;
	struct ignored ignored[LIMITS_MAX];
	size_t nignored;
	struct limit limit[LIMITS_MAX];
	size_t nlimits;
	size_t draws;
	uint64_t seed;
	char **parts[LIMITS_MAX]; /* what the texts above are of */
	size_t nparts;
};

static const char *
measure_name(int measure)
{
	return measure == MEDIAN_DELAY
	    ? "median_delay"
	    : score_measure_name((enum score_measure)measure);
}

/* The parts of a list of NAME=VALUE; each is split in place. */
static char **
take_parts(struct options *o, const char *option, const char *text, size_t *n)
{
	char **part = opt_list(option, text, ',', n);

	if (o->nparts == LIMITS_MAX)
		opt_fail("%s: too many", option);
	o->parts[o->nparts++] = part;
	return part;
}

static char *
split(const char *option, char *part)
{
	char *equals = strchr(part, '=');

	if (equals == NULL || equals == part || equals[1] == '\0')
		opt_fail("%s: '%s' is not NAME=VALUE", option, part);
	*equals = '\0';
	return equals + 1;
}

static void
take_limits(struct options *o, const char *option, const char *text, bool least)
{
	size_t n;
	char **part = take_parts(o, option, text, &n);

	for (size_t i = 0; i < n; i++) {
		const char *value = split(option, part[i]);
		struct limit l = { .least = least };

		while (l.measure < MEASURES &&
		    strcmp(measure_name(l.measure), part[i]) != 0)
			l.measure++;
		if (l.measure == MEASURES)
			opt_fail("%s: '%s' is no measure (event_recall, "
				 "precision, recall, f1, "
				 "false_alarms_per_year, "
				 "false_days_per_year, lift, median_delay)",
			    option, part[i]);
		l.value = opt_double(option, value, -1e300, 1e300);
		if (o->nlimits == LIMITS_MAX)
			opt_fail("%s: too many", option);
		o->limit[o->nlimits++] = l;
	}
}

static void
take_ignored(struct options *o, const char *text)
{
	size_t n;
	char **part = take_parts(o, "--ignore-after", text, &n);

	for (size_t i = 0; i < n; i++) {
		const char *value = split("--ignore-after", part[i]);

		if (o->nignored == LIMITS_MAX)
			opt_fail("--ignore-after: too many");
		o->ignored[o->nignored++] = (struct ignored){ part[i],
			opt_size("--ignore-after", value, 0, 3660) };
	}
}

static struct options
parse_options(struct cli *cli, int argc, char *argv[])
{
	static const struct option longopts[] = {
		CLI_LONG,
		{ "bootstrap", required_argument, NULL, OPT_BOOTSTRAP },
		{ "column", required_argument, NULL, 'c' },
		{ "events", required_argument, NULL, 'e' },
		{ "fail-over", required_argument, NULL, OPT_FAIL_OVER },
		{ "fail-under", required_argument, NULL, OPT_FAIL_UNDER },
		{ "format", required_argument, NULL, 'F' },
		{ "ignore-after", required_argument, NULL, OPT_IGNORE },
		{ "range", required_argument, NULL, OPT_RANGE },
		{ "seed", required_argument, NULL, OPT_SEED },
		{ 0 },
	};
	static const char *const papers[] = { "text", "csv", "json" };
	struct options o = { .draws = 1000, .seed = 1 };
	size_t standard;
	int c;

	while ((c = getopt_long(argc, argv, CLI_SHORT "c:e:F:", longopts,
		    NULL)) != -1) {
		if (cli_option(cli, c, optarg))
			continue;
		switch (c) {
		case OPT_BOOTSTRAP:
			o.draws = opt_size("--bootstrap", optarg, 0, 1000000);
			break;
		case 'c':
			free(o.columns);
			o.columns = opt_list("--column", optarg, ',',
			    &o.ncolumns);
			break;
		case 'e':
			o.events = optarg;
			break;
		case OPT_FAIL_OVER:
			take_limits(&o, "--fail-over", optarg, false);
			break;
		case OPT_FAIL_UNDER:
			take_limits(&o, "--fail-under", optarg, true);
			break;
		case 'F':
			o.paper = (enum paper)opt_choice("--format", optarg,
			    papers, 3);
			break;
		case OPT_IGNORE:
			take_ignored(&o, optarg);
			break;
		case OPT_RANGE:
			if (range_parse(optarg, &o.range) == -1)
				opt_fail("--range: '%s' is not DATE..DATE",
				    optarg);
			if (range_days(&o.range) > DAYS_MOST)
				opt_fail("--range: more than 100 years");
			o.has_range = true;
			break;
		case OPT_SEED:
			o.seed = opt_size("--seed", optarg, 0, SIZE_MAX);
			break;
		}
	}
	if (o.events == NULL)
		opt_fail("--events: the truth is needed (-e FILE)");
	if (o.ncolumns > DETECTORS_MAX)
		opt_fail("--column: more than %d", DETECTORS_MAX);
	standard = optind == argc || strcmp(argv[optind], "-") == 0;
	if (standard > 0 && strcmp(o.events, "-") == 0)
		opt_fail("standard input can be only one of the flags and the "
			 "events");
	return o;
}

/* ---- series -------------------------------------------------------------- */

struct event {
	size_t series;
	int32_t start, end;
	size_t kind;
};

/* What is known of a series: its days from the first to the last. */
struct series {
	struct range days;
	int32_t silent; /* the first day without a flag, 0 or 1, or DAY_NONE */
	bool any;
	int8_t *label;
	int32_t *event; /* number of the event + 1 */
	int8_t *flag;   /* detector d on day t at d * n + t */
};

struct scorer {
	struct cli *cli;
	const struct options *o;
	struct groups *groups, *kinds;
	struct field *key;
	struct event *event;
	size_t events, event_capacity;
	struct series *series;
	size_t nseries, series_capacity;
	char **name; /* of the detectors */
	size_t detectors;
	/* The rows of flags: of each its series and day, and its flags. */
	struct {
		size_t series;
		int32_t day;
	} * row;
	size_t rows, row_capacity;
	int8_t *flag; /* rows x detectors */
	size_t flag_capacity;
	bool failed; /* a limit */
};

static size_t
series_at_hand(struct scorer *s, struct recin *in, const int *group)
{
	size_t g;
	bool fresh;

	for (size_t i = 0; i < s->cli->ngroup; i++)
		s->key[i] = recin_field(in, group[i]);
	if ((g = groups_find(s->groups, s->key, &fresh)) == SIZE_MAX)
		cli_no_memory(s->cli);
	if (!fresh)
		return g;
	if (vec_grow(&s->series, &s->series_capacity, g + 1,
		sizeof(*s->series)) == -1)
		cli_no_memory(s->cli);
	s->series[g] = (struct series){ .silent = DAY_NONE };
	s->nseries = g + 1;
	return g;
}

static void
read_events(struct scorer *s, const char *path)
{
	struct cli *cli = s->cli;
	struct recin *in = cli_table(cli, path);
	const int start = cli_need(cli, in, "start_date"),
		  end = cli_need(cli, in, "end_date"),
		  kind = recin_find(in, "kind");
	int *group = cli_group_columns(cli, in);

	while (cli_next(cli, in)) {
		struct field name = {
			.p = "event", .n = 5, .kind = FIELD_TEXT
		};
		struct event e;

		if (!cli_ok(cli, in, recin_date(in, start, &e.start)) ||
		    !cli_ok(cli, in, recin_date(in, end, &e.end)))
			continue;
		if (e.end < e.start) {
			cli_ok(cli, in,
			    recin_reject(in, end, "is before the start"));
			continue;
		}
		if (kind != -1)
			name = recin_field(in, kind);
		e.series = series_at_hand(s, in, group);
		e.kind = groups_find(s->kinds, &name, NULL);
		if (e.kind == SIZE_MAX ||
		    vec_grow(&s->event, &s->event_capacity, s->events + 1,
			sizeof(*s->event)) == -1)
			cli_no_memory(cli);
		s->event[s->events++] = e;
	}
	free(group);
}

/* Let the days of a series reach this one. */
static bool
reach(struct scorer *s, size_t series, int32_t day)
{
	struct series *x = &s->series[series];
	struct range r = x->any ? x->days : (struct range){ day, day };

	if (day < r.from)
		r.from = day;
	if (day > r.to)
		r.to = day;
	if (r.to - r.from >= DAYS_MOST)
		return false;
	x->days = r;
	x->any = true;
	return true;
}

/* ---- flags --------------------------------------------------------------- */

static int
flag_of(struct field f)
{
	double v;

	if (field_missing(f))
		return -1;
	if (number_parse(f.p, f.n, &v) == -1 || (v != 0 && v != 1))
		return -2;
	return v == 1;
}

static void
add_detector(struct scorer *s, const char *name, int *column, int at)
{
	size_t n = strlen(name), suffix = strlen(SUFFIX);

	if (s->detectors == DETECTORS_MAX)
		cli_fail(s->cli, "more than %d detectors", DETECTORS_MAX);
	if (n > suffix && strcmp(name + n - suffix, SUFFIX) == 0)
		n -= suffix;
	if ((s->name[s->detectors] = strndup(name, n)) == NULL)
		cli_no_memory(s->cli);
	column[s->detectors++] = at;
}

/* The columns of the flags, an array of s->detectors. */
static int *
find_detectors(struct scorer *s, struct recin *in)
{
	const size_t suffix = strlen(SUFFIX);
	int *column = calloc(DETECTORS_MAX, sizeof(*column));

	if (column == NULL)
		cli_no_memory(s->cli);
	for (size_t i = 0; i < s->o->ncolumns; i++)
		add_detector(s, s->o->columns[i], column,
		    cli_need(s->cli, in, s->o->columns[i]));
	for (size_t i = 0; s->o->columns == NULL && i < recin_columns(in);
	     i++) {
		const char *name = recin_name(in, i);
		const size_t n = strlen(name);

		if (n > suffix && strcmp(name + n - suffix, SUFFIX) == 0)
			add_detector(s, name, column, recin_find(in, name));
	}
	if (s->detectors == 0)
		cli_fail(s->cli,
		    "%s: no column ends in " SUFFIX " (-c names others)",
		    recin_file(in));
	return column;
}

/* Room for the flags of a row; NULL if its day does not count. */
static int8_t *
new_row(struct scorer *s, struct recin *in, int date, size_t series,
    int32_t day)
{
	int8_t *flag;

	if (s->o->has_range && !range_has(&s->o->range, day))
		return NULL;
	if (!reach(s, series, day)) {
		cli_ok(s->cli, in,
		    recin_reject(in, date,
			"is more than 100 years from another"));
		return NULL;
	}
	if (vec_grow(&s->row, &s->row_capacity, s->rows + 1, sizeof(*s->row)) ==
		-1 ||
	    vec_grow(&s->flag, &s->flag_capacity, (s->rows + 1) * s->detectors,
		1) == -1)
		cli_no_memory(s->cli);
	s->row[s->rows].series = series;
	s->row[s->rows].day = day;
	flag = &s->flag[s->rows++ * s->detectors];
	memset(flag, -1, s->detectors);
	return flag;
}

/* A day of which nobody says anything: one of theirs if it is not behind the
 * last of which somebody does, as those of a forecast. */
static void
keep_silent(struct scorer *s, size_t series, int32_t day)
{
	if (day < s->series[series].silent)
		s->series[series].silent = day;
}

static void
read_flags(struct scorer *s, struct recin *in)
{
	struct cli *cli = s->cli;
	const int date = cli_need(cli, in, "date");
	int *group = cli_group_columns(cli, in);
	int *column = find_detectors(s, in);

	while (cli_next(cli, in)) {
		int8_t flags[DETECTORS_MAX];
		bool bad = false, any = false;
		size_t series;
		int8_t *to;
		int32_t day;

		if (!cli_ok(cli, in, recin_date(in, date, &day)))
			continue;
		for (size_t i = 0; i < s->detectors && !bad; i++) {
			const int f = flag_of(recin_field(in, column[i]));

			bad = f == -2;
			any |= f >= 0;
			flags[i] = (int8_t)f;
			if (bad)
				cli_ok(cli, in,
				    recin_reject(in, column[i],
					"is not 0 or 1"));
		}
		if (bad)
			continue;
		series = series_at_hand(s, in, group);
		if (!any) {
			keep_silent(s, series, day);
			continue;
		}
		to = new_row(s, in, date, series, day);
		if (to != NULL)
			memcpy(to, flags, s->detectors);
	}
	free(group);
	free(column);
}

/* Incidents: each of their days is flagged. */
static void
read_incidents(struct scorer *s, struct recin *in)
{
	struct cli *cli = s->cli;
	const int start = cli_need(cli, in, "start_date"),
		  end = cli_need(cli, in, "end_date");
	int *group = cli_group_columns(cli, in);

	if (!s->o->has_range)
		cli_fail(cli,
		    "%s: incidents do not say which days were looked at: "
		    "--range does",
		    recin_file(in));
	if ((s->name[0] = strdup("incidents")) == NULL)
		cli_no_memory(cli);
	s->detectors = 1;
	while (cli_next(cli, in)) {
		int32_t from, to;
		size_t series;

		if (!cli_ok(cli, in, recin_date(in, start, &from)) ||
		    !cli_ok(cli, in, recin_date(in, end, &to)))
			continue;
		if (to < from) {
			cli_ok(cli, in,
			    recin_reject(in, end, "is before the start"));
			continue;
		}
		series = series_at_hand(s, in, group);
		if (from < s->o->range.from)
			from = s->o->range.from;
		if (to > s->o->range.to)
			to = s->o->range.to;
		for (int32_t day = from; day <= to; day++) {
			int8_t *flag = new_row(s, in, start, series, day);

			if (flag != NULL)
				*flag = 1;
		}
	}
	free(group);
}

/* ---- labels -------------------------------------------------------------- */

static void
make_room(struct scorer *s)
{
	if (s->nseries == 0 && s->cli->ngroup == 0) {
		/* There is this series, even without a row. */
		if (vec_grow(&s->series, &s->series_capacity, 1,
			sizeof(*s->series)) == -1)
			cli_no_memory(s->cli);
		s->series[0] = (struct series){ .silent = DAY_NONE };
		s->nseries = 1;
	}
	for (size_t g = 0; g < s->nseries; g++) {
		struct series *x = &s->series[g];
		size_t n;

		if (s->o->has_range) {
			x->days = s->o->range;
			x->any = true;
		} else if (x->any && x->silent < x->days.from &&
		    x->days.to - DAYS_MOST < x->silent) {
			x->days.from = x->silent;
		}
		n = x->any ? range_days(&x->days) : 0;
		x->label = calloc(n + 1, sizeof(*x->label));
		x->event = calloc(n + 1, sizeof(*x->event));
		x->flag = calloc(n * s->detectors + 1, sizeof(*x->flag));
		if (x->label == NULL || x->event == NULL || x->flag == NULL)
			cli_no_memory(s->cli);
	}
	for (size_t i = 0; i < s->rows; i++) {
		struct series *x = &s->series[s->row[i].series];
		const size_t n = range_days(&x->days),
			     t = (size_t)(s->row[i].day - x->days.from);

		for (size_t d = 0; d < s->detectors; d++)
			if (s->flag[i * s->detectors + d] == 1)
				x->flag[d * n + t] = 1;
	}
}

/* Days that are not counted after events of this kind. */
static size_t
ignored_after(const struct scorer *s, size_t kind)
{
	const struct field f = groups_key(s->kinds, kind, 0);

	for (size_t i = 0; i < s->o->nignored; i++)
		if (strlen(s->o->ignored[i].kind) == f.n &&
		    memcmp(s->o->ignored[i].kind, f.p, f.n) == 0)
			return s->o->ignored[i].days;
	return 0;
}

/* Label the days of an event that no other has; how many. */
static size_t
label_event(struct scorer *s, size_t i)
{
	const struct event *e = &s->event[i];
	struct series *x = &s->series[e->series];
	size_t days = 0;

	for (int32_t day = e->start; x->any && day <= e->end; day++) {
		const size_t t = (size_t)(day - x->days.from);

		if (!range_has(&x->days, day) || x->label[t] == LABEL_EVENT)
			continue;
		x->label[t] = LABEL_EVENT;
		x->event[t] = (int32_t)i + 1;
		days++;
	}
	return days;
}

static void
ignore_days(struct scorer *s, const struct event *e)
{
	struct series *x = &s->series[e->series];
	const int32_t last = e->end + (int32_t)ignored_after(s, e->kind);

	for (int32_t day = e->end + 1; x->any && day <= last; day++)
		if (range_has(&x->days, day) &&
		    x->label[day - x->days.from] == LABEL_NORMAL)
			x->label[day - x->days.from] = LABEL_IGNORED;
}

/* Say which kinds of --ignore-after no event is of: most likely misspelt. */
static void
check_ignored(struct scorer *s)
{
	for (size_t i = 0; i < s->o->nignored; i++) {
		const char *kind = s->o->ignored[i].kind;
		const struct field name = {
			.p = kind, .n = strlen(kind), .kind = FIELD_TEXT
		};

		if (groups_look(s->kinds, &name) == SIZE_MAX)
			cli_warn(s->cli,
			    "--ignore-after: no event is of kind '%s'", kind);
	}
}

static void
label_days(struct scorer *s)
{
	size_t outside = 0;

	check_ignored(s);
	for (size_t i = 0; i < s->events; i++)
		outside += label_event(s, i) == 0;
	for (size_t i = 0; i < s->events; i++)
		ignore_days(s, &s->event[i]);
	if (outside > 0)
		cli_warn(s->cli,
		    "%zu event%s left out: no day of %s own among those of the "
		    "flags",
		    outside, outside == 1 ? " is" : "s are",
		    outside == 1 ? "its" : "their");
}

/* ---- scores -------------------------------------------------------------- */

struct score {
	struct score_counts sum;
	struct score_events events;
	double value[MEASURES], low[MEASURES], high[MEASURES];
	bool intervals;
};

static void
score_detector(struct scorer *s, size_t d, struct score *score)
{
	struct score_counts *counts = calloc(s->nseries + 1, sizeof(*counts));
	size_t n = 0;

	*score = (struct score){ .intervals = false };
	if (counts == NULL)
		cli_no_memory(s->cli);
	for (size_t g = 0; g < s->nseries; g++) {
		const struct series *x = &s->series[g];
		const size_t days = x->any ? range_days(&x->days) : 0;
		const struct score_series one = { days, x->label, x->event,
			x->flag + d * days };

		if (!x->any)
			continue;
		if (score_count(&one, g, &counts[n], &score->events) == -1)
			cli_no_memory(s->cli);
		score_add(&score->sum, &counts[n++]);
	}
	score_measures(&score->sum, score->value);
	score->low[MEDIAN_DELAY] = score->high[MEDIAN_DELAY] = NAN;
	score->intervals = n > 1 && s->o->draws > 0;
	if (score_median_delay(&score->events, &score->value[MEDIAN_DELAY]) ==
		-1 ||
	    (score->intervals &&
		score_bootstrap(counts, n, s->o->draws, s->o->seed, score->low,
		    score->high) == -1))
		cli_no_memory(s->cli);
	free(counts);
}

/* What is said of the events of a kind. */
struct of_kind {
	size_t events, found, days, flagged;
	double delay;
};

static struct of_kind
score_kind(struct scorer *s, const struct score *score, size_t kind)
{
	struct score_events some = { 0 };
	struct of_kind k = { .delay = NAN };

	for (size_t i = 0; i < score->events.n; i++) {
		const struct score_event *e = &score->events.event[i];

		if (s->event[e->event - 1].kind != kind)
			continue;
		if (vec_grow(&some.event, &some.cap, some.n + 1,
			sizeof(*some.event)) == -1)
			cli_no_memory(s->cli);
		some.event[some.n++] = *e;
		k.events++;
		k.found += e->flagged > 0;
		k.days += e->days;
		k.flagged += e->flagged;
	}
	if (score_median_delay(&some, &k.delay) == -1)
		cli_no_memory(s->cli);
	free(some.event);
	return k;
}

static double
share(size_t part, size_t whole)
{
	return whole > 0 ? (double)part / (double)whole : NAN;
}

static double
years(const struct score_counts *c)
{
	return (double)c->days / 365.25;
}

/* Say which limits a detector does not keep. */
static void
check_limits(struct scorer *s, size_t d, const struct score *score)
{
	for (size_t i = 0; i < s->o->nlimits; i++) {
		const struct limit *l = &s->o->limit[i];
		const double v = score->value[l->measure];
		char value[NUMBER_TEXT_MAX] = "not known",
		     limit[NUMBER_TEXT_MAX];

		if (l->least ? v >= l->value : v <= l->value)
			continue;
		s->failed = true;
		if (isfinite(v))
			number_format(value, v, 6);
		number_format(limit, l->value, 6);
		cli_warn(s->cli, "%s: %s is %s, %s %s", s->name[d],
		    measure_name(l->measure), value,
		    l->least ? "under" : "over", limit);
	}
}

/* ---- output -------------------------------------------------------------- */

/* A number of three digits behind the point, or "-". */
static const char *
short_text(double v, char text[NUMBER_TEXT_MAX])
{
	if (isfinite(v))
		snprintf(text, NUMBER_TEXT_MAX, "%.3f", v);
	else
		strcpy(text, "-");
	return text;
}

static void
print_text(struct scorer *s, size_t d, const struct score *score)
{
	const struct score_counts *c = &score->sum;
	char a[NUMBER_TEXT_MAX], b[NUMBER_TEXT_MAX];

	cli_print(s->cli,
	    "%s%s: %.2f years, %lld events of %lld days; flagged: %lld of "
	    "these, %lld others, %lld false alarms\n",
	    d > 0 ? "\n" : "", s->name[d], years(c), (long long)c->events,
	    (long long)c->event_days, (long long)c->true_days,
	    (long long)c->false_days, (long long)c->false_alarms);
	for (int m = 0; m < MEASURES; m++) {
		cli_print(s->cli, "  %-22s %8s", measure_name(m),
		    short_text(score->value[m], a));
		if (score->intervals && isfinite(score->low[m]))
			cli_print(s->cli, "  [%s, %s]",
			    short_text(score->low[m], a),
			    short_text(score->high[m], b));
		cli_print(s->cli, "\n");
	}
	if (score->events.n == 0)
		return;
	cli_print(s->cli, "  %-22s %8s %12s %8s %12s\n", "kind", "events",
	    "event_recall", "recall", "median_delay");
	for (size_t i = 0; i < groups_count(s->kinds); i++) {
		const struct field name = groups_key(s->kinds, i, 0);
		const struct of_kind k = score_kind(s, score, i);
		char delay[NUMBER_TEXT_MAX];

		if (k.events > 0)
			cli_print(s->cli, "  %-22.*s %8zu %12s %8s %12s\n",
			    (int)name.n, name.p, k.events,
			    short_text(share(k.found, k.events), a),
			    short_text(share(k.flagged, k.days), b),
			    short_text(k.delay, delay));
	}
}

static void
record(const struct scorer *s, size_t d, struct field kind, const char *measure,
    double value)
{
	struct recout *out = s->cli->records;

	recout_text(out, s->name[d]);
	recout_field(out, kind);
	recout_text(out, measure);
	recout_number(out, value);
}

static void
print_records(struct scorer *s, size_t d, const struct score *score)
{
	static const struct field all = {
		.p = "all", .n = 3, .kind = FIELD_TEXT
	};
	struct recout *out = s->cli->records;
	const struct score_counts *c = &score->sum;
	const struct {
		const char *name;
		double value;
	} counts[] = { { "days", (double)c->days },
		{ "events", (double)c->events },
		{ "events_found", (double)c->found },
		{ "event_days", (double)c->event_days },
		{ "true_days", (double)c->true_days },
		{ "false_days", (double)c->false_days },
		{ "false_alarms", (double)c->false_alarms } };

	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++) {
		record(s, d, all, counts[i].name, counts[i].value);
		recout_missing(out);
		recout_missing(out);
		recout_end(out);
	}
	for (int m = 0; m < MEASURES; m++) {
		record(s, d, all, measure_name(m), score->value[m]);
		recout_number(out, score->intervals ? score->low[m] : NAN);
		recout_number(out, score->intervals ? score->high[m] : NAN);
		recout_end(out);
	}
	for (size_t i = 0; i < groups_count(s->kinds); i++) {
		const struct of_kind k = score_kind(s, score, i);
		const struct {
			const char *name;
			double value;
		} of[] = { { "events", (double)k.events },
			{ "event_recall", share(k.found, k.events) },
			{ "recall", share(k.flagged, k.days) },
			{ "median_delay", k.delay } };

		for (size_t j = 0; k.events > 0 && j < sizeof(of) / sizeof(*of);
		     j++) {
			record(s, d, groups_key(s->kinds, i, 0), of[j].name,
			    of[j].value);
			recout_missing(out);
			recout_missing(out);
			recout_end(out);
		}
	}
}

static void
print_json(struct scorer *s, struct json *j, size_t d,
    const struct score *score)
{
	const struct score_counts *c = &score->sum;
	const struct {
		const char *name;
		int64_t n;
	} counts[] = { { "days", c->days }, { "events", c->events },
		{ "events_found", c->found }, { "event_days", c->event_days },
		{ "true_days", c->true_days }, { "false_days", c->false_days },
		{ "false_alarms", c->false_alarms } };

	json_key(j, s->name[d]);
	json_object(j);
	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++) {
		json_key(j, counts[i].name);
		json_int(j, counts[i].n);
	}
	for (int m = 0; m < MEASURES; m++) {
		char key[64];

		json_key(j, measure_name(m));
		json_number(j, score->value[m]);
		if (!score->intervals || m == MEDIAN_DELAY)
			continue;
		snprintf(key, sizeof(key), "%s_95", measure_name(m));
		json_key(j, key);
		json_array(j);
		json_number(j, score->low[m]);
		json_number(j, score->high[m]);
		json_end(j);
	}
	json_key(j, "kinds");
	json_object(j);
	for (size_t i = 0; i < groups_count(s->kinds); i++) {
		const struct field name = groups_key(s->kinds, i, 0);
		const struct of_kind k = score_kind(s, score, i);

		if (k.events == 0)
			continue;
		json_key_span(j, name.p, name.n);
		json_object(j);
		json_key(j, "events");
		json_int(j, (int64_t)k.events);
		json_key(j, "event_recall");
		json_number(j, share(k.found, k.events));
		json_key(j, "recall");
		json_number(j, share(k.flagged, k.days));
		json_key(j, "median_delay");
		json_number(j, k.delay);
		json_end(j);
	}
	json_end(j);
	json_end(j);
}

static void
print_scores(struct scorer *s)
{
	static const char *const columns[] = { "detector", "kind", "measure",
		"value", "low", "high" };
	struct json j;

	if (s->o->paper == PAPER_CSV) {
		struct recout *out = cli_records(s->cli, NULL);

		for (size_t i = 0; i < 6; i++)
			if (recout_column(out, columns[i]) == -1)
				cli_no_memory(s->cli);
	}
	json_init(&j, s->cli->output, s->cli->precision);
	if (s->o->paper == PAPER_JSON)
		json_object(&j);
	for (size_t d = 0; d < s->detectors; d++) {
		struct score score;

		score_detector(s, d, &score);
		if (s->o->paper == PAPER_TEXT)
			print_text(s, d, &score);
		else if (s->o->paper == PAPER_CSV)
			print_records(s, d, &score);
		else
			print_json(s, &j, d, &score);
		check_limits(s, d, &score);
		free(score.events.event);
	}
	if (s->o->paper == PAPER_JSON)
		json_end(&j);
}

static void
release(struct scorer *s)
{
	for (size_t g = 0; g < s->nseries; g++) {
		free(s->series[g].label);
		free(s->series[g].event);
		free(s->series[g].flag);
	}
	for (size_t d = 0; d < s->detectors; d++)
		free(s->name[d]);
	free(s->name);
	free(s->series);
	free(s->row);
	free(s->flag);
	free(s->event);
	free(s->key);
	groups_free(s->groups);
	groups_free(s->kinds);
}

int
main(int argc, char *argv[])
{
	struct cli cli;
	struct options o;
	struct scorer s = { .cli = &cli, .o = &o };
	struct recin *in;
	int status;

	cli_init(&cli, usage);
	o = parse_options(&cli, argc, argv);
	cli_start(&cli);
	s.groups = groups_new(cli.ngroup);
	s.kinds = groups_new(1);
	s.key = calloc(cli.ngroup + 1, sizeof(*s.key));
	s.name = calloc(DETECTORS_MAX, sizeof(*s.name));
	if (s.groups == NULL || s.kinds == NULL || s.key == NULL ||
	    s.name == NULL)
		cli_no_memory(&cli);
	read_events(&s, o.events);
	in = cli_input(&cli, argv + optind, (size_t)(argc - optind));
	if (o.columns == NULL && recin_own(in, "incident") != -1 &&
	    recin_own(in, "start_date") != -1)
		read_incidents(&s, in);
	else
		read_flags(&s, in);
	make_room(&s);
	label_days(&s);
	print_scores(&s);
	release(&s);
	for (size_t i = 0; i < o.nparts; i++)
		free(o.parts[i]);
	free(o.columns);
	status = cli_finish(&cli);
	return status == 0 && s.failed ? 3 : status;
}
