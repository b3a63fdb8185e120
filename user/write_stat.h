/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writers of what was counted. Each prints to stdout and asks the kernel nothing.
 *
 *   start -> (interval | anchor)... -> end
 */
#ifndef SHMVIZ_WRITE_STAT_H
#define SHMVIZ_WRITE_STAT_H

#include <stdio.h>

#include "anchor.h"
#include "stats.h"

struct stat_start {
	const char *version;
	const char *backend;
	const char *why;	/* why no better backend; empty: none better */
	const char *const *blind; /* what can't be seen; ends with NULL */
	double interval;	/* seconds; 0: none */
	bool past;		/* it is over, and was written down */
	bool redacted;		/* names are stand-ins */
	struct anchor anchor;
};

/* What there is to say of a time. */
struct stat_report {
	__u64 from;		/* ns of CLOCK_MONOTONIC */
	__u64 to;
	const struct stat_table *table;
	__u64 seen;		/* delivered + lost + filtered */
	__u64 lost;
	__u64 missed;		/* of these: no program saw them */
	__u64 unidentified;	/* of these: shmdt whose segment could not be
				 * looked up, so no filter could tell */
	__u64 filtered;
	__u64 unnamed;		/* of the table's, those without a process */
};

struct stat_end {
	const char *reason;	/* as of runloop.h; "count": so many intervals;
				 * "failed": the command could not be run;
				 * "cut-off": what was written down has no end */
	int command_status;	/* of waitpid(), if it is "command" */
};

struct stat_writer {
	void (*start)(const struct stat_start *start);
	void (*interval)(const struct stat_report *report);
	/* As of write_trace.h. */
	void (*anchor)(const struct anchor *anchor);
	void (*end)(const struct stat_report *report,
		    const struct stat_end *end);
};

extern const struct stat_writer stat_writer_text;
extern const struct stat_writer stat_writer_json;

/* Parts of the text; each ends with a line feed, or is nothing at all. */
void write_stat_results(FILE *out, const struct stat_table *table, bool max);
void write_stat_processes(FILE *out, const struct stat_table *table);
void write_stat_histogram(FILE *out, const struct stat_table *table);

/* A time with three digits: 512ns, 1.02us, 2.1ms. */
#define STAT_TIME_SIZE	24
const char *write_stat_time(char dst[STAT_TIME_SIZE], __u64 ns);

#endif /* SHMVIZ_WRITE_STAT_H */
