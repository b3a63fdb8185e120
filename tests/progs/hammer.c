// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Attach and detach, as fast as it goes, from as many processes as there are
 * processors, so many times each; or for so many seconds ("60s"):
 *
 *	hammer TIMES | SECONDSs
 *
 * Prints how many pairs of calls that were.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static time_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &ts);
	return ts.tv_sec;
}

static uint64_t hammer(int shmid, uint64_t times, time_t until)
{
	uint64_t done = 0;

	while (until ? (done & 63) || now() < until : done < times) {
		void *addr = shmat(shmid, NULL, 0);

		if (addr == (void *)-1 || shmdt(addr))
			_exit(1);
		done++;
	}
	return done;
}

int main(int argc, char **argv)
{
	int cpus = sysconf(_SC_NPROCESSORS_ONLN), shmid, status, failed = 0;
	uint64_t *done, sum = 0, number;
	time_t until = 0;
	char *end;

	if (argc != 2)
		return 2;
	number = strtoul(argv[1], &end, 10);
	if (!strcmp(end, "s"))
		until = now() + number;
	done = mmap(NULL, cpus * sizeof(*done), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	shmid = shmget(IPC_PRIVATE, 4096, 0600);
	if (done == MAP_FAILED || shmid < 0)
		return 1;
	for (int i = 0; i < cpus; i++) {
		if (!fork()) {
			done[i] = hammer(shmid, number, until);
			_exit(0);
		}
	}
	while (wait(&status) > 0)
		failed |= status;
	shmctl(shmid, IPC_RMID, NULL);
	for (int i = 0; i < cpus; i++)
		sum += done[i];
	printf("%" PRIu64 "\n", sum);
	return !!failed;
}
