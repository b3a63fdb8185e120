/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which capabilities are in effect. */
#ifndef SHMVIZ_CAPS_H
#define SHMVIZ_CAPS_H

#include <stdbool.h>
#include <sys/capability.h>

bool caps_have(cap_value_t cap);

#endif /* SHMVIZ_CAPS_H */
