/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * /proc/PID/pagemap: what the page tables of a process have, page by page of
 * its address space. Reading it marks nothing as used. Without CAP_SYS_ADMIN
 * the kernel says 0 for every frame number.
 */
#ifndef SHMVIZ_PROCFS_PAGEMAP_H
#define SHMVIZ_PROCFS_PAGEMAP_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define PAGEMAP_PRESENT	(1ULL << 63)
#define PAGEMAP_SWAP	(1ULL << 62)	/* also while a page is being moved */
#define PAGEMAP_FILE	(1ULL << 61)	/* a page of a file or of shared memory */
#define PAGEMAP_PFN	((1ULL << 55) - 1)	/* if present */

/*
 * The entries of the `n` pages of `page_size` from address `addr` on. 0, or a
 * negative errno; -ESRCH if the process has gone, or its address space has.
 */
int procfs_pagemap(pid_t pid, uint64_t addr, unsigned int page_size,
		   uint64_t *entries, size_t n);

#endif /* SHMVIZ_PROCFS_PAGEMAP_H */
