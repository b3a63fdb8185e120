// SPDX-License-Identifier: GPL-2.0
/*
 * The board: shared pages that the device owns. They are a shmem file, so that
 * frames.c reports them like any other object.
 *
 * Some calls map the file of a VMA once more: remap_file_pages(2) by its
 * descriptor, open(2) in /proc/PID/map_files by its path. So the file of a VMA
 * is never shmem's own. It is one of the same inode whose operations are those
 * below: each mapping goes through board_mmap(), and each such file holds the
 * module. The inode itself refuses every open by path.
 */
#include <linux/anon_inodes.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>

#include "compat.h"
#include "internal.h"

#define BOARD_NAME	"shmviz-board"
#define BOARD_PAGES_MAX	65536

static unsigned int board_pages = 16;
module_param(board_pages, uint, 0444);
MODULE_PARM_DESC(board_pages, "Pages of the board, 1 to 65536 (16)");

/* Shmem's own, which holds the pages. */
static struct file *board;

static int board_mmap(struct file *file, struct vm_area_struct *vma)
{
	/* Not VM_SHARED, which a read-only descriptor never gets. */
	if (!(vma->vm_flags & VM_MAYSHARE))
		return -EINVAL;
	if (vma->vm_flags & VM_EXEC)
		return -EPERM;
	if (vma->vm_pgoff + vma_pages(vma) < vma->vm_pgoff ||
	    vma->vm_pgoff + vma_pages(vma) > board_pages)
		return -EINVAL;

	compat_vm_flags_mod(vma, VM_DONTEXPAND | VM_DONTDUMP, VM_MAYEXEC);
	return compat_vfs_mmap(board, vma);
}

static const struct file_operations board_fops = {
	.owner	= THIS_MODULE,
	.mmap	= board_mmap,
	.fsync	= noop_fsync,
	.llseek	= noop_llseek,
};

struct file *shmviz_board_open(int mode)
{
	struct inode *inode = file_inode(board);
	struct file *file;

	/* The new file takes both; the core drops them, after its release. */
	__module_get(THIS_MODULE);
	ihold(inode);
	file = alloc_file_pseudo(inode, board->f_path.mnt, BOARD_NAME, mode,
				 &board_fops);
	if (IS_ERR(file)) {
		iput(inode);
		module_put(THIS_MODULE);
	}
	return file;
}

int shmviz_board_mmap(struct file *device, struct vm_area_struct *vma)
{
	struct file *file = shmviz_board_open(device->f_flags & O_ACCMODE);

	if (IS_ERR(file))
		return PTR_ERR(file);
	vma_set_file(vma, file);
	fput(file);
	return board_mmap(file, vma);
}

bool shmviz_board_is(const struct inode *inode)
{
	return inode == file_inode(board);
}

/*
 * No open by path, not even root's: an anonymous inode has the operations that
 * refuse it. They belong to the kernel, so a path that outlives the module
 * leads to nothing of ours. Immutable, for truncate(2), which opens nothing.
 */
static int board_seal(struct inode *inode)
{
	struct file *anon = anon_inode_getfile(BOARD_NAME, &generic_ro_fops,
					       NULL, O_RDONLY);

	if (IS_ERR(anon))
		return PTR_ERR(anon);
	inode->i_fop = file_inode(anon)->i_fop;
	inode_set_flags(inode, S_IMMUTABLE, S_IMMUTABLE);
	fput(anon);
	return 0;
}

int __init shmviz_board_init(void)
{
	int err;

	if (!board_pages || board_pages > BOARD_PAGES_MAX) {
		pr_err("shmviz: board_pages=%u: must be 1 to %u\n",
		       board_pages, BOARD_PAGES_MAX);
		return -EINVAL;
	}
	board = compat_shmem_file_setup(BOARD_NAME,
					(loff_t)board_pages << PAGE_SHIFT);
	if (IS_ERR(board))
		return PTR_ERR(board);
	err = board_seal(file_inode(board));
	if (err)
		fput(board);
	return err;
}

void shmviz_board_exit(void)
{
	fput(board);
}
