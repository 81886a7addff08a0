/* aee-iforest: isolation forest over feature columns; aee-iforest(1). */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/pool.h"
#include "base/vec.h"
#include "iforest_across.h"
#include "iforest_file.h"
#include "iforest_judge.h"
#include "iforest_options.h"
#include "iforest_rows.h"
#include "model/iforest.h"
#include "model/stats.h"
#include "record/cli.h"
#include "record/group.h"
#include "record/output.h"
#include "record/pass.h"
#include "record/table.h"

static const char usage[] =
    "usage: aee-iforest [-f column,... | -x column,...] [-g column,...]\n"
    "                   [-s seed] [-j jobs] [options] [file...]\n"
    "       aee-iforest --model file [options] [file...]\n"
    "       aee-iforest --describe-model file\n"
    "\n"
    "How easily random splits cut each row off from the others.\n"
    "\n"
    "  -f, --features A,B     the columns to look at; default: the numeric ones\n"
    "                         but date, groups and what programs append\n"
    "  -x, --exclude A,B      leave these out of the default\n"
    "      --across A,B       rows of a day that differ in these columns are one,\n"
    "                         with the column of -f of each as a feature\n"
    "      --categorical A,B  columns of texts, coded by how often each comes\n"
    "  -g, --group-by A,B     a forest for each combination of these columns\n"
    "      --trees N          trees of a forest (100)\n"
    "      --subsample N      rows drawn for a tree (256)\n"
    "  -s, --seed N           of the random draws (42)\n"
    "      --contamination P  flag this share of the rows (0.02); auto: those\n"
    "                         that score above 0.5\n"
    "      --threshold S      flag rows that score above this instead\n"
    "      --missing HOW      rows without a feature's value: divide (default),\n"
    "                         majority, skip or fail\n"
    "      --gain P           guide this share of the splits (0)\n"
    "      --exact-c          path lengths by harmonic numbers\n"
    "      --why[=K]          the K (3) features that raise a flagged score most\n"
    "      --save FILE        keep the forest\n"
    "      --fit-only         only that: no row is kept or written\n"
    "      --model FILE       score with a forest that was kept, row by row\n"
    "      --describe-model FILE\n"
    "                         what is in it, as JSON\n"
    "      --eval LABEL       how well the scores find the rows that have 1 in\n"
    "                         this column, on standard error\n"
    "      --exit-code        end with status 3 if a row was flagged\n"
    "  -j, --jobs N           threads (1); the result is the same\n"
    "\n" CLI_USAGE;

/* What is said of a flagged row. */
struct reason {
	size_t row, top;
	char *why; /* NULL: not asked for */
};

struct run {
	struct cli *cli;
	const struct iforest_options *o;
	struct iforest_params params;
	struct pool *pool;
	struct recin *in;
	struct iforest_rows rows;
	int label_column; /* -1: none */
	struct {
		double *score;
		int8_t *label; /* -1: none */
		size_t n, score_cap, label_cap;
	} eval;
	bool found; /* a row is flagged */

	/* The input as it is kept, and what came of it. */
	struct table *records;
	struct groups *groups;
	size_t *group; /* of each row, if there are groups */
	size_t group_capacity;
	double *score, *p;
	int8_t *flag;
	struct reason *reason;
	size_t reasons, reason_capacity;
	/* Groups without a value, of few rows, where nothing varies, with fewer
	 * rows than a tree draws. */
	size_t empty, few, flat, small;
};

/* ---- records in and out --------------------------------------------------------- */

static void
open_records(struct run *run)
{
	struct recout *out = cli_records(run->cli, run->in);

	if (pass_columns(out, run->in) == -1)
		cli_no_memory(run->cli);
	cli_append(run->cli, "iforest_score");
	cli_append(run->cli, "iforest_p");
	cli_append(run->cli, "iforest_anomaly");
	cli_append(run->cli, "iforest_top_feature");
	if (run->o->why > 0)
		cli_append(run->cli, "iforest_why");
}

