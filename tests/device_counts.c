// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The numbers of SHMVIZ_FRAMES and SHMVIZ_INFO at their boundaries: of parts of
 * huge pages, of batches, of interrupted calls; references, zones and flags.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kernel-page-flags.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/shm.h>
#include <sys/time.h>
#include <unistd.h>

#include "harness/pages.h"

#define THP_FORCE	"/sys/kernel/mm/transparent_hugepage/shmem_enabled"
/* include/linux/kernel-page-flags.h; not in the header for programs. */
#define KPF_MLOCKED	33

static int dev;

static char *map_memfd(size_t pages, int *fd, int *obj)
{
	char *addr;

	*fd = memfd_create("shmviz-test", MFD_CLOEXEC);
	if (*fd < 0 || ftruncate(*fd, pages * page))
		ksft_exit_fail_msg("memfd: %s\n", strerror(errno));
	addr = mmap(NULL, pages * page, PROT_READ | PROT_WRITE, MAP_SHARED, *fd,
		    0);
	*obj = util_open_object(dev, SHMVIZ_KIND_FILE, *fd);
	if (addr == MAP_FAILED || *obj < 0)
		ksft_exit_fail_msg("memfd: %s\n", strerror(errno));
	return addr;
}

static bool read_choice(char word[32])
{
	FILE *file = fopen(THP_FORCE, "re");
	char text[256] = "", *from;

	if (!file)
		return false;
	from = fgets(text, sizeof(text), file) ? strchr(text, '[') : NULL;
	fclose(file);
	return from && sscanf(from, "[%31[^]]", word) == 1;
}

/* All of a record that the kernel has by another way. */
static void expect_kpage(const struct shmviz_frame *frame, uint64_t pfn)
{
	expect_eq(frame->pfn, pfn);
	expect_eq(frame->mapcount, util_kpage("kpagecount", pfn));
	expect_eq(!!(frame->flags & SHMVIZ_FRAME_HEAD),
		  kpage_has(pfn, KPF_COMPOUND_HEAD));
	expect_eq(!!(frame->flags & SHMVIZ_FRAME_TAIL),
		  kpage_has(pfn, KPF_COMPOUND_TAIL));
}

/*
 * A huge page whose pages are mapped once, twice and three times, read from
 * every kind of place: each record is that of its own page.
 */
static void test_huge_parts(void)
{
	static const int firsts[] = {
		0, 1, 2, 255, 256, 257, 300, 510, 511, 512, 513, 700, 1023,
	};
	static const int counts[] = { 1, 2, 255, 256, 257, 600 };
	char before[32], *addr, *once, *twice;
	int shmid, obj, seen[4] = {};
	uint64_t pfns[2 * THP];

	if (!read_choice(before) || util_write(THP_FORCE, "force")) {
		ksft_test_result_skip("parts of huge pages: %s: %s\n",
				      THP_FORCE, strerror(errno));
		return;
	}
	shmid = util_segment(2 * THP * page, 0);
	obj = util_open_segment(dev, shmid);
	addr = util_attach(shmid, 0);
	memset(addr, 1, 2 * THP * page);
	expect(!util_write(THP_FORCE, before));
	for (int i = 0; i < 2 * THP; i++)
		pfns[i] = PM_PFN(util_pagemap(getpid(), addr + i * page));
	/* By single pages: what is unmapped leaves no mapping of the whole. */
	once = util_attach(shmid, 0);
	twice = util_attach(shmid, 0);
	for (int i = 0; i < 2 * THP; i++) {
		if (i % 3)
			munmap(once + i * page, page);
		else
			(void)*(volatile char *)(once + i * page);
		if (i % 5)
			munmap(twice + i * page, page);
		else
			(void)*(volatile char *)(twice + i * page);
	}
	for (size_t f = 0; f < sizeof(firsts) / sizeof(*firsts); f++) {
		for (size_t c = 0; c < sizeof(counts) / sizeof(*counts); c++) {
			int n = counts[c], first = firsts[f];

			if (first + n > 2 * THP)
				n = 2 * THP - first;
			memset(frames, 0xff, sizeof(frames));
			expect_eq(util_frames(obj, first, counts[c], frames), n);
			for (int i = 0; i < n; i++) {
				expect_eq(frames[i].order, 9);
				expect_kpage(&frames[i], pfns[first + i]);
				if (frames[i].mapcount < 4)
					seen[frames[i].mapcount]++;
			}
			/* Not one record more than there was room for. */
			expect_eq(frames[n].pfn, UINT64_MAX);
		}
	}
	expect(seen[1] && seen[2] && seen[3]);
	shmdt(once);
	shmdt(twice);
	shmdt(addr);
	close(obj);
	shmctl(shmid, IPC_RMID, NULL);
	result("parts of huge pages: frame, mapcount, head and tail of each\n");
}

