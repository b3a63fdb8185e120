// SPDX-License-Identifier: GPL-2.0
/*
 * The view: a read-only mapping of an object's own frames.
 *
 * The VMA is handed over to the object's file, so that truncation, reclaim and
 * migration find it like any other mapping of that file. Its own fault handler
 * only looks pages up: shmem's would fill holes and swap in.
 */
#include <linux/err.h>
#include <linux/file.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/pagemap.h>

#include "compat.h"
#include "internal.h"

static bool allow_view;
module_param(allow_view, bool, 0444);
MODULE_PARM_DESC(allow_view, "Let the contents of objects be mapped (off)");

static void view_vm_open(struct vm_area_struct *vma)
{
	get_file(vma->vm_private_data);
}

/*
 * vma_set_file() took from the VMA the reference that pinned the module. The
 * object's file pins it instead; its release runs in the core, after us.
 */
static void view_vm_close(struct vm_area_struct *vma)
{
	fput(vma->vm_private_data);
}

static vm_fault_t view_fault(struct vm_fault *vmf)
{
	struct inode *inode = file_inode(vmf->vma->vm_file);
	struct address_space *mapping = vmf->vma->vm_file->f_mapping;
	struct page *page;

	/* NULL for a hole, and for a swap entry. */
	page = find_lock_page(mapping, vmf->pgoff);
	if (!page)
		return VM_FAULT_SIGBUS;
	/* Locked, it cannot be truncated; it may have been before. */
	if (vmf->pgoff >= DIV_ROUND_UP(i_size_read(inode), PAGE_SIZE) ||
	    !PageUptodate(page) || PageHWPoison(page)) {
		unlock_page(page);
		put_page(page);
		return VM_FAULT_SIGBUS;
	}
	vmf->page = page;
	return VM_FAULT_LOCKED;
}

static const struct vm_operations_struct view_vm_ops = {
	.open		= view_vm_open,
	.close		= view_vm_close,
	.fault		= view_fault,
	.map_pages	= filemap_map_pages,
};

bool shmviz_view_is(const struct vm_area_struct *vma)
{
	return vma->vm_ops == &view_vm_ops;
}

int shmviz_view_may(const struct shmviz_object *obj)
{
	if (!allow_view)
		return -EPERM;
	if (!obj->shmem)
		return -EOPNOTSUPP;
	return obj->readable ? 0 : -EACCES;
}

int shmviz_view_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct shmviz_object *obj = file->private_data;
	u64 end = (u64)vma->vm_pgoff + vma_pages(vma);
	int err;

	err = shmviz_may_see_frames(file);
	if (!err)
		err = shmviz_view_may(obj);
	if (err)
		return err;
	if (vma->vm_flags & (VM_WRITE | VM_EXEC))
		return -EPERM;
	if (!(vma->vm_flags & VM_MAYSHARE) || end < vma->vm_pgoff ||
	    end > shmviz_object_pages(obj))
		return -EINVAL;

	compat_vm_flags_mod(vma, VM_DONTCOPY | VM_DONTEXPAND | VM_DONTDUMP,
			    VM_MAYWRITE | VM_MAYEXEC);
	vma->vm_private_data = get_file(file);
	vma_set_file(vma, obj->file);
	vma->vm_ops = &view_vm_ops;
	return 0;
}
