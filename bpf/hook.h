/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The functions of the kernel that are hooked. Both sides include it: the
 * programs of kprobe.bpf.h are one for all functions and tell them apart by
 * HOOK_*; the reader attaches them, and knows which functions a kernel has.
 */
#ifndef SHMVIZ_HOOK_H
#define SHMVIZ_HOOK_H

/* Names of the wrappers differ per architecture; the only place of them. */
#if defined(__TARGET_ARCH_x86) || defined(__x86_64__)
#define SYS_WRAPPER(name)	"__x64_sys_" #name
#define COMPAT_SHMGET		"__ia32_sys_shmget"
#define COMPAT_SHMAT		"__ia32_compat_sys_shmat"
#define COMPAT_SHMDT		"__ia32_sys_shmdt"
#define COMPAT_SHMCTL		"__ia32_compat_sys_shmctl"
#define COMPAT_IPC		"__ia32_compat_sys_ipc"
#else
#error "add the names of the system call wrappers of this architecture"
#endif

#define HOOK_NEEDED	(1u << 0)	/* without it there is no backend */
#define HOOK_RETURN	(1u << 1)	/* where it returns, too */
#define HOOK_OBJECT	(1u << 2)	/* for objects other than segments */
#define HOOK_FORK	(1u << 3)	/* in place of a tracepoint, see kprobe.bpf.h */
#define HOOK_DESC	(1u << 4)	/* returns in kprobe_exit_desc */

/* HOOK(id, function, HOOK_* flags) */
#define HOOK_LIST(HOOK)							\
	HOOK(shmget, SYS_WRAPPER(shmget), HOOK_NEEDED | HOOK_RETURN)	\
	HOOK(shmat, SYS_WRAPPER(shmat), HOOK_NEEDED | HOOK_RETURN)	\
	HOOK(shmdt, SYS_WRAPPER(shmdt), HOOK_NEEDED | HOOK_RETURN)	\
	HOOK(shmctl, SYS_WRAPPER(shmctl), HOOK_NEEDED | HOOK_RETURN)	\
	HOOK(compat_shmget, COMPAT_SHMGET, HOOK_RETURN)			\
	HOOK(compat_shmat, COMPAT_SHMAT, HOOK_RETURN)			\
	HOOK(compat_shmdt, COMPAT_SHMDT, HOOK_RETURN)			\
	HOOK(compat_shmctl, COMPAT_SHMCTL, HOOK_RETURN)			\
	HOOK(compat_ipc, COMPAT_IPC, HOOK_RETURN)			\
	HOOK(newseg, "newseg", HOOK_RETURN)				\
	HOOK(shm_open, "shm_open", HOOK_RETURN)				\
	HOOK(shm_mmap, "shm_mmap", HOOK_RETURN)				\
	HOOK(shm_close, "shm_close", HOOK_RETURN)			\
	HOOK(ipc_rmid, "ipc_rmid", 0)					\
	HOOK(shm_exit_ns, "shm_exit_ns", HOOK_RETURN)			\
	HOOK(protect, "mprotect_fixup", HOOK_RETURN)			\
	HOOK(fork, "wake_up_new_task", HOOK_FORK)			\
	HOOK(born, "schedule_tail", HOOK_FORK)				\
	HOOK(tree_in, "vma_interval_tree_insert", HOOK_OBJECT)		\
	HOOK(tree_fork, "vma_interval_tree_insert_after", HOOK_OBJECT)	\
	HOOK(tree_out, "vma_interval_tree_remove", HOOK_OBJECT)		\
	HOOK(rmap_in, "mapping_rmap_tree_insert", HOOK_OBJECT)		\
	HOOK(rmap_fork, "mapping_rmap_tree_insert_after", HOOK_OBJECT)	\
	HOOK(rmap_out, "mapping_rmap_tree_remove", HOOK_OBJECT)		\
	HOOK(leaving, "free_pgtables", HOOK_OBJECT | HOOK_RETURN)	\
	HOOK(mmap, "shmem_mmap", HOOK_OBJECT | HOOK_RETURN)		\
	HOOK(huge_mmap, "hugetlbfs_file_mmap", HOOK_OBJECT | HOOK_RETURN) \
	HOOK(prepare, "shmem_mmap_prepare",				\
	     HOOK_OBJECT | HOOK_RETURN | HOOK_DESC)			\
	HOOK(zero, "shmem_zero_setup", HOOK_OBJECT | HOOK_RETURN)	\
	HOOK(zero_desc, "shmem_zero_setup_desc",			\
	     HOOK_OBJECT | HOOK_RETURN | HOOK_DESC)			\
	HOOK(file, "shmem_file_setup", HOOK_OBJECT | HOOK_RETURN)	\
	HOOK(huge_file, "hugetlb_file_setup", HOOK_OBJECT | HOOK_RETURN) \
	HOOK(mknod, "shmem_mknod", HOOK_OBJECT | HOOK_RETURN)		\
	HOOK(tmpfile, "shmem_tmpfile", HOOK_OBJECT | HOOK_RETURN)	\
	HOOK(open_file, "shmem_file_open", HOOK_OBJECT | HOOK_RETURN)	\
	HOOK(setattr, "shmem_setattr", HOOK_OBJECT | HOOK_RETURN)	\
	HOOK(huge_setattr, "hugetlbfs_setattr", HOOK_OBJECT | HOOK_RETURN) \
	HOOK(fallocate, "shmem_fallocate", HOOK_OBJECT | HOOK_RETURN)	\
	HOOK(huge_fallocate, "hugetlbfs_fallocate", HOOK_OBJECT | HOOK_RETURN) \
	HOOK(unlink, "shmem_unlink", HOOK_OBJECT | HOOK_RETURN)		\
	HOOK(evict, "shmem_evict_inode", HOOK_OBJECT)			\
	HOOK(huge_evict, "hugetlbfs_evict_inode", HOOK_OBJECT)

/* How many arguments mprotect_fixup() has: since 6.3 an iterator of VMAs more. */
#define PROTECT_ARGS		7
#define PROTECT_ARGS_OLD	6

enum hook {
	HOOK_NONE,
#define HOOK_ID(id, func, flags) HOOK_##id,
	HOOK_LIST(HOOK_ID)
#undef HOOK_ID
	HOOK_MAX,
};

_Static_assert(HOOK_MAX <= 64, "hooks in one mask of 64 bits");

#define HOOK_BIT(id)	(1ull << (id))

#endif /* SHMVIZ_HOOK_H */
