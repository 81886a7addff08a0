/* Whether bytes are UTF-8: RFC 3629, so no overlong forms, no surrogates,
 * nothing above U+10FFFF. */
#ifndef AEE_RECORD_UTF8_H
#define AEE_RECORD_UTF8_H

#include <stddef.h>

/* Length of the longest valid prefix: n if all is valid. */
size_t utf8_valid(const char *p, size_t n);

/* How much of n bytes a message shows, for %.*s: whole characters, and at most
 * 60 bytes. */
int utf8_shown(const char *p, size_t n);

/* Bytes of the encoding of a code point below 0x110000 that is no surrogate,
 * written to p: 1 to 4. */
size_t utf8_encode(char *p, unsigned code);

#endif
