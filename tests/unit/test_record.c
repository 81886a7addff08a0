/* The record streams: what is read, what is refused, and what is written. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/date.h"
#include "base/date_zone.h"
#include "base/decimal.h"
#include "record/group.h"
#include "record/json.h"
#include "record/output.h"
#include "record/pass.h"
#include "record/recin.h"
#include "record/recout.h"
#include "record/table.h"

#include "unit.h"

/* A file of these bytes, and its path until the next call but three. */
static char *
file_of(const char *p, size_t n)
{
	static char path[4][64];
	static int fd[4] = { -1, -1, -1, -1 };
	static unsigned next;
	unsigned i = next++ % 4;

	if (fd[i] != -1)
		close(fd[i]);
	fd[i] = memfd_create("test", 0);
	assert_int_equal(write(fd[i], p, n), n);
	snprintf(path[i], sizeof(path[i]), "/proc/self/fd/%d", fd[i]);
	return path[i];
}

/* Read text and write every record in format, into a string to free; an error
 * comes as "error: ..." behind what was written, without the file's name. */
static char *
pass(const char *text, size_t n, struct recin_options options,
    enum format format)
{
	char *paths[] = { file_of(text, n) }, *result, *to;
	struct recin *in = recin_open(paths, 1, &options);
	const char *error;
	char out_path[64];
	int fd = memfd_create("out", 0);
	struct output *output;
	struct recout *out;
	off_t length;

	snprintf(out_path, sizeof(out_path), "/proc/self/fd/%d", fd);
	output = output_open(out_path);
	out = recout_open(output, format, 12);
	if (recin_error(in) == NULL) {
		assert_int_equal(pass_columns(out, in), 0);
		while (recin_next(in) == 1) {
			if (pass_record(out, in) == -1)
				break;
			recout_end(out);
		}
	}
	recout_close(out);
	assert_int_equal(output_close(output, NULL, 0), 0);
	length = lseek(fd, 0, SEEK_END);
	error = recin_error(in);
	result = calloc(1, (size_t)length + 600);
	assert_int_equal(pread(fd, result, (size_t)length, 0), length);
	to = result + length;
	if (error != NULL)
		snprintf(to, 600, "error%s", strchr(error, ':'));
	close(fd);
	recin_close(in);
	return result;
}

static void
check_bytes(const char *text, size_t n, struct recin_options options,
    enum format format, const char *want)
{
	char *got = pass(text, n, options, format);

	assert_string_equal(got, want);
	free(got);
}

static void
check(const char *text, enum format format, const char *want)
{
	check_bytes(text, strlen(text), (struct recin_options){ 0 }, format,
	    want);
}

static void
csv_is_read_as_rfc_4180_says(void **state)
{
	(void)state;
	check("a,b\n1,2\n", FORMAT_CSV, "a,b\n1,2\n");
	check("a,b\r\n1,2\r\n3,4", FORMAT_CSV, "a,b\n1,2\n3,4\n");
	check("a,b\r1,2\r3,4\r", FORMAT_CSV, "a,b\n1,2\n3,4\n");
	check("\xef\xbb\xbf"
	      "a,b\n1,2\n",
	    FORMAT_CSV, "a,b\n1,2\n");
	check("\"a\",b\n\"x,\"\"y\"\"\",\"1\n2\"\n", FORMAT_CSV,
	    "a,b\n\"x,\"\"y\"\"\",\"1\n2\"\n");
	check("a,b\n\n  \n1,2\n\n", FORMAT_CSV, "a,b\n1,2\n");
	check("a,b\n 1 ,\" 2 \"\n", FORMAT_CSV, "a,b\n1,\" 2 \"\n");
	check("a\n\"\"\nx\n", FORMAT_CSV, "a\n\"\"\nx\n");
	check("a,b\n", FORMAT_CSV, "a,b\n");
}

