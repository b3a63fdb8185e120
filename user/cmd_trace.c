// SPDX-License-Identifier: GPL-2.0-or-later
/* shmviz trace: events as they happen. */
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "cmd.h"
#include "err.h"
#include "live.h"
#include "redact.h"
#include "redirect.h"
#include "replay.h"
#include "term.h"
#include "trace_options.h"
#include "write_trace.h"

#define TRACE_WIDE	132	/* columns that the table takes */

/* Columns are for those who have room for them. */
static bool is_narrow(void)
{
	return (term_is_tty() || getenv("COLUMNS")) &&
	       term_width() < TRACE_WIDE;
}

static void on_start(const struct trace_start *start, void *ctx)
{
	const struct trace_writer *writer = ctx;
	struct trace_start copy = *start;

	copy.narrow = is_narrow();
	redirect_begin();
	writer->start(&copy);
}

static void on_segment(const struct segment *seg, void *ctx)
{
	const struct trace_writer *writer = ctx;

	writer->segment(seg);
}

static void on_event(const struct event *ev, void *ctx)
{
	const struct trace_writer *writer = ctx;

	writer->event(ev);
}

static void on_lost(__u64 count, enum trace_loss why, void *ctx)
{
	const struct trace_writer *writer = ctx;

	writer->lost(count, why);
}

static void on_anchor(const struct anchor *anchor, void *ctx)
{
	const struct trace_writer *writer = ctx;

	writer->anchor(anchor);
}

static void on_end(const struct trace_end *end, void *ctx)
{
	const struct trace_writer *writer = ctx;

	writer->end(end);
}

static const struct trace_writer *writer_for(const struct trace_options *opt)
{
	const struct trace_writer *writer =
		opt->json ? &trace_writer_json : &trace_writer_text;

	return opt->redact ? redact_trace_writer(writer) : writer;
}

int cmd_trace(int argc, char **argv)
{
	static const struct from_reader to_writer = {
		.start = on_start, .segment = on_segment, .event = on_event,
		.lost = on_lost, .anchor = on_anchor, .end = on_end,
	};
	static struct trace_options opt;
	const struct trace_writer *writer;
	int ret = trace_options_parse(&opt, argc, argv);

	if (ret == TRACE_HELP) {
		trace_options_help();
		return EXIT_DONE;
	}
	if (!ret)
		ret = redirect_open(opt.output);
	if (ret)
		return ret;
	writer = writer_for(&opt);
	opt.command_stdout = redirect_command_stdout();
	if (opt.from)
		ret = replay(&opt, writer, is_narrow());
	else
		ret = live_trace(&opt, STDOUT_FILENO, &to_writer,
				 (void *)writer);
	redirect_close();
	return ret;
}
