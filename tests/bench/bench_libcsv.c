/* libcsv alone, with nothing to do for a field: what a reader that gives every
 * record to it costs at least.  Reads standard input. */
#include <csv.h>
#include <err.h>
#include <stdlib.h>
#include <unistd.h>

static void
take_field(void *p, size_t n, void *context)
{
	(void)p, (void)n, (void)context;
}

static void
take_row(int c, void *context)
{
	(void)c, (void)context;
}

int
main(void)
{
	static char buffer[1 << 17];
	struct csv_parser parser;
	ssize_t n;

	if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL) !=
	    0)
		errx(1, "csv_init");
	csv_set_blk_size(&parser, 4096);
	while ((n = read(STDIN_FILENO, buffer, sizeof(buffer))) > 0)
		if (csv_parse(&parser, buffer, (size_t)n, take_field, take_row,
			NULL) != (size_t)n)
			errx(1, "%s", csv_strerror(csv_error(&parser)));
	if (n == -1)
		err(1, "stdin");
	if (csv_fini(&parser, take_field, take_row, NULL) != 0)
		errx(1, "%s", csv_strerror(csv_error(&parser)));
	csv_free(&parser);
	return 0;
}
