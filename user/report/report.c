// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "report_internal.h"

void *report_grow(void *list, size_t n, size_t *room, size_t size)
{
	if (n < *room)
		return list;
	*room = *room ? 2 * *room : 8;
	list = reallocarray(list, *room, size);
	if (!list)
		err_nomem();
	return list;
}

__u64 report_entry_of(const struct event *ev)
{
	return ev->have & EV_DURATION && ev->duration < ev->ts ?
	       ev->ts - ev->duration : ev->ts;
}

struct report_deed report_deed_of(const struct event *ev)
{
	struct report_deed deed = {
		.known = true, .ts = ev->ts, .pid = ev->pid, .tid = ev->tid,
		.entry = report_entry_of(ev),
	};

	memcpy(deed.comm, ev->comm, sizeof(deed.comm));
	return deed;
}

struct report *report_new(void)
{
	struct report *report = calloc(1, sizeof(*report));

	if (!report)
		err_nomem();
	report->end.reason = "cut-off";
	report->others_room = REPORT_OTHERS_MAX;
	return report;
}

static const char *copy(const char *text)
{
	char *copied = strdup(text);

	if (!copied)
		err_nomem();
	return copied;
}

static void free_start(struct trace_start *start)
{
	for (size_t i = 0; start->blind && start->blind[i]; i++)
		free((char *)start->blind[i]);
	free((void *)start->blind);
	free((char *)start->version);
	free((char *)start->backend);
	free((char *)start->why);
}

void report_start(struct report *report, const struct trace_start *start)
{
	const char **blind;
	size_t n = 0;

	if (report->started)
		return;
	while (start->blind[n])
		n++;
	blind = calloc(n + 1, sizeof(*blind));
	if (!blind)
		err_nomem();
	for (size_t i = 0; i < n; i++)
		blind[i] = copy(start->blind[i]);
	report->start = *start;
	report->start.version = copy(start->version);
	report->start.backend = copy(start->backend);
	report->start.why = copy(start->why);
	report->start.blind = blind;
	report->started = true;
	report->vmas_unseen = !strcmp(start->backend, "tracepoint");
	report->from = report->to = start->anchor.monotonic;
	anchors_free(&report->anchors);
	anchors_add(&report->anchors, &start->anchor);
}

/* Those of one process are not kept apart: there can be any number of them. */
static void count(struct report *report, const struct event *ev)
{
	struct event copied = *ev;

	copied.pid = 0;
	copied.have &= ~EV_PPID;
	if (stat_rows_add(&report->rows, &copied))
		err_nomem();
}

void report_event(struct report *report, const struct event *ev)
{
	if (!report->events++ && ev->ts < report->from)
		report->from = ev->ts;
	if (report->to < ev->ts)
		report->to = ev->ts;
	count(report, ev);
	if (event_is_call(ev) && event_errno(ev)) {
		report->failed++;
		report_failure_add(report, ev);
	}
	if (ev->have & EV_OBJECT)
		report_event_other(report, ev);
	else
		report_event_sysv(report, ev);
}

void report_lost(struct report *report, __u64 n, enum trace_loss why)
{
	struct report_loss *last = report->n_losses ?
				   &report->losses[report->n_losses - 1] : NULL;

	report->lost += n;
	if (last && (report->n_losses == REPORT_LOSSES_MAX ||
		     (last->why == why && last->after == report->to))) {
		last->count += n;
		return;
	}
	report->losses = report_grow(report->losses, report->n_losses,
				     &report->room_losses,
				     sizeof(*report->losses));
	report->losses[report->n_losses++] = (struct report_loss) {
		.after = report->to, .count = n, .why = why,
	};
}

void report_anchor(struct report *report, const struct anchor *anchor)
{
	anchors_add(&report->anchors, anchor);
}

void report_end(struct report *report, const struct trace_end *end)
{
	if (report->ended)
		free((char *)report->end.reason);
	report->ended = true;
	report->end = *end;
	report->end.reason = copy(end->reason ?: "");
	report->lost = end->lost;
}

static int compare_ts(__u64 a, __u64 b)
{
	return a < b ? -1 : a > b;
}

static int compare_spans(const void *a, const void *b)
{
	const struct report_span *x = *(struct report_span *const *)a;
	const struct report_span *y = *(struct report_span *const *)b;

	return compare_ts(x->from, y->from) ?: compare_ts(x->pid, y->pid) ?:
	       compare_ts(x->addr, y->addr);
}

static int compare_marks(const void *a, const void *b)
{
	const struct report_mark *x = a, *y = b;

	return compare_ts(x->ts, y->ts);
}

static int compare_objects(const void *a, const void *b)
{
	const struct report_object *x = *(struct report_object *const *)a;
	const struct report_object *y = *(struct report_object *const *)b;

	return compare_ts(x->first, y->first) ?:
	       compare_ts(x->id.space, y->id.space) ?:
	       compare_ts(x->id.number, y->id.number);
}

static void finish_object(struct report *report, struct report_object *obj)
{
	if (report_is_gone(obj))
		report_spans_vanish(report, obj, obj->destroyed.known ?
				    obj->destroyed.ts : obj->last);
	for (size_t i = 0; i < obj->n_spans; i++)
		if (obj->spans[i]->ending == REPORT_OPEN)
			obj->spans[i]->to = report->to;
	if (obj->n_spans)
		qsort(obj->spans, obj->n_spans, sizeof(*obj->spans),
		      compare_spans);
	if (obj->n_marks)
		qsort(obj->marks, obj->n_marks, sizeof(*obj->marks),
		      compare_marks);
}

void report_finish(struct report *report)
{
	if (report->from > report->to)
		report->from = report->to;
	for (size_t i = 0; i < report->n; i++)
		finish_object(report, report->objects[i]);
	if (report->n)
		qsort(report->objects, report->n, sizeof(*report->objects),
		      compare_objects);
}

bool report_is_gone(const struct report_object *obj)
{
	return obj->destroyed.known || obj->vanished;
}

bool report_is_left_behind(const struct report_object *obj)
{
	return report_is_segment(obj) && !report_is_gone(obj) &&
	       obj->have_nattch && !obj->nattch;
}

bool report_is_idle(const struct report_object *obj)
{
	return obj->begin == REPORT_BEFORE && !obj->events;
}

void report_free(struct report *report)
{
	if (!report)
		return;
	while (report->n)
		report_object_free(report, report->objects[report->n - 1]);
	free(report->objects);
	report_failures_free(report);
	free(report->losses);
	stat_rows_free(&report->rows);
	anchors_free(&report->anchors);
	free_start(&report->start);
	if (report->ended)
		free((char *)report->end.reason);
	free(report);
}
