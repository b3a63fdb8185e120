/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SHMVIZ_FRAME_JSON_H
#define SHMVIZ_FRAME_JSON_H

#include <stdbool.h>

#include <shmviz.h>

struct json_object;

/*
 * The members of a page: its state and what that has, as trace-json.md lists them;
 * refcount only where it is of use.
 */
void frame_add_json(struct json_object *o, const struct shmviz_frame *frame,
		    unsigned int page_size, bool refcount);

#endif /* SHMVIZ_FRAME_JSON_H */
