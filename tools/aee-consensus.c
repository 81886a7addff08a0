/* aee-consensus: which days several detectors confirm; aee-consensus(1). */
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/number.h"
#include "base/opt.h"
#include "base/vec.h"
#include "model/combine.h"
#include "model/consensus.h"
#include "record/cli.h"
#include "record/group.h"
#include "record/join.h"
#include "record/json.h"
#include "record/pass.h"
#include "record/pivot.h"
#include "record/table.h"

#include "consensus_across.h"

static const char usage[] =
    "usage: aee-consensus [-c column,...] [-k votes] [--combine method]\n"
    "                     [--fdr share] [--across column,...] [--limit p]\n"
    "                     [--calibrate detector,...]\n"
    "                     [--tolerance days] [--summary[=file]]\n"
    "                     [-g column,...] [options] [file...]\n"
    "\n"
    "Which days several detectors confirm.  Several files are joined by date.\n"
    "\n"
    "  -c, --column A,B       the flags, 0 or 1; a detector is called like its\n"
    "                         column, without _anomaly (all *_anomaly)\n"
    "  -k, --votes K          votes that confirm a day (2)\n"
    "      --combine METHOD   make one p of the detectors' p: cauchy, hmp,\n"
    "                         stouffer or fisher (cauchy, with --fdr)\n"
    "      --fdr Q            confirm days by that p, in place of votes, so that\n"
    "                         a share Q of them is false at most\n"
    "      --rho R            correlation of the models, for stouffer (0.84)\n"
    "      --across A,B       rows of a day that differ in these columns are one:\n"
    "                         of each detector, one p of theirs\n"
    "      --limit P          that votes if it is so small (0.01)\n"
    "      --calibrate A,B    the p of these detectors, by what it is on most days\n"
    "      --tolerance DAYS   a flagged day has the votes of days so near (0)\n"
    "  -g, --group-by A,B     a series for each combination of these columns\n"
    "      --summary[=FILE]   days as one JSON object, in place of records or\n"
    "                         beside them in FILE\n"
    "      --exit-code        end with status 3 if a day is confirmed\n"
    "\n" CLI_USAGE;

#define SUFFIX "_anomaly"
#define P_SUFFIX "_p"
#define BEST "detect" /* the detector that tiers are about */
#define OWN_FLAG "consensus" SUFFIX

enum {
	OPT_ACROSS = CLI_OWN,
	OPT_CALIBRATE,
	OPT_COMBINE,
	OPT_EXIT_CODE,
	OPT_FDR,
	OPT_LIMIT,
	OPT_RHO,
	OPT_SUMMARY,
	OPT_TOLERANCE
};

enum { DETECTORS_MAX = COMBINE_MOST, TOLERANCE_MAX = 366 };

struct options {
	char **columns; /* -c; NULL: those that end in _anomaly */
	size_t ncolumns;
	char **across; /* NULL: a row is a day */
	size_t nacross;
	double limit; /* of p, to vote; with across */
	char **calibrate;
	size_t ncalibrate;
	size_t votes;
	bool combine; /* the p of the detectors */
	enum combine_method method;
	double rho;
	double fdr;        /* 0: confirm by votes */
	int32_t tolerance; /* days */
	bool summary, exit_code;
	const char *summary_path; /* NULL: in place of the records */
};

/* Length of the name of the detector whose flag this column is. */
static size_t
name_length(const char *column)
{
	size_t n = strlen(column), suffix = strlen(SUFFIX);

	return n > suffix && strcmp(column + n - suffix, SUFFIX) == 0
	    ? n - suffix
	    : n;
}

static void
check_columns(const struct options *o)
{
	for (size_t i = 0; i < o->ncolumns; i++)
		for (size_t j = 0; j < i; j++) {
			size_t n = name_length(o->columns[i]);

			if (n == name_length(o->columns[j]) &&
			    memcmp(o->columns[i], o->columns[j], n) == 0)
				opt_fail("--column: '%.*s' stands twice",
				    (int)n, o->columns[i]);
		}
	if (o->ncolumns > DETECTORS_MAX)
		opt_fail("--column: more than %d", DETECTORS_MAX);
	if (o->columns != NULL && o->votes > o->ncolumns)
		opt_fail("--votes: %zu of %zu can never be", o->votes,
		    o->ncolumns);
}

/* What goes together.  Votes of 0, and a correlation or limit of -1, were not
 * given. */
static void
settle(struct options *o)
{
	if (o->fdr > 0 && o->votes > 0)
		opt_fail("--votes and --fdr: a day is confirmed by one of "
			 "them");
	if (o->fdr > 0) {
		o->combine = true;
		o->votes = 1;
	}
	if (o->votes == 0)
		o->votes = 2;
	if (o->limit != -1 && o->across == NULL)
		opt_fail("--limit: only with --across");
	if (o->ncalibrate > 0 && o->across == NULL)
		opt_fail("--calibrate: only with --across");
	if (o->limit == -1)
		o->limit = 0.01;
	o->combine |= o->across != NULL;
	if (o->rho != -1 && (!o->combine || o->method != COMBINE_STOUFFER))
		opt_fail("--rho: only with --combine stouffer");
	if (o->rho == -1)
		o->rho = 0.84;
}

