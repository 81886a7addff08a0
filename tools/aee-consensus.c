/* aee-consensus: which days several detectors confirm; aee-consensus(1). */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/number.h"
#include "base/opt.h"
#include "base/vec.h"
#include "model/consensus.h"
#include "record/cli.h"
#include "record/group.h"
#include "record/join.h"
#include "record/json.h"
#include "record/pass.h"

static const char usage[] =
    "usage: aee-consensus [-c column,...] [-k votes] [--summary[=file]]\n"
    "                     [-g column,...] [options] [file...]\n"
    "\n"
    "Which days several detectors confirm.  Several files are joined by date.\n"
    "\n"
    "  -c, --column A,B       the flags, 0 or 1; a detector is called like its\n"
    "                         column, without _anomaly (all *_anomaly)\n"
    "  -k, --votes K          votes that confirm a day (2)\n"
    "  -g, --group-by A,B     a series for each combination of these columns\n"
    "      --summary[=FILE]   days as one JSON object, in place of records or\n"
    "                         beside them in FILE\n"
    "      --exit-code        end with status 3 if a day is confirmed\n"
    "\n" CLI_USAGE;

#define SUFFIX "_anomaly"
#define OWN_FLAG "consensus" SUFFIX

enum { OPT_EXIT_CODE = CLI_OWN, OPT_SUMMARY, DETECTORS_MAX = 64 };

