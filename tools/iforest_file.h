/* The forests that aee-iforest saves and takes up again; aee-iforest(1). */
#ifndef AEE_TOOLS_IFOREST_FILE_H
#define AEE_TOOLS_IFOREST_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "model/iforest.h"
#include "record/forest_file.h"

struct cli;
struct iforest_rows;
struct recin;

/* Write a forest of these features, whose rule came to this threshold and
 * flagged this share of its rows.  It takes its place when the program ends
 * well. */
void iforest_file_save(struct cli *cli, const char *path,
    const struct iforest *forest, const struct iforest_rows *rows,
    const struct iforest_rule *rule, double threshold, double flagged);

struct iforest_saved {
	uint8_t *bytes;
	struct forest_file file;
	struct iforest *forest;
};

/* Read a saved forest; ends the program on what is bad. */
void iforest_file_load(struct iforest_saved *saved, struct cli *cli,
    const char *path);

/* The features of a saved forest, without their columns in an input.  Returns
 * 0, or -1 if out of memory. */
int iforest_file_features(const struct iforest_saved *saved,
    struct iforest_rows *rows);

void iforest_file_release(struct iforest_saved *saved);

#endif
