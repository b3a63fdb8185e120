// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "procfs.h"
#include "procfs_pagemap.h"

static int read_all(int fd, char *to, size_t size, off_t at)
{
	while (size) {
		ssize_t len = pread(fd, to, size, at);

		if (len < 0 && errno == EINTR)
			continue;
		/* A process that ends has no memory left to read about. */
		if (len <= 0)
			return len ? -errno : -ESRCH;
		to += len;
		at += len;
		size -= len;
	}
	return 0;
}

int procfs_pagemap(pid_t pid, uint64_t addr, unsigned int page_size,
		   uint64_t *entries, size_t n)
{
	int dir = procfs_open(pid), fd, ret;

	if (dir < 0)
		return dir == -ENOENT ? -ESRCH : dir;
	fd = openat(dir, "pagemap", O_RDONLY | O_CLOEXEC);
	ret = fd < 0 ? -errno : 0;
	close(dir);
	if (ret)
		return ret == -ENOENT ? -ESRCH : ret;
	ret = read_all(fd, (char *)entries, n * sizeof(*entries),
		       addr / page_size * sizeof(*entries));
	close(fd);
	return ret;
}