static void
csv_errors_name_the_line_where_the_record_or_quote_began(void **state)
{
	(void)state;
	check("a,b\n1,2\n3\n", FORMAT_CSV,
	    "a,b\n1,2\nerror:3: has 1 field, the header has 2");
	check("a,b\n\"1\n2\",3\n4,5,6\n", FORMAT_CSV,
	    "a,b\n\"1\n2\",3\nerror:4: has 3 fields, the header has 2");
	check("a,b\n1,2\n\"3\n4\",\"5\n6\n", FORMAT_CSV,
	    "a,b\n1,2\nerror:4: a quote that is never closed");
	check("a,b\n1,2\"3\n", FORMAT_CSV,
	    "a,b\nerror:2: a quote inside an unquoted field");
	check("a,b\n1,\"2\"3\n", FORMAT_CSV,
	    "a,b\nerror:2: text after a closing quote");
	check("a,a\n1,2\n", FORMAT_CSV, "error:1: column 'a' stands twice");
	check("", FORMAT_CSV, "error: is empty, without a header line");
	check("a,b\n1,\xff\n", FORMAT_CSV, "a,b\nerror:2: is not valid UTF-8");
	check_bytes("a,b\n1,\0\n", 8, (struct recin_options){ 0 }, FORMAT_CSV,
	    "a,b\nerror:2: has a NUL byte");
	check("[{\"a\":1}]\n", FORMAT_CSV,
	    "error: is a JSON array; make it records with jq -c '.[]'");
}

static void
bad_records_can_be_skipped_and_are_counted(void **state)
{
	struct recin_options skip = { .bad = RECIN_SKIP };
	const char *text = "a,b\n1\n2,3\n4,5\"6\n7,8\n\xff,1\n9,10\n";
	char *paths[] = { file_of(text, strlen(text)) };
	struct recin *in;

	(void)state;
	check_bytes(text, strlen(text), skip, FORMAT_CSV,
	    "a,b\n2,3\n7,8\n9,10\n");
	in = recin_open(paths, 1, &skip);
	while (recin_next(in) == 1)
		;
	assert_int_equal(recin_records(in), 6);
	assert_int_equal(recin_refused(in), 3);
	assert_string_equal(recin_summary(in),
	    "3 records skipped: 1 wrong number of fields, 1 a quote inside "
	    "an unquoted field, 1 is not valid UTF-8");
	recin_close(in);
}

static void
a_record_over_the_limit_is_an_error(void **state)
{
	struct recin_options small = { .max_record = 1000 };
	size_t n = 300000;
	char *text = malloc(n);

	(void)state;
	memset(text, 'x', n);
	memcpy(text, "a\n1\n", 4);
	check_bytes(text, n, small, FORMAT_CSV,
	    "a\n1\nerror:3: a record of more than 1000 bytes (see "
	    "--max-record)");
	free(text);
}

static void
ndjson_is_read_and_written_with_its_types(void **state)
{
	(void)state;
	check("{\"a\":1.50,\"b\":\"x\",\"c\":null,\"d\":true}\n", FORMAT_JSONL,
	    "{\"a\":1.50,\"b\":\"x\",\"c\":null,\"d\":true}\n");
	check(" { \"a\" : -1e+5 , \"b\" : \"\" }\r\n\n{\"b\":2}\n",
	    FORMAT_JSONL, "{\"a\":-1e+5,\"b\":\"\"}\n{\"b\":2}\n");
	check("{\"a\":\"\\u00e9\\ud83d\\ude00\\n\\\"\\\\\\/\\u0001\"}\n",
	    FORMAT_JSONL,
	    "{\"a\":\"\xc3\xa9\xf0\x9f\x98\x80\\n\\\"\\\\/\\u0001\"}\n");
	check("{\"a\":1}\n{\"a\":2,\"b\":3}\n", FORMAT_JSONL,
	    "{\"a\":1}\n{\"a\":2,\"b\":3}\n");
	check("{}\n{\"a\":1}\n", FORMAT_JSONL, "{}\n{\"a\":1}\n");
	check("{\"a\":1,\"b\":\"x,y\"}\n{\"b\":null}\n", FORMAT_CSV,
	    "a,b\n1,\"x,y\"\n,\n");
	check("a,b,c,d\n1,01,,x\n", FORMAT_JSONL,
	    "{\"a\":1,\"b\":\"01\",\"c\":null,\"d\":\"x\"}\n");
}

