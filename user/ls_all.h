/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SHMVIZ_LS_ALL_H
#define SHMVIZ_LS_ALL_H

#include "ls_options.h"

/* shmviz ls --all: an exit code. */
int ls_all(const struct ls_options *opt);

#endif /* SHMVIZ_LS_ALL_H */
