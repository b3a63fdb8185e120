// SPDX-License-Identifier: GPL-2.0-or-later
/* What events say of segments. */
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>

#include "report_internal.h"

#define CMD_64	0x100	/* 32-bit callers of ipc(2) add it */

/*
 * Whether this shmget made it. By tracepoint only the flags tell; or, of one that
 * was not heard of before, that the caller is the creator.
 */
static bool is_creation(const struct report_object *obj, const struct event *ev)
{
	__u32 flags = ev->arg[2];

	if (ev->kind != KIND_SHMGET || event_errno(ev))
		return false;
	if (ev->have & EV_CREATED)
		return ev->created;
	if ((__u32)ev->arg[0] == IPC_PRIVATE ||
	    (flags & (IPC_CREAT | IPC_EXCL)) == (IPC_CREAT | IPC_EXCL))
		return true;
	return (!obj || report_is_gone(obj)) && flags & IPC_CREAT &&
	       ev->have & EV_CPID && ev->cpid == ev->pid;
}

/* Its number is in use again, though no event told of its making. */
static bool is_another(const struct report_object *obj, const struct event *ev)
{
	return report_is_gone(obj) && ev->have & EV_NATTCH && !ev->gone &&
	       ev->ts > obj->last && (ev->kind == KIND_SHMGET ||
	       ev->kind == KIND_SHMAT || ev->kind == KIND_INHERIT);
}

static struct report_object *object_of(struct report *report,
				       const struct event *ev)
{
	struct report_id id = {
		.kind = OBJ_NONE, .space = ev->ipcns,
		.number = (__u32)ev->shmid,
	};
	struct report_object *obj;

	if (!(ev->have & EV_SHMID) || ev->shmid < 0)
		return NULL;
	obj = report_object_find(report, &id);
	/* A call that failed may have named any number. */
	if (!obj && event_is_call(ev) && event_errno(ev) &&
	    !(ev->have & EV_NATTCH))
		return NULL;
	if (is_creation(obj, ev)) {
		obj = report_object_add(report, &id, ev->ts);
		obj->begin = REPORT_SHMAT;
		obj->created = report_deed_of(ev);
		report_mark_add(obj, REPORT_MARK_CREATE, ev);
	} else if (!obj || is_another(obj, ev)) {
		obj = report_object_add(report, &id, ev->ts);
	}
	return obj;
}

static void set_facts(struct report *report, struct report_object *obj,
		      const struct event *ev)
{
	if (obj->first > ev->ts)
		obj->first = ev->ts;
	if (obj->last < ev->ts)
		obj->last = ev->ts;
	if (!obj->events++)
		obj->first_event = ev->ts;
	obj->kinds[ev->kind]++;
	if (!(ev->have & EV_NATTCH))
		return;
	obj->have_segment = true;
	obj->size = ev->size;
	obj->mode = ev->mode;
	if (ev->key)
		obj->key = ev->key;
	if (ev->have & EV_CPID)
		obj->cpid = ev->cpid;
	report_point_add(obj, ev->ts, ev->nattch);
	/* Nobody has it: so it is if all else was not told. */
	if (report->vmas_unseen && !ev->nattch)
		report_spans_vanish(report, obj, ev->ts);
}

static void end_object(struct report *report, struct report_object *obj,
		       const struct event *ev, enum rec_cause cause)
{
	if (report_is_gone(obj))
		return;
	obj->destroyed = report_deed_of(ev);
	obj->cause = cause;
	report_mark_add(obj, REPORT_MARK_DESTROY, ev);
	report_object_ended(report, obj);
}

static void on_control(struct report *report, struct report_object *obj,
		       const struct event *ev)
{
	switch (ev->arg[1] & ~CMD_64) {
	case IPC_RMID:
		if (!obj->rmid.known) {
			obj->rmid = report_deed_of(ev);
			report_mark_add(obj, REPORT_MARK_RMID, ev);
		}
		/* Without a segment after it, there is none any more. */
		if (ev->gone || !(ev->have & EV_NATTCH))
			end_object(report, obj, ev, CAUSE_RMID);
		break;
	case IPC_SET:
	case SHM_LOCK:
	case SHM_UNLOCK:
		report_mark_add(obj, REPORT_MARK_OTHER, ev);
		break;
	default:
		break;
	}
}

static void on_attach(struct report *report, struct report_object *obj,
		      const struct event *ev, enum report_begin begin)
{
	struct report_span *old = report_span_find(report, NULL, ev->pid,
						   ev->ns_pid, ev->addr);

	/* Two can't be at one place. */
	if (old && old->addr == ev->addr && old->from <= ev->ts)
		report_span_end(report, old, ev->ts, REPORT_VANISHED,
				CAUSE_NONE);
	report_span_begin(report, obj, ev, begin);
}

