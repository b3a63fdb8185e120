/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A tracer together with whom it is for: the command of `-- COMMAND`, or the
 * processes of --follow.
 *
 *   session_open -> session_start -> ... -> session_close
 *
 * Signals are to be blocked before (runloop_open), so that none is lost while
 * it starts.
 */
#ifndef SHMVIZ_SESSION_H
#define SHMVIZ_SESSION_H

#include "child.h"
#include "tracer.h"

struct session_options {
	const struct tracer_options *tracer;
	char **command;		/* NULL: none */
	int command_stdout;	/* its stdout */
	const pid_t *follow;	/* processes whose children count, too */
	unsigned int nfollow;
};

struct session {
	const struct session_options *opt;
	struct tracer *tracer;
	struct child child;
};

/* Exit codes: a line has said what was wrong, unless it is EXIT_DONE. */
int session_open(struct session *session, const struct session_options *opt);

/*
 * For every command that needs a tracer: says why tracer_open() has given none, by
 * the errno `err` and what it left in `why`. An exit code.
 */
int session_refuse_tracer(int err, const char *why);

/*
 * Gives up all capabilities, arms the tracer, and lets the command run, if there
 * is one.
 */
int session_start(struct session *session);

/* After session_open(), whatever it returned. */
void session_close(struct session *session);

#endif /* SHMVIZ_SESSION_H */
