/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SHMVIZ_PICTURE_HOLDERS_H
#define SHMVIZ_PICTURE_HOLDERS_H

#include "picture.h"

/*
 * Who maps an object, from the device's records, which are freed; names from
 * /proc. Whoever has ended since is left out; those that have no pid here come
 * last, each as a process of its own.
 */
void picture_take_holders(struct picture_object *obj,
			  struct shmviz_sharer *sharers, size_t n);

#endif /* SHMVIZ_PICTURE_HOLDERS_H */
