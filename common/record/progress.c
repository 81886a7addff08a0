#include "record/progress.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

/* Seconds: to the first line, where how much is left is known and where it is
 * not, and from one line to the next. */
static const double first_known = 1, first_unknown = 1.5, between = 0.2;

struct progress {
	pthread_mutex_t lock; /* for all below */
	enum progress_unit unit;
	uint64_t done, total;
	double part; /* NaN: unknown */
	double begun, due;
	bool ended;
	size_t shown; /* columns of the line that stands there */
	int terminal; /* opened for its lock, or -1 */
};

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* ---- the text ------------------------------------------------------------- */

struct line {
	char *text;
	size_t n;
};

static void put(struct line *line, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Append; what does not fit is left out. */
static void
put(struct line *line, const char *format, ...)
{
	const size_t room = PROGRESS_TEXT_MAX - line->n;
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(line->text + line->n, room, format, args);
	va_end(args);
	if (n > 0)
		line->n += (size_t)n < room ? (size_t)n : room - 1;
}

/* 815 B, 1.21 GB: three digits, with a prefix from 1000 on. */
static void
put_amount(struct line *line, double v, const char *unit)
{
	static const char prefix[] = "kMGTP";
	const char *p = NULL;

	while (v >= 999.5 && (p == NULL || p[1] != '\0')) {
		v /= 1000;
		p = p == NULL ? prefix : p + 1;
	}
	if (p != NULL)
		put(line, "%.*f %c%s",
		    v < 9.995       ? 2
			: v < 99.95 ? 1
				    : 0,
		    v, *p, unit);
	else
		put(line, "%.0f%s%s", v, unit[0] == '\0' ? "" : " ", unit);
}

static void
put_duration(struct line *line, double seconds)
{
	const long s = lround(fmin(seconds, 9e8));

	if (s >= 3600)
		put(line, "%ld:%02ld:%02ld", s / 3600, s / 60 % 60, s % 60);
	else
		put(line, "%ld:%02ld", s / 60, s % 60);
}

size_t
progress_text(char *text, enum progress_unit unit, uint64_t done,
    uint64_t total, double part, double seconds)
{
	const int bytes = unit == PROGRESS_BYTES;
	struct line line = { .text = text };

	put_amount(&line, (double)done, bytes ? "B" : "");
	if (total > 0) {
		put(&line, " of ");
		put_amount(&line, (double)total, bytes ? "B" : "");
	}
	if (!bytes)
		put(&line, " rows");
	if (!isnan(part))
		put(&line, ", %.0f %%", floor(100 * part));
	put(&line, ", ");
	put_amount(&line, seconds > 0 ? (double)done / seconds : 0,
	    bytes ? "B/s" : "/s");
	if (part > 0) {
		put(&line, ", ");
		put_duration(&line, seconds / part * (1 - part));
		put(&line, " left");
	}
	return line.n;
}

/* ---- the terminal ---------------------------------------------------------- */

static void
show(const char *text, size_t n)
{
	/* A line that cannot be shown is no reason to stop. */
	if (write(STDERR_FILENO, text, n) == -1)
		return;
}

static void
hide(struct progress *p)
{
	char blank[PROGRESS_TEXT_MAX + 2];

	if (p->shown == 0)
		return;
	memset(blank, ' ', sizeof(blank));
	blank[0] = blank[p->shown + 1] = '\r';
	show(blank, p->shown + 2);
	p->shown = 0;
}

static size_t
columns(void)
{
	struct winsize size;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == -1 || size.ws_col == 0)
		return 80;
	return size.ws_col;
}

/* Whether the terminal is this program's to write on: it is not in the
 * background, and no other program shows its line there. */
static bool
is_ours(struct progress *p)
{
	const pid_t foreground = tcgetpgrp(STDERR_FILENO);
	char name[256];

	if (foreground != -1 && foreground != getpgrp())
		return false;
	if (p->terminal == -1 &&
	    ttyname_r(STDERR_FILENO, name, sizeof(name)) == 0)
		p->terminal = open(name, O_WRONLY | O_NOCTTY | O_CLOEXEC);
	return p->terminal == -1 ||
	    flock(p->terminal, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;
}

static void
redraw(struct progress *p, double time)
{
	char text[3 * PROGRESS_TEXT_MAX];
	const size_t widest = columns() - 1, before = p->shown;
	int lead = snprintf(text, PROGRESS_TEXT_MAX,
	    "\r%.40s: ", program_invocation_short_name);
	size_t n = (size_t)lead +
	    progress_text(text + lead, p->unit, p->done, p->total, p->part,
		time - p->begun);

	/* It must not wrap, or it could not be taken back. */
	if (n - 1 > widest)
		n = widest + 1;
	if (n - 1 > PROGRESS_TEXT_MAX)
		n = PROGRESS_TEXT_MAX + 1;
	p->shown = n - 1;
	for (; n - 1 < before; n++)
		text[n] = ' ';
	show(text, n);
}

/* Under the lock, after something has changed. */
static void
update(struct progress *p)
{
	const double time = now();

	if (p->ended || time < p->due ||
	    (isnan(p->part) && time < p->begun + first_unknown))
		return;
	p->due = time + between;
	if (is_ours(p))
		redraw(p, time);
}

/* ---- how far it is --------------------------------------------------------- */

struct progress *
progress_open(enum progress_unit unit)
{
	struct progress *p;

	if (!isatty(STDERR_FILENO) || (p = calloc(1, sizeof(*p))) == NULL)
		return NULL;
	pthread_mutex_init(&p->lock, NULL);
	p->unit = unit;
	p->part = NAN;
	p->begun = now();
	p->due = p->begun + first_known;
	p->terminal = -1;
	return p;
}

void
progress_total(struct progress *p, uint64_t total)
{
	if (p == NULL)
		return;
	pthread_mutex_lock(&p->lock);
	p->total = total;
	pthread_mutex_unlock(&p->lock);
}

void
progress_add(struct progress *p, uint64_t n)
{
	if (p == NULL)
		return;
	pthread_mutex_lock(&p->lock);
	p->done += n;
	if (p->done > p->total) /* it has grown, or was not known */
		p->total = 0;
	p->part = p->total > 0 ? (double)p->done / (double)p->total : NAN;
	update(p);
	pthread_mutex_unlock(&p->lock);
}

void
progress_add_part(struct progress *p, uint64_t n, double part)
{
	if (p == NULL)
		return;
	pthread_mutex_lock(&p->lock);
	p->done += n;
	p->part = part;
	update(p);
	pthread_mutex_unlock(&p->lock);
}

void
progress_end(struct progress *p)
{
	if (p == NULL)
		return;
	pthread_mutex_lock(&p->lock);
	hide(p);
	p->ended = true;
	pthread_mutex_unlock(&p->lock);
}

void
progress_hide(struct progress *p)
{
	if (p == NULL)
		return;
	pthread_mutex_lock(&p->lock);
	hide(p);
	pthread_mutex_unlock(&p->lock);
}

void
progress_free(struct progress *p)
{
	if (p == NULL)
		return;
	progress_end(p);
	if (p->terminal != -1)
		close(p->terminal);
	pthread_mutex_destroy(&p->lock);
	free(p);
}
