// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdbool.h>
#include <stddef.h>

#include "signals.h"

/* Blocked before the first call of signals_block(). */
static sigset_t inherited;
static bool blocked;

/* What SIGPIPE did before signals_ignore_pipe(). */
static struct sigaction pipe_was;
static bool pipe_ignored;

void signals_that_end(sigset_t *set)
{
	static const int ends[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction was;

	sigemptyset(set);
	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++)
		if (!sigaction(ends[i], NULL, &was) &&
		    was.sa_handler != SIG_IGN)
			sigaddset(set, ends[i]);
}

/*
 * The kernel keeps a signal that is blocked even if it is ignored, so an ignored
 * one must not be blocked: signalfd(2) would read it.
 */
void signals_block(sigset_t *set)
{
	signals_that_end(set);
	sigprocmask(SIG_BLOCK, set, blocked ? NULL : &inherited);
	blocked = true;
}

void signals_ignore_pipe(void)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };

	sigaction(SIGPIPE, &ignore, pipe_ignored ? NULL : &pipe_was);
	pipe_ignored = true;
}

void signals_restore(void)
{
	if (pipe_ignored)
		sigaction(SIGPIPE, &pipe_was, NULL);
	if (blocked)
		sigprocmask(SIG_SETMASK, &inherited, NULL);
}
