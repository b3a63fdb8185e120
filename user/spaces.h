/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Processes that share an address space: made by vfork(2), or by clone(2) with
 * CLONE_VM and without CLONE_THREAD. Their mappings are the same mappings, which the
 * kernel counts once, so every list has such a mapping once, with all processes named.
 */
#ifndef SHMVIZ_SPACES_H
#define SHMVIZ_SPACES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * For each of `n` processes, the first of them in the array that has the same address
 * space: itself if there is none before it, or kcmp(2) does not tell. 0 or -ENOMEM.
 */
int spaces_first(const pid_t *pids, size_t n, pid_t *first);

/* Whether two processes are one, or share an address space. */
bool spaces_same(pid_t a, pid_t b);

/* A process that shares the address space of `with`. */
struct space_other {
	pid_t pid;
	pid_t with;
};

/*
 * All other processes of /proc that share the address space of one of these, in an
 * array to be freed, by `with`, then pid. Their number, or -ENOMEM.
 */
ssize_t spaces_others(const pid_t *pids, size_t n, struct space_other **others);

#endif /* SHMVIZ_SPACES_H */
