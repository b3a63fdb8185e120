// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Attaches a segment and stays until it is killed, or whoever started it ends:
 *
 *   plain	as it is
 *   parts	twice, and once with a hole
 *   no-leader	only a second thread is left, of another name
 *   vm		another process shares the address space
 *   vfork	so does a child of vfork(2), for which it waits
 *   left	in an IPC namespace of its own, which it has left
 *
 * Prints the inode of the segment's IPC namespace, its shmid, what the kernel
 * then says is its nattch, and the process's number as it is in /proc.
 */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <unistd.h>

static void stay(void)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;)
		pause();
}

static unsigned long nattch_of(int shmid)
{
	FILE *table = fopen("/proc/sysvipc/shm", "r");
	unsigned long nattch;
	char line[512];
	int id;

	if (!table)
		exit(1);
	while (fgets(line, sizeof(line), table))
		if (sscanf(line, "%*d %d %*o %*u %*d %*d %lu", &id, &nattch) == 2 &&
		    id == shmid) {
			fclose(table);
			return nattch;
		}
	exit(1);
}

static void say(int shmid)
{
	char self[32] = "";
	struct stat ns;

	/* What /proc/self is may have ended. */
	if (stat("/proc/thread-self/ns/ipc", &ns) ||
	    readlink("/proc/self", self, sizeof(self) - 1) < 0)
		exit(1);
	printf("%lu %d %lu %s\n", (unsigned long)ns.st_ino, shmid,
	       nattch_of(shmid), self);
	fflush(stdout);
}

static void *thread(void *shmid)
{
	prctl(PR_SET_NAME, "other");
	say((long)shmid);
	stay();
	return NULL;
}

static int sibling(void *unused)
{
	(void)unused;
	stay();
	return 0;
}

static void with_thread(int shmid)
{
	pthread_t id;

	if (pthread_create(&id, NULL, thread, (void *)(long)shmid))
		exit(1);
	pthread_exit(NULL);
}

static void with_sibling(void)
{
	static char stack[65536] __attribute__((aligned(16)));

	if (clone(sibling, stack + sizeof(stack), CLONE_VM | SIGCHLD, NULL) < 0)
		exit(1);
}

/* The parent goes on only when the child has ended. */
static void with_vfork(int shmid)
{
	say(shmid);
	if (!vfork())
		stay();
}

int main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : "";
	long page = getpagesize();
	char *addr;
	int shmid;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (!strcmp(mode, "left") && unshare(CLONE_NEWIPC))
		return 1;
	shmid = shmget(IPC_PRIVATE, 4 * page, 0600);
	addr = shmat(shmid, NULL, 0);
	if (addr == (void *)-1)
		return 1;
	if (!strcmp(mode, "parts") &&
	    (munmap(addr + page, page) || shmat(shmid, NULL, 0) == (void *)-1))
		return 1;
	if (!strcmp(mode, "no-leader"))
		with_thread(shmid);
	if (!strcmp(mode, "vm"))
		with_sibling();
	if (!strcmp(mode, "vfork"))
		with_vfork(shmid);
	else
		say(shmid);
	if (!strcmp(mode, "left") && unshare(CLONE_NEWIPC))
		return 1;
	stay();
}
