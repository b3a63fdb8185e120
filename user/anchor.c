// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>

#include "anchor.h"
#include "clock.h"
#include "err.h"

#define ANCHOR_TRIES	5

/* This task may be preempted between two clocks: the shortest time counts. */
struct anchor anchor_now(void)
{
	struct anchor best = {};
	__u64 shortest = ~0ull;

	for (int i = 0; i < ANCHOR_TRIES; i++) {
		__u64 before = clock_ns(CLOCK_MONOTONIC);
		__u64 realtime = clock_ns(CLOCK_REALTIME);
		__u64 after = clock_ns(CLOCK_MONOTONIC);

		if (after - before >= shortest)
			continue;
		shortest = after - before;
		best.monotonic = before + shortest / 2;
		best.realtime = realtime;
	}
	return best;
}

__u64 anchor_time(const struct anchor *anchor, __u64 ts)
{
	return ts - anchor->monotonic + anchor->realtime;
}

void anchors_add(struct anchors *anchors, const struct anchor *anchor)
{
	size_t n = anchors->n, room = n ? 2 * n : 4;
	struct anchor *bigger;

	if (n && anchor->monotonic < anchors->list[n - 1].monotonic)
		return;
	if (n == anchors->room) {
		bigger = reallocarray(anchors->list, room, sizeof(*bigger));
		if (!bigger)
			err_nomem();
		anchors->list = bigger;
		anchors->room = room;
	}
	anchors->list[anchors->n++] = *anchor;
}

void anchors_free(struct anchors *anchors)
{
	free(anchors->list);
	*anchors = (struct anchors) {};
}

__u64 anchors_time(const struct anchors *anchors, __u64 ts)
{
	size_t low = 0, high = anchors->n;

	if (!high)
		return ts;
	while (high - low > 1) {
		size_t mid = low + (high - low) / 2;

		if (anchors->list[mid].monotonic <= ts)
			low = mid;
		else
			high = mid;
	}
	return anchor_time(&anchors->list[low], ts);
}
