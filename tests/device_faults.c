// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Each allocation and each copy of each call on the device fails once, by the
 * kernel's own fail-nth: the call returns an error that the header has for it, or
 * succeeds and is right; nothing stays behind, and the next call succeeds.
 *
 * What leaks is found by kmemleak, which scripts/guest/debug.sh asks at the end;
 * descriptors and references of the module are counted here.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/memfd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/util.h"

#define FAIL_NTH	"/proc/thread-self/fail-nth"
#define DEBUGFS		"/sys/kernel/debug/"
#define PAGES		600	/* of the segment: FRAMES needs several batches */
#define NTH_MAX		4000	/* more faults than that no call has */
#define INSMOD_MAX	1000000u
#define INSMOD_OURS	50u	/* the board, and all that misc_register() makes */

static int dev, obj, board, memfd, hugefd, ipcns, shmid, fail_nth;
static size_t page;
static char *attached, *board_map, *place;
static struct shmviz_listed recs[512];
static const struct shmviz_listed *listed;
static struct shmviz_frame frames[PAGES], frames_before[PAGES];
static struct shmviz_sharer sharers[64];

/*
 * What the kernel fails by itself is everything: also allocations that may wait,
 * of one page, and silently, since the log is searched for what it would say.
 */
static struct {
	const char *path, *text;
	char before[32];
} settings[] = {
	{ DEBUGFS "failslab/verbose", "0", "" },
	{ DEBUGFS "failslab/ignore-gfp-wait", "N", "" },
	{ DEBUGFS "fail_page_alloc/verbose", "0", "" },
	{ DEBUGFS "fail_page_alloc/ignore-gfp-wait", "N", "" },
	{ DEBUGFS "fail_page_alloc/ignore-gfp-highmem", "N", "" },
	{ DEBUGFS "fail_page_alloc/min-order", "0", "" },
	{ DEBUGFS "fail_usercopy/verbose", "0", "" },
};
#define N_SETTINGS	(sizeof(settings) / sizeof(*settings))

/* Before the plan: a kernel that has not all of it skips the program. */
static void need_faults(void)
{
	const char *path = FAIL_NTH;

	fail_nth = open(path, O_RDWR | O_CLOEXEC);
	if (fail_nth >= 0)
		path = NULL;
	for (size_t i = 0; !path && i < N_SETTINGS; i++)
		if (access(settings[i].path, W_OK))
			path = settings[i].path;
	if (!path)
		return;
	ksft_print_header();
	ksft_exit_skip("%s: %s: this kernel cannot inject faults\n", path,
		       strerror(errno));
}

static void settings_change(void)
{
	for (size_t i = 0; i < N_SETTINGS; i++) {
		FILE *file = fopen(settings[i].path, "re");

		if (!file || !fgets(settings[i].before, 32, file) ||
		    util_write(settings[i].path, settings[i].text))
			ksft_exit_fail_msg("%s: %s\n", settings[i].path,
					   strerror(errno));
		fclose(file);
	}
}

static void settings_restore(void)
{
	for (size_t i = 0; i < N_SETTINGS; i++)
		util_write(settings[i].path, settings[i].before);
}

/*
 * The nth place of the next system call that can fail does; 0: none. To write that
 * is a copy itself: what was left of the number before can make it fail, once.
 */
static void fail_set(unsigned int nth)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", nth);

	if (pwrite(fail_nth, text, len, 0) != len &&
	    pwrite(fail_nth, text, len, 0) != len)
		ksft_exit_fail_msg("fail-nth: %s\n", strerror(errno));
}

/*
 * Whether it failed: nothing is left to count. To ask is a copy, too, and can be
 * what fails; then the call before had too few places.
 */
static bool fail_came(void)
{
	char text[16] = "";
	ssize_t len = pread(fail_nth, text, sizeof(text) - 1, 0);

	fail_set(0);
	return len > 0 && !atoi(text);
}

