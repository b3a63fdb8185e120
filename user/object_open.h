/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SHMVIZ_OBJECT_OPEN_H
#define SHMVIZ_OBJECT_OPEN_H

#include <stddef.h>

#include "object_name.h"

/*
 * Open for reading what a notation leads to, and see that it is of the kind
 * that it says. A descriptor; or -1, with the reason in `why`. A segment by its
 * id is not opened by this: object_open_ipcns().
 */
int object_open(const struct object_name *name, char *why, size_t size);

/* The IPC namespace with this inode number: likewise. */
int object_open_ipcns(ino_t ino, char *why, size_t size);

#endif /* SHMVIZ_OBJECT_OPEN_H */
