/* aee-iforest: isolation forest over feature columns; aee-iforest(1). */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "base/opt.h"
#include "base/vec.h"
#include "model/iforest.h"
#include "record/appended.h"
#include "record/cli.h"
#include "record/group.h"
#include "record/pass.h"
#include "record/table.h"

static const char usage[] =
    "usage: aee-iforest [-f column,... | -x column,...] [-g column,...]\n"
    "                   [-s seed] [options] [file...]\n"
    "\n"
    "How easily random splits cut each row off from the others.\n"
    "\n"
    "  -f, --features A,B     the columns to look at; default: the numeric ones\n"
    "                         but date, groups and what programs append\n"
    "  -x, --exclude A,B      leave these out of the default\n"
    "  -g, --group-by A,B     a forest for each combination of these columns\n"
    "      --trees N          trees of a forest (100)\n"
    "      --subsample N      rows drawn for a tree (256)\n"
    "  -s, --seed N           of the random draws (42)\n"
    "      --contamination P  flag this share of the rows (0.02); auto: those\n"
    "                         that score above 0.5\n"
    "      --threshold S      flag rows that score above this instead\n"
    "      --exact-c          path lengths by harmonic numbers\n"
    "      --exit-code        end with status 3 if a row was flagged\n"
    "\n" CLI_USAGE;

enum {
	OPT_CONTAMINATION = CLI_OWN,
	OPT_EXACT_C,
	OPT_EXIT_CODE,
	OPT_SUBSAMPLE,
	OPT_THRESHOLD,
	OPT_TREES,
};

struct options {
	char **features, **exclude; /* NULL: not given */
	size_t nfeatures, nexclude;
	struct iforest_params params;
	struct iforest_rule rule;
	bool exit_code;
};

static void
check_list(const char *option, char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < i; j++)
			if (strcmp(list[i], list[j]) == 0)
				opt_fail("%s: '%s' stands twice", option,
				    list[i]);
}

static struct iforest_rule
contamination(const char *arg)
{
	struct iforest_rule rule = { .cut = IFOREST_AUTO };

	if (strcmp(arg, "auto") == 0)
		return rule;
	rule.cut = IFOREST_CONTAMINATION;
	rule.value = opt_double("--contamination", arg, 0, 0.5);
	if (iforest_check_rule(&rule) != NULL)
		opt_fail("--contamination: '%s': %s", arg,
		    iforest_check_rule(&rule));
	return rule;
}

static struct options
parse_options(struct cli *cli, int argc, char *argv[])
{
	static const struct option longopts[] = {
		CLI_LONG,
		{ "contamination", required_argument, NULL, OPT_CONTAMINATION },
		{ "exact-c", no_argument, NULL, OPT_EXACT_C },
		{ "exclude", required_argument, NULL, 'x' },
		{ "exit-code", no_argument, NULL, OPT_EXIT_CODE },
		{ "features", required_argument, NULL, 'f' },
		{ "seed", required_argument, NULL, 's' },
		{ "subsample", required_argument, NULL, OPT_SUBSAMPLE },
		{ "threshold", required_argument, NULL, OPT_THRESHOLD },
		{ "trees", required_argument, NULL, OPT_TREES },
		{ 0 },
	};
	struct options o = {
		.params = { .trees = 100, .subsample = 256, .seed = 42 },
		.rule = { .cut = IFOREST_CONTAMINATION, .value = 0.02 }
	};
	int c;

	while ((c = getopt_long(argc, argv, CLI_SHORT "f:s:x:", longopts,
		    NULL)) != -1) {
		if (cli_option(cli, c, optarg))
			continue;
		switch (c) {
		case OPT_CONTAMINATION:
			o.rule = contamination(optarg);
			break;
		case OPT_EXACT_C:
			o.params.exact_c = true;
			break;
		case OPT_EXIT_CODE:
			o.exit_code = true;
			break;
		case 'f':
			free(o.features);
			o.features = opt_list("--features", optarg, ',',
			    &o.nfeatures);
			break;
		case 's':
			o.params.seed = (uint64_t)opt_int("--seed", optarg, 0,
			    INT64_MAX);
			break;
		case OPT_SUBSAMPLE:
			o.params.subsample = opt_size("--subsample", optarg, 2,
			    16777216);
			break;
		case OPT_THRESHOLD:
			o.rule = (struct iforest_rule){ IFOREST_THRESHOLD,
				opt_double("--threshold", optarg, 0, 1) };
			break;
		case OPT_TREES:
			o.params.trees = opt_size("--trees", optarg, 1, 100000);
			break;
		case 'x':
			free(o.exclude);
			o.exclude = opt_list("--exclude", optarg, ',',
			    &o.nexclude);
			break;
		}
	}
	check_list("--features", o.features, o.nfeatures);
	check_list("--exclude", o.exclude, o.nexclude);
	if (o.features != NULL && o.exclude != NULL)
		opt_fail("--exclude takes columns from the default features, "
			 "--features names others: give one of the two");
	return o;
}

