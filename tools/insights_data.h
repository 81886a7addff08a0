/*
 * What aee-insights reads: the days and the results about them, with the texts
 * that findings point to.
 */
#ifndef AEE_TOOLS_INSIGHTS_DATA_H
#define AEE_TOOLS_INSIGHTS_DATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "model/insights.h"

struct cli;
struct config;
struct groups;

/* The inputs, and where evidence is found. */
enum insights_source {
	INSIGHTS_FROM_CONSENSUS,
	INSIGHTS_FROM_KPI,
	INSIGHTS_FROM_DAILY,
	INSIGHTS_FROM_CHANNELS,
	INSIGHTS_FROM_EXPLAIN,
	INSIGHTS_FROM_INCIDENTS,
	INSIGHTS_FROM_BACKTEST,
	INSIGHTS_SOURCES
};

/* "consensus", "kpi", "daily", "by_channel", ...; the option but for the
 * first. */
const char *insights_source_name(enum insights_source source);

struct insights_source_file {
	const char *path;     /* NULL: not given */
	const char *file;     /* its name in texts, in UTF-8 */
	double rows, refused; /* NaN: not records */
};

/* Texts of an effect, beside its numbers in the input of the model. */
struct insights_effect_text {
	const char *level, *member, *driver; /* "" if missing */
	double s0, s1, o0, o1;
};

/* Texts of an incident. */
struct insights_incident_text {
	const char *incident, *kind, *metrics, *cause, *evidence;
};

struct insights_data {
	struct cli *cli;
	struct arena arena;
	struct insights_input input;
	struct insights_day *day;
	const char **detector;
	size_t detector_capacity;
	struct groups *channels;
	struct insights_totals totals;
	struct insights_channel_totals *channel_total;
	struct insights_channel_day *channel_day;
	struct insights_effect *effect;
	struct insights_effect_text *effect_text;
	struct insights_incident *incident;
	struct insights_incident_text *incident_text;
	struct insights_accuracy *accuracy;
	struct insights_source_file source[INSIGHTS_SOURCES];
	const char *column; /* what yhat is about */
};

/*
 * Read the consensus from paths (n of them; none: standard input) and the other
 * files, which are paths or NULL.  Ends the program on an error.
 */
void insights_data_read(struct insights_data *data, struct cli *cli,
    const char *column, char *const *paths, size_t n,
    const char *const other[INSIGHTS_SOURCES]);

void insights_data_release(struct insights_data *data);

/* Name of a channel, as a copy that lives as long as data. */
const char *insights_channel_name(struct insights_data *data, size_t channel);

/* The JSON object in a file, to be freed with cJSON_Delete(). */
struct cJSON *insights_json_file(struct insights_data *data, const char *path);

/* What a configuration says of the rules; the rest stays as it is.  Ends the
 * program on an error. */
void insights_rules_read(struct insights_rules *rules, struct cli *cli,
    struct config *config);

#endif
