// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What it costs to learn the frames of a segment that another process has
 * attached: by /dev/shmviz, and by what Linux has without it. Root only.
 *
 *   measure [MIB [ROUNDS]]
 *
 * The ways take turns; of each the median of its CPU time is printed.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <time.h>
#include <unistd.h>

#include "../../../kmod/uapi/shmviz.h"

#define PFN_MASK	((1ULL << 55) - 1)
#define KPAGE_FILES	3
#define BATCH		8192	/* frames */
#define GAP		64

static size_t page, pages;
static int shmid;
static pid_t holder;
static char *holder_addr;
static struct shmviz_frame *frames;
static uint64_t *entries;	/* of pagemap */
static uint64_t *sorted;	/* frame numbers */
static uint64_t *facts[KPAGE_FILES];

static void check(int ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "measure: %s: %s\n", what,
		errno ? strerror(errno) : "not as expected");
	if (holder > 0)
		kill(holder, SIGKILL);
	shmctl(shmid, IPC_RMID, NULL);
	exit(1);
}

static void by_frames(void)
{
	struct shmviz_open open_arg = {
		.kind = SHMVIZ_KIND_SEGMENT, .id = shmid, .ns_fd = -1,
	};
	struct shmviz_frames arg = { .buf = (uintptr_t)frames, .count = pages };
	int device = open(SHMVIZ_DEVICE, O_RDWR | O_CLOEXEC), object;

	check(device >= 0, SHMVIZ_DEVICE);
	object = ioctl(device, SHMVIZ_OPEN, &open_arg);
	check(object >= 0, "SHMVIZ_OPEN");
	check(!ioctl(object, SHMVIZ_FRAMES, &arg), "SHMVIZ_FRAMES");
	check(arg.count == pages, "SHMVIZ_FRAMES: fewer records");
	close(object);
	close(device);
}

static void read_pagemap(const char *path, const char *addr)
{
	ssize_t size = pages * sizeof(*entries);
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	check(fd >= 0, path);
	check(pread(fd, entries, size, (uintptr_t)addr / page *
		    sizeof(*entries)) == size, path);
	close(fd);
}

static void by_mapping(int populate)
{
	char path[96], *map;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/map_files/%lx-%lx", holder,
		 (unsigned long)holder_addr,
		 (unsigned long)holder_addr + pages * page);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	check(fd >= 0, path);
	map = mmap(NULL, pages * page, PROT_READ, MAP_SHARED | populate, fd, 0);
	check(map != MAP_FAILED, "mmap");
	for (size_t i = 0; !populate && i < pages; i++)
		*(volatile char *)(map + i * page);
	read_pagemap("/proc/self/pagemap", map);
	munmap(map, pages * page);
	close(fd);
}

static void by_touching(void)
{
	by_mapping(0);
}

static void by_populating(void)
{
	by_mapping(MAP_POPULATE);
}

static void by_pagemap(void)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/pagemap", holder);
	read_pagemap(path, holder_addr);
}

/* What FRAMES has besides the number of the frame. */
static const char *const kpage_files[KPAGE_FILES] = {
	"/proc/kpageflags", "/proc/kpagecount", "/proc/kpagecgroup",
};

/* A read for each page and each file. */
static void by_mapping_all(void)
{
	uint64_t value;

	by_mapping(0);
	for (size_t f = 0; f < KPAGE_FILES; f++) {
		int fd = open(kpage_files[f], O_RDONLY | O_CLOEXEC);

		check(fd >= 0, kpage_files[f]);
		for (size_t i = 0; i < pages; i++)
			check(pread(fd, &value, sizeof(value),
				    (entries[i] & PFN_MASK) * sizeof(value)) ==
			      sizeof(value), kpage_files[f]);
		close(fd);
	}
}

static int by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* Frame numbers in `sorted`, which most often come in order. */
static void sort_frames(void)
{
	int in_order = 1;

	for (size_t i = 0; i < pages; i++) {
		sorted[i] = entries[i] & PFN_MASK;
		in_order &= !i || sorted[i - 1] < sorted[i];
	}
	if (!in_order)
		qsort(sorted, pages, sizeof(*sorted), by_number);
}

/* One read for frames that lie together, with little between them that is not asked for. */
static void read_batches(int fd, const char *path, uint64_t *values)
{
	static uint64_t batch[BATCH];

	for (size_t i = 0, n; i < pages; i += n) {
		ssize_t size;

		for (n = 1; i + n < pages && sorted[i + n] - sorted[i] < BATCH &&
			    sorted[i + n] - sorted[i + n - 1] <= GAP;)
			n++;
		size = (sorted[i + n - 1] - sorted[i] + 1) * sizeof(*batch);
		check(pread(fd, batch, size, sorted[i] * sizeof(*batch)) == size,
		      path);
		for (size_t k = i; k < i + n; k++)
			values[k] = batch[sorted[k] - sorted[i]];
	}
}

