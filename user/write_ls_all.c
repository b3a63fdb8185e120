// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <libsmartcols.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "table.h"
#include "text.h"
#include "write_ls_all.h"

static const struct {
	const char *name;
	int flags;
	const char *help;
} columns[ALL_COLUMNS] = {
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

const char *ls_all_column_name(int column)
{
	return columns[column].name;
}

const char *ls_all_column_help(int column)
{
	return columns[column].help;
}

size_t object_words(const struct object_list *list, const struct object *obj,
		    const char *words[OBJECT_WORDS_MAX])
{
	size_t n = 0;

	if (obj->segment && segment_is_dest(obj->segment))
		words[n++] = "dest";
	if (obj->segment && segment_is_locked(obj->segment))
		words[n++] = "locked";
	if (object_is_orphan(list, obj))
		words[n++] = "orphan";
	if (object_is_deleted(obj))
		words[n++] = "deleted";
	if (obj->huge)
		words[n++] = "hugetlb";
	return n;
}

/* Any path, and every byte of it escaped. */
#define CELL_MAX	(TEXT_ESCAPED_SIZE(PATH_MAX) + 32)

static void put_status(char *cell, const struct object_list *list,
		       const struct object *obj, const struct ls_format *format)
{
	const char *words[OBJECT_WORDS_MAX];
	size_t n = object_words(list, obj, words);

	/* A raw line has something in every column: scripts count them. */
	strcpy(cell, n || !format->raw ? "" : "-");
	for (size_t i = 0; i < n; i++) {
		strcat(cell, i ? "," : "");
		strcat(cell, words[i]);
	}
}

static void put_object(char *cell, const struct object *obj)
{
	char *text = object_name_text(&obj->handle);

	snprintf(cell, CELL_MAX, "%s", text);
	free(text);
}

static void put_unsigned(char *cell, uint64_t value)
{
	snprintf(cell, CELL_MAX, "%" PRIu64, value);
}

/* What only stat(2) knows; "-" stays where it could not be asked. */
static void put_known(char *cell, const struct object *obj, int column,
		      const struct ls_format *format)
{
	switch (column) {
	case ALL_SIZE:
		ls_cell_size(cell, CELL_MAX, obj->size, format);
		break;
	case ALL_ALLOC:
		ls_cell_size(cell, CELL_MAX, obj->allocated, format);
		break;
	case ALL_OWNER:
		ls_cell_owner(cell, CELL_MAX, obj->uid);
		break;
	case ALL_UID:
		put_unsigned(cell, obj->uid);
		break;
	case ALL_GID:
		put_unsigned(cell, obj->gid);
		break;
	case ALL_MODE:
		snprintf(cell, CELL_MAX, "%04o", obj->mode);
		break;
	}
}

static void put_cell(char *cell, const struct object_list *list,
		     const struct object *obj, int column,
		     const struct ls_format *format)
{
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
			ls_cell_bytes(cell, CELL_MAX, obj->name,
				      strlen(obj->name), format);
		break;
	case ALL_RSS:
		if (obj->counted)
			ls_cell_size(cell, CELL_MAX, obj->resident, format);
		break;
	case ALL_SWAP:
		if (obj->counted && obj->shmem)
			ls_cell_size(cell, CELL_MAX, obj->swapped, format);
		break;
	case ALL_MAPS:
		put_unsigned(cell, obj->n_maps);
		break;
	case ALL_PROCS:
		put_unsigned(cell, obj->procs);
		break;
	case ALL_FDS:
		put_unsigned(cell, obj->n_fds);
		break;
	case ALL_STATUS:
		put_status(cell, list, obj, format);
		break;
	case ALL_DEV:
		if (obj->dev)
			snprintf(cell, CELL_MAX, "%u:%u", major(obj->dev),
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

static char *print_objects(const struct object_list *list,
			   const struct ls_format *format)
{
	struct libscols_table *table = ls_table_new(format);
	char *text;

	scols_table_enable_noheadings(table, !format->headings);
	for (size_t c = 0; c < format->n_columns; c++)
		table_column(table, columns[format->columns[c]].name,
				columns[format->columns[c]].flags);
	for (size_t i = 0; i < list->n; i++) {
		struct libscols_line *line = table_line(table);

		for (size_t c = 0; c < format->n_columns; c++) {
			char cell[CELL_MAX];

			put_cell(cell, list, list->objects[i],
				 format->columns[c], format);
			table_cell(line, c, cell);
		}
	}
	text = table_text(table);
	scols_unref_table(table);
	return text;
}

/* Who has it, in which way: a mapping, or a descriptor. */
static void add_holder(struct libscols_table *table,
		       const struct object_process *process, const char *range,
		       const char *prot, const char *size,
		       const struct ls_format *format)
{
	struct libscols_line *line = table_line(table);
	char cell[TEXT_ESCAPED_SIZE(PROC_COMM_MAX) + 32];

	ls_cell_process(cell, sizeof(cell), &process->comm, process->pid,
			format);
	table_cell(line, 0, cell);
	table_cell(line, 1, range);
	table_cell(line, 2, prot);
	table_cell(line, 3, size);
}

static void add_holders(struct libscols_table *table,
			const struct object_list *list,
			const struct object *obj,
			const struct ls_format *format)
{
	char range[64], size[64];

	for (size_t i = 0; i < obj->n_maps; i++) {
		const struct object_map *map = &obj->maps[i];

		snprintf(range, sizeof(range), "%" PRIx64 "-%" PRIx64,
			 map->start, map->end);
		ls_cell_size(size, sizeof(size), map->end - map->start, format);
		add_holder(table, &list->processes[map->process], range,
			   map->prot, size, format);
	}
	for (size_t i = 0; i < obj->n_fds; i++) {
		snprintf(range, sizeof(range), "fd %d", obj->fds[i].fd);
		add_holder(table, &list->processes[obj->fds[i].process], range,
			   "", "", format);
	}
}

/* All in one table, so that their columns meet. */
static char *print_holders(const struct object_list *list,
			   const struct ls_format *format)
{
	struct libscols_table *table = ls_table_new(format);
	char *text;

	scols_table_enable_noheadings(table, true);
	table_column(table, "PROCESS", 0);
	table_column(table, "RANGE", SCOLS_FL_RIGHT);
	table_column(table, "PROT", 0);
	table_column(table, "SIZE", SCOLS_FL_RIGHT);
	for (size_t i = 0; i < list->n; i++)
		add_holders(table, list, list->objects[i], format);
	text = table_text(table);
	scols_unref_table(table);
	return text;
}

static void put_holders(FILE *out, const struct object *obj,
			const struct ls_format *format, const char **text)
{
	uint64_t nattch = obj->segment ? obj->segment->shm.nattch : 0;
	uint64_t unseen = nattch > obj->n_maps ? nattch - obj->n_maps : 0;
	size_t n = obj->n_maps + obj->n_fds;

	for (size_t i = 0; i < n; i++) {
		fprintf(out, "      %s ",
			ls_branch(format, i + 1 == n && !unseen));
		ls_put_line(out, text);
	}
	if (unseen)
		fprintf(out, "      %s %" PRIu64 " %snot visible from here\n",
			ls_branch(format, true), unseen,
			obj->n_maps ? "more " : "");
}

void write_ls_all_table(FILE *out, const struct object_list *list,
			const struct ls_format *format)
{
	bool holders = format->attachments && !format->raw;
	char *objects = print_objects(list, format);
	char *held = holders ? print_holders(list, format) : NULL;
	const char *next = objects, *next_held = held;

	if (format->headings && list->n)
		ls_put_line(out, &next);
	for (size_t i = 0; i < list->n; i++) {
		ls_put_line(out, &next);
		if (holders)
			put_holders(out, list->objects[i], format, &next_held);
	}
	free(held);
	free(objects);
}
