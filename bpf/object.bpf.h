/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Shared memory of other kinds than System V: what an object is, and how it is
 * told. All of it is a file: of the kernel's own tmpfs, which nobody has mounted
 * (memfd, MAP_SHARED | MAP_ANONYMOUS, segments), of the one at /dev/shm, or any.
 */
#ifndef SHMVIZ_OBJECT_BPF_H
#define SHMVIZ_OBJECT_BPF_H

/* include/uapi/linux/magic.h, include/linux/fs.h, include/linux/mm.h */
#define TMPFS_MAGIC	0x01021994
#define HUGETLBFS_MAGIC	0x958458f6
#define SB_KERNMOUNT	(1u << 22)
#define VM_SHARED	0x00000008
#define VM_MAYWRITE	0x00000020
#define S_IFMT		0170000
#define S_IFREG		0100000

/* The first eight bytes of names, as a little-endian number has them. */
#define NAME_MEMFD	0x3a64666d656dull	/* "memfd:" */
#define NAME_MEMFD_MASK	0xffffffffffffull
#define NAME_ZERO	0x6f72657a2f766564ull	/* "dev/zero" */
#define NAME_HUGE	0x6775685f6e6f6e61ull	/* "anon_hugepage" */
#define NAME_SHM	0x006d6873u		/* "shm", of a directory */
#define NAME_ROOT	0x002fu			/* "/" */

/* That many file systems mounted at one place, one on another. */
#define MOUNTS_STACKED	4

/*
 * What is known of an inode, for its end: it has no name then, perhaps no mount,
 * and whoever lets go of it last perhaps no namespaces.
 */
struct object_known {
	__u32 object;		/* OBJ_* */
	__u32 ipcns;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, __u64);
	__type(value, struct object_known);
} objects_known SEC(".maps");

/* Since 6.17 a file system's mounts are a list of their own kind. */
struct mount___own {
	struct mount___own *mnt_next_for_sb;
} __attribute__((preserve_access_index));

struct super_block___own {
	struct mount___own *s_mounts;
} __attribute__((preserve_access_index));

static __always_inline __u64 name_start(struct dentry *dentry)
{
	/* Any structure that begins with 64 bits of no type. */
	return READ(struct timespec64,
		    READ(struct dentry, dentry, d_name.name), tv_sec);
}

/* The mount of a file system that was there first: others are bind mounts. */
static __always_inline struct mount *sb_mount(struct super_block *sb)
{
	struct super_block___own *own = (void *)sb;
	struct mount___own *first = NULL;
	struct mount *mount = NULL;

	if (bpf_core_field_exists(first->mnt_next_for_sb))
		return (void *)BPF_CORE_READ(own, s_mounts);
	return (void *)READ(struct super_block, sb, s_mounts.next) -
	       bpf_core_field_offset(mount->mnt_instance);
}

/* The directory that it is mounted at; that of the lowest, if on one another. */
static __always_inline __u64 sb_directory(struct super_block *sb)
{
	struct mount *mount = sb_mount(sb);
	__u64 name = 0;

	for (int i = 0; i < MOUNTS_STACKED; i++) {
		name = name_start(READ(struct mount, mount, mnt_mountpoint));
		if ((__u16)name != NAME_ROOT)
			break;
		mount = READ(struct mount, mount, mnt_parent);
	}
	return name;
}

static __always_inline __u32 kernmount_kind(struct dentry *dentry)
{
	__u64 name = name_start(dentry);

	if ((name & NAME_MEMFD_MASK) == NAME_MEMFD)
		return OBJ_MEMFD;
	if (name == NAME_ZERO || name == NAME_HUGE)
		return OBJ_ANON;
	/* Segments, which have their own hooks, and what drivers use. */
	return OBJ_NONE;
}

/*
 * What a file of this name is. Not static: the verifier looks at it once, and
 * addresses come as numbers for that.
 */
__noinline __u32 object_kind(unsigned long inode_at, unsigned long dentry_at)
{
	struct super_block *sb = TYPED(struct super_block,
				       READ(struct inode, inode_at, i_sb));
	unsigned long magic = GET(sb, s_magic);

	if (magic != TMPFS_MAGIC && magic != HUGETLBFS_MAGIC)
		return OBJ_FILE;
	if (GET(sb, s_flags) & SB_KERNMOUNT)
		return kernmount_kind((void *)dentry_at);
	if (magic == TMPFS_MAGIC &&
	    (__u32)sb_directory(sb) == NAME_SHM)
		return OBJ_POSIX;
	return OBJ_FILE;
}

static __always_inline bool object_wanted(__u32 object)
{
	return object != OBJ_NONE && cfg_objects & 1u << object;
}

