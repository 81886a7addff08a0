/* Dates far away from all others: most are typing errors, and aee-kpi writes a
 * row for each period between. */
#ifndef AEE_TOOLS_KPI_DATES_H
#define AEE_TOOLS_KPI_DATES_H

#include <stddef.h>
#include <stdint.h>

#include "model/kpi.h"

struct cli;
struct recin;

enum { KPI_FAR = 3653 }; /* days: ten years */

/* How many of n days there are before the first that is far from all days
 * before it, those in kpi among them. */
size_t kpi_days_near(const struct kpi *kpi, const int32_t *day, size_t n);

/* Warn of the day of the row at hand, before it is added, if it is far from
 * those in kpi. */
void kpi_warn_far(const struct cli *cli, const struct recin *in,
    const struct kpi *kpi, int32_t day);

#endif
