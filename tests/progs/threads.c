// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Attaches and detaches while another thread holds the lock of the address space
 * most of the time. The segment has the key KEY.
 *
 *	threads own KEY N	four threads attach and detach N times each
 *	threads inherited KEY N	a process attaches 4 * N times and forks; four
 *				threads of the child detach
 *	threads moved KEY N	a process attaches 4 * N times and moves each
 *				attachment; four threads detach
 *	threads before KEY N	as inherited, but it says "attached" and waits for a
 *				line of input before it forks
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

#define THREADS	4
#define HOLDERS	3	/* while one lets go of the lock, others wait for it */
#define BIG	(64ul << 20)

static int shmid;
static int count;
static volatile int stop;

/* The lock is held for writing for as long as the page tables are changed. */
static void *hold_lock(void *big)
{
	while (!stop) {
		mprotect(big, BIG, PROT_READ);
		mprotect(big, BIG, PROT_READ | PROT_WRITE);
	}
	return NULL;
}

static void *attach_and_detach(void *unused)
{
	for (int i = 0; i < count; i++) {
		void *addr = shmat(shmid, NULL, 0);

		if (addr == (void *)-1 || shmdt(addr))
			abort();
	}
	return unused;
}

static void start_holders(pthread_t holders[HOLDERS])
{
	void *big = mmap(NULL, BIG, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (big == MAP_FAILED)
		abort();
	/* The more page tables, the longer the lock is held. */
	madvise(big, BIG, MADV_NOHUGEPAGE);
	memset(big, 1, BIG);
	for (int i = 0; i < HOLDERS; i++)
		if (pthread_create(&holders[i], NULL, hold_lock, big))
			abort();
}

static void end_holders(pthread_t holders[HOLDERS])
{
	stop = 1;
	for (int i = 0; i < HOLDERS; i++)
		pthread_join(holders[i], NULL);
}

static void *detach_some(void *some)
{
	for (int i = 0; i < count; i++)
		if (shmdt(((void **)some)[i]))
			abort();
	return NULL;
}

static void run_threads(void *fn(void *), void **addrs)
{
	pthread_t threads[THREADS], holders[HOLDERS];

	start_holders(holders);
	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, fn, addrs + i * count))
			abort();
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	end_holders(holders);
}

static void **attach_all(void)
{
	void **addrs = calloc(THREADS * count, sizeof(*addrs));

	for (int i = 0; i < THREADS * count; i++)
		addrs[i] = shmat(shmid, NULL, 0);
	return addrs;
}

static void inherited(bool wait_first)
{
	void **addrs = attach_all();

	if (wait_first) {
		puts("attached");
		fflush(stdout);
		getchar();
	}
	if (fork()) {
		wait(NULL);
		return;
	}
	run_threads(detach_some, addrs);
	_exit(0);
}

static void moved(void)
{
	void **addrs = attach_all();
	size_t page = getpagesize();
	char *to = mmap(NULL, THREADS * count * page, PROT_NONE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	for (int i = 0; i < THREADS * count; i++)
		addrs[i] = mremap(addrs[i], page, page,
				  MREMAP_MAYMOVE | MREMAP_FIXED, to + i * page);
	run_threads(detach_some, addrs);
}

int main(int argc, char **argv)
{
	if (argc != 4)
		return 2;
	count = atoi(argv[3]);
	shmid = shmget(strtoul(argv[2], NULL, 0), 4096, IPC_CREAT | IPC_EXCL | 0600);
	if (shmid < 0) {
		perror("shmget");
		return 1;
	}
	if (!strcmp(argv[1], "own"))
		run_threads(attach_and_detach, calloc(THREADS * count,
						      sizeof(void *)));
	else if (!strcmp(argv[1], "moved"))
		moved();
	else
		inherited(!strcmp(argv[1], "before"));
	return shmctl(shmid, IPC_RMID, NULL) ? 1 : 0;
}
