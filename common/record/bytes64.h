/*
 * 64 or 16 bytes at a time: which of them are a given byte, as the bits of a word, the
 * first byte being the lowest bit.  This is all that the fast paths of the
 * readers know of the processor: SSE2, which every x86-64 has, or else words of
 * 64 bits.  AEE_NO_SSE2 asks for the latter everywhere.
 */
#ifndef AEE_RECORD_BYTES64_H
#define AEE_RECORD_BYTES64_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* ---- words of 64 bits ------------------------------------------------------ */

struct words64 {
	uint64_t word[8]; /* its lowest byte is the first */
};

#define WORDS64_EACH UINT64_C(0x0101010101010101)
#define WORDS64_HIGH UINT64_C(0x8080808080808080)

static inline struct words64
words64_load(const char *p)
{
	struct words64 b;

	memcpy(b.word, p, sizeof(b.word));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	for (int i = 0; i < 8; i++)
		b.word[i] = __builtin_bswap64(b.word[i]);
#endif
	return b;
}

/* The high bits of the bytes as the low bits of the result. */
static inline uint64_t
words64_gather(uint64_t high)
{
	return (high >> 7) * UINT64_C(0x0102040810204080) >> 56;
}

/* The bytes that are c. */
static inline uint64_t
words64_equal(const struct words64 *b, char c)
{
	uint64_t bits = 0;

	for (int i = 0; i < 8; i++) {
		uint64_t x = b->word[i] ^ (unsigned char)c * WORDS64_EACH;
		uint64_t other = ((x & ~WORDS64_HIGH) + ~WORDS64_HIGH) | x;

		bits |= words64_gather(~other & WORDS64_HIGH) << 8 * i;
	}
	return bits;
}

/* The bytes below limit (1..128), and those from 128 on. */
static inline uint64_t
words64_odd(const struct words64 *b, char limit)
{
	uint64_t bits = 0;

	for (int i = 0; i < 8; i++) {
		uint64_t x = b->word[i];
		uint64_t above = (x | WORDS64_HIGH) -
		    (unsigned char)limit * WORDS64_EACH;

		bits |= words64_gather((~above | x) & WORDS64_HIGH) << 8 * i;
	}
	return bits;
}

/* The same or c. */
static inline uint64_t
words64_odd_or(const struct words64 *b, char limit, char c)
{
	return words64_odd(b, limit) | words64_equal(b, c);
}

struct words16 {
	struct words64 low; /* of which two words are in use */
};

static inline struct words16
words16_load(const char *p)
{
	struct words16 b = { { { 0 } } };

	memcpy(b.low.word, p, 16);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	b.low.word[0] = __builtin_bswap64(b.low.word[0]);
	b.low.word[1] = __builtin_bswap64(b.low.word[1]);
#endif
	return b;
}

static inline unsigned
words16_equal(const struct words16 *b, char c)
{
	return words64_equal(&b->low, c) & 0xffff;
}

static inline unsigned
words16_odd(const struct words16 *b, char limit)
{
	return words64_odd(&b->low, limit) & 0xffff;
}

/* Whether the first n (1 or more) of the 16 bytes at both places are the same;
 * all are read. */
static inline bool
words16_same(const char *p, const char *q, size_t n)
{
	struct words16 a = words16_load(p), b = words16_load(q);
	uint64_t low = a.low.word[0] ^ b.low.word[0];
	uint64_t high = a.low.word[1] ^ b.low.word[1];

	/* What is behind goes out at the top. */
	if (n <= 8)
		return low << 8 * (8 - n) == 0;
	return low == 0 && high << (n < 16 ? 8 * (16 - n) : 0) == 0;
}

/* ---- SSE2 ------------------------------------------------------------------ */

#ifdef __SSE2__
#include <emmintrin.h>

struct sse64 {
	__m128i a, b, c, d; /* no array: it would live in memory */
};

static inline __m128i
sse64_part(const char *p)
{
	return _mm_loadu_si128((const __m128i *)(const void *)p);
}

static inline struct sse64
sse64_load(const char *p)
{
	return (struct sse64){ sse64_part(p), sse64_part(p + 16),
		sse64_part(p + 32), sse64_part(p + 48) };
}

