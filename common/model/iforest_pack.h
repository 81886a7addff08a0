/*
 * A forest as bytes, and back: the same scores, p-values and reasons to the bit,
 * on any machine.  Little-endian:
 *
 *	u64 seed, u64 rows, u32 trees, u32 subsample, u32 features
 *	u8 missing (enum iforest_missing), u8 exact_c, f64 gain
 *	f64 quantiles, IFOREST_QUANTILES a feature
 *	u32 null scores (0 or 4000), f64 of each, rising
 *	the trees, each from its root, a node before what is left of it and that
 *	before what is right of it:
 *		u8 0, size: a leaf of so many sampled rows
 *		u8 1, u16 feature, f64 threshold, f32 share of values left of it
 *
 * A size has 7 bits a byte, the lowest first, the highest bit set but in the
 * last.  Only what is used is there: some 5 KB a tree of 256 leaves.
 */
#ifndef AEE_MODEL_IFOREST_PACK_H
#define AEE_MODEL_IFOREST_PACK_H

#include <stddef.h>
#include <stdint.h>

struct iforest;

/* The caller frees *bytes.  Returns 0, or -1 if out of memory. */
int iforest_pack(const struct iforest *forest, uint8_t **bytes, size_t *size);

/*
 * A forest from bytes that anybody may have made; free with iforest_free().
 * Returns NULL if they are no forest, or would make one that takes over 512 MB
 * and 256 times their size, with *why saying so, or if out of memory, with *why
 * NULL.
 */
struct iforest *iforest_unpack(const uint8_t *bytes, size_t size,
    const char **why);

#endif
