/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What differs between the kernels that shmviz is built for. The only place
 * where the kernel's version is asked. HAVE_* are found out by Kbuild.
 */
#ifndef SHMVIZ_COMPAT_H
#define SHMVIZ_COMPAT_H

#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0)
#error "shmviz needs Linux 6.1 or newer"
#endif
/* segment.c knows the layout of a private structure that this option shuffles. */
#ifdef CONFIG_RANDSTRUCT
#error "shmviz cannot work on a kernel with CONFIG_RANDSTRUCT: it shuffles the structure of a segment"
#endif

#include <linux/fs.h>
#include <linux/hugetlb.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/ns_common.h>
#include <linux/proc_ns.h>
#include <linux/shmem_fs.h>
#include <linux/swapops.h>
#ifdef HAVE_LEAFOPS
#include <linux/leafops.h>
#endif

/* vma->vm_flags is written through helpers since 6.3. */
static inline void compat_vm_flags_mod(struct vm_area_struct *vma,
				       unsigned long set, unsigned long clear)
{
#ifdef HAVE_VM_FLAGS_MOD
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
#ifdef HAVE_VFS_MMAP
	return vfs_mmap(file, vma);
#else
	return call_mmap(file, vma);
#endif
}

/* A shmem file that is charged page by page; the flags have a type since 7.0. */
static inline struct file *compat_shmem_file_setup(const char *name, loff_t size)
{
#ifdef HAVE_SHMEM_VMA_FLAGS
	return shmem_file_setup(name, size, mk_vma_flags(VMA_NORESERVE_BIT));
#else
	return shmem_file_setup(name, size, VM_NORESERVE);
#endif
}

/* The bits PG_*; in a structure of their own since 6.18. */
static inline unsigned long compat_folio_flags(const struct folio *folio)
{
#ifdef HAVE_MEMDESC_FLAGS
	return READ_ONCE(folio->flags.f);
#else
	return READ_ONCE(folio->flags);
#endif
}

/* Whether an entry is a place in swap, and not one of the other kinds. */
static inline bool compat_is_swap(swp_entry_t entry)
{
#ifdef HAVE_LEAFOPS
	return softleaf_is_swap(entry);
#else
	return !non_swap_entry(entry);
#endif
}

/*
 * A kernel that counts no mappings of single pages of a large folio reports
 * their average, rounded, for each; at least 1 if any of them is mapped.
 */
#ifdef CONFIG_NO_PAGE_MAPCOUNT
static inline int compat_average_mapcount(struct folio *folio)
{
	int entire = folio_entire_mapcount(folio);
	int pages = folio_large_mapcount(folio) - entire;

	if (pages <= 0)
		return entire;
	return max(entire + DIV_ROUND_CLOSEST(pages,
					      (int)folio_nr_pages(folio)), 1);
}
#endif

/*
 * How often a page is mapped, as /proc/kpagecount has it. page_mapcount() is
 * gone since 6.11; its successors are private to fs/proc.
 */
static inline int compat_page_mapcount(struct folio *folio, struct page *page)
{
#ifdef HAVE_PAGE_MAPCOUNT
	return page_mapcount(page);
#else
	int mapcount;

#ifdef CONFIG_NO_PAGE_MAPCOUNT
	if (folio_test_large(folio))
		return compat_average_mapcount(folio);
#endif
	mapcount = atomic_read(&page->_mapcount) + 1;
	/* The field is shared with the page type, which is negative. */
	if (mapcount < 0)
		mapcount = 0;
	if (folio_test_large(folio))
		mapcount += folio_entire_mapcount(folio);
	return mapcount;
#endif
}

/*
 * The page cache of hugetlbfs counts in huge pages before 6.7, in pages since:
 * how far a page index is shifted to the right to look it up.
 */
static inline unsigned int compat_hugetlb_index_shift(unsigned int order)
{
#ifdef HAVE_HUGETLB_PAGE_INDEX
	return 0;
#else
	return order;
#endif
}

/* The type of a namespace, a CLONE_NEW* flag, is a field of its own since 6.18. */
static inline int compat_ns_type(const struct ns_common *ns)
{
#ifdef HAVE_NS_TYPE
	return ns->ns_type;
#else
	return ns->ops->type;
#endif
}

#endif /* SHMVIZ_COMPAT_H */