static struct options
parse_options(struct cli *cli, int argc, char *argv[])
{
	static const struct option longopts[] = {
		CLI_LONG,
		{ "across", required_argument, NULL, OPT_ACROSS },
		{ "calibrate", required_argument, NULL, OPT_CALIBRATE },
		{ "column", required_argument, NULL, 'c' },
		{ "combine", required_argument, NULL, OPT_COMBINE },
		{ "exit-code", no_argument, NULL, OPT_EXIT_CODE },
		{ "fdr", required_argument, NULL, OPT_FDR },
		{ "limit", required_argument, NULL, OPT_LIMIT },
		{ "rho", required_argument, NULL, OPT_RHO },
		{ "summary", optional_argument, NULL, OPT_SUMMARY },
		{ "tolerance", required_argument, NULL, OPT_TOLERANCE },
		{ "votes", required_argument, NULL, 'k' },
		{ 0 },
	};
	static const char *const methods[] = { "cauchy", "stouffer", "fisher",
		"hmp" };
	struct options o = { .limit = -1, .rho = -1 };
	size_t standard = 0;
	int c;

	while ((c = getopt_long(argc, argv, CLI_SHORT "c:k:", longopts,
		    NULL)) != -1) {
		if (cli_option(cli, c, optarg))
			continue;
		switch (c) {
		case OPT_ACROSS:
			free(o.across);
			o.across = opt_list("--across", optarg, ',',
			    &o.nacross);
			break;
		case OPT_CALIBRATE:
			free(o.calibrate);
			o.calibrate = opt_list("--calibrate", optarg, ',',
			    &o.ncalibrate);
			break;
		case 'c':
			free(o.columns);
			o.columns = opt_list("--column", optarg, ',',
			    &o.ncolumns);
			break;
		case OPT_COMBINE:
			o.combine = true;
			o.method = (enum combine_method)opt_choice("--combine",
			    optarg, methods, 4);
			break;
		case OPT_EXIT_CODE:
			o.exit_code = true;
			break;
		case OPT_FDR:
			o.fdr = opt_double("--fdr", optarg, DBL_MIN, 1);
			break;
		case OPT_LIMIT:
			o.limit = opt_double("--limit", optarg, DBL_MIN, 1);
			break;
		case 'k':
			o.votes = opt_size("--votes", optarg, 1, DETECTORS_MAX);
			break;
		case OPT_RHO:
			o.rho = opt_double("--rho", optarg, 0, 1);
			break;
		case OPT_SUMMARY:
			o.summary = true;
			o.summary_path = optarg;
			break;
		case OPT_TOLERANCE:
			o.tolerance = (int32_t)opt_size("--tolerance", optarg,
			    0, TOLERANCE_MAX);
			break;
		}
	}
	settle(&o);
	check_columns(&o);
	for (int i = optind; i < argc; i++)
		standard += strcmp(argv[i], "-") == 0;
	if (standard > 1)
		opt_fail("standard input can be only one of the files");
	if (o.summary_path != NULL && strcmp(o.summary_path, "-") == 0)
		o.summary_path = NULL;
	return o;
}

/* ---- judging ------------------------------------------------------------------ */

/* Where a detector's flag and p are among the fields at hand; -1: nowhere. */
struct place {
	int flag, p;
};

struct detector {
	char *name;
	struct place at;
};

/* A series: what was voted, and the days that --fdr confirms. */
struct series {
	struct consensus *votes;
	int32_t *confirmed;
	size_t n, capacity;
};

/* Rows that wait until all are known. */
struct held_row {
	size_t series;
	int32_t day;
	int8_t found; /* by --fdr */
	double ln_p;
};

struct held {
	struct held_row *row;
	int8_t *flag; /* n rows of j->n */
	size_t n, capacity, flag_capacity;
};

struct judge {
	struct cli *cli;
	const struct options *o;
	struct detector *detector;
	size_t n, capacity;
	size_t best;  /* the detector that tiers are about; j->n: none */
	int8_t *flag; /* of each, in the row at hand */
	double *ln_p; /* likewise, NaN where missing */
	char *voters; /* room for all of their names */
	struct groups *groups;
	struct series *series; /* of each group */
	size_t ngroups, group_capacity;
	bool hold; /* rows, until all are known */
	struct held held;
	struct field *key;    /* room for the group of a row */
	struct recout *out;   /* NULL: no records are written */
	struct output *paper; /* where the summary goes; NULL: nowhere */
	bool confirmed;
};

static void
add_detector(struct judge *j, const char *column, struct place at)
{
	size_t n = name_length(column);
	char *name = strndup(column, n);

	if (name == NULL ||
	    vec_grow(&j->detector, &j->capacity, j->n + 1,
		sizeof(*j->detector)) == -1)
		cli_no_memory(j->cli);
	j->detector[j->n++] = (struct detector){ name, at };
}

/* Whether a column is a flag that is looked at without -c: not one of a
 * consensus, which would vote a second time. */
static bool
is_flag(const char *column)
{
	size_t n = strlen(column), own = strlen(OWN_FLAG);

	if (n <= strlen(SUFFIX) ||
	    strcmp(column + n - strlen(SUFFIX), SUFFIX) != 0)
		return false;
	return n < own || strcmp(column + n - own, OWN_FLAG) != 0 ||
	    (n > own && column[n - own - 1] != '_');
}

