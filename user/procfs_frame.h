/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What /proc says of a frame, whatever it holds: /proc/kpageflags, kpagecount,
 * kpagecgroup and zoneinfo. For root alone.
 */
#ifndef SHMVIZ_PROCFS_FRAME_H
#define SHMVIZ_PROCFS_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct proc_frame {
	bool has_flags, has_count, has_cgroup, has_zone, has_order;
	uint64_t flags;		/* bits KPF_* */
	uint64_t count;		/* page-table entries that map it */
	uint64_t cgroup;	/* inode of the cgroup charged; 0: none */
	unsigned int order;	/* log2 of the frames that it is one of */
	unsigned int node;
	char zone[16];		/* "DMA32" */
};

/* What of it can be read; the rest is said not to be there. */
void procfs_frame(uint64_t pfn, struct proc_frame *frame);

/* Words for the bits of `flags`, at most 32: how many. */
size_t procfs_frame_flags(uint64_t flags, const char *words[32]);

/*
 * Whether one entry of a higher table maps the 2 MiB around an address of a
 * process: 1, 0, or a negative errno; -EOPNOTSUPP before Linux 6.7.
 */
int procfs_is_huge(int dir, uint64_t addr);

#endif /* SHMVIZ_PROCFS_FRAME_H */
