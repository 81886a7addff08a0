/*
 * The kernel of rows in lanes: 32 rows of 16 bits go down a tree together.  A
 * node's threshold and feature are looked up by permutations of the registers
 * that hold them, the rank of a row's feature by blends of the registers that
 * hold the columns, and the path length of a
 * leaf by permutations again.
 */
#include "model/iforest_ranks.h"

#ifdef __x86_64__

#include <immintrin.h>
#include <string.h>

/* Rows side by side; a block is a multiple. */
enum { ROWS = 128 };

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi")))
#define INLINE AVX512 __attribute__((always_inline)) static inline

bool
ranks_avx512(void)
{
	return __builtin_cpu_supports("avx512f") &&
	    __builtin_cpu_supports("avx512bw") &&
	    __builtin_cpu_supports("avx512vl") &&
	    __builtin_cpu_supports("avx512vbmi");
}

/* ---- values to ranks ------------------------------------------------ */

/* Ranks of one feature of n rows, which lie d apart. */
AVX512 static void
rank_column(const struct ranks_feature *f, const double *x, size_t n, size_t d,
    uint16_t *rank)
{
	size_t width = 4; /* eight keys are compared at a time */

	while (2 * width <= f->most && f->most > 8)
		width *= 2;
	for (size_t i = 0; i < n; i++) {
		const double v = x[i * d];
		const size_t at = ranks_search(f->key,
		    f->start[ranks_bucket(f, v)], v, width, 8);

		rank[i] = (uint16_t)(at +
		    (size_t)__builtin_popcount(
			_mm512_cmp_pd_mask(_mm512_loadu_pd(f->key + at),
			    _mm512_set1_pd(v), _CMP_LT_OQ)));
	}
}

/* ---- down a tree ---------------------------------------------------- */

struct registers {
	__m512i threshold[8]; /* 32 nodes each */
	__m512i feature[4];   /* 64 nodes each */
};

INLINE __m512i
load(const void *p)
{
	return _mm512_loadu_si512(p);
}

/* The high, or the low, 16 bits of 32 words. */
INLINE __m512i
high_halves(const uint32_t *p)
{
	return _mm512_inserti64x4(_mm512_castsi256_si512(_mm512_cvtepi32_epi16(
				      _mm512_srli_epi32(load(p), 16))),
	    _mm512_cvtepi32_epi16(_mm512_srli_epi32(load(p + 16), 16)), 1);
}

INLINE __m512i
low_halves(const uint32_t *p)
{
	return _mm512_inserti64x4(
	    _mm512_castsi256_si512(_mm512_cvtepi32_epi16(load(p))),
	    _mm512_cvtepi32_epi16(load(p + 16)), 1);
}

/* The low bytes of 64 halves. */
INLINE __m512i
low_bytes(__m512i a, __m512i b)
{
	return _mm512_inserti64x4(
	    _mm512_castsi256_si512(_mm512_cvtepi16_epi8(a)),
	    _mm512_cvtepi16_epi8(b), 1);
}

/* The level's thresholds of 32 rows that are at the nodes k. */
INLINE __m512i
threshold_of(const struct registers *r, __m512i k, int level)
{
	__m512i low, high;

	if (level <= 4)
		return _mm512_permutexvar_epi16(k, r->threshold[0]);
	if (level == 5)
		return _mm512_permutexvar_epi16(k, r->threshold[1]);
	if (level == 6)
		return _mm512_permutex2var_epi16(r->threshold[2], k,
		    r->threshold[3]);
	low = _mm512_permutex2var_epi16(r->threshold[4], k, r->threshold[5]);
	high = _mm512_permutex2var_epi16(r->threshold[6], k, r->threshold[7]);
	return _mm512_mask_blend_epi16(_mm512_test_epi16_mask(k,
					   _mm512_set1_epi16(64)),
	    low, high);
}

/* Their features, in the low byte of each lane; the high byte is anything. */
INLINE __m512i
feature_of(const struct registers *r, __m512i k, int level)
{
	if (level <= 5)
		return _mm512_permutexvar_epi8(k, r->feature[0]);
	if (level == 6)
		return _mm512_permutexvar_epi8(k, r->feature[1]);
	return _mm512_permutex2var_epi8(r->feature[2], k, r->feature[3]);
}