/* The columns appended to a row; top is NULL if it is not flagged. */
static void
write_result(const struct run *run, double score, double p, int flag,
    const char *top, const char *why)
{
	struct recout *out = run->cli->records;

	recout_number(out, score);
	recout_number(out, p);
	if (flag == FLAG_MISSING)
		recout_missing(out);
	else
		recout_flag(out, flag == FLAG_YES);
	if (top == NULL)
		recout_missing(out);
	else
		recout_text(out, top);
	if (run->o->why > 0 && why == NULL)
		recout_missing(out);
	else if (run->o->why > 0)
		recout_text(out, why);
	recout_end(out);
}

/* ---- evaluation ----------------------------------------------------------------- */

/* The label of the record at hand: 1, 0, or -1 for none; false if the record is
 * left out. */
static bool
read_label(struct run *run, int8_t *label)
{
	double v = NAN;

	*label = -1;
	if (run->label_column == -1)
		return true;
	if (!cli_ok(run->cli, run->in,
		recin_number(run->in, run->label_column, &v)))
		return false;
	if (!isnan(v) && v != 0 && v != 1)
		return cli_ok(run->cli, run->in,
		    recin_reject(run->in, run->label_column, "is not 0 or 1"));
	*label = (int8_t)(isnan(v) ? -1 : v);
	return true;
}

static void
keep_label(struct run *run, int8_t label)
{
	if (run->label_column == -1)
		return;
	if (vec_grow(&run->eval.label, &run->eval.label_cap, run->eval.n + 1,
		sizeof(*run->eval.label)) == -1)
		cli_no_memory(run->cli);
	run->eval.label[run->eval.n++] = label;
}

static void
evaluate(const struct run *run, const double *score)
{
	const size_t n = run->eval.n;
	double auc, precision;
	size_t count[2] = { 0 };

	if (run->label_column == -1)
		return;
	if (stats_auc(score, run->eval.label, n, &auc) == -1 ||
	    stats_average_precision(score, run->eval.label, n, &precision) ==
		-1)
		cli_no_memory(run->cli);
	for (size_t i = 0; i < n; i++)
		if (run->eval.label[i] >= 0 && !isnan(score[i]))
			count[run->eval.label[i]]++;
	if (count[0] == 0 || count[1] == 0)
		cli_warn(run->cli,
		    "--eval: %zu rows have 1 in '%s' and %zu have 0: there is "
		    "nothing to compare",
		    count[1], run->o->eval, count[0]);
	else
		fprintf(stderr,
		    "aee-iforest: ROC AUC %.6f, average precision %.6f (%zu of "
		    "%zu rows have 1 in '%s')\n",
		    auc, precision, count[1], count[0] + count[1],
		    run->o->eval);
}

/* ---- reading a table ------------------------------------------------------------ */

static void
keep_group(struct run *run, const int *column, struct field *key)
{
	const size_t row = run->rows.n - 1;
	size_t g;

	for (size_t i = 0; i < run->cli->ngroup; i++)
		key[i] = recin_field(run->in, column[i]);
	if ((g = groups_find(run->groups, key, NULL)) == SIZE_MAX ||
	    vec_grow(&run->group, &run->group_capacity, row + 1,
		sizeof(*run->group)) == -1)
		cli_no_memory(run->cli);
	run->group[row] = g;
}

static void
read_table(struct run *run)
{
	struct cli *cli = run->cli;
	struct field *key = calloc(cli->ngroup + 1, sizeof(*key));
	int *group = cli_group_columns(cli, run->in);
	int8_t label;

	run->records = table_new();
	run->groups = groups_new(cli->ngroup);
	if (key == NULL || run->records == NULL || run->groups == NULL)
		cli_no_memory(cli);
	iforest_rows_open(&run->rows, cli, run->o, run->in);
	open_records(run);
	while (cli_next(cli, run->in)) {
		if (!read_label(run, &label) ||
		    !iforest_rows_add(&run->rows, cli, run->in))
			continue;
		keep_label(run, label);
		if (cli->ngroup > 0)
			keep_group(run, group, key);
		if (table_add(run->records, run->in) == -1)
			cli_no_memory(cli);
	}
	free(group);
	free(key);
	iforest_rows_settle(&run->rows, cli);
}

