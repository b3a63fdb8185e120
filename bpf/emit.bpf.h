/* SPDX-License-Identifier: GPL-2.0 */
/* From a call that has returned to a record in the ring buffer. */
#ifndef SHMVIZ_EMIT_BPF_H
#define SHMVIZ_EMIT_BPF_H

/* linux/ipc.h and linux/shm.h; macros are not in BTF. */
#define IPC_INFO	3
#define SHM_STAT	13
#define SHM_INFO	14
#define SHM_STAT_ANY	15

/* A call as the hook has it. */
struct call_args {
	__u64 arg[3];
	__s64 ret;
	__u32 call;
	__u32 flags;
};

/* Preemption can come between load and store, so counting must be atomic. */
#define count_one(counts, field)						\
do {									\
	if (counts)							\
		__sync_fetch_and_add(&(counts)->field, 1);		\
} while (0)

static __always_inline bool task_is_followed(struct task_struct *task)
{
	return !cfg_follow || bpf_task_storage_get(&followed, task, NULL, 0);
}

static __always_inline void fill_hdr(struct rec_hdr *hdr, __u16 type,
				     __u16 size, struct task_struct *task)
{
	hdr->type = type;
	hdr->size = size;
	hdr->uid = bpf_get_current_uid_gid();
	hdr->pid = pid_nr_tracer(BPF_CORE_READ(task, group_leader, thread_pid));
	hdr->tid = pid_nr_tracer(BPF_CORE_READ(task, thread_pid));
	hdr->ts = bpf_ktime_get_ns();
	hdr->cgroup = bpf_get_current_cgroup_id();
	hdr->ipcns = BPF_CORE_READ(task_ipcns(task), ns.inum);
	hdr->pad = 0;
	bpf_get_current_comm(hdr->comm, sizeof(hdr->comm));
}

/* The shmid that a call is about, or -1. */
static __always_inline int call_shmid(const struct call_args *c)
{
	__u32 cmd = c->arg[1];

	switch (c->call) {
	case KIND_SHMGET:
		return c->ret;
	case KIND_SHMAT:
		return c->arg[0];
	case KIND_SHMCTL:
		if (cmd == IPC_INFO || cmd == SHM_INFO)
			return -1;
		/* These take an index and return the shmid. */
		if (cmd == SHM_STAT || cmd == SHM_STAT_ANY)
			return c->ret;
		return c->arg[0];
	default:
		return -1;
	}
}

/*
 * The segment after the call. If it is gone by then, what was read of it on
 * the way in tells at least which one it was.
 */
static __always_inline void fill_seg(struct rec_call *rec,
				     const struct call_args *c,
				     struct task_struct *task,
				     const struct call_state *state)
{
	struct ipc_namespace *ns = task_ipcns(task);
	int shmid = call_shmid(c);

	if (c->call == KIND_SHMDT && state && !c->ret) {
		ns = (void *)state->ns;
		shmid = state->seg.shmid;
	}
	if (shmid < 0 || !ns || seg_read(ns, shmid, &rec->seg))
		return;
	if (state && c->ret >= 0 && state->seg.have & SEG_KERNEL) {
		rec->seg = state->seg;
		rec->seg.have |= SEG_GONE;
		rec->seg.nattch = 0;
	}
}

static __always_inline void fill_call(struct rec_call *rec,
				      const struct call_args *c,
				      struct task_struct *task,
				      const struct call_state *state)
{
	fill_hdr(&rec->hdr, REC_CALL, sizeof(*rec), task);
	__builtin_memset(&rec->seg, 0, sizeof(rec->seg));
	rec->call = c->call;
	rec->flags = c->flags;
	rec->arg[0] = c->arg[0];
	rec->arg[1] = c->arg[1];
	rec->arg[2] = c->arg[2];
	rec->ret = c->ret;
	rec->duration = 0;
	if (state) {
		rec->flags |= CALL_DURATION;
		rec->duration = rec->hdr.ts - state->ts;
		if (c->call == KIND_SHMGET && c->ret >= 0 && cfg_newseg)
			rec->flags |= state->created ? CALL_CREATED :
						       CALL_EXISTED;
	}
	fill_seg(rec, c, task, state);
}

static __always_inline bool task_is_self(struct task_struct *task)
{
	struct pid *pid = BPF_CORE_READ(task, group_leader, thread_pid);

	return pid_nr_tracer(pid) == cfg_self;
}

/* Notes the entry of a call; NULL if there is no memory for it. */
static __always_inline struct call_state *call_enter(__u32 call)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct call_state *state;

	state = bpf_task_storage_get(&calls, task, NULL,
				     BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!state)
		return NULL;
	state->call = call;
	state->created = 0;
	state->ns = 0;
	state->seg.have = 0;
	state->seg.shmid = -1;
	state->ts = bpf_ktime_get_ns();
	return state;
}

/* The call that the task is in and whose entry was seen, or NULL. */
static __always_inline struct call_state *call_under_way(__u32 call)
{
	struct call_state *state;

	state = bpf_task_storage_get(&calls, bpf_get_current_task_btf(),
				     NULL, 0);
	return state && state->ts && state->call == call ? state : NULL;
}

/* Notes a segment before the call may destroy it. */
static __always_inline void call_note_seg(struct call_state *state,
					  struct ipc_namespace *ns, int shmid)
{
	state->ns = (unsigned long)ns;
	seg_read(ns, shmid, &state->seg);
}

static __always_inline int call_exit(const struct call_args *c)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct rec_counts *n;
	struct call_state *state;
	struct rec_call *rec;
	__u32 kind = c->call;

	n = bpf_map_lookup_elem(&counts, &kind);
	if (task_is_self(task)) {
		count_one(n, self);
		return 0;
	}
	count_one(n, seen);
	if (!task_is_followed(task)) {
		count_one(n, filtered);
		return 0;
	}
	rec = bpf_ringbuf_reserve(&events, sizeof(*rec), 0);
	if (!rec) {
		count_one(n, lost);
		__sync_fetch_and_add(&lost_total, 1);
		return 0;
	}
	state = call_under_way(c->call);
	fill_call(rec, c, task, state);
	if (state)
		state->ts = 0;
	bpf_ringbuf_submit(rec, 0);
	return 0;
}

#endif /* SHMVIZ_EMIT_BPF_H */
