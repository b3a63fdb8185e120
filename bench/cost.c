// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a call takes, in ns of this thread's processor time: the median of rounds
 * of calls. In a machine whose clock goes by instructions (scripts/lab --icount)
 * that is how many instructions it takes. "cost probe" only makes one segment.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS	15
#define CALLS	500

static int shmid, file;

static void stat_segment(void)
{
	struct shmid_ds ds;

	shmctl(shmid, IPC_STAT, &ds);
}

static void attach_detach(void)
{
	shmdt(shmat(shmid, NULL, 0));
}

static void unrelated(void)
{
	syscall(SYS_getppid);
}

/* Memory that nobody shares: of no file, and of one, as libraries are mapped. */
static void map_anonymous(void)
{
	munmap(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
	       4096);
}

static void map_file(void)
{
	munmap(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, file, 0), 4096);
}

static long long now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return ts.tv_sec * 1000000000ll + ts.tv_nsec;
}

static int compare(const void *a, const void *b)
{
	long long x = *(const long long *)a, y = *(const long long *)b;

	return (x > y) - (x < y);
}

static long long median(void (*call)(void))
{
	long long took[ROUNDS], begin;

	for (int i = 0; i < ROUNDS; i++) {
		begin = now();
		for (int k = 0; k < CALLS; k++)
			call();
		took[i] = (now() - begin) / CALLS;
	}
	qsort(took, ROUNDS, sizeof(took[0]), compare);
	return took[ROUNDS / 2];
}

int main(int argc, char **argv)
{
	file = open(argv[0], O_RDONLY | O_CLOEXEC);
	shmid = shmget(IPC_PRIVATE, 4096, 0600);
	if (shmid < 0 || file < 0)
		return 1;
	/* One call to be seen: whoever is to see it may not be there yet. */
	if (argc > 1) {
		shmctl(shmid, IPC_RMID, NULL);
		return 0;
	}
	printf("%lld %lld %lld %lld %lld\n", median(stat_segment),
	       median(attach_detach), median(unrelated), median(map_anonymous),
	       median(map_file));
	shmctl(shmid, IPC_RMID, NULL);
	return 0;
}
