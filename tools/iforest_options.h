/* The command line of aee-iforest. */
#ifndef AEE_TOOLS_IFOREST_OPTIONS_H
#define AEE_TOOLS_IFOREST_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "model/iforest.h"

struct cli;

struct iforest_options {
	char **features, **exclude, **categorical; /* NULL: not given */
	size_t nfeatures, nexclude, ncategorical;
	char *
	    *across; /* columns that tell rows of a day apart; NULL: none do */
	size_t nacross;
	struct iforest_params params;
	struct iforest_rule rule;
	size_t jobs;
	size_t why; /* features that iforest_why names; 0: no such column */
	const char *eval, *save, *model, *describe; /* NULL: not given */
	bool fit_only, exit_code;
	/* Given options that say how to grow, and what to flag: for messages. */
	const char *growing, *share, *threshold;
};

extern const char *const iforest_missing_names[]; /* of enum iforest_missing */

/* The options, checked against each other; operands start at optind. */
struct iforest_options iforest_options_read(struct cli *cli, int argc,
    char *argv[]);

void iforest_options_release(struct iforest_options *o);

#endif
