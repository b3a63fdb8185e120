// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "err.h"
#include "picture_holders.h"
#include "sharers.h"

static bool has_gone(pid_t pid)
{
	int dir = procfs_open(pid);

	if (dir >= 0)
		close(dir);
	return dir < 0;
}

static struct picture_process *add_process(struct picture_object *obj,
					   const struct sharer *sharer)
{
	struct picture_process *process = &obj->processes[obj->n_processes++];

	process->pid = sharer->map.pid;
	memcpy(process->comm, sharer->comm, sizeof(process->comm));
	process->comm_len = sharer->comm_len;
	process->mapping = obj->n_mappings;
	return process;
}

/* A process more of the last one's address space: named once. */
static void add_also(struct picture_object *obj, const struct sharer *sharer)
{
	struct picture_process *process = &obj->processes[obj->n_processes - 1];
	struct picture_also *bigger, *also;

	for (size_t i = 0; i < process->n_also; i++)
		if (process->also[i].pid == (pid_t)sharer->map.pid)
			return;
	bigger = reallocarray(process->also, process->n_also + 1,
			      sizeof(*bigger));
	if (!bigger)
		err_nomem();
	process->also = bigger;
	also = &bigger[process->n_also++];
	also->pid = sharer->map.pid;
	memcpy(also->comm, sharer->comm, sizeof(also->comm));
	also->comm_len = sharer->comm_len;
}

static void add_mapping(struct picture_object *obj, const struct sharer *sharer)
{
	const struct shmviz_sharer *from = &sharer->map;
	struct picture_process *process = obj->n_processes ?
		&obj->processes[obj->n_processes - 1] : NULL;
	struct picture_mapping *map = &obj->mappings[obj->n_mappings];

	if (!process || !from->pid || process->pid != from->pid)
		process = add_process(obj, sharer);
	*map = (struct picture_mapping) {
		.process = process - obj->processes,
		.start = from->start,
		.end = from->end,
		.first = from->first,
		.flags = from->flags,
	};
	sharer_prot(map->prot, from);
	process->n_mappings++;
	obj->n_mappings++;
}

static bool is_last(const struct picture_object *obj, pid_t pid)
{
	return obj->n_processes &&
	       obj->processes[obj->n_processes - 1].pid == pid;
}

void picture_take_holders(struct picture_object *obj,
			  struct shmviz_sharer *sharers, size_t n)
{
	struct sharer_list list;
	size_t nameless = 0;

	sharer_list_take(&list, sharers, n);
	n = list.n;
	obj->processes = calloc(n ? n : 1, sizeof(*obj->processes));
	obj->mappings = calloc(n ? n : 1, sizeof(*obj->mappings));
	if (!obj->processes || !obj->mappings)
		err_nomem();
	/* Sorted by pid: those without one are the first in the list. */
	while (nameless < list.n && !list.sharers[nameless].map.pid)
		nameless++;
	for (size_t i = nameless; i < list.n; i++) {
		const struct sharer *sharer = &list.sharers[i];

		if (!sharer->comm_len && has_gone(sharer->map.pid))
			continue;
		if (sharer->same && is_last(obj, sharer->same))
			add_also(obj, sharer);
		else
			add_mapping(obj, sharer);
	}
	for (size_t i = 0; i < nameless; i++)
		add_mapping(obj, &list.sharers[i]);
	sharer_list_free(&list);
}
