/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Readers of /proc about one address: the VMA around it in /proc/PID/smaps, and
 * how deep the page tables are. Functions return 0 or a negative errno.
 */
#ifndef SHMVIZ_PROCFS_ADDRESS_H
#define SHMVIZ_PROCFS_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* A line of /proc/PID/maps, of whatever kind. */
struct proc_area {
	uint64_t start;		/* start == end: there is none */
	uint64_t end;
	uint64_t offset;
	char perms[5];		/* "rw-s" */
	dev_t dev;		/* 0: no file */
	ino_t ino;
	char *path;		/* as there; "" if it has none */
	char *line;		/* all of it, without the newline */
	size_t line_path;	/* where in `line` the path begins */
};

struct proc_place {
	struct proc_area here;	/* around the address */
	struct proc_area before, after;	/* the nearest, if none is there */
	bool any;		/* the process has mappings at all */

	/* Of `here`. */
	uint64_t page_size;	/* bytes: KernelPageSize */
	uint64_t huge;		/* bytes that PMD entries map; not hugetlb */
	char flags[160];	/* VmFlags, two letters each */
};

/* procfs_place_free() is due after 0. */
int procfs_place(int dir, uint64_t addr, struct proc_place *place);
void procfs_place_free(struct proc_place *place);

/*
 * Levels of the page tables: 5 if the flags of /proc/cpuinfo have la57, which the
 * kernel takes away if it does not use it, else 4. 0 on anything but x86-64.
 */
unsigned int procfs_page_table_levels(void);

#endif /* SHMVIZ_PROCFS_ADDRESS_H */
