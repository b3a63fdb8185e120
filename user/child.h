/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A command that is started now and let go later. */
#ifndef SHMVIZ_CHILD_H
#define SHMVIZ_CHILD_H

#include <sys/types.h>

struct child {
	pid_t pid;
	int pidfd;
	int go;		/* written to when the command may run */
	int failed;	/* read: errno of an exec that failed; else closed */
};

/* Forks; the child waits before it runs argv. 0 or -errno. */
int child_prepare(struct child *child, char **argv);

/* Lets it run. 0, or -errno of the exec: it is over then. */
int child_run(struct child *child);

/* After pidfd became readable: the status, as waitpid() gives it. */
int child_status(struct child *child);

/* Gives up a child that was not let run; keeps its hands off a running one. */
void child_release(struct child *child);

#endif /* SHMVIZ_CHILD_H */
