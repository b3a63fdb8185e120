/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Attachments that no call makes or ends, and the end of segments: fentry and
 * fexit on the functions of ipc/shm.c themselves. Each VMA of an attachment
 * counts once in nattch:
 *
 *   +1	shmat; shm_open: fork (in the parent), a split, mremap; and
 *	remap_file_pages, which maps the file again
 *   -1	shm_close: shmdt, munmap, exec, exit, mremap
 */
#ifndef SHMVIZ_VMA_BPF_H
#define SHMVIZ_VMA_BPF_H

#define PF_EXITING	0x00000004	/* include/linux/sched.h */
#define NR_mremap	25
#define NR_mremap_ia32	163

/* Moved away by mremap; the end that it cuts off is unmapped. */
static __always_inline bool in_mremap(unsigned long start)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pt_regs *regs = (void *)bpf_task_pt_regs(task);
	unsigned long nr = BPF_CORE_READ(regs, orig_ax);

	if (task_is_compat(task))
		return nr == NR_mremap_ia32 &&
		       start < BPF_CORE_READ(regs, bx) + BPF_CORE_READ(regs, dx);
	return nr == NR_mremap &&
	       start < BPF_CORE_READ(regs, di) + BPF_CORE_READ(regs, dx);
}

/*
 * By whom and why: a task lets go of its own address space, or of the one that
 * it has just left by exec or exit, or of another's of which it held the last
 * reference. Then it is the end of that one.
 */
static __always_inline __u32 drop_cause(struct vm_area_struct *vma,
					struct task_struct *task,
					const struct task_state *state,
					bool *own)
{
	unsigned long mm, file;

	vma = TYPED(struct vm_area_struct, vma);
	mm = (unsigned long)GET(vma, vm_mm);
	file = (unsigned long)GET(vma, vm_file);
	*own = true;
	if (mm == (unsigned long)task->mm) {
		if (state && state->ts && state->call == KIND_SHMDT)
			return CAUSE_SHMDT;
		if (state && state->split_file == file && in_mremap(GET(vma, vm_start)))
			return CAUSE_SPLIT;
		return CAUSE_MUNMAP;
	}
	if (task->flags & PF_EXITING &&
	    mm == (unsigned long)task->active_mm)
		return CAUSE_EXIT;
	if (BPF_CORE_READ_BITFIELD_PROBED(task, in_execve))
		return CAUSE_EXEC;
	*own = false;
	return state && state->fork_mm == mm ? CAUSE_FORK : CAUSE_EXIT;
}

/* The child of a fork: all is its parent's as yet, but for the pid. */
static __always_inline void child_of(struct who *child,
				     const struct caller *parent)
{
	*child = parent->who;
	child->pid = 0;
	child->ns_pid = 0;
}

/*
 * Whose VMA it was that is dropped, by what drop_cause() says of it. @other is
 * where to put an owner that is not known from elsewhere.
 */
static __always_inline const struct who *
drop_owner(struct vm_area_struct *vma, __u32 cause, bool own,
	   const struct caller *who, struct who *other)
{
	__u64 mm;

	if (own)
		return &who->who;
	if (cause == CAUSE_FORK) {
		child_of(other, who);
		return other;
	}
	mm = (unsigned long)READ(struct vm_area_struct, vma, vm_mm);
	return bpf_map_lookup_elem(&mm_owners, &mm) ?: other;
}

static __always_inline void fill_vma(struct rec_vma *rec, __u32 kind,
				     __u32 cause, struct vm_area_struct *vma)
{
	rec->kind = kind;
	rec->cause = cause;
	vma = TYPED(struct vm_area_struct, vma);
	rec->start = GET(vma, vm_start);
	rec->end = GET(vma, vm_end);
	rec->mm = (unsigned long)GET(vma, vm_mm);
	rec->offset = GET(vma, vm_pgoff) << PAGE_SHIFT;
	rec->prot = prot_of(READ_FLAGS(vma));
	rec->was_prot = 0;
}

static __always_inline __u16 protect_was(void)
{
	struct task_state *state = task_noted();

	return state ? state->was_prot : 0;
}

/*
 * Tells of a VMA. @owner is whose it is, for the filters, too; @who the task
 * that runs. 1: it was told. Not static: see call_exit().
 */
