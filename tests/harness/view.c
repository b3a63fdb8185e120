// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "util.h"
#include "view.h"

int view_reload(int dev, const char *params)
{
	close(dev);
	if (util_rmmod() || util_insmod(params))
		ksft_exit_fail_msg("cannot load the module with '%s': %s\n",
				   params, strerror(errno));
	dev = open(SHMVIZ_DEVICE, O_RDWR | O_CLOEXEC);
	if (dev < 0)
		ksft_exit_fail_msg("%s: %s\n", SHMVIZ_DEVICE, strerror(errno));
	return dev;
}

char *view_map(int obj, size_t first, size_t pages)
{
	size_t page = getpagesize();

	return mmap(NULL, pages * page, PROT_READ, MAP_SHARED, obj,
		    first * page);
}

int view_peek(const char *addr)
{
	static int fds[2] = { -1, -1 };
	unsigned char byte;

	if (fds[0] < 0 && pipe2(fds, O_CLOEXEC))
		ksft_exit_fail_msg("pipe: %s\n", strerror(errno));
	if (write(fds[1], addr, 1) != 1)
		return -1;
	return read(fds[0], &byte, 1) == 1 ? byte : -1;
}
