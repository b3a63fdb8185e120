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

/* lib/xarray.c: what an entry of an xarray is, by its lowest bits. */
#define XA_LEVELS_MAX	6

/*
 * Global functions are verified once, and not anew for each way that leads to a
 * call of them: in a pid namespace, where the loop is looked at, 6.1 gives up
 * otherwise. The price is that they take no pointers of the kernel's, so those
 * come as numbers.
 */
__noinline __u32 pid_nr_at(__u64 addr)
{
	struct pid *pid = (void *)addr;
	unsigned int level, i;
	struct upid upid;

	if (!pid)
		return 0;
	if (cfg_pidns == PROC_PID_INIT_INO)
		return BPF_CORE_READ(pid, numbers[0].nr);

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
	return pid_nr_at((unsigned long)pid);
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

static __always_inline struct ipc_namespace *task_ipcns(struct task_struct *task)
{
	return BPF_CORE_READ(task, nsproxy, ipc_ns);
}

/* idr_find() on the segments of a namespace. */
static __always_inline void *ids_find(struct ipc_namespace *ns, __u32 index)
{
	struct xa_node *node = NULL;
	__u32 slots, slot;
	void *entry;
	__u8 shift;
	int i;

	slots = bpf_core_field_size(node->slots) / sizeof(void *);
	entry = BPF_CORE_READ(ns, ids[IPC_SHM_IDS].ipcs_idr.idr_rt.xa_head);
	for (i = 0; i < XA_LEVELS_MAX; i++) {
		if (((unsigned long)entry & 3) != 2)
			return i || !index ? entry : NULL;
		node = (void *)((unsigned long)entry - 2);
		shift = BPF_CORE_READ(node, shift);
		slot = index >> (shift & 31);
		/* Above the top node; below it, the bits above are done. */
		if (!i && slot >= slots)
			return NULL;
		slot &= slots - 1;
		if (bpf_core_read(&entry, sizeof(entry), &node->slots[slot]))
			return NULL;
	}
	return NULL;
}

/*
 * Segment @shmid of @ns. The tables are read without their locks, but under
 * RCU: what is found was a segment of the kernel's, perhaps of a moment ago;
 * `deleted` and the id tell whether it still is this one.
 */
static __always_inline struct shmid_kernel *
seg_find(struct ipc_namespace *ns, int shmid)
{
	struct shmid_kernel *shp;

	if (shmid < 0)
		return NULL;
	/* 15 bits of index, or 24 if booted with ipcmni_extend. */
	shp = ids_find(ns, shmid & 0x7fff);
	if (!shp || BPF_CORE_READ(shp, shm_perm.id) != shmid)
		shp = ids_find(ns, shmid & 0xffffff);
	if (!shp || BPF_CORE_READ(shp, shm_perm.id) != shmid ||
	    BPF_CORE_READ(shp, shm_perm.deleted))
		return NULL;
	return shp;
}

/* All that is said of a segment; its id and namespace are there already. */
static __noinline int seg_fill(struct rec_seg *seg, struct shmid_kernel *shp)
{
	__u32 mode;

	if (!seg || !shp)
		return 0;
	mode = BPF_CORE_READ(shp, shm_perm.mode);
	seg->have |= SEG_KERNEL;
	if (mode & SHM_DEST)
		seg->have |= SEG_DEST;
	if (mode & SHM_LOCKED)
		seg->have |= SEG_LOCKED;
	seg->mode = mode & 0777;
	seg->key = BPF_CORE_READ(shp, shm_perm.key);
	seg->size = BPF_CORE_READ(shp, shm_segsz);
	seg->nattch = BPF_CORE_READ(shp, shm_nattch);
	seg->cpid = pid_nr_tracer(BPF_CORE_READ(shp, shm_cprid));
	return 1;
}

__noinline int seg_read_at(__u64 addr, int shmid, struct rec_seg *seg)
{
	struct ipc_namespace *ns = (void *)addr;

	if (!ns || !seg)
		return 0;
	seg->have = SEG_ID;
	seg->shmid = shmid;
	seg->ipcns = BPF_CORE_READ(ns, ns.inum);
	return seg_fill(seg, seg_find(ns, shmid));
}

/* Reads segment @shmid of @ns; false if there is none by now. */
static __always_inline bool seg_read(struct ipc_namespace *ns, int shmid,
				     struct rec_seg *seg)
{
	return seg_read_at((unsigned long)ns, shmid, seg);
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
	struct shm_file_data *sfd;

	sfd = BPF_CORE_READ(vma, vm_file, private_data);
	*shmid = BPF_CORE_READ(sfd, id);
	return BPF_CORE_READ(sfd, ns);
}

#endif /* SHMVIZ_KERNEL_BPF_H */
