/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The programs for kernels that preempt: kprobe.multi and kretprobe.multi on the
 * functions that fentry and fexit have. Those are skipped by each task that comes
 * while another one is preempted inside of them; these run without preemption.
 *
 * One program for all functions' entries and one for all returns, so that there
 * are two attachments: ftrace asks every attachment of the machine at every
 * function that has more than one.
 */
#ifndef SHMVIZ_KPROBE_BPF_H
#define SHMVIZ_KPROBE_BPF_H

#include "hook.h"

/* The functions that are attached; the rest of the programs is not loaded. */
const volatile __u64 cfg_hooks;

/*
 * At the return of a function its arguments are gone, so the entry notes them.
 * shm_mmap, shmem_tmpfile and mprotect_fixup call other functions of the list: they
 * come first, and have a place of their own. Nothing else nests; if it did, the place would
 * have another function's mark, and the event would be counted as lost.
 */
#define NOTED_INNER	0
#define NOTED_OUTER	1

static __always_inline __u32 noted_place(__u32 hook)
{
	return hook == HOOK_shm_mmap || hook == HOOK_tmpfile ||
	       hook == HOOK_protect ? NOTED_OUTER : NOTED_INNER;
}

static __always_inline int note_args(__u32 hook, __u64 arg0, __u64 arg1)
{
	struct task_state *state = task_note();
	struct noted *noted;

	if (!state)
		return 0;
	noted = &state->noted[noted_place(hook)];
	noted->hook = hook;
	noted->arg[0] = arg0;
	noted->arg[1] = arg1;
	return 0;
}

/* The arguments of a function that returns; NULL: an event of @kind is lost. */
static __always_inline struct noted *noted_args(__u32 hook, __u32 kind,
						bool wanted)
{
	struct task_state *state = task_noted();
	struct noted *noted;

	noted = state ? &state->noted[noted_place(hook)] : NULL;
	if (!noted || noted->hook != hook) {
		count_unseen(kind, wanted);
		return NULL;
	}
	noted->hook = HOOK_NONE;
	return noted;
}

/* Those of the system call that the task is in; they stay as they came. */
static __always_inline const struct pt_regs *user_regs(void)
{
	return (void *)bpf_task_pt_regs(bpf_get_current_task_btf());
}

#define ARG_VMA(number)	CAST(struct vm_area_struct, number)

/*
 * Children that are to be followed and have not run yet. In the parent the child's
 * task has no type that task storage takes, so the child marks itself when it
 * begins. The tracepoint of fentry is preempted since 7.0, as fentry is.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, __u64);
	__type(value, __u8);
} newborn SEC(".maps");

static __noinline int kprobe_fork(unsigned long child)
{
	__u64 key = child;
	__u8 one = 1;

	if (cfg_follow && fork_is_followed() &&
	    bpf_map_update_elem(&newborn, &key, &one, BPF_ANY))
		count_unseen(KIND_INHERIT, true);
	return on_fork((void *)child);
}

/* In the child, before anything else. */
static __noinline int kprobe_born(void)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u64 key = number_of(task);

	if (bpf_map_delete_elem(&newborn, &key))
		return 0;
	if (!bpf_task_storage_get(&followed, task, NULL,
				  BPF_LOCAL_STORAGE_GET_F_CREATE))
		count_unseen(KIND_INHERIT, true);
	return 0;
}

/*
 * Each body is a function of its own: the stack of a program would not have
 * room for all of them.
 */
static __noinline int kprobe_enter_call(__u32 call)
{
	return enter_native(user_regs(), call);
}

static __noinline int kprobe_enter_compat(__u32 call)
{
	return enter_compat(user_regs(), call);
}

static __noinline int kprobe_enter_ipc(void)
{
	return enter_ipc(user_regs());
}

static __noinline int kprobe_shm_close(unsigned long vma)
{
	note_args(HOOK_shm_close, vma, 0);
	return on_close(ARG_VMA(vma));
}

static __noinline int kprobe_rmid(unsigned long ids, unsigned long perm)
{
	return on_rmid((void *)ids, CAST(struct kern_ipc_perm, perm));
}

