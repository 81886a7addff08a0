#include "record/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "unit.h"

static struct config *
parse(const char *text)
{
	struct config *cfg = config_parse(text, strlen(text), "c.yaml");

	assert_non_null(cfg);
	return cfg;
}

/* Parse text, which must fail with that message. */
static void
assert_parse_fails(const char *text, const char *message)
{
	struct config *cfg = parse(text);

	assert_non_null(config_error(cfg));
	assert_string_equal(config_error(cfg), message);
	assert_int_equal(config_status(cfg), 1);
	assert_int_equal(config_finish(cfg), -1);
	config_close(cfg);
}

static void
assert_set_fails(const char *text, const char *option, const char *message)
{
	struct config *cfg = parse(text);

	assert_int_equal(config_set(cfg, option), -1);
	assert_string_equal(config_error(cfg), message);
	assert_int_equal(config_status(cfg), 2);
	config_close(cfg);
}

static const char shop[] = "# a shop\n"
			   "general:\n"
			   "  seed: 42\n"
			   "  start_date: 2025-01-01\n"
			   "  name: 'the \"shop\"'\n"
			   "  open: true\n"
			   "traffic:\n"
			   "  weekend_multiplier: 1.25\n"
			   "  weekly: [1, 1.5, -2e-1, .5]\n"
			   "channels:\n"
			   "  - name: Email\n"
			   "    base_sessions: 300\n"
			   "  - name: Paid Social\n"
			   "    base_sessions: 500\n"
			   "holidays:\n";

static void
values_are_found_by_path_and_type(void **state)
{
	struct config *cfg = parse(shop);
	const double *weekly = NULL;
	const char *text;
	size_t n = 0;
	int32_t day;
	int64_t i;
	double x;
	bool open;

	(void)state;
	assert_int_equal(config_int(cfg, NULL, "general.seed", 1, 0, INT64_MAX,
			     &i),
	    1);
	assert_int_equal(i, 42);
	assert_int_equal(config_date(cfg, NULL, "general.start_date", 0, &day),
	    1);
	assert_int_equal(day, 20089); /* date -d 2025-01-01 +%s, / 86400 */
	assert_int_equal(config_text(cfg, NULL, "general.name", "", &text), 1);
	assert_string_equal(text, "the \"shop\"");
	assert_int_equal(config_bool(cfg, NULL, "general.open", false, &open),
	    1);
	assert_true(open);
	assert_int_equal(config_double(cfg, NULL, "traffic.weekend_multiplier",
			     1, 0, 10, &x),
	    1);
	assert_near(x, 1.25, 0);
	assert_int_equal(config_doubles(cfg, NULL, "traffic.weekly", -1, 2,
			     &weekly, &n),
	    1);
	assert_int_equal(n, 4);
	assert_near(weekly[2], -0.2, 0);
	assert_near(weekly[3], 0.5, 0);
	assert_int_equal(config_int(cfg, NULL, "channels.1.base_sessions", 1, 0,
			     1000, &i),
	    1);
	assert_int_equal(i, 500);
	assert_null(config_error(cfg));
	assert_int_equal(config_status(cfg), 0);
	config_close(cfg);
}

static void
absent_and_null_values_take_the_default(void **state)
{
	struct config *cfg = parse("a: ~\nb: {c: null}\nd:\n");
	const double *list = NULL;
	const char *text;
	size_t n = 7;
	int32_t day;
	int64_t i;
	double x;
	bool yes;

	(void)state;
	assert_int_equal(config_double(cfg, NULL, "a", 1.5, 0, 1, &x), 0);
	assert_near(x, 1.5, 0);
	assert_int_equal(config_int(cfg, NULL, "b.c", 7, 0, 9, &i), 0);
	assert_int_equal(i, 7);
	assert_int_equal(config_bool(cfg, NULL, "d.e.f", true, &yes), 0);
	assert_true(yes);
	assert_int_equal(config_text(cfg, NULL, "none", "t", &text), 0);
	assert_string_equal(text, "t");
	assert_int_equal(config_date(cfg, NULL, "b.none", -3, &day), 0);
	assert_int_equal(day, -3);
	assert_int_equal(config_doubles(cfg, NULL, "none", 0, 1, &list, &n), 0);
	assert_null(list);
	assert_int_equal(n, 7);
	assert_null(config_mapping(cfg, NULL, "d"));
	assert_null(config_sequence(cfg, NULL, "none"));
	assert_null(config_get(cfg, NULL, "a"));
	assert_int_equal(config_finish(cfg), 0);
	config_close(cfg);
}

