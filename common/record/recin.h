/*
 * Records in: CSV, TSV or NDJSON from one file after the other, one record at
 * a time, as spans of the columns that the caller asked for.
 *
 *	struct recin *in = recin_open(paths, n, &options);
 *	int revenue = recin_need(in, "revenue");
 *	while ((status = recin_next(in)) == 1)
 *		if ((status = recin_number(in, revenue, &x)) == 1)
 *			...
 *	if (status == -1)
 *		... recin_error(in)
 *
 * The columns are those of the first file's header, or of the first NDJSON
 * record.  A later file may have them in another order; an NDJSON record may
 * lack some, and may have keys of its own (recin_extra).
 *
 * A bad record or value ends the stream with an error, or is left out and
 * counted, as options.bad says.  Nothing is ever left out uncounted.
 */
#ifndef AEE_RECORD_RECIN_H
#define AEE_RECORD_RECIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record/field.h"

struct date_time;
struct date_zone;
struct decimal;
struct output;
struct pool;
struct progress;
struct recin;

struct recin_options {
	enum format format;
	size_t max_record; /* bytes; 0: RECIN_MAX_RECORD */
	/* Names as the programs know them -> names in the files: alternating,
	 * NULL after the last pair; NULL: none. */
	const char *const *map;
	/* For second tables, which the map and the date format may or may not
	 * be about: where the mapped name is no column, look for the name
	 * itself; and where the first date is not of date_format but is
	 * YYYY-MM-DD, all dates are. */
	bool second;
	enum { RECIN_STOP, RECIN_SKIP } bad;
	struct output
	    *keep_bad; /* with RECIN_SKIP: also written here; or NULL */
	/* With RECIN_SKIP: told of the first RECIN_TOLD bad records. */
	void (*warn)(void *context, const char *text);
	/* Called before a read that may have to wait: flush the output. */
	void (*wait)(void *context);
	void *context;
	struct progress *progress;    /* told of the bytes read; or NULL */
	const struct date_zone *zone; /* of timestamps; NULL: as written */
	const char *date_format;      /* strptime(3); NULL: YYYY-MM-DD[ time] */
	/* For tests: bytes of a read; and every record by libcsv or the plain
	 * scanner, without their fast paths. */
	size_t block;
	bool plain;
};

#define RECIN_MAX_RECORD ((size_t)16 << 20)
enum { RECIN_TOLD = 10 };

/*
 * Open the files of paths (n of them; none: standard input; "-" is standard
 * input too) and read up to the first header or NDJSON record.  Returns NULL if
 * out of memory; any other failure is recin_error() != NULL.  Options and
 * paths must outlive the stream.
 */
struct recin *recin_open(char *const *paths, size_t n,
    const struct recin_options *options);

/* The first error, "file:line: reason" or "file: reason"; NULL if none. */
const char *recin_error(const struct recin *in);

/* Columns, in order, under their own names. */
size_t recin_columns(const struct recin *in);
const char *recin_name(const struct recin *in, size_t column);

/* The format of the first file (never FORMAT_AUTO once open). */
enum format recin_format(const struct recin *in);

/* Index of a column, under its mapped name; -1 if there is none.  Asks for the
 * column: only fields asked for are delivered. */
int recin_find(struct recin *in, const char *name);

/* Index of the column that the files call so, whatever the map says; -1 if there
 * is none.  Does not ask for it. */
int recin_own(const struct recin *in, const char *name);

/* As recin_find(), but a missing column is an error. */
int recin_need(struct recin *in, const char *name);

/* Ask for every column. */
void recin_want_all(struct recin *in);

/* Go to the next record: 1, 0 at the end, -1 on an error. */
int recin_next(struct recin *in);

/* A field of the record at hand; valid until the next recin_next(). */
struct field recin_field(const struct recin *in, int column);
void recin_get(const struct recin *in, int column, struct field *field);

/* Whether the record at hand is, without its line end, what its fields look like
 * when they are written in this format; then it is that text, of an object all
 * but the closing brace. */
bool recin_raw(const struct recin *in, enum format format, struct span *text);

/* Keys of this NDJSON record that are no columns; 0 for CSV. */
size_t recin_extras(const struct recin *in);
struct field recin_extra(const struct recin *in, size_t i, struct field *key);

