/* Reads a file of reference numbers for a unit test: CSV without quotes, plain
 * or gzipped. */
#ifndef AEE_TESTS_TABLE_H
#define AEE_TESTS_TABLE_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/vec.h"

struct table {
	double *x;         /* row-major; NaN where a field is empty */
	size_t n, d, cap;  /* rows, columns */
	char header[8192]; /* with a comma at either end */
};

static inline void
table_release(struct table *t)
{
	free(t->x);
	*t = (struct table){ 0 };
}

/* The header line into t, with its number of columns. */
static inline int
table_header(struct table *t, FILE *in)
{
	t->header[0] = ',';
	if (fgets(t->header + 1, sizeof(t->header) - 2, in) == NULL)
		return -1;
	t->header[strcspn(t->header, "\n")] = ',';
	for (const char *p = t->header + 1; *p != '\0'; p++)
		t->d += *p == ',';
	return 0;
}

/* All of a file, text as whatever number it starts with (a date as its year).
 * Returns 0, or -1 if that failed. */
static inline int
table_read(struct table *t, const char *path)
{
	char command[4096], line[8192];
	FILE *in;
	int status;

	*t = (struct table){ 0 };
	snprintf(command, sizeof(command), "gzip -dcf '%s'", path);
	if ((in = popen(command, "r")) == NULL)
		return -1;
	status = table_header(t, in);
	while (status == 0 && fgets(line, sizeof(line), in) != NULL) {
		char *p = line, *end;

		if (vec_grow(&t->x, &t->cap, (t->n + 1) * t->d,
			sizeof(*t->x)) == -1) {
			status = -1;
			break;
		}
		for (size_t j = 0; j < t->d; j++) {
			double v = strtod(p, &end);

			t->x[t->n * t->d + j] = end == p ? NAN : v;
			p = end + strcspn(end, ",\n");
			p += *p == ',';
		}
		t->n++;
	}
	if (pclose(in) != 0 || t->n == 0)
		status = -1;
	if (status == -1)
		table_release(t);
	return status;
}

/* Number of the column of this name, or SIZE_MAX. */
static inline size_t
table_column(const struct table *t, const char *name)
{
	char wanted[128];
	const char *found;
	size_t column = 0;

	snprintf(wanted, sizeof(wanted), ",%s,", name);
	if ((found = strstr(t->header, wanted)) == NULL)
		return SIZE_MAX;
	for (const char *p = t->header + 1; p <= found; p++)
		column += *p == ',';
	return column;
}

/* The columns of these names as a matrix of their own, row-major; NULL if one
 * is not there.  The caller frees it. */
static inline double *
table_columns(const struct table *t, const char *const names[], size_t d)
{
	double *x = calloc(t->n * d, sizeof(*x));

	for (size_t j = 0; x != NULL && j < d; j++) {
		const size_t column = table_column(t, names[j]);

		if (column == SIZE_MAX) {
			free(x);
			return NULL;
		}
		for (size_t i = 0; i < t->n; i++)
			x[i * d + j] = t->x[i * t->d + column];
	}
	return x;
}

#endif
