/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Hooks for objects other than segments. Each file has a tree of the VMAs that
 * map it. A VMA that comes into it is a mapping more, one that leaves it one
 * less; but a VMA that is to grow or shrink leaves and comes back:
 *
 *   mmap	insert
 *   fork	insert_after
 *   split	insert the new one; remove and insert the old one
 *   merge	remove and insert the one that grows; remove the one that goes
 *   munmap	remove: it is detached from its address space by then
 *   exit, exec	remove: the address space has no users any more
 *
 * Order and conditions are those of vma_prepare() and vma_complete(), which were
 * __vma_adjust() before 6.3.
 */
#ifndef SHMVIZ_OBJECT_HOOKS_BPF_H
#define SHMVIZ_OBJECT_HOOKS_BPF_H

#define ATTR_SIZE		(1 << 3)
#define FMODE_CREATED		0x100000
#define O_TMPFILE_BIT		020000000
#define MAP_ANONYMOUS		0x20
#define NR_mmap			9
#define NR_mmap2_ia32		192
#define NR_mmap_ia32		90

struct vm_area_struct___own {
	bool detached;			/* 6.4 to 6.14 */
	refcount_t vm_refcnt;		/* since */
} __attribute__((preserve_access_index));

struct vm_area_desc___own {		/* since 6.17: mmap without a VMA */
	struct file *file;
	struct file *vm_file;
} __attribute__((preserve_access_index));

/* Of a file: mapping no file over part of one splits that. */
static __always_inline bool in_mmap(void)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pt_regs *regs = (void *)bpf_task_pt_regs(task);
	unsigned long nr = BPF_CORE_READ(regs, orig_ax);

	if (task_is_compat(task))
		return nr == NR_mmap2_ia32 || nr == NR_mmap_ia32;
	return nr == NR_mmap && !(BPF_CORE_READ(regs, r10) & MAP_ANONYMOUS);
}

static __always_inline bool file_is_told(struct vm_area_struct *vma)
{
	return cfg_objects & 1u << OBJ_FILE &&
	       (vma->vm_flags & (VM_SHARED | VM_MAYWRITE)) ==
	       (VM_SHARED | VM_MAYWRITE);
}

/*
 * The object behind a VMA, if it is told of. Files as libraries are, which
 * everybody maps, are done with first.
 */
static __always_inline bool vma_object(struct vm_area_struct *vma,
				       struct obj_event *o)
{
	struct file *file = vma->vm_file;
	struct inode *inode = file->f_inode;
	unsigned long magic = inode->i_sb->s_magic;
	bool is_file = magic != TMPFS_MAGIC && magic != HUGETLBFS_MAGIC;

	if (is_file && !file_is_told(vma))
		return false;
	o->inode = number_of(inode);
	o->dentry = number_of(file->f_path.dentry);
	o->vma = number_of(vma);
	o->object = is_file ? OBJ_FILE : object_kind(o->inode, o->dentry);
	if (!object_wanted(o->object))
		return false;
	/* Huge pages are such a file, too, if nobody shares them. */
	if (o->object == OBJ_ANON)
		return vma->vm_flags & VM_MAYSHARE;
	return o->object != OBJ_FILE || file_is_told(vma);
}

/* What is noted of the task, if the object behind the VMA is told of. */
static __always_inline struct task_state *vma_note(struct vm_area_struct *vma,
						   struct obj_event *o)
{
	struct task_state *state;

	if (!vma_object(vma, o))
		return NULL;
	state = task_note();
	if (!state)
		count_unseen(KIND_MAP, true);
	return state;
}

static __always_inline void note_range(struct vma_range *range,
				       struct vm_area_struct *vma)
{
	range->vma = number_of(vma);
	range->start = vma->vm_start;
	range->end = vma->vm_end;
}

static __always_inline struct vma_range *
find_range(struct task_state *state, __u64 vma)
{
	if (state->adjusting[0].vma == vma)
		return &state->adjusting[0];
	if (state->adjusting[1].vma == vma)
		return &state->adjusting[1];
	return NULL;
}

/* It is back in the tree; told only if it is not as it was. */
static __always_inline void tell_adjust(struct obj_event *o,
					struct vma_range *was,
					struct vm_area_struct *vma)
{
	o->kind = KIND_ADJUST;
	o->was_start = was->start;
	o->was_end = was->end;
	was->vma = 0;
	if (o->was_start != vma->vm_start || o->was_end != vma->vm_end)
		obj_tell_own(o);
}

static __always_inline void tell_insert(struct obj_event *o,
					struct task_state *state,
					struct vm_area_struct *vma)
{
	unsigned long file = number_of(vma->vm_file);
	struct caller who;

