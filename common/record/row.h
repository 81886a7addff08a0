/* The fields of one record as a grammar delivers them, reused from record to
 * record. */
#ifndef AEE_RECORD_ROW_H
#define AEE_RECORD_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record/field.h"

struct row {
	/* CSV as it was found: field i is between edge[i] and edge[i + 1], both
	 * not included, from base on, with its quotes or blanks; NULL: the
	 * fields are below.  edge[0] is UINT32_MAX, for -1. */
	const char *base;
	const uint32_t *edge;
	struct field *field;
	struct field *key; /* NDJSON: the keys, in the order of the record */
	size_t n, capacity, key_capacity;
	char *text; /* storage of what cannot be a span of the input */
	size_t used, text_capacity;
	/* The record is known to be UTF-8 without NUL, and to have the fields of
	 * the header or the keys of the good record before it. */
	bool clean;
	/* So many bytes from base on are the record as its fields would be
	 * written in its format, an object without its closing brace; 0: that
	 * is not known. */
	size_t bare;
};

/* Whether a field as it was found has more than its text. */
static inline bool
row_is_dressed(const char *p, size_t n)
{
	return n > 0 && (*p == '"' || *p == ' ' || p[n - 1] == ' ');
}

/* Take off it what does not belong to it: its quotes, or the blanks around it.
 */
void row_strip(const char **p, size_t *n);

/* Field i of the row into *f, each member by itself: a struct that is copied
 * right after its members were written makes the processor wait. */
static inline void
row_get(const struct row *row, size_t i, struct field *f)
{
	uint32_t start;
	const char *p;
	size_t n;

	if (row->edge == NULL) {
		*f = row->field[i];
		return;
	}
	start = row->edge[i] + 1;
	p = row->base + start;
	n = row->edge[i + 1] - start;
	f->p = p;
	f->n = n;
	f->kind = FIELD_TEXT;
	f->padded = true;
	if (row_is_dressed(p, n))
		row_strip(&f->p, &f->n);
}

enum { RUN_MAX = 256 };

/* Some fields of records that follow one another: column[i].span[r] is field
 * column[i].slot of record r. */
struct run_column {
	size_t slot;
	struct span *span;
};

struct run {
	size_t ncolumns;
	const struct run_column *column;
	size_t n; /* records */
	/* Bytes and newlines from the start of the first to the end of each. */
	size_t end[RUN_MAX];
	uint64_t lines[RUN_MAX];
};

void row_release(struct row *row); /* a zeroed row is allowed */

/* What came of reading a record. */
enum record_status {
	RECORD_OK = 1,
	RECORD_END = 0,
	RECORD_BAD = -1,   /* this record; the next can be read */
	RECORD_FATAL = -2, /* no more records can be read */
};

enum { WHY_MAX = 512 }; /* bytes for a reason, its NUL included */

#endif
