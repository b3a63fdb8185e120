/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The pages of one object, for its picture: through the device. */
#ifndef SHMVIZ_TOP_FRAMES_H
#define SHMVIZ_TOP_FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "frames.h"

struct object;

struct top_frames {
	bool there;
	char why[512];		/* why not */
	struct frame_list list;
	uint64_t page_size;
	uint64_t mappings;	/* page-table entries of all pages */
};

void top_frames_read(struct top_frames *frames, const struct object *obj);
void top_frames_free(struct top_frames *frames);

/* Why the device does not answer; "": it does. */
void top_frames_probe(char *why, size_t size);

#endif /* SHMVIZ_TOP_FRAMES_H */