/* New pages wait in a list of this processor, which holds a reference. */
static void drain(void)
{
	char *any = mmap(NULL, page, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	expect(any != MAP_FAILED && !mlock(any, page));
	munmap(any, page);
}

/* One reference of the page cache for each page, one for each mapping. */
static void test_references(void)
{
	enum { N = 8 };
	int fd, obj;
	char *addr = map_memfd(N, &fd, &obj), *again;

	memset(addr, 1, N * page);
	again = mmap(NULL, 3 * page, PROT_READ, MAP_SHARED, fd, 0);
	for (int i = 0; i < 3; i++)
		(void)*(volatile char *)(again + i * page);
	drain();
	for (int mapped = 1; mapped >= 0; mapped--) {
		expect_eq(util_frames(obj, 0, N, frames), N);
		for (int i = 0; i < N; i++) {
			int maps = mapped ? 1 + (frames[i].mapcount > 1) : 0;

			expect_eq(frames[i].mapcount, maps);
			expect_eq(frames[i].refcount, 1 + maps);
		}
		expect(!mapped || (frames[0].mapcount == 2 &&
				   frames[N - 1].mapcount == 1));
		munmap(addr, N * page);
		munmap(again, 3 * page);
	}
	close(obj);
	close(fd);
	result("references: one of the page cache, one of each mapping\n");
}

/* The zone that /proc/zoneinfo has a frame in. */
static int zone_of(uint64_t pfn)
{
	static const struct {
		const char *name;
		int zone;
	} zones[] = {
		{ "DMA", SHMVIZ_ZONE_DMA }, { "DMA32", SHMVIZ_ZONE_DMA32 },
		{ "Normal", SHMVIZ_ZONE_NORMAL },
		{ "Movable", SHMVIZ_ZONE_MOVABLE },
	};
	unsigned long spanned = 0, start;
	FILE *file = fopen("/proc/zoneinfo", "re");
	char line[256], name[32] = "";
	int zone = -1;

	while (file && fgets(line, sizeof(line), file)) {
		sscanf(line, "Node %*d, zone %31s", name);
		sscanf(line, " spanned %lu", &spanned);
		if (sscanf(line, " start_pfn: %lu", &start) != 1 ||
		    pfn < start || pfn >= start + spanned)
			continue;
		for (size_t i = 0; i < sizeof(zones) / sizeof(*zones); i++)
			if (!strcmp(zones[i].name, name))
				zone = zones[i].zone;
	}
	if (file)
		fclose(file);
	return zone;
}

static const struct {
	const char *name;
	uint32_t flag;
	int kpf;
} flags[] = {
	{ "uptodate", SHMVIZ_FRAME_UPTODATE, KPF_UPTODATE },
	{ "dirty", SHMVIZ_FRAME_DIRTY, KPF_DIRTY },
	{ "lru", SHMVIZ_FRAME_LRU, KPF_LRU },
	{ "active", SHMVIZ_FRAME_ACTIVE, KPF_ACTIVE },
	{ "referenced", SHMVIZ_FRAME_REFERENCED, KPF_REFERENCED },
	{ "unevictable", SHMVIZ_FRAME_UNEVICTABLE, KPF_UNEVICTABLE },
	{ "mlocked", SHMVIZ_FRAME_MLOCKED, KPF_MLOCKED },
	{ "swapbacked", SHMVIZ_FRAME_SWAPBACKED, KPF_SWAPBACKED },
	{ "hugetlb", SHMVIZ_FRAME_HUGETLB, KPF_HUGE },
	{ "locked", SHMVIZ_FRAME_LOCKED, KPF_LOCKED },
	{ "writeback", SHMVIZ_FRAME_WRITEBACK, KPF_WRITEBACK },
};
#define N_FLAGS		(sizeof(flags) / sizeof(*flags))
#define N_BOTH		8	/* of these, both sides are met below */

/* Each record against kpageflags, before and after it was taken alike. */
static void expect_flags(int obj, int n, int seen[N_FLAGS][2])
{
	uint64_t kpf;

	expect_eq(util_frames(obj, 0, n, frames), n);
	for (int i = 0; i < n; i++) {
		expect_eq(frames[i].zone, zone_of(frames[i].pfn));
		kpf = util_kpage("kpageflags", frames[i].pfn);
		for (size_t f = 0; f < N_FLAGS; f++) {
			bool is = frames[i].flags & flags[f].flag;

			if (!expect_eq(is, kpf >> flags[f].kpf & 1))
				ksft_print_msg("page %d: %s\n", i,
					       flags[f].name);
			seen[f][is]++;
		}
	}
}

/* A page of a file system that never swaps; gone when it is closed. */
static int make_ramfs_file(int *obj)
{
	char dir[] = "/dev/shm/shmviz-ramfs-XXXXXX", path[64];
	int fd;

	expect(mkdtemp(dir) && !mount("ramfs", dir, "ramfs", 0, ""));
	snprintf(path, sizeof(path), "%s/file", dir);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	expect(fd >= 0 && write(fd, "x", 1) == 1);
	*obj = util_open_object(dev, SHMVIZ_KIND_FILE, fd);
	expect(!umount2(dir, MNT_DETACH) && !rmdir(dir));
	return fd;
}

#define LRU_GEN		"/sys/kernel/mm/lru_gen/enabled"

/* With generations in place of two lists, no access makes a page active. */
static bool choose_lru(const char *choice, char before[16])
{
	FILE *file = fopen(LRU_GEN, "re");
	bool is = file && before && fgets(before, 16, file);

	if (file)
		fclose(file);
	return (is || !before) && !util_write(LRU_GEN, choice);
}

static void test_flags(void)
{
	enum { N = 8 };
	int seen[N_FLAGS][2] = {}, fd, obj, other, other_obj;
	char *addr = map_memfd(N, &fd, &obj), byte, before[16];
	bool chosen = choose_lru("n", before);

	/* 0, 1: allocated and not filled; 2, 3: written; 4: read; 5: locked */
	expect(!fallocate(fd, 0, 0, 2 * page));
	addr[2 * page] = addr[3 * page] = 1;
	(void)*(volatile char *)(addr + 4 * page);
	(void)*(volatile char *)(addr + 6 * page);
	(void)*(volatile char *)(addr + 7 * page);
	expect(!mlock(addr + 5 * page, page));
	drain();
	/* The second access through a descriptor makes a page active. */
	for (int i = 0; i < 4; i++)
		expect(pread(fd, &byte, 1, 2 * page) == 1);
	expect(pread(fd, &byte, 1, 6 * page) == 1);
	drain();
	expect_flags(obj, N, seen);
	other = make_ramfs_file(&other_obj);
	expect_flags(other_obj, 1, seen);
	for (size_t f = 0; f < N_BOTH; f++)
		if (!expect(seen[f][0]) || !expect(seen[f][1]))
			ksft_print_msg("%s: %d without, %d with\n",
				       flags[f].name, seen[f][0], seen[f][1]);
	if (chosen)
		expect(choose_lru(before, NULL));
	munlock(addr + 5 * page, page);
	munmap(addr, N * page);
	close(other_obj);
	close(other);
	close(obj);
	close(fd);
	result("zone and flags of pages in different states: as in kpageflags\n");
}

/* Around the number of records that are taken at a time, and of INFO's batch. */
static void test_batches(void)
{
	enum { N = 1025 };
	static const int counts[] = { 1, 254, 255, 256, 257, 511, 512, 513, N };
	int fd, obj;
	char *addr = map_memfd(N, &fd, &obj);
	struct shmviz_info info;

	for (int i = 0; i < N; i += 2)
		addr[i * page] = 1;
	for (size_t c = 0; c < sizeof(counts) / sizeof(*counts); c++) {
		memset(frames, 0xff, sizeof(frames));
		expect_eq(util_frames(obj, 0, counts[c], frames), counts[c]);
		for (int i = 0; i < counts[c]; i++)
			expect_eq(frames[i].state, i % 2 ? SHMVIZ_STATE_HOLE :
							   SHMVIZ_STATE_PRESENT);
		expect_eq(frames[counts[c]].pfn, UINT64_MAX);
		/* The object that ends there. */
		expect(!ftruncate(fd, counts[c] * page));
		expect(!ioctl(obj, SHMVIZ_INFO, &info));
		expect_eq(info.pages, counts[c]);
		expect_eq(info.present, (counts[c] + 1) / 2);
		expect_eq(info.holes, counts[c] / 2);
		expect_eq(util_frames(obj, 0, N, frames), counts[c]);
		expect(!ftruncate(fd, N * page));
		for (int i = 0; i < N; i += 2)
			addr[i * page] = 1;
	}
	munmap(addr, N * page);
	close(obj);
	close(fd);
	result("around the batches: each page, once, and not one too many\n");
}

#define HUGEPAGES	"/proc/sys/vm/nr_hugepages"

/* The size that was asked for; the pages that there are, which are more. */
static void test_hugetlb_size(void)
{
	struct shmviz_info info;
	struct util_shm shm;
	int shmid, obj;

	if (util_write(HUGEPAGES, "2") ||
	    (shmid = shmget(IPC_PRIVATE, 5000,
			    IPC_CREAT | SHM_HUGETLB | 0600)) < 0) {
		ksft_test_result_skip("hugetlb: no huge pages: %s\n",
				      strerror(errno));
		return;
	}
	obj = util_open_segment(dev, shmid);
	expect(!ioctl(obj, SHMVIZ_INFO, &info));
	expect(util_shm(shmid, &shm));
	expect_eq(info.size, shm.size);
	expect_eq(info.size, 5000);
	expect_eq(info.page_order, 9);
	expect_eq(info.pages, THP);
	expect_eq(info.holes, THP);
	close(obj);
	shmctl(shmid, IPC_RMID, NULL);
	expect(!util_write(HUGEPAGES, "0"));
	result("hugetlb: the size is the one that was asked for\n");
}

static volatile sig_atomic_t alarms;

static void on_alarm(int sig)
{
	(void)sig;
	alarms++;
}

/* Parts until the end: how many there were, or -1. */
static int read_in_parts(int obj, struct shmviz_frame *all, uint64_t pages)
{
	uint64_t first = 0;
	int parts = 0;

	while (first < pages) {
		struct shmviz_frames arg = {
			.first = first, .count = pages - first,
			.buf = (uintptr_t)(all + first),
		};

		if (ioctl(obj, SHMVIZ_FRAMES, &arg)) {
			if (!expect_eq(errno, EINTR))
				return -1;
			continue;
		}
		if (!expect(arg.count && arg.count <= pages - first))
			return -1;
		first += arg.count;
		parts++;
	}
	return parts;
}

/*
 * A signal ends the call early: what was written is counted, and nothing is
 * left out between one part and the next.
 */
static void test_interrupted(void)
{
	uint64_t pages = 256 * 1024;
	struct itimerval timer = { { 0, 300 }, { 0, 300 } }, off = {};
	struct shmviz_frame *all = mmap(NULL, pages * sizeof(*all),
					PROT_READ | PROT_WRITE,
					MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct sigaction act = { .sa_handler = on_alarm };
	int fd, obj, parts = 1;
	char *addr = map_memfd(pages, &fd, &obj);

	expect(all != MAP_FAILED);
	for (uint64_t i = 0; i < pages; i += 1000)
		addr[i * page] = 1;
	memset(all, 0xff, pages * sizeof(*all));
	sigaction(SIGALRM, &act, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
	for (int i = 0; i < 100 && parts == 1; i++)
		parts = read_in_parts(obj, all, pages);
	setitimer(ITIMER_REAL, &off, NULL);
	signal(SIGALRM, SIG_DFL);
	expect(parts > 1);
	for (uint64_t i = 0; i < pages; i++)
		if (!expect_eq(all[i].state, i % 1000 ? SHMVIZ_STATE_HOLE :
							SHMVIZ_STATE_PRESENT))
			break;
	ksft_print_msg("%d parts, %d signals\n", parts, (int)alarms);
	munmap(all, pages * sizeof(*all));
	munmap(addr, pages * page);
	close(obj);
	close(fd);
	result("a signal: the pages so far, and the rest by the next call\n");
}

int main(void)
{
	dev = util_begin(6, UTIL_DEVICE);
	pages_alone();
	test_huge_parts();
	test_references();
	test_flags();
	test_batches();
	test_hugetlb_size();
	test_interrupted();
	close(dev);
	util_finish();
}
