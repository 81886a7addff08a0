/*
 * Prophet's forecasting model, fitted to its exact optimum.  Taylor and Letham,
 * "Forecasting at scale", The American Statistician 72, 2018; the model is that
 * of the program prophet (Python 1.1, its Stan model), the solution is not its
 * optimiser's, which stops early, but the optimum (mapfit.h).
 *
 * A series y at times t is a trend with seasonalities and features:
 *
 *	y_s = trend(t) (1 + sum of multiplicative beta_j x_j(t))
 *	    + sum of additive beta_j x_j(t) + noise
 *
 * y_s is y divided by its scale, so that max |y_s| is 1, and the trend is a
 * function of the time scaled to 0..1 over the history: a line whose slope
 * changes at given changepoints s_c by delta_c; a constant; or a logistic curve
 * between a floor and a cap,
 *
 *	linear		k t + m + sum of delta_c max(0, t - s_c)
 *	logistic	cap / (1 + exp(-u)),
 *			u = k (t - m) + sum of delta_c max(0, t - s_c)
 *
 * x_j are the sines and cosines of each seasonality, and columns of values.
 * Priors:
 *
 *	k, m ~ Normal(0, 5)	slope and offset of the trend
 *	delta ~ Laplace(0, changepoint_prior_scale)
 *	beta_j ~ Normal(0, prior scale of its term)
 *	sigma ~ half-Normal(0, 0.5), noise ~ Normal(0, sigma)
 *
 * The model is described as data: there is no weekly or yearly term but in the
 * list of seasonalities, which prophet_auto_seasonalities() can fill by
 * Prophet's rules.
 *
 * Times are days since 1970-01-01, with fractions; NaN is a missing value.
 */
#ifndef AEE_MODEL_PROPHET_H
#define AEE_MODEL_PROPHET_H

#include <stdbool.h>
#include <stddef.h>

enum prophet_growth {
	PROPHET_LINEAR, /* a line with changes of slope */
	PROPHET_FLAT,   /* a constant */
	/* From a floor to a cap, which rows bring along. */
	PROPHET_LOGISTIC,
};

/* What a term does. */
enum prophet_mode {
	PROPHET_ADDITIVE,       /* adds to the trend */
	PROPHET_MULTIPLICATIVE, /* adds a share of the trend */
};

/* What values are divided by, after subtracting the floor, if there is one. */
enum prophet_scaling {
	PROPHET_ABSMAX, /* the largest absolute one */
	/* The range of y, or from the lowest floor to the highest cap; without
	 * a floor the smallest y is subtracted. */
	PROPHET_MINMAX,
};

enum prophet_standardize {
	PROPHET_STANDARDIZE_AUTO, /* unless its values are just 0 and 1 */
	PROPHET_STANDARDIZE_NO,
	PROPHET_STANDARDIZE_YES,
};

enum prophet_sign {
	PROPHET_ANY_SIGN,
	PROPHET_NOT_NEGATIVE,
	PROPHET_NOT_POSITIVE,
};

/* A period with its first order harmonics, a sine and a cosine each. */
struct prophet_seasonality {
	double period;      /* days, > 0 */
	size_t order;       /* > 0 */
	double prior_scale; /* > 0, in units of scaled y; Prophet's is 10 */
	bool conditional;   /* only on rows where the condition holds */
	size_t condition;   /* which, if conditional */
	enum prophet_mode mode;
};

/* A column of values: a holiday, a regressor. */
struct prophet_feature {
	double prior_scale; /* > 0; Prophet's is 10 */
	/* Subtract the mean and divide by the sample deviation (n - 1) that the
	 * column has over the history.  A column with one value never is. */
	enum prophet_standardize standardize;
	enum prophet_mode mode;
	enum prophet_sign sign; /* its coefficient may have */
};

struct prophet_spec {
	enum prophet_growth growth;
	/* Changepoints: either n_changepoints (Prophet: 25) spread evenly over
	 * the first changepoint_range (0.8) of the rows, fewer if there are not
	 * rows enough; or, if changepoint is not NULL, n_changepoints times in
	 * ascending order within the history.  A flat trend has none. */
	size_t n_changepoints;
	double changepoint_range; /* in (0, 1] */
	const double *changepoint;
	double changepoint_prior_scale; /* tau > 0; Prophet's is 0.05 */

