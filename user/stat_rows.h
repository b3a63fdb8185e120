/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rows of bpf/stat.h once more, for events that come from a file: counted
 * here as the kernel counts those that happen.
 */
#ifndef SHMVIZ_STAT_ROWS_H
#define SHMVIZ_STAT_ROWS_H

#include "event.h"
#include "stats.h"

/* Begins as {}. */
struct stat_rows {
	void *tree;		/* of struct node, see tsearch(3) */
};

/* 0 or -ENOMEM. */
int stat_rows_add(struct stat_rows *rows, const struct event *ev);

/* Fills an empty table ({}). 0 or -ENOMEM. */
int stat_rows_read(const struct stat_rows *rows, struct stat_table *table);

void stat_rows_free(struct stat_rows *rows);

#endif /* SHMVIZ_STAT_ROWS_H */
