#include "iforest_options.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/opt.h"
#include "base/pool.h"
#include "record/cli.h"

enum {
	OPT_ACROSS = CLI_OWN,
	OPT_CATEGORICAL,
	OPT_CONTAMINATION,
	OPT_DESCRIBE,
	OPT_EVAL,
	OPT_EXACT_C,
	OPT_EXIT_CODE,
	OPT_FIT_ONLY,
	OPT_GAIN,
	OPT_MISSING,
	OPT_MODEL,
	OPT_SAVE,
	OPT_SUBSAMPLE,
	OPT_THRESHOLD,
	OPT_TREES,
	OPT_WHY,
};

static const struct option longopts[] = {
	CLI_LONG,
	{ "across", required_argument, NULL, OPT_ACROSS },
	{ "categorical", required_argument, NULL, OPT_CATEGORICAL },
	{ "contamination", required_argument, NULL, OPT_CONTAMINATION },
	{ "describe-model", required_argument, NULL, OPT_DESCRIBE },
	{ "eval", required_argument, NULL, OPT_EVAL },
	{ "exact-c", no_argument, NULL, OPT_EXACT_C },
	{ "exclude", required_argument, NULL, 'x' },
	{ "exit-code", no_argument, NULL, OPT_EXIT_CODE },
	{ "features", required_argument, NULL, 'f' },
	{ "fit-only", no_argument, NULL, OPT_FIT_ONLY },
	{ "gain", required_argument, NULL, OPT_GAIN },
	{ "jobs", required_argument, NULL, 'j' },
	{ "missing", required_argument, NULL, OPT_MISSING },
	{ "model", required_argument, NULL, OPT_MODEL },
	{ "save", required_argument, NULL, OPT_SAVE },
	{ "seed", required_argument, NULL, 's' },
	{ "subsample", required_argument, NULL, OPT_SUBSAMPLE },
	{ "threshold", required_argument, NULL, OPT_THRESHOLD },
	{ "trees", required_argument, NULL, OPT_TREES },
	{ "why", optional_argument, NULL, OPT_WHY },
	{ 0 },
};

const char *const iforest_missing_names[] = { "divide", "majority", "skip",
	"fail" };

static void
check_list(const char *option, char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < i; j++)
			if (strcmp(list[i], list[j]) == 0)
				opt_fail("%s: '%s' stands twice", option,
				    list[i]);
}

static char **
read_list(const char *option, const char *arg, char **old, size_t *n)
{
	char **list;

	free(old);
	list = opt_list(option, arg, ',', n);
	check_list(option, list, *n);
	return list;
}

static struct iforest_rule
contamination(const char *arg)
{
	struct iforest_rule rule = { .cut = IFOREST_AUTO };

	if (strcmp(arg, "auto") == 0)
		return rule;
	rule.cut = IFOREST_CONTAMINATION;
	rule.value = opt_double("--contamination", arg, 0, 0.5);
	if (iforest_check_rule(&rule) != NULL)
		opt_fail("--contamination: '%s': %s", arg,
		    iforest_check_rule(&rule));
	return rule;
}

/* The options that say how to grow; false if c is none. */
static bool
growing_option(struct iforest_options *o, int c)
{
	switch (c) {
	case OPT_ACROSS:
		o->growing = "--across";
		o->across = read_list(o->growing, optarg, o->across,
		    &o->nacross);
		return true;
	case OPT_CATEGORICAL:
		o->growing = "--categorical";
		o->categorical = read_list(o->growing, optarg, o->categorical,
		    &o->ncategorical);
		return true;
	case OPT_EXACT_C:
		o->growing = "--exact-c";
		o->params.exact_c = true;
		return true;
	case 'f':
		o->growing = "--features";
		o->features = read_list(o->growing, optarg, o->features,
		    &o->nfeatures);
		return true;
	case OPT_GAIN:
		o->growing = "--gain";
		o->params.gain = opt_double(o->growing, optarg, 0, 1);
		return true;
	case OPT_MISSING:
		o->growing = "--missing";
		o->params.missing = (enum iforest_missing)opt_choice(o->growing,
		    optarg, iforest_missing_names, 4);
		return true;
	case 's':
		o->growing = "--seed";
		o->params.seed = (uint64_t)opt_int(o->growing, optarg, 0,
		    INT64_MAX);
		return true;
	case OPT_SUBSAMPLE:
		o->growing = "--subsample";
		o->params.subsample = opt_size(o->growing, optarg, 2, 16777216);
		return true;
	case OPT_TREES:
		o->growing = "--trees";
		o->params.trees = opt_size(o->growing, optarg, 1, 100000);
		return true;
	case 'x':
		o->growing = "--exclude";
		o->exclude = read_list(o->growing, optarg, o->exclude,
		    &o->nexclude);
		return true;
	}
	return false;
}

