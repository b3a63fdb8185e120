/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What differs between the kernels that shmviz is built for. The only place
 * where the kernel's version is asked.
 */
#ifndef SHMVIZ_COMPAT_H
#define SHMVIZ_COMPAT_H

#include <linux/fs.h>
#include <linux/hugetlb.h>
#include <linux/mm.h>
#include <linux/ns_common.h>
#include <linux/proc_ns.h>
#include <linux/shmem_fs.h>
#include <linux/swapops.h>
#include <linux/version.h>
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 19, 0)
#include <linux/leafops.h>
#endif

/* vma->vm_flags is written through helpers since 6.3. */
static inline void compat_vm_flags_mod(struct vm_area_struct *vma,
				       unsigned long set, unsigned long clear)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
	vm_flags_mod(vma, set, clear);
#else
	vma->vm_flags = (vma->vm_flags | set) & ~clear;
#endif
}

/*
 * Let a file map itself into a VMA that another file's mmap handler was given.
 * call_mmap() is gone since 6.17, and a file's own handler may be either of two.
 */
static inline int compat_vfs_mmap(struct file *file, struct vm_area_struct *vma)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 17, 0)
	return vfs_mmap(file, vma);
#else
	return call_mmap(file, vma);
#endif
}

/* A shmem file that is charged page by page; the flags have a type since 7.0. */
static inline struct file *compat_shmem_file_setup(const char *name, loff_t size)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(7, 0, 0)
	return shmem_file_setup(name, size, mk_vma_flags(VMA_NORESERVE_BIT));
#else
	return shmem_file_setup(name, size, VM_NORESERVE);
#endif
}

/* The bits PG_*; in a structure of their own since 6.18. */
static inline unsigned long compat_folio_flags(const struct folio *folio)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 18, 0)
	return READ_ONCE(folio->flags.f);
#else
	return READ_ONCE(folio->flags);
#endif
}

/* Whether an entry is a place in swap, and not one of the other kinds. */
static inline bool compat_is_swap(swp_entry_t entry)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 19, 0)
	return softleaf_is_swap(entry);
#else
	return !non_swap_entry(entry);
#endif
}

/*
 * How often a page is mapped, as /proc/kpagecount has it. page_mapcount() is
 * gone since 6.11; its successor is private to fs/proc.
 */
static inline int compat_page_mapcount(struct folio *folio, struct page *page)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 11, 0)
	int mapcount = atomic_read(&page->_mapcount) + 1;

	/* The field is shared with the page type, which is negative. */
	if (mapcount < 0)
		mapcount = 0;
	if (folio_test_large(folio))
		mapcount += folio_entire_mapcount(folio);
	return mapcount;
#else
	return page_mapcount(page);
#endif
}

/*
 * The page cache of hugetlbfs counts in huge pages before 6.7, in pages since:
 * how far a page index is shifted to the right to look it up.
 */
static inline unsigned int compat_hugetlb_index_shift(unsigned int order)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
	return 0;
#else
	return order;
#endif
}

/* The type of a namespace, a CLONE_NEW* flag, is a field of its own since 6.18. */
static inline int compat_ns_type(const struct ns_common *ns)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 18, 0)
	return ns->ns_type;
#else
	return ns->ops->type;
#endif
}

#endif /* SHMVIZ_COMPAT_H */
