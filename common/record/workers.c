#include "record/workers.h"

#include <stdlib.h>
#include <string.h>

#include "base/pool.h"
#include "base/vec.h"
#include "record/csvin.h"
#include "record/ndjson.h"
#include "record/readahead.h"
#include "record/recin.h"

/* Bytes of a part, and parts for each worker: enough for what their start and
 * end cost, and little enough for a processor's cache. */
enum { BLOCK = 128 << 10, PARTS = 4 };

struct worker {
	struct csvin *csv;
	struct ndjson *json;
	struct run run;
	struct run_column column[RECIN_RUN_COLUMNS];
	struct span text[RECIN_RUN_COLUMNS][RUN_MAX];
};

/* A line that was not taken: n bytes from start on, of a part. */
struct left {
	size_t start, n;
	uint64_t lines; /* of the part before it */
};

/* What came of a part. */
struct result {
	struct left *left;
	size_t nleft, capacity;
	uint64_t lines, records;
	bool no_memory;
};

struct workers {
	const struct recin_jobs *jobs;
	struct workers_file file;
	struct readahead *ahead;
	size_t n;
	struct worker *worker;
	struct source *part;
	struct result *result;
	size_t nparts, capacity;
	/* The line to be left next: in its part, whose first line is `line`. */
	size_t part_at, left_at;
	uint64_t line;
	char *text; /* a copy of the line left last */
	size_t text_capacity;
};

struct workers *
workers_new(const struct recin_jobs *jobs)
{
	struct workers *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return NULL;
	w->jobs = jobs;
	w->n = pool_workers(jobs->pool);
	if ((w->worker = calloc(w->n, sizeof(*w->worker))) == NULL) {
		free(w);
		return NULL;
	}
	return w;
}

static int
begin_worker(struct worker *worker, const struct workers_file *file)
{
	if (file->format == FORMAT_JSONL) {
		worker->json = ndjson_new(file->plain);
		return worker->json == NULL ? -1 : 0;
	}
	worker->csv = csvin_new(file->format == FORMAT_TSV ? '\t' : ',',
	    file->plain);
	return worker->csv == NULL ||
		csvin_want(worker->csv, file->wanted, file->nfields) == -1
	    ? -1
	    : 0;
}

int
workers_begin(struct workers *w, struct source *s,
    const struct workers_file *file)
{
	w->file = *file;
	for (size_t i = 0; i < w->n; i++)
		if (begin_worker(&w->worker[i], file) == -1)
			return -1;
	w->ahead = readahead_new(s, PARTS * w->n,
	    file->block == 0 ? BLOCK : file->block,
	    file->format != FORMAT_JSONL);
	return w->ahead == NULL ? -1 : 0;
}

void
workers_end(struct workers *w)
{
	readahead_free(w->ahead);
	w->ahead = NULL;
	w->nparts = w->part_at = w->left_at = 0;
	for (size_t i = 0; i < w->n; i++) {
		csvin_free(w->worker[i].csv);
		ndjson_free(w->worker[i].json);
		w->worker[i].csv = NULL;
		w->worker[i].json = NULL;
	}
}

/* Leave n bytes of a part, a line, from start on. */
static void
leave(struct result *result, size_t start, size_t n)
{
	if (vec_grow(&result->left, &result->capacity, result->nleft + 1,
		sizeof(*result->left)) == -1) {
		result->no_memory = true;
		return;
	}
	result->left[result->nleft++] = (struct left){ start, n,
		result->lines++ };
}

/* Have the records of the run taken that begins at the start of s; those that are
 * not are left one by one. */
static void
take_run(const struct workers *w, size_t number, struct source *s,
    struct result *result)
{
	const struct recin_jobs *jobs = w->jobs;
	struct worker *worker = &w->worker[number];
	const struct run *run = &worker->run;
	struct span *span[RECIN_RUN_COLUMNS];
	size_t start = s->start;

	for (size_t at = 0; at < run->n; at++) {
		size_t taken, next;

		for (size_t i = 0; i < jobs->ncolumns; i++)
			span[i] = worker->text[i] + at;
		taken = jobs->take(jobs->arg, number, span, run->n - at,
		    w->file.place + source_place(s));
		at += taken;
		result->records += taken;
		result->lines += taken;
		if (at > 0)
			s->start = start + run->end[at - 1];
		if (at == run->n)
			break;
		next = start + run->end[at];
		leave(result, s->start, next - s->start);
		s->start = next;
	}
}

