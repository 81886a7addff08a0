#include "record/recin.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/date.h"
#include "base/decimal.h"
#include "base/number.h"
#include "base/vec.h"
#include "record/csvin.h"
#include "record/ndjson.h"
#include "record/output.h"
#include "record/utf8.h"
#include "record/workers.h"

/* A program without the fast paths, for tests that compare the two. */
#ifdef AEE_PLAIN
enum { PLAIN = true };
#else
enum { PLAIN = false };
#endif

/* Kinds of bad record, for the summary: most files have one or two. */
enum { REASONS = 16, REASON_MAX = 96 };

struct reason {
	char text[REASON_MAX];
	uint64_t n;
};

struct recin {
	const struct recin_options *options;
	char *const *paths;
	size_t npaths, next_path;
	const char *file; /* name of the file at hand */
	struct source source;
	enum format format; /* of the file at hand */
	enum format first_format;
	struct csvin *csv;
	struct ndjson *json;
	struct row row;
	bool ahead; /* row holds a record not yet given (NDJSON's first) */
	bool open;

	struct arena names;
	const char **name; /* columns */
	size_t ncolumns, name_capacity;
	bool *wanted;
	size_t *slot;  /* column -> field of row; SIZE_MAX: absent */
	bool in_order; /* slot[i] is i, and there are no more fields */
	size_t slot_capacity, wanted_capacity;
	bool *file_wanted; /* wanted, in the order of this file's fields */
	size_t nfields;    /* of this file's header */
	size_t file_wanted_capacity;
	size_t *extra; /* fields of row that are no columns */
	size_t nextra, extra_capacity;

	struct recin_date date;
	struct run run;
	size_t run_at;      /* the next of its records to be taken */
	size_t run_start;   /* its place in the source, */
	uint64_t run_reads; /* and the source's reads then */

	struct workers *workers; /* or NULL */
	bool left; /* source is a line that they left, kept the file's */
	struct source kept;
	uint64_t place; /* of the file at hand in the input */

	uint64_t records, refused;
	struct reason reason[REASONS];
	size_t nreasons;
	/* How dates are written: options->date_format, or as by default. */
	const char *date_format;
	bool date_seen;
	/* With keep_bad: the header of this file as it was, and whether it has
	 * been written already, by this file or one with the same. */
	char *header;
	size_t header_length;
	bool header_kept;
	char *summary;
	char *error;
};

