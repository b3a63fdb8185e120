// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * SHMVIZ_FRAMES against the kernel's own /proc/PID/pagemap, kpagecount,
 * kpageflags and kpagecgroup.
 */
#include <errno.h>
#include <linux/kernel-page-flags.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <unistd.h>

#include "harness/util.h"

#define PAGES	64

static int dev;
static size_t page;

/* Every page of the mapping at addr, as that process' pagemap has it. */
static void expect_pagemap(const struct shmviz_frame *frames, pid_t pid,
			   const char *addr, int pages)
{
	for (int i = 0; i < pages; i++) {
		uint64_t entry = util_pagemap(pid, addr + i * page);

		if (frames[i].state == SHMVIZ_STATE_PRESENT) {
			expect(entry & PM_PRESENT);
			expect_eq(frames[i].pfn, PM_PFN(entry));
		} else {
			expect(!(entry & PM_PRESENT));
		}
	}
}

/* A child that maps where the parent does not, and touches every page. */
struct attach {
	int shmid;
	char *addr;
	bool *touch;
};

static int attach_elsewhere(void *arg)
{
	struct attach *attach = arg;
	char *addr = shmat(attach->shmid, attach->addr, SHM_RDONLY);

	if (addr == (void *)-1)
		return 1;
	for (int i = 0; i < PAGES; i++)
		if (attach->touch[i] && ((volatile char *)addr)[i * page] != i)
			return 2;
	return 0;
}

