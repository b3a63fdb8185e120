/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes the sharing picture at the end of a trace. Who traces has given up all
 * capabilities by then, and a picture needs some: so it is taken by a process that
 * is started before, keeps them, does this one thing and ends.
 *
 *   keeper_start -> keeper_ask -> keeper_stop
 */
#ifndef SHMVIZ_KEEPER_H
#define SHMVIZ_KEEPER_H

#include <stddef.h>
#include <sys/types.h>

#include "picture.h"

#define KEEPER_MAX	16	/* segments in one picture */

struct keeper {
	pid_t pid;		/* -1: none */
	int ask;		/* a socket: shmids */
	int json, why;		/* what it writes: the picture; if there is none */
};

/* 0 or -errno; keeper_stop() is due in both cases. */
int keeper_start(struct keeper *keeper);

/*
 * Of segments of the own IPC namespace, at most KEEPER_MAX. 0; or -1 with the
 * reason in `why`, escaped or not as it was said.
 */
int keeper_ask(struct keeper *keeper, const int *shmids, size_t n,
	       struct picture *picture, char *why, size_t size);

void keeper_stop(struct keeper *keeper);

#endif /* SHMVIZ_KEEPER_H */