/* A VMA more: the one that it was cut off is smaller. */
static void on_split(struct report *report, struct report_object *obj,
		     const struct event *ev)
{
	struct report_span *old = report_span_find(report, obj, ev->pid,
						   ev->ns_pid, ev->addr);

	if (old && old->addr == ev->addr && ev->end < old->end)
		old->addr = ev->end;
	else if (old && old->addr < ev->addr)
		old->end = ev->addr;
	report_span_begin(report, obj, ev, REPORT_SPLIT);
}

/* Where drops are told, this one has been. */
static void on_detach(struct report *report, const struct event *ev)
{
	struct report_span *span = report_span_find(report, NULL, ev->pid,
						    ev->ns_pid, ev->addr);

	if (span && span->addr == ev->addr && span->from < ev->ts &&
	    report_is_segment(span->object))
		report_span_end(report, span, ev->ts, REPORT_DROPPED,
				CAUSE_SHMDT);
}

static void on_done(struct report *report, struct report_object *obj,
		    const struct event *ev)
{
	switch (ev->kind) {
	case KIND_SHMAT:
		on_attach(report, obj, ev, REPORT_SHMAT);
		break;
	case KIND_SHMCTL:
		on_control(report, obj, ev);
		break;
	case KIND_INHERIT:
		on_attach(report, obj, ev, REPORT_INHERIT);
		break;
	case KIND_SPLIT:
		on_split(report, obj, ev);
		break;
	case KIND_DROP:
		report_span_drop(report, obj, ev);
		break;
	case KIND_PROTECT:
		report_mark_add(obj, REPORT_MARK_OTHER, ev);
		break;
	case KIND_DESTROY:
		end_object(report, obj, ev, ev->cause);
		break;
	default:
		break;
	}
}

void report_event_sysv(struct report *report, const struct event *ev)
{
	struct report_object *obj = object_of(report, ev);
	bool failed = event_is_call(ev) && event_errno(ev);

	/* Also where the segment is not known. */
	if (ev->kind == KIND_SHMDT && !failed)
		on_detach(report, ev);
	if (!obj)
		return;
	set_facts(report, obj, ev);
	if (failed) {
		obj->failed++;
		report_mark_add(obj, REPORT_MARK_FAILED, ev);
	} else {
		on_done(report, obj, ev);
	}
}

static void copy_comm(__u8 to[REC_COMM_LEN], const struct comm *comm)
{
	memcpy(to, comm->bytes,
	       comm->len < REC_COMM_LEN ? comm->len : REC_COMM_LEN);
}

/* One more process of the address space whose attachment came before it. */
static void add_process(struct report_object *obj, const struct attachment *at)
{
	struct report_span *span = obj->n_spans ?
				   obj->spans[obj->n_spans - 1] : NULL;

	if (span && !span->n_also++) {
		span->also_pid = at->pid;
		copy_comm(span->also_comm, &at->comm);
	}
}

static void add_attachment(struct report *report, struct report_object *obj,
			   const struct attachment *at)
{
	struct event ev = {
		.ts = report->from, .pid = at->pid,
		.addr = at->start, .end = at->end, .have = EV_ADDR | EV_END,
	};

	if (at->same) {
		add_process(obj, at);
		return;
	}
	copy_comm(ev.comm, &at->comm);
	report_span_begin(report, obj, &ev, REPORT_BEFORE);
}

void report_segment(struct report *report, const struct segment *seg)
{
	struct report_id id = {
		.kind = OBJ_NONE, .space = seg->ipcns,
		.number = (__u32)seg->shm.shmid,
	};
	struct report_object *obj = report_object_add(report, &id,
						      report->from);

	obj->begin = REPORT_BEFORE;
	obj->have_segment = true;
	obj->key = seg->shm.key;
	obj->size = seg->shm.size;
	obj->mode = seg->shm.mode & 0777;
	obj->cpid = seg->shm.cpid;
	obj->created.pid = seg->shm.cpid;
	copy_comm(obj->created.comm, &seg->creator);
	report_point_add(obj, report->from, seg->shm.nattch);
	for (size_t i = 0; i < seg->n_attachments; i++)
		add_attachment(report, obj, &seg->attachments[i]);
}

void report_still_there(struct report *report, const struct segment_list *list,
			__u64 now)
{
	if (report->to < now)
		report->to = now;
	for (size_t i = 0; i < report->n; i++) {
		struct report_object *obj = report->objects[i];
		const struct segment *seg;

		if (!report_is_segment(obj) || report_is_gone(obj) ||
		    obj->id.space != report->start.ipcns)
			continue;
		seg = segment_find(list, obj->id.space, obj->id.number);
		if (seg) {
			report_point_add(obj, now, seg->shm.nattch);
			if (!seg->shm.nattch)
				report_spans_vanish(report, obj, now);
		} else {
			obj->vanished = true;
			obj->last = now;
			report_spans_vanish(report, obj, now);
		}
	}
}
