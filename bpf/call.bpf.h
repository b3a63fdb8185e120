/* SPDX-License-Identifier: GPL-2.0 */
/* The four calls: what is noted on the way in, and told on the way out. */
#ifndef SHMVIZ_CALL_BPF_H
#define SHMVIZ_CALL_BPF_H

/* linux/ipc.h and linux/shm.h; macros are not in BTF. */
#define IPC_RMID	0
#define IPC_INFO	3
#define SHM_STAT	13
#define SHM_INFO	14
#define SHM_STAT_ANY	15
#define IPC_64		0x0100	/* 32-bit callers of ipc(2) add it */

/* A call as the hook has it. */
struct call_args {
	__u64 arg[3];
	__s64 ret;
	__u32 call;
	__u32 flags;
};

static __always_inline struct task_state *task_note(void)
{
	return bpf_task_storage_get(&tasks, bpf_get_current_task_btf(), NULL,
				    BPF_LOCAL_STORAGE_GET_F_CREATE);
}

static __always_inline struct task_state *task_noted(void)
{
	return bpf_task_storage_get(&tasks, bpf_get_current_task_btf(), NULL,
				    0);
}

/* The call that the task is in and whose entry was seen, or NULL. */
static __always_inline struct task_state *call_under_way(__u32 call)
{
	struct task_state *state = task_noted();

	return state && state->ts && state->call == call ? state : NULL;
}

/* Notes a segment before the call may destroy it. */
static __always_inline void call_note_seg(struct task_state *state,
					  struct task_struct *task, int shmid)
{
	struct ns_ref ref;

	ns_ref_current(&ref, task);
	seg_read(&ref, shmid, &state->seg);
}

/* Only while it is being unmapped does shmdt still know its segment. */
static __always_inline void call_note_vma(struct task_state *state,
					  struct vm_area_struct *vma)
{
	int shmid;

	state->ns = (unsigned long)vma_segment(vma, &shmid);
	vma_seg_read(vma, &state->seg);
}

/* The entry of a call. @shmid and @cmd are those of shmctl. */
static __always_inline int call_enter(__u32 call, int shmid, __u32 cmd)
{
	struct task_state *state = task_note();

	if (!state)
		return 0;
	state->call = call;
	state->cmd = cmd & ~IPC_64;
	state->created = 0;
	state->attach_file = 0;
	state->ns = 0;
	state->seg.have = 0;
	state->seg.shmid = -1;
	/* With nobody attached, IPC_RMID destroys it before the exit. */
	if (call == KIND_SHMCTL && state->cmd == IPC_RMID && seg_wanted())
		call_note_seg(state, this_task(), shmid);
	flight_begin(state, FLIGHT_CALL);
	state->ts = bpf_ktime_get_ns();
	return 0;
}

