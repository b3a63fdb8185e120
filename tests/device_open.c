// SPDX-License-Identifier: GPL-2.0-or-later
/* SHMVIZ_OPEN: what it takes, what it refuses, and on whose rights. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/util.h"

#define NOBODY	65534

static int dev;

static int open_raw(const struct shmviz_open *arg)
{
	return ioctl(dev, SHMVIZ_OPEN, arg);
}

static void test_segment(void)
{
	int shmid = util_segment(8192, 0);
	int obj = util_open_object(dev, SHMVIZ_KIND_SEGMENT, shmid);

	if (expect(obj >= 0)) {
		expect(fcntl(obj, F_GETFD) & FD_CLOEXEC);
		expect((fcntl(obj, F_GETFL) & O_ACCMODE) == O_RDONLY);
		close(obj);
	}
	shmctl(shmid, IPC_RMID, NULL);
	result("a segment without attachments opens, read-only, close-on-exec\n");
}

static void test_no_such_segment(void)
{
	int shmid = util_segment(4096, 0);

	shmctl(shmid, IPC_RMID, NULL);
	expect_errno(util_open_object(dev, SHMVIZ_KIND_SEGMENT, shmid), ENOENT);
	expect_errno(util_open_object(dev, SHMVIZ_KIND_SEGMENT, -1), ENOENT);
	expect_errno(util_open_object(dev, SHMVIZ_KIND_SEGMENT, INT_MIN),
		     ENOENT);
	expect_errno(util_open_object(dev, SHMVIZ_KIND_SEGMENT, INT_MAX),
		     ENOENT);
	/* The index of a segment with the sequence number of another. */
	shmid = util_segment(4096, 0);
	expect_errno(util_open_object(dev, SHMVIZ_KIND_SEGMENT,
				      shmid ^ 0x8000), ENOENT);
	shmctl(shmid, IPC_RMID, NULL);
	result("removed, negative, huge and half-right shmids: ENOENT\n");
}

/* Marked for destruction and still attached, it is there under its id. */
static void test_dest(void)
{
	int shmid = util_segment(4096, 0);
	void *addr = util_attach(shmid, 0);
	int obj;

	shmctl(shmid, IPC_RMID, NULL);
	obj = util_open_object(dev, SHMVIZ_KIND_SEGMENT, shmid);
	if (expect(obj >= 0))
		close(obj);
	shmdt(addr);
	expect_errno(util_open_object(dev, SHMVIZ_KIND_SEGMENT, shmid), ENOENT);
	result("after IPC_RMID it opens until the last detach\n");
}

static void test_bad_arguments(void)
{
	struct shmviz_open arg = { .kind = SHMVIZ_KIND_BOARD, .ns_fd = -1 };
	struct shmviz_open bad;
	void *hole = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
			  -1, 0);

	bad = arg;
	bad.kind = 0;
	expect_errno(open_raw(&bad), EINVAL);
	bad.kind = 0x7fffffff;
	expect_errno(open_raw(&bad), EINVAL);
	bad = arg;
	bad.flags = 1;
	expect_errno(open_raw(&bad), EINVAL);
	bad = arg;
	bad.ns_fd = 0;
	expect_errno(open_raw(&bad), EINVAL);
	bad = arg;
	bad.id = 1;
	expect_errno(open_raw(&bad), EINVAL);
	expect_errno(open_raw(NULL), EFAULT);
	expect_errno(open_raw(hole), EFAULT);
	munmap(hole, 4096);
	result("unknown kind, flags, idle fields: EINVAL; bad pointers: EFAULT\n");
}

static void test_unknown_calls(void)
{
	char big[256] = {};
	int obj = util_open_object(dev, SHMVIZ_KIND_BOARD, 0);

	expect(obj >= 0);
	expect_errno(ioctl(dev, _IO(SHMVIZ_IOC_MAGIC, 0x7f), big), ENOTTY);
	expect_errno(ioctl(dev, 0, big), ENOTTY);
	expect_errno(ioctl(dev, SHMVIZ_INFO, big), ENOTTY);
	expect_errno(ioctl(obj, SHMVIZ_OPEN, big), ENOTTY);
	expect_errno(ioctl(obj, 0xffffffff, big), ENOTTY);
	/* The right number with another size of structure. */
	expect_errno(ioctl(dev, _IOW(SHMVIZ_IOC_MAGIC, 0, char[24]), big),
		     ENOTTY);
	expect_errno(read(obj, big, 1), EINVAL);
	expect(mmap(NULL, 4096, PROT_READ, MAP_SHARED, obj, 0) == MAP_FAILED);
	close(obj);
	result("unknown calls and sizes: ENOTTY; an object is not read or mapped\n");
}

/* An object works by its opener's rights; OPEN takes those of both. */
static void test_opener(void)
{
	struct shmviz_info info;
	struct stat st;
	int mine, its;

	expect(!stat(SHMVIZ_DEVICE, &st) && (st.st_mode & 0777) == 0600);
	mine = util_open_object(dev, SHMVIZ_KIND_BOARD, 0);
	expect(mine >= 0);

	chmod(SHMVIZ_DEVICE, 0666);
	expect(!seteuid(NOBODY));
	its = open(SHMVIZ_DEVICE, O_RDWR | O_CLOEXEC);
	expect(its >= 0);
	expect_errno(util_open_object(its, SHMVIZ_KIND_BOARD, 0), EPERM);
	/* Opened by root: the object is still good, the device is not. */
	expect(!ioctl(mine, SHMVIZ_INFO, &info));
	expect_errno(util_open_object(dev, SHMVIZ_KIND_BOARD, 0), EPERM);
	expect(!seteuid(0));
	chmod(SHMVIZ_DEVICE, 0600);

	expect_errno(util_open_object(its, SHMVIZ_KIND_BOARD, 0), EPERM);
	close(its);
	close(mine);
	result("an object: its opener's rights; OPEN: the opener's and the caller's\n");
}

static void test_no_descriptor_left(void)
{
	struct shmviz_open arg = {
		.kind = SHMVIZ_KIND_SEGMENT, .id = INT_MAX, .ns_fd = -1,
	};
	int before = dup(dev), after;

	close(before);
	for (int i = 0; i < 100; i++)
		open_raw(&arg);
	after = dup(dev);
	close(after);
	expect_eq(before, after);
	result("a refused open leaves no descriptor behind\n");
}

int main(void)
{
	dev = util_begin(7, UTIL_DEVICE);
	test_segment();
	test_no_such_segment();
	test_dest();
	test_bad_arguments();
	test_unknown_calls();
	test_opener();
	test_no_descriptor_left();
	close(dev);
	util_finish();
}