static void
other_option(struct iforest_options *o, int c)
{
	switch (c) {
	case OPT_CONTAMINATION:
		o->share = "--contamination";
		o->threshold = NULL;
		o->rule = contamination(optarg);
		break;
	case OPT_DESCRIBE:
		o->describe = optarg;
		break;
	case OPT_EVAL:
		o->eval = optarg;
		break;
	case OPT_EXIT_CODE:
		o->exit_code = true;
		break;
	case OPT_FIT_ONLY:
		o->fit_only = true;
		break;
	case 'j':
		o->jobs = opt_size("--jobs", optarg, 1, POOL_MAX);
		break;
	case OPT_MODEL:
		o->model = optarg;
		break;
	case OPT_SAVE:
		o->save = optarg;
		break;
	case OPT_THRESHOLD:
		o->threshold = "--threshold";
		o->share = NULL;
		o->rule = (struct iforest_rule){ IFOREST_THRESHOLD,
			opt_double(o->threshold, optarg, 0, 1) };
		break;
	case OPT_WHY:
		o->why = optarg == NULL ? 3
					: opt_size("--why", optarg, 1, 65535);
		break;
	}
}

/* Two options of which one makes the other meaningless. */
static void
refuse_together(const char *a, const char *b, const char *why)
{
	if (a != NULL && b != NULL)
		opt_fail("%s and %s: %s", a, b, why);
}

static void
check_options(const struct cli *cli, const struct iforest_options *o)
{
	const char *model = o->model == NULL ? NULL : "--model";
	const char *save = o->save == NULL ? NULL : "--save";
	const char *group = cli->ngroup == 0 ? NULL : "--group-by";
	const char *across = o->across == NULL ? NULL : "--across";
	const char *fit_only = o->fit_only ? "--fit-only" : NULL;

	if (o->features != NULL && o->exclude != NULL)
		opt_fail("--exclude takes columns from the default features, "
			 "--features names others: give one of the two");
	refuse_together(o->growing, model, "the forest is grown already");
	refuse_together(o->share, model,
	    "the threshold is the saved one, or that of --threshold");
	refuse_together(save, model, "the forest is saved already");
	refuse_together(fit_only, model, "the forest is grown already");
	refuse_together(group, model, "a file holds one forest");
	refuse_together(group, save,
	    "a file holds one forest; save one for each group");
	refuse_together(fit_only, o->eval == NULL ? NULL : "--eval",
	    "no row is scored");
	refuse_together(fit_only, o->why == 0 ? NULL : "--why",
	    "no row is scored");
	refuse_together(across, o->categorical == NULL ? NULL : "--categorical",
	    "the features are the values of one column");
	refuse_together(across, save, "the features are no columns");
	refuse_together(across, o->eval == NULL ? NULL : "--eval",
	    "a row is not a record");
	refuse_together(across, o->why == 0 ? NULL : "--why",
	    "a row is not a record");
	if (o->across != NULL && o->nfeatures != 1)
		opt_fail("--across needs one column of values (-f)");
	if (o->fit_only && o->save == NULL)
		opt_fail("--fit-only needs --save, or it would leave nothing");
	if (o->params.gain > 0 && o->rule.cut == IFOREST_AUTO)
		opt_fail("--gain and --contamination auto: guided splits move "
			 "the scores, and 0.5 means nothing");
}

struct iforest_options
iforest_options_read(struct cli *cli, int argc, char *argv[])
{
	struct iforest_options o = {
		.params = { .trees = 100, .subsample = 256, .seed = 42 },
		.rule = { .cut = IFOREST_CONTAMINATION, .value = 0.02 },
		.jobs = 1,
	};
	int c;

	while ((c = getopt_long(argc, argv, CLI_SHORT "f:j:s:x:", longopts,
		    NULL)) != -1)
		if (!cli_option(cli, c, optarg) && !growing_option(&o, c))
			other_option(&o, c);
	check_options(cli, &o);
	if (o.describe != NULL && optind < argc)
		opt_fail("--describe-model reads no rows: '%s' is too much",
		    argv[optind]);
	return o;
}

void
iforest_options_release(struct iforest_options *o)
{
	free(o->across);
	free(o->features);
	free(o->exclude);
	free(o->categorical);
}