/* ---- scoring a table ------------------------------------------------------------ */

enum spread { NO_VALUE, CONSTANT, VARIES };

/* Of the values at x, x + d, ... */
static enum spread
spread(const double *x, size_t n, size_t d)
{
	double first = NAN;

	for (size_t i = 0; i < n; i++) {
		const double v = x[i * d];

		if (isnan(first))
			first = v;
		else if (!isnan(v) && v != first)
			return VARIES;
	}
	return isnan(first) ? NO_VALUE : CONSTANT;
}

/* Count what there is to warn of in a group. */
static void
look_at_group(struct run *run, const double *x, size_t n)
{
	const size_t d = run->rows.d;
	size_t count[VARIES + 1] = { 0 };

	for (size_t j = 0; j < d; j++)
		count[spread(x + j, n, d)]++;
	if (count[NO_VALUE] == d)
		run->empty++;
	else if (n < 3)
		run->few++;
	else if (count[VARIES] == 0)
		run->flat++;
	else if (count[CONSTANT] > 0)
		for (size_t j = 0; j < d; j++)
			run->rows.feature[j].constant += spread(x + j, n, d) ==
			    CONSTANT;
	if (n >= 3 && n < run->params.subsample)
		run->small++;
}

/* Put the codes of categories in the place of their numbers, as they come in
 * these rows. */
static void
code_categories(struct run *run, double *x, size_t n)
{
	const size_t d = run->rows.d;

	for (size_t j = 0; j < d; j++) {
		struct frequency *f = &run->rows.feature[j].frequency;

		if (!run->rows.feature[j].coded)
			continue;
		for (size_t g = 0; g < f->n; g++)
			f->count[g] = 0; /* those of the group before */
		for (size_t i = 0; i < n; i++)
			if (!isnan(x[i * d + j]) &&
			    frequency_add(f, (size_t)x[i * d + j], 1) == -1)
				cli_no_memory(run->cli);
		for (size_t i = 0; i < n; i++)
			if (!isnan(x[i * d + j]))
				x[i * d + j] = frequency_code(f,
				    (size_t)x[i * d + j]);
	}
}

struct place {
	const struct run *run;
	size_t row;
};

static struct field
kept_field(const void *context, size_t feature)
{
	const struct place *place = context;
	const struct run *run = place->run;

	return table_field(run->records, place->row,
	    (size_t)run->rows.feature[feature].column);
}

static void
give_reason(struct run *run, struct iforest_judge *judge, const double *x,
    size_t row)
{
	const struct place place = { run, row };
	struct reason *reason;

	if (vec_grow(&run->reason, &run->reason_capacity, run->reasons + 1,
		sizeof(*run->reason)) == -1)
		cli_no_memory(run->cli);
	iforest_judge_row(judge, run->cli, x);
	reason = &run->reason[run->reasons++];
	*reason = (struct reason){ .row = row, .top = judge->top[0] };
	if (run->o->why > 0)
		reason->why = iforest_judge_text(judge, run->cli, x, kept_field,
		    &place);
}

/* What is to be said of n rows once they are scored; row says which they are,
 * NULL that they are all. */
static void
judge_group(struct run *run, const struct iforest *forest, const size_t *row,
    const double *x, const double *score, size_t n)
{
	struct iforest_judge judge;
	double threshold;
	size_t scored = 0, flagged = 0;

	iforest_judge_init(&judge, run->cli, forest, run->rows.feature,
	    run->o->why);
	if (iforest_threshold(&run->o->rule, score, n, &threshold) == -1)
		cli_no_memory(run->cli);
	for (size_t i = 0; i < n; i++) {
		const size_t to = row == NULL ? i : row[i];
		const enum flag flag = iforest_flag(score[i], threshold);

		run->score[to] = score[i];
		run->p[to] = iforest_p(forest, score[i]);
		run->flag[to] = (int8_t)flag;
		scored += flag != FLAG_MISSING;
		flagged += flag == FLAG_YES;
		if (flag == FLAG_YES)
			give_reason(run, &judge, x + i * run->rows.d, to);
	}
	iforest_judge_release(&judge);
	run->found |= flagged > 0;
	if (run->o->save == NULL)
		return;
	if (scored == 0)
		cli_fail(run->cli,
		    "no row is scored: there is no forest to save");
	iforest_file_save(run->cli, run->o->save, forest, &run->rows,
	    &run->o->rule, threshold, (double)flagged / (double)scored);
}

