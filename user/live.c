// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#include <shmviz.h>

#include "births.h"
#include "clock.h"
#include "err.h"
#include "live.h"
#include "runloop.h"
#include "session.h"
#include "snapshot.h"
#include "tracer.h"

#define BATCH_MS	5	/* of events, for the reader to sleep */

/* One run, from attached programs to the end line. */
struct trace {
	const struct trace_options *opt;
	const struct from_reader *to;
	void *ctx;
	struct session session;
	struct runloop loop;
	struct births *births;
	struct trace_end end;
	__u64 lost_said, missed_said, unidentified_said;
	int got;		/* records of the last drain */
	bool out_of_memory;
};

static void write_start(struct trace *trace)
{
	struct tracer *tracer = trace->session.tracer;
	struct stat ns;
	struct trace_start start = {
		.objects = tracer_objects(&trace->opt->filter),
		.ipcns = stat("/proc/self/ns/ipc", &ns) ? 0 : ns.st_ino,
		.version = SHMVIZ_VERSION,
		.backend = tracer_backend_name(tracer_backend(tracer)),
		.why = tracer_why(tracer),
		.blind = tracer_blind(tracer),
		.anchor = anchor_now(),
	};

	trace->to->start(&start, trace->ctx);
	flush_output();
}

static void on_event(const struct event *ev, void *ctx)
{
	struct trace *trace = ctx;

	trace->to->event(ev, trace->ctx);
}

static void on_record(const struct rec_hdr *rec, void *ctx)
{
	struct trace *trace = ctx;

	if (rec->type != REC_FORK)
		trace->end.delivered++;
	if (births_record(trace->births, rec, on_event, trace))
		trace->out_of_memory = true;
}

static void say_lost(struct trace *trace)
{
	__u64 lost = tracer_lost(trace->session.tracer);
	__u64 missed = tracer_missed(trace->session.tracer);
	__u64 unidentified = tracer_unidentified(trace->session.tracer);

	if (lost != trace->lost_said)
		trace->to->lost(lost - trace->lost_said, LOST_FULL,
				trace->ctx);
	if (missed != trace->missed_said)
		trace->to->lost(missed - trace->missed_said, LOST_MISSED,
				trace->ctx);
	if (unidentified != trace->unidentified_said)
		trace->to->lost(unidentified - trace->unidentified_said,
				LOST_UNIDENTIFIED, trace->ctx);
	trace->lost_said = lost;
	trace->missed_said = missed;
	trace->unidentified_said = unidentified;
}

static void say_anchor(struct trace *trace)
{
	struct anchor anchor = anchor_now();

	trace->to->anchor(&anchor, trace->ctx);
	/* There may be no event for long. */
	flush_output();
}

/* Prints what is there, or some of it; false when it can't be printed. */
static bool drain(struct trace *trace)
{
	trace->got = tracer_consume(trace->session.tracer, on_record, trace);
	say_lost(trace);
	flush_output();
	if (trace->out_of_memory)
		err_line("out of memory");
	return !ferror(stdout) && !trace->out_of_memory;
}

/* Records that came while we looked around: told after what was there. */
struct early {
	struct snapshot *snap;
	char *bytes;
	size_t len, room;
	bool failed;
};

static void keep_early(const struct rec_hdr *rec, void *ctx)
{
	size_t size = (rec->size + 7u) & ~7u;
	struct early *early = ctx;
	char *bigger;

	if (early->failed)
		return;
	if (early->len + size > early->room) {
		early->room = 2 * early->room + size;
		bigger = realloc(early->bytes, early->room);
		if (!bigger) {
			early->failed = true;
			return;
		}
		early->bytes = bigger;
	}
	memcpy(early->bytes + early->len, rec, rec->size);
	early->len += size;
	if (snapshot_undo(early->snap, rec))
		early->failed = true;
}

static void tell_early(struct trace *trace, const struct early *early)
{
	const struct rec_hdr *rec;

	for (size_t at = 0; at < early->len; at += (rec->size + 7u) & ~7u) {
		rec = (const void *)(early->bytes + at);
		on_record(rec, trace);
	}
}

static void warn_hidden(const struct snapshot *snap)
{
	bool attachments;
	size_t n = snapshot_hidden(snap, &attachments);

	if (n)
		err_line("%zu processes or namespaces could not be looked at:"
			 " of what is there already, %s may be missing", n,
			 attachments ? "segments and attachments" :
			 "segments that nobody has attached");
}

/* What is there; events begin where it ends, none missing, none twice. */
static int look_around(struct trace *trace)
{
	struct tracer *tracer = trace->session.tracer;
	struct early early = {};
	int ret = EXIT_FAILED;

	tracer_arm(tracer);
	early.snap = snapshot_new(tracer);
	if (!early.snap) {
		err_line("cannot read the segments there are: %s",
			 strerror(errno));
		return EXIT_FAILED;
	}
	if (!tracer_settle(tracer, keep_early, &early))
		err_line("something is under way for long: it may count twice,"
			 " here and in its event");
	warn_hidden(early.snap);
	if (!early.failed &&
	    !snapshot_each(early.snap, &trace->opt->filter,
			   trace->to->segment, trace->ctx)) {
		tell_early(trace, &early);
		ret = EXIT_DONE;
	} else {
		err_line("out of memory");
	}
	free(early.bytes);
	snapshot_free(early.snap);
	return ret;
}

