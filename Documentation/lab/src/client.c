// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Attaches the server's segment by its key, reads two of its pages, and waits.
 *
 *   client KEY
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	key_t key = argc > 1 ? strtol(argv[1], NULL, 0) : 0x5eed;
	size_t page = sysconf(_SC_PAGESIZE);
	int shmid;
	char *addr;

	shmid = shmget(key, 0, 0);
	if (shmid < 0) {
		perror("client: shmget");
		return 1;
	}
	addr = shmat(shmid, NULL, 0);
	if (addr == (char *)-1) {
		perror("client: shmat");
		return 1;
	}
	printf("client %d: attached at %p, reads \"%s\" and a %d in page 9\n",
	       getpid(), (void *)addr, addr, addr[9 * page]);
	fflush(stdout);

	pause();
	return 0;
}
