// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "device.h"
#include "err.h"

/* Records fetched by one call: 192 KiB, and a signal is not kept waiting. */
#define CHUNK	4096

static int failed(struct device_error *error, enum device_step step)
{
	error->step = step;
	error->err = errno;
	return -1;
}

int device_open(struct device_object *object,
		const struct shmviz_open *request, struct device_error *error)
{
	int device = open(SHMVIZ_DEVICE, O_RDWR | O_CLOEXEC);

	object->request = error->request = *request;

	if (device < 0)
		return failed(error, DEVICE_NODE);
	object->fd = ioctl(device, SHMVIZ_OPEN, request);
	if (object->fd < 0) {
		failed(error, DEVICE_OPEN);
		goto out_device;
	}
	if (ioctl(object->fd, SHMVIZ_INFO, &object->info)) {
		failed(error, DEVICE_INFO);
		goto out_object;
	}
	close(device);
	return 0;

out_object:
	close(object->fd);
out_device:
	close(device);
	return -1;
}

void device_close(struct device_object *object)
{
	close(object->fd);
	object->fd = -1;
}

int device_frames(const struct device_object *object, uint64_t first,
		  uint64_t last, struct frame_list *frames,
		  struct device_error *error)
{
	struct shmviz_frame *chunk = calloc(CHUNK, sizeof(*chunk));
	int ret = -1;

	error->request = object->request;
	if (!chunk)
		goto out;
	while (first <= last) {
		uint64_t left = last - first;
		struct shmviz_frames request = {
			.first = first,
			.count = left < CHUNK ? left + 1 : CHUNK,
			.buf = (uintptr_t)chunk,
		};

		if (ioctl(object->fd, SHMVIZ_FRAMES, &request)) {
			if (errno == EINTR)
				continue;
			goto out;
		}
		if (!request.count)
			break;
		if (frame_list_add(frames, first, chunk, request.count)) {
			errno = ENOMEM;
			goto out;
		}
		first += request.count;
	}
	ret = 0;
out:
	if (ret)
		failed(error, DEVICE_FRAMES);
	free(chunk);
	return ret;
}

int device_sharers(const struct device_object *object,
		   struct shmviz_sharer **sharers, size_t *n,
		   struct device_error *error)
{
	struct shmviz_sharers request = {};
	struct shmviz_sharer *more;

	error->request = object->request;
	*sharers = NULL;
	/* Others may come between a count and the next call: some room more. */
	do {
		request.count = request.total + request.total / 4 + 16;
		more = realloc(*sharers, request.count * sizeof(*more));
		if (!more) {
			errno = ENOMEM;
			goto fail;
		}
		*sharers = more;
		request.buf = (uintptr_t)more;
		if (ioctl(object->fd, SHMVIZ_SHARERS, &request))
			goto fail;
	} while (request.count < request.total);
	*n = request.count;
	return 0;

fail:
	failed(error, DEVICE_SHARERS);
	free(*sharers);
	*sharers = NULL;
	return -1;
}

/* By a call that is told how much room there is and tells how much it takes. */
static int list_all(int device, struct shmviz_list *arg,
		    struct shmviz_listed **recs)
{
	struct shmviz_listed *more;

	do {
		arg->count = arg->total + arg->total / 4 + 256;
		more = reallocarray(*recs, arg->count, sizeof(*more));
		if (!more) {
			errno = ENOMEM;
			return -1;
		}
		*recs = more;
		arg->buf = (uintptr_t)more;
		if (ioctl(device, SHMVIZ_LIST, arg))
			return -1;
	} while (arg->count < arg->total);
	return 0;
}

int device_list(int fd, struct shmviz_listed **recs, size_t *n,
		struct device_error *error)
{
	int device = open(SHMVIZ_DEVICE, O_RDWR | O_CLOEXEC);
	struct shmviz_list arg = { .fd = fd };

	*recs = NULL;
	error->request = (struct shmviz_open) { .kind = SHMVIZ_KIND_INODE };
	if (device < 0)
		return failed(error, DEVICE_NODE);
	if (list_all(device, &arg, recs)) {
		failed(error, DEVICE_LIST);
		free(*recs);
		*recs = NULL;
		close(device);
		return -1;
	}
	*n = arg.count;
	close(device);
	return 0;
}

static int explain_missing(char *text, size_t size)
{
	struct utsname uts;

	uname(&uts);
	snprintf(text, size,
		 "the module is not loaded: insmod build/kmod/%s/shmviz.ko, or run scripts/lab",
		 uts.release);
	return EXIT_LACKS;
}

static int explain_rights(char *text, size_t size)
{
	snprintf(text, size,
		 "reading frame numbers needs root (CAP_SYS_ADMIN in the initial user namespace)");
	return EXIT_FAILED;
}

static int explain_mismatch(char *text, size_t size)
{
	snprintf(text, size,
		 "the loaded module and this shmviz (%s) do not belong together: rmmod "
		 "shmviz, then insmod the one that was built with it",
		 SHMVIZ_VERSION);
	return EXIT_LACKS;
}

static int explain_node(int err, char *text, size_t size)
{
	switch (err) {
	case ENOENT:
	case ENXIO:
	case ENODEV:
		return explain_missing(text, size);
	case EACCES:
	case EPERM:
		return explain_rights(text, size);
	}
	snprintf(text, size, "cannot open %s: %s", SHMVIZ_DEVICE,
		 strerror(err));
	return EXIT_FAILED;
}

static int explain_unsupported(const struct device_error *error, char *text,
			       size_t size)
{
	if (error->request.kind == SHMVIZ_KIND_FILE)
		snprintf(text, size,
			 "the pages of that file are not its own: of one on overlayfs, name "
			 "the file below it; one on DAX has none");
	else
		snprintf(text, size,
			 "this kernel keeps its segments in a shape that the module does not "
			 "know: 'shmviz doctor' says which kernel this is");
	return EXIT_LACKS;
}

int device_explain(const struct device_error *error, char *text, size_t size)
{
	static const char *const doing[] = {
		[DEVICE_LIST] = "list the objects of a file system",
		[DEVICE_OPEN] = "open the object",
		[DEVICE_INFO] = "read what the object is",
		[DEVICE_FRAMES] = "read its frames",
		[DEVICE_SHARERS] = "read who maps it",
	};

	if (error->step == DEVICE_NODE)
		return explain_node(error->err, text, size);
	switch (error->err) {
	case EACCES:
	case EPERM:
		return explain_rights(text, size);
	case EINVAL:
		if (error->request.kind == SHMVIZ_KIND_FILE) {
			snprintf(text, size,
				 "that is no regular file: nothing to share lies behind it");
			return EXIT_FAILED;
		}
		/* We ask nothing that our own header forbids. */
		/* fall through */
	case ENOTTY:
		return explain_mismatch(text, size);
	case EOPNOTSUPP:
		return explain_unsupported(error, text, size);
	case ENOENT:
		if (error->request.kind == SHMVIZ_KIND_INODE) {
			snprintf(text, size, "the object went meanwhile");
			return EXIT_FAILED;
		}
		if (error->request.kind != SHMVIZ_KIND_SEGMENT)
			break;
		snprintf(text, size,
			 "no segment with shmid %d in %s IPC namespace: 'shmviz ls' lists them",
			 error->request.id,
			 error->request.ns_fd < 0 ? "this" : "that");
		return EXIT_FAILED;
	}
	snprintf(text, size, "cannot %s: %s", doing[error->step],
		 strerror(error->err));
	return EXIT_FAILED;
}
