// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "err.h"
#include "event_filter.h"
#include "from.h"
#include "recount.h"
#include "redirect.h"
#include "stat_rows.h"

#define REASON_SIZE	32

struct recounting {
	const struct stat_options *opt;
	const struct stat_writer *writer;
	struct stat_rows rows;
	struct stat_table last;	/* at the start of this interval */
	__u64 start, from, to;	/* of the trace, the interval, the last event */
	__u64 interval;		/* ns; 0: none */
	bool begun;		/* a trace; a file can have several */
	__u64 shift;		/* of its times; modulo 2^64 */
	bool news;		/* something came in this one */
	__u64 lost, lost_before;
	__u64 missed, missed_before;
	__u64 unidentified, unidentified_before;
	__u64 lost_whole, missed_whole;	/* of the traces before this one */
	__u64 dropped, dropped_before;	/* by the filter of now */
	__u64 filtered;		/* by the one of then, known at the end alone */
	char reason[REASON_SIZE];
	int command_status;
};

static void take(const struct recounting *re, struct stat_table *table)
{
	if (stat_rows_read(&re->rows, table))
		err_nomem();
}

static void on_start(const struct trace_start *start, void *ctx)
{
	struct recounting *re = ctx;
	struct stat_start copy = {
		.version = start->version,
		.backend = start->backend,
		.why = start->why,
		.blind = start->blind,
		.interval = re->opt->interval,
		.anchor = start->anchor,
		.past = true,
		.redacted = start->redacted,
	};

	if (re->begun) {
		/* After the one before it, whichever machine it is of. */
		re->shift = re->to - start->anchor.monotonic;
		re->lost_whole = re->lost;
		re->missed_whole = re->missed;
		return;
	}
	re->begun = true;
	re->start = re->from = re->to = start->anchor.monotonic;
	redirect_begin();
	re->writer->start(&copy);
}

static void write_interval(struct recounting *re, __u64 to)
{
	struct stat_table now = {}, since = {};
	struct stat_report report = {
		.from = re->from,
		.to = to,
		.table = &since,
		.lost = re->lost - re->lost_before,
		.missed = re->missed - re->missed_before,
		.unidentified = re->unidentified - re->unidentified_before,
		.filtered = re->dropped - re->dropped_before,
	};

	take(re, &now);
	if (stat_table_since(&since, &now, &re->last))
		err_nomem();
	report.seen = stat_table_count(&since) + report.lost + report.filtered;
	re->writer->interval(&report);
	stat_table_free(&since);
	stat_table_free(&re->last);
	re->last = now;
	re->from = to;
	re->lost_before = re->lost;
	re->missed_before = re->missed;
	re->unidentified_before = re->unidentified;
	re->dropped_before = re->dropped;
	/* It may come through a pipe, as it happens. */
	flush_output();
}

/*
 * One in which nothing came is left out: the trace may be of days, or its times
 * damaged.
 */
static void next_interval(struct recounting *re, __u64 ts)
{
	__u64 over;

	if (!re->interval || ts < re->from || ts - re->from < re->interval)
		return;
	over = (ts - re->from) / re->interval;
	if (re->news)
		write_interval(re, re->from + re->interval);
	else
		re->from += re->interval;
	re->from += (over - 1) * re->interval;
	re->news = false;
}

static void on_event(const struct event *ev, void *ctx)
{
	struct recounting *re = ctx;
	__u64 ts = ev->ts + re->shift;

	next_interval(re, ts);
	if (re->to < ts)
		re->to = ts;
	re->news = true;
	if (!event_passes(&re->opt->filter, ev))
		re->dropped++;
	else if (stat_rows_add(&re->rows, ev))
		err_nomem();
}

static void on_lost(__u64 count, enum trace_loss why, void *ctx)
{
	struct recounting *re = ctx;

	re->lost += count;
	if (why == LOST_MISSED)
		re->missed += count;
	if (why == LOST_UNIDENTIFIED)
		re->unidentified += count;
	re->news = true;
}

static void on_segment(const struct segment *seg, void *ctx)
{
	(void)seg;
	(void)ctx;
}

static void on_anchor(const struct anchor *anchor, void *ctx)
{
	struct recounting *re = ctx;
	struct anchor moved = *anchor;

	moved.monotonic += re->shift;
	re->writer->anchor(&moved);
}

static void on_end(const struct trace_end *end, void *ctx)
{
	struct recounting *re = ctx;

	re->lost = re->lost_whole + end->lost;
	re->missed = re->missed_whole + end->missed;
	re->filtered += end->filtered;
	re->command_status = end->command_status;
	snprintf(re->reason, sizeof(re->reason), "%s", end->reason);
}

static void write_totals(struct recounting *re)
{
	struct stat_table totals = {};
	struct stat_report report = {
		.from = re->start,
		.to = re->to,
		.table = &totals,
		.lost = re->lost,
		.missed = re->missed,
		.unidentified = re->unidentified,
		.filtered = re->filtered + re->dropped,
	};
	struct stat_end end = {
		.reason = re->reason,
		.command_status = re->command_status,
	};

	take(re, &totals);
	report.seen = stat_table_count(&totals) + report.lost + report.filtered;
	re->writer->end(&report, &end);
	flush_output();
	stat_table_free(&totals);
}

int recount(const struct stat_options *opt, const struct stat_writer *writer)
{
	static const struct from_reader reader = {
		.start = on_start, .segment = on_segment, .event = on_event,
		.lost = on_lost, .anchor = on_anchor, .end = on_end,
	};
	struct recounting re = {
		.opt = opt, .writer = writer,
		.interval = opt->interval * 1e9,
		/* Unless the trace's own last line says otherwise. */
		.reason = "cut-off",
	};
	int ret = from_read(opt->from, &reader, &re);

	if (!ret) {
		if (re.interval)
			write_interval(&re, re.to);
		write_totals(&re);
	}
	stat_table_free(&re.last);
	stat_rows_free(&re.rows);
	return ret;
}
