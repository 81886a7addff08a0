/*
 * What every program does alike: the common options, its input and output, and
 * the way it ends.  With base/opt the one module that may end the program.
 *
 *	struct cli cli;
 *	cli_init(&cli, usage);
 *	while ((c = getopt_long(argc, argv, CLI_SHORT "w:", longopts, NULL)) != -1)
 *		if (!cli_option(&cli, c, optarg))
 *			switch (c) ...
 *	cli_start(&cli);
 *	in = cli_input(&cli, argv + optind, argc - optind);
 *	out = cli_records(&cli, in);
 *	while (cli_next(&cli, in))
 *		...
 *	return cli_finish(&cli);
 *
 * longopts has CLI_LONG among its entries; a program's own values of val start
 * at CLI_OWN.
 */
#ifndef AEE_RECORD_CLI_H
#define AEE_RECORD_CLI_H

#include <getopt.h>
#include <stdbool.h>
#include <stddef.h>

#include "record/field.h"
#include "record/progress.h"
#include "record/recin.h"
#include "record/recout.h"

struct config;
struct output;
struct table;

enum {
	CLI_ICSV = 256,
	CLI_IJSONL,
	CLI_ITSV,
	CLI_OCSV,
	CLI_OJSONL,
	CLI_OTSV,
	CLI_BAD_ROWS,
	CLI_DATE_FORMAT,
	CLI_LINE_BUFFERED,
	CLI_MAX_RECORD,
	CLI_PRECISION,
	CLI_PREFIX,
	CLI_TZ,
	CLI_OWN = 512,
};

#define CLI_SHORT "hVo:qg:m:"

/* clang-format off */
#define CLI_LONG                                                               \
	{ "help", no_argument, NULL, 'h' },                                    \
	{ "version", no_argument, NULL, 'V' },                                 \
	{ "output", required_argument, NULL, 'o' },                            \
	{ "quiet", no_argument, NULL, 'q' },                                   \
	{ "group-by", required_argument, NULL, 'g' },                          \
	{ "map", required_argument, NULL, 'm' },                               \
	{ "icsv", no_argument, NULL, CLI_ICSV },                               \
	{ "ijsonl", no_argument, NULL, CLI_IJSONL },                           \
	{ "itsv", no_argument, NULL, CLI_ITSV },                               \
	{ "ocsv", no_argument, NULL, CLI_OCSV },                               \
	{ "ojsonl", no_argument, NULL, CLI_OJSONL },                           \
	{ "otsv", no_argument, NULL, CLI_OTSV },                               \
	{ "bad-rows", required_argument, NULL, CLI_BAD_ROWS },                 \
	{ "date-format", required_argument, NULL, CLI_DATE_FORMAT },           \
	{ "line-buffered", no_argument, NULL, CLI_LINE_BUFFERED },             \
	{ "max-record", required_argument, NULL, CLI_MAX_RECORD },             \
	{ "precision", required_argument, NULL, CLI_PRECISION },               \
	{ "prefix", required_argument, NULL, CLI_PREFIX },                     \
	{ "tz", required_argument, NULL, CLI_TZ }
/* clang-format on */

/* The part of every usage text that is the same. */
#define CLI_USAGE                                                                \
	"common options:\n"                                                      \
	"  -m, --map NAME=COL,..  columns that have other names in the input\n"  \
	"  -o, --output FILE      write FILE, whole or not at all\n"             \
	"      --icsv --itsv --ijsonl --ocsv --otsv --ojsonl\n"                  \
	"                         formats; by default found, and kept\n"         \
	"      --bad-rows skip    leave bad rows out and count them; or keep\n"  \
	"                         them in a file of this name; default: stop\n"  \
	"      --date-format F    dates as strptime(3) reads them\n"             \
	"      --tz ZONE          the day of a timestamp in this zone\n"         \
	"      --line-buffered    hand over each row as it is written\n"         \
	"      --max-record N     bytes a record may have (16777216)\n"          \
	"      --precision N      significant digits of computed numbers (12)\n" \
	"      --prefix TEXT      goes before the names of added columns\n"      \
	"  -q, --quiet            no warnings, no progress\n"                    \
	"  -h, --help, -V, --version\n"

enum { CLI_INPUTS = 256 }; /* inputs a program may have open */
enum { CLI_FILES = 16 };   /* outputs beside the one of -o */

struct cli {
	const char *usage;
	enum format in_format, out_format;
	const char *output_path;
	bool quiet, line_buffered;
	int precision;
	const char *prefix; /* of the names of appended columns; "" */
	char **group;       /* -g: names of columns */
	size_t ngroup;
	struct recin_options options;       /* of every input */
	struct recin_options table_options; /* of second tables */
	struct recin_options share_options; /* of tables that come along */
	char *table_path[CLI_INPUTS];