static void
ndjson_errors_say_what_is_wrong(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "{\"a\":{\"b\":1}}\n",
		    "error:1: key 'a' has a nested value; records must be "
		    "flat" },
		{ "{\"a\":1}\n{\"a\":[1]}\n",
		    "{\"a\":1}\nerror:2: key 'a' has a nested value; records "
		    "must be flat" },
		{ "{\"a\":1,\"a\":2}\n", "error:1: key 'a' stands twice" },
		{ "{\"a\":NaN}\n",
		    "error:1: not JSON: expected a value at byte 6" },
		{ "{\"a\":01}\n",
		    "error:1: not JSON: expected a value at byte 6" },
		{ "{\"a\":\"\\ud800\"}\n",
		    "error:1: not JSON: expected a surrogate pair at byte "
		    "13" },
		{ "{\"a\":\"x\n",
		    "error:1: not JSON: expected the end of the string at "
		    "byte 8" },
		{ "{\"a\":1} x\n",
		    "error:1: not JSON: expected the end of the line at byte "
		    "9" },
		{ "{\"a\":1,}\n",
		    "error:1: not JSON: expected a key at byte 8" },
		{ "{'a':1}\n", "error:1: not JSON: expected a key at byte 2" },
		{ "{\"a\":\"\\u0000\"}\n",
		    "error:1: not JSON: expected no \\u0000 at byte 13" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		check(cases[i].text, FORMAT_JSONL, cases[i].want);
}

static void
a_key_without_a_column_cannot_go_into_csv(void **state)
{
	(void)state;
	check("{\"a\":1}\n{\"a\":2,\"b\":3}\n", FORMAT_CSV,
	    "a\n1\n2error:2: key 'b' is not in the first record, and only "
	    "NDJSON has a place for it");
}

static void
later_files_may_have_their_columns_in_another_order(void **state)
{
	char *paths[] = { file_of("a,b\n1,2\n", 8), file_of("b,a\n4,3\n", 8) };
	struct recin_options options = { 0 };
	struct recin *in = recin_open(paths, 2, &options);
	int b = recin_need(in, "b");
	double v;

	(void)state;
	assert_int_equal(recin_next(in), 1);
	assert_int_equal(recin_number(in, b, &v), 1);
	assert_near(v, 2, 0);
	assert_int_equal(recin_next(in), 1);
	assert_int_equal(recin_line(in), 2);
	assert_int_equal(recin_number(in, b, &v), 1);
	assert_near(v, 4, 0);
	assert_int_equal(recin_next(in), 0);
	recin_close(in);

	paths[1] = file_of("a,c\n1,2\n", 8);
	in = recin_open(paths, 2, &options);
	assert_int_equal(recin_next(in), 1);
	assert_int_equal(recin_next(in), -1);
	assert_non_null(strstr(recin_error(in),
	    ":1: column 'c' is not in the first file"));
	recin_close(in);
}

static void
each_file_has_its_format_and_the_first_is_told(void **state)
{
	char *paths[] = { file_of("{\"a\":1}\n", 8), file_of("a\n2\n", 4) };
	struct recin_options options = { 0 };
	struct recin *in = recin_open(paths, 2, &options);
	int a = recin_need(in, "a");
	double v;

	(void)state;
	for (int i = 1; i <= 2; i++) {
		assert_int_equal(recin_next(in), 1);
		assert_int_equal(recin_number(in, a, &v), 1);
		assert_near(v, i, 0);
		assert_int_equal(recin_format(in), FORMAT_JSONL);
	}
	assert_int_equal(recin_next(in), 0);
	assert_int_equal(recin_format(in), FORMAT_JSONL);
	recin_close(in);
}

