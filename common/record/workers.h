/*
 * Records of one file read by several threads: the part of recin that does so.
 * What recin_jobs() says of it holds here.
 */
#ifndef AEE_RECORD_WORKERS_H
#define AEE_RECORD_WORKERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record/field.h"
#include "record/source.h"

struct ndjson;
struct recin_jobs;
struct workers;

/* What the workers must know of the records of a file. */
struct workers_file {
	enum format format;
	const bool *wanted; /* CSV: fields of the header, as csvin_want() */
	size_t nfields;
	bool plain;
	size_t block;   /* bytes of a part; 0: a good number */
	uint64_t place; /* of the file in the input */
};

/* NULL if out of memory; jobs must stay.  Free with workers_free(). */
struct workers *workers_new(const struct recin_jobs *jobs);

/* Let them read what s reads from now on: a file whose header, or first record,
 * was read.  -1 if out of memory or threads. */
int workers_begin(struct workers *w, struct source *s,
    const struct workers_file *file);

/* The file is done with, or is to be. */
void workers_end(struct workers *w);

/* Whether there may be something to be done by workers from the record on that s,
 * which has no record in hand, begins with, or a line that they left; shape: as
 * below. */
bool workers_ready(const struct workers *w, const struct source *s,
    const struct ndjson *shape);

/*
 * Do what can be done by workers from the record on that s, which has no record
 * in hand, begins with; slot[i] is the field of column i, and shape has learned that of NDJSON, or is NULL.
 * How many records were taken goes to *records.  1 if there were any lines; 0: s
 * has to go on; -1: out of memory.
 */
int workers_run(struct workers *w, struct source *s, const size_t *slot,
    const struct ndjson *shape, uint64_t *records);

/* The next line that workers left, as a source of its own whose buffer is theirs
 * and good until the next call: 1; 0 if there is none; -1 if out of memory. */
int workers_left(struct workers *w, struct source *line);

void workers_free(struct workers *w); /* NULL is allowed */

#endif
