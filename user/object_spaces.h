/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SHMVIZ_OBJECT_SPACES_H
#define SHMVIZ_OBJECT_SPACES_H

struct object_list;

/*
 * Sets `first` of all maps: processes can share an address space (vfork, clone with
 * CLONE_VM), and what is mapped in it is mapped once. kcmp(2) tells; a kernel without
 * it leaves such maps counted twice.
 *
 * 0 or -ENOMEM.
 */
int object_mark_shared_spaces(struct object_list *list);

#endif /* SHMVIZ_OBJECT_SPACES_H */
