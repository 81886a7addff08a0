/*
 * The workings of aee-explain: what was read, the sums of two periods, and the
 * lines that are said about them.  The questions are in explain_drivers,
 * explain_members and explain_dimensions; all of them end the program when
 * something is wrong.
 */
#ifndef AEE_TOOLS_EXPLAIN_H
#define AEE_TOOLS_EXPLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/decimal.h"
#include "base/range.h"
#include "model/attribution.h"
#include "record/field.h"

struct cli;
struct groups;

struct explain_options {
	bool has_now, has_base, has_range; /* were given; --base is a range */
	struct range now, range;
	enum range_before before;
	bool has_method;
	enum attribution_method method;
	char **dimension;
	size_t ndimensions;
	const char *expected;
	bool by_member, scale_missing, text;
};

/* A record of the input; NaN: missing. */
struct explain_input {
	int32_t day;
	bool known; /* revenue and orders are there */
	struct decimal revenue;
	double orders, sessions, squares;
};

/* A period and the days of it that are left out. */
struct explain_period {
	const char *option;
	struct range range;
	size_t days, missing;
	bool *out;    /* days to leave out */
	double scale; /* of the sums of the other days */
};

/* The sums of a member over a period. */
struct explain_part {
	struct decimal_sum revenue; /* as read, not scaled */
	double sessions, orders, squares;
};

/* A sum of money: exact, unless it had to be computed. */
struct explain_money {
	double value;
	const struct decimal_sum *exact; /* or NULL */
};

#define EXPLAIN_NONE SIZE_MAX

/* A record of the output; NaN and EXPLAIN_NONE: missing. */
struct explain_line {
	const char *level, *driver;
	size_t kind, member; /* which groups, and which of them */
	double effect, share, se, p, q;
	bool by_value, judged;
	double s0, s1, o0, o1;
	struct explain_money r0, r1;
	double surprise;
};

struct explain {
	struct cli *cli;
	const struct explain_options *o;

	struct groups **groups; /* the members; -D: of each dimension */
	size_t kinds;           /* how many groups */
	struct explain_input *input;
	size_t ninputs, input_capacity;
	size_t *member; /* [record * kinds + kind] */
	size_t member_capacity;

	struct explain_period base, now;
	bool *tracked;  /* members that have sessions */
	bool by_orders; /* nobody has */

	struct explain_part *of[2]; /* base and now, of each member */
	struct explain_part all[2];
	double change;

	struct explain_line *line;
	size_t nlines, line_capacity;
};

/* Make room for the groups; x->cli and x->o are set. */
void explain_init(struct explain *x);
void explain_release(struct explain *x);

/* n elements and one more, all zero; ends the program if there is no memory. */
void *explain_need(const struct explain *x, size_t n, size_t size);

/* Members of a kind, the number of one (a new one if it is new), and its
 * name. */
size_t explain_count(const struct explain *x, size_t kind);
size_t explain_number(const struct explain *x, size_t kind,
    const struct field *key);
void explain_key(const struct explain *x, size_t kind, size_t member,
    char *text, size_t size);

/* Sums of a kind of members over a period, to be freed; *all is the sum over
 * all of them, if not NULL. */
struct explain_part *explain_sum(struct explain *x,
    const struct explain_period *p, size_t kind, struct explain_part *all);
struct explain_money explain_money_of(const struct explain_part *part,
    double scale);

/* now - base of the whole, to the last digit where nothing was scaled. */
double explain_exact_change(struct explain *x);

/* Whether nothing is said of a member, in neither period. */
bool explain_is_idle(const struct explain *x, size_t member, double expected);

/* A line about a member, or the whole (EXPLAIN_NONE), with the figures of both
 * periods. */
struct explain_line explain_new_line(const struct explain *x, const char *level,
    size_t kind, size_t member, const char *driver);
void explain_add(struct explain *x, struct explain_line line, double effect);

/* The same, of an effect that is to be judged by its error. */
void explain_add_judged(struct explain *x, struct explain_line line,
    double effect, double se);

/* When all lines are there: their q. */
void explain_judge(struct explain *x);

/* The effect in percent of the revenue of the base; NaN: of nothing. */
double explain_pct(const struct explain_line *l);
/* real, noise or thin; NULL: not judged. */
const char *explain_verdict(const struct explain_line *l);

#endif
