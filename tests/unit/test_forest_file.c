/* Forests as bytes, and the files that hold them. */
#include "record/forest_file.h"

#include <stdlib.h>
#include <string.h>

#include "base/crc32.h"
#include "base/rng.h"
#include "model/iforest.h"
#include "model/iforest_pack.h"

#include "unit.h"

enum { N = 300, D = 3 };

static const struct iforest_params defaults = {
	.trees = 20, .subsample = 64, .seed = UINT64_MAX
};

static void
fill(double *x, size_t n, size_t d)
{
	struct rng rng;

	rng_init(&rng, 1, 0);
	for (size_t i = 0; i < n * d; i++)
		x[i] = rng_below(&rng, 20) == 0 ? NAN
		    : i % d == 1                ? floor(3 * rng_normal(&rng))
						: rng_normal(&rng) * 1e-9;
}

static void
assert_same_bits(const double *a, const double *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		assert_true(a[i] == b[i] || (isnan(a[i]) && isnan(b[i])));
}

static void
crc_is_that_of_zip(void **state)
{
	(void)state;
	assert_int_equal(crc32("123456789", 9), 0xCBF43926);
	assert_int_equal(crc32("", 0), 0);
	assert_int_equal(crc32("The quick brown fox jumps over the lazy dog",
			     43),
	    0x414FA339);
}

/* ---- the forest ----------------------------------------------------- */

/* Scores, p-values, reasons and quantiles are the same to the bit, and so are
 * the bytes if it is written again. */
static void
assert_survives(const struct iforest *forest, const double *x, size_t n,
    size_t d)
{
	double *a = calloc(2 * n + 10 * d, sizeof(*a)), *b = a + n;
	double *q = b + n, *p = q + 5 * d;
	struct iforest_why *why, *why_again;
	struct iforest_about about = iforest_about(forest), again_about;
	struct iforest *again;
	uint8_t *bytes, *copy;
	const char *reason;
	size_t size, copied;

	assert_non_null(a);
	assert_int_equal(iforest_pack(forest, &bytes, &size), 0);
	again = iforest_unpack(bytes, size, &reason);
	assert_null(reason);
	assert_non_null(again);
	again_about = iforest_about(again);
	assert_int_equal(again_about.trees, about.trees);
	assert_int_equal(again_about.subsample, about.subsample);
	assert_int_equal(again_about.features, d);
	assert_int_equal(again_about.depth, about.depth);
	assert_true(again_about.rows == about.rows);
	assert_true(again_about.seed == about.seed);
	assert_near(again_about.c, about.c, 0);
	assert_near(again_about.gain, about.gain, 0);
	assert_int_equal(again_about.missing, about.missing);
	assert_int_equal(again_about.exact_c, about.exact_c);
	iforest_scores(forest, x, n, a);
	iforest_scores(again, x, n, b);
	assert_same_bits(a, b, n);
	for (size_t i = 0; i < n; i++)
		assert_near(iforest_p(again, b[i]), iforest_p(forest, a[i]), 0);
	assert_int_equal(iforest_quantiles(forest, q), 0);
	assert_int_equal(iforest_quantiles(again, p), 0);
	assert_same_bits(q, p, 5 * d);
	why = iforest_why_new(forest);
	why_again = iforest_why_new(again);
	assert_non_null(why);
	assert_non_null(why_again);
	for (size_t i = 0; i < n; i += 7) {
		iforest_why(why, x + i * d, q);
		iforest_why(why_again, x + i * d, p);
		assert_same_bits(q, p, d);
	}
	assert_int_equal(iforest_pack(again, &copy, &copied), 0);
	assert_int_equal(copied, size);
	assert_memory_equal(copy, bytes, size);
	free(copy);
	iforest_why_free(why_again);
	iforest_why_free(why);
	iforest_free(again);
	free(bytes);
	free(a);
}

