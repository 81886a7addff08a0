#include "record/output.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/vec.h"
#include "record/progress.h"

enum { BUFFER = 256 << 10 };

struct output {
	char *path;      /* as the user wrote it, or "stdout" */
	char *target;    /* the file to replace, links followed; or NULL */
	char *temporary; /* name to rename from, or NULL */
	int fd;
	mode_t mode;   /* of a new file */
	bool nameless; /* O_TMPFILE: has no name before the end */
	char *error;
	struct progress *progress; /* to end before the first write, or NULL */
	bool memory;               /* there is no file: */
	char *kept;
	size_t n_kept, capacity;
	size_t n;
	char buffer[BUFFER];
};

void
output_fail(struct output *out, const char *reason)
{
	if (out->error != NULL)
		return;
	if (asprintf(&out->error, "%s: %s", out->path, reason) == -1)
		out->error = NULL;
}

static void
keep_error(struct output *out, int number)
{
	output_fail(out, strerror(number));
}

/* The folder of path, for O_TMPFILE. */
static char *
folder(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return strdup(".");
	if (slash == path)
		return strdup("/");
	return strndup(path, (size_t)(slash - path));
}

/* A name beside path that is free; try counts the attempts. */
static char *
temporary_name(const char *path, unsigned try)
{
	char *name;

	if (asprintf(&name, "%s.%ld-%u.tmp", path, (long)getpid(), try) == -1)
		return NULL;
	return name;
}

/* Make the file under a name beside the target that is free: make() returns -1,
 * with EEXIST where the name is taken.  -1 if none could be made. */
static int
under_free_name(struct output *out,
    int (*make)(struct output *out, const char *name))
{
	for (unsigned try = 0; try < 100; try++) {
		char *name = temporary_name(out->target, try);

		if (name == NULL)
			return -1;
		if (make(out, name) == 0) {
			out->temporary = name;
			return 0;
		}
		free(name);
		if (errno != EEXIST)
			break;
	}
	return -1;
}

static int
create(struct output *out, const char *name)
{
	out->fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
	    out->mode);
	return out->fd == -1 ? -1 : 0;
}

static void
open_temporary(struct output *out)
{
	char *dir = folder(out->target);

	if (dir == NULL) {
		keep_error(out, ENOMEM);
		return;
	}
	if (access("/proc/self/fd", X_OK) == 0)
		out->fd = open(dir, O_TMPFILE | O_WRONLY | O_CLOEXEC,
		    out->mode);
	free(dir);
	if (out->fd != -1) {
		out->nameless = true;
		return;
	}
	if (under_free_name(out, create) == -1)
		keep_error(out, errno);
}

/* Devices, pipes and what else is no file of the user's to replace. */
static bool
written_directly(const char *path)
{
	struct stat st;

	return strncmp(path, "/dev/", 5) == 0 ||
	    strncmp(path, "/proc/", 6) == 0 ||
	    (stat(path, &st) == 0 && !S_ISREG(st.st_mode));
}

static void
open_file(struct output *out)
{
	struct stat st;
	bool exists = stat(out->path, &st) == 0;
	mode_t mask;

	if (exists && access(out->path, W_OK) == -1) {
		keep_error(out, errno);
		return;
	}
	out->target = exists ? realpath(out->path, NULL) : strdup(out->path);
	if (out->target == NULL) {
		keep_error(out, errno);
		return;
	}
	mask = umask(0);
	umask(mask);
	out->mode = 0666 & ~mask;
	open_temporary(out);
	if (exists && out->fd != -1 &&
	    fchmod(out->fd, st.st_mode & 07777) == -1)
		keep_error(out, errno);
}

/* Of nothing yet. */
static struct output *
new_output(const char *path)
{
	struct output *out = malloc(sizeof(*out));

	if (out == NULL)
		return NULL;
	memset(out, 0, offsetof(struct output, buffer));
	out->fd = -1;
	if ((out->path = strdup(path)) == NULL) {
		free(out);
		return NULL;
	}
	return out;
}

struct output *
output_open(const char *path)
{
	bool standard = path == NULL || strcmp(path, "-") == 0;
	struct output *out = new_output(standard ? "stdout" : path);

	if (out == NULL)
		return NULL;
	if (standard) {
		out->fd = STDOUT_FILENO;
	} else if (written_directly(path)) {
		out->fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
		if (out->fd == -1)
			keep_error(out, errno);
	} else {
		open_file(out);
	}
	return out;
}

