/* SPDX-License-Identifier: GPL-2.0-or-later */
/* shmviz trace --from FILE: a trace that was written down, told again. */
#ifndef SHMVIZ_REPLAY_H
#define SHMVIZ_REPLAY_H

#include "trace_options.h"
#include "write_trace.h"

/* An exit code; what is wrong with the file has been said. */
int replay(const struct trace_options *opt, const struct trace_writer *writer,
	   bool narrow);

#endif /* SHMVIZ_REPLAY_H */
