// SPDX-License-Identifier: GPL-2.0-or-later
/* From the tracer's records to the model. */
#include <string.h>

#include "event.h"

static const char *const kind_names[KIND_MAX] = {
	[KIND_SHMGET]	= "shmget",
	[KIND_SHMAT]	= "shmat",
	[KIND_SHMDT]	= "shmdt",
	[KIND_SHMCTL]	= "shmctl",
	[KIND_INHERIT]	= "inherit",
	[KIND_SPLIT]	= "split",
	[KIND_DROP]	= "drop",
	[KIND_DESTROY]	= "destroy",
};

static const char *const cause_names[CAUSE_MAX] = {
	[CAUSE_SHMDT]		= "shmdt",
	[CAUSE_MUNMAP]		= "munmap",
	[CAUSE_EXEC]		= "exec",
	[CAUSE_EXIT]		= "exit",
	[CAUSE_SPLIT]		= "split",
	[CAUSE_FORK]		= "fork",
	[CAUSE_RMID]		= "rmid",
	[CAUSE_LAST_DETACH]	= "last-detach",
	[CAUSE_RMID_FORCED]	= "rmid-forced",
	[CAUSE_NS_EXIT]		= "ns-exit",
};

const char *event_kind_name(enum rec_kind kind)
{
	return kind_names[kind];
}

const char *event_name(const struct event *ev)
{
	return kind_names[ev->kind];
}

const char *event_cause_name(enum rec_cause cause)
{
	return cause_names[cause];
}

const char *event_cause(const struct event *ev)
{
	return cause_names[ev->cause];
}

const char *event_errno(const struct event *ev)
{
	/* The highest 4095 values of an address are errors, too. */
	if (ev->ret >= 0 || ev->ret < -4095)
		return NULL;
	return strerrorname_np(-ev->ret);
}

static void set_segment(struct event *ev, const struct rec_seg *seg)
{
	if (!(seg->have & SEG_ID))
		return;
	ev->have |= EV_SHMID;
	ev->shmid = seg->shmid;
	ev->ipcns = seg->ipcns;
	if (!(seg->have & SEG_KERNEL))
		return;
	ev->have |= EV_KEY | EV_SIZE | EV_NATTCH | EV_MODE;
	ev->key = seg->key;
	ev->size = seg->size;
	ev->nattch = seg->nattch;
	ev->mode = seg->mode;
	ev->cpid = seg->cpid;
	if (seg->cpid)
		ev->have |= EV_CPID;
	ev->dest = seg->have & SEG_DEST;
	ev->locked = seg->have & SEG_LOCKED;
	ev->gone = seg->have & SEG_GONE;
}

/* What only the arguments say, where the kernel's own facts are not known. */
static void set_from_args(struct event *ev)
{
	switch (ev->kind) {
	case KIND_SHMGET:
		if (!(ev->have & EV_KEY))
			ev->key = ev->arg[0];
		if (!(ev->have & EV_SIZE))
			ev->size = ev->arg[1];
		ev->have |= EV_KEY | EV_SIZE;
		break;
	case KIND_SHMAT:
		ev->have |= EV_ADDR;
		ev->addr = event_errno(ev) ? ev->arg[1] : (__u64)ev->ret;
		break;
	case KIND_SHMDT:
		ev->have |= EV_ADDR;
		ev->addr = ev->arg[0];
		break;
	default:
		break;
	}
}

static void set_caller(struct event *ev, const struct rec_hdr *hdr)
{
	ev->ts = hdr->ts;
	ev->cgroup = hdr->cgroup;
	ev->pid = hdr->pid;
	ev->tid = hdr->tid;
	ev->ns_pid = hdr->ns_pid;
	ev->uid = hdr->uid;
	ev->caller_ipcns = hdr->ipcns;
	ev->ipcns = hdr->ipcns;
	memcpy(ev->comm, hdr->comm, sizeof(ev->comm));
}

static void from_call(struct event *ev, const struct rec_call *call)
{
	ev->kind = call->call;
	ev->compat = call->flags & CALL_COMPAT;
	memcpy(ev->arg, call->arg, sizeof(ev->arg));
	ev->ret = call->ret;
	if (call->flags & CALL_DURATION) {
		ev->have |= EV_DURATION;
		ev->duration = call->duration;
	}
	if (call->flags & (CALL_CREATED | CALL_EXISTED)) {
		ev->have |= EV_CREATED;
		ev->created = call->flags & CALL_CREATED;
	}
	set_segment(ev, &call->seg);
	set_from_args(ev);
}

/* The event is its owner's, whoever the kernel did it for. */
static void set_owner(struct event *ev, const struct rec_vma *vma)
{
	if (vma->kind == KIND_INHERIT) {
		ev->have |= EV_PPID;
		ev->ppid = ev->pid;
	} else if (ev->pid != vma->owner) {
		ev->have |= EV_BY;
		ev->by_pid = ev->pid;
		memcpy(ev->by_comm, ev->comm, sizeof(ev->by_comm));
	} else {
		return;
	}
	ev->pid = vma->owner;
	ev->tid = vma->owner;
	ev->ns_pid = vma->owner_ns_pid;
	ev->uid = vma->owner_uid;
	memcpy(ev->comm, vma->owner_comm, sizeof(ev->comm));
}

static void from_vma(struct event *ev, const struct rec_vma *vma)
{
	ev->kind = vma->kind;
	ev->cause = vma->cause;
	ev->have |= EV_ADDR | EV_END;
	ev->addr = vma->start;
	ev->end = vma->end;
	set_owner(ev, vma);
	set_segment(ev, &vma->seg);
}

bool event_from_record(struct event *ev, const struct rec_hdr *rec)
{
	const struct rec_destroy *destroy = (const void *)rec;
	const struct rec_call *call = (const void *)rec;
	const struct rec_vma *vma = (const void *)rec;

	memset(ev, 0, sizeof(*ev));
	set_caller(ev, rec);
	switch (rec->type) {
	case REC_CALL:
		if (rec->size < sizeof(*call) || call->call >= KIND_CALLS)
			return false;
		from_call(ev, call);
		return true;
	case REC_VMA:
		if (rec->size < sizeof(*vma) || vma->kind >= KIND_MAX ||
		    vma->cause >= CAUSE_MAX)
			return false;
		from_vma(ev, vma);
		return true;
	case REC_DESTROY:
		if (rec->size < sizeof(*destroy) || destroy->cause >= CAUSE_MAX)
			return false;
		ev->kind = KIND_DESTROY;
		ev->cause = destroy->cause;
		set_segment(ev, &destroy->seg);
		return true;
	default:
		return false;
	}
}
