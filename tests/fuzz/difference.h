/*
 * The readers with and without their fast paths must do the same, byte for
 * byte: the same records with the same lines and values, the same refusals with
 * the same words, the same bytes kept of bad records, whatever the size of the
 * reads.  Shared by the fuzz targets and the unit test of this.
 */
#ifndef AEE_TESTS_FUZZ_DIFFERENCE_H
#define AEE_TESTS_FUZZ_DIFFERENCE_H

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/date.h"
#include "base/decimal.h"
#include "base/number.h"
#include "base/pool.h"
#include "base/vec.h"
#include "record/output.h"
#include "record/pass.h"
#include "record/recin.h"
#include "record/recout.h"

/* How to read. */
struct reading {
	enum format format;
	size_t max_record;
	uint64_t wanted; /* bit i % 64: column i is asked for */
	size_t block;
	bool plain;
	bool stop;   /* at the first bad record */
	bool typed;  /* values are read as a date, a decimal or a number */
	bool runs;   /* by recin_run(), as far as it goes */
	bool passed; /* not with runs or jobs: and written, too */
	/* By so many threads; 0: by none.  Then records are told of without their
	 * lines, and after all warnings. */
	size_t jobs;
};

/* A file without a name but that of its descriptor. */
static inline int
nameless(char path[64])
{
	int fd = memfd_create("difference", 0);

	if (fd == -1)
		abort();
	snprintf(path, 64, "/proc/self/fd/%d", fd);
	return fd;
}

/* Close out, the file fd, and append its bytes. */
static inline void
take_file(FILE *to, struct output *out, int fd)
{
	off_t n;
	char *bytes;

	if (output_close(out, NULL, 0) == -1)
		abort();
	n = lseek(fd, 0, SEEK_END);
	bytes = malloc((size_t)n + 1);
	if (bytes == NULL || pread(fd, bytes, (size_t)n, 0) != n)
		abort();
	fwrite(bytes, 1, (size_t)n, to);
	free(bytes);
	close(fd);
}

static inline void
write_warning(void *context, const char *text)
{
	fprintf(context, "warning %s\n", text);
}

static inline void
write_text(FILE *to, struct field f)
{
	fprintf(to, " %d:%zu:", (int)f.kind, f.n);
	if (f.n > 0)
		fwrite(f.p, 1, f.n, to);
}

static inline void
write_decimal(FILE *to, const struct decimal *d)
{
	fprintf(to, " decimal %.17g/%d", (double)d->mantissa, d->scale);
}

/* The column as a value of some type; what the reader says must be what the
 * parser says.  Returns the status. */
static inline int
write_value(FILE *to, struct recin *in, int column)
{
	struct field f = recin_field(in, column);
	int status;

	if (column % 3 == 0) {
		int32_t day, same;

		if ((status = recin_date(in, column, &day)) == 1) {
			if (date_parse_timestamp(f.p, f.n, NULL, &same) != 0 ||
			    same != day)
				abort();
			fprintf(to, " day %d", (int)day);
		} else if (f.n > 0 &&
		    date_parse_timestamp(f.p, f.n, NULL, &same) == 0) {
			abort();
		}
	} else if (column % 3 == 1) {
		struct decimal d, same;

		if ((status = recin_decimal(in, column, &d, NULL)) == 1) {
			if (decimal_parse(f.p, f.n, &same) != NULL ||
			    same.mantissa != d.mantissa ||
			    same.scale != d.scale)
				abort();
			write_decimal(to, &d);
		} else if (f.n > 0 && decimal_parse(f.p, f.n, &same) == NULL) {
			abort();
		}
	} else {
		double x, same;

		if ((status = recin_number(in, column, &x)) == 1) {
			if (!isnan(x) &&
			    (number_parse(f.p, f.n, &same) == -1 || same != x))
				abort();
			fprintf(to, " number %.17g", x);
		}
	}
	return status;
}

static inline bool
is_wanted(const struct reading *how, size_t column)
{
	return (how->wanted >> column % 64 & 1) == 1;
}

/* Records of a run, as they are read. */
struct told_run {
	size_t columns;
	int column[RECIN_RUN_COLUMNS];
	struct span text[RECIN_RUN_COLUMNS][RECIN_RUN];
	struct span *span[RECIN_RUN_COLUMNS];
	struct recin_dates dates;
	int32_t day[RECIN_RUN_COLUMNS][RECIN_RUN];
	struct decimal decimal[RECIN_RUN_COLUMNS][RECIN_RUN];
};

/* The columns asked for; false if they cannot be had in runs. */
static inline bool
begin_run(struct told_run *run, const struct recin *in,
    const struct reading *how)
{
	run->columns = 0;
	memset(&run->dates, 0, sizeof(run->dates));
	for (size_t i = 0; i < recin_columns(in); i++) {
		if (!is_wanted(how, i))
			continue;
		if (run->columns == RECIN_RUN_COLUMNS ||
		    (how->typed && i % 3 == 2))
			return false;
		run->column[run->columns] = (int)i;
		run->span[run->columns] = run->text[run->columns];
		run->columns++;
	}
	return true;
}

