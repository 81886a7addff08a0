/*
 * Groups: each combination of the texts of some columns is one, numbered in
 * order of first appearance.
 */
#ifndef AEE_RECORD_GROUP_H
#define AEE_RECORD_GROUP_H

#include <stddef.h>

#include "record/field.h"

struct groups;

/* Groups by n columns (0: everything is group 0).  NULL if out of memory. */
struct groups *groups_new(size_t n);

/* Number of the group of these n fields, a new one if it is new; *fresh (may be
 * NULL) says so.  SIZE_MAX if out of memory.  Copies what it keeps. */
size_t groups_find(struct groups *groups, const struct field *key, bool *fresh);

/* The same, without adding: SIZE_MAX if there is no such group. */
size_t groups_look(const struct groups *groups, const struct field *key);

/* The groups of many keys, of up to GROUPS_RUN fields: group[r] is that of the
 * fields span[i][r], i below the number of fields.  -1 if out of memory. */
enum { GROUPS_RUN = 16 };
int groups_find_run(struct groups *groups, struct span *const *span, size_t n,
    size_t *group);

/* The same, without adding: how many there are before the first that is no
 * group. */
size_t groups_look_run(const struct groups *groups, struct span *const *span,
    size_t n, size_t *group);

/* Bytes that they hold. */
size_t groups_bytes(const struct groups *groups);

/* How many there are, and how many fields a key has. */
size_t groups_fields(const struct groups *groups);
size_t groups_count(const struct groups *groups);

/* Fields of a key. */
size_t groups_width(const struct groups *groups);

/* Field i of a group's key, as it first appeared. */
struct field groups_key(const struct groups *groups, size_t group, size_t i);

/* The key as "a=x, b=y" for messages, names being those of the columns; cut to
 * size bytes. */
void groups_text(const struct groups *groups, size_t group, char *const *names,
    char *text, size_t size);

void groups_free(struct groups *groups); /* NULL is allowed */

#endif
