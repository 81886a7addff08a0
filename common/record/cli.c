#include "record/cli.h"

#include <assert.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/date.h"
#include "base/date_zone.h"
#include "base/opt.h"
#include "record/config.h"
#include "record/output.h"
#include "record/pass.h"
#include "record/table.h"
#include "record/utf8.h"

/* Where a standard stream is closed, take its place, so that no file gets its
 * number and what is meant for the stream: by a descriptor that cannot be used
 * that way, so that using it still fails. */
static void
fill_standard(void)
{
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) == -1)
			(void)open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY);
}

void
cli_init(struct cli *cli, const char *usage)
{
	fill_standard();
	*cli = (struct cli){
		.usage = usage, .precision = RECOUT_PRECISION, .prefix = ""
	};
}

/* -m name=column,...: pairs, in cli->map. */
static void
take_map(struct cli *cli, const char *arg)
{
	size_t n;

	free(cli->map_parts);
	free(cli->map);
	cli->map_parts = opt_list("--map", arg, ',', &n);
	cli->map = calloc(2 * n + 2, sizeof(*cli->map));
	if (cli->map == NULL)
		cli_no_memory(cli);
	for (size_t i = 0; i < n; i++) {
		char *name = cli->map_parts[i];
		const size_t length = strcspn(name, "=");

		if (length == 0 || name[length] == '\0' ||
		    name[length + 1] == '\0')
			opt_fail("--map: '%s' is not name=column", name);
		name[length] = '\0';
		cli->map[2 * i] = name;
		cli->map[2 * i + 1] = name + length + 1;
	}
	cli->options.map = cli->map;
}

static void
take_zone(struct cli *cli, const char *arg)
{
	const char *why;

	date_zone_free(cli->zone);
	if ((cli->zone = date_zone_open(arg, &why)) == NULL)
		opt_fail("--tz: '%s' %s", arg, why);
	cli->options.zone = cli->zone;
}

static void
take_bad_rows(struct cli *cli, const char *arg)
{
	cli->options.bad = strcmp(arg, "stop") == 0 ? RECIN_STOP : RECIN_SKIP;
	cli->bad_path = strcmp(arg, "stop") == 0 || strcmp(arg, "skip") == 0
	    ? NULL
	    : arg;
}

/* End well, if what was printed could be written: of a long text a part may have
 * been refused before the flush. */
static _Noreturn void
end_printed(int status)
{
	if (status < 0 || fflush(stdout) == EOF)
		err(1, "stdout");
	exit(0);
}

bool
cli_option(struct cli *cli, int c, const char *arg)
{
	const char *why;

	switch (c) {
	case 'h':
		end_printed(fputs(cli->usage, stdout));
	case 'V':
		end_printed(printf("%s %s\n", program_invocation_short_name,
		    AEE_VERSION));
	case '?':
		opt_fail("'%s --help' lists the options",
		    program_invocation_short_name);
	case 'o':
		cli->output_path = arg;
		return true;
	case 'q':
		cli->quiet = true;
		return true;
	case 'g':
		free(cli->group);
		cli->group = opt_list("--group-by", arg, ',', &cli->ngroup);
		return true;
	case 'm':
		take_map(cli, arg);
		return true;
	case CLI_ICSV:
		cli->in_format = FORMAT_CSV;
		return true;
	case CLI_IJSONL:
		cli->in_format = FORMAT_JSONL;
		return true;
	case CLI_ITSV:
		cli->in_format = FORMAT_TSV;
		return true;
	case CLI_OCSV:
		cli->out_format = FORMAT_CSV;
		return true;
	case CLI_OJSONL:
		cli->out_format = FORMAT_JSONL;
		return true;
	case CLI_OTSV:
		cli->out_format = FORMAT_TSV;
		return true;
	case CLI_BAD_ROWS:
		take_bad_rows(cli, arg);
		return true;
	case CLI_DATE_FORMAT:
		if ((why = date_pattern_check(arg)) != NULL)
			opt_fail("--date-format: '%s' %s", arg, why);
		cli->options.date_format = arg;
		return true;
	case CLI_LINE_BUFFERED:
		cli->line_buffered = true;
		return true;
	case CLI_MAX_RECORD:
		cli->options.max_record = opt_size("--max-record", arg, 64,
		    (size_t)1 << 40);
		return true;
	case CLI_PRECISION:
		cli->precision = (int)opt_size("--precision", arg, 1, 17);
		return true;
	case CLI_PREFIX:
		cli->prefix = arg;
		return true;
	case CLI_TZ:
		take_zone(cli, arg);
		return true;
	default:
		return false;
	}
}

