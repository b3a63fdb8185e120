// SPDX-License-Identifier: GPL-2.0-or-later
/* shmviz report: what happened, as one page and as trace events. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "cmd.h"
#include "err.h"
#include "event_filter.h"
#include "from.h"
#include "keeper.h"
#include "live.h"
#include "output.h"
#include "perfetto.h"
#include "picture_from.h"
#include "redact.h"
#include "report.h"
#include "report_options.h"
#include "signals.h"
#include "write_report.h"

struct reporting {
	const struct report_options *opt;
	struct report *report;
	struct perfetto *perfetto;	/* NULL: not asked for */
	struct output page, trace_events;
	struct picture picture;
	bool have_picture;
	char no_picture[512];
};

static void on_start(const struct trace_start *start, void *ctx)
{
	struct reporting *re = ctx;
	struct trace_start copy = *start;

	copy.redacted |= re->opt->trace.redact;
	report_start(re->report, &copy);
}

/* Stand-ins are put in copies: those who hand it out go on with the original. */
static void take_segment(struct reporting *re, const struct segment *seg)
{
	struct segment copy = *seg;
	size_t size = seg->n_attachments * sizeof(*seg->attachments);

	if (!re->opt->trace.redact) {
		report_segment(re->report, seg);
		return;
	}
	copy.attachments = malloc(size ?: 1);
	if (!copy.attachments)
		err_nomem();
	if (size)
		memcpy(copy.attachments, seg->attachments, size);
	redact_segment(&copy);
	report_segment(re->report, &copy);
	free(copy.attachments);
}

static void take_event(struct reporting *re, const struct event *ev)
{
	report_event(re->report, ev);
	if (re->perfetto)
		perfetto_event(re->perfetto, ev);
}

static void on_segment(const struct segment *seg, void *ctx)
{
	struct reporting *re = ctx;

	/* Live ones have passed already: it does no harm to ask again. */
	if (re->opt->trace.tracer.snapshot &&
	    segment_passes(&re->opt->trace.filter, seg))
		take_segment(re, seg);
}

/* The kernel has filtered what is live. */
static void on_event(const struct event *ev, void *ctx)
{
	struct reporting *re = ctx;

	if (re->opt->trace.from && !event_passes(&re->opt->trace.filter, ev)) {
		re->report->filtered_now++;
		return;
	}
	if (re->opt->trace.redact) {
		struct event copy = *ev;

		redact_event(&copy);
		take_event(re, &copy);
	} else {
		take_event(re, ev);
	}
}

static void on_lost(__u64 count, enum trace_loss why, void *ctx)
{
	struct reporting *re = ctx;

	report_lost(re->report, count, why);
	if (re->perfetto)
		perfetto_lost(re->perfetto, re->report->to, count);
}

static void on_anchor(const struct anchor *anchor, void *ctx)
{
	struct reporting *re = ctx;

	report_anchor(re->report, anchor);
}

static void on_end(const struct trace_end *end, void *ctx)
{
	struct reporting *re = ctx;

	report_end(re->report, end);
}

/* One time line, and one life of each segment, have room for one trace. */
static const struct from_reader to_report = {
	.one = true,
	.start = on_start, .segment = on_segment, .event = on_event,
	.lost = on_lost, .anchor = on_anchor, .end = on_end,
};

/* Exits of processes are not told by tracepoint, but that they are gone is seen. */
static void look_at_the_end(struct report *report)
{
	struct segment_list list;

	if (!report->started || segment_list_read(&list, false))
		return;
	report_still_there(report, &list, clock_ns(CLOCK_MONOTONIC));
	segment_list_free(&list);
}

/* Those that somebody has, out of those that something happened to. */
static size_t list_shared(const struct report *report, int shmids[KEEPER_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < report->n && n < KEEPER_MAX; i++) {
		const struct report_object *obj = report->objects[i];

		if (report_is_segment(obj) && !report_is_gone(obj) &&
		    !report_is_idle(obj) && obj->nattch &&
		    obj->id.space == report->start.ipcns)
			shmids[n++] = obj->id.number;
	}
	return n;
}

static void take_picture(struct reporting *re, struct keeper *keeper)
{
	static const char none[] = "No picture: ";
	char *why = re->no_picture + strlen(none);
	size_t size = sizeof(re->no_picture) - strlen(none), n;
	int shmids[KEEPER_MAX];

	strcpy(re->no_picture, none);
	n = list_shared(re->report, shmids);
	if (!n)
		snprintf(why, size, "none of these segments had anybody attached"
			 " at the end.");
	else if (!keeper_ask(keeper, shmids, n, &re->picture, why, size))
		re->have_picture = true;
	else
		strncat(why, ".", size - strlen(why) - 1);
}

/*
 * Where the page goes to stdout, the command's own words must not get between:
 * they go to stderr.
 */
