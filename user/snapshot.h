/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The segments and attachments that are there when a trace begins.
 *
 * They are read while programs go on, after the hooks were armed. What happened
 * meanwhile is in the events; it is undone here, so that the two fit: a segment
 * or attachment whose first event makes it was not there, one whose first event
 * ends it was.
 *
 *   tracer_arm -> snapshot_new -> tracer_settle(snapshot_undo) ->
 *   snapshot_each -> snapshot_free
 */
#ifndef SHMVIZ_SNAPSHOT_H
#define SHMVIZ_SNAPSHOT_H

#include "segment.h"
#include "tracer.h"

struct snapshot;

/*
 * Look around. -EOPNOTSUPP of the kernel's iterator is no failure: /proc stands
 * in for it. NULL with errno set.
 */
struct snapshot *snapshot_new(struct tracer *t);
void snapshot_free(struct snapshot *snap);

/* The records since tracer_arm, in order. 0 or -ENOMEM. */
int snapshot_undo(struct snapshot *snap, const struct rec_hdr *rec);

/*
 * Hands out the segments, with their attachments, that pass the filter's lists
 * of segments (FILTER_SHMID, FILTER_KEY, FILTER_NS). 0 or -ENOMEM.
 */
int snapshot_each(struct snapshot *snap, const struct tracer_filter *filter,
		  void (*fn)(const struct segment *seg, void *ctx), void *ctx);

/*
 * Processes and namespaces that did not let us look: segments that nobody has
 * attached may be missing, and `attachments` is whether those are, too.
 */
size_t snapshot_hidden(const struct snapshot *snap, bool *attachments);

#endif /* SHMVIZ_SNAPSHOT_H */
