/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The model of who maps an object: the kernel's records, with names. */
#ifndef SHMVIZ_SHARERS_H
#define SHMVIZ_SHARERS_H

#include <stddef.h>

#include <shmviz.h>

#include "procfs.h"

/*
 * A mapping of processes that share an address space is one to the kernel. It comes
 * once for each of them here, one after the other; `map.pid` is the process.
 */
struct sharer {
	struct shmviz_sharer map;
	pid_t same;		/* it is that of this process, before it; 0: none */
	char comm[PROC_COMM_MAX]; /* bytes; none if the process has gone */
	size_t comm_len;
};

struct sharer_list {
	struct sharer *sharers;	/* by the pid of the first, address, pid */
	size_t n;
	size_t mappings;	/* each counted once */
};

/* Takes over and frees `maps`; the names are read from /proc. */
void sharer_list_take(struct sharer_list *list, struct shmviz_sharer *maps,
		      size_t n);
void sharer_list_free(struct sharer_list *list);

/* "rw-s" as in /proc/PID/maps. */
void sharer_prot(char prot[5], const struct shmviz_sharer *map);

#endif /* SHMVIZ_SHARERS_H */
