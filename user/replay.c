// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>

#include "err.h"
#include "event_filter.h"
#include "from.h"
#include "redirect.h"
#include "replay.h"

/* What passes the filter of now, out of what passed that of then. */
struct replaying {
	const struct trace_options *opt;
	const struct trace_writer *writer;
	bool narrow;
	__u64 dropped;
	__u64 lost;
};

static void on_start(const struct trace_start *start, void *ctx)
{
	struct replaying *re = ctx;
	struct trace_start copy = *start;

	copy.narrow = re->narrow;
	copy.past = true;
	re->dropped = 0;
	redirect_begin();
	re->writer->start(&copy);
}

static void on_segment(const struct segment *seg, void *ctx)
{
	struct replaying *re = ctx;

	if (re->opt->tracer.snapshot &&
	    segment_passes(&re->opt->filter, seg))
		re->writer->segment(seg);
}

static void on_event(const struct event *ev, void *ctx)
{
	struct replaying *re = ctx;

	if (event_passes(&re->opt->filter, ev))
		re->writer->event(ev);
	else
		re->dropped++;
	/* It may come through a pipe, as it happens. */
	flush_output();
}

static void on_lost(__u64 count, enum trace_loss why, void *ctx)
{
	struct replaying *re = ctx;

	re->lost += count;
	re->writer->lost(count, why);
}

static void on_anchor(const struct anchor *anchor, void *ctx)
{
	struct replaying *re = ctx;

	re->writer->anchor(anchor);
}

static void on_end(const struct trace_end *end, void *ctx)
{
	struct replaying *re = ctx;
	struct trace_end copy = *end;

	/* A trace of which lines were picked may say it in its last one only. */
	if (end->lost > re->lost)
		re->lost = end->lost;
	copy.delivered -= re->dropped;
	copy.filtered += re->dropped;
	re->writer->end(&copy);
}

int replay(const struct trace_options *opt, const struct trace_writer *writer,
	   bool narrow)
{
	static const struct from_reader reader = {
		.start = on_start, .segment = on_segment, .event = on_event,
		.lost = on_lost, .anchor = on_anchor, .end = on_end,
	};
	struct replaying re = {
		.opt = opt, .writer = writer, .narrow = narrow,
	};
	int ret = from_read(opt->from, &reader, &re);

	return !ret && opt->strict && re.lost ? EXIT_LOST : ret;
}
