/*
 * The totals that aee-kpi --summary wrote, for aee-report.
 */
#ifndef AEE_TOOLS_REPORT_KPI_H
#define AEE_TOOLS_REPORT_KPI_H

struct report_data;

/* Read them into data->totals and data->channel_total; ends the program if path
 * is no such document. */
void report_read_kpi(struct report_data *data, const char *path);

#endif
