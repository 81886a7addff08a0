/* The fields of one record as a grammar delivers them, reused from record to
 * record. */
#ifndef AEE_RECORD_ROW_H
#define AEE_RECORD_ROW_H

#include <stdbool.h>
#include <stddef.h>

#include "record/field.h"

struct row {
	struct field *field;
	struct field *key; /* NDJSON: the keys, in the order of the record */
	size_t n, capacity, key_capacity;
	char *text; /* storage of what cannot be a span of the input */
	size_t used, text_capacity;
	bool clean; /* the record is known to be UTF-8 without NUL */
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
