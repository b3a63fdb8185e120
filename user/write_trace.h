/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writers of a trace. Each prints to stdout and asks the kernel nothing.
 *
 *   start -> segment... -> (event | lost | anchor)... -> end
 */
#ifndef SHMVIZ_WRITE_TRACE_H
#define SHMVIZ_WRITE_TRACE_H

#include <linux/types.h>

#include "anchor.h"
#include "event.h"
#include "segment.h"

struct trace_start {
	const char *version;
	const char *backend;
	const char *why;	/* why no better backend; empty: none better */
	const char *const *blind; /* what can't be seen; ends with NULL */
	__u64 ipcns;		/* inode of our own IPC namespace */
	__u32 objects;		/* one bit for each OBJ_* that is told */
	bool past;		/* it is told again, and has ended */
	bool narrow;		/* text: no columns, for a narrow terminal */
	bool redacted;		/* keys and names are stand-ins */
	struct anchor anchor;
};

struct trace_end {
	__u64 seen;
	__u64 delivered;
	__u64 lost;
	__u64 missed;		/* of these, LOST_MISSED */
	__u64 unidentified;	/* shmdt whose segment could not be looked up: of
				 * lost if segments were filtered, else delivered */
	__u64 filtered;
	const char *reason;	/* "signal", "duration", "command", "output";
				 * "failed": the command could not be run */
	int command_status;	/* of waitpid(); only if reason is "command" */
};

/* Why events are missing. */
enum trace_loss {
	LOST_FULL,		/* the buffer had no room */
	LOST_MISSED,		/* no program saw them, see tracer_missed.c */
	LOST_UNIDENTIFIED,	/* whether it passes the filter is not known */
};

struct trace_writer {
	void (*start)(const struct trace_start *start);
	void (*segment)(const struct segment *seg);
	void (*event)(const struct event *ev);
	void (*lost)(__u64 count, enum trace_loss why);
	/* The clock was set: from this moment on, times of day are by this one. */
	void (*anchor)(const struct anchor *anchor);
	void (*end)(const struct trace_end *end);
};

extern const struct trace_writer trace_writer_text;
extern const struct trace_writer trace_writer_json;

/* The members of an event, between line_begin and line_end of line.h. */
void trace_json_members(const struct event *ev);

#endif /* SHMVIZ_WRITE_TRACE_H */