/* A column that is a feature, or may turn out to be one. */
struct feature {
	int column;
	const char *name;
	double *value; /* of each row; NaN: missing */
	size_t capacity;
	bool numbers;    /* one is a number */
	char *text;      /* the first that is not, with its place */
	size_t constant; /* groups in which it does not vary */
};

/* The input as it is kept, and what came of it. */
struct rows {
	struct table *records;
	size_t n;
	struct feature *feature;
	size_t d;
	bool asked; /* the features were asked for: they must be numbers */
	struct groups *groups;
	size_t *group; /* of each row, if there are groups */
	size_t group_capacity;
	double *score;
	int8_t *flag;
	/* Groups without a value, of few rows, or where nothing varies. */
	size_t empty, few, flat;
	bool found; /* a row is flagged */
};

/* ---- reading ------------------------------------------------------------------ */

static void
add_feature(struct rows *rows, const struct recin *in, int column)
{
	rows->feature[rows->d++] = (struct feature){ .column = column,
		.name = recin_name(in, (size_t)column) };
}

/* The default features: all columns that are not known to be something else;
 * which of them hold numbers is seen later. */
static void
add_default_features(struct cli *cli, const struct options *o, struct recin *in,
    const int *group, struct rows *rows)
{
	const size_t n = recin_columns(in);
	const char **name = calloc(n + 1, sizeof(*name));
	bool *taken = calloc(n + 1, sizeof(*taken));
	int date = recin_find(in, "date");

	if (name == NULL || taken == NULL)
		cli_no_memory(cli);
	for (size_t i = 0; i < n; i++)
		name[i] = recin_name(in, i);
	appended_columns(name, n, taken);
	if (date != -1)
		taken[date] = true;
	for (size_t i = 0; i < cli->ngroup; i++)
		taken[group[i]] = true;
	for (size_t i = 0; i < o->nexclude; i++)
		taken[cli_need(cli, in, o->exclude[i])] = true;
	for (size_t i = 0; i < n; i++)
		if (!taken[i])
			add_feature(rows, in, (int)i);
	free(name);
	free(taken);
}

/* A value of a default feature: NaN where it is missing or no number. */
static double
value_or_text(struct cli *cli, const struct recin *in, struct feature *f)
{
	const struct field field = recin_field(in, f->column);
	double v = NAN;

	if (field_missing(field) || number_parse(field.p, field.n, &v) == 0 ||
	    f->text != NULL)
		return v;
	if (asprintf(&f->text, "%s:%llu: '%.*s'", recin_file(in),
		(unsigned long long)recin_line(in),
		(int)(field.n < 60 ? field.n : 60), field.p) == -1)
		cli_no_memory(cli);
	return v;
}

/* The features of the record at hand; false if it is left out. */
static bool
read_values(struct cli *cli, struct recin *in, struct rows *rows, double *row)
{
	for (size_t j = 0; j < rows->d; j++) {
		struct feature *f = &rows->feature[j];

		if (!rows->asked)
			row[j] = value_or_text(cli, in, f);
		else if (!cli_ok(cli, in, recin_number(in, f->column, &row[j])))
			return false;
	}
	return true;
}

static void
keep_row(struct cli *cli, const struct recin *in, struct rows *rows,
    const double *row)
{
	for (size_t j = 0; j < rows->d; j++) {
		struct feature *f = &rows->feature[j];

		f->numbers |= !isnan(row[j]);
		if (f->text != NULL)
			continue; /* its values are of no use */
		if (vec_grow(&f->value, &f->capacity, rows->n + 1,
			sizeof(*f->value)) == -1)
			cli_no_memory(cli);
		f->value[rows->n] = row[j];
	}
	if (table_add(rows->records, in) == -1)
		cli_no_memory(cli);
	rows->n++;
}

static void
keep_group(struct cli *cli, const struct recin *in, struct rows *rows,
    const int *column, struct field *key)
{
	size_t g;

	for (size_t i = 0; i < cli->ngroup; i++)
		key[i] = recin_field(in, column[i]);
	if ((g = groups_find(rows->groups, key, NULL)) == SIZE_MAX ||
	    vec_grow(&rows->group, &rows->group_capacity, rows->n + 1,
		sizeof(*rows->group)) == -1)
		cli_no_memory(cli);
	rows->group[rows->n] = g;
}

static void
read_rows(struct cli *cli, const struct options *o, struct recin *in,
    struct rows *rows)
{
	struct field *key = calloc(cli->ngroup + 1, sizeof(*key));
	struct recout *out;
	double *row;
	int *group;