__noinline int vma_tell(__u32 kind, __u32 cause, unsigned long addr,
			const struct who *owner, const struct caller *who)
{
	struct vm_area_struct *vma = (void *)addr;
	struct rec_counts *n = counts_of(kind);
	struct rec_seg seg = {};
	struct rec_vma *rec;

	if (!owner || !who)
		return 0;
	vma_seg_read(vma, &seg);
	if (!is_seen(n, is_self(who), cfg_sysv))
		return 0;
	if (!kind_passes(kind, 0) || !who_passes(owner) ||
	    !seg_passes(&seg, 0, 0)) {
		count_one(n, filtered);
		return 0;
	}
	if (cfg_stat) {
		/* A child has no pid yet: its parent's, who forks. */
		stat_event(kind, cause,
			   kind == KIND_INHERIT ? &who->who : owner);
		return 1;
	}
	rec = rec_begin(n, REC_VMA, sizeof(*rec), who);
	if (!rec)
		return 0;
	fill_vma(rec, kind, cause, vma);
	if (kind == KIND_PROTECT)
		rec->was_prot = protect_was();
	fill_owner(&rec->owner, owner);
	rec->seg = seg;
	bpf_ringbuf_submit(rec, 0);
	return 1;
}

static __always_inline void tell_inherit(struct vm_area_struct *vma,
					 const struct caller *who)
{
	struct task_state *state = task_note();
	struct who child;

	if (state)
		state->fork_mm = (unsigned long)READ(struct vm_area_struct, vma, vm_mm);
	child_of(&child, who);
	if (vma_tell(KIND_INHERIT, CAUSE_NONE, number_of(vma), &child, who) && state)
		state->fork_told = 1;
}

static __always_inline void tell_split(struct vm_area_struct *vma,
				       const struct caller *who)
{
	struct task_state *state = task_note();

	if (state)
		state->split_file = (unsigned long)READ(struct vm_area_struct, vma, vm_file);
	vma_tell(KIND_SPLIT, CAUSE_NONE, number_of(vma), &who->who, who);
}

static __always_inline int on_open(void)
{
	if (flight_watched)
		flight_begin(task_note(), FLIGHT_OPEN);
	return 0;
}

static __always_inline int on_opened(struct vm_area_struct *vma)
{
	struct caller who;

	caller_now(&who);
	if ((unsigned long)vma->vm_mm != who.mm)
		tell_inherit(vma, &who);
	else
		tell_split(vma, &who);
	flight_end(task_noted(), FLIGHT_OPEN);
	return 0;
}

static __always_inline int on_segment_mmap(struct file *file,
					   struct vm_area_struct *vma, int ret)
{
	struct task_state *state;
	struct caller who;

	if (ret)
		return 0;
	state = call_under_way(KIND_SHMAT);
	if (state) {
		state->attach_file = (unsigned long)file;
		return 0;
	}
	caller_now(&who);
	tell_split(vma, &who);
	return 0;
}

__noinline int tell_drop(unsigned long addr)
{
	struct task_struct *task = this_task();
	struct task_state *state = task_noted();
	struct vm_area_struct *vma = (void *)addr;
	struct who other = {};
	struct caller who;
	__u32 cause;
	bool own;

	/* A shmat that fails at last takes back what it has not told. */
	if (state && state->ts && state->call == KIND_SHMAT &&
	    state->attach_file == (unsigned long)READ(struct vm_area_struct, vma, vm_file))
		return 0;
	caller_now(&who);
	cause = drop_cause(vma, task, state, &own);
	vma_tell(KIND_DROP, cause, addr,
		 drop_owner(vma, cause, own, &who, &other), &who);
	return 0;
}

static __always_inline int on_close(struct vm_area_struct *vma)
{
	struct task_state *state = task_note();

	if (!state)
		return 0;
	flight_begin(state, FLIGHT_CLOSE);
	state->closing = (unsigned long)vma;
	state->drop_told = 0;
	if (state->ts && state->call == KIND_SHMDT)
		call_note_vma(state, vma);
	return 0;
}

static __always_inline int on_closed(struct vm_area_struct *vma)
{
	struct task_state *state = task_noted();

	if (!state || !state->drop_told)
		tell_drop(number_of(vma));
	if (state)
		state->closing = 0;
	flight_end(state, FLIGHT_CLOSE);
	return 0;
}

/* The namespace whose segments these are, or NULL if they are no segments. */
static __always_inline struct ipc_namespace *
ids_segments_of(struct ipc_ids *ids, struct shmid_kernel *shp)
{
	struct ipc_namespace *ns = READ(struct shmid_kernel, shp, ns);

	if ((unsigned long)ids !=
	    (unsigned long)ns + bpf_core_field_offset(struct ipc_namespace,
						      ids) +
	    IPC_SHM_IDS * bpf_core_type_size(struct ipc_ids))
		return NULL;
	return ns;
}

