#include "base/expr.h"

#include <stdio.h>
#include <string.h>

#include "base/decimal.h"

#include "unit.h"

static struct expr *
compile(const char *text)
{
	char why[100] = "";
	struct expr *e = expr_compile(text, why, sizeof(why));

	if (e == NULL)
		fail_msg("'%s': %s", text, why);
	return e;
}

static struct decimal
dec(const char *text)
{
	struct decimal d = { 0 };

	assert_null(decimal_parse(text, strlen(text), &d));
	return d;
}

/* The value with columns a = 6, b = 2.55, c = -3, in order of appearance. */
static void
assert_value(const char *text, const char *want)
{
	struct expr *e = compile(text);
	const char *const *name;
	struct decimal value[3], got, expected = dec(want);
	size_t n = expr_columns(e, &name);

	assert_true(n <= 3);
	for (size_t i = 0; i < n; i++)
		value[i] = dec(name[i][0] == 'a' ? "6"
			: name[i][0] == 'b'      ? "2.55"
						 : "-3");
	assert_int_equal(expr_eval(e, value, &got), 0);
	if (got.mantissa != expected.mantissa || got.scale != expected.scale)
		fail_msg("'%s' is not %s", text, want);
	expr_free(e);
}

static void
expressions_have_their_values(void **state)
{
	(void)state;
	assert_value("a*b", "15.3");
	assert_value("a", "6");
	assert_value("12.50", "12.5");
	assert_value(".5", "0.5");
	assert_value("a + b * c", "-1.65");
	assert_value("(a + b) * c", "-25.65");
	assert_value("a - b - c", "6.45");
	assert_value("a - (b - c)", "0.45");
	assert_value("-a * -b", "15.3");
	assert_value("--a", "6");
	assert_value("a--c", "3");
	assert_value("-(a+c)*2", "-6");
	assert_value(" \t( a ) ", "6");
	assert_value("a*1.19-a*0.19", "6");
	assert_value("0.1+0.2", "0.3");
	assert_value("a*a*a*b", "550.8");
	assert_value("-a+a", "0");
}

static void
columns_come_once_in_order_of_appearance(void **state)
{
	struct expr *e =
	    compile("b*_x1 + \"unit price\"*b - `a``b` + \"a\"\"b\" * Menge9");
	static const char *const want[] = { "b", "_x1", "unit price", "a`b",
		"a\"b", "Menge9" };
	const char *const *name;

	(void)state;
	assert_int_equal(expr_columns(e, &name), 6);
	for (int i = 0; i < 6; i++)
		assert_string_equal(name[i], want[i]);
	expr_free(e);
	e = compile("\"Quantity\" * Quantity");
	assert_int_equal(expr_columns(e, &name), 1);
	expr_free(e);
	e = compile("1+1");
	assert_int_equal(expr_columns(e, &name), 0);
	expr_free(e);
	expr_free(NULL);
}

static void
what_does_not_compile_says_where(void **state)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
		{ "", "character 1: expected a column, a number or '('" },
		{ "  ", "character 3: expected a column, a number or '('" },
		{ "a*", "character 3: expected a column, a number or '('" },
		{ "a**b", "character 3: expected a column, a number or '('" },
		{ "+a", "character 1: expected a column, a number or '('" },
		{ "a b", "character 3: expected an operator" },
		{ "a 2", "character 3: expected an operator" },
		{ "a/b", "character 2: there is no division" },
		{ "(a", "character 1: a '(' that does not end" },
		{ "(a b)", "character 4: expected an operator or ')'" },
		{ "a)", "character 2: a ')' without a '('" },
		{ "()", "character 2: expected a column, a number or '('" },
		{ "a*\"b", "character 3: a quote that does not end" },
		{ "`a\"", "character 1: a quote that does not end" },
		{ "\"", "character 1: a quote that does not end" },
		{ "\"\"", "character 1: a column without a name" },
		{ "2x", "character 2: a letter after a number" },
		{ "1e5", "character 2: a letter after a number" },
		{ "1.2.3", "character 1: this is not a number" },
		{ "a*.", "character 3: this is not a number" },
		{ "123456789012345678901234567890123456789",
		    "character 1: this has more than 38 digits" },
		{ "a#b", "character 2: expected an operator" },
		{ "\xc3\xa4",
		    "character 1: expected a column, a number or "
		    "'('" },
	};
	char small[10];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char why[100] = "";

		assert_null(expr_compile(cases[i].text, why, sizeof(why)));
		assert_string_equal(why, cases[i].why);
	}
	assert_null(expr_compile("a*", small, sizeof(small)));
	assert_string_equal(small, "character");
}

static void
repeat(char *to, const char *what, size_t times)
{
	for (; times > 0; times--)
		to = stpcpy(to, what);
}

static void
length_and_depth_are_limited(void **state)
{
	static char text[3 * EXPR_LENGTH_MAX];
	const char *why_deep = "character 65: nested too deeply";
	struct decimal got, one = dec("1");
	char why[100];
	struct expr *e;

	(void)state;
	repeat(text, "(", EXPR_DEPTH_MAX);
	strcat(text, "a");
	assert_null(expr_compile(text, why, sizeof(why)));
	assert_string_equal(why, why_deep);
	repeat(text, "-", EXPR_DEPTH_MAX);
	strcat(text, "a");
	assert_null(expr_compile(text, why, sizeof(why)));
	assert_string_equal(why, why_deep);

	/* The deepest stack: a sum and a product wait at every depth. */
	repeat(text, "1+a*(", EXPR_DEPTH_MAX - 1);
	strcat(text, "1+a*a");
	repeat(text + strlen(text), ")", EXPR_DEPTH_MAX - 1);
	e = compile(text);
	assert_int_equal(expr_eval(e, &one, &got), 0);
	assert_true(got.mantissa == EXPR_DEPTH_MAX + 1 && got.scale == 0);
	expr_free(e);

	strcpy(text, "a");
	repeat(text + 1, "+a", (EXPR_LENGTH_MAX - 1) / 2);
	e = compile(text);
	assert_int_equal(expr_eval(e, &one, &got), 0);
	assert_true(got.mantissa == EXPR_LENGTH_MAX / 2);
	expr_free(e);
	strcat(text, "  ");
	assert_null(expr_compile(text, why, sizeof(why)));
	assert_string_equal(why, "character 4097: too long");
}

static void
an_overflow_is_an_error_and_not_a_wrong_value(void **state)
{
	struct expr *e = compile("a*a - a*a");
	struct decimal value = dec("9999999999999999999"), got = { 7, 0 };

	(void)state;
	assert_int_equal(expr_eval(e, &value, &got), 0);
	assert_true(got.mantissa == 0);
	value = dec("10000000000000000000");
	got.mantissa = 7;
	assert_int_equal(expr_eval(e, &value, &got), -1);
	assert_true(got.mantissa == 7);
	expr_free(e);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(expressions_have_their_values),
		cmocka_unit_test(columns_come_once_in_order_of_appearance),
		cmocka_unit_test(what_does_not_compile_says_where),
		cmocka_unit_test(length_and_depth_are_limited),
		cmocka_unit_test(an_overflow_is_an_error_and_not_a_wrong_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
