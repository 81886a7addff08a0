#include "iforest_rows.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "base/vec.h"
#include "iforest_options.h"
#include "record/appended.h"
#include "record/cli.h"
#include "record/group.h"
#include "record/utf8.h"

/* ---- which columns -------------------------------------------------------------- */

static void
add_feature(struct iforest_rows *rows, struct cli *cli, const struct recin *in,
    int column, bool asked, bool coded)
{
	struct iforest_feature *f = &rows->feature[rows->d++];

	*f = (struct iforest_feature){ .column = column,
		.name = recin_name(in, (size_t)column),
		.asked = asked || coded,
		.coded = coded };
	if (coded && (f->category = groups_new(1)) == NULL)
		cli_no_memory(cli);
}

/* The default features: all columns that are not known to be something else;
 * which of them hold numbers is seen later. */
static void
add_default_features(struct iforest_rows *rows, struct cli *cli,
    const struct iforest_options *o, struct recin *in, const bool *coded)
{
	const size_t n = recin_columns(in);
	const char **name = calloc(n + 1, sizeof(*name));
	bool *taken = calloc(n + 1, sizeof(*taken));
	int date = recin_find(in, "date");

	if (name == NULL || taken == NULL)
		cli_no_memory(cli);
	recin_want_all(in);
	for (size_t i = 0; i < n; i++)
		name[i] = recin_name(in, i);
	appended_columns(name, n, taken);
	if (date != -1)
		taken[date] = true;
	if (o->eval != NULL)
		taken[cli_need(cli, in, o->eval)] = true;
	for (size_t i = 0; i < cli->ngroup; i++)
		taken[cli_need(cli, in, cli->group[i])] = true;
	for (size_t i = 0; i < o->nexclude; i++)
		taken[cli_need(cli, in, o->exclude[i])] = true;
	for (size_t i = 0; i < n; i++)
		if (coded[i] || !taken[i])
			add_feature(rows, cli, in, (int)i, false, coded[i]);
	free(name);
	free(taken);
}

static void
add_features(struct iforest_rows *rows, struct cli *cli,
    const struct iforest_options *o, struct recin *in, bool *coded)
{
	for (size_t i = 0; i < o->nfeatures; i++) {
		const int column = cli_need(cli, in, o->features[i]);

		add_feature(rows, cli, in, column, true, coded[column]);
		coded[column] = false;
	}
	for (size_t i = 0; i < o->ncategorical; i++) {
		const int column = cli_need(cli, in, o->categorical[i]);

		if (coded[column])
			add_feature(rows, cli, in, column, true, true);
	}
}

void
iforest_rows_open(struct iforest_rows *rows, struct cli *cli,
    const struct iforest_options *o, struct recin *in)
{
	const size_t asked = o->nfeatures + o->ncategorical;
	size_t most;
	bool *coded;

	/* Before the first NDJSON record, columns come up by being named. */
	for (size_t i = 0; i < o->nfeatures; i++)
		cli_need(cli, in, o->features[i]);
	for (size_t i = 0; i < o->ncategorical; i++)
		cli_need(cli, in, o->categorical[i]);
	for (size_t i = 0; i < o->nexclude; i++)
		cli_need(cli, in, o->exclude[i]);
	if (o->eval != NULL)
		cli_need(cli, in, o->eval);
	most = recin_columns(in) + asked + 1;
	rows->whole = o->params.missing == IFOREST_FAIL;
	rows->feature = calloc(most, sizeof(*rows->feature));
	rows->left = calloc(most, sizeof(*rows->left));
	coded = calloc(most, sizeof(*coded));
	if (rows->feature == NULL || rows->left == NULL || coded == NULL)
		cli_no_memory(cli);
	for (size_t i = 0; i < o->ncategorical; i++)
		coded[cli_need(cli, in, o->categorical[i])] = true;
	if (o->features != NULL)
		add_features(rows, cli, o, in, coded);
	else
		add_default_features(rows, cli, o, in, coded);
	free(coded);
}

/* ---- values --------------------------------------------------------------------- */

static int
read_category(struct iforest_feature *f, struct field field, bool learn,
    double *v)
{
	size_t g;

	*v = NAN;
	if (field_missing(field))
		return 1;
	g = learn ? groups_find(f->category, &field, NULL)
		  : groups_look(f->category, &field);
	if (g == SIZE_MAX && learn)
		return -2;
	*v = (double)(g == SIZE_MAX ? groups_count(f->category) : g);
	return 1;
}

/* A value of a default feature: NaN where it is missing or no number. */
static int
read_number_or_text(struct iforest_feature *f, const struct recin *in,
    double *v)
{
	const struct field field = recin_field(in, f->column);
	char **place = field_missing(field) ? &f->lack : &f->text;

	*v = NAN;
	if (!field_missing(field) && number_parse(field.p, field.n, v) == 0)
		return 1;
	if (*place == NULL &&
	    asprintf(place, "%s:%llu: '%.*s'", recin_file(in),
		(unsigned long long)recin_line(in),
		utf8_shown(field.p, field.n), field.n > 0 ? field.p : "") == -1)
		return -2;
	return 1;
}

