/* SPDX-License-Identifier: GPL-2.0 */
/* What the programs share with the reader: settings, ring buffer, counters. */
#ifndef SHMVIZ_MAPS_BPF_H
#define SHMVIZ_MAPS_BPF_H

/* Settings, fixed when the programs are loaded. */
const volatile __u32 cfg_self;		/* tracer's own pid: no event */
const volatile __u32 cfg_pidns;		/* inode of the tracer's pid namespace */
const volatile bool cfg_follow;		/* only tasks in `followed` */
const volatile bool cfg_newseg;		/* newseg is hooked: creation is known */

/* The sum of `lost`, where the reader can see it without asking. */
__u64 lost_total;

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

/* Tasks to follow: the command that is traced and its descendants. */
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, __u32);
} followed SEC(".maps");

/* What is noted of a call between its entry and its exit. */
struct call_state {
	__u64 ts;		/* of entry; 0: no call under way */
	__u64 ns;		/* address of the namespace of `seg` */
	struct rec_seg seg;	/* as it was before the call */
	__u32 call;
	__u32 created;		/* newseg has made one */
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct call_state);
} calls SEC(".maps");

#endif /* SHMVIZ_MAPS_BPF_H */
