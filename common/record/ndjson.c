#include "record/ndjson.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
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
			return *length > s->max_record ? SOURCE_TOO_LONG
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

enum record_status
ndjson_record(struct source *s, struct row *row, char why[WHY_MAX])
{
	source_consume(s);
	for (;;) {
		size_t n, blank = 0;
		enum source_status status = whole_line(s, &n);
		const char *p = s->buffer + s->start;

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
		return ndjson_line(p, n, row, why);
	}
}
