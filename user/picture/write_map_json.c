// SPDX-License-Identifier: GPL-2.0-or-later
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "frame_json.h"
#include "frame_names.h"
#include "json.h"
#include "write_map.h"

static void add_info(struct json_object *o, const struct shmviz_info *info)
{
	const char *words[INFO_WORDS_MAX + 1];
	size_t n = info_words(info->flags, words);

	if (info->flags & SHMVIZ_INFO_SHMEM)
		words[n++] = "shmem";
	js_add_u64(o, "size", info->size);
	js_add_u64(o, "page_size", info->page_size);
	js_add_u64(o, "page_order", info->page_order);
	js_add_u64(o, "pages", info->pages);
	js_add_u64(o, "present", info->present);
	js_add_u64(o, "swapped", info->swapped);
	js_add_u64(o, "holes", info->holes);
	js_add_strings(o, "flags", words, n);
	if (info->kind != SHMVIZ_KIND_SEGMENT)
		return;
	js_add_u64(o, "ipcns", info->ipcns);
	js_add_int(o, "shmid", info->shmid);
	js_add_u64(o, "nattch", info->nattch);
}

static struct json_object *mapping_json(const struct picture_mapping *map,
					size_t i)
{
	static const struct {
		uint32_t bit;
		const char *word;
	} names[] = {
		{ SHMVIZ_SHARER_LOCKED, "locked" },
		{ SHMVIZ_SHARER_VIEW, "view" },
		{ SHMVIZ_SHARER_NO_OWNER, "no-owner" },
		{ SHMVIZ_SHARER_OTHER_NS, "other-ns" },
	};
	struct json_object *o = js_object(), *flags = js_array();

	js_add_u64(o, "mapping", i);
	js_add_hex(o, "start", map->start, 1);
	js_add_hex(o, "end", map->end, 1);
	js_add_u64(o, "first", map->first);
	js_add_string(o, "prot", map->prot);
	for (size_t f = 0; f < sizeof(names) / sizeof(names[0]); f++)
		if (map->flags & names[f].bit)
			js_append_string(flags, names[f].word);
	js_add(o, "flags", flags);
	return o;
}

static struct json_object *also_json(const struct picture_process *process)
{
	struct json_object *array = js_array();

	for (size_t i = 0; i < process->n_also; i++) {
		const struct picture_also *also = &process->also[i];
		struct json_object *o = js_object();

		js_add_int(o, "pid", also->pid);
		js_add_bytes(o, "comm", also->comm, also->comm_len);
		js_append(array, o);
	}
	return array;
}

static struct json_object *processes_json(const struct picture_object *obj)
{
	struct json_object *array = js_array();

	for (size_t p = 0; p < obj->n_processes; p++) {
		const struct picture_process *process = &obj->processes[p];
		struct json_object *o = js_object(), *maps = js_array();

		js_add_int(o, "pid", process->pid);
		js_add_bytes(o, "comm", process->comm, process->comm_len);
		if (process->n_also)
			js_add(o, "also", also_json(process));
		for (size_t i = 0; i < process->n_mappings; i++) {
			size_t m = process->mapping + i;

			js_append(maps, mapping_json(&obj->mappings[m], m));
		}
		js_add(o, "mappings", maps);
		js_append(array, o);
	}
	return array;
}

static struct json_object *copies_json(const struct picture_object *obj,
				       const struct picture_run *run)
{
	struct json_object *array = js_array(), *copy;

	for (size_t i = 0; i < obj->n_mappings; i++) {
		if (!run->copies[i])
			continue;
		copy = js_object();
		js_add_u64(copy, "mapping", i);
		js_add_u64(copy, "pfn", run->copies[i]);
		js_append(array, copy);
	}
	return array;
}

static void put_run(FILE *out, const struct picture_object *obj,
		    const struct picture_run *run, char *touch)
{
	struct json_object *o = js_object();

	js_add_u64(o, "page", run->first);
	js_add_u64(o, "count", run->count);
	frame_add_json(o, &run->frame, obj->info.page_size, false);
	js_add_u64(o, "mapped", run->mapped);
	js_add_u64(o, "sharing", run->sharing);
	for (size_t i = 0; i < obj->n_mappings; i++)
		touch[i] = PICTURE_TOUCH_LETTERS[run->touch[i]];
	js_add_string(o, "touch", touch);
	if (run->copies)
		js_add(o, "copies", copies_json(obj, run));
	js_put(out, o);
}

/* Run by run: as one tree, a large object would take some GiB. */
static void put_object(FILE *out, const struct picture_object *obj)
{
	struct json_object *o = js_object();
	char *text = picture_object_text(obj);
	char *touch = calloc(1, obj->n_mappings + 1);

	if (!touch)
		err_nomem();
	js_add_string(o, "object", text);
	if (obj->label)
		js_add_bytes(o, "name", obj->label, strlen(obj->label));
	js_add_string(o, "kind", picture_object_kind(obj));
	add_info(o, &obj->info);
	js_add_u64(o, "page_first", obj->page_first);
	js_add_u64(o, "page_count", obj->page_count);
	js_add(o, "processes", processes_json(obj));
	js_put_open(out, o);
	fputs(",\"runs\":[", out);
	for (size_t i = 0; i < obj->n_runs && !ferror(out); i++) {
		if (i)
			putc(',', out);
		put_run(out, obj, &obj->runs[i], touch);
	}
	fputs("]}", out);
	free(touch);
	free(text);
}

void write_map_json(FILE *out, const struct picture *picture)
{
	struct json_object *o = js_object();

	js_add_string(o, "type", "picture");
	js_add_int(o, "version", 1);
	js_add_int(o, "taken", picture->taken);
	if (picture->host)
		js_add_string(o, "host", picture->host);
	js_add_bool(o, "redacted", picture->redacted);
	js_put_open(out, o);
	fputs(",\"objects\":[", out);
	for (size_t i = 0; i < picture->n && !ferror(out); i++) {
		fputs(i ? ",\n" : "\n", out);
		put_object(out, &picture->objects[i]);
	}
	fputs(picture->n ? "\n]}\n" : "]}\n", out);
}
