/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Puts the runs of a picture together, page by page. */
#ifndef SHMVIZ_PICTURE_RUNS_H
#define SHMVIZ_PICTURE_RUNS_H

#include "picture.h"

struct picture_builder {
	struct picture_object *obj;	/* with all its mappings */
	size_t room;
};

/*
 * One page more, the next one: to the last run if it is like it, else to a new
 * one. `touch` has a value, and `copies` a frame or 0, for each mapping.
 */
void picture_add_page(struct picture_builder *builder, uint64_t page,
		      const struct shmviz_frame *frame, const uint8_t *touch,
		      const uint64_t *copies);

/* `frame` lies at `page`, `count` pages after `before`, and continues it. */
bool picture_frame_continues(const struct shmviz_frame *before, uint64_t count,
			     const struct shmviz_frame *frame);

#endif /* SHMVIZ_PICTURE_RUNS_H */
