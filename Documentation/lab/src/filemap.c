// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A file as shared memory: maps the first page of FILE; with a TEXT writes it there.
 * Says what is there, and again after kill -USR1.
 *
 *   filemap FILE [TEXT]
 */
#include "lab.h"

#include <fcntl.h>
#include <sys/mman.h>

int main(int argc, char **argv)
{
	char *addr;
	int fd;

	prepare_to_wait();
	if (argc < 2)
		usage("FILE [TEXT]");
	fd = open(argv[1], O_RDWR);
	if (fd < 0)
		fail("open");
	addr = mmap(NULL, page_size(), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (addr == MAP_FAILED)
		fail("mmap");
	/* The mapping holds the file; the descriptor is no longer needed. */
	close(fd);

	say("mapped at %p, reads \"%.5s\"", (void *)addr, addr);
	if (argc > 2) {
		memcpy(addr, argv[2], strlen(argv[2]));
		say("wrote \"%s\"", argv[2]);
	}
	wait_for_you();
	say("reads \"%.5s\"", addr);
	return 0;
}