static void test_two_processes(void)
{
	bool touch[PAGES] = {};
	struct attach attach = { .touch = touch };
	struct shmviz_frame frames[PAGES];
	struct util_child child;
	char *addr;
	int obj;

	attach.shmid = util_segment(PAGES * page, 0);
	addr = util_attach(attach.shmid, 0);
	/* Free address space of our own is free in the child, too. */
	attach.addr = mmap(NULL, PAGES * page, PROT_NONE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	munmap(attach.addr, PAGES * page);
	for (int i = 0; i < PAGES; i += 3) {
		touch[i] = true;
		addr[i * page] = i;
	}
	util_child(&child, attach_elsewhere, &attach);
	obj = util_open_segment(dev, attach.shmid);
	expect_eq(util_frames(obj, 0, PAGES, frames), PAGES);

	expect(attach.addr != addr);
	expect_pagemap(frames, getpid(), addr, PAGES);
	expect_pagemap(frames, child.pid, attach.addr, PAGES);
	for (int i = 0; i < PAGES; i++)
		expect_eq(frames[i].state, touch[i] ? SHMVIZ_STATE_PRESENT :
						      SHMVIZ_STATE_HOLE);
	expect_eq(frames[0].mapcount, 2);
	expect_eq(util_child_end(&child), 0);
	close(obj);
	shmdt(addr);
	shmctl(attach.shmid, IPC_RMID, NULL);
	result("two processes, two addresses, the same frames; the rest holes\n");
}

static void test_unattached(void)
{
	struct shmviz_frame before[PAGES], after[PAGES];
	int shmid = util_segment(PAGES * page, 0), obj;
	char *addr = util_attach(shmid, 0);

	memset(addr, 'x', PAGES * page / 2);
	shmdt(addr);
	obj = util_open_segment(dev, shmid);
	expect_eq(util_frames(obj, 0, PAGES, before), PAGES);
	expect_eq(before[0].mapcount, 0);
	expect_eq(before[PAGES - 1].state, SHMVIZ_STATE_HOLE);

	addr = util_attach(shmid, 0);
	for (int i = 0; i < PAGES / 2; i++)
		expect(((volatile char *)addr)[i * page] == 'x');
	expect_eq(util_frames(obj, 0, PAGES, after), PAGES);
	expect_pagemap(before, getpid(), addr, PAGES);
	expect_eq(after[0].mapcount, 1);
	expect_eq(after[0].pfn, before[0].pfn);
	close(obj);
	shmdt(addr);
	shmctl(shmid, IPC_RMID, NULL);
	result("the frames of a segment that nobody has attached\n");
}

struct flag_pair {
	uint32_t flag;
	int kpf;
};

static const struct flag_pair flag_pairs[] = {
	{ SHMVIZ_FRAME_LOCKED, KPF_LOCKED },
	{ SHMVIZ_FRAME_UPTODATE, KPF_UPTODATE },
	{ SHMVIZ_FRAME_DIRTY, KPF_DIRTY },
	{ SHMVIZ_FRAME_LRU, KPF_LRU },
	{ SHMVIZ_FRAME_ACTIVE, KPF_ACTIVE },
	{ SHMVIZ_FRAME_REFERENCED, KPF_REFERENCED },
	{ SHMVIZ_FRAME_UNEVICTABLE, KPF_UNEVICTABLE },
	{ SHMVIZ_FRAME_WRITEBACK, KPF_WRITEBACK },
	{ SHMVIZ_FRAME_HUGETLB, KPF_HUGE },
};

static void expect_kpage(const struct shmviz_frame *frame)
{
	uint64_t kpf = util_kpage("kpageflags", frame->pfn);

	expect_eq(frame->mapcount, util_kpage("kpagecount", frame->pfn));
	expect_eq(frame->memcg, util_kpage("kpagecgroup", frame->pfn));
	for (size_t i = 0; i < sizeof(flag_pairs) / sizeof(*flag_pairs); i++)
		expect_eq(!!(frame->flags & flag_pairs[i].flag),
			  kpf >> flag_pairs[i].kpf & 1);
}

static void test_facts(void)
{
	struct shmviz_frame frames[PAGES];
	int shmid = util_segment(PAGES * page, 0), obj = util_open_segment(dev, shmid);
	char *addr = util_attach(shmid, 0), *again = util_attach(shmid, 0);

	memset(addr, 1, 8 * page);
	for (int i = 0; i < 4; i++)
		again[i * page] = 1;
	/* What was just touched may wait in a list before the LRU. */
	shmctl(shmid, SHM_LOCK, NULL);
	expect_eq(util_frames(obj, 0, PAGES, frames), PAGES);
	for (int i = 0; i < 8; i++) {
		expect_eq(frames[i].state, SHMVIZ_STATE_PRESENT);
		expect_eq(frames[i].order, 0);
		expect(frames[i].flags & SHMVIZ_FRAME_SWAPBACKED);
		expect(frames[i].flags & SHMVIZ_FRAME_UPTODATE);
		expect(frames[i].refcount >= frames[i].mapcount + 1);
		expect(frames[i].zone >= SHMVIZ_ZONE_DMA);
		expect_kpage(&frames[i]);
	}
	expect_eq(frames[0].mapcount, 2);
	expect_eq(frames[7].mapcount, 1);
	close(obj);
	shmdt(addr);
	shmdt(again);
	shmctl(shmid, IPC_RMID, NULL);
	result("mapcount, flags and cgroup are those of /proc/kpage*\n");
}

/*
 * pagemap has nothing of a shmem page that is not mapped, so the truth is the
 * swap area itself: the contents of page i lie in the slot that is reported.
 */
static void expect_in_slot(const struct shmviz_frame *frame, int i)
{
	int slot[UTIL_SLOT_SIZE / sizeof(int)];

	expect(util_swap_slot(frame->swap_type, frame->swap_offset, slot));
	expect_eq(slot[0], 0x51070000 + i);
	expect_eq(slot[1023], ~i);
	expect_eq(frame->pfn, 0);
}

static void test_swapped(void)
{
	struct shmviz_frame frames[PAGES];
	int shmid = util_segment(PAGES * page, 0), obj = util_open_segment(dev, shmid);
	char *addr = util_attach(shmid, 0);
	struct util_shm shm;
	int swapped = 0;

	for (int i = 0; i < PAGES / 2; i++) {
		((int *)(addr + i * page))[0] = 0x51070000 + i;
		((int *)(addr + i * page))[1023] = ~i;
	}
	madvise(addr, PAGES * page, MADV_PAGEOUT);
	expect_eq(util_frames(obj, 0, PAGES, frames), PAGES);
	expect(util_shm(shmid, &shm));
	for (int i = 0; i < PAGES; i++) {
		if (i >= PAGES / 2)
			expect_eq(frames[i].state, SHMVIZ_STATE_HOLE);
		if (frames[i].state == SHMVIZ_STATE_SWAPPED) {
			expect_in_slot(&frames[i], i);
			swapped++;
		}
	}
	expect_eq(swapped * page, shm.swap);
	/* Looking must not have brought a page back. */
	expect(util_shm(shmid, &shm) && shm.swap == swapped * page);
	close(obj);
	shmdt(addr);
	shmctl(shmid, IPC_RMID, NULL);
	result_if_swapped(swapped, "swapped pages: no swap took any page",
			  "swapped pages lie in the slots that are reported");
}

static void test_ranges(void)
{
	struct shmviz_frame all[PAGES], some[PAGES];
	int shmid = util_segment(PAGES * page - 1, 0), obj = util_open_segment(dev, shmid);
	char *addr = util_attach(shmid, 0);

	for (int i = 0; i < PAGES; i += 2)
		addr[i * page] = 1;
	expect_eq(util_frames(obj, 0, PAGES, all), PAGES);
	expect_eq(util_frames(obj, 5, 7, some), 7);
	expect(util_same_frames(some, all + 5, 7));
	expect_eq(util_frames(obj, PAGES - 3, PAGES, some), 3);
	expect_eq(util_frames(obj, PAGES, 1, some), 0);
	expect_eq(util_frames(obj, 3, 0, NULL), 0);
	expect_errno(util_frames(obj, PAGES + 1, 1, some), EINVAL);
	expect_errno(util_frames(obj, UINT64_MAX, 1, some), EINVAL);
	expect_errno(util_frames(obj, 1, UINT64_MAX, some), EINVAL);
	expect_eq(util_frames(obj, 0, UINT64_MAX, NULL) < 0 ? errno : 0,
		  EFAULT);
	close(obj);
	shmdt(addr);
	shmctl(shmid, IPC_RMID, NULL);
	result("ranges: parts agree, the end cuts, overflow is EINVAL\n");
}

static int frames_raw(int obj, struct shmviz_frames *arg)
{
	return ioctl(obj, SHMVIZ_FRAMES, arg);
}

static void test_bad_arguments(void)
{
	int shmid = util_segment(PAGES * page, 0), obj = util_open_segment(dev, shmid);
	struct shmviz_frame frame;
	struct shmviz_frames good = { .count = 1, .buf = (uintptr_t)&frame };
	struct shmviz_frames arg;
	char *hole = mmap(NULL, page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS,
			  -1, 0);

	arg = good;
	arg.flags = 0x80000000;
	expect_errno(frames_raw(obj, &arg), EINVAL);
	arg = good;
	arg.pad = 1;
	expect_errno(frames_raw(obj, &arg), EINVAL);
	arg = good;
	arg.buf = 0;
	expect_errno(frames_raw(obj, &arg), EFAULT);
	arg.buf = (uintptr_t)hole;
	expect_errno(frames_raw(obj, &arg), EFAULT);
	/* An address of the kernel's. */
	arg.buf = 0xffff888000000000;
	expect_errno(frames_raw(obj, &arg), EFAULT);
	expect_errno(frames_raw(obj, NULL), EFAULT);
	/* Readable, but count can't be written back. */
	expect_errno(frames_raw(obj, (void *)hole), EFAULT);
	munmap(hole, page);
	expect_errno(frames_raw(obj, (void *)hole), EFAULT);
	close(obj);
	shmctl(shmid, IPC_RMID, NULL);
	result("flags and padding: EINVAL; bad pointers: EFAULT\n");
}

/* Records must not carry what was in the kernel's memory before. */
static void test_zeroed(void)
{
	static const struct shmviz_frame hole;
	int shmid = util_segment(PAGES * page, 0), obj = util_open_segment(dev, shmid);
	struct shmviz_frame frames[PAGES];

	memset(frames, 0xff, sizeof(frames));
	expect_eq(util_frames(obj, 0, PAGES, frames), PAGES);
	for (int i = 0; i < PAGES; i++)
		expect(!memcmp(&frames[i], &hole, sizeof(hole)));
	close(obj);
	shmctl(shmid, IPC_RMID, NULL);
	result("holes are all zero\n");
}

/* More than the module takes at a time, and not a multiple of it. */
static void test_large(void)
{
	enum { LARGE = 3001 };
	static struct shmviz_frame frames[LARGE];
	int shmid = util_segment(LARGE * page, 0), obj = util_open_segment(dev, shmid);
	char *addr = util_attach(shmid, 0);

	for (int i = 0; i < LARGE; i += 7)
		addr[i * page] = 1;
	expect_eq(util_frames(obj, 0, LARGE, frames), LARGE);
	expect_pagemap(frames, getpid(), addr, LARGE);
	for (int i = 0; i < LARGE; i++)
		expect_eq(frames[i].state, i % 7 ? SHMVIZ_STATE_HOLE :
						   SHMVIZ_STATE_PRESENT);
	close(obj);
	shmdt(addr);
	shmctl(shmid, IPC_RMID, NULL);
	result("a large segment, page for page\n");
}

int main(void)
{
	page = getpagesize();
	dev = util_begin(8, UTIL_DEVICE);
	test_two_processes();
	test_unattached();
	test_facts();
	test_swapped();
	test_ranges();
	test_bad_arguments();
	test_zeroed();
	test_large();
	close(dev);
	util_finish();
}
