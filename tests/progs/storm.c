// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * All that can happen to attachments, from many processes at once, until a byte
 * comes on its input; then rest, with some of it left as it is. Prints "rest"
 * when all is still, and ends when its input does. What it has made goes with it.
 * With -n ROUNDS each process does so many things, and it ends by itself.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORKERS	4
#define SLOTS	6
#define PAGES	8

static volatile int *slots;	/* shmid + 1; shared by all; last: stop */
static unsigned int seed;
static size_t page;
static char self[256];

static unsigned int rnd(unsigned int n)
{
	return rand_r(&seed) % n;
}

static char *attach_some(void)
{
	int shmid = slots[rnd(SLOTS)] - 1;
	char *addr = shmid < 0 ? (void *)-1 : shmat(shmid, NULL, 0);

	return addr == (void *)-1 ? NULL : addr;
}

/* A new segment in place of one that is removed, attached or not. */
static void replace(void)
{
	int slot = rnd(SLOTS), old = slots[slot];
	int shmid = shmget(IPC_PRIVATE, PAGES * page, 0600);

	if (shmid < 0)
		return;
	if (!__sync_bool_compare_and_swap(&slots[slot], old, shmid + 1)) {
		shmctl(shmid, IPC_RMID, NULL);
		return;
	}
	if (old)
		shmctl(old - 1, IPC_RMID, NULL);
}

static void touch(void)
{
	char *addr = attach_some();

	if (!addr)
		return;
	addr[rnd(PAGES) * page] = 1;
	shmdt(addr);
}

static void unmap_parts(void)
{
	char *addr = attach_some();

	if (!addr)
		return;
	munmap(addr + page * rnd(PAGES), page);
	munmap(addr + page * rnd(PAGES), page);
	munmap(addr, PAGES * page);
}

static void protect(void)
{
	char *addr = attach_some();

	if (!addr)
		return;
	mprotect(addr + page * rnd(PAGES), page, PROT_READ);
	mprotect(addr + page * rnd(PAGES), page, PROT_NONE);
	shmdt(addr);
}

static void move(void)
{
	char *addr = attach_some();
	char *room = mmap(NULL, PAGES * page, PROT_NONE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (addr)
		mremap(addr, PAGES * page, PAGES * page,
		       MREMAP_MAYMOVE | MREMAP_FIXED, room);
	munmap(room, PAGES * page);
}

static void map_over(void)
{
	char *addr = attach_some();

	if (!addr)
		return;
	mmap(addr, PAGES * page, PROT_NONE,
	     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	munmap(addr, PAGES * page);
}

/* Over an attachment of the same process. */
static void remap(void)
{
	int shmid = slots[rnd(SLOTS)] - 1;
	char *addr = attach_some();

	if (!addr)
		return;
	shmat(shmid, addr, SHM_REMAP);
	munmap(addr, PAGES * page);
}

static void fork_exit(void)
{
	char *addr = attach_some();
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	waitpid(pid, NULL, 0);
	if (addr)
		shmdt(addr);
}

static void fork_exec(void)
{
	char *addr = attach_some();
	pid_t pid = rnd(2) ? fork() : vfork();

	if (!pid) {
		execl(self, self, "0", NULL);
		_exit(1);
	}
	waitpid(pid, NULL, 0);
	if (addr)
		shmdt(addr);
}

static void *thread(void *arg)
{
	touch();
	return arg;
}

static void with_thread(void)
{
	pthread_t id;

	if (!pthread_create(&id, NULL, thread, NULL))
		pthread_join(id, NULL);
}

/* A namespace with a segment of its own, and one from outside, left behind. */
static void leave_namespace(void)
{
	char *addr = attach_some();
	pid_t pid = fork();

	if (!pid) {
		if (!unshare(CLONE_NEWIPC))
			shmat(shmget(IPC_PRIVATE, page, 0600), NULL, 0);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	if (addr)
		shmdt(addr);
}

static void (*const work[])(void) = {
	replace, touch, unmap_parts, protect, move, map_over, remap, fork_exit,
	fork_exec, with_thread, leave_namespace,
};

static void worker(int number, long rounds, int rest)
{
	char *addr;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	seed = number * 7919 + 1;
	for (long n = 0; rounds ? n < rounds : !slots[SLOTS]; n++)
		work[rnd(sizeof(work) / sizeof(*work))]();
	/* What stays: whole, in parts, and of a child. */
	attach_some();
	addr = attach_some();
	if (addr)
		munmap(addr + page, page);
	if (fork())
		prctl(PR_SET_NAME, "resting");
	else
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (write(rest, "", 1) != 1)
		_exit(1);
	for (;;)
		pause();
}

int main(int argc, char **argv)
{
	long rounds = 0;
	int rest[2];
	char byte;

	/* "0" is what its own children run. */
	if (argc == 3 && !strcmp(argv[1], "-n"))
		rounds = atol(argv[2]);
	if (argc > 1 && rounds <= 0)
		return 0;
	page = getpagesize();
	if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
		return 1;
	slots = mmap(NULL, (SLOTS + 1) * sizeof(*slots), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (pipe(rest))
		return 1;
	for (int i = 0; i < SLOTS; i++)
		replace();
	for (int i = 0; i < WORKERS; i++)
		if (!fork())
			worker(i, rounds, rest[1]);
	if (!rounds && read(0, &byte, 1) < 0)
		return 1;
	slots[SLOTS] = 1;
	for (int i = 0; i < 2 * WORKERS; i++)
		if (read(rest[0], &byte, 1) != 1)
			return 1;
	puts("rest");
	fflush(stdout);
	while (!rounds && read(0, &byte, 1) > 0)
		;
	for (int i = 0; i < SLOTS; i++)
		if (slots[i])
			shmctl(slots[i] - 1, IPC_RMID, NULL);
	return 0;
}