/* The shmid that a call is about, or -1. */
static __always_inline int call_shmid(const struct call_args *c)
{
	__u32 cmd = (__u32)c->arg[1] & ~IPC_64;

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
static __always_inline void call_seg(struct rec_seg *seg,
				     const struct call_args *c,
				     const struct caller *who,
				     const struct task_state *state)
{
	int shmid = call_shmid(c);
	struct ns_ref ref = who->ns;

	if (c->call == KIND_SHMDT && state && !c->ret) {
		ns_ref_at(&ref, (void *)state->ns);
		shmid = state->seg.shmid;
	}
	if (shmid < 0 || seg_read(&ref, shmid, seg))
		return;
	if (state && c->ret >= 0 && state->seg.have & SEG_KERNEL) {
		*seg = state->seg;
		seg->have |= SEG_GONE;
		seg->nattch = 0;
	}
}

static __always_inline void fill_call(struct rec_call *rec,
				      const struct call_args *c,
				      const struct caller *who,
				      const struct task_state *state)
{
	rec->call = c->call;
	rec->flags = c->flags;
	rec->arg[0] = c->arg[0];
	rec->arg[1] = c->arg[1];
	rec->arg[2] = c->arg[2];
	rec->ret = c->ret;
	rec->mm = who->mm;
	rec->duration = 0;
	if (!state)
		return;
	rec->flags |= CALL_DURATION;
	rec->duration = rec->hdr.ts - state->ts;
	if (c->call == KIND_SHMGET && c->ret >= 0 && cfg_newseg)
		rec->flags |= state->created ? CALL_CREATED : CALL_EXISTED;
}

static __always_inline void note_owner(const struct caller *who)
{
	struct who *owner = bpf_map_lookup_elem(&mm_owners, &who->mm);

	/* It may be another's address space of before. */
	if (!owner || owner->pid != who->who.pid)
		bpf_map_update_elem(&mm_owners, &who->mm, &who->who, BPF_ANY);
}

static __always_inline bool call_seg_passes(const struct call_args *c,
					    const struct caller *who,
					    const struct rec_seg *seg,
					    const struct task_state *state)
{
	__u32 key = c->call == KIND_SHMGET ? c->arg[0] : 0;

	if (state && state->seg.have & SEG_KERNEL)
		key = state->seg.key;
	return seg_passes(seg, who->ns.inum, key);
}

/* It detached a segment, and the hooks could not find out which one. */
static __always_inline bool is_unidentified(const struct call_args *c,
					    const struct rec_seg *seg)
{
	return cfg_detach && seg_wanted() && c->call == KIND_SHMDT && !c->ret &&
	       !(seg->have & SEG_ID);
}

/* Whether it is to be told; counts it if not. */
static __always_inline bool call_passes(const struct call_args *c,
					struct rec_counts *n,
					const struct caller *who,
					const struct rec_seg *seg,
					const struct task_state *state)
{
	if (!kind_passes(c->call, c->ret) || !who_passes(&who->who)) {
		count_one(n, filtered);
		return false;
	}
	if (is_unidentified(c, seg)) {
		count_one(n, unidentified);
		if (!(cfg_filter & FILTER_SEGMENT))
			return true;
		count_one(n, lost);
		__sync_fetch_and_add(&unidentified_total, 1);
		return false;
	}
	if (call_seg_passes(c, who, seg, state))
		return true;
	count_one(n, filtered);
	return false;
}

/* From the moment of the entry to that of the exit, both ours. */
static __always_inline void call_count(const struct call_args *c,
				       const struct who *who,
				       const struct task_state *state,
				       __u64 now)
{
	struct stat_key key = {
		.kind = c->call,
		.err = c->ret < 0 ? -c->ret : 0,
		.flags = (c->flags & CALL_COMPAT ? STAT_COMPAT : 0) |
			 (c->flags & CALL_SECCOMP ? STAT_SECCOMP : 0),
	};

	stat_add(&key, who, cfg_entry && state ? now - state->ts :
						 STAT_UNTIMED);
}

static __always_inline void call_tell(const struct call_args *c,
				      struct rec_counts *n,
				      struct task_state *state)
{
	struct rec_seg seg = {};
	__u64 now = cfg_stat ? bpf_ktime_get_ns() : 0;
	struct rec_call *rec;
	struct caller who;
	bool self;

	caller_now(&who);
	self = is_self(&who);
	if (self && c->flags & CALL_COMPAT)
		count_one(n, compat);
	if (!is_seen(n, self, cfg_sysv))
		return;
	if (c->call == KIND_SHMAT && c->ret >= 0)
		note_owner(&who);
	if (seg_wanted())
		call_seg(&seg, c, &who, state);
	if (!call_passes(c, n, &who, &seg, state))
		return;
	if (cfg_stat) {
		call_count(c, &who.who, state, now);
		return;
	}
	rec = rec_begin(n, REC_CALL, sizeof(*rec), &who);
	if (!rec)
		return;
	fill_call(rec, c, &who, state);
	rec->seg = seg;
	bpf_ringbuf_submit(rec, 0);
}

/*
 * The exit of a call. Not static, so that the kernel checks it once for each
 * program and not for each way to get here: loading takes a third of the time.
 */
__noinline int call_exit(const struct call_args *c)
{
	struct task_state *state = task_noted();
	bool entered;

	if (!c || c->call >= KIND_CALLS)
		return 0;
	entered = state && state->ts && state->call == c->call;
	call_tell(c, counts_of(c->call), entered ? state : NULL);
	if (entered)
		state->ts = 0;
	flight_end(state, FLIGHT_CALL);
	return 0;
}

#endif /* SHMVIZ_CALL_BPF_H */
