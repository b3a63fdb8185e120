/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The signals that end a command which goes on: SIGINT, SIGTERM and SIGHUP. One
 * that was ignored when shmviz was started, as nohup ignores SIGHUP, is none of
 * them: it stays ignored.
 */
#ifndef SHMVIZ_SIGNALS_H
#define SHMVIZ_SIGNALS_H

#include <signal.h>

/* Those of them that are not ignored. */
void signals_that_end(sigset_t *set);

/* Blocks them, for signalfd(2) or sigtimedwait(2) to take: the set is in *set. */
void signals_block(sigset_t *set);

/* Writing where nobody reads becomes an error, EPIPE, and ends nothing by itself. */
void signals_ignore_pipe(void);

/*
 * In a child, before it runs another program: blocked and ignored are those signals
 * that were so when shmviz was started, and no others.
 */
void signals_restore(void);

#endif /* SHMVIZ_SIGNALS_H */
