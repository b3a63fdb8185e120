// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>

#include "frames.h"

static int append(struct frame_list *list, const struct frame_run *run)
{
	if (list->n == list->room) {
		size_t room = list->room ? 2 * list->room : 64;
		struct frame_run *bigger = reallocarray(list->runs, room,
							sizeof(*bigger));

		if (!bigger)
			return -ENOMEM;
		list->runs = bigger;
		list->room = room;
	}
	list->runs[list->n++] = *run;
	return 0;
}

static void count(struct frame_list *list, const struct shmviz_frame *frame)
{
	list->pages++;
	if (frame->state == SHMVIZ_STATE_PRESENT)
		list->present++;
	else if (frame->state == SHMVIZ_STATE_SWAPPED)
		list->swapped++;
	else
		list->holes++;
}

struct shmviz_frame frame_of_run(const struct frame_run *run, uint64_t i)
{
	struct shmviz_frame frame = run->frame;

	if (frame.state == SHMVIZ_STATE_SWAPPED)
		frame.swap_offset += i;
	return frame;
}

bool frame_run_continues(const struct frame_run *a, const struct frame_run *b)
{
	const struct shmviz_frame *x = &a->frame, *y = &b->frame;
	const uint32_t place = SHMVIZ_FRAME_HEAD | SHMVIZ_FRAME_TAIL;

	if (x->state != y->state || b->first != a->first + a->count)
		return false;
	if (x->state == SHMVIZ_STATE_HOLE)
		return true;
	if (x->state == SHMVIZ_STATE_SWAPPED)
		return x->swap_type == y->swap_type &&
		       x->swap_offset + a->count == y->swap_offset;
	return x->pfn + a->count == y->pfn && x->memcg == y->memcg &&
	       (x->flags | place) == (y->flags | place) &&
	       x->mapcount == y->mapcount && x->refcount == y->refcount &&
	       x->node == y->node && x->order == y->order &&
	       x->zone == y->zone;
}

int frame_list_add(struct frame_list *list, uint64_t first,
		   const struct shmviz_frame *frames, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct frame_run run = {
			.first = first + i,
			.count = 1,
			.frame = frames[i],
		};
		struct frame_run *last = list->n ? &list->runs[list->n - 1] :
					 NULL;

		if (last && frames[i].state != SHMVIZ_STATE_PRESENT &&
		    frame_run_continues(last, &run))
			last->count++;
		else if (append(list, &run))
			return -ENOMEM;
		count(list, &frames[i]);
	}
	return 0;
}

void frame_list_free(struct frame_list *list)
{
	free(list->runs);
	*list = (struct frame_list) {};
}
