#include "detect_days.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "record/group.h"

/* What is known of a member, by day. */
struct line {
	enum metric_dimension dimension;
	bool has[SUMS];
	double *x[SUMS];
	int8_t *there;
};

struct days {
	int32_t first;
	size_t n, capacity; /* days */
	struct line *line;
	size_t lines, line_capacity;
	struct groups *names; /* dimension and member -> line */
	struct metric_sums *sums;
	size_t sums_capacity;
};

static const char *const dimension_name[] = { "total", "channel", "category" };

struct days *
days_new(void)
{
	struct days *d = calloc(1, sizeof(*d));

	if (d != NULL && (d->names = groups_new(2)) == NULL) {
		free(d);
		return NULL;
	}
	return d;
}

void
days_free(struct days *d)
{
	if (d == NULL)
		return;
	for (size_t i = 0; i < d->lines; i++) {
		for (int k = 0; k < SUMS; k++)
			free(d->line[i].x[k]);
		free(d->line[i].there);
	}
	free(d->line);
	free(d->sums);
	groups_free(d->names);
	free(d);
}

/* Move and widen the arrays of a line from n days to `capacity`, the first n of
 * them from day `shift` on.  Returns 0 or -1. */
static int
line_widen(struct line *l, size_t n, size_t capacity, size_t shift)
{
	int8_t *there = calloc(capacity, sizeof(*there));

	if (there == NULL)
		return -1;
	if (n > 0)
		memcpy(there + shift, l->there, n * sizeof(*there));
	free(l->there);
	l->there = there;
	for (int k = 0; k < SUMS; k++) {
		double *x = malloc(capacity * sizeof(*x));

		if (x == NULL)
			return -1;
		for (size_t t = 0; t < capacity; t++)
			x[t] = NAN;
		if (n > 0)
			memcpy(x + shift, l->x[k], n * sizeof(*x));
		free(l->x[k]);
		l->x[k] = x;
	}
	return 0;
}

size_t
days_line(struct days *d, enum metric_dimension dimension, struct field member)
{
	const struct field key[] = { { .p = dimension_name[dimension],
					 .n = strlen(dimension_name[dimension]),
					 .kind = FIELD_TEXT },
		member };
	struct line l = { .dimension = dimension };
	bool fresh;
	size_t i = groups_find(d->names, key, &fresh);

	if (i == SIZE_MAX || !fresh)
		return i;
	if (vec_grow(&d->line, &d->line_capacity, i + 1, sizeof(*d->line)) ==
		-1 ||
	    vec_grow(&d->sums, &d->sums_capacity, i + 1, sizeof(*d->sums)) ==
		-1)
		return SIZE_MAX;
	d->line[i] = l;
	d->lines = i + 1;
	if (d->capacity > 0 && line_widen(&d->line[i], 0, d->capacity, 0) == -1)
		return SIZE_MAX;
	return i;
}

void
days_has(struct days *d, size_t line, int sum)
{
	d->line[line].has[sum] = true;
}

/* Make room for the days from first on, n of them, all that there are among
 * them. */
static int
reach(struct days *d, int32_t first, size_t n)
{
	const size_t shift = d->n > 0 ? (size_t)(d->first - first) : 0;
	size_t capacity = d->capacity;

	if (shift > 0 || n > capacity) {
		capacity = capacity < 64 ? 64 : capacity;
		while (capacity < n)
			capacity *= 2;
		for (size_t i = 0; i < d->lines; i++)
			if (line_widen(&d->line[i], d->n, capacity, shift) ==
			    -1)
				return -1;
		d->capacity = capacity;
	}
	d->first = first;
	d->n = n;
	return 0;
}

