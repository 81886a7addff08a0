#include "kpi_tables.h"

#include "base/hash.h"
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
