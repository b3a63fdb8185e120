// SPDX-License-Identifier: GPL-2.0-or-later
/* shmviz stat: events counted in the kernel. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <shmviz.h>

#include "clock.h"
#include "cmd.h"
#include "err.h"
#include "recount.h"
#include "redact.h"
#include "redirect.h"
#include "runloop.h"
#include "session.h"
#include "stat_options.h"
#include "write_stat.h"

/* All counters at one moment. */
struct snapshot {
	struct stat_table table;
	__u64 ts;
	__u64 seen, lost, missed, unidentified, filtered, unnamed;
};

/* One run, from attached programs to the totals. */
struct run {
	const struct stat_options *opt;
	const struct stat_writer *writer;
	struct session session;
	struct runloop loop;
	struct snapshot first, last, now; /* start, last interval, this one */
	__u64 intervals;
};

static int take(struct run *run, struct snapshot *now)
{
	struct tracer *tracer = run->session.tracer;
	struct rec_counts counts[KIND_MAX];
	__u64 missed;
	int err;

	stat_table_free(&now->table);
	*now = (struct snapshot) { .ts = clock_ns(CLOCK_MONOTONIC) };
	missed = tracer_missed(tracer);
	err = tracer_counts(tracer, counts);
	if (!err)
		err = stat_table_read(&now->table, tracer);
	if (err) {
		err_line("cannot read what was counted: %s", strerror(-err));
		return EXIT_FAILED;
	}
	now->missed = missed;
	now->unidentified = tracer_unidentified(tracer);
	now->unnamed = tracer_stat_unnamed(tracer);
	for (int i = 0; i < KIND_MAX; i++) {
		now->seen += counts[i].seen;
		now->lost += counts[i].lost;
		now->filtered += counts[i].filtered;
	}
	return EXIT_DONE;
}

static void fill_report(struct stat_report *report, const struct snapshot *now,
			const struct snapshot *before,
			const struct stat_table *table)
{
	*report = (struct stat_report) {
		.from = before->ts,
		.to = now->ts,
		.table = table,
		.seen = now->seen - before->seen,
		.lost = now->lost - before->lost,
		.missed = now->missed - before->missed,
		.unidentified = now->unidentified - before->unidentified,
		.filtered = now->filtered - before->filtered,
		.unnamed = now->unnamed - before->unnamed,
	};
}

/* What has come since the last time. */
static void write_interval(struct run *run)
{
	struct stat_table table = {};
	struct stat_report report;

	if (stat_table_since(&table, &run->now.table, &run->last.table))
		err_nomem();
	fill_report(&report, &run->now, &run->last, &table);
	/* Counters and rows go on while they are read; only the end is exact. */
	report.seen = stat_table_count(&table) + report.lost + report.filtered;
	run->writer->interval(&report);
	stat_table_free(&table);
	stat_table_free(&run->last.table);
	run->last = run->now;
	run->now = (struct snapshot) {};
	flush_output();
}

static void write_start(struct run *run)
{
	struct tracer *tracer = run->session.tracer;
	struct stat_start start = {
		.version = SHMVIZ_VERSION,
		.backend = tracer_backend_name(tracer_backend(tracer)),
		.why = tracer_why(tracer),
		.blind = tracer_blind(tracer),
		.interval = run->opt->interval,
		.anchor = anchor_now(),
	};

	run->first.ts = run->last.ts = start.anchor.monotonic;
	redirect_begin();
	run->writer->start(&start);
	flush_output();
}

/* The last one that was asked for is written with the end, up to its moment. */
static bool is_last(const struct run *run)
{
	return run->opt->count && run->intervals + 1 >= run->opt->count;
}

static void write_anchor(struct run *run)
{
	struct anchor anchor = anchor_now();

	run->writer->anchor(&anchor);
	flush_output();
}