/* How many of n records there are before one whose values are bad. */
static inline size_t
read_run(struct told_run *run, const struct recin *in,
    const struct reading *how, size_t first, size_t n)
{
	for (size_t i = 0; how->typed && i < run->columns; i++)
		n = run->column[i] % 3 == 0
		    ? recin_run_dates(in, &run->dates, run->span[i] + first, n,
			  run->day[i] + first)
		    : recin_run_decimals(run->span[i] + first, n,
			  run->decimal[i] + first);
	return n;
}

/* A record of a run, as write_record() writes it. */
static inline void
write_of_run(FILE *to, const struct told_run *run, const struct reading *how,
    size_t r)
{
	for (size_t i = 0; i < run->columns; i++) {
		struct span s = run->span[i][r];
		int32_t day;
		struct decimal same;

		write_text(to,
		    (struct field){ .p = s.p, .n = s.n, .kind = s.kind });
		if (!how->typed)
			continue;
		if (run->column[i] % 3 == 0) {
			if (date_parse_timestamp(s.p, s.n, NULL, &day) == -1 ||
			    day != run->day[i][r])
				abort();
			fprintf(to, " day %d", (int)day);
		} else {
			if (decimal_parse(s.p, s.n, &same) != NULL ||
			    same.mantissa != run->decimal[i][r].mantissa ||
			    same.scale != run->decimal[i][r].scale)
				abort();
			write_decimal(to, &same);
		}
	}
	putc('\n', to);
}

/* A record and its place. */
struct told_record {
	uint64_t place;
	char *text;
	size_t length;
};

/* What a thread tells of. */
struct told_records {
	struct told_record *record;
	size_t n, capacity;
};

static inline FILE *
add_record(struct told_records *records, uint64_t place)
{
	struct told_record *record;
	FILE *to;

	if (vec_grow(&records->record, &records->capacity, records->n + 1,
		sizeof(*records->record)) == -1)
		abort();
	record = &records->record[records->n++];
	record->place = place;
	if ((to = open_memstream(&record->text, &record->length)) == NULL)
		abort();
	return to;
}

/* Records by recin_run(), to `to` or, with their places, to records. */
static inline void
write_runs(FILE *to, struct told_records *records, struct recin *in,
    const struct reading *how)
{
	static struct told_run run;
	size_t n, first;

	if (!begin_run(&run, in, how))
		return;
	n = recin_run(in, run.column, run.columns, run.span, &first);
	n = read_run(&run, in, how, first, n);
	/* Not always all. */
	if (n > 3 && recin_records(in) % 3 == 0)
		n -= 3;
	for (size_t r = 0; r < n; r++) {
		FILE *record = records == NULL
		    ? to
		    : add_record(records, recin_place(in) + r);

		write_of_run(record, &run, how, first + r);
		if (records != NULL)
			fclose(record);
	}
	recin_take(in, n);
}

/* Records by several threads; the last of records is that of the caller. */
enum { TOLD_JOBS = 4 };
struct told_jobs {
	struct recin *in;
	const struct reading *how;
	struct pool *pool;
	struct recin_jobs jobs;
	struct told_run run[TOLD_JOBS];
	struct told_records records[TOLD_JOBS + 1];
};

static inline size_t
take_told(void *arg, size_t worker, struct span *const *span, size_t n,
    uint64_t place)
{
	struct told_jobs *t = arg;
	struct told_run *run = &t->run[worker];

	for (size_t i = 0; i < run->columns; i++)
		run->span[i] = span[i];
	n = read_run(run, t->in, t->how, 0, n);
	if (n > 3 && place % 3 == 0)
		n -= 3;
	for (size_t r = 0; r < n; r++) {
		FILE *to = add_record(&t->records[worker], place + r);

		write_of_run(to, run, t->how, r);
		fclose(to);
	}
	return n;
}

/* Let the threads of t read, or the caller alone where they cannot. */
static inline void
begin_jobs(struct told_jobs *t, struct recin *in, const struct reading *how)
{
	t->in = in;
	t->how = how;
	for (int i = 0; i < TOLD_JOBS; i++)
		if (!begin_run(&t->run[i], in, how))
			return;
	if (how->plain || recin_error(in) != NULL)
		return;
	t->pool = pool_new(how->jobs < TOLD_JOBS ? how->jobs : TOLD_JOBS);
	t->jobs = (struct recin_jobs){ .pool = t->pool,
		.column = t->run[0].column,
		.ncolumns = t->run[0].columns,
		.take = take_told,
		.arg = t };
	if (recin_jobs(in, &t->jobs) == -1)
		abort();
}

static inline int
compare_told(const void *a, const void *b)
{
	const struct told_record *x = a, *y = b;

	return (x->place > y->place) - (x->place < y->place);
}