static void
tell_bad(void *context, const char *text)
{
	const struct cli *cli = context;

	cli_warn(cli, "%s", text);
}

static void
flush_output(void *context)
{
	const struct cli *cli = context;

	if (cli->output != NULL)
		output_flush(cli->output);
}

/* Of two outputs to one file, the later would replace the earlier. */
static void
check_place(struct cli *cli, const struct output *out, const char *path)
{
	const struct output *bad = cli->options.keep_bad;
	bool same = output_same(out, cli->output) ||
	    (bad != NULL && out != bad && output_same(out, bad));

	for (size_t i = 0; i < cli->nfiles; i++)
		same |= output_same(out, cli->file[i].output);
	if (same)
		cli_fail(cli, "%s: two outputs cannot go to one file", path);
}

void
cli_start(struct cli *cli)
{
	cli->options.format = cli->in_format;
	cli->options.warn = tell_bad;
	cli->options.wait = flush_output;
	cli->options.context = cli;
	if ((cli->output = output_open(cli->output_path)) == NULL)
		cli_no_memory(cli);
	if (output_error(cli->output) != NULL)
		cli_fail(cli, "%s", output_error(cli->output));
	if (cli->bad_path != NULL) {
		cli->options.keep_bad = output_open(cli->bad_path);
		if (cli->options.keep_bad == NULL)
			cli_no_memory(cli);
		if (output_error(cli->options.keep_bad) != NULL)
			cli_fail(cli, "%s",
			    output_error(cli->options.keep_bad));
		check_place(cli, cli->options.keep_bad, cli->bad_path);
	}
	cli->table_options = cli->options;
	cli->table_options.second = true;
	cli->share_options.format = FORMAT_CSV;
}

void
cli_progress(struct cli *cli, enum progress_unit unit)
{
	if (cli->quiet)
		return;
	cli->progress = progress_open(unit);
	output_ends(cli->output, cli->progress);
	if (unit == PROGRESS_BYTES)
		cli->options.progress = cli->progress;
}

/* The bytes of a file to be read, or 0 if it is none that has a size. */
static uint64_t
bytes_of(const char *path)
{
	const bool standard = strcmp(path, "-") == 0;
	struct stat st;
	off_t passed = 0;

	if ((standard ? fstat(STDIN_FILENO, &st) : stat(path, &st)) == -1 ||
	    !S_ISREG(st.st_mode))
		return 0;
	if (standard)
		passed = lseek(STDIN_FILENO, 0, SEEK_CUR);
	return passed >= 0 && st.st_size > passed
	    ? (uint64_t)(st.st_size - passed)
	    : 0;
}

/* Tell the progress of the files to come.  Whoever types them sees them. */
static void
expect_files(struct cli *cli, char *const *paths, size_t n)
{
	char *standard[] = { "-" };
	uint64_t total = 0;
	bool known = true;

	if (n == 0) {
		paths = standard;
		n = 1;
	}
	for (size_t i = 0; i < n; i++) {
		const uint64_t bytes = bytes_of(paths[i]);

		if (strcmp(paths[i], "-") == 0 && isatty(STDIN_FILENO))
			progress_end(cli->progress);
		known = known && bytes > 0;
		total += bytes;
	}
	progress_total(cli->progress, known ? total : 0);
}

