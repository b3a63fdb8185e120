// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <json-c/json.h>
#include <libsmartcols.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "json.h"
#include "ls_table.h"
#include "table.h"
#include "text.h"
#include "write_ls.h"

static const struct {
	const char *name;
	int flags;
	const char *help;
} columns[LS_COLUMNS] = {
	[LS_NS] = { "NS", SCOLS_FL_RIGHT, "IPC namespace (inode number)" },
	[LS_SHMID] = { "SHMID", SCOLS_FL_RIGHT, "id of the segment" },
	[LS_KEY] = { "KEY", 0, "key, 0x00000000 for a private one" },
	[LS_OWNER] = { "OWNER", 0, "name of the owner, or uid" },
	[LS_UID] = { "UID", SCOLS_FL_RIGHT, "uid of the owner" },
	[LS_GID] = { "GID", SCOLS_FL_RIGHT, "gid of the owner" },
	[LS_CUID] = { "CUID", SCOLS_FL_RIGHT, "uid of the creator" },
	[LS_CGID] = { "CGID", SCOLS_FL_RIGHT, "gid of the creator" },
	[LS_MODE] = { "MODE", 0, "permission bits, octal" },
	[LS_SIZE] = { "SIZE", SCOLS_FL_RIGHT, "size as asked for" },
	[LS_RSS] = { "RSS", SCOLS_FL_RIGHT, "how much of it is in memory" },
	[LS_SWAP] = { "SWAP", SCOLS_FL_RIGHT, "how much of it is in swap" },
	[LS_NATTCH] = { "NATTCH", SCOLS_FL_RIGHT, "number of attachments" },
	[LS_STATUS] = { "STATUS", 0, "dest, locked, orphan (see above)" },
	[LS_CREATOR] = { "CREATOR", 0, "name and pid of the creator" },
	[LS_CPID] = { "CPID", SCOLS_FL_RIGHT, "pid of the creator" },
	[LS_LPID] = { "LPID", SCOLS_FL_RIGHT, "pid of the last shmat or shmdt" },
	[LS_ATIME] = { "ATIME", 0, "time of the last attach" },
	[LS_DTIME] = { "DTIME", 0, "time of the last detach" },
	[LS_CTIME] = { "CTIME", 0, "time of creation or last IPC_SET" },
};

const char *ls_column_name(int column)
{
	return columns[column].name;
}

const char *ls_column_help(int column)
{
	return columns[column].help;
}

#define CELL_MAX	(TEXT_ESCAPED_SIZE(PROC_COMM_MAX) + 32)

static void put_time(char cell[CELL_MAX], time_t time)
{
	struct tm tm;

	if (!time || !localtime_r(&time, &tm) ||
	    !strftime(cell, CELL_MAX, "%Y-%m-%dT%H:%M:%S", &tm))
		strcpy(cell, "-");
}

static void put_creator(char cell[CELL_MAX], const struct segment *seg,
			const struct ls_format *format)
{
	if (seg->creator_state == CREATOR_LIVES)
		ls_cell_process(cell, CELL_MAX, &seg->creator, seg->shm.cpid,
				format);
	else if (seg->creator_state == CREATOR_GONE)
		snprintf(cell, CELL_MAX, "%d gone", seg->shm.cpid);
	else if (seg->shm.cpid)
		snprintf(cell, CELL_MAX, "%d", seg->shm.cpid);
	else
		strcpy(cell, "?");
}

/* Words of the status, separated by commas; in JSON an array of them. */
static size_t get_status(const struct segment *seg, const char *words[3])
{
	size_t n = 0;

	if (segment_is_dest(seg))
		words[n++] = "dest";
	if (segment_is_locked(seg))
		words[n++] = "locked";
	if (segment_is_orphan(seg))
		words[n++] = "orphan";
	return n;
}

static void put_status(char cell[CELL_MAX], const struct segment *seg,
		       const struct ls_format *format)
{
	const char *words[3];
	size_t n = get_status(seg, words);

	/* A raw line has something in every column: scripts count them. */
	strcpy(cell, n || !format->raw ? "" : "-");
	for (size_t i = 0; i < n; i++) {
		if (i)
			strcat(cell, ",");
		strcat(cell, words[i]);
	}
}

