// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>

#include "object.h"
#include "object_spaces.h"
#include "spaces.h"

/* The processes that map something: how many, and the place of each in the list. */
static size_t list_mapping(const struct object_list *list, pid_t *pids,
			   size_t *places)
{
	size_t n = 0;

	/* Until they are in the array, its place says so for those that are to be. */
	for (size_t i = 0; i < list->n_processes; i++)
		pids[i] = 0;
	for (size_t i = 0; i < list->n; i++)
		for (size_t m = 0; m < list->objects[i]->n_maps; m++)
			pids[list->objects[i]->maps[m].process] = 1;
	for (size_t i = 0; i < list->n_processes; i++) {
		if (!pids[i])
			continue;
		places[n] = i;
		pids[n++] = list->processes[i].pid;
	}
	return n;
}

/* Pids are in the order of the array, so the first has its place before. */
static size_t place_of(const pid_t *pids, const size_t *places, size_t i,
		       pid_t first)
{
	while (pids[i] != first)
		i--;
	return places[i];
}

int object_mark_shared_spaces(struct object_list *list)
{
	size_t room = list->n_processes + 1, n;
	size_t *firsts = calloc(room, sizeof(*firsts));
	size_t *places = calloc(room, sizeof(*places));
	pid_t *pids = calloc(2 * room, sizeof(*pids));
	int ret = -ENOMEM;

	if (!firsts || !places || !pids)
		goto out;
	n = list_mapping(list, pids, places);
	ret = spaces_first(pids, n, pids + room);
	for (size_t i = 0; i < n && !ret; i++)
		firsts[places[i]] = place_of(pids, places, i, pids[room + i]);
	for (size_t i = 0; i < list->n && !ret; i++)
		for (size_t m = 0; m < list->objects[i]->n_maps; m++) {
			struct object_map *map = &list->objects[i]->maps[m];

			map->first = firsts[map->process];
		}
out:
	free(pids);
	free(places);
	free(firsts);
	return ret;
}
