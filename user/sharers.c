// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "err.h"
#include "sharers.h"

static int by_pid(const void *a, const void *b)
{
	const struct shmviz_sharer *x = &((const struct sharer *)a)->map;
	const struct shmviz_sharer *y = &((const struct sharer *)b)->map;

	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	return x->start < y->start ? -1 : x->start > y->start;
}

static void read_comm(struct sharer *sharer)
{
	ssize_t len = -1;
	int dir = procfs_open(sharer->map.pid);

	if (dir >= 0) {
		len = procfs_comm(dir, sharer->comm);
		close(dir);
	}
	sharer->comm_len = len > 0 ? len : 0;
}

void sharer_list_take(struct sharer_list *list, struct shmviz_sharer *maps,
		      size_t n)
{
	list->n = n;
	list->sharers = calloc(n ? n : 1, sizeof(*list->sharers));
	if (!list->sharers)
		err_nomem();
	for (size_t i = 0; i < n; i++)
		list->sharers[i].map = maps[i];
	free(maps);
	qsort(list->sharers, n, sizeof(*list->sharers), by_pid);
	for (size_t i = 0; i < n; i++) {
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