static struct recin *
open_input(struct cli *cli, char *const *paths, size_t n,
    const struct recin_options *options)
{
	struct recin *in;

	if (cli->ninputs == CLI_INPUTS)
		cli_fail(cli, "more than %d inputs", CLI_INPUTS);
	if ((in = recin_open(paths, n, options)) == NULL)
		cli_no_memory(cli);
	cli->input[cli->ninputs++] = in;
	if (recin_error(in) != NULL)
		cli_fail(cli, "%s", recin_error(in));
	return in;
}

struct recin *
cli_input(struct cli *cli, char *const *paths, size_t n)
{
	if (cli->options.progress != NULL)
		expect_files(cli, paths, n);
	return open_input(cli, paths, n, &cli->options);
}

static struct recin *
open_table(struct cli *cli, const char *path,
    const struct recin_options *options)
{
	char **own = &cli->table_path[cli->ninputs % CLI_INPUTS];

	if (cli->ninputs < CLI_INPUTS && (*own = strdup(path)) == NULL)
		cli_no_memory(cli);
	return open_input(cli, own, 1, options);
}

struct recin *
cli_table(struct cli *cli, const char *path)
{
	return open_table(cli, path, &cli->table_options);
}

struct recin *
cli_shared(struct cli *cli, const char *path)
{
	return open_table(cli, path, &cli->share_options);
}

int
cli_need(struct cli *cli, struct recin *in, const char *name)
{
	int column = recin_need(in, name);

	if (column == -1)
		cli_fail(cli, "%s", recin_error(in));
	return column;
}

int *
cli_group_columns(struct cli *cli, struct recin *in)
{
	int *column = calloc(cli->ngroup + 1, sizeof(*column));

	if (column == NULL)
		cli_no_memory(cli);
	for (size_t i = 0; i < cli->ngroup; i++)
		column[i] = cli_need(cli, in, cli->group[i]);
	return column;
}

static struct recout *
open_records(struct cli *cli, struct output *output, enum format otherwise)
{
	enum format format = cli->out_format != FORMAT_AUTO ? cli->out_format
							    : otherwise;
	struct recout *records = recout_open(output, format, cli->precision);

	if (records == NULL)
		cli_no_memory(cli);
	if (cli->line_buffered)
		recout_line_buffered(records);
	return records;
}

struct recout *
cli_records(struct cli *cli, const struct recin *in)
{
	cli->records = open_records(cli, cli->output,
	    in != NULL ? recin_format(in) : FORMAT_CSV);
	return cli->records;
}

struct output *
cli_output(struct cli *cli, const char *path)
{
	struct output *out;

	if (cli->nfiles == CLI_FILES)
		cli_fail(cli, "more than %d output files", CLI_FILES);
	if ((out = output_open(path)) == NULL)
		cli_no_memory(cli);
	check_place(cli, out, path);
	cli->file[cli->nfiles++].output = out;
	if (output_error(out) != NULL)
		cli_fail(cli, "%s", output_error(out));
	return out;
}

struct recout *
cli_file(struct cli *cli, const char *path, const struct recin *in)
{
	struct output *out = cli_output(cli, path);
	struct recout *records = open_records(cli, out,
	    in != NULL ? recin_format(in) : FORMAT_CSV);

	cli->file[cli->nfiles - 1].records = records;
	return records;
}

bool
cli_failed(const struct cli *cli)
{
	for (size_t i = 0; i < cli->nfiles; i++)
		if (output_error(cli->file[i].output) != NULL)
			return true;
	return output_error(cli->output) != NULL;
}

void
cli_append(struct cli *cli, const char *name)
{
	char *full;

	if (asprintf(&full, "%s%s", cli->prefix, name) == -1)
		cli_no_memory(cli);
	if (recout_column(cli->records, full) == -1)
		cli_fail(cli,
		    "the input has a column '%s' already (see --prefix)", full);
	free(full);
}

_Noreturn void
cli_fail_input(struct cli *cli, const struct recin *in)
{
	cli_fail(cli, "%s", recin_error(in));
}

void
cli_pass(struct cli *cli, struct recin *in)
{
	if (pass_record(cli->records, in) == -1)
		cli_fail(cli, "%s", recin_error(in));
}

