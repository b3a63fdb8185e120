/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Traces what happens now, and hands it out as from.h hands out what was written
 * down: who takes a trace need not know which of the two it is.
 */
#ifndef SHMVIZ_LIVE_H
#define SHMVIZ_LIVE_H

#include "from.h"
#include "trace_options.h"

/*
 * Until a signal, the duration, or the end of the command; or until nobody reads
 * the descriptor `output` any more, -1: none. stdout is flushed whenever something
 * has been handed out. An exit code; a line has said what was wrong.
 */
int live_trace(const struct trace_options *opt, int output,
	       const struct from_reader *to, void *ctx);

#endif /* SHMVIZ_LIVE_H */
