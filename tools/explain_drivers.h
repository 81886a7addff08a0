/*
 * Which drivers and members make up a change.
 */
#ifndef AEE_TOOLS_EXPLAIN_DRIVERS_H
#define AEE_TOOLS_EXPLAIN_DRIVERS_H

struct explain;
struct explain_forecast;

/* Add the lines; forecast may be NULL. */
void explain_drivers(struct explain *x, struct explain_forecast *forecast);

#endif
