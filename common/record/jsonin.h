/*
 * JSON documents in, whole: models, expected figures.  Records in JSON are
 * recin.h's.  The tree is cJSON's.
 */
#ifndef AEE_RECORD_JSONIN_H
#define AEE_RECORD_JSONIN_H

struct cJSON;
struct cli;

/* The document in the file at path ('-': standard input), to be given to
 * cJSON_Delete().  Ends the program if it cannot be read or is no JSON. */
struct cJSON *jsonin_read(struct cli *cli, const char *path);

#endif
