#include "base/rng.h"

void
philox4x32(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
	uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2];
	uint32_t c3 = counter[3], k0 = key[0], k1 = key[1];

	for (int round = 0; round < 10; round++) {
		uint64_t p0 = UINT64_C(0xD2511F53) * c0;
		uint64_t p1 = UINT64_C(0xCD9E8D57) * c2;

		c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
		c1 = (uint32_t)p1;
		c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
		c3 = (uint32_t)p0;
		k0 += UINT32_C(0x9E3779B9);
		k1 += UINT32_C(0xBB67AE85);
	}
	out[0] = c0;
	out[1] = c1;
	out[2] = c2;
	out[3] = c3;
}

uint64_t
rng_stream(unsigned purpose, uint64_t a, uint64_t b)
{
	return (uint64_t)purpose << 56 | a << 28 | b;
}

void
rng_init(struct rng *rng, uint64_t seed, uint64_t stream)
{
	*rng = (struct rng){ .seed = seed, .stream = stream };
}

void
rng_seek(struct rng *rng, uint64_t block)
{
	rng->block = block;
	rng->left = 0;
}

uint32_t
rng_u32(struct rng *rng)
{
	if (rng->left == 0) {
		const uint32_t counter[4] = { (uint32_t)rng->block,
			(uint32_t)(rng->block >> 32), (uint32_t)rng->stream,
			(uint32_t)(rng->stream >> 32) };
		const uint32_t key[2] = { (uint32_t)rng->seed,
			(uint32_t)(rng->seed >> 32) };

		philox4x32(counter, key, rng->word);
		rng->block++;
		rng->left = 4;
	}
	return rng->word[4 - rng->left--];
}

uint64_t
rng_u64(struct rng *rng)
{
	uint64_t high = rng_u32(rng);

	return high << 32 | rng_u32(rng);
}

double
rng_uniform(struct rng *rng)
{
	return (double)(rng_u64(rng) >> 11) * 0x1p-53;
}

uint64_t
rng_below(struct rng *rng, uint64_t n)
{
	unsigned __int128 m = (unsigned __int128)rng_u64(rng) * n;

	if ((uint64_t)m < n) {
		uint64_t least = (0 - n) % n; /* 2^64 mod n */

		while ((uint64_t)m < least)
			m = (unsigned __int128)rng_u64(rng) * n;
	}
	return (uint64_t)(m >> 64);
}
