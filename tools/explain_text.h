/*
 * What aee-explain --text says: every number is a field of a line.
 */
#ifndef AEE_TOOLS_EXPLAIN_TEXT_H
#define AEE_TOOLS_EXPLAIN_TEXT_H

struct explain;

void explain_say_drivers(const struct explain *x);
void explain_say_dimensions(const struct explain *x);
void explain_say_members(const struct explain *x);

#endif