/*
 * IPC_RMID marks a segment that is attached; so one without the mark goes by
 * IPC_RMID itself, or unasked.
 */
static __always_inline __u32 destroy_cause(const struct rec_seg *seg,
					   const struct task_state *state)
{
	if (state && state->ns_exit)
		return CAUSE_NS_EXIT;
	if (seg->have & SEG_DEST)
		return CAUSE_LAST_DETACH;
	if (state && state->ts && state->call == KIND_SHMCTL &&
	    state->cmd == IPC_RMID)
		return CAUSE_RMID;
	return CAUSE_RMID_FORCED;
}

static __always_inline int tell_destroy(const struct rec_seg *seg, __u32 cause)
{
	struct rec_counts *n = counts_of(KIND_DESTROY);
	struct rec_destroy *rec;
	struct caller who;

	caller_now(&who);
	if (!is_seen(n, is_self(&who) || (probe_ns && seg->ipcns == probe_ns),
		     cfg_sysv))
		return 0;
	if (!kind_passes(KIND_DESTROY, 0) || !who_passes(&who.who) ||
	    !seg_passes(seg, 0, 0)) {
		count_one(n, filtered);
		return 0;
	}
	if (cfg_stat) {
		stat_event(KIND_DESTROY, cause, &who.who);
		return 0;
	}
	rec = rec_begin(n, REC_DESTROY, sizeof(*rec), &who);
	if (!rec)
		return 0;
	rec->cause = cause;
	rec->pad = 0;
	rec->seg = *seg;
	bpf_ringbuf_submit(rec, 0);
	return 0;
}

/* What is left of a segment; its nattch is 0. Not static: see call_exit(). */
__noinline int seg_end(unsigned long shp, __u32 shmid, __u32 ipcns)
{
	struct rec_seg seg = {
		.have = SEG_ID | SEG_GONE, .shmid = shmid, .ipcns = ipcns,
	};

	seg_fill(&seg, TYPED(struct shmid_kernel, shp));
	return tell_destroy(&seg, destroy_cause(&seg, task_noted()));
}

/*
 * The id is taken away: the one place that all ways of destroying a segment
 * share, under its lock, in the context of who did it, complete but for the
 * memory. shm_destroy() would be it, were it not inlined into one of them.
 */
static __always_inline int on_rmid(struct ipc_ids *ids,
				   struct kern_ipc_perm *perm)
{
	struct task_state *state = task_noted();
	struct shmid_kernel *shp;
	struct ipc_namespace *ns;

	shp = (void *)number_of(perm) -
	      bpf_core_field_offset(struct shmid_kernel, shm_perm);
	ns = ids_segments_of(ids, shp);
	if (!ns)
		return 0;
	/* First the drop that is the reason. */
	if (state && state->closing && !state->drop_told) {
		tell_drop(state->closing);
		state->drop_told = 1;
	}
	seg_end((unsigned long)shp, perm->id,
		READ(struct ipc_namespace, ns, ns.inum));
	return 0;
}

static __always_inline int on_exit_ns(void)
{
	struct task_state *state = task_note();

	if (state)
		state->ns_exit = 1;
	return 0;
}

static __always_inline int on_exited_ns(void)
{
	struct task_state *state = task_noted();

	if (state)
		state->ns_exit = 0;
	return 0;
}

SEC("fentry/shm_open")
int BPF_PROG(shm_open_enter, struct vm_area_struct *vma)
{
	return on_open();
}

SEC("fexit/shm_open")
int BPF_PROG(shm_open_exit, struct vm_area_struct *vma)
{
	return on_opened(vma);
}

SEC("fexit/shm_mmap")
int BPF_PROG(shm_mmap_exit, struct file *file, struct vm_area_struct *vma,
	     int ret)
{
	return on_segment_mmap(file, vma, ret);
}

SEC("fentry/shm_close")
int BPF_PROG(shm_close_enter, struct vm_area_struct *vma)
{
	return on_close(vma);
}

SEC("fexit/shm_close")
int BPF_PROG(shm_close_exit, struct vm_area_struct *vma)
{
	return on_closed(vma);
}

SEC("fentry/ipc_rmid")
int BPF_PROG(ipc_rmid_enter, struct ipc_ids *ids, struct kern_ipc_perm *perm)
{
	return on_rmid(ids, perm);
}

SEC("fentry/shm_exit_ns")
int BPF_PROG(shm_exit_ns_enter)
{
	return on_exit_ns();
}

SEC("fexit/shm_exit_ns")
int BPF_PROG(shm_exit_ns_exit)
{
	return on_exited_ns();
}

#endif /* SHMVIZ_VMA_BPF_H */
