#include "base/hash.h"

#include <string.h>

/* The first n bytes of p, fewer than 8, least first on every machine. */
static uint64_t
word_of(const char *p, size_t n)
{
	uint64_t w = 0;

	for (size_t i = 0; i < n; i++)
		w |= (uint64_t)(unsigned char)p[i] << (8 * i);
	return w;
}

static uint64_t
whole_word(const char *p)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	uint64_t w;

	memcpy(&w, p, 8);
	return w;
#else
	return word_of(p, 8);
#endif
}

static uint64_t
mix(uint64_t h)
{
	h = (h ^ h >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	h = (h ^ h >> 27) * UINT64_C(0x94d049bb133111eb);
	return h ^ h >> 31;
}

uint64_t
hash_bytes(const char *p, size_t n)
{
	uint64_t h = mix(n + UINT64_C(0x9e3779b97f4a7c15));

	for (; n >= 8; p += 8, n -= 8)
		h = mix(h ^ whole_word(p)) + UINT64_C(0x9e3779b97f4a7c15);
	return mix(h ^ word_of(p, n));
}