int
days_set(struct days *d, int32_t day, size_t line, const double sum[SUMS])
{
	struct line *l = &d->line[line];
	int32_t first = day, last = day;
	size_t t;

	if (d->n > 0) {
		const int32_t end = d->first + (int32_t)d->n - 1;

		first = day < d->first ? day : d->first;
		last = day > end ? day : end;
	}
	if (last - first >= DAYS_MOST)
		return -2;
	if (reach(d, first, (size_t)(last - first) + 1) == -1)
		return -1;
	t = (size_t)(day - d->first);
	if (l->there[t])
		return 0;
	l->there[t] = 1;
	for (int k = 0; k < SUMS; k++) {
		l->x[k][t] = sum[k];
		l->has[k] |= !isnan(sum[k]);
	}
	return 1;
}

size_t
days_count(const struct days *d)
{
	return d->n;
}

int32_t
days_first(const struct days *d)
{
	return d->first;
}

bool
days_seen(const struct days *d, size_t t)
{
	for (size_t i = 0; i < d->lines; i++)
		if (d->line[i].there[t])
			return true;
	return false;
}

void
days_fill(struct days *d, size_t t)
{
	if (!days_seen(d, t))
		return;
	for (size_t i = 0; i < d->lines; i++) {
		struct line *l = &d->line[i];

		if (l->there[t] || l->dimension == METRIC_TOTAL)
			continue;
		for (int k = 0; k < SUMS; k++)
			if (l->has[k])
				l->x[k][t] = 0;
	}
}

static struct metric_sums
sums_of(const struct line *l, size_t t)
{
	return (struct metric_sums){
		l->has[SUM_REVENUE] ? l->x[SUM_REVENUE] + t : NULL,
		l->has[SUM_ORDERS] ? l->x[SUM_ORDERS] + t : NULL,
		l->has[SUM_SESSIONS] ? l->x[SUM_SESSIONS] + t : NULL,
	};
}

/* The sums of a dimension into to[]; how many. */
static size_t
collect(const struct days *d, enum metric_dimension dimension, size_t t,
    struct metric_sums *to)
{
	size_t n = 0;

	for (size_t i = 0; i < d->lines; i++)
		if (d->line[i].dimension == dimension)
			to[n++] = sums_of(&d->line[i], t);
	return n;
}

void
days_input(struct days *d, size_t t, size_t n, struct metric_input *input)
{
	struct metric_sums *next = d->sums;

	*input = (struct metric_input){ .n = n, .price_index = true };
	if (d->n == 0)
		return;
	for (size_t i = 0; i < d->lines; i++)
		if (d->line[i].dimension == METRIC_TOTAL)
			input->total = sums_of(&d->line[i], t);
	input->channel = next;
	input->channels = collect(d, METRIC_CHANNEL, t, next);
	next += input->channels;
	input->category = next;
	input->categories = collect(d, METRIC_CATEGORY, t, next);
}

struct field
days_member(const struct days *d, const struct metric *id)
{
	size_t n = 0;

	for (size_t i = 0; i < d->lines; i++)
		if (id->dimension != METRIC_TOTAL &&
		    d->line[i].dimension == id->dimension && n++ == id->member)
			return groups_key(d->names, i, 1);
	return (struct field){ .p = "", .n = 0, .kind = FIELD_TEXT };
}

static bool
is_channel(const struct days *d, struct field member)
{
	const char *channel = dimension_name[METRIC_CHANNEL];
	const struct field key[] = {
		{ .p = channel, .n = strlen(channel), .kind = FIELD_TEXT },
		member
	};

	return groups_look(d->names, key) != SIZE_MAX;
}

char *
days_metric_name(const struct days *d, const struct metric *id)
{
	const struct field member = days_member(d, id);
	const char *between = "_";
	char *name;

	if (id->dimension == METRIC_TOTAL)
		between = "";
	else if (id->dimension == METRIC_CATEGORY && is_channel(d, member))
		between = "_category_";
	if (asprintf(&name, "%s%s%.*s", metric_kind_name(id->kind), between,
		(int)member.n, member.p) == -1)
		return NULL;
	return name;
}
