/*
 * Records of NDJSON (JSON Lines): one flat object a line, RFC 8259.  Written
 * here because a record is scanned, not built; it is the authority for what a
 * record is.  Refused: nested values, the same key twice, text that is not
 * JSON (NaN, single quotes, trailing commas), lone surrogates, and NUL.
 */
#ifndef AEE_RECORD_NDJSON_H
#define AEE_RECORD_NDJSON_H

#include "record/row.h"
#include "record/source.h"

struct ndjson;

/*
 * NULL if out of memory; free with ndjson_free().  A record that differs from
 * the one before in its values alone, as most do, is read by that one's shape,
 * with the same result; plain: none is.
 */
struct ndjson *ndjson_new(bool plain);

/* Read the next record of s into row, its keys in row->key; empty lines are
 * skipped.  As csvin_record(). */
enum record_status ndjson_record(struct ndjson *in, struct source *s,
    struct row *row, char why[WHY_MAX]);

/* As csvin_run(); slots are those of the last record with RECORD_OK. */
void ndjson_run(struct ndjson *in, struct source *s, struct run *run);

/* Whether there is a shape, and to let ndjson_run() go by that of another
 * reader. */
bool ndjson_learned(const struct ndjson *in);
void ndjson_learn(struct ndjson *in, const struct ndjson *from);

void ndjson_free(struct ndjson *in); /* NULL is allowed */

/* One line of n bytes, without its newline.  Spans point into it
 * or into row. */
enum record_status ndjson_line(const char *p, size_t n, struct row *row,
    char why[WHY_MAX]);

#endif
