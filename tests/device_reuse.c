// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An id that names another segment by now: what SHMVIZ_INFO says of the first
 * one through a descriptor that is still open.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <unistd.h>

#include "harness/util.h"

#define NEXT_ID	"/proc/sys/kernel/shm_next_id"

static int dev;
static size_t page;

static int make(int key, size_t pages, int mode)
{
	int shmid = shmget(key, pages * page, IPC_CREAT | IPC_EXCL | mode);

	if (shmid < 0)
		ksft_exit_fail_msg("shmget: %s\n", strerror(errno));
	return shmid;
}

/* The kernel gives the next segment this id; checkpoints are restored by it. */
static int make_again(int shmid, int key, size_t pages, int mode)
{
	char text[16];
	int again;

	snprintf(text, sizeof(text), "%d", shmid);
	expect(!util_write(NEXT_ID, text));
	again = make(key, pages, mode);
	expect_eq(again, shmid);
	return again;
}

static struct shmviz_info info_of(int obj)
{
	struct shmviz_info info;

	memset(&info, 0xff, sizeof(info));
	expect(!ioctl(obj, SHMVIZ_INFO, &info));
	return info;
}

/* All that is said of a segment; `flags` but for those of all segments. */
static void expect_info(int obj, uint32_t flags, size_t pages, uint64_t nattch,
			int key, uint32_t mode)
{
	struct shmviz_info info = info_of(obj);

	expect_eq(info.flags & ~SHMVIZ_INFO_SHMEM, flags);
	expect_eq(info.size, pages * page);
	expect_eq(info.pages, pages);
	expect_eq(info.nattch, nattch);
	expect_eq((int)info.key, key);
	expect_eq(info.mode, mode);
}

static int open_in_ns(int shmid, int ns_fd)
{
	struct shmviz_open arg = {
		.kind = SHMVIZ_KIND_SEGMENT, .id = shmid, .ns_fd = ns_fd,
	};

	return ioctl(dev, SHMVIZ_OPEN, &arg);
}

static void test_reused(int ns_fd, const char *what)
{
	int key = 0x5e9f1a2c ^ getpid(), shmid = make(key, 3, 0600);
	void *addr = util_attach(shmid, 0), *again[2];
	int first = open_in_ns(shmid, ns_fd), second;

	expect_info(first, 0, 3, 1, key, 0600);
	shmdt(addr);
	expect_info(first, 0, 3, 0, key, 0600);
	expect(!shmctl(shmid, IPC_RMID, NULL));
	/* It is known as it was when it was opened. */
	expect_info(first, SHMVIZ_INFO_GONE, 3, 1, key, 0600);

	make_again(shmid, key + 1, 7, 0644);
	again[0] = util_attach(shmid, 0);
	again[1] = util_attach(shmid, 0);
	expect(!shmctl(shmid, SHM_LOCK, NULL));
	expect_info(first, SHMVIZ_INFO_GONE, 3, 1, key, 0600);
	second = open_in_ns(shmid, ns_fd);
	expect_info(second, SHMVIZ_INFO_LOCKED, 7, 2, key + 1, 0644);
	expect(info_of(first).ino == info_of(second).ino);
	expect(!shmctl(shmid, IPC_RMID, NULL));
	expect_info(second, SHMVIZ_INFO_LOCKED | SHMVIZ_INFO_DEST, 7, 2, 0,
		    0644);
	expect_info(first, SHMVIZ_INFO_GONE, 3, 1, key, 0600);
	shmdt(again[0]);
	expect_eq(info_of(second).nattch, 1);
	shmdt(again[1]);
	expect(info_of(second).flags & SHMVIZ_INFO_GONE);
	close(second);
	close(first);
	result("an id that was given again, %s\n", what);
}

int main(void)
{
	int ns_fd, mark;

	page = getpagesize();
	dev = util_begin(2, UTIL_DEVICE);
	mark = open(NEXT_ID, O_WRONLY | O_CLOEXEC);
	if (mark < 0)
		ksft_exit_skip("%s: %s\n", NEXT_ID, strerror(errno));
	close(mark);
	ns_fd = open("/proc/self/ns/ipc", O_RDONLY | O_CLOEXEC);
	test_reused(-1, "of the caller's namespace");
	test_reused(ns_fd, "of a namespace by its descriptor");
	close(ns_fd);
	close(dev);
	util_finish();
}
