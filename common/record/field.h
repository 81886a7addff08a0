/*
 * A field of a record: a span of text and what it was in its format, so that
 * it can be passed through unchanged.
 */
#ifndef AEE_RECORD_FIELD_H
#define AEE_RECORD_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum format {
	FORMAT_AUTO, /* input: by the first byte; output: as the input */
	FORMAT_CSV,
	FORMAT_TSV,
	FORMAT_JSONL,
};

enum field_kind {
	FIELD_TEXT,   /* from CSV or TSV: type unknown */
	FIELD_STRING, /* a JSON string, its escapes resolved */
	FIELD_BARE,   /* a JSON number, true or false, as written */
	FIELD_NULL,   /* null */
	FIELD_ABSENT, /* a key that this NDJSON record does not have */
};

/* p is not NUL terminated, and p[0..n-1] is valid UTF-8 without NUL. */
struct field {
	const char *p;
	size_t n;
	enum field_kind kind;
	bool padded; /* FIELD_PAD bytes from p[n] on may be read too */
};

enum { FIELD_PAD = 16 };

/* A field in 16 bytes, for when there are many; it is padded. */
struct span {
	const char *p;
	uint32_t n;
	enum field_kind kind;
};

/* A missing value: an empty field, null, or an absent key. */
static inline bool
field_missing(struct field f)
{
	return f.n == 0;
}

/* Whether the text is a number as JSON writes it: what CSV text must look like
 * to become a number in NDJSON. */
bool field_is_json_number(const char *p, size_t n);

#endif
