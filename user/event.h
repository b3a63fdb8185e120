/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An event as people and programs know it: the model between the tracer's
 * records and the writers. Nothing here depends on where it came from.
 */
#ifndef SHMVIZ_EVENT_H
#define SHMVIZ_EVENT_H

#include <stdbool.h>
#include <stddef.h>

#include "record.h"

/* Which of the optional fields hold something. */
#define EV_SHMID	(1u << 0)
#define EV_KEY		(1u << 1)
#define EV_SIZE		(1u << 2)
#define EV_NATTCH	(1u << 3)
#define EV_MODE		(1u << 4)
#define EV_CPID		(1u << 5)
#define EV_ADDR		(1u << 6)
#define EV_CREATED	(1u << 7)
#define EV_DURATION	(1u << 8)
#define EV_END		(1u << 9)
#define EV_BY		(1u << 10)	/* another's context: by_pid, by_comm */
#define EV_PPID		(1u << 11)
#define EV_OBJECT	(1u << 12)	/* it is about no segment: object .. name */
#define EV_VMA		(1u << 13)	/* offset, prot; of a protect was_prot */
#define EV_WAS		(1u << 14)	/* was_addr, was_end */

struct event {
	enum rec_kind kind;
	__u64 ts;		/* ns of CLOCK_MONOTONIC */
	__u64 cgroup;
	__u32 pid;		/* whose event it is; 0: not known */
	__u32 tid;
	__u32 ns_pid;		/* pid in the process's own pid namespace */
	__u32 uid;
	__u32 caller_ipcns;	/* the namespace the caller is in */
	__u8 comm[REC_COMM_LEN];/* bytes, NUL-padded */
	__u32 by_pid;		/* in whose context it happened */
	__u8 by_comm[REC_COMM_LEN];
	__u32 ppid;		/* inherit: who has forked */

	/* Calls only. */
	bool compat;
	bool seccomp;		/* refused by SIGSYS: not made, ret is -ENOSYS */
	__u64 arg[3];		/* as passed */
	__s64 ret;		/* as returned; negative errno on failure */

	unsigned int have;	/* EV_* */
	int shmid;
	__u32 ipcns;		/* the segment's namespace, else the caller's */
	__u32 key;
	__u64 size;
	__u64 nattch;
	__u32 mode;
	__u32 cpid;
	__u64 addr;		/* of the attachment, or the one asked for */
	__u64 end;		/* first byte after the VMA */
	enum rec_cause cause;	/* of a drop or destroy */
	__u64 duration;		/* ns */
	bool created;
	bool dest;
	bool locked;
	bool gone;		/* the segment was destroyed by this call */

	/* Of a VMA, also of a segment: EV_VMA. */
	__u32 prot;		/* REC_PROT_* */
	__u32 was_prot;		/* protect: before it */
	__u64 offset;		/* bytes: what of the object lies at addr */

	/* Of an object that is no segment; `size` is its size. */
	enum rec_object_kind object;
	__u32 dev;		/* major << 20 | minor */
	__u64 ino;
	__u32 nlink;
	__u64 was_addr;
	__u64 was_end;
	__u8 name[REC_NAME_LEN];/* last, since mostly not there: bytes, NUL-ended */
};

/* false: a record of a type or size that this version does not know. */
bool event_from_record(struct event *ev, const struct rec_hdr *rec);

/* One of the four calls; the others have no arguments and no result. */
static inline bool event_is_call(const struct event *ev)
{
	return ev->kind < KIND_CALLS;
}

/* "shmget", ..., "inherit", "split", "drop", "destroy" */
const char *event_name(const struct event *ev);
const char *event_kind_name(enum rec_kind kind);

/* "posix", "memfd", "anon", "file"; "sysv" for OBJ_NONE */
const char *event_object_name(enum rec_object_kind object);

/* "shmdt", "exit", ..., NULL if there is none. */
const char *event_cause(const struct event *ev);
const char *event_cause_name(enum rec_cause cause);

/* Name of the errno of a failed call ("EEXIST"), NULL if it succeeded. */
const char *event_errno(const struct event *ev);

/* The same for people: of a call that seccomp refused the signal, "SIGSYS". */
const char *event_failure(const struct event *ev);

#endif /* SHMVIZ_EVENT_H */
