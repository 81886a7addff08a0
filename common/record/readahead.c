#include "record/readahead.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "record/progress.h"
#include "record/source.h"

/* What was read, from `first` on: the first block is room for a line that began
 * in the buffer before. */
struct buffer {
	char *bytes;
	size_t first, end;
	bool *quoted; /* the block has a quote */
};

/*
 * The thread fills one buffer while the other is in use; the two change places
 * once that one is used up.  The lock is for the buffer that is being filled and
 * what says how far that is.
 */
struct readahead {
	struct source *source;
	int fd;
	size_t block, capacity; /* bytes of a buffer */
	bool quotes;
	struct source *part;
	struct buffer *now; /* in use */
	size_t at;          /* what source has not got yet, in it */
	size_t serial;      /* before here in it, there is nothing to be cut */

	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t room, bytes;
	struct buffer *next; /* being filled */
	bool idle;           /* there is nothing to be read at the moment */
	bool done;           /* there is nothing more to be read: error */
	int error;           /* of errno; 0: the end of the file */
	int stop;            /* an eventfd: readable once it is to stop */
	bool stopped;
	struct buffer buffer[2];
};

/* ---- the thread ---------------------------------------------------------------- */

/* Note the quotes in n bytes from `at` on. */
static void
note_quotes(const struct readahead *a, struct buffer *b, size_t at, size_t n)
{
	size_t stop = at + n, end;

	for (; a->quotes && at < stop; at = end) {
		bool *quoted = &b->quoted[at / a->block];

		end = (at / a->block + 1) * a->block;
		if (end > stop)
			end = stop;
		if (!*quoted)
			*quoted = memchr(b->bytes + at, '"', end - at) != NULL;
	}
}

/* Wait until there is something to be read, or to be stopped. */
static void
wait_readable(struct readahead *a)
{
	struct pollfd fds[] = { { .fd = a->fd, .events = POLLIN },
		{ .fd = a->stop, .events = POLLIN } };

	if (poll(fds, 2, 0) != 0)
		return;
	pthread_mutex_lock(&a->lock);
	a->idle = true;
	pthread_cond_signal(&a->bytes);
	pthread_mutex_unlock(&a->lock);
	(void)poll(fds, 2, -1);
	pthread_mutex_lock(&a->lock);
	a->idle = false;
	pthread_mutex_unlock(&a->lock);
}

/* Read what is there into the buffer, with the lock held: it is not for long. */
static void
read_more(struct readahead *a)
{
	struct buffer *b = a->next;
	size_t n = a->capacity - b->end;
	ssize_t got = read(a->fd, b->bytes + b->end,
	    n < a->block ? n : a->block);

	if (got == -1 && (errno == EINTR || errno == EAGAIN))
		return;
	if (got <= 0) {
		a->done = true;
		a->error = got == -1 ? errno : 0;
	} else {
		note_quotes(a, b, b->end, (size_t)got);
		b->end += (size_t)got;
	}
	pthread_cond_signal(&a->bytes);
}

static void *
read_on(void *arg)
{
	struct readahead *a = arg;

	pthread_mutex_lock(&a->lock);
	while (!a->done && !a->stopped) {
		if (a->next->end == a->capacity) {
			pthread_cond_wait(&a->room, &a->lock);
			continue;
		}
		pthread_mutex_unlock(&a->lock);
		wait_readable(a);
		pthread_mutex_lock(&a->lock);
		if (!a->stopped && a->next->end < a->capacity)
			read_more(a);
	}
	pthread_mutex_unlock(&a->lock);
	return NULL;
}

/* ---- its reader ---------------------------------------------------------------- */

/* Empty a buffer. */
static void
clear(const struct readahead *a, struct buffer *b)
{
	b->first = b->end = a->block;
	memset(b->quoted, 0, a->capacity / a->block * sizeof(*b->quoted));
}

/* Put n bytes in front of the buffer in use. */
static void
prepend(struct readahead *a, const char *p, size_t n)
{
	struct buffer *b = a->now;

	b->first -= n;
	memcpy(b->bytes + b->first, p, n);
	note_quotes(a, b, b->first, n);
	a->at = b->first;
}

/* Go to the next buffer, taking what the source has not got along: false if there
 * is nothing in it, and will not be. */
static bool
change(struct readahead *a)
{
	struct buffer *old = a->now;
	bool any;

	pthread_mutex_lock(&a->lock);
	while (!a->done && a->next->end < a->capacity &&
	    !(a->idle && a->next->end > a->block))
		pthread_cond_wait(&a->bytes, &a->lock);
	any = a->next->end > a->block;
	if (any) {
		size_t at = a->at;

		progress_add(a->source->progress, a->next->end - a->block);
		a->now = a->next;
		a->at = a->now->first;
		a->serial = 0;
		if (at < old->end)
			prepend(a, old->bytes + at, old->end - at);
		clear(a, old);
		a->next = old;
		pthread_cond_signal(&a->room);
	}
	pthread_mutex_unlock(&a->lock);
	return any;
}

/* What the source reads with. */
static ssize_t
read_ahead(void *reader, char *p, size_t n)
{
	struct readahead *a = reader;

	if (a->at == a->now->end && !change(a)) {
		errno = a->error;
		return a->error == 0 ? 0 : -1;
	}
	if (n > a->now->end - a->at)
		n = a->now->end - a->at;
	memcpy(p, a->now->bytes + a->at, n);
	a->at += n;
	return (ssize_t)n;
}

