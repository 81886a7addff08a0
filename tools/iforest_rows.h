/* The features of aee-iforest: which columns they are, and their values. */
#ifndef AEE_TOOLS_IFOREST_ROWS_H
#define AEE_TOOLS_IFOREST_ROWS_H

#include <stdbool.h>
#include <stddef.h>

#include "model/frequency.h"

struct cli;
struct groups;
struct iforest_options;
struct recin;
struct span;

/* A column that is a feature, or may turn out to be one. */
struct iforest_feature {
	int column;
	const char *name;
	bool coded; /* its values are numbers of categories */
	struct groups *category;
	struct frequency frequency; /* of the categories in training */
	bool asked;                 /* it must be a number */
	bool numbers;               /* one is there */
	char *text;                 /* the first that is none, with its place */
	char *lack;                 /* the place of the first missing one */
	size_t constant;            /* groups in which it does not vary */
};

struct iforest_rows {
	struct iforest_feature *feature; /* d of them */
	size_t d;
	struct iforest_feature *left; /* those left out for a text */
	size_t nleft;
	bool whole; /* a missing value of an asked feature is refused */
	double *x;  /* n rows of d values, NaN: missing */
	size_t n, cap;
};

/* Find the columns that the options ask for. */
void iforest_rows_open(struct iforest_rows *rows, struct cli *cli,
    const struct iforest_options *o, struct recin *in);

/*
 * The features of the record at hand, in row.  Of those with a coded one, its
 * category's number; with learn, a new one's too, otherwise any above.  1; 0 if
 * the record is left out, -1 on an error of `in`; -2 if out of memory.
 */
int iforest_rows_values(struct iforest_rows *rows, struct recin *in, bool learn,
    double *row);

/*
 * The features of records that follow the one at hand, coded, as far as
 * recin_run() sees them and each has its values: so many as it returns, at most
 * RECIN_RUN, in x, row by row.  They are left to be read.  span has a place for
 * the texts of each feature.
 */
size_t iforest_rows_ahead(struct iforest_rows *rows, struct recin *in,
    struct span *const *span, double *x);

/* Put the codes of the categories of a row in the place of their numbers. */
void iforest_rows_code(const struct iforest_rows *rows, double *row);

/* Add the record at hand; false if it is left out. */
bool iforest_rows_add(struct iforest_rows *rows, struct cli *cli,
    struct recin *in);

/* When rows are known: keep of the default features those that hold numbers,
 * and say what was left out. */
void iforest_rows_settle(struct iforest_rows *rows, struct cli *cli);

void iforest_rows_release(struct iforest_rows *rows);

#endif
