/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads back what "trace --json" has written, line by line: from a file, or from
 * a pipe while it is being written. Members and kinds of lines that this version
 * does not know are skipped.
 */
#ifndef SHMVIZ_FROM_H
#define SHMVIZ_FROM_H

#include "write_trace.h"

/* What is called for each kind of line; `ctx` is the reader's caller's. */
struct from_reader {
	void (*start)(const struct trace_start *start, void *ctx);
	void (*segment)(const struct segment *seg, void *ctx);
	void (*event)(const struct event *ev, void *ctx);
	void (*lost)(__u64 count, enum trace_loss why, void *ctx);
	void (*anchor)(const struct anchor *anchor, void *ctx);
	void (*end)(const struct trace_end *end, void *ctx);
	bool one;	/* a second trace in the file is left out, and said */
};

/*
 * Reads `path`, "-" for standard input, to its end. An exit code: a line has
 * said what was wrong, and on which line of the file. A trace that was cut off
 * is read as far as it goes, and a line on stderr says so: EXIT_DONE.
 */
int from_read(const char *path, const struct from_reader *reader, void *ctx);

#endif /* SHMVIZ_FROM_H */