/* Something that happened to an object, as the hooks have it. */
struct obj_event {
	__u32 kind;		/* KIND_* */
	__u32 cause;
	__u32 object;		/* OBJ_* */
	__u32 was_prot;		/* KIND_PROTECT */
	__u64 inode;		/* addresses; */
	__u64 dentry;		/* 0: no name any more */
	__u64 vma;		/* 0: not about one */
	__u64 was_start;
	__u64 was_end;
};

static __always_inline void fill_obj_vma(struct rec_object *rec,
					 const struct obj_event *o)
{
	struct vm_area_struct *vma = (void *)o->vma;

	if (!vma) {
		rec->start = rec->end = rec->offset = rec->mm = 0;
		rec->prot = 0;
		return;
	}
	vma = TYPED(struct vm_area_struct, vma);
	rec->start = GET(vma, vm_start);
	rec->end = GET(vma, vm_end);
	rec->offset = GET(vma, vm_pgoff) << PAGE_SHIFT;
	rec->mm = (unsigned long)GET(vma, vm_mm);
	rec->prot = prot_of(READ_FLAGS(vma));
	if (o->kind != KIND_PROTECT)
		return;
	/* It may have been merged with its neighbours: what has changed. */
	rec->offset += o->was_start - rec->start;
	rec->start = o->was_start;
	rec->end = o->was_end;
}

static __always_inline void fill_obj_inode(struct rec_object *rec,
					   const struct obj_event *o)
{
	struct inode *inode = TYPED(struct inode, o->inode);
	struct dentry *dentry = (void *)o->dentry;

	rec->dev = READ(struct super_block, GET(inode, i_sb), s_dev);
	rec->ino = GET(inode, i_ino);
	rec->size = GET(inode, i_size);
	rec->nlink = GET(inode, __i_nlink);
	rec->name[0] = 0;
	if (dentry)
		bpf_probe_read_kernel_str(rec->name, sizeof(rec->name),
					  BPF_CORE_READ(dentry, d_name.name));
}

static __always_inline bool obj_passes(const struct obj_event *o,
				       const struct who *owner, __u32 ipcns)
{
	return kind_passes(o->kind, 0) && who_passes(owner) &&
	       !(cfg_filter & (FILTER_SHMID | FILTER_KEY)) &&
	       (!(cfg_filter & FILTER_NS) || is_listed(FILTER_NS, ipcns));
}

/* Tells it. 1: it was told. Not static: see call_exit(). */
__noinline int obj_tell(const struct obj_event *o, const struct who *owner,
			const struct caller *who)
{
	struct rec_counts *n;
	struct rec_object *rec;

	if (!o || !owner || !who)
		return 0;
	n = counts_of(o->kind);
	if (!is_seen(n, is_self(who), true))
		return 0;
	if (!obj_passes(o, owner, who->ns.inum)) {
		count_one(n, filtered);
		return 0;
	}
	rec = rec_begin(n, REC_OBJECT, sizeof(*rec), who);
	if (!rec)
		return 0;
	rec->kind = o->kind;
	rec->cause = o->cause;
	rec->object = o->object;
	rec->was_start = o->was_start;
	rec->was_end = o->was_end;
	fill_obj_inode(rec, o);
	fill_obj_vma(rec, o);
	fill_owner(&rec->owner, owner);
	rec->was_prot = o->was_prot;
	bpf_ringbuf_submit(rec, 0);
	return 1;
}

static __always_inline void object_remember(const struct obj_event *o,
					    const struct caller *who)
{
	struct object_known known = { .object = o->object };

	if (o->object == OBJ_FILE ||
	    bpf_map_lookup_elem(&objects_known, &o->inode))
		return;
	known.ipcns = who->ns.inum;
	bpf_map_update_elem(&objects_known, &o->inode, &known, BPF_ANY);
}

/* What the current task does to an object. */
static __always_inline int obj_tell_own(const struct obj_event *o)
{
	struct caller who;

	caller_now(&who);
	object_remember(o, &who);
	return obj_tell(o, &who.who, &who);
}

/* About a file, if it is of a kind that is told. */
static __always_inline int obj_tell_file(__u32 kind, unsigned long inode,
					 unsigned long dentry)
{
	struct obj_event o = {
		.kind = kind, .inode = inode, .dentry = dentry,
	};

	if (!inode ||
	    (READ(struct inode, inode, i_mode) & S_IFMT) != S_IFREG)
		return 0;
	o.object = object_kind(inode, dentry);
	if (object_wanted(o.object) && o.object != OBJ_FILE)
		obj_tell_own(&o);
	return 0;
}

#endif /* SHMVIZ_OBJECT_BPF_H */
