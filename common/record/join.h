/*
 * Records of several inputs joined by their day and groups, each key a row:
 * an outer join, for results that were computed apart from each other.
 *
 *	struct join *j = join_new(groups);
 *	join_input(j, in, ...) for each input
 *	join_add(j, i, day) for each record of input i
 *	join_sort(j);
 *	for (row = 0; row < join_rows(j); row++)
 *		join_row(j, row, fields)
 *
 * The columns are those of the first input, then those that the second has
 * beside them, and so on.  Where several inputs have a column, their texts must
 * be equal; a missing one gives way to a text.
 *
 * Everything is kept: memory is that of record/table.h, and 8 bytes for each
 * row and input.
 */
#ifndef AEE_RECORD_JOIN_H
#define AEE_RECORD_JOIN_H

#include <stddef.h>
#include <stdint.h>

#include "record/field.h"

struct join;
struct recin;

struct join *join_new(size_t groups); /* columns of them; NULL: no memory */

/* The next input, its column of the date and its `groups` of the groups (copied),
 * asking it for every column; all inputs before the first record.  -1 if out of
 * memory.  in must outlive the join. */
int join_input(struct join *j, struct recin *in, int date, const int *group);

/* Take the record at hand of input i, counted from 0.  1; or, as
 * recin_number(), 0 or -1: if the key stands twice in the input, a text differs
 * from that of an earlier input, there are keys that are no columns, or memory
 * ran out. */
int join_add(struct join *j, size_t i, int32_t day);

/* Put the rows into their order: by group, in order of first appearance in the
 * first input and then the others, and by day. */
void join_sort(struct join *j);

size_t join_columns(const struct join *j);
const char *join_name(const struct join *j, size_t column);
size_t join_rows(const struct join *j);
int32_t join_day(const struct join *j, size_t row);

/* The fields of a row, join_columns() of them, FIELD_NULL where no input has
 * the column in this row; valid until the next join_add(). */
void join_row(const struct join *j, size_t row, struct field *fields);

void join_free(struct join *j); /* NULL is allowed */

#endif
