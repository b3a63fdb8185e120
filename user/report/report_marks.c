// SPDX-License-Identifier: GPL-2.0-or-later
/* Moments of an object: marks, its number of attachments; and what failed. */
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "decode.h"
#include "err.h"
#include "report_internal.h"

static char *text_of(const struct event *ev)
{
	char text[2 * DECODE_SIZE], *copy;

	decode_event(text, sizeof(text), ev);
	copy = strdup(text);
	if (!copy)
		err_nomem();
	return copy;
}

void report_mark_add(struct report_object *obj, enum report_mark_kind kind,
		     const struct event *ev)
{
	struct report_mark *mark;

	/* There is one each of the first three. */
	if (kind > REPORT_MARK_DESTROY && obj->n_marks >= REPORT_MARKS_MAX) {
		obj->marks_left_out++;
		return;
	}
	obj->marks = report_grow(obj->marks, obj->n_marks, &obj->room_marks,
				 sizeof(*obj->marks));
	mark = &obj->marks[obj->n_marks++];
	*mark = (struct report_mark) {
		.kind = kind, .ts = ev->ts, .pid = ev->pid,
		.text = text_of(ev),
	};
	memcpy(mark->comm, ev->comm, sizeof(mark->comm));
}

/* Two by two: times get coarser, the highest and the lowest number stay. */
static void merge_points(struct report_object *obj)
{
	size_t n = 0;

	for (size_t i = 0; i + 1 < obj->n_points; i += 2, n++) {
		struct report_point a = obj->points[i];
		const struct report_point *b = &obj->points[i + 1];

		a.last = b->last;
		a.min = a.min < b->min ? a.min : b->min;
		a.max = a.max > b->max ? a.max : b->max;
		obj->points[n] = a;
	}
	if (obj->n_points % 2)
		obj->points[n++] = obj->points[obj->n_points - 1];
	obj->n_points = n;
}

void report_point_add(struct report_object *obj, __u64 ts, __u64 nattch)
{
	size_t at;

	if (obj->nattch_max < nattch)
		obj->nattch_max = nattch;
	if (!obj->n_points || obj->points[obj->n_points - 1].ts <= ts)
		obj->nattch = nattch;
	obj->have_nattch = true;
	if (obj->n_points && obj->points[obj->n_points - 1].ts <= ts &&
	    obj->points[obj->n_points - 1].last == nattch)
		return;
	if (obj->n_points == REPORT_POINTS_MAX)
		merge_points(obj);
	obj->points = report_grow(obj->points, obj->n_points, &obj->room_points,
				  sizeof(*obj->points));
	/* Other CPUs may tell a little late. */
	for (at = obj->n_points; at && obj->points[at - 1].ts > ts; at--)
		obj->points[at] = obj->points[at - 1];
	obj->points[at] = (struct report_point) { ts, nattch, nattch, nattch };
	obj->n_points++;
}

/* A failure while it is looked for: the list moves as it grows. */
struct node {
	__u32 pid;
	const char *error;
	char *text;
	size_t index;
};

static int compare(const void *a, const void *b)
{
	const struct node *x = a, *y = b;

	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	return strcmp(x->error, y->error) ?: strcmp(x->text, y->text);
}

static void keep(struct report *report, const struct event *ev,
		 const struct node *key)
{
	struct report_failure *failure;
	struct node *node = malloc(sizeof(*node));

	if (!node)
		err_nomem();
	*node = *key;
	node->index = report->n_failures;
	if (!tsearch(node, &report->by_failure, compare))
		err_nomem();
	report->failures = report_grow(report->failures, report->n_failures,
				       &report->room_failures,
				       sizeof(*report->failures));
	failure = &report->failures[report->n_failures++];
	*failure = (struct report_failure) {
		.first = ev->ts, .last = ev->ts, .count = 1,
		.pid = ev->pid, .error = node->error, .text = node->text,
	};
	memcpy(failure->comm, ev->comm, sizeof(failure->comm));
}

void report_failure_add(struct report *report, const struct event *ev)
{
	struct node key = {
		.pid = ev->pid, .error = event_failure(ev), .text = text_of(ev),
	};
	void *found = tfind(&key, &report->by_failure, compare);
	struct report_failure *failure;

	if (!found && report->n_failures < REPORT_FAILURES_MAX) {
		keep(report, ev, &key);
		return;
	}
	free(key.text);
	if (!found) {
		report->failures_left_out++;
		return;
	}
	failure = &report->failures[(*(struct node **)found)->index];
	failure->count++;
	if (failure->last < ev->ts)
		failure->last = ev->ts;
}

void report_failures_free(struct report *report)
{
	tdestroy(report->by_failure, free);
	for (size_t i = 0; i < report->n_failures; i++)
		free(report->failures[i].text);
	free(report->failures);
}
