/*
 * Time zones, by name or as an offset.
 *
 * The C library knows one zone per process, through TZ and shared by all
 * threads.  So this reads the files of /usr/share/zoneinfo (RFC 8536) itself,
 * once, into a table of the instants at which the offset changes.  TZ and
 * TZDIR are neither read nor changed, and a zone can be shared by threads.
 */
#ifndef AEE_BASE_DATE_ZONE_H
#define AEE_BASE_DATE_ZONE_H

#include <stdint.h>

struct date_zone;

/*
 * A zone by its IANA name ("Europe/Berlin"), or "UTC", "Z", "+05:30", "-0800",
 * "+05".  Returns NULL with the reason in *why ("is not a known time zone").
 * Free with date_zone_free().
 */
struct date_zone *date_zone_open(const char *name, const char **why);

/* Seconds east of UTC in the zone at an instant, in seconds since 1970 without
 * leap seconds. */
int32_t date_zone_offset(const struct date_zone *zone, int64_t instant);

void date_zone_free(struct date_zone *zone); /* NULL is allowed */

#endif