static void
a_forest_survives_as_bytes(void **state)
{
	struct iforest_params params = defaults;
	double x[N * D];

	(void)state;
	fill(x, N, D);
	for (int k = 0; k < 4; k++) {
		struct iforest *forest;

		params.missing = (enum iforest_missing)k;
		params.exact_c = k == 1;
		params.gain = k == 2 ? 0.5 : 0;
		params.subsample = k == 3 ? 1000 : 64;
		forest = iforest_fit(x, N, D, &params);
		assert_non_null(forest);
		if (k < 2)
			assert_int_equal(iforest_calibrate(forest, NULL), 0);
		assert_survives(forest, x, N, D);
		iforest_free(forest);
	}
}

static void
degenerate_forests_survive_as_bytes(void **state)
{
	double x[10] = { INFINITY, -INFINITY, 3, 3, 3, 3, 3, 3, 3, 3 };
	const double missing[] = { NAN, NAN };
	const struct iforest_params skip = {
		.trees = 3, .subsample = 5, .missing = IFOREST_SKIP
	};
	struct iforest *forest;

	(void)state;
	for (size_t n = 1; n <= 10; n++) {
		forest = iforest_fit(x, n, 1, &defaults);
		assert_non_null(forest);
		assert_survives(forest, x, n, 1);
		iforest_free(forest);
	}
	forest = iforest_fit(missing, 1, 2, &skip);
	assert_non_null(forest);
	assert_survives(forest, x, 5, 2);
	iforest_free(forest);
}

/* 100 trees of 256 leaves at most: at most 0.46 MB, as measured before. */
static void
a_forest_takes_little_room(void **state)
{
	const struct iforest_params params = { .trees = 100, .subsample = 256 };
	double x[1000];
	struct iforest *forest;
	uint8_t *bytes;
	size_t size;

	(void)state;
	fill(x, 1000, 1);
	forest = iforest_fit(x, 1000, 1, &params);
	assert_non_null(forest);
	assert_int_equal(iforest_pack(forest, &bytes, &size), 0);
	assert_true(size < 460000);
	free(bytes);
	iforest_free(forest);
}

static struct iforest *
small_forest(void)
{
	const struct iforest_params params = {
		.trees = 2, .subsample = 16, .seed = 1
	};
	double x[60];
	struct iforest *forest;

	fill(x, 30, 2);
	forest = iforest_fit(x, 30, 2, &params);
	assert_non_null(forest);
	assert_int_equal(iforest_calibrate(forest, NULL), 0);
	return forest;
}

static void
bytes_that_are_no_forest_are_refused(void **state)
{
	struct iforest *forest = small_forest(), *other;
	uint8_t *bytes, *copy;
	const char *why;
	size_t size;

	(void)state;
	assert_int_equal(iforest_pack(forest, &bytes, &size), 0);
	iforest_free(forest);
	copy = malloc(size + 1);
	assert_non_null(copy);
	for (size_t n = 0; n < size; n++) {
		memcpy(copy, bytes, n); /* a block of its own, for ASan */
		assert_null(iforest_unpack(copy, n, &why));
		assert_non_null(why);
	}
	memcpy(copy, bytes, size);
	copy[size] = 0;
	assert_null(iforest_unpack(copy, size + 1, &why));
	assert_string_equal(why, "something follows the trees");
	/* Any byte altered: refused, or a forest that scores. */
	for (size_t i = 0; i < size; i += i < 100 || i > 32100 ? 1 : 97)
		for (int bit = 0; bit < 8; bit++) {
			const double x[] = { 1, NAN, NAN, -1 };
			double score[2];

			memcpy(copy, bytes, size);
			copy[i] ^= (uint8_t)(1 << bit);
			other = iforest_unpack(copy, size, &why);
			assert_true((other == NULL) == (why != NULL));
			if (other != NULL && iforest_about(other).features == 2)
				iforest_scores(other, x, 2, score);
			iforest_free(other);
		}
	free(copy);
	free(bytes);
}

/* Few bytes that ask for 100,000 trees of 2^24 leaves. */
static void
a_forest_larger_than_its_bytes_allow_is_refused(void **state)
{
	uint8_t bytes[2000] = { 0 };
	const char *why;

	(void)state;
	memset(bytes + 8, 1, 7); /* rows */
	bytes[16] = 0xa0;        /* trees */
	bytes[17] = 0x86;
	bytes[18] = 1;
	bytes[23] = 1; /* 2^24 */
	bytes[24] = 1; /* feature */
	assert_null(iforest_unpack(bytes, sizeof(bytes), &why));
	assert_string_equal(why, "its trees are too large for what they hold");
}