static void
an_empty_file_is_an_empty_mapping(void **state)
{
	static const char *const empty[] = { "", "# nothing\n", "---\n", "{}",
		"null\n", "\xef\xbb\xbf" };

	(void)state;
	for (size_t i = 0; i < sizeof(empty) / sizeof(*empty); i++) {
		struct config *cfg = parse(empty[i]);
		double x;

		assert_null(config_error(cfg));
		assert_int_equal(config_double(cfg, NULL, "x.y", 3, 0, 9, &x),
		    0);
		assert_int_equal(config_finish(cfg), 0);
		config_close(cfg);
	}
}

static void
mappings_and_lists_are_walked_in_order(void **state)
{
	struct config *cfg = parse("channels:\n"
				   "  Email: {base_sessions: 3}\n"
				   "  Direct: {base_sessions: 4}\n"
				   "cities: [Paris, 'Lyon']\n");
	struct config_node *list, *node;
	const char *text;
	int64_t i;

	(void)state;
	list = config_mapping(cfg, NULL, "channels");
	assert_int_equal(config_kind(list), CONFIG_MAPPING);
	assert_int_equal(config_count(list), 2);
	node = config_first(list);
	assert_string_equal(config_key(node), "Email");
	assert_int_equal(config_int(cfg, node, "base_sessions", 0, 0, 9, &i),
	    1);
	assert_int_equal(i, 3);
	node = config_next(node);
	assert_string_equal(config_key(node), "Direct");
	assert_int_equal(config_int(cfg, node, "base_sessions", 0, 0, 9, &i),
	    1);
	assert_int_equal(i, 4);
	assert_null(config_next(node));

	list = config_sequence(cfg, NULL, "cities");
	node = config_first(list);
	assert_null(config_key(node));
	assert_int_equal(config_text(cfg, node, NULL, "", &text), 1);
	assert_string_equal(text, "Paris");
	node = config_next(node);
	assert_int_equal(config_text(cfg, node, "", "", &text), 1);
	assert_string_equal(text, "Lyon");
	assert_null(config_next(node));
	assert_null(config_first(NULL));
	assert_int_equal(config_finish(cfg), 0);
	config_close(cfg);
}

/* ---- wrong values ------------------------------------------------------ */

