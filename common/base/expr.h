/*
 * Arithmetic over the columns of a row, exact in decimals:
 *
 *	expression = term { (+|-) term }
 *	term       = factor { * factor }
 *	factor     = - factor | ( expression ) | number | column
 *	number     = digits [. digits], or . digits
 *	column     = a letter or _, then letters, digits or _; or any name
 *	             in "double quotes" or `backticks`, where that quote
 *	             itself is written twice
 *
 * with blanks between them.  There is no division: its result would not be
 * exact.
 */
#ifndef AEE_BASE_EXPR_H
#define AEE_BASE_EXPR_H

#include <stddef.h>

struct decimal; /* base/decimal.h */
struct expr;

#define EXPR_LENGTH_MAX 4096 /* bytes of the text */
#define EXPR_DEPTH_MAX 64    /* parentheses and minus signs inside each other */

/*
 * Compile an expression.  Returns NULL with the reason, cut to why_size, in
 * why: "character 3: expected a column, a number or '('" (bytes, from 1), or
 * "out of memory".  Keeps no pointer to text; free with expr_free().
 */
struct expr *expr_compile(const char *text, char *why, size_t why_size);

/* How many columns there are; *names is set to their names, each once, in
 * order of first appearance, which live as long as expr. */
size_t expr_columns(const struct expr *expr, const char *const **names);

/* The value of the expression, exactly; values[i] is that of column i.
 * Returns 0, or -1 if a result on the way does not fit into 38 digits: then
 * *result is as it was. */
int expr_eval(const struct expr *expr, const struct decimal *values,
    struct decimal *result);

void expr_free(struct expr *expr); /* NULL is allowed */

#endif