static __noinline int kprobe_insert(unsigned long vma)
{
	return on_insert(ARG_VMA(vma));
}

static __noinline int kprobe_insert_after(unsigned long vma)
{
	return on_insert_after(ARG_VMA(vma));
}

static __noinline int kprobe_remove(unsigned long vma)
{
	return on_remove(ARG_VMA(vma));
}

#if defined(__TARGET_ARCH_x86)
#define ARG6(ctx)	((ctx)->r9)
#define ARG7_AT(ctx)	((ctx)->sp + sizeof(long))
#else
#error "add where the sixth and the seventh argument of a function are"
#endif

/* As the programs of fentry have them, by the number of arguments. */
static __noinline int kprobe_protect(struct pt_regs *ctx)
{
	unsigned long vma, pprev, start, end, flags = 0;
	struct task_state *state;

	if (cfg_protect_args == PROTECT_ARGS_OLD) {
		vma = PT_REGS_PARM2(ctx);
		pprev = PT_REGS_PARM3(ctx);
		start = PT_REGS_PARM4(ctx);
		end = PT_REGS_PARM5(ctx);
		flags = ARG6(ctx);
	} else {
		vma = PT_REGS_PARM3(ctx);
		pprev = PT_REGS_PARM4(ctx);
		start = PT_REGS_PARM5(ctx);
		end = ARG6(ctx);
		bpf_probe_read_kernel(&flags, sizeof(flags), (void *)ARG7_AT(ctx));
	}
	if (!on_protect(ARG_VMA(vma), flags))
		return 0;
	note_args(HOOK_protect, start, end);
	state = task_noted();
	if (state)
		state->protect_prev = pprev;
	return 0;
}

static __noinline int kprobe_sized(__u32 hook, unsigned long file)
{
	note_args(hook, file, 0);
	return note_size((void *)file);
}

static __noinline int kprobe_evict(unsigned long inode)
{
	return on_evict(CAST(struct inode, inode));
}

