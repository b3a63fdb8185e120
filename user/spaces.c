// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <linux/kcmp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "procfs.h"
#include "spaces.h"

/* One of those that have been seen, by the order of their address spaces. */
struct member {
	pid_t thread;		/* for kcmp(2) */
	pid_t pid;
};

/*
 * 0: one address space; 1, 2: less or greater in some order; -1: can't tell. A
 * thread that has ended has none, as has any other such: threads that go on are
 * compared.
 */
static int compare(pid_t a, pid_t b)
{
	long ret = syscall(SYS_kcmp, a, b, KCMP_VM, 0, 0);

	return ret >= 0 && ret <= 2 ? ret : -1;
}

/* A thread of the process that has memory, or -1. */
static pid_t thread_of(pid_t pid)
{
	int dir = procfs_open(pid);
	pid_t thread = -1;
	char byte;

	if (dir < 0)
		return -1;
	if (readlinkat(dir, "exe", &byte, 1) >= 0)
		thread = procfs_thread(dir);
	close(dir);
	return thread;
}

/*
 * Where `thread` belongs among `n` members, or -1 if it can't be told. *same: it has
 * the address space of the one that is there.
 */
static ssize_t place(const struct member *members, size_t n, pid_t thread,
		     bool *same)
{
	size_t low = 0, high = n;

	*same = false;
	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = compare(thread, members[middle].thread);

		*same = !order;
		if (order <= 0)
			return order ? -1 : (ssize_t)middle;
		if (order == 1)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

int spaces_first(const pid_t *pids, size_t n, pid_t *first)
{
	struct member *members = calloc(n ?: 1, sizeof(*members));
	size_t known = 0;

	if (!members)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		pid_t thread = n > 1 ? thread_of(pids[i]) : -1;
		bool same;
		ssize_t at;

		first[i] = pids[i];
		at = thread < 0 ? -1 : place(members, known, thread, &same);
		if (at < 0)
			continue;
		if (same) {
			first[i] = members[at].pid;
			continue;
		}
		memmove(members + at + 1, members + at,
			(known++ - at) * sizeof(*members));
		members[at] = (struct member) { thread, pids[i] };
	}
	free(members);
	return 0;
}

bool spaces_same(pid_t a, pid_t b)
{
	const pid_t both[2] = { a, b };
	pid_t first[2];

	return a == b || (a > 0 && b > 0 && !spaces_first(both, 2, first) &&
			  first[1] == a);
}

struct all {
	pid_t *pids;
	size_t n;
};

static int add_process(int dir, pid_t pid, void *arg)
{
	struct all *all = arg;
	pid_t *bigger;
	char byte;

	/* Kernel threads are most of what has no program. */
	if (readlinkat(dir, "exe", &byte, 1) < 0)
		return 0;
	if (!(all->n & (all->n - 1))) {
		bigger = reallocarray(all->pids, all->n ? 2 * all->n : 1,
				      sizeof(*bigger));
		if (!bigger)
			return -ENOMEM;
		all->pids = bigger;
	}
	all->pids[all->n++] = pid;
	return 0;
}

static int by_with(const void *a, const void *b)
{
	const struct space_other *x = a, *y = b;

	if (x->with != y->with)
		return x->with < y->with ? -1 : 1;
	return (x->pid > y->pid) - (x->pid < y->pid);
}

/* `pids` begin the array, so each of the rest names one of them as its first. */
static ssize_t take_others(const pid_t *pids, const pid_t *first, size_t n,
			   size_t all, struct space_other **others)
{
	size_t found = 0;

	*others = calloc(all - n + 1, sizeof(**others));
	if (!*others)
		return -ENOMEM;
	for (size_t i = n; i < all; i++) {
		bool known = pids[i] == first[i];

		for (size_t k = 0; k < n && !known; k++)
			known = pids[i] == pids[k];
		for (size_t k = 0; k < n && !known; k++)
			if (first[i] == pids[k])
				(*others)[found++] = (struct space_other) {
					.pid = pids[i], .with = pids[k],
				};
	}
	qsort(*others, found, sizeof(**others), by_with);
	return found;
}

ssize_t spaces_others(const pid_t *pids, size_t n, struct space_other **others)
{
	struct all all = {};
	pid_t *first, *both;
	ssize_t ret;

	*others = NULL;
	if (!n)
		return 0;
	ret = procfs_each_process(add_process, &all);
	both = ret ? NULL : calloc(2 * (n + all.n), sizeof(*both));
	if (both) {
		first = both + n + all.n;
		memcpy(both, pids, n * sizeof(*both));
		memcpy(both + n, all.pids, all.n * sizeof(*both));
		ret = spaces_first(both, n + all.n, first) ?:
		      take_others(both, first, n, n + all.n, others);
	} else {
		ret = ret ?: -ENOMEM;
	}
	free(both);
	free(all.pids);
	return ret;
}