static int count(struct run *run)
{
	struct child *child = run->opt->command ? &run->session.child : NULL;
	unsigned int seen;
	int ret = EXIT_DONE;

	for (;;) {
		if (ferror(stdout)) {
			run->loop.reason = "output";
			return EXIT_DONE;
		}
		seen = runloop_wait(&run->loop, -1, -1, child);
		if (seen & RUN_CLOCK)
			write_anchor(run);
		if (seen & RUN_END)
			return EXIT_DONE;
		if (!(seen & RUN_TICK))
			continue;
		if (is_last(run)) {
			run->loop.reason = "count";
			return EXIT_DONE;
		}
		ret = take(run, &run->now);
		if (ret)
			return ret;
		write_interval(run);
		run->intervals++;
	}
}

/*
 * A program that runs on another CPU right now may still count: the sums agree
 * once it is through.
 */
static int take_totals(struct run *run)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	struct snapshot *now = &run->now;
	__u64 ts;
	int ret;

	tracer_disarm(run->session.tracer);
	ts = clock_ns(CLOCK_MONOTONIC);
	for (int tries = 0; tries < 1000; tries++) {
		ret = take(run, now);
		now->ts = ts;
		if (ret || now->seen == stat_table_count(&now->table) +
					now->lost + now->filtered)
			return ret;
		nanosleep(&pause, NULL);
	}
	return EXIT_DONE;
}

/* With intervals, the last one is not a whole one; so they add up to the totals. */
static int finish(struct run *run)
{
	struct stat_end end = {
		.reason = run->loop.reason,
		.command_status = run->loop.command_status,
	};
	struct stat_report report;
	int ret = take_totals(run);

	if (ret)
		return ret;
	if (run->opt->interval > 0)
		write_interval(run);
	else
		run->last = run->now;
	fill_report(&report, &run->last, &run->first, &run->last.table);
	run->writer->end(&report, &end);
	/* Now, not after the hooks are taken off one by one. */
	flush_output();
	return EXIT_DONE;
}

static int refuse(const char *what, int err)
{
	err_line("cannot wait for %s: %s", what, strerror(-err));
	return EXIT_FAILED;
}

static int run_attached(struct run *run)
{
	const struct stat_options *opt = run->opt;
	int err, ret, counted;

	write_start(run);
	err = runloop_watch_clock(&run->loop);
	if (!err)
		err = runloop_time(&run->loop, opt->duration, opt->interval);
	if (err)
		return refuse("times", err);
	ret = session_start(&run->session);
	if (ret)
		run->loop.reason = "failed";
	else
		ret = count(run);
	if (!run->loop.reason)
		return ret;
	counted = finish(run);
	return ret ?: counted;
}

static const struct stat_writer *writer_for(const struct stat_options *opt)
{
	const struct stat_writer *writer =
		opt->json ? &stat_writer_json : &stat_writer_text;

	return opt->redact ? redact_stat_writer(writer) : writer;
}

static int count_events(const struct stat_options *opt)
{
	struct session_options session = {
		.tracer = &opt->tracer,
		.command = opt->command,
		.command_stdout = redirect_command_stdout(),
		.follow = opt->follow,
		.nfollow = opt->nfollow,
	};
	struct run run = {
		.opt = opt,
		.writer = writer_for(opt),
	};
	int err, ret;

	/* Early: a signal while it starts must not be lost either. */
	err = runloop_open(&run.loop);
	if (err)
		return refuse("signals", err);
	ret = session_open(&run.session, &session);
	if (!ret)
		ret = run_attached(&run);
	session_close(&run.session);
	runloop_close(&run.loop);
	stat_table_free(&run.last.table);
	return ret;
}

int cmd_stat(int argc, char **argv)
{
	static struct stat_options opt;
	int ret = stat_options_parse(&opt, argc, argv);

	if (ret == STAT_HELP) {
		stat_options_help();
		return EXIT_DONE;
	}
	if (!ret)
		ret = redirect_open(opt.output);
	if (ret)
		return ret;
	ret = opt.from ? recount(&opt, writer_for(&opt)) : count_events(&opt);
	redirect_close();
	return ret;
}