static inline uint64_t
sse64_gather(__m128i a, __m128i b, __m128i c, __m128i d)
{
	uint32_t low = (uint32_t)_mm_movemask_epi8(a) |
	    (uint32_t)_mm_movemask_epi8(b) << 16;
	uint32_t high = (uint32_t)_mm_movemask_epi8(c) |
	    (uint32_t)_mm_movemask_epi8(d) << 16;

	return low | (uint64_t)high << 32;
}

static inline uint64_t
sse64_equal(const struct sse64 *b, char c)
{
	__m128i v = _mm_set1_epi8(c);

	return sse64_gather(_mm_cmpeq_epi8(b->a, v), _mm_cmpeq_epi8(b->b, v),
	    _mm_cmpeq_epi8(b->c, v), _mm_cmpeq_epi8(b->d, v));
}

/* Signed, the bytes from 128 on are below everything else.  The limit comes
 * first, or gcc makes two comparisons of it. */
static inline uint64_t
sse64_odd(const struct sse64 *b, char limit)
{
	__m128i v = _mm_set1_epi8(limit);

	return sse64_gather(_mm_cmpgt_epi8(v, b->a), _mm_cmpgt_epi8(v, b->b),
	    _mm_cmpgt_epi8(v, b->c), _mm_cmpgt_epi8(v, b->d));
}

static inline uint64_t
sse64_odd_or(const struct sse64 *b, char limit, char c)
{
	__m128i v = _mm_set1_epi8(limit), w = _mm_set1_epi8(c);

	return sse64_gather(_mm_or_si128(_mm_cmpgt_epi8(v, b->a),
				_mm_cmpeq_epi8(b->a, w)),
	    _mm_or_si128(_mm_cmpgt_epi8(v, b->b), _mm_cmpeq_epi8(b->b, w)),
	    _mm_or_si128(_mm_cmpgt_epi8(v, b->c), _mm_cmpeq_epi8(b->c, w)),
	    _mm_or_si128(_mm_cmpgt_epi8(v, b->d), _mm_cmpeq_epi8(b->d, w)));
}

struct sse16 {
	__m128i a;
};

static inline struct sse16
sse16_load(const char *p)
{
	return (struct sse16){ sse64_part(p) };
}

static inline bool
sse16_same(const char *p, const char *q, size_t n)
{
	unsigned same = (unsigned)
	    _mm_movemask_epi8(_mm_cmpeq_epi8(sse64_part(p), sse64_part(q)));

	/* Only the first n count. */
	return (~same << (n < 16 ? 32 - n : 16)) == 0;
}

static inline unsigned
sse16_equal(const struct sse16 *b, char c)
{
	return (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(b->a,
	    _mm_set1_epi8(c)));
}

static inline unsigned
sse16_odd(const struct sse16 *b, char limit)
{
	return (unsigned)_mm_movemask_epi8(_mm_cmplt_epi8(b->a,
	    _mm_set1_epi8(limit)));
}
#endif

#if defined(__SSE2__) && !defined(AEE_NO_SSE2)
#define bytes64 sse64
#define bytes64_load sse64_load
#define bytes64_equal sse64_equal
#define bytes64_odd sse64_odd
#define bytes64_odd_or sse64_odd_or
#define bytes16 sse16
#define bytes16_load sse16_load
#define bytes16_equal sse16_equal
#define bytes16_odd sse16_odd
#define bytes16_same sse16_same
#else
#define bytes64 words64
#define bytes64_load words64_load
#define bytes64_equal words64_equal
#define bytes64_odd words64_odd
#define bytes64_odd_or words64_odd_or
#define bytes16 words16
#define bytes16_load words16_load
#define bytes16_equal words16_equal
#define bytes16_odd words16_odd
#define bytes16_same words16_same
#endif

/* Bit i: how many of the bits 0..i are set, modulo 2. */
static inline uint64_t
bits_parity(uint64_t bits)
{
	bits ^= bits << 1;
	bits ^= bits << 2;
	bits ^= bits << 4;
	bits ^= bits << 8;
	bits ^= bits << 16;
	return bits ^ bits << 32;
}

/* The bits below the lowest one of these; all if there is none. */
static inline uint64_t
bits_below(uint64_t bits)
{
	return (bits - 1) & ~bits;
}

#endif