static void
names_are_mapped_and_missing_columns_are_named(void **state)
{
	static const char *const map[] = { "revenue", "Total", NULL };
	struct recin_options options = { .map = map };
	char *paths[] = { file_of("Total,x\n1,2\n", 12) };
	struct recin *in = recin_open(paths, 1, &options);

	(void)state;
	assert_int_equal(recin_need(in, "revenue"), 0);
	assert_int_equal(recin_find(in, "y"), -1);
	assert_null(recin_error(in));
	assert_int_equal(recin_need(in, "date"), -1);
	assert_non_null(strstr(recin_error(in),
	    ": no column 'date' (-m date=NAME maps another)"));
	recin_close(in);
}

static void
values_are_typed_and_bad_ones_named(void **state)
{
	const char *text = "d,v\n2025-02-30,1\n2025-02-28,abc\n,0.1\n";
	struct recin_options skip = { .bad = RECIN_SKIP }, stop = { 0 };
	char *paths[] = { file_of(text, strlen(text)) };
	struct recin *in = recin_open(paths, 1, &skip);
	int d = recin_need(in, "d"), v = recin_need(in, "v");
	struct decimal decimal;
	int32_t day;
	double x;

	(void)state;
	assert_int_equal(recin_next(in), 1);
	assert_int_equal(recin_date(in, d, &day), 0);
	assert_int_equal(recin_next(in), 1);
	assert_int_equal(recin_date(in, d, &day), 1);
	assert_int_equal(day, 20147);
	assert_int_equal(recin_number(in, v, &x), 0);
	assert_int_equal(recin_next(in), 1);
	assert_int_equal(recin_decimal(in, v, &decimal, NULL), 1);
	assert_int_equal(recin_date(in, d, &day), 0);
	assert_int_equal(recin_refused(in), 3);
	recin_close(in);

	in = recin_open(paths, 1, &stop);
	d = recin_need(in, "d");
	assert_int_equal(recin_next(in), 1);
	assert_int_equal(recin_date(in, d, &day), -1);
	assert_non_null(strstr(recin_error(in),
	    ":2: column 'd': '2025-02-30' is not a date"));
	recin_close(in);
}

static void
a_time_is_read_with_its_hour(void **state)
{
	const char *text = "d\n2025-02-28T06:30Z\n2025-02-28\n2025-02-28 "
			   "24:00\nx\n";
	const char *why;
	struct date_zone *zone = date_zone_open("+05:30", &why);
	struct recin_options options = { .bad = RECIN_SKIP, .zone = zone };
	char *paths[] = { file_of(text, strlen(text)) };
	struct recin *in = recin_open(paths, 1, &options);
	int d = recin_need(in, "d");
	struct date_time time;

	(void)state;
	assert_int_equal(recin_next(in), 1);
	assert_int_equal(recin_time(in, d, &time), 1);
	assert_true(time.second == INT64_C(20147) * 86400 + 12 * 3600);
	assert_int_equal(time.offset, 19800);
	assert_int_equal(recin_next(in), 1);
	assert_int_equal(recin_time(in, d, &time), 1);
	assert_true(time.second == INT64_C(20147) * 86400);
	for (int bad = 0; bad < 2; bad++) {
		assert_int_equal(recin_next(in), 1);
		assert_int_equal(recin_time(in, d, &time), 0);
	}
	assert_int_equal(recin_refused(in), 2);
	recin_close(in);
	date_zone_free(zone);

	options = (struct recin_options){ .bad = RECIN_STOP,
		.date_format = "%d.%m.%Y %Hh" };
	paths[0] = file_of("d\n28.02.2025 17h\n28.02.2025\n", 28);
	in = recin_open(paths, 1, &options);
	d = recin_need(in, "d");
	assert_int_equal(recin_next(in), 1);
	assert_int_equal(recin_time(in, d, &time), 1);
	assert_true(time.second == INT64_C(20147) * 86400 + 17 * 3600);
	assert_int_equal(recin_next(in), 1);
	assert_int_equal(recin_time(in, d, &time), -1);
	assert_non_null(strstr(recin_error(in),
	    ":3: column 'd': '28.02.2025' is not a date"));
	recin_close(in);
}

