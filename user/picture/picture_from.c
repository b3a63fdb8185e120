// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <json-c/json.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "picture_from.h"
#include "picture_from_internal.h"
#include "strict.h"
#include "text.h"

static char *get_bytes(struct strict *st, struct json_object *obj,
		       const char *name)
{
	const char *text = strict_text(st, obj, name);
	char *bytes = from_room(strlen(text) + 1, 1);

	bytes[text_unescape(bytes, strlen(text), text)] = '\0';
	return bytes;
}

static const struct from_word object_words[] = {
	{ SHMVIZ_INFO_GONE, "gone" }, { SHMVIZ_INFO_STALE, "stale" },
	{ SHMVIZ_INFO_DEST, "dest" }, { SHMVIZ_INFO_LOCKED, "locked" },
	{ SHMVIZ_INFO_HUGETLB, "hugetlb" }, { SHMVIZ_INFO_SHMEM, "shmem" },
	{ SHMVIZ_INFO_VIEW, "view" }, {}
};

static const struct from_word mapping_words[] = {
	{ SHMVIZ_SHARER_LOCKED, "locked" }, { SHMVIZ_SHARER_VIEW, "view" },
	{ SHMVIZ_SHARER_NO_OWNER, "no-owner" },
	{ SHMVIZ_SHARER_OTHER_NS, "other-ns" }, {}
};

static void get_prot(struct strict *st, struct json_object *obj,
		     struct picture_mapping *map)
{
	const char *prot = strict_text(st, obj, "prot");
	static const char *const letters[] = { "r-", "w-", "x-", "sp" };

	if (strlen(prot) == 4)
		for (int i = 0; i < 4; i++)
			if (strchr(letters[i], prot[i]))
				map->prot[i] = prot[i];
	if (strlen(map->prot) != 4)
		strict_wrong(st, "\"prot\" is '%.40s', not as in 'rw-s'", prot);
	map->flags |= (map->prot[0] == 'r' ? SHMVIZ_SHARER_READ : 0) |
		      (map->prot[1] == 'w' ? SHMVIZ_SHARER_WRITE : 0) |
		      (map->prot[2] == 'x' ? SHMVIZ_SHARER_EXEC : 0) |
		      (map->prot[3] == 's' ? SHMVIZ_SHARER_SHARED : 0);
}

static bool get_mapping(struct strict *st, struct json_object *item,
			struct picture_object *obj)
{
	struct picture_mapping *map = &obj->mappings[obj->n_mappings];

	if (strict_number(st, item, "mapping", UINT64_MAX) != obj->n_mappings)
		return strict_wrong(st, "\"mapping\" is not %zu, the next one",
				    obj->n_mappings);
	map->process = obj->n_processes;
	map->start = strict_hex(st, item, "start");
	map->end = strict_hex(st, item, "end");
	map->first = strict_number(st, item, "first", FROM_PAGES_MAX);
	map->flags = from_words(st, item, mapping_words);
	get_prot(st, item, map);
	if (*st->why)
		return false;
	if (map->end <= map->start)
		return strict_wrong(st, "it ends at 0x%" PRIx64 ", before it begins",
				    map->end);
	if ((map->start | map->end) % obj->info.page_size)
		return strict_wrong(st, "an address of it is not that of a page");
	obj->n_mappings++;
	return true;
}

static size_t get_comm(struct strict *st, struct json_object *item,
		       char bytes[PROC_COMM_MAX])
{
	char all[PROC_COMM_MAX + 1];
	size_t len = text_unescape(all, sizeof(all),
				   strict_text(st, item, "comm"));

	if (len > PROC_COMM_MAX) {
		strict_wrong(st, "\"comm\" is longer than %d bytes",
			     PROC_COMM_MAX);
		return 0;
	}
	memcpy(bytes, all, len);
	return len;
}

static void get_also(struct strict *st, struct json_object *item,
		     struct picture_process *process)
{
	struct json_object *array, *other;
	size_t n;

	if (!strict_maybe(item, "also"))
		return;
	n = strict_array(st, item, "also", &array);
	process->also = from_room(n, sizeof(*process->also));
	for (size_t i = 0; i < n && !*st->why; i++) {
		struct picture_also *also = &process->also[process->n_also++];

		other = strict_item(st, array, i);
		if (!other)
			return;
		also->pid = strict_number(st, other, "pid", INT_MAX);
		also->comm_len = get_comm(st, other, also->comm);
	}
}

static bool get_process(struct strict *st, struct json_object *item, size_t index,
			struct picture_object *obj)
{
	struct picture_process *process = &obj->processes[obj->n_processes];
	struct json_object *array;
	size_t n = strict_array(st, item, "mappings", &array);

