/*
 * Records out, as CSV, TSV or NDJSON: first the names of the columns, then
 * record after record, one value a column.
 *
 * CSV is quoted as little as can be: a field with a delimiter, a quote, a line
 * end, or a blank at an edge; and the only field of a record if it is empty,
 * since an empty line would not be read back.  In NDJSON, text that came from
 * CSV is a number if it looks like one in JSON, null if it is empty, and a
 * string otherwise; what came from NDJSON stays what it was.
 */
#ifndef AEE_RECORD_RECOUT_H
#define AEE_RECORD_RECOUT_H

#include <stdint.h>

#include "record/field.h"

struct date_time;
struct decimal_sum;
struct output;
struct recin;
struct recout;

enum { RECOUT_PRECISION = 12 }; /* significant digits of a computed number */

/* Write to out, which outlives the stream.  format is not FORMAT_AUTO;
 * precision is 1 to 17.  NULL if out of memory. */
struct recout *recout_open(struct output *out, enum format format,
    int precision);

/* From now on hand each record to the system as it ends. */
void recout_line_buffered(struct recout *out);

/* Name the next column; all before the first value.  -1 if out of memory or
 * if there is one of that name. */
int recout_column(struct recout *out, const char *name);

enum format recout_format(const struct recout *out);

/* The next value of the record.  NaN and infinities are missing values. */
void recout_field(struct recout *out, struct field f);
void recout_text(struct recout *out, const char *text);
void recout_number(struct recout *out, double v);
void recout_int(struct recout *out, int64_t v);
void recout_flag(struct recout *out, bool v);      /* 0 or 1 */
void recout_date(struct recout *out, int32_t day); /* DATE_NONE: missing */
void recout_time(struct recout *out, const struct date_time *time);
void recout_cents(struct recout *out, int64_t cents); /* 1250: 12.5 */
void recout_sum(struct recout *out, const struct decimal_sum *v);
void recout_missing(struct recout *out);

/* The values of the next n columns at once, as they stand in a record of this
 * format: with delimiters between them, or as an object that lacks its closing
 * brace. */
void recout_raw(struct recout *out, const char *p, size_t length, size_t n);

/* A key and value beside the columns, in NDJSON; -1 in CSV and TSV, which have
 * no place for it. */
int recout_extra(struct recout *out, struct field key, struct field f);

/* End of the record: every column has had its value. */
void recout_end(struct recout *out);

/* Whole records, as n bytes that are written like those of this stream; between
 * its own. */
void recout_records(struct recout *out, const char *p, size_t n);

/* Whether something could not be written: what makes much of it can stop. */
bool recout_failed(const struct recout *out);

/* Write what is due without records (the header line) and free; NULL is
 * allowed.  The output stays open. */
void recout_close(struct recout *out);

/* Append text to out as a JSON string, with its quotes. */
void recout_json_string(struct output *out, const char *p, size_t n);

#endif
