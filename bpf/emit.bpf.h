/* SPDX-License-Identifier: GPL-2.0 */
/* From something that has happened to a record in the ring buffer. */
#ifndef SHMVIZ_EMIT_BPF_H
#define SHMVIZ_EMIT_BPF_H

/* Preemption can come between load and store, so counting must be atomic. */
#define count_one(counts, field)						\
do {									\
	if (counts)							\
		__sync_fetch_and_add(&(counts)->field, 1);		\
} while (0)

static __always_inline void count_lost(struct rec_counts *n)
{
	count_one(n, lost);
	__sync_fetch_and_add(&lost_total, 1);
}

static __always_inline struct rec_counts *counts_of(__u32 kind)
{
	return bpf_map_lookup_elem(&counts, &kind);
}

/* Threads of a followed process are followed, also those that were there. */
static __always_inline bool task_is_followed(void)
{
	struct task_struct *task = bpf_get_current_task_btf();

	return bpf_task_storage_get(&followed, task, NULL, 0) ||
	       bpf_task_storage_get(&followed, task->group_leader, NULL, 0);
}

/* Whether the segment is needed: counting does not, but some filters do. */
static __always_inline bool seg_wanted(void)
{
	return !cfg_stat || cfg_filter & FILTER_SEGMENT;
}

/* The task that runs: all that records, filters and look-ups need of it. */
struct caller {
	struct who who;
	struct ns_ref ns;	/* the IPC namespace that it is in */
	__u64 mm;
	__u32 tid;		/* tracer's pid namespace; or 0 */
	__u32 pad;
};

/*
 * The kernel pads names, so all of it can be compared. The helper for this takes
 * a hundred instructions more.
 */
static __always_inline void comm_copy(__u8 comm[REC_COMM_LEN],
				      struct task_struct *task)
{
	const __u64 *from = (const void *)task->comm;
	__u64 *to = (void *)comm;

	to[0] = from[0];
	to[1] = from[1];
}

static __always_inline void caller_now(struct caller *c)
{
	struct task_struct *trusted = bpf_get_current_task_btf();
	struct task_struct *task = this_task();
	struct pid *pid = task->thread_pid;

	/* The initial namespace's numbers, which stand in the task itself. */
	if (cfg_pidns == PROC_PID_INIT_INO) {
		c->who.pid = trusted->tgid;
		c->tid = trusted->pid;
	} else {
		c->who.pid = pid_nr_tracer(task->group_leader->thread_pid);
		c->tid = pid_nr_tracer(pid);
	}
	c->who.ns_pid = pid->level ?
			pid_nr_own(task->group_leader->thread_pid) :
			trusted->tgid;
	c->who.uid = task->cred->uid.val;
	c->who.followed = cfg_follow && task_is_followed();
	comm_copy(c->who.comm, trusted);
	c->mm = (unsigned long)task->mm;
	c->pad = 0;
	if (seg_wanted() || probe_ns)
		ns_ref_current(&c->ns, task);
	else
		__builtin_memset(&c->ns, 0, sizeof(c->ns));
}

static __always_inline void fill_hdr(struct rec_hdr *hdr, __u16 type,
				     __u16 size, const struct caller *c)
{
	hdr->type = type;
	hdr->size = size;
	hdr->uid = c->who.uid;
	hdr->pid = c->who.pid;
	hdr->tid = c->tid;
	hdr->ts = bpf_ktime_get_ns();
	hdr->cgroup = bpf_get_current_cgroup_id();
	hdr->ipcns = c->ns.inum;
	hdr->ns_pid = c->who.ns_pid;
	__builtin_memcpy(hdr->comm, c->who.comm, sizeof(hdr->comm));
}

static __always_inline void fill_owner(struct rec_owner *rec,
				       const struct who *owner)
{
	rec->pid = owner->pid;
	rec->ns_pid = owner->ns_pid;
	rec->uid = owner->uid;
	__builtin_memcpy(rec->comm, owner->comm, sizeof(rec->comm));
}

static __always_inline bool is_self(const struct caller *c)
{
	return c->who.pid == cfg_self || (probe_ns && c->ns.inum == probe_ns);
}

/* Counts what has happened; false: that is all, it is nothing to tell. */
static __always_inline bool is_seen(struct rec_counts *n, bool by_self,
				    bool wanted)
{
	if (by_self) {
		count_one(n, self);
		return false;
	}
	if (!armed || !wanted)
		return false;
	count_one(n, seen);
	return true;
}

/* An event that cannot be told, since the kernel had no memory to note it. */
static __always_inline void count_unseen(__u32 kind, bool wanted)
{
	struct rec_counts *n = counts_of(kind);

	if (!armed || !wanted)
		return;
	count_one(n, seen);
	count_lost(n);
}

/* A record with its header, to be submitted; NULL: there was no room. */
static __always_inline void *rec_begin(struct rec_counts *n, __u16 type,
				       __u16 size, const struct caller *c)
{
	struct rec_hdr *hdr = bpf_ringbuf_reserve(&events, size, 0);

	if (!hdr) {
		count_lost(n);
		return NULL;
	}
	fill_hdr(hdr, type, size, c);
	return hdr;
}

#endif /* SHMVIZ_EMIT_BPF_H */