/* Whether this bit of each row's feature is set. */
INLINE __mmask32
has_bit(__m512i feature, short bit)
{
	return _mm512_test_epi16_mask(feature, _mm512_set1_epi16(bit));
}

/* One of the columns for each row, by its feature.  No loops from here on: the
 * compiler would leave them, and the registers go to memory. */
INLINE __m512i
select_of_4(const uint16_t *column, size_t stride, __mmask32 bit0,
    __mmask32 bit1)
{
	return _mm512_mask_blend_epi16(bit1,
	    _mm512_mask_blend_epi16(bit0, load(column), load(column + stride)),
	    _mm512_mask_blend_epi16(bit0, load(column + 2 * stride),
		load(column + 3 * stride)));
}

INLINE __m512i
select_of_8(const uint16_t *column, size_t stride, __mmask32 bit0,
    __mmask32 bit1, __mmask32 bit2)
{
	return _mm512_mask_blend_epi16(bit2,
	    select_of_4(column, stride, bit0, bit1),
	    select_of_4(column + 4 * stride, stride, bit0, bit1));
}

INLINE __m512i
select_of_16(const uint16_t *column, size_t stride, __mmask32 bit0,
    __mmask32 bit1, __mmask32 bit2, __mmask32 bit3)
{
	return _mm512_mask_blend_epi16(bit3,
	    select_of_8(column, stride, bit0, bit1, bit2),
	    select_of_8(column + 8 * stride, stride, bit0, bit1, bit2));
}

INLINE __m512i
select_of_32(const uint16_t *column, size_t stride, __m512i f)
{
	const __mmask32 bit0 = has_bit(f, 1), bit1 = has_bit(f, 2);
	const __mmask32 bit2 = has_bit(f, 4), bit3 = has_bit(f, 8);

	return _mm512_mask_blend_epi16(has_bit(f, 16),
	    select_of_16(column, stride, bit0, bit1, bit2, bit3),
	    select_of_16(column + 16 * stride, stride, bit0, bit1, bit2, bit3));
}

/* Of the first levels every node's column is at hand: blends of these, by the
 * turns taken so far, from the last to the first. */
INLINE __m512i
first_2(const uint16_t *const *column, size_t at, __mmask32 t0)
{
	return _mm512_mask_blend_epi16(t0, load(column[0] + at),
	    load(column[1] + at));
}

INLINE __m512i
first_4(const uint16_t *const *column, size_t at, __mmask32 t0, __mmask32 t1)
{
	return _mm512_mask_blend_epi16(t0, first_2(column, at, t1),
	    first_2(column + 2, at, t1));
}

INLINE __m512i
first_8(const uint16_t *const *column, size_t at, __mmask32 t0, __mmask32 t1,
    __mmask32 t2)
{
	return _mm512_mask_blend_epi16(t0, first_4(column, at, t1, t2),
	    first_4(column + 4, at, t1, t2));
}

INLINE __m512i
first_16(const uint16_t *const *column, size_t at, __mmask32 t0, __mmask32 t1,
    __mmask32 t2, __mmask32 t3)
{
	return _mm512_mask_blend_epi16(t0, first_8(column, at, t1, t2, t3),
	    first_8(column + 8, at, t1, t2, t3));
}

/* How the columns of a block are looked up. */
struct block {
	const uint16_t *rank; /* column after column */
	size_t stride;
	const uint16_t *first[32]; /* columns of the nodes of levels 0 to 4 */
};