	const struct prophet_seasonality *seasonality;
	size_t n_seasonalities;
	const struct prophet_feature *feature;
	size_t n_features;
	size_t n_conditions;

	bool floor; /* rows bring a floor; of logistic growth only */
	enum prophet_scaling scaling;
	/* Days after which a row weighs half, counted back from the last one;
	 * 0 if age does not matter. */
	double half_life;

	/* Keep what prediction needs to add the variance of the parameters to
	 * the intervals: about (terms + changepoints)^2 numbers. */
	bool parameter_variance;
	/* Carry the last residual r on: yhat of h steps ahead gets phi^h r,
	 * with the autocorrelation phi of neighbouring residuals, if it is
	 * positive. */
	bool autoregressive;
	bool not_negative; /* predict nothing below 0 */
};

/* Prophet's defaults, without any seasonality or feature. */
struct prophet_spec prophet_defaults(void);

/* Rows, of a history or to be predicted, in any order.  All columns have n
 * values. */
struct prophet_rows {
	size_t n;
	const double *t;
	const double *y; /* NULL in rows to be predicted */
	/* One column per feature and per condition of the spec; a condition is
	 * 0 or 1.  NULL if there are none. */
	const double *const *feature;
	const double *const *condition;
	/* Of logistic growth, in the unit of y: the cap, and the floor if the
	 * spec says that there is one. */
	const double *cap, *floor;
	/* What rows weigh in a fit, >= 0, or NULL: each 1.  A row of weight 2
	 * is as two rows, but does not move the changepoints; one of weight 0
	 * is as one without y. */
	const double *weight;
};

/* What is wrong with the description, or NULL. */
const char *prophet_check_spec(const struct prophet_spec *spec);

/*
 * What is wrong with rows, or NULL.  As a history (y not NULL): at least two
 * rows with y and weight, not all at one time, changepoints that were given
 * inside the range of time.  Always: times finite, features present (on rows
 * without y too), conditions 0 or 1, caps above their floors; and y, features,
 * caps and floors not beyond 1e100.  *row is set to the row that is wrong, or
 * to rows->n if it is not a single one; row may be NULL.
 */
const char *prophet_check_rows(const struct prophet_spec *spec,
    const struct prophet_rows *rows, size_t *row);

/* What is worth saying about a fit; a set of bits. */
enum prophet_status {
	/* All y are equal: no optimum; the constant, with sigma 0. */
	PROPHET_CONSTANT = 1 << 0,
	/* Two rows: no optimum; the line through them, with sigma 0. */
	PROPHET_TWO_ROWS = 1 << 1,
	/* sigma below 1e-6 of the scale of y: the model reproduces the data,
	 * its interval means nothing. */
	PROPHET_PERFECT_FIT = 1 << 2,
	/* Fewer rows than changepoints wanted; their number was reduced. */
	PROPHET_CHANGEPOINTS_REDUCED = 1 << 3,
	/* Fewer rows than twice the coefficients without the changepoints. */
	PROPHET_FEW_ROWS = 1 << 4,
	/* Some parameters pass through every row, where the posterior has no
	 * bound; the fit is the inner optimum instead. */
	PROPHET_INTERPOLATION = 1 << 5,
	/* Some times occur more than once. */
	PROPHET_DUPLICATE_TIMES = 1 << 6,
	/* From prophet_auto_seasonalities(): the history is too short for the
	 * yearly term that was asked for; its prior scale was shrunk. */
	PROPHET_YEARLY_SHRUNK = 1 << 7,
	/* The same: rows are months, which cannot tell a yearly term of more
	 * than 6 orders from one of 6. */
	PROPHET_YEARLY_MONTHS = 1 << 8,
	/* Where the trend passes through 0, multiplicative terms have no effect
	 * and several optima may exist; the best of those found is given. */
	PROPHET_TREND_CROSSES_ZERO = 1 << 9,
	/* A feature is 0 in the whole history, as a holiday of the future: its
	 * coefficient is 0. */
	PROPHET_UNSEEN_FEATURE = 1 << 10,
	/* From prophet_auto_seasonalities(): there is a daily term, but no row
	 * in some hour of the day, where its curve may be anything. */
	PROPHET_UNSEEN_HOURS = 1 << 11,
	/* Rows would be enough, but by their weights w they say no more than
	 * (sum of w)^2 / sum of w^2 (Kish, "Survey sampling", 1965) of equal
	 * weights, and these are fewer than twice the coefficients. */
	PROPHET_LITTLE_WEIGHT = 1 << 12,
	/* The mean value is less than a millionth of the mean cap, above their
	 * floors: so far down on the curve it is the priors of k and m that
	 * decide, which want an exponential growth. */
	PROPHET_FAR_CAP = 1 << 13,
};