/* Score n rows; x and score may be those of the run. */
static void
score_group(struct run *run, const size_t *row, size_t n, double *x,
    double *score)
{
	const char *why = iforest_check(&run->params, n, run->rows.d);
	struct iforest *forest;

	if (why != NULL)
		cli_fail(run->cli, "%s", why);
	look_at_group(run, x, n);
	code_categories(run, x, n);
	forest = iforest_fit(x, n, run->rows.d, &run->params);
	if (forest == NULL || iforest_calibrate(forest, run->pool) == -1)
		cli_no_memory(run->cli);
	iforest_scores_with(run->pool, forest, x, n, score);
	judge_group(run, forest, row, x, score, n);
	iforest_free(forest);
}

/* The numbers of the rows, group by group, in their order; end[g] is where group
 * g ends. */
static void
sort_by_group(const struct run *run, size_t *row, size_t *end, size_t groups)
{
	size_t begin = 0;

	for (size_t i = 0; i < run->rows.n; i++)
		end[run->group[i]]++;
	for (size_t g = 0; g < groups; g++) {
		const size_t size = end[g];

		end[g] = begin;
		begin += size;
	}
	for (size_t i = 0; i < run->rows.n; i++)
		row[end[run->group[i]]++] = i;
}

static void
score_groups(struct run *run)
{
	const size_t groups = groups_count(run->groups), d = run->rows.d;
	size_t *row = calloc(run->rows.n + 1, sizeof(*row));
	size_t *end = calloc(groups + 1, sizeof(*end));
	size_t largest = 0, begin = 0;
	double *x, *score;

	if (row == NULL || end == NULL)
		cli_no_memory(run->cli);
	sort_by_group(run, row, end, groups);
	for (size_t g = 0; g < groups; begin = end[g++])
		if (end[g] - begin > largest)
			largest = end[g] - begin;
	x = calloc(largest + 1, (d + 1) * sizeof(*x));
	score = calloc(largest + 1, sizeof(*score));
	if (x == NULL || score == NULL)
		cli_no_memory(run->cli);
	begin = 0;
	for (size_t g = 0; g < groups; begin = end[g++]) {
		for (size_t i = begin; i < end[g]; i++)
			memcpy(x + (i - begin) * d, run->rows.x + row[i] * d,
			    d * sizeof(*x));
		score_group(run, row + begin, end[g] - begin, x, score);
	}
	free(score);
	free(x);
	free(end);
	free(row);
}

static void
score_table(struct run *run)
{
	const size_t n = run->rows.n;

	run->score = calloc(n + 1, sizeof(*run->score));
	run->p = calloc(n + 1, sizeof(*run->p));
	run->flag = calloc(n + 1, sizeof(*run->flag));
	if (run->score == NULL || run->p == NULL || run->flag == NULL)
		cli_no_memory(run->cli);
	if (run->cli->ngroup > 0)
		score_groups(run);
	else if (n > 0)
		score_group(run, NULL, n, run->rows.x, run->score);
	else if (run->o->save != NULL)
		cli_fail(run->cli, "there is no row to fit");
}

/* ---- what is said of a table ---------------------------------------------------- */

/* " in 2 of 5 groups", or nothing where there are none. */
static const char *
where(const struct run *run, size_t count, char text[64])
{
	text[0] = '\0';
	if (run->group != NULL)
		snprintf(text, 64, " in %zu of %zu groups", count,
		    groups_count(run->groups));
	return text;
}