	caller_now(&who);
	object_remember(o, &who);
	if (state->mapping_file == file ||
	    (o->object == OBJ_FILE && in_mmap())) {
		o->kind = KIND_MAP;
		state->mapping_file = 0;
		note_owner(&who);
	} else {
		o->kind = KIND_SPLIT;
		state->split_file = file;
	}
	obj_tell(o, &who.who, &who);
}

static __always_inline int on_insert(struct vm_area_struct *vma)
{
	struct obj_event o = {};
	struct task_state *state;
	struct vma_range *was;

	state = vma_note(vma, &o);
	if (!state)
		return 0;
	was = find_range(state, o.vma);
	if (was)
		tell_adjust(&o, was, vma);
	else
		tell_insert(&o, state, vma);
	note_range(&state->inserted, vma);
	state->inserted_mm = (unsigned long)vma->vm_mm;
	return 0;
}

/* In the parent, whose child has no pid yet: see tell_inherit(). */
static __always_inline int on_insert_after(struct vm_area_struct *vma)
{
	struct obj_event o = { .kind = KIND_INHERIT };
	struct task_state *state;
	struct caller who;
	struct who child;

	state = vma_note(vma, &o);
	if (!state)
		return 0;
	caller_now(&who);
	child_of(&child, &who);
	object_remember(&o, &who);
	state->fork_mm = (unsigned long)vma->vm_mm;
	if (obj_tell(&o, &child, &who))
		state->fork_told = 1;
	return 0;
}

/* For good: it is out of its address space, or that is at its end. */
static __always_inline bool vma_leaves(struct vm_area_struct *vma,
				       const struct task_state *state)
{
	struct vm_area_struct___own *own = (void *)vma;

	if (!vma->vm_mm->mm_users.counter)
		return true;
	if (bpf_core_field_exists(own->detached))
		return BPF_CORE_READ(own, detached);
	if (bpf_core_field_exists(own->vm_refcnt))
		return !BPF_CORE_READ(own, vm_refcnt.refs.counter);
	return state->leaving_mm == (unsigned long)vma->vm_mm;
}

/* Inside another one that has just come back: that has taken it in. */
static __always_inline bool vma_is_merged(struct vm_area_struct *vma,
					  const struct task_state *state)
{
	const struct vma_range *by = &state->inserted;

	return by->vma && by->vma != number_of(vma) &&
	       state->inserted_mm == (unsigned long)vma->vm_mm &&
	       vma->vm_start >= by->start && vma->vm_end <= by->end;
}

static __always_inline void tell_remove(struct obj_event *o,
					const struct task_state *state,
					struct vm_area_struct *vma)
{
	struct who other = {};
	struct caller who;
	bool own = true;

	caller_now(&who);
	object_remember(o, &who);
	if (o->cause != CAUSE_MERGE)
		o->cause = drop_cause(vma, this_task(), state, &own);
	obj_tell(o, drop_owner(vma, o->cause, own, &who, &other), &who);
}

static __always_inline int on_remove(struct vm_area_struct *vma)
{
	struct obj_event o = { .kind = KIND_DROP };
	struct task_state *state;

	state = vma_note(vma, &o);
	if (!state)
		return 0;
	if (!vma_leaves(vma, state)) {
		if (!vma_is_merged(vma, state)) {
			note_range(&state->adjusting[!!state->adjusting[0].vma],
				   vma);
			return 0;
		}
		o.cause = CAUSE_MERGE;
	}
	tell_remove(&o, state, vma);
	return 0;
}

