/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A trace as trace events, the JSON that Perfetto's UI and others open: times in
 * microseconds of CLOCK_MONOTONIC.
 *
 *   X  a call, from its entry to its return; i  one without a duration, and what
 *      no call shows
 *   b, e  an attachment, in its process; the life of an object
 *   C  nattch of a segment
 *   s, f  from the shmget that made a segment to each shmat of it, and from the
 *      process that forks to the one that inherits
 *
 * Events are taken as they come and kept as text, up to PERFETTO_EVENTS_MAX;
 * attachments and lives come from the report.
 */
#ifndef SHMVIZ_PERFETTO_H
#define SHMVIZ_PERFETTO_H

#include <stdio.h>

#include "report.h"

#define PERFETTO_EVENTS_MAX	1000000

struct perfetto;

struct perfetto *perfetto_new(void);
void perfetto_free(struct perfetto *perfetto);

void perfetto_event(struct perfetto *perfetto, const struct event *ev);
void perfetto_lost(struct perfetto *perfetto, __u64 ts, __u64 count);

/* All of it, by time; `report` is finished. */
void perfetto_write(FILE *out, struct perfetto *perfetto,
		    const struct report *report);

#endif /* SHMVIZ_PERFETTO_H */
