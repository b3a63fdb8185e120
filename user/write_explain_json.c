// SPDX-License-Identifier: GPL-2.0-or-later
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "frame_names.h"
#include "json.h"
#include "write_explain.h"

const char *explain_where_word(enum explain_where where)
{
	static const char *const words[] = {
		[EXPLAIN_MAPPED]	= "mapped",
		[EXPLAIN_UNMAPPED]	= "unmapped",
		[EXPLAIN_KERNEL]	= "kernel",
		[EXPLAIN_NONCANONICAL]	= "non-canonical",
	};

	return words[where];
}

const char *explain_memory_word(enum explain_memory memory)
{
	static const char *const words[] = {
		[EXPLAIN_OBJECT]	= "object",
		[EXPLAIN_PRIVATE]	= "private",
		[EXPLAIN_ANON]		= "anonymous",
		[EXPLAIN_SPECIAL]	= "special",
	};

	return words[memory];
}

const char *explain_state_word(enum explain_entry state)
{
	static const char *const words[] = {
		[EXPLAIN_HOLLOW]	= "hollow",
		[EXPLAIN_PRESENT]	= "present",
		[EXPLAIN_SWAPPED]	= "swapped",
	};

	return words[state];
}

const char *explain_has_word(enum explain_has has)
{
	static const char *const words[] = {
		[EXPLAIN_HAS_FRAME]	= "frame",
		[EXPLAIN_HAS_NOTHING]	= "hollow",
		[EXPLAIN_HAS_OTHER]	= "other-frame",
		[EXPLAIN_HAS_SWAP]	= "swapped",
		[EXPLAIN_HAS_UNKNOWN]	= "unknown",
	};

	return words[has];
}

static const char *found_word(enum explain_found found)
{
	static const char *const words[] = {
		[EXPLAIN_BY_NOTHING]	= "nothing",
		[EXPLAIN_BY_DEVICE]	= "device",
		[EXPLAIN_BY_MAPS]	= "maps",
		[EXPLAIN_BY_ADDRESS]	= "address",
	};

	return words[found];
}

static struct json_object *tables_json(const struct explain *ex)
{
	struct json_object *o = js_object(), *list = js_array(), *item;
	struct explain_step steps[EXPLAIN_STEPS_MAX];
	size_t n = explain_steps(ex, steps);

	js_add_u64(o, "levels", ex->levels);
	if (ex->where == EXPLAIN_MAPPED) {
		js_add_u64(o, "leaf_size", ex->leaf);
		js_add_bool(o, "leaf_certain", ex->leaf_sure);
	}
	for (size_t i = 0; i < n; i++) {
		item = js_object();
		js_add_string(item, "name", steps[i].name);
		js_add_u64(item, "high", steps[i].high);
		js_add_u64(item, "low", steps[i].low);
		js_add_u64(item, "index", steps[i].index);
		js_append(list, item);
	}
	js_add(o, "fields", list);
	return o;
}

static struct json_object *area_json(const struct proc_area *area)
{
	struct json_object *o = js_object();

	js_add_hex(o, "start", area->start, 1);
	js_add_hex(o, "end", area->end, 1);
	js_add_string(o, "prot", area->perms);
	js_add_u64(o, "offset", area->offset);
	js_add_u64(o, "dev_major", major(area->dev));
	js_add_u64(o, "dev_minor", minor(area->dev));
	js_add_u64(o, "inode", area->ino);
	js_add_bytes(o, "path", area->path, strlen(area->path));
	js_add_bytes(o, "line", area->line, strlen(area->line));
	return o;
}

static struct json_object *mapping_json(const struct explain *ex)
{
	struct json_object *o = area_json(&ex->place.here);

	js_add_string(o, "memory", explain_memory_word(ex->memory));
	js_add_u64(o, "kernel_page_size", ex->place.page_size);
	js_add_string(o, "vm_flags", ex->place.flags);
	return o;
}

static struct json_object *own_page_json(const struct shmviz_frame *page)
{
	struct json_object *o = js_object();

	js_add_string(o, "state", frame_state_name(page->state));
	if (page->state == SHMVIZ_STATE_PRESENT)
		js_add_u64(o, "pfn", page->pfn);
	if (page->state != SHMVIZ_STATE_SWAPPED)
		return o;
	js_add_u64(o, "swap_type", page->swap_type);
	js_add_u64(o, "swap_offset", page->swap_offset);
	return o;
}

static struct json_object *object_json(const struct explain *ex)
{
	struct json_object *o = js_object();
	char *text = object_name_text(&ex->object);

	js_add_string(o, "object", text);
	free(text);
	js_add_string(o, "kind", object_kind_word(ex->object.kind));
	if (ex->label)
		js_add_bytes(o, ex->object.kind == OBJECT_SYSV ? "key" : "name",
			     ex->label, strlen(ex->label));
	js_add_u64(o, "size", ex->size);
	if (ex->has_mode) {
		js_add_mode(o, "mode", ex->mode);
		js_add_u64(o, "uid", ex->uid);
		js_add_u64(o, "gid", ex->gid);
	}
	if (ex->has_info && ex->info.kind == SHMVIZ_KIND_SEGMENT) {
		js_add_int(o, "shmid", ex->info.shmid);
		js_add_u64(o, "ipcns", ex->info.ipcns);
		js_add_u64(o, "nattch", ex->info.nattch);
	}
	if (ex->has_page)
		js_add(o, "own_page", own_page_json(&ex->object_page));
	return o;
}