/* The name of the column of p beside a flag, to free. */
static char *
name_of_p(struct judge *j, const char *column)
{
	const size_t n = name_length(column);
	char *name = malloc(n + sizeof(P_SUFFIX));

	if (name == NULL)
		cli_no_memory(j->cli);
	memcpy(name, column, n);
	memcpy(name + n, P_SUFFIX, sizeof(P_SUFFIX));
	return name;
}

static void
check_p(struct judge *j, const char *file)
{
	size_t missing = 0;

	for (size_t i = 0; i < j->n; i++) {
		missing += j->detector[i].at.p == -1;
		if (j->o->across != NULL && missing > 0)
			cli_fail(j->cli,
			    "%s: detector '%s' has no p (%s" P_SUFFIX ")", file,
			    j->detector[i].name, j->detector[i].name);
	}
	if (missing < j->n)
		return;
	if (j->n > 0)
		cli_fail(j->cli, "%s: no detector has a p (%s" P_SUFFIX ")",
		    file, j->detector[0].name);
}

/* Once the detectors are known: what depends on them. */
static void
begin(struct judge *j, const char *file, bool columns_known)
{
	size_t length = 1;

	if (j->n == 0 && columns_known)
		cli_fail(j->cli,
		    "%s: no column ends in " SUFFIX " (-c names others)", file);
	if (j->n > DETECTORS_MAX)
		cli_fail(j->cli, "%s: more than %d columns end in " SUFFIX,
		    file, DETECTORS_MAX);
	if (j->n > 0 && j->o->votes > j->n)
		cli_fail(j->cli,
		    "%s: %zu votes of %zu detector%s can never be (-k)", file,
		    j->o->votes, j->n, j->n == 1 ? "" : "s");
	if (j->o->combine)
		check_p(j, file);
	j->best = j->n;
	for (size_t i = 0; i < j->n; i++) {
		length += strlen(j->detector[i].name) + 1;
		if (strcmp(j->detector[i].name, BEST) == 0)
			j->best = i;
	}
	j->flag = calloc(j->n + 1, sizeof(*j->flag));
	j->ln_p = calloc(j->n + 1, sizeof(*j->ln_p));
	j->voters = malloc(length);
	j->key = calloc(j->cli->ngroup + 1, sizeof(*j->key));
	j->groups = groups_new(j->cli->ngroup);
	if (j->flag == NULL || j->ln_p == NULL || j->voters == NULL ||
	    j->key == NULL || j->groups == NULL)
		cli_no_memory(j->cli);
}

/* Number of the series of the row at hand, of which j->key is the group. */
static size_t
series_of(struct judge *j)
{
	const struct consensus_params params = { .detectors = j->n,
		.votes = j->o->votes,
		.forget = j->paper == NULL };
	size_t g;
	bool fresh;

	if ((g = groups_find(j->groups, j->key, &fresh)) == SIZE_MAX)
		cli_no_memory(j->cli);
	if (fresh) {
		if (vec_grow(&j->series, &j->group_capacity, g + 1,
			sizeof(*j->series)) == -1)
			cli_no_memory(j->cli);
		j->series[g] = (struct series){ consensus_new(&params), NULL, 0,
			0 };
		if (j->series[g].votes == NULL)
			cli_no_memory(j->cli);
		j->ngroups = g + 1;
	}
	return g;
}

/* The names of the voters, joined by '+'. */
static const char *
names_of(const struct judge *j, uint64_t voters)
{
	char *to = j->voters;

	for (size_t i = 0; i < j->n; i++) {
		if ((voters >> i & 1) == 0)
			continue;
		if (to > j->voters)
			*to++ = '+';
		to = stpcpy(to, j->detector[i].name);
	}
	*to = '\0';
	return j->voters;
}

static void
write_tier(const struct judge *j, uint64_t voters)
{
	enum consensus_tier tier = TIER_NONE;

	if (j->best < j->n)
		tier = consensus_tier(voters, j->best);
	if (tier == TIER_NONE)
		recout_missing(j->out);
	else
		recout_text(j->out, consensus_tier_name(tier));
}

/* Never 0, however small; a missing one is NaN. */
static void
write_p(struct recout *out, double ln_p)
{
	recout_number(out, isnan(ln_p) ? NAN : fmax(exp(ln_p), DBL_MIN));
}

static void
write_flag(struct recout *out, enum flag flag)
{
	if (flag == FLAG_MISSING)
		recout_missing(out);
	else
		recout_flag(out, flag == FLAG_YES);
}

static void
write_result(const struct judge *j, const struct consensus_result *r,
    double ln_p)
{
	if (r->judged == 0)
		recout_missing(j->out);
	else
		recout_int(j->out, (int64_t)r->votes);
	if (r->votes == 0)
		recout_missing(j->out);
	else
		recout_text(j->out, names_of(j, r->voters));
	write_p(j->out, ln_p);
	write_flag(j->out, r->consensus);
	write_tier(j, r->voters);
	recout_end(j->out);
}

static void
note_confirmed(struct judge *j, struct series *series, int32_t day)
{
	if (vec_grow(&series->confirmed, &series->capacity, series->n + 1,
		sizeof(*series->confirmed)) == -1)
		cli_no_memory(j->cli);
	series->confirmed[series->n++] = day;
}

/* Judge a row with the flags in j->flag; the fields before the result are
 * written. */
