// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which pages the view shows: those that are there and hold contents of the
 * object. Not those that were never filled, lie beyond the end, or went bad.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "harness/util.h"
#include "harness/view.h"

#define PAGES		8
#define THP_FORCE	"/sys/kernel/mm/transparent_hugepage/shmem_enabled"

#ifndef MADV_HWPOISON
#define MADV_HWPOISON	100
#endif

static int dev;
static size_t page;

static int open_file(int fd)
{
	int obj = util_open_object(dev, SHMVIZ_KIND_FILE, fd);

	if (obj < 0)
		ksft_exit_fail_msg("SHMVIZ_OPEN: %s\n", strerror(errno));
	return obj;
}

static int make_memfd(size_t pages)
{
	int fd = memfd_create("shmviz-test", MFD_CLOEXEC);

	if (fd < 0 || ftruncate(fd, pages * page))
		ksft_exit_fail_msg("memfd: %s\n", strerror(errno));
	return fd;
}

static char *map_own(int fd, size_t pages)
{
	char *addr = mmap(NULL, pages * page, PROT_READ | PROT_WRITE, MAP_SHARED,
			  fd, 0);

	if (addr == MAP_FAILED)
		ksft_exit_fail_msg("mmap: %s\n", strerror(errno));
	return addr;
}

/*
 * fallocate(2) gives pages frames whose contents are still those of whoever had
 * the frames before. The kernel clears them at the first access.
 */
static void test_not_filled(void)
{
	struct shmviz_frame frames[PAGES];
	int fd = make_memfd(PAGES), obj = open_file(fd);
	char *view = view_map(obj, 0, PAGES), *own = map_own(fd, PAGES);

	expect(view != MAP_FAILED);
	expect(!fallocate(fd, 0, 0, PAGES * page));
	expect_eq(util_frames(obj, 0, PAGES, frames), PAGES);
	for (int i = 0; i < PAGES; i++) {
		expect_eq(frames[i].state, SHMVIZ_STATE_PRESENT);
		expect(!(frames[i].flags & SHMVIZ_FRAME_UPTODATE));
		expect_eq(view_peek(view + i * page), -1);
	}
	/* Those that their owner fills can be seen, and no others. */
	expect_eq(((volatile char *)own)[2 * page], 0);
	own[5 * page] = 'x';
	expect_eq(util_frames(obj, 0, PAGES, frames), PAGES);
	for (int i = 0; i < PAGES; i++) {
		expect_eq(!!(frames[i].flags & SHMVIZ_FRAME_UPTODATE),
			  i == 2 || i == 5);
		expect_eq(view_peek(view + i * page),
			  i == 2 ? 0 : i == 5 ? 'x' : -1);
	}
	munmap(own, PAGES * page);
	munmap(view, PAGES * page);
	close(obj);
	close(fd);
	result("pages that fallocate(2) made and nobody filled: SIGBUS\n");
}

/* The word in brackets, to be put back. */
static bool read_choice(const char *path, char word[32])
{
	FILE *file = fopen(path, "re");
	char text[256] = "", *from;

	if (!file)
		return false;
	from = fgets(text, sizeof(text), file) ? strchr(text, '[') : NULL;
	fclose(file);
	return from && sscanf(from, "[%31[^]]", word) == 1;
}