/* ---- the file ------------------------------------------------------- */

static char revenue[] = "revenue", city[] = "city \"\xc3\xa9\" \n",
	    berlin[] = "Berlin", none[] = "", rule[] = "contamination";
static const uint8_t body[] = { 1, 2, 0, 255 };
static struct forest_category cities[] = { { berlin, 12 },
	{ none, UINT64_C(9007199254740991) } };
static struct forest_column columns[] = {
	{ revenue, false, NULL, 0,
	    { -INFINITY, 0.1, 1e-300, 5e300, INFINITY } },
	{ city, true, cities, 2, { NAN, NAN, NAN, NAN, NAN } },
};

static const struct forest_file example = { .rule = rule,
	.rule_value = 0.02,
	.threshold = 0.58773264237421985,
	.flagged = 8. / 365,
	.column = columns,
	.columns = 2,
	.body = body,
	.size = sizeof(body),
	.program = "aee-iforest 0.1.0",
	.seed = UINT64_MAX,
	.trees = 100,
	.subsample = 256,
	.depth = 8,
	.rows = 365,
	.c = 10.244770920116851,
	.missing = "divide" };

static void
a_file_is_read_as_it_was_written(void **state)
{
	struct forest_file file;
	char why[FOREST_FILE_WHY];
	uint8_t *bytes;
	size_t size;

	(void)state;
	assert_int_equal(forest_file_write(&example, &bytes, &size), 0);
	assert_int_equal(forest_file_read(&file, bytes, size, why), 0);
	assert_string_equal(why, "");
	assert_string_equal(file.rule, rule);
	assert_near(file.rule_value, 0.02, 0);
	assert_near(file.threshold, example.threshold, 0);
	assert_near(file.flagged, example.flagged, 0);
	assert_int_equal(file.columns, 2);
	for (size_t k = 0; k < 2; k++) {
		assert_string_equal(file.column[k].name, columns[k].name);
		assert_int_equal(file.column[k].coded, columns[k].coded);
		assert_same_bits(file.column[k].quantile, columns[k].quantile,
		    5);
	}
	assert_int_equal(file.column[1].categories, 2);
	for (size_t k = 0; k < 2; k++) {
		assert_string_equal(file.column[1].category[k].name,
		    cities[k].name);
		assert_true(file.column[1].category[k].count ==
		    cities[k].count);
	}
	assert_int_equal(file.size, sizeof(body));
	assert_memory_equal(file.body, body, sizeof(body));
	assert_non_null(strstr(file.header, "18446744073709551615"));
	forest_file_release(&file);
	forest_file_release(&file);
	free(bytes);
}

static void
put_checksum(uint8_t *bytes, size_t size)
{
	const uint32_t crc = crc32(bytes, size - 4);

	for (int i = 0; i < 4; i++)
		bytes[size - 4 + (size_t)i] = (uint8_t)(crc >> 8 * i);
}

static void
assert_refused(const uint8_t *bytes, size_t size, const char *want)
{
	struct forest_file file;
	char why[FOREST_FILE_WHY];

	assert_int_equal(forest_file_read(&file, bytes, size, why), -1);
	assert_string_equal(why, want);
}

static void
a_file_that_was_cut_or_altered_is_refused(void **state)
{
	static const char altered[] =
	    "its checksum is wrong: it is cut short or altered";
	uint8_t *bytes;
	size_t size;

	(void)state;
	assert_int_equal(forest_file_write(&example, &bytes, &size), 0);
	for (size_t n = 0; n < size; n++)
		assert_refused(bytes, n,
		    n < 20 ? "it is no saved forest" : altered);
	for (size_t i = 0; i < size; i++) {
		bytes[i] ^= 1;
		assert_refused(bytes, size,
		    i < 8         ? "it is no saved forest"
			: i == 8  ? "its format has version 0, and only "
				    "version 1 is known"
			: i == 9  ? "its format has version 257, and only "
				    "version 1 is known"
			: i == 10 ? "its format has version 65537, and only "
				    "version 1 is known"
			: i == 11 ? "its format has version 16777217, and only "
				    "version 1 is known"
				  : altered);
		bytes[i] ^= 1;
	}
	bytes[15] = 0x7f;
	put_checksum(bytes, size);
	assert_refused(bytes, size, "it is cut short");
	free(bytes);
}

