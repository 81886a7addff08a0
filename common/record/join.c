#include "record/join.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/vec.h"
#include "record/group.h"
#include "record/recin.h"
#include "record/table.h"
#include "record/utf8.h"

struct input {
	struct recin *in;
	struct table *table;
	size_t n;       /* columns */
	size_t *column; /* of this input -> of the join */
	bool *key;      /* a column of the key: its texts are not compared */
	int *group;
};

struct join_key {
	size_t group;
	int32_t day;
	size_t number; /* order of appearance: index of the cells */
};

struct join {
	size_t ngroups; /* columns of a group */
	struct input *input;
	size_t ninputs, input_capacity;
	const char **column;
	size_t ncolumns, column_capacity;
	struct groups *groups; /* group -> number */
	struct groups *keys;   /* group and date -> row, as they appear */
	struct field *key;     /* room for one of keys */
	struct field *field;   /* room for two rows */
	struct join_key *row;
	size_t nrows, row_capacity;
	/* Row of each input's table, counted from 1, or 0; ninputs a row. */
	size_t *cell;
	size_t cell_capacity;
};

struct join *
join_new(size_t groups)
{
	struct join *j = calloc(1, sizeof(*j));

	if (j == NULL)
		return NULL;
	j->ngroups = groups;
	j->groups = groups_new(groups);
	j->keys = groups_new(groups + 1);
	j->key = calloc(groups + 1, sizeof(*j->key));
	if (j->groups != NULL && j->keys != NULL && j->key != NULL)
		return j;
	join_free(j);
	return NULL;
}

/* The column of the join of this name, a new one if need be; SIZE_MAX if out of
 * memory. */
static size_t
column_of(struct join *j, const char *name)
{
	for (size_t i = 0; i < j->ncolumns; i++)
		if (strcmp(j->column[i], name) == 0)
			return i;
	if (vec_grow(&j->column, &j->column_capacity, j->ncolumns + 1,
		sizeof(*j->column)) == -1)
		return SIZE_MAX;
	j->column[j->ncolumns] = name;
	return j->ncolumns++;
}

int
join_input(struct join *j, struct recin *in, int date, const int *group)
{
	size_t n = recin_columns(in);
	struct field *field;
	struct input *input;

	if (vec_grow(&j->input, &j->input_capacity, j->ninputs + 1,
		sizeof(*j->input)) == -1)
		return -1;
	input = &j->input[j->ninputs++];
	*input = (struct input){ .in = in, .n = n };
	input->table = table_new();
	input->column = calloc(n + 1, sizeof(*input->column));
	input->key = calloc(n + 1, sizeof(*input->key));
	input->group = calloc(j->ngroups + 1, sizeof(*input->group));
	if (input->table == NULL || input->column == NULL ||
	    input->key == NULL || input->group == NULL)
		return -1;
	recin_want_all(in);
	input->key[date] = true;
	for (size_t i = 0; i < j->ngroups; i++) {
		input->group[i] = group[i];
		input->key[group[i]] = true;
	}
	for (size_t i = 0; i < n; i++) {
		input->column[i] = column_of(j, recin_name(in, i));
		if (input->column[i] == SIZE_MAX)
			return -1;
	}
	field = realloc(j->field, 2 * (j->ncolumns + 1) * sizeof(*field));
	if (field == NULL)
		return -1;
	j->field = field;
	return 0;
}

/* The row of the record at hand of an input, a new one if need be; SIZE_MAX if
 * out of memory. */
static size_t
row_of(struct join *j, const struct input *input, int32_t day)
{
	char text[DATE_TEXT_MAX];
	size_t group, row;
	bool fresh;

	for (size_t i = 0; i < j->ngroups; i++)
		j->key[i] = recin_field(input->in, input->group[i]);
	j->key[j->ngroups] = (struct field){ .p = text,
		.n = date_format(day, text) };
	group = groups_find(j->groups, j->key, NULL);
	row = groups_find(j->keys, j->key, &fresh);
	if (group == SIZE_MAX || row == SIZE_MAX || !fresh)
		return group == SIZE_MAX ? SIZE_MAX : row;
	if (vec_grow(&j->row, &j->row_capacity, row + 1, sizeof(*j->row)) ==
		-1 ||
	    vec_grow(&j->cell, &j->cell_capacity, (row + 1) * j->ninputs,
		sizeof(*j->cell)) == -1)
		return SIZE_MAX;
	j->row[row] = (struct join_key){ group, day, row };
	memset(j->cell + row * j->ninputs, 0, j->ninputs * sizeof(*j->cell));
	return j->nrows++;
}