static void put_cell(char cell[CELL_MAX], const struct segment *seg,
		     enum ls_column column, const struct ls_format *format)
{
	const struct proc_shm *shm = &seg->shm;

	switch (column) {
	case LS_NS:
		snprintf(cell, CELL_MAX, "%lu", (unsigned long)seg->ipcns);
		break;
	case LS_SHMID:
		snprintf(cell, CELL_MAX, "%d", shm->shmid);
		break;
	case LS_KEY:
		snprintf(cell, CELL_MAX, "0x%08x", shm->key);
		break;
	case LS_OWNER:
		ls_cell_owner(cell, CELL_MAX, shm->uid);
		break;
	case LS_UID:
		snprintf(cell, CELL_MAX, "%u", shm->uid);
		break;
	case LS_GID:
		snprintf(cell, CELL_MAX, "%u", shm->gid);
		break;
	case LS_CUID:
		snprintf(cell, CELL_MAX, "%u", shm->cuid);
		break;
	case LS_CGID:
		snprintf(cell, CELL_MAX, "%u", shm->cgid);
		break;
	case LS_MODE:
		snprintf(cell, CELL_MAX, "%04o", shm->mode & 0777);
		break;
	case LS_SIZE:
		ls_cell_size(cell, CELL_MAX, shm->size, format);
		break;
	case LS_RSS:
		ls_cell_size(cell, CELL_MAX, shm->rss, format);
		break;
	case LS_SWAP:
		ls_cell_size(cell, CELL_MAX, shm->swap, format);
		break;
	case LS_NATTCH:
		snprintf(cell, CELL_MAX, "%" PRIu64, shm->nattch);
		break;
	case LS_STATUS:
		put_status(cell, seg, format);
		break;
	case LS_CREATOR:
		put_creator(cell, seg, format);
		break;
	case LS_CPID:
		snprintf(cell, CELL_MAX, "%d", shm->cpid);
		break;
	case LS_LPID:
		snprintf(cell, CELL_MAX, "%d", shm->lpid);
		break;
	case LS_ATIME:
		put_time(cell, shm->atime);
		break;
	case LS_DTIME:
		put_time(cell, shm->dtime);
		break;
	case LS_CTIME:
		put_time(cell, shm->ctime);
		break;
	case LS_COLUMNS:
		break;
	}
}

static char *print_segments(const struct segment_list *list,
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
			char cell[CELL_MAX] = "";

			put_cell(cell, &list->segments[i], format->columns[c],
				 format);
			table_cell(line, c, cell);
		}
	}
	text = table_text(table);
	scols_unref_table(table);
	return text;
}

/* All attachments in one table, so that their columns meet. */
static char *print_attachments(const struct segment_list *list,
			       const struct ls_format *format)
{
	struct libscols_table *table = ls_table_new(format);
	char *text;

	scols_table_enable_noheadings(table, true);
	table_column(table, "PROCESS", 0);
	table_column(table, "RANGE", SCOLS_FL_RIGHT);
	table_column(table, "PROT", 0);
	table_column(table, "SIZE", SCOLS_FL_RIGHT);
	for (size_t i = 0; i < list->n; i++) {
		const struct segment *seg = &list->segments[i];

		for (size_t a = 0; a < seg->n_attachments; a++) {
			const struct attachment *at = &seg->attachments[a];
			struct libscols_line *line;
			char cell[CELL_MAX];

			line = table_line(table);
			ls_cell_process(cell, CELL_MAX, &at->comm, at->pid,
					format);
			table_cell(line, 0, cell);
			snprintf(cell, sizeof(cell), "%" PRIx64 "-%" PRIx64,
				 at->start, at->end);
			table_cell(line, 1, cell);
			table_cell(line, 2, at->prot);
			ls_cell_size(cell, CELL_MAX, at->end - at->start, format);
			table_cell(line, 3, cell);
		}
	}
	text = table_text(table);
	scols_unref_table(table);
	return text;
}

