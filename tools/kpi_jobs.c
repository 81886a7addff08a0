#include "kpi_jobs.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/pool.h"
#include "base/vec.h"
#include "model/kpi.h"
#include "record/group.h"
#include "record/recin.h"

#include "kpi_run.h"
#include "kpi_tables.h"

/* What is numbered, by each thread for itself. */
enum { GROUPS, CHANNELS, KINDS };

struct keys {
	struct order_places places;
	size_t *number; /* in the whole */
};

/* The days of all rows up to those at a place. */
struct reach {
	uint64_t place;
	int32_t first, last;
};

/* Tables of one thread. */
struct part {
	struct order_tables to;
	struct reach *reach; /* in the order of their places */
	size_t nreach, reach_capacity;
	size_t covered; /* of these, the caller's tables reach so many */
	struct keys keys[KINDS];
	struct order_run *run;
};

struct kpi_jobs {
	struct pool *pool;
	struct recin *in;
	struct recin_jobs records;
	struct order_tables *to;
	atomic_bool failed;
	/* Of the workers; the last one is that of the caller, whose tables are
	 * *to. */
	struct part *part;
	size_t n;
};

bool
kpi_jobs_can(const struct order_columns *c)
{
	return order_run_can(c) && c->order == -1 && c->customer == -1;
}

/* Let the days of `to` reach those of `from`. */
static void
cover(struct kpi *to, const struct kpi *from)
{
	kpi_cover(to, kpi_first_day(from));
	kpi_cover(to, kpi_last_day(from));
}

/* Note how far the days of a part reach, after rows at a place were added. */
static int
note_reach(struct part *part, uint64_t place)
{
	const struct kpi *kpi = part->to.kpi;
	const struct reach reach = { place, kpi_first_day(kpi),
		kpi_last_day(kpi) };

	if (part->nreach > 0) {
		const struct reach *last = &part->reach[part->nreach - 1];

		if (last->first == reach.first && last->last == reach.last)
			return 0;
	}
	if (vec_grow(&part->reach, &part->reach_capacity, part->nreach + 1,
		sizeof(*part->reach)) == -1)
		return -1;
	part->reach[part->nreach++] = reach;
	return 0;
}

/* A row is only taken where it is near days that came before it: those of the
 * same part, and those that were there when it began. */
static size_t
take(void *arg, size_t worker, struct span *const *span, size_t n,
    uint64_t place)
{
	struct kpi_jobs *jobs = arg;
	struct part *part = &jobs->part[worker];

	if (kpi_periods(part->to.kpi) == 0) {
		if (kpi_periods(jobs->to->kpi) == 0)
			return 0;
		cover(part->to.kpi, jobs->to->kpi);
	}
	n = order_run_take(part->run, jobs->in, span, n, place);
	if (n != SIZE_MAX && note_reach(part, place) == 0)
		return n;
	atomic_store(&jobs->failed, true);
	return n == SIZE_MAX ? 0 : n;
}

void
kpi_jobs_cover(struct kpi_jobs *jobs)
{
	const uint64_t place = recin_place(jobs->in);

	for (size_t i = 0; i < jobs->n; i++) {
		struct part *part = &jobs->part[i];

		for (; part->covered < part->nreach; part->covered++) {
			const struct reach *r = &part->reach[part->covered];

			if (r->place >= place)
				break;
			kpi_cover(jobs->to->kpi, r->first);
			kpi_cover(jobs->to->kpi, r->last);
		}
	}
}

/* ---- tables ------------------------------------------------------------------ */

static bool
like(struct kpi **kpi, const struct kpi *model)
{
	return model == NULL || (*kpi = kpi_new_like(model)) != NULL;
}

/* Empty tables, for the same as the others.  -1 if out of memory. */
static int
tables_new(struct order_tables *to, const struct order_tables *model)
{
	int status = order_tables_init(to, groups_fields(model->groups));

	to->max_memory = model->max_memory;
	to->approximate = model->approximate;
	return status == 0 && like(&to->kpi, model->kpi) &&
		like(&to->by_month, model->by_month) &&
		like(&to->of_channel, model->of_channel)
	    ? 0
	    : -1;
}

static void
tables_release(struct order_tables *to)
{
	order_tables_release(to);
	*to = (struct order_tables){ 0 };
}

static void
note_places(struct order_tables *to, struct part *part)
{
	to->group_places = &part->keys[GROUPS].places;
	to->channel_places = &part->keys[CHANNELS].places;
}

/* ---- start and end ------------------------------------------------------------- */

static int
start(struct kpi_jobs *jobs, const struct order_columns *columns)
{
	for (size_t i = 0; i < jobs->n; i++) {
		struct part *part = &jobs->part[i];

		if (tables_new(&part->to, jobs->to) == -1 ||
		    (part->run = order_run_new(columns, &part->to)) == NULL)
			return -1;
		note_places(&part->to, part);
	}
	note_places(jobs->to, &jobs->part[jobs->n]);
	jobs->records = (struct recin_jobs){
		.pool = jobs->pool, .take = take, .arg = jobs
	};
	jobs->records.ncolumns = order_run_columns(jobs->part[0].run,
	    &jobs->records.column);
	return recin_jobs(jobs->in, &jobs->records);
}

