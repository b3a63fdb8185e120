/* SPDX-License-Identifier: GPL-2.0 */
/* The calls of 32-bit programs: other numbers, other registers, and ipc(2). */
#ifndef SHMVIZ_COMPAT_BPF_H
#define SHMVIZ_COMPAT_BPF_H

/* arch/x86/entry/syscalls/syscall_32.tbl */
#define NR_ia32_ipc	117
#define NR_ia32_shmget	395
#define NR_ia32_shmctl	396
#define NR_ia32_shmat	397
#define NR_ia32_shmdt	398

/* include/uapi/linux/ipc.h: the first argument of ipc(2), below a version */
#define IPC_CALL_SHMAT	21
#define IPC_CALL_SHMDT	22
#define IPC_CALL_SHMGET	23
#define IPC_CALL_SHMCTL	24

/* 32 bits, as the kernel takes them. */
#define IA32_ARG(regs, reg)	((__u32)BPF_CORE_READ(regs, reg))

static __always_inline __u32 call_of_ipc(const struct pt_regs *regs)
{
	switch (IA32_ARG(regs, bx) & 0xffff) {
	case IPC_CALL_SHMAT:
		return KIND_SHMAT;
	case IPC_CALL_SHMDT:
		return KIND_SHMDT;
	case IPC_CALL_SHMGET:
		return KIND_SHMGET;
	case IPC_CALL_SHMCTL:
		return KIND_SHMCTL;
	default:
		return KIND_MAX;
	}
}

static __always_inline void compat_set(struct call_args *c, __u32 call,
				       __s64 ret)
{
	c->call = call;
	c->flags = CALL_COMPAT;
	c->ret = ret;
}

/* A call by its own number: bx, cx, dx. */
static __always_inline void compat_direct(struct call_args *c,
					  const struct pt_regs *regs,
					  __u32 call, __s64 ret)
{
	compat_set(c, call, ret);
	c->arg[0] = IA32_ARG(regs, bx);
	if (call == KIND_SHMDT)
		return;
	c->arg[1] = IA32_ARG(regs, cx);
	c->arg[2] = IA32_ARG(regs, dx);
}

/*
 * ipc(call, first, second, third, ptr). Its shmat returns 0 and puts the
 * address where `third` points; version 1 of it is refused.
 */
static __always_inline void compat_ipc(struct call_args *c,
				       const struct pt_regs *regs,
				       __u32 call, __s64 ret)
{
	__u32 addr;

	compat_set(c, call, ret);
	switch (call) {
	case KIND_SHMAT:
		c->arg[0] = IA32_ARG(regs, cx);
		c->arg[1] = IA32_ARG(regs, di);
		c->arg[2] = IA32_ARG(regs, dx);
		if (!ret &&
		    !bpf_probe_read_user(&addr, sizeof(addr),
					 (void *)(long)IA32_ARG(regs, si)))
			c->ret = addr;
		break;
	case KIND_SHMDT:
		c->arg[0] = IA32_ARG(regs, di);
		break;
	case KIND_SHMGET:
		c->arg[0] = IA32_ARG(regs, cx);
		c->arg[1] = IA32_ARG(regs, dx);
		c->arg[2] = IA32_ARG(regs, si);
		break;
	default:
		c->arg[0] = IA32_ARG(regs, cx);
		c->arg[1] = IA32_ARG(regs, dx);
		c->arg[2] = IA32_ARG(regs, di);
	}
}

static __always_inline int enter_ipc(const struct pt_regs *regs)
{
	__u32 call = call_of_ipc(regs);

	if (call == KIND_MAX)
		return 0;
	return call_enter(call, IA32_ARG(regs, cx), IA32_ARG(regs, dx));
}

static __always_inline int exit_ipc(const struct pt_regs *regs, __s64 ret)
{
	__u32 call = call_of_ipc(regs);
	struct call_args c = {};

	if (call == KIND_MAX)
		return 0;
	compat_ipc(&c, regs, call, ret);
	return call_exit(&c);
}

#endif /* SHMVIZ_COMPAT_BPF_H */
