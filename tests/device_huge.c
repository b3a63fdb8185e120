// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * SHMVIZ_FRAMES and SHMVIZ_INFO of huge pages: forced and advised, past the end,
 * in the midst of small ones, in swap, and split under the walker's feet.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kernel-page-flags.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/pages.h"

#define THP_PATH	"/sys/kernel/mm/transparent_hugepage/"

static int dev;

/* The word in brackets of a file like "always [never]". */
static int read_choice(const char *path, char word[32])
{
	char text[256] = "", *from = NULL;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd >= 0 && read(fd, text, sizeof(text) - 1) > 0)
		from = strchr(text, '[');
	if (fd >= 0)
		close(fd);
	return from && sscanf(from, "[%31[^]]", word) == 1 ? 0 : -1;
}

/*
 * Segments and the anonymous memory of MAP_SHARED have huge pages by choice of
 * the administrator. Changed for a test, and put back.
 */
struct choice {
	const char *path;
	char before[32];
};

static bool choose(struct choice *choice, const char *path, const char *word)
{
	choice->path = path;
	return !read_choice(path, choice->before) && !util_write(path, word);
}

static void unchoose(const struct choice *choice)
{
	expect(!util_write(choice->path, choice->before));
}

/*
 * What has its huge pages is to stay as it is: khugepaged would make small ones
 * huge again, take them out of page tables for that, and bring swapped ones in.
 */
static void keep_from_khugepaged(bool keep)
{
	expect(!prctl(PR_SET_THP_DISABLE, keep, 0, 0, 0));
}