/* The first date of a second table says whether --date-format is about it. */
static void
a_second_table_may_have_dates_of_its_own(void **state)
{
	const char *iso = "date\n2025-03-04\n2025-03-05\n05/03/2025\n";
	const char *other = "date\n04/03/2025\n05/03/2025\n2025-03-05\n";
	const struct recin_options options[] = {
		{ .date_format = "%d/%m/%Y", .second = true },
		{ .date_format = "%d/%m/%Y" },
	};
	const struct {
		const char *text;
		size_t options;
		int good; /* dates before the first bad one */
	} cases[] = { { iso, 0, 2 }, { other, 0, 2 }, { iso, 1, 0 },
		{ other, 1, 2 } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char *paths[] = { file_of(cases[i].text,
		    strlen(cases[i].text)) };
		struct recin *in = recin_open(paths, 1,
		    &options[cases[i].options]);
		int column = recin_need(in, "date"), good = 0;
		int32_t day;

		while (recin_next(in) == 1 && recin_date(in, column, &day) == 1)
			assert_int_equal(day, 20151 + good++);
		assert_int_equal(good, cases[i].good);
		assert_non_null(recin_error(in));
		recin_close(in);
	}
}

static void
groups_are_numbered_by_first_appearance(void **state)
{
	struct groups *g = groups_new(2);
	char name[32], *names[] = { (char[]){ "a" }, (char[]){ "b" } };
	char text[64];
	bool fresh;

	(void)state;
	for (int round = 0; round < 2; round++)
		for (unsigned i = 0; i < 5000; i++) {
			struct field key[2] = { { .p = name },
				{ .p = "x", .n = i % 2 } };

			key[0].n = (size_t)snprintf(name, sizeof(name), "%u",
			    i / 2);
			assert_int_equal(groups_find(g, key, &fresh), i);
			assert_int_equal(fresh, round == 0);
		}
	assert_int_equal(groups_count(g), 5000);
	groups_text(g, 13, names, text, sizeof(text));
	assert_string_equal(text, "a=6, b=x");
	groups_free(g);
}

/* Keys of all lengths, padded or not, integers or nearly so. */
static void
many_keys_at_once_are_numbered_like_one_by_one(void **state)
{
	enum { KEYS = 3000, RUNS = 40 };
	static char text[KEYS][80];
	static struct span span[KEYS];
	static size_t number[KEYS];
	struct span *spans[1];
	struct groups *one = groups_new(1), *many = groups_new(1);

	(void)state;
	for (int run = 0; run < RUNS; run++) {
		for (size_t i = 0; i < KEYS; i++) {
			unsigned x = (unsigned)i * 2654435761u +
			    (unsigned)run * 97u;
			char *p = text[i];

			switch (x >> 8 & 7) {
			case 0:
				snprintf(p, 64, "%u", x % 20000);
				break;
			case 1:
				snprintf(p, 64, "%05u", x % 30000);
				break;
			case 2:
				snprintf(p, 64, "%u", x % 40000000);
				break;
			case 3:
				snprintf(p, 64, "%.*s", (int)(x % 60),
				    "organic search, and then some more that "
				    "is much longer than");
				break;
			case 4:
				snprintf(p, 64, "channel-%07u-%u", x % 9,
				    x % 7);
				break;
			case 5:
				snprintf(p, 64, "%u.5", x % 100);
				break;
			default:
				snprintf(p, 64, "%.*s", (int)(x % 17),
				    "0000000000000000");
			}
			span[i] = (struct span){ .p = p,
				.n = (uint32_t)strlen(p) };
			/* What is behind a text is no part of it. */
			memset(p + span[i].n, (int)(x % 250 + 1), 16);
		}
		spans[0] = span;
		assert_int_equal(groups_find_run(many, spans, KEYS, number), 0);
		for (size_t i = 0; i < KEYS; i++) {
			struct field f = { .p = span[i].p,
				.n = span[i].n,
				.padded = (i & 1) != 0 };
			size_t group = groups_find(one, &f, NULL);

			assert_int_equal(number[i], group);
			assert_int_equal(groups_look(many, &f), group);
			f = groups_key(many, group, 0);
			assert_int_equal(f.n, span[i].n);
			assert_memory_equal(f.p, span[i].p, f.n);
		}
	}
	groups_free(one);
	groups_free(many);
}

