/*
 * Which elements of a dimension explain a change of a sum.  Bhagwan et al.,
 * "Adtributor: revenue debugging in advertising systems", NSDI 2014.
 *
 * An element's explanatory power is its part of the change; its surprise, how
 * far its share of the sum moved (one term of the Jensen-Shannon divergence of
 * the shares before and after, in nats).  Elements are taken by falling
 * surprise if they have a power of at least 0.10 alone, until they have 0.67
 * together: the paper's thresholds.
 */
#ifndef AEE_MODEL_ADTRIBUTOR_H
#define AEE_MODEL_ADTRIBUTOR_H

#include <stdbool.h>
#include <stddef.h>

#define ADTRIBUTOR_ELEMENT 0.10 /* T_EEP */
#define ADTRIBUTOR_SET 0.67     /* T_EP */

struct adtributor {
	size_t n;        /* elements that were chosen */
	double power;    /* of them together; NaN if nothing changed */
	double surprise; /* of them together */
	bool explains;   /* the power reaches ADTRIBUTOR_SET */
};

/* The surprise of an element with share p before and q after (eq. 8); a
 * negative share counts as 0. */
double adtributor_surprise(double p, double q);

/*
 * The dimension of n elements, base[i] before and now[i] after, sum0 and sum1
 * together (given, so that they are the same in every dimension).
 * surprise[i] is that of each, NaN if a sum is not positive (then the larger
 * power goes first); set[] takes the chosen ones, at most n, in their order.
 * Returns 0, or -1 if out of memory.
 */
int adtributor(const double *base, const double *now, size_t n, double sum0,
    double sum1, double *surprise, size_t *set, struct adtributor *result);

/*
 * Put n dimensions into order: order[0] is the index of the one that explains
 * best.  First come those that explain, the smaller set before the larger, then
 * by falling surprise; but one whose surprise is under a tenth of the largest
 * goes behind: its elements only followed the whole (a data centre that serves
 * 94 % of everything explains 94 % of every change).  Last come those that do
 * not explain, by falling power.
 */
void adtributor_rank(const struct adtributor *dimension, size_t n,
    size_t *order);

#endif
