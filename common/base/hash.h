/* Hashes of bytes: the same on every machine, in every run. */
#ifndef AEE_BASE_HASH_H
#define AEE_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/*
 * 64 bits that look drawn for n bytes at p, so that each bit is as good as
 * another: words are multiplied in, and the end mixed by the variant 13 of
 * D. Stafford, "Better Bit Mixing", 2011.  Not against an adversary.
 */
uint64_t hash_bytes(const char *p, size_t n);

#endif