/*
 * A fitted model in numbers: all that a prediction needs besides the spec.
 * Trend and sigma are in scaled units: time (t - start) / t_scale, values
 * (y - floor) / y_scale with the floor of the row, or y_min if there is none.
 */
struct prophet_values {
	double start;   /* first time of the history */
	double t_scale; /* days from first to last, > 0 */
	double y_scale; /* > 0 */
	double y_min;   /* 0, or with PROPHET_MINMAX the smallest y */
	double k, m;
	double sigma;
	double log_posterior; /* without constants; NaN if sigma is 0 */
	unsigned status;      /* enum prophet_status */
	size_t n;             /* rows with y and weight */
	size_t n_changepoints;
	const double *changepoint; /* scaled times, ascending */
	const double *delta;
	size_t n_beta;
	/* Per seasonality sin 1, cos 1, sin 2, ...; then one per feature.  Of
	 * multiplicative terms without unit. */
	const double *beta;
	size_t n_features;
	const double *feature_mean, *feature_sd; /* 0 and 1 if not scaled */
	/* Of residuals, if they are carried on: autocorrelation, 0 if not; the
	 * last one, scaled; days per step, the median of the gaps. */
	double ar_phi, ar_last, ar_step;
	/*
	 * With parameter_variance, else 0: the parameters that are not held at
	 * 0, ascending, with 0 for k, 1 for m, 2 + j for beta j and then the
	 * deltas; and the root R of R'R = J'J + sigma^2 P, with J the
	 * derivatives of the model at the history and P the precisions of the
	 * priors, upper triangle in rows of n_active rounded up to a multiple
	 * of 4.  Their covariance is sigma^2 (R'R)^-1.
	 */
	size_t n_active;
	const size_t *active;
	const double *root;
};

struct prophet;

/*
 * Memory that fits work in, kept from one to the next: with many series, make
 * one per thread.  Sums that depend on the times only are kept too: a series on
 * the days of the one before it takes about half the time, with the same result.
 * A zeroed one is empty, before and after release.
 */
struct prophet_workspace {
	double *real;
	size_t *index;
	bool *flag;
	size_t real_cap, index_cap, flag_cap;
	double *known; /* a key of known_n numbers, and what goes with it */
	size_t known_cap, known_n;
};

void prophet_workspace_release(struct prophet_workspace *work);

/*
 * Fit to rows that prophet_check_rows() accepts; those without y are left out.
 * The result does not depend on the order of the rows.  work may be NULL.  Keeps
 * no pointer into spec or rows.  Returns NULL if out of memory; free with
 * prophet_free().
 */
struct prophet *prophet_fit(const struct prophet_spec *spec,
    const struct prophet_rows *rows, struct prophet_workspace *work);

/*
 * Fit robustly: a row with a residual beyond k s, s = 1.4826 times the median
 * |residual|, weighs k s / |residual| only, and so on until no weight changes by
 * 1e-6 (Huber, "Robust statistics", 1981; k = 1.345 is usual).  weight gets what
 * each of the n rows weighed in the end, its own weight included.
 */
struct prophet *prophet_fit_robust(const struct prophet_spec *spec,
    const struct prophet_rows *rows, double k, double *weight,
    struct prophet_workspace *work);

/* A model from given numbers, as from a file, copied.  They must go with the
 * spec in n_beta and n_features.  NULL if out of memory. */
struct prophet *prophet_restore(const struct prophet_spec *spec,
    const struct prophet_values *values);

/* The numbers of a model; they live as long as it does. */
const struct prophet_values *prophet_values(const struct prophet *fit);

/*
 * The log posterior of a model given rows with y, as Stan reports it: constants
 * dropped, no Jacobian for sigma.  With t, y_s, mu in scaled units
 *
 *	- n ln(sigma) - sum (y_s - mu)^2 / (2 sigma^2) - k^2/50 - m^2/50
 *	- sum |delta| / tau - 2 sigma^2 - sum beta_j^2 / (2 s_j^2)
 *
 * where rows count by their weights.  NaN if sigma is 0.
 */
