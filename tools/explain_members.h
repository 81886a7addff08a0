/*
 * Which member is below what it used to be: aee-explain --by-member.
 */
#ifndef AEE_TOOLS_EXPLAIN_MEMBERS_H
#define AEE_TOOLS_EXPLAIN_MEMBERS_H

struct explain;

/* Add the lines, and set x->change and the range of x->base. */
void explain_members(struct explain *x);

#endif
