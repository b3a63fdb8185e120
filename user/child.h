/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A command that is started now and let go later. */
#ifndef SHMVIZ_CHILD_H
#define SHMVIZ_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

struct child {
	pid_t pid;
	int pidfd;
	int go;		/* written to when the command may run */
	int failed;	/* read: errno of an exec that failed; else closed */
	bool runs;	/* argv, and its end has not been seen */
};

/*
 * Forks; the child waits before it runs argv, with the descriptor `output` as its
 * stdout, and with the signals blocked and ignored that shmviz was started with. 0 or
 * -errno.
 */
int child_prepare(struct child *child, char **argv, int output);

/* Lets it run. 0, or -errno of the exec: it is over then. */
int child_run(struct child *child);

/* After pidfd became readable: the status, as waitpid() gives it. */
int child_status(struct child *child);

/* Whether it goes on after all that was wanted of it. */
bool child_goes_on(struct child *child);

/* Gives up a child that was not let run; keeps its hands off a running one. */
void child_release(struct child *child);

#endif /* SHMVIZ_CHILD_H */