/* The best of what there is without the module, for the same facts as FRAMES. */
static void by_batches(void)
{
	by_pagemap();
	sort_frames();
	for (size_t f = 0; f < KPAGE_FILES; f++) {
		int fd = open(kpage_files[f], O_RDONLY | O_CLOEXEC);

		check(fd >= 0, kpage_files[f]);
		read_batches(fd, kpage_files[f], facts[f]);
		close(fd);
	}
}

static struct {
	void (*run)(void);
	const char *name;
	uint64_t *ns;
} ways[] = {
	{ by_frames, "OPEN, FRAMES, close", NULL },
	{ by_touching, "map_files, mmap, touch, pagemap", NULL },
	{ by_populating, "map_files, mmap with MAP_POPULATE, pagemap", NULL },
	{ by_mapping_all, "map_files, mmap, touch, pagemap, /proc/kpage*", NULL },
	{ by_batches, "pagemap of that process, /proc/kpage* in sorted batches",
	  NULL },
	{ by_pagemap, "pagemap of the process that has touched all", NULL },
};
#define WAYS	(sizeof(ways) / sizeof(ways[0]))

static uint64_t cpu_time(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

/* Attaches at an address that is known here, touches all, and waits. */
static void start_holder(void)
{
	char byte;
	int ready[2];

	check(!pipe(ready), "pipe");
	holder_addr = shmat(shmid, NULL, 0);
	check(holder_addr != (char *)-1, "shmat");
	holder = fork();
	check(holder >= 0, "fork");
	if (!holder) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		memset(holder_addr, 1, pages * page);
		if (write(ready[1], "", 1) == 1)
			pause();
		_exit(1);
	}
	close(ready[1]);
	check(read(ready[0], &byte, 1) == 1, "the holder");
	close(ready[0]);
	shmdt(holder_addr);
}

/* The batches give what FRAMES gives: the mapcount of each frame. */
static void check_facts(void)
{
	for (size_t i = 0; i < pages; i++) {
		const uint64_t *at = bsearch(&frames[i].pfn, sorted, pages,
					     sizeof(*sorted), by_number);

		errno = 0;
		check(at && facts[1][at - sorted] == (uint64_t)frames[i].mapcount,
		      "mapcounts as FRAMES has them");
	}
}

int main(int argc, char **argv)
{
	int mib = argc > 1 ? atoi(argv[1]) : 64;
	int rounds = argc > 2 ? atoi(argv[2]) : 15;

	if (mib < 1 || rounds < 1) {
		fprintf(stderr, "usage: measure [MIB [ROUNDS]]\n");
		return 2;
	}

	page = sysconf(_SC_PAGESIZE);
	pages = ((size_t)mib << 20) / page;
	frames = calloc(pages, sizeof(*frames));
	entries = calloc(pages, sizeof(*entries));
	sorted = calloc(pages, sizeof(*sorted));
	for (size_t f = 0; f < KPAGE_FILES; f++) {
		facts[f] = calloc(pages, sizeof(*facts[f]));
		check(facts[f] != NULL, "memory");
	}
	shmid = shmget(IPC_PRIVATE, pages * page, IPC_CREAT | 0600);
	check(frames && entries && sorted && shmid >= 0, "shmget");
	start_holder();

	for (size_t w = 0; w < WAYS; w++) {
		/* Once before it counts; and do all say the same? */
		ways[w].run();
		errno = 0;
		for (size_t i = 0; w && i < pages; i++)
			check((entries[i] & PFN_MASK) == frames[i].pfn,
			      "frames as FRAMES has them (a page may have been moved)");
		if (ways[w].run == by_batches)
			check_facts();
		ways[w].ns = calloc(rounds, sizeof(uint64_t));
	}
	for (int r = 0; r < rounds; r++) {
		for (size_t w = 0; w < WAYS; w++) {
			uint64_t start = cpu_time();

			ways[w].run();
			ways[w].ns[r] = cpu_time() - start;
		}
	}
	printf("%d MiB, %zu pages, median of %d\n", mib, pages, rounds);
	for (size_t w = 0; w < WAYS; w++) {
		qsort(ways[w].ns, rounds, sizeof(uint64_t), by_number);
		printf("%8.2f ms %6.2f  %s\n", ways[w].ns[rounds / 2] / 1e6,
		       (double)ways[w].ns[rounds / 2] /
		       ways[0].ns[rounds / 2], ways[w].name);
	}
	kill(holder, SIGKILL);
	shmctl(shmid, IPC_RMID, NULL);
	return 0;
}
