// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Many processes that all do the same at once, more than there are processors:
 *
 *	crowd stat|attach|fork|map PROCESSES TIMES
 *
 * stat: shmctl(IPC_STAT); attach: shmat and shmdt; fork: a child, which inherits
 * an attachment and exits with it; map: mmap and munmap of a memfd. So many times
 * in each process. Prints how often that was done in all.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

static int shmid, memfd;

static int do_stat(void)
{
	struct shmid_ds ds;

	return shmctl(shmid, IPC_STAT, &ds);
}

static int do_attach(void)
{
	void *addr = shmat(shmid, NULL, 0);

	return addr == (void *)-1 || shmdt(addr);
}

static int do_fork(void)
{
	pid_t pid = fork();
	int status;

	if (!pid)
		_exit(0);
	return pid < 0 || waitpid(pid, &status, 0) != pid || status;
}

static int do_map(void)
{
	void *addr = mmap(NULL, 4096, PROT_READ, MAP_SHARED, memfd, 0);

	return addr == MAP_FAILED || munmap(addr, 4096);
}

static const struct {
	const char *name;
	int (*fn)(void);
} deeds[] = {
	{ "stat", do_stat }, { "attach", do_attach }, { "fork", do_fork },
	{ "map", do_map },
};

static int (*find_deed(const char *name))(void)
{
	for (size_t i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++)
		if (!strcmp(deeds[i].name, name))
			return deeds[i].fn;
	return NULL;
}

/* All begin when the last of them is there. */
static void take_part(int (*deed)(void), uint64_t times, int start)
{
	uint64_t done = 0;
	char byte;

	if (deed == do_fork && shmat(shmid, NULL, 0) == (void *)-1)
		_exit(1);
	if (read(start, &byte, 1) != 0)
		_exit(1);
	while (done < times && !deed())
		done++;
	_exit(done < times);
}

int main(int argc, char **argv)
{
	int (*deed)(void) = argc == 4 ? find_deed(argv[1]) : NULL;
	int start[2], processes, status, failed = 0;
	uint64_t times;

	if (!deed)
		return 2;
	processes = atoi(argv[2]);
	times = strtoull(argv[3], NULL, 10);
	shmid = shmget(IPC_PRIVATE, 4096, 0600);
	memfd = memfd_create("crowd", 0);
	if (shmid < 0 || memfd < 0 || ftruncate(memfd, 4096) || pipe(start))
		return 1;
	for (int i = 0; i < processes; i++) {
		pid_t pid = fork();

		if (pid < 0)
			return 1;
		if (!pid) {
			close(start[1]);
			take_part(deed, times, start[0]);
		}
	}
	close(start[0]);
	close(start[1]);
	while (wait(&status) > 0)
		failed |= status;
	shmctl(shmid, IPC_RMID, NULL);
	printf("%" PRIu64 "\n", processes * times);
	return !!failed;
}