	rows->asked = o->features != NULL;
	rows->records = table_new();
	rows->groups = groups_new(cli->ngroup);
	group = cli_group_columns(cli, in);
	for (size_t i = 0; i < o->nfeatures; i++)
		cli_need(cli, in, o->features[i]);
	for (size_t i = 0; i < o->nexclude; i++)
		cli_need(cli, in, o->exclude[i]);
	/* From here on the number of columns is known. */
	rows->feature = calloc(recin_columns(in) + o->nfeatures + 1,
	    sizeof(*rows->feature));
	row = calloc(recin_columns(in) + o->nfeatures + 1, sizeof(*row));
	if (key == NULL || row == NULL || rows->records == NULL ||
	    rows->groups == NULL || rows->feature == NULL)
		cli_no_memory(cli);
	for (size_t i = 0; i < o->nfeatures; i++)
		add_feature(rows, in, cli_need(cli, in, o->features[i]));
	if (!rows->asked)
		add_default_features(cli, o, in, group, rows);

	out = cli_records(cli, in);
	if (pass_columns(out, in) == -1)
		cli_no_memory(cli);
	cli_append(cli, "iforest_score");
	cli_append(cli, "iforest_p");
	cli_append(cli, "iforest_anomaly");
	cli_append(cli, "iforest_top_feature");
	while (cli_next(cli, in)) {
		if (!read_values(cli, in, rows, row))
			continue;
		if (cli->ngroup > 0)
			keep_group(cli, in, rows, group, key);
		keep_row(cli, in, rows, row);
	}
	free(group);
	free(row);
	free(key);
}

/* Of the default features, keep those that hold numbers and nothing else. */
static void
settle_features(struct cli *cli, struct rows *rows)
{
	size_t d = 0;

	if (rows->asked || rows->n == 0)
		return;
	for (size_t j = 0; j < rows->d; j++) {
		struct feature f = rows->feature[j];

		if (f.text != NULL && f.numbers)
			cli_warn(cli,
			    "column '%s' is left out: %s is not a number",
			    f.name, f.text);
		if (f.text == NULL && f.numbers) {
			rows->feature[d++] = f;
			continue;
		}
		free(f.value);
		free(f.text);
	}
	rows->d = d;
	if (d == 0)
		cli_fail(cli, "no column of numbers to look at");
}

/* ---- scoring ------------------------------------------------------------------ */

enum spread { NO_VALUE, CONSTANT, VARIES };

static enum spread
spread(const double *value, const size_t *row, size_t n)
{
	double first = NAN;

	for (size_t i = 0; i < n; i++) {
		const double v = value[row[i]];

		if (isnan(first))
			first = v;
		else if (!isnan(v) && v != first)
			return VARIES;
	}
	return isnan(first) ? NO_VALUE : CONSTANT;
}

/* Count what there is to warn of in a group. */
static void
look_at_group(struct rows *rows, const size_t *row, size_t n)
{
	size_t count[VARIES + 1] = { 0 };

	for (size_t j = 0; j < rows->d; j++)
		count[spread(rows->feature[j].value, row, n)]++;
	if (count[NO_VALUE] == rows->d)
		rows->empty++;
	else if (n < 3)
		rows->few++;
	else if (count[VARIES] == 0)
		rows->flat++;
	else if (count[CONSTANT] > 0)
		for (size_t j = 0; j < rows->d; j++)
			rows->feature[j].constant +=
			    spread(rows->feature[j].value, row, n) == CONSTANT;
}

/* Score a group of n rows, given by their numbers; x and score have room. */
static void
score_group(struct cli *cli, const struct options *o, struct rows *rows,
    const size_t *row, size_t n, double *x, double *score)
{
	const char *why = iforest_check(&o->params, n, rows->d);
	struct iforest *forest;
	double threshold;

	if (why != NULL)
		cli_fail(cli, "%s", why);
	look_at_group(rows, row, n);
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < rows->d; j++)
			x[i * rows->d + j] = rows->feature[j].value[row[i]];
	if ((forest = iforest_fit(x, n, rows->d, &o->params)) == NULL)
		cli_no_memory(cli);
	iforest_scores(forest, x, n, score);
	iforest_free(forest);
	if (iforest_threshold(&o->rule, score, n, &threshold) == -1)
		cli_no_memory(cli);
	for (size_t i = 0; i < n; i++) {
		enum flag flag = iforest_flag(score[i], threshold);

		rows->score[row[i]] = score[i];
		rows->flag[row[i]] = (int8_t)flag;
		rows->found |= flag == FLAG_YES;
	}
}

/* The numbers of the rows, group by group, in their order; end[g] is where group
 * g ends. */