static void
conclude(struct judge *j, const struct held_row *row)
{
	const struct consensus_day day = { .date = row->day, .flag = j->flag };
	struct series *series = &j->series[row->series];
	struct consensus_result r;

	if (consensus_push(series->votes, &day, &r) == -1)
		cli_no_memory(j->cli);
	if (j->o->fdr > 0) {
		r.consensus = (enum flag)row->found;
		if (r.consensus == FLAG_YES && j->paper != NULL)
			note_confirmed(j, series, row->day);
	}
	j->confirmed |= r.consensus == FLAG_YES;
	if (j->out != NULL)
		write_result(j, &r, row->ln_p);
}

static void
hold(struct judge *j, const struct held_row *row)
{
	struct held *h = &j->held;

	if (vec_grow(&h->row, &h->capacity, h->n + 1, sizeof(*h->row)) == -1 ||
	    vec_grow(&h->flag, &h->flag_capacity, (h->n + 1) * j->n + 1,
		sizeof(*h->flag)) == -1)
		cli_no_memory(j->cli);
	if (j->n > 0)
		memcpy(h->flag + h->n * j->n, j->flag, j->n);
	h->row[h->n++] = *row;
}

/* Judge the row at hand, or keep it for conclude_held(). */
static void
judge_row(struct judge *j, int32_t day)
{
	struct held_row row = { series_of(j), day, FLAG_MISSING, NAN };

	if (j->o->combine)
		row.ln_p = combine_ln_p(j->o->method, j->ln_p, j->n, j->o->rho);
	if (j->hold)
		hold(j, &row);
	else
		conclude(j, &row);
}

static void
conclude_held(struct judge *j, size_t i)
{
	if (j->n > 0)
		memcpy(j->flag, j->held.flag + i * j->n, j->n);
	conclude(j, &j->held.row[i]);
}

/* ---- what needs all rows ------------------------------------------------------ */

/* Lend votes among the n rows of a series, and find those of --fdr. */
static void
weigh_series(struct judge *j, const size_t *row, size_t n)
{
	struct held *h = &j->held;
	int32_t *date = calloc(n + 1, sizeof(*date));
	int8_t *found = calloc(n + 1, sizeof(*found)),
	       *flag = malloc(n * j->n + 1);
	double *ln_p = calloc(n + 1, sizeof(*ln_p));
	const struct consensus_flags flags = { date, flag, n, j->n };

	if (date == NULL || found == NULL || flag == NULL || ln_p == NULL)
		cli_no_memory(j->cli);
	for (size_t i = 0; i < n; i++) {
		date[i] = h->row[row[i]].day;
		ln_p[i] = h->row[row[i]].ln_p;
		memcpy(flag + i * j->n, h->flag + row[i] * j->n, j->n);
	}
	if ((j->o->tolerance > 0 &&
		consensus_lend(&flags, j->o->tolerance) == -1) ||
	    (j->o->fdr > 0 && combine_bh(ln_p, n, j->o->fdr, found) == -1))
		cli_no_memory(j->cli);
	for (size_t i = 0; i < n; i++) {
		h->row[row[i]].found = found[i];
		memcpy(h->flag + row[i] * j->n, flag + i * j->n, j->n);
	}
	free(ln_p);
	free(flag);
	free(found);
	free(date);
}

static void
weigh_all(struct judge *j)
{
	const struct held *h = &j->held;
	size_t *end = calloc(j->ngroups + 1, sizeof(*end));
	size_t *row = calloc(h->n + 1, sizeof(*row));

	if (end == NULL || row == NULL)
		cli_no_memory(j->cli);
	/* Rows by series, in their order: where each begins, then ends. */
	for (size_t i = 0; i < h->n; i++)
		end[h->row[i].series + 1]++;
	for (size_t g = 0; g < j->ngroups; g++)
		end[g + 1] += end[g];
	for (size_t i = 0; i < h->n; i++)
		row[end[h->row[i].series]++] = i;
	for (size_t g = 0, from = 0; g < j->ngroups; from = end[g++])
		weigh_series(j, row + from, end[g] - from);
	free(row);
	free(end);
}

/* ---- flags and p --------------------------------------------------------------- */

/* The flag that a field is; -2 if it is none. */
static int
flag_of(struct field f)
{
	double v;

	if (field_missing(f))
		return FLAG_MISSING;
	if (number_parse(f.p, f.n, &v) == -1 || (v != 0 && v != 1))
		return -2;
	return v == 0 ? FLAG_NO : FLAG_YES;
}

/* The logarithm of the p that a field is, NaN if it is missing; 1 if it is
 * none. */
static double
ln_p_of(struct field f)
{
	double p;

	if (field_missing(f))
		return NAN;
	if (number_parse(f.p, f.n, &p) == -1 || !(p >= 0 && p <= 1))
		return 1;
	return log(p);
}

/* The flags and p of the record at hand, where `at` says; columns of other files
 * (-1) are missing.  False if the record is left out. */
