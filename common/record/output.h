/*
 * Bytes out: one buffered stream that keeps its first error until the end, and
 * files that appear whole or not at all.
 *
 * A file is written under no name (O_TMPFILE; where the file system has none,
 * under a temporary name beside it) and takes its place when output_close()
 * has seen every byte of it written.  So a run that fails or is killed leaves
 * what was there before.
 */
#ifndef AEE_RECORD_OUTPUT_H
#define AEE_RECORD_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

struct output;
struct progress;

/*
 * Open path for writing; NULL or "-" is standard output.  What exists and is
 * not a regular file (a terminal, a pipe, /dev/full) is written to directly.
 * Returns NULL if out of memory; a file that cannot be opened is an error of
 * the stream, reported by output_error() now and by output_close().
 */
struct output *output_open(const char *path);

/* Whether both would replace the same file, under whatever names, or are standard
 * output. */
bool output_same(const struct output *a, const struct output *b);

/* Bytes that stay in memory: output_kept() has all that were written so far,
 * until output_forget().  NULL if out of memory, which is later an error of the
 * stream. */
struct output *output_memory(void);
const char *output_kept(struct output *out, size_t *n);
void output_forget(struct output *out);

/* Where it writes to a terminal, progress ends when the first bytes go there. */
void output_ends(struct output *out, struct progress *progress);

/* Append n bytes.  After an error: does nothing. */
void output_write(struct output *out, const char *p, size_t n);

/* Room for n bytes, at most OUTPUT_ROOM, to append in place: what of them is
 * written ends at `end`, which output_end() is told before anything else. */
enum { OUTPUT_ROOM = 8192 };
char *output_room(struct output *out, size_t n);
void output_end(struct output *out, const char *end);

/* Hand what is buffered to the system, for readers who wait for it. */
void output_flush(struct output *out);

/* Keep an error of the writer's own as "path: reason", if it is the first. */
void output_fail(struct output *out, const char *reason);

/* The first error as "path: reason", or NULL. */
const char *output_error(const struct output *out);

/* Flush, put the file in its place, and free.  Returns 0, or -1 if anything
 * went wrong since output_open(): then the file is as it was before, and why
 * (if not NULL, of size bytes) holds the reason. */
int output_close(struct output *out, char *why, size_t size);

/* Free without putting the file in its place; NULL is allowed. */
void output_discard(struct output *out);

#endif
