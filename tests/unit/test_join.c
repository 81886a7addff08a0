#include "record/join.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "record/recin.h"

#include "unit.h"

static const struct recin_options options = { .format = FORMAT_AUTO };

/* A stream of text, whose path lives in path. */
static struct recin *
open_text(const char *text, char path[64], char *paths[1])
{
	int fd = memfd_create("join", 0);
	struct recin *in;

	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	snprintf(path, 64, "/proc/self/fd/%d", fd);
	paths[0] = path;
	in = recin_open(paths, 1, &options);
	assert_non_null(in);
	assert_null(recin_error(in));
	close(fd);
	return in;
}

/* Add all records of input i; the last status. */
static int
add_all(struct join *j, size_t i, struct recin *in)
{
	int date = recin_find(in, "d"), status = 1;
	int32_t day;

	while (status == 1 && recin_next(in) == 1) {
		assert_int_equal(recin_date(in, date, &day), 1);
		status = join_add(j, i, day);
	}
	return status;
}

static void
assert_row(const struct join *j, size_t row, const char *want)
{
	struct field f[8];
	char got[200] = "";

	join_row(j, row, f);
	for (size_t i = 0; i < join_columns(j); i++)
		snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s%.*s",
		    i > 0 ? "," : "", (int)f[i].n, f[i].n > 0 ? f[i].p : "");
	assert_string_equal(got, want);
}

static void
rows_are_joined_by_group_and_day_and_sorted(void **state)
{
	char path[3][64], *paths[3][1];
	struct recin *in[] = {
		open_text("d,g,x\n2025-01-03,b,1\n2025-01-01,a,2\n", path[0],
		    paths[0]),
		open_text("g,y,d,x\na,5,2025-01-01,\nb,6,2025-01-02,7\n",
		    path[1], paths[1]),
		open_text("{\"z\":null,\"d\":\"2025-01-01\",\"g\":\"a\"}\n"
			  "{\"g\":\"c\",\"d\":\"2025-01-01\"}\n",
		    path[2], paths[2]),
	};
	static const char *const columns[] = { "d", "g", "x", "y", "z" };
	struct join *j = join_new(1);

	(void)state;
	assert_non_null(j);
	for (int i = 0; i < 3; i++) {
		int group = recin_find(in[i], "g");

		assert_int_equal(join_input(j, in[i], recin_find(in[i], "d"),
				     &group),
		    0);
	}
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(add_all(j, i, in[i]), 1);
	join_sort(j);
	assert_int_equal(join_columns(j), 5);
	for (size_t i = 0; i < 5; i++)
		assert_string_equal(join_name(j, i), columns[i]);
	assert_int_equal(join_rows(j), 4);
	assert_row(j, 0, "2025-01-02,b,7,6,");
	assert_row(j, 1, "2025-01-03,b,1,,");
	assert_row(j, 2, "2025-01-01,a,2,5,");
	assert_row(j, 3, "2025-01-01,c,,,");
	assert_int_equal(join_day(j, 1), 20091);
	join_free(j);
	for (int i = 0; i < 3; i++)
		recin_close(in[i]);
}

static void
what_contradicts_is_refused(void **state)
{
	static const struct {
		const char *a, *b, *want;
	} cases[] = {
		{ "d,x\n2025-01-01,1\n", "d,x\n2025-01-01,1.0\n",
		    ":2: column 'x': '1.0' differs from '1' of an earlier "
		    "file" },
		{ "d,x\n2025-01-01,1\n", "d,y\n2025-01-02,1\n2025-01-02,1\n",
		    ":3: the date stands twice" },
		{ "d,x\n2025-01-01,1\n",
		    "{\"d\":\"2025-01-02\"}\n{\"d\":\"2025-01-03\",\"y\":1}\n",
		    ":2: key 'y' is not in the first record" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char path[2][64], *paths[2][1];
		struct recin *a = open_text(cases[i].a, path[0], paths[0]);
		struct recin *b = open_text(cases[i].b, path[1], paths[1]);
		struct join *j = join_new(0);

		assert_non_null(j);
		assert_int_equal(join_input(j, a, 0, NULL), 0);
		assert_int_equal(join_input(j, b, 0, NULL), 0);
		assert_int_equal(add_all(j, 0, a), 1);
		assert_int_equal(add_all(j, 1, b), -1);
		assert_string_equal(strchr(recin_error(b), ':'), cases[i].want);
		join_free(j);
		recin_close(a);
		recin_close(b);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_joined_by_group_and_day_and_sorted),
		cmocka_unit_test(what_contradicts_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
