/*
 * Any bytes as rows for a saved forest of a number and a category: each row that
 * is taken has a score from 0 to 1 or none, the same in one go, and a reason.
 */
#include "roundtrip.h"

#include <math.h>

#include "../../tools/iforest_file.h"
#include "../../tools/iforest_rows.h"
#include "model/frequency.h"
#include "model/iforest.h"
#include "model/iforest_pack.h"

enum { N = 200, D = 2 };

static void
check(int ok)
{
	if (!ok)
		abort();
}

/* A forest as it comes from a file. */
static void
make_saved(struct iforest_saved *saved)
{
	static const struct iforest_params params = {
		.trees = 5, .subsample = 32, .seed = 1
	};
	char a[] = "a", b[] = "\xc3\xbc", x[] = "x", c[] = "c", rule[] = "auto";
	struct forest_category category[] = { { a, 150 }, { b, 50 } };
	struct forest_column column[D] = { { .name = x },
		{ .name = c, .coded = true, .category = category, 2, { 0 } } };
	struct forest_file file = { .rule = rule,
		.rule_value = NAN,
		.threshold = 0.5,
		.flagged = NAN,
		.column = column,
		.columns = D,
		.program = "fuzz",
		.missing = "divide" };
	char why[FOREST_FILE_WHY];
	struct iforest *forest;
	double row[N * D];
	uint8_t *body;
	size_t size;

	for (size_t i = 0; i < N; i++) {
		row[D * i] = (double)(i * 37 % 101);
		row[D * i + 1] = i % 4 == 0 ? log2(51) : log2(151);
	}
	forest = iforest_fit(row, N, D, &params);
	check(forest != NULL && iforest_calibrate(forest, NULL) == 0);
	check(iforest_pack(forest, &body, &file.size) == 0);
	file.body = body;
	check(forest_file_write(&file, &saved->bytes, &size) == 0);
	check(forest_file_read(&saved->file, saved->bytes, size, why) == 0);
	saved->forest = iforest_unpack(saved->file.body, saved->file.size,
	    &file.missing);
	check(saved->forest != NULL);
	iforest_free(forest);
	free(body);
}

static void
score(const struct iforest_saved *saved, const struct iforest_why *why,
    const double *row)
{
	double twice[2 * D] = { row[0], row[1], row[0], row[1] };
	double s[2], phi[D], p;

	iforest_scores(saved->forest, twice, 2, s);
	check(isnan(s[0]) ? isnan(s[1]) : s[0] == s[1]);
	check(isnan(s[0]) == (isnan(row[0]) && isnan(row[1])));
	if (isnan(s[0]))
		return;
	p = iforest_p(saved->forest, s[0]);
	check(s[0] > 0 && s[0] <= 1 && p > 0 && p <= 1);
	iforest_why(why, row, phi);
	check(isfinite(phi[0] + phi[1]));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct iforest_saved saved;
	static struct iforest_why *why;
	struct recin_options options = { .max_record = 4096,
		.bad = RECIN_SKIP };
	struct iforest_rows rows = { 0 };
	char path[64], *paths[] = { path };
	int fd = file_of(data, size, path), status;
	struct recin *in = recin_open(paths, 1, &options);
	double row[D];

	check(in != NULL);
	if (saved.forest == NULL) {
		make_saved(&saved);
		check((why = iforest_why_new(saved.forest)) != NULL);
	}
	check(iforest_file_features(&saved, &rows) == 0 && rows.d == D);
	for (size_t j = 0; j < D && recin_error(in) == NULL; j++)
		rows.feature[j].column = recin_need(in, rows.feature[j].name);
	while (recin_error(in) == NULL && (status = recin_next(in)) == 1) {
		status = iforest_rows_values(&rows, in, false, row);
		check(status == 0 || status == 1);
		if (status == 0)
			continue;
		iforest_rows_code(&rows, row);
		check(isnan(row[1]) || row[1] == 0 || row[1] == log2(51) ||
		    row[1] == log2(151));
		score(&saved, why, row);
	}
	iforest_rows_release(&rows);
	recin_close(in);
	close(fd);
	return 0;
}
