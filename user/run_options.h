/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values of the options that commands which trace have in common. */
#ifndef SHMVIZ_RUN_OPTIONS_H
#define SHMVIZ_RUN_OPTIONS_H

#include <sys/types.h>

#include "tracer.h"

/* A time of at least `min` seconds: 1, 0.5, ... 0 or -EINVAL. */
int run_parse_seconds(const char *text, double min, double *seconds);

/* "fentry", "kprobe" or "tracepoint": 0 or -EINVAL. */
int run_parse_backend(const char *text, enum tracer_backend *backend);

/* The processes of --pid; how many. */
unsigned int run_list_pids(const struct tracer_filter *filter,
			   pid_t pids[FILTER_MAX]);

#endif /* SHMVIZ_RUN_OPTIONS_H */
