/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Objects by the list that the kernel itself keeps of them, through the device:
 * also those that no process leads to, as a memfd in the queue of a socket.
 */
#ifndef SHMVIZ_OBJECT_KERNEL_H
#define SHMVIZ_OBJECT_KERNEL_H

#include <stddef.h>

struct object_choice;
struct object_kernel_fs;
struct object_list;
struct object_mounts;
struct object_name;
struct shmviz_open;

struct object_kernel {
	struct object_kernel_fs *fs;
	size_t n;
};

/*
 * What there is, to be read before the processes: what is made after that does
 * not look as if nobody had it. Nothing without the device. 0 or a negative
 * errno; object_kernel_free() is due in both cases.
 */
int object_kernel_read(struct object_kernel *kernel,
		       const struct object_choice *choice,
		       const struct object_mounts *mounts);

/* Of those the ones that were found in no other way, if they are still there. */
int object_scan_kernel(struct object_list *list,
		       const struct object_choice *choice,
		       const struct object_mounts *mounts,
		       const struct object_kernel *kernel);
void object_kernel_free(struct object_kernel *kernel);

/*
 * Fill in the request for an object that is named by device and inode. *fd is a
 * descriptor that it needs. An exit code, with what is wrong in `why`.
 */
int object_kernel_request(const struct object_name *name,
			  struct shmviz_open *request, int *fd, char *why,
			  size_t size);

#endif /* SHMVIZ_OBJECT_KERNEL_H */
