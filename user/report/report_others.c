// SPDX-License-Identifier: GPL-2.0-or-later
/* What events say of POSIX shared memory, memfds, anonymous memory and files. */
#include <string.h>

#include "report_internal.h"

static struct report_object *object_of(struct report *report,
				       const struct event *ev)
{
	struct report_id id = {
		.kind = ev->object, .space = ev->dev, .number = ev->ino,
	};
	struct report_object *obj = report_object_find(report, &id);

	if (ev->kind == KIND_CREATE) {
		obj = report_object_add(report, &id, ev->ts);
		obj->begin = REPORT_SHMAT;
		obj->created = report_deed_of(ev);
		report_mark_add(obj, REPORT_MARK_CREATE, ev);
	} else if (!obj || (report_is_gone(obj) && ev->kind == KIND_MAP &&
			    ev->ts > obj->last)) {
		obj = report_object_add(report, &id, ev->ts);
	}
	return obj;
}

/* The kernel keeps no number of mappings of a file: they are counted here. */
static void count_mapping(struct report_object *obj, const struct event *ev,
			  int more)
{
	__u64 n = obj->nattch + more;

	report_point_add(obj, ev->ts, more < 0 && !obj->nattch ? 0 : n);
}

/* It has grown or shrunk; was_addr is where it was. */
static void on_adjust(struct report *report, const struct report_object *obj,
		      const struct event *ev)
{
	struct report_span *span = report_span_find(report, obj, ev->pid,
						    ev->ns_pid, ev->was_addr);

	if (!span)
		return;
	span->addr = ev->addr;
	span->end = ev->end;
}

static void on_begin(struct report *report, struct report_object *obj,
		     const struct event *ev, enum report_begin begin)
{
	count_mapping(obj, ev, 1);
	report_span_begin(report, obj, ev, begin);
}

void report_event_other(struct report *report, const struct event *ev)
{
	struct report_object *obj = object_of(report, ev);

	if (obj->last < ev->ts)
		obj->last = ev->ts;
	if (!obj->events++)
		obj->first_event = ev->ts;
	obj->kinds[ev->kind]++;
	obj->size = ev->size;
	if (ev->name[0])
		memcpy(obj->name, ev->name, sizeof(obj->name));
	switch (ev->kind) {
	case KIND_MAP:
		on_begin(report, obj, ev, REPORT_MAP);
		break;
	case KIND_INHERIT:
		on_begin(report, obj, ev, REPORT_INHERIT);
		break;
	case KIND_SPLIT:
		on_begin(report, obj, ev, REPORT_SPLIT);
		break;
	case KIND_ADJUST:
		on_adjust(report, obj, ev);
		break;
	case KIND_DROP:
		if (report_span_drop(report, obj, ev))
			count_mapping(obj, ev, -1);
		break;
	case KIND_RESIZE:
	case KIND_UNLINK:
	case KIND_OPEN:
	case KIND_PROTECT:
		report_mark_add(obj, REPORT_MARK_OTHER, ev);
		break;
	case KIND_DESTROY:
		if (report_is_gone(obj))
			break;
		obj->destroyed = report_deed_of(ev);
		report_mark_add(obj, REPORT_MARK_DESTROY, ev);
		report_object_ended(report, obj);
		break;
	default:
		break;
	}
}
