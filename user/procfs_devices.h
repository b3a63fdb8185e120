/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The devices of the kernel's own mounts that shared memory without a file
 * lives on: one of tmpfs, and one of hugetlbfs for each size of huge page.
 * Segments, memfds and shared anonymous memory are on them, and nobody can make
 * a file there by name. Without this check a process could pass off a file of
 * its own, named like a segment in a tmpfs of its own, as one.
 */
#ifndef SHMVIZ_PROCFS_DEVICES_H
#define SHMVIZ_PROCFS_DEVICES_H

#include <stdbool.h>
#include <sys/types.h>

bool shm_device(dev_t dev);

/* One of those of huge pages. */
bool shm_device_huge(dev_t dev);

/* Call fn for each until it returns non-zero, and return that. */
int shm_device_each(int (*fn)(dev_t dev, void *arg), void *arg);

/* A memfd of no size that lies on it, or a negative errno. */
int shm_device_open(dev_t dev);
/* A descriptor of our own, by the link of /proc to it, is such a memfd. */
bool shm_device_is_standin(const char *link);

#endif /* SHMVIZ_PROCFS_DEVICES_H */
