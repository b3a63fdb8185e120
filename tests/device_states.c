// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * SHMVIZ_FRAMES and SHMVIZ_INFO in states that small pages can be in: locked,
 * charged to a cgroup, on another node. device_huge has the huge ones.
 */
#include <errno.h>
#include <linux/kernel-page-flags.h>
#include <linux/mempolicy.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "harness/pages.h"

static int dev;

static int count_unevictable(void)
{
	int n = 0;

	for (int i = 0; i < PAGES; i++) {
		bool is = frames[i].flags & SHMVIZ_FRAME_UNEVICTABLE;

		if (frames[i].state != SHMVIZ_STATE_PRESENT)
			continue;
		expect_eq(is, kpage_has(frames[i].pfn, KPF_UNEVICTABLE));
		n += is;
	}
	return n;
}

static void test_locked(void)
{
	int shmid = util_segment(PAGES * page, 0), obj = util_open_segment(dev, shmid);
	struct shmviz_info info;
	int swapped;
	char *addr;

	expect(!shmctl(shmid, SHM_LOCK, NULL));
	addr = util_attach(shmid, 0);
	memset(addr, 1, PAGES * page);
	/* Also empties the list in which new pages wait. */
	madvise(addr, PAGES * page, MADV_PAGEOUT);
	take_frames(obj, PAGES);
	expect_eq(count_state(SHMVIZ_STATE_PRESENT, PAGES), PAGES);
	expect_eq(count_unevictable(), PAGES);
	expect_sums(obj, shmid);
	expect(!ioctl(obj, SHMVIZ_INFO, &info));
	expect(info.flags & SHMVIZ_INFO_LOCKED);

	expect(!shmctl(shmid, SHM_UNLOCK, NULL));
	take_frames(obj, PAGES);
	expect_eq(count_unevictable(), 0);
	madvise(addr, PAGES * page, MADV_PAGEOUT);
	take_frames(obj, PAGES);
	expect_sums(obj, shmid);
	expect(!ioctl(obj, SHMVIZ_INFO, &info));
	expect(!(info.flags & SHMVIZ_INFO_LOCKED));
	swapped = count_state(SHMVIZ_STATE_SWAPPED, PAGES);
	close(obj);
	shmdt(addr);
	shmctl(shmid, IPC_RMID, NULL);
	result_if_swapped(swapped, "SHM_LOCK: no swap took any page without it",
			  "SHM_LOCK: unevictable and kept, until SHM_UNLOCK");
}

#define CGROUP		"/sys/fs/cgroup/"
#define GROUP		CGROUP "shmviz-test"

struct charged {
	int shmid;
	int first, pages;
};

/* Pages belong to the group of whoever touched them first. */
static int touch_in_group(void *arg)
{
	const struct charged *charged = arg;
	char *addr;

	if (util_write(GROUP "/cgroup.procs", "0"))
		return 1;
	addr = shmat(charged->shmid, NULL, 0);
	if (addr == (void *)-1)
		return 2;
	memset(addr + charged->first * page, 1, charged->pages * page);
	return util_write(CGROUP "cgroup.procs", "0") ? 3 : 0;
}

static void expect_charged(const struct shmviz_frame *frame, uint64_t ino)
{
	expect_eq(frame->state, SHMVIZ_STATE_PRESENT);
	expect_eq(frame->memcg, ino);
	expect_eq(frame->memcg, util_kpage("kpagecgroup", frame->pfn));
}

static void test_memcg(void)
{
	struct charged charged = { .first = 3, .pages = 5 };
	struct util_child child;
	struct stat root, group;
	char *addr;
	int obj;

	if (util_write(CGROUP "cgroup.subtree_control", "+memory") ||
	    mkdir(GROUP, 0755)) {
		ksft_test_result_skip("cgroup: no group for memory below %s: %s\n",
				      CGROUP, strerror(errno));
		return;
	}
	expect(!stat(CGROUP, &root) && !stat(GROUP, &group));
	charged.shmid = util_segment(16 * page, 0);
	obj = util_open_segment(dev, charged.shmid);
	addr = util_attach(charged.shmid, 0);
	util_child(&child, touch_in_group, &charged);
	expect_eq(util_child_end(&child), 0);
	memset(addr, 2, 16 * page);
	take_frames(obj, 16);
	for (int i = 0; i < 16; i++)
		if (i >= 3 && i < 8)
			expect_charged(&frames[i], group.st_ino);
		else
			expect_charged(&frames[i], frames[0].memcg);
	expect(frames[0].memcg != group.st_ino);
	/* The group goes, the pages stay: they count for the nearest above. */
	expect(!rmdir(GROUP));
	for (int i = 0; i < 1000 && util_kpage("kpagecgroup", frames[3].pfn) ==
				    group.st_ino; i++)
		usleep(10000);
	take_frames(obj, 16);
	for (int i = 0; i < 16; i++)
		expect_charged(&frames[i], i >= 3 && i < 8 ? root.st_ino :
					   frames[0].memcg);
	close(obj);
	shmdt(addr);
	shmctl(charged.shmid, IPC_RMID, NULL);
	result("the cgroup of each page, also when it has gone\n");
}

/* Pages 0-7 on node 0, 8-15 on node 1, by the policy of the segment. */
static void test_nodes(void)
{
	int shmid = util_segment(16 * page, 0), obj = util_open_segment(dev, shmid);
	char *addr = util_attach(shmid, 0);
	unsigned long node0 = 1, node1 = 2;
	int status[16];
	void *at[16];

	if (syscall(SYS_mbind, addr + 8 * page, 8 * page, MPOL_BIND, &node1,
		    64, 0)) {
		ksft_test_result_skip("nodes: there is no second one: %s\n",
				      strerror(errno));
		goto out;
	}
	expect(!syscall(SYS_mbind, addr, 8 * page, MPOL_BIND, &node0, 64, 0));
	memset(addr, 1, 16 * page);
	for (int i = 0; i < 16; i++)
		at[i] = addr + i * page;
	/* Without nodes to move them to, it says where they are. */
	expect(!syscall(SYS_move_pages, 0, 16, at, NULL, status, 0));
	take_frames(obj, 16);
	for (int i = 0; i < 16; i++) {
		expect_frame(&frames[i], addr + i * page);
		expect_eq(frames[i].node, status[i]);
		expect_eq(frames[i].node, i / 8);
	}
	result("pages on two nodes\n");
out:
	close(obj);
	shmdt(addr);
	shmctl(shmid, IPC_RMID, NULL);
}

int main(void)
{
	dev = util_begin(3, UTIL_DEVICE);
	pages_alone();
	test_locked();
	test_memcg();
	test_nodes();
	close(dev);
	util_finish();
}
