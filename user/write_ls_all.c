// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <libsmartcols.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "write_ls_all.h"

const struct ls_column_info ls_all_columns_known[ALL_COLUMNS] = {
	[ALL_NS] = { "NS", SCOLS_FL_RIGHT,
		"IPC namespace; of posix, mount namespace (inode number)" },
	[ALL_KIND] = { "KIND", 0, OBJECT_KINDS_KNOWN },
	[ALL_OBJECT] = { "OBJECT", 0, "as frames and view take it" },
	[ALL_NAME] = { "NAME", 0, "key, name or path; what kind has one" },
	[ALL_SIZE] = { "SIZE", SCOLS_FL_RIGHT, "size as asked for" },
	[ALL_ALLOC] = { "ALLOC", SCOLS_FL_RIGHT,
		"how much of it is anywhere: memory, swap, disk" },
	[ALL_RSS] = { "RSS", SCOLS_FL_RIGHT, "how much of it is in memory" },
	[ALL_SWAP] = { "SWAP", SCOLS_FL_RIGHT, "how much of it is in swap" },
	[ALL_MAPS] = { "MAPS", SCOLS_FL_RIGHT, "mappings (VMAs) of it" },
	[ALL_PROCS] = { "PROCS", SCOLS_FL_RIGHT, "processes that map it" },
	[ALL_FDS] = { "FDS", SCOLS_FL_RIGHT, "open descriptors of it" },
	[ALL_STATUS] = { "STATUS", 0,
		"dest, locked, orphan, deleted, hugetlb (see above)" },
	[ALL_OWNER] = { "OWNER", 0, "name of the owner, or uid" },
	[ALL_UID] = { "UID", SCOLS_FL_RIGHT, "uid of the owner" },
	[ALL_GID] = { "GID", SCOLS_FL_RIGHT, "gid of the owner" },
	[ALL_MODE] = { "MODE", 0, "permission bits, octal" },
	[ALL_DEV] = { "DEV", SCOLS_FL_RIGHT, "device of its file system" },
	[ALL_INODE] = { "INODE", SCOLS_FL_RIGHT, "inode number" },
};

size_t object_words(const struct object_list *list, const struct object *obj,
		    const char *words[OBJECT_WORDS_MAX])
{
	size_t n = 0;

	if (obj->segment)
		n = segment_words(obj->segment, words);
	else if (object_is_orphan(list, obj))
		words[n++] = "orphan";
	if (object_is_deleted(obj))
		words[n++] = "deleted";
	if (obj->huge)
		words[n++] = "hugetlb";
	return n;
}

static void put_object(char *cell, const struct object *obj)
{
	char *text = object_name_text(&obj->handle);

	snprintf(cell, LS_CELL_MAX, "%s", text);
	free(text);
}

static void put_unsigned(char *cell, uint64_t value)
{
	snprintf(cell, LS_CELL_MAX, "%" PRIu64, value);
}

/* What only stat(2) knows; "-" stays where it could not be asked. */
static void put_known(char *cell, const struct object *obj, int column,
		      const struct ls_format *format)
{
	switch (column) {
	case ALL_SIZE:
		ls_cell_size(cell, LS_CELL_MAX, obj->size, format);
		break;
	case ALL_ALLOC:
		ls_cell_size(cell, LS_CELL_MAX, obj->allocated, format);
		break;
	case ALL_OWNER:
		ls_cell_owner(cell, LS_CELL_MAX, obj->uid);
		break;
	case ALL_UID:
		put_unsigned(cell, obj->uid);
		break;
	case ALL_GID:
		put_unsigned(cell, obj->gid);
		break;
	case ALL_MODE:
		snprintf(cell, LS_CELL_MAX, "%04o", obj->mode);
		break;
	}
}

static const struct object *object_of(const void *list, size_t row)
{
	return ((const struct object_list *)list)->objects[row];
}

static void put_cell(char *cell, const void *list, size_t row, int column,
		     const struct ls_format *format)
{
	const struct object *obj = object_of(list, row);
	const char *words[OBJECT_WORDS_MAX];

	strcpy(cell, "-");
	switch (column) {
	case ALL_NS:
		if (obj->ns)
			put_unsigned(cell, obj->ns);
		break;
	case ALL_KIND:
		strcpy(cell, object_kind_word(obj->kind));
		break;
	case ALL_OBJECT:
		put_object(cell, obj);
		break;
	case ALL_NAME:
		if (obj->name && *obj->name)
			ls_cell_bytes(cell, LS_CELL_MAX, obj->name,
				      strlen(obj->name), format);
		break;
	case ALL_RSS:
		if (obj->counted)
			ls_cell_size(cell, LS_CELL_MAX, obj->resident, format);
		break;
	case ALL_SWAP:
		if (obj->counted && obj->shmem)
			ls_cell_size(cell, LS_CELL_MAX, obj->swapped, format);
		break;
	case ALL_MAPS:
		put_unsigned(cell, obj->vmas);
		break;
	case ALL_PROCS:
		put_unsigned(cell, obj->procs);
		break;
	case ALL_FDS:
		put_unsigned(cell, obj->n_fds);
		break;
	case ALL_STATUS:
		ls_cell_words(cell, LS_CELL_MAX, words,
			      object_words(list, obj, words), format);
		break;
	case ALL_DEV:
		if (obj->dev)
			snprintf(cell, LS_CELL_MAX, "%u:%u", major(obj->dev),
				 minor(obj->dev));
		break;
	case ALL_INODE:
		put_unsigned(cell, obj->ino);
		break;
	default:
		if (obj->known)
			put_known(cell, obj, column, format);
	}
}

static struct ls_holders count_holders(const void *list, size_t row)
{
	const struct object *obj = object_of(list, row);

	return (struct ls_holders) {
		.maps = obj->vmas,
		.same = obj->n_maps - obj->vmas,
		.fds = obj->n_fds,
		.nattch = obj->segment ? obj->segment->shm.nattch : 0,
	};
}

/* Who has it, in which way: a mapping, or a descriptor. */
static void add_holders(struct libscols_table *table, const void *list,
			size_t row, const struct ls_format *format)
{
	const struct object_process *all, *process;
	const struct object *obj = object_of(list, row);

	all = ((const struct object_list *)list)->processes;
	for (size_t i = 0; i < obj->n_maps; i++) {
		const struct object_map *map = &obj->maps[i];

		process = &all[map->process];
		if (object_map_is_same(map)) {
			ls_add_same(table, &process->comm, process->pid,
				    all[map->first].pid, format);
			continue;
		}
		ls_add_map(table, &process->comm, process->pid, map->start,
			   map->end, map->prot, format);
	}
	for (size_t i = 0; i < obj->n_fds; i++) {
		process = &all[obj->fds[i].process];
		ls_add_fd(table, &process->comm, process->pid, obj->fds[i].fd,
			  format);
	}
}

void write_ls_all_table(FILE *out, const struct object_list *list,
			const struct ls_format *format)
{
	const struct ls_rows rows = {
		.columns = ls_all_columns_known,
		.list = list,
		.n = list->n,
		.redacted = list->redacted,
		.put_cell = put_cell,
		.count_holders = count_holders,
		.add_holders = add_holders,
	};

	ls_table_write(out, &rows, format);
}
