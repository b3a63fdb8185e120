/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tracing is taken up beside the screen, in a thread: it takes a second, and more
 * where much goes on, and keys are not to wait for it.
 */
#ifndef SHMVIZ_TOP_STARTER_H
#define SHMVIZ_TOP_STARTER_H

#include <pthread.h>
#include <stdbool.h>

#include "top_live.h"

struct top_starter {
	const struct top_options *opt;
	struct top_source source;
	pthread_t thread;
	bool running;
	int done;		/* readable when it is; -1: there is none */
};

/* 0 or -errno; top_starter_end() is due in both cases. */
int top_starter_begin(struct top_starter *starter,
		      const struct top_options *opt);
/* It is done: what came of it goes to `live`. false: not yet, or before. */
bool top_starter_take(struct top_starter *starter, struct top_live *live);
/* Waits for it, if it is under way still; nobody takes it any more. */
void top_starter_end(struct top_starter *starter);

#endif /* SHMVIZ_TOP_STARTER_H */
