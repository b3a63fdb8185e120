// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Leaves an object of eight pages where no process leads to it, in the queue of a
 * socket, and stays until it is killed or whoever started it ends:
 *
 *   memfd NAME	a memfd
 *   posix NAME	a file below /dev/shm, whose name is removed
 *
 * Page 1 of it is touched. Prints its device and inode number, as MAJ:MIN/INODE,
 * and the frame that pagemap has for page 1.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "scm.h"

static int die(const char *what)
{
	perror(what);
	exit(1);
}

static int make(const char *kind, const char *name)
{
	int fd;

	if (!strcmp(kind, "memfd"))
		return memfd_create(name, MFD_CLOEXEC);
	fd = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
	if (fd >= 0)
		shm_unlink(name);
	return fd;
}

static uint64_t touch(int fd)
{
	size_t page = getpagesize();
	int pagemap = open("/proc/self/pagemap", O_RDONLY);
	uint64_t entry;
	char *addr;

	if (ftruncate(fd, 8 * page))
		die("ftruncate");
	addr = mmap(NULL, 8 * page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (addr == MAP_FAILED)
		die("mmap");
	addr[page] = 1;
	if (pread(pagemap, &entry, sizeof(entry), ((uintptr_t)addr / page + 1) *
		  sizeof(entry)) != sizeof(entry))
		die("pagemap");
	munmap(addr, 8 * page);
	close(pagemap);
	return entry & ((1ull << 55) - 1);
}

int main(int argc, char **argv)
{
	int sockets[2], fd;
	struct stat st;
	uint64_t pfn;

	if (argc != 3)
		return 2;
	fd = make(argv[1], argv[2]);
	if (fd < 0 || fstat(fd, &st))
		die(argv[2]);
	pfn = touch(fd);
	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, sockets) ||
	    scm_send(sockets[0], fd))
		die("socket");
	close(fd);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	printf("%u:%u/%ju %ju\n", major(st.st_dev), minor(st.st_dev),
	       (uintmax_t)st.st_ino, (uintmax_t)pfn);
	fflush(stdout);
	for (;;)
		pause();
}
