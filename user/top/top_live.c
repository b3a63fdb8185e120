// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "births.h"
#include "top_live.h"
#include "tracer.h"

#define LOG_ROOM	4096
#define WATCHED_ROOM	512

int top_live_init(struct top_live *live, struct top_activities *activities)
{
	int ret;

	*live = (struct top_live) { .activities = activities };
	live->births = births_new();
	if (!live->births)
		return -ENOMEM;
	ret = top_log_init(&live->log, LOG_ROOM);
	return ret ? ret : top_log_init(&live->watched, WATCHED_ROOM);
}

static __u32 bit_of(enum object_kind kind)
{
	static const enum rec_object_kind objects[OBJECT_KINDS] = {
		[OBJECT_SYSV]	= OBJ_NONE,
		[OBJECT_POSIX]	= OBJ_POSIX,
		[OBJECT_MEMFD]	= OBJ_MEMFD,
		[OBJECT_ANON]	= OBJ_ANON,
		[OBJECT_FILE]	= OBJ_FILE,
	};

	return 1u << objects[kind];
}

static struct tracer *open_tracer(const struct top_options *opt, bool all,
				  char *why, size_t size)
{
	struct tracer_filter filter = { .objects = TRACER_SEGMENTS };
	struct tracer_options options = {
		.backend = opt->backend,
		.filter = &filter,
	};

	if (all)
		filter.objects = 0;
	for (int kind = 0; kind < OBJECT_KINDS && all; kind++)
		if (opt->choice.kinds[kind])
			filter.objects |= bit_of(kind);
	return tracer_open(&options, why, size);
}

/* Kernels without fentry and kprobes know segments only. */
static bool wants_others(const struct top_options *opt)
{
	for (int kind = 0; kind < OBJECT_KINDS; kind++)
		if (opt->choice.kinds[kind] && kind != OBJECT_SYSV)
			return true;
	return false;
}

static void explain(struct top_source *source)
{
	size_t size = sizeof(source->missing);

	if (source->segments_only)
		snprintf(source->missing, size, "events of System V segments"
			 " only, and no fork, exit and exec: neither fentry"
			 " nor kprobes are to be had here");
	else if (source->tracer)
		return;
	else if (source->err == EPERM && geteuid())
		snprintf(source->missing, size, "no events: they need root,"
			 " or CAP_BPF and CAP_PERFMON");
	else
		snprintf(source->missing, size,
			 "no events: %s; see 'shmviz doctor'", source->why);
}

void top_source_open(struct top_source *source, const struct top_options *opt)
{
	*source = (struct top_source) {};
	if (!opt->events) {
		snprintf(source->missing, sizeof(source->missing),
			 "no events: --no-events");
		return;
	}
	source->tracer = open_tracer(opt, true, source->why,
				     sizeof(source->why));
	if (!source->tracer && wants_others(opt) &&
	    opt->choice.kinds[OBJECT_SYSV]) {
		source->tracer = open_tracer(opt, false, source->why,
					     sizeof(source->why));
		source->segments_only = source->tracer;
	}
	source->err = source->tracer ? 0 : errno;
	explain(source);
}

void top_live_take(struct top_live *live, const struct top_source *source)
{
	live->tracer = source->tracer;
	live->segments_only = source->segments_only;
	memcpy(live->missing, source->missing, sizeof(live->missing));
	if (live->tracer)
		tracer_arm(live->tracer);
}

void top_live_stop(struct top_live *live)
{
	if (live->tracer)
		tracer_disarm(live->tracer);
}

void top_live_close(struct top_live *live)
{
	tracer_close(live->tracer);
	births_free(live->births);
	top_log_free(&live->log);
	top_log_free(&live->watched);
}

int top_live_fd(const struct top_live *live)
{
	return live->tracer ? tracer_fd(live->tracer) : -1;
}

static void on_event(const struct event *ev, void *ctx)
{
	struct top_live *live = ctx;
	__u64 realtime = anchor_time(&live->now, ev->ts);
	struct top_key key;

	live->events++;
	if (event_errno(ev))
		live->failed++;
	/* The line of the call says it all. */
	if (ev->kind != KIND_DROP || ev->cause != CAUSE_SHMDT)
		top_log_add(&live->log, ev, realtime);
	if (!top_key_of_event(&key, ev))
		return;
	top_activity_count(live->activities, &key);
	if (live->watching && top_key_same(&key, &live->watch) &&
	    (ev->kind != KIND_DROP || ev->cause != CAUSE_SHMDT))
		top_log_add(&live->watched, ev, realtime);
}

static void on_record(const struct rec_hdr *rec, void *ctx)
{
	struct top_live *live = ctx;

	if (births_record(live->births, rec, on_event, live))
		live->out_of_memory = true;
}

bool top_live_drain(struct top_live *live)
{
	int got;

	live->now = anchor_now();
	got = tracer_consume(live->tracer, on_record, live);
	live->full = got >= TRACER_CONSUME_MAX;
	return !live->out_of_memory;
}

void top_live_tick(struct top_live *live, double seconds)
{
	if (seconds > 0) {
		live->rate = (live->events - live->events_before) / seconds;
		live->fail_rate = (live->failed - live->failed_before) / seconds;
	}
	live->events_before = live->events;
	live->failed_before = live->failed;
}

uint64_t top_live_lost(const struct top_live *live)
{
	if (!live->tracer)
		return 0;
	return tracer_lost(live->tracer) + tracer_missed(live->tracer);
}

const char *top_live_backend(const struct top_live *live)
{
	return live->tracer ? tracer_backend_name(tracer_backend(live->tracer)) :
			      "none";
}

void top_live_watch(struct top_live *live, const struct top_key *key)
{
	struct top_key other;

	top_log_clear(&live->watched);
	live->watch = *key;
	live->watching = true;
	for (size_t back = top_log_count(&live->log); back--;) {
		const struct top_logged *logged = top_log_at(&live->log, back);

		if (top_key_of_event(&other, &logged->ev) &&
		    top_key_same(&other, key))
			top_log_add(&live->watched, &logged->ev,
				    logged->realtime);
	}
}

void top_live_unwatch(struct top_live *live)
{
	live->watching = false;
}