/* What is not attached is never reached, which the verifier knows. */
#define CASE(id, expression)						\
	case HOOK_##id:							\
		return cfg_hooks & HOOK_BIT(HOOK_##id) ? (expression) : 0

#define NOTE(id, arg0, arg1)						\
	CASE(id, note_args(HOOK_##id, arg0, arg1))

SEC("kprobe.multi")
int kprobe_enter(struct pt_regs *ctx)
{
	unsigned long a = PT_REGS_PARM1(ctx), b = PT_REGS_PARM2(ctx);
	unsigned long c = PT_REGS_PARM3(ctx), d = PT_REGS_PARM4(ctx);

	switch (bpf_get_attach_cookie(ctx)) {
	CASE(shmget, kprobe_enter_call(KIND_SHMGET));
	CASE(shmat, kprobe_enter_call(KIND_SHMAT));
	CASE(shmdt, kprobe_enter_call(KIND_SHMDT));
	CASE(shmctl, kprobe_enter_call(KIND_SHMCTL));
	CASE(compat_shmget, kprobe_enter_compat(KIND_SHMGET));
	CASE(compat_shmat, kprobe_enter_compat(KIND_SHMAT));
	CASE(compat_shmdt, kprobe_enter_compat(KIND_SHMDT));
	CASE(compat_shmctl, kprobe_enter_compat(KIND_SHMCTL));
	CASE(compat_ipc, kprobe_enter_ipc());
	CASE(shm_open, note_args(HOOK_shm_open, a, 0) ?: on_open());
	NOTE(shm_mmap, a, b);
	CASE(shm_close, kprobe_shm_close(a));
	CASE(ipc_rmid, kprobe_rmid(a, b));
	CASE(shm_exit_ns, on_exit_ns());
	CASE(protect, kprobe_protect(ctx));
	CASE(fork, kprobe_fork(a));
	CASE(born, kprobe_born());
	CASE(tree_in, kprobe_insert(a));
	CASE(tree_fork, kprobe_insert_after(a));
	CASE(tree_out, kprobe_remove(a));
	CASE(rmap_in, kprobe_insert(a));
	CASE(rmap_fork, kprobe_insert_after(a));
	CASE(rmap_out, kprobe_remove(a));
	CASE(leaving, on_leaving(CAST(struct mmu_gather, a)));
	NOTE(mmap, a, 0);
	CASE(huge_mmap, kprobe_sized(HOOK_huge_mmap, a));
	NOTE(prepare, a, 0);
	NOTE(zero, a, 0);
	NOTE(zero_desc, a, 0);
	NOTE(mknod, c, d);
	NOTE(tmpfile, c, 0);
	NOTE(open_file, a, b);
	NOTE(setattr, b, c);
	NOTE(huge_setattr, b, c);
	CASE(fallocate, kprobe_sized(HOOK_fallocate, a));
	CASE(huge_fallocate, kprobe_sized(HOOK_huge_fallocate, a));
	NOTE(unlink, b, 0);
	CASE(evict, kprobe_evict(a));
	CASE(huge_evict, kprobe_evict(a));
	}
	return 0;
}

static __noinline int kprobe_exit_call(__u32 call, long ret)
{
	return exit_native(user_regs(), ret, call);
}

static __noinline int kprobe_exit_compat(__u32 call, long ret)
{
	return exit_compat(user_regs(), ret, call);
}

static __noinline int kprobe_exit_ipc(long ret)
{
	return exit_ipc(user_regs(), ret);
}

static __noinline int kprobe_opened(void)
{
	struct noted *noted = noted_args(HOOK_shm_open, KIND_SPLIT, cfg_sysv);

	return noted ? on_opened(ARG_VMA(noted->arg[0])) : 0;
}

static __noinline int kprobe_mapped(int ret)
{
	struct noted *noted = noted_args(HOOK_shm_mmap, KIND_SPLIT, cfg_sysv);

	return noted ? on_segment_mmap((void *)noted->arg[0],
				       ARG_VMA(noted->arg[1]), ret) : 0;
}

static __noinline int kprobe_closed(void)
{
	struct noted *noted = noted_args(HOOK_shm_close, KIND_DROP, cfg_sysv);

	return noted ? on_closed(ARG_VMA(noted->arg[0])) : 0;
}

/* Without a note it was of memory that nobody shares. */
static __noinline int kprobe_protected(int ret)
{
	struct task_state *state = task_noted();
	struct noted *noted;

	if (!state || !state->protecting)
		return 0;
	noted = noted_args(HOOK_protect, KIND_PROTECT, true);
	return noted ? on_protected(vma_at(state->protect_prev),
				    noted->arg[0], noted->arg[1], ret) : 0;
}

/* Of objects; @body has the arguments as `noted->arg`. */
#define HOOK_OBJECT_RETURN(name, kind, body)				\
static __noinline int kprobe_##name(__u32 hook, int ret)		\
{									\
	struct noted *noted = noted_args(hook, kind, true);		\
									\
	return noted ? (body) : 0;					\
}

HOOK_OBJECT_RETURN(mmap, KIND_MAP, on_mmap(noted->arg[0], ret))
HOOK_OBJECT_RETURN(huge_mmap, KIND_MAP,
		   (on_resized((void *)noted->arg[0], ret),
		    on_mmap(noted->arg[0], ret)))
HOOK_OBJECT_RETURN(zero, KIND_MAP,
		   on_zero_made(ARG_VMA(noted->arg[0])->vm_file, ret))
HOOK_OBJECT_RETURN(mknod, KIND_CREATE,
		   on_mknod((void *)noted->arg[0], noted->arg[1], ret))
HOOK_OBJECT_RETURN(tmpfile, KIND_CREATE,
		   ret ? 0 : on_file_made((void *)noted->arg[0]))
HOOK_OBJECT_RETURN(open_file, KIND_OPEN,
		   on_file_opened((void *)noted->arg[0],
				  (void *)noted->arg[1], ret))
HOOK_OBJECT_RETURN(setattr, KIND_RESIZE,
		   on_setattr((void *)noted->arg[0],
			      CAST(struct iattr, noted->arg[1]), ret))
HOOK_OBJECT_RETURN(fallocate, KIND_RESIZE,
		   on_resized((void *)noted->arg[0], ret))
HOOK_OBJECT_RETURN(unlink, KIND_UNLINK,
		   ret ? 0 : on_dentry(KIND_UNLINK, (void *)noted->arg[0]))

static __noinline int kprobe_file(unsigned long file)
{
	return on_file_made((void *)file);
}

static __noinline int kprobe_huge_file(unsigned long file)
{
	return on_huge_made((void *)file);
}

#define OBJECT_CASE(id, name)	CASE(id, kprobe_##name(HOOK_##id, ret))

SEC("kretprobe.multi")
int kprobe_exit(struct pt_regs *ctx)
{
	long ret = PT_REGS_RC(ctx);

	switch (bpf_get_attach_cookie(ctx)) {
	CASE(shmget, kprobe_exit_call(KIND_SHMGET, ret));
	CASE(shmat, kprobe_exit_call(KIND_SHMAT, ret));
	CASE(shmdt, kprobe_exit_call(KIND_SHMDT, ret));
	CASE(shmctl, kprobe_exit_call(KIND_SHMCTL, ret));
	CASE(compat_shmget, kprobe_exit_compat(KIND_SHMGET, ret));
	CASE(compat_shmat, kprobe_exit_compat(KIND_SHMAT, ret));
	CASE(compat_shmdt, kprobe_exit_compat(KIND_SHMDT, ret));
	CASE(compat_shmctl, kprobe_exit_compat(KIND_SHMCTL, ret));
	CASE(compat_ipc, kprobe_exit_ipc(ret));
	CASE(newseg, on_newseg(ret));
	CASE(shm_open, kprobe_opened());
	CASE(shm_mmap, kprobe_mapped(ret));
	CASE(shm_close, kprobe_closed());
	CASE(shm_exit_ns, on_exited_ns());
	CASE(protect, kprobe_protected(ret));
	CASE(leaving, on_left());
	OBJECT_CASE(mmap, mmap);
	OBJECT_CASE(huge_mmap, huge_mmap);
	OBJECT_CASE(zero, zero);
	CASE(file, kprobe_file(ret));
	CASE(huge_file, kprobe_huge_file(ret));
	OBJECT_CASE(mknod, mknod);
	OBJECT_CASE(tmpfile, tmpfile);
	OBJECT_CASE(open_file, open_file);
	OBJECT_CASE(setattr, setattr);
	OBJECT_CASE(huge_setattr, setattr);
	OBJECT_CASE(fallocate, fallocate);
	OBJECT_CASE(huge_fallocate, fallocate);
	OBJECT_CASE(unlink, unlink);
	}
	return 0;
}

/*
 * Those that take a struct vm_area_desc, in a program that is loaded where there is
 * such a type, and inlined. libbpf looks for a type that the kernel has not in all
 * modules, for which CAP_BPF and CAP_PERFMON do not suffice, and it does so for
 * each function that is no program, whether one calls it or not.
 */
static __always_inline int exit_prepare(int ret)
{
	struct noted *noted = noted_args(HOOK_prepare, KIND_MAP, true);

	return noted ? on_prepared((void *)noted->arg[0], ret) : 0;
}

static __always_inline int exit_zero_desc(int ret)
{
	struct noted *noted = noted_args(HOOK_zero_desc, KIND_MAP, true);

	return noted ? on_zero_prepared((void *)noted->arg[0], ret) : 0;
}

SEC("kretprobe.multi")
int kprobe_exit_desc(struct pt_regs *ctx)
{
	long ret = PT_REGS_RC(ctx);

	switch (bpf_get_attach_cookie(ctx)) {
	CASE(prepare, exit_prepare(ret));
	CASE(zero_desc, exit_zero_desc(ret));
	}
	return 0;
}

#endif /* SHMVIZ_KPROBE_BPF_H */
