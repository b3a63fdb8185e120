// SPDX-License-Identifier: GPL-2.0-or-later
/* From the tracer's records to the model. */
#include <string.h>

#include "event.h"

static const char *const kind_names[KIND_MAX] = {
	[KIND_SHMGET]	= "shmget",
	[KIND_SHMAT]	= "shmat",
	[KIND_SHMDT]	= "shmdt",
	[KIND_SHMCTL]	= "shmctl",
};

const char *event_name(const struct event *ev)
{
	return kind_names[ev->kind];
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

bool event_from_record(struct event *ev, const struct rec_hdr *rec)
{
	const struct rec_call *call = (const struct rec_call *)rec;

	if (rec->type != REC_CALL || rec->size < (__u16)sizeof(*call) ||
	    call->call >= KIND_MAX)
		return false;

	memset(ev, 0, sizeof(*ev));
	ev->kind = call->call;
	ev->ts = rec->ts;
	ev->cgroup = rec->cgroup;
	ev->pid = rec->pid;
	ev->tid = rec->tid;
	ev->uid = rec->uid;
	ev->caller_ipcns = rec->ipcns;
	ev->ipcns = rec->ipcns;
	memcpy(ev->comm, rec->comm, sizeof(ev->comm));
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
	return true;
}
