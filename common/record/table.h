/*
 * Records kept: for programs whose model needs a whole column before the first
 * record can leave.  One byte and the length of a field beside its text.
 */
#ifndef AEE_RECORD_TABLE_H
#define AEE_RECORD_TABLE_H

#include <stddef.h>

#include "record/field.h"

struct recin;
struct recout;
struct table;

struct table *table_new(void); /* NULL if out of memory */

/* Keep the record at hand of `in`, every column and key.  -1 if out of
 * memory. */
int table_add(struct table *t, const struct recin *in);

size_t table_rows(const struct table *t);

/* Field of a column of a row, counted from 0; valid until the next
 * table_add(). */
struct field table_field(const struct table *t, size_t row, size_t column);

/* All columns of a row at once, in fields. */
void table_row(const struct table *t, size_t row, struct field *fields);

/* Write the fields of a row to out, as pass_record().  -1 if it has keys that
 * out has no place for; *key is the first of them. */
int table_write(const struct table *t, size_t row, struct recout *out,
    struct field *key);

void table_free(struct table *t); /* NULL is allowed */

#endif
