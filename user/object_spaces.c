// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <linux/kcmp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "object.h"
#include "object_spaces.h"

/* 0: one address space; 1, 2: less or greater in some order; -1: can't tell. */
static int compare(pid_t a, pid_t b)
{
	long ret = syscall(SYS_kcmp, a, b, KCMP_VM, 0, 0);

	return ret >= 0 && ret <= 2 ? ret : -1;
}

/*
 * Where `pid` belongs among `n` processes whose address spaces are in order; or
 * -1 if one of them has its own, or that can't be told.
 */
static ssize_t place(const pid_t *pids, size_t n, pid_t pid, bool *shared)
{
	size_t low = 0, high = n;

	*shared = false;
	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = compare(pid, pids[middle]);

		*shared = !order;
		if (order <= 0)
			return -1;
		if (order == 1)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static void drop_maps(struct object *obj, const bool *shared)
{
	size_t kept = 0;

	for (size_t i = 0; i < obj->n_maps; i++)
		if (!shared[obj->maps[i].process])
			obj->maps[kept++] = obj->maps[i];
	/* Mapped only after the first process had been looked at. */
	if (kept)
		obj->n_maps = kept;
}

int object_drop_shared_spaces(struct object_list *list)
{
	size_t n = 0, dropped = 0, room = list->n_processes + 1;
	bool *maps = calloc(room, sizeof(*maps));
	bool *shared = calloc(room, sizeof(*shared));
	pid_t *pids = calloc(room, sizeof(*pids));

	for (size_t i = 0; maps && i < list->n; i++)
		for (size_t m = 0; m < list->objects[i]->n_maps; m++)
			maps[list->objects[i]->maps[m].process] = true;
	for (size_t i = 0; maps && shared && pids && i < list->n_processes; i++) {
		pid_t pid = list->processes[i].pid;
		ssize_t at;

		if (!maps[i])
			continue;
		at = place(pids, n, pid, &shared[i]);
		dropped += shared[i];
		if (at < 0)
			continue;
		memmove(pids + at + 1, pids + at, (n++ - at) * sizeof(*pids));
		pids[at] = pid;
	}
	for (size_t i = 0; dropped && i < list->n; i++)
		drop_maps(list->objects[i], shared);
	n = !maps || !shared || !pids;
	free(pids);
	free(shared);
	free(maps);
	return n ? -ENOMEM : 0;
}
