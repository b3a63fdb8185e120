// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Calls that map the file of a mapping once more, or change its flags: what the
 * board and the view promise holds after each of them, or it is refused.
 * Loads the module anew with allow_view=1, and as it was at the end.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/scm.h"
#include "harness/util.h"

#define NOBODY	65534
#define PAGES	8

#ifndef MADV_DONTNEED_LOCKED
#define MADV_DONTNEED_LOCKED	24
#endif

static int dev;
static size_t page;

static void open_device(void)
{
	dev = open(SHMVIZ_DEVICE, O_RDWR | O_CLOEXEC);
	if (dev < 0)
		ksft_exit_fail_msg("%s: %s\n", SHMVIZ_DEVICE, strerror(errno));
}

static void reload(const char *params)
{
	close(dev);
	if (util_rmmod() || util_insmod(params))
		ksft_exit_fail_msg("cannot load the module with '%s': %s\n",
				   params, strerror(errno));
	open_device();
}

static char *map_device(int fd)
{
	char *addr = mmap(NULL, PAGES * page, PROT_READ | PROT_WRITE, MAP_SHARED,
			  fd, 0);

	if (addr == MAP_FAILED)
		ksft_exit_fail_msg("mmap of the board: %s\n", strerror(errno));
	return addr;
}

/* The board, each page of which has its index in it. */
static char *map_board(void)
{
	char *addr = map_device(dev);

	for (int i = 0; i < PAGES; i++)
		addr[i * page] = i;
	return addr;
}

static char *map_view(int obj)
{
	char *view = mmap(NULL, PAGES * page, PROT_READ, MAP_SHARED, obj, 0);

	if (view == MAP_FAILED)
		ksft_exit_fail_msg("mmap of the view: %s\n", strerror(errno));
	return view;
}

/* Whether the VmFlags of /proc/self/smaps have a flag for the mapping at addr. */
static bool vm_flag(const char *addr, const char *flag)
{
	FILE *smaps = fopen("/proc/self/smaps", "re");
	bool here = false, has = false, found = false;
	unsigned long start, end;
	char line[512];

	while (smaps && !found && fgets(line, sizeof(line), smaps)) {
		if (sscanf(line, "%lx-%lx ", &start, &end) == 2)
			here = start <= (unsigned long)addr &&
			       (unsigned long)addr < end;
		found = here && !strncmp(line, "VmFlags:", 8);
	}
	if (smaps)
		fclose(smaps);
	if (!expect(found))
		return false;
	has = strstr(line, flag);
	return has;
}

static bool in_use(void)
{
	return util_rmmod() && errno == EWOULDBLOCK;
}

/* The promises of the board for the mapping that addr lies in. */
static void expect_board(char *addr)
{
	expect(vm_flag(addr, " sh"));
	expect(vm_flag(addr, " de"));
	expect(vm_flag(addr, " dd"));
	expect(!vm_flag(addr, " me"));
	expect(mprotect(addr, page, PROT_READ | PROT_EXEC) && errno == EACCES);
	expect(mremap(addr, page, 2 * page, MREMAP_MAYMOVE) == MAP_FAILED);
	expect(mremap(addr, 0, page, MREMAP_MAYMOVE) == MAP_FAILED);
	expect(madvise(addr, page, MADV_DODUMP) && errno == EINVAL);
	expect(vm_flag(addr, " dd"));
}

static void expect_view(char *view)
{
	expect(vm_flag(view, " ms"));
	expect(vm_flag(view, " de"));
	expect(vm_flag(view, " dd"));
	expect(!vm_flag(view, " mw"));
	expect(!vm_flag(view, " me"));
	expect(mprotect(view, page, PROT_READ | PROT_WRITE) && errno == EACCES);
	expect(mremap(view, page, 2 * page, MREMAP_MAYMOVE) == MAP_FAILED);
	expect(mremap(view, 0, page, MREMAP_MAYMOVE) == MAP_FAILED);
	expect(madvise(view, page, MADV_DODUMP) && errno == EINVAL);
	expect(vm_flag(view, " dd"));
}

/* What the device and pagemap have of the page of the board that lies at addr. */
static void expect_page(const char *addr, int index)
{
	int obj = util_open_object(dev, SHMVIZ_KIND_BOARD, 0);
	struct shmviz_frame frame;

	expect_eq(addr[0], index);
	expect_eq(util_frames(obj, index, 1, &frame), 1);
	expect_eq(frame.pfn, PM_PFN(util_pagemap(getpid(), addr)));
	close(obj);
}

