#include "record/recout.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/decimal.h"
#include "base/number.h"
#include "base/vec.h"
#include "record/output.h"

struct column {
	char *name;
	char *key; /* NDJSON: the name as a string and its colon */
	size_t key_length;
};

struct recout {
	struct output *out;
	enum format format;
	int precision;
	char delimiter;
	struct column *column;
	size_t n, capacity;
	size_t at;  /* column of the next value */
	bool begun; /* NDJSON: a value of this record is written */
	bool header_written;
	bool line_buffered;
};

struct recout *
recout_open(struct output *output, enum format format, int precision)
{
	struct recout *out = calloc(1, sizeof(*out));

	if (out == NULL)
		return NULL;
	assert(format != FORMAT_AUTO);
	out->out = output;
	out->format = format;
	out->precision = precision;
	out->delimiter = format == FORMAT_TSV ? '\t' : ',';
	return out;
}

void
recout_line_buffered(struct recout *out)
{
	out->line_buffered = true;
}

/* Length of the JSON string for p, quotes included; written to to if that is
 * not NULL. */
static size_t
json_string(char *to, const char *p, size_t n)
{
	static const char hex[] = "0123456789abcdef";
	size_t k = 0;

#define PUT(c) (to == NULL ? (void)k++ : (void)(to[k++] = (char)(c)))
	PUT('"');
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)p[i];
		const char *at = strchr("\"\"\\\\\bb\ff\nn\rr\tt", c);

		if (c == '"' || c == '\\') {
			PUT('\\');
			PUT(c);
		} else if (c < 0x20 && c > 0 && at != NULL) {
			PUT('\\');
			PUT(at[1]);
		} else if (c < 0x20) {
			PUT('\\');
			PUT('u');
			PUT('0');
			PUT('0');
			PUT(hex[c >> 4]);
			PUT(hex[c & 15]);
		} else {
			PUT(c);
		}
	}
	PUT('"');
#undef PUT
	return k;
}

void
recout_json_string(struct output *out, const char *p, size_t n)
{
	char small[256];
	size_t size = json_string(NULL, p, n);
	char *text = size <= sizeof(small) ? small : malloc(size);

	if (text == NULL) {
		output_fail(out, "out of memory");
		return;
	}
	output_write(out, text, json_string(text, p, n));
	if (text != small)
		free(text);
}

int
recout_column(struct recout *out, const char *name)
{
	struct column *c;
	size_t n = strlen(name);

	for (size_t i = 0; i < out->n; i++)
		if (strcmp(out->column[i].name, name) == 0)
			return -1;
	if (vec_grow(&out->column, &out->capacity, out->n + 1,
		sizeof(*out->column)) == -1)
		return -1;
	c = &out->column[out->n];
	c->name = strdup(name);
	c->key_length = json_string(NULL, name, n) + 1;
	c->key = malloc(c->key_length);
	if (c->name == NULL || c->key == NULL) {
		free(c->name);
		free(c->key);
		return -1;
	}
	json_string(c->key, name, n);
	c->key[c->key_length - 1] = ':';
	out->n++;
	return 0;
}

static bool
needs_quotes(const struct recout *out, const char *p, size_t n)
{
	if (n == 0)
		return out->n == 1;
	if (p[0] == ' ' || p[0] == '\t' || p[n - 1] == ' ' || p[n - 1] == '\t')
		return true;
	/* What would be a byte order mark at the start of the file. */
	if (n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0)
		return true;
	for (size_t i = 0; i < n; i++)
		if (p[i] == out->delimiter || p[i] == '"' || p[i] == '\n' ||
		    p[i] == '\r')
			return true;
	return false;
}

static void
quoted(struct recout *out, const char *p, size_t n)
{
	const char *quote;

	output_write(out->out, "\"", 1);
	while (n > 0 && (quote = memchr(p, '"', n)) != NULL) {
		size_t run = (size_t)(quote - p) + 1;

		output_write(out->out, p, run);
		output_write(out->out, "\"", 1);
		p += run;
		n -= run;
	}
	if (n > 0)
		output_write(out->out, p, n);
	output_write(out->out, "\"", 1);
}

static void
csv_field(struct recout *out, const char *p, size_t n)
{
	if (needs_quotes(out, p, n))
		quoted(out, p, n);
	else if (n > 0)
		output_write(out->out, p, n);
}

static void
header(struct recout *out)
{
	if (out->header_written || out->format == FORMAT_JSONL || out->n == 0)
		return;
	out->header_written = true;
	for (size_t i = 0; i < out->n; i++) {
		if (i > 0)
			output_write(out->out, &out->delimiter, 1);
		csv_field(out, out->column[i].name,
		    strlen(out->column[i].name));
	}
	output_write(out->out, "\n", 1);
}

/* Bytes beside the value that there is room for at once: of a key, too. */
enum { LEAD_MAX = OUTPUT_ROOM / 2 };

/* Write what stands before the next value; room for n bytes, at most LEAD_MAX,
 * behind it. */
