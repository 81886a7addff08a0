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

/* Uniform in [0, 1), a multiple of 2^-53. */
double rng_uniform(struct rng *rng);

/* Uniform in 0 .. n - 1 without bias; n > 0.  Lemire, "Fast random integer
 * generation in an interval", 2019: now and then it takes more than one
 * draw. */
uint64_t rng_below(struct rng *rng, uint64_t n);

#endif
