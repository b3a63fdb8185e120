/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line of shmviz trace. */
#ifndef SHMVIZ_TRACE_OPTIONS_H
#define SHMVIZ_TRACE_OPTIONS_H

#include <stdbool.h>
#include <sys/types.h>

#include "tracer.h"

struct trace_options {
	struct tracer_options tracer;
	struct tracer_filter filter;
	pid_t follow[FILTER_MAX]; /* processes whose children count, too */
	unsigned int nfollow;
	double duration;	/* seconds; 0: until told to end */
	bool json;
	bool strict;
	bool redact;		/* names and keys as stand-ins */
	char **command;		/* NULL: none */
	const char *from;	/* a file to read instead; NULL: none */
};

/* An exit code, or TRACE_HELP if help was asked for. */
#define TRACE_HELP	(-1)
int trace_options_parse(struct trace_options *opt, int argc, char **argv);

void trace_options_help(void);

#endif /* SHMVIZ_TRACE_OPTIONS_H */
