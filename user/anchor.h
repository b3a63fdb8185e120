/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The time of day of what has a time of CLOCK_MONOTONIC. The distance of the two
 * clocks changes when somebody sets the clock, and when the machine was suspended.
 */
#ifndef SHMVIZ_ANCHOR_H
#define SHMVIZ_ANCHOR_H

#include <linux/types.h>
#include <stddef.h>

/* One moment in ns of both clocks. */
struct anchor {
	__u64 monotonic;
	__u64 realtime;
};

/* The anchors of one run, in their order. Begins as {}. */
struct anchors {
	struct anchor *list;
	size_t n, room;
};

struct anchor anchor_now(void);

/* The time of day, in ns since 1970, of the moment @ts. */
__u64 anchor_time(const struct anchor *anchor, __u64 ts);

/* It holds from its moment on. One from before the last anchor is left out. */
void anchors_add(struct anchors *anchors, const struct anchor *anchor);
void anchors_free(struct anchors *anchors);

/* By the last anchor before @ts, or by the first one. */
__u64 anchors_time(const struct anchors *anchors, __u64 ts);

#endif /* SHMVIZ_ANCHOR_H */
