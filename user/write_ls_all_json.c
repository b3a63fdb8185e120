// SPDX-License-Identifier: GPL-2.0-or-later
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "json.h"
#include "write_ls_all.h"

static void add_process(struct json_object *o, const struct object_list *list,
			size_t process)
{
	const struct object_process *p = &list->processes[process];

	js_add_int(o, "pid", p->pid);
	js_add_bytes(o, "comm", p->comm.bytes, p->comm.len);
}

static void add_segment(struct json_object *o, const struct segment *seg)
{
	js_add_u64(o, "ipcns", seg->ipcns);
	js_add_int(o, "shmid", seg->shm.shmid);
	js_add_hex(o, "key", seg->shm.key, 8);
	js_add_u64(o, "nattch", seg->shm.nattch);
	js_add_u64(o, "cuid", seg->shm.cuid);
	js_add_int(o, "cpid", seg->shm.cpid);
	js_add_int(o, "lpid", seg->shm.lpid);
	segment_add_creator(o, seg);
}

static void add_identity(struct json_object *o, const struct object *obj)
{
	char *text = object_name_text(&obj->handle);

	js_add_string(o, "kind", object_kind_word(obj->kind));
	js_add_string(o, "object", text);
	free(text);
	if (obj->segment)
		add_segment(o, obj->segment);
	else if (obj->name)
		js_add_bytes(o, "name", obj->name, strlen(obj->name));
	if (obj->kind == OBJECT_POSIX && obj->ns)
		js_add_u64(o, "mntns", obj->ns);
	if (obj->dev) {
		js_add_u64(o, "dev_major", major(obj->dev));
		js_add_u64(o, "dev_minor", minor(obj->dev));
	}
	js_add_u64(o, "inode", obj->ino);
}

static void add_facts(struct json_object *o, const struct object *obj)
{
	if (obj->known) {
		js_add_u64(o, "size", obj->size);
		js_add_u64(o, "allocated", obj->allocated);
		js_add_u64(o, "uid", obj->uid);
		js_add_u64(o, "gid", obj->gid);
		js_add_mode(o, "mode", obj->mode);
	}
	if (obj->counted)
		js_add_u64(o, "resident", obj->resident);
	if (obj->counted && obj->shmem)
		js_add_u64(o, "swapped", obj->swapped);
}

static void add_holders(struct json_object *o, const struct object_list *list,
			const struct object *obj)
{
	struct json_object *array = js_array(), *item, *process, *also = NULL;

	for (size_t i = 0; i < obj->n_maps; i++) {
		const struct object_map *map = &obj->maps[i];

		if (object_map_is_same(map)) {
			process = js_object();
			add_process(process, list, map->process);
			js_append(also, process);
			continue;
		}
		item = js_object();
		add_process(item, list, map->process);
		js_add_hex(item, "start", map->start, 1);
		js_add_hex(item, "end", map->end, 1);
		js_add_u64(item, "offset", map->offset);
		js_add_string(item, "prot", map->prot);
		if (i + 1 < obj->n_maps && object_map_is_same(map + 1)) {
			also = js_array();
			js_add(item, "also", also);
		}
		js_append(array, item);
	}
	js_add(o, "attachments", array);
	array = js_array();
	for (size_t i = 0; i < obj->n_fds; i++) {
		item = js_object();
		add_process(item, list, obj->fds[i].process);
		js_add_int(item, "fd", obj->fds[i].fd);
		js_append(array, item);
	}
	js_add(o, "descriptors", array);
}

static struct json_object *object_json(const void *all, size_t i)
{
	const struct object_list *list = all;
	const struct object *obj = list->objects[i];
	struct json_object *o = js_object();
	const char *words[OBJECT_WORDS_MAX];

	add_identity(o, obj);
	add_facts(o, obj);
	js_add_strings(o, "status", words, object_words(list, obj, words));
	js_add_u64(o, "maps", obj->vmas);
	js_add_u64(o, "procs", obj->procs);
	js_add_u64(o, "fds", obj->n_fds);
	add_holders(o, list, obj);
	return o;
}

void write_ls_all_json(FILE *out, const struct object_list *list)
{
	js_put_list(out, list->redacted, "objects", list, list->n,
		    object_json);
}
