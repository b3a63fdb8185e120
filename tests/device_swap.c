// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Pages in several swap areas: SHMVIZ_FRAMES says in which one each page lies.
 * The slot itself, which holds the contents, is the oracle. And pages of a file on
 * a disk, which are evicted and never swapped: the page cache keeps a shadow entry
 * in the place of each, of the same type as a swap entry.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/shm.h>
#include <sys/swap.h>
#include <unistd.h>

#include "harness/util.h"

/* A processor keeps 64 slots in store; so more than those go out later. */
#define PAGES		320
#define FIRST		64
#define ZRAM		"/sys/class/zram-control/"
#define AREA_SIZE	(4 << 20)
#define DISK_PAGES	16

static int dev;
static size_t page;

/* A disk in compressed memory. */
struct area {
	char id[16];
	char path[32];
};

static bool read_line(const char *path, char *line, int size)
{
	FILE *file = fopen(path, "re");
	bool ok = file && fgets(line, size, file);

	if (file)
		fclose(file);
	line[ok ? strcspn(line, "\n") : 0] = '\0';
	return ok;
}

/* What mkswap(8) writes. */
static bool make_swap(const char *path)
{
	static const char magic[] = "SWAPSPACE2";
	uint32_t head[3] = { 1, AREA_SIZE / page - 1, 0 };
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool ok;

	ok = fd >= 0 && pwrite(fd, head, sizeof(head), 1024) == sizeof(head) &&
	     pwrite(fd, magic, 10, page - 10) == 10 && !fsync(fd);
	if (fd >= 0)
		close(fd);
	return ok;
}

static bool area_add(struct area *area)
{
	char size[64], bytes[16];

	if (!read_line(ZRAM "hot_add", area->id, sizeof(area->id)))
		return false;
	snprintf(area->path, sizeof(area->path), "/dev/zram%s", area->id);
	snprintf(size, sizeof(size), "/sys/block/zram%s/disksize", area->id);
	snprintf(bytes, sizeof(bytes), "%d", AREA_SIZE);
	return !util_write(size, bytes);
}

static void area_remove(const struct area *area)
{
	expect(!util_write(ZRAM "hot_remove", area->id));
}

/* A swap area that is preferred to all others. */
static bool area_begin(struct area *area)
{
	return area_add(area) && make_swap(area->path) &&
	       !swapon(area->path, SWAP_FLAG_PREFER | 32000);
}

static void area_end(const struct area *area)
{
	expect(!swapoff(area->path));
	area_remove(area);
}

/* Page i, and only that one, has these contents. */
static void mark(char *addr, int i)
{
	uint32_t *words = (uint32_t *)(addr + i * page);

	words[0] = 0x5a0b0000 + i;
	words[1023] = ~i;
}

static void expect_in_slot(const struct shmviz_frame *frame, int i)
{
	uint32_t slot[UTIL_SLOT_SIZE / sizeof(uint32_t)];

	expect(util_swap_slot(frame->swap_type, frame->swap_offset, slot));
	expect_eq(slot[0], 0x5a0b0000 + i);
	expect_eq(slot[1023], (uint32_t)~i);
}

/* One bit for each area in which pages lie. */
static unsigned int expect_swapped(int obj)
{
	struct shmviz_frame frames[PAGES];
	struct shmviz_info info;
	unsigned int areas = 0;
	uint64_t swapped = 0;

	expect_eq(util_frames(obj, 0, PAGES, frames), PAGES);
	for (int i = 0; i < PAGES; i++) {
		if (frames[i].state != SHMVIZ_STATE_SWAPPED)
			continue;
		swapped++;
		areas |= 1u << frames[i].swap_type;
		expect_in_slot(&frames[i], i);
		/* Nothing else is said of a page that has no frame. */
		expect_eq(frames[i].pfn, 0);
		expect_eq(frames[i].flags, 0);
		expect_eq(frames[i].mapcount, 0);
		expect_eq(frames[i].refcount, 0);
		expect_eq(frames[i].order, 0);
		expect_eq(frames[i].zone, 0);
		expect_eq(frames[i].memcg, 0);
	}
	expect(!ioctl(obj, SHMVIZ_INFO, &info));
	expect_eq(info.swapped, swapped);
	return areas;
}

static void page_out(char *addr, int first, int n)
{
	for (int i = first; i < first + n; i++)
		mark(addr, i);
	madvise(addr + first * page, n * page, MADV_PAGEOUT);
}

