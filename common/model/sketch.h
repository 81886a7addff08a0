/*
 * About how many distinct things there are, in at most 16 KiB: HyperLogLog,
 * P. Flajolet, E. Fusy, O. Gandouet, F. Meunier, "HyperLogLog: the analysis of a
 * near-optimal cardinality estimation algorithm", AofA 2007, with hashes of 64
 * bits and the estimator of O. Ertl, "New cardinality estimation algorithms for
 * HyperLogLog sketches", 2017 (arXiv:1702.01284), algorithm 6, which needs no
 * tables of corrections.  Up to SKETCH_EXACT hashes are kept themselves and
 * counted exactly, as in S. Heule, M. Nunkesser, A. Hall, "HyperLogLog in
 * practice", EDBT 2013.
 *
 * The state depends on the set of hashes alone, not on their order, on how often
 * each came, or on how they were split between sketches that are merged.
 */
#ifndef AEE_MODEL_SKETCH_H
#define AEE_MODEL_SKETCH_H

#include <stddef.h>
#include <stdint.h>

enum {
	SKETCH_BITS = 14, /* p of the papers: 2^14 registers of a byte */
	SKETCH_EXACT = 1536,
};

/* Standard error beyond SKETCH_EXACT: 1.04 / sqrt(2^14), of the count. */
#define SKETCH_ERROR 0.0081

/* A zeroed sketch is empty. */
struct sketch {
	union {
		uint64_t *hash; /* open addressing; 0: free */
		uint8_t *rank;  /* the registers, once size is 0 */
	};
	uint32_t n, size; /* hashes, and places for them */
};

/* Add the hash of a thing, of which every bit is as good as another
 * (base/hash.h).  -1 if out of memory. */
int sketch_add(struct sketch *s, uint64_t hash);

/* Add what is in another; -1 if out of memory. */
int sketch_merge(struct sketch *s, const struct sketch *other);

/* The estimate, rounded. */
int64_t sketch_count(const struct sketch *s);

/* Bytes that it holds besides the struct. */
size_t sketch_bytes(const struct sketch *s);

void sketch_release(struct sketch *s);

#endif