static bool
read_flags(struct judge *j, struct recin *in, const struct place *at)
{
	for (size_t i = 0; i < j->n; i++) {
		const int flag = at[i].flag == -1
		    ? FLAG_MISSING
		    : flag_of(recin_field(in, at[i].flag));

		if (flag == -2)
			return cli_ok(j->cli, in,
			    recin_reject(in, at[i].flag, "is not 0 or 1"));
		j->flag[i] = (int8_t)flag;
		j->ln_p[i] = at[i].p == -1 ? NAN
					   : ln_p_of(recin_field(in, at[i].p));
		if (j->ln_p[i] > 0)
			return cli_ok(j->cli, in,
			    recin_reject(in, at[i].p, "is not a p, 0 to 1"));
	}
	return true;
}

/* With --across, the vote of a detector that has this p of a day. */
static enum flag
vote_of(const struct options *o, double ln_p)
{
	if (isnan(ln_p))
		return FLAG_MISSING;
	return ln_p <= log(o->limit) ? FLAG_YES : FLAG_NO;
}

static void
append_columns(struct cli *cli)
{
	cli_append(cli, "votes");
	cli_append(cli, "confirmed_by");
	cli_append(cli, "consensus_p");
	cli_append(cli, OWN_FLAG);
	cli_append(cli, "tier");
}

/* ---- one input: row by row ------------------------------------------------- */

/* Whether an input has columns: NDJSON without a record has none to look for. */
static bool
has_columns(const struct recin *in)
{
	return recin_format(in) != FORMAT_JSONL || recin_columns(in) > 0;
}

/* The column of p beside a flag, or -1; only if it is wanted. */
static int
find_p(struct judge *j, struct recin *in, const char *column)
{
	char *name;
	int at;

	if (!j->o->combine)
		return -1;
	name = name_of_p(j, column);
	at = recin_find(in, name);
	free(name);
	return at;
}

static struct place *
find_detectors(struct judge *j, struct recin *in)
{
	struct place *at;

	if (j->o->columns != NULL) {
		for (size_t i = 0; i < j->o->ncolumns; i++) {
			const char *name = j->o->columns[i];

			add_detector(j, name,
			    (struct place){ cli_need(j->cli, in, name),
				find_p(j, in, name) });
		}
	} else {
		for (size_t i = 0; i < recin_columns(in); i++) {
			const char *name = recin_name(in, i);

			if (is_flag(name))
				add_detector(j, name,
				    (struct place){
					(int)i, find_p(j, in, name) });
		}
	}
	begin(j, recin_file(in), has_columns(in));
	if ((at = calloc(j->n + 1, sizeof(*at))) == NULL)
		cli_no_memory(j->cli);
	for (size_t i = 0; i < j->n; i++)
		at[i] = j->detector[i].at;
	return at;
}

/* The rows that were kept, and the results that needed them all. */
static void
write_kept(struct judge *j, const struct table *table)
{
	weigh_all(j);
	for (size_t i = 0; i < j->held.n; i++) {
		if (j->out != NULL)
			cli_pass_kept(j->cli, table, i);
		conclude_held(j, i);
	}
}

static void
judge_stream(struct judge *j, char *const *paths, size_t n)
{
	struct cli *cli = j->cli;
	struct recin *in = cli_input(cli, paths, n);
	struct place *at = find_detectors(j, in);
	int *group = cli_group_columns(cli, in);
	const bool dated = j->paper != NULL || j->o->tolerance > 0;
	const int date = dated ? cli_need(cli, in, "date") : -1;
	struct table *table = table_new();

	if (table == NULL)
		cli_no_memory(cli);
	recin_want_all(in);
	if (j->paper != cli->output) {
		j->out = cli_records(cli, in);
		if (pass_columns(j->out, in) == -1)
			cli_no_memory(cli);
		append_columns(cli);
	}
	while (cli_next(cli, in)) {
		int32_t day = DATE_NONE;

		if (!read_flags(j, in, at) ||
		    (date != -1 &&
			!cli_ok(cli, in, recin_date(in, date, &day))))
			continue;
		for (size_t i = 0; i < cli->ngroup; i++)
			j->key[i] = recin_field(in, group[i]);
		if (j->hold && j->out != NULL && table_add(table, in) == -1)
			cli_no_memory(cli);
		if (!j->hold && j->out != NULL)
			cli_pass(cli, in);
		judge_row(j, day);
	}
	if (j->hold)
		write_kept(j, table);
	table_free(table);
	free(at);
	free(group);
}

/* ---- rows of a day made one ------------------------------------------------ */

static void
append_name(struct cli *cli, const char *name, const char *between,
    const char *last)
{
	char *full;

	if (asprintf(&full, "%s%s%s", name, between, last) == -1)
		cli_no_memory(cli);
	if (recout_column(cli->records, full) == -1)
		cli_fail(cli, "two columns would be called '%s'", full);
	free(full);
}

/* Date and group, what each detector says, and the consensus. */
static void
across_columns(struct judge *j, struct recin *in)
{
	struct cli *cli = j->cli;

	j->out = cli_records(cli, in);
	append_name(cli, "date", "", "");
	for (size_t i = 0; i < cli->ngroup; i++)
		append_name(cli, cli->group[i], "", "");
	for (size_t i = 0; i < j->n; i++) {
		append_name(cli, j->detector[i].name, P_SUFFIX, "");
		append_name(cli, j->detector[i].name, SUFFIX, "");
		for (size_t k = 0; k < j->o->nacross; k++)
			append_name(cli, j->detector[i].name, "_",
			    j->o->across[k]);
	}
	append_columns(cli);
}

