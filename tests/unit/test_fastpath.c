/* The fast paths of the readers against the plain ones, on random files as bad
 * as can be, and their parts by themselves. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "record/bytes64.h"

#include "../fuzz/difference.h"
#include "unit.h"

/* ---- 64 bytes ---------------------------------------------------------------- */

static uint64_t
slow_equal(const char *p, char c)
{
	uint64_t bits = 0;

	for (int i = 0; i < 64; i++)
		bits |= (uint64_t)(p[i] == c) << i;
	return bits;
}

static uint64_t
slow_odd(const char *p, char limit)
{
	uint64_t bits = 0;

	for (int i = 0; i < 64; i++)
		bits |= (uint64_t)((signed char)p[i] < limit) << i;
	return bits;
}

static void
both_kinds_of_64_bytes_are_told_apart_like_one_by_one(void **state)
{
	static const char bytes[] = "\n\r,\"\t \0\x01\x0d\x0e\x0f\x1f !#\x7f"
				    "\x80\x81\xff{}az09";
	char p[64];
	struct rng rng;

	(void)state;
	rng_init(&rng, 1, 0);
	for (int round = 0; round < 20000; round++) {
		struct words64 w;

		for (int i = 0; i < 64; i++)
			p[i] = round % 2 == 0
			    ? (char)rng_below(&rng, 256)
			    : bytes[rng_below(&rng, sizeof(bytes) - 1)];
		w = words64_load(p);
		for (size_t i = 0; i < sizeof(bytes) - 1; i++) {
			uint64_t equal = slow_equal(p, bytes[i]);

			assert_int_equal(words64_equal(&w, bytes[i]), equal);
#ifdef __SSE2__
			{
				struct sse64 s = sse64_load(p);

				assert_int_equal(sse64_equal(&s, bytes[i]),
				    equal);
			}
#endif
		}
		for (int limit = 1; limit < 128; limit += 7) {
			uint64_t odd = slow_odd(p, (char)limit);
			uint64_t either = odd | slow_equal(p, '"');

			assert_int_equal(words64_odd(&w, (char)limit), odd);
			assert_int_equal(words64_odd_or(&w, (char)limit, '"'),
			    either);
#ifdef __SSE2__
			{
				struct sse64 s = sse64_load(p);

				assert_int_equal(sse64_odd(&s, (char)limit),
				    odd);
				assert_int_equal(sse64_odd_or(&s, (char)limit,
						     '"'),
				    either);
			}
#endif
		}
	}
}

static void
both_kinds_of_16_bytes_are_compared_like_one_by_one(void **state)
{
	char p[16], q[16];
	struct rng rng;

	(void)state;
	rng_init(&rng, 3, 0);
	for (int round = 0; round < 20000; round++) {
		size_t n = 1 + rng_below(&rng, 17);
		size_t compared = n < 16 ? n : 16;
		struct words16 w;

		for (int i = 0; i < 16; i++)
			p[i] = q[i] = (char)rng_below(&rng, 256);
		for (int i = (int)rng_below(&rng, 3); i > 0; i--)
			q[rng_below(&rng, 16)] ^= (char)(1 +
			    rng_below(&rng, 255));
		w = words16_load(p);
		assert_int_equal(words16_same(p, q, n),
		    memcmp(p, q, compared) == 0);
		for (int i = 0; i < 16; i++) {
			assert_int_equal(words16_equal(&w, q[i]) >> i & 1,
			    p[i] == q[i]);
			assert_int_equal(words16_odd(&w, 0x20) >> i & 1,
			    (signed char)p[i] < 0x20);
		}
#ifdef __SSE2__
		{
			struct sse16 s = sse16_load(p);

			assert_int_equal(sse16_same(p, q, n),
			    memcmp(p, q, compared) == 0);
			assert_int_equal(sse16_equal(&s, q[0]),
			    words16_equal(&w, q[0]));
			assert_int_equal(sse16_odd(&s, 0x20),
			    words16_odd(&w, 0x20));
		}
#endif
	}
}

