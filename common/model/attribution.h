/*
 * Attribution: why the revenue of a period differs from that of another.
 *
 * A shop is made of members (channels).  With sessions S, orders O and revenue
 * R, each member's revenue is S x v x a: conversion v = O / S and order value
 * a = R / O; and rho = v a = R / S.  With D for now minus base and bar for the
 * mean of both,
 *
 *	sessions     rho_bar D S     = volume  rho_star D S
 *	                             + mix     (rho_bar - rho_star) D S
 *	conversion   S_bar a_bar D v
 *	order value  S_bar v_bar D a
 *
 * where rho_star is the mean of both periods' R / S of the whole shop, so that
 * the volumes add up to rho_star x D (all sessions).  This is the indicator of
 * Bennet, "The theory of measurement of changes in cost of living", JRSS 83,
 * 1920, applied twice: to S and rho, and inside of rho to v and a; equally, the
 * two-level Shapley value.  The effects add up to D R exactly, whatever the
 * sign of R.
 *
 * Where there is nothing to divide by:
 * - without sessions in a period, v and a are those of the other one, so that
 *   all of the change is one of sessions; without orders, but with sessions,
 *   v = 0 and a is that of the other period;
 * - a member with orders in a period of no sessions (a shop counter, a broken
 *   tag) is not tracked: R = O x a, and the effects are those of orders
 *   a_bar D O and of order value O_bar D a;
 * - revenue in a period of no orders (a late refund) belongs to no factor: its
 *   change is "other".
 *
 * Two more methods, as cross-checks: LMDI (Ang, "The LMDI approach to
 * decomposition analysis: a practical guide", Energy Policy 33, 2005, with the
 * limits at 0 of Ang and Liu, Energy Policy 35, 2007; its volume is L ln(S1 /
 * S0) of all sessions), which knows no change of sign, and the Shapley value of
 * the three factors at one level.
 *
 * Standard errors are those of the Bennet effects: binomial with the member's
 * own overdispersion for conversion, of a difference of means for the order
 * value, and the spread of the member's changes from week to week for sessions.
 * The members' conversions and order values are independent of each other; the
 * sessions are taken together, week by week, as they came.
 */
#ifndef AEE_MODEL_ATTRIBUTION_H
#define AEE_MODEL_ATTRIBUTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	ATTRIBUTION_WEEKS = 52, /* of history, for spreads */
	ATTRIBUTION_RECENT = 8, /* weeks of it, for levels and dispersion */
	ATTRIBUTION_THIN = 30,  /* orders */
};

/* Real below this expected share of false discoveries. */
#define ATTRIBUTION_Q 0.10

enum attribution_method {
	ATTRIBUTION_BENNET,
	ATTRIBUTION_LMDI,
	ATTRIBUTION_SHAPLEY,
};

enum attribution_driver {
	ATTRIBUTION_VOLUME,
	ATTRIBUTION_MIX,
	ATTRIBUTION_SESSIONS, /* volume + mix */
	ATTRIBUTION_CONVERSION,
	ATTRIBUTION_ORDER_VALUE,
	ATTRIBUTION_ORDERS, /* of members that are not tracked */
	ATTRIBUTION_OTHER,
	ATTRIBUTION_DRIVERS
};

/* Sums of a member over a period; sessions and orders not negative. */
struct attribution_sums {
	double sessions, orders, revenue;
	double squares; /* of order values; NaN: not known */
	double seen;    /* the share of the period that was: a sum scaled up
	                   from 6 of 7 days has 6/7 */
};

struct attribution_member {
	struct attribution_sums base, now;
};

/* A day of a member in the history; NaN: not known. */
struct attribution_day {
	size_t member;
	int32_t day;
	double sessions, orders, revenue;
};

/* What the days before the period now tell: week w of 52 is the w-th back. */
struct attribution_history {
	size_t members;
	/* [member * ATTRIBUTION_WEEKS + w]; NaN where a day is missing */
	double *sessions, *orders, *revenue;
	/* of each member, from the last 8 weeks; NaN if they cannot be told */
	double *dispersion;     /* phi of the daily conversion */
	double *value_variance; /* of an order's value */
};

