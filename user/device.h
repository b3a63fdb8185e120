/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The client of /dev/shmviz. Everything that is wanted of an object is read in
 * one go and the object is closed at once: while it is open it keeps the
 * memory of a removed segment alive.
 */
#ifndef SHMVIZ_DEVICE_H
#define SHMVIZ_DEVICE_H

#include <stddef.h>
#include <stdint.h>

#include <shmviz.h>

#include "frames.h"

/* Where it failed: the same errno means another thing at each place. */
enum device_step {
	DEVICE_NODE,		/* opening /dev/shmviz */
	DEVICE_LIST,
	DEVICE_OPEN,		/* SHMVIZ_OPEN */
	DEVICE_INFO,
	DEVICE_FRAMES,
	DEVICE_SHARERS,
};

struct device_error {
	enum device_step step;
	int err;		/* errno, positive */
	struct shmviz_open request;
};

struct device_object {
	int fd;
	struct shmviz_open request;
	struct shmviz_info info;
};

/* Open an object and read what it is. 0, or -1 with *error filled in. */
int device_open(struct device_object *object,
		const struct shmviz_open *request, struct device_error *error);
void device_close(struct device_object *object);

/*
 * Add pages first..last of the object to `frames`. Fewer come where the object
 * ends earlier. 0, or -1 with *error filled in.
 */
int device_frames(const struct device_object *object, uint64_t first,
		  uint64_t last, struct frame_list *frames,
		  struct device_error *error);

/*
 * Everyone who maps the object, to be freed by the caller. 0, or -1 with *error
 * filled in.
 */
int device_sharers(const struct device_object *object,
		   struct shmviz_sharer **sharers, size_t *n,
		   struct device_error *error);

/*
 * All objects on the file system that `fd` is on, whoever has them; to be freed
 * by the caller. 0, or -1 with *error filled in.
 */
int device_list(int fd, struct shmviz_listed **recs, size_t *n,
		struct device_error *error);

/*
 * What happened and what to do about it, in one line without newline. Returns
 * the exit code that goes with it.
 */
int device_explain(const struct device_error *error, char *text, size_t size);

#endif /* SHMVIZ_DEVICE_H */