static void
write_across(struct judge *j, const struct pivot *pivot, const struct across *a,
    size_t day)
{
	recout_date(j->out, pivot_day(pivot, day));
	for (size_t i = 0; i < j->cli->ngroup; i++)
		recout_field(j->out, pivot_group_key(pivot, day, i));
	for (size_t i = 0; i < j->n; i++) {
		const double ln_p = across_ln_p(a, day, i);

		write_p(j->out, ln_p);
		write_flag(j->out, vote_of(j->o, ln_p));
		for (size_t k = 0; k < j->o->nacross; k++)
			recout_field(j->out, across_least(a, day, i, k));
	}
}

/* The number of the detector of this name; j->n: none. */
static size_t
detector_named(const struct judge *j, const char *name)
{
	size_t k = 0;

	while (k < j->n && strcmp(j->detector[k].name, name) != 0)
		k++;
	return k;
}

/* Calibrate the detectors that are to be, each over all its days. */
static void
calibrate(struct judge *j, struct across *a)
{
	for (size_t k = 0; k < j->n; k++)
		for (size_t i = 0; i < j->o->ncalibrate; i++)
			if (strcmp(j->detector[k].name, j->o->calibrate[i]) ==
			    0) {
				across_calibrate(a, k);
				break;
			}
}

/* An input, and where it has the detectors. */
struct across_part {
	struct recin *in;
	struct place *at;
	size_t first, end; /* of the detectors, those that are there */
};

static bool
is_detector(const struct judge *j, const char *column)
{
	const size_t n = name_length(column);

	for (size_t i = 0; i < j->n; i++)
		if (strlen(j->detector[i].name) == n &&
		    memcmp(j->detector[i].name, column, n) == 0)
			return true;
	return false;
}

/* Add the detectors of an input that no input before it has. */
static void
add_across(struct judge *j, struct across_part *part)
{
	struct recin *in = part->in;

	part->first = j->n;
	for (size_t i = 0; i < j->o->ncolumns; i++) {
		const char *name = j->o->columns[i];
		const int at = recin_find(in, name);

		if (at != -1 && !is_detector(j, name))
			add_detector(j, name,
			    (struct place){ at, find_p(j, in, name) });
	}
	for (size_t i = 0; j->o->columns == NULL && i < recin_columns(in);
	     i++) {
		const char *name = recin_name(in, i);

		if (is_flag(name) && !is_detector(j, name))
			add_detector(j, name,
			    (struct place){ (int)i, find_p(j, in, name) });
	}
	part->end = j->n;
}

static struct across_part *
open_across(struct judge *j, char *const *paths, size_t n)
{
	struct across_part *part = calloc(n, sizeof(*part));

	if (part == NULL)
		cli_no_memory(j->cli);
	for (size_t f = 0; f < n; f++) {
		part[f].in = cli_input(j->cli, paths == NULL ? NULL : paths + f,
		    paths == NULL ? 0 : 1);
		recin_want_all(part[f].in);
		add_across(j, &part[f]);
	}
	for (size_t i = 0; i < j->o->ncolumns; i++)
		if (!is_detector(j, j->o->columns[i]))
			cli_fail(j->cli, "no file has a column '%s'",
			    j->o->columns[i]);
	for (size_t i = 0; i < j->o->ncalibrate; i++)
		if (detector_named(j, j->o->calibrate[i]) == j->n)
			cli_fail(j->cli, "--calibrate: no detector is '%s'",
			    j->o->calibrate[i]);
	begin(j, n == 1 ? recin_file(part[0].in) : "the files",
	    has_columns(part[0].in));
	for (size_t f = 0; f < n; f++) {
		part[f].at = calloc(j->n + 1, sizeof(*part[f].at));
		if (part[f].at == NULL)
			cli_no_memory(j->cli);
		for (size_t i = 0; i < j->n; i++)
			part[f].at[i] = i >= part[f].first && i < part[f].end
			    ? j->detector[i].at
			    : (struct place){ -1, -1 };
	}
	return part;
}

static void
judge_day(struct judge *j, const struct pivot *pivot, const struct across *a,
    size_t day)
{
	for (size_t i = 0; i < j->cli->ngroup; i++)
		j->key[i] = pivot_group_key(pivot, day, i);
	for (size_t i = 0; i < j->n; i++) {
		j->ln_p[i] = across_ln_p(a, day, i);
		j->flag[i] = (int8_t)vote_of(j->o, j->ln_p[i]);
	}
	judge_row(j, pivot_day(pivot, day));
}

static void
judge_across(struct judge *j, char *const *paths, size_t n)
{
	struct cli *cli = j->cli;
	struct across_part *part = open_across(j, paths, n);
	struct pivot *pivot = pivot_new(cli, j->o->across, j->o->nacross);
	struct across *a = across_new(cli, pivot, j->n);

	for (size_t f = 0; f < n; f++) {
		size_t day, row;

		pivot_input(pivot, part[f].in);
		while (cli_next(cli, part[f].in))
			if (read_flags(j, part[f].in, part[f].at) &&
			    pivot_place(pivot, &day, &row))
				across_take(a, day, row, j->ln_p);
	}
	across_end(a);
	calibrate(j, a);
	if (j->paper != cli->output)
		across_columns(j, part[0].in);
	for (size_t day = 0; day < pivot_rows(pivot); day++)
		judge_day(j, pivot, a, day);
	weigh_all(j);
	for (size_t day = 0; day < pivot_rows(pivot); day++) {
		if (j->out != NULL)
			write_across(j, pivot, a, day);
		conclude_held(j, day);
	}
	across_free(a);
	pivot_free(pivot);
	for (size_t f = 0; f < n; f++)
		free(part[f].at);
	free(part);
}

