/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's filters once more, for events that come from a file. */
#ifndef SHMVIZ_EVENT_FILTER_H
#define SHMVIZ_EVENT_FILTER_H

#include "event.h"
#include "segment.h"
#include "tracer.h"

bool event_passes(const struct tracer_filter *filter, const struct event *ev);

/* By its namespace, shmid and key. */
bool segment_passes(const struct tracer_filter *filter,
		    const struct segment *seg);

#endif /* SHMVIZ_EVENT_FILTER_H */
