// SPDX-License-Identifier: GPL-2.0-or-later
/* From the tracer's records to the model. */
#include <stddef.h>
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
	[KIND_CREATE]	= "create",
	[KIND_OPEN]	= "open",
	[KIND_RESIZE]	= "resize",
	[KIND_UNLINK]	= "unlink",
	[KIND_MAP]	= "map",
	[KIND_ADJUST]	= "adjust",
	[KIND_PROTECT]	= "protect",
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
	[CAUSE_MERGE]		= "merge",
};

static const char *const object_names[OBJ_MAX] = {
	[OBJ_NONE]	= "sysv",
	[OBJ_POSIX]	= "posix",
	[OBJ_MEMFD]	= "memfd",
	[OBJ_ANON]	= "anon",
	[OBJ_FILE]	= "file",
};

const char *event_object_name(enum rec_object_kind object)
{
	return object_names[object];
}

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

const char *event_failure(const struct event *ev)
{
	return ev->seccomp ? "SIGSYS" : event_errno(ev);
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
	ev->seccomp = call->flags & CALL_SECCOMP;
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
static void set_owner(struct event *ev, const struct rec_owner *owner)
{
	if (ev->kind == KIND_INHERIT) {
		ev->have |= EV_PPID;
		ev->ppid = ev->pid;
	} else if (ev->pid != owner->pid) {
		ev->have |= EV_BY;
		ev->by_pid = ev->pid;
		memcpy(ev->by_comm, ev->comm, sizeof(ev->by_comm));
	} else {
		return;
	}
	ev->pid = owner->pid;
	ev->tid = owner->pid;
	ev->ns_pid = owner->ns_pid;
	ev->uid = owner->uid;
	memcpy(ev->comm, owner->comm, sizeof(ev->comm));
}

static void from_vma(struct event *ev, const struct rec_vma *vma)
{
	ev->kind = vma->kind;
	ev->cause = vma->cause;
	ev->have |= EV_ADDR | EV_END | EV_VMA;
	ev->addr = vma->start;
	ev->end = vma->end;
	ev->offset = vma->offset;
	ev->prot = vma->prot;
	ev->was_prot = vma->was_prot;
	set_owner(ev, &vma->owner);
	set_segment(ev, &vma->seg);
}

/* What the kernel puts before the name of a memfd says nothing more. */
static void set_name(struct event *ev, const struct rec_object *rec)
{
	static const char prefix[] = "memfd:";
	const __u8 *name = rec->name;

	if (ev->object == OBJ_ANON)
		return;
	if (ev->object == OBJ_MEMFD &&
	    !strncmp((const char *)name, prefix, strlen(prefix)))
		name += strlen(prefix);
	memcpy(ev->name, name, rec->name + REC_NAME_LEN - name);
	ev->name[REC_NAME_LEN - 1] = 0;
}

static void from_object(struct event *ev, const struct rec_object *rec)
{
	ev->kind = rec->kind;
	ev->cause = rec->cause;
	ev->have |= EV_OBJECT | EV_SIZE;
	ev->object = rec->object;
	ev->dev = rec->dev;
	ev->ino = rec->ino;
	ev->size = rec->size;
	ev->nlink = rec->nlink;
	set_name(ev, rec);
	set_owner(ev, &rec->owner);
	if (rec->end) {
		ev->have |= EV_ADDR | EV_END | EV_VMA;
		ev->addr = rec->start;
		ev->end = rec->end;
		ev->offset = rec->offset;
		ev->prot = rec->prot;
		ev->was_prot = rec->was_prot;
	}
	if (ev->kind == KIND_ADJUST) {
		ev->have |= EV_WAS;
		ev->was_addr = rec->was_start;
		ev->was_end = rec->was_end;
	}
}

bool event_from_record(struct event *ev, const struct rec_hdr *rec)
{
	const struct rec_destroy *destroy = (const void *)rec;
	const struct rec_call *call = (const void *)rec;
	const struct rec_vma *vma = (const void *)rec;
	const struct rec_object *object = (const void *)rec;

	memset(ev, 0, offsetof(struct event, name));
	ev->name[0] = 0;
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
	case REC_OBJECT:
		if (rec->size < sizeof(*object) || object->kind >= KIND_MAX ||
		    object->kind < KIND_CALLS || object->cause >= CAUSE_MAX ||
		    object->object >= OBJ_MAX)
			return false;
		from_object(ev, object);
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
