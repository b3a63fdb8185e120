/* SPDX-License-Identifier: GPL-2.0 */
/* What the programs share with the reader: settings, ring buffer, counters. */
#ifndef SHMVIZ_MAPS_BPF_H
#define SHMVIZ_MAPS_BPF_H

#include "filter.h"

/* Settings, fixed when the programs are loaded. */
const volatile __u32 cfg_self;		/* tracer's own pid: no event */
const volatile __u32 cfg_pidns;		/* inode of the tracer's pid namespace */
const volatile bool cfg_newseg;		/* newseg is hooked: creation is known */
const volatile bool cfg_follow;		/* tasks in `followed` pass FILTER_PID */
const volatile __u32 cfg_filter;	/* FILTER_*: what has a list */
const volatile __u32 cfg_kinds;		/* one bit for each kind that is told */

const volatile bool cfg_sysv = true;	/* segments are told */
const volatile __u32 cfg_objects;	/* one bit for each OBJ_* that is told */

const volatile bool cfg_stat;	/* count, don't tell: see stat.bpf.h */
const volatile bool cfg_entry;		/* the entry of calls is hooked for good */
const volatile bool cfg_detach;		/* the segment of each shmdt is noted */

/*
 * Programs are attached one after the other. Until all of them are, and the
 * reader says so, none tells anything: else one end of an attachment could be
 * told without the other.
 */
bool armed;

/* See flight.bpf.h. */
bool flight_watched;
__u32 flight_epoch;
__u64 in_flight[2];

/* What happens in this IPC namespace is the tracer trying its own hooks. */
__u32 probe_ns;

/* The sum of `lost`, where the reader can see it without asking. */
__u64 lost_total;

/* Those of `lost` that may be of a segment that is asked for, or not. */
__u64 unidentified_total;

/* The reader sets the size. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, KIND_MAX);
	__type(key, __u32);
	__type(value, struct rec_counts);
} counts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, FILTER_MAX);
	__type(key, struct filter_num);
	__type(value, __u8);
} filter_nums SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, FILTER_MAX);
	__type(key, struct filter_comm);
	__type(value, __u8);
} filter_comms SEC(".maps");

/* Tasks to follow: those given at the start, and their descendants. */
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, __u32);
} followed SEC(".maps");

/* What is noted of a task, mostly between the entry of a call and its exit. */
struct task_state {
	__u64 ts;		/* of entry; 0: no call under way */
	__u64 ns;		/* address of the namespace of `seg` */
	struct rec_seg seg;	/* as it was before the call */
	__u32 call;
	__u32 cmd;		/* of shmctl */
	__u32 created;		/* newseg has made one */
	__u32 fork_told;	/* the child of fork_mm is still to be named */
	__u64 fork_mm;		/* address space that a fork is filling */
	__u64 attach_file;	/* file that shmat is mapping */
	__u64 split_file;	/* file of the last VMA that was split */
	__u64 closing;		/* VMA that shm_close is at; 0: none */
	__u32 drop_told;	/* of that VMA */
	__u32 ns_exit;		/* a namespace is being taken down */
	/* Of other objects, see object.bpf.h. */
	__u64 mapping_file;	/* file that mmap is mapping */
	__s64 size_before;	/* of the file that fallocate is at */
	__u64 leaving_mm;	/* address space whose VMAs go; before 6.4 */
	struct vma_range {
		__u64 vma;	/* 0: none */
		__u64 start;
		__u64 end;
	} adjusting[2];		/* VMAs that are out of the tree to be changed */
	struct vma_range inserted; /* the last one */
	__u64 inserted_mm;
	/* Of the VMA that mprotect is at, see protect.bpf.h. */
	__u64 inode;
	__u64 dentry;
	__u32 object;
	__u32 was_prot;
	__u64 protecting;	/* it is shared, and will be another */
	__u64 protect_prev;	/* where mprotect_fixup() puts the VMA, by kprobe */
	__u32 flight;		/* FLIGHT_* under way; 0: none */
	__u32 flight_epoch;	/* when it began */
	struct noted {		/* see kprobe.bpf.h */
		__u64 arg[2];
		__u32 hook;	/* HOOK_*, whose arguments these are */
		__u32 pad;
	} noted[2];
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct task_state);
} tasks SEC(".maps");

/* Whose event it is. */
struct who {
	__u32 pid;		/* thread group, tracer's pid namespace; or 0 */
	__u32 ns_pid;		/* thread group, its own pid namespace */
	__u32 uid;
	__u32 followed;
	__u8 comm[REC_COMM_LEN] __attribute__((aligned(8)));
};

/*
 * Who has attached in an address space: an mm may outlive the last task in it
 * for as long as somebody looks at it.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, __u64);
	__type(value, struct who);
} mm_owners SEC(".maps");

#endif /* SHMVIZ_MAPS_BPF_H */