#define HOOK_TREE(prefix)						\
SEC("fentry/" #prefix "_insert")					\
int BPF_PROG(obj_##prefix##_in, struct vm_area_struct *vma)			\
{									\
	return on_insert(vma);						\
}									\
									\
SEC("fentry/" #prefix "_insert_after")					\
int BPF_PROG(obj_##prefix##_fork, struct vm_area_struct *vma)			\
{									\
	return on_insert_after(vma);					\
}									\
									\
SEC("fentry/" #prefix "_remove")					\
int BPF_PROG(obj_##prefix##_out, struct vm_area_struct *vma)			\
{									\
	return on_remove(vma);						\
}

HOOK_TREE(vma_interval_tree)
HOOK_TREE(mapping_rmap_tree)		/* its name since 7.3 */

/* Only where VMAs don't say themselves that they are detached. */
static __always_inline int on_leaving(struct mmu_gather *tlb)
{
	struct task_state *state = task_note();

	if (state)
		state->leaving_mm = (unsigned long)tlb->mm;
	return 0;
}

static __always_inline int on_left(void)
{
	struct task_state *state = task_noted();

	if (state)
		state->leaving_mm = 0;
	return 0;
}

SEC("fentry/free_pgtables")
int BPF_PROG(obj_leaving_enter, struct mmu_gather *tlb)
{
	return on_leaving(tlb);
}

SEC("fexit/free_pgtables")
int BPF_PROG(obj_leaving_exit)
{
	return on_left();
}

/* At the end of a file's own part of mmap: the VMA is still to be inserted. */
static __always_inline int on_mmap(unsigned long file, int ret)
{
	struct task_state *state = ret ? NULL : task_note();

	if (state)
		state->mapping_file = file;
	return 0;
}

static __always_inline int on_dentry(__u32 kind, struct dentry *dentry)
{
	return obj_tell_file(kind, (unsigned long)BPF_CORE_READ(dentry, d_inode),
			     number_of(dentry));
}

/* For what may change a size, or not. */
static __always_inline int note_size(struct file *file)
{
	struct task_state *state = task_note();

	if (state)
		state->size_before = BPF_CORE_READ(file, f_inode, i_size);
	return 0;
}

static __always_inline int on_resized(struct file *file, long ret)
{
	struct task_state *state = task_noted();

	if (ret || !state ||
	    BPF_CORE_READ(file, f_inode, i_size) == state->size_before)
		return 0;
	return on_dentry(KIND_RESIZE, BPF_CORE_READ(file, f_path.dentry));
}

SEC("fexit/shmem_mmap")
int BPF_PROG(obj_shmem_mmap_exit, struct file *file, struct vm_area_struct *vma,
	     int ret)
{
	return on_mmap((unsigned long)file, ret);
}

/* To map more of it than there is makes it as large as that. */
SEC("fentry/hugetlbfs_file_mmap")
int BPF_PROG(obj_hugetlb_mmap_enter, struct file *file)
{
	return note_size(file);
}

SEC("fexit/hugetlbfs_file_mmap")
int BPF_PROG(obj_hugetlb_mmap_exit, struct file *file, struct vm_area_struct *vma,
	     int ret)
{
	on_resized(file, ret);
	return on_mmap((unsigned long)file, ret);
}

static __always_inline int on_prepared(struct vm_area_desc___own *desc, int ret)
{
	return on_mmap((unsigned long)BPF_CORE_READ(desc, vm_file), ret);
}

SEC("fexit/shmem_mmap_prepare")
int BPF_PROG(obj_shmem_prepare_exit, struct vm_area_desc___own *desc, int ret)
{
	return on_prepared(desc, ret);
}

/* IS_ERR() of the kernel's. */
static __always_inline bool is_error(const void *pointer)
{
	return (unsigned long)pointer >= -4095ul;
}

static __always_inline int on_file_made(struct file *file)
{
	if (is_error(file))
		return 0;
	return obj_tell_file(KIND_CREATE,
			     (unsigned long)BPF_CORE_READ(file, f_inode),
			     (unsigned long)BPF_CORE_READ(file, f_path.dentry));
}

static __always_inline int on_zero_made(struct file *file, int ret)
{
	if (!ret)
		on_file_made(file);
	return on_mmap((unsigned long)file, ret);
}

SEC("fexit/shmem_zero_setup")
int BPF_PROG(obj_zero_exit, struct vm_area_struct *vma, int ret)
{
	return on_zero_made(vma->vm_file, ret);
}

static __always_inline int on_zero_prepared(struct vm_area_desc___own *desc,
					    int ret)
{
	return on_zero_made(BPF_CORE_READ(desc, vm_file), ret);
}

SEC("fexit/shmem_zero_setup_desc")
int BPF_PROG(obj_zero_desc_exit, struct vm_area_desc___own *desc, int ret)
{
	return on_zero_prepared(desc, ret);
}

SEC("fexit/shmem_file_setup")
int BPF_PROG(obj_shmem_file_exit, const char *name, loff_t size,
	     unsigned long flags, struct file *file)
{
	return on_file_made(file);
}

static __always_inline int on_huge_made(struct file *file)
{
	/* Of a mapping, whether it is shared is known only when it is there. */
	if (is_error(file) ||
	    kernmount_kind(BPF_CORE_READ(file, f_path.dentry)) != OBJ_MEMFD)
		return 0;
	return on_file_made(file);
}

SEC("fexit/hugetlb_file_setup")
int BPF_PROG(obj_hugetlb_file_exit, const char *name, size_t size,
	     unsigned long flags, int creat, int page_size_log,
	     struct file *file)
{
	return on_huge_made(file);
}

static __always_inline int on_mknod(struct dentry *dentry, umode_t mode,
				    int ret)
{
	if (ret || (mode & S_IFMT) != S_IFREG)
		return 0;
	return on_dentry(KIND_CREATE, dentry);
}

SEC("fexit/shmem_mknod")
int BPF_PROG(obj_shmem_mknod_exit, void *idmap, struct inode *dir,
	     struct dentry *dentry, umode_t mode, dev_t dev, int ret)
{
	return on_mknod(dentry, mode, ret);
}

SEC("fexit/shmem_tmpfile")
int BPF_PROG(obj_shmem_tmpfile_exit, void *idmap, struct inode *dir,
	     struct file *file, umode_t mode, int ret)
{
	return ret ? 0 : on_file_made(file);
}

static __always_inline int on_file_opened(struct inode *inode,
					  struct file *file, int ret)
{
	/* The making of it, which has been or will be told. */
	if (ret || BPF_CORE_READ(file, f_mode) & FMODE_CREATED ||
	    BPF_CORE_READ(file, f_flags) & O_TMPFILE_BIT)
		return 0;
	return obj_tell_file(KIND_OPEN, number_of(inode),
			     (unsigned long)BPF_CORE_READ(file, f_path.dentry));
}

/* Since 6.6; before, tmpfs shares it with most others. */
SEC("fexit/shmem_file_open")
int BPF_PROG(obj_shmem_open_file_exit, struct inode *inode, struct file *file,
	     int ret)
{
	return on_file_opened(inode, file, ret);
}

static __always_inline int on_setattr(struct dentry *dentry,
				      struct iattr *attr, int ret)
{
	if (ret || !(attr->ia_valid & ATTR_SIZE))
		return 0;
	return on_dentry(KIND_RESIZE, dentry);
}

SEC("fexit/shmem_setattr")
int BPF_PROG(obj_shmem_setattr_exit, void *idmap, struct dentry *dentry,
	     struct iattr *attr, int ret)
{
	return on_setattr(dentry, attr, ret);
}

SEC("fexit/hugetlbfs_setattr")
int BPF_PROG(obj_hugetlb_setattr_exit, void *idmap, struct dentry *dentry,
	     struct iattr *attr, int ret)
{
	return on_setattr(dentry, attr, ret);
}

SEC("fentry/shmem_fallocate")
int BPF_PROG(obj_shmem_fallocate_enter, struct file *file)
{
	return note_size(file);
}

SEC("fexit/shmem_fallocate")
int BPF_PROG(obj_shmem_fallocate_exit, struct file *file, int mode,
	     loff_t offset, loff_t len, long ret)
{
	return on_resized(file, ret);
}

SEC("fentry/hugetlbfs_fallocate")
int BPF_PROG(obj_hugetlb_fallocate_enter, struct file *file)
{
	return note_size(file);
}

SEC("fexit/hugetlbfs_fallocate")
int BPF_PROG(obj_hugetlb_fallocate_exit, struct file *file, int mode,
	     loff_t offset, loff_t len, long ret)
{
	return on_resized(file, ret);
}

SEC("fexit/shmem_unlink")
int BPF_PROG(obj_shmem_unlink_exit, struct inode *dir, struct dentry *dentry,
	     int ret)
{
	return ret ? 0 : on_dentry(KIND_UNLINK, dentry);
}

/* Of the kernel's own mounts, only what is known: there is no name to go by. */
static __always_inline int on_evict(struct inode *inode)
{
	struct obj_event o = {
		.kind = KIND_DESTROY, .inode = number_of(inode),
	};
	struct object_known *known, copy = {};
	struct caller who;

	known = bpf_map_lookup_elem(&objects_known, &o.inode);
	if (known) {
		copy = *known;
		bpf_map_delete_elem(&objects_known, &o.inode);
	} else {
		if ((inode->i_mode & S_IFMT) != S_IFREG ||
		    inode->i_sb->s_flags & SB_KERNMOUNT)
			return 0;
		copy.object = object_kind(o.inode, 0);
	}
	o.object = copy.object;
	if (!object_wanted(o.object) || o.object == OBJ_FILE)
		return 0;
	caller_now(&who);
	if (!who.ns.inum)
		who.ns.inum = copy.ipcns;
	obj_tell(&o, &who.who, &who);
	return 0;
}

SEC("fentry/shmem_evict_inode")
int BPF_PROG(obj_shmem_evict_enter, struct inode *inode)
{
	return on_evict(inode);
}

SEC("fentry/hugetlbfs_evict_inode")
int BPF_PROG(obj_hugetlb_evict_enter, struct inode *inode)
{
	return on_evict(inode);
}

#endif /* SHMVIZ_OBJECT_HOOKS_BPF_H */
