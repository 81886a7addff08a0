/* What the fuzz targets of the record readers share: read records from bytes,
 * write them, read what was written, and find the same. */
#ifndef AEE_TESTS_FUZZ_ROUNDTRIP_H
#define AEE_TESTS_FUZZ_ROUNDTRIP_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "record/output.h"
#include "record/pass.h"
#include "record/recin.h"
#include "record/recout.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A file of these bytes that has no name but that of its descriptor. */
static inline int
file_of(const void *p, size_t n, char path[64])
{
	int fd = memfd_create("fuzz", 0);

	if (fd == -1 || write(fd, p, n) != (ssize_t)n)
		abort();
	snprintf(path, 64, "/proc/self/fd/%d", fd);
	return fd;
}

/* Copy the records of `from` in its format; the number of records, or -1 where
 * the stream as a whole is refused. */
static inline long
copy(const char *from, const char *to, enum format format)
{
	struct recin_options options = {
		.format = format, .max_record = 4096, .bad = RECIN_SKIP
	};
	char *paths[] = { (char *)(uintptr_t)from };
	struct output *output = output_open(to);
	struct recin *in = recin_open(paths, 1, &options);
	struct recout *out = recout_open(output, format, 12);
	long n = 0;
	int status;

	if (recin_error(in) != NULL || pass_columns(out, in) == -1) {
		n = -1;
	} else {
		while ((status = recin_next(in)) == 1) {
			if (pass_record(out, in) == -1)
				abort();
			recout_end(out);
			n++;
		}
		if (status == -1)
			n = -1;
		if (recin_summary(in) == NULL && recin_refused(in) > 0)
			abort();
	}
	recout_close(out);
	recin_close(in);
	if (output_close(output, NULL, 0) == -1)
		abort();
	return n;
}

/* Copying a copy must change nothing. */
static inline void
roundtrip(const uint8_t *data, size_t size, enum format format)
{
	char first[64], second[64], third[64];
	int a = file_of(data, size, first), b = file_of("", 0, second);
	int c = file_of("", 0, third);
	long n = copy(first, second, format);

	if (n >= 0) {
		off_t length;
		char *p, *q;

		if (copy(second, third, format) != n)
			abort();
		length = lseek(b, 0, SEEK_END);
		if (length != lseek(c, 0, SEEK_END))
			abort();
		p = malloc((size_t)length + 1);
		q = malloc((size_t)length + 1);
		if (pread(b, p, (size_t)length, 0) != length ||
		    pread(c, q, (size_t)length, 0) != length ||
		    memcmp(p, q, (size_t)length) != 0)
			abort();
		free(p);
		free(q);
	}
	close(a);
	close(b);
	close(c);
}

#endif
