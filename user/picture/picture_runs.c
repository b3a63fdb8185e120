// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "picture_runs.h"

/* What comes and goes while nobody does anything, and the place in a folio. */
#define RESTLESS							\
	(SHMVIZ_FRAME_LOCKED | SHMVIZ_FRAME_LRU | SHMVIZ_FRAME_ACTIVE |	\
	 SHMVIZ_FRAME_REFERENCED | SHMVIZ_FRAME_WRITEBACK |		\
	 SHMVIZ_FRAME_WORKINGSET | SHMVIZ_FRAME_HEAD | SHMVIZ_FRAME_TAIL)

bool picture_frame_continues(const struct shmviz_frame *a, uint64_t count,
			     const struct shmviz_frame *b)
{
	if (a->state != b->state)
		return false;
	if (a->state == SHMVIZ_STATE_SWAPPED)
		return a->swap_type == b->swap_type &&
		       (a->swap_type == SHMVIZ_SWAP_POISONED ||
			a->swap_offset + count == b->swap_offset);
	if (a->state != SHMVIZ_STATE_PRESENT)
		return true;
	return a->pfn + count == b->pfn && a->order == b->order &&
	       a->node == b->node && a->zone == b->zone &&
	       a->memcg == b->memcg && a->mapcount == b->mapcount &&
	       (a->flags | RESTLESS) == (b->flags | RESTLESS);
}

static bool copies_continue(const struct picture_object *obj,
			    const struct picture_run *run,
			    const uint64_t *copies)
{
	for (size_t i = 0; i < obj->n_mappings; i++) {
		uint64_t had = run->copies ? run->copies[i] : 0;

		if (had ? copies[i] != had + run->count : copies[i] != 0)
			return false;
	}
	return true;
}

static void *copy(const void *from, size_t size)
{
	void *to = malloc(size ? size : 1);

	if (!to)
		err_nomem();
	return memcpy(to, from, size);
}

static void append(struct picture_builder *builder,
		   const struct picture_run *run)
{
	struct picture_object *obj = builder->obj;

	if (obj->n_runs == builder->room) {
		builder->room = builder->room ? 2 * builder->room : 16;
		obj->runs = reallocarray(obj->runs, builder->room,
					 sizeof(*obj->runs));
		if (!obj->runs)
			err_nomem();
	}
	obj->runs[obj->n_runs++] = *run;
}

void picture_add_page(struct picture_builder *builder, uint64_t page,
		      const struct shmviz_frame *frame, const uint8_t *touch,
		      const uint64_t *copies)
{
	struct picture_object *obj = builder->obj;
	struct picture_run *last = obj->n_runs ? &obj->runs[obj->n_runs - 1] :
						 NULL;
	struct picture_run run = { .first = page, .count = 1, .frame = *frame };

	if (last && picture_frame_continues(&last->frame, last->count, frame) &&
	    !memcmp(last->touch, touch, obj->n_mappings) &&
	    copies_continue(obj, last, copies)) {
		last->count++;
		return;
	}
	run.touch = copy(touch, obj->n_mappings);
	for (size_t i = 0; i < obj->n_mappings && !run.copies; i++)
		if (copies[i])
			run.copies = copy(copies, obj->n_mappings *
						  sizeof(*copies));
	picture_count_holders(obj, &run);
	append(builder, &run);
}