static void
parity_and_below_are_as_bit_by_bit(void **state)
{
	struct rng rng;

	(void)state;
	rng_init(&rng, 2, 0);
	assert_true(bits_below(0) == UINT64_MAX);
	for (int round = 0; round < 10000; round++) {
		uint64_t bits = (uint64_t)rng_below(&rng, UINT32_MAX) << 32 |
		    rng_below(&rng, UINT32_MAX);
		uint64_t parity = 0, odd = 0, lower = 0;
		int i;

		bits >>= rng_below(&rng, 64);
		for (i = 0; i < 64; i++) {
			odd ^= bits >> i & 1;
			parity |= odd << i;
		}
		assert_true(bits_parity(bits) == parity);
		for (i = 0; i < 64 && (bits >> i & 1) == 0; i++)
			lower |= UINT64_C(1) << i;
		assert_true(bits_below(bits) == lower);
	}
}

/* ---- random files ------------------------------------------------------------ */

struct text {
	char *p;
	size_t n;
};

static void
put(struct text *t, const char *p, size_t n)
{
	memcpy(t->p + t->n, p, n);
	t->n += n;
}

static void
put_string(struct text *t, const char *p)
{
	put(t, p, strlen(p));
}

/* Below n, which is small. */
static uint32_t
below(struct rng *rng, uint32_t n)
{
	return (uint32_t)rng_below(rng, n);
}

static const char *
one_of(struct rng *rng, const char *const *choice)
{
	uint32_t n = 0;

	while (choice[n] != NULL)
		n++;
	return choice[below(rng, n)];
}

static const char *const plain_fields[] = { "", "1", "12.50", "2024-02-29",
	"2023-01-01", "2023-01-01", "organic", "paid search", "-7.125", "1e5",
	"+3", "00012", ".5", "5.", "123456789012345678", "0.10",
	"99999999999999999999999999999999999999", "1234567.89", "x\x1fy",
	"2024-02-29T12:00:00", "2024-02-29 23:59:59+02:00", NULL };
static const char *const odd_fields[] = { " 1", "1 ", "  ", "\t", "a\tb",
	"M\xc3\xbcnchen", "\xe2\x82\xac", "\xff", "\xc3", "2023-02-30", "abc",
	"1.2.3", "1,5", "12-3", "\"quoted\"", "\"a,b\"", "\"a\nb\"",
	"\"a\r\nb\"", "\"a\"\"b\"", "\"\"", " \"a\"", "\"a\" ", "\"a\"b",
	"a\"b", "a\"", "\"\"\"\"", "\" x \"", "\"12.50\"", "\"2024-02-29\"",
	"\"\xff\"", "\"\xc3\xa9\"", "\xef\xbb\xbf", "\xef\xbb\xbfx",
	"x\xef\xbb\xbf", "0x10", "nan", "--1", "1e", "2024-13-01", NULL };

/* odd, out of 100: how often a field or a line end is not a plain one. */
static void
put_csv_field(struct text *t, struct rng *rng, uint32_t odd, bool quoted)
{
	if (below(rng, 100) < odd) {
		uint32_t kind = below(rng, 40);

		if (kind == 0) {
			put(t, "a\0b", 3);
		} else if (kind == 1) {
			size_t n = below(rng, 200);

			memset(t->p + t->n, 'x', n);
			t->n += n;
		} else if (kind == 2) {
			put_string(t, "\"");
		} else {
			put_string(t, one_of(rng, odd_fields));
		}
		return;
	}
	if (quoted)
		put_string(t, "\"");
	put_string(t, one_of(rng, plain_fields));
	if (quoted)
		put_string(t, "\"");
}

static void
put_csv(struct text *t, struct rng *rng, char delimiter)
{
	uint32_t odd = below(rng, 3) == 0 ? 0 : below(rng, 30);
	uint32_t quoted = below(rng, 3) == 0 ? below(rng, 100) : 0;
	uint32_t columns = 1 + below(rng, below(rng, 8) == 0 ? 40 : 6);
	uint32_t rows = below(rng, 60);
	const char *end = below(rng, 3) == 0 ? "\r\n" : "\n";

	t->n = 0;
	if (below(rng, 10) == 0)
		put_string(t, "\xef\xbb\xbf");
	for (uint32_t i = 0; i < columns; i++)
		t->n += (size_t)sprintf(t->p + t->n, "%sc%u",
		    i == 0 ? "" : (char[]){ delimiter, '\0' }, (unsigned)i);
	put_string(t, end);
	for (uint32_t r = 0; r < rows; r++) {
		uint32_t n = columns;

		if (odd > 0 && below(rng, 40) == 0)
			n = below(rng, columns + 3);
		for (uint32_t i = 0; i < n; i++) {
			if (i > 0)
				put(t, &delimiter, 1);
			put_csv_field(t, rng, odd, below(rng, 100) < quoted);
		}
		if (r + 1 == rows && below(rng, 2) == 0)
			break;
		if (odd > 0 && below(rng, 30) == 0) {
			static const char *const ends[] = { "\r", "\n\n",
				"\r\n", "\n", "\n \n", "\r\r\n", " \n",
				"\n\t\n", NULL };

			put_string(t, one_of(rng, ends));
		} else {
			put_string(t, end);
		}
	}
}

