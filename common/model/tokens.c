#include "model/tokens.h"

#include <stdbool.h>

enum { WHOLE_WORD = 10, MORE_LETTERS = 5, DIGITS = 3, SIGNS = 2 };

static bool
is_digit(unsigned char c)
{
	return c >= '0' && c <= '9';
}

/* Also every byte of what is not ASCII. */
static bool
is_letter(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0x80;
}

static bool
is_line_end(unsigned char c)
{
	return c == '\n' || c == '\r';
}

static bool
is_blank(unsigned char c)
{
	return c == ' ' || c == '\t' || is_line_end(c);
}

static bool
is_sign(unsigned char c)
{
	return !is_blank(c) && !is_digit(c) && !is_letter(c);
}

/* Half tokens of the word at p, and its length. */
static size_t
word(const unsigned char *p, const unsigned char *end, size_t *length)
{
	size_t ascii = 0, halves = 0, n = 0;

	for (; p + n < end && is_letter(p[n]); n++) {
		if (p[n] < 0x80)
			ascii++;
		else if (p[n] >= 0xe0)
			halves += 2;
		else if (p[n] >= 0xc0)
			halves++;
	}
	*length = n;
	if (ascii > WHOLE_WORD)
		halves += 2 *
		    ((ascii - WHOLE_WORD + MORE_LETTERS - 1) / MORE_LETTERS);
	return halves + (ascii > 0 ? 2 : 0);
}

size_t
tokens_estimate(const char *text, size_t n)
{
	const unsigned char *p = (const unsigned char *)text, *end = p + n;
	size_t halves = 0;

	while (p < end) {
		const unsigned char *start = p;
		size_t length;

		/* One sign or blank goes with the word after it. */
		if (p + 1 < end && !is_digit(*p) && !is_line_end(*p) &&
		    !is_letter(*p) && is_letter(p[1]))
			p++;
		if (is_letter(*p)) {
			halves += word(p, end, &length);
			p += length;
		} else if (is_digit(*p)) {
			for (; p < end && is_digit(*p); p++)
				;
			halves += 2 *
			    (((size_t)(p - start) + DIGITS - 1) / DIGITS);
		} else if (is_sign(*p) ||
		    (*p == ' ' && p + 1 < end && is_sign(p[1]))) {
			p += *p == ' ';
			start = p;
			while (p < end && is_sign(*p))
				p++;
			halves += 2 *
			    (((size_t)(p - start) + SIGNS - 1) / SIGNS);
			while (p < end && is_line_end(*p))
				p++;
		} else {
			while (p < end && is_blank(*p) &&
			    !(p > start && *p == ' ' && p + 1 < end &&
				(is_letter(p[1]) || is_sign(p[1]))))
				p++;
			halves += 2;
		}
	}
	return (halves + 1) / 2;
}
