/* Columns and records of an input passed through, unchanged and in order. */
#ifndef AEE_RECORD_PASS_H
#define AEE_RECORD_PASS_H

struct recin;
struct recout;

/* Ask `in` for every column and name them in out; -1 if out of memory. */
int pass_columns(struct recout *out, struct recin *in);

/* Write the fields of the record at hand, and the keys it has beside the
 * columns.  -1, with an error of `in`, if out has no place for those. */
int pass_record(struct recout *out, struct recin *in);

#endif
