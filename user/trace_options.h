/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line of shmviz trace, and what of it others that trace take. */
#ifndef SHMVIZ_TRACE_OPTIONS_H
#define SHMVIZ_TRACE_OPTIONS_H

#include <stdbool.h>
#include <sys/types.h>

#include "trace_filter.h"
#include "tracer.h"

struct trace_options {
	const char *name;	/* of the command */
	struct tracer_options tracer;
	struct tracer_filter filter;
	pid_t follow[FILTER_MAX]; /* processes whose children count, too */
	unsigned int nfollow;
	double duration;	/* seconds; 0: until told to end */
	bool json;
	bool strict;
	bool redact;		/* names and keys as stand-ins */
	char **command;		/* NULL: none */
	int command_stdout;	/* its stdout */
	const char *output;	/* a file to write; NULL, "-": stdout */
	const char *from;	/* a file to read instead; NULL: none */
};

/* An exit code, or TRACE_HELP if help was asked for. */
#define TRACE_HELP	(-1)
int trace_options_parse(struct trace_options *opt, int argc, char **argv);

void trace_options_help(void);

/* For other commands: those options that have no meaning but for tracing. */
enum {
	TRACE_OPT_FIRST = 256,
	TRACE_OPT_BACKEND = TRACE_OPT_FIRST,
	TRACE_OPT_BUFFER,
	TRACE_OPT_ENTRY,
	TRACE_OPT_FOLLOW,
	TRACE_OPT_FROM,
	TRACE_OPT_NO_SEGMENTS,
	TRACE_OPT_REDACT,
	TRACE_OPT_STRICT,
	TRACE_OPT_LAST = TRACE_OPT_STRICT,
};

/* For the table of getopt_long; "d:" belongs to it. */
#define TRACE_LONG_OPTIONS						\
	{ "backend",  required_argument, NULL, TRACE_OPT_BACKEND },	\
	{ "buffer",   required_argument, NULL, TRACE_OPT_BUFFER },	\
	{ "duration", required_argument, NULL, 'd' },			\
	{ "entry",    no_argument,       NULL, TRACE_OPT_ENTRY },	\
	{ "follow",   no_argument,       NULL, TRACE_OPT_FOLLOW },	\
	{ "from",     required_argument, NULL, TRACE_OPT_FROM },	\
	{ "kind",     required_argument, NULL, FILTER_OPT_KIND },	\
	{ "no-segments", no_argument,    NULL, TRACE_OPT_NO_SEGMENTS },	\
	{ "redact",   no_argument,       NULL, TRACE_OPT_REDACT },	\
	{ "strict",   no_argument,       NULL, TRACE_OPT_STRICT },	\
	FILTER_LONG_OPTIONS

/* Before the first option. */
void trace_options_begin(struct trace_options *opt, const char *name);
/* One that getopt_long() found, or refused. An exit code. */
int trace_option(struct trace_options *opt, int c, char **argv);
/*
 * After the last, with what run_getopt() said of "--": what does not go together, and
 * the command. An exit code.
 */
int trace_options_finish(struct trace_options *opt, int argc, char **argv,
			 bool dashes);

#endif /* SHMVIZ_TRACE_OPTIONS_H */