static void
sort_by_group(const struct rows *rows, size_t *row, size_t *end, size_t groups)
{
	size_t begin = 0;

	for (size_t i = 0; i < rows->n; i++)
		end[rows->group == NULL ? 0 : rows->group[i]]++;
	for (size_t g = 0; g < groups; g++) {
		const size_t size = end[g];

		end[g] = begin;
		begin += size;
	}
	for (size_t i = 0; i < rows->n; i++)
		row[end[rows->group == NULL ? 0 : rows->group[i]]++] = i;
}

static size_t
count_groups(const struct rows *rows)
{
	return rows->group == NULL ? 1 : groups_count(rows->groups);
}

static void
score_rows(struct cli *cli, const struct options *o, struct rows *rows)
{
	const size_t groups = count_groups(rows);
	size_t *row = calloc(rows->n + 1, sizeof(*row));
	size_t *end = calloc(groups + 1, sizeof(*end));
	size_t largest = 0, begin = 0;
	double *x, *score;

	rows->score = calloc(rows->n + 1, sizeof(*rows->score));
	rows->flag = calloc(rows->n + 1, sizeof(*rows->flag));
	if (row == NULL || end == NULL || rows->score == NULL ||
	    rows->flag == NULL)
		cli_no_memory(cli);
	sort_by_group(rows, row, end, groups);
	for (size_t g = 0; g < groups; begin = end[g++])
		if (end[g] - begin > largest)
			largest = end[g] - begin;
	x = calloc(largest + 1, (rows->d + 1) * sizeof(*x));
	score = calloc(largest + 1, sizeof(*score));
	if (x == NULL || score == NULL)
		cli_no_memory(cli);
	begin = 0;
	for (size_t g = 0; g < groups && rows->n > 0; begin = end[g++])
		score_group(cli, o, rows, row + begin, end[g] - begin, x,
		    score);
	free(score);
	free(x);
	free(end);
	free(row);
}

/* " in 2 of 5 groups", or nothing where there are none. */
static const char *
where(const struct rows *rows, size_t count, char text[64])
{
	text[0] = '\0';
	if (rows->group != NULL)
		snprintf(text, 64, " in %zu of %zu groups", count,
		    count_groups(rows));
	return text;
}

static void
warn(const struct cli *cli, const struct rows *rows)
{
	char text[64];

	if (rows->empty > 0)
		cli_warn(cli, "no feature has a value%s: no row is scored",
		    where(rows, rows->empty, text));
	if (rows->few > 0)
		cli_warn(cli, "fewer than 3 rows%s: each scores 0.5",
		    where(rows, rows->few, text));
	if (rows->flat > 0)
		cli_warn(cli,
		    "all features are constant%s: every row scores 0.5",
		    where(rows, rows->flat, text));
	for (size_t j = 0; j < rows->d; j++) {
		const struct feature *f = &rows->feature[j];

		if (!f->numbers && rows->n > 0 &&
		    rows->empty < count_groups(rows))
			cli_warn(cli, "feature '%s' has no value", f->name);
		else if (f->constant > 0)
			cli_warn(cli, "feature '%s' is constant%s", f->name,
			    where(rows, f->constant, text));
	}
}

static void
write_rows(struct cli *cli, const struct rows *rows)
{
	struct recout *out = cli->records;

	for (size_t i = 0; i < rows->n; i++) {
		cli_pass_kept(cli, rows->records, i);
		recout_number(out, rows->score[i]);
		recout_missing(out); /* iforest_p */
		if (rows->flag[i] == FLAG_MISSING)
			recout_missing(out);
		else
			recout_flag(out, rows->flag[i] == FLAG_YES);
		recout_missing(out); /* iforest_top_feature */
		recout_end(out);
	}
}

static void
release(struct rows *rows)
{
	for (size_t j = 0; j < rows->d; j++) {
		free(rows->feature[j].value);
		free(rows->feature[j].text);
	}
	free(rows->feature);
	free(rows->group);
	free(rows->score);
	free(rows->flag);
	groups_free(rows->groups);
	table_free(rows->records);
}

int
main(int argc, char *argv[])
{
	struct cli cli;
	struct options o;
	struct rows rows = { 0 };
	struct recin *in;
	int status;

	cli_init(&cli, usage);
	o = parse_options(&cli, argc, argv);
	cli_start(&cli);
	in = cli_input(&cli, argv + optind, (size_t)(argc - optind));
	read_rows(&cli, &o, in, &rows);
	settle_features(&cli, &rows);
	score_rows(&cli, &o, &rows);
	warn(&cli, &rows);
	write_rows(&cli, &rows);
	release(&rows);
	free(o.features);
	free(o.exclude);
	status = cli_finish(&cli);
	return status == 0 && o.exit_code && rows.found ? 3 : status;
}