/* Keys of several fields, some long, some empty. */
static void
keys_of_several_fields_at_once_are_numbered_like_one_by_one(void **state)
{
	enum { KEYS = 2000, FIELDS = 3 };
	static char text[FIELDS][KEYS][64];
	static struct span span[FIELDS][KEYS];
	static size_t number[KEYS];
	struct span *spans[FIELDS];
	struct groups *one = groups_new(FIELDS), *many = groups_new(FIELDS);

	(void)state;
	for (size_t i = 0; i < KEYS; i++)
		for (size_t k = 0; k < FIELDS; k++) {
			uint64_t x = (i * FIELDS + k + 1) *
			    UINT64_C(0x9e3779b97f4a7c15);

			x ^= x >> 32;
			snprintf(text[k][i], 40, "%.*s%u",
			    (x >> 8 & 15) != 0 ? 0 : 17, "a rather long key ",
			    (unsigned)(x >> 12) % 7);
			span[k][i] = (struct span){ .p = text[k][i],
				.n = (uint32_t)strlen(text[k][i]) };
			if ((x >> 20 & 15) == 0)
				span[k][i].n = 0;
		}
	for (size_t k = 0; k < FIELDS; k++)
		spans[k] = span[k];
	assert_int_equal(groups_look_run(many, spans, KEYS, number), 0);
	assert_int_equal(groups_find_run(many, spans, KEYS / 2, number), 0);
	for (size_t i = 0; i < KEYS; i++) {
		struct field key[FIELDS];
		size_t group;

		for (size_t k = 0; k < FIELDS; k++)
			key[k] = (struct field){ .p = span[k][i].p,
				.n = span[k][i].n };
		if (i < KEYS / 2) {
			assert_int_equal(groups_find(one, key, NULL),
			    number[i]);
			continue;
		}
		group = groups_look(one, key);
		for (size_t k = 0; k < FIELDS; k++)
			spans[k] = span[k] + i;
		assert_int_equal(groups_look_run(many, spans, 1, &number[i]),
		    group != SIZE_MAX);
		if (group != SIZE_MAX)
			assert_int_equal(number[i], group);
	}
	assert_true(groups_count(one) > 300);
	groups_free(one);
	groups_free(many);
}

static void
a_table_gives_back_what_was_put_in(void **state)
{
	char text[700], want[700], *paths[1];
	struct recin_options options = { 0 };
	struct table *t = table_new();
	struct recin *in;

	(void)state;
	memset(want, 'y', sizeof(want));
	snprintf(text, sizeof(text), "a,b\n1,%.300s\n,3\n", want);
	paths[0] = file_of(text, strlen(text));
	in = recin_open(paths, 1, &options);
	recin_want_all(in);
	while (recin_next(in) == 1)
		assert_int_equal(table_add(t, in), 0);
	recin_close(in);
	assert_int_equal(table_rows(t), 2);
	assert_int_equal(table_field(t, 0, 1).n, 300);
	assert_memory_equal(table_field(t, 0, 1).p, want, 300);
	assert_true(field_missing(table_field(t, 1, 0)));
	assert_int_equal(*table_field(t, 1, 1).p, '3');
	table_free(t);
}

static void
cents_are_written_as_decimals(void **state)
{
	static const struct {
		int64_t cents;
		const char *text;
	} cases[] = { { 0, "0" }, { 5, "0.05" }, { 50, "0.5" }, { 100, "1" },
		{ -1250, "-12.5" }, { 123456, "1234.56" },
		{ INT64_MAX, "92233720368547758.07" },
		{ INT64_MIN, "-92233720368547758.08" } };
	char path[64], text[300] = "", want[300] = "value\n";
	int fd = memfd_create("out", 0);
	struct output *output;
	struct recout *out;

	(void)state;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	output = output_open(path);
	out = recout_open(output, FORMAT_CSV, 12);
	assert_int_equal(recout_column(out, "value"), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		recout_cents(out, cases[i].cents);
		recout_end(out);
		strcat(want, cases[i].text);
		strcat(want, "\n");
	}
	recout_close(out);
	assert_int_equal(output_close(output, NULL, 0), 0);
	assert_true(pread(fd, text, sizeof(text) - 1, 0) > 0);
	assert_string_equal(text, want);
	close(fd);
}

