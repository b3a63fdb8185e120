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
#define NR_X32_BIT	0x40000000
/* The kernel goes by the lower half and leaves the upper as it came. */
#define SYSCALL_NR(regs)	((int)BPF_CORE_READ(regs, orig_ax))
#endif

#define ENOSYS		38
#define SIGSYS_BIT	(1ull << 30)	/* of a set of signals */

static __always_inline __u32 call_of_nr(long nr, bool compat)
{
	switch (nr) {
	case NR_shmget:
		return compat ? KIND_MAX : KIND_SHMGET;
	case NR_shmat:
		return compat ? KIND_MAX : KIND_SHMAT;
	case NR_shmctl:
		return compat ? KIND_MAX : KIND_SHMCTL;
	case NR_shmdt:
		return compat ? KIND_MAX : KIND_SHMDT;
	case NR_ia32_shmget:
		return compat ? KIND_SHMGET : KIND_MAX;
	case NR_ia32_shmat:
		return compat ? KIND_SHMAT : KIND_MAX;
	case NR_ia32_shmctl:
		return compat ? KIND_SHMCTL : KIND_MAX;
	case NR_ia32_shmdt:
		return compat ? KIND_SHMDT : KIND_MAX;
	default:
		return KIND_MAX;
	}
}

/* Every system call comes through here: away with the others at once. */
static __always_inline bool nr_is_ours(long nr)
{
	return nr == NR_shmget || nr == NR_shmat || nr == NR_shmctl ||
	       nr == NR_shmdt || nr == NR_ia32_ipc ||
	       (nr >= NR_ia32_shmget && nr <= NR_ia32_shmdt);
}

static __always_inline __u32 call_of(const struct pt_regs *regs, long nr,
				     bool compat)
{
	if (compat && nr == NR_ia32_ipc)
		return call_of_ipc(regs);
	return call_of_nr(nr, compat);
}

static __always_inline void fill_args(struct call_args *c,
				      const struct pt_regs *regs, long nr,
				      bool compat, __u32 call, long ret)
{
	if (compat && nr == NR_ia32_ipc)
		compat_ipc(c, regs, call, ret);
	else if (compat)
		compat_direct(c, regs, call, ret);
	else
		native_args(c, call, PT_REGS_PARM1_CORE_SYSCALL(regs),
			    PT_REGS_PARM2_CORE_SYSCALL(regs),
			    PT_REGS_PARM3_CORE_SYSCALL(regs), ret);
}

/*
 * Seccomp traps and kills by SIGSYS, and puts the number of the call back to where
 * its result would be. The call was not made. One that returns its own number,
 * as a shmid, has no such signal, or a blocked one: seccomp unblocks it.
 */
static __always_inline bool is_refused(long nr, long ret)
{
	struct task_struct *task = this_task();

	if (!bpf_core_field_exists(task->seccomp.mode))
		return false;
	return (int)ret == nr && task->seccomp.mode &&
	       task->pending.signal.sig[0] & SIGSYS_BIT &&
	       !(task->blocked.sig[0] & SIGSYS_BIT);
}

SEC("raw_tp/sys_exit")
int sys_exit(struct bpf_raw_tracepoint_args *ctx)
{
	struct pt_regs *regs = (void *)ctx->args[0];
	long nr = SYSCALL_NR(regs), ret = ctx->args[1], passed = nr;
	struct call_args c = {};
	bool compat;
	__u32 call;

	/* The numbers of x32 are the same calls where the kernel knows them. */
	if (nr & NR_X32_BIT && ret != -ENOSYS)
		nr &= ~NR_X32_BIT;
	if (!nr_is_ours(nr))
		return 0;
	/* The same numbers are other calls for a 32-bit caller. */
	compat = task_is_compat(bpf_get_current_task_btf());
	call = call_of(regs, nr, compat);
	if (call == KIND_MAX)
		return 0;
	if (is_refused(passed, ret)) {
		fill_args(&c, regs, nr, compat, call, -ENOSYS);
		c.flags |= CALL_SECCOMP;
	} else {
		fill_args(&c, regs, nr, compat, call, ret);
	}
	if (cfg_attaches && call == KIND_SHMAT && c.ret >= 0)
		attach_remember(&c);
	return call_exit(&c);
}

static long note_vma_cb(struct task_struct *task, struct vm_area_struct *vma,
			void *unused)
{
	struct task_state *state = call_under_way(KIND_SHMDT);

	if (state && vma_is_segment(vma))
		call_note_vma(state, vma);
	return 0;
}

/* The address that shmdt is given, by whatever way; 0: not shmdt. */
static __always_inline __u64 shmdt_addr(const struct pt_regs *regs, long nr,
					bool compat)
{
	if (!compat)
		return PT_REGS_PARM1_CORE_SYSCALL(regs);
	return nr == NR_ia32_ipc ? IA32_ARG(regs, di) : IA32_ARG(regs, bx);
}

/* The VMA knows best. It can't be had while the address space is locked. */
static __always_inline void note_detach(struct task_struct *task, __u64 addr)
{
	struct task_state *state = task_noted();

	if (state)
		attach_take(state, addr);
	bpf_find_vma(task, addr, note_vma_cb, NULL, 0);
}

static __always_inline void note_entry(const struct pt_regs *regs, long nr,
				       bool compat, __u32 call,
				       struct task_struct *task)
{
	if (!compat)
		enter_args(call, PT_REGS_PARM1_CORE_SYSCALL(regs),
			   PT_REGS_PARM2_CORE_SYSCALL(regs));
	else if (nr == NR_ia32_ipc)
		enter_ipc(regs);
	else
		enter_compat(regs, call);
	if (call == KIND_SHMDT && cfg_attaches)
		note_detach(task, shmdt_addr(regs, nr, compat));
}

/*
 * Entry costs every call of the machine once more: for as long as the start
 * takes, and then on request only.
 */
SEC("raw_tp/sys_enter")
int sys_enter(struct bpf_raw_tracepoint_args *ctx)
{
	struct pt_regs *regs = (void *)ctx->args[0];
	struct task_struct *task;
	long nr = ctx->args[1];
	bool compat;
	__u32 call;

	if (!nr_is_ours(nr))
		return 0;
	task = bpf_get_current_task_btf();
	compat = task_is_compat(task);
	call = call_of(regs, nr, compat);
	if (call == KIND_MAX)
		return 0;
	if (cfg_entry)
		note_entry(regs, nr, compat, call, task);
	else
		flight_begin(task_note(), FLIGHT_CALL);
	return 0;
}

#endif /* SHMVIZ_TRACEPOINT_BPF_H */