/* Headers with a right checksum and a wrong content: text is replaced by text of
 * the same length. */
static void
a_header_that_makes_no_sense_is_refused(void **state)
{
	static const struct {
		const char *was, *is, *why;
	} changes[] = {
		{ "{\n", "x\n", "its header is bad" },
		{ "\"rule\"", "\"ruse\"", "its rule is bad" },
		{ "\"contamination\"", "\"contaminatiom\"", "its rule is bad" },
		{ "0.58773264237421985", "9.58773264237421985",
		    "its threshold is bad" },
		{ "0.58773264237421985", "true               ",
		    "its threshold is bad" },
		{ "0.58773264237421985", "null               ",
		    "its threshold is bad" },
		{ "0.021917808219178082", "2.021917808219178082",
		    "its share of flagged rows is bad" },
		{ "\"columns\"", "\"columm5\"", "it has no columns" },
		{ "\"revenue\"", "\"\"       ", "a column is bad" },
		{ "\"revenue\"",
		    "\"re\xff"
		    "enue\"",
		    "a column is bad" },
		{ "\"number\"", "\"lumber\"", "a column is bad" },
		{ "\"-inf\"", "\"+inf\"", "a column is bad" },
		{ "\"q01\"", "\"q02\"", "a column is bad" },
		{ "\"categories\"", "\"cafegories\"",
		    "the categories of a column are bad" },
		{ "\"Berlin\"", "\"\"      ",
		    "the categories of a column are bad" },
		{ "12]", "-2]", "the categories of a column are bad" },
		{ "12]", " 0]", "the categories of a column are bad" },
		{ "12]", ".5]", "its header is bad" },
		{ "9007199254740991", "9907199254740991",
		    "the categories of a column are bad" },
	};
	uint8_t *bytes;
	size_t size;

	(void)state;
	for (size_t k = 0; k < sizeof(changes) / sizeof(*changes); k++) {
		const size_t n = strlen(changes[k].was);
		uint8_t *at;

		assert_int_equal(strlen(changes[k].is), n);
		assert_int_equal(forest_file_write(&example, &bytes, &size), 0);
		at = memmem(bytes, size, changes[k].was, n);
		assert_non_null(at);
		memcpy(at, changes[k].is, n);
		put_checksum(bytes, size);
		assert_refused(bytes, size, changes[k].why);
		free(bytes);
	}
}

static void
two_columns_of_one_name_are_refused(void **state)
{
	struct forest_column twins[] = { columns[0], columns[0] };
	struct forest_file file = example;
	uint8_t *bytes;
	size_t size;

	(void)state;
	file.column = twins;
	assert_int_equal(forest_file_write(&file, &bytes, &size), 0);
	assert_refused(bytes, size, "two columns have the same name");
	free(bytes);
	file.columns = 0;
	assert_int_equal(forest_file_write(&file, &bytes, &size), 0);
	assert_refused(bytes, size, "it has no columns");
	free(bytes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(crc_is_that_of_zip),
		cmocka_unit_test(a_forest_survives_as_bytes),
		cmocka_unit_test(degenerate_forests_survive_as_bytes),
		cmocka_unit_test(a_forest_takes_little_room),
		cmocka_unit_test(bytes_that_are_no_forest_are_refused),
		cmocka_unit_test(
		    a_forest_larger_than_its_bytes_allow_is_refused),
		cmocka_unit_test(a_file_is_read_as_it_was_written),
		cmocka_unit_test(a_file_that_was_cut_or_altered_is_refused),
		cmocka_unit_test(a_header_that_makes_no_sense_is_refused),
		cmocka_unit_test(two_columns_of_one_name_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
