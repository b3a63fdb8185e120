/* SPDX-License-Identifier: GPL-2.0 */
/* Facts read from the kernel's own structures, by CO-RE. */
#ifndef SHMVIZ_KERNEL_BPF_H
#define SHMVIZ_KERNEL_BPF_H

/* ipc/util.h and ipc/shm.c; macros are not in BTF. */
#define IPC_SHM_IDS	2
#define SHM_DEST	01000
#define SHM_LOCKED	02000

/* include/linux/proc_ns.h: the initial pid namespace always has this inode. */
#define PROC_PID_INIT_INO	0xEFFFFFFCU
#define PIDNS_LEVELS_MAX	32

/* arch/x86/include/asm/thread_info.h: inside a 32-bit system call. */
#define TS_COMPAT	0x0002

#define PAGE_SHIFT	12

/* include/linux/mm.h; the first three are REC_PROT_* and PROT_*, too. */
#define VM_ACCESS_FLAGS	0x00000007
#define VM_MAYSHARE	0x00000080

/* lib/xarray.c: what an entry of an xarray is, by its lowest bits. */
#define XA_LEVELS_MAX	6

/*
 * Pointers whose type the kernel knows (the current task, arguments of hooked
 * functions) are followed by plain loads, of an instruction or two each. This
 * one gives others a type, since 6.2; before, or where it is not used, they take
 * BPF_CORE_READ, of about eighty.
 */
extern int LINUX_KERNEL_VERSION __kconfig;
extern void *bpf_rdonly_cast(void *obj, __u32 btf_id) __ksym __weak;
#define MAY_CAST	(LINUX_KERNEL_VERSION >= KERNEL_VERSION(6, 2, 0))
#define CAST(type, pointer)						\
	((type *)bpf_rdonly_cast((void *)(pointer),			\
				 bpf_core_type_id_kernel(type)))

/* A pointer that GET() can follow; each one makes loading a little slower. */
#define TYPED(type, pointer)						\
	(MAY_CAST ? CAST(type, pointer) : (type *)(pointer))

#define GET(typed, member)						\
({									\
	typeof((typed)->member) __value;				\
									\
	if (MAY_CAST)							\
		__value = (typed)->member;				\
	else								\
		__value = BPF_CORE_READ(typed, member);			\
	__value;							\
})

/* GET() can't: its type is const. */
#define READ_FLAGS(vma)							\
	(MAY_CAST ? (vma)->vm_flags : BPF_CORE_READ(vma, vm_flags))

/* REC_PROT_* of vm_flags, as /proc/PID/maps shows them. */
static __always_inline __u32 prot_of(unsigned long flags)
{
	return (flags & VM_ACCESS_FLAGS) |
	       (flags & VM_MAYSHARE ? REC_PROT_SHARED : 0);
}

/* A single member of what @pointer, of no type, points to. */
#define READ(type, pointer, member)					\
({									\
	type *__typed = TYPED(type, pointer);				\
									\
	GET(__typed, member);						\
})

/*
 * The current task, for loads. From 6.4 on, until it could find types by their
 * names without going through all of them, the verifier took longer for each
 * pointer loaded from a task that it trusts than for a hundred other loads. So
 * it is not to trust this one; helpers that want a task get one of their own.
 */
static __always_inline struct task_struct *this_task(void)
{
	if (MAY_CAST)
		return CAST(struct task_struct, bpf_get_current_task());
	return bpf_get_current_task_btf();
}

/* A pointer as a number, which the kernel's verifier can pass on anywhere. */
static __always_inline unsigned long number_of(const void *pointer)
{
	unsigned long number = 0;

	bpf_probe_read_kernel(&number, sizeof(number), &pointer);
	return number;
}

/*
 * Global functions are verified once, and not anew for each way that leads to a
 * call of them: in a pid namespace, where the loop is looked at, 6.1 gives up
 * otherwise. The price is that they take no pointers of the kernel's, so those
 * come as numbers.
 */
__noinline __u32 pid_nr_at(unsigned long addr)
{
	struct pid *pid = (void *)addr;
	unsigned int level, i;
	struct upid upid;

	level = BPF_CORE_READ(pid, level);
	for (i = 0; i < PIDNS_LEVELS_MAX; i++) {
		if (i > level)
			break;
		bpf_core_read(&upid, sizeof(upid), &pid->numbers[i]);
		if (BPF_CORE_READ(upid.ns, ns.inum) == cfg_pidns)
			return upid.nr;
	}
	return 0;
}

/* A struct pid as a number in the tracer's pid namespace; 0: not there. */
static __always_inline __u32 pid_nr_tracer(struct pid *pid)
{
	if (!pid)
		return 0;
	if (cfg_pidns == PROC_PID_INIT_INO)
		return READ(struct pid, pid, numbers[0].nr);
	return pid_nr_at(number_of(pid));
}

/* A process's number in its own pid namespace; 0: it has none any more. */
static __always_inline __u32 pid_nr_own(struct pid *pid)
{
	unsigned int level;

	if (!pid)
		return 0;
	level = BPF_CORE_READ(pid, level);
	if (level >= PIDNS_LEVELS_MAX)
		return 0;
	return BPF_CORE_READ(pid, numbers[level].nr);
}

static __always_inline bool task_is_compat(struct task_struct *task)
{
	return BPF_CORE_READ(task, thread_info.status) & TS_COMPAT;
}

