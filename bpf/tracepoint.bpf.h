/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The fallback, for kernels that allow BPF on tracepoints only. Every system
 * call of the machine passes through these programs, so they look at the call
 * number first.
 */
#ifndef SHMVIZ_TRACEPOINT_BPF_H
#define SHMVIZ_TRACEPOINT_BPF_H

#if defined(__TARGET_ARCH_x86)
#define NR_shmget	29
#define NR_shmat	30
#define NR_shmctl	31
#define NR_shmdt	67
#define SYSCALL_NR(regs)	BPF_CORE_READ(regs, orig_ax)
#endif

static __always_inline __u32 call_of_nr(long nr)
{
	switch (nr) {
	case NR_shmget:
		return KIND_SHMGET;
	case NR_shmat:
		return KIND_SHMAT;
	case NR_shmctl:
		return KIND_SHMCTL;
	case NR_shmdt:
		return KIND_SHMDT;
	default:
		return KIND_MAX;
	}
}

SEC("raw_tp/sys_exit")
int sys_exit(struct bpf_raw_tracepoint_args *ctx)
{
	struct pt_regs *regs = (void *)ctx->args[0];
	struct call_args c = {};

	c.call = call_of_nr(SYSCALL_NR(regs));
	if (c.call == KIND_MAX)
		return 0;
	/* The same numbers are other calls for a 32-bit caller. */
	if (task_is_compat(bpf_get_current_task_btf()))
		return 0;
	c.ret = ctx->args[1];
	c.arg[0] = PT_REGS_PARM1_CORE_SYSCALL(regs);
	if (c.call != KIND_SHMDT) {
		c.arg[1] = PT_REGS_PARM2_CORE_SYSCALL(regs);
		c.arg[2] = PT_REGS_PARM3_CORE_SYSCALL(regs);
	}
	return call_exit(&c);
}

static long note_vma_cb(struct task_struct *task, struct vm_area_struct *vma,
			struct call_state *unused)
{
	struct call_state *state = call_under_way(KIND_SHMDT);

	if (state && vma_is_segment(vma))
		note_vma(state, vma);
	return 0;
}

/* Entry costs every call of the machine once more: loaded on request only. */
SEC("raw_tp/sys_enter")
int sys_enter(struct bpf_raw_tracepoint_args *ctx)
{
	struct pt_regs *regs = (void *)ctx->args[0];
	struct task_struct *task;
	__u32 call;

	call = call_of_nr(ctx->args[1]);
	if (call == KIND_MAX)
		return 0;
	task = bpf_get_current_task_btf();
	if (task_is_compat(task))
		return 0;
	if (call == KIND_SHMCTL)
		return enter_shmctl(PT_REGS_PARM1_CORE_SYSCALL(regs),
				    PT_REGS_PARM2_CORE_SYSCALL(regs));
	if (call_enter(call) && call == KIND_SHMDT)
		bpf_find_vma(task, PT_REGS_PARM1_CORE_SYSCALL(regs),
			     note_vma_cb, NULL, 0);
	return 0;
}

#endif /* SHMVIZ_TRACEPOINT_BPF_H */