static int count_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	while (dir && readdir(dir))
		n++;
	if (dir)
		closedir(dir);
	return n;
}

/* Of the module: descriptors and mappings, once the kernel has let go of them. */
static long references(long expected)
{
	long n = -1;

	for (int tries = 0; tries < 500; tries++) {
		FILE *file = fopen("/sys/module/shmviz/refcnt", "re");

		if (!file || fscanf(file, "%ld", &n) != 1)
			n = -1;
		if (file)
			fclose(file);
		if (n == expected || expected < 0)
			break;
		usleep(10000);
	}
	return n;
}

/* OPEN in all its kinds; `arg` is outside the call, which has only one copy. */
static long open_it(struct shmviz_open *arg)
{
	return ioctl(dev, SHMVIZ_OPEN, arg);
}

static long open_segment(void)
{
	static struct shmviz_open arg = { .kind = SHMVIZ_KIND_SEGMENT, .ns_fd = -1 };

	arg.id = shmid;
	return open_it(&arg);
}

static long open_segment_ns(void)
{
	static struct shmviz_open arg = { .kind = SHMVIZ_KIND_SEGMENT };

	arg.id = shmid;
	arg.ns_fd = ipcns;
	return open_it(&arg);
}

static long open_memfd(void)
{
	static struct shmviz_open arg = { .kind = SHMVIZ_KIND_FILE, .ns_fd = -1 };

	arg.id = memfd;
	return open_it(&arg);
}

static long open_huge(void)
{
	static struct shmviz_open arg = { .kind = SHMVIZ_KIND_FILE, .ns_fd = -1 };

	arg.id = hugefd;
	return open_it(&arg);
}

static long open_inode(void)
{
	static struct shmviz_open arg = { .kind = SHMVIZ_KIND_INODE, .ns_fd = -1 };

	arg.id = memfd;
	arg.ino = listed->ino;
	arg.generation = listed->generation;
	return open_it(&arg);
}

static long open_board(void)
{
	static struct shmviz_open arg = { .kind = SHMVIZ_KIND_BOARD, .ns_fd = -1 };

	return open_it(&arg);
}

static long open_device(void)
{
	return open(SHMVIZ_DEVICE, O_RDWR | O_CLOEXEC);
}

static void opened(long fd)
{
	close(fd);
}

static struct shmviz_info info;

static long get_info(void)
{
	return ioctl(obj, SHMVIZ_INFO, &info);
}

static void got_info(long ret)
{
	(void)ret;
	expect_eq(info.present + info.swapped + info.holes, info.pages);
	expect_eq(info.pages, PAGES);
	expect_eq(info.present, PAGES);
	expect_eq(info.shmid, shmid);
}

static long get_frames(void)
{
	return util_frames(obj, 0, PAGES, frames);
}

static void got_frames(long ret)
{
	expect_eq(ret, PAGES);
	expect(util_same_frames(frames, frames_before, PAGES));
}

static struct shmviz_sharers who;

static long get_sharers(void)
{
	who = (struct shmviz_sharers){ .count = 64, .buf = (uintptr_t)sharers };
	return ioctl(obj, SHMVIZ_SHARERS, &who);
}

static void got_sharers(long ret)
{
	(void)ret;
	expect_eq(who.total, 1);
	expect_eq(sharers[0].start, (uintptr_t)attached);
	expect_eq(sharers[0].pid, getpid());
}

static struct shmviz_list list;

static long get_list(void)
{
	list = (struct shmviz_list){ .count = 512, .buf = (uintptr_t)recs, .fd = memfd };
	return ioctl(dev, SHMVIZ_LIST, &list);
}

static void got_list(long ret)
{
	(void)ret;
	expect_eq(list.count, list.total);
	listed = NULL;
	for (uint64_t i = 0; i < list.count; i++)
		if (!strcmp(recs[i].name, "memfd:faults"))
			listed = &recs[i];
	expect(listed != NULL);
}

