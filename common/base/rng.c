#include "base/rng.h"

#include <math.h>

#include "base/normal.h"

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

/* The words of the next block. */
static inline void
next_block(struct rng *rng, uint32_t word[4])
{
	const uint32_t counter[4] = { (uint32_t)rng->block,
		(uint32_t)(rng->block >> 32), (uint32_t)rng->stream,
		(uint32_t)(rng->stream >> 32) };
	const uint32_t key[2] = { (uint32_t)rng->seed,
		(uint32_t)(rng->seed >> 32) };

	philox4x32(counter, key, word);
	rng->block++;
}

uint32_t
rng_u32(struct rng *rng)
{
	if (rng->left == 0) {
		next_block(rng, rng->word);
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

void
rng_fill(struct rng *rng, uint64_t *draw, size_t n)
{
	for (; n > 0 && rng->left > 0; n--)
		*draw++ = rng_u64(rng);
	/* Blocks do not wait for each other: the processor makes several. */
	for (; n > 1; n -= 2) {
		uint32_t word[4];

		next_block(rng, word);
		*draw++ = (uint64_t)word[0] << 32 | word[1];
		*draw++ = (uint64_t)word[2] << 32 | word[3];
	}
	if (n > 0)
		*draw = rng_u64(rng);
}

double
rng_uniform(struct rng *rng)
{
	return rng_to_uniform(rng_u64(rng));
}

uint64_t
rng_below(struct rng *rng, uint64_t n)
{
	uint64_t below;

	while (!rng_accept(rng_u64(rng), n, &below))
		;
	return below;
}

double
rng_normal(struct rng *rng)
{
	/* The middles of 2^52 cells: neither 0 nor 1, and symmetric. */
	return normal_quantile(((double)(rng_u64(rng) >> 12) + 0.5) * 0x1p-52);
}

double
rng_lognormal(struct rng *rng, double mu, double sigma)
{
	return exp(mu + sigma * rng_normal(rng));
}

/*
 * Logarithms of probabilities by Loader's saddle point expansion ("Fast and
 * accurate computation of binomial probabilities", 2000), which stays accurate
 * where the differences of lgamma() cancel, at counts of 2^40.
 */

/* log(n!) - log(sqrt(2 pi n) (n / e)^n), n >= 1: Stirling's series, whose next
 * term is below 1e-17 from 16 on; below that n! is exact in a double. */
static double
stirling_error(double n)
{
	static const double half_log_2pi = 0.91893853320467274178;
	double factorial = 1;

	if (n >= 16) {
		const double i = 1 / n, i2 = i * i;

		return i *
		    (1. / 12 -
			i2 *
			    (1. / 360 -
				i2 *
				    (1. / 1260 -
					i2 *
					    (1. / 1680 -
						i2 *
						    (1. / 1188 -
							i2 * 691. / 360360)))));
	}
	for (double k = 2; k <= n; k++)
		factorial *= k;
	return log(factorial) - (n + 0.5) * log(n) + n - half_log_2pi;
}

/* x log(x / m) + m - x, x and m positive. */
static double
deviance(double x, double m)
{
	const double v = (x - m) / (x + m), v2 = v * v;
	double sum = 0, power = v;

	if (fabs(v) > 0.1)
		return x * log(x / m) + m - x;
	for (int j = 3;; j += 2) {
		double next;

		power *= v2;
		next = sum + power / j;
		if (next == sum)
			break;
		sum = next;
	}
	return (x - m) * v + 2 * x * sum;
}

static double
log_poisson(double k, double mean)
{
	static const double two_pi = 6.28318530717958647693;

	if (k == 0)
		return -mean;
	return -stirling_error(k) - deviance(k, mean) - 0.5 * log(two_pi * k);
}

static double
log_binomial(double k, double n, double p)
{
	static const double two_pi = 6.28318530717958647693;

	if (k == 0)
		return n * log1p(-p);
	if (k == n)
		return n * log(p);
	return stirling_error(n) - stirling_error(k) - stirling_error(n - k) -
	    deviance(k, n * p) - deviance(n - k, n * (1 - p)) +
	    0.5 * log(n / (two_pi * k * (n - k)));
}

/* A search from 0 up that is longer than this has met a uniform within 2^-53 of
 * 1 and the rounding of the sum; with means below 10, no count above it has a
 * probability of 1e-60. */
enum { LONGEST_SEARCH = 128 };

static uint64_t
poisson_inversion(struct rng *rng, double mean)
{
	const double p0 = exp(-mean);

	for (;;) {
		double u = rng_uniform(rng), p = p0;

		for (unsigned k = 0; k < LONGEST_SEARCH; k++) {
			if (u < p)
				return k;
			u -= p;
			p *= mean / (k + 1);
		}
	}
}

uint64_t
rng_poisson(struct rng *rng, double mean)
{
	double a, b, alpha_inverse, vr;

	if (mean < 10)
		return poisson_inversion(rng, mean);
	b = 0.931 + 2.53 * sqrt(mean);
	a = -0.059 + 0.02483 * b;
	alpha_inverse = 1.1239 + 1.1328 / (b - 3.4);
	vr = 0.9277 - 3.6224 / (b - 2);
	for (;;) {
		const double u = rng_uniform(rng) - 0.5, v = rng_uniform(rng);
		const double us = 0.5 - fabs(u);
		const double k = floor((2 * a / us + b) * u + mean + 0.43);

		if (us >= 0.07 && v <= vr)
			return (uint64_t)k;
		if (!(k >= 0) || (us < 0.013 && v > us))
			continue;
		if (log(v * alpha_inverse / (a / (us * us) + b)) <=
		    log_poisson(k, mean))
			return (uint64_t)k;
	}
}

/* p <= 1/2, n p < 10. */
static uint64_t
binomial_inversion(struct rng *rng, uint64_t n, double p)
{
	const double p0 = exp((double)n * log1p(-p)), odds = p / (1 - p);

	for (;;) {
		double u = rng_uniform(rng), f = p0;

		for (unsigned k = 0; k <= n && k < LONGEST_SEARCH; k++) {
			if (u < f)
				return k;
			u -= f;
			f *= odds * (double)(n - k) / (k + 1);
		}
	}
}

/* p <= 1/2, n p >= 10. */
static uint64_t
binomial_btrs(struct rng *rng, uint64_t count, double p)
{
	const double n = (double)count, sd = sqrt(n * p * (1 - p));
	const double b = 1.15 + 2.53 * sd, c = n * p + 0.5;
	const double a = -0.0873 + 0.0248 * b + 0.01 * p;
	const double vr = 0.92 - 4.2 / b, alpha = (2.83 + 5.1 / b) * sd;
	double log_mode = NAN; /* made when first needed */

	for (;;) {
		const double u = rng_uniform(rng) - 0.5, v = rng_uniform(rng);
		const double us = 0.5 - fabs(u);
		const double k = floor((2 * a / us + b) * u + c);

		if (us >= 0.07 && v <= vr)
			return (uint64_t)k;
		if (!(k >= 0 && k <= n))
			continue;
		if (isnan(log_mode))
			log_mode = log_binomial(floor((n + 1) * p), n, p);
		if (log(v * alpha / (a / (us * us) + b)) <=
		    log_binomial(k, n, p) - log_mode)
			return (uint64_t)k;
	}
}

uint64_t
rng_binomial(struct rng *rng, uint64_t n, double p)
{
	const double least = p <= 0.5 ? p : 1 - p;
	uint64_t k;

	if (n == 0 || least <= 0)
		k = 0;
	else if ((double)n * least < 10)
		k = binomial_inversion(rng, n, least);
	else
		k = binomial_btrs(rng, n, least);
	return p <= 0.5 ? k : n - k;
}
