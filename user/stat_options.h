/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line of shmviz stat. */
#ifndef SHMVIZ_STAT_OPTIONS_H
#define SHMVIZ_STAT_OPTIONS_H

#include <stdbool.h>
#include <sys/types.h>

#include "tracer.h"

struct stat_options {
	struct tracer_options tracer;
	struct tracer_filter filter;
	pid_t follow[FILTER_MAX]; /* processes whose children count, too */
	unsigned int nfollow;
	double duration;	/* seconds; 0: until told to end */
	double interval;	/* seconds; 0: only the totals */
	__u64 count;		/* intervals; 0: until told to end */
	bool json;
	bool redact;		/* names as stand-ins */
	char **command;		/* NULL: none */
	const char *output;	/* a file to write; NULL, "-": stdout */
	const char *from;	/* a trace to count instead; NULL: none */
};

/* An exit code, or STAT_HELP if help was asked for. */
#define STAT_HELP	(-1)
int stat_options_parse(struct stat_options *opt, int argc, char **argv);

void stat_options_help(void);

#endif /* SHMVIZ_STAT_OPTIONS_H */
