// SPDX-License-Identifier: GPL-2.0
/*
 * Finds a System V segment by its shmid without attaching it.
 *
 * The kernel exports no look-up, so this walks the namespace's own tables. All
 * of them are declared in public headers but the head of struct shmid_kernel,
 * which is private to ipc/shm.c. What is read through it is checked before it
 * is used: newseg() makes the inode number of a segment's file equal to the
 * shmid and promises never to change that.
 */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/idr.h>
#include <linux/ipc.h>
#include <linux/ipc_namespace.h>
#include <linux/magic.h>
#include <linux/ns_common.h>
#include <linux/proc_ns.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/uaccess.h>

#include "compat.h"
#include "internal.h"

/* ipc/util.h: the index of shared memory in ipc_namespace.ids. */
#define IPC_SHM_IDS	2

/* ipc/shm.c: marks above the permission bits of a segment's mode. */
#define SHM_DEST	01000
#define SHM_LOCKED	02000

/*
 * ipc/util.h: an id is a sequence number above an index of 15 bits, or of 24
 * if the kernel was booted with ipcmni_extend, which no module can ask.
 */
static const int ipc_index_masks[] = { 0x7fff, 0xffffff };

/* The head of ipc/shm.c's struct shmid_kernel, unchanged from 4.x to 7.x. */
struct shmid_head {
	struct kern_ipc_perm perm;
	struct file *file;
	unsigned long nattch;
	unsigned long segsz;
};

struct ipc_namespace *shmviz_ipcns_of(struct file *ns_file)
{
	struct inode *inode = file_inode(ns_file);
	struct ns_common *ns;

	if (inode->i_sb->s_magic != NSFS_MAGIC)
		return NULL;
	ns = get_proc_ns(inode);
	if (compat_ns_type(ns) != CLONE_NEWIPC)
		return NULL;
	return container_of(ns, struct ipc_namespace, ns);
}

#define read_nofault(dst, src) \
	(!copy_from_kernel_nofault(&(dst), &(src), sizeof(dst)))

/*
 * Whether what stands where the file is expected really is the file of this
 * segment. Nothing is believed and no pointer is followed unguarded until the
 * last test was passed. Called with perm->lock held.
 */
static bool segment_file_ok(const struct shmid_head *shp, struct file *file)
{
	struct super_block *sb;
	unsigned long magic;
	struct inode *inode;
	unsigned long ino;
	loff_t size;

	if (!read_nofault(inode, file->f_inode) ||
	    !read_nofault(ino, inode->i_ino) ||
	    !read_nofault(size, inode->i_size) ||
	    !read_nofault(sb, inode->i_sb) ||
	    !read_nofault(magic, sb->s_magic))
		return false;
	if (magic != TMPFS_MAGIC && magic != HUGETLBFS_MAGIC)
		return false;
	return ino == shp->perm.id && shp->segsz <= size;
}

/*
 * As ipc/util.c's ipcperms() has it, for S_IRUGO; but silent, because most who
 * look at a segment never ask for its contents.
 */
static bool segment_readable(struct ipc_namespace *ns,
			     const struct kern_ipc_perm *perm)
{
	kuid_t euid = current_euid();
	umode_t granted = perm->mode;

	if (uid_eq(euid, perm->cuid) || uid_eq(euid, perm->uid))
		granted >>= 6;
	else if (in_group_p(perm->cgid) || in_group_p(perm->gid))
		granted >>= 3;
	return granted & 4 || ns_capable_noaudit(ns->user_ns, CAP_IPC_OWNER);
}

/* Called with perm->lock held. */
static struct file *segment_read(struct ipc_namespace *ns,
				 struct kern_ipc_perm *perm,
				 struct shmviz_segment *seg)
{
	struct shmid_head *shp = container_of(perm, struct shmid_head, perm);
	struct file *file;

	if (!read_nofault(file, shp->file) || !segment_file_ok(shp, file))
		return ERR_PTR(-EOPNOTSUPP);

	seg->nattch = shp->nattch;
	seg->size = shp->segsz;
	seg->shmid = perm->id;
	seg->key = perm->key;
	seg->mode = perm->mode & 0777;
	if (perm->mode & SHM_DEST)
		seg->flags |= SHMVIZ_INFO_DEST;
	if (perm->mode & SHM_LOCKED)
		seg->flags |= SHMVIZ_INFO_LOCKED;
	seg->readable = segment_readable(ns, perm);
	return get_file(file);
}

/* Called under RCU, which keeps the memory of a segment that is going. */
static struct kern_ipc_perm *segment_lookup(struct ipc_namespace *ns, int shmid)
{
	struct idr *idr = &ns->ids[IPC_SHM_IDS].ipcs_idr;
	struct kern_ipc_perm *perm;
	int i;

	for (i = 0; i < ARRAY_SIZE(ipc_index_masks); i++) {
		perm = idr_find(idr, shmid & ipc_index_masks[i]);
		if (perm && READ_ONCE(perm->id) == shmid)
			return perm;
	}
	return NULL;
}

struct file *shmviz_segment_get(struct ipc_namespace *ns, int shmid,
				struct shmviz_segment *seg)
{
	struct file *file = ERR_PTR(-ENOENT);
	struct kern_ipc_perm *perm;

	if (shmid < 0)
		return file;

	memset(seg, 0, sizeof(*seg));
	seg->ipcns = ns->ns.inum;
	rcu_read_lock();
	perm = segment_lookup(ns, shmid);
	if (perm) {
		spin_lock(&perm->lock);
		if (!perm->deleted && perm->id == shmid)
			file = segment_read(ns, perm, seg);
		spin_unlock(&perm->lock);
	}
	rcu_read_unlock();
	return file;
}
