/*
 * Random numbers from a counter: Philox4x32-10 of Salmon, Moraes, Dror and
 * Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.  A draw depends
 * on (seed, stream, index) and on nothing else, so that any part of a
 * simulation can be made alone, in any order and by any number of threads.
 *
 * The key is the seed; the counter holds the index of the block of 128 bits in
 * its low and the stream in its high 64 bits.
 */
#ifndef AEE_BASE_RNG_H
#define AEE_BASE_RNG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rng {
	uint64_t seed;
	uint64_t stream;
	uint64_t block;   /* index of the next block to make */
	uint32_t word[4]; /* the block last made */
	unsigned left;    /* words of it not yet given */
};

/* One block: out = Philox4x32-10(counter, key). */
void philox4x32(const uint32_t counter[4], const uint32_t key[2],
    uint32_t out[4]);

/* A stream number from what the stream is for and up to two indices (a day and
 * a channel, a tree): different triples give different streams.  purpose below
 * 2^8, a and b below 2^28. */
uint64_t rng_stream(unsigned purpose, uint64_t a, uint64_t b);

/* Start of a stream.  Streams of one seed are independent, and so are streams
 * of the same number under different seeds. */
void rng_init(struct rng *rng, uint64_t seed, uint64_t stream);

/* Go to a block of 128 bits: the next draw is the first of that block. */
void rng_seek(struct rng *rng, uint64_t block);

uint32_t rng_u32(struct rng *rng);
uint64_t rng_u64(struct rng *rng);

/* The next n draws of rng_u64() at once, which is faster. */
void rng_fill(struct rng *rng, uint64_t *draw, size_t n);

/* Uniform in [0, 1), a multiple of 2^-53; and what that makes of a draw. */
double rng_uniform(struct rng *rng);

static inline double
rng_to_uniform(uint64_t draw)
{
	return (double)(draw >> 11) * 0x1p-53;
}

/* Uniform in 0 .. n - 1 without bias; n > 0.  Lemire, "Fast random integer
 * generation in an interval", 2019: now and then it takes more than one
 * draw. */
uint64_t rng_below(struct rng *rng, uint64_t n);

/* What rng_below() makes of a draw: true, with *below in 0 .. n - 1, or false if
 * it takes another. */
static inline bool
rng_accept(uint64_t draw, uint64_t n, uint64_t *below)
{
	const unsigned __int128 m = (unsigned __int128)draw * n;

	*below = (uint64_t)(m >> 64);
	return (uint64_t)m >= n || (uint64_t)m >= (0 - n) % n; /* 2^64 mod n */
}

/*
 * Distributions.  They use log, exp and log1p of the C library: where two
 * libraries differ in the last bit of one of these, a draw may differ with a
 * probability of about 1e-16, so that whole numbers and money come out the same
 * everywhere.
 */

/* Normal, mean 0 and deviation 1, within +-8.2: the inverse of the
 * distribution function (normal_quantile) at one 64-bit draw, so that n normals
 * always take n draws. */
double rng_normal(struct rng *rng);

/* exp(mu + sigma Z): the logarithm has mean mu and deviation sigma; the mean is
 * exp(mu + sigma^2 / 2).  One 64-bit draw. */
double rng_lognormal(struct rng *rng, double mu, double sigma);

/* Poisson with a mean in [0, 2^40].  Exact: inversion below 10 (one draw),
 * above it PTRS of Hoermann, "The transformed rejection method for generating
 * Poisson random variables", Insurance: Mathematics and Economics 12, 1993. */
uint64_t rng_poisson(struct rng *rng, double mean);

/* Successes in n <= 2^40 trials of probability p in [0, 1].  Exact: inversion
 * where n min(p, 1 - p) is below 10, otherwise BTRS of Hoermann, "The
 * generation of binomial random variates", J. Statistical Computation and
 * Simulation 46, 1993. */
uint64_t rng_binomial(struct rng *rng, uint64_t n, double p);

#endif
