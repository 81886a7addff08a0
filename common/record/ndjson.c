#include "record/ndjson.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/vec.h"
#include "record/bytes64.h"
#include "record/utf8.h"

/* Where the scan stands in one line. */
struct scan {
	const char *start, *p, *stop;
	struct row *row;
	char *why;
};

bool
field_is_json_number(const char *p, size_t n)
{
	const char *stop = p + n;

	if (p < stop && *p == '-')
		p++;
	if (p == stop || *p < '0' || *p > '9')
		return false;
	if (*p == '0')
		p++;
	else
		while (p < stop && *p >= '0' && *p <= '9')
			p++;
	if (p < stop && *p == '.') {
		if (++p == stop || *p < '0' || *p > '9')
			return false;
		while (p < stop && *p >= '0' && *p <= '9')
			p++;
	}
	if (p < stop && (*p == 'e' || *p == 'E')) {
		p++;
		if (p < stop && (*p == '+' || *p == '-'))
			p++;
		if (p == stop || *p < '0' || *p > '9')
			return false;
		while (p < stop && *p >= '0' && *p <= '9')
			p++;
	}
	return p == stop;
}

static void
blanks(struct scan *s)
{
	while (s->p < s->stop &&
	    (*s->p == ' ' || *s->p == '\t' || *s->p == '\r' || *s->p == '\n'))
		s->p++;
}

static int
expected(struct scan *s, const char *what)
{
	snprintf(s->why, WHY_MAX, "not JSON: expected %s at byte %zu", what,
	    (size_t)(s->p - s->start) + 1);
	return -1;
}

/* Four hexadecimal digits at p; -1 if they are not. */
static int
hex4(const char *p, const char *stop)
{
	int code = 0;

	if (stop - p < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		char c = p[i];
		int digit = c >= '0' && c <= '9' ? c - '0'
		    : c >= 'a' && c <= 'f'       ? c - 'a' + 10
		    : c >= 'A' && c <= 'F'       ? c - 'A' + 10
						 : -1;

		if (digit == -1)
			return -1;
		code = code * 16 + digit;
	}
	return code;
}

/* A \u escape, s->p behind the u: its bytes are added to the text of the row.
 * Surrogates come in pairs. */
static int
unicode_escape(struct scan *s)
{
	int code = hex4(s->p, s->stop), low;

	if (code == -1)
		return expected(s, "four hexadecimal digits");
	s->p += 4;
	if (code == 0)
		return expected(s, "no \\u0000");
	if (code >= 0xd800 && code < 0xe000) {
		if (code >= 0xdc00 || s->stop - s->p < 6 || s->p[0] != '\\' ||
		    s->p[1] != 'u' ||
		    (low = hex4(s->p + 2, s->stop)) < 0xdc00 || low >= 0xe000)
			return expected(s, "a surrogate pair");
		code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
		s->p += 6;
	}
	s->row->used += utf8_encode(s->row->text + s->row->used,
	    (unsigned)code);
	return 0;
}

static int
escape(struct scan *s)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *at;

	if (s->p == s->stop)
		return expected(s, "an escape");
	if (*s->p == 'u') {
		s->p++;
		return unicode_escape(s);
	}
	if (*s->p == '\0' || (at = strchr(from, *s->p)) == NULL)
		return expected(s, "an escape");
	s->row->text[s->row->used++] = to[at - from];
	s->p++;
	return 0;
}

/* A string, s->p at its quote.  Without escapes it is a span of the line; with
 * them it is put together in the row, which has room for a whole line. */
static int
string(struct scan *s, struct field *f)
{
	const char *start = ++s->p;
	size_t used = s->row->used;
	bool copied = false;

	for (;;) {
		const char *run = s->p;

		while (s->p < s->stop && *s->p != '"' && *s->p != '\\' &&
		    (unsigned char)*s->p >= 0x20)
			s->p++;
		if (copied || (s->p < s->stop && *s->p == '\\')) {
			size_t n = (size_t)(s->p - run);

			memcpy(s->row->text + s->row->used, run, n);
			s->row->used += n;
			copied = true;
		}
		if (s->p == s->stop || (unsigned char)*s->p < 0x20)
			return expected(s, "the end of the string");
		if (*s->p == '"')
			break;
		s->p++;
		if (escape(s) == -1)
			return -1;
	}
	*f = (struct field){ .kind = FIELD_STRING };
	if (copied) {
		f->p = s->row->text + used;
		f->n = s->row->used - used;
	} else {
		f->p = start;
		f->n = (size_t)(s->p - start);
	}
	s->p++;
	return 0;
}

