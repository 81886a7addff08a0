#include "record/source.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BLOCK = 64 << 10 };

enum source_status
source_more(struct source *s)
{
	size_t held = s->end - s->start;
	ssize_t n;

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
		char *buffer = realloc(s->buffer, capacity);

		if (buffer == NULL)
			return SOURCE_NO_MEMORY;
		s->buffer = buffer;
		s->capacity = capacity;
	}
	if (s->wait != NULL)
		s->wait(s->context);
	do
		n = read(s->fd, s->buffer + s->end, s->capacity - s->end);
	while (n == -1 && errno == EINTR);
	if (n == -1)
		return SOURCE_FAILED;
	if (n == 0) {
		s->eof = true;
		return SOURCE_END;
	}
	s->end += (size_t)n;
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

void
source_skip(struct source *s, size_t n)
{
	const char *p = s->buffer + s->start, *stop = p + n;

	while (p < stop && (p = memchr(p, '\n', (size_t)(stop - p))) != NULL) {
		s->line++;
		p++;
	}
	s->start += n;
}

void
source_consume(struct source *s)
{
	if (s->raw > 0)
		source_skip(s, s->raw);
	s->raw = 0;
}
