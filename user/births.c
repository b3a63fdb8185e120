// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "births.h"

/* Few threads are in the midst of a fork at any one time: a plain list. */
struct held {
	struct held *next;
	__u32 parent_tid;
	struct event ev;
};

struct births {
	struct held *first;
	struct held **last;
};

struct births *births_new(void)
{
	struct births *births = calloc(1, sizeof(*births));

	if (births)
		births->last = &births->first;
	return births;
}

void births_free(struct births *births)
{
	struct held *held;

	while (births && (held = births->first)) {
		births->first = held->next;
		free(held);
	}
	free(births);
}

static int hold(struct births *births, const struct event *ev, __u32 tid)
{
	struct held *held = malloc(sizeof(*held));

	if (!held)
		return -ENOMEM;
	*held = (struct held) { .parent_tid = tid, .ev = *ev };
	*births->last = held;
	births->last = &held->next;
	return 0;
}

/* Those of one parent, or all if `tid` is NULL; `fork` names them. */
static void release(struct births *births, const __u32 *tid,
		    const struct rec_fork *fork, births_fn *fn, void *ctx)
{
	struct held **at = &births->first, *held;

	while ((held = *at)) {
		if (tid && held->parent_tid != *tid) {
			at = &held->next;
			continue;
		}
		if (fork) {
			held->ev.pid = fork->child;
			held->ev.tid = fork->child;
			held->ev.ns_pid = fork->child_ns_pid;
		}
		fn(&held->ev, ctx);
		*at = held->next;
		free(held);
	}
	births->last = at;
}

int births_record(struct births *births, const struct rec_hdr *rec,
		  births_fn *fn, void *ctx)
{
	const struct rec_fork *fork = (const void *)rec;
	struct event ev;

	if (rec->type == REC_FORK) {
		if (rec->size >= sizeof(*fork))
			release(births, &rec->tid, fork, fn, ctx);
		return 0;
	}
	if (!event_from_record(&ev, rec))
		return 0;
	if (ev.kind == KIND_INHERIT)
		return hold(births, &ev, rec->tid);
	if (births->first)
		release(births, &rec->tid, NULL, fn, ctx);
	fn(&ev, ctx);
	return 0;
}

void births_flush(struct births *births, births_fn *fn, void *ctx)
{
	release(births, NULL, NULL, fn, ctx);
}