static void expect_sharer(const char *addr, uint64_t first)
{
	int obj = util_open_object(dev, SHMVIZ_KIND_BOARD, 0);
	static struct shmviz_sharer recs[64];
	struct shmviz_sharers arg = { .count = 64, .buf = (uintptr_t)recs };
	int found = 0;

	expect(!ioctl(obj, SHMVIZ_SHARERS, &arg));
	for (uint64_t i = 0; i < arg.count; i++)
		if (recs[i].pid == getpid() && recs[i].start == (uintptr_t)addr &&
		    recs[i].first == first)
			found++;
	expect_eq(found, 1);
	close(obj);
}

static void test_remap(void)
{
	char *addr = map_board();

	expect(!remap_file_pages(addr + page, page, 0, 5, 0));
	expect(!remap_file_pages(addr + 5 * page, page, 0, 1, 0));
	expect_page(addr + page, 5);
	expect_page(addr + 5 * page, 1);
	expect_page(addr + 2 * page, 2);
	expect_sharer(addr + page, 5);
	expect_board(addr + page);
	expect_board(addr + 5 * page);
	addr[page] = 55;
	munmap(addr, page);
	munmap(addr + 2 * page, (PAGES - 2) * page);
	/* What was mapped once more is left, alone. */
	close(dev);
	expect(in_use());
	open_device();
	expect_eq(addr[page], 55);
	munmap(addr + page, page);
	result("remap_file_pages of the board: other pages, the same promises\n");
}

static void test_remap_beyond(void)
{
	char *addr = map_board();

	expect(remap_file_pages(addr + page, page, 0, 1 << 20, 0));
	expect(remap_file_pages(addr + page, page, 0, ~0ul >> 12, 0));
	/* The kernel unmaps before it asks: here or gone, never past the end. */
	expect_page(addr, 0);
	munmap(addr, PAGES * page);
	close(dev);
	expect(!util_rmmod());
	expect(!util_insmod("allow_view=1"));
	open_device();
	result("remap_file_pages past the end of the board: refused\n");
}

static void map_files_path(const char *addr, size_t len, char path[96])
{
	snprintf(path, 96, "/proc/self/map_files/%lx-%lx", (unsigned long)addr,
		 (unsigned long)addr + len);
}

/* By its entry in map_files nobody gets a file of it, to read, write or map. */
static void expect_closed(const char *addr)
{
	static const int modes[] = { O_RDONLY, O_WRONLY, O_RDWR };
	char path[96], again[64];
	int fd;

	map_files_path(addr, PAGES * page, path);
	for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++)
		expect(open(path, modes[i] | O_CLOEXEC) < 0);
	expect_errno(truncate(path, 0), EPERM);
	/* O_PATH opens nothing; but what it leads to can be asked for again. */
	fd = open(path, O_PATH | O_CLOEXEC);
	expect(fd >= 0);
	snprintf(again, sizeof(again), "/proc/self/fd/%d", fd);
	expect_errno(open(again, O_RDONLY | O_CLOEXEC), ENXIO);
	expect(mmap(NULL, page, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED);
	close(fd);
}

static void test_map_files(void)
{
	int obj = util_open_object(dev, SHMVIZ_KIND_BOARD, 0), path, kept;
	char *addr = map_board(), *view = map_view(obj), name[96], again[64];

	expect_closed(addr);
	expect_closed(view);
	expect_eq(addr[3 * page], 3);
	expect_eq(view[3 * page], 3);
	/* A path that outlives the module leads nowhere. */
	map_files_path(addr, PAGES * page, name);
	path = open(name, O_PATH | O_CLOEXEC);
	expect(path >= 0);
	munmap(view, PAGES * page);
	munmap(addr, PAGES * page);
	close(obj);
	close(dev);
	kept = util_rmmod();
	expect(!kept);
	snprintf(again, sizeof(again), "/proc/self/fd/%d", path);
	expect_errno(open(again, O_RDWR | O_CLOEXEC), EPERM);
	expect_errno(open(again, O_RDONLY | O_CLOEXEC), ENXIO);
	close(path);
	if (!kept)
		expect(!util_insmod("allow_view=1"));
	open_device();
	result("map_files of the board and of its view: no way to a file\n");
}

static void test_advice(void)
{
	char *addr = map_board();

	expect(madvise(addr, page, MADV_REMOVE) < 0);
	expect_page(addr, 0);
	expect(!msync(addr, PAGES * page, MS_SYNC));
	expect(!madvise(addr, page, MADV_DONTNEED));
	expect_page(addr + page, 1);
	expect(!mlock(addr, page));
	expect_board(addr);
	munlock(addr, page);
	expect(!madvise(addr, PAGES * page, MADV_DONTFORK));
	madvise(addr, PAGES * page, MADV_DOFORK);
	expect_board(addr);
	munmap(addr, PAGES * page);
	result("advice and locks leave the board as it is\n");
}