/* The ranks that a deeper level asks for, of 4, 8, 12, 16, 32 or 64 columns. */
INLINE __m512i
rank_of(const struct registers *r, const struct block *b, size_t at, __m512i k,
    int level, int width)
{
	const __m512i f = feature_of(r, k, level);
	const uint16_t *rank = b->rank + at;

	if (width == 4)
		return select_of_4(rank, b->stride, has_bit(f, 1),
		    has_bit(f, 2));
	if (width == 8)
		return select_of_8(rank, b->stride, has_bit(f, 1),
		    has_bit(f, 2), has_bit(f, 4));
	if (width == 12)
		return _mm512_mask_blend_epi16(has_bit(f, 8),
		    select_of_8(rank, b->stride, has_bit(f, 1), has_bit(f, 2),
			has_bit(f, 4)),
		    select_of_4(rank + 8 * b->stride, b->stride, has_bit(f, 1),
			has_bit(f, 2)));
	if (width == 16)
		return select_of_16(rank, b->stride, has_bit(f, 1),
		    has_bit(f, 2), has_bit(f, 4), has_bit(f, 8));
	if (width == 32)
		return select_of_32(rank, b->stride, f);
	return _mm512_mask_blend_epi16(has_bit(f, 32),
	    select_of_32(rank, b->stride, f),
	    select_of_32(rank + 32 * b->stride, b->stride, f));
}

/* Which of the 32 rows, at the nodes k, turn right. */
INLINE __mmask32
turn_of(const struct registers *r, __m512i rank, __m512i k, int level)
{
	return _mm512_cmpgt_epu16_mask(rank, threshold_of(r, k, level));
}

INLINE __m512i
child(__m512i k, __mmask32 turn)
{
	k = _mm512_add_epi16(k, k);
	return _mm512_mask_sub_epi16(k, turn, k, _mm512_set1_epi16(-1));
}

INLINE __m512i
descend(const struct registers *r, const struct block *b, size_t at, __m512i k,
    int level, int width)
{
	/* 1 or 0, without a mask: that takes longer to make and to use. */
	const __m512i right = _mm512_min_epu16(_mm512_set1_epi16(1),
	    _mm512_subs_epu16(rank_of(r, b, at, k, level, width),
		threshold_of(r, k, level)));

	return _mm512_add_epi16(_mm512_add_epi16(k, k), right);
}

/* Rows on their way: their nodes, and the turns of the first levels. */
struct walk {
	__m512i k;
	__mmask32 turn[4];
};

INLINE void
first_levels(const struct registers *r, const struct block *b, size_t at,
    struct walk *w)
{
	const uint16_t *const *first = b->first;
	const __m512i root = _mm512_set1_epi16(1);

	w->turn[0] = turn_of(r, load(first[1] + at), root, 0);
	w->k = child(root, w->turn[0]);
	w->turn[1] = turn_of(r, first_2(first + 2, at, w->turn[0]), w->k, 1);
	w->k = child(w->k, w->turn[1]);
	w->turn[2] = turn_of(r, first_4(first + 4, at, w->turn[0], w->turn[1]),
	    w->k, 2);
	w->k = child(w->k, w->turn[2]);
}

INLINE void
level_3(const struct registers *r, const struct block *b, size_t at,
    struct walk *w, int width)
{
	if (width == 4) {
		w->k = descend(r, b, at, w->k, 3, width);
		return;
	}
	w->turn[3] = turn_of(r,
	    first_8(b->first + 8, at, w->turn[0], w->turn[1], w->turn[2]), w->k,
	    3);
	w->k = child(w->k, w->turn[3]);
}

INLINE void
level_4(const struct registers *r, const struct block *b, size_t at,
    struct walk *w, int width)
{
	if (width <= 8)
		w->k = descend(r, b, at, w->k, 4, width);
	else
		w->k = child(w->k,
		    turn_of(r,
			first_16(b->first + 16, at, w->turn[0], w->turn[1],
			    w->turn[2], w->turn[3]),
			w->k, 4));
}

INLINE void
level(const struct registers *r, const struct block *b, size_t at,
    struct walk *w, int number, int width)
{
	w->k = descend(r, b, at, w->k, number, width);
}

/* ---- path lengths --------------------------------------------------- */

struct leaves {
	__m512i low[8], high[4];
};

/* Add the path lengths of 32 leaves to sums of which the low and the high 16
 * bits stand apart. */
