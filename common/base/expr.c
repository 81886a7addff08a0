#include "base/expr.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/decimal.h"
#include "base/vec.h"

/* A program for a stack: the operands of an operation are its top. */
enum op { PUSH_COLUMN, PUSH_NUMBER, ADD, SUB, MUL, NEGATE };

struct step {
	enum op op;
	size_t column;         /* PUSH_COLUMN */
	struct decimal number; /* PUSH_NUMBER */
};

struct expr {
	struct step *step;
	size_t steps, step_cap;
	const char **name;
	size_t names, name_cap;
	struct arena arena; /* the names */
};

/* An open operation holds one value, and there are at most two of them, a sum
 * and a product, at each depth; one more value is the one at hand. */
enum { STACK = 2 * (EXPR_DEPTH_MAX + 1) + 1 };

struct parser {
	struct expr *expr;
	const char *text, *at;
	int depth;
	char *why;
	size_t why_size;
};

/* ---- compiling: each function returns false with the reason written ------ */

static bool
fail(struct parser *p, const char *at, const char *what)
{
	snprintf(p->why, p->why_size, "character %zu: %s",
	    (size_t)(at - p->text) + 1, what);
	return false;
}

static bool
no_memory(struct parser *p)
{
	snprintf(p->why, p->why_size, "out of memory");
	return false;
}

static bool
emit(struct parser *p, struct step step)
{
	struct expr *e = p->expr;

	if (vec_grow(&e->step, &e->step_cap, e->steps + 1, sizeof(*e->step)) ==
	    -1)
		return no_memory(p);
	e->step[e->steps++] = step;
	return true;
}

