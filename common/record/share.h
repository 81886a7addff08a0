/*
 * Files that come with the programs: what config/ holds in the source.  They lie
 * in share/aee beside the folder of the program (../share/aee of bin), so that
 * the built and the installed program find their own, wherever they are.
 */
#ifndef AEE_RECORD_SHARE_H
#define AEE_RECORD_SHARE_H

/* The path of a file as "holidays/IN.csv", to free; NULL if out of memory.
 * Says nothing on whether it is there. */
char *share_path(const char *name);

#endif
