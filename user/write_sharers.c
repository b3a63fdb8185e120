// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>

#include "json.h"
#include "text.h"
#include "write_sharers.h"

/* What stands for a process that can't be named. */
static const char *nameless(const struct shmviz_sharer *map)
{
	if (map->flags & SHMVIZ_SHARER_NO_OWNER)
		return "(starting or ending)";
	if (map->flags & SHMVIZ_SHARER_OTHER_NS)
		return "(in another pid namespace)";
	return "(gone)";
}

static uint64_t last_page(const struct shmviz_sharer *map,
			  unsigned int page_size)
{
	return map->first + (map->end - map->start) / page_size - 1;
}

void write_sharers_text(FILE *out, const struct sharer_list *list,
			unsigned int page_size)
{
	char comm[TEXT_ESCAPED_SIZE(PROC_COMM_MAX)], prot[5];

	for (size_t i = 0; i < list->n; i++) {
		const struct sharer *sharer = &list->sharers[i];
		const struct shmviz_sharer *map = &sharer->map;

		sharer_prot(prot, map);
		text_show(comm, sizeof(comm), sharer->comm, sharer->comm_len);
		fprintf(out, "  %12" PRIx64 "-%"  PRIx64 " %s pages %" PRIu64
			"-%" PRIu64 "  ", (uint64_t)map->start,
			(uint64_t)map->end, prot, (uint64_t)map->first,
			last_page(map, page_size));
		if (sharer->comm_len)
			fprintf(out, "%s (%d)", comm, map->pid);
		else if (map->pid)
			fprintf(out, "(%d, gone)", map->pid);
		else
			fputs(nameless(map), out);
		if (sharer->same)
			fprintf(out, ", in the address space of %d",
				sharer->same);
		fputs(map->flags & SHMVIZ_SHARER_VIEW ? ", a view\n" : "\n",
		      out);
	}
}

static struct json_object *process_json(const struct sharer *sharer)
{
	struct json_object *o = js_object();

	if (sharer->map.pid)
		js_add_int(o, "pid", sharer->map.pid);
	if (sharer->comm_len)
		js_add_bytes(o, "comm", sharer->comm, sharer->comm_len);
	return o;
}

/* With the `n` processes after it that have it, too. */
static struct json_object *sharer_json(const struct sharer *sharer, size_t n)
{
	const struct shmviz_sharer *map = &sharer->map;
	struct json_object *o = process_json(sharer), *also;
	char prot[5];

	sharer_prot(prot, map);
	js_add_hex(o, "start", map->start, 1);
	js_add_hex(o, "end", map->end, 1);
	js_add_u64(o, "first_page", map->first);
	js_add_string(o, "prot", prot);
	js_add_bool(o, "locked", map->flags & SHMVIZ_SHARER_LOCKED);
	js_add_bool(o, "view", map->flags & SHMVIZ_SHARER_VIEW);
	if (map->flags & SHMVIZ_SHARER_NO_OWNER)
		js_add_bool(o, "no_owner", true);
	if (map->flags & SHMVIZ_SHARER_OTHER_NS)
		js_add_bool(o, "other_pid_namespace", true);
	if (!n)
		return o;
	also = js_array();
	for (size_t i = 1; i <= n; i++)
		js_append(also, process_json(sharer + i));
	js_add(o, "also", also);
	return o;
}

struct json_object *sharers_json(const struct sharer_list *list)
{
	struct json_object *array = js_array();

	for (size_t i = 0, n; i < list->n; i += n + 1) {
		n = 0;
		while (i + n + 1 < list->n && list->sharers[i + n + 1].same)
			n++;
		js_append(array, sharer_json(&list->sharers[i], n));
	}
	return array;
}