/* A number, true, false or null. */
static int
bare(struct scan *s, struct field *f)
{
	const char *start = s->p;
	size_t n;

	while (s->p < s->stop && *s->p != ',' && *s->p != '}' && *s->p != ' ' &&
	    *s->p != '\t' && *s->p != '\r')
		s->p++;
	n = (size_t)(s->p - start);
	if (n == 4 && memcmp(start, "null", 4) == 0) {
		*f = (struct field){ .p = start, .kind = FIELD_NULL };
		return 0;
	}
	*f = (struct field){ .p = start, .n = n, .kind = FIELD_BARE };
	if ((n == 4 && memcmp(start, "true", 4) == 0) ||
	    (n == 5 && memcmp(start, "false", 5) == 0) ||
	    field_is_json_number(start, n))
		return 0;
	s->p = start;
	return expected(s, "a value");
}

static int
member(struct scan *s)
{
	struct row *row = s->row;
	struct field key, value;

	if (s->p == s->stop || *s->p != '"')
		return expected(s, "a key");
	if (string(s, &key) == -1)
		return -1;
	for (size_t i = 0; i < row->n; i++)
		if (row->key[i].n == key.n &&
		    memcmp(row->key[i].p, key.p, key.n) == 0) {
			snprintf(s->why, WHY_MAX, "key '%.*s' stands twice",
			    (int)(key.n < 100 ? key.n : 100), key.p);
			return -1;
		}
	blanks(s);
	if (s->p == s->stop || *s->p != ':')
		return expected(s, "a colon");
	s->p++;
	blanks(s);
	if (s->p < s->stop && (*s->p == '{' || *s->p == '[')) {
		snprintf(s->why, WHY_MAX,
		    "key '%.*s' has a nested value; records must be flat",
		    (int)(key.n < 100 ? key.n : 100), key.p);
		return -1;
	}
	if ((s->p < s->stop && *s->p == '"' ? string(s, &value)
					    : bare(s, &value)) == -1)
		return -1;
	if (vec_grow(&row->field, &row->capacity, row->n + 1,
		sizeof(*row->field)) == -1 ||
	    vec_grow(&row->key, &row->key_capacity, row->n + 1,
		sizeof(*row->key)) == -1) {
		snprintf(s->why, WHY_MAX, "out of memory");
		return -1;
	}
	row->key[row->n] = key;
	row->field[row->n++] = value;
	return 0;
}

static int
object(struct scan *s)
{
	blanks(s);
	if (s->p == s->stop || *s->p != '{')
		return expected(s, "an object");
	s->p++;
	blanks(s);
	if (s->p < s->stop && *s->p == '}') {
		s->p++;
	} else {
		for (;;) {
			if (member(s) == -1)
				return -1;
			blanks(s);
			if (s->p < s->stop && *s->p == '}')
				break;
			if (s->p == s->stop || *s->p != ',')
				return expected(s, "a comma or a brace");
			s->p++;
			blanks(s);
		}
		s->p++;
	}
	blanks(s);
	return s->p == s->stop ? 0 : expected(s, "the end of the line");
}

enum record_status
ndjson_line(const char *p, size_t n, struct row *row, char why[WHY_MAX])
{
	struct scan s = {
		.start = p, .p = p, .stop = p + n, .row = row, .why = why
	};

	row->n = row->used = 0;
	row->edge = NULL;
	row->clean = false;
	row->bare = 0;
	/* No string is longer resolved than written. */
	if (vec_grow(&row->text, &row->text_capacity, n + 1, 1) == -1) {
		snprintf(why, WHY_MAX, "out of memory");
		return RECORD_FATAL;
	}
	return object(&s) == -1 ? RECORD_BAD : RECORD_OK;
}

