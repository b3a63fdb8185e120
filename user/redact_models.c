// SPDX-License-Identifier: GPL-2.0-or-later
/* Whole models, each with all that is in it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <shmviz.h>

#include "cgroup.h"
#include "err.h"
#include "event.h"
#include "frames.h"
#include "object.h"
#include "redact.h"
#include "sharers.h"
#include "stats.h"

/* NUL-padded, as records have it. */
static void redact_rec_comm(__u8 comm[REC_COMM_LEN])
{
	redact_comm(comm, strnlen((const char *)comm, REC_COMM_LEN),
		    REC_COMM_LEN);
}

static void redact_long_comm(struct comm *comm)
{
	comm->len = redact_comm(comm->bytes, comm->len, sizeof(comm->bytes));
}

/* The writer asks cgroup.c for the name: that one must know a stand-in. */
static void redact_cgroup(__u64 id)
{
	const char *path = cgroup_path(id);
	char *text;

	if (!path || cgroup_has_alias(id))
		return;
	text = strdup(path);
	if (!text)
		err_nomem();
	redact_name(&text);
	cgroup_alias(id, text);
}

/* Chosen by somebody, all of it: the kernel's own are of anonymous memory. */
static void redact_event_name(struct event *ev)
{
	char *name = strndup((const char *)ev->name, REC_NAME_LEN);

	if (!name)
		err_nomem();
	redact_name(&name);
	snprintf((char *)ev->name, REC_NAME_LEN, "%s", name);
	free(name);
}

void redact_event(struct event *ev)
{
	redact_rec_comm(ev->comm);
	if (ev->have & EV_BY)
		redact_rec_comm(ev->by_comm);
	ev->uid = redact_uid(ev->uid);
	redact_cgroup(ev->cgroup);
	if (ev->have & EV_KEY)
		ev->key = redact_key(ev->key);
	if (ev->kind == KIND_SHMGET)
		ev->arg[0] = redact_key(ev->arg[0]);
	if (ev->have & EV_OBJECT && ev->object != OBJ_ANON && ev->name[0])
		redact_event_name(ev);
}

void redact_segment(struct segment *seg)
{
	struct proc_shm *shm = &seg->shm;

	shm->key = redact_key(shm->key);
	shm->uid = redact_uid(shm->uid);
	shm->cuid = redact_uid(shm->cuid);
	shm->gid = redact_gid(shm->gid);
	shm->cgid = redact_gid(shm->cgid);
	redact_long_comm(&seg->creator);
	for (size_t i = 0; i < seg->n_attachments; i++)
		redact_long_comm(&seg->attachments[i].comm);
}

void redact_segments(struct segment_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		redact_segment(&list->segments[i]);
	list->redacted = true;
}

/* The handle's path is the name, or none of ours. */
static void redact_object(struct object *obj)
{
	bool same = obj->handle.path && obj->handle.path == obj->name;

	if (obj->kind == OBJECT_SYSV && obj->name)
		snprintf(obj->name, strlen(obj->name) + 1, "0x%08x",
			 redact_key(strtoul(obj->name, NULL, 16)));
	else if (obj->kind == OBJECT_MEMFD || obj->kind == OBJECT_POSIX)
		redact_name(&obj->name);
	else if (obj->kind == OBJECT_FILE)
		redact_path(&obj->name);
	if (same)
		obj->handle.path = obj->name;
	obj->uid = redact_uid(obj->uid);
	obj->gid = redact_gid(obj->gid);
}

void redact_objects(struct object_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		redact_object(list->objects[i]);
	for (size_t i = 0; i < list->n_processes; i++)
		redact_long_comm(&list->processes[i].comm);
	redact_segments(&list->segments);
	list->redacted = true;
}

void redact_learn_frames(const struct shmviz_frame *frame, uint64_t count)
{
	if (frame->state == SHMVIZ_STATE_PRESENT)
		redact_learn(REDACT_FRAMES, frame->pfn, count, frame->order);
	else if (frame->state == SHMVIZ_STATE_SWAPPED)
		redact_learn(REDACT_SLOTS, redact_slot(frame->swap_type,
						       frame->swap_offset),
			     count, 0);
}

void redact_frame(struct shmviz_frame *frame)
{
	if (frame->state == SHMVIZ_STATE_PRESENT)
		frame->pfn = redact_number(REDACT_FRAMES, frame->pfn);
	else if (frame->state == SHMVIZ_STATE_SWAPPED)
		frame->swap_offset = redact_number(REDACT_SLOTS,
				redact_slot(frame->swap_type,
					    frame->swap_offset));
}

void redact_frames(struct shmviz_info *info, struct frame_list *frames,
		   struct sharer_list *sharers)
{
	info->key = redact_key(info->key);
	for (size_t i = 0; i < frames->n; i++)
		redact_learn_frames(&frames->runs[i].frame,
				    frames->runs[i].count);
	for (size_t i = 0; i < frames->n; i++)
		redact_frame(&frames->runs[i].frame);
	for (size_t i = 0; i < sharers->n; i++) {
		struct sharer *sharer = &sharers->sharers[i];

		sharer->comm_len = redact_comm(sharer->comm, sharer->comm_len,
					       sizeof(sharer->comm));
	}
	frames->redacted = true;
}

void redact_stats(struct stat_table *table)
{
	for (size_t i = 0; i < table->n; i++)
		redact_rec_comm(table->rows[i].comm);
}
