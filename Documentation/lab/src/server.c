// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Creates a System V segment, fills some of its pages, and waits.
 *
 *   server KEY PAGES
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	key_t key = argc > 1 ? strtol(argv[1], NULL, 0) : 0x5eed;
	int pages = argc > 2 ? atoi(argv[2]) : 16;
	size_t page = sysconf(_SC_PAGESIZE);
	int shmid;
	char *addr;

	shmid = shmget(key, pages * page, IPC_CREAT | IPC_EXCL | 0600);
	if (shmid < 0) {
		perror("server: shmget");
		return 1;
	}
	addr = shmat(shmid, NULL, 0);
	if (addr == (char *)-1) {
		perror("server: shmat");
		return 1;
	}
	printf("server %d: segment %d, %d pages, attached at %p\n", getpid(),
	       shmid, pages, (void *)addr);

	/* A page gets a frame when it is first touched: these four do. */
	strcpy(addr, "Hello from the server");
	addr[1 * page] = 1;
	addr[2 * page] = 2;
	addr[9 * page] = 9;
	printf("server %d: wrote to pages 0, 1, 2 and 9\n", getpid());
	fflush(stdout);

	pause();
	return 0;
}
