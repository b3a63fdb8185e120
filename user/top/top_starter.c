// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "top_starter.h"

static void *start(void *arg)
{
	struct top_starter *starter = arg;

	top_source_open(&starter->source, starter->opt);
	eventfd_write(starter->done, 1);
	return NULL;
}

/* Signals are for who has the screen. */
static int create(struct top_starter *starter)
{
	sigset_t all, was;
	int err;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &was);
	err = pthread_create(&starter->thread, NULL, start, starter);
	pthread_sigmask(SIG_SETMASK, &was, NULL);
	return -err;
}

int top_starter_begin(struct top_starter *starter,
		      const struct top_options *opt)
{
	int err;

	*starter = (struct top_starter) { .opt = opt };
	starter->done = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (starter->done < 0)
		return -errno;
	err = create(starter);
	starter->running = !err;
	return err;
}

bool top_starter_take(struct top_starter *starter, struct top_live *live)
{
	eventfd_t value;

	if (!starter->running || eventfd_read(starter->done, &value))
		return false;
	pthread_join(starter->thread, NULL);
	starter->running = false;
	top_live_take(live, &starter->source);
	return true;
}

void top_starter_end(struct top_starter *starter)
{
	if (starter->running) {
		pthread_join(starter->thread, NULL);
		tracer_close(starter->source.tracer);
	}
	if (starter->done >= 0)
		close(starter->done);
}