	process->pid = strict_number(st, item, "pid", INT_MAX);
	process->comm_len = get_comm(st, item, process->comm);
	if (*st->why)
		return false;
	process->mapping = obj->n_mappings;
	process->n_mappings = n;
	if (!n)
		return strict_wrong(st, "it has no mapping");
	obj->mappings = reallocarray(obj->mappings, obj->n_mappings + n,
				     sizeof(*obj->mappings));
	if (!obj->mappings)
		err_nomem();
	memset(obj->mappings + obj->n_mappings, 0, n * sizeof(*obj->mappings));
	for (size_t i = 0; i < n && !*st->why; i++) {
		struct json_object *map;

		strict_at(st, "object %zu, process %zu, mapping %zu", index,
			  obj->n_processes, i);
		map = strict_item(st, array, i);
		if (map)
			get_mapping(st, map, obj);
	}
	get_also(st, item, process);
	obj->n_processes++;
	return !*st->why;
}

static void get_name(struct strict *st, struct json_object *item,
		     struct picture_object *obj)
{
	const char *text = strict_text(st, item, "object"),
		   *kind = strict_text(st, item, "kind");
	char why[256];

	obj->info.kind = SHMVIZ_KIND_FILE;
	if (!strcmp(kind, "board")) {
		obj->info.kind = SHMVIZ_KIND_BOARD;
	} else if (object_name_parse(&obj->name, text, why, sizeof(why))) {
		strict_wrong(st, "\"object\": %s", why);
	} else if (strcmp(kind, object_kind_word(obj->name.kind))) {
		strict_wrong(st, "\"kind\" is '%.40s', of %.80s", kind, text);
	} else if (strict_maybe(item, "shmid")) {
		obj->info.kind = SHMVIZ_KIND_SEGMENT;
	}
	if (strict_maybe(item, "name"))
		obj->label = get_bytes(st, item, "name");
	if (obj->info.kind == SHMVIZ_KIND_SEGMENT && obj->label)
		obj->info.key = strtoull(obj->label, NULL, 16);
}

static bool get_info(struct strict *st, struct json_object *item,
		     struct picture_object *obj)
{
	struct shmviz_info *info = &obj->info;

	get_name(st, item, obj);
	info->size = strict_number(st, item, "size", UINT64_MAX >> 1);
	info->page_size = strict_number(st, item, "page_size", 1 << 30);
	info->page_order = strict_number(st, item, "page_order", 63);
	info->pages = strict_number(st, item, "pages", FROM_PAGES_MAX);
	info->present = strict_number(st, item, "present", FROM_PAGES_MAX);
	info->swapped = strict_number(st, item, "swapped", FROM_PAGES_MAX);
	info->holes = strict_number(st, item, "holes", FROM_PAGES_MAX);
	info->flags = from_words(st, item, object_words);
	info->ipcns = strict_number_or(st, item, "ipcns", UINT64_MAX, 0);
	info->shmid = strict_number_or(st, item, "shmid", INT_MAX, 0);
	info->nattch = strict_number_or(st, item, "nattch", UINT64_MAX, 0);
	obj->page_first = strict_number(st, item, "page_first", FROM_PAGES_MAX);
	obj->page_count = strict_number(st, item, "page_count", FROM_PAGES_MAX);
	if (*st->why)
		return false;
	if (info->page_size < 512 || info->page_size & (info->page_size - 1))
		return strict_wrong(st, "\"page_size\" is %u, no power of 2",
				    info->page_size);
	return true;
}

static bool get_object(struct strict *st, struct json_object *item, size_t index,
		       struct picture_object *obj)
{
	struct json_object *array, *process;
	size_t n;

	if (!get_info(st, item, obj))
		return false;
	n = strict_array(st, item, "processes", &array);
	obj->processes = from_room(n, sizeof(*obj->processes));
	for (size_t i = 0; i < n && !*st->why; i++) {
		strict_at(st, "object %zu, process %zu", index, i);
		process = strict_item(st, array, i);
		if (process)
			get_process(st, process, index, obj);
	}
	strict_at(st, "object %zu", index);
	return !*st->why && from_runs(st, item, index, obj);
}

static bool get_picture(struct strict *st, struct json_object *root,
			struct picture *picture)
{
	struct json_object *array, *item;
	size_t n;

	if (strcmp(strict_text(st, root, "type"), "picture"))
		strict_wrong(st, "its type is not 'picture'");
	if (strict_number(st, root, "version", INT_MAX) != 1)
		strict_wrong(st, "its version is not 1, the only one known here");
	picture->taken = strict_signed(st, root, "taken", INT64_MIN, INT64_MAX);
	picture->redacted = strict_bool(st, root, "redacted");
	if (strict_maybe(root, "host"))
		picture->host = get_bytes(st, root, "host");
	n = strict_array(st, root, "objects", &array);
	picture->objects = from_room(n, sizeof(*picture->objects));
	for (size_t i = 0; i < n && !*st->why; i++) {
		strict_at(st, "object %zu", i);
		item = strict_item(st, array, i);
		picture->n++;
		if (item)
			get_object(st, item, i, &picture->objects[i]);
	}
	return !*st->why;
}

int picture_from(struct picture *picture, const char *path)
{
	struct strict st = {};
	struct json_object *root;

	*picture = (struct picture) {};
	root = strict_read(&st, path, "map");
	if (root && !get_picture(&st, root, picture))
		picture_free(picture);
	json_object_put(root);
	if (!*st.why)
		return EXIT_DONE;
	err_line("%s: %s", strcmp(path, "-") ? path : "stdin", st.why);
	return EXIT_FAILED;
}