/* Whether two paths are one name in one folder. */
static bool
same_place(const char *a, const char *b)
{
	const char *a_name = strrchr(a, '/'), *b_name = strrchr(b, '/');
	char *a_folder = folder(a), *b_folder = folder(b);
	struct stat x, y;
	bool same;

	a_name = a_name == NULL ? a : a_name + 1;
	b_name = b_name == NULL ? b : b_name + 1;
	same = a_folder != NULL && b_folder != NULL &&
	    strcmp(a_name, b_name) == 0 && stat(a_folder, &x) == 0 &&
	    stat(b_folder, &y) == 0 && x.st_dev == y.st_dev &&
	    x.st_ino == y.st_ino;
	free(a_folder);
	free(b_folder);
	return same;
}

bool
output_same(const struct output *a, const struct output *b)
{
	if (a->fd == STDOUT_FILENO && b->fd == STDOUT_FILENO)
		return true;
	return a->target != NULL && b->target != NULL &&
	    same_place(a->target, b->target);
}

struct output *
output_memory(void)
{
	struct output *out = new_output("memory");

	if (out != NULL)
		out->memory = true;
	return out;
}

const char *
output_kept(struct output *out, size_t *n)
{
	output_flush(out);
	*n = out->n_kept;
	return out->kept;
}

void
output_forget(struct output *out)
{
	out->n = out->n_kept = 0;
}

void
output_ends(struct output *out, struct progress *progress)
{
	if (out->fd != -1 && isatty(out->fd))
		out->progress = progress;
}

static void
keep(struct output *out, const char *p, size_t n)
{
	if (n == 0)
		return;
	if (vec_grow(&out->kept, &out->capacity, out->n_kept + n, 1) == -1) {
		keep_error(out, ENOMEM);
		return;
	}
	memcpy(out->kept + out->n_kept, p, n);
	out->n_kept += n;
}

static void
write_all(struct output *out, const char *p, size_t n)
{
	if (out->memory) {
		keep(out, p, n);
		return;
	}
	if (n > 0 && out->progress != NULL) {
		progress_end(out->progress);
		out->progress = NULL;
	}
	while (n > 0 && out->error == NULL) {
		ssize_t written = write(out->fd, p, n);

		if (written == -1) {
			if (errno != EINTR)
				keep_error(out, errno);
			continue;
		}
		p += written;
		n -= (size_t)written;
	}
}

void
output_flush(struct output *out)
{
	write_all(out, out->buffer, out->n);
	out->n = 0;
}

void
output_write(struct output *out, const char *p, size_t n)
{
	if (n > BUFFER - out->n) {
		output_flush(out);
		if (n >= BUFFER) {
			write_all(out, p, n);
			return;
		}
	}
	memcpy(out->buffer + out->n, p, n);
	out->n += n;
}

char *
output_room(struct output *out, size_t n)
{
	assert(n <= OUTPUT_ROOM);
	if (n > BUFFER - out->n)
		output_flush(out);
	return out->buffer + out->n;
}

void
output_end(struct output *out, const char *end)
{
	out->n = (size_t)(end - out->buffer);
}

const char *
output_error(const struct output *out)
{
	return out->error;
}

/* Give a file without a name one. */
static int
link_file(struct output *out, const char *name)
{
	char proc[64];

	snprintf(proc, sizeof(proc), "/proc/self/fd/%d", out->fd);
	return linkat(AT_FDCWD, proc, AT_FDCWD, name, AT_SYMLINK_FOLLOW);
}

static void
release(struct output *out)
{
	free(out->kept);
	free(out->temporary);
	free(out->target);
	free(out->path);
	free(out->error);
	free(out);
}

int
output_close(struct output *out, char *why, size_t size)
{
	int status;

	output_flush(out);
	if (out->nameless && out->error == NULL &&
	    under_free_name(out, link_file) == -1)
		keep_error(out, errno);
	if (out->fd != -1 && close(out->fd) == -1)
		keep_error(out, errno);
	if (out->target != NULL && out->error == NULL &&
	    rename(out->temporary, out->target) == -1)
		keep_error(out, errno);
	if (out->error != NULL && out->temporary != NULL)
		unlink(out->temporary);
	status = out->error == NULL ? 0 : -1;
	if (status == -1 && why != NULL)
		snprintf(why, size, "%s", out->error);
	release(out);
	return status;
}

void
output_discard(struct output *out)
{
	if (out == NULL)
		return;
	if (out->fd > STDERR_FILENO)
		close(out->fd);
	if (out->temporary != NULL)
		unlink(out->temporary);
	release(out);
}
