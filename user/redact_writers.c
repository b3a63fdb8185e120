// SPDX-License-Identifier: GPL-2.0-or-later
/* Writers between a command and its writer: they redact copies. */
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "redact.h"
#include "write_stat.h"
#include "write_trace.h"

static const struct trace_writer *trace_out;
static const struct stat_writer *stat_out;

static void trace_start(const struct trace_start *start)
{
	struct trace_start copy = *start;

	copy.redacted = true;
	trace_out->start(&copy);
}

static void trace_segment(const struct segment *seg)
{
	size_t size = seg->n_attachments * sizeof(*seg->attachments);
	struct segment copy = *seg;

	copy.attachments = malloc(size ? size : 1);
	if (!copy.attachments)
		err_nomem();
	if (size)
		memcpy(copy.attachments, seg->attachments, size);
	redact_segment(&copy);
	trace_out->segment(&copy);
	free(copy.attachments);
}

static void trace_event(const struct event *ev)
{
	struct event copy = *ev;

	redact_event(&copy);
	trace_out->event(&copy);
}

static void trace_lost(__u64 count, enum trace_loss why)
{
	trace_out->lost(count, why);
}

static void trace_anchor(const struct anchor *anchor)
{
	trace_out->anchor(anchor);
}

static void trace_end(const struct trace_end *end)
{
	trace_out->end(end);
}

const struct trace_writer *redact_trace_writer(const struct trace_writer *writer)
{
	static const struct trace_writer redacting = {
		.start	= trace_start,
		.segment = trace_segment,
		.event	= trace_event,
		.lost	= trace_lost,
		.anchor	= trace_anchor,
		.end	= trace_end,
	};

	trace_out = writer;
	return &redacting;
}

static void stat_start(const struct stat_start *start)
{
	struct stat_start copy = *start;

	copy.redacted = true;
	stat_out->start(&copy);
}

static struct stat_table redacted_table(const struct stat_table *table)
{
	struct stat_table copy = { .n = table->n, .room = table->n };
	size_t size = table->n * sizeof(*table->rows);

	copy.rows = malloc(size ? size : 1);
	if (!copy.rows)
		err_nomem();
	if (size)
		memcpy(copy.rows, table->rows, size);
	redact_stats(&copy);
	return copy;
}

static void stat_interval(const struct stat_report *report)
{
	struct stat_table table = redacted_table(report->table);
	struct stat_report copy = *report;

	copy.table = &table;
	stat_out->interval(&copy);
	stat_table_free(&table);
}

static void stat_anchor(const struct anchor *anchor)
{
	stat_out->anchor(anchor);
}

static void stat_end(const struct stat_report *report,
		     const struct stat_end *end)
{
	struct stat_table table = redacted_table(report->table);
	struct stat_report copy = *report;

	copy.table = &table;
	stat_out->end(&copy, end);
	stat_table_free(&table);
}

const struct stat_writer *redact_stat_writer(const struct stat_writer *writer)
{
	static const struct stat_writer redacting = {
		.start		= stat_start,
		.interval	= stat_interval,
		.anchor		= stat_anchor,
		.end		= stat_end,
	};

	stat_out = writer;
	return &redacting;
}