/* ---- parts --------------------------------------------------------------------- */

/* Whether all that the source holds came from the buffer in use, or has room in
 * front of it. */
static bool
fits(const struct readahead *a, size_t held)
{
	size_t first = a->now->first;

	return held <= a->at - first || (a->at == first && held <= first);
}

bool
readahead_ready(const struct readahead *a, const struct source *s)
{
	size_t held = s->end - s->start;

	return fits(a, held) && a->at >= a->serial + held;
}

/* Take back what the source holds. */
static void
take_back(struct readahead *a)
{
	struct source *s = a->source;
	size_t held = s->end - s->start;

	if (held <= a->at - a->now->first)
		a->at -= held;
	else
		prepend(a, s->buffer + s->start, held);
	s->place -= held;
	s->start = s->end = 0;
	s->eof = false;
	memset(s->buffer, 0, SOURCE_SLACK);
	s->reads++;
}

/* Where the first quote may be, and in *after, where there may be none again. */
static size_t
find_quote(const struct readahead *a, size_t *after)
{
	const struct buffer *b = a->now;
	size_t i = a->at / a->block;

	while (i * a->block < b->end && !b->quoted[i])
		i++;
	*after = (i + 1) * a->block;
	if (*after > b->end)
		*after = b->end;
	if (i * a->block >= b->end)
		return b->end;
	return i * a->block > a->at ? i * a->block : a->at;
}

/* Where the whole lines end that can be cut; a->at if there are none. */
static size_t
find_end(struct readahead *a)
{
	for (;;) {
		size_t after, stop = find_quote(a, &after);
		const char *p = a->now->bytes + a->at;
		const char *last = memrchr(p, '\n', stop - a->at);

		if (last != NULL)
			return a->at + (size_t)(last - p) + 1;
		/* Perhaps the next buffer has more of the line. */
		if (stop == a->now->end && stop - a->at <= a->block) {
			if (a->source->wait != NULL)
				a->source->wait(a->source->context);
			if (change(a))
				continue;
		}
		a->serial = after;
		return a->at;
	}
}

static size_t
cut(struct readahead *a, size_t stop)
{
	struct source *s = a->source;
	char *bytes = a->now->bytes;
	size_t n = 0;

	while (a->at < stop) {
		size_t end = stop;

		if (stop - a->at > a->block) {
			const char *p = bytes + a->at + a->block - 1;

			p = memchr(p, '\n', (size_t)(bytes + stop - p));
			end = (size_t)(p - bytes) + 1;
		}
		s->place += end - a->at;
		a->part[n++] = (struct source){ .fd = -1,
			.buffer = bytes,
			.start = a->at,
			.end = end,
			.eof = true,
			.place = s->place,
			.line = 1,
			.max_record = s->max_record };
		a->at = end;
	}
	return n;
}

size_t
readahead_cut(struct readahead *a, struct source **part)
{
	*part = a->part;
	if (!readahead_ready(a, a->source))
		return 0;
	take_back(a);
	return cut(a, find_end(a));
}

/* ---- start and end ------------------------------------------------------------- */

static void
release(struct readahead *a)
{
	for (int i = 0; i < 2; i++) {
		free(a->buffer[i].bytes);
		free(a->buffer[i].quoted);
	}
	if (a->stop != -1)
		close(a->stop);
	free(a->part);
	free(a);
}

struct readahead *
readahead_new(struct source *s, size_t parts, size_t block, bool quotes)
{
	struct readahead *a = calloc(1, sizeof(*a));
	bool failed;

	if (a == NULL)
		return NULL;
	a->source = s;
	a->fd = s->fd;
	a->block = block;
	a->capacity = (parts + 1) * block;
	a->quotes = quotes;
	a->part = calloc(parts + 1, sizeof(*a->part));
	a->stop = eventfd(0, EFD_CLOEXEC);
	failed = a->part == NULL || a->stop == -1;
	for (int i = 0; i < 2; i++) {
		struct buffer *b = &a->buffer[i];

		b->bytes = calloc(1, a->capacity + SOURCE_SLACK);
		b->quoted = calloc(parts + 1, sizeof(*b->quoted));
		if (b->bytes == NULL || b->quoted == NULL)
			failed = true;
		else
			clear(a, b);
	}
	a->now = &a->buffer[0];
	a->next = &a->buffer[1];
	a->at = a->now->first;
	pthread_mutex_init(&a->lock, NULL);
	pthread_cond_init(&a->room, NULL);
	pthread_cond_init(&a->bytes, NULL);
	if (failed || pthread_create(&a->thread, NULL, read_on, a) != 0) {
		release(a);
		return NULL;
	}
	s->read = read_ahead;
	s->reader = a;
	return a;
}

void
readahead_free(struct readahead *a)
{
	const uint64_t one = 1;

	if (a == NULL)
		return;
	pthread_mutex_lock(&a->lock);
	a->stopped = true;
	pthread_cond_signal(&a->room);
	pthread_mutex_unlock(&a->lock);
	/* It is an eventfd: it takes all of it. */
	(void)!write(a->stop, &one, sizeof(one));
	pthread_join(a->thread, NULL);
	pthread_cond_destroy(&a->bytes);
	pthread_cond_destroy(&a->room);
	pthread_mutex_destroy(&a->lock);
	release(a);
}
