/*
 * Any bytes as a saved forest.  The first byte says what the rest is: the bytes
 * of a forest, a file, or a file whose checksum is to be set right first.  What
 * is accepted must score, give reasons, and be written again to the same bytes.
 */
#include "record/forest_file.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/crc32.h"
#include "model/iforest.h"
#include "model/iforest_pack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(int ok)
{
	if (!ok)
		abort();
}

static void
use(const struct iforest *forest)
{
	static const double values[] = { 0, NAN, 1e300, -INFINITY, -3, 0.5,
		1e9 };
	const size_t d = iforest_about(forest).features;
	struct iforest_why *why = iforest_why_new(forest);
	double *x = calloc(d, sizeof(*x)), *phi = calloc(d, sizeof(*phi));

	check(why != NULL && x != NULL && phi != NULL);
	for (size_t k = 0; k < 7; k++) {
		double score = NAN, sum = 0;

		for (size_t f = 0; f < d; f++)
			x[f] = values[(f * k + k) % 7];
		iforest_scores(forest, x, 1, &score);
		check(isnan(score) || (score > 0 && score <= 1));
		iforest_why(why, x, phi);
		for (size_t f = 0; f < d; f++)
			sum += phi[f];
		check(isfinite(sum));
		check(!(iforest_p(forest, score) <= 0));
	}
	free(phi);
	free(x);
	iforest_why_free(why);
}

static void
check_forest(const uint8_t *bytes, size_t size)
{
	const char *why;
	struct iforest *forest = iforest_unpack(bytes, size, &why);
	uint8_t *again;
	size_t n;

	if (forest == NULL)
		return;
	use(forest);
	check(iforest_prepare(forest) == 0);
	use(forest);
	check(iforest_pack(forest, &again, &n) == 0);
	check(n == size && memcmp(again, bytes, n) == 0);
	free(again);
	iforest_free(forest);
}

static void
check_file(const uint8_t *bytes, size_t size)
{
	struct forest_file file, again;
	char why[FOREST_FILE_WHY];
	uint8_t *written;
	size_t n;

	if (forest_file_read(&file, bytes, size, why) == -1) {
		check(*why != '\0');
		return;
	}
	check_forest(file.body, file.size);
	file.program = "fuzz";
	file.missing = "divide";
	check(forest_file_write(&file, &written, &n) == 0);
	check(forest_file_read(&again, written, n, why) == 0);
	check(again.columns == file.columns);
	for (size_t i = 0; i < file.columns; i++) {
		const struct forest_column *a = &file.column[i];
		const struct forest_column *b = &again.column[i];

		check(strcmp(a->name, b->name) == 0);
		check(a->categories == b->categories);
		for (size_t k = 0; k < 5; k++)
			check(a->quantile[k] == b->quantile[k] ||
			    isnan(a->quantile[k]) == isnan(b->quantile[k]));
	}
	check(again.threshold == file.threshold);
	forest_file_release(&again);
	forest_file_release(&file);
	free(written);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy;

	if (size < 1)
		return 0;
	if (data[0] % 3 == 0)
		check_forest(data + 1, size - 1);
	else if (data[0] % 3 == 1 || size < 5)
		check_file(data + 1, size - 1);
	else {
		copy = malloc(size - 1);
		check(copy != NULL);
		memcpy(copy, data + 1, size - 1);
		for (size_t i = 0; i < 4; i++)
			copy[size - 5 + i] = (uint8_t)(crc32(copy, size - 5) >>
			    8 * i);
		check_file(copy, size - 1);
		free(copy);
	}
	return 0;
}