static const char *const plain_values[] = { "1", "12.50", "\"2024-02-29\"",
	"\"2023-01-01\"", "\"organic\"", "\"paid search\"", "-7.125", "1e5",
	"true", "false", "null", "0", "0.5", "123456789012345678", "\"\"",
	"1234567.89", "1E-3", "-0", NULL };
static const char *const odd_values[] = { "01", "+1", ".5", "5.", "nan",
	"\"a\\\"b\"", "\"\\u00fc\"", "\"\\ud83d\\ude00\"", "\"\\u0000\"",
	"\"M\xc3\xbcnchen\"", "\"\xff\"", "{}", "[1]", "tru", "nulls", "", "-",
	"1e", "\"a\tb\"", "\"open", "'a'", "\"a,b}\"", "12 ", "--1", "1.2.3",
	"\"x\"y", "12\t", "99999999999999999999999999999999999999.5", NULL };

static void
put_ndjson(struct text *t, struct rng *rng)
{
	static const char *const keys[] = { "date", "channel", "order_value",
		"id", "a", "k\\u0065y", "date", NULL };
	static const char *const blanks[] = { "", " ", "", "", "  ", "\t", "\r",
		NULL };
	uint32_t odd = below(rng, 3) == 0 ? 0 : below(rng, 20);
	uint32_t columns = 1 + below(rng, 6), rows = below(rng, 60);
	const char *after = below(rng, 2) == 0 ? " " : "";
	const char *end = below(rng, 4) == 0 ? "\r\n" : "\n";

	t->n = 0;
	for (uint32_t r = 0; r < rows; r++) {
		uint32_t n = columns, first = 0;

		if (odd > 0 && below(rng, 20) == 0)
			n = below(rng, columns + 3);
		if (odd > 0 && below(rng, 5) == 0)
			first = below(rng, 5);
		put_string(t, "{");
		for (uint32_t i = 0; i < n; i++) {
			bool strange = below(rng, 100) < odd;

			if (i > 0) {
				put_string(t, ",");
				put_string(t, after);
			}
			put_string(t, "\"");
			put_string(t,
			    below(rng, 100) < odd ? one_of(rng, keys)
						  : keys[(i + first) % 5]);
			if (i >= 5)
				put_string(t, "2");
			put_string(t, "\":");
			put_string(t, strange ? one_of(rng, blanks) : after);
			put_string(t,
			    one_of(rng,
				below(rng, 100) < odd + first ? odd_values
							      : plain_values));
			if (below(rng, 200) < odd)
				put(t, "\0", 1);
		}
		put_string(t, "}");
		if (r + 1 == rows && below(rng, 2) == 0)
			break;
		if (below(rng, 100) < odd)
			put_string(t, one_of(rng, blanks));
		put_string(t, end);
		if (below(rng, 200) < odd)
			put_string(t, "\n \n");
	}
}

static void
check_random(enum format format, uint64_t seed)
{
	static const size_t blocks[] = { 1, 2, 3, 7, 64, 100, 4096, 65536,
		1 << 20, 0 };
	static const size_t limits[] = { 0, 0, 0, 64, 100, 300 };
	struct text t = { .p = malloc(1 << 20) };
	struct rng rng;

	rng_init(&rng, seed, (uint64_t)format);
	for (int round = 0; round < 3000; round++) {
		struct reading how = { .format = format,
			.max_record = limits[below(&rng, 6)],
			.wanted = below(&rng, 2) == 0 ? UINT64_MAX
						      : below(&rng, 1 << 30),
			.block = blocks[below(&rng, 10)],
			.stop = below(&rng, 8) == 0,
			.typed = below(&rng, 2) == 0,
			.runs = below(&rng, 2) == 0,
			.jobs = below(&rng, 3) == 0 ? 1 + below(&rng, 4) : 0 };

		how.passed = !how.runs && how.jobs == 0;
		/* Runs have no numbers. */
		if (how.typed && (how.runs || how.jobs > 0))
			how.wanted &= ~UINT64_C(0x4924924924924924);
		if (format == FORMAT_JSONL)
			put_ndjson(&t, &rng);
		else
			put_csv(&t, &rng, format == FORMAT_TSV ? '\t' : ',');
		assert_true(same_told(t.p, t.n, how));
	}
	free(t.p);
}