/* At an address at which a huge page can be mapped as one. */
static char *attach_aligned(int shmid, size_t size)
{
	size_t huge = THP * page;
	char *room = mmap(NULL, size + 2 * huge, PROT_NONE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *at = (char *)(((uintptr_t)room + huge - 1) / huge * huge);

	munmap(room, size + 2 * huge);
	at = shmat(shmid, at, 0);
	if (at == (void *)-1)
		ksft_exit_fail_msg("shmat of %d: %s\n", shmid, strerror(errno));
	return at;
}

/* A segment whose huge pages come as the administrator chose for it. */
struct segment {
	struct choice choice;
	int shmid, obj;
	char *addr;
};

/* Or the test that is named so is skipped. */
static bool segment_begin(struct segment *seg, const char *word, int pages,
			  const char *name)
{
	if (!choose(&seg->choice, THP_PATH "shmem_enabled", word)) {
		ksft_test_result_skip("%s: %sshmem_enabled: %s\n", name,
				      THP_PATH, strerror(errno));
		return false;
	}
	seg->shmid = util_segment(pages * page, 0);
	seg->obj = util_open_segment(dev, seg->shmid);
	seg->addr = attach_aligned(seg->shmid, pages * page);
	return true;
}

static void segment_end(struct segment *seg)
{
	unchoose(&seg->choice);
	close(seg->obj);
	shmdt(seg->addr);
	shmctl(seg->shmid, IPC_RMID, NULL);
}

/* Eight records that are asked for alone are those that were taken with all. */
static void expect_part(int obj, int first)
{
	struct shmviz_frame some[8];

	expect_eq(util_frames(obj, first, 8, some), 8);
	expect(util_same_frames(some, frames + first, 8));
}

/* One folio of 1 << order pages, whose first is the one of frame[0]. */
static void expect_folio(const struct shmviz_frame *frame, int order,
			 const char *addr)
{
	for (int i = 0; i < 1 << order; i++) {
		expect_frame(&frame[i], addr + i * page);
		expect_eq(frame[i].pfn, frame[0].pfn + i);
		expect_eq(frame[i].order, order);
		expect_eq(frame[i].flags & SHMVIZ_FRAME_HEAD,
			  order && !i ? SHMVIZ_FRAME_HEAD : 0);
		expect_eq(frame[i].flags & SHMVIZ_FRAME_TAIL,
			  order && i ? SHMVIZ_FRAME_TAIL : 0);
		expect_eq(frame[i].flags & SHMVIZ_FRAME_UNEVICTABLE,
			  frame[0].flags & SHMVIZ_FRAME_UNEVICTABLE);
	}
}

/*
 * mincore looks into the page cache of what is not mapped, and touches nothing.
 * It also counts what was read ahead from swap and is not yet the object's.
 */
static void expect_mincore(char *addr, int pages)
{
	static unsigned char in[PAGES];

	expect(!mincore(addr, pages * page, in));
	for (int i = 0; i < pages; i++)
		if (frames[i].state != SHMVIZ_STATE_SWAPPED)
			expect_eq(in[i] & 1,
				  frames[i].state == SHMVIZ_STATE_PRESENT);
}

/* Maps what is there; what is not comes into being, or back from swap. */
static void touch(const char *addr, int first, int pages)
{
	for (int i = first; i < first + pages; i++)
		(void)((volatile const char *)addr)[i * page];
}

static void test_huge_forced(void)
{
	struct segment seg;

	if (!segment_begin(&seg, "force", PAGES, "huge pages"))
		return;
	/* The first by its last page, the third by its first; no second. */
	seg.addr[(THP - 1) * page] = 1;
	seg.addr[2 * THP * page] = 1;
	keep_from_khugepaged(true);
	take_frames(seg.obj, PAGES);
	expect_folio(frames, 9, seg.addr);
	expect_folio(frames + 2 * THP, 9, seg.addr + 2 * THP * page);
	expect_eq(frames[0].mapcount, 1);
	for (int i = THP; i < 2 * THP; i++)
		expect_eq(frames[i].state, SHMVIZ_STATE_HOLE);
	expect(kpage_has(frames[0].pfn, KPF_THP));
	expect(kpage_has(frames[THP - 1].pfn, KPF_THP));
	expect_sums(seg.obj, seg.shmid);
	expect_mincore(seg.addr, PAGES);
	/* From the middle of one, and across an end and a beginning. */
	expect_part(seg.obj, 300);
	expect_part(seg.obj, THP - 4);
	expect_part(seg.obj, 2 * THP - 4);
	keep_from_khugepaged(false);
	segment_end(&seg);
	result("huge pages: order, first and others, consecutive frames\n");
}

/* Huge where it was advised, small elsewhere, in one segment. */
static void test_huge_advised(void)
{
	struct segment seg;

	if (!segment_begin(&seg, "advise", PAGES, "advised huge pages"))
		return;
	expect(!madvise(seg.addr + THP * page, THP * page, MADV_HUGEPAGE));
	memset(seg.addr, 1, PAGES * page);
	keep_from_khugepaged(true);
	take_frames(seg.obj, PAGES);
	for (int i = 0; i < PAGES; i++)
		if (i / THP != 1)
			expect_folio(&frames[i], 0, seg.addr + i * page);
	expect_folio(frames + THP, 9, seg.addr + THP * page);
	expect_sums(seg.obj, seg.shmid);
	/* A hole in its midst splits it. */
	expect(!madvise(seg.addr + (THP + 7) * page, 2 * page, MADV_REMOVE));
	take_frames(seg.obj, PAGES);
	expect_eq(frames[THP + 7].state, SHMVIZ_STATE_HOLE);
	expect_eq(frames[THP + 8].state, SHMVIZ_STATE_HOLE);
	expect_sums(seg.obj, seg.shmid);
	expect_mincore(seg.addr, PAGES);
	touch(seg.addr, 0, PAGES);
	take_frames(seg.obj, PAGES);
	for (int i = 0; i < PAGES; i++)
		expect_frame(&frames[i], seg.addr + i * page);
	keep_from_khugepaged(false);
	segment_end(&seg);
	result("huge and small pages in one segment; a hole in a huge page\n");
}

/*
 * Pages that are there beyond the end are not the object's: a huge page may
 * reach past it, and fallocate() makes some on demand.
 */
static void test_past_end(void)
{
	struct shmviz_open arg = { .kind = SHMVIZ_KIND_FILE, .ns_fd = -1 };
	struct choice choice;
	bool chosen = choose(&choice, THP_PATH "shmem_enabled", "force");
	struct shmviz_info info;
	int pages = THP + 8, obj;
	char *addr;

	arg.id = memfd_create("shmviz-test", MFD_CLOEXEC);
	expect(!ftruncate(arg.id, pages * page));
	addr = mmap(NULL, pages * page, PROT_READ | PROT_WRITE, MAP_SHARED,
		    arg.id, 0);
	expect(addr != MAP_FAILED);
	/* Not through the mapping: where that begins must not matter. */
	expect_eq(pwrite(arg.id, "x", 1, (THP + 1) * page), 1);
	expect(!fallocate(arg.id, FALLOC_FL_KEEP_SIZE, 3 * THP * page,
			  16 * page));
	keep_from_khugepaged(true);
	obj = ioctl(dev, SHMVIZ_OPEN, &arg);
	touch(addr, THP, 8);
	take_frames(obj, pages);
	if (chosen)
		expect_eq(frames[THP].order, 9);	/* 504 pages are beyond */
	for (int i = THP; i < pages; i++)
		expect_frame(&frames[i], addr + i * page);
	expect_eq(count_state(SHMVIZ_STATE_PRESENT, pages), 8);
	expect(!ioctl(obj, SHMVIZ_INFO, &info));
	expect_eq(info.pages, pages);
	expect_eq(info.present, 8);
	expect_eq(info.holes, THP);
	keep_from_khugepaged(false);
	if (chosen)
		unchoose(&choice);
	/* Down to no page at all. */
	expect(!ftruncate(arg.id, 0));
	expect(!fallocate(arg.id, FALLOC_FL_KEEP_SIZE, 0, 16 * page));
	expect(!ioctl(obj, SHMVIZ_INFO, &info));
	expect_eq(info.pages, 0);
	expect_eq(info.present, 0);
	expect_eq(info.holes, 0);
	take_frames(obj, 0);
	munmap(addr, pages * page);
	close(obj);
	close(arg.id);
	result("pages beyond the end are not counted\n");
}

#define ANON_PATH	THP_PATH "hugepages-64kB/shmem_enabled"

/* Since 6.11 there are sizes in between; not for segments as yet. */
static void test_huge_middle(void)
{
	struct shmviz_open arg = { .kind = SHMVIZ_KIND_FILE, .ns_fd = -1 };
	struct choice choice;
	char path[64], *room, *addr;
	int pages = THP / 2, obj;	/* too few for khugepaged */

	if (!choose(&choice, ANON_PATH, "always")) {
		ksft_test_result_skip("huge pages of 64 KiB: %s: %s\n",
				      ANON_PATH, strerror(errno));
		return;
	}
	room = mmap(NULL, (pages + 16) * page, PROT_NONE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	addr = (char *)(((uintptr_t)room + 65535) & ~65535ul);
	addr = mmap(addr, pages * page, PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	expect(addr != MAP_FAILED);
	snprintf(path, sizeof(path), "/proc/self/map_files/%lx-%lx",
		 (unsigned long)addr, (unsigned long)addr + pages * page);
	arg.id = open(path, O_RDONLY | O_CLOEXEC);
	obj = ioctl(dev, SHMVIZ_OPEN, &arg);
	addr[5 * page] = 1;
	addr[100 * page] = 1;
	take_frames(obj, pages);
	expect_eq(count_state(SHMVIZ_STATE_PRESENT, pages), 32);
	touch(addr, 0, 16);
	touch(addr, 96, 16);
	take_frames(obj, pages);
	expect_folio(frames, 4, addr);
	expect_folio(frames + 96, 4, addr + 96 * page);
	expect_mincore(addr, pages);
	unchoose(&choice);
	close(obj);
	close(arg.id);
	munmap(room, (pages + 16) * page);
	munmap(addr, pages * page);
	result("huge pages of 64 KiB in anonymous shared memory\n");
}

/* Page i holds what mark() wrote, in the slot that is reported. */
static void expect_in_slot(const struct shmviz_frame *frame, uint64_t i)
{
	uint64_t slot[UTIL_SLOT_SIZE / sizeof(uint64_t)];

	expect(util_swap_slot(frame->swap_type, frame->swap_offset, slot));
	expect_eq(slot[0], ~i);
	expect_eq(slot[511], i);
}

static void mark(char *addr)
{
	for (uint64_t i = 0; i < PAGES; i++) {
		((uint64_t *)(addr + i * page))[0] = ~i;
		((uint64_t *)(addr + i * page))[511] = i;
	}
}

/* Every page in the state that is reported, by slot, mincore and sums. */
static void expect_states(int obj, int shmid, char *addr)
{
	take_frames(obj, PAGES);
	for (int i = 0; i < PAGES; i++)
		if (frames[i].state == SHMVIZ_STATE_SWAPPED)
			expect_in_slot(&frames[i], i);
	expect_mincore(addr, PAGES);
	expect_sums(obj, shmid);
}

/*
 * Three huge pages: the first goes to swap as a whole, the second in part, the
 * third not. Then part of the first comes back through another attachment.
 */
static void test_huge_swapped(void)
{
	struct segment seg;
	int swapped;
	char *again;

	if (!segment_begin(&seg, "force", PAGES, "swapped huge pages"))
		return;
	mark(seg.addr);
	keep_from_khugepaged(true);
	madvise(seg.addr, THP * page, MADV_PAGEOUT);
	madvise(seg.addr + (THP + 100) * page, 200 * page, MADV_PAGEOUT);
	expect_states(seg.obj, seg.shmid, seg.addr);
	swapped = count_state(SHMVIZ_STATE_SWAPPED, PAGES);
	expect_part(seg.obj, 300);
	expect_part(seg.obj, THP - 4);

	again = util_attach(seg.shmid, SHM_RDONLY);
	touch(again, 200, 50);
	expect_states(seg.obj, seg.shmid, seg.addr);
	for (int i = 200; i < 250; i++) {
		expect_eq(frames[i].state, SHMVIZ_STATE_PRESENT);
		expect_eq(frames[i].pfn, PM_PFN(util_pagemap(getpid(),
							again + i * page)));
		expect_eq(*(uint64_t *)(again + i * page), ~(uint64_t)i);
	}
	expect(!swapped || (count_state(SHMVIZ_STATE_SWAPPED, PAGES) <=
			    swapped - 50));
	keep_from_khugepaged(false);
	shmdt(again);
	segment_end(&seg);
	result_if_swapped(swapped, "swapped huge pages: no swap took any page",
			  "huge pages in swap, as a whole and in part, and back");
}

/* Touches the pages it is told of, from another processor if there is one. */
static void touch_when_told(int fd, char *addr)
{
	int here = sched_getcpu(), i;
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	for (i = 0; i < CPU_SETSIZE; i++)
		if (i != here)
			CPU_SET(i, &cpus);
	sched_setaffinity(0, sizeof(cpus), &cpus);
	while (read(fd, &i, sizeof(i)) == sizeof(i)) {
		touch(addr, i, 1);
		/* Mapped here, it could not be paged out from there. */
		madvise(addr, THP * page, MADV_DONTNEED);
	}
	_exit(0);
}

static int other_slots(const struct shmviz_frame *now,
		       const struct shmviz_frame *before)
{
	int n = 0;

	for (int i = 0; i < THP; i++)
		n += now[i].state == SHMVIZ_STATE_SWAPPED &&
		     (now[i].swap_type != before[i].swap_type ||
		      now[i].swap_offset != before[i].swap_offset);
	return n;
}

/*
 * A huge page that was swapped out as a whole is one entry until a page of it
 * comes back. While the kernel makes small ones of it, they are not yet right.
 */
static void test_huge_splitting(void)
{
	static struct shmviz_frame before[THP];
	int go[2], swapped = 0, wrong = 0, holes = 0;
	struct segment seg;
	struct shmviz_info info;
	pid_t child;

	if (!segment_begin(&seg, "force", THP, "huge pages that leave swap"))
		return;
	expect(!pipe2(go, O_CLOEXEC));
	child = fork();
	if (!child) {
		close(go[1]);
		touch_when_told(go[0], seg.addr);
	}
	for (int i = 0; i < THP && child > 0; i += 4) {
		memset(seg.addr, 1, THP * page);
		madvise(seg.addr, THP * page, MADV_PAGEOUT);
		expect_eq(util_frames(seg.obj, 0, THP, frames), THP);
		memcpy(before, frames, sizeof(before));
		swapped += count_state(SHMVIZ_STATE_SWAPPED, THP);
		expect(write(go[1], &i, sizeof(i)) == sizeof(i));
		do {
			expect_eq(util_frames(seg.obj, 0, THP, frames), THP);
			wrong += other_slots(frames, before);
			expect(!ioctl(seg.obj, SHMVIZ_INFO, &info));
			holes += count_state(SHMVIZ_STATE_HOLE, THP) +
				 info.holes;
		} while (frames[i].state == SHMVIZ_STATE_SWAPPED);
		expect(!madvise(seg.addr, THP * page, MADV_REMOVE));
	}
	expect_eq(wrong, 0);
	expect_eq(holes, 0);
	close(go[1]);
	close(go[0]);
	expect(child > 0 && waitpid(child, NULL, 0) == child);
	segment_end(&seg);
	result_if_swapped(swapped, "huge pages that leave swap: no swap took any page",
			  "a huge page leaves swap: no page is in a slot of another");
}

int main(void)
{
	dev = util_begin(6, UTIL_DEVICE);
	pages_alone();
	test_huge_forced();
	test_huge_advised();
	test_past_end();
	test_huge_middle();
	test_huge_swapped();
	test_huge_splitting();
	close(dev);
	util_finish();
}
