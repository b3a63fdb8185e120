// SPDX-License-Identifier: GPL-2.0
/* The descriptor of one object, and the calls on it. */
#include <linux/anon_inodes.h>
#include <linux/dcache.h>
#include <linux/err.h>
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/hugetlb.h>
#include <linux/ipc_namespace.h>
#include <linux/kdev_t.h>
#include <linux/magic.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/nsproxy.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "internal.h"

/* The namespace of a segment, if it is at hand. */
static struct ipc_namespace *object_ipcns(const struct shmviz_object *obj)
{
	struct ipc_namespace *ns = current->nsproxy->ipc_ns;

	if (obj->ns_file)
		return shmviz_ipcns_of(obj->ns_file);
	return ns->ns.inum == obj->seg.ipcns ? ns : NULL;
}

/*
 * What the namespace says of the segment now. The id may have been given anew:
 * only the very file that is held counts as a match.
 */
static u32 object_refresh(struct shmviz_object *obj, struct shmviz_segment *seg)
{
	struct ipc_namespace *ns = object_ipcns(obj);
	struct shmviz_segment now;
	struct file *file;
	bool same;

	*seg = obj->seg;
	if (!ns)
		return SHMVIZ_INFO_STALE;
	file = shmviz_segment_get(ns, obj->seg.shmid, &now);
	if (IS_ERR(file))
		return SHMVIZ_INFO_GONE;
	same = file == obj->file;
	if (same)
		*seg = now;
	fput(file);
	return same ? 0 : SHMVIZ_INFO_GONE;
}

static void object_info_segment(struct shmviz_object *obj,
				struct shmviz_info *info)
{
	struct shmviz_segment seg;

	info->flags |= object_refresh(obj, &seg);
	info->flags |= seg.flags;
	info->size = seg.size;
	info->nattch = seg.nattch;
	info->ipcns = seg.ipcns;
	info->shmid = seg.shmid;
	info->key = seg.key;
	info->mode = seg.mode;
}

static long object_info(struct shmviz_object *obj,
			struct shmviz_info __user *uarg)
{
	struct inode *inode = obj->file->f_mapping->host;
	struct shmviz_info info;
	int err;

	memset(&info, 0, sizeof(info));
	info.kind = obj->kind;
	info.page_size = PAGE_SIZE;
	info.page_order = obj->order;
	info.size = i_size_read(inode);
	info.ino = inode->i_ino;
	info.dev = new_encode_dev(inode->i_sb->s_dev);
	if (obj->hugetlb)
		info.flags |= SHMVIZ_INFO_HUGETLB;
	if (obj->shmem)
		info.flags |= SHMVIZ_INFO_SHMEM;
	if (!shmviz_view_may(obj))
		info.flags |= SHMVIZ_INFO_VIEW;
	if (obj->kind == SHMVIZ_KIND_SEGMENT)
		object_info_segment(obj, &info);

	err = shmviz_frames_count(obj, &info);
	if (err)
		return err;
	return copy_to_user(uarg, &info, sizeof(info)) ? -EFAULT : 0;
}

static long object_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct shmviz_object *obj = file->private_data;
	int err;

	err = shmviz_may_see_frames(file);
	if (err)
		return err;

	switch (cmd) {
	case SHMVIZ_INFO:
		return object_info(obj, (void __user *)arg);
	case SHMVIZ_FRAMES:
		return shmviz_frames_ioctl(obj, (void __user *)arg);
	case SHMVIZ_SHARERS:
		return shmviz_sharers_ioctl(obj, (void __user *)arg);
	default:
		return -ENOTTY;
	}
}

static void object_free(struct shmviz_object *obj)
{
	if (obj->file)
		fput(obj->file);
	if (obj->ns_file)
		fput(obj->ns_file);
	kfree(obj);
}

static int object_release(struct inode *inode, struct file *file)
{
	object_free(file->private_data);
	return 0;
}

static const struct file_operations object_fops = {
	.owner		= THIS_MODULE,
	.release	= object_release,
	.unlocked_ioctl	= object_ioctl,
	.compat_ioctl	= compat_ptr_ioctl,
	.mmap		= shmviz_view_mmap,
	.llseek		= noop_llseek,
};

