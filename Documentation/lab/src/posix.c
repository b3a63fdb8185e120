// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * POSIX shared memory, step by step:
 *
 *   posix NAME STEP...
 *
 *   create open		shm_open, with O_CREAT|O_EXCL or without
 *   size=BYTES			ftruncate
 *   mmap			the whole of it, shared
 *   close			the descriptor
 *   write=TEXT read		at its beginning
 *   munmap unlink
 *   wait			until you say kill -USR1
 */
#include "lab.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

int main(int argc, char **argv)
{
	const char *name = argv[1];
	struct stat st = { 0 };
	char *addr = NULL;
	int fd = -1;

	prepare_to_wait();
	if (argc < 3)
		usage("NAME STEP...; see the top of posix.c");

	for (int i = 2; i < argc; i++) {
		const char *step = argv[i];

		if (!strcmp(step, "create") || !strcmp(step, "open")) {
			fd = shm_open(name, O_RDWR | (step[0] == 'c' ?
				      O_CREAT | O_EXCL : 0), 0600);
			if (fd < 0)
				fail("shm_open");
			if (fstat(fd, &st))
				fail("fstat");
			say("%s: %s has %ld bytes", step, name, (long)st.st_size);
		} else if (!strncmp(step, "size=", 5)) {
			if (ftruncate(fd, atol(step + 5)) || fstat(fd, &st))
				fail("ftruncate");
			say("now it has %ld bytes", (long)st.st_size);
		} else if (!strcmp(step, "mmap")) {
			addr = mmap(NULL, st.st_size, PROT_READ | PROT_WRITE,
				    MAP_SHARED, fd, 0);
			if (addr == MAP_FAILED)
				fail("mmap");
			say("mapped at %p", (void *)addr);
		} else if (!strcmp(step, "close")) {
			close(fd);
		} else if (!strncmp(step, "write=", 6) && addr) {
			strcpy(addr, step + 6);
			say("wrote \"%s\"", addr);
		} else if (!strcmp(step, "read") && addr) {
			say("reads \"%s\"", addr);
		} else if (!strcmp(step, "munmap")) {
			if (munmap(addr, st.st_size))
				fail("munmap");
			say("unmapped");
		} else if (!strcmp(step, "unlink")) {
			if (shm_unlink(name))
				fail("shm_unlink");
			say("unlinked %s", name);
		} else if (!strcmp(step, "wait")) {
			wait_for_you();
		} else {
			usage("NAME STEP...; see the top of posix.c");
		}
	}
	return 0;
}