static int fail_at(struct recin *in, uint64_t line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Keep an error; line 0: of the file as a whole.  Returns -1. */
static int
fail_at(struct recin *in, uint64_t line, const char *format, ...)
{
	char *text = NULL;
	va_list args;
	int n;

	if (in->error != NULL)
		return -1;
	va_start(args, format);
	n = vasprintf(&text, format, args);
	va_end(args);
	if (n == -1)
		return -1;
	if (line > 0)
		n = asprintf(&in->error, "%s:%llu: %s", in->file,
		    (unsigned long long)line, text);
	else
		n = asprintf(&in->error, "%s: %s", in->file, text);
	if (n == -1)
		in->error = NULL;
	free(text);
	return -1;
}

static int
no_memory(struct recin *in)
{
	return fail_at(in, 0, "out of memory");
}

/* ---- bad records ----------------------------------------------------------- */

/* Append up to most bytes of p to a reason of n bytes; the new length. */
static size_t
add_text(char reason[REASON_MAX], size_t n, const char *p, size_t most)
{
	const size_t room = REASON_MAX - 1 - n;
	const size_t length = strnlen(p, most < room ? most : room);

	memcpy(reason + n, p, length);
	reason[n + length] = '\0';
	return n + length;
}

static void
count_reason(struct recin *in, const char *text)
{
	char kept[REASON_MAX];
	size_t i;

	add_text(kept, 0, text, SIZE_MAX);
	for (i = 0; i < in->nreasons; i++)
		if (strcmp(in->reason[i].text, kept) == 0)
			break;
	if (i == REASONS) {
		i = REASONS - 1;
		snprintf(kept, sizeof(kept), "other reasons");
	}
	if (i == in->nreasons)
		in->nreasons++;
	memcpy(in->reason[i].text, kept, sizeof(kept));
	in->reason[i].n++;
}

static void
keep_raw(struct output *out, const char *raw, size_t n)
{
	output_write(out, raw, n);
	if (n > 0 && raw[n - 1] != '\n')
		output_write(out, "\n", 1);
}

/* Whether the next bad record is spoken of, and not only counted. */
static bool
is_told(const struct recin *in)
{
	const struct recin_options *o = in->options;

	return o->bad == RECIN_STOP ||
	    (o->warn != NULL && in->refused < RECIN_TOLD);
}

/* Leave the record at hand out, or stop.  reason is what is counted, text what
 * is told of this one, if it is. */
static int
refuse(struct recin *in, uint64_t line, const char *reason, const char *text)
{
	const struct recin_options *o = in->options;
	const bool aloud = is_told(in);
	char *told;

	if (o->bad == RECIN_STOP)
		return fail_at(in, line, "%s", text);
	in->refused++;
	count_reason(in, reason);
	if (o->keep_bad != NULL) {
		if (in->header != NULL && !in->header_kept)
			keep_raw(o->keep_bad, in->header, in->header_length);
		in->header_kept = true;
		keep_raw(o->keep_bad, in->source.buffer + in->source.start,
		    in->source.raw);
	}
	if (aloud) {
		if (asprintf(&told, "%s:%llu: %s", in->file,
			(unsigned long long)line, text) == -1)
			return no_memory(in);
		o->warn(o->context, told);
		free(told);
	}
	return 0;
}

int
recin_reject(struct recin *in, int column, const char *problem)
{
	struct field f;
	char reason[REASON_MAX], *text;
	size_t n;
	int status;

	if (column == -1)
		return refuse(in, in->source.line, problem, problem);
	n = add_text(reason, 0, "column '", SIZE_MAX);
	n = add_text(reason, n, in->name[column], 60);
	n = add_text(reason, n, "' ", SIZE_MAX);
	add_text(reason, n, problem, SIZE_MAX);
	if (!is_told(in))
		return refuse(in, in->source.line, reason, NULL);
	f = recin_field(in, column);
	/* A long text is cut at a character. */
	if (asprintf(&text, "column '%s': '%.*s%s' %s", in->name[column],
		(int)utf8_valid(f.p, f.n < 60 ? f.n : 60), f.n ? f.p : "",
		f.n > 60 ? "..." : "", problem) == -1)
		return no_memory(in);
	status = refuse(in, in->source.line, reason, text);
	free(text);
	return status;
}

int
recin_fail(struct recin *in, const char *problem)
{
	return fail_at(in, in->source.line, "%s", problem);
}

const char *
recin_summary(struct recin *in)
{
	size_t size;
	FILE *f;

	if (in->refused == 0)
		return NULL;
	free(in->summary);
	in->summary = NULL;
	if ((f = open_memstream(&in->summary, &size)) == NULL)
		return "records were skipped";
	fprintf(f, "%llu record%s skipped: ", (unsigned long long)in->refused,
	    in->refused == 1 ? "" : "s");
	for (size_t i = 0; i < in->nreasons; i++)
		fprintf(f, "%s%llu %s", i == 0 ? "" : ", ",
		    (unsigned long long)in->reason[i].n, in->reason[i].text);
	fclose(f);
	return in->summary == NULL ? "records were skipped" : in->summary;
}

/* ---- columns ---------------------------------------------------------------- */

static size_t
column_of(const struct recin *in, const char *p, size_t n, size_t guess)
{
	if (guess < in->ncolumns && strncmp(in->name[guess], p, n) == 0 &&
	    in->name[guess][n] == '\0')
		return guess;
	for (size_t i = 0; i < in->ncolumns; i++)
		if (strncmp(in->name[i], p, n) == 0 && in->name[i][n] == '\0')
			return i;
	return SIZE_MAX;
}

static int
add_column(struct recin *in, struct field name)
{
	size_t n = in->ncolumns;

	if (column_of(in, name.p, name.n, n) != SIZE_MAX)
		return fail_at(in, in->source.line,
		    "column '%.*s' stands twice", (int)name.n, name.p);
	if (vec_grow(&in->name, &in->name_capacity, n + 1, sizeof(*in->name)) ==
		-1 ||
	    vec_grow(&in->wanted, &in->wanted_capacity, n + 1,
		sizeof(*in->wanted)) == -1 ||
	    vec_grow(&in->slot, &in->slot_capacity, n + 1, sizeof(*in->slot)) ==
		-1 ||
	    (in->name[n] = arena_copy(&in->names, name.p, name.n)) == NULL)
		return no_memory(in);
	in->wanted[n] = false;
	in->slot[n] = n;
	in->ncolumns++;
	return 0;
}

/* Note whether the columns are the fields of the row in their order. */
static void
look_at_order(struct recin *in)
{
	in->in_order = in->row.n == in->ncolumns;
	for (size_t i = 0; i < in->ncolumns; i++)
		in->in_order &= in->slot[i] == i;
}

/* Tell the grammar which of this file's fields are wanted. */
static int
spread_wanted(struct recin *in)
{
	if (in->format == FORMAT_JSONL)
		return 0;
	memset(in->file_wanted, 0, in->nfields * sizeof(*in->file_wanted));
	for (size_t i = 0; i < in->ncolumns; i++)
		in->file_wanted[in->slot[i]] = in->wanted[i];
	if (in->csv != NULL &&
	    csvin_want(in->csv, in->file_wanted, in->nfields) == -1)
		return no_memory(in);
	return 0;
}

/* The header of a file after the first: the same columns in any order. */
static int
match_header(struct recin *in)
{
	if (in->row.n != in->ncolumns)
		return fail_at(in, in->source.line,
		    "has %zu columns, the first file has %zu", in->row.n,
		    in->ncolumns);
	for (size_t i = 0; i < in->ncolumns; i++)
		in->slot[i] = SIZE_MAX;
	for (size_t i = 0; i < in->row.n; i++) {
		struct field f = in->row.field[i];
		size_t column = column_of(in, f.p, f.n, i);

		if (column == SIZE_MAX)
			return fail_at(in, in->source.line,
			    "column '%.*s' is not in the first file", (int)f.n,
			    f.p);
		if (in->slot[column] != SIZE_MAX)
			return fail_at(in, in->source.line,
			    "column '%.*s' stands twice", (int)f.n, f.p);
		in->slot[column] = i;
	}
	return 0;
}

static int
take_header(struct recin *in)
{
	const struct row *names = &in->row;

	in->nfields = names->n;
	if (vec_grow(&in->file_wanted, &in->file_wanted_capacity, in->nfields,
		sizeof(*in->file_wanted)) == -1)
		return no_memory(in);
	if (in->ncolumns > 0) {
		if (match_header(in) == -1)
			return -1;
	} else {
		for (size_t i = 0; i < names->n; i++)
			if (add_column(in, names->field[i]) == -1)
				return -1;
	}
	look_at_order(in);
	return spread_wanted(in);
}

static const char *
mapped(const struct recin *in, const char *name)
{
	const char *const *map = in->options->map;

	for (size_t i = 0; map != NULL && map[i] != NULL; i += 2)
		if (strcmp(map[i], name) == 0)
			return map[i + 1];
	return name;
}

int
recin_find(struct recin *in, const char *name)
{
	const char *own = mapped(in, name);
	size_t column = column_of(in, own, strlen(own), SIZE_MAX);

	if (column == SIZE_MAX && in->options->second)
		column = column_of(in, name, strlen(name), SIZE_MAX);
	if (column == SIZE_MAX)
		return -1;
	in->wanted[column] = true;
	return spread_wanted(in) == -1 ? -1 : (int)column;
}

int
recin_own(const struct recin *in, const char *name)
{
	for (size_t i = 0; i < recin_columns(in); i++)
		if (strcmp(recin_name(in, i), name) == 0)
			return (int)i;
	return -1;
}

int
recin_need(struct recin *in, const char *name)
{
	const char *own = mapped(in, name);
	int column = recin_find(in, name);
	struct field f = { .p = own, .n = strlen(own) };

	if (column != -1 || in->error != NULL)
		return column;
	/* Without a record nothing says that the column is not there. */
	if (in->format == FORMAT_JSONL && in->ncolumns == 0 && !in->ahead)
		return add_column(in, f) == -1 ? -1 : 0;
	if (own == name)
		return fail_at(in, 0,
		    "no column '%s' (-m %s=NAME maps another)", name, name);
	return fail_at(in, 0, "no column '%s' (mapped from '%s')", own, name);
}

void
recin_want_all(struct recin *in)
{
	for (size_t i = 0; i < in->ncolumns; i++)
		in->wanted[i] = true;
	spread_wanted(in);
}

/* ---- files ------------------------------------------------------------------ */

/* Go back from a line that workers left to the file. */
static void
leave_line(struct recin *in)
{
	if (in->left)
		in->source = in->kept;
	in->left = false;
}

static void
close_file(struct recin *in)
{
	leave_line(in);
	if (in->workers != NULL)
		workers_end(in->workers);
	in->place += in->source.place;
	if (in->open && in->source.fd > STDERR_FILENO)
		close(in->source.fd);
	in->open = false;
	csvin_free(in->csv);
	ndjson_free(in->json);
	in->csv = NULL;
	in->json = NULL;
}

/* The first byte that is no blank, and how much is there from it on: 0 if there
 * is none, SIZE_MAX with an error. */
static size_t
find_text(struct recin *in, const char **text)
{
	struct source *s = &in->source;
	size_t blank = 0;

	for (;;) {
		const char *p = s->buffer + s->start;
		size_t n = s->end - s->start;
		enum source_status status;
		char why[WHY_MAX];

		while (blank < n &&
		    (p[blank] == ' ' || p[blank] == '\t' || p[blank] == '\r' ||
			p[blank] == '\n'))
			blank++;
		*text = p + blank;
		if (blank < n)
			return n - blank;
		if ((status = source_more(s)) == SOURCE_END)
			return 0;
		if (status < 0) {
			source_why(s, status, why, sizeof(why));
			fail_at(in, 0, "%s", why);
			return SIZE_MAX;
		}
	}
}

/* What the first bytes say.  Returns -1 with an error where it is a format that
 * is not read. */
static int
find_format(struct recin *in)
{
	struct source *s = &in->source;
	enum source_status status = SOURCE_MORE;
	char why[WHY_MAX];
	const char *p;
	size_t n;

	/* Three bytes tell a byte order mark. */
	while (s->end - s->start < 3 && status == SOURCE_MORE)
		status = source_more(s);
	if (status < 0) {
		source_why(s, status, why, sizeof(why));
		return fail_at(in, 0, "%s", why);
	}
	p = s->buffer + s->start;
	n = s->end - s->start;
	if (n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0) {
		source_skip(s, 3);
		p += 3;
		n -= 3;
	} else if (n >= 2 &&
	    (memcmp(p, "\xff\xfe", 2) == 0 || memcmp(p, "\xfe\xff", 2) == 0)) {
		return fail_at(in, 0,
		    "is UTF-16; convert it with iconv -f UTF-16 -t UTF-8");
	} else if (n >= 2 && memcmp(p, "\x1f\x8b", 2) == 0) {
		return fail_at(in, 0, "is compressed; read it with gzip -dc");
	}
	in->format = in->options->format;
	if (in->format == FORMAT_AUTO) {
		if ((n = find_text(in, &p)) == SIZE_MAX)
			return -1;
		if (n > 0 && *p == '[')
			return fail_at(in, 0,
			    "is a JSON array; make it records with jq -c '.[]'");
		in->format = n > 0 && *p == '{' ? FORMAT_JSONL : FORMAT_CSV;
	}
	if (in->first_format == FORMAT_AUTO)
		in->first_format = in->format;
	return 0;
}

static enum record_status
read_record(struct recin *in, char why[WHY_MAX], uint64_t *line)
{
	if (in->format == FORMAT_JSONL)
		return ndjson_record(in->json, &in->source, &in->row, why);
	return csvin_record(in->csv, &in->source, &in->row, why, line);
}

/* NUL and bytes that are not UTF-8, in the record at hand: NULL if none. */
static const char *
bad_bytes(const struct recin *in)
{
	const char *p = in->source.buffer + in->source.start;
	size_t n = in->source.raw;

	if (memchr(p, '\0', n) != NULL)
		return "has a NUL byte";
	return utf8_valid(p, n) == n ? NULL : "is not valid UTF-8";
}

/* Keep the header at hand for bad records of its file. */
static int
note_header(struct recin *in)
{
	const char *raw = in->source.buffer + in->source.start;
	size_t n = in->source.raw;
	char *header;

	if (in->header != NULL && n == in->header_length &&
	    memcmp(raw, in->header, n) == 0)
		return 0;
	if ((header = malloc(n)) == NULL)
		return no_memory(in);
	memcpy(header, raw, n);
	free(in->header);
	in->header = header;
	in->header_length = n;
	in->header_kept = false;
	return 0;
}

static int
read_header(struct recin *in)
{
	char why[WHY_MAX];
	const char *bytes;
	uint64_t line;
	enum record_status status;

	in->csv = csvin_new(in->format == FORMAT_TSV ? '\t' : ',',
	    in->options->plain || PLAIN);
	if (in->csv == NULL)
		return no_memory(in);
	line = in->source.line;
	status = read_record(in, why, &line);
	if (status == RECORD_END)
		return fail_at(in, 0, "is empty, without a header line");
	if (status != RECORD_OK)
		return fail_at(in, line, "%s", why);
	if ((bytes = bad_bytes(in)) != NULL)
		return fail_at(in, in->source.line, "the header %s", bytes);
	if (in->options->keep_bad != NULL && note_header(in) == -1)
		return -1;
	return take_header(in);
}

/* Let the workers, if there are any, read the rest of the file. */
static int
begin_workers(struct recin *in)
{
	const struct workers_file file = { .format = in->format,
		.wanted = in->file_wanted,
		.nfields = in->nfields,
		.plain = in->options->plain || PLAIN,
		.block = in->options->block,
		.place = in->place };

	if (in->workers != NULL &&
	    workers_begin(in->workers, &in->source, &file) == -1)
		return fail_at(in, 0, "out of memory or threads");
	return 1;
}

/* Go to the next file: 1, 0 if there is none, -1 on an error. */
static int
next_file(struct recin *in)
{
	const char *path;

	close_file(in);
	if (in->next_path >= (in->npaths == 0 ? 1 : in->npaths))
		return 0;
	path = in->npaths == 0 ? "-" : in->paths[in->next_path];
	in->next_path++;
	if (strcmp(path, "-") == 0) {
		in->file = "stdin";
		source_restart(&in->source, STDIN_FILENO);
	} else {
		in->file = path;
		source_restart(&in->source, open(path, O_RDONLY | O_CLOEXEC));
		if (in->source.fd == -1)
			return fail_at(in, 0, "%s", strerror(errno));
	}
	in->open = true;
	if (find_format(in) == -1)
		return -1;
	if (in->format != FORMAT_JSONL)
		return read_header(in) == -1 ? -1 : begin_workers(in);
	in->json = ndjson_new(in->options->plain || PLAIN);
	return in->json == NULL ? no_memory(in) : begin_workers(in);
}

/* ---- records ---------------------------------------------------------------- */

/* Where each column stands in this NDJSON record, and what is no column. */
static int
place_keys(struct recin *in)
{
	for (size_t i = 0; i < in->ncolumns; i++)
		in->slot[i] = SIZE_MAX;
	in->nextra = 0;
	for (size_t i = 0; i < in->row.n; i++) {
		struct field key = in->row.key[i];
		size_t column = column_of(in, key.p, key.n, i);

		if (column != SIZE_MAX) {
			in->slot[column] = i;
			continue;
		}
		if (vec_grow(&in->extra, &in->extra_capacity, in->nextra + 1,
			sizeof(*in->extra)) == -1)
			return no_memory(in);
		in->extra[in->nextra++] = i;
	}
	look_at_order(in);
	return 0;
}

/* The next record of the file at hand into row: 1, 0 at its end, -1. */
static int
next_in_file(struct recin *in)
{
	for (;;) {
		char why[WHY_MAX];
		const char *bytes;
		uint64_t line = 0;
		enum record_status status = read_record(in, why, &line);

		if (status == RECORD_END)
			return 0;
		if (status == RECORD_FATAL)
			return fail_at(in, line > 0 ? line : in->source.line,
			    "%s", why);
		in->records++;
		if (in->row.clean)
			return 1;
		bytes = bad_bytes(in);
		if (bytes != NULL) {
			if (refuse(in, in->source.line, bytes, bytes) == -1)
				return -1;
			continue;
		}
		if (status == RECORD_BAD) {
			if (refuse(in, in->source.line, why, why) == -1)
				return -1;
			continue;
		}
		if (in->format != FORMAT_JSONL && in->row.n != in->nfields) {
			snprintf(why, sizeof(why),
			    "has %zu field%s, the header has %zu", in->row.n,
			    in->row.n == 1 ? "" : "s", in->nfields);
			if (refuse(in, in->source.line,
				"wrong number of fields", why) == -1)
				return -1;
			continue;
		}
		if (in->format == FORMAT_JSONL && place_keys(in) == -1)
			return -1;
		return 1;
	}
}

/* The first NDJSON record names the columns; it stays for recin_next(). */
static int
look_ahead(struct recin *in)
{
	int status;

	while ((status = next_in_file(in)) == 0)
		if ((status = next_file(in)) != 1 || in->format != FORMAT_JSONL)
			return status == -1 ? -1 : 0;
	if (status == -1)
		return -1;
	for (size_t i = 0; i < in->row.n; i++)
		if (add_column(in, in->row.key[i]) == -1)
			return -1;
	in->ahead = true;
	return place_keys(in);
}

struct recin *
recin_open(char *const *paths, size_t n, const struct recin_options *options)
{
	struct recin *in = calloc(1, sizeof(*in));

	if (in == NULL)
		return NULL;
	in->options = options;
	in->date_format = options->date_format;
	in->paths = paths;
	in->npaths = n;
	in->file = "stdin";
	in->source.max_record = options->max_record == 0 ? RECIN_MAX_RECORD
							 : options->max_record;
	in->source.block = options->block;
	in->source.wait = options->wait;
	in->source.context = options->context;
	in->source.progress = options->progress;
	if (next_file(in) == 1 && in->format == FORMAT_JSONL)
		look_ahead(in);
	return in;
}

/* Whether the next record is for the workers, or one that they left; no record is
 * at hand.  The first of all is not. */
static bool
for_workers(const struct recin *in)
{
	return in->workers != NULL && in->records > 0 &&
	    workers_ready(in->workers, &in->source, in->json);
}

/* The next record of the lines that workers left, once they have done what they
 * can: 1, 0 if the file goes on without them, -1. */
static int
next_left(struct recin *in)
{
	for (;;) {
		struct source line;
		int status;

		if (in->left && (status = next_in_file(in)) != 0)
			return status;
		leave_line(in);
		source_consume(&in->source);
		if ((status = workers_left(in->workers, &line)) == 1) {
			in->kept = in->source;
			in->source = line;
			in->left = true;
		} else if (status == 0) {
			if (!for_workers(in))
				return 0;
			status = workers_run(in->workers, &in->source, in->slot,
			    in->json, &in->records);
			if (status == 0)
				return 0;
		}
		if (status == -1)
			return no_memory(in);
	}
}

int
recin_next(struct recin *in)
{
	int status;

	if (in->error != NULL)
		return -1;
	if (in->ahead) {
		in->ahead = false;
		return 1;
	}
	while (in->open) {
		if (in->workers != NULL && (status = next_left(in)) != 0)
			return status;
		if ((status = next_in_file(in)) != 0)
			return status;
		if ((status = next_file(in)) == -1)
			return -1;
	}
	return 0;
}

const char *
recin_error(const struct recin *in)
{
	return in->error;
}

size_t
recin_columns(const struct recin *in)
{
	return in->ncolumns;
}

const char *
recin_name(const struct recin *in, size_t column)
{
	return in->name[column];
}

enum format
recin_format(const struct recin *in)
{
	return in->first_format;
}

void
recin_get(const struct recin *in, int column, struct field *field)
{
	size_t slot;

	assert(column >= 0 && (size_t)column < in->ncolumns &&
	    in->wanted[column]);
	slot = in->slot[column];
	if (slot == SIZE_MAX)
		*field = (struct field){ .p = "", .kind = FIELD_ABSENT };
	else
		row_get(&in->row, slot, field);
}

struct field
recin_field(const struct recin *in, int column)
{
	struct field f;

	recin_get(in, column, &f);
	return f;
}

bool
recin_raw(const struct recin *in, enum format format, struct span *text)
{
	if (in->row.bare == 0 || !in->in_order || in->format != format ||
	    in->row.bare > UINT32_MAX)
		return false;
	*text = (struct span){ in->row.base, (uint32_t)in->row.bare,
		FIELD_TEXT };
	return true;
}

size_t
recin_extras(const struct recin *in)
{
	return in->format == FORMAT_JSONL ? in->nextra : 0;
}

struct field
recin_extra(const struct recin *in, size_t i, struct field *key)
{
	*key = in->row.key[in->extra[i]];
	return in->row.field[in->extra[i]];
}

const char *
recin_file(const struct recin *in)
{
	return in->file;
}

uint64_t
recin_line(const struct recin *in)
{
	return in->source.line;
}

uint64_t
recin_place(const struct recin *in)
{
	return in->place + source_place(&in->source);
}

uint64_t
recin_records(const struct recin *in)
{
	return in->records;
}

uint64_t
recin_refused(const struct recin *in)
{
	return in->refused;
}

static int
read_date(const struct recin *in, const char *p, size_t n, int32_t *day)
{
	if (n == 0)
		return -1;
	return in->date_format == NULL
	    ? date_parse_timestamp(p, n, in->options->zone, day)
	    : date_parse_as(p, n, in->date_format, day);
}

/* ---- many records ------------------------------------------------------------- */

/* Whether some of the run remain: nothing was read since, and no more than one
 * record, the next of the run, came by recin_next(). */
static bool
run_remains(struct recin *in)
{
	const struct source *s = &in->source;
	const struct run *run = &in->run;

	if (in->run_reads != s->reads)
		return false;
	if (in->run_at < run->n &&
	    s->start == in->run_start + run->end[in->run_at])
		in->run_at++;
	return in->run_at < run->n && in->run_at > 0 &&
	    s->start == in->run_start + run->end[in->run_at - 1];
}

size_t
recin_run(struct recin *in, const int *column, size_t n,
    struct span *const *span, size_t *first)
{
	struct run_column to[RECIN_RUN_COLUMNS];
	struct source *s = &in->source;

	assert(n <= RECIN_RUN_COLUMNS);
	*first = 0;
	if (in->error != NULL || in->ahead || !in->open)
		return 0;
	if (in->left)
		return 0;
	source_consume(s);
	if (for_workers(in))
		return 0;
	if (!run_remains(in)) {
		for (size_t i = 0; i < n; i++)
			to[i] = (struct run_column){ in->slot[column[i]],
				span[i] };
		in->run.ncolumns = n;
		in->run.column = to;
		if (in->format == FORMAT_JSONL)
			ndjson_run(in->json, s, &in->run);
		else
			csvin_run(in->csv, s, &in->run);
		in->run_at = 0;
		in->run_start = s->start;
		in->run_reads = s->reads;
	}
	*first = in->run_at;
	return in->run.n - in->run_at;
}

void
recin_take(struct recin *in, size_t n)
{
	struct source *s = &in->source;
	const struct run *run = &in->run;

	assert(n <= run->n - in->run_at);
	if (n == 0)
		return;
	s->line += run->lines[in->run_at + n - 1];
	if (in->run_at > 0)
		s->line -= run->lines[in->run_at - 1];
	in->run_at += n;
	s->start = in->run_start + run->end[in->run_at - 1];
	in->records += n;
}

/* The place of a date: one of its own for each day of some years, if it is
 * YYYY-MM-DD. */
static inline struct recin_date *
date_place(struct recin_dates *dates, const char *p)
{
	uint64_t w, pairs;

	/* YY-MM-DD, the last digit of the year in the second byte. */
	memcpy(&w, p + 2, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	w = __builtin_bswap64(w);
#endif
	w &= UINT64_C(0x0f0f0f0f0f0f0f0f);
	pairs = w * 10 + (w >> 8);
	return &dates->date[(w >> 8 & 3) << 9 | (pairs >> 24 & 15) << 5 |
	    (pairs >> 48 & 31)];
}

/* The date of a text of RECIN_DATE bytes; -1 if it is none. */
static int
look_date(const struct recin *in, struct recin_dates *dates, const char *p)
{
	struct recin_date *date = date_place(dates, p);

	if (memcmp(p, date->text, RECIN_DATE) != 0) {
		if (read_date(in, p, RECIN_DATE, &date->day) == -1) {
			memset(date->text, 0, RECIN_DATE);
			return -1;
		}
		memcpy(date->text, p, RECIN_DATE);
	}
	dates->last = *date;
	return 0;
}

size_t
recin_run_dates(const struct recin *in, struct recin_dates *dates,
    const struct span *span, size_t n, int32_t *day)
{
	/* The first date may say how the others are written. */
	if (in->options->second && !in->date_seen)
		return 0;
	for (size_t i = 0; i < n; i++) {
		const char *p = span[i].p;

		if (span[i].n != RECIN_DATE) {
			if (read_date(in, p, span[i].n, &day[i]) == -1)
				return i;
			continue;
		}
		if (memcmp(p, dates->last.text, RECIN_DATE) != 0 &&
		    look_date(in, dates, p) == -1)
			return i;
		day[i] = dates->last.day;
	}
	return n;
}

int
recin_jobs(struct recin *in, const struct recin_jobs *jobs)
{
	if (in->error != NULL)
		return -1;
	assert(jobs->ncolumns <= RECIN_RUN_COLUMNS);
	if ((in->workers = workers_new(jobs)) == NULL)
		return no_memory(in);
	return in->open && begin_workers(in) == -1 ? -1 : 0;
}

size_t
recin_run_decimals(const struct span *span, size_t n, struct decimal *value)
{
	for (size_t i = 0; i < n; i++)
		if (decimal_parse_padded(span[i].p, span[i].n, &value[i]) !=
		    NULL)
			return i;
	return n;
}

/* ---- values ----------------------------------------------------------------- */

int
recin_number(struct recin *in, int column, double *value)
{
	struct field f;

	recin_get(in, column, &f);
	if (field_missing(f)) {
		*value = NAN;
		return 1;
	}
	if (number_parse(f.p, f.n, value) == 0)
		return 1;
	return recin_reject(in, column, "is not a number");
}

/* The first date of a second table may say how all are written. */
static void
settle_dates(struct recin *in, struct field f)
{
	int32_t day;

	if (in->options->second && in->date_format != NULL && !in->date_seen &&
	    date_parse_as(f.p, f.n, in->date_format, &day) == -1 &&
	    date_parse(f.p, f.n, &day) == 0)
		in->date_format = NULL;
	in->date_seen = true;
}

int
recin_date(struct recin *in, int column, int32_t *day)
{
	struct field f;
	int status;

	recin_get(in, column, &f);
	if (field_missing(f))
		return recin_reject(in, column, "is not a date");
	/* Many rows have the date of the row before. */
	if (f.n == RECIN_DATE && memcmp(f.p, in->date.text, RECIN_DATE) == 0) {
		*day = in->date.day;
		return 1;
	}
	settle_dates(in, f);
	status = read_date(in, f.p, f.n, day);
	if (status == -1)
		return recin_reject(in, column, "is not a date");
	if (f.n == RECIN_DATE) {
		memcpy(in->date.text, f.p, RECIN_DATE);
		in->date.day = *day;
	}
	return 1;
}

int
recin_time(struct recin *in, int column, struct date_time *time)
{
	struct field f;
	int status;

	recin_get(in, column, &f);
	if (field_missing(f))
		return recin_reject(in, column, "is not a date");
	settle_dates(in, f);
	status = in->date_format == NULL
	    ? date_parse_time(f.p, f.n, in->options->zone, time)
	    : date_parse_time_as(f.p, f.n, in->date_format, time);
	return status == 0 ? 1 : recin_reject(in, column, "is not a date");
}

int
recin_decimal(struct recin *in, int column, struct decimal *value,
    bool *missing)
{
	struct field f;
	const char *why;

	recin_get(in, column, &f);
	if (missing != NULL)
		*missing = field_missing(f);
	if (field_missing(f) && missing != NULL)
		return 1;
	why = f.padded ? decimal_parse_padded(f.p, f.n, value)
		       : decimal_parse(f.p, f.n, value);
	if (why == NULL)
		return 1;
	return recin_reject(in, column, why);
}

void
recin_close(struct recin *in)
{
	if (in == NULL)
		return;
	close_file(in);
	workers_free(in->workers);
	free(in->source.buffer);
	row_release(&in->row);
	arena_release(&in->names);
	free(in->name);
	free(in->wanted);
	free(in->slot);
	free(in->file_wanted);
	free(in->extra);
	free(in->header);
	free(in->summary);
	free(in->error);
	free(in);
}