static long map_board(void)
{
	return (long)mmap(place, 4 * page, PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_FIXED | MAP_POPULATE, dev, 0);
}

static long map_view(void)
{
	return (long)mmap(place, PAGES * page, PROT_READ,
			  MAP_SHARED | MAP_FIXED | MAP_POPULATE, obj, 0);
}

static void mapped(long addr)
{
	expect_eq(addr, (uintptr_t)place);
	munmap(place, PAGES * page);
}

/* Mappings of the board that are copied, split and moved. */
static long fork_board(void)
{
	return syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
}

static void forked(long pid)
{
	if (!pid)
		_exit(0);
	waitpid(pid, NULL, 0);
}

static long split_board(void)
{
	return munmap(board_map + page, page);
}

static long move_board(void)
{
	return (long)mremap(board_map, 4 * page, 4 * page,
			    MREMAP_MAYMOVE | MREMAP_FIXED, place);
}

static void remap_board(long ret)
{
	(void)ret;
	munmap(place, PAGES * page);
	munmap(board_map, 4 * page);
	if (mmap(board_map, 4 * page, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED,
		 dev, 0) != board_map)
		ksft_exit_fail_msg("the board: %s\n", strerror(errno));
	memset(board_map, 1, 4 * page);
}

#define OPEN_ERRORS	{ ENOMEM, EFAULT, ENFILE, EMFILE }
static const struct fault_case {
	const char *name;
	long (*call)(void);
	void (*done)(long ret);	/* of what has succeeded: checks and undoes it */
	unsigned int least;	/* places that can fail, as the source has them */
	int errors[5];
} cases[] = {
	{ "SHMVIZ_LIST", get_list, got_list, 3, { ENOMEM, EFAULT } },
	{ "SHMVIZ_OPEN of a segment", open_segment, opened, 3, OPEN_ERRORS },
	{ "SHMVIZ_OPEN of a segment by namespace", open_segment_ns, opened, 3,
	  OPEN_ERRORS },
	{ "SHMVIZ_OPEN of a memfd", open_memfd, opened, 3, OPEN_ERRORS },
	{ "SHMVIZ_OPEN of a memfd on huge pages", open_huge, opened, 3, OPEN_ERRORS },
	{ "SHMVIZ_OPEN of an inode", open_inode, opened, 4, OPEN_ERRORS },
	{ "SHMVIZ_OPEN of the board", open_board, opened, 3, OPEN_ERRORS },
	{ "SHMVIZ_INFO", get_info, got_info, 1, { EFAULT } },
	{ "SHMVIZ_FRAMES", get_frames, got_frames, 5, { ENOMEM, EFAULT } },
	{ "SHMVIZ_SHARERS", get_sharers, got_sharers, 4, { ENOMEM, EFAULT } },
	{ "mmap of the board", map_board, mapped, 1, { ENOMEM } },
	{ "mmap of a view", map_view, mapped, 1, { ENOMEM } },
	{ "open of the device", open_device, opened, 1, { ENOMEM, ENFILE, EFAULT } },
	{ "fork with the board mapped", fork_board, forked, 10, { ENOMEM, EAGAIN } },
	{ "munmap inside the board", split_board, remap_board, 1, { ENOMEM } },
	{ "mremap of the board", move_board, remap_board, 1, { ENOMEM } },
};
#define CASES	(sizeof(cases) / sizeof(*cases))

static bool has_error(const struct fault_case *c, int err)
{
	for (int i = 0; c->errors[i]; i++)
		if (c->errors[i] == err)
			return true;
	return false;
}

