/*
 * How far long work is, in one line on standard error:
 *
 *	aee-kpi: 1.21 GB of 4.40 GB, 27 %, 815 MB/s, 0:03 left
 *
 * The line comes after a second, and only on a terminal in whose foreground the
 * program runs; it is gone before anything else is written there.  Of several
 * programs in a pipe one shows its line, rather one that knows how much is left.
 * This is the one place that reads a clock: nothing that is computed or written
 * to a file may depend on it.
 *
 * All functions may be called from any thread, and with NULL, which does
 * nothing.
 */
#ifndef AEE_RECORD_PROGRESS_H
#define AEE_RECORD_PROGRESS_H

#include <stddef.h>
#include <stdint.h>

struct progress;

enum progress_unit { PROGRESS_BYTES, PROGRESS_ROWS };

/* Begin.  NULL if standard error is no terminal, or if out of memory. */
struct progress *progress_open(enum progress_unit unit);

/* Say how much there will be, in units. */
void progress_total(struct progress *progress, uint64_t total);

/* Say that n more are done. */
void progress_add(struct progress *progress, uint64_t n);

/* The same where the total is not known, but what part of it is done now, in
 * [0, 1]. */
void progress_add_part(struct progress *progress, uint64_t n, double part);

/* Take the line away; it does not come again. */
void progress_end(struct progress *progress);

/* Take the line away, before a message; it comes again later. */
void progress_hide(struct progress *progress);

void progress_free(struct progress *progress);

/* The text of the line, without the name of the program: done of total units (0:
 * unknown), part of all (NaN: unknown), after some seconds.  In text, of
 * PROGRESS_TEXT_MAX bytes; returns its length. */
#define PROGRESS_TEXT_MAX 160
size_t progress_text(char *text, enum progress_unit unit, uint64_t done,
    uint64_t total, double part, double seconds);

#endif
