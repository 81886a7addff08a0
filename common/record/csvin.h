/*
 * Records of CSV or TSV, by libcsv, which decides every question of grammar:
 * RFC 4180 with LF, CR or CRLF; blanks around unquoted fields are cut; empty
 * lines are skipped; a quote inside an unquoted field and text behind a closing
 * quote are errors.  TSV is the same with a tab between fields.
 */
#ifndef AEE_RECORD_CSVIN_H
#define AEE_RECORD_CSVIN_H

#include "record/row.h"
#include "record/source.h"

struct csvin;

/*
 * NULL if out of memory; free with csvin_free().  Most records are cut without
 * libcsv, with the same result; plain: none is.
 */
struct csvin *csvin_new(char delimiter, bool plain);

/*
 * Which fields are to be delivered from the next record on: those of nwanted
 * that are true; the others keep their place, but not always their text.  Before the first call all
 * are.  wanted must stay what it is until the next call.  -1 if out of memory.
 */
int csvin_want(struct csvin *in, const bool *wanted, size_t nwanted);

/*
 * Read the next record of s into row; s->line is its line and s->raw its
 * length then.  RECORD_BAD and RECORD_FATAL put the reason into why and, where
 * it is not s->line, the line into *line.
 */
enum record_status csvin_record(struct csvin *in, struct source *s,
    struct row *row, char why[WHY_MAX], uint64_t *line);

/* The fields run->slot of as many of the next records as can be had without
 * libcsv; none is not the end.  They are read with row_take(). */
void csvin_run(struct csvin *in, struct source *s, struct run *run);

void csvin_free(struct csvin *in); /* NULL is allowed */

#endif