/* The fields of the row with this number, so far. */
static void
collect(const struct join *j, size_t number, struct field *fields)
{
	for (size_t i = 0; i < j->ncolumns; i++)
		fields[i] = (struct field){ .kind = FIELD_NULL };
	for (size_t i = 0; i < j->ninputs; i++) {
		const struct input *input = &j->input[i];
		size_t cell = j->cell[number * j->ninputs + i];
		struct field *own = j->field + j->ncolumns;

		if (cell == 0)
			continue;
		table_row(input->table, cell - 1, own);
		for (size_t k = 0; k < input->n; k++) {
			struct field *to = &fields[input->column[k]];

			if (field_missing(*to) && own[k].kind != FIELD_ABSENT)
				*to = own[k];
		}
	}
}

/* Whether the record at hand contradicts the earlier inputs: 1 if it does not,
 * else the status of its refusal. */
static int
compare(struct join *j, const struct input *input, size_t number)
{
	collect(j, number, j->field);
	for (size_t i = 0; i < input->n; i++) {
		struct field own = recin_field(input->in, (int)i);
		struct field other = j->field[input->column[i]];
		char why[200];

		if (input->key[i] || field_missing(own) ||
		    field_missing(other) ||
		    (own.n == other.n && memcmp(own.p, other.p, own.n) == 0))
			continue;
		snprintf(why, sizeof(why),
		    "differs from '%.*s' of an earlier file",
		    utf8_shown(other.p, other.n), other.p);
		return recin_reject(input->in, (int)i, why);
	}
	return 1;
}

int
join_add(struct join *j, size_t i, int32_t day)
{
	struct input *input = &j->input[i];
	size_t number, *cell;
	int status;

	if (recin_extras(input->in) > 0) {
		struct field key;
		char why[200];

		(void)recin_extra(input->in, 0, &key);
		snprintf(why, sizeof(why),
		    "key '%.*s' is not in the first record",
		    utf8_shown(key.p, key.n), key.p);
		return recin_reject(input->in, -1, why);
	}
	if ((number = row_of(j, input, day)) == SIZE_MAX)
		return recin_fail(input->in, "out of memory");
	cell = &j->cell[number * j->ninputs + i];
	if (*cell != 0)
		return recin_reject(input->in, -1,
		    j->ngroups == 0 ? "the date stands twice"
				    : "the date stands twice in its group");
	if ((status = compare(j, input, number)) != 1)
		return status;
	if (table_add(input->table, input->in) == -1)
		return recin_fail(input->in, "out of memory");
	*cell = table_rows(input->table);
	return 1;
}

static int
by_group_and_day(const void *a, const void *b)
{
	const struct join_key *x = a, *y = b;

	if (x->group != y->group)
		return x->group < y->group ? -1 : 1;
	return (x->day > y->day) - (x->day < y->day);
}

void
join_sort(struct join *j)
{
	if (j->nrows > 0)
		qsort(j->row, j->nrows, sizeof(*j->row), by_group_and_day);
}

size_t
join_columns(const struct join *j)
{
	return j->ncolumns;
}

const char *
join_name(const struct join *j, size_t column)
{
	return j->column[column];
}

size_t
join_rows(const struct join *j)
{
	return j->nrows;
}

int32_t
join_day(const struct join *j, size_t row)
{
	return j->row[row].day;
}

void
join_row(const struct join *j, size_t row, struct field *fields)
{
	collect(j, j->row[row].number, fields);
}

void
join_free(struct join *j)
{
	if (j == NULL)
		return;
	for (size_t i = 0; i < j->ninputs; i++) {
		table_free(j->input[i].table);
		free(j->input[i].column);
		free(j->input[i].key);
		free(j->input[i].group);
	}
	free(j->input);
	free(j->column);
	groups_free(j->groups);
	groups_free(j->keys);
	free(j->key);
	free(j->field);
	free(j->row);
	free(j->cell);
	free(j);
}