static inline char *
lead(struct recout *out, size_t n)
{
	const struct column *c = &out->column[out->at];
	char *to;

	assert(out->at < out->n);
	if (out->format == FORMAT_JSONL && c->key_length >= LEAD_MAX) {
		output_write(out->out, out->begun ? "," : "{", 1);
		output_write(out->out, c->key, c->key_length);
		to = output_room(out->out, n);
	} else if (out->format == FORMAT_JSONL) {
		to = output_room(out->out, 1 + c->key_length + n);
		*to++ = out->begun ? ',' : '{';
		memcpy(to, c->key, c->key_length);
		to += c->key_length;
	} else {
		if (out->at == 0)
			header(out);
		to = output_room(out->out, 1 + n);
		if (out->at > 0)
			*to++ = out->delimiter;
	}
	out->begun = true;
	out->at++;
	return to;
}

static void
json_value(struct recout *out, struct field f)
{
	if (f.kind == FIELD_STRING)
		recout_json_string(out->out, f.p, f.n);
	else if (field_missing(f))
		output_write(out->out, "null", 4);
	else if (f.kind == FIELD_BARE || field_is_json_number(f.p, f.n))
		output_write(out->out, f.p, f.n);
	else
		recout_json_string(out->out, f.p, f.n);
}

void
recout_field(struct recout *out, struct field f)
{
	if (out->format == FORMAT_JSONL && f.kind == FIELD_ABSENT) {
		out->at++;
		return;
	}
	output_end(out->out, lead(out, 0));
	if (out->format == FORMAT_JSONL)
		json_value(out, f);
	else
		csv_field(out, f.p, f.n);
}

enum format
recout_format(const struct recout *out)
{
	return out->format;
}

void
recout_raw(struct recout *out, const char *p, size_t length, size_t n)
{
	assert(out->at + n <= out->n);
	if (out->format == FORMAT_JSONL) {
		output_write(out->out, out->begun ? "," : "{", 1);
		output_write(out->out, p + 1, length - 1);
	} else {
		if (out->at == 0)
			header(out);
		else
			output_write(out->out, &out->delimiter, 1);
		output_write(out->out, p, length);
	}
	out->begun = true;
	out->at += n;
}

/* A value of few bytes that needs no quotes in any format. */
static void
plain(struct recout *out, const char *p, size_t n)
{
	char *to = lead(out, n);

	memcpy(to, p, n);
	output_end(out->out, to + n);
}

void
recout_text(struct recout *out, const char *text)
{
	recout_field(out,
	    (struct field){
		.p = text, .n = strlen(text), .kind = FIELD_STRING });
}

void
recout_missing(struct recout *out)
{
	recout_field(out, (struct field){ .kind = FIELD_NULL });
}

void
recout_number(struct recout *out, double v)
{
	char *to;

	if (!isfinite(v)) {
		recout_missing(out);
		return;
	}
	to = lead(out, NUMBER_TEXT_MAX);
	output_end(out->out, to + number_format(to, v, out->precision));
}

void
recout_int(struct recout *out, int64_t v)
{
	char text[1 + NUMBER_DIGITS_MAX] = "-";
	const size_t sign = v < 0;
	const uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;

	plain(out, text, sign + number_put(text + sign, u));
}

void
recout_flag(struct recout *out, bool v)
{
	plain(out, v ? "1" : "0", 1);
}

void
recout_date(struct recout *out, int32_t day)
{
	char text[DATE_TEXT_MAX];

	if (day == DATE_NONE) {
		recout_missing(out);
		return;
	}
	date_format(day, text);
	recout_text(out, text);
}

void
recout_time(struct recout *out, const struct date_time *time)
{
	char text[DATE_TIME_MAX];

	date_format_time(time, text);
	recout_text(out, text);
}

void
recout_cents(struct recout *out, int64_t cents)
{
	char text[NUMBER_CENTS_MAX];
	size_t n = number_put_cents(text, cents);

	plain(out, text, n);
}

void
recout_sum(struct recout *out, const struct decimal_sum *v)
{
	char *to = lead(out, DECIMAL_TEXT_MAX);

	output_end(out->out, to + decimal_sum_format(to, v));
}

int
recout_extra(struct recout *out, struct field key, struct field f)
{
	if (out->format != FORMAT_JSONL)
		return -1;
	output_write(out->out, out->begun ? "," : "{", 1);
	recout_json_string(out->out, key.p, key.n);
	output_write(out->out, ":", 1);
	json_value(out, f);
	out->begun = true;
	return 0;
}

void
recout_end(struct recout *out)
{
	assert(out->at == out->n);
	if (out->format == FORMAT_JSONL)
		output_write(out->out, out->begun ? "}\n" : "{}\n",
		    out->begun ? 2 : 3);
	else
		output_write(out->out, "\n", 1);
	out->at = 0;
	out->begun = false;
	if (out->line_buffered)
		output_flush(out->out);
}

void
recout_records(struct recout *out, const char *p, size_t n)
{
	assert(out->at == 0);
	header(out);
	output_write(out->out, p, n);
	if (out->line_buffered)
		output_flush(out->out);
}

bool
recout_failed(const struct recout *out)
{
	return output_error(out->out) != NULL;
}

void
recout_close(struct recout *out)
{
	if (out == NULL)
		return;
	header(out);
	for (size_t i = 0; i < out->n; i++) {
		free(out->column[i].name);
		free(out->column[i].key);
	}
	free(out->column);
	free(out);
}