static int child_keeps(void *arg)
{
	char *addr = arg;

	expect_board(addr);
	return !util_result_ok() || addr[page] != 1 ||
	       remap_file_pages(addr + page, page, 0, 3, 0) || addr[page] != 3;
}

/* The child's mapping, by fork and then mapped once more, is the last one. */
static void test_fork(void)
{
	char *addr = map_board();
	struct util_child child;

	util_child(&child, child_keeps, addr);
	munmap(addr, PAGES * page);
	close(dev);
	expect(in_use());
	expect_eq(util_child_end(&child), 0);
	expect(!util_rmmod());
	expect(!util_insmod("allow_view=1"));
	open_device();
	result("a child that maps the board once more keeps the module\n");
}

/* Only a descriptor that came over a socket, and no rights. */
static int plain_user(void *arg)
{
	int fd = scm_receive(*(int *)arg);
	char *addr;

	close(dev);
	if (setgroups(0, NULL) || setresgid(NOBODY, NOBODY, NOBODY) ||
	    setresuid(NOBODY, NOBODY, NOBODY))
		return 2;
	addr = map_device(fd);
	close(fd);
	expect(!remap_file_pages(addr + page, page, 0, 5, 0));
	expect_eq(addr[page], 5);
	/* smaps are root's now. */
	expect(mprotect(addr + page, page, PROT_READ | PROT_EXEC) &&
	       errno == EACCES);
	expect(mremap(addr + page, page, 2 * page, MREMAP_MAYMOVE) == MAP_FAILED);
	expect(mremap(addr + page, 0, page, MREMAP_MAYMOVE) == MAP_FAILED);
	return !util_result_ok();
}

static void test_plain_user(void)
{
	struct util_child child;
	char *addr = map_board();
	int sockets[2];

	expect(!socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, sockets));
	expect(!scm_send(sockets[0], dev));
	util_child(&child, plain_user, &sockets[1]);
	munmap(addr, PAGES * page);
	close(dev);
	expect(in_use());
	expect_eq(util_child_end(&child), 0);
	open_device();
	close(sockets[0]);
	close(sockets[1]);
	result("a plain user with root's descriptor gets no more\n");
}

static void test_view(void)
{
	int shmid = shmget(IPC_PRIVATE, PAGES * page, 0600), obj;
	char *addr = util_attach(shmid, 0), *view;

	memset(addr, 7, PAGES * page);
	obj = util_open_segment(dev, shmid);
	view = map_view(obj);
	close(obj);
	expect_view(view);
	expect(remap_file_pages(view, page, 0, 3, 0) && errno == EINVAL);
	expect(remap_file_pages(view + page, page, 0, 0, 0) && errno == EINVAL);
	expect_view(view);
	expect_eq(view[page], 7);
	madvise(view, PAGES * page, MADV_DOFORK);
	expect_view(view);
	close(dev);
	expect(in_use());
	munmap(view, PAGES * page);
	open_device();
	shmdt(addr);
	shmctl(shmid, IPC_RMID, NULL);
	result("the view: mapped once more by no call\n");
}

/* Reclaim finds the pages by the mappings of the board, and both come back. */
static void test_reclaim(void)
{
	struct shmviz_frame frames[PAGES];
	char *addr = map_board();
	int obj, swapped = 0;

	expect(!remap_file_pages(addr + page, page, 0, 5, 0));
	madvise(addr, PAGES * page, MADV_PAGEOUT);
	obj = util_open_object(dev, SHMVIZ_KIND_BOARD, 0);
	expect_eq(util_frames(obj, 0, PAGES, frames), PAGES);
	for (int i = 0; i < PAGES; i++)
		swapped += frames[i].state == SHMVIZ_STATE_SWAPPED;
	for (int i = 0; i < PAGES; i++)
		expect_eq(addr[i * page], i == 1 ? 5 : i);
	expect_page(addr + page, 5);
	expect_page(addr + 2 * page, 2);
	close(obj);
	munmap(addr, PAGES * page);
	result_if_swapped(swapped, "reclaim: no swap took any page of the board",
			  "pages of the board go to swap and come back");
}

int main(void)
{
	page = getpagesize();
	dev = util_begin(10, UTIL_DEVICE);
	reload("allow_view=1");
	test_remap();
	test_remap_beyond();
	test_map_files();
	test_advice();
	test_fork();
	test_plain_user();
	test_view();
	test_reclaim();
	close(dev);
	expect(!util_rmmod());
	result("all is let go: the module can be unloaded\n");
	expect(!util_insmod(""));
	result("and loaded as it was\n");
	util_finish();
}
