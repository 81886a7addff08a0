/*
 * Scales on which the deviations of a series may be judged.  Effects on a shop
 * multiply: a holiday makes a third more of whatever there is, so that
 * deviations are of one size on the scale of logarithms.  That of counts is of
 * one size on the scale of square roots.
 *
 * Both are defined for every number: the logarithm is that of 1 + |x|, with the
 * sign of x, and so is the root.
 */
#ifndef AEE_MODEL_SCALE_H
#define AEE_MODEL_SCALE_H

enum scale {
	SCALE_RAW,  /* x */
	SCALE_LOG,  /* ln(1 + x) */
	SCALE_SQRT, /* sqrt(x) */
};

double scale_apply(enum scale scale, double x);

/* The x whose scale_apply() is y. */
double scale_revert(enum scale scale, double y);

#endif