static void
a_wrong_type_names_the_place_the_key_and_the_value(void **state)
{
	static const struct {
		const char *text, *key;
		char type;
		const char *message;
	} c[] = {
		{ "traffic:\n  weekend_multiplier: abc\n",
		    "traffic.weekend_multiplier", 'd',
		    "c.yaml:2:23: key 'traffic.weekend_multiplier': 'abc' is "
		    "not a number" },
		{ "a: '12'", "a", 'd',
		    "c.yaml:1:4: key 'a': \"12\" in quotes is not a number" },
		{ "a: [1]", "a", 'd',
		    "c.yaml:1:4: key 'a': a list is not a number" },
		{ "a: {b: 1}", "a", 'i',
		    "c.yaml:1:4: key 'a': a mapping is not a whole number" },
		{ "a: 1.5", "a", 'i',
		    "c.yaml:1:4: key 'a': '1.5' is not a whole number" },
		{ "a: 1e3", "a", 'i',
		    "c.yaml:1:4: key 'a': '1e3' is not a whole number" },
		{ "a: 0x10", "a", 'd',
		    "c.yaml:1:4: key 'a': '0x10' is not a number" },
		{ "a: .inf", "a", 'd',
		    "c.yaml:1:4: key 'a': '.inf' is not a number" },
		{ "a: nan", "a", 'd',
		    "c.yaml:1:4: key 'a': 'nan' is not a number" },
		{ "a: 1_000", "a", 'd',
		    "c.yaml:1:4: key 'a': '1_000' is not a number" },
		{ "a: 1e999", "a", 'd',
		    "c.yaml:1:4: key 'a': '1e999' is too large" },
		{ "a: 10.5", "a", 'd',
		    "c.yaml:1:4: key 'a': '10.5' is more than 10" },
		{ "a: -11", "a", 'd',
		    "c.yaml:1:4: key 'a': '-11' is less than -10" },
		{ "a: 11", "a", 'i',
		    "c.yaml:1:4: key 'a': '11' is more than 10" },
		{ "a: 99999999999999999999", "a", 'i',
		    "c.yaml:1:4: key 'a': '99999999999999999999' is more than "
		    "10" },
		{ "a: -99999999999999999999", "a", 'i',
		    "c.yaml:1:4: key 'a': '-99999999999999999999' is less than "
		    "-10" },
		{ "a: yes", "a", 'b',
		    "c.yaml:1:4: key 'a': 'yes' is not true or false" },
		{ "a: 2025-02-30", "a", 't',
		    "c.yaml:1:4: key 'a': '2025-02-30' is not a date "
		    "(YYYY-MM-DD)" },
		{ "a: []", "a", 's',
		    "c.yaml:1:4: key 'a': a list is not text" },
		{ "a: 5", "a.b.c", 'd',
		    "c.yaml:1:4: key 'a': '5' is not a mapping" },
		{ "a: [5]", "a.b", 'd',
		    "c.yaml:1:4: key 'a': a list is not a mapping" },
		{ "a: [5, x]", "a", 'l',
		    "c.yaml:1:8: key 'a.1': 'x' is not a number" },
		{ "a: [5, ]\nb: [1, ~]", "b", 'l',
		    "c.yaml:2:8: key 'b.1': nothing is not a number" },
		{ "a: 5", "a", 'l', "c.yaml:1:4: key 'a': '5' is not a list" },
		{ "a: 5", "a", 'm',
		    "c.yaml:1:4: key 'a': '5' is not a mapping" },
		{ "a: \"x\\n\\ty\"", "a", 'm',
		    "c.yaml:1:4: key 'a': \"x??y\" in quotes is not a "
		    "mapping" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(c) / sizeof(*c); i++) {
		struct config *cfg = parse(c[i].text);
		const double *list;
		const char *text;
		size_t n;
		int32_t day;
		int64_t whole;
		double x;
		bool yes;
		int status = -1;

		switch (c[i].type) {
		case 'd':
			status = config_double(cfg, NULL, c[i].key, 3, -10, 10,
			    &x);
			assert_near(x, 3, 0);
			break;
		case 'i':
			status = config_int(cfg, NULL, c[i].key, 3, -10, 10,
			    &whole);
			assert_int_equal(whole, 3);
			break;
		case 'b':
			status = config_bool(cfg, NULL, c[i].key, true, &yes);
			assert_true(yes);
			break;
		case 's':
			status = config_text(cfg, NULL, c[i].key, "d", &text);
			assert_string_equal(text, "d");
			break;
		case 't':
			status = config_date(cfg, NULL, c[i].key, 3, &day);
			assert_int_equal(day, 3);
			break;
		case 'l':
			status = config_doubles(cfg, NULL, c[i].key, -10, 10,
			    &list, &n);
			break;
		case 'm':
			assert_null(config_mapping(cfg, NULL, c[i].key));
			break;
		}
		assert_int_equal(status, -1);
		assert_string_equal(config_error(cfg), c[i].message);
		assert_int_equal(config_status(cfg), 1);
		config_close(cfg);
	}
}

static void
the_first_error_wins_and_later_look_ups_fail(void **state)
{
	struct config *cfg = parse("a: x\nb: y\nc: 1\n");
	double x;

	(void)state;
	assert_int_equal(config_double(cfg, NULL, "a", 1, 0, 9, &x), -1);
	assert_int_equal(config_double(cfg, NULL, "b", 2, 0, 9, &x), -1);
	assert_int_equal(config_double(cfg, NULL, "c", 3, 0, 9, &x), -1);
	assert_near(x, 3, 0);
	assert_int_equal(config_set(cfg, "a=1"), -1);
	assert_int_equal(config_require(cfg, NULL, "d"), -1);
	assert_int_equal(config_fail(cfg, NULL, "c", "is odd"), -1);
	assert_int_equal(config_finish(cfg), -1);
	assert_string_equal(config_error(cfg),
	    "c.yaml:1:4: key 'a': 'x' is not a number");
	config_close(cfg);
}

static void
a_program_can_fail_at_a_key(void **state)
{
	struct config *cfg = parse("events:\n  - start: 2025-03-01\n");
	struct config_node *event = config_first(config_sequence(cfg, NULL,
	    "events"));

	(void)state;
	assert_int_equal(config_require(cfg, event, "start"), 0);
	assert_int_equal(config_fail(cfg, event, "start",
			     "'%s' is after the end", "x"),
	    -1);
	assert_string_equal(config_error(cfg),
	    "c.yaml:2:12: key 'events.0.start': 'x' is after the end");
	config_close(cfg);

	cfg = parse("events:\n  - start: 2025-03-01\n");
	event = config_first(config_sequence(cfg, NULL, "events"));
	assert_int_equal(config_require(cfg, event, "when.end"), -1);
	assert_string_equal(config_error(cfg),
	    "c.yaml:2:5: key 'events.0.when.end' is missing");
	config_close(cfg);

	cfg = parse("a: {b: }");
	assert_int_equal(config_require(cfg, NULL, "a.b"), -1);
	assert_string_equal(config_error(cfg),
	    "c.yaml:1:8: key 'a.b' is missing");
	config_close(cfg);
}

static void
a_long_value_is_cut_between_characters(void **state)
{
	char text[400] = "a: ", want[400];
	struct config *cfg;

	(void)state;
	for (int i = 0; i < 100; i++)
		strcat(text, "\xc3\xa9");
	cfg = parse(text);
	assert_null(config_mapping(cfg, NULL, "a"));
	strcpy(want, "c.yaml:1:4: key 'a': '");
	for (int i = 0; i < 38; i++)
		strcat(want, "\xc3\xa9");
	strcat(want, "...' is not a mapping");
	assert_string_equal(config_error(cfg), want);
	config_close(cfg);
}

/* ---- what YAML may hold ------------------------------------------------ */

static void
broken_yaml_is_reported_at_its_place(void **state)
{
	(void)state;
	assert_parse_fails("a:\n\tb: 1\n",
	    "c.yaml:2:1: while scanning for the next token: found character "
	    "that cannot start any token (a tab; indent with spaces)");
	assert_parse_fails("a: 1\nb: \xff\n",
	    "c.yaml:2:4: invalid leading UTF-8 octet");
	assert_parse_fails("\xef\xbb\xbf"
			   "a: \x01\n",
	    "c.yaml:1:4: control characters are not allowed");
	assert_parse_fails("a: [1, 2\nb: 3\n",
	    "c.yaml:2:2: while parsing a flow sequence: did not find expected "
	    "',' or ']'");
	assert_parse_fails("a: 'x\n",
	    "c.yaml:2:1: while scanning a quoted scalar: found unexpected end "
	    "of stream");
	assert_parse_fails("- 1\n",
	    "c.yaml:1:1: a list is not a mapping of keys to values");
	assert_parse_fails("text\n",
	    "c.yaml:1:1: 'text' is not a mapping of keys to values");
	assert_parse_fails("a: 1\n---\nb: 2\n",
	    "c.yaml:2:1: a second document");
	assert_parse_fails("a: \"x\\0y\"\n", "c.yaml:1:4: a NUL in text");
}

static void
what_is_not_supported_says_so(void **state)
{
	(void)state;
	assert_parse_fails("a: &x {b: 1}\nc:\n  <<: *x\n",
	    "c.yaml:3:3: merge keys ('<<') are not supported");
	assert_parse_fails("a: !!str 1\n",
	    "c.yaml:1:4: tags are not supported");
	assert_parse_fails("!x a: 1\n", "c.yaml:1:1: tags are not supported");
	assert_parse_fails("&x a: 1\n",
	    "c.yaml:1:1: anchors on keys are not supported");
	assert_parse_fails("[a, b]: 1\n", "c.yaml:1:1: a key that is not text");
	assert_parse_fails("? {a: 1}\n: 1\n",
	    "c.yaml:1:3: a key that is not text");
	assert_parse_fails("a: &x y\n*x : 1\n",
	    "c.yaml:2:1: a key that is not text");
	assert_parse_fails("'': 1\n", "c.yaml:1:1: an empty key");
}

static void
a_duplicate_key_is_an_error(void **state)
{
	(void)state;
	assert_parse_fails("a: 1\nb: 2\n\nb: 3\na: 4\n",
	    "c.yaml:4:1: key 'b' again; first on line 2");
	assert_parse_fails("x:\n  - {a: 1, 'a': 2}\n",
	    "c.yaml:2:12: key 'a' again; first on line 2");
}

static void
an_alias_is_a_copy_with_the_place_of_its_anchor(void **state)
{
	struct config *cfg = parse("a: &base {x: 1, y: [2, 3]}\n"
				   "b: *base\n"
				   "c: &base 7\n"
				   "d: *base\n");
	double x;

	(void)state;
	assert_int_equal(config_set(cfg, "b.y.0=5"), 0);
	assert_int_equal(config_double(cfg, NULL, "a.x", 0, 0, 9, &x), 1);
	assert_int_equal(config_double(cfg, NULL, "b.x", 0, 0, 9, &x), 1);
	assert_near(x, 1, 0);
	assert_int_equal(config_double(cfg, NULL, "b.y.0", 0, 0, 9, &x), 1);
	assert_near(x, 5, 0);
	assert_int_equal(config_double(cfg, NULL, "a.y.0", 0, 0, 9, &x), 1);
	assert_near(x, 2, 0);
	assert_int_equal(config_double(cfg, NULL, "d", 0, 0, 9, &x), 1);
	assert_near(x, 7, 0);
	assert_int_equal(config_double(cfg, NULL, "b.y.1", 0, 0, 2, &x), -1);
	assert_string_equal(config_error(cfg),
	    "c.yaml:1:24: key 'b.y.1': '3' is more than 2");
	config_close(cfg);
}

static void
aliases_cannot_loop_or_be_undefined(void **state)
{
	(void)state;
	assert_parse_fails("a: &x [1, *x]\n",
	    "c.yaml:1:11: alias '*x' inside what it stands for");
	assert_parse_fails("a: *x\n", "c.yaml:1:4: alias '*x' has no anchor");
}

static void
aliases_cannot_multiply_without_limit(void **state)
{
	char text[2000] = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
	struct config *cfg;

	(void)state;
	for (int i = 1; i < 10; i++) {
		char line[100];

		snprintf(line, sizeof(line), "a%d: &a%d [*a%d", i, i, i - 1);
		strcat(text, line);
		for (int j = 0; j < 9; j++) {
			snprintf(line, sizeof(line), ",*a%d", i - 1);
			strcat(text, line);
		}
		strcat(text, "]\n");
	}
	cfg = parse(text);
	assert_non_null(strstr(config_error(cfg),
	    ": more than 100000 values with aliases expanded"));
	config_close(cfg);
}

static void
depth_is_limited(void **state)
{
	char text[400] = "a: ", deep[400] = "a: &a ";
	struct config *cfg;

	(void)state;
	for (int i = 0; i < 63; i++)
		strcat(text, "[");
	for (int i = 0; i < 63; i++)
		strcat(text, "]");
	cfg = parse(text);
	assert_null(config_error(cfg));
	config_close(cfg);

	memmove(text + 4, text + 3, strlen(text + 3) + 1);
	text[3] = '[';
	strcat(text, "]");
	assert_parse_fails(text, "c.yaml:1:67: more than 64 levels");

	for (int i = 0; i < 40; i++)
		strcat(deep, "[");
	for (int i = 0; i < 40; i++)
		strcat(deep, "]");
	strcat(deep, "\nb: ");
	for (int i = 0; i < 40; i++)
		strcat(deep, "[");
	strcat(deep, "*a");
	for (int i = 0; i < 40; i++)
		strcat(deep, "]");
	assert_parse_fails(deep,
	    "c.yaml:2:44: more than 64 levels with its aliases");
}

static void
too_many_anchors_or_bytes_are_an_error(void **state)
{
	char *text = malloc(5 << 20);
	size_t n = 0;
	struct config *cfg;

	(void)state;
	assert_non_null(text);
	n += (size_t)sprintf(text, "a:\n");
	for (int i = 0; i < 1001; i++)
		n += (size_t)sprintf(text + n, "- &x%d 1\n", i);
	assert_parse_fails(text, "c.yaml:1002:3: more than 1000 anchors");
	memset(text, '#', 5 << 20);
	cfg = config_parse(text, 5 << 20, "c.yaml");
	assert_string_equal(config_error(cfg), "c.yaml: larger than 4 MiB");
	config_close(cfg);
	free(text);
}

/* ---- options ----------------------------------------------------------- */

static void
options_override_and_add(void **state)
{
	struct config *cfg = parse(shop);
	const double *weekly;
	const char *text;
	size_t n;
	double x;
	int64_t i;

	(void)state;
	assert_int_equal(config_set(cfg, "traffic.weekend_multiplier=1.3"), 0);
	assert_int_equal(config_double(cfg, NULL, "traffic.weekend_multiplier",
			     0, 0, 9, &x),
	    1);
	assert_near(x, 1.3, 0);
	assert_int_equal(config_set(cfg, "traffic.weekly=[1, 2]"), 0);
	assert_int_equal(config_doubles(cfg, NULL, "traffic.weekly", 0, 9,
			     &weekly, &n),
	    1);
	assert_int_equal(n, 2);
	assert_int_equal(config_set(cfg, "holidays=[]"), 0);
	assert_int_equal(config_count(config_sequence(cfg, NULL, "holidays")),
	    0);
	assert_int_equal(config_set(cfg, "channels.0.name=Post = mail"), 0);
	assert_int_equal(config_text(cfg, NULL, "channels.0.name", "", &text),
	    1);
	assert_string_equal(text, "Post = mail");
	assert_int_equal(config_set(cfg,
			     "channels.2={name: New, base_sessions: 1}"),
	    0);
	assert_int_equal(config_int(cfg, NULL, "channels.2.base_sessions", 0, 0,
			     9, &i),
	    1);
	assert_int_equal(config_set(cfg, "new.Booking\\.com.rate=0.5"), 0);
	assert_int_equal(config_double(cfg, NULL, "new.Booking\\.com.rate", 0,
			     0, 1, &x),
	    1);
	assert_near(x, 0.5, 0);
	/* An override with nothing takes a value away. */
	assert_int_equal(config_set(cfg, "general.seed="), 0);
	assert_int_equal(config_int(cfg, NULL, "general.seed", 5, 0, 9, &i), 0);
	assert_int_equal(i, 5);
	config_close(cfg);
}

static void
options_need_no_file(void **state)
{
	struct config *cfg = config_open(NULL);
	double x;

	(void)state;
	assert_non_null(cfg);
	assert_int_equal(config_set(cfg, "a.b=2"), 0);
	assert_int_equal(config_double(cfg, NULL, "a.b", 0, 0, 9, &x), 1);
	assert_near(x, 2, 0);
	assert_int_equal(config_finish(cfg), 0);
	assert_int_equal(config_require(cfg, NULL, "c"), -1);
	assert_string_equal(config_error(cfg), "key 'c' is missing");
	assert_int_equal(config_status(cfg), 1);
	config_close(cfg);
}

static void
errors_in_options_name_the_option(void **state)
{
	struct config *cfg;
	double x;

	(void)state;
	assert_set_fails(shop, "nonsense",
	    "--set 'nonsense': not of the form path=value");
	assert_set_fails(shop, "=5", "--set '=5': an empty key in the path");
	assert_set_fails(shop, "a..b=5",
	    "--set 'a..b=5': an empty key in the path");
	assert_set_fails(shop, "a.=5",
	    "--set 'a.=5': an empty key in the path");
	assert_set_fails(shop, "a=[1",
	    "--set 'a=[1': while parsing a flow sequence: did not find "
	    "expected ',' or ']'");
	assert_set_fails(shop, "a=b: c",
	    "--set 'a=b: c': the value must be one value, [...] or {...}; "
	    "quote it");
	assert_set_fails(shop, "general.seed.x=5",
	    "--set 'general.seed.x=5': key 'general.seed' is neither a mapping "
	    "nor a list");
	assert_set_fails(shop, "channels.3.name=x",
	    "--set 'channels.3.name=x': key 'channels.3' does not exist: the "
	    "list has 2 elements");
	assert_set_fails(shop, "channels.Email.name=x",
	    "--set 'channels.Email.name=x': key 'channels.Email' does not "
	    "exist: the list has 2 elements");
	assert_set_fails(shop, "a={b: 1, b: 2}",
	    "--set 'a={b: 1, b: 2}': key 'b' again; first on line 1");

	cfg = parse(shop);
	assert_int_equal(config_set(cfg, "traffic.weekend_multiplier=abc"), 0);
	assert_int_equal(config_double(cfg, NULL, "traffic.weekend_multiplier",
			     1, 0, 10, &x),
	    -1);
	assert_string_equal(config_error(cfg),
	    "--set 'traffic.weekend_multiplier=abc': key "
	    "'traffic.weekend_multiplier': 'abc' is not a number");
	assert_int_equal(config_status(cfg), 2);
	config_close(cfg);
}

/* ---- unknown keys ------------------------------------------------------ */

static void
a_key_that_nobody_asked_for_is_reported(void **state)
{
	struct config
	    *cfg = parse("general: {seed: 1}\ntrafic:\n  growth: 1\nzzz: 2\n");
	double x;

	(void)state;
	config_double(cfg, NULL, "general.seed", 0, 0, 9, &x);
	config_double(cfg, NULL, "traffic.growth", 0, 0, 9, &x);
	assert_int_equal(config_finish(cfg), -1);
	assert_string_equal(config_error(cfg),
	    "c.yaml:2:1: unknown key 'trafic', did you mean 'traffic'?");
	config_close(cfg);

	cfg = parse("a:\n  growht: 1\n  x: 1\n");
	config_double(cfg, NULL, "a.y", 0, 0, 9, &x);
	config_double(cfg, NULL, "a.growth", 0, 0, 9, &x);
	config_double(cfg, NULL, "a.growing", 0, 0, 9, &x);
	assert_int_equal(config_finish(cfg), -1);
	assert_string_equal(config_error(cfg),
	    "c.yaml:2:3: unknown key 'a.growht', did you mean 'growth'?");
	config_close(cfg);

	/* One letter is no likeness, and neither are three edits. */
	cfg = parse("x: 1\n");
	config_double(cfg, NULL, "y", 0, 0, 9, &x);
	assert_int_equal(config_finish(cfg), -1);
	assert_string_equal(config_error(cfg), "c.yaml:1:1: unknown key 'x'");
	config_close(cfg);
	cfg = parse("growabc: 1\n");
	config_double(cfg, NULL, "growth", 0, 0, 9, &x);
	assert_int_equal(config_finish(cfg), -1);
	assert_string_equal(config_error(cfg),
	    "c.yaml:1:1: unknown key 'growabc'");
	config_close(cfg);

	cfg = parse("list: [1, 2]\n");
	config_double(cfg, NULL, "list.0", 0, 0, 9, &x);
	assert_int_equal(config_finish(cfg), -1);
	assert_string_equal(config_error(cfg),
	    "c.yaml:1:11: unknown key 'list.1'");
	config_close(cfg);
}

static void
a_value_knows_whether_an_option_set_it(void **state)
{
	static const char text[] = "a: {x: 1, y: 2}\n";
	struct config *cfg = config_parse(text, strlen(text), "test.yaml");

	(void)state;
	assert_int_equal(config_set(cfg, "a.y=3"), 0);
	assert_int_equal(config_set(cfg, "a.z=4"), 0);
	assert_false(config_by_option(cfg, NULL, "a.x"));
	assert_true(config_by_option(cfg, NULL, "a.y"));
	assert_true(config_by_option(cfg, NULL, "a.z"));
	assert_false(config_by_option(cfg, NULL, "a.absent"));
	config_close(cfg);
}

static void
an_unknown_key_of_an_option_names_the_option(void **state)
{
	struct config *cfg = parse("traffic: {growth: 1}\n");
	double x;

	(void)state;
	assert_int_equal(config_set(cfg, "traffic.grwth=2"), 0);
	config_double(cfg, NULL, "traffic.growth", 0, 0, 9, &x);
	assert_int_equal(config_finish(cfg), -1);
	assert_string_equal(config_error(cfg),
	    "--set 'traffic.grwth=2': unknown key 'traffic.grwth', did you "
	    "mean 'growth'?");
	assert_int_equal(config_status(cfg), 2);
	config_close(cfg);
}

static void
ignored_sections_and_walked_keys_are_known(void **state)
{
	struct config *cfg =
	    parse("other: {a: [1, {b: 2}]}\nchannels: {A: {x: 1}, B: {}}\n");
	struct config_node *n;
	double x;

	(void)state;
	config_ignore(cfg, NULL, "other");
	config_ignore(cfg, NULL, "none");
	for (n = config_first(config_mapping(cfg, NULL, "channels")); n != NULL;
	     n = config_next(n))
		config_double(cfg, n, "x", 0, 0, 9, &x);
	assert_int_equal(config_finish(cfg), 0);
	assert_null(config_error(cfg));
	config_close(cfg);
}

/* ---- files ------------------------------------------------------------- */

static void
files_and_streams_are_read(void **state)
{
	char path[] = P_tmpdir "/aee-config-XXXXXX", want[100];
	const int fd = mkstemp(path);
	struct config *cfg;
	double x;
	FILE *f;

	(void)state;
	assert_int_not_equal(fd, -1);
	assert_int_equal(write(fd, "a: 1\n", 5), 5);
	close(fd);
	cfg = config_open(path);
	assert_int_equal(config_double(cfg, NULL, "a", 0, 0, 9, &x), 1);
	config_close(cfg);
	f = fopen(path, "r");
	assert_non_null(f);
	cfg = config_read(f, "stdin");
	fclose(f);
	assert_int_equal(config_double(cfg, NULL, "a", 0, 2, 9, &x), -1);
	assert_string_equal(config_error(cfg),
	    "stdin:1:4: key 'a': '1' is less than 2");
	config_close(cfg);
	unlink(path);

	cfg = config_open(path);
	assert_non_null(cfg);
	snprintf(want, sizeof(want), "%s: No such file or directory", path);
	assert_string_equal(config_error(cfg), want);
	assert_int_equal(config_status(cfg), 1);
	config_close(cfg);
	cfg = config_open(".");
	assert_string_equal(config_error(cfg), ".: Is a directory");
	config_close(cfg);
	config_close(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_found_by_path_and_type),
		cmocka_unit_test(absent_and_null_values_take_the_default),
		cmocka_unit_test(an_empty_file_is_an_empty_mapping),
		cmocka_unit_test(mappings_and_lists_are_walked_in_order),
		cmocka_unit_test(
		    a_wrong_type_names_the_place_the_key_and_the_value),
		cmocka_unit_test(the_first_error_wins_and_later_look_ups_fail),
		cmocka_unit_test(a_program_can_fail_at_a_key),
		cmocka_unit_test(a_long_value_is_cut_between_characters),
		cmocka_unit_test(broken_yaml_is_reported_at_its_place),
		cmocka_unit_test(what_is_not_supported_says_so),
		cmocka_unit_test(a_duplicate_key_is_an_error),
		cmocka_unit_test(
		    an_alias_is_a_copy_with_the_place_of_its_anchor),
		cmocka_unit_test(aliases_cannot_loop_or_be_undefined),
		cmocka_unit_test(aliases_cannot_multiply_without_limit),
		cmocka_unit_test(depth_is_limited),
		cmocka_unit_test(too_many_anchors_or_bytes_are_an_error),
		cmocka_unit_test(options_override_and_add),
		cmocka_unit_test(options_need_no_file),
		cmocka_unit_test(errors_in_options_name_the_option),
		cmocka_unit_test(a_key_that_nobody_asked_for_is_reported),
		cmocka_unit_test(a_value_knows_whether_an_option_set_it),
		cmocka_unit_test(an_unknown_key_of_an_option_names_the_option),
		cmocka_unit_test(ignored_sections_and_walked_keys_are_known),
		cmocka_unit_test(files_and_streams_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
