// SPDX-License-Identifier: GPL-2.0-or-later
/* SHMVIZ_OPEN of every kind of object, and the frames of each by pagemap. */
#include <errno.h>
#include <fcntl.h>
#include <linux/memfd.h>
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

#define PAGES	8

static int dev;
static size_t page;

static int open_fd(int fd)
{
	struct shmviz_open arg = {
		.kind = SHMVIZ_KIND_FILE, .id = fd, .ns_fd = -1,
	};

	return ioctl(dev, SHMVIZ_OPEN, &arg);
}

static int open_in_ns(int shmid, int ns_fd)
{
	struct shmviz_open arg = {
		.kind = SHMVIZ_KIND_SEGMENT, .id = shmid, .ns_fd = ns_fd,
	};

	return ioctl(dev, SHMVIZ_OPEN, &arg);
}

/* Pages 1 and 4 of the mapping at addr are touched: the object has just those. */
static void expect_object(int obj, const char *addr)
{
	struct shmviz_frame frames[PAGES];

	if (!expect(obj >= 0))
		return;
	expect_eq(util_frames(obj, 0, PAGES, frames), PAGES);
	for (int i = 0; i < PAGES; i++) {
		if (i != 1 && i != 4) {
			expect_eq(frames[i].state, SHMVIZ_STATE_HOLE);
			continue;
		}
		expect_eq(frames[i].state, SHMVIZ_STATE_PRESENT);
		expect_eq(frames[i].pfn, PM_PFN(util_pagemap(getpid(),
							addr + i * page)));
	}
}

static char *touch_two(int fd)
{
	char *addr = mmap(NULL, PAGES * page, PROT_READ | PROT_WRITE,
			  MAP_SHARED | (fd < 0 ? MAP_ANONYMOUS : 0), fd, 0);

	if (addr == MAP_FAILED)
		ksft_exit_fail_msg("mmap: %s\n", strerror(errno));
	addr[page] = 1;
	addr[4 * page] = 4;
	return addr;
}

static void test_file(int fd, const char *what)
{
	struct shmviz_info info;
	struct stat st;
	char *addr;
	int obj;

	if (fd < 0 || ftruncate(fd, PAGES * page))
		ksft_exit_fail_msg("%s: %s\n", what, strerror(errno));
	addr = touch_two(fd);
	obj = open_fd(fd);
	expect_object(obj, addr);
	expect(!ioctl(obj, SHMVIZ_INFO, &info) && !fstat(fd, &st));
	expect_eq(info.kind, SHMVIZ_KIND_FILE);
	expect(info.flags & SHMVIZ_INFO_SHMEM);
	expect_eq(info.size, PAGES * page);
	expect_eq(info.ino, st.st_ino);
	expect_eq(major(info.dev), major(st.st_dev));
	expect_eq(minor(info.dev), minor(st.st_dev));
	expect_eq(info.shmid, 0);
	munmap(addr, PAGES * page);
	close(obj);
	close(fd);
	result("%s\n", what);
}

static int map_files_fd(const char *addr)
{
	char path[128];

	snprintf(path, sizeof(path), "/proc/self/map_files/%lx-%lx",
		 (unsigned long)addr, (unsigned long)addr + PAGES * page);
	return open(path, O_RDONLY | O_CLOEXEC);
}

static void test_anonymous(void)
{
	char *addr = touch_two(-1);
	int fd = map_files_fd(addr), obj = open_fd(fd);

	expect_object(obj, addr);
	close(obj);
	close(fd);
	munmap(addr, PAGES * page);
	result("shared anonymous memory, through map_files\n");
}

static void test_segment_by_map_files(void)
{
	int shmid = util_segment(PAGES * page, 0), fd, obj;
	char *addr = util_attach(shmid, 0);

	addr[page] = addr[4 * page] = 1;
	fd = map_files_fd(addr);
	obj = open_fd(fd);
	expect_object(obj, addr);
	close(obj);
	close(fd);
	shmdt(addr);
	shmctl(shmid, IPC_RMID, NULL);
	result("a segment, through map_files\n");
}