/*
 * Many records at once, for programs that must be fast.  recin_run() looks ahead
 * from the record at hand: it gives fields of the records that follow, as far as
 * they are there and have nothing special.  span[i][*first + r] is the field of
 * column[i] of the r-th of so many as it returns; span[i] has room for RECIN_RUN.
 * Of these the caller takes the first ones that it can make use of, recin_take();
 * whatever comes next, recin_next() delivers, with the say about what is bad.  0
 * says nothing of what comes.  Missing fields have n == 0.
 *
 *	for (;;) {
 *		n = recin_run(in, column, 2, span, &first);
 *		n = ... those of the n that are good
 *		recin_take(in, n);
 *		if (recin_next(in) != 1)
 *			break;
 *		... one record
 *	}
 *
 * Texts are valid until the next call.  The columns and spans must be the same
 * in each call, and left alone in between: what was not taken is given again.
 */
enum { RECIN_RUN = 256, RECIN_RUN_COLUMNS = 16 };
size_t recin_run(struct recin *in, const int *column, size_t n,
    struct span *const *span, size_t *first);
void recin_take(struct recin *in, size_t n);

/* Dates that were read, as texts of this length: many rows have that of the row
 * before, or one of a few years.  A zeroed struct is none. */
enum { RECIN_DATE = 10, RECIN_DATES = 2048 };
struct recin_date {
	char text[RECIN_DATE];
	int32_t day;
};
struct recin_dates {
	struct recin_date last, date[RECIN_DATES];
};

/* The first of n spans as values; how many could be read.  A missing one
 * cannot. */
size_t recin_run_dates(const struct recin *in, struct recin_dates *dates,
    const struct span *span, size_t n, int32_t *day);
size_t recin_run_decimals(const struct span *span, size_t n,
    struct decimal *value);

/*
 * The same by the workers of a pool.  From then on recin_next() has them look at
 * records that follow, and gives only those that they did not take, and those
 * that only libcsv can find (where there are quotes).  A worker calls take() with
 * fields of n records that follow one another, as recin_run() gives them; of these
 * it takes the first ones that it can make use of and returns how many.  The next
 * one, if any, comes by recin_next(), which gives records in the order of the
 * input, in its turn and with its line.  The first of all records is not given to
 * workers.
 *
 * Calls come in no order but that of `place`, for each worker; a record's
 * place is place + r, for r below n, or recin_place(), and comes before those of
 * all records behind it.  No worker is at work while recin_next() does not.
 *
 * Once, before the first recin_next().  What *jobs points to must outlive the
 * stream.  Returns 0, or -1 with an error.  Memory: about 1.2 MiB a worker.
 */
struct recin_jobs {
	struct pool *pool;
	const int *column;
	size_t ncolumns;
	size_t (*take)(void *arg, size_t worker, struct span *const *span,
	    size_t n, uint64_t place);
	void *arg;
};
int recin_jobs(struct recin *in, const struct recin_jobs *jobs);

/* The place of the record at hand, or of the first of those that recin_run()
 * gave. */
uint64_t recin_place(const struct recin *in);

/* Where the record at hand begins. */
const char *recin_file(const struct recin *in);
uint64_t recin_line(const struct recin *in);

/*
 * Typed values of the record at hand.  1: there it is; a missing number is NaN.
 * 0: it is bad, was counted, and the record is to be left out.  -1: error.
 * A missing date, time or decimal is bad, but recin_decimal() tells it apart
 * where missing is not NULL.
 */
int recin_number(struct recin *in, int column, double *value);
int recin_date(struct recin *in, int column, int32_t *day);
int recin_time(struct recin *in, int column, struct date_time *time);
int recin_decimal(struct recin *in, int column, struct decimal *value,
    bool *missing);

/* Refuse the record at hand: "column 'c': 'text' PROBLEM", or only the problem
 * if column is -1.  Returns 0 (left out and counted) or -1 (error). */
int recin_reject(struct recin *in, int column, const char *problem);

/* An error of the caller's own about the record at hand.  Returns -1. */
int recin_fail(struct recin *in, const char *problem);

/* Records read so far, the refused ones included, and the refused ones. */
uint64_t recin_records(const struct recin *in);
uint64_t recin_refused(const struct recin *in);

/* What was left out, as one line ("3 records skipped: 2 column 'x': not a
 * number, 1 wrong number of fields"), or NULL if nothing was. */
const char *recin_summary(struct recin *in);

void recin_close(struct recin *in); /* NULL is allowed */

#endif
