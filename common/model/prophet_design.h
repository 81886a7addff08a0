/*
 * The rows of a history made ready for fitting prophet.h's model: sorted, scaled,
 * with the phase of every seasonality; and the sums of products over them that
 * mapfit.h asks for.  Part of prophet; nobody else needs it.
 *
 * Columns of the model are never stored: sines and cosines are made for up to 64
 * rows at a time and go into the sums at once.  Hinges max(0, t - s) are not even
 * made: from sums of 1 and t times each column per segment between changepoints
 * follow all products with them.  Of the products of a seasonality with itself
 * only those with its highest harmonic are summed, the rest follows from
 * 2 cos a cos b = cos(a - b) + cos(a + b) and its like.
 *
 * A feature that is mostly 0, as a holiday is, has no column: its few products
 * are summed row by row.
 *
 * Multiplicative terms and logistic growth make the model nonlinear.  Near
 * parameters given, it is linear in their changes; its columns are then those of
 * the linear model, each row multiplied by a factor that depends on the kind of
 * the column only.
 */
#ifndef AEE_MODEL_PROPHET_DESIGN_H
#define AEE_MODEL_PROPHET_DESIGN_H

#include "model/mapfit.h"
#include "model/prophet.h"

struct prophet_design {
	const struct prophet_spec *spec;
	size_t n;       /* rows with y */
	size_t n_beta;  /* columns of all terms */
	size_t n_sided; /* of them, those that have a sign given */
	double weight;  /* of all rows */
	double start, t_scale, y_scale, y_min;
	double yy;   /* sum of y^2, weighted */
	bool linear; /* neither multiplicative terms nor logistic */
	/* Take multiplicative terms for additive ones: a start for others. */
	bool as_additive;
	bool weighted;   /* not all rows weigh 1 */
	bool constant;   /* all y are equal */
	bool reduced;    /* fewer changepoints than asked for */
	bool duplicates; /* some times are equal */
	bool unseen;     /* a feature is 0 everywhere */

	/* Per row, in order of time; y and t scaled. */
	double *t, *y;
	double *cap;  /* scaled; logistic only */
	double *root; /* of the weight; NULL if all are 1 */
	/* Of the parameters last given to prophet_design_residuals(). */
	double *residual;
	double *terms; /* sum of the additive ones */
	double *trend; /* not of linear models, as what follows */
	double *times; /* 1 + the sum of the multiplicative terms */
	/* What a row of a column is multiplied by, of the trend, of additive
	 * and of multiplicative terms; NULL for 1. */
	double *by_trend, *by_multiple;
	const double *by_add;

	size_t n_changepoints;
	double *changepoint; /* scaled times */
	size_t *first;       /* the first row with t >= changepoint */
	size_t *place;       /* where a beta stands in map.theta */
	double *beta;        /* room for them in their order */

	/* Row i of term j is at j * stride + i. */
	size_t stride;
	double *cosine, *sine; /* per seasonality */
	double *condition;     /* per condition */
	double *feature;       /* per dense feature, scaled */
	double *feature_mean, *feature_sd;

	/* Columns stand in this order: those of seasonalities, of dense
	 * features, of sparse ones.  The feature of column c, counted from the
	 * first of a feature, is feature_at[c]; at[c] is where the coefficient
	 * of column c, counted from the first of a term, stands in map.theta.
	 */
	size_t n_sparse, n_entries;
	size_t *feature_at, *at;
	size_t *selected; /* room for map */
	/* The values of sparse features that are not 0: those of row i from
	 * entry[i] on, with the columns that they belong to, counted from the
	 * first sparse one. */
	size_t *entry, *entry_column;
	double *entry_value;

	/* Products of columns that are there already, or are to be kept in
	 * store for the next fit, if it is not NULL; see keep_products(). */
	bool products_known;
	double *store;
	size_t store_key, *stored;

	/* Sums of products. */
	double *column, *segment, *product, *own;
	double *best;   /* room for parameters, laid out as map.theta */
	double *factor; /* room for a root, with parameter_variance */
	size_t *active; /* and for its columns */
	struct mapfit map;
};

/*
 * Lay out the rows with y and a weight of a history in the memory of work, which grows as
 * needed and must not be used otherwise while the design is.  Returns 0, or -1
 * if out of memory.
 */
int prophet_design_init(struct prophet_design *design,
    const struct prophet_spec *spec, const struct prophet_rows *rows,
    struct prophet_workspace *work);

/*
 * Fill the products of design->map for a target per row: dd, sd, ss, gradient
 * and rr, as of an anchor whose residual is the target.  Of a nonlinear model
 * they are those of its derivatives at theta, which prophet_design_residuals()
 * must have been called with last; a linear one does not look at it.
 */
void prophet_design_products(struct prophet_design *design,
    const double *target, const double *theta);

/* design->residual = y - model at theta, laid out as map.theta.  Returns the
 * weighted sum of squares. */
double prophet_design_residuals(struct prophet_design *design,
    const double *theta);

/* The betas of theta in the order of the spec, until the next call. */
const double *prophet_design_beta(const struct prophet_design *design,
    const double *theta);

#endif
