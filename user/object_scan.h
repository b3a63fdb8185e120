/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SHMVIZ_OBJECT_SCAN_H
#define SHMVIZ_OBJECT_SCAN_H

struct object_choice;
struct object_list;
struct object_mounts;

/*
 * Sources of objects. Each adds what it finds to the list, and what it knows to
 * objects that are there. 0 or a negative errno. One more is object_kernel.h.
 */
int object_scan_segments(struct object_list *list,
			 const struct object_choice *choice);
int object_scan_processes(struct object_list *list,
			  const struct object_choice *choice,
			  const struct object_mounts *mounts);
int object_scan_names(struct object_list *list,
		      const struct object_choice *choice,
		      const struct object_mounts *mounts);

#endif /* SHMVIZ_OBJECT_SCAN_H */