static void
a_file_appears_whole_or_not_at_all(void **state)
{
	char dir[] = "/tmp/aee-test-XXXXXX", path[64], text[16] = "", why[200];
	struct output *out;
	FILE *f;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/out", dir);
	out = output_open(path);
	output_write(out, "old\n", 4);
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(output_close(out, NULL, 0), 0);

	out = output_open(path);
	output_write(out, "new\n", 4);
	output_flush(out);
	output_discard(out);
	f = fopen(path, "r");
	assert_non_null(fgets(text, sizeof(text), f));
	assert_string_equal(text, "old\n");
	fclose(f);
	unlink(path);
	assert_int_equal(rmdir(dir), 0); /* nothing else was left */

	out = output_open("/dev/full");
	output_write(out, "x", 1);
	assert_int_equal(output_close(out, why, sizeof(why)), -1);
	assert_string_equal(why, "/dev/full: No space left on device");
	out = output_open("/nonexistent/x");
	assert_non_null(output_error(out));
	assert_int_equal(output_close(out, why, sizeof(why)), -1);
	assert_string_equal(why, "/nonexistent/x: No such file or directory");
}

static void
json_documents_are_indented(void **state)
{
	char path[64], got[200] = "";
	int fd = memfd_create("json", 0);
	struct output *out;
	struct json j;

	(void)state;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	out = output_open(path);
	json_init(&j, out, 12);
	json_object(&j);
	json_key(&j, "a");
	json_number(&j, 0.1);
	json_key(&j, "b");
	json_array(&j);
	json_text_span(&j, "x\"y...", 3);
	json_number(&j, NAN);
	json_bool(&j, true);
	json_bool(&j, false);
	json_end(&j);
	json_key_span(&j, "cd", 1);
	json_object(&j);
	json_end(&j);
	json_end(&j);
	assert_int_equal(output_close(out, NULL, 0), 0);
	assert_true(pread(fd, got, sizeof(got) - 1, 0) > 0);
	assert_string_equal(got,
	    "{\n  \"a\": 0.1,\n  \"b\": [\n    \"x\\\"y\",\n    null,\n    true,\n"
	    "    false\n  ],\n  \"c\": {}\n}\n");
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(csv_is_read_as_rfc_4180_says),
		cmocka_unit_test(
		    csv_errors_name_the_line_where_the_record_or_quote_began),
		cmocka_unit_test(bad_records_can_be_skipped_and_are_counted),
		cmocka_unit_test(a_record_over_the_limit_is_an_error),
		cmocka_unit_test(ndjson_is_read_and_written_with_its_types),
		cmocka_unit_test(ndjson_errors_say_what_is_wrong),
		cmocka_unit_test(a_key_without_a_column_cannot_go_into_csv),
		cmocka_unit_test(
		    later_files_may_have_their_columns_in_another_order),
		cmocka_unit_test(
		    each_file_has_its_format_and_the_first_is_told),
		cmocka_unit_test(
		    names_are_mapped_and_missing_columns_are_named),
		cmocka_unit_test(values_are_typed_and_bad_ones_named),
		cmocka_unit_test(a_time_is_read_with_its_hour),
		cmocka_unit_test(a_second_table_may_have_dates_of_its_own),
		cmocka_unit_test(groups_are_numbered_by_first_appearance),
		cmocka_unit_test(
		    many_keys_at_once_are_numbered_like_one_by_one),
		cmocka_unit_test(
		    keys_of_several_fields_at_once_are_numbered_like_one_by_one),
		cmocka_unit_test(a_table_gives_back_what_was_put_in),
		cmocka_unit_test(cents_are_written_as_decimals),
		cmocka_unit_test(a_file_appears_whole_or_not_at_all),
		cmocka_unit_test(json_documents_are_indented),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
