#include "record/table.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "record/recin.h"
#include "record/recout.h"

/* A row is its fields one behind the other, each a byte for its kind, its
 * length and its text; keys that are no columns follow, key before value. */
struct table {
	unsigned char *bytes;
	size_t used, capacity;
	size_t *row; /* where each begins */
	size_t n, row_capacity;
	size_t columns;
};

struct table *
table_new(void)
{
	return calloc(1, sizeof(struct table));
}

/* Lengths below 128 take one byte, others nine. */
static int
put(struct table *t, struct field f)
{
	if (vec_grow(&t->bytes, &t->capacity, t->used + 10 + f.n, 1) == -1)
		return -1;
	t->bytes[t->used++] = (unsigned char)f.kind;
	if (f.n < 128) {
		t->bytes[t->used++] = (unsigned char)f.n;
	} else {
		uint64_t n = f.n;

		t->bytes[t->used++] = 128;
		memcpy(t->bytes + t->used, &n, sizeof(n));
		t->used += sizeof(n);
	}
	if (f.n > 0)
		memcpy(t->bytes + t->used, f.p, f.n);
	t->used += f.n;
	return 0;
}

static struct field
get(const struct table *t, size_t *at)
{
	struct field f = { .kind = (enum field_kind)t->bytes[(*at)++] };
	uint64_t n = t->bytes[(*at)++];

	if (n == 128) {
		memcpy(&n, t->bytes + *at, sizeof(n));
		*at += sizeof(n);
	}
	f.n = (size_t)n;
	f.p = (const char *)t->bytes + *at;
	*at += f.n;
	return f;
}

int
table_add(struct table *t, const struct recin *in)
{
	if (vec_grow(&t->row, &t->row_capacity, t->n + 2, sizeof(*t->row)) ==
	    -1)
		return -1;
	t->columns = recin_columns(in);
	t->row[t->n] = t->used;
	for (size_t i = 0; i < t->columns; i++)
		if (put(t, recin_field(in, (int)i)) == -1)
			return -1;
	for (size_t i = 0; i < recin_extras(in); i++) {
		struct field key, value = recin_extra(in, i, &key);

		if (put(t, key) == -1 || put(t, value) == -1)
			return -1;
	}
	t->row[++t->n] = t->used;
	return 0;
}

size_t
table_rows(const struct table *t)
{
	return t->n;
}

struct field
table_field(const struct table *t, size_t row, size_t column)
{
	size_t at = t->row[row];
	struct field f = get(t, &at);

	while (column-- > 0)
		f = get(t, &at);
	return f;
}

void
table_row(const struct table *t, size_t row, struct field *fields)
{
	size_t at = t->row[row];

	for (size_t i = 0; i < t->columns; i++)
		fields[i] = get(t, &at);
}

int
table_write(const struct table *t, size_t row, struct recout *out,
    struct field *key)
{
	size_t at = t->row[row];

	for (size_t i = 0; i < t->columns; i++)
		recout_field(out, get(t, &at));
	while (at < t->row[row + 1]) {
		*key = get(t, &at);
		if (recout_extra(out, *key, get(t, &at)) == -1)
			return -1;
	}
	return 0;
}

void
table_free(struct table *t)
{
	if (t == NULL)
		return;
	free(t->bytes);
	free(t->row);
	free(t);
}
