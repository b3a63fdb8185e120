/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The view of an object: its contents, without attaching it and without
 * bringing back a page that is not there.
 */
#ifndef SHMVIZ_VIEW_H
#define SHMVIZ_VIEW_H

#include <stddef.h>
#include <stdint.h>

#include "device.h"

struct view {
	const char *map;
	size_t size;		/* of the mapping, whole pages */
	size_t page_size;
	int pipe[2];		/* pages are copied through it, see view.c */
};

/* Maps all of the object. 0 or a negative errno. */
int view_open(struct view *view, const struct device_object *object);
void view_close(struct view *view);

/*
 * Copies a page. 1, or 0 if it has no frame now (a hole, or swapped out), or
 * a negative errno.
 */
int view_read(struct view *view, uint64_t page, void *buf);

#endif /* SHMVIZ_VIEW_H */
