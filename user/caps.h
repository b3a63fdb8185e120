/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Capabilities of this process. */
#ifndef SHMVIZ_CAPS_H
#define SHMVIZ_CAPS_H

#include <stdbool.h>
#include <sys/capability.h>

bool caps_have(cap_value_t cap);

/*
 * Gives up all of them, and the way to get any by running another program.
 * 0 or -errno.
 */
int caps_drop(void);

#endif /* SHMVIZ_CAPS_H */
