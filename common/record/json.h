/*
 * JSON documents out: objects and arrays over several lines, two blanks a
 * level, for people and for jq.
 */
#ifndef AEE_RECORD_JSON_H
#define AEE_RECORD_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct decimal_sum;
struct output;

enum { JSON_DEPTH = 16 };

struct json {
	struct output *out;
	int precision;
	unsigned depth;
	bool keyed;               /* a key waits for its value */
	bool filled[JSON_DEPTH];  /* something stands in this level already */
	bool flat[JSON_DEPTH];    /* this level is on one line */
	char closing[JSON_DEPTH]; /* the bracket that ends it */
};

/* Begin a document on out; precision as recout_open(). */
void json_init(struct json *j, struct output *out, int precision);

/* Key of the next value; in objects only, before each value. */
void json_key(struct json *j, const char *key);
void json_key_span(struct json *j, const char *p, size_t n);

void json_object(struct json *j);
void json_array(struct json *j);
void json_list(struct json *j); /* an array of scalars, on one line */
void json_end(struct json *j);  /* of the object or array begun last */

void json_text(struct json *j, const char *text);
void json_text_span(struct json *j, const char *p, size_t n);
void json_number(struct json *j, double v); /* NaN, infinities: null */
void json_int(struct json *j, int64_t v);
void json_sum(struct json *j, const struct decimal_sum *v);
void json_date(struct json *j, int32_t day); /* DATE_NONE: null */
void json_bool(struct json *j, bool v);
void json_null(struct json *j);

#endif
