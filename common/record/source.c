#include "record/source.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "record/progress.h"

enum { BLOCK = 64 << 10 };

static ssize_t
read_some(const struct source *s, char *p, size_t n)
{
	ssize_t got;

	if (s->read != NULL)
		return s->read(s->reader, p, n);
	do
		got = read(s->fd, p, n);
	while (got == -1 && errno == EINTR);
	return got;
}

enum source_status
source_more(struct source *s)
{
	size_t held = s->end - s->start, room;
	ssize_t n;

	s->reads++;
	if (s->eof)
		return SOURCE_END;
	if (held > s->max_record)
		return SOURCE_TOO_LONG;
	if (s->capacity - s->end < BLOCK / 2 && s->start > 0) {
		memmove(s->buffer, s->buffer + s->start, held);
		s->start = 0;
		s->end = held;
	}
	if (s->capacity - s->end < BLOCK / 2) {
		size_t capacity = s->capacity == 0 ? 2 * BLOCK
						   : 2 * s->capacity;
		char *buffer = realloc(s->buffer, capacity + SOURCE_SLACK);

		if (buffer == NULL)
			return SOURCE_NO_MEMORY;
		s->buffer = buffer;
		s->capacity = capacity;
	}
	memset(s->buffer + s->end, 0, SOURCE_SLACK);
	room = s->capacity - s->end;
	if (s->block > 0 && s->block < room)
		room = s->block;
	if (s->wait != NULL)
		s->wait(s->context);
	if ((n = read_some(s, s->buffer + s->end, room)) == -1)
		return SOURCE_FAILED;
	if (n == 0) {
		s->eof = true;
		return SOURCE_END;
	}
	if (s->read == NULL)
		progress_add(s->progress, (size_t)n);
	s->end += (size_t)n;
	s->place += (uint64_t)n;
	memset(s->buffer + s->end, 0, SOURCE_SLACK);
	return SOURCE_MORE;
}

void
source_why(const struct source *s, enum source_status status, char *why,
    size_t size)
{
	switch (status) {
	case SOURCE_TOO_LONG:
		snprintf(why, size,
		    "a record of more than %zu bytes (see --max-record)",
		    s->max_record);
		break;
	case SOURCE_NO_MEMORY:
		snprintf(why, size, "out of memory");
		break;
	default:
		snprintf(why, size, "%s", strerror(errno));
	}
}

static uint64_t
lines_in(const char *p, size_t n)
{
	const char *stop = p + n;
	uint64_t lines = 0;

	while (p < stop && (p = memchr(p, '\n', (size_t)(stop - p))) != NULL) {
		lines++;
		p++;
	}
	return lines;
}

void
source_hold(struct source *s, size_t n)
{
	s->raw = n;
	s->raw_lines = lines_in(s->buffer + s->start, n);
}

void
source_skip(struct source *s, size_t n)
{
	s->line += lines_in(s->buffer + s->start, n);
	s->start += n;
}

void
source_restart(struct source *s, int fd)
{
	s->fd = fd;
	s->read = NULL;
	s->place = 0;
	s->reads++;
	s->start = s->end = s->raw = 0;
	s->raw_lines = 0;
	s->line = 1;
	s->eof = false;
}
