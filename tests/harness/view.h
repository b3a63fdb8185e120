/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The view of an object: a module that allows it, and looks that cannot kill. */
#ifndef SHMVIZ_TEST_VIEW_H
#define SHMVIZ_TEST_VIEW_H

#include <stddef.h>

/*
 * Loads the module anew with these parameters and opens the device again. The
 * program bails out if it cannot.
 */
int view_reload(int dev, const char *params);

/* The view of `pages` pages of an object from page `first` on, or MAP_FAILED. */
char *view_map(int obj, size_t first, size_t pages);

/* The byte at addr, or -1 where a plain read of it would be SIGBUS. */
int view_peek(const char *addr);

#endif /* SHMVIZ_TEST_VIEW_H */