static void
random_csv_is_read_alike_with_and_without_the_fast_path(void **state)
{
	(void)state;
	check_random(FORMAT_CSV, 1);
}

static void
random_tsv_is_read_alike_with_and_without_the_fast_path(void **state)
{
	(void)state;
	check_random(FORMAT_TSV, 2);
}

static void
random_ndjson_is_read_alike_with_and_without_the_fast_path(void **state)
{
	(void)state;
	check_random(FORMAT_JSONL, 3);
}

/* Everything odd at every place in the 64 bytes, behind text and behind a
 * delimiter. */
static void
odd_fields_at_every_place_are_read_alike(void **state)
{
	struct text t = { .p = malloc(1 << 20) };
	struct reading how = {
		.format = FORMAT_CSV, .wanted = UINT64_MAX, .passed = true
	};

	(void)state;
	for (size_t i = 0; odd_fields[i] != NULL; i++) {
		t.n = 0;
		put_string(&t, "a,b,c\n");
		for (size_t pad = 0; pad < 140; pad++) {
			memset(t.p + t.n, 'x', pad);
			t.n += pad;
			put_string(&t, odd_fields[i]);
			put_string(&t, ",");
			memset(t.p + t.n, 'x', pad);
			t.n += pad;
			put_string(&t, ",");
			put_string(&t, odd_fields[i]);
			put_string(&t, pad % 2 == 0 ? "\n" : "\r\n");
		}
		assert_true(same_told(t.p, t.n, how));
	}
	free(t.p);
}

/* A file larger than the buffer, so that records lie across its end. */
static void
records_across_the_blocks_are_read_alike(void **state)
{
	struct text t = { .p = malloc(1 << 20) };
	struct reading how = { .format = FORMAT_CSV, .wanted = UINT64_MAX };
	struct rng rng;

	(void)state;
	rng_init(&rng, 4, 0);
	put_string(&t, "a,b,c\n");
	while (t.n < 600000) {
		static const char *const rows[] = { "1,2,3\n",
			"\"1\",\"2\",\"3\"\n", "2024-01-01,organic,12.50\r\n",
			"\"a\nb\",\"c,d\",e\n", "x,\"a\"\"b\",y\n", "1,2\n",
			"M\xc3\xbcnchen,b,c\n", NULL };

		put_string(&t, one_of(&rng, rows));
		if (below(&rng, 500) == 0) {
			size_t n = below(&rng, 30000);

			memset(t.p + t.n, 'x', n);
			t.n += n;
			put_string(&t, ",1,2\n");
		}
	}
	for (size_t block = 1000; block <= 1 << 20; block *= 4) {
		how.block = block;
		assert_true(same_told(t.p, t.n, how));
	}
	/* The end of the file at many places of the buffer. */
	how.block = 0;
	for (size_t n = 90000; n < 300000; n += 1777) {
		how.runs = n % 2 == 0;
		how.jobs = n % 5;
		assert_true(same_told(t.p, n, how));
	}
	free(t.p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    both_kinds_of_64_bytes_are_told_apart_like_one_by_one),
		cmocka_unit_test(
		    both_kinds_of_16_bytes_are_compared_like_one_by_one),
		cmocka_unit_test(parity_and_below_are_as_bit_by_bit),
		cmocka_unit_test(
		    random_csv_is_read_alike_with_and_without_the_fast_path),
		cmocka_unit_test(
		    random_tsv_is_read_alike_with_and_without_the_fast_path),
		cmocka_unit_test(
		    random_ndjson_is_read_alike_with_and_without_the_fast_path),
		cmocka_unit_test(odd_fields_at_every_place_are_read_alike),
		cmocka_unit_test(records_across_the_blocks_are_read_alike),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
