/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What differs between the kernels that shmviz is built for. The only place
 * where the kernel's version is asked.
 */
#ifndef SHMVIZ_COMPAT_H
#define SHMVIZ_COMPAT_H

#include <linux/hugetlb.h>
#include <linux/mm.h>
#include <linux/version.h>

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

#endif /* SHMVIZ_COMPAT_H */
