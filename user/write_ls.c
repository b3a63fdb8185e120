// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <json-c/json.h>
#include <libsmartcols.h>
#include <string.h>
#include <time.h>

#include "json.h"
#include "ls_table.h"
#include "write_ls.h"

const struct ls_column_info ls_columns_known[LS_COLUMNS] = {
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

static void put_time(char *cell, time_t time)
{
	struct tm tm;

	if (!time || !localtime_r(&time, &tm) ||
	    !strftime(cell, LS_CELL_MAX, "%Y-%m-%dT%H:%M:%S", &tm))
		strcpy(cell, "-");
}

static void put_creator(char *cell, const struct segment *seg,
			const struct ls_format *format)
{
	if (seg->creator_state == CREATOR_LIVES)
		ls_cell_process(cell, LS_CELL_MAX, &seg->creator, seg->shm.cpid,
				format);
	else if (seg->creator_state == CREATOR_GONE)
		snprintf(cell, LS_CELL_MAX, "%d gone", seg->shm.cpid);
	else if (seg->shm.cpid)
		snprintf(cell, LS_CELL_MAX, "%d", seg->shm.cpid);
	else
		strcpy(cell, "?");
}

size_t segment_words(const struct segment *seg,
		     const char *words[SEGMENT_WORDS_MAX])
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

static const struct segment *segment_of(const void *list, size_t row)
{
	return &((const struct segment_list *)list)->segments[row];
}

static void put_cell(char *cell, const void *list, size_t row, int column,
		     const struct ls_format *format)
{
	const struct segment *seg = segment_of(list, row);
	const struct proc_shm *shm = &seg->shm;
	const char *words[SEGMENT_WORDS_MAX];

	switch ((enum ls_column)column) {
	case LS_NS:
		snprintf(cell, LS_CELL_MAX, "%lu", (unsigned long)seg->ipcns);
		break;
	case LS_SHMID:
		snprintf(cell, LS_CELL_MAX, "%d", shm->shmid);
		break;
	case LS_KEY:
		snprintf(cell, LS_CELL_MAX, "0x%08x", shm->key);
		break;
	case LS_OWNER:
		ls_cell_owner(cell, LS_CELL_MAX, shm->uid);
		break;
	case LS_UID:
		snprintf(cell, LS_CELL_MAX, "%u", shm->uid);
		break;
	case LS_GID:
		snprintf(cell, LS_CELL_MAX, "%u", shm->gid);
		break;
	case LS_CUID:
		snprintf(cell, LS_CELL_MAX, "%u", shm->cuid);
		break;
	case LS_CGID:
		snprintf(cell, LS_CELL_MAX, "%u", shm->cgid);
		break;
	case LS_MODE:
		snprintf(cell, LS_CELL_MAX, "%04o", shm->mode & 0777);
		break;
	case LS_SIZE:
		ls_cell_size(cell, LS_CELL_MAX, shm->size, format);
		break;
	case LS_RSS:
		ls_cell_size(cell, LS_CELL_MAX, shm->rss, format);
		break;
	case LS_SWAP:
		ls_cell_size(cell, LS_CELL_MAX, shm->swap, format);
		break;
	case LS_NATTCH:
		snprintf(cell, LS_CELL_MAX, "%" PRIu64, shm->nattch);
		break;
	case LS_STATUS:
		ls_cell_words(cell, LS_CELL_MAX, words,
			      segment_words(seg, words), format);
		break;
	case LS_CREATOR:
		put_creator(cell, seg, format);
		break;
	case LS_CPID:
		snprintf(cell, LS_CELL_MAX, "%d", shm->cpid);
		break;
	case LS_LPID:
		snprintf(cell, LS_CELL_MAX, "%d", shm->lpid);
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

static struct ls_holders count_holders(const void *list, size_t row)
{
	const struct segment *seg = segment_of(list, row);

	return (struct ls_holders) {
		.maps = segment_count_attachments(seg),
		.same = seg->n_attachments - segment_count_attachments(seg),
		.nattch = seg->shm.nattch,
	};
}

static void add_holders(struct libscols_table *table, const void *list,
			size_t row, const struct ls_format *format)
{
	const struct segment *seg = segment_of(list, row);

	for (size_t i = 0; i < seg->n_attachments; i++) {
		const struct attachment *at = &seg->attachments[i];

		if (at->same)
			ls_add_same(table, &at->comm, at->pid, at->same,
				    format);
		else
			ls_add_map(table, &at->comm, at->pid, at->start,
				   at->end, at->prot, format);
	}
}

void write_ls_table(FILE *out, const struct segment_list *list,
		    const struct ls_format *format)
{
	const struct ls_rows rows = {
		.columns = ls_columns_known,
		.list = list,
		.n = list->n,
		.redacted = list->redacted,
		.put_cell = put_cell,
		.count_holders = count_holders,
		.add_holders = add_holders,
	};

	ls_table_write(out, &rows, format);
}

static struct json_object *process_json(const struct attachment *at)
{
	struct json_object *o = js_object();

	js_add_int(o, "pid", at->pid);
	js_add_bytes(o, "comm", at->comm.bytes, at->comm.len);
	return o;
}

/* With the `n` processes after it that have it, too. */
static struct json_object *attachment_json(const struct attachment *at, size_t n)
{
	struct json_object *o = process_json(at), *also;

	js_add_hex(o, "start", at->start, 1);
	js_add_hex(o, "end", at->end, 1);
	js_add_string(o, "prot", at->prot);
	if (!n)
		return o;
	also = js_array();
	for (size_t i = 1; i <= n; i++)
		js_append(also, process_json(at + i));
	js_add(o, "also", also);
	return o;
}

static struct json_object *attachments_json(const struct segment *seg)
{
	struct json_object *list = js_array();
	size_t n;

	for (size_t i = 0; i < seg->n_attachments; i += n + 1) {
		n = 0;
		while (i + n + 1 < seg->n_attachments &&
		       seg->attachments[i + n + 1].same)
			n++;
		js_append(list, attachment_json(&seg->attachments[i], n));
	}
	return list;
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

void segment_add_creator(struct json_object *o, const struct segment *seg)
{
	if (seg->creator_state == CREATOR_LIVES)
		js_add_bytes(o, "creator", seg->creator.bytes,
			     seg->creator.len);
	else
		js_add(o, "creator", NULL);
}

void segment_add_json(struct json_object *o, const struct segment *seg)
{
	const struct proc_shm *shm = &seg->shm;
	const char *words[SEGMENT_WORDS_MAX];

	js_add_u64(o, "ipcns", seg->ipcns);
	js_add_int(o, "shmid", shm->shmid);
	js_add_hex(o, "key", shm->key, 8);
	js_add_u64(o, "size", shm->size);
	if (!seg->partial)
		add_owner(o, shm);
	js_add_mode(o, "mode", shm->mode & 0777);
	js_add_u64(o, "nattch", shm->nattch);
	js_add_strings(o, "status", words, segment_words(seg, words));
	js_add_int(o, "cpid", shm->cpid);
	segment_add_creator(o, seg);
	if (!seg->partial)
		add_pages(o, shm);

	js_add(o, "attachments", attachments_json(seg));
}

static struct json_object *segment_json(const void *list, size_t i)
{
	struct json_object *o = js_object();

	segment_add_json(o, segment_of(list, i));
	return o;
}

void write_ls_json(FILE *out, const struct segment_list *list)
{
	js_put_list(out, list->redacted, "segments", list, list->n,
		    segment_json);
}