/* Length of the line at hand with its newline; more is read as needed. */
static enum source_status
whole_line(struct source *s, size_t *length)
{
	size_t seen = 0;

	for (;;) {
		size_t held = s->end - s->start;
		const char *p = s->buffer + s->start;
		const char *stop = held > seen
		    ? memchr(p + seen, '\n', held - seen)
		    : NULL;
		enum source_status status;

		if (stop != NULL) {
			*length = (size_t)(stop - p) + 1;
			return *length - 1 > s->max_record ? SOURCE_TOO_LONG
							   : SOURCE_MORE;
		}
		seen = held;
		if ((status = source_more(s)) < 0)
			return status;
		if (status == SOURCE_END) {
			*length = held;
			return held == 0 ? SOURCE_END : SOURCE_MORE;
		}
	}
}

/* ---- by shape ---------------------------------------------------------------- */

/*
 * The shape of a record is the text between its values: "{"date": " before the
 * first, ", "channel": " before the second, and so on to the newline.  A record
 * with the same text there has the same keys, and only its values have to be
 * looked at.  Strings with escapes, and what is no plain value, leave the record
 * to the scanner above.
 */
struct between {
	size_t at; /* in text */
	size_t n;
};

struct value {
	uint32_t start, n; /* from the start of the record */
	enum field_kind kind;
};

enum { SHAPE_VALUES = 256, SHAPE_TEXT = 16384 };

struct ndjson {
	bool plain;
	bool learned; /* there is a shape: that of the last good record */
	bool keyed;   /* row->key is key below */
	bool tight;   /* it is as recout writes it, but for its values */
	size_t n;     /* values */
	struct between between[SHAPE_VALUES + 1];
	/* Each part starts at a multiple of 16, and is 0 after its end. */
	char text[SHAPE_TEXT];
	struct field key[SHAPE_VALUES];
	struct arena keys;
	struct value value[SHAPE_VALUES]; /* of the record cut last */
};

struct ndjson *
ndjson_new(bool plain)
{
	struct ndjson *in = calloc(1, sizeof(*in));

	if (in != NULL)
		in->plain = plain;
	return in;
}

void
ndjson_free(struct ndjson *in)
{
	if (in == NULL)
		return;
	arena_release(&in->keys);
	free(in);
}

/* Where a value of the row begins in the line at p of n bytes, and where it
 * ends; false if it is not there as it was written. */
static bool
value_in(const struct field *f, const char *p, size_t n, const char **start,
    const char **stop)
{
	if (f->p < p || f->p > p + n)
		return false;
	*start = f->p - (f->kind == FIELD_STRING);
	*stop = f->p + (f->kind == FIELD_NULL ? 4 : f->n) +
	    (f->kind == FIELD_STRING);
	return true;
}

/* Add the text from p to stop, which comes before value i, to the shape. */
static bool
add_between(struct ndjson *in, size_t i, size_t *used, const char *p,
    const char *stop)
{
	size_t n = (size_t)(stop - p);

	if (SHAPE_TEXT - *used < n + 16)
		return false;
	memcpy(in->text + *used, p, n);
	memset(in->text + *used + n, 0, 16);
	in->between[i] = (struct between){ *used, n };
	*used += (n + 15) / 16 * 16;
	return true;
}

/* Whether the text before value i, and that at the end, has nothing but its key:
 * no blanks and no escapes. */
static bool
tight(const struct ndjson *in)
{
	for (size_t i = 0; i < in->n; i++) {
		const char *p = in->text + in->between[i].at;
		const size_t n = in->key[i].n;

		if (in->between[i].n != n + 4 || p[0] != (i == 0 ? '{' : ',') ||
		    p[1] != '"' || memcmp(p + 2, in->key[i].p, n) != 0 ||
		    p[n + 2] != '"' || p[n + 3] != ':')
			return false;
	}
	return in->n > 0 && in->between[in->n].n == 2;
}

/* Learn the shape of a good record, the line at p of n bytes, if it
 * can be. */