static void
warn(const struct run *run)
{
	const struct cli *cli = run->cli;
	const size_t n = run->rows.n;
	const size_t groups = run->group == NULL ? 1
						 : groups_count(run->groups);
	char text[64];

	if (run->empty > 0)
		cli_warn(cli, "no feature has a value%s: no row is scored",
		    where(run, run->empty, text));
	if (run->few > 0)
		cli_warn(cli, "fewer than 3 rows%s: each scores 0.5",
		    where(run, run->few, text));
	if (run->flat > 0)
		cli_warn(cli,
		    "all features are constant%s: every row scores 0.5",
		    where(run, run->flat, text));
	if (run->small > 0)
		cli_warn(cli,
		    "fewer than %zu rows%s: each tree has all of them "
		    "(--subsample)",
		    run->params.subsample, where(run, run->small, text));
	for (size_t j = 0; n > 0 && j < run->rows.d; j++) {
		const struct iforest_feature *f = &run->rows.feature[j];

		if (!f->numbers && run->empty < groups)
			cli_warn(cli, "feature '%s' has no value", f->name);
		else if (f->constant > 0)
			cli_warn(cli, "feature '%s' is constant%s", f->name,
			    where(run, f->constant, text));
	}
}

static int
by_row(const void *a, const void *b)
{
	const struct reason *x = a, *y = b;

	return x->row < y->row ? -1 : x->row > y->row;
}

static void
sort_reasons(struct run *run)
{
	if (run->reasons > 0)
		qsort(run->reason, run->reasons, sizeof(*run->reason), by_row);
}

static void
write_table(struct run *run)
{
	size_t next = 0;

	sort_reasons(run);
	for (size_t i = 0; i < run->rows.n; i++) {
		const struct reason *reason = NULL;

		if (run->flag[i] == FLAG_YES)
			reason = &run->reason[next++];
		cli_pass_kept(run->cli, run->records, i);
		write_result(run, run->score[i], run->p[i], run->flag[i],
		    reason == NULL ? NULL : run->rows.feature[reason->top].name,
		    reason == NULL ? NULL : reason->why);
	}
}

static void
run_table(struct run *run)
{
	read_table(run);
	score_table(run);
	warn(run);
	write_table(run);
	evaluate(run, run->score);
}

/* ---- several records a row -------------------------------------------------------- */

/* The name of the feature that stands out most in a flagged row. */
static const char *
top_of(const struct run *run, size_t row)
{
	const struct reason wanted = { .row = row };
	const struct reason *reason = bsearch(&wanted, run->reason,
	    run->reasons, sizeof(*run->reason), by_row);

	return run->rows.feature[reason->top].name;
}

static void
write_across(struct run *run, const struct iforest_across *a)
{
	sort_reasons(run);
	for (size_t i = 0; i < table_rows(run->records); i++) {
		const size_t row = iforest_across_row(a, i);

		cli_pass_kept(run->cli, run->records, i);
		if (row == SIZE_MAX)
			write_result(run, NAN, NAN, FLAG_MISSING, NULL, NULL);
		else
			write_result(run, run->score[row], run->p[row],
			    run->flag[row],
			    run->flag[row] == FLAG_YES ? top_of(run, row)
						       : NULL,
			    NULL);
	}
}

static void
run_across(struct run *run)
{
	struct iforest_across *a;

	run->records = table_new();
	run->groups = groups_new(run->cli->ngroup);
	if (run->records == NULL || run->groups == NULL)
		cli_no_memory(run->cli);
	open_records(run);
	a = iforest_across_read(run->cli, run->o, run->in, run->records);
	run->group = iforest_across_rows(a, &run->rows, run->groups);
	if (run->cli->ngroup == 0) {
		free(run->group);
		run->group = NULL;
	}
	score_table(run);
	warn(run);
	write_across(run, a);
	iforest_across_free(a);
}

/* ---- fitting a stream ----------------------------------------------------------- */

enum { SETTLE_ROWS = 1000 }; /* of these the default features are seen */

