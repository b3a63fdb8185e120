// SPDX-License-Identifier: GPL-2.0
/* The descriptor of one object, and the calls on it. */
#include <linux/anon_inodes.h>
#include <linux/err.h>
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/hugetlb.h>
#include <linux/magic.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "internal.h"

/*
 * What the namespace says of the segment now. Another namespace may use the
 * same shmid, and the id may have been given anew: only the very file that is
 * held counts as a match.
 */
static u32 object_refresh(struct shmviz_object *obj, struct shmviz_segment *seg)
{
	struct shmviz_segment now;
	struct file *file;
	bool same;

	*seg = obj->seg;
	file = shmviz_segment_get(obj->seg.shmid, &now);
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

	if (shmviz_segment_ipcns() != obj->seg.ipcns) {
		seg = obj->seg;
		info->flags |= SHMVIZ_INFO_STALE;
	} else {
		info->flags |= object_refresh(obj, &seg);
	}
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
	struct inode *inode = file_inode(obj->file);
	struct shmviz_info info;
	int err;

	memset(&info, 0, sizeof(info));
	info.kind = obj->kind;
	info.page_size = PAGE_SIZE;
	info.page_order = obj->order;
	info.size = i_size_read(inode);
	info.ino = inode->i_ino;
	if (obj->hugetlb)
		info.flags |= SHMVIZ_INFO_HUGETLB;
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
	default:
		return -ENOTTY;
	}
}

static int object_release(struct inode *inode, struct file *file)
{
	struct shmviz_object *obj = file->private_data;

	fput(obj->file);
	kfree(obj);
	return 0;
}

static const struct file_operations object_fops = {
	.owner		= THIS_MODULE,
	.release	= object_release,
	.unlocked_ioctl	= object_ioctl,
	.compat_ioctl	= compat_ptr_ioctl,
	.llseek		= noop_llseek,
};

int shmviz_object_fd(u32 kind, struct file *file,
		     const struct shmviz_segment *seg)
{
	struct inode *inode = file_inode(file);
	struct shmviz_object *obj;
	int fd;

	obj = kzalloc(sizeof(*obj), GFP_KERNEL_ACCOUNT);
	if (!obj) {
		fd = -ENOMEM;
		goto err_file;
	}
	obj->file = file;
	obj->kind = kind;
	if (seg)
		obj->seg = *seg;
	/* is_file_hugepages() does not link in a module on 6.1. */
	if (inode->i_sb->s_magic == HUGETLBFS_MAGIC) {
		obj->hugetlb = true;
		obj->order = huge_page_order(hstate_inode(inode));
	}

	fd = anon_inode_getfd("[shmviz]", &object_fops, obj,
			      O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		goto err_obj;
	return fd;

err_obj:
	kfree(obj);
err_file:
	fput(file);
	return fd;
}