static void
learn(struct ndjson *in, const struct row *row, const char *p, size_t n)
{
	const char *from = p, *start, *stop;
	size_t used = 0;

	in->learned = false;
	arena_release(&in->keys);
	if (row->n > SHAPE_VALUES || utf8_valid(p, n) != n)
		return;
	for (size_t i = 0; i < row->n; i++) {
		const struct field *key = &row->key[i];

		if (!value_in(&row->field[i], p, n, &start, &stop) ||
		    !add_between(in, i, &used, from, start))
			return;
		in->key[i] = *key;
		in->key[i].p = arena_copy(&in->keys, key->p, key->n);
		if (in->key[i].p == NULL)
			return;
		from = stop;
	}
	/* The newline ends the shape. */
	if (!add_between(in, row->n, &used, from, p + n) ||
	    SHAPE_TEXT - used < 16)
		return;
	in->text[in->between[row->n].at + in->between[row->n].n++] = '\n';
	in->n = row->n;
	in->tight = tight(in);
	in->learned = true;
}

/* Whether the n bytes at p are those of the shape; more may be looked at. */
static inline bool
same_text(const char *p, const char *own, size_t n)
{
	for (size_t i = 0; i < n; i += 16)
		if (!bytes16_same(p + i, own + i, n - i))
			return false;
	return true;
}

/* The same for a string with bytes that are not ASCII, or longer than 16. */
static const char *
long_string_end(const char *start)
{
	const char *p = start;
	bool ascii = true;

	for (;; p++) {
		if (*p == '"') {
			size_t n = (size_t)(p - start);

			return ascii || utf8_valid(start, n) == n ? p : NULL;
		}
		if (*p == '\\' || (unsigned char)*p < 0x20)
			return NULL;
		ascii &= (unsigned char)*p < 0x80;
	}
}

/* The closing quote of the string whose text begins at p; NULL if there is an
 * escape, or anything that is not for sure a string. */
static inline const char *
string_end(const char *p)
{
	struct bytes16 b = bytes16_load(p);
	unsigned quote = bytes16_equal(&b, '"');
	unsigned odd = bytes16_odd(&b, 0x20) | bytes16_equal(&b, '\\');

	if (quote == 0 || (odd & (quote - 1) & ~quote) != 0)
		return long_string_end(p);
	return p + __builtin_ctz(quote);
}

/* Whether the first n of the bytes, 1 to 15 of them, are digits with perhaps a
 * point among them, as JSON has it. */
static inline bool
plain_number(const char *p, const struct bytes16 *b, size_t n)
{
	unsigned all = (1U << n) - 1;
	unsigned digit = bytes16_odd(b, '9' + 1) & ~bytes16_odd(b, '0');
	unsigned point = bytes16_equal(b, '.') & all;

	return ((digit | point) & all) == all && (point & (point - 1)) == 0 &&
	    (point & 1) == 0 && (point << 1 & ~all) == 0 &&
	    (*p != '0' || n == 1 || p[1] == '.');
}

/* The end of the number, true, false or null at p; NULL if it is not for sure
 * one. */
static inline const char *
bare_end(const char *p, enum field_kind *kind)
{
	struct bytes16 b = bytes16_load(p);
	unsigned stop = bytes16_equal(&b, ',') | bytes16_equal(&b, '}');
	size_t n;

	if (stop == 0 || (stop & 1) != 0)
		return NULL;
	n = (size_t)__builtin_ctz(stop);
	*kind = FIELD_BARE;
	if (plain_number(p, &b, n))
		return p + n;
	if (n == 4 && memcmp(p, "null", 4) == 0) {
		*kind = FIELD_NULL;
		return p + n;
	}
	return (n == 4 && memcmp(p, "true", 4) == 0) ||
		(n == 5 && memcmp(p, "false", 5) == 0) ||
		field_is_json_number(p, n)
	    ? p + n
	    : NULL;
}

/* Length of the record at p, if it has the shape and all of it is there: its
 * values are in->value then.  0: not so.  There are zeros behind what is there,
 * which are in no shape and no value. */
