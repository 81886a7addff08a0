/*
 * The bytes of a source, read ahead by a thread of their own, and lines of them
 * in parts, for threads that read records of many lines at once.
 *
 * A part is whole lines in which every newline ends a record.  In CSV and TSV
 * that is sure from where a record begins up to the next quote, and only there
 * are parts cut: nothing is guessed.  All else stays with the source, which goes
 * on where the parts end and does not know of them: the block that has the
 * quote, lines that are longer than a block, and the end of the file.
 *
 * Memory: two buffers of a block for each part that is asked for, and one more
 * block in each.
 */
#ifndef AEE_RECORD_READAHEAD_H
#define AEE_RECORD_READAHEAD_H

#include <stdbool.h>
#include <stddef.h>

struct readahead;
struct source;

/*
 * Let a thread read what s reads from now on, in buffers of `parts` blocks of so
 * many bytes; quotes: they may have newlines in them.  NULL if out of memory or
 * threads: then s is as it was.  s must not move; readahead_free() before its file
 * is closed.
 */
struct readahead *readahead_new(struct source *s, size_t parts, size_t block,
    bool quotes);

/* Whether it is worth asking for parts, at the record that s, which has no
 * record in hand, begins with: if not, s goes on. */
bool readahead_ready(const struct readahead *a, const struct source *s);

/*
 * Cut the records that s, which has no record in hand, begins with, as far as
 * they are there, to parts, which are sources of their own, without more to read
 * behind them; s goes on behind the parts.  How many parts: none if s has to
 * go on as it is.  They and their bytes stay until the next call, or until s is
 * read from.
 */
size_t readahead_cut(struct readahead *a, struct source **part);

void readahead_free(struct readahead *a); /* NULL is allowed */

#endif