static void
count_categories(struct run *run, const double *x, size_t n)
{
	const size_t d = run->rows.d;

	for (size_t j = 0; j < d; j++)
		for (size_t i = 0; run->rows.feature[j].coded && i < n; i++)
			if (!isnan(x[i * d + j]) &&
			    frequency_add(&run->rows.feature[j].frequency,
				(size_t)x[i * d + j], 1) == -1)
				cli_no_memory(run->cli);
}

static void
add_rows(struct run *run, struct iforest_stream *stream, const double *x,
    size_t n)
{
	count_categories(run, x, n);
	if (iforest_stream_add(stream, x, n) == -1)
		cli_no_memory(run->cli);
}

/* Read all rows into a stream that keeps a sample. */
static struct iforest_stream *
read_stream(struct run *run)
{
	struct iforest_rows *rows = &run->rows;
	struct iforest_stream *stream;
	const char *why;
	double *row;
	bool more = true;

	iforest_rows_open(rows, run->cli, run->o, run->in);
	while (rows->n < SETTLE_ROWS && (more = cli_next(run->cli, run->in)))
		(void)iforest_rows_add(rows, run->cli, run->in);
	iforest_rows_settle(rows, run->cli);
	if ((why = iforest_check(&run->params, rows->n, rows->d)) != NULL)
		cli_fail(run->cli, "%s", why);
	for (size_t j = 0; j < rows->d; j++)
		rows->feature[j].asked = true;
	row = calloc(rows->d, sizeof(*row));
	stream = iforest_stream_new(rows->d, &run->params);
	if (row == NULL || stream == NULL)
		cli_no_memory(run->cli);
	add_rows(run, stream, rows->x, rows->n);
	while (more && (more = cli_next(run->cli, run->in))) {
		const int status = iforest_rows_values(rows, run->in, true,
		    row);

		if (status == -2)
			cli_no_memory(run->cli);
		if (cli_ok(run->cli, run->in, status))
			add_rows(run, stream, row, 1);
	}
	free(row);
	return stream;
}

static void
code_stream(struct run *run, struct iforest_stream *stream)
{
	for (size_t j = 0; j < run->rows.d; j++) {
		const struct iforest_feature *f = &run->rows.feature[j];
		double *code;

		if (!f->coded)
			continue;
		if ((code = calloc(f->frequency.n + 1, sizeof(*code))) == NULL)
			cli_no_memory(run->cli);
		for (size_t g = 0; g < f->frequency.n; g++)
			code[g] = frequency_code(&f->frequency, g);
		iforest_stream_code(stream, j, code);
		free(code);
	}
}

static void
run_fit(struct run *run)
{
	struct iforest_stream *stream = read_stream(run);
	struct iforest *forest;
	const double *x;
	double threshold, *score;
	size_t n, scored = 0, flagged = 0;

	code_stream(run, stream);
	x = iforest_stream_rows(stream, &n);
	if (n == 0)
		cli_fail(run->cli, "every row lacks a feature");
	look_at_group(run, x, n);
	forest = iforest_stream_fit(stream);
	score = calloc(n, sizeof(*score));
	if (forest == NULL || score == NULL ||
	    iforest_calibrate(forest, run->pool) == -1)
		cli_no_memory(run->cli);
	iforest_scores_with(run->pool, forest, x, n, score);
	if (iforest_threshold(&run->o->rule, score, n, &threshold) == -1)
		cli_no_memory(run->cli);
	for (size_t i = 0; i < n; i++) {
		const enum flag flag = iforest_flag(score[i], threshold);

		scored += flag != FLAG_MISSING;
		flagged += flag == FLAG_YES;
	}
	if (scored == 0)
		cli_fail(run->cli, "no feature has a value");
	warn(run);
	iforest_file_save(run->cli, run->o->save, forest, &run->rows,
	    &run->o->rule, threshold, (double)flagged / (double)scored);
	free(score);
	iforest_free(forest);
	iforest_stream_free(stream);
}

/* ---- scoring with a saved forest ------------------------------------------------ */

static struct field
stream_field(const void *context, size_t feature)
{
	const struct run *run = context;

	return recin_field(run->in, run->rows.feature[feature].column);
}