/*
 * The history that ends before the day `end`.  days are in order of member and
 * day, one a member and day; those outside of the history are left alone.  A
 * day, or the sessions of a day, are missing if no member has them; else who
 * does not have them had none, but orders without sessions make these missing.
 *
 * phi is Pearson's chi-square of the daily orders over its degrees of freedom,
 * at least 7 of them.  The variance of an order's value is told by the spread
 * of the daily means, weighted by orders.
 *
 * Returns 0, or -1 if out of memory; release either way.
 */
int attribution_history_init(struct attribution_history *h,
    const struct attribution_day *days, size_t n, size_t members, int32_t end);
void attribution_history_release(struct attribution_history *h);

/* Effects and their standard errors (NaN: not known), in money. */
struct attribution_effects {
	bool tracked; /* of a member: by sessions, not orders */
	double effect[ATTRIBUTION_DRIVERS];
	double se[ATTRIBUTION_DRIVERS];
	double change, change_se; /* all together */
};

struct attribution_params {
	enum attribution_method method;
	double days; /* of a period, the mean of both */
	const struct attribution_history *history; /* NULL: none */
};

/* Whether the method is defined for a member: LMDI is not where its revenue
 * changes sign. */
bool attribution_defined(enum attribution_method method,
    const struct attribution_member *member);

/*
 * The effects of n members, for which the method is defined, and of all of
 * them together.  A member's effect without an error of its own goes into the
 * error of the whole with its own size: it may all be noise.
 */
void attribution_effects(const struct attribution_params *params,
    const struct attribution_member *member, size_t n,
    struct attribution_effects *of_member, struct attribution_effects *total);

/*
 * What was expected of a change (a forecast of now minus that of the base) is
 * no surprise.  Take the expected part out of a member's effects, and out of
 * those of the whole.  A forecast of revenue does not say which of them it is
 * about: each gives up a part in proportion to its variance, the most likely
 * split of a sum of independent parts; without any variance it is that of
 * sessions (or orders), which follow the calendar.
 */
void attribution_take_out(struct attribution_effects *of_member,
    struct attribution_effects *total, double expected);

/* Spread what is expected of the whole over n members, as the size of their
 * revenue was in the base; if there was none, as it is now; else evenly. */
void attribution_spread(double expected,
    const struct attribution_member *member, size_t n, double *of_member);

/*
 * What a period of so many days should bring, from the weeks before it (newest
 * first, NaN: missing): the mean of the last 8.  Its error is the root mean
 * square of those that the same rule made in the history, from 4 weeks on and
 * at least 4 of them; else NaN.  NaN if there is no week.
 */
struct attribution_expectation {
	double value, se;
};
struct attribution_expectation attribution_expect(const double *week,
    double days);

/* The same for a share of a whole, as `part` has of `all` (both newest first):
 * of the sums of the last 8 weeks in which both are known. */
struct attribution_expectation attribution_expect_share(const double *part,
    const double *all, double days);

/* Two-sided probability of an effect at least this large where there is none:
 * normal; 0 and 1 if se is 0; NaN if there is no se. */
double attribution_p(double effect, double se);

/* q of n p values, those that are NaN left out: the smallest rate of false
 * discoveries at which each is one.  Benjamini and Hochberg, "Controlling the
 * false discovery rate", JRSS B 57, 1995.  Returns 0, or -1 if out of memory. */
int attribution_adjust(const double *p, size_t n, double *q);

enum attribution_verdict {
	ATTRIBUTION_IS_REAL, /* q < ATTRIBUTION_Q */
	ATTRIBUTION_IS_NOISE,
	ATTRIBUTION_IS_THIN, /* too little data to tell */
};

/*
 * The verdict on an effect of q (NaN: none) and the orders of both periods.  If
 * it is not real, it is thin where a period has under 30 orders or there is no
 * q.  An effect that lives on the values of orders (by_value) is never real
 * with so few: its error is told from them too.
 */
enum attribution_verdict attribution_verdict(double q, double orders0,
    double orders1, bool by_value);

#endif
