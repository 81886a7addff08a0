/*
 * The orders of aee-kpi by several threads.  Each adds what it reads to tables of
 * its own, which become one at the end.  Sums are exact, and groups and channels
 * are numbered in the order in which the input has them, so that the result is
 * that of one thread.
 */
#ifndef AEE_TOOLS_KPI_JOBS_H
#define AEE_TOOLS_KPI_JOBS_H

#include <stdbool.h>
#include <stddef.h>

struct kpi_jobs;
struct order_columns;
struct order_tables;
struct recin;

/* Whether it can be done with these columns: numbers of orders and customers do
 * not become one. */
bool kpi_jobs_can(const struct order_columns *columns);

/*
 * Let n threads read what `in` has: records that they do not take are the caller's
 * (see recin_jobs()), to be added to `to`, which must be empty but for what is to
 * be the same for all.  Columns and `to` must stay.  NULL if out of memory or if
 * `in` has an error.  Free with kpi_jobs_free(), after `in` is read.
 */
struct kpi_jobs *kpi_jobs_new(size_t n, struct recin *in,
    const struct order_columns *columns, struct order_tables *to);

/* Let the days of the caller's tables reach all that threads have read before the
 * row at hand, as if they were read by one. */
void kpi_jobs_cover(struct kpi_jobs *jobs);

/* Whether a thread is out of memory. */
bool kpi_jobs_failed(const struct kpi_jobs *jobs);

/* At the end, put everything that was added into `to`.  0, -1 if out of memory,
 * or -2 if a sum has too many digits. */
int kpi_jobs_join(struct kpi_jobs *jobs);

void kpi_jobs_free(struct kpi_jobs *jobs); /* NULL is allowed */

#endif