/* Write what the threads had to tell, up to `stop`, in the order of places. */
static inline void
write_jobs(FILE *to, struct told_jobs *t, uint64_t stop)
{
	struct told_records all = { 0 };

	for (int i = 0; i <= TOLD_JOBS; i++) {
		struct told_records *own = &t->records[i];

		if (vec_grow(&all.record, &all.capacity, all.n + own->n + 1,
			sizeof(*all.record)) == -1)
			abort();
		if (own->n > 0)
			memcpy(all.record + all.n, own->record,
			    own->n * sizeof(*own->record));
		all.n += own->n;
		free(own->record);
	}
	qsort(all.record, all.n, sizeof(*all.record), compare_told);
	for (size_t i = 0; i < all.n; i++) {
		if (all.record[i].place < stop)
			fwrite(all.record[i].text, 1, all.record[i].length, to);
		free(all.record[i].text);
	}
	free(all.record);
	pool_free(t->pool);
}

static inline void
write_record(FILE *to, struct recin *in, const struct reading *how)
{
	bool whole = !how->runs && how->jobs == 0;

	if (whole)
		fprintf(to, "%llu:", (unsigned long long)recin_line(in));
	for (size_t i = 0; i < recin_columns(in); i++) {
		if (!is_wanted(how, i))
			continue;
		write_text(to, recin_field(in, (int)i));
		if (how->typed && write_value(to, in, (int)i) != 1)
			break;
	}
	/* Runs leave them out. */
	for (size_t i = 0; whole && i < recin_extras(in); i++) {
		struct field key, value = recin_extra(in, i, &key);

		write_text(to, key);
		write_text(to, value);
	}
	putc('\n', to);
}

/* Every record that there is.  Returns the status. */
static inline int
write_records(FILE *to, struct recout *out, struct recin *in,
    const struct reading *how)
{
	static struct told_jobs t;
	struct told_records *records = how->jobs > 0 ? &t.records[TOLD_JOBS]
						     : NULL;
	int status = 0;

	memset(&t, 0, sizeof(t));
	if (how->jobs > 0)
		begin_jobs(&t, in, how);
	while (recin_error(in) == NULL) {
		FILE *record = to;

		if (how->runs && !how->plain)
			write_runs(to, records, in, how);
		if ((status = recin_next(in)) != 1)
			break;
		if (records != NULL)
			record = add_record(records, recin_place(in));
		write_record(record, in, how);
		if (records != NULL)
			fclose(record);
		if (out == NULL)
			continue;
		if (pass_record(out, in) == -1)
			abort();
		recout_end(out);
	}
	if (how->jobs > 0)
		write_jobs(to, &t,
		    recin_error(in) == NULL ? UINT64_MAX : recin_place(in));
	return status;
}

/* All that reading the file brings about, as text to free. */
static inline char *
told(const char *path, const struct reading *how, size_t *length)
{
	char *text = NULL, *paths[] = { (char *)(uintptr_t)path };
	char kept_path[64], passed_path[64];
	int kept = nameless(kept_path), passed = nameless(passed_path);
	int status = 0;
	FILE *to = open_memstream(&text, length);
	struct recin_options options = { .format = how->format,
		.max_record = how->max_record,
		.bad = how->stop ? RECIN_STOP : RECIN_SKIP,
		.warn = write_warning,
		.context = to,
		.block = how->block,
		.plain = how->plain };
	struct output *output = output_open(passed_path);
	struct recout *out = NULL;
	struct recin *in;
	const char *summary;

	options.keep_bad = output_open(kept_path);
	in = recin_open(paths, 1, &options);
	if (how->passed && recin_error(in) == NULL &&
	    ((out = recout_open(output, recin_format(in), 12)) == NULL ||
		pass_columns(out, in) == -1))
		abort();
	for (size_t i = 0; recin_error(in) == NULL && i < recin_columns(in);
	     i++)
		if (is_wanted(how, i))
			recin_find(in, recin_name(in, i));
	status = write_records(to, out, in, how);
	recout_close(out);
	fprintf(to, "status %d refused %llu\n", status,
	    (unsigned long long)recin_refused(in));
	/* Threads may have gone on behind an error. */
	if (recin_error(in) == NULL || how->jobs == 0)
		fprintf(to, "records %llu\n",
		    (unsigned long long)recin_records(in));
	if (recin_error(in) != NULL)
		fprintf(to, "error %s\n", recin_error(in));
	if ((summary = recin_summary(in)) != NULL)
		fprintf(to, "summary %s\n", summary);
	recin_close(in);
	take_file(to, options.keep_bad, kept);
	take_file(to, output, passed);
	fclose(to);
	return text;
}

/* Whether reading these bytes with the fast path and reads of so many bytes is
 * reading them without; prints both where it is not. */
static inline bool
same_told(const void *p, size_t n, struct reading how)
{
	char path[64], *fast, *plain;
	int fd = nameless(path);
	size_t fast_length, plain_length;
	bool same;

	if (write(fd, p, n) != (ssize_t)n)
		abort();
	how.plain = false;
	fast = told(path, &how, &fast_length);
	how.plain = true;
	how.block = 0;
	plain = told(path, &how, &plain_length);
	same = fast_length == plain_length &&
	    memcmp(fast, plain, fast_length) == 0;
	if (!same)
		fprintf(stderr,
		    "---- input\n%.*s\n---- plain\n%s\n---- fast\n%s\n", (int)n,
		    (const char *)p, plain, fast);
	free(fast);
	free(plain);
	close(fd);
	return same;
}

#endif