static int trace_beside(struct reporting *re)
{
	struct trace_options opt = re->opt->trace;
	bool ours = re->page.file == stdout || re->trace_events.file == stdout;

	opt.command_stdout = ours ? STDERR_FILENO : STDOUT_FILENO;
	return live_trace(&opt, ours ? STDOUT_FILENO : -1, &to_report, re);
}

/*
 * Those that ended the trace, or came again until it had, are done with; from here
 * on they end the command, as a picture may take long.
 */
static void end_by_signals(void)
{
	const struct timespec none = {};
	sigset_t set;

	signals_that_end(&set);
	/* Drops those that wait. */
	while (sigtimedwait(&set, NULL, &none) > 0)
		;
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static int trace_now(struct reporting *re)
{
	bool picture = re->page.file && !re->have_picture;
	struct keeper keeper;
	int ret;

	if (picture && keeper_start(&keeper)) {
		err_line("cannot start a process for the picture: %s",
			 strerror(errno));
		keeper_stop(&keeper);
		return EXIT_FAILED;
	}
	ret = trace_beside(re);
	end_by_signals();
	if (!ret || ret == EXIT_LOST) {
		look_at_the_end(re->report);
		if (picture)
			take_picture(re, &keeper);
	}
	if (picture)
		keeper_stop(&keeper);
	return ret;
}

static int read_past(struct reporting *re)
{
	const struct trace_options *opt = &re->opt->trace;
	int ret = from_read(opt->from, &to_report, re);

	return !ret && opt->strict && re->report->lost ? EXIT_LOST : ret;
}

/* As it was typed, more or less. */
static char *command_line(char **argv)
{
	size_t size;
	char *text;
	FILE *mem = open_memstream(&text, &size);

	if (!mem)
		err_nomem();
	for (size_t i = 0; argv[i]; i++)
		fprintf(mem, "%s%s", i ? " " : "", argv[i]);
	if (fclose(mem))
		err_nomem();
	return text;
}

static void set_source(struct report_page *page,
		       const struct report_options *opt, const char *command)
{
	const char *from = opt->trace.from;

	page->filters = opt->filters;
	page->source = command ?: from ?: "the whole machine";
	if (from && !strcmp(from, "-"))
		page->source = "a trace from a pipe";
	if (!opt->trace.redact)
		return;
	if (from || command)
		page->source = from ? "a trace" : "a command";
	if (opt->filters[0])
		page->filters = "filters, which are not shown";
}

static int write_page(struct reporting *re)
{
	const struct trace_options *opt = &re->opt->trace;
	char *command = opt->command ? command_line(opt->command) : NULL;
	struct report_page page = {
		.no_picture = re->no_picture,
	};
	int ret = output_begin(&re->page);

	set_source(&page, re->opt, command);
	if (re->have_picture && opt->redact)
		picture_redact(&re->picture);
	if (re->have_picture)
		page.picture = &re->picture;
	if (!ret) {
		write_report_html(re->page.file, re->report, &page);
		ret = output_end(&re->page);
	}
	free(command);
	return ret;
}

static int write_trace_events(struct reporting *re)
{
	int ret = output_begin(&re->trace_events);

	if (ret)
		return ret;
	perfetto_write(re->trace_events.file, re->perfetto, re->report);
	return output_end(&re->trace_events);
}

static int write_all(struct reporting *re)
{
	int ret = EXIT_DONE;

	report_finish(re->report);
	if (re->page.file)
		ret = write_page(re);
	if (!ret && re->trace_events.file)
		ret = write_trace_events(re);
	return ret;
}

/* Before anything runs: it may not be one. */
static int read_picture(struct reporting *re)
{
	int ret = EXIT_DONE;

	if (re->opt->picture)
		ret = picture_from(&re->picture, re->opt->picture);
	re->have_picture = re->opt->picture && !ret;
	snprintf(re->no_picture, sizeof(re->no_picture), "No picture was given:"
		 " 'shmviz map --json' makes one, --picture FILE puts it here.");
	return ret;
}

static int make_report(struct reporting *re)
{
	int ret = re->opt->trace.from ? read_past(re) : trace_now(re), wrote;

	if (ret && ret != EXIT_LOST)
		return ret;
	wrote = write_all(re);
	return wrote ?: ret;
}

int cmd_report(int argc, char **argv)
{
	static struct report_options opt;
	struct reporting re = { .opt = &opt };
	int ret = report_options_parse(&opt, argc, argv);

	if (ret == TRACE_HELP) {
		report_options_help();
		return EXIT_DONE;
	}
	if (ret)
		return ret;
	re.report = report_new();
	re.perfetto = opt.perfetto ? perfetto_new() : NULL;
	ret = output_open(&re.page, opt.page);
	if (!ret)
		ret = output_open(&re.trace_events, opt.perfetto);
	if (!ret)
		ret = read_picture(&re);
	if (!ret)
		ret = make_report(&re);
	output_close(&re.page);
	output_close(&re.trace_events);
	picture_free(&re.picture);
	perfetto_free(re.perfetto);
	report_free(re.report);
	return ret;
}