static void
keep_score(struct run *run, double score)
{
	if (run->label_column == -1)
		return;
	if (vec_grow(&run->eval.score, &run->eval.score_cap, run->eval.n,
		sizeof(*run->eval.score)) == -1)
		cli_no_memory(run->cli);
	run->eval.score[run->eval.n - 1] = score;
}

/* Records that follow the one at hand: many are scored faster than each by
 * itself, and nothing waits for those that are not there yet. */
struct ahead {
	struct span *span[RECIN_RUN_COLUMNS]; /* texts of the features */
	double *x, *score;                    /* of n records */
	size_t n, at;                         /* at: the next to be read */
	size_t scored;                        /* so far */
};

/* Rows after which a forest is made ready for many more. */
enum { MANY_ROWS = 4096 };

static void
ahead_init(struct ahead *ahead, struct run *run)
{
	const size_t d = run->rows.d;

	*ahead = (struct ahead){ 0 };
	ahead->x = calloc(d + 1, RECIN_RUN * sizeof(*ahead->x));
	ahead->score = calloc(RECIN_RUN, sizeof(*ahead->score));
	if (ahead->x == NULL || ahead->score == NULL)
		cli_no_memory(run->cli);
	for (size_t j = 0; j < d && j < RECIN_RUN_COLUMNS; j++) {
		ahead->span[j] = calloc(RECIN_RUN, sizeof(*ahead->span[j]));
		if (ahead->span[j] == NULL)
			cli_no_memory(run->cli);
	}
}

static void
ahead_release(struct ahead *ahead)
{
	for (size_t j = 0; j < RECIN_RUN_COLUMNS; j++)
		free(ahead->span[j]);
	free(ahead->x);
	free(ahead->score);
}

static void
look_ahead(struct ahead *ahead, struct run *run, struct iforest *forest)
{
	const size_t before = ahead->scored;

	if (ahead->at < ahead->n)
		return;
	ahead->at = 0;
	ahead->n = iforest_rows_ahead(&run->rows, run->in, ahead->span,
	    ahead->x);
	ahead->scored += ahead->n;
	if (before < MANY_ROWS && ahead->scored >= MANY_ROWS &&
	    iforest_prepare(forest) == -1)
		cli_no_memory(run->cli);
	iforest_scores(forest, ahead->x, ahead->n, ahead->score);
}

/* The features and score of the record at hand, in *row and *score, own being
 * room for them; false if it is left out. */
static bool
score_record(struct run *run, struct ahead *ahead, const struct iforest *forest,
    double *own, const double **row, double *score)
{
	*row = own;
	if (ahead->at < ahead->n) {
		*row = ahead->x + ahead->at * run->rows.d;
		*score = ahead->score[ahead->at++];
		return true;
	}
	switch (iforest_rows_values(&run->rows, run->in, false, own)) {
	case 0:
		return false;
	case -1:
		cli_fail_input(run->cli, run->in);
	case -2:
		cli_no_memory(run->cli);
	}
	iforest_rows_code(&run->rows, own);
	iforest_scores(forest, own, 1, score);
	return true;
}

/* Write the record at hand; what came of it. */
static enum flag
write_record(struct run *run, struct iforest_judge *judge, const double *row,
    double score, double threshold)
{
	enum flag flag;
	char *why = NULL;

	keep_score(run, score);
	flag = iforest_flag(score, threshold);
	if (flag == FLAG_YES) {
		iforest_judge_row(judge, run->cli, row);
		if (run->o->why > 0)
			why = iforest_judge_text(judge, run->cli, row,
			    stream_field, run);
	}
	cli_pass(run->cli, run->in);
	write_result(run, score, iforest_p(judge->forest, score), flag,
	    flag == FLAG_YES ? run->rows.feature[judge->top[0]].name : NULL,
	    why);
	free(why);
	return flag;
}

/* Say so if the share of flagged rows is not what it was in training, by four
 * standard deviations. */
