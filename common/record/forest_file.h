/*
 * The file of a saved isolation forest: what the columns are called and what the
 * program decided, as JSON for people and for the next run, and the forest as
 * bytes that this module does not look into.
 *
 *	"AEEIFOR1"			8 bytes
 *	version of the format		u32, FOREST_FILE_VERSION
 *	length of the header		u32
 *	header				JSON
 *	the forest			to the end but 4
 *	CRC-32 of all before		u32
 *
 * Integers are little-endian.  Numbers of the header have 17 digits, so that they
 * are read back as they were.
 */
#ifndef AEE_RECORD_FOREST_FILE_H
#define AEE_RECORD_FOREST_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FOREST_FILE_VERSION = 1 };

/* A category and how often it came in training. */
struct forest_category {
	char *name;
	uint64_t count;
};

/* A feature, in the order that the forest knows them by. */
struct forest_column {
	char *name;
	bool coded; /* a text column: its categories are coded by frequency */
	struct forest_category *category;
	size_t categories;
	/* Least value, 1 %, 50 % and 99 % quantile, largest; NaN: none.  Of a
	 * coded column, of its codes. */
	double quantile[5];
};

struct forest_file {
	/* What was decided. */
	char *rule;        /* "auto", "contamination" or "threshold" */
	double rule_value; /* of the rule; NaN for auto */
	double threshold;  /* what it came to: flagged if above */
	double flagged;    /* share of the training rows; NaN: unknown */
	struct forest_column *column;
	size_t columns;
	/* The forest. */
	const uint8_t *body;
	size_t size;

	/* For people: written, not read. */
	const char *program; /* name and version of what writes */
	uint64_t seed;
	size_t trees, subsample;
	unsigned depth;
	uint64_t rows;
	double c; /* c(subsample) */
	bool exact_c;
	double gain;
	const char *missing; /* "divide", ... */

	/* The header as it stands in the file: read, not written. */
	char *header;
};

/* The whole file; the caller frees *bytes.  Returns 0, or -1 if out of memory or
 * too large. */
int forest_file_write(const struct forest_file *file, uint8_t **bytes,
    size_t *size);

enum { FOREST_FILE_WHY = 128 };

/*
 * Read a file from bytes that anybody may have made; the body stays in them.
 * Column names are not empty, differ, and are UTF-8, and so are the categories of
 * a column; counts are at least 1; the threshold is 0 to 1.  Whether the forest
 * has as many features as there are columns is for the caller to see.
 * Returns 0; free with forest_file_release().  Returns -1 with why, as "its
 * checksum is wrong", or with why empty if out of memory.
 */
int forest_file_read(struct forest_file *file, const uint8_t *bytes,
    size_t size, char why[FOREST_FILE_WHY]);

/* Frees what forest_file_read() allocated; a zeroed one is fine. */
void forest_file_release(struct forest_file *file);

#endif
