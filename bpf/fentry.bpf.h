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

#include "hook.h"

static __always_inline int enter_args(__u32 call, __u64 arg0, __u64 arg1)
{
	if (call != KIND_SHMCTL)
		return call_enter(call, -1, -1);
	return call_enter(call, arg0, arg1);
}

static __always_inline void native_args(struct call_args *c, __u32 call,
					__u64 arg0, __u64 arg1, __u64 arg2,
					long ret)
{
	c->call = call;
	c->ret = ret;
	c->arg[0] = arg0;
	if (call == KIND_SHMDT)
		return;
	c->arg[1] = arg1;
	c->arg[2] = arg2;
}

static __always_inline int exit_args(__u32 call, __u64 arg0, __u64 arg1,
				     __u64 arg2, long ret)
{
	struct call_args c = {};

	native_args(&c, call, arg0, arg1, arg2, ret);
	return call_exit(&c);
}

/* Of registers whose type the kernel knows. */
static __always_inline int enter_native(const struct pt_regs *regs, __u32 call)
{
	return enter_args(call, PT_REGS_PARM1_SYSCALL(regs),
			  PT_REGS_PARM2_SYSCALL(regs));
}

static __always_inline int exit_native(const struct pt_regs *regs, long ret,
				       __u32 call)
{
	return exit_args(call, PT_REGS_PARM1_SYSCALL(regs),
			 PT_REGS_PARM2_SYSCALL(regs),
			 PT_REGS_PARM3_SYSCALL(regs), ret);
}

static __always_inline int enter_compat(const struct pt_regs *regs, __u32 call)
{
	if (call != KIND_SHMCTL)
		return call_enter(call, -1, -1);
	return call_enter(call, IA32_ARG(regs, bx), IA32_ARG(regs, cx));
}

static __always_inline int exit_compat(const struct pt_regs *regs, long ret,
				       __u32 call)
{
	struct call_args c = {};

	compat_direct(&c, regs, call, ret);
	return call_exit(&c);
}

#define HOOK_CALL(name, func, mode, kind)				\
SEC("fentry/" func)							\
int BPF_PROG(name##_enter, const struct pt_regs *regs)			\
{									\
	return enter_##mode(regs, kind);				\
}									\
									\
SEC("fexit/" func)							\
int BPF_PROG(name##_exit, const struct pt_regs *regs, long ret)		\
{									\
	return exit_##mode(regs, ret, kind);				\
}

HOOK_CALL(shmget, SYS_WRAPPER(shmget), native, KIND_SHMGET)
HOOK_CALL(shmat, SYS_WRAPPER(shmat), native, KIND_SHMAT)
HOOK_CALL(shmdt, SYS_WRAPPER(shmdt), native, KIND_SHMDT)
HOOK_CALL(shmctl, SYS_WRAPPER(shmctl), native, KIND_SHMCTL)

HOOK_CALL(compat_shmget, COMPAT_SHMGET, compat, KIND_SHMGET)
HOOK_CALL(compat_shmat, COMPAT_SHMAT, compat, KIND_SHMAT)
HOOK_CALL(compat_shmdt, COMPAT_SHMDT, compat, KIND_SHMDT)
HOOK_CALL(compat_shmctl, COMPAT_SHMCTL, compat, KIND_SHMCTL)

SEC("fentry/" COMPAT_IPC)
int BPF_PROG(compat_ipc_enter, const struct pt_regs *regs)
{
	return enter_ipc(regs);
}

SEC("fexit/" COMPAT_IPC)
int BPF_PROG(compat_ipc_exit, const struct pt_regs *regs, long ret)
{
	return exit_ipc(regs, ret);
}

/* It also runs for creations that fail, so its result counts. */
static __always_inline int on_newseg(int ret)
{
	struct task_state *state = call_under_way(KIND_SHMGET);

	if (state && ret >= 0)
		state->created = 1;
	return 0;
}

SEC("fexit/newseg")
int BPF_PROG(newseg_exit, struct ipc_namespace *ns, struct ipc_params *params,
	     int ret)
{
	return on_newseg(ret);
}

#endif /* SHMVIZ_FENTRY_BPF_H */
