/* The traffic of aee-kpi: sessions by the groups that it has columns for. */
#ifndef AEE_TOOLS_KPI_TRAFFIC_H
#define AEE_TOOLS_KPI_TRAFFIC_H

#include <stddef.h>

struct cli;
struct order_tables;

/* Add the sessions of a file; channel_group: which of the groups of -g is the
 * channel, SIZE_MAX if none is.  Ends the program on a failure. */
void kpi_traffic_read(struct cli *cli, struct order_tables *to,
    size_t channel_group, const char *path);

#endif
