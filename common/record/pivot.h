/*
 * Records in long form as cells of a table: a row for each day and group, a
 * column for each combination of texts that tells the records of a day apart.
 *
 *	date,metric,z            row 0 is 2025-01-01, row 1 2025-01-02
 *	2025-01-01,orders,0.3    column 0 is orders, column 1 aov
 *	2025-01-01,aov,-1.2
 *	2025-01-02,orders,2.0
 *
 * Rows and columns are numbered in order of first appearance.
 */
#ifndef AEE_RECORD_PIVOT_H
#define AEE_RECORD_PIVOT_H

#include <stddef.h>
#include <stdint.h>

#include "record/field.h"

struct cli;
struct recin;
struct pivot;

/* Rows by date and -g, columns by columns of these names.  Ends the program if
 * out of memory; free with pivot_free(). */
struct pivot *pivot_new(struct cli *cli, char *const *names, size_t n);

/* The records that follow are those of `in`, in which a cell may stand once.
 * Ends the program if a column is not there. */
void pivot_input(struct pivot *p, struct recin *in);

/* Where the record at hand belongs; false if it is left out: it has no date, or
 * its cell is taken. */
bool pivot_place(struct pivot *p, size_t *row, size_t *column);

size_t pivot_rows(const struct pivot *p);
size_t pivot_columns(const struct pivot *p);

int32_t pivot_day(const struct pivot *p, size_t row);
/* The number of a row's group, in order of first appearance, and column k of
 * -g. */
size_t pivot_group(const struct pivot *p, size_t row);
struct field pivot_group_key(const struct pivot *p, size_t row, size_t k);
size_t pivot_groups(const struct pivot *p);

/* Text k of those that make a column. */
struct field pivot_column_key(const struct pivot *p, size_t column, size_t k);

void pivot_free(struct pivot *p); /* NULL is allowed */

#endif
