/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Filters as they are given on a command line: lists, with commas between. */
#ifndef SHMVIZ_TRACE_FILTER_H
#define SHMVIZ_TRACE_FILTER_H

#include "tracer.h"

/* The long options that filter have these values, from FILTER_OPT_FIRST on. */
enum {
	FILTER_OPT_FIRST = 512,
	FILTER_OPT_PID = FILTER_OPT_FIRST,
	FILTER_OPT_UID,
	FILTER_OPT_COMM,
	FILTER_OPT_SHMID,
	FILTER_OPT_KEY,
	FILTER_OPT_IPCNS,
	FILTER_OPT_EVENT,
	FILTER_OPT_KIND,	/* of trace alone: not in FILTER_LONG_OPTIONS */
	FILTER_OPT_FAILED,
	FILTER_OPT_LAST = FILTER_OPT_FAILED,
};

/* For the table of getopt_long. */
#define FILTER_LONG_OPTIONS						\
	{ "pid",    required_argument, NULL, FILTER_OPT_PID },		\
	{ "uid",    required_argument, NULL, FILTER_OPT_UID },		\
	{ "comm",   required_argument, NULL, FILTER_OPT_COMM },		\
	{ "shmid",  required_argument, NULL, FILTER_OPT_SHMID },	\
	{ "key",    required_argument, NULL, FILTER_OPT_KEY },		\
	{ "ipcns",  required_argument, NULL, FILTER_OPT_IPCNS },	\
	{ "event",  required_argument, NULL, FILTER_OPT_EVENT },	\
	{ "failed", no_argument,       NULL, FILTER_OPT_FAILED }

/* Their lines of --help. */
extern const char filter_help[];

/*
 * Adds what option `opt` was given as `text`. An exit code: a line has said what
 * was wrong, unless it is EXIT_DONE.
 */
int filter_add(struct tracer_filter *filter, const char *command, int opt,
	       const char *text);

/*
 * After the last of them: each event can happen to a kind that is chosen, and each
 * process is there, unless a trace is read (`from` is not NULL). An exit code.
 */
int filter_check(const struct tracer_filter *filter, const char *command,
		 const char *from);

#endif /* SHMVIZ_TRACE_FILTER_H */
