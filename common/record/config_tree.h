/*
 * The tree that config_yaml.c reads, config.c overrides and config_get.c asks;
 * nobody else includes this.
 */
#ifndef AEE_RECORD_CONFIG_TREE_H
#define AEE_RECORD_CONFIG_TREE_H

#include "base/arena.h"
#include "record/config.h"

/* Where text stands: in an option, or at a line and column (from 1) of the
 * file; line 0 is nowhere. */
struct config_place {
	const char *option;
	size_t line, column;
};

/* A key that a look-up asked a mapping for, there or not: what a misspelt key
 * may have meant. */
struct config_known {
	struct config_known *next;
	const char *key;
};

struct config_node {
	struct config_node *parent, *next, *first, *last;
	struct config_known *known;
	const char *key;  /* NULL in a sequence and in the root */
	const char *text; /* of a scalar; never holds a NUL byte inside */
	struct config_place at, key_at;
	size_t count, index; /* of children; among its siblings */
	enum config_kind kind;
	bool plain; /* a scalar without quotes */
	bool used;
};

struct config {
	struct arena arena; /* holds everything below */
	const char *name;   /* NULL if there is no file */
	struct config_node *root;
	const char *error;
	int status;
	size_t nodes; /* made so far */
};

/* Keep an error if it is the first.  Returns -1. */
int config_fail_at(struct config *cfg, const struct config_place *place,
    const char *format, ...) __attribute__((format(printf, 3, 4)));
int config_fail_memory(struct config *cfg);

/* The user's text for a message: one line, cut when long. */
#define CONFIG_SHOWN 80
const char *config_shown(char shown[CONFIG_SHOWN], const char *text);

/* A path as a message shows it: long ones are cut.  Begins zeroed. */
struct config_path {
	char text[400];
	size_t n;
};
void config_path_add(struct config_path *path, const char *part, size_t n);
void config_path_of(struct config_path *path, const struct config_node *node);

/* Keep "key 'path': " and the formatted text, at the node.  Returns -1. */
int config_fail_node(struct config *cfg, const struct config_node *node,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The same with "'abc' is not a number": the value, or a word for it, and what
 * was wanted. */
int config_fail_type(struct config *cfg, const struct config_node *node,
    const char *wanted);

/*
 * Parts of a path: the length of the first one, up to a point that no backslash
 * precedes; whether n bytes at p name a key; the key that they name, NULL (kept
 * as an error) if out of memory; the number of a list element, false if they
 * are none.
 */
size_t config_part_length(const char *p);
bool config_part_is(const char *p, size_t n, const char *key);
const char *config_part_copy(struct config *cfg, const char *p, size_t n);
bool config_part_number(const char *p, size_t n, size_t *number);

/* The child that the part names; NULL if there is none. */
struct config_node *config_child_of(struct config_node *node, const char *p,
    size_t n);

/* Put a node at the end of a mapping or sequence; sets parent and index. */
void config_append(struct config_node *parent, struct config_node *child);

/* A new node of kind CONFIG_NULL, NULL (kept as an error) if out of memory or
 * over the limit of nodes. */
struct config_node *config_node_new(struct config *cfg,
    const struct config_place *place);

/*
 * The tree of the document in n bytes of text, CONFIG_NULL if there is none;
 * NULL on an error, which is kept.  option is the option that the text comes
 * from, NULL for the file.
 */
struct config_node *config_yaml(struct config *cfg, const char *text, size_t n,
    const char *option);

#endif
