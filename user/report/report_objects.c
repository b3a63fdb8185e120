// SPDX-License-Identifier: GPL-2.0-or-later
/* The objects of a report, and which of them are kept. */
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "report_internal.h"

static int order(__u64 a, __u64 b)
{
	return a < b ? -1 : a > b;
}

/* An id is the first member of an object. */
static int compare(const void *a, const void *b)
{
	const struct report_id *x = a, *y = b;

	return order(x->number, y->number) ?: order(x->space, y->space) ?:
	       order(x->kind, y->kind);
}

struct report_object *report_object_find(struct report *report,
					 const struct report_id *id)
{
	void *found = tfind(id, &report->by_id, compare);

	return found ? *(struct report_object **)found : NULL;
}

static void leave_out(struct report *report, struct report_object *obj);

/* Not told of the end of a file: those that nobody maps may go. */
static bool may_go(const struct report_object *obj)
{
	return !report_is_segment(obj) && !report_is_gone(obj) &&
	       obj->n_spans == obj->ended_spans - obj->spans_left_out;
}

static void leave_out_least(struct report *report)
{
	struct report_object *least = NULL;

	for (size_t i = 0; i < report->n; i++) {
		struct report_object *obj = report->objects[i];

		if (may_go(obj) && (!least || obj->events < least->events))
			least = obj;
	}
	if (least)
		leave_out(report, least);
}

static void leave_out_all(struct report *report)
{
	for (size_t i = report->n; i > 0; i--)
		if (may_go(report->objects[i - 1]))
			leave_out(report, report->objects[i - 1]);
}

/*
 * Where more are mapped than there is room for, there is none for others. To look
 * for those each time one is added would take longer with each: it is done
 * when there are an eighth more.
 */
static void make_room(struct report *report)
{
	if (report->others_room <= REPORT_OTHERS_MAX) {
		leave_out_least(report);
		if (report->n_others <= REPORT_OTHERS_MAX)
			return;
	} else {
		leave_out_all(report);
	}
	report->others_room = report->n_others + report->n_others / 8;
	if (report->n_others <= REPORT_OTHERS_MAX)
		report->others_room = REPORT_OTHERS_MAX;
}

struct report_object *report_object_add(struct report *report,
					const struct report_id *id, __u64 ts)
{
	struct report_object *before = report_object_find(report, id);
	struct report_object *obj = calloc(1, sizeof(*obj));

	if (!obj)
		err_nomem();
	obj->id = *id;
	obj->generation = before ? before->generation + 1 : 1;
	obj->begin = REPORT_UNSEEN;
	obj->first = obj->last = ts;
	if (before) {
		tdelete(id, &report->by_id, compare);
		/* It must have ended, or there would not be another. */
		if (!report_is_gone(before)) {
			before->vanished = true;
			report_object_ended(report, before);
		}
	}
	if (!tsearch(obj, &report->by_id, compare))
		err_nomem();
	if (!report_is_segment(obj) && ++report->n_others > report->others_room)
		make_room(report);
	report->objects = report_grow(report->objects, report->n, &report->room,
				      sizeof(struct report_object *));
	report->objects[report->n++] = obj;
	return obj;
}

static void remove_from_list(struct report *report,
			     const struct report_object *obj)
{
	size_t i = report->n;

	while (i && report->objects[i - 1] != obj)
		i--;
	if (!i)
		return;
	memmove(&report->objects[i - 1], &report->objects[i],
		(report->n - i) * sizeof(struct report_object *));
	report->n--;
}

void report_object_free(struct report *report, struct report_object *obj)
{
	if (report_object_find(report, &obj->id) == obj)
		tdelete(&obj->id, &report->by_id, compare);
	if (!report_is_segment(obj))
		report->n_others--;
	remove_from_list(report, obj);
	report_spans_free(report, obj);
	for (size_t i = 0; i < obj->n_marks; i++)
		free(obj->marks[i].text);
	free(obj->marks);
	free(obj->points);
	free(obj);
}

/* Of those that are gone, and not told of any more, the one with the fewest. */
static struct report_object *least(const struct report *report)
{
	struct report_object *least = NULL;

	for (size_t i = 0; i < report->n; i++) {
		struct report_object *obj = report->objects[i];

		if (report_is_gone(obj) && !obj->recent &&
		    (!least || obj->events <= least->events))
			least = obj;
	}
	return least;
}

static void leave_out(struct report *report, struct report_object *obj)
{
	report->objects_left_out++;
	report->objects_left_out_events += obj->events;
	report->objects_left_out_made += obj->created.known;
	if (report_is_gone(obj))
		report->n_ended--;
	report_object_free(report, obj);
}

/*
 * What is told late by another CPU is told of the last few. Only then is it seen
 * whether there is room for it.
 */
void report_object_ended(struct report *report, struct report_object *obj)
{
	struct report_object **slot =
		&report->recent[report->next_recent++ % REPORT_RECENT];

	obj->recent = true;
	if (*slot) {
		(*slot)->recent = false;
		if (report->n_ended >= REPORT_ENDED_MAX)
			leave_out(report, least(report));
	}
	*slot = obj;
	report->n_ended++;
}
