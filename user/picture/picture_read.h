/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sharing picture, read from the running system. */
#ifndef SHMVIZ_PICTURE_READ_H
#define SHMVIZ_PICTURE_READ_H

#include <stdbool.h>
#include <stddef.h>

#include "object.h"
#include "picture.h"
#include "target.h"

/*
 * Reads `n` objects, with frames and holders from the device and from
 * /proc/PID/pagemap what each of their mappings has touched. Nothing is
 * attached and no page is touched. Programs go on meanwhile: it is no snapshot,
 * and whoever comes or goes is in it or not.
 *
 * An exit code, said on stderr if it is not 0; picture_free() is due in both
 * cases.
 */
int picture_read(struct picture *picture, struct target *targets, size_t n);

/*
 * The same of all objects of some kinds that somebody maps, and of all System V
 * segments. One that goes before it is looked at is left out.
 */
int picture_read_all(struct picture *picture,
		     const struct object_choice *choice);

#endif /* SHMVIZ_PICTURE_READ_H */