struct kpi_jobs *
kpi_jobs_new(size_t n, struct recin *in, const struct order_columns *columns,
    struct order_tables *to)
{
	struct kpi_jobs *jobs = calloc(1, sizeof(*jobs));

	if (jobs == NULL)
		return NULL;
	jobs->in = in;
	jobs->to = to;
	if ((jobs->pool = pool_new(n)) == NULL)
		goto fail;
	n = pool_workers(jobs->pool);
	if ((jobs->part = calloc(n + 1, sizeof(*jobs->part))) == NULL)
		goto fail;
	jobs->n = n;
	if (start(jobs, columns) == 0)
		return jobs;
fail:
	kpi_jobs_free(jobs);
	return NULL;
}

bool
kpi_jobs_failed(const struct kpi_jobs *jobs)
{
	return atomic_load(&jobs->failed);
}

void
kpi_jobs_free(struct kpi_jobs *jobs)
{
	if (jobs == NULL)
		return;
	for (size_t i = 0; jobs->part != NULL && i <= jobs->n; i++) {
		struct part *part = &jobs->part[i];

		tables_release(&part->to);
		order_run_free(part->run);
		free(part->reach);
		for (int kind = 0; kind < KINDS; kind++) {
			free(part->keys[kind].places.place);
			free(part->keys[kind].number);
		}
	}
	jobs->to->group_places = jobs->to->channel_places = NULL;
	free(jobs->part);
	pool_free(jobs->pool);
	free(jobs);
}

/* ---- one of all ------------------------------------------------------------------ */

/* A group or channel of a part, and where it was first. */
struct first {
	uint64_t place;
	size_t part, number;
};

static int
compare(const void *a, const void *b)
{
	const struct first *x = a, *y = b;

	/* No two are at one place, which is a record's. */
	return (x->place > y->place) - (x->place < y->place);
}

static struct groups *
groups_of(const struct order_tables *to, int kind)
{
	return kind == GROUPS ? to->groups : to->channels;
}

/* All groups, or channels, of the parts in the order of their places. */
static struct first *
sort_places(const struct kpi_jobs *jobs, int kind, size_t *count)
{
	struct first *first;
	size_t n = 0;

	for (size_t i = 0; i <= jobs->n; i++)
		n += jobs->part[i].keys[kind].places.n;
	if ((first = calloc(n + 1, sizeof(*first))) == NULL)
		return NULL;
	*count = 0;
	for (size_t i = 0; i <= jobs->n; i++) {
		const struct order_places *p = &jobs->part[i].keys[kind].places;

		for (size_t j = 0; j < p->n; j++)
			first[(*count)++] = (struct first){ p->place[j], i, j };
	}
	qsort(first, n, sizeof(*first), compare);
	return first;
}

/* Number the groups, or channels, of the parts as one thread would. */
static int
renumber(struct kpi_jobs *jobs, int kind)
{
	struct groups *all = groups_of(jobs->to, kind);
	struct field key[GROUPS_RUN];
	struct first *first;
	size_t n, at = 0;

	for (size_t i = 0; i <= jobs->n; i++) {
		struct keys *keys = &jobs->part[i].keys[kind];

		keys->number = calloc(keys->places.n + 1,
		    sizeof(*keys->number));
		if (keys->number == NULL)
			return -1;
	}
	if ((first = sort_places(jobs, kind, &n)) == NULL)
		return -1;
	for (; at < n; at++) {
		const struct part *part = &jobs->part[first[at].part];
		const struct groups *own = groups_of(&part->to, kind);
		size_t number;

		for (size_t i = 0; i < groups_fields(all); i++)
			key[i] = groups_key(own, first[at].number, i);
		if ((number = groups_find(all, key, NULL)) == SIZE_MAX)
			break;
		part->keys[kind].number[first[at].number] = number;
	}
	free(first);
	return at == n ? 0 : -1;
}

static int
add_part(const struct order_tables *to, const struct part *part)
{
	const size_t *group = part->keys[GROUPS].number;
	const size_t *channel = part->keys[CHANNELS].number;
	int status = kpi_merge(to->kpi, part->to.kpi, group, channel);

	if (status != 0 || to->by_month == NULL)
		return status;
	status = kpi_merge(to->by_month, part->to.by_month, group, channel);
	return status != 0
	    ? status
	    : kpi_merge(to->of_channel, part->to.of_channel, channel, channel);
}

int
kpi_jobs_join(struct kpi_jobs *jobs)
{
	struct order_tables *to = jobs->to, *own = &jobs->part[jobs->n].to;
	int status;

	*own = *to;
	if (tables_new(to, own) == -1 || renumber(jobs, GROUPS) == -1 ||
	    renumber(jobs, CHANNELS) == -1)
		return -1;
	for (size_t i = 0; i <= jobs->n; i++) {
		if ((status = add_part(to, &jobs->part[i])) != 0)
			return status;
		tables_release(&jobs->part[i].to);
	}
	return 0;
}
