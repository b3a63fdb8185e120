// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A client of the device that is built for 32 bits: device32 SHMID PAGES prints
 * what each call says of a segment, one fact a line.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <shmviz.h>

#define PAGES_MAX	64
#define SHARERS_MAX	16

static void die(const char *what)
{
	fprintf(stderr, "device32: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void print_info(int obj)
{
	struct shmviz_info info;

	if (ioctl(obj, SHMVIZ_INFO, &info))
		die("SHMVIZ_INFO");
	printf("size %llu\npages %llu\npresent %llu\nnattch %llu\nshmid %d\n",
	       (unsigned long long)info.size, (unsigned long long)info.pages,
	       (unsigned long long)info.present,
	       (unsigned long long)info.nattch, info.shmid);
}

static void print_frames(int obj, unsigned int pages)
{
	struct shmviz_frame frames[PAGES_MAX];
	struct shmviz_frames arg = {
		.count = pages, .buf = (uintptr_t)frames,
	};

	if (pages > PAGES_MAX || ioctl(obj, SHMVIZ_FRAMES, &arg))
		die("SHMVIZ_FRAMES");
	for (unsigned int i = 0; i < arg.count; i++)
		if (frames[i].state == SHMVIZ_STATE_PRESENT)
			printf("page %u pfn %llu\n", i,
			       (unsigned long long)frames[i].pfn);
}

static void print_sharers(int obj)
{
	struct shmviz_sharer sharers[SHARERS_MAX];
	struct shmviz_sharers arg = {
		.count = SHARERS_MAX, .buf = (uintptr_t)sharers,
	};

	if (ioctl(obj, SHMVIZ_SHARERS, &arg))
		die("SHMVIZ_SHARERS");
	for (unsigned int i = 0; i < arg.count; i++)
		printf("sharer %d %#llx %#llx\n", sharers[i].pid,
		       (unsigned long long)sharers[i].start,
		       (unsigned long long)sharers[i].end);
}

/* Its own memfd is among the objects of the kernel's own file system. */
static void print_list(int dev)
{
	static struct shmviz_listed listed[4096];
	int fd = memfd_create("device32", MFD_CLOEXEC);
	struct shmviz_list arg = {
		.count = 4096, .fd = fd, .buf = (uintptr_t)listed,
	};

	if (fd < 0 || ioctl(dev, SHMVIZ_LIST, &arg))
		die("SHMVIZ_LIST");
	for (unsigned int i = 0; i < arg.count; i++)
		if (!strcmp(listed[i].name, "memfd:device32"))
			printf("listed %s\n", listed[i].name);
	close(fd);
}

static void print_board(int dev)
{
	char *board = mmap(NULL, 4096, PROT_READ, MAP_SHARED, dev, 0);

	if (board == MAP_FAILED)
		die("mmap");
	printf("board mapped\n");
	munmap(board, 4096);
}

int main(int argc, char **argv)
{
	struct shmviz_open arg = {
		.kind = SHMVIZ_KIND_SEGMENT, .ns_fd = -1,
	};
	int dev = open(SHMVIZ_DEVICE, O_RDWR | O_CLOEXEC), obj;

	if (argc != 3 || dev < 0)
		die(SHMVIZ_DEVICE);
	arg.id = atoi(argv[1]);
	obj = ioctl(dev, SHMVIZ_OPEN, &arg);
	if (obj < 0)
		die("SHMVIZ_OPEN");
	print_info(obj);
	print_frames(obj, atoi(argv[2]));
	print_sharers(obj);
	print_list(dev);
	print_board(dev);
	return 0;
}