/* ---- several inputs: joined by date ------------------------------------------ */

/* An input and its columns. */
struct part {
	struct recin *in;
	int date;
	int *group;
	struct place *at; /* of each detector */
};

static struct part
open_part(struct judge *j, struct join *join, char *const *path)
{
	struct cli *cli = j->cli;
	struct part p = { .in = cli_input(cli, path, 1) };

	p.date = cli_need(cli, p.in, "date");
	p.group = cli_group_columns(cli, p.in);
	if (join_input(join, p.in, p.date, p.group) == -1)
		cli_no_memory(cli);
	return p;
}

/* The column of the join that a file calls name, perhaps by --map; -1 if no file
 * has it. */
static int
find_joined(const struct join *join, const struct part *part, size_t n,
    const char *name)
{
	for (size_t i = 0; i < n; i++) {
		int at = recin_find(part[i].in, name);

		for (size_t k = 0; at != -1 && k < join_columns(join); k++)
			if (strcmp(join_name(join, k),
				recin_name(part[i].in, (size_t)at)) == 0)
				return (int)k;
	}
	return -1;
}

/* The same of the p beside a flag; only if it is wanted. */
static int
find_joined_p(struct judge *j, const struct join *join, const struct part *part,
    size_t n, const char *column)
{
	char *name;
	int at;

	if (!j->o->combine)
		return -1;
	name = name_of_p(j, column);
	at = find_joined(join, part, n, name);
	free(name);
	return at;
}

/* Where a file has a column of the join. */
static int
own_place(const struct recin *in, const struct join *join, int at)
{
	return at == -1 ? -1 : recin_own(in, join_name(join, (size_t)at));
}

static void
find_joined_detectors(struct judge *j, const struct join *join,
    struct part *part, size_t n)
{
	if (j->o->columns != NULL) {
		for (size_t i = 0; i < j->o->ncolumns; i++) {
			const char *name = j->o->columns[i];
			int at = find_joined(join, part, n, name);

			if (at == -1)
				cli_fail(j->cli, "no file has a column '%s'",
				    name);
			add_detector(j, name,
			    (struct place){
				at, find_joined_p(j, join, part, n, name) });
		}
	} else {
		for (size_t i = 0; i < join_columns(join); i++) {
			const char *name = join_name(join, i);

			if (is_flag(name))
				add_detector(j, name,
				    (struct place){ (int)i,
					find_joined_p(j, join, part, n,
					    name) });
		}
	}
	begin(j, "the files", true);
	for (size_t i = 0; i < n; i++) {
		part[i].at = calloc(j->n + 1, sizeof(*part[i].at));
		if (part[i].at == NULL)
			cli_no_memory(j->cli);
		for (size_t k = 0; k < j->n; k++) {
			const struct place *at = &j->detector[k].at;

			part[i].at[k].flag = own_place(part[i].in, join,
			    at->flag);
			part[i].at[k].p = own_place(part[i].in, join, at->p);
		}
	}
}

static void
read_part(struct judge *j, struct join *join, const struct part *p, size_t i)
{
	while (cli_next(j->cli, p->in)) {
		int32_t day;

		if (!cli_ok(j->cli, p->in, recin_date(p->in, p->date, &day)) ||
		    !read_flags(j, p->in, p->at))
			continue;
		(void)cli_ok(j->cli, p->in, join_add(join, i, day));
	}
}

static void
write_joined(struct judge *j, const struct field *f, size_t n)
{
	for (size_t i = 0; j->out != NULL && i < n; i++)
		recout_field(j->out, f[i]);
}

static void
judge_joined(struct judge *j, const struct join *join, const struct part *first)
{
	struct cli *cli = j->cli;
	size_t n = join_columns(join);
	struct field *f = calloc(n + 1, sizeof(*f));
	int *group = calloc(cli->ngroup + 1, sizeof(*group));

	if (f == NULL || group == NULL)
		cli_no_memory(cli);
	for (size_t i = 0; i < cli->ngroup; i++)
		group[i] = find_joined(join, first, 1, cli->group[i]);
	if (j->paper != cli->output) {
		j->out = cli_records(cli, first->in);
		for (size_t i = 0; i < n; i++)
			if (recout_column(j->out, join_name(join, i)) == -1)
				cli_no_memory(cli);
		append_columns(cli);
	}
	for (size_t row = 0; row < join_rows(join); row++) {
		join_row(join, row, f);
		for (size_t i = 0; i < cli->ngroup; i++)
			j->key[i] = f[group[i]];
		for (size_t i = 0; i < j->n; i++) {
			const struct place *at = &j->detector[i].at;

			j->flag[i] = (int8_t)flag_of(f[at->flag]);
			j->ln_p[i] = at->p == -1 ? NAN : ln_p_of(f[at->p]);
		}
		if (!j->hold)
			write_joined(j, f, n);
		judge_row(j, join_day(join, row));
	}
	if (j->hold)
		weigh_all(j);
	for (size_t row = 0; row < j->held.n; row++) {
		join_row(join, row, f);
		write_joined(j, f, n);
		conclude_held(j, row);
	}
	free(group);
	free(f);
}