/*
 * Not for every single event: that costs those who make them. But where there are
 * more than the last look took, there is no time to lose.
 */
static unsigned int wait_for_records(struct trace *trace, unsigned int seen)
{
	struct session *session = &trace->session;
	struct child *child = session->opt->command ? &session->child : NULL;

	if (seen & RUN_INPUT && trace->got < TRACER_CONSUME_MAX) {
		seen = runloop_wait(&trace->loop, -1, BATCH_MS, child);
		if (seen)
			return seen;
	}
	return runloop_wait(&trace->loop, tracer_fd(session->tracer), -1,
			    child);
}

static void run(struct trace *trace)
{
	unsigned int seen = 0;

	while (!trace->loop.reason) {
		if (!ferror(stdout))
			seen = wait_for_records(trace, seen);
		if (seen & RUN_CLOCK)
			say_anchor(trace);
		if (ferror(stdout) || (seen & RUN_INPUT && !drain(trace)))
			trace->loop.reason = "output";
	}
}

/*
 * A program that runs on another CPU right now may still count and write: the
 * sums agree once it is through.
 */
static void finish(struct trace *trace)
{
	struct tracer *tracer = trace->session.tracer;
	struct rec_counts counts[KIND_MAX];
	struct trace_end *end = &trace->end;
	const struct timespec pause = { .tv_nsec = 1000000 };

	end->reason = trace->loop.reason;
	end->command_status = trace->loop.command_status;
	tracer_disarm(tracer);
	for (int tries = 0; tries < 1000; tries++) {
		while (drain(trace) && trace->got > 0)
			;
		end->seen = end->lost = end->filtered = 0;
		end->unidentified = 0;
		if (tracer_counts(tracer, counts))
			break;
		for (int i = 0; i < KIND_MAX; i++) {
			end->seen += counts[i].seen;
			end->lost += counts[i].lost;
			end->filtered += counts[i].filtered;
			end->unidentified += counts[i].unidentified;
		}
		if (end->seen == end->delivered + end->lost + end->filtered)
			break;
		nanosleep(&pause, NULL);
	}
	births_flush(trace->births, on_event, trace);
	end->missed = tracer_missed(tracer);
	trace->to->end(end, trace->ctx);
	/* Now, not after the hooks are taken off one by one. */
	flush_output();
}

/*
 * Where all processors are busy making events, the reader must get its share of
 * one to keep up; it takes none while there are none. Without the right to that
 * it has to do as it is.
 */
static void be_first(void)
{
	setpriority(PRIO_PROCESS, 0, -20);
}

static int refuse(const char *what, int err)
{
	err_line("cannot wait for %s: %s", what, strerror(-err));
	return EXIT_FAILED;
}

static int run_attached(struct trace *trace)
{
	const struct trace_options *opt = trace->opt;
	int err, ret = EXIT_DONE, nice = getpriority(PRIO_PROCESS, 0);

	err = runloop_watch_clock(&trace->loop);
	if (!err)
		err = runloop_time(&trace->loop, opt->duration, 0);
	if (err)
		return refuse("times", err);
	write_start(trace);
	if (opt->tracer.snapshot)
		ret = look_around(trace);
	flush_output();
	be_first();
	if (!ret)
		ret = session_start(&trace->session);
	if (ret)
		trace->loop.reason = "failed";
	else
		run(trace);
	finish(trace);
	/* The rest is in no hurry. */
	setpriority(PRIO_PROCESS, 0, nice);
	if (!ret && trace->out_of_memory)
		ret = EXIT_FAILED;
	if (!ret && opt->strict && trace->end.lost)
		ret = EXIT_LOST;
	return ret;
}

int live_trace(const struct trace_options *opt, int output,
	       const struct from_reader *to, void *ctx)
{
	struct session_options session = {
		.tracer = &opt->tracer,
		.command = opt->command,
		.command_stdout = opt->command_stdout,
		.follow = opt->follow,
		.nfollow = opt->nfollow,
	};
	struct trace trace = {
		.opt = opt, .to = to, .ctx = ctx, .births = births_new(),
	};
	int err, ret;

	if (!trace.births) {
		err_line("out of memory");
		return EXIT_FAILED;
	}
	/* Early: a signal while it starts must not be lost either. */
	err = runloop_open(&trace.loop);
	trace.loop.output = output;
	if (err) {
		ret = refuse("signals", err);
		goto out_births;
	}
	ret = session_open(&trace.session, &session);
	if (!ret)
		ret = run_attached(&trace);
	session_close(&trace.session);
	runloop_close(&trace.loop);
out_births:
	births_free(trace.births);
	return ret;
}