int
iforest_rows_values(struct iforest_rows *rows, struct recin *in, bool learn,
    double *row)
{
	for (size_t j = 0; j < rows->d; j++) {
		struct iforest_feature *f = &rows->feature[j];
		int status;

		if (f->coded)
			status = read_category(f, recin_field(in, f->column),
			    learn, &row[j]);
		else if (f->asked)
			status = recin_number(in, f->column, &row[j]);
		else
			status = read_number_or_text(f, in, &row[j]);
		if (status == 1 && f->asked && rows->whole && isnan(row[j]))
			status = recin_reject(in, f->column, "is missing");
		if (status != 1)
			return status;
		f->numbers |= !isnan(row[j]);
	}
	return 1;
}

/* The feature that a text is; false if the record is one to look at closer. */
static bool
read_span(struct iforest_feature *f, bool whole, const struct span *span,
    double *v)
{
	const struct field field = {
		.p = span->p, .n = span->n, .kind = span->kind, .padded = true
	};

	*v = NAN;
	if (f->coded)
		read_category(f, field, false, v);
	else if (field.n > 0 && number_parse(field.p, field.n, v) == -1)
		return false;
	return !whole || !isnan(*v);
}

size_t
iforest_rows_ahead(struct iforest_rows *rows, struct recin *in,
    struct span *const *span, double *x)
{
	const size_t d = rows->d;
	int column[RECIN_RUN_COLUMNS];
	size_t n, first;

	if (d > RECIN_RUN_COLUMNS)
		return 0;
	for (size_t j = 0; j < d; j++)
		column[j] = rows->feature[j].column;
	n = recin_run(in, column, d, span, &first);
	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j < d; j++)
			if (!read_span(&rows->feature[j], rows->whole,
				&span[j][first + i], &x[i * d + j]))
				return i;
		iforest_rows_code(rows, x + i * d);
	}
	return n;
}

void
iforest_rows_code(const struct iforest_rows *rows, double *row)
{
	for (size_t j = 0; j < rows->d; j++)
		if (rows->feature[j].coded && !isnan(row[j]))
			row[j] = frequency_code(&rows->feature[j].frequency,
			    (size_t)row[j]);
}

/* Leave out feature j, and its values in the n rows. */
static void
leave_out(struct iforest_rows *rows, size_t j)
{
	const size_t d = rows->d--;

	rows->left[rows->nleft++] = rows->feature[j];
	memmove(rows->feature + j, rows->feature + j + 1,
	    (d - 1 - j) * sizeof(*rows->feature));
	for (size_t i = 0; i < rows->n; i++) {
		double *to = rows->x + i * (d - 1);
		const double *from = rows->x + i * d;

		memmove(to, from, j * sizeof(*to));
		memmove(to + j, from + j + 1, (d - 1 - j) * sizeof(*to));
	}
}

/* See whether columns that are left out have numbers, too. */
static void
look_at_left(struct iforest_rows *rows, const struct recin *in)
{
	for (size_t j = 0; j < rows->nleft; j++) {
		const struct field field = recin_field(in,
		    rows->left[j].column);
		double v;

		if (!rows->left[j].numbers && !field_missing(field) &&
		    number_parse(field.p, field.n, &v) == 0)
			rows->left[j].numbers = true;
	}
}

bool
iforest_rows_add(struct iforest_rows *rows, struct cli *cli, struct recin *in)
{
	int status;

	if (vec_grow(&rows->x, &rows->cap, (rows->n + 1) * rows->d + 1,
		sizeof(*rows->x)) == -1)
		cli_no_memory(cli);
	status = iforest_rows_values(rows, in, true,
	    rows->x + rows->n * rows->d);
	if (status == -2)
		cli_no_memory(cli);
	if (!cli_ok(cli, in, status))
		return false;
	rows->n++;
	look_at_left(rows, in);
	for (size_t j = rows->d; j-- > 0;)
		if (rows->feature[j].text != NULL)
			leave_out(rows, j);
	return true;
}

void
iforest_rows_settle(struct iforest_rows *rows, struct cli *cli)
{
	const size_t asked = rows->d;

	if (rows->n == 0)
		return;
	for (size_t j = 0; j < rows->nleft; j++)
		if (rows->left[j].text != NULL && rows->left[j].numbers)
			cli_warn(cli,
			    "column '%s' is left out: %s is not a number",
			    rows->left[j].name, rows->left[j].text);
	for (size_t j = asked; j-- > 0;)
		if (!rows->feature[j].asked && !rows->feature[j].numbers)
			leave_out(rows, j);
	if (rows->d == 0)
		cli_fail(cli, "no column of numbers to look at");
	for (size_t j = 0; rows->whole && j < rows->d; j++)
		if (rows->feature[j].lack != NULL)
			cli_fail(cli, "%.*s: column '%s': '' is missing",
			    (int)strlen(rows->feature[j].lack) - 4,
			    rows->feature[j].lack, rows->feature[j].name);
}

static void
release(struct iforest_feature *feature, size_t n)
{
	for (size_t j = 0; j < n; j++) {
		groups_free(feature[j].category);
		frequency_release(&feature[j].frequency);
		free(feature[j].text);
		free(feature[j].lack);
	}
	free(feature);
}

void
iforest_rows_release(struct iforest_rows *rows)
{
	release(rows->feature, rows->d);
	release(rows->left, rows->nleft);
	free(rows->x);
	*rows = (struct iforest_rows){ 0 };
}
