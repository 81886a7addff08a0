/*
 * A cube of aee-kpi: one long table of exact sums,
 *
 *	date, [groups], dimension, member, sessions, orders, revenue
 *
 * in which each order counts in the dimension `total`, whose one member has no
 * name, and in its member of every other dimension.  Rows are by group in order
 * of first appearance, then by day, dimension (total first) and member (by the
 * bytes of its name), so that a cube of all and the sum of the cubes of parts
 * have the same rows.
 */
#ifndef AEE_TOOLS_KPI_CUBE_H
#define AEE_TOOLS_KPI_CUBE_H

#include <stddef.h>

#include "record/field.h"

struct cli;
struct kpi;
struct groups;
struct kpi_cube;
struct kpi_sums;
struct recin;

/* With the first `ngroup` of the groups of -g; the others are dimensions. */
struct kpi_cube *kpi_cube_new(struct cli *cli, size_t ngroup);
void kpi_cube_free(struct kpi_cube *cube); /* NULL is allowed */

/* Add what was summed up by all groups of -g, the dimensions among them. */
void kpi_cube_orders(struct kpi_cube *cube, const struct kpi *kpi,
    const struct groups *groups);

/* Add a table of traffic, by the dimensions that are columns of it. */
void kpi_cube_traffic(struct kpi_cube *cube, const char *path);

/* Add the rows of cubes. */
void kpi_cube_rows(struct kpi_cube *cube, struct recin *in);

/* Whether an input is a cube. */
bool kpi_cube_is(const struct recin *in);

/* Write the rows; in: what gives the output its format. */
void kpi_cube_write(struct kpi_cube *cube, const struct recin *in);

#endif