static size_t
cut_record(struct ndjson *in, const char *start)
{
	const char *p = start;
	struct value *value = in->value;

	for (size_t i = 0;; i++, value++) {
		const struct between *between = &in->between[i];
		const char *stop;

		if (!same_text(p, in->text + between->at, between->n))
			return 0;
		p += between->n;
		if (i == in->n)
			return (size_t)(p - start);
		if (*p == '"') {
			p++;
			if ((stop = string_end(p)) == NULL)
				return 0;
			value->kind = FIELD_STRING;
		} else if ((stop = bare_end(p, &value->kind)) == NULL) {
			return 0;
		}
		if (stop - start > INT32_MAX)
			return 0;
		value->start = (uint32_t)(p - start);
		value->n = value->kind == FIELD_NULL ? 0 : (uint32_t)(stop - p);
		p = stop + (value->kind == FIELD_STRING);
	}
}

/* Take the record at hand by the shape, if it has it. */
static bool
shaped_record(struct ndjson *in, struct source *s, struct row *row)
{
	const char *p = s->buffer + s->start;
	size_t length = cut_record(in, p);

	if (length == 0 || length - 1 > s->max_record)
		return false;
	if (!in->keyed) {
		/* There is room: some record had as many. */
		if (in->n > 0)
			memcpy(row->key, in->key, in->n * sizeof(*row->key));
		in->keyed = true;
	}
	for (size_t i = 0; i < in->n; i++)
		row->field[i] = (struct field){ .p = p + in->value[i].start,
			.n = in->value[i].n,
			.kind = in->value[i].kind,
			.padded = true };
	row->n = in->n;
	row->edge = NULL;
	row->clean = true;
	row->base = p;
	row->bare = in->tight ? length - 2 : 0;
	s->raw = length;
	s->raw_lines = 1;
	return true;
}

void
ndjson_run(struct ndjson *in, struct source *s, struct run *run)
{
	const char *p, *start, *stop;

	source_consume(s);
	run->n = 0;
	if (!in->learned)
		return;
	start = p = s->buffer + s->start;
	stop = s->buffer + s->end;
	for (; run->n < RUN_MAX && p < stop; run->n++) {
		size_t length = cut_record(in, p);

		if (length == 0 || length - 1 > s->max_record)
			return;
		for (size_t i = 0; i < run->ncolumns; i++) {
			size_t slot = run->column[i].slot;
			struct span *span = &run->column[i].span[run->n];

			if (slot == SIZE_MAX) {
				*span = (struct span){ .p = "",
					.kind = FIELD_ABSENT };
				continue;
			}
			span->p = p + in->value[slot].start;
			span->n = in->value[slot].n;
			span->kind = in->value[slot].kind;
		}
		p += length;
		run->end[run->n] = (size_t)(p - start);
		run->lines[run->n] = run->n + 1;
	}
}

bool
ndjson_learned(const struct ndjson *in)
{
	return in->learned;
}

void
ndjson_learn(struct ndjson *in, const struct ndjson *from)
{
	in->learned = from->learned;
	in->n = from->n;
	memcpy(in->between, from->between, sizeof(in->between));
	memcpy(in->text, from->text, sizeof(in->text));
}

/* The line at p of n bytes, by the scanner. */
static enum record_status
scanned_record(struct ndjson *in, const char *p, size_t n, struct row *row,
    char *why)
{
	enum record_status status = ndjson_line(p, n, row, why);

	in->keyed = false;
	if (status == RECORD_OK && !in->plain)
		learn(in, row, p, n);
	return status;
}

enum record_status
ndjson_record(struct ndjson *in, struct source *s, struct row *row,
    char why[WHY_MAX])
{
	source_consume(s);
	for (;;) {
		size_t n, blank = 0;
		enum source_status status;
		const char *p;

		if (in->learned && shaped_record(in, s, row))
			return RECORD_OK;
		status = whole_line(s, &n);
		p = s->buffer + s->start;
		if (status == SOURCE_END)
			return RECORD_END;
		if (status < 0) {
			source_why(s, status, why, WHY_MAX);
			return RECORD_FATAL;
		}
		while (blank < n &&
		    (p[blank] == ' ' || p[blank] == '\t' || p[blank] == '\r' ||
			p[blank] == '\n'))
			blank++;
		if (blank == n) {
			source_skip(s, n);
			continue;
		}
		source_hold(s, n);
		if (p[n - 1] == '\n')
			n--;
		return scanned_record(in, p, n, row, why);
	}
}
