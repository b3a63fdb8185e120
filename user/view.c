// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "view.h"

int view_open(struct view *view, const struct device_object *object)
{
	int err;

	view->page_size = object->info.page_size;
	view->size = object->info.pages * view->page_size;
	view->map = NULL;
	if (pipe2(view->pipe, O_CLOEXEC | O_NONBLOCK))
		return -errno;
	if (!view->size)
		return 0;
	view->map = mmap(NULL, view->size, PROT_READ, MAP_SHARED, object->fd,
			 0);
	if (view->map != MAP_FAILED)
		return 0;
	err = -errno;
	view->map = NULL;
	view_close(view);
	return err;
}

void view_close(struct view *view)
{
	if (view->map)
		munmap((void *)view->map, view->size);
	close(view->pipe[0]);
	close(view->pipe[1]);
}

/* What a write that failed half way left; on 6.12 an empty piece of the pipe. */
static void drain(struct view *view, void *buf)
{
	while (read(view->pipe[0], buf, view->page_size) >= 0)
		;
}

/*
 * A page may go at any moment, and touching it then is SIGBUS. A system call
 * that touches it says EFAULT instead, so the kernel does the copying: into a
 * pipe, which holds more than a page, and out again.
 */
int view_read(struct view *view, uint64_t page, void *buf)
{
	size_t size = view->page_size;
	ssize_t in, out;
	int err;

	in = write(view->pipe[1], view->map + page * size, size);
	if (in == (ssize_t)size) {
		out = read(view->pipe[0], buf, size);
		return out == in ? 1 : out < 0 ? -errno : -EIO;
	}
	err = in < 0 ? errno : EFAULT;
	drain(view, buf);
	return err == EFAULT ? 0 : -err;
}