/* The whole view, at an address where no huge page can be mapped as one. */
static char *view_by_pages(int obj, size_t pages)
{
	char *room = mmap(NULL, (pages + 513) * page, PROT_NONE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uintptr_t at = ((uintptr_t)room | (512 * page - 1)) + 1 + page;

	munmap(room, (pages + 513) * page);
	return mmap((void *)at, pages * page, PROT_READ,
		    MAP_SHARED | MAP_FIXED_NOREPLACE, obj, 0);
}

/*
 * A huge page that cannot be split, because a pipe holds a part of it, stays as
 * a whole when the object is cut in its middle.
 */
static void test_beyond_end(void)
{
	enum { LARGE = 512, LEFT = 4 };
	struct shmviz_frame frame;
	int fd, obj, pipes[2];
	char before[32], *own, *view;
	struct iovec iov;

	if (!read_choice(THP_FORCE, before) || util_write(THP_FORCE, "force")) {
		ksft_test_result_skip("beyond the end: %s: %s\n", THP_FORCE,
				      strerror(errno));
		return;
	}
	fd = make_memfd(LARGE);
	obj = open_file(fd);
	own = map_own(fd, LARGE);
	view = view_by_pages(obj, LARGE);
	memset(own, 'x', LARGE * page);
	expect_eq(util_frames(obj, 0, 1, &frame), 1);
	if (expect_eq(frame.order, 9) && expect(!pipe2(pipes, O_CLOEXEC))) {
		iov = (struct iovec) { own, 1 };
		expect(vmsplice(pipes[1], &iov, 1, 0) == 1);
		expect(!ftruncate(fd, LEFT * page));
		for (int i = 0; i < 2 * LEFT; i++)
			expect_eq(view_peek(view + i * page),
				  i < LEFT ? 'x' : -1);
		expect_eq(view_peek(view + (LARGE - 1) * page), -1);
		close(pipes[0]);
		close(pipes[1]);
	}
	expect(!util_write(THP_FORCE, before));
	munmap(view, LARGE * page);
	munmap(own, LARGE * page);
	close(obj);
	close(fd);
	result("pages of a huge page beyond the end: SIGBUS\n");
}

/* Since 6.11 the one who injects the error is told so; it goes on. */
static void on_sigbus(int sig)
{
	(void)sig;
}

/* Takes a frame from the machine until it boots again, as a bad DIMM does. */
static void test_poisoned(void)
{
	int fd = make_memfd(PAGES), obj = open_file(fd);
	char *own = map_own(fd, PAGES), *view = view_map(obj, 0, PAGES);
	int err;

	memset(own, 'x', PAGES * page);
	signal(SIGBUS, on_sigbus);
	err = madvise(own + 3 * page, page, MADV_HWPOISON);
	signal(SIGBUS, SIG_DFL);
	if (err) {
		ksft_test_result_skip("memory errors: madvise: %s\n",
				      strerror(errno));
		goto out;
	}
	for (int i = 0; i < PAGES; i++)
		expect_eq(view_peek(view + i * page), i == 3 ? -1 : 'x');
	result("a page with a memory error: SIGBUS\n");
out:
	munmap(view, PAGES * page);
	munmap(own, PAGES * page);
	close(obj);
	close(fd);
}

/* Page i of the object lies at page i of the view, wherever that begins. */
static void test_ranges(void)
{
	int fd = make_memfd(PAGES), obj = open_file(fd);
	char *own = map_own(fd, PAGES), *view;

	for (int i = 0; i < PAGES; i++)
		own[i * page] = 'a' + i;
	for (int first = 0; first < PAGES; first++) {
		size_t pages = PAGES - first;

		view = view_map(obj, first, pages);
		if (!expect(view != MAP_FAILED))
			continue;
		for (size_t i = 0; i < pages; i++)
			expect_eq(view_peek(view + i * page), 'a' + first + i);
		munmap(view, pages * page);
		expect(view_map(obj, first, pages + 1) == MAP_FAILED &&
		       errno == EINVAL);
	}
	expect(view_map(obj, PAGES, 1) == MAP_FAILED && errno == EINVAL);
	munmap(own, PAGES * page);
	/* Its last byte counts as a page, and no more than that. */
	expect(!ftruncate(fd, 2 * page + 1));
	view = view_map(obj, 0, 3);
	expect(view != MAP_FAILED);
	expect(view_map(obj, 0, 4) == MAP_FAILED && errno == EINVAL);
	expect(!munmap(view, 3 * page));
	expect(!ftruncate(fd, 0));
	expect(view_map(obj, 0, 1) == MAP_FAILED && errno == EINVAL);
	close(obj);
	close(fd);
	result("every first page up to the end, and not one beyond it\n");
}

static void test_board(void)
{
	int obj = util_open_object(dev, SHMVIZ_KIND_BOARD, 0);
	struct shmviz_info info;
	char *own, *view;

	expect(!ioctl(obj, SHMVIZ_INFO, &info));
	expect(info.flags & SHMVIZ_INFO_VIEW);
	expect(info.flags & SHMVIZ_INFO_SHMEM);
	own = mmap(NULL, info.size, PROT_READ | PROT_WRITE, MAP_SHARED, dev, 0);
	view = view_map(obj, 0, info.pages);
	if (expect(own != MAP_FAILED && view != MAP_FAILED)) {
		own[page] = 'b';
		expect_eq(view_peek(view), -1);
		expect_eq(view_peek(view + page), 'b');
		own[page] = 0;
	}
	munmap(view, info.size);
	munmap(own, info.size);
	close(obj);
	result("the view of the board shows it\n");
}

static void expect_no_view(int fd, const char *what)
{
	int obj = open_file(fd);
	struct shmviz_info info;

	expect(!ioctl(obj, SHMVIZ_INFO, &info));
	if (!expect(!(info.flags & SHMVIZ_INFO_VIEW)) ||
	    !expect(!(info.flags & SHMVIZ_INFO_SHMEM)) ||
	    !expect(view_map(obj, 0, 1) == MAP_FAILED) ||
	    !expect_eq(errno, EOPNOTSUPP))
		ksft_print_msg("%s\n", what);
	close(obj);
}

/* A file system that keeps pages, too, but is none of shared memory. */
static void test_other_files(void)
{
	char dir[] = "/dev/shm/shmviz-ramfs-XXXXXX", path[64];
	int fd;

	expect(mkdtemp(dir) && !mount("ramfs", dir, "ramfs", 0, ""));
	snprintf(path, sizeof(path), "%s/file", dir);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	expect(fd >= 0 && write(fd, "x", 1) == 1);
	expect_no_view(fd, "a file of ramfs");
	close(fd);
	expect(!umount2(dir, MNT_DETACH) && !rmdir(dir));
	fd = memfd_create("shmviz-test", MFD_CLOEXEC | MFD_HUGETLB);
	if (expect(fd >= 0 && !ftruncate(fd, 2 << 20)))
		expect_no_view(fd, "hugetlb");
	close(fd);
	result("no view of other files, nor of hugetlb: EOPNOTSUPP\n");
}

int main(void)
{
	page = getpagesize();
	dev = util_begin(6, UTIL_DEVICE);
	dev = view_reload(dev, "allow_view=1");
	test_not_filled();
	test_beyond_end();
	test_poisoned();
	test_ranges();
	test_board();
	test_other_files();
	close(view_reload(dev, ""));
	util_finish();
}