	struct output *output;
	struct recout *records;
	struct recin *input[CLI_INPUTS];
	size_t ninputs;
	struct {
		struct output *output;
		struct recout *records;
	} file[CLI_FILES];
	size_t nfiles;
	const char *bad_path;
	char **map_parts;
	const char **map;
	struct date_zone *zone;
	struct progress *progress; /* or NULL */
};

/* First of all, before anything is opened; usage: what -h prints. */
void cli_init(struct cli *cli, const char *usage);

/* Take a common option; false if c is not one.  -h and -V end the program, and
 * so do bad values and unknown options ('?', status 2). */
bool cli_option(struct cli *cli, int c, const char *arg);

/* After the options: open the output, so that one that cannot be written is
 * known before any work is done. */
void cli_start(struct cli *cli);

/* After cli_start(), for what may take long: show how far it is, unless -q.  With
 * PROGRESS_BYTES cli_input() does all that is needed; rows are told by the
 * program, to cli->progress. */
void cli_progress(struct cli *cli, enum progress_unit unit);

/* Open the input files (none: standard input); ends the program on failure. */
struct recin *cli_input(struct cli *cli, char *const *paths, size_t n);

/* A second table, in one file, '-' being standard input. */
struct recin *cli_table(struct cli *cli, const char *path);

/* A table that comes with the program (record/share.h): CSV, under its own
 * names, whatever the options say of the others. */
struct recin *cli_shared(struct cli *cli, const char *path);

/* Columns of `in` by name: as recin_need(), but ends the program. */
int cli_need(struct cli *cli, struct recin *in, const char *name);

/* The columns of -g in `in`, cli->ngroup of them, in an array to free. */
int *cli_group_columns(struct cli *cli, struct recin *in);

/* End with status 1 and the error of an input. */
_Noreturn void cli_fail_input(struct cli *cli, const struct recin *in);

/* The record stream on the output, in the format asked for or else that of
 * `in`, or else CSV if `in` is NULL. */
struct recout *cli_records(struct cli *cli, const struct recin *in);

/* A file of its own, beside the output.  When the program ends, all such files
 * take their places, after that of -o, if every one of them could be written,
 * and none of them otherwise. */
struct output *cli_output(struct cli *cli, const char *path);

/* A record stream on such a file, in the format asked for or else that of `in`,
 * or else CSV if `in` is NULL. */
struct recout *cli_file(struct cli *cli, const char *path,
    const struct recin *in);

/* Whether something that was written could not be: what makes much of it can
 * stop; cli_finish() tells. */
bool cli_failed(const struct cli *cli);

/* Name a column of one's own, with --prefix: one that the input has already is
 * an error. */
void cli_append(struct cli *cli, const char *name);

/* For the status of recin_number() and its like: true if the value is there,
 * false if the record is left out; ends the program on an error. */
static inline bool
cli_ok(struct cli *cli, struct recin *in, int status)
{
	if (status == -1)
		cli_fail_input(cli, in);
	return status == 1;
}

/* For a number that cannot be below 0: false if it is, and the record is left
 * out. */
static inline bool
cli_not_negative(struct cli *cli, struct recin *in, int column, bool negative)
{
	return !negative ||
	    cli_ok(cli, in, recin_reject(in, column, "is negative"));
}

/* As recin_next(): true if there is a record; ends the program on an error. */
static inline bool
cli_next(struct cli *cli, struct recin *in)
{
	return cli_ok(cli, in, recin_next(in));
}

/* Write the fields of the record at hand, as pass_record(), or those of a row
 * that was kept, as table_write(), to cli->records; ends the program if it has
 * a key that the output format has no place for. */
void cli_pass(struct cli *cli, struct recin *in);
void cli_pass_kept(struct cli *cli, const struct table *table, size_t row);

/* End the program, with the status that belongs to it, if the configuration has
 * an error. */
void cli_check(struct cli *cli, const struct config *cfg);

/* Formatted text to the output. */
void cli_print(struct cli *cli, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Close everything.  Returns the exit status: 1, with its line, if what was
 * written could not be. */
int cli_finish(struct cli *cli);

/* A line on standard error, unless -q. */
void cli_warn(const struct cli *cli, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* End with status 1 and one line; nothing half-written is left. */
_Noreturn void cli_fail(struct cli *cli, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
_Noreturn void cli_no_memory(struct cli *cli);

#endif