static struct json_object *entry_json(const struct explain *ex)
{
	struct json_object *o = js_object();

	js_add_hex(o, "entry", ex->entry, 16);
	js_add_string(o, "state", explain_state_word(ex->state));
	js_add_bool(o, "present", ex->entry & PAGEMAP_PRESENT);
	js_add_bool(o, "swapped", ex->entry & PAGEMAP_SWAP);
	js_add_bool(o, "file_or_shared", ex->entry & PAGEMAP_FILE);
	js_add_bool(o, "uffd_wp", ex->entry & EXPLAIN_UFFD_WP);
	js_add_bool(o, "exclusive", ex->entry & EXPLAIN_EXCLUSIVE);
	js_add_bool(o, "soft_dirty", ex->entry & EXPLAIN_SOFT_DIRTY);
	if (ex->has_frame)
		js_add_u64(o, "pfn", ex->entry & PAGEMAP_PFN);
	if (ex->hidden)
		js_add_bool(o, "pfn_hidden", true);
	if (ex->state == EXPLAIN_SWAPPED) {
		js_add_u64(o, "swap_type", ex->swap_type);
		js_add_u64(o, "swap_offset", ex->swap_offset);
	}
	return o;
}

static struct json_object *frame_json(const struct explain *ex)
{
	const struct explain_frame *frame = &ex->frame;
	struct json_object *o = js_object();

	js_add_u64(o, "pfn", frame->pfn);
	js_add_hex(o, "phys", frame->pfn * EXPLAIN_PAGE, 1);
	js_add_hex(o, "phys_addr", frame->pfn * EXPLAIN_PAGE +
		   ex->addr % EXPLAIN_PAGE, 1);
	js_add_string(o, "source", frame->by_device ? "device" : "proc");
	if (frame->has_order)
		js_add_u64(o, "order", frame->order);
	if (frame->has_node) {
		js_add_u64(o, "node", frame->node);
		js_add_string(o, "zone", frame->zone);
	}
	if (frame->has_mapcount)
		js_add_int(o, "mapcount", frame->mapcount);
	if (frame->has_memcg)
		js_add_u64(o, "memcg", frame->memcg);
	if (frame->has_flags)
		js_add_strings(o, "flags", frame->flags, frame->n_flags);
	return o;
}

static struct json_object *holder_json(const struct explain_holder *holder)
{
	struct json_object *o = js_object();

	if (holder->pid)
		js_add_int(o, "pid", holder->pid);
	if (holder->comm_len)
		js_add_bytes(o, "comm", holder->comm, holder->comm_len);
	if (holder->same)
		js_add_int(o, "same_as", holder->same);
	js_add_hex(o, "addr", holder->addr, 1);
	js_add_string(o, "prot", holder->prot);
	js_add_string(o, "has", explain_has_word(holder->has));
	if (holder->pfn)
		js_add_u64(o, "pfn", holder->pfn);
	js_add_bool(o, "view", holder->flags & SHMVIZ_SHARER_VIEW);
	return o;
}

static void add_mapped(struct json_object *o, const struct explain *ex)
{
	struct json_object *list = js_array();

	js_add(o, "mapping", mapping_json(ex));
	if (ex->has_object)
		js_add(o, "object", object_json(ex));
	if (ex->place.here.dev)
		js_add_u64(o, "page", ex->page);
	if (ex->has_entry)
		js_add(o, "pagemap", entry_json(ex));
	if (ex->has_frame)
		js_add(o, "frame", frame_json(ex));
	for (size_t i = 0; i < ex->n_holders; i++)
		js_append(list, holder_json(&ex->holders[i]));
	js_add(o, "holders", list);
	js_add_string(o, "holders_by", found_word(ex->found));
	if (ex->no_device[0])
		js_add_string(o, "no_device", ex->no_device);
	js_add_u64(o, "unseen_processes", ex->unseen);
}

void write_explain_json(FILE *out, const struct explain *ex)
{
	struct json_object *o = js_object();

	js_add_string(o, "type", "explain");
	js_add_u64(o, "version", 1);
	js_add_bool(o, "redacted", ex->redacted);
	js_add_int(o, "pid", ex->pid);
	js_add_bytes(o, "comm", ex->comm, ex->comm_len);
	js_add_hex(o, "addr", ex->addr, 1);
	js_add_u64(o, "page_offset", ex->addr % EXPLAIN_PAGE);
	js_add_string(o, "where", explain_where_word(ex->where));
	js_add(o, "page_tables", tables_json(ex));
	if (ex->where == EXPLAIN_MAPPED)
		add_mapped(o, ex);
	if (ex->place.before.line && ex->where != EXPLAIN_MAPPED)
		js_add(o, "before", area_json(&ex->place.before));
	if (ex->place.after.line && ex->where != EXPLAIN_MAPPED)
		js_add(o, "after", area_json(&ex->place.after));
	js_put(out, o);
	putc('\n', out);
}
