/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SHMVIZ_PICTURE_PAGES_H
#define SHMVIZ_PICTURE_PAGES_H

#include "device.h"
#include "picture.h"

/*
 * Reads the frames of an object whose mappings are known, pages page_first to
 * page_first + page_count - 1, and what each mapping has of them; fills in the
 * runs. 0, or -1 with *error filled in.
 */
int picture_read_pages(struct picture_object *obj,
		       const struct device_object *object,
		       struct device_error *error);

#endif /* SHMVIZ_PICTURE_PAGES_H */
