// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "err.h"
#include "sharers.h"
#include "spaces.h"

static int by_first(const void *a, const void *b)
{
	const struct sharer *x = a, *y = b;
	uint32_t p = x->same ?: x->map.pid, q = y->same ?: y->map.pid;

	if (p != q)
		return p < q ? -1 : 1;
	if (x->map.start != y->map.start)
		return x->map.start < y->map.start ? -1 : 1;
	if (!x->same != !y->same)
		return x->same ? 1 : -1;
	return (x->map.pid > y->map.pid) - (x->map.pid < y->map.pid);
}

static void read_comm(struct sharer *sharer)
{
	ssize_t len = -1;
	int dir = procfs_open(sharer->map.pid);

	if (dir >= 0) {
		len = procfs_comm(dir, sharer->map.pid, sharer->comm);
		close(dir);
	}
	sharer->comm_len = len > 0 ? len : 0;
}

static int compare_pids(const void *a, const void *b)
{
	const pid_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* The kernel names one process of an address space: here are the others. */
static ssize_t find_others(const struct sharer_list *list,
			   struct space_other **others)
{
	pid_t *pids = calloc(list->n + 1, sizeof(*pids));
	size_t n = 0, unique = 0;
	ssize_t ret;

	if (!pids)
		return -ENOMEM;
	for (size_t i = 0; i < list->n; i++)
		if (list->sharers[i].map.pid)
			pids[n++] = list->sharers[i].map.pid;
	qsort(pids, n, sizeof(*pids), compare_pids);
	for (size_t i = 0; i < n; i++)
		if (!i || pids[i] != pids[i - 1])
			pids[unique++] = pids[i];
	ret = spaces_others(pids, unique, others);
	free(pids);
	return ret;
}

static void add_other(struct sharer_list *list, size_t mappings,
		      const struct space_other *other)
{
	struct sharer *bigger = reallocarray(list->sharers, list->n + mappings,
					     sizeof(*bigger));

	if (!bigger)
		err_nomem();
	list->sharers = bigger;
	for (size_t i = 0; i < mappings; i++) {
		if ((pid_t)bigger[i].map.pid != other->with)
			continue;
		bigger[list->n] = bigger[i];
		bigger[list->n].map.pid = other->pid;
		bigger[list->n++].same = other->with;
	}
}

static void add_others(struct sharer_list *list)
{
	struct space_other *others;
	ssize_t n = find_others(list, &others);

	if (n == -ENOMEM)
		err_nomem();
	for (ssize_t i = 0; i < n; i++)
		add_other(list, list->mappings, &others[i]);
	free(others);
}

void sharer_list_take(struct sharer_list *list, struct shmviz_sharer *maps,
		      size_t n)
{
	list->n = list->mappings = n;
	list->sharers = calloc(n ? n : 1, sizeof(*list->sharers));
	if (!list->sharers)
		err_nomem();
	for (size_t i = 0; i < n; i++)
		list->sharers[i].map = maps[i];
	free(maps);
	add_others(list);
	qsort(list->sharers, list->n, sizeof(*list->sharers), by_first);
	for (size_t i = 0; i < list->n; i++) {
		struct sharer *sharer = &list->sharers[i];

		/* One process, one name. */
		if (i && sharer->map.pid == sharer[-1].map.pid) {
			memcpy(sharer->comm, sharer[-1].comm,
			       sizeof(sharer->comm));
			sharer->comm_len = sharer[-1].comm_len;
		} else if (sharer->map.pid) {
			read_comm(sharer);
		}
	}
}

void sharer_list_free(struct sharer_list *list)
{
	free(list->sharers);
	list->sharers = NULL;
	list->n = 0;
}

void sharer_prot(char prot[5], const struct shmviz_sharer *map)
{
	prot[0] = map->flags & SHMVIZ_SHARER_READ ? 'r' : '-';
	prot[1] = map->flags & SHMVIZ_SHARER_WRITE ? 'w' : '-';
	prot[2] = map->flags & SHMVIZ_SHARER_EXEC ? 'x' : '-';
	prot[3] = map->flags & SHMVIZ_SHARER_SHARED ? 's' : 'p';
	prot[4] = '\0';
}