static void
compare_share(const struct run *run, double share, size_t flagged, size_t n)
{
	const double expected = share * (double)n;
	const double sd = sqrt(expected * (1 - share));

	if (n > 0 && fabs((double)flagged - expected) > 4 * sd + 1)
		cli_warn(run->cli,
		    "%zu of %zu rows are flagged, %.3g %%; of the rows that "
		    "the forest was grown on, it was %.3g %%",
		    flagged, n, 100 * (double)flagged / (double)n, 100 * share);
}

static void
run_model(struct run *run)
{
	struct iforest_saved saved = { 0 };
	struct iforest_judge judge;
	struct ahead ahead;
	size_t n = 0, flagged = 0;
	double threshold, *own;
	int8_t label;

	iforest_file_load(&saved, run->cli, run->o->model);
	threshold = run->o->threshold != NULL ? run->o->rule.value
					      : saved.file.threshold;
	if (iforest_file_features(&saved, &run->rows) == -1 ||
	    (own = calloc(run->rows.d, sizeof(*own))) == NULL)
		cli_no_memory(run->cli);
	ahead_init(&ahead, run);
	for (size_t j = 0; j < run->rows.d; j++)
		run->rows.feature[j].column = cli_need(run->cli, run->in,
		    run->rows.feature[j].name);
	iforest_judge_init(&judge, run->cli, saved.forest, run->rows.feature,
	    run->o->why);
	open_records(run);
	for (;;) {
		const double *row;
		double score;
		enum flag flag;

		look_ahead(&ahead, run, saved.forest);
		if (!cli_next(run->cli, run->in))
			break;
		if (!read_label(run, &label)) {
			ahead.at += ahead.at < ahead.n;
			continue;
		}
		if (!score_record(run, &ahead, saved.forest, own, &row, &score))
			continue;
		keep_label(run, label);
		flag = write_record(run, &judge, row, score, threshold);
		n += flag != FLAG_MISSING;
		flagged += flag == FLAG_YES;
	}
	run->found = flagged > 0;
	if (run->o->threshold == NULL)
		compare_share(run, saved.file.flagged, flagged, n);
	evaluate(run, run->eval.score);
	free(own);
	ahead_release(&ahead);
	iforest_judge_release(&judge);
	iforest_rows_release(&run->rows);
	iforest_file_release(&saved);
}

static void
describe(struct cli *cli, const char *path)
{
	struct iforest_saved saved = { 0 };

	iforest_file_load(&saved, cli, path);
	output_write(cli->output, saved.file.header, strlen(saved.file.header));
	output_write(cli->output, "\n", 1);
	iforest_file_release(&saved);
}

static void
release(struct run *run)
{
	for (size_t i = 0; i < run->reasons; i++)
		free(run->reason[i].why);
	free(run->reason);
	iforest_rows_release(&run->rows);
	free(run->eval.score);
	free(run->eval.label);
	free(run->group);
	free(run->score);
	free(run->p);
	free(run->flag);
	groups_free(run->groups);
	table_free(run->records);
	pool_free(run->pool);
}

static void
run_records(struct run *run, char *const *paths, size_t n)
{
	const struct iforest_options *o = run->o;

	run->label_column = -1;
	run->params = o->params;
	if (o->jobs > 1 && (run->pool = pool_new(o->jobs)) == NULL)
		cli_no_memory(run->cli);
	run->params.pool = run->pool;
	run->in = cli_input(run->cli, paths, n);
	if (o->eval != NULL)
		run->label_column = cli_need(run->cli, run->in, o->eval);
	if (o->model != NULL)
		run_model(run);
	else if (o->fit_only)
		run_fit(run);
	else if (o->across != NULL)
		run_across(run);
	else
		run_table(run);
	release(run);
}

int
main(int argc, char *argv[])
{
	struct cli cli;
	struct iforest_options o;
	struct run run = { .cli = &cli, .o = &o };
	int status;

	cli_init(&cli, usage);
	o = iforest_options_read(&cli, argc, argv);
	cli_start(&cli);
	if (o.describe != NULL)
		describe(&cli, o.describe);
	else
		run_records(&run, argv + optind, (size_t)(argc - optind));
	iforest_options_release(&o);
	status = cli_finish(&cli);
	return status == 0 && o.exit_code && run.found ? 3 : status;
}
