// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The board: pages that belong to the device /dev/shmviz itself. Maps the first one;
 * with a TEXT writes it there.
 *
 *   board [TEXT]
 */
#include "lab.h"

#include <fcntl.h>
#include <sys/mman.h>

int main(int argc, char **argv)
{
	char *addr;
	int fd;

	prepare_to_wait();
	fd = open("/dev/shmviz", O_RDWR);
	if (fd < 0)
		fail("open of /dev/shmviz");
	addr = mmap(NULL, page_size(), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (addr == MAP_FAILED)
		fail("mmap");
	close(fd);

	say("mapped at %p", (void *)addr);
	if (argc > 1) {
		strcpy(addr, argv[1]);
		say("wrote \"%s\"", addr);
	} else {
		say("reads \"%s\"", addr);
	}
	wait_for_you();
	return 0;
}
