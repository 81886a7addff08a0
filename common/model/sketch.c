#include "model/sketch.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

enum {
	REGISTERS = 1 << SKETCH_BITS,
	RANKS = 64 -
	    SKETCH_BITS, /* q: bits that are not the register's number */
	SIZE_MIN = 16,
};

static bool
is_dense(const struct sketch *s)
{
	return s->size == 0 && s->rank != NULL;
}

/* A register has the largest rank that came to it: the place of the first one
 * among the other bits of the hash. */
static void
add_rank(struct sketch *s, uint64_t hash)
{
	uint64_t rest = hash << SKETCH_BITS;
	uint8_t rank = (uint8_t)(rest == 0 ? RANKS + 1
					   : __builtin_clzll(rest) + 1);
	uint8_t *own = &s->rank[hash >> RANKS];

	if (rank > *own)
		*own = rank;
}

/* The place of a hash, or where it would be. */
static uint64_t *
find(const struct sketch *s, uint64_t hash)
{
	const uint32_t mask = s->size - 1;
	uint32_t at = (uint32_t)hash & mask;

	while (s->hash[at] != 0 && s->hash[at] != hash)
		at = (at + 1) & mask;
	return &s->hash[at];
}

/* Twice the places; -1 if out of memory. */
static int
grow(struct sketch *s)
{
	struct sketch next = { .n = s->n,
		.size = s->size == 0 ? SIZE_MIN : 2 * s->size };

	next.hash = calloc(next.size, sizeof(*next.hash));
	if (next.hash == NULL)
		return -1;
	for (uint32_t i = 0; i < s->size; i++)
		if (s->hash[i] != 0)
			*find(&next, s->hash[i]) = s->hash[i];
	free(s->hash);
	*s = next;
	return 0;
}

/* Registers in place of hashes; -1 if out of memory. */
static int
fill_registers(struct sketch *s)
{
	struct sketch full = { .rank = calloc(REGISTERS, 1) };

	if (full.rank == NULL)
		return -1;
	for (uint32_t i = 0; i < s->size; i++)
		if (s->hash[i] != 0)
			add_rank(&full, s->hash[i]);
	free(s->hash);
	*s = full;
	return 0;
}

int
sketch_add(struct sketch *s, uint64_t hash)
{
	hash += hash == 0; /* 0 is a free place */
	if (!is_dense(s)) {
		if (s->size > 0 && *find(s, hash) != 0)
			return 0;
		if (s->n < SKETCH_EXACT) {
			/* At most three quarters full. */
			if (4 * (s->n + 1) > 3 * s->size && grow(s) == -1)
				return -1;
			*find(s, hash) = hash;
			s->n++;
			return 0;
		}
		if (fill_registers(s) == -1)
			return -1;
	}
	add_rank(s, hash);
	return 0;
}

int
sketch_merge(struct sketch *s, const struct sketch *other)
{
	if (!is_dense(other)) {
		for (uint32_t i = 0; i < other->size; i++)
			if (other->hash[i] != 0 &&
			    sketch_add(s, other->hash[i]) == -1)
				return -1;
		return 0;
	}
	if (!is_dense(s) && fill_registers(s) == -1)
		return -1;
	for (size_t i = 0; i < REGISTERS; i++)
		if (other->rank[i] > s->rank[i])
			s->rank[i] = other->rank[i];
	return 0;
}

/* Ertl's sigma: x + sum over k of x^(2^k) 2^(k - 1). */
static double
sigma(double x)
{
	double y = 1, z = x, before;

	if (x == 1)
		return INFINITY;
	do {
		x *= x;
		before = z;
		z += x * y;
		y += y;
	} while (z != before);
	return z;
}

/* Ertl's tau: a third of 1 - x - sum over k of (1 - x^(2^-k))^2 2^-k. */
static double
tau(double x)
{
	double y = 1, z = 1 - x, before;

	if (x == 0 || x == 1)
		return 0;
	do {
		x = sqrt(x);
		before = z;
		y *= 0.5;
		z -= (1 - x) * (1 - x) * y;
	} while (z != before);
	return z / 3;
}

int64_t
sketch_count(const struct sketch *s)
{
	const double m = REGISTERS;
	uint32_t with[RANKS + 2] = { 0 }; /* registers with each rank */
	double z;

	if (!is_dense(s))
		return s->n;
	for (size_t i = 0; i < REGISTERS; i++)
		with[s->rank[i]]++;
	z = m * tau(1 - with[RANKS + 1] / m);
	for (int k = RANKS; k >= 1; k--)
		z = 0.5 * (z + with[k]);
	z += m * sigma(with[0] / m);
	return llround(m * m / (2 * M_LN2) / z);
}

size_t
sketch_bytes(const struct sketch *s)
{
	return is_dense(s) ? REGISTERS : s->size * sizeof(*s->hash);
}

void
sketch_release(struct sketch *s)
{
	free(s->hash);
	*s = (struct sketch){ 0 };
}