double prophet_log_posterior(const struct prophet *fit,
    const struct prophet_rows *rows);

/* Where prophet_predict() writes, n values each; NULL for what is not wanted. */
struct prophet_forecast {
	double *yhat, *lower, *upper;
	double *trend, *trend_lower, *trend_upper;
	double *terms;   /* all additive terms together, in the unit of y */
	double *factor;  /* all multiplicative terms together, a ratio */
	double *carried; /* what yhat has of the last residual */
};

/*
 * Predict rows that prophet_check_rows() accepts without their y, in the unit of
 * y:
 *
 *	yhat = (trend - floor) (1 + factor) + floor + terms + carried
 *
 * (Prophet multiplies the floor too, which is not what it fitted.)  The interval is the central one of probability width, 0 < width < 1: of
 * the noise, and after the history of future changes of slope as frequent and as
 * large as those found, which is where Prophet's simulated paths tend to as
 * their number grows; of a logistic trend, these take effect by its slope.  It
 * takes the parameters for known, unless the spec says parameter_variance.
 * Returns 0, or -1 if out of memory, which can be with parameter_variance only.
 */
int prophet_predict(const struct prophet *fit, const struct prophet_rows *rows,
    double width, const struct prophet_forecast *out);

/*
 * The sum of terms first .. first + n - 1 at each row.  Terms are the
 * seasonalities, then the features, in the order of the spec.  In the unit of y
 * if term first is additive, a ratio if it is multiplicative; terms of the other
 * mode are left out.
 */
void prophet_component(const struct prophet *fit,
    const struct prophet_rows *rows, size_t first, size_t n, double *out);

/* The n_changepoints changes of slope: their times in days, and by how much the
 * trend changes per day from there on, in the unit of y; of a logistic trend,
 * what is inside of the exponential.  Returns the slope before the first, in
 * the unit of the changes. */
double prophet_changepoints(const struct prophet *fit, double *t,
    double *change);

/* What a unit more of a feature does: in the unit of y if it is additive, as a
 * share of the trend if it is multiplicative. */
double prophet_effect(const struct prophet *fit, size_t feature);

/*
 * The sum of y over rows to come, given by what prophet_predict() needs, against
 * a target: its mean, and the probability that it is at least the target (a
 * target that part of the sum has reached already is the caller's to lessen).
 * That the rows depend on each other, through changes of slope that come between
 * them, through the parameters (with parameter_variance) and through residuals
 * that are carried on, is all part of it.  Exact but for numerical inversion,
 * about 1e-9, and for logistic growth, where changes take effect by the slope of
 * the curve.  What is predicted below 0 counts as such even if the spec says
 * not_negative.  Returns 0, or -1 if out of memory.
 */
int prophet_reach(const struct prophet *fit, const struct prophet_rows *rows,
    double target, double *mean, double *probability);

void prophet_free(struct prophet *fit); /* NULL is allowed */

/* Whether a built-in seasonality is on. */
enum prophet_switch {
	PROPHET_AUTO, /* if the history is long and dense enough */
	PROPHET_OFF,
	PROPHET_ON,
};

struct prophet_builtin {
	enum prophet_switch use;
	size_t order;       /* 0: Prophet's, yearly 10, weekly 3, daily 4 */
	double prior_scale; /* 0: 10, or shrunk where a long period needs it */
	enum prophet_mode mode;
};

enum { PROPHET_BUILTINS = 3 };

/*
 * The built-in seasonalities that go with a history, in the order yearly (365.25
 * days), weekly, daily, appended to out, which has room for PROPHET_BUILTINS.
 * Automatic ones are off if the rows with y
 *
 *	yearly	span less than 730 days
 *	weekly	span less than 14 days, or the smallest gap is 7 days or more
 *	daily	span less than 2 days, or the smallest gap is 1 day or more
 *
 * the gap being the smallest difference of two times that is not 0.  A yearly
 * term that is on with less than 360 days gets prior scale 0.02 unless it was
 * given one: with 10 it fits the history by huge terms that a trend cancels, and
 * extrapolates absurdly.  Adds to *status what there is to say about it.
 * Returns how many were appended, or -1 if out of memory.
 */
int prophet_auto_seasonalities(const double *t, const double *y, size_t n,
    const struct prophet_builtin builtin[PROPHET_BUILTINS],
    struct prophet_seasonality *out, unsigned *status);

#endif
