#include "record/pivot.h"

#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/set.h"
#include "base/vec.h"
#include "record/cli.h"
#include "record/group.h"

struct row {
	int32_t day;
	size_t group;
};

struct pivot {
	struct cli *cli;
	struct recin *in;
	int date;
	int *group, *column;
	char *const *name; /* of the columns that make one of ours */
	size_t ncolumns;
	struct field *key;
	struct groups *rows, *columns, *groups;
	struct row *row;
	size_t row_capacity;
	struct set *taken; /* of each column: the rows that have it */
	size_t taken_capacity;
	size_t last_row, last_column; /* of the record before */
};

struct pivot *
pivot_new(struct cli *cli, char *const *names, size_t n)
{
	struct pivot *p = calloc(1, sizeof(*p));

	if (p == NULL)
		cli_no_memory(cli);
	*p = (struct pivot){ .cli = cli, .name = names, .ncolumns = n };
	p->column = calloc(n + 1, sizeof(*p->column));
	p->key = calloc(cli->ngroup + n + 1, sizeof(*p->key));
	p->rows = groups_new(cli->ngroup + 1);
	p->columns = groups_new(n);
	p->groups = groups_new(cli->ngroup);
	if (p->column == NULL || p->key == NULL || p->rows == NULL ||
	    p->columns == NULL || p->groups == NULL)
		cli_no_memory(cli);
	return p;
}

void
pivot_input(struct pivot *p, struct recin *in)
{
	p->in = in;
	p->date = cli_need(p->cli, in, "date");
	free(p->group);
	p->group = cli_group_columns(p->cli, in);
	for (size_t k = 0; k < p->ncolumns; k++)
		p->column[k] = cli_need(p->cli, in, p->name[k]);
	for (size_t i = 0; i < pivot_columns(p); i++)
		set_release(&p->taken[i]);
}

static bool
same_text(struct field a, struct field b)
{
	return a.n == b.n && a.kind == b.kind &&
	    (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* Whether the record at hand is of this row, as most are of that before. */
static bool
is_row(const struct pivot *p, size_t row, int32_t day)
{
	if (row >= groups_count(p->rows) || p->row[row].day != day)
		return false;
	for (size_t k = 0; k < p->cli->ngroup; k++)
		if (!same_text(recin_field(p->in, p->group[k]),
			groups_key(p->rows, row, k)))
			return false;
	return true;
}

/* Whether it is of this column, as most are of the next. */
static bool
is_column(const struct pivot *p, size_t column)
{
	if (column >= groups_count(p->columns))
		return false;
	for (size_t k = 0; k < p->ncolumns; k++)
		if (!same_text(recin_field(p->in, p->column[k]),
			groups_key(p->columns, column, k)))
			return false;
	return true;
}

static size_t
row_at_hand(struct pivot *p, int32_t day)
{
	const size_t groups = p->cli->ngroup;
	char text[DATE_TEXT_MAX];
	bool fresh;
	size_t i;

	for (size_t k = 0; k < groups; k++)
		p->key[k] = recin_field(p->in, p->group[k]);
	p->key[groups] = (struct field){ .p = text,
		.n = date_format(day, text) };
	if ((i = groups_find(p->rows, p->key, &fresh)) == SIZE_MAX)
		cli_no_memory(p->cli);
	if (!fresh)
		return i;
	if (vec_grow(&p->row, &p->row_capacity, i + 1, sizeof(*p->row)) == -1)
		cli_no_memory(p->cli);
	p->row[i].day = day;
	if ((p->row[i].group = groups_find(p->groups, p->key, NULL)) ==
	    SIZE_MAX)
		cli_no_memory(p->cli);
	return i;
}

static size_t
column_at_hand(struct pivot *p)
{
	bool fresh;
	size_t i;

	for (size_t k = 0; k < p->ncolumns; k++)
		p->key[k] = recin_field(p->in, p->column[k]);
	if ((i = groups_find(p->columns, p->key, &fresh)) == SIZE_MAX)
		cli_no_memory(p->cli);
	if (!fresh)
		return i;
	if (vec_grow(&p->taken, &p->taken_capacity, i + 1, sizeof(*p->taken)) ==
	    -1)
		cli_no_memory(p->cli);
	p->taken[i] = (struct set){ 0 };
	return i;
}

bool
pivot_place(struct pivot *p, size_t *row, size_t *column)
{
	int32_t day;

	if (!cli_ok(p->cli, p->in, recin_date(p->in, p->date, &day)))
		return false;
	*row = p->last_row;
	if (!is_row(p, *row, day))
		*row = row_at_hand(p, day);
	*column = p->last_column + 1 < pivot_columns(p) ? p->last_column + 1
							: 0;
	if (!is_column(p, *column))
		*column = column_at_hand(p);
	p->last_row = *row;
	p->last_column = *column;
	switch (set_add(&p->taken[*column], (uint32_t)*row)) {
	case 1:
		return true;
	case 0:
		return cli_ok(p->cli, p->in,
		    recin_reject(p->in, p->column[0],
			"stands twice on its day"));
	default:
		cli_no_memory(p->cli);
	}
}

size_t
pivot_rows(const struct pivot *p)
{
	return groups_count(p->rows);
}

size_t
pivot_columns(const struct pivot *p)
{
	return groups_count(p->columns);
}

int32_t
pivot_day(const struct pivot *p, size_t row)
{
	return p->row[row].day;
}

size_t
pivot_group(const struct pivot *p, size_t row)
{
	return p->row[row].group;
}

struct field
pivot_group_key(const struct pivot *p, size_t row, size_t k)
{
	return groups_key(p->rows, row, k);
}

size_t
pivot_groups(const struct pivot *p)
{
	return groups_count(p->groups);
}

struct field
pivot_column_key(const struct pivot *p, size_t column, size_t k)
{
	return groups_key(p->columns, column, k);
}

void
pivot_free(struct pivot *p)
{
	if (p == NULL)
		return;
	for (size_t i = 0; i < pivot_columns(p); i++)
		set_release(&p->taken[i]);
	free(p->taken);
	free(p->row);
	free(p->key);
	free(p->group);
	free(p->column);
	groups_free(p->rows);
	groups_free(p->columns);
	groups_free(p->groups);
	free(p);
}
