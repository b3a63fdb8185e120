/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values of the options that commands which trace have in common. */
#ifndef SHMVIZ_RUN_OPTIONS_H
#define SHMVIZ_RUN_OPTIONS_H

#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "tracer.h"

/* A time of at least `min` seconds: 1, 0.5, ... 0 or -EINVAL. */
int run_parse_seconds(const char *text, double min, double *seconds);

/* "fentry", "kprobe" or "tracepoint": 0 or -EINVAL. */
int run_parse_backend(const char *text, enum tracer_backend *backend);

#define RUN_SECONDS_MAX	"1000000000"

/* A size of `min` to `max` bytes: 4096, 4K or 4k, 1M, 1G. 0 or -EINVAL. */
int run_parse_size(const char *text, uint64_t min, uint64_t max,
		   uint64_t *size);

/*
 * getopt_long(), which has an argument `dashes` besides: whether "--" ended the
 * options. An option's value "--" does not.
 */
int run_getopt(int argc, char **argv, const char *shorts,
	       const struct option *longs, int *at, bool *dashes);

/* After the options: COMMAND, NULL if there is none. An exit code. */
int run_parse_command(const char *name, int argc, char **argv, bool dashes,
		      char ***command);

/* The processes of --pid; how many. */
unsigned int run_list_pids(const struct tracer_filter *filter,
			   pid_t pids[FILTER_MAX]);

#endif /* SHMVIZ_RUN_OPTIONS_H */
