// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "object.h"
#include "object_spaces.h"

bool object_is_deleted(const struct object *obj)
{
	return (obj->kind == OBJECT_POSIX || obj->kind == OBJECT_FILE) &&
	       obj->known && !obj->links;
}

bool object_is_orphan(const struct object_list *list, const struct object *obj)
{
	if (obj->segment)
		return segment_is_orphan(obj->segment);
	/* Whoever has it could be hidden from us. */
	return (obj->kind == OBJECT_POSIX || obj->listed) && !obj->n_maps &&
	       !obj->n_fds && !list->hidden;
}

/* Segments are told apart from all others, and by another pair of numbers. */
struct key {
	bool segment;
	uint64_t dev_or_ns;
	ino_t ino;
};

struct node {
	struct key key;
	struct object obj;
};

static int compare_keys(const void *a, const void *b)
{
	const struct key *x = a, *y = b;

	if (x->segment != y->segment)
		return x->segment ? -1 : 1;
	if (x->dev_or_ns != y->dev_or_ns)
		return x->dev_or_ns < y->dev_or_ns ? -1 : 1;
	return x->ino < y->ino ? -1 : x->ino > y->ino;
}

struct object *object_find(const struct object_list *list,
			   enum object_kind kind, uint64_t dev_or_ns, ino_t ino)
{
	struct key key = { kind == OBJECT_SYSV, dev_or_ns, ino };
	struct node **found = tfind(&key, &list->index, compare_keys);

	return found ? &(*found)->obj : NULL;
}

/* Room for one more where `n` are: by doubling, there can be ten thousands. */
static void *grow(void *array, size_t n, size_t size)
{
	return n & (n - 1) ? array : reallocarray(array, n ? 2 * n : 1, size);
}

struct object *object_get(struct object_list *list, enum object_kind kind,
			  uint64_t dev_or_ns, ino_t ino)
{
	struct object *obj = object_find(list, kind, dev_or_ns, ino);
	struct object **bigger;
	struct node *node;

	if (obj)
		return obj;
	bigger = grow(list->objects, list->n, sizeof(*bigger));
	if (!bigger)
		return NULL;
	list->objects = bigger;
	node = calloc(1, sizeof(*node));
	if (!node)
		return NULL;
	node->key = (struct key) { kind == OBJECT_SYSV, dev_or_ns, ino };
	node->obj.kind = kind;
	node->obj.ino = ino;
	if (!tsearch(&node->key, &list->index, compare_keys)) {
		free(node);
		return NULL;
	}
	list->objects[list->n++] = &node->obj;
	return &node->obj;
}

int object_add_map(struct object *obj, const struct object_map *map)
{
	struct object_map *bigger = grow(obj->maps, obj->n_maps, sizeof(*bigger));

	if (!bigger)
		return -ENOMEM;
	obj->maps = bigger;
	obj->maps[obj->n_maps++] = *map;
	return 0;
}

int object_add_fd(struct object *obj, const struct object_fd *fd)
{
	struct object_fd *bigger = grow(obj->fds, obj->n_fds, sizeof(*bigger));

	if (!bigger)
		return -ENOMEM;
	obj->fds = bigger;
	obj->fds[obj->n_fds++] = *fd;
	return 0;
}

bool object_map_is_same(const struct object_map *map)
{
	return map->first != map->process;
}

static int by_first(const void *a, const void *b)
{
	const struct object_map *x = a, *y = b;

	if (x->first != y->first)
		return x->first < y->first ? -1 : 1;
	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	if (object_map_is_same(x) != object_map_is_same(y))
		return object_map_is_same(x) ? 1 : -1;
	return (x->process > y->process) - (x->process < y->process);
}

static void finish_maps(struct object *obj)
{
	const struct object_map *group = obj->maps;

	for (size_t i = 0; i < obj->n_maps; i++) {
		struct object_map *map = &obj->maps[i];

		/* The first may have been looked at before it had this one. */
		if (object_map_is_same(map) &&
		    (!i || map[-1].first != map->first ||
		     map[-1].start != map->start))
			map->first = map->process;
		if (map->first != group->first)
			group = map;
		/* Who shares an address space has all of its mappings. */
		map->begins = map->start == group->start;
		obj->procs += map->begins;
		obj->vmas += !object_map_is_same(map);
	}
}

static int by_descriptor(const void *a, const void *b)
{
	const struct object_fd *x = a, *y = b;

	if (x->process != y->process)
		return x->process < y->process ? -1 : 1;
	return x->fd - y->fd;
}

static void finish_object(struct object *obj)
{
	if (obj->n_maps)
		qsort(obj->maps, obj->n_maps, sizeof(*obj->maps), by_first);
	if (obj->n_fds)
		qsort(obj->fds, obj->n_fds, sizeof(*obj->fds), by_descriptor);
	finish_maps(obj);
}

static int by_number(uint64_t x, uint64_t y)
{
	return x < y ? -1 : x > y;
}

static int in_order(const void *a, const void *b, void *arg)
{
	const struct object *x = *(struct object *const *)a;
	const struct object *y = *(struct object *const *)b;
	const struct object_list *list = arg;
	ino_t own = x->kind == OBJECT_SYSV ? list->ipcns : list->mntns;
	int ret;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	ret = (y->ns == own) - (x->ns == own);
	if (!ret)
		ret = by_number(x->ns, y->ns);
	if (!ret && x->kind != OBJECT_SYSV)
		ret = strcmp(x->name ? x->name : "", y->name ? y->name : "");
	if (!ret)
		ret = by_number(x->dev, y->dev);
	return ret ? ret : by_number(x->ino, y->ino);
}

int object_list_finish(struct object_list *list)
{
	int ret = object_mark_shared_spaces(list);

	if (ret)
		return ret;
	for (size_t i = 0; i < list->n; i++)
		finish_object(list->objects[i]);
	if (list->n)
		qsort_r(list->objects, list->n, sizeof(*list->objects),
			in_order, list);
	return 0;
}

static void free_node(void *node)
{
	struct object *obj = &((struct node *)node)->obj;

	free(obj->name);
	free(obj->maps);
	free(obj->fds);
	free(node);
}

void object_list_free(struct object_list *list)
{
	tdestroy(list->index, free_node);
	free(list->objects);
	free(list->processes);
	segment_list_free(&list->segments);
	*list = (struct object_list) {};
}

int object_choice_parse(struct object_choice *choice, const char *command,
			const char *text)
{
	for (;;) {
		size_t len = strcspn(text, ",");
		int kind = object_kind_parse(text, len);

		if (kind < 0)
			return err_usage(command,
				"unknown kind '%.*s', known are "
				OBJECT_KINDS_KNOWN, (int)len, text);
		choice->kinds[kind] = true;
		if (!text[len])
			return EXIT_DONE;
		text += len + 1;
	}
}