/* A call until it passes all places that can fail. */
static void fail_everywhere(const struct fault_case *c)
{
	unsigned int nth, refused = 0;
	int fds = count_fds(), err;
	long refs = references(-1), ret;
	bool came = true;

	for (nth = 1; came && nth < NTH_MAX; nth++) {
		fail_set(nth);
		ret = c->call();
		err = errno;
		/* The child of a fork has no faults to come, and nothing to do. */
		if (!ret && c->call == fork_board)
			_exit(0);
		came = fail_came();
		if (ret != -1) {
			c->done(ret);
			continue;
		}
		refused++;
		if (!expect(came) || !expect(has_error(c, err)))
			ksft_print_msg("%s, fault %u: %s\n", c->name, nth,
				       strerrorname_np(err));
	}
	expect(!came);
	/* The last one was for a call that had no fault. */
	expect(nth - 2 >= c->least);
	expect(refused > 0);
	expect_eq(count_fds(), fds);
	expect_eq(references(refs), refs);
	result("%s: %u faults, %u of them were errors\n", c->name, nth - 2, refused);
}

/*
 * The places of an insmod that can fail: as many as are gone of a number that is
 * too large for it.
 */
static unsigned int insmod_places(void)
{
	char text[16] = "";

	fail_set(INSMOD_MAX);
	expect(!util_insmod(""));
	expect(pread(fail_nth, text, sizeof(text) - 1, 0) > 0);
	fail_set(0);
	expect(!util_rmmod());
	return INSMOD_MAX - atoi(text);
}

/*
 * insmod, too, where the module's own code runs: the last places. What it had made
 * before the fault is gone, and the name is free. The kernel's loader comes before
 * that; it is not ours, and it says much when memory is short.
 */
static void fail_insmod(void)
{
	unsigned int places = insmod_places(), refused = 0, nth;
	bool came = true;

	nth = places > INSMOD_OURS ? places - INSMOD_OURS : 1;
	for (; came && nth < INSMOD_MAX; nth++) {
		int ret, err;

		fail_set(nth);
		ret = util_insmod("");
		err = errno;
		came = fail_came();
		if (!ret) {
			expect(!util_rmmod());
			continue;
		}
		refused++;
		if (!expect(came) || !expect(err == ENOMEM || err == EFAULT))
			ksft_print_msg("insmod, fault %u of %u: %s\n", nth, places,
				       strerrorname_np(err));
	}
	expect(!came);
	expect(refused > 0);
	expect(!util_insmod(""));
	result("insmod: the last %u faults of %u, %u of them were errors\n",
	       INSMOD_OURS, places, refused);
}

static void make_objects(void)
{
	memfd = memfd_create("faults", MFD_CLOEXEC);
	if (memfd < 0 || ftruncate(memfd, 8 * page))
		ksft_exit_fail_msg("memfd_create: %s\n", strerror(errno));
	hugefd = memfd_create("faults-huge", MFD_CLOEXEC | MFD_HUGETLB);
	ipcns = open("/proc/self/ns/ipc", O_RDONLY | O_CLOEXEC);
	shmid = util_segment(PAGES * page, 0);
	attached = util_attach(shmid, 0);
	memset(attached, 1, PAGES * page);
	obj = util_open_segment(dev, shmid);
	board = util_open_object(dev, SHMVIZ_KIND_BOARD, 0);
	place = mmap(NULL, 2 * PAGES * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	board_map = place + PAGES * page;
	remap_board(0);
	expect_eq(util_frames(obj, 0, PAGES, frames_before), PAGES);
	expect(!get_list());
	got_list(0);
}

int main(void)
{
	need_faults();
	dev = util_begin(CASES + 1, UTIL_DEVICE);
	page = getpagesize();
	settings_change();
	close(dev);
	expect(!util_rmmod() && !util_insmod("allow_view=1"));
	dev = open(SHMVIZ_DEVICE, O_RDWR | O_CLOEXEC);
	make_objects();
	for (size_t i = 0; i < CASES; i++)
		fail_everywhere(&cases[i]);

	munmap(place, 2 * PAGES * page);
	close(board);
	close(obj);
	close(dev);
	shmdt(attached);
	shmctl(shmid, IPC_RMID, NULL);
	expect(!util_rmmod());
	fail_insmod();
	settings_restore();
	util_finish();
}
