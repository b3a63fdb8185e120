/* SPDX-License-Identifier: GPL-2.0-or-later */
/* shmviz stat --from FILE: the events of a trace that was written down, counted. */
#ifndef SHMVIZ_RECOUNT_H
#define SHMVIZ_RECOUNT_H

#include "stat_options.h"
#include "write_stat.h"

/* An exit code; what is wrong with the file has been said. */
int recount(const struct stat_options *opt, const struct stat_writer *writer);

#endif /* SHMVIZ_RECOUNT_H */
