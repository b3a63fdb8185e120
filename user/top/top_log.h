/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The last events: a ring, the oldest make room. */
#ifndef SHMVIZ_TOP_LOG_H
#define SHMVIZ_TOP_LOG_H

#include <stddef.h>
#include <stdint.h>

#include "event.h"

struct top_logged {
	struct event ev;
	__u64 realtime;		/* ns, by the clock of then */
};

struct top_log {
	struct top_logged *ring;
	size_t room;
	uint64_t n;		/* since the start */
};

/* 0 or -ENOMEM. */
int top_log_init(struct top_log *log, size_t room);
void top_log_free(struct top_log *log);
void top_log_clear(struct top_log *log);
void top_log_add(struct top_log *log, const struct event *ev, __u64 realtime);

/* How many are there, and the one `back` before the last (0: the last). */
size_t top_log_count(const struct top_log *log);
const struct top_logged *top_log_at(const struct top_log *log, size_t back);

/*
 * One line: time, process, what, and what came of it; with the object's name
 * only if `which` is not 0. Shown text.
 */
void top_log_text(char *dst, size_t size, const struct top_logged *logged,
		  int which);

#endif /* SHMVIZ_TOP_LOG_H */
