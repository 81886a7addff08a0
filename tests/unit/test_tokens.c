#include "model/tokens.h"

#include <stdio.h>
#include <string.h>

#include "unit.h"

/*
 * Texts of aee-insights (a prompt, the begin of a brief, a section of a
 * document) and the tokens that two tokenizers of language models make of them:
 *
 *	npm install gpt-tokenizer@4.0.0 @anthropic-ai/tokenizer@0.0.4
 *	import { countTokens } from 'gpt-tokenizer/encoding/o200k_base'
 *	import { countTokens } from '@anthropic-ai/tokenizer'
 */
static const struct {
	const char *path;
	double o200k_base, anthropic;
} samples[] = {
	{ "tests/data/insights/prompt.txt", 1486, 1528 },
	{ "tests/data/insights/brief.md", 2286, 2153 },
	{ "tests/data/insights/document.json", 1486, 1512 },
};

static void
estimates_are_within_a_tenth_of_real_tokenizers(void **state)
{
	char text[16384];

	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(*samples); i++) {
		FILE *file = fopen(samples[i].path, "r");
		size_t n;
		double got;

		assert_non_null(file);
		n = fread(text, 1, sizeof(text), file);
		fclose(file);
		got = (double)tokens_estimate(text, n);
		assert_near(got, samples[i].o200k_base,
		    0.1 * samples[i].o200k_base);
		assert_near(got, samples[i].anthropic,
		    0.1 * samples[i].anthropic);
	}
}

static size_t
tokens(const char *text)
{
	return tokens_estimate(text, strlen(text));
}

/* The counts of o200k_base. */
static void
pieces_are_counted_as_the_encodings_cut_them(void **state)
{
	(void)state;
	assert_int_equal(tokens(""), 0);
	assert_int_equal(tokens("the"), 1);
	assert_int_equal(tokens(" revenue was"), 2);
	assert_int_equal(tokens("1234567"), 3);
	assert_int_equal(tokens(" 12"), 2);
	assert_int_equal(tokens("1,234"), 3);
	assert_int_equal(tokens("2025-03-15"), 6);
	assert_int_equal(tokens("(a)\n"), 2);
	assert_int_equal(tokens("a\n\nb"), 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    estimates_are_within_a_tenth_of_real_tokenizers),
		cmocka_unit_test(pieces_are_counted_as_the_encodings_cut_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
