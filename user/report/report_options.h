/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line of shmviz report. */
#ifndef SHMVIZ_REPORT_OPTIONS_H
#define SHMVIZ_REPORT_OPTIONS_H

#include "trace_options.h"

#define REPORT_FILTERS_SIZE	512

struct report_options {
	struct trace_options trace;
	const char *page;	/* where to: a path, "-" for stdout; NULL: none */
	const char *perfetto;	/* the same */
	const char *picture;	/* what map --json wrote; NULL: none */
	char filters[REPORT_FILTERS_SIZE]; /* as they were given */
};

/* An exit code, or TRACE_HELP if help was asked for. */
int report_options_parse(struct report_options *opt, int argc, char **argv);
void report_options_help(void);

#endif /* SHMVIZ_REPORT_OPTIONS_H */