static void put_attachments(FILE *out, const struct segment *seg,
			    const struct ls_format *format, const char **text)
{
	uint64_t unseen = 0;

	if (seg->shm.nattch > seg->n_attachments)
		unseen = seg->shm.nattch - seg->n_attachments;
	for (size_t a = 0; a < seg->n_attachments; a++) {
		bool last = a + 1 == seg->n_attachments && !unseen;

		fprintf(out, "      %s ", ls_branch(format, last));
		ls_put_line(out, text);
	}
	if (unseen)
		fprintf(out, "      %s %" PRIu64 " %snot visible from here\n",
			ls_branch(format, true), unseen, seg->n_attachments ? "more " : "");
}

void write_ls_table(FILE *out, const struct segment_list *list,
		    const struct ls_format *format)
{
	bool attachments = format->attachments && !format->raw;
	char *segments = print_segments(list, format);
	char *attached = attachments ? print_attachments(list, format) : NULL;
	const char *next = segments, *next_attached = attached;

	if (format->headings && list->n)
		ls_put_line(out, &next);
	for (size_t i = 0; i < list->n; i++) {
		ls_put_line(out, &next);
		if (attachments)
			put_attachments(out, &list->segments[i], format,
					&next_attached);
	}
	free(attached);
	free(segments);
}

static struct json_object *attachment_json(const struct attachment *at)
{
	struct json_object *o = js_object();

	js_add_int(o, "pid", at->pid);
	js_add_bytes(o, "comm", at->comm.bytes, at->comm.len);
	js_add_hex(o, "start", at->start, 1);
	js_add_hex(o, "end", at->end, 1);
	js_add_string(o, "prot", at->prot);
	return o;
}

static void add_owner(struct json_object *o, const struct proc_shm *shm)
{
	js_add_u64(o, "uid", shm->uid);
	js_add_u64(o, "gid", shm->gid);
	js_add_u64(o, "cuid", shm->cuid);
}

static void add_pages(struct json_object *o, const struct proc_shm *shm)
{
	js_add_int(o, "lpid", shm->lpid);
	js_add_u64(o, "resident", shm->rss);
	js_add_u64(o, "swapped", shm->swap);
}

void segment_add_json(struct json_object *o, const struct segment *seg)
{
	const struct proc_shm *shm = &seg->shm;
	struct json_object *list = js_array();
	const char *words[3];
	size_t n = get_status(seg, words);

	js_add_u64(o, "ipcns", seg->ipcns);
	js_add_int(o, "shmid", shm->shmid);
	js_add_hex(o, "key", shm->key, 8);
	js_add_u64(o, "size", shm->size);
	if (!seg->partial)
		add_owner(o, shm);
	js_add_mode(o, "mode", shm->mode & 0777);
	js_add_u64(o, "nattch", shm->nattch);
	for (size_t i = 0; i < n; i++)
		js_append_string(list, words[i]);
	js_add(o, "status", list);
	js_add_int(o, "cpid", shm->cpid);
	if (seg->creator_state == CREATOR_LIVES)
		js_add_bytes(o, "creator", seg->creator.bytes,
			     seg->creator.len);
	else
		js_add(o, "creator", NULL);
	if (!seg->partial)
		add_pages(o, shm);

	list = js_array();
	for (size_t i = 0; i < seg->n_attachments; i++)
		js_append(list, attachment_json(&seg->attachments[i]));
	js_add(o, "attachments", list);
}

/* One segment a line: short enough to read, and never all in memory. */
void write_ls_json(FILE *out, const struct segment_list *list)
{
	fputs("{\"segments\":[", out);
	for (size_t i = 0; i < list->n; i++) {
		struct json_object *o = js_object();

		fputs(i ? ",\n" : "\n", out);
		segment_add_json(o, &list->segments[i]);
		js_put(out, o);
	}
	fputs(list->n ? "\n]}\n" : "]}\n", out);
}