static bool
emit_column(struct parser *p, const char *name)
{
	struct expr *e = p->expr;
	size_t i = 0;

	while (i < e->names && strcmp(e->name[i], name) != 0)
		i++;
	if (i == e->names) {
		if (vec_grow(&e->name, &e->name_cap, e->names + 1,
			sizeof(*e->name)) == -1)
			return no_memory(p);
		e->name[e->names++] = name;
	}
	return emit(p, (struct step){ .op = PUSH_COLUMN, .column = i });
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
starts_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static void
skip_blanks(struct parser *p)
{
	p->at += strspn(p->at, " \t\r\n");
}

static bool
parse_number(struct parser *p)
{
	struct step step = { .op = PUSH_NUMBER };
	const char *from = p->at, *why;

	p->at += strspn(p->at, "0123456789.");
	if (starts_name(*p->at))
		return fail(p, p->at, "a letter after a number");
	why = decimal_parse(from, (size_t)(p->at - from), &step.number);
	if (why != NULL) {
		char what[64];

		snprintf(what, sizeof(what), "this %s", why);
		return fail(p, from, what);
	}
	return emit(p, step);
}

static bool
parse_name(struct parser *p)
{
	const char *from = p->at;
	char *name;

	while (starts_name(*p->at) || is_digit(*p->at))
		p->at++;
	name = arena_copy(&p->expr->arena, from, (size_t)(p->at - from));
	return name == NULL ? no_memory(p) : emit_column(p, name);
}

static bool
parse_quoted(struct parser *p)
{
	const char *from = p->at++;
	char *name = arena_alloc(&p->expr->arena, strlen(from));
	size_t n = 0;

	if (name == NULL)
		return no_memory(p);
	for (; *p->at != *from || p->at[1] == *from; p->at++) {
		if (*p->at == '\0')
			return fail(p, from, "a quote that does not end");
		if (*p->at == *from)
			p->at++;
		name[n++] = *p->at;
	}
	p->at++;
	name[n] = '\0';
	if (n == 0)
		return fail(p, from, "a column without a name");
	return emit_column(p, name);
}

static bool parse_sum(struct parser *p);
static bool parse_factor(struct parser *p);

static bool
parse_negative(struct parser *p)
{
	p->at++;
	return parse_factor(p) && emit(p, (struct step){ .op = NEGATE });
}

static bool
parse_parentheses(struct parser *p)
{
	const char *from = p->at++;

	if (!parse_sum(p))
		return false;
	if (*p->at == '\0')
		return fail(p, from, "a '(' that does not end");
	if (*p->at != ')')
		return fail(p, p->at, "expected an operator or ')'");
	p->at++;
	return true;
}

static bool
parse_factor(struct parser *p)
{
	bool ok;

	skip_blanks(p);
	if (p->depth == EXPR_DEPTH_MAX)
		return fail(p, p->at, "nested too deeply");
	p->depth++;
	if (*p->at == '-')
		ok = parse_negative(p);
	else if (*p->at == '(')
		ok = parse_parentheses(p);
	else if (*p->at == '"' || *p->at == '`')
		ok = parse_quoted(p);
	else if (starts_name(*p->at))
		ok = parse_name(p);
	else if (is_digit(*p->at) || *p->at == '.')
		ok = parse_number(p);
	else
		ok = fail(p, p->at, "expected a column, a number or '('");
	p->depth--;
	skip_blanks(p);
	return ok;
}

static bool
parse_product(struct parser *p)
{
	if (!parse_factor(p))
		return false;
	while (*p->at == '*') {
		p->at++;
		if (!parse_factor(p) || !emit(p, (struct step){ .op = MUL }))
			return false;
	}
	return true;
}

static bool
parse_sum(struct parser *p)
{
	if (!parse_product(p))
		return false;
	while (*p->at == '+' || *p->at == '-') {
		enum op op = *p->at++ == '+' ? ADD : SUB;

		if (!parse_product(p) || !emit(p, (struct step){ .op = op }))
			return false;
	}
	return true;
}

static bool
parse(struct parser *p)
{
	if (strlen(p->text) > EXPR_LENGTH_MAX)
		return fail(p, p->text + EXPR_LENGTH_MAX, "too long");
	if (!parse_sum(p))
		return false;
	if (*p->at == ')')
		return fail(p, p->at, "a ')' without a '('");
	if (*p->at == '/')
		return fail(p, p->at, "there is no division");
	if (*p->at != '\0')
		return fail(p, p->at, "expected an operator");
	return true;
}

struct expr *
expr_compile(const char *text, char *why, size_t why_size)
{
	struct parser p = { .expr = calloc(1, sizeof(*p.expr)),
		.text = text,
		.at = text,
		.why = why,
		.why_size = why_size };

	if (p.expr == NULL) {
		(void)no_memory(&p);
		return NULL;
	}
	if (!parse(&p)) {
		expr_free(p.expr);
		return NULL;
	}
	return p.expr;
}

size_t
expr_columns(const struct expr *expr, const char *const **names)
{
	*names = expr->name;
	return expr->names;
}

/* ---- evaluating ---------------------------------------------------------- */

int
expr_eval(const struct expr *expr, const struct decimal *values,
    struct decimal *result)
{
	struct decimal stack[STACK], *top = stack; /* the next free one */

	for (size_t i = 0; i < expr->steps; i++) {
		const struct step *s = &expr->step[i];
		int status = 0;

		switch (s->op) {
		case PUSH_COLUMN:
			*top++ = values[s->column];
			break;
		case PUSH_NUMBER:
			*top++ = s->number;
			break;
		case ADD:
			top--;
			status = decimal_add(top - 1, top - 1, top);
			break;
		case SUB:
			top--;
			status = decimal_sub(top - 1, top - 1, top);
			break;
		case MUL:
			top--;
			status = decimal_mul(top - 1, top - 1, top);
			break;
		case NEGATE:
			top[-1].mantissa = -top[-1].mantissa;
			break;
		}
		if (status == -1)
			return -1;
	}
	*result = stack[0];
	return 0;
}

void
expr_free(struct expr *expr)
{
	if (expr == NULL)
		return;
	arena_release(&expr->arena);
	free(expr->name);
	free(expr->step);
	free(expr);
}