/* What another namespace has, and that its shmids are not ours. */
struct other {
	int pipe[2];
	int shmid;
};

static int make_other(void *arg)
{
	struct other *other = arg;
	char *addr;
	int shmid;

	if (unshare(CLONE_NEWIPC))
		return 1;
	/* The first of a namespace has shmid 0; we have one of that index, too. */
	shmid = shmget(IPC_PRIVATE, PAGES * page, 0600);
	addr = shmat(shmid, NULL, 0);
	if (addr == (void *)-1)
		return 2;
	addr[page] = addr[4 * page] = 1;
	return write(other->pipe[1], &shmid, sizeof(shmid)) != sizeof(shmid) ||
	       write(other->pipe[1], &addr, sizeof(addr)) != sizeof(addr);
}

static void test_namespace(void)
{
	struct shmviz_frame frames[PAGES];
	struct shmviz_info info;
	struct util_child child;
	struct other other;
	char path[64], *addr;
	struct stat st;
	int ns, obj;

	expect(!pipe2(other.pipe, O_CLOEXEC));
	util_child(&child, make_other, &other);
	expect(read(other.pipe[0], &other.shmid, sizeof(int)) == sizeof(int));
	expect(read(other.pipe[0], &addr, sizeof(addr)) == sizeof(addr));
	snprintf(path, sizeof(path), "/proc/%d/ns/ipc", child.pid);
	ns = open(path, O_RDONLY | O_CLOEXEC);
	obj = open_in_ns(other.shmid, ns);
	if (expect(obj >= 0)) {
		expect(!ioctl(obj, SHMVIZ_INFO, &info) && !fstat(ns, &st));
		expect(!(info.flags & (SHMVIZ_INFO_STALE | SHMVIZ_INFO_GONE)));
		expect_eq(info.ipcns, st.st_ino);
		expect_eq(info.nattch, 1);
		expect_eq(util_frames(obj, 0, PAGES, frames), PAGES);
		expect_eq(frames[1].pfn, PM_PFN(util_pagemap(child.pid,
							     addr + page)));
	}
	/* Ours by that id is none, or another. */
	expect_errno(open_in_ns(other.shmid + 0x8000 * 77, -1), ENOENT);
	expect_eq(util_child_end(&child), 0);
	/* The namespace lives by our descriptor; its last process has gone. */
	expect(!ioctl(obj, SHMVIZ_INFO, &info));
	expect_eq(info.nattch, 0);
	close(obj);
	close(ns);
	result("a segment of another IPC namespace, by its nsfs descriptor\n");
}

static void test_refused(void)
{
	int null = open("/dev/null", O_RDONLY), dir = open("/", O_RDONLY);
	int pid_ns = open("/proc/self/ns/pid", O_RDONLY);
	int path = open("/proc/self/exe", O_PATH), pipes[2];

	expect(!pipe(pipes));
	expect_errno(open_fd(null), EINVAL);
	expect_errno(open_fd(dir), EINVAL);
	expect_errno(open_fd(pipes[0]), EINVAL);
	expect_errno(open_fd(dev), EINVAL);
	expect_errno(open_fd(-1), EBADF);
	expect_errno(open_fd(12345), EBADF);
	expect_errno(open_fd(path), EBADF);
	expect_errno(open_in_ns(0, pid_ns), EINVAL);
	expect_errno(open_in_ns(0, null), EINVAL);
	expect_errno(open_in_ns(0, 12345), EBADF);
	expect_errno(open_in_ns(0, -2), EBADF);
	close(pipes[0]);
	close(pipes[1]);
	close(path);
	close(pid_ns);
	close(dir);
	close(null);
	result("what is no object or no namespace: EINVAL, EBADF\n");
}

