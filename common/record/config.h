/*
 * Configuration: one YAML document (by libyaml), overridden by options of the
 * form path=value, asked by path and type.
 *
 *	struct config *cfg = config_open("simulation.yaml");
 *
 *	if (cfg == NULL)
 *		err(1, NULL);
 *	config_set(cfg, "traffic.weekend_multiplier=1.3");
 *	config_double(cfg, NULL, "traffic.weekend_multiplier", 1, 0, 10, &x);
 *	if (config_finish(cfg) == -1)
 *		errx(config_status(cfg), "%s", config_error(cfg));
 *
 * The first error is kept and every later call fails, so that a program may ask
 * for everything and test once, at the end.  What the document holds and the
 * program never asked for is an error too: a misspelt key must not be silent.
 *
 * A path is keys joined by points, list elements by number from 0:
 * "channels.Email.base_sessions", "events.0.start"; a backslash takes the next
 * character as it is ("channels.Booking\.com").  It starts at the node `at`, or
 * at the root if that is NULL; NULL or "" is `at` itself.
 *
 * An empty value, ~ and null count as absent: the default is used.
 *
 * Not supported, with an error that says so: merge keys (<<), tags, keys that
 * are not text, several documents.  Limits: 4 MiB of text, 64 levels, 100000
 * nodes after aliases are expanded, 1000 anchors.
 */
#ifndef AEE_RECORD_CONFIG_H
#define AEE_RECORD_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct config;
struct config_node; /* lives as long as its config */

enum config_kind {
	CONFIG_NULL,
	CONFIG_SCALAR,
	CONFIG_SEQUENCE,
	CONFIG_MAPPING,
};

/*
 * Read the document in the file at path ("-": standard input; NULL: an empty
 * mapping, for a program whose config is optional).  Returns NULL only if out
 * of memory: a file that cannot be read or parsed gives a config with an error.
 * Free with config_close().
 */
struct config *config_open(const char *path);

/* The same from an open stream up to its end, which the caller closes, and from
 * n bytes in memory.  name is the file's name in messages. */
struct config *config_read(FILE *in, const char *name);
struct config *config_parse(const char *text, size_t n, const char *name);

void config_close(struct config *cfg); /* NULL is allowed */

/*
 * Override or add one value.  The value is YAML: a scalar, [...] or {...}.
 * Mappings on the way are made where they are absent; a list grows by one at
 * its end.  Errors name the option.  Returns 0 or -1.
 */
int config_set(struct config *cfg, const char *assignment);

/*
 * Report the first key, in the order of the document, that no look-up asked
 * for; options come last.  Returns 0, or -1 if there is one or if there was any
 * error before.
 */
int config_finish(struct config *cfg);

/* The first error as one line without the program's name, NULL if there is
 * none: "simulation.yaml:12:3: key 'traffic.growth': 'abc' is not a number". */
const char *config_error(const struct config *cfg);

/* The exit status that belongs to it: 0 none, 1 in the document, 2 in a
 * config_set() option. */
int config_status(const struct config *cfg);

/*
 * Typed look-ups.  Each returns 1 and the value; 0 and the fallback if the key
 * is absent; -1 and the fallback on an error: a wrong type, or a number less
 * than min or more than max.  Each marks the key as known.
 */
int config_double(struct config *cfg, struct config_node *at, const char *path,
    double fallback, double min, double max, double *out);
int config_int(struct config *cfg, struct config_node *at, const char *path,
    int64_t fallback, int64_t min, int64_t max, int64_t *out);

/* true or false; text in quotes is neither that nor a number. */
int config_bool(struct config *cfg, struct config_node *at, const char *path,
    bool fallback, bool *out);

/* Any scalar, as written; lives as long as cfg. */
int config_text(struct config *cfg, struct config_node *at, const char *path,
    const char *fallback, const char **out);

/* YYYY-MM-DD as days since 1970-01-01. */
int config_date(struct config *cfg, struct config_node *at, const char *path,
    int32_t fallback, int32_t *out);

/* A sequence of numbers, each from min to max; the array lives as long as cfg.
 * Absent or wrong leaves *x and *n as they were. */
int config_doubles(struct config *cfg, struct config_node *at, const char *path,
    double min, double max, const double **x, size_t *n);

/* The node at path, of any kind, a mapping, or a sequence; NULL if it is absent
 * or on an error.  Marks the node as known, not what it holds. */
struct config_node *config_get(struct config *cfg, struct config_node *at,
    const char *path);
struct config_node *config_mapping(struct config *cfg, struct config_node *at,
    const char *path);
struct config_node *config_sequence(struct config *cfg, struct config_node *at,
    const char *path);

/*
 * Walk over a mapping or a sequence in the order of the document:
 *	for (n = config_first(list); n != NULL; n = config_next(n))
 * Each node met is marked as known.  config_first(NULL) is NULL.
 */
struct config_node *config_first(struct config_node *node);
struct config_node *config_next(struct config_node *node);

enum config_kind config_kind(const struct config_node *node);
size_t config_count(const struct config_node *node);    /* of direct children */
const char *config_key(const struct config_node *node); /* NULL in a sequence */

/* Mark the node at path and all that it holds as known: for sections that
 * belong to another program. */
void config_ignore(struct config *cfg, struct config_node *at,
    const char *path);

/* Fail with "key 'path' is missing" if there is nothing there.  0 or -1. */
int config_require(struct config *cfg, struct config_node *at,
    const char *path);

/* Whether the value there comes from an option, which is then to blame where it
 * does not go with another value. */
bool config_by_option(struct config *cfg, struct config_node *at,
    const char *path);

/* Keep an error that the program found in a value (an end before its start):
 * the place and the key, then the formatted text.  Returns -1. */
int config_fail(struct config *cfg, struct config_node *at, const char *path,
    const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
