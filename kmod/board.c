// SPDX-License-Identifier: GPL-2.0
/*
 * The board: shared pages that the device owns. They are a shmem file, so that
 * frames.c reports them like any other object.
 */
#include <linux/err.h>
#include <linux/file.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>

#include "compat.h"
#include "internal.h"

#define BOARD_PAGES_MAX	65536

static unsigned int board_pages = 16;
module_param(board_pages, uint, 0444);
MODULE_PARM_DESC(board_pages, "Pages of the board, 1 to 65536 (16)");

static struct file *board;

/*
 * The operations of shmem, plus the two that hold the device open for as long
 * as the board is mapped. shmem's are known only once it has mapped a VMA.
 */
static struct vm_operations_struct board_vm_ops;
static DEFINE_MUTEX(board_vm_ops_lock);

static void board_vm_open(struct vm_area_struct *vma)
{
	get_file(vma->vm_private_data);
}

static void board_vm_close(struct vm_area_struct *vma)
{
	/*
	 * The file's own release drops the module, after this function has
	 * returned: module_put() here would let rmmod free the code that runs.
	 */
	fput(vma->vm_private_data);
}

static void board_wrap_vm_ops(struct vm_area_struct *vma)
{
	mutex_lock(&board_vm_ops_lock);
	if (!board_vm_ops.close) {
		board_vm_ops = *vma->vm_ops;
		board_vm_ops.open = board_vm_open;
		board_vm_ops.close = board_vm_close;
	}
	mutex_unlock(&board_vm_ops_lock);
	vma->vm_ops = &board_vm_ops;
}

int shmviz_board_mmap(struct file *device, struct vm_area_struct *vma)
{
	int err;

	/* Not VM_SHARED, which a read-only descriptor never gets. */
	if (!(vma->vm_flags & VM_MAYSHARE))
		return -EINVAL;
	if (vma->vm_flags & VM_EXEC)
		return -EPERM;
	if (vma->vm_pgoff + vma_pages(vma) < vma->vm_pgoff ||
	    vma->vm_pgoff + vma_pages(vma) > board_pages)
		return -EINVAL;

	compat_vm_flags_mod(vma, VM_DONTEXPAND | VM_DONTDUMP, VM_MAYEXEC);
	/* From here on the VMA pins the board's file, no more the device's. */
	vma_set_file(vma, board);
	err = compat_vfs_mmap(board, vma);
	if (err)
		return err;
	vma->vm_private_data = get_file(device);
	board_wrap_vm_ops(vma);
	return 0;
}

struct file *shmviz_board_get(void)
{
	return get_file(board);
}

struct file *shmviz_board_file(void)
{
	return board;
}

int __init shmviz_board_init(void)
{
	if (!board_pages || board_pages > BOARD_PAGES_MAX) {
		pr_err("shmviz: board_pages=%u: must be 1 to %u\n",
		       board_pages, BOARD_PAGES_MAX);
		return -EINVAL;
	}
	board = compat_shmem_file_setup("shmviz-board",
					(loff_t)board_pages << PAGE_SHIFT);
	return PTR_ERR_OR_ZERO(board);
}

void shmviz_board_exit(void)
{
	fput(board);
}
