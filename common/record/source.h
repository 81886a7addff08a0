/*
 * The bytes of one input file, read in blocks, with the record at hand kept
 * whole in memory: what both record grammars read from.
 */
#ifndef AEE_RECORD_SOURCE_H
#define AEE_RECORD_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct progress;

struct source {
	int fd;
	/* How its bytes come: as by read(2), and telling of progress; NULL: by
	 * that, of fd. */
	ssize_t (*read)(void *reader, char *p, size_t n);
	void *reader;
	char *buffer;
	size_t capacity;
	size_t start; /* of the record at hand */
	size_t raw;   /* its length, once known; 0 before */
	size_t end;   /* of what was read; SOURCE_SLACK zeros follow */
	bool eof;
	uint64_t place;     /* of end in the file */
	uint64_t reads;     /* counts up whenever bytes may have moved */
	uint64_t line;      /* 1-based, of buffer[start] */
	uint64_t raw_lines; /* newlines in the record at hand, with raw */
	size_t max_record;  /* bytes a record may have, its line end apart */
	size_t
	    block; /* bytes that a read asks for at most; 0: as many as fit */
	/* Called before each read that may have to wait; NULL: nothing. */
	void (*wait)(void *context);
	void *context;
	struct progress *progress; /* told of the bytes read; or NULL */
};

/* Bytes behind end that may be read: they are 0. */
enum { SOURCE_SLACK = 64 };

enum source_status {
	SOURCE_END = 0,
	SOURCE_MORE = 1,
	SOURCE_FAILED = -1,   /* read(2) failed; errno says why */
	SOURCE_TOO_LONG = -2, /* the record at hand exceeds max_record */
	SOURCE_NO_MEMORY = -3,
};

/* Read what is there behind end, moving the record at hand to the front or
 * growing the buffer when it is full.  Pointers into the buffer change. */
enum source_status source_more(struct source *s);

/* The reason of a negative status, as text of less than size bytes. */
void source_why(const struct source *s, enum source_status status, char *why,
    size_t size);

/* Leave the record at hand behind: start, line and raw move on. */
static inline void
source_consume(struct source *s)
{
	s->start += s->raw;
	s->line += s->raw_lines;
	s->raw = 0;
	s->raw_lines = 0;
}

/* Where the record at hand begins in the file. */
static inline uint64_t
source_place(const struct source *s)
{
	return s->place - (s->end - s->start);
}

/* Say that the record at hand has n bytes; counts its lines. */
void source_hold(struct source *s, size_t n);

/* Leave n bytes behind that belong to no record. */
void source_skip(struct source *s, size_t n);

/* Leave everything behind: another file begins. */
void source_restart(struct source *s, int fd);

#endif
