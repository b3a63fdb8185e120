/* SPDX-License-Identifier: GPL-2.0 */
/*
 * mprotect, of segments and of other objects. The kernel changes one VMA after the
 * other by mprotect_fixup(), which may split it or merge it with its neighbours
 * before. What it was is noted on the way in, and told on the way out.
 */
#ifndef SHMVIZ_PROTECT_BPF_H
#define SHMVIZ_PROTECT_BPF_H

const volatile __u32 cfg_protect_args;	/* PROTECT_ARGS*; 0: not hooked */

/*
 * 1: it is told of at the end. mprotect changes much memory that nobody shares, so
 * that comes first.
 */
static __always_inline int on_protect(struct vm_area_struct *vma,
				      unsigned long flags)
{
	unsigned long was = vma->vm_flags;
	struct obj_event o = {};
	struct task_state *state;

	if (!vma->vm_file || !((was ^ flags) & VM_ACCESS_FLAGS))
		return 0;
	if (!vma_object(vma, &o) &&
	    !(was & VM_MAYSHARE && vma_is_segment(vma)))
		return 0;
	state = task_note();
	if (!state)
		return 0;
	state->protecting = true;
	state->was_prot = prot_of(was);
	state->object = o.object;
	state->inode = o.inode;
	state->dentry = o.dentry;
	return 1;
}

/* @vma: what the range is in now; the VMA of before may be gone. */
static __always_inline int on_protected(struct vm_area_struct *vma,
					unsigned long start, unsigned long end,
					int ret)
{
	struct task_state *state = task_noted();
	struct obj_event o = {
		.kind = KIND_PROTECT, .was_start = start, .was_end = end,
	};
	struct caller who;

	if (!state || !state->protecting)
		return 0;
	state->protecting = false;
	if (ret)
		return 0;
	if (!object_wanted(state->object)) {
		caller_now(&who);
		vma_tell(KIND_PROTECT, CAUSE_NONE, number_of(vma), &who.who,
			 &who);
		return 0;
	}
	o.object = state->object;
	o.inode = state->inode;
	o.dentry = state->dentry;
	o.was_prot = state->was_prot;
	o.vma = number_of(vma);
	obj_tell_own(&o);
	return 0;
}

/* The VMA that a pointer of the kernel's leads to. */
static __always_inline struct vm_area_struct *vma_at(__u64 pointer)
{
	struct vm_area_struct *vma = NULL;

	bpf_probe_read_kernel(&vma, sizeof(vma), (void *)pointer);
	return vma;
}

/* By argument @n: the verifier lets no program load one of this type. */
static __always_inline struct vm_area_struct *vma_at_arg(void *ctx, __u32 n)
{
	__u64 pointer = 0;

	bpf_get_func_arg(ctx, n, &pointer);
	return vma_at(pointer);
}

SEC("fentry/mprotect_fixup")
int BPF_PROG(protect_enter, void *vmi, void *tlb, struct vm_area_struct *vma,
	     void *pprev, unsigned long start, unsigned long end,
	     unsigned long flags)
{
	on_protect(vma, flags);
	return 0;
}

SEC("fexit/mprotect_fixup")
int BPF_PROG(protect_exit, void *vmi, void *tlb, struct vm_area_struct *vma,
	     void *pprev, unsigned long start, unsigned long end,
	     unsigned long flags, int ret)
{
	return on_protected(vma_at_arg(ctx, 3), start, end, ret);
}

/* Before 6.3. */
SEC("fentry/mprotect_fixup")
int BPF_PROG(protect_old_enter, void *tlb, struct vm_area_struct *vma,
	     void *pprev, unsigned long start, unsigned long end,
	     unsigned long flags)
{
	on_protect(vma, flags);
	return 0;
}

SEC("fexit/mprotect_fixup")
int BPF_PROG(protect_old_exit, void *tlb, struct vm_area_struct *vma,
	     void *pprev, unsigned long start, unsigned long end,
	     unsigned long flags, int ret)
{
	return on_protected(vma_at_arg(ctx, 2), start, end, ret);
}

#endif /* SHMVIZ_PROTECT_BPF_H */