/* The namespace that is asked for, the caller's or that of a descriptor. */
static struct ipc_namespace *object_choose_ipcns(struct shmviz_object *obj,
						 int ns_fd)
{
	struct ipc_namespace *ns;

	if (ns_fd == -1)
		return current->nsproxy->ipc_ns;
	obj->ns_file = fget(ns_fd);
	if (!obj->ns_file)
		return ERR_PTR(-EBADF);
	ns = shmviz_ipcns_of(obj->ns_file);
	return ns ? ns : ERR_PTR(-EINVAL);
}

static struct file *object_get_segment(struct shmviz_object *obj,
				       const struct shmviz_open *arg)
{
	struct ipc_namespace *ns = object_choose_ipcns(obj, arg->ns_fd);
	struct file *file;

	if (IS_ERR(ns))
		return ERR_CAST(ns);
	file = shmviz_segment_get(ns, arg->id, &obj->seg);
	obj->readable = obj->seg.readable;
	return file;
}

static struct file *object_get_file(struct shmviz_object *obj, int fd)
{
	struct file *file = fget(fd);
	struct inode *inode;
	int err;

	if (!file)
		return ERR_PTR(-EBADF);
	inode = file->f_mapping->host;
	err = 0;
	if (!S_ISREG(inode->i_mode))
		err = -EINVAL;
	/* A file of overlayfs has its pages, and its mappings, elsewhere. */
	else if (IS_DAX(inode) ||
		 d_real_inode(file->f_path.dentry) != file_inode(file))
		err = -EOPNOTSUPP;
	if (err) {
		fput(file);
		return ERR_PTR(err);
	}
	obj->readable = file->f_mode & FMODE_READ;
	return file;
}

static struct file *object_get(struct shmviz_object *obj,
			       const struct shmviz_open *arg)
{
	if (arg->flags || (arg->ns_fd != -1 &&
			   arg->kind != SHMVIZ_KIND_SEGMENT))
		return ERR_PTR(-EINVAL);
	if (arg->pad || ((arg->ino || arg->generation) &&
			 arg->kind != SHMVIZ_KIND_INODE))
		return ERR_PTR(-EINVAL);

	switch (arg->kind) {
	case SHMVIZ_KIND_SEGMENT:
		return object_get_segment(obj, arg);
	case SHMVIZ_KIND_FILE:
		return object_get_file(obj, arg->id);
	case SHMVIZ_KIND_INODE:
		return shmviz_list_get(arg->id, arg->ino, arg->generation,
				       &obj->readable);
	case SHMVIZ_KIND_BOARD:
		obj->readable = true;
		return arg->id ? ERR_PTR(-EINVAL) :
				 shmviz_board_open(O_RDONLY);
	default:
		return ERR_PTR(-EINVAL);
	}
}

/* is_file_hugepages() and shmem_mapping() do not link in a module on 6.1. */
static void object_classify(struct shmviz_object *obj)
{
	struct super_block *sb = obj->file->f_mapping->host->i_sb;

	obj->shmem = sb->s_magic == TMPFS_MAGIC;
	obj->hugetlb = sb->s_magic == HUGETLBFS_MAGIC;
	if (obj->hugetlb)
		obj->order = huge_page_order(hstate_inode(obj->file->f_mapping->host));
}

int shmviz_object_open(const struct shmviz_open *arg)
{
	struct shmviz_object *obj;
	int fd;

	obj = kzalloc(sizeof(*obj), GFP_KERNEL_ACCOUNT);
	if (!obj)
		return -ENOMEM;
	/* However it was found: it is a file. */
	obj->kind = arg->kind == SHMVIZ_KIND_INODE ? SHMVIZ_KIND_FILE : arg->kind;
	obj->file = object_get(obj, arg);
	if (IS_ERR(obj->file)) {
		fd = PTR_ERR(obj->file);
		obj->file = NULL;
		goto err;
	}
	object_classify(obj);
	fd = anon_inode_getfd("[shmviz]", &object_fops, obj,
			      O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		goto err;
	return fd;

err:
	object_free(obj);
	return fd;
}