/* What is needed of a namespace to find a segment in it. */
struct ns_ref {
	__u64 head;		/* of the table of its segments */
	__u32 inum;
	__u32 valid;
};

static __always_inline void ns_ref_current(struct ns_ref *ref,
					   struct task_struct *task)
{
	struct ipc_namespace *ns = task->nsproxy->ipc_ns;

	ref->inum = ns->ns.inum;
	ref->head = (unsigned long)ns->ids[IPC_SHM_IDS].ipcs_idr.idr_rt.xa_head;
	ref->valid = ref->inum;
}

static __always_inline void ns_ref_at(struct ns_ref *ref,
				      struct ipc_namespace *ns)
{
	ns = TYPED(struct ipc_namespace, ns);
	ref->inum = GET(ns, ns.inum);
	ref->head = (unsigned long)GET(ns,
				ids[IPC_SHM_IDS].ipcs_idr.idr_rt.xa_head);
	ref->valid = ref->inum;
}

/* idr_find() on the segments of a namespace. */
__noinline unsigned long ids_find(unsigned long entry, __u32 index)
{
	struct xa_node *node = NULL;
	__u32 slots, slot;
	__u8 shift;
	int i;

	slots = bpf_core_field_size(node->slots) / sizeof(void *);
	for (i = 0; i < XA_LEVELS_MAX; i++) {
		if ((entry & 3) != 2)
			return i || !index ? entry : 0;
		node = (void *)(entry - 2);
		shift = READ(struct xa_node, node, shift);
		slot = index >> (shift & 31);
		/* Above the top node; below it, the bits above are done. */
		if (!i && slot >= slots)
			return 0;
		slot &= slots - 1;
		/* Any structure that begins with 64 bits of no type. */
		entry = READ(struct timespec64, (unsigned long)node +
			bpf_core_field_offset(struct xa_node, slots) +
			slot * sizeof(void *), tv_sec);
	}
	return 0;
}

/* All that is said of a segment; its id and namespace are there already. */
static __always_inline void seg_fill(struct rec_seg *seg,
				     struct shmid_kernel *shp)
{
	__u32 mode = GET(shp, shm_perm.mode);

	seg->have |= SEG_KERNEL;
	if (mode & SHM_DEST)
		seg->have |= SEG_DEST;
	if (mode & SHM_LOCKED)
		seg->have |= SEG_LOCKED;
	seg->mode = mode & 0777;
	seg->key = GET(shp, shm_perm.key);
	seg->size = GET(shp, shm_segsz);
	seg->nattch = GET(shp, shm_nattch);
	seg->cpid = pid_nr_tracer(GET(shp, shm_cprid));
}

static __always_inline bool seg_is(struct shmid_kernel *shp, int shmid)
{
	return shp && GET(shp, shm_perm.id) == shmid;
}

/*
 * Reads segment @shmid of a namespace; false if there is none by now. The tables
 * are read without their locks, but under RCU: what is found was a segment of
 * the kernel's, perhaps of a moment ago; `deleted` and the id tell whether it
 * still is this one.
 */
__noinline int seg_read(const struct ns_ref *ns, int shmid, struct rec_seg *seg)
{
	struct shmid_kernel *shp;

	if (!ns || !seg || !ns->valid)
		return 0;
	seg->have = SEG_ID;
	seg->shmid = shmid;
	seg->ipcns = ns->inum;
	if (shmid < 0)
		return 0;
	/* 15 bits of index, or 24 if booted with ipcmni_extend. */
	shp = TYPED(struct shmid_kernel, ids_find(ns->head, shmid & 0x7fff));
	if (!seg_is(shp, shmid))
		shp = TYPED(struct shmid_kernel,
			    ids_find(ns->head, shmid & 0xffffff));
	if (!seg_is(shp, shmid) || GET(shp, shm_perm.deleted))
		return 0;
	seg_fill(seg, shp);
	return 1;
}

/*
 * Whether a VMA is an attachment. Its file is then one of ipc/shm.c's, made by
 * do_shmat() to share the mapping of the segment's own file, whose inode number
 * is the shmid. Anything else does not pass for that.
 */
static __always_inline bool vma_is_segment(struct vm_area_struct *vma)
{
	struct file *file = BPF_CORE_READ(vma, vm_file);
	struct shm_file_data *sfd = BPF_CORE_READ(file, private_data);
	struct file *base = BPF_CORE_READ(sfd, file);

	int id = BPF_CORE_READ(sfd, id);

	return base && base != file && id >= 0 &&
	       BPF_CORE_READ(base, f_mapping) == BPF_CORE_READ(file, f_mapping) &&
	       BPF_CORE_READ(base, f_inode, i_ino) == (__u64)id;
}

/* The segment behind an attached VMA, and the namespace it belongs to. */
static __always_inline struct ipc_namespace *
vma_segment(struct vm_area_struct *vma, int *shmid)
{
	struct file *file = READ(struct vm_area_struct, vma, vm_file);
	struct shm_file_data *sfd = TYPED(struct shm_file_data,
			READ(struct file, file, private_data));

	*shmid = GET(sfd, id);
	return GET(sfd, ns);
}

static __always_inline void vma_seg_read(struct vm_area_struct *vma,
					 struct rec_seg *seg)
{
	struct ns_ref ref;
	int shmid;

	ns_ref_at(&ref, vma_segment(vma, &shmid));
	seg_read(&ref, shmid, seg);
}

#endif /* SHMVIZ_KERNEL_BPF_H */
