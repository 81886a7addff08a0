/* Records passed through and nothing else: what reading and writing cost every
 * program of a stream.  Standard input to standard output. */
#include <err.h>
#include <stdlib.h>

#include "record/output.h"
#include "record/pass.h"
#include "record/recin.h"
#include "record/recout.h"

int
main(void)
{
	const struct recin_options options = { 0 };
	struct output *output = output_open(NULL);
	struct recin *in = recin_open(NULL, 0, &options);
	struct recout *out;
	char why[256];

	if (output == NULL || in == NULL)
		err(1, NULL);
	if (recin_error(in) == NULL) {
		out = recout_open(output, recin_format(in), RECOUT_PRECISION);
		if (out == NULL || pass_columns(out, in) == -1)
			err(1, NULL);
		while (recin_next(in) == 1 && pass_record(out, in) == 0)
			recout_end(out);
		recout_close(out);
	}
	if (recin_error(in) != NULL)
		errx(1, "%s", recin_error(in));
	recin_close(in);
	if (output_close(output, why, sizeof(why)) == -1)
		errx(1, "%s", why);
	return 0;
}
