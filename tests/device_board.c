// SPDX-License-Identifier: GPL-2.0-or-later
/* The board: the device's own pages, shared by whoever maps them. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "harness/util.h"

static int dev;
static size_t page;
static uint64_t pages;

static void *map(int fd, int prot, int flags, size_t len, off_t off)
{
	return mmap(NULL, len, prot, flags, fd, off);
}

static char *map_board(void)
{
	char *addr = map(dev, PROT_READ | PROT_WRITE, MAP_SHARED, pages * page,
			 0);

	if (addr == MAP_FAILED)
		ksft_exit_fail_msg("mmap of the board: %s\n", strerror(errno));
	return addr;
}

/* Without the parent's mapping: its own, by its own open. */
static char *child_addr;

static int child_maps(void *arg)
{
	int fd = open(SHMVIZ_DEVICE, O_RDWR | O_CLOEXEC);
	char *addr;

	addr = mmap(arg, pages * page, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		    0);
	close(fd);
	if (addr != arg || strcmp(addr + page, "from the parent"))
		return 1;
	strcpy(addr + 2 * page, "from the child");
	return 0;
}

static void test_shared(void)
{
	struct shmviz_frame frames[4];
	char *addr = map_board();
	struct util_child child;
	int obj;

	strcpy(addr + page, "from the parent");
	child_addr = mmap(NULL, pages * page, PROT_NONE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	munmap(child_addr, pages * page);
	util_child(&child, child_maps, child_addr);
	expect(!strcmp(addr + 2 * page, "from the child"));

	obj = util_open_object(dev, SHMVIZ_KIND_BOARD, 0);
	expect_eq(util_frames(obj, 0, 4, frames), 4);
	for (int i = 1; i <= 2; i++) {
		expect_eq(frames[i].state, SHMVIZ_STATE_PRESENT);
		expect_eq(frames[i].pfn, PM_PFN(util_pagemap(getpid(),
							addr + i * page)));
		expect_eq(frames[i].pfn, PM_PFN(util_pagemap(child.pid,
						child_addr + i * page)));
	}
	close(obj);
	expect_eq(util_child_end(&child), 0);
	munmap(addr, pages * page);
	result("two processes write and read the same frames\n");
}

static void test_kept(void)
{
	char *addr = map_board();

	strcpy(addr, "kept");
	munmap(addr, pages * page);
	addr = map_board();
	expect(!strcmp(addr, "kept"));
	munmap(addr, pages * page);
	result("the contents outlive the mapping\n");
}

static void test_refused(void)
{
	int ro;

	expect(map(dev, PROT_READ, MAP_PRIVATE, page, 0) == MAP_FAILED &&
	       errno == EINVAL);
	expect(map(dev, PROT_READ | PROT_EXEC, MAP_SHARED, page, 0) ==
	       MAP_FAILED && errno == EPERM);
	expect(map(dev, PROT_READ, MAP_SHARED, (pages + 1) * page, 0) ==
	       MAP_FAILED && errno == EINVAL);
	expect(map(dev, PROT_READ, MAP_SHARED, page, pages * page) ==
	       MAP_FAILED && errno == EINVAL);
	expect(map(dev, PROT_READ, MAP_SHARED, 2 * page,
		   INT64_MAX & ~(page - 1)) == MAP_FAILED);
	ro = open(SHMVIZ_DEVICE, O_RDONLY | O_CLOEXEC);
	expect(map(ro, PROT_READ | PROT_WRITE, MAP_SHARED, page, 0) ==
	       MAP_FAILED && errno == EACCES);
	close(ro);
	result("private, executable, past the end, write on read-only: refused\n");
}

static void test_no_way_round(void)
{
	char *addr = map_board();
	int ro = open(SHMVIZ_DEVICE, O_RDONLY | O_CLOEXEC);
	char *rd = map(ro, PROT_READ, MAP_SHARED, page, 0);

	expect(mprotect(addr, page, PROT_READ | PROT_EXEC) && errno == EACCES);
	expect(mprotect(rd, page, PROT_READ | PROT_WRITE) && errno == EACCES);
	expect(mremap(addr, pages * page, (pages + 1) * page, MREMAP_MAYMOVE) ==
	       MAP_FAILED);
	close(ro);
	munmap(rd, page);
	munmap(addr, pages * page);
	result("mprotect and mremap get no more than mmap gave\n");
}

static int in_use(void)
{
	/* EBUSY of rmmod(8): it may not wait for the module to be unused. */
	return syscall(SYS_delete_module, "shmviz", O_NONBLOCK);
}

static int references(void)
{
	FILE *file = fopen("/sys/module/shmviz/refcnt", "re");
	int refs = -1;

	if (file && fscanf(file, "%d", &refs) != 1)
		refs = -1;
	if (file)
		fclose(file);
	return refs;
}

static int touch_board(void *arg)
{
	strcpy(arg, "child");
	return 0;
}

/* Split, forked and moved mappings must keep the module as the first did. */
static void test_pins_module(void)
{
	struct util_child child;
	char *addr = map_board(), *moved;
	int obj;

	close(dev);
	expect_errno(in_use(), EWOULDBLOCK);
	munmap(addr + page, page);
	moved = mremap(addr + 2 * page, page, page,
		       MREMAP_MAYMOVE | MREMAP_FIXED, addr + page);
	expect(moved == addr + page);
	util_child(&child, touch_board, addr);
	munmap(addr, pages * page);
	expect_errno(in_use(), EWOULDBLOCK);
	expect_eq(util_child_end(&child), 0);

	dev = open(SHMVIZ_DEVICE, O_RDWR | O_CLOEXEC);
	obj = util_open_object(dev, SHMVIZ_KIND_BOARD, 0);
	close(dev);
	expect_errno(in_use(), EWOULDBLOCK);
	dev = open(SHMVIZ_DEVICE, O_RDWR | O_CLOEXEC);
	close(obj);
	/* Ours is left: whatever was held is let go. */
	expect_eq(references(), 1);
	result("rmmod is refused while the board is mapped or an object open\n");
}

int main(void)
{
	struct shmviz_info info;
	int obj;

	page = getpagesize();
	dev = util_begin(5, UTIL_DEVICE);
	obj = util_open_object(dev, SHMVIZ_KIND_BOARD, 0);
	if (obj < 0 || ioctl(obj, SHMVIZ_INFO, &info))
		ksft_exit_fail_msg("the board: %s\n", strerror(errno));
	close(obj);
	pages = info.pages;

	test_shared();
	test_kept();
	test_refused();
	test_no_way_round();
	test_pins_module();
	close(dev);
	util_finish();
}
