/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sharing picture, read from what 'shmviz map --json' wrote. */
#ifndef SHMVIZ_PICTURE_FROM_H
#define SHMVIZ_PICTURE_FROM_H

#include "picture.h"

/*
 * Reads a file, or stdin if `path` is "-". The file may come from anybody: all
 * that picture.h promises is checked, so that whoever is given the picture may
 * rely on it. Members that this version does not know are left alone.
 *
 * An exit code; if it is not 0, one line on stderr says which member of which
 * object is wrong, and there is no picture.
 */
int picture_from(struct picture *picture, const char *path);

#endif /* SHMVIZ_PICTURE_FROM_H */
