// SPDX-License-Identifier: GPL-2.0-or-later
/* Attachments: from which event to which. */
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "report_internal.h"

static struct report_span **bucket(struct report *report, __u32 pid)
{
	return &report->open[pid % REPORT_OPEN_BUCKETS];
}

static bool is_of(const struct report_span *span,
		  const struct report_object *obj, __u32 pid, __u32 ns_pid)
{
	if (span->pid != pid || (obj && span->object != obj))
		return false;
	/* Processes that have no number here may have one of their own. */
	return pid || span->ns_pid == ns_pid;
}

struct report_span *report_span_find(struct report *report,
				     const struct report_object *obj,
				     __u32 pid, __u32 ns_pid, __u64 addr)
{
	struct report_span *span, *around = NULL;

	for (span = *bucket(report, pid); span; span = span->next) {
		if (!is_of(span, obj, pid, ns_pid))
			continue;
		if (span->addr == addr)
			return span;
		if (span->addr < addr && addr < span->end)
			around = span;
	}
	return around;
}

struct report_span *report_span_begin(struct report *report,
				      struct report_object *obj,
				      const struct event *ev,
				      enum report_begin begin)
{
	struct report_span **open = bucket(report, ev->pid);
	struct report_span *span = calloc(1, sizeof(*span));

	if (!span)
		err_nomem();
	span->object = obj;
	span->pid = ev->pid;
	span->tid = ev->tid;
	span->ns_pid = ev->ns_pid;
	memcpy(span->comm, ev->comm, sizeof(span->comm));
	span->addr = ev->addr;
	span->end = ev->have & EV_END ? ev->end :
		    ev->addr + (obj->size ? (obj->size + 4095) & ~4095ull : 1);
	span->from = span->to = ev->ts;
	span->entry = report_entry_of(ev);
	span->begin = begin;
	span->ppid = begin == REPORT_INHERIT ? ev->ppid : 0;
	span->next = *open;
	*open = span;
	obj->spans = report_grow(obj->spans, obj->n_spans, &obj->room_spans,
				 sizeof(struct report_span *));
	obj->spans[obj->n_spans++] = span;
	return span;
}

static void close_span(struct report *report, struct report_span *span)
{
	struct report_span **at = bucket(report, span->pid);

	while (*at && *at != span)
		at = &(*at)->next;
	if (*at)
		*at = span->next;
	span->next = NULL;
}

static void leave_out(struct report_object *obj, struct report_span *span)
{
	size_t i = obj->n_spans - 1;

	while (obj->spans[i] != span)
		i--;
	memmove(&obj->spans[i], &obj->spans[i + 1],
		(obj->n_spans - i - 1) * sizeof(struct report_span *));
	obj->n_spans--;
	obj->spans_left_out++;
	free(span);
}

void report_span_end(struct report *report, struct report_span *span, __u64 ts,
		     enum report_ending ending, enum rec_cause cause)
{
	struct report_object *obj = span->object;

	close_span(report, span);
	span->to = ts > span->from ? ts : span->from;
	span->ending = ending;
	span->cause = cause;
	if (++obj->ended_spans > REPORT_SPANS_MAX)
		leave_out(obj, span);
}

/*
 * A process that shares the address space of another drops what that one attached.
 * Without lost events nobody else can have an attachment that no event began; two at
 * the same address leave it open whose it is.
 */
static struct report_span *find_shared(const struct report *report,
				       const struct report_object *obj,
				       __u64 addr)
{
	struct report_span *found = NULL;

	for (size_t i = 0; !report->lost && i < obj->n_spans; i++) {
		struct report_span *span = obj->spans[i];

		if (span->ending != REPORT_OPEN || span->addr != addr)
			continue;
		if (found)
			return NULL;
		found = span;
	}
	return found;
}

bool report_span_drop(struct report *report, struct report_object *obj,
		      const struct event *ev)
{
	struct report_span *span = report_span_find(report, obj, ev->pid,
						    ev->ns_pid, ev->addr);
	bool seen;

	if (!span)
		span = find_shared(report, obj, ev->addr);
	seen = span;
	if (!seen) {
		span = report_span_begin(report, obj, ev, REPORT_UNSEEN);
		span->from = report->from;
	}
	report_span_end(report, span, ev->ts, REPORT_DROPPED, ev->cause);
	return seen;
}

void report_spans_vanish(struct report *report, struct report_object *obj,
			 __u64 ts)
{
	for (size_t i = obj->n_spans; i > 0; i--) {
		struct report_span *span = obj->spans[i - 1];

		if (span->ending == REPORT_OPEN && span->from <= ts)
			report_span_end(report, span, ts, REPORT_VANISHED,
					CAUSE_NONE);
	}
}

void report_spans_free(struct report *report, struct report_object *obj)
{
	for (size_t i = 0; i < obj->n_spans; i++) {
		if (obj->spans[i]->ending == REPORT_OPEN)
			close_span(report, obj->spans[i]);
		free(obj->spans[i]);
	}
	free(obj->spans);
}
