/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SHMVIZ_LS_LIMITS_H
#define SHMVIZ_LS_LIMITS_H

#include "ls_options.h"

/*
 * What is missing from the list, and why: one line, not an error. `refused`
 * namespaces could not be entered, `hidden` processes could not be looked at.
 */
void ls_tell_limits(const struct ls_options *opt, size_t refused,
		    size_t hidden);

#endif /* SHMVIZ_LS_LIMITS_H */
