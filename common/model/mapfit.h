/*
 * Maximum a posteriori of a linear model with normal noise of unknown sigma, in
 * which some coefficients have normal and some have Laplace priors: the exact
 * solution by an active set, and sigma as a fixed point.
 *
 *	minimise over theta = (q dense, s selected coefficients) and sigma
 *	    n ln sigma + |z - J theta|^2 / (2 sigma^2) + 2 sigma^2
 *	    + 1/2 sum over j of prior_j theta_j^2
 *	    + 1/tau sum over hinges j of |theta_j|
 *	with side_j theta_j >= 0 for those that have a side
 *
 * that is, coefficients are Normal(0, 1/sqrt(prior)), hinges Laplace(0, tau) and
 * sigma half-Normal(0, 0.5).  Selected ones are those that may be exactly 0 at
 * the optimum: hinges, which have no prior but tau and no side, and coefficients
 * with a side.  The data come as products of
 * columns only, around an anchor theta0 with residual r = z - J theta0: products
 * with a residual keep the digits that products with a target lose.
 *
 * For fixed sigma the dense part is eliminated by a Cholesky factor (a Schur
 * complement), and the selected follow from an active set: solve for those that
 * are not 0, drop one that would change its sign, add the one whose gradient
 * most exceeds its price, until none does.  For sigma, the fit R at a
 * given sigma and the best sigma for a given R are iterated; the map is
 * increasing, so that from above it falls to its largest fixed point, from below
 * it rises to its smallest.
 *
 * Matrices and vectors are laid out as in linalg.h.
 */
#ifndef AEE_MODEL_MAPFIT_H
#define AEE_MODEL_MAPFIT_H

#include <stdbool.h>
#include <stddef.h>

struct mapfit {
	/* In; set by the caller. */
	size_t q, s;      /* dense columns, > 0, and selected ones */
	double n;         /* rows, or the sum of their weights */
	double tau;       /* scale of the Laplace priors */
	double *prior;    /* precisions: [q], > 0, then [s], 0 for hinges */
	double *side;     /* [s]: 0 for hinges; 1, -1: not below, above 0 */
	double *dd;       /* q x q, J_D'J_D, upper triangle, the rest 0 */
	double *sd;       /* s x q, J_S'J_D */
	double *ss;       /* s x s, J_S'J_S, whole */
	double *anchor;   /* theta0: [q] dense, then [s] selected */
	double *gradient; /* J'r at the anchor, in the same way */
	double rr;        /* r'r at the anchor */
	double yy;        /* size of the target squared, for rounding limits */
	double rr_min;    /* what R is taken for at least; 0 to trust it */
	double damping;   /* mu: adds mu diag(J'J) around the anchor */

	/* Out. */
	double *theta; /* [q] dense, then [s] selected */
	double sigma2;
	double rss; /* |z - J theta|^2 of the linear model, from products */
	size_t n_active; /* selected ones that are not 0 */
	size_t solves;   /* active sets tried, for measuring */

	/* Inside. */
	double lambda; /* sigma^2 */
	double *chol, *b, *y, *v, *small, *x, *price, *sign;
	size_t *active;
	bool *have;
};

/* Doubles of memory that mapfit_place() needs for q dense and s selected
 * columns. */
size_t mapfit_size(size_t q, size_t s);

/*
 * Lay the arrays of fit out in memory of mapfit_size() doubles, 16-aligned, and
 * of s elements of active and of have; all zero but for active.  The memory
 * stays the caller's.
 */
void mapfit_place(struct mapfit *fit, size_t q, size_t s, double *memory,
    size_t *active, bool *have);

/*
 * Solve for theta at a fixed sigma^2 > 0, from the selected in theta as they are
 * (start from zeros or from an earlier solution).  Sets theta, rss and n_active.
 */
void mapfit_solve(struct mapfit *fit, double sigma2);

/*
 * Solve for theta and sigma^2: the fixed point that is reached from the sigma^2
 * given.  From above every fixed point (z'z / n is) this is the largest.
 * Sets sigma2 too.  Ends when sigma^2 < floor: a perfect fit.
 */
void mapfit_sigma(struct mapfit *fit, double start, double floor);

/* z'z of the linear model: n times a sigma^2 that is above every fixed point. */
double mapfit_target(struct mapfit *fit);

/* The best sigma^2 for a sum of n squared residuals. */
double mapfit_sigma2(double n, double rss);

#endif
