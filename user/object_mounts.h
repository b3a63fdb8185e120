/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The file systems that decide what kind an object is: every tmpfs and
 * hugetlbfs that is mounted where some process can see it, and which of them is
 * a process's /dev/shm.
 */
#ifndef SHMVIZ_OBJECT_MOUNTS_H
#define SHMVIZ_OBJECT_MOUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "object_name.h"

#define OBJECT_SHM_DIR	"/dev/shm"

struct object_mount {
	dev_t dev;
	bool huge;		/* hugetlbfs; else tmpfs */
	bool shm;		/* it is /dev/shm of process `pid` */
	pid_t pid;		/* 0: of our own */
	ino_t ns;		/* mount namespace of that process */
};

struct object_mounts {
	struct object_mount *mounts;	/* one for each device */
	size_t n;
	struct object_root *roots;	/* that were looked at */
	size_t n_roots;
};

/* 0 or a negative errno; object_mounts_free() is due in both cases. */
int object_mounts_read(struct object_mounts *mounts);
void object_mounts_free(struct object_mounts *mounts);

const struct object_mount *object_mount_find(const struct object_mounts *mounts,
					     dev_t dev);

/*
 * What a regular file is, by its device and where the link of /proc to it
 * leads. The kernel's own mounts have no names that anybody else could choose.
 */
enum object_kind object_kind_of(const struct object_mounts *mounts, dev_t dev,
				const char *link);

/*
 * What people know it by, of where such a link leads; to be freed. NULL: not all
 * kinds have a name.
 */
char *object_link_name(enum object_kind kind, const char *link, dev_t dev,
		       ino_t ino);

/* It lies in swappable memory, or on huge pages. */
bool object_dev_is_shmem(const struct object_mounts *mounts, dev_t dev);
bool object_dev_is_huge(const struct object_mounts *mounts, dev_t dev);

/*
 * A path below the /dev/shm that a process sees: a descriptor of O_PATH, or a
 * negative errno. No link in it leads out of the process's root directory.
 */
int object_open_shm(pid_t pid, const char *path);

#endif /* SHMVIZ_OBJECT_MOUNTS_H */