struct options {
	char **columns; /* -c; NULL: those that end in _anomaly */
	size_t ncolumns;
	size_t votes;
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

static struct options
parse_options(struct cli *cli, int argc, char *argv[])
{
	static const struct option longopts[] = {
		CLI_LONG,
		{ "column", required_argument, NULL, 'c' },
		{ "exit-code", no_argument, NULL, OPT_EXIT_CODE },
		{ "summary", optional_argument, NULL, OPT_SUMMARY },
		{ "votes", required_argument, NULL, 'k' },
		{ 0 },
	};
	struct options o = { .votes = 2 };
	size_t standard = 0;
	int c;

	while ((c = getopt_long(argc, argv, CLI_SHORT "c:k:", longopts,
		    NULL)) != -1) {
		if (cli_option(cli, c, optarg))
			continue;
		switch (c) {
		case 'c':
			free(o.columns);
			o.columns = opt_list("--column", optarg, ',',
			    &o.ncolumns);
			break;
		case OPT_EXIT_CODE:
			o.exit_code = true;
			break;
		case 'k':
			o.votes = opt_size("--votes", optarg, 1, DETECTORS_MAX);
			break;
		case OPT_SUMMARY:
			o.summary = true;
			o.summary_path = optarg;
			break;
		}
	}
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

struct detector {
	char *name;
	int at; /* where its flag is among the fields at hand */
};

struct judge {
	struct cli *cli;
	const struct options *o;
	struct detector *detector;
	size_t n, capacity;
	int8_t *flag; /* of each, in the row at hand */
	char *voters; /* room for all of their names */
	struct groups *groups;
	struct consensus **of_group;
	size_t ngroups, group_capacity;
	struct field *key;    /* room for the group of a row */
	struct recout *out;   /* NULL: no records are written */
	struct output *paper; /* where the summary goes; NULL: nowhere */
	bool confirmed;
};

static void
add_detector(struct judge *j, const char *column, int at)
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
	for (size_t i = 0; i < j->n; i++)
		length += strlen(j->detector[i].name) + 1;
	j->flag = calloc(j->n + 1, sizeof(*j->flag));
	j->voters = malloc(length);
	j->key = calloc(j->cli->ngroup + 1, sizeof(*j->key));
	j->groups = groups_new(j->cli->ngroup);
	if (j->flag == NULL || j->voters == NULL || j->key == NULL ||
	    j->groups == NULL)
		cli_no_memory(j->cli);
}

static struct consensus *
consensus_of(struct judge *j, const struct field *key)
{
	const struct consensus_params params = { .detectors = j->n,
		.votes = j->o->votes,
		.forget = j->paper == NULL };
	size_t g;
	bool fresh;

	if ((g = groups_find(j->groups, key, &fresh)) == SIZE_MAX)
		cli_no_memory(j->cli);
	if (fresh) {
		if (vec_grow(&j->of_group, &j->group_capacity, g + 1,
			sizeof(*j->of_group)) == -1 ||
		    (j->of_group[g] = consensus_new(&params)) == NULL)
			cli_no_memory(j->cli);
		j->ngroups = g + 1;
	}
	return j->of_group[g];
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
write_result(const struct judge *j, const struct consensus_result *r)
{
	if (r->judged == 0)
		recout_missing(j->out);
	else
		recout_int(j->out, (int64_t)r->votes);
	if (r->votes == 0)
		recout_missing(j->out);
	else
		recout_text(j->out, names_of(j, r->voters));
	recout_missing(j->out); /* consensus_p */
	if (r->consensus == FLAG_MISSING)
		recout_missing(j->out);
	else
		recout_flag(j->out, r->consensus == FLAG_YES);
	recout_missing(j->out); /* tier */
	recout_end(j->out);
}

/* Judge the flags at hand; the fields before the result are written. */
static void
judge_row(struct judge *j, int32_t day)
{
	const struct consensus_day row = { .date = day, .flag = j->flag };
	struct consensus_result r;

	if (consensus_push(consensus_of(j, j->key), &row, &r) == -1)
		cli_no_memory(j->cli);
	j->confirmed |= r.consensus == FLAG_YES;
	if (j->out != NULL)
		write_result(j, &r);
}

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

/* The flags of the record at hand, where `at` says; columns of other files
 * (-1) are missing.  False if the record is left out. */
static bool
read_flags(struct judge *j, struct recin *in, const int *at)
{
	for (size_t i = 0; i < j->n; i++) {
		int flag = at[i] == -1 ? FLAG_MISSING
				       : flag_of(recin_field(in, at[i]));

		if (flag == -2)
			return cli_ok(j->cli, in,
			    recin_reject(in, at[i], "is not 0 or 1"));
		j->flag[i] = (int8_t)flag;
	}
	return true;
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

static int *
find_detectors(struct judge *j, struct recin *in)
{
	int *at;

	if (j->o->columns != NULL) {
		for (size_t i = 0; i < j->o->ncolumns; i++)
			add_detector(j, j->o->columns[i],
			    cli_need(j->cli, in, j->o->columns[i]));
	} else {
		for (size_t i = 0; i < recin_columns(in); i++)
			if (is_flag(recin_name(in, i)))
				add_detector(j, recin_name(in, i), (int)i);
	}
	begin(j, recin_file(in), has_columns(in));
	if ((at = calloc(j->n + 1, sizeof(*at))) == NULL)
		cli_no_memory(j->cli);
	for (size_t i = 0; i < j->n; i++)
		at[i] = j->detector[i].at;
	return at;
}

static void
judge_stream(struct judge *j, char *const *paths, size_t n)
{
	struct cli *cli = j->cli;
	struct recin *in = cli_input(cli, paths, n);
	int *at = find_detectors(j, in), *group = cli_group_columns(cli, in);
	int date = j->paper == NULL ? -1 : cli_need(cli, in, "date");

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
		if (j->out != NULL && pass_record(j->out, in) == -1)
			cli_fail(cli, "%s", recin_error(in));
		judge_row(j, day);
	}
	free(at);
	free(group);
}

/* ---- several inputs: joined by date ------------------------------------------ */

/* An input and its columns. */
struct part {
	struct recin *in;
	int date;
	int *group;
	int *flag; /* of each detector, or -1 */
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

/* The column of an input that has this name there, whatever --map says; or
 * -1. */
static int
own_column(const struct recin *in, const char *name)
{
	for (size_t i = 0; i < recin_columns(in); i++)
		if (strcmp(recin_name(in, i), name) == 0)
			return (int)i;
	return -1;
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
			add_detector(j, name, at);
		}
	} else {
		for (size_t i = 0; i < join_columns(join); i++)
			if (is_flag(join_name(join, i)))
				add_detector(j, join_name(join, i), (int)i);
	}
	begin(j, "the files", true);
	for (size_t i = 0; i < n; i++) {
		part[i].flag = calloc(j->n + 1, sizeof(*part[i].flag));
		if (part[i].flag == NULL)
			cli_no_memory(j->cli);
		for (size_t k = 0; k < j->n; k++)
			part[i].flag[k] = own_column(part[i].in,
			    join_name(join, (size_t)j->detector[k].at));
	}
}

static void
read_part(struct judge *j, struct join *join, const struct part *p, size_t i)
{
	while (cli_next(j->cli, p->in)) {
		int32_t day;

		if (!cli_ok(j->cli, p->in, recin_date(p->in, p->date, &day)) ||
		    !read_flags(j, p->in, p->flag))
			continue;
		(void)cli_ok(j->cli, p->in, join_add(join, i, day));
	}
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
		for (size_t i = 0; i < j->n; i++)
			j->flag[i] = (int8_t)flag_of(f[j->detector[i].at]);
		for (size_t i = 0; j->out != NULL && i < n; i++)
			recout_field(j->out, f[i]);
		judge_row(j, join_day(join, row));
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
		free(part[i].flag);
	}
	free(part);
	join_free(join);
}

/* ---- the summary ---------------------------------------------------------------- */

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
	json_array(json);
	for (size_t i = 0; i < n; i++)
		json_date(json, date[i]);
	json_end(json);
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
write_series(struct judge *j, struct json *json, const struct consensus *c)
{
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
	write_series(j, json, j->of_group[g]);
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
		write_series(j, &json, consensus_of(j, j->key));
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
	cli_start(&cli);
	if (o.summary)
		j.paper = o.summary_path == NULL
		    ? cli.output
		    : cli_output(&cli, o.summary_path);
	if (n > 1)
		judge_files(&j, argv + optind, n);
	else
		judge_stream(&j, argv + optind, n);
	if (o.summary)
		write_summary(&j);
	for (size_t g = 0; g < j.ngroups; g++)
		consensus_free(j.of_group[g]);
	for (size_t i = 0; i < j.n; i++)
		free(j.detector[i].name);
	free(j.detector);
	free(j.of_group);
	free(j.flag);
	free(j.voters);
	free(j.key);
	groups_free(j.groups);
	free(o.columns);
	status = cli_finish(&cli);
	return status == 0 && o.exit_code && j.confirmed ? 3 : status;
}
