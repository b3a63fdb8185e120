/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names for children: fork copies the attachments before the child has a pid, so
 * its inherit events wait here for the record of the fork, which comes from the
 * same thread a moment later.
 */
#ifndef SHMVIZ_BIRTHS_H
#define SHMVIZ_BIRTHS_H

#include "event.h"

struct births;

struct births *births_new(void);
void births_free(struct births *births);

/*
 * Takes a record in and hands out, in order, the events that can be told now.
 * Anything else from a thread whose child has no name yet says that it will get
 * none: the fork has failed, or the naming record was lost. Its events then come
 * with pid 0. -ENOMEM, or 0.
 */
typedef void births_fn(const struct event *ev, void *ctx);
int births_record(struct births *births, const struct rec_hdr *rec,
		  births_fn *fn, void *ctx);

/* Nothing more will come: hands out what still waits. */
void births_flush(struct births *births, births_fn *fn, void *ctx);

#endif /* SHMVIZ_BIRTHS_H */