static void
judge_files(struct judge *j, char *const *paths, size_t n)
{
	struct join *join = join_new(j->cli->ngroup);
	struct part *part = calloc(n, sizeof(*part));

	if (join == NULL || part == NULL)
		cli_no_memory(j->cli);
	for (size_t i = 0; i < n; i++)
		part[i] = open_part(j, join, paths + i);
	find_joined_detectors(j, join, part, n);
	for (size_t i = 0; i < n; i++)
		read_part(j, join, &part[i], i);
	join_sort(join);
	judge_joined(j, join, &part[0]);
	for (size_t i = 0; i < n; i++) {
		free(part[i].group);
		free(part[i].at);
	}
	free(part);
	join_free(join);
}

/* ---- the summary ---------------------------------------------------------------- */

static void
write_dates(struct json *json, const int32_t *date, size_t n)
{
	json_array(json);
	for (size_t i = 0; i < n; i++)
		json_date(json, date[i]);
	json_end(json);
}

static void
write_days(struct judge *j, struct json *json, const struct consensus *c,
    uint64_t voters, size_t votes)
{
	const struct consensus_query query = { voters, votes };
	size_t n = consensus_days(c, &query, NULL);
	int32_t *date = calloc(n + 1, sizeof(*date));

	if (date == NULL)
		cli_no_memory(j->cli);
	consensus_days(c, &query, date);
	write_dates(json, date, n);
	free(date);
}

static void
write_pairs(struct judge *j, struct json *json, const struct consensus *c)
{
	json_key(json, "pairs");
	json_object(json);
	for (size_t a = 0; a < j->n; a++)
		for (size_t b = a + 1; b < j->n; b++) {
			uint64_t both = UINT64_C(1) << a | UINT64_C(1) << b;

			json_key(json, names_of(j, both));
			write_days(j, json, c, both, 0);
		}
	json_end(json);
}

/* The four keys of a series. */
static void
write_series(struct judge *j, struct json *json, const struct series *series)
{
	const struct consensus *c = series->votes;

	json_key(json, "detectors");
	json_object(json);
	for (size_t i = 0; i < j->n; i++) {
		json_key(json, j->detector[i].name);
		write_days(j, json, c, UINT64_C(1) << i, 0);
	}
	json_end(json);
	write_pairs(j, json, c);
	json_key(json, "all");
	write_days(j, json, c, 0, j->n);
	json_key(json, "confirmed");
	if (j->o->fdr > 0)
		write_dates(json, series->confirmed, series->n);
	else
		write_days(j, json, c, 0, j->o->votes);
}

static void
write_group(struct judge *j, struct json *json, size_t g)
{
	json_object(json);
	json_key(json, "group");
	json_object(json);
	for (size_t i = 0; i < j->cli->ngroup; i++) {
		struct field f = groups_key(j->groups, g, i);

		json_key(json, j->cli->group[i]);
		if (field_missing(f))
			json_null(json);
		else
			json_text_span(json, f.p, f.n);
	}
	json_end(json);
	write_series(j, json, &j->series[g]);
	json_end(json);
}

static void
write_summary(struct judge *j)
{
	struct json json;

	json_init(&json, j->paper, j->cli->precision);
	json_object(&json);
	if (j->cli->ngroup == 0) {
		/* There is this series, even without a row. */
		write_series(j, &json, &j->series[series_of(j)]);
	} else {
		json_key(&json, "groups");
		json_array(&json);
		for (size_t g = 0; g < j->ngroups; g++)
			write_group(j, &json, g);
		json_end(&json);
	}
	json_end(&json);
}

int
main(int argc, char *argv[])
{
	struct cli cli;
	struct options o;
	struct judge j = { .cli = &cli, .o = &o };
	size_t n;
	int status;

	cli_init(&cli, usage);
	o = parse_options(&cli, argc, argv);
	n = (size_t)(argc - optind);
	j.hold = o.fdr > 0 || o.tolerance > 0 || o.across != NULL;
	cli_start(&cli);
	if (o.summary)
		j.paper = o.summary_path == NULL
		    ? cli.output
		    : cli_output(&cli, o.summary_path);
	if (o.across != NULL)
		judge_across(&j, n == 0 ? NULL : argv + optind, n == 0 ? 1 : n);
	else if (n > 1)
		judge_files(&j, argv + optind, n);
	else
		judge_stream(&j, argv + optind, n);
	if (o.summary)
		write_summary(&j);
	for (size_t g = 0; g < j.ngroups; g++) {
		consensus_free(j.series[g].votes);
		free(j.series[g].confirmed);
	}
	for (size_t i = 0; i < j.n; i++)
		free(j.detector[i].name);
	free(j.detector);
	free(j.series);
	free(j.held.row);
	free(j.held.flag);
	free(j.ln_p);
	free(j.flag);
	free(j.voters);
	free(j.key);
	groups_free(j.groups);
	free(o.calibrate);
	free(o.across);
	free(o.columns);
	status = cli_finish(&cli);
	return status == 0 && o.exit_code && j.confirmed ? 3 : status;
}
