/*
 * Values of options, checked before any input is read.  The one module that
 * ends the program: a bad value prints one line, "program: --option: 'text' is
 * not ...", and exits with status 2.
 */
#ifndef AEE_BASE_OPT_H
#define AEE_BASE_OPT_H

#include <stddef.h>
#include <stdint.h>

/* A whole number from min to max. */
size_t opt_size(const char *option, const char *text, size_t min, size_t max);
int64_t opt_int(const char *option, const char *text, int64_t min, int64_t max);

/* Bytes, 1 at least: a whole number, perhaps with K, M, G or T behind it, for
 * powers of 1024. */
size_t opt_bytes(const char *option, const char *text);

/* A number from min to max, finite. */
double opt_double(const char *option, const char *text, double min, double max);

/* The index of text among names (n of them). */
size_t opt_choice(const char *option, const char *text,
    const char *const *names, size_t n);

/*
 * The parts of text between separators, none of them empty, as an array with
 * NULL behind the last of *n; free with free(), once.  In double quotes a part
 * may hold the separator.
 */
char **opt_list(const char *option, const char *text, char separator,
    size_t *n);

/* End the program with status 2 and "program: format". */
_Noreturn void opt_fail(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

#endif