INLINE void
add_leaves(const struct leaves *leaves, __m512i k, uint16_t *low,
    uint16_t *high)
{
	const __mmask32 bit6 = _mm512_test_epi16_mask(k, _mm512_set1_epi16(64));
	const __mmask32 bit7 = _mm512_test_epi16_mask(k,
	    _mm512_set1_epi16(128));
	const __m512i *t = leaves->low, *h = leaves->high;
	const __m512i path = _mm512_mask_blend_epi16(bit7,
	    _mm512_mask_blend_epi16(bit6,
		_mm512_permutex2var_epi16(t[0], k, t[1]),
		_mm512_permutex2var_epi16(t[2], k, t[3])),
	    _mm512_mask_blend_epi16(bit6,
		_mm512_permutex2var_epi16(t[4], k, t[5]),
		_mm512_permutex2var_epi16(t[6], k, t[7])));
	const __mmask64 bytes = 0x5555555555555555;
	const __m512i whole = _mm512_mask_blend_epi16(bit7,
	    _mm512_maskz_permutex2var_epi8(bytes, h[0], k, h[1]),
	    _mm512_maskz_permutex2var_epi8(bytes, h[2], k, h[3]));
	const __m512i sum = _mm512_add_epi16(load(low), path);
	const __mmask32 carry = _mm512_cmplt_epu16_mask(sum, path);
	const __m512i rest = _mm512_add_epi16(load(high), whole);

	_mm512_storeu_si512(low, sum);
	_mm512_storeu_si512(high,
	    _mm512_mask_sub_epi16(rest, carry, rest, _mm512_set1_epi16(-1)));
}

/* The first `rows` of a block, a multiple of ROWS, in one tree. */
INLINE void
add_tree(const struct ranks_tree *tree, struct block *b, size_t rows,
    uint16_t *low, uint16_t *high, int width)
{
	struct registers r;
	struct leaves leaves;

	for (size_t k = 1; k < 32; k++)
		b->first[k] = b->rank + tree->feature[k] * b->stride;
	for (size_t i = 0; i < 8; i++) {
		r.threshold[i] = high_halves(tree->node + 32 * i);
		leaves.low[i] = low_halves(tree->leaf + 32 * i);
	}
	for (size_t i = 0; i < 4; i++) {
		r.feature[i] = load(tree->feature + 64 * i);
		leaves.high[i] = low_bytes(high_halves(tree->leaf + 64 * i),
		    high_halves(tree->leaf + 64 * i + 32));
	}
	for (size_t i = 0; i < rows; i += ROWS) {
		/* Four at a time, level by level: while one waits for the
		 * result of a step, the others have one to do. */
		struct walk w[4];
		first_levels(&r, b, i, &w[0]);
		first_levels(&r, b, i + 32, &w[1]);
		first_levels(&r, b, i + 64, &w[2]);
		first_levels(&r, b, i + 96, &w[3]);
		level_3(&r, b, i, &w[0], width);
		level_3(&r, b, i + 32, &w[1], width);
		level_3(&r, b, i + 64, &w[2], width);
		level_3(&r, b, i + 96, &w[3], width);
		level_4(&r, b, i, &w[0], width);
		level_4(&r, b, i + 32, &w[1], width);
		level_4(&r, b, i + 64, &w[2], width);
		level_4(&r, b, i + 96, &w[3], width);
		level(&r, b, i, &w[0], 5, width);
		level(&r, b, i + 32, &w[1], 5, width);
		level(&r, b, i + 64, &w[2], 5, width);
		level(&r, b, i + 96, &w[3], 5, width);
		level(&r, b, i, &w[0], 6, width);
		level(&r, b, i + 32, &w[1], 6, width);
		level(&r, b, i + 64, &w[2], 6, width);
		level(&r, b, i + 96, &w[3], 6, width);
		level(&r, b, i, &w[0], 7, width);
		level(&r, b, i + 32, &w[1], 7, width);
		level(&r, b, i + 64, &w[2], 7, width);
		level(&r, b, i + 96, &w[3], 7, width);
		add_leaves(&leaves, w[0].k, low + i, high + i);
		add_leaves(&leaves, w[1].k, low + i + 32, high + i + 32);
		add_leaves(&leaves, w[2].k, low + i + 64, high + i + 64);
		add_leaves(&leaves, w[3].k, low + i + 96, high + i + 96);
	}
}

