/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The live events of top: where they come from, and what is kept of them. */
#ifndef SHMVIZ_TOP_LIVE_H
#define SHMVIZ_TOP_LIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "anchor.h"
#include "top_activity.h"
#include "top_log.h"
#include "top_options.h"

struct births;
struct tracer;

/* What comes of taking up tracing, as far as this kernel and our rights allow. */
struct top_source {
	struct tracer *tracer;	/* NULL: no events */
	bool segments_only;	/* no events of other objects */
	char missing[512];	/* what is not there, and why; "": nothing */
	int err;		/* errno of tracer_open(), if there is no tracer */
	char why[384];		/* and its reason */
};

struct top_live {
	struct tracer *tracer;	/* that of the source that was taken */
	struct births *births;
	struct top_activities *activities;
	bool segments_only;
	char missing[512];

	struct anchor now;	/* of the last look at events */
	struct top_log log;	/* of all objects */
	struct top_log watched;	/* of one */
	struct top_key watch;
	bool watching;

	uint64_t events, failed;
	uint64_t events_before, failed_before;
	double rate, fail_rate;	/* in a second */
	bool full;		/* there is more than was taken */
	bool out_of_memory;
};

/* 0 or -errno; top_live_close() is due in both cases. */
int top_live_init(struct top_live *live, struct top_activities *activities);

/* Takes a second or so; may be done by another thread. */
void top_source_open(struct top_source *source, const struct top_options *opt);
/* From here on it is that of `live`. */
void top_live_take(struct top_live *live, const struct top_source *source);

/* Nothing more is told: at once, where top_live_close() takes its time. */
void top_live_stop(struct top_live *live);
void top_live_close(struct top_live *live);

/* Readable when there are events; -1: there are none ever. */
int top_live_fd(const struct top_live *live);
/* Take those that are there, or some of them; false: out of memory. */
bool top_live_drain(struct top_live *live);
/* An interval is over. */
void top_live_tick(struct top_live *live, double seconds);
/* Those that no one has seen. */
uint64_t top_live_lost(const struct top_live *live);
const char *top_live_backend(const struct top_live *live);

/* From here on, keep the events of one object, too; what is there of it comes
 * from the last ones of all. */
void top_live_watch(struct top_live *live, const struct top_key *key);
void top_live_unwatch(struct top_live *live);

#endif /* SHMVIZ_TOP_LIVE_H */
