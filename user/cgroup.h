/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of cgroups: the kernel's id of one is the inode of its directory. Only
 * those below the cgroup2 file system that this process sees have a name.
 */
#ifndef SHMVIZ_CGROUP_H
#define SHMVIZ_CGROUP_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The path of a cgroup, "/" for the root, as in /proc/PID/cgroup; NULL if it is
 * gone, or out of sight. It stays valid. What was found once is not looked for
 * again, nor what was not found, until a second has passed.
 */
const char *cgroup_path(uint64_t id);

/* A name from elsewhere, "" for none; from now on none is looked for here. */
void cgroup_learn(uint64_t id, const char *path);

/* From now on this is the path of that cgroup, whatever is learned of it. */
void cgroup_alias(uint64_t id, const char *path);
bool cgroup_has_alias(uint64_t id);

#endif /* SHMVIZ_CGROUP_H */
