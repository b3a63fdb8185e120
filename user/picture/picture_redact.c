// SPDX-License-Identifier: GPL-2.0-or-later
/* --redact, of a sharing picture: see redact.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "picture.h"
#include "redact.h"

static void learn_run(const struct picture_object *obj,
		      const struct picture_run *run)
{
	redact_learn_frames(&run->frame, run->count);
	for (size_t i = 0; run->copies && i < obj->n_mappings; i++)
		if (run->copies[i])
			redact_learn(REDACT_FRAMES, run->copies[i], run->count,
				     0);
}

static uint64_t frames_together(const struct picture_run *run)
{
	const struct shmviz_frame *frame = &run->frame;

	if (frame->state == SHMVIZ_STATE_PRESENT)
		return redact_together(REDACT_FRAMES, frame->pfn, run->count);
	if (frame->state == SHMVIZ_STATE_SWAPPED)
		return redact_together(REDACT_SLOTS,
				       redact_slot(frame->swap_type,
						   frame->swap_offset),
				       run->count);
	return run->count;
}

/*
 * How many pages of a run have stand-ins one after the other. All, unless an
 * earlier picture of this process has given some of them theirs.
 */
static uint64_t pages_together(const struct picture_object *obj,
			       const struct picture_run *run)
{
	uint64_t count = frames_together(run);

	for (size_t i = 0; run->copies && i < obj->n_mappings; i++)
		if (run->copies[i])
			count = redact_together(REDACT_FRAMES, run->copies[i],
						count);
	return count;
}

static void *copy_of(const void *bytes, size_t size)
{
	void *copy;

	if (!bytes)
		return NULL;
	copy = malloc(size ? size : 1);
	if (!copy)
		err_nomem();
	return memcpy(copy, bytes, size);
}

/* Two runs of one: the first `count` pages, and the rest behind it. */
static void split_run(struct picture_object *obj, size_t at, uint64_t count)
{
	struct picture_run *runs, *rest;

	runs = realloc(obj->runs, (obj->n_runs + 1) * sizeof(*runs));
	if (!runs)
		err_nomem();
	memmove(runs + at + 1, runs + at, (obj->n_runs - at) * sizeof(*runs));
	obj->runs = runs;
	obj->n_runs++;
	rest = &runs[at + 1];
	rest->first += count;
	rest->count -= count;
	if (rest->frame.state == SHMVIZ_STATE_PRESENT)
		rest->frame.pfn += count;
	else if (rest->frame.state == SHMVIZ_STATE_SWAPPED)
		rest->frame.swap_offset += count;
	rest->touch = copy_of(rest->touch, obj->n_mappings);
	rest->copies = copy_of(rest->copies,
			       obj->n_mappings * sizeof(*rest->copies));
	for (size_t i = 0; rest->copies && i < obj->n_mappings; i++)
		if (rest->copies[i])
			rest->copies[i] += count;
	runs[at].count = count;
}

static void redact_run(const struct picture_object *obj,
		       struct picture_run *run)
{
	redact_frame(&run->frame);
	for (size_t i = 0; run->copies && i < obj->n_mappings; i++)
		if (run->copies[i])
			run->copies[i] = redact_number(REDACT_FRAMES,
						       run->copies[i]);
}

/* A segment's is its key. */
static void redact_label(struct picture_object *obj)
{
	if (!obj->label)
		return;
	if (obj->name.kind == OBJECT_MEMFD)
		redact_name(&obj->label);
	else if (obj->name.kind == OBJECT_SYSV) {
		uint32_t key = strtoul(obj->label, NULL, 16);

		free(obj->label);
		if (asprintf(&obj->label, "0x%08x", redact_key(key)) < 0)
			err_nomem();
	} else if (obj->name.kind != OBJECT_ANON) {
		redact_path(&obj->label);
	}
}

static void redact_object(struct picture_object *obj)
{
	redact_label(obj);
	redact_object_name(&obj->name);
	obj->info.key = redact_key(obj->info.key);
	for (size_t i = 0; i < obj->n_processes; i++) {
		struct picture_process *process = &obj->processes[i];

		process->comm_len = redact_comm(process->comm,
						process->comm_len,
						sizeof(process->comm));
		for (size_t k = 0; k < process->n_also; k++) {
			struct picture_also *also = &process->also[k];

			also->comm_len = redact_comm(also->comm, also->comm_len,
						     sizeof(also->comm));
		}
	}
	for (size_t i = 0; i < obj->n_runs; i++) {
		uint64_t count = pages_together(obj, &obj->runs[i]);

		if (count < obj->runs[i].count)
			split_run(obj, i, count);
		redact_run(obj, &obj->runs[i]);
	}
}

void picture_redact(struct picture *picture)
{
	for (size_t i = 0; i < picture->n; i++)
		for (size_t r = 0; r < picture->objects[i].n_runs; r++)
			learn_run(&picture->objects[i],
				  &picture->objects[i].runs[r]);
	for (size_t i = 0; i < picture->n; i++)
		redact_object(&picture->objects[i]);
	redact_host(&picture->host);
	picture->redacted = true;
}
