/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The programs of the first choice: fentry and fexit on the system call
 * wrappers. Other system calls pay nothing for them.
 *
 * The wrappers, because ksys_shmget() and its like are inlined into them: a
 * hook there sees only what comes through the old ipc(2) call.
 */
#ifndef SHMVIZ_FENTRY_BPF_H
#define SHMVIZ_FENTRY_BPF_H

/* Names of the wrappers differ per architecture; the only place of them. */
#if defined(__TARGET_ARCH_x86)
#define SYS_WRAPPER(name)	"__x64_sys_" #name
#else
#error "add the names of the system call wrappers of this architecture"
#endif

static __always_inline int exit_native(const struct pt_regs *regs, long ret,
				       __u32 call, __u32 args)
{
	struct call_args c = { .call = call, .ret = ret };

	c.arg[0] = PT_REGS_PARM1_CORE_SYSCALL(regs);
	if (args > 1)
		c.arg[1] = PT_REGS_PARM2_CORE_SYSCALL(regs);
	if (args > 2)
		c.arg[2] = PT_REGS_PARM3_CORE_SYSCALL(regs);
	return call_exit(&c);
}

#define HOOK_CALL(name, kind, nargs)					\
SEC("fexit/" SYS_WRAPPER(name))						\
int BPF_PROG(name##_exit, const struct pt_regs *regs, long ret)		\
{									\
	return exit_native(regs, ret, kind, nargs);			\
}

#define HOOK_ENTRY(name, kind)						\
SEC("fentry/" SYS_WRAPPER(name))					\
int BPF_PROG(name##_enter, const struct pt_regs *regs)			\
{									\
	call_enter(kind);						\
	return 0;							\
}

HOOK_ENTRY(shmget, KIND_SHMGET)
HOOK_ENTRY(shmat, KIND_SHMAT)
HOOK_ENTRY(shmdt, KIND_SHMDT)
HOOK_CALL(shmget, KIND_SHMGET, 3)
HOOK_CALL(shmat, KIND_SHMAT, 3)
HOOK_CALL(shmdt, KIND_SHMDT, 1)
HOOK_CALL(shmctl, KIND_SHMCTL, 3)

SEC("fentry/" SYS_WRAPPER(shmctl))
int BPF_PROG(shmctl_enter, const struct pt_regs *regs)
{
	return enter_shmctl(PT_REGS_PARM1_CORE_SYSCALL(regs),
			    PT_REGS_PARM2_CORE_SYSCALL(regs));
}

/* It also runs for creations that fail, so its result counts. */
SEC("fexit/newseg")
int BPF_PROG(newseg_exit, struct ipc_namespace *ns, struct ipc_params *params,
	     int ret)
{
	struct call_state *state = call_under_way(KIND_SHMGET);

	if (state && ret >= 0)
		state->created = 1;
	return 0;
}

/* Only here does shmdt still know its segment: at its exit the VMA is gone. */
SEC("fentry/shm_close")
int BPF_PROG(shm_close_enter, struct vm_area_struct *vma)
{
	struct call_state *state = call_under_way(KIND_SHMDT);

	if (state)
		note_vma(state, vma);
	return 0;
}

#endif /* SHMVIZ_FENTRY_BPF_H */
