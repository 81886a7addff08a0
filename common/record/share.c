#include "record/share.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

char *
share_path(const char *name)
{
	char program[PATH_MAX], *slash, *path;
	ssize_t n = readlink("/proc/self/exe", program, sizeof(program) - 1);

	/* Without /proc: as installed by default. */
	if (n <= 0)
		n = snprintf(program, sizeof(program), "/usr/local/bin/aee");
	program[n] = '\0';
	if ((slash = strrchr(program, '/')) != NULL)
		*slash = '\0';
	if (asprintf(&path, "%s/../share/aee/%s", program, name) == -1)
		return NULL;
	return path;
}
