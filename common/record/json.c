#include "record/json.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/decimal.h"
#include "base/number.h"
#include "record/output.h"
#include "record/recout.h"

static void
put(struct json *j, const char *text)
{
	output_write(j->out, text, strlen(text));
}

static void
new_line(struct json *j)
{
	put(j, "\n");
	for (unsigned i = 0; i < j->depth; i++)
		put(j, "  ");
}

/* What stands before a key or an element. */
static void
separate(struct json *j)
{
	if (j->depth == 0)
		return;
	if (j->filled[j->depth])
		put(j, j->flat[j->depth] ? ", " : ",");
	j->filled[j->depth] = true;
	if (!j->flat[j->depth])
		new_line(j);
}

void
json_init(struct json *j, struct output *out, int precision)
{
	*j = (struct json){ .out = out, .precision = precision };
}

void
json_key_span(struct json *j, const char *p, size_t n)
{
	separate(j);
	recout_json_string(j->out, p, n);
	put(j, ": ");
	/* The value follows on the line. */
	j->keyed = true;
}

void
json_key(struct json *j, const char *key)
{
	json_key_span(j, key, strlen(key));
}

static void
begin_value(struct json *j)
{
	if (!j->keyed)
		separate(j);
	j->keyed = false;
}

static void
begin(struct json *j, char bracket)
{
	begin_value(j);
	output_write(j->out, &bracket, 1);
	assert(j->depth + 1 < JSON_DEPTH);
	j->depth++;
	j->filled[j->depth] = false;
	j->flat[j->depth] = false;
	j->closing[j->depth] = bracket == '{' ? '}' : ']';
}

void
json_object(struct json *j)
{
	begin(j, '{');
}

void
json_array(struct json *j)
{
	begin(j, '[');
}

void
json_list(struct json *j)
{
	begin(j, '[');
	j->flat[j->depth] = true;
}

void
json_end(struct json *j)
{
	bool filled = j->filled[j->depth] && !j->flat[j->depth];
	char bracket = j->closing[j->depth];

	j->depth--;
	if (filled)
		new_line(j);
	output_write(j->out, &bracket, 1);
	if (j->depth == 0)
		put(j, "\n");
}

void
json_text_span(struct json *j, const char *p, size_t n)
{
	begin_value(j);
	recout_json_string(j->out, p, n);
}

void
json_text(struct json *j, const char *text)
{
	json_text_span(j, text, strlen(text));
}

void
json_null(struct json *j)
{
	begin_value(j);
	put(j, "null");
}

void
json_bool(struct json *j, bool v)
{
	begin_value(j);
	put(j, v ? "true" : "false");
}

void
json_number(struct json *j, double v)
{
	char text[NUMBER_TEXT_MAX];

	if (!isfinite(v)) {
		json_null(j);
		return;
	}
	begin_value(j);
	output_write(j->out, text, number_format(text, v, j->precision));
}

void
json_int(struct json *j, int64_t v)
{
	char text[24];

	begin_value(j);
	snprintf(text, sizeof(text), "%lld", (long long)v);
	put(j, text);
}

void
json_sum(struct json *j, const struct decimal_sum *v)
{
	char text[DECIMAL_TEXT_MAX];

	begin_value(j);
	output_write(j->out, text, decimal_sum_format(text, v));
}

void
json_date(struct json *j, int32_t day)
{
	char text[DATE_TEXT_MAX];

	if (day == DATE_NONE) {
		json_null(j);
		return;
	}
	date_format(day, text);
	json_text(j, text);
}
