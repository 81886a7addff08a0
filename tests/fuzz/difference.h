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
#include "record/output.h"
#include "record/recin.h"

/* How to read. */
struct reading {
	enum format format;
	size_t max_record;
	uint64_t wanted; /* bit i % 64: column i is asked for */
	size_t block;
	bool plain;
	bool stop;  /* at the first bad record */
	bool typed; /* values are read as a date, a decimal or a number */
	bool runs;  /* by recin_run(), as far as it goes */
};

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

/* Records by recin_run(), as write_record() writes them. */
static inline void
write_runs(FILE *to, struct recin *in, const struct reading *how)
{
	static struct span text[RECIN_RUN_COLUMNS][RECIN_RUN];
	static int32_t day[RECIN_RUN_COLUMNS][RECIN_RUN];
	static struct decimal decimal[RECIN_RUN_COLUMNS][RECIN_RUN];
	struct span *span[RECIN_RUN_COLUMNS];
	int column[RECIN_RUN_COLUMNS];
	size_t columns = 0, n, first;
	struct recin_date last = { 0 };

	for (size_t i = 0; i < recin_columns(in); i++)
		if (is_wanted(how, i)) {
			if (columns == RECIN_RUN_COLUMNS ||
			    (how->typed && i % 3 == 2))
				return;
			column[columns] = (int)i;
			span[columns] = text[columns];
			columns++;
		}
	n = recin_run(in, column, columns, span, &first);
	for (size_t i = 0; how->typed && i < columns; i++)
		n = column[i] % 3 == 0 ? recin_run_dates(in, &last,
					     text[i] + first, n, day[i] + first)
				       : recin_run_decimals(text[i] + first, n,
					     decimal[i] + first);
	/* Not always all. */
	if (n > 3 && recin_records(in) % 3 == 0)
		n -= 3;
	for (size_t r = first; r < first + n; r++) {
		for (size_t i = 0; i < columns; i++) {
			struct span s = text[i][r];
			int32_t same_day;
			struct decimal same;

			write_text(to,
			    (struct field){
				.p = s.p, .n = s.n, .kind = s.kind });
			if (!how->typed)
				continue;
			if (column[i] % 3 == 0) {
				if (date_parse_timestamp(s.p, s.n, NULL,
					&same_day) == -1 ||
				    same_day != day[i][r])
					abort();
				fprintf(to, " day %d", (int)same_day);
			} else {
				if (decimal_parse(s.p, s.n, &same) != NULL ||
				    same.mantissa != decimal[i][r].mantissa ||
				    same.scale != decimal[i][r].scale)
					abort();
				write_decimal(to, &same);
			}
		}
		putc('\n', to);
	}
	recin_take(in, n);
}

static inline void
write_record(FILE *to, struct recin *in, const struct reading *how)
{
	if (!how->runs)
		fprintf(to, "%llu:", (unsigned long long)recin_line(in));
	for (size_t i = 0; i < recin_columns(in); i++) {
		if (!is_wanted(how, i))
			continue;
		write_text(to, recin_field(in, (int)i));
		if (how->typed && write_value(to, in, (int)i) != 1)
			break;
	}
	/* Runs leave them out. */
	for (size_t i = 0; !how->runs && i < recin_extras(in); i++) {
		struct field key, value = recin_extra(in, i, &key);

		write_text(to, key);
		write_text(to, value);
	}
	putc('\n', to);
}

/* All that reading the file brings about, as text to free. */
static inline char *
told(const char *path, const struct reading *how, size_t *length)
{
	char *text = NULL, *paths[] = { (char *)(uintptr_t)path };
	char kept_path[64];
	int kept = memfd_create("kept", 0), status = 0;
	FILE *to = open_memstream(&text, length);
	struct recin_options options = { .format = how->format,
		.max_record = how->max_record,
		.bad = how->stop ? RECIN_STOP : RECIN_SKIP,
		.warn = write_warning,
		.context = to,
		.block = how->block,
		.plain = how->plain };
	struct recin *in;
	const char *summary;
	off_t n;
	char *bytes;

	snprintf(kept_path, sizeof(kept_path), "/proc/self/fd/%d", kept);
	options.keep_bad = output_open(kept_path);
	in = recin_open(paths, 1, &options);
	for (size_t i = 0; recin_error(in) == NULL && i < recin_columns(in);
	     i++)
		if (is_wanted(how, i))
			recin_find(in, recin_name(in, i));
	while (recin_error(in) == NULL) {
		if (how->runs && !how->plain)
			write_runs(to, in, how);
		if ((status = recin_next(in)) != 1)
			break;
		write_record(to, in, how);
	}
	fprintf(to, "status %d records %llu refused %llu\n", status,
	    (unsigned long long)recin_records(in),
	    (unsigned long long)recin_refused(in));
	if (recin_error(in) != NULL)
		fprintf(to, "error %s\n", recin_error(in));
	if ((summary = recin_summary(in)) != NULL)
		fprintf(to, "summary %s\n", summary);
	recin_close(in);
	if (output_close(options.keep_bad, NULL, 0) == -1)
		abort();
	n = lseek(kept, 0, SEEK_END);
	bytes = malloc((size_t)n + 1);
	if (bytes == NULL || pread(kept, bytes, (size_t)n, 0) != n)
		abort();
	fwrite(bytes, 1, (size_t)n, to);
	free(bytes);
	close(kept);
	fclose(to);
	return text;
}

/* Whether reading these bytes with the fast path and reads of so many bytes is
 * reading them without; prints both where it is not. */
static inline bool
same_told(const void *p, size_t n, struct reading how)
{
	int fd = memfd_create("difference", 0);
	char path[64], *fast, *plain;
	size_t fast_length, plain_length;
	bool same;

	if (fd == -1 || write(fd, p, n) != (ssize_t)n)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
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
