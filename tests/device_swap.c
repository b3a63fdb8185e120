// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Pages in several swap areas: SHMVIZ_FRAMES says in which one each page lies.
 * The slot itself, which holds the contents, is the oracle.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/swap.h>
#include <unistd.h>

#include "harness/util.h"

/* A processor keeps 64 slots in store; so more than those go out later. */
#define PAGES		320
#define FIRST		64
#define ZRAM		"/sys/class/zram-control/"
#define AREA_SIZE	(4 << 20)

static int dev;
static size_t page;

/* A swap area in compressed memory, which is preferred to all others. */
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

static bool area_begin(struct area *area)
{
	char size[64], bytes[16];

	if (!read_line(ZRAM "hot_add", area->id, sizeof(area->id)))
		return false;
	snprintf(area->path, sizeof(area->path), "/dev/zram%s", area->id);
	snprintf(size, sizeof(size), "/sys/block/zram%s/disksize", area->id);
	snprintf(bytes, sizeof(bytes), "%d", AREA_SIZE);
	return !util_write(size, bytes) && make_swap(area->path) &&
	       !swapon(area->path, SWAP_FLAG_PREFER | 32000);
}

static void area_end(const struct area *area)
{
	expect(!swapoff(area->path));
	expect(!util_write(ZRAM "hot_remove", area->id));
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

int main(void)
{
	unsigned int before, both;
	struct area area = {};
	char *addr;
	int shmid, obj;

	page = getpagesize();
	dev = util_begin(1, UTIL_DEVICE);
	shmid = util_segment(PAGES * page, 0);
	obj = util_open_segment(dev, shmid);
	addr = util_attach(shmid, 0);
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
	close(dev);
	util_finish();
}