static void test_two_areas(void)
{
	unsigned int before, both;
	struct area area = {};
	int shmid = util_segment(PAGES * page, 0);
	int obj = util_open_segment(dev, shmid);
	char *addr = util_attach(shmid, 0);

	page_out(addr, 0, FIRST);
	before = expect_swapped(obj);
	if (!before) {
		ksft_test_result_skip("two swap areas: no swap took any page\n");
	} else if (!area_begin(&area)) {
		ksft_test_result_skip("two swap areas: no second zram: %s\n",
				      strerror(errno));
	} else {
		page_out(addr, FIRST, PAGES - FIRST);
		both = expect_swapped(obj);
		expect(both & ~before);
		ksft_print_msg("areas %#x, then %#x\n", before, both);
		area_end(&area);
		expect(!(expect_swapped(obj) & (both & ~before)));
		result("pages in two swap areas: each in its slot of its area\n");
	}
	shmdt(addr);
	close(obj);
	shmctl(shmid, IPC_RMID, NULL);
}

/* Reclaim evicts clean pages that no process has mapped or used of late. */
static int evict(int fd, unsigned char in[DISK_PAGES])
{
	char *addr = mmap(NULL, DISK_PAGES * page, PROT_READ, MAP_SHARED, fd, 0);
	int evicted = 0;

	if (!expect(addr != MAP_FAILED))
		return 0;
	for (int i = 0; i < DISK_PAGES; i++)
		(void)((volatile char *)addr)[i * page];
	expect(!madvise(addr, DISK_PAGES * page, MADV_PAGEOUT));
	expect(!mincore(addr, DISK_PAGES * page, in));
	for (int i = 0; i < DISK_PAGES; i++)
		evicted += !(in[i] & 1);
	munmap(addr, DISK_PAGES * page);
	return evicted;
}

static void expect_evicted(int fd)
{
	struct shmviz_open arg = { .kind = SHMVIZ_KIND_FILE, .id = fd, .ns_fd = -1 };
	struct shmviz_frame frames[DISK_PAGES];
	unsigned char in[DISK_PAGES];
	struct shmviz_info info;
	int evicted, obj;

	expect(!ftruncate(fd, DISK_PAGES * page));
	for (int i = 0; i < DISK_PAGES; i++)
		expect_eq(pwrite(fd, "x", 1, i * page), 1);
	expect(!fsync(fd));
	evicted = evict(fd, in);
	expect(evicted);
	obj = ioctl(dev, SHMVIZ_OPEN, &arg);
	expect(!ioctl(obj, SHMVIZ_INFO, &info));
	expect(!(info.flags & SHMVIZ_INFO_SHMEM));
	expect_eq(info.swapped, 0);
	expect_eq(info.present, DISK_PAGES - evicted);
	expect_eq(info.holes, evicted);
	expect_eq(util_frames(obj, 0, DISK_PAGES, frames), DISK_PAGES);
	for (int i = 0; i < DISK_PAGES; i++)
		expect_eq(frames[i].state, in[i] & 1 ? SHMVIZ_STATE_PRESENT :
						       SHMVIZ_STATE_HOLE);
	close(obj);
}

static void test_evicted(void)
{
	char dir[] = "/dev/shm/shmviz-disk-XXXXXX", path[64], make[64];
	struct area area = {};
	int fd;

	if (!area_add(&area)) {
		ksft_test_result_skip("evicted pages: no second zram: %s\n",
				      strerror(errno));
		return;
	}
	snprintf(make, sizeof(make), "mkdosfs %s >/dev/null 2>&1", area.path);
	expect(mkdtemp(dir) && !system(make));
	if (mount(area.path, dir, "msdos", 0, "")) {
		ksft_test_result_skip("evicted pages: no disk with msdos: %s\n",
				      strerror(errno));
	} else {
		snprintf(path, sizeof(path), "%s/file", dir);
		fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		if (expect(fd >= 0)) {
			expect_evicted(fd);
			close(fd);
		}
		expect(!umount(dir));
		result("pages of a file on a disk, evicted: holes, not swapped\n");
	}
	expect(!rmdir(dir));
	area_remove(&area);
}

int main(void)
{
	page = getpagesize();
	dev = util_begin(2, UTIL_DEVICE);
	test_two_areas();
	test_evicted();
	close(dev);
	util_finish();
}
