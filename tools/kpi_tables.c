#include "kpi_tables.h"

#include "base/hash.h"
#include "base/vec.h"
#include "model/kpi.h"
#include "record/group.h"

int
order_tables_init(struct order_tables *t, size_t ngroup)
{
	*t = (struct order_tables){ .groups = groups_new(ngroup),
		.channels = groups_new(1),
		.orders = groups_new(1),
		.customers = groups_new(1) };
	return t->groups == NULL || t->channels == NULL || t->orders == NULL ||
		t->customers == NULL
	    ? -1
	    : 0;
}

void
order_tables_release(struct order_tables *t)
{
	kpi_free(t->kpi);
	kpi_free(t->by_month);
	kpi_free(t->of_channel);
	groups_free(t->groups);
	groups_free(t->channels);
	groups_free(t->orders);
	groups_free(t->customers);
}

/* -1 if out of memory. */
static int
close_counts(struct order_tables *t)
{
	kpi_close_counts(t->kpi);
	if (t->of_channel != NULL)
		kpi_close_counts(t->of_channel);
	groups_free(t->orders);
	groups_free(t->customers);
	t->orders = groups_new(1);
	t->customers = groups_new(1);
	t->half_full = false;
	return t->orders == NULL || t->customers == NULL ? -1 : 0;
}

size_t
order_tables_room(struct order_tables *t, const int32_t *day, size_t n)
{
	size_t i = 0;

	if (!t->half_full || !kpi_in_order(t->kpi))
		return n;
	while (i < n && !kpi_is_later(t->kpi, day[i]))
		i++;
	if (i > 0)
		return i;
	return close_counts(t) == -1 ? 0 : n;
}

size_t
order_tables_hash(const char *p, size_t n)
{
	const size_t hash = hash_bytes(p, n);

	return hash == KPI_NONE ? 0 : hash;
}

int
order_tables_check(struct order_tables *t)
{
	size_t used = kpi_distinct_bytes(t->kpi) + groups_bytes(t->orders) +
	    groups_bytes(t->customers);

	if (t->of_channel != NULL)
		used += kpi_distinct_bytes(t->of_channel);
	t->half_full = used > t->max_memory / 2;
	return used > t->max_memory ? -1 : 0;
}

/* Note where those of n numbers that are new were seen; new ones come in their
 * order. */
static int
note(struct order_places *p, const struct groups *groups, const size_t *number,
    size_t n, uint64_t place)
{
	size_t count = groups_count(groups);

	if (p->n == count)
		return 0;
	if (vec_grow(&p->place, &p->capacity, count, sizeof(*p->place)) == -1)
		return -1;
	for (size_t r = 0; r < n && p->n < count; r++)
		if (number[r] == p->n)
			p->place[p->n++] = place + r;
	return 0;
}

int
order_tables_seen(const struct order_tables *t, const size_t *group,
    const size_t *channel, size_t n, uint64_t place)
{
	if (t->group_places == NULL)
		return 0;
	if (note(t->group_places, t->groups, group, n, place) == -1)
		return -1;
	return channel == NULL
	    ? 0
	    : note(t->channel_places, t->channels, channel, n, place);
}