/* An ordinary file: clean pages, evicted ones are holes and no swap. */
static void test_disk_file(void)
{
	char path[] = "/shmviz-test-XXXXXX";
	int fd = mkstemp(path), obj;
	struct shmviz_frame frames[2];
	struct shmviz_info info;

	unlink(path);
	expect(!ftruncate(fd, 2 * page) && pwrite(fd, "x", 1, 0) == 1);
	obj = open_fd(fd);
	expect(!ioctl(obj, SHMVIZ_INFO, &info));
	expect_eq(info.pages, 2);
	expect_eq(util_frames(obj, 0, 2, frames), 2);
	expect_eq(frames[0].state, SHMVIZ_STATE_PRESENT);
	expect_eq(info.swapped, 0);
	close(obj);
	close(fd);
	result("an ordinary file\n");
}

static int write_number(const char *path, long value)
{
	FILE *file = fopen(path, "we");
	int ret = file ? fprintf(file, "%ld\n", value) : -1;

	if (file && fclose(file))
		ret = -1;
	return ret < 0 ? -1 : 0;
}

static void test_hugetlb(void)
{
	static struct shmviz_frame frames[2 * 512];
	struct shmviz_info info;
	int shmid, obj;
	char *addr;

	if (write_number("/proc/sys/vm/nr_hugepages", 4) ||
	    (shmid = shmget(IPC_PRIVATE, 4 << 20,
			    IPC_CREAT | SHM_HUGETLB | 0600)) < 0) {
		ksft_test_result_skip("hugetlb: no huge pages: %s\n",
				      strerror(errno));
		return;
	}
	addr = util_attach(shmid, 0);
	addr[3 << 20] = 1;
	obj = util_open_object(dev, SHMVIZ_KIND_SEGMENT, shmid);
	expect(!ioctl(obj, SHMVIZ_INFO, &info));
	expect(info.flags & SHMVIZ_INFO_HUGETLB);
	expect(!(info.flags & SHMVIZ_INFO_SHMEM));
	expect_eq(info.page_order, 9);
	expect_eq(info.pages, 1024);
	expect_eq(info.present, 512);
	expect_eq(util_frames(obj, 0, 1024, frames), 1024);
	for (int i = 0; i < 1024; i++) {
		if (i < 512) {
			expect_eq(frames[i].state, SHMVIZ_STATE_HOLE);
			continue;
		}
		expect_eq(frames[i].pfn, PM_PFN(util_pagemap(getpid(),
							addr + i * page)));
		expect_eq(frames[i].order, 9);
		expect(frames[i].flags & SHMVIZ_FRAME_HUGETLB);
		expect(frames[i].flags & (i == 512 ? SHMVIZ_FRAME_HEAD :
						     SHMVIZ_FRAME_TAIL));
	}
	/* From the middle of a huge page on. */
	expect_eq(util_frames(obj, 700, 5, frames), 5);
	expect_eq(frames[0].pfn, PM_PFN(util_pagemap(getpid(),
						     addr + 700 * page)));
	close(obj);
	shmdt(addr);
	shmctl(shmid, IPC_RMID, NULL);
	write_number("/proc/sys/vm/nr_hugepages", 0);
	result("hugetlb: order, head and tail, indexes\n");
}

int main(void)
{
	page = getpagesize();
	dev = util_begin(9, UTIL_DEVICE);
	test_file(memfd_create("shmviz-test", MFD_CLOEXEC), "a memfd");
	test_file(shm_open("/shmviz-test", O_RDWR | O_CREAT | O_TRUNC, 0600),
		  "POSIX shared memory");
	shm_unlink("/shmviz-test");
	test_anonymous();
	test_segment_by_map_files();
	test_namespace();
	test_refused();
	test_disk_file();
	test_hugetlb();
	test_file(open("/dev/shm", O_RDWR | O_TMPFILE, 0600), "a file on tmpfs");
	close(dev);
	util_finish();
}
