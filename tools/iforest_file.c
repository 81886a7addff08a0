#include "iforest_file.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "iforest_options.h"
#include "iforest_rows.h"
#include "model/iforest_pack.h"
#include "record/cli.h"
#include "record/group.h"
#include "record/output.h"

/* A file of any length is not read to its end: the largest forest that is taken
 * up has some 600 MB. */
static const size_t MAX_FILE = (size_t)1 << 30;

/* ---- saving --------------------------------------------------------------------- */

/* The categories of a coded column that came, in the order of their numbers. */
static void
fill_categories(struct forest_column *column, struct cli *cli,
    const struct iforest_feature *f)
{
	column->category = calloc(f->frequency.n + 1,
	    sizeof(*column->category));
	if (column->category == NULL)
		cli_no_memory(cli);
	for (size_t g = 0; g < f->frequency.n; g++) {
		const struct field key = groups_key(f->category, g, 0);
		struct forest_category
		    *category = &column->category[column->categories];

		if (f->frequency.count[g] == 0)
			continue; /* of records that were left out */
		category->count = f->frequency.count[g];
		if ((category->name = strndup(key.p, key.n)) == NULL)
			cli_no_memory(cli);
		column->categories++;
	}
}

static void
fill_columns(struct forest_file *file, struct cli *cli,
    const struct iforest *forest, const struct iforest_rows *rows)
{
	double *quantile = calloc(rows->d,
	    IFOREST_QUANTILES * sizeof(*quantile));

	file->column = calloc(rows->d, sizeof(*file->column));
	if (quantile == NULL || file->column == NULL ||
	    iforest_quantiles(forest, quantile) == -1)
		cli_no_memory(cli);
	for (size_t j = 0; j < rows->d; j++) {
		struct forest_column *column = &file->column[j];
		const struct iforest_feature *f = &rows->feature[j];

		if ((column->name = strdup(f->name)) == NULL)
			cli_no_memory(cli);
		if ((column->coded = f->coded))
			fill_categories(column, cli, f);
		memcpy(column->quantile, quantile + IFOREST_QUANTILES * j,
		    sizeof(column->quantile));
	}
	file->columns = rows->d;
	free(quantile);
}

void
iforest_file_save(struct cli *cli, const char *path,
    const struct iforest *forest, const struct iforest_rows *rows,
    const struct iforest_rule *rule, double threshold, double flagged)
{
	static const char *const rules[] = { "contamination", "auto",
		"threshold" };
	const struct iforest_about about = iforest_about(forest);
	struct forest_file file = {
		.rule_value = rule->cut == IFOREST_AUTO ? NAN : rule->value,
		.threshold = threshold,
		.flagged = flagged,
		.program = "aee-iforest " AEE_VERSION,
		.seed = about.seed,
		.trees = about.trees,
		.subsample = about.subsample,
		.depth = about.depth,
		.rows = about.rows,
		.c = about.c,
		.exact_c = about.exact_c,
		.gain = about.gain,
		.missing = iforest_missing_names[about.missing]
	};
	struct output *out = cli_output(cli, path);
	uint8_t *body, *bytes;
	size_t size;

	if ((file.rule = strdup(rules[rule->cut])) == NULL ||
	    iforest_pack(forest, &body, &file.size) == -1)
		cli_no_memory(cli);
	file.body = body;
	fill_columns(&file, cli, forest, rows);
	if (forest_file_write(&file, &bytes, &size) == -1)
		cli_no_memory(cli);
	output_write(out, (const char *)bytes, size);
	free(bytes);
	free(body);
	forest_file_release(&file);
}

/* ---- loading -------------------------------------------------------------------- */

static uint8_t *
read_file(struct cli *cli, const char *path, size_t *n)
{
	FILE *in = fopen(path, "rb");
	size_t cap = 0, got;
	uint8_t *bytes = NULL;

	*n = 0;
	if (in == NULL)
		cli_fail(cli, "%s: %s", path, strerror(errno));
	do {
		if (vec_grow(&bytes, &cap, *n + 65536, 1) == -1)
			cli_no_memory(cli);
		got = fread(bytes + *n, 1, cap - *n, in);
		*n += got;
		if (*n >= 8 && memcmp(bytes, "AEEIFOR", 7) != 0)
			break; /* no need to read /dev/zero to its end */
	} while (got > 0 && *n <= MAX_FILE);
	if (ferror(in))
		cli_fail(cli, "%s: %s", path, strerror(errno));
	fclose(in);
	if (*n > MAX_FILE)
		cli_fail(cli, "%s: is larger than 1 GiB", path);
	return bytes;
}

void
iforest_file_load(struct iforest_saved *saved, struct cli *cli,
    const char *path)
{
	char why[FOREST_FILE_WHY];
	const char *reason;
	size_t size;

	saved->bytes = read_file(cli, path, &size);
	if (forest_file_read(&saved->file, saved->bytes, size, why) == -1) {
		if (*why == '\0')
			cli_no_memory(cli);
		cli_fail(cli, "%s: %s", path, why);
	}
	saved->forest = iforest_unpack(saved->file.body, saved->file.size,
	    &reason);
	if (saved->forest == NULL && reason == NULL)
		cli_no_memory(cli);
	if (saved->forest == NULL)
		cli_fail(cli, "%s: %s", path, reason);
	if (iforest_about(saved->forest).features != saved->file.columns)
		cli_fail(cli,
		    "%s: it names %zu columns, and its forest has %zu", path,
		    saved->file.columns, iforest_about(saved->forest).features);
}

int
iforest_file_features(const struct iforest_saved *saved,
    struct iforest_rows *rows)
{
	const struct forest_file *file = &saved->file;

	rows->feature = calloc(file->columns + 1, sizeof(*rows->feature));
	if (rows->feature == NULL)
		return -1;
	rows->whole = iforest_about(saved->forest).missing == IFOREST_FAIL;
	for (rows->d = 0; rows->d < file->columns; rows->d++) {
		const struct forest_column *column = &file->column[rows->d];
		struct iforest_feature *f = &rows->feature[rows->d];

		f->name = column->name;
		f->asked = true;
		f->coded = column->coded;
		if (f->coded && (f->category = groups_new(1)) == NULL)
			return -1;
		for (size_t g = 0; g < column->categories; g++) {
			const char *name = column->category[g].name;
			const struct field key = { .p = name,
				.n = strlen(name) };

			if (groups_find(f->category, &key, NULL) == SIZE_MAX ||
			    frequency_add(&f->frequency, g,
				column->category[g].count) == -1)
				return -1;
		}
	}
	return 0;
}

void
iforest_file_release(struct iforest_saved *saved)
{
	iforest_free(saved->forest);
	forest_file_release(&saved->file);
	free(saved->bytes);
}