void
cli_pass_kept(struct cli *cli, const struct table *table, size_t row)
{
	struct field key;

	if (table_write(table, row, cli->records, &key) == -1)
		cli_fail(cli,
		    "record %zu: key '%.*s' is not in the first record, and "
		    "only NDJSON has a place for it",
		    row + 1, utf8_shown(key.p, key.n), key.p);
}

/* Free what cli holds, but the streams. */
static void
release(struct cli *cli)
{
	for (size_t i = 0; i < cli->ninputs; i++) {
		recin_close(cli->input[i]);
		free(cli->table_path[i]);
	}
	cli->ninputs = 0;
	free(cli->group);
	free(cli->map_parts);
	free(cli->map);
	date_zone_free(cli->zone);
	progress_free(cli->progress);
}

static int
close_output(struct output *out)
{
	char why[512];

	if (out == NULL || output_close(out, why, sizeof(why)) == 0)
		return 0;
	warnx("%s", why);
	return 1;
}

static void
close_records(struct cli *cli)
{
	recout_close(cli->records);
	for (size_t i = 0; i < cli->nfiles; i++)
		recout_close(cli->file[i].records);
}

static void
discard_files(struct cli *cli)
{
	for (size_t i = 0; i < cli->nfiles; i++)
		output_discard(cli->file[i].output);
}

/* Close the files of cli_file(), all or none.  Returns the exit status. */
static int
close_files(struct cli *cli)
{
	int status = 0;

	for (size_t i = 0; i < cli->nfiles; i++) {
		struct output *out = cli->file[i].output;

		output_flush(out);
		if (output_error(out) == NULL)
			continue;
		warnx("%s", output_error(out));
		discard_files(cli);
		return 1;
	}
	for (size_t i = 0; i < cli->nfiles; i++)
		status |= close_output(cli->file[i].output);
	return status;
}

void
cli_print(struct cli *cli, const char *format, ...)
{
	va_list args;
	char *text;
	int n;

	va_start(args, format);
	n = vasprintf(&text, format, args);
	va_end(args);
	if (n == -1)
		cli_no_memory(cli);
	output_write(cli->output, text, (size_t)n);
	free(text);
}

int
cli_finish(struct cli *cli)
{
	int status;

	progress_end(cli->progress);
	for (size_t i = 0; i < cli->ninputs; i++) {
		const char *summary = recin_summary(cli->input[i]);

		if (summary != NULL)
			warnx("%s", summary);
	}
	close_records(cli);
	status = close_output(cli->output);
	if (status == 0)
		status = close_files(cli);
	else
		discard_files(cli);
	if (status == 0)
		status = close_output(cli->options.keep_bad);
	else
		output_discard(cli->options.keep_bad);
	release(cli);
	return status;
}

void
cli_warn(const struct cli *cli, const char *format, ...)
{
	va_list args;

	if (cli->quiet)
		return;
	progress_hide(cli->progress);
	va_start(args, format);
	vwarnx(format, args);
	va_end(args);
}

/* What was written to a pipe stays; a file does not come to be. */
static void
flush_pipe(struct cli *cli)
{
	if (cli->output != NULL && cli->output_path == NULL)
		output_flush(cli->output);
}

static _Noreturn void
give_up(struct cli *cli, int status)
{
	close_records(cli);
	output_discard(cli->output);
	discard_files(cli);
	output_discard(cli->options.keep_bad);
	release(cli);
	exit(status);
}

void
cli_check(struct cli *cli, const struct config *cfg)
{
	if (config_error(cfg) == NULL)
		return;
	flush_pipe(cli);
	progress_end(cli->progress);
	warnx("%s", config_error(cfg));
	give_up(cli, config_status(cfg));
}

_Noreturn void
cli_fail(struct cli *cli, const char *format, ...)
{
	va_list args;

	flush_pipe(cli);
	progress_end(cli->progress);
	va_start(args, format);
	vwarnx(format, args);
	va_end(args);
	give_up(cli, 1);
}

_Noreturn void
cli_no_memory(struct cli *cli)
{
	cli_fail(cli, "out of memory");
}
