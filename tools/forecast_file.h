/*
 * Models of aee-forecast in a file: one JSON document, aee-forecast(1).
 */
#ifndef AEE_TOOLS_FORECAST_FILE_H
#define AEE_TOOLS_FORECAST_FILE_H

#include "forecast_options.h"
#include "forecast_series.h"
#include "record/field.h"

struct cli;
struct forecast_file;

/* Begin a file with what all its models share.  It takes its place when the
 * program ends well. */
struct forecast_file *forecast_file_create(struct cli *cli, const char *path,
    const struct forecast_terms *terms);

/* Append the model of a series, whose groups are key. */
void forecast_file_add(struct forecast_file *file, const struct field *key,
    const struct forecast_series *s);

/*
 * Read a file, and the terms of its models into o, which keeps to the file's
 * words as long as that is open.  Ends the program on what is bad.
 */
struct forecast_file *forecast_file_open(struct cli *cli, const char *path,
    struct forecast_options *o);

/* Give s the model that a group has; without one, s->fit stays NULL.  terms are
 * what forecast_terms_read() made of the options that were read. */
void forecast_file_take(struct forecast_file *file,
    const struct forecast_terms *terms, const struct field *key,
    struct forecast_series *s);

void forecast_file_close(struct forecast_file *file); /* NULL is allowed */

#endif