AVX512 static void
add_trees_4(const struct ranks_group *group, struct block *b, size_t rows,
    uint16_t *low, uint16_t *high)
{
	for (size_t t = 0; t < group->trees; t++)
		add_tree(&group->tree[t], b, rows, low, high, 4);
}

AVX512 static void
add_trees_8(const struct ranks_group *group, struct block *b, size_t rows,
    uint16_t *low, uint16_t *high)
{
	for (size_t t = 0; t < group->trees; t++)
		add_tree(&group->tree[t], b, rows, low, high, 8);
}

AVX512 static void
add_trees_12(const struct ranks_group *group, struct block *b, size_t rows,
    uint16_t *low, uint16_t *high)
{
	for (size_t t = 0; t < group->trees; t++)
		add_tree(&group->tree[t], b, rows, low, high, 12);
}

AVX512 static void
add_trees_16(const struct ranks_group *group, struct block *b, size_t rows,
    uint16_t *low, uint16_t *high)
{
	for (size_t t = 0; t < group->trees; t++)
		add_tree(&group->tree[t], b, rows, low, high, 16);
}

AVX512 static void
add_trees_32(const struct ranks_group *group, struct block *b, size_t rows,
    uint16_t *low, uint16_t *high)
{
	for (size_t t = 0; t < group->trees; t++)
		add_tree(&group->tree[t], b, rows, low, high, 32);
}

AVX512 static void
add_trees_64(const struct ranks_group *group, struct block *b, size_t rows,
    uint16_t *low, uint16_t *high)
{
	for (size_t t = 0; t < group->trees; t++)
		add_tree(&group->tree[t], b, rows, low, high, 64);
}

/* The least number of columns that there is a kernel for. */
static size_t
columns_for(size_t d)
{
	static const size_t columns[] = { 4, 8, 12, 16, 32, 64 };
	size_t i = 0;

	while (columns[i] < d)
		i++;
	return columns[i];
}

void
ranks_add_avx512(const struct ranks_group *group, const double *x, size_t n,
    size_t d, uint64_t *sum)
{
	/* A vector that lies across two lines of the cache takes twice as
	 * long. */
	_Alignas(64) uint16_t rank[RANKS_CELLS], low[RANKS_CELLS / 4];
	_Alignas(64) uint16_t high[RANKS_CELLS / 4];
	const size_t columns = columns_for(d);
	const size_t stride = RANKS_CELLS / columns / ROWS * ROWS;
	struct block b = { .rank = rank, .stride = stride };

	memset(rank, 0, sizeof(rank));
	for (size_t from = 0; from < n; from += stride) {
		const size_t rows = n - from < stride ? n - from : stride;
		const size_t full = (rows + ROWS - 1) / ROWS * ROWS;

		for (size_t f = 0; f < d; f++)
			rank_column(&group->feature[f], x + from * d + f, rows,
			    d, rank + f * stride);
		memset(low, 0, full * sizeof(*low));
		memset(high, 0, full * sizeof(*high));
		if (columns == 4)
			add_trees_4(group, &b, full, low, high);
		else if (columns == 8)
			add_trees_8(group, &b, full, low, high);
		else if (columns == 12)
			add_trees_12(group, &b, full, low, high);
		else if (columns == 16)
			add_trees_16(group, &b, full, low, high);
		else if (columns == 32)
			add_trees_32(group, &b, full, low, high);
		else
			add_trees_64(group, &b, full, low, high);
		for (size_t i = 0; i < rows; i++)
			sum[from + i] += (uint64_t)high[i] << 16 | low[i];
	}
}

#else

bool
ranks_avx512(void)
{
	return false;
}

void
ranks_add_avx512(const struct ranks_group *group, const double *x, size_t n,
    size_t d, uint64_t *sum)
{
	(void)group;
	(void)x;
	(void)n;
	(void)d;
	(void)sum;
}

#endif
