// SPDX-License-Identifier: GPL-2.0-or-later
/* SHMVIZ_INFO against /proc/sysvipc/shm, and that looking changes nothing. */
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "harness/util.h"

static int dev;
static size_t page;

static struct shmviz_info info_of(int obj)
{
	struct shmviz_info info;

	memset(&info, 0xff, sizeof(info));
	expect(!ioctl(obj, SHMVIZ_INFO, &info));
	expect(info.kind != SHMVIZ_KIND_SEGMENT ||
	       info.flags & SHMVIZ_INFO_SHMEM);
	/* What follows is about the segment. */
	info.flags &= ~(SHMVIZ_INFO_SHMEM | SHMVIZ_INFO_VIEW);
	return info;
}

static void test_facts(void)
{
	int key = 0x5e9f1a2b ^ getpid();
	int shmid = shmget(key, 5 * page + 1, IPC_CREAT | IPC_EXCL | 0640);
	struct shmviz_info info;
	struct util_shm shm;
	struct stat ns;
	char *addr;
	int obj;

	if (shmid < 0)
		ksft_exit_fail_msg("shmget: %s\n", strerror(errno));
	addr = util_attach(shmid, 0);
	util_attach(shmid, SHM_RDONLY);
	addr[0] = addr[3 * page] = 1;
	obj = util_open_segment(dev, shmid);
	info = info_of(obj);

	expect(util_shm(shmid, &shm) && !stat("/proc/self/ns/ipc", &ns));
	expect_eq(info.kind, SHMVIZ_KIND_SEGMENT);
	expect_eq(info.flags, 0);
	expect_eq(info.page_size, page);
	expect_eq(info.page_order, 0);
	expect_eq(info.size, shm.size);
	expect_eq(info.pages, 6);
	expect_eq(info.present, 2);
	expect_eq(info.present * page, shm.rss);
	expect_eq(info.swapped, 0);
	expect_eq(info.holes, 4);
	expect_eq(info.ino, shmid);
	expect_eq(info.nattch, 2);
	expect_eq(info.nattch, shm.nattch);
	expect_eq(info.ipcns, ns.st_ino);
	expect_eq(info.shmid, shmid);
	expect_eq((int)info.key, key);
	expect_eq(info.mode, 0640);
	expect(major(info.dev) == 0 && minor(info.dev) > 0);
	close(obj);
	shmctl(shmid, IPC_RMID, NULL);
	result("all facts are those of /proc/sysvipc/shm\n");
}

/* One descriptor through the life of a segment. */
static void test_life(void)
{
	int shmid = util_segment(page, 0);
	int obj = util_open_segment(dev, shmid);
	char *addr = util_attach(shmid, 0);

	expect_eq(info_of(obj).nattch, 1);
	shmctl(shmid, SHM_LOCK, NULL);
	expect_eq(info_of(obj).flags, SHMVIZ_INFO_LOCKED);
	shmctl(shmid, SHM_UNLOCK, NULL);
	expect_eq(info_of(obj).flags, 0);
	shmctl(shmid, IPC_RMID, NULL);
	expect_eq(info_of(obj).flags, SHMVIZ_INFO_DEST);
	expect_eq(info_of(obj).mode, 0600);
	addr[0] = 'x';
	shmdt(addr);
	/* Gone for all others; the descriptor still holds the memory. */
	expect(info_of(obj).flags & SHMVIZ_INFO_GONE);
	expect_eq(info_of(obj).present, 1);
	close(obj);
	result("locked, marked, gone: the flags follow the segment\n");
}

static int other_namespace(void *arg)
{
	int obj = *(int *)arg, shmid;
	struct shmviz_info info;

	if (unshare(CLONE_NEWIPC))
		return 1;
	shmid = shmget(IPC_PRIVATE, 3 * page, 0600);
	if (shmid < 0 || ioctl(obj, SHMVIZ_INFO, &info))
		return 2;
	/* Our own new segment may well have the same shmid. */
	return info.flags & SHMVIZ_INFO_STALE && info.size == 7 * page ? 0 : 3;
}

static void test_stale(void)
{
	int shmid = util_segment(7 * page, 0), obj = util_open_segment(dev, shmid);
	struct util_child child;

	util_child(&child, other_namespace, &obj);
	expect_eq(util_child_end(&child), 0);
	expect_eq(info_of(obj).flags, 0);
	close(obj);
	shmctl(shmid, IPC_RMID, NULL);
	result("from another IPC namespace: said to be stale, not mixed up\n");
}

static bool same_shm(const struct util_shm *a, const struct util_shm *b)
{
	return expect_eq(a->nattch, b->nattch) && expect_eq(a->lpid, b->lpid) &&
	       expect_eq(a->atime, b->atime) && expect_eq(a->dtime, b->dtime) &&
	       expect_eq(a->ctime, b->ctime) && expect_eq(a->rss, b->rss) &&
	       expect_eq(a->swap, b->swap);
}

static int attach_and_leave(void *arg)
{
	return shmdt(util_attach(*(int *)arg, 0));
}

static void test_undisturbed(void)
{
	struct shmviz_frame frames[8];
	struct util_shm before, after;
	int shmid = util_segment(8 * page, 0), obj;
	char *addr = util_attach(shmid, 0);
	struct util_child child;
	uint64_t flags;

	addr[0] = 1;
	/* Another process is the last that attached: ours would show. */
	util_child(&child, attach_and_leave, &shmid);
	util_child_end(&child);
	flags = util_kpage("kpageflags", PM_PFN(util_pagemap(getpid(), addr)));
	expect(util_shm(shmid, &before));
	for (int i = 0; i < 50; i++) {
		obj = util_open_segment(dev, shmid);
		info_of(obj);
		expect_eq(util_frames(obj, 0, 8, frames), 8);
		close(obj);
	}
	expect(util_shm(shmid, &after));
	expect(before.lpid == child.pid);
	same_shm(&before, &after);
	expect_eq(flags, util_kpage("kpageflags",
				    PM_PFN(util_pagemap(getpid(), addr))));
	shmctl(shmid, IPC_RMID, NULL);
	shmdt(addr);
	result("nattch, lpid, times, rss and page flags are as they were\n");
}

static void test_board(void)
{
	struct shmviz_info info;
	int obj = util_open_object(dev, SHMVIZ_KIND_BOARD, 0);

	info = info_of(obj);
	expect_eq(info.kind, SHMVIZ_KIND_BOARD);
	expect_eq(info.pages, info.present + info.swapped + info.holes);
	expect_eq(info.size, info.pages * page);
	expect_eq(info.nattch, 0);
	expect_eq(info.ipcns, 0);
	close(obj);
	result("the board has no facts of a segment\n");
}

static void test_bad_pointers(void)
{
	int obj = util_open_object(dev, SHMVIZ_KIND_BOARD, 0);
	char *ro = mmap(NULL, page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS,
			-1, 0);

	expect_errno(ioctl(obj, SHMVIZ_INFO, NULL), EFAULT);
	expect_errno(ioctl(obj, SHMVIZ_INFO, ro), EFAULT);
	munmap(ro, page);
	expect_errno(ioctl(obj, SHMVIZ_INFO, ro), EFAULT);
	close(obj);
	result("bad pointers: EFAULT\n");
}

int main(void)
{
	page = getpagesize();
	dev = util_begin(6, UTIL_DEVICE);
	test_facts();
	test_life();
	test_stale();
	test_undisturbed();
	test_board();
	test_bad_pointers();
	close(dev);
	util_finish();
}