static void
read_part(void *arg, size_t task, size_t number)
{
	struct workers *w = arg;
	struct worker *worker = &w->worker[number];
	struct result *result = &w->result[task];
	struct source s = w->part[task];

	while (s.start < s.end) {
		if (worker->json != NULL)
			ndjson_run(worker->json, &s, &worker->run);
		else
			csvin_run(worker->csv, &s, &worker->run);
		if (worker->run.n > 0) {
			take_run(w, number, &s, result);
		} else {
			const char *p = s.buffer + s.start;
			const char *stop = memchr(p, '\n', s.end - s.start);

			leave(result, s.start, (size_t)(stop - p) + 1);
			s.start += (size_t)(stop - p) + 1;
		}
	}
}

static void
place_columns(struct workers *w, const size_t *slot)
{
	const struct recin_jobs *jobs = w->jobs;

	for (size_t i = 0; i < w->n; i++) {
		struct worker *worker = &w->worker[i];

		for (size_t j = 0; j < jobs->ncolumns; j++)
			worker->column[j] = (struct run_column){
				slot[jobs->column[j]], worker->text[j]
			};
		worker->run.ncolumns = jobs->ncolumns;
		worker->run.column = worker->column;
	}
}

bool
workers_ready(const struct workers *w, const struct source *s,
    const struct ndjson *shape)
{
	return w->part_at < w->nparts ||
	    (readahead_ready(w->ahead, s) &&
		(shape == NULL || ndjson_learned(shape)));
}

int
workers_run(struct workers *w, struct source *s, const size_t *slot,
    const struct ndjson *shape, uint64_t *records)
{
	size_t capacity = w->capacity;

	w->part_at = w->left_at = 0;
	w->nparts = readahead_cut(w->ahead, &w->part);
	if (vec_grow(&w->result, &w->capacity, w->nparts, sizeof(*w->result)) ==
	    -1)
		return -1;
	if (w->capacity > capacity)
		memset(w->result + capacity, 0,
		    (w->capacity - capacity) * sizeof(*w->result));
	for (size_t i = 0; i < w->nparts; i++) {
		w->result[i].nleft = 0;
		w->result[i].lines = w->result[i].records = 0;
	}
	place_columns(w, slot);
	for (size_t i = 0; shape != NULL && w->nparts > 0 && i < w->n; i++)
		ndjson_learn(w->worker[i].json, shape);
	pool_run(w->jobs->pool, w->nparts, read_part, w);
	w->line = s->line;
	for (size_t i = 0; i < w->nparts; i++) {
		if (w->result[i].no_memory)
			return -1;
		s->line += w->result[i].lines;
		*records += w->result[i].records;
	}
	return w->nparts > 0;
}

int
workers_left(struct workers *w, struct source *line)
{
	const struct left *left;
	const struct source *part;

	while (w->part_at < w->nparts &&
	    w->left_at == w->result[w->part_at].nleft) {
		w->line += w->result[w->part_at++].lines;
		w->left_at = 0;
	}
	if (w->part_at == w->nparts)
		return 0;
	part = &w->part[w->part_at];
	left = &w->result[w->part_at].left[w->left_at++];
	if (vec_grow(&w->text, &w->text_capacity, left->n + SOURCE_SLACK, 1) ==
	    -1)
		return -1;
	memcpy(w->text, part->buffer + left->start, left->n);
	memset(w->text + left->n, 0, SOURCE_SLACK);
	*line = (struct source){ .fd = -1,
		.buffer = w->text,
		.end = left->n,
		.eof = true,
		.place = part->place - (part->end - left->start) + left->n,
		.line = w->line + left->lines,
		.max_record = part->max_record };
	return 1;
}

void
workers_free(struct workers *w)
{
	if (w == NULL)
		return;
	workers_end(w);
	for (size_t i = 0; i < w->capacity; i++)
		free(w->result[i].left);
	free(w->result);
	free(w->worker);
	free(w->text);
	free(w);
}
