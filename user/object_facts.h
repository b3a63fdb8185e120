/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What there is to say of an object once there is a way to it, a descriptor of
 * O_PATH: size, owner, and how much of it is in memory.
 */
#ifndef SHMVIZ_OBJECT_FACTS_H
#define SHMVIZ_OBJECT_FACTS_H

struct object;
struct object_mounts;

/*
 * Fills in `known` and `counted` facts of an object that is no segment, whose
 * kind, dev and ino are set; leaves out what can't be told, and all if the
 * descriptor is of something else by now.
 *
 * In memory: by the device if the module is loaded, else cachestat(2), which
 * is there since Linux 6.5, else mincore(2). The first two touch nothing; for
 * the third the object is mapped for a moment, without touching it, and so only
 * if it is in shared memory. Of a file on a network or of another program
 * (FUSE) nobody is asked.
 */
void object_read_facts(struct object *obj, const struct object_mounts *mounts,
		       int path_fd);

/*
 * The same for a segment of huge pages, of which the kernel has the facts but
 * one: some kernels since 6.7 say 512 times as much in /proc/sysvipc/shm as is
 * there, since they count small pages as huge ones.
 */
void object_read_huge(struct object *obj, int path_fd);

#endif /* SHMVIZ_OBJECT_FACTS_H */
