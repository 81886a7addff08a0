#include "base/hash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"

enum { KEYS = 200000 };

static int
compare(const void *left, const void *right)
{
	const uint64_t *a = left, *b = right;

	return *a < *b ? -1 : *a > *b;
}

/* Numbers one after the other, as ids mostly are, of 1 to 12 digits. */
static uint64_t *
hashes_of_numbers(void)
{
	uint64_t *hash = malloc(KEYS * sizeof(*hash));
	char text[24];

	assert_non_null(hash);
	for (uint64_t i = 0; i < KEYS; i++) {
		uint64_t number = i % 2 == 0 ? i : UINT64_C(700000000000) + i;
		int n = snprintf(text, sizeof(text), "%llu",
		    (unsigned long long)number);

		hash[i] = hash_bytes(text, (size_t)n);
	}
	return hash;
}

static void
every_bit_is_set_half_of_the_time(void **state)
{
	uint64_t *hash = hashes_of_numbers();

	(void)state;
	for (int bit = 0; bit < 64; bit++) {
		int set = 0;

		for (size_t i = 0; i < KEYS; i++)
			set += (int)(hash[i] >> bit & 1);
		/* Five standard deviations of a fair coin. */
		assert_near(set, KEYS / 2, 5 * sqrt(KEYS) / 2);
	}
	free(hash);
}

static void
different_numbers_have_different_hashes(void **state)
{
	uint64_t *hash = hashes_of_numbers();

	(void)state;
	qsort(hash, KEYS, sizeof(*hash), compare);
	for (size_t i = 1; i < KEYS; i++)
		assert_true(hash[i] != hash[i - 1]);
	free(hash);
}

static void
the_length_and_every_byte_count(void **state)
{
	char text[40] = { 0 };
	uint64_t hash[40 + 40];

	(void)state;
	for (size_t n = 0; n < 40; n++)
		hash[n] = hash_bytes(text, n);
	for (size_t i = 0; i < 40; i++) {
		text[i] = 1;
		hash[40 + i] = hash_bytes(text, 40);
		text[i] = 0;
	}
	qsort(hash, 80, sizeof(*hash), compare);
	for (size_t i = 1; i < 80; i++)
		assert_true(hash[i] != hash[i - 1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_bit_is_set_half_of_the_time),
		cmocka_unit_test(different_numbers_have_different_hashes),
		cmocka_unit_test(the_length_and_every_byte_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
