/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Waiting, for a command that goes on until something ends it: a signal, a time,
 * the end of another command, or the reader of its output going away.
 */
#ifndef SHMVIZ_RUNLOOP_H
#define SHMVIZ_RUNLOOP_H

#include <stdint.h>

#include "child.h"

/* What runloop_wait() has seen; several at a time. */
#define RUN_INPUT	(1u << 0)	/* the input can be read */
#define RUN_TICK	(1u << 1)	/* an interval is over, or several */
#define RUN_END		(1u << 2)	/* loop->reason says why */
#define RUN_CLOCK	(1u << 3)	/* the time of day has jumped */

struct runloop {
	int signals;
	int timer;
	int ticker;
	int clock;		/* -1: nobody asks for RUN_CLOCK */
	int output;		/* stdout, unless set to another; -1: none */
	double duration;
	double interval;
	uint64_t ticks;
	const char *reason;	/* "signal", "duration", "command", "output" */
	int command_status;	/* of waitpid(), if it is "command" */
};

/* From here on the signals that end a command wait to be asked about. 0 or -errno. */
int runloop_open(struct runloop *loop);

/*
 * From here on there is RUN_CLOCK: the clock was set, or the machine was suspended,
 * which CLOCK_MONOTONIC does not count. 0 or -errno.
 */
int runloop_watch_clock(struct runloop *loop);

/* From here on time runs; seconds, 0: none. 0 or -errno. */
int runloop_time(struct runloop *loop, double duration, double interval);

/*
 * Waits for one of RUN_*; -1 as `input` and NULL as `child` are never ready. The
 * tick at the very end of the duration is the end alone. 0: so many milliseconds
 * were over before; -1: as long as it takes.
 */
unsigned int runloop_wait(struct runloop *loop, int input, int milliseconds,
			  struct child *child);

void runloop_close(struct runloop *loop);

#endif /* SHMVIZ_RUNLOOP_H */
