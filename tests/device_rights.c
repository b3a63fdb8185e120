// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whose rights count: plain users, descriptors that are handed over, set-uid,
 * capabilities, user namespaces and IPC namespaces.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/scm.h"
#include "harness/util.h"

#define NOBODY	65534
#define PAGES	8

static int dev;
static size_t page;
static int shmid;		/* of root, in the first namespace; page 1 touched */
static char *attached;
static uint64_t pfn_of_page_1;

/*
 * Each test is a child, that may give up what it is: it returns whether all was
 * as expected, and says itself what was not.
 */
static void in_child(int (*fn)(void))
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0)
		ksft_exit_fail_msg("fork: %s\n", strerror(errno));
	if (!pid) {
		int ret;

		shmdt(attached);
		ret = fn();
		if (!util_result_ok())
			ret = 1;
		fflush(stdout);
		_exit(ret);
	}
	expect(waitpid(pid, &status, 0) == pid);
	expect_eq(status, 0);
}

static int become(uid_t uid)
{
	return setgroups(0, NULL) || setresgid(uid, uid, uid) ||
	       setresuid(uid, uid, uid);
}

static int try_open(int device, uint32_t kind, int id, int ns_fd)
{
	struct shmviz_open arg = { .kind = kind, .id = id, .ns_fd = ns_fd };

	return ioctl(device, SHMVIZ_OPEN, &arg);
}

/* Nothing whatever can be opened by it. */
static void expect_no_open(int device)
{
	int memfd = memfd_create("shmviz-test", MFD_CLOEXEC);
	int ns = open("/proc/self/ns/ipc", O_RDONLY | O_CLOEXEC);
	struct shmviz_list list = { .fd = memfd };

	expect_errno(try_open(device, SHMVIZ_KIND_SEGMENT, shmid, -1), EPERM);
	expect_errno(try_open(device, SHMVIZ_KIND_INODE, memfd, -1), EPERM);
	expect_errno(try_open(device, SHMVIZ_KIND_SEGMENT, shmid, ns), EPERM);
	expect_errno(try_open(device, SHMVIZ_KIND_BOARD, 0, -1), EPERM);
	expect_errno(try_open(device, SHMVIZ_KIND_FILE, memfd, -1), EPERM);
	/* Nor told apart: what does not exist, what makes no sense. */
	expect_errno(try_open(device, SHMVIZ_KIND_SEGMENT, 0x7fffffff, -1),
		     EPERM);
	expect_errno(try_open(device, 99, 0, -1), EPERM);
	expect_errno(ioctl(device, SHMVIZ_OPEN, NULL), EPERM);
	expect_errno(ioctl(device, SHMVIZ_LIST, &list), EPERM);
	expect_errno(ioctl(device, SHMVIZ_LIST, NULL), EPERM);
	close(ns);
	close(memfd);
}

/* All calls on it go through, and the frame is that of root's page. */
static void expect_works(int obj)
{
	struct shmviz_frame frames[PAGES];
	struct shmviz_sharer sharer;
	struct shmviz_sharers sharers = {
		.count = 1, .buf = (uintptr_t)&sharer,
	};
	struct shmviz_info info;

	expect(!ioctl(obj, SHMVIZ_INFO, &info));
	expect_eq(info.shmid, shmid);
	expect_eq(util_frames(obj, 0, PAGES, frames), PAGES);
	expect_eq(frames[1].state, SHMVIZ_STATE_PRESENT);
	expect_eq(frames[1].pfn, pfn_of_page_1);
	expect(!ioctl(obj, SHMVIZ_SHARERS, &sharers));
	expect_eq(sharers.total, 1);
}

/* The same where nothing new can be said of the segment, and that is said. */
static void expect_works_stale(int obj)
{
	struct shmviz_info info;

	expect_works(obj);
	expect(!ioctl(obj, SHMVIZ_INFO, &info));
	expect(info.flags & SHMVIZ_INFO_STALE);
	expect_eq(info.pages, PAGES);
	expect_eq(info.nattch, 1);
}

/* Descriptors over a socket: the way in which they are handed over for real. */
static int sockets[2];

static void send_fd(int fd)
{
	expect(!scm_send(sockets[0], fd));
}

static int receive_fd(void)
{
	return scm_receive(sockets[1]);
}

static int plain_user(void)
{
	int its, ro;
	char *board;

	if (become(NOBODY))
		return 2;
	its = open(SHMVIZ_DEVICE, O_RDWR | O_CLOEXEC);
	expect(its >= 0);
	expect_no_open(its);
	board = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, its, 0);
	if (expect(board != MAP_FAILED))
		board[7] = 'u';
	ro = open(SHMVIZ_DEVICE, O_RDONLY | O_CLOEXEC);
	expect(ro >= 0);
	expect_no_open(ro);
	expect(mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, ro, 0) ==
	       MAP_FAILED && errno == EACCES);
	return 0;
}

static void test_plain_user(void)
{
	char *board = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, dev,
			   0);

	board[7] = 0;
	expect(!chmod(SHMVIZ_DEVICE, 0666));
	in_child(plain_user);
	expect(!chmod(SHMVIZ_DEVICE, 0600));
	expect_eq(board[7], 'u');
	board[7] = 0;
	munmap(board, page);
	result("a plain user with a 0666 node: the board, and no frames\n");
}

static int receiver(void)
{
	int obj, device;

	/* Only what comes over the socket. */
	close(dev);
	if (become(NOBODY))
		return 2;
	obj = receive_fd();
	if (!expect(obj >= 0))
		return 3;
	expect_works(obj);
	/* Root's device is of no use to it, but for the board. */
	device = receive_fd();
	expect(device >= 0);
	expect_no_open(device);
	expect(mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, device,
		    0) != MAP_FAILED);
	return 0;
}

static void test_handed_over(void)
{
	int obj = util_open_object(dev, SHMVIZ_KIND_SEGMENT, shmid);

	send_fd(obj);
	send_fd(dev);
	close(obj);
	in_child(receiver);
	result("over a socket to a plain user: an object works, the device does not\n");
}

static int sender(void)
{
	int its;

	if (become(NOBODY))
		return 2;
	its = open(SHMVIZ_DEVICE, O_RDWR | O_CLOEXEC);
	expect(its >= 0);
	send_fd(its);
	return 0;
}

static void test_handed_up(void)
{
	int its;

	expect(!chmod(SHMVIZ_DEVICE, 0666));
	in_child(sender);
	expect(!chmod(SHMVIZ_DEVICE, 0600));
	its = receive_fd();
	if (expect(its >= 0))
		expect_no_open(its);
	close(its);
	result("over a socket from a plain user to root: refused\n");
}

static int setuid_after_open(void)
{
	int obj = util_open_object(dev, SHMVIZ_KIND_SEGMENT, shmid);

	if (become(NOBODY))
		return 2;
	expect_works(obj);
	expect_errno(open(SHMVIZ_DEVICE, O_RDWR | O_CLOEXEC), EACCES);
	/* It opens no more, though its device is root's. */
	expect_no_open(dev);
	return 0;
}

/* Keeps of its capabilities no more than those of the mask. */
static int limit_caps(uint64_t mask)
{
	struct __user_cap_header_struct hdr = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &hdr, data))
		return -1;
	for (int i = 0; i < 2; i++) {
		data[i].permitted &= mask >> 32 * i;
		data[i].effective = data[i].permitted;
		data[i].inheritable = 0;
	}
	return syscall(SYS_capset, &hdr, data);
}

/* Root by name, without the capability. */
static int without_capability(void)
{
	int its, obj;

	obj = util_open_object(dev, SHMVIZ_KIND_SEGMENT, shmid);
	if (limit_caps(~(1ull << CAP_SYS_ADMIN)))
		return 2;
	expect(!geteuid());
	its = open(SHMVIZ_DEVICE, O_RDWR | O_CLOEXEC);
	expect(its >= 0);
	expect_no_open(its);
	expect_no_open(dev);
	expect_works(obj);
	return 0;
}

/* The capability, without being root. */
static int only_capability(void)
{
	int its, obj;

	if (prctl(PR_SET_KEEPCAPS, 1) || become(NOBODY) ||
	    limit_caps(1ull << CAP_SYS_ADMIN))
		return 2;
	its = open(SHMVIZ_DEVICE, O_RDWR | O_CLOEXEC);
	expect(its >= 0);
	obj = util_open_object(its, SHMVIZ_KIND_SEGMENT, shmid);
	if (expect(obj >= 0))
		expect_works(obj);
	return 0;
}

static void test_capability(void)
{
	in_child(setuid_after_open);
	in_child(without_capability);
	expect(!chmod(SHMVIZ_DEVICE, 0666));
	in_child(only_capability);
	expect(!chmod(SHMVIZ_DEVICE, 0600));
	result("setuid after open; root without CAP_SYS_ADMIN, a user with it\n");
}

static int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : write(fd, text, strlen(text));

	if (fd >= 0)
		close(fd);
	return n == (ssize_t)strlen(text) ? 0 : -1;
}

/* Root in there, with all capabilities, of this user out here. */
static int enter_userns(uid_t outside)
{
	char map[32];

	snprintf(map, sizeof(map), "0 %u 1", outside);
	/* After setuid() /proc/self belongs to root. */
	prctl(PR_SET_DUMPABLE, 1);
	if (unshare(CLONE_NEWUSER) || write_file("/proc/self/uid_map", map))
		return 4;
	expect(!getuid() && !geteuid());
	/* Which takes CAP_SYS_ADMIN. */
	expect(!unshare(CLONE_NEWIPC));
	return 0;
}

static int container(uid_t outside)
{
	int its, root_obj, ret;

	root_obj = util_open_object(dev, SHMVIZ_KIND_SEGMENT, shmid);
	if (outside && become(outside))
		return 2;
	ret = enter_userns(outside);
	if (ret)
		return ret;
	its = open(SHMVIZ_DEVICE, O_RDWR | O_CLOEXEC);
	expect(its >= 0);
	expect_no_open(its);
	/* Handed in from outside: the object works, the device says nothing. */
	expect_works_stale(root_obj);
	expect_no_open(dev);
	return 0;
}

static int container_of_root(void)
{
	return container(0);
}

static int container_of_user(void)
{
	return container(NOBODY);
}

static void test_container(void)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid)
		_exit(become(NOBODY) || unshare(CLONE_NEWUSER));
	expect(waitpid(pid, &status, 0) == pid);
	if (status) {
		ksft_test_result_skip("container: users may not make user namespaces here\n");
		return;
	}
	expect(!chmod(SHMVIZ_DEVICE, 0666));
	in_child(container_of_root);
	in_child(container_of_user);
	expect(!chmod(SHMVIZ_DEVICE, 0600));
	result("root of a user namespace: EPERM, however capable it is there\n");
}

/* In a namespace of its own, in which its first segment has the same shmid. */
static int other_ipcns(void)
{
	int root_obj = util_open_object(dev, SHMVIZ_KIND_SEGMENT, shmid);
	struct shmviz_frame frames[PAGES];
	struct shmviz_info info;
	struct stat own, theirs;
	int obj, ns;
	char *addr;

	if (unshare(CLONE_NEWIPC))
		return 2;
	ns = receive_fd();
	expect(!fstat(ns, &theirs) && !stat("/proc/self/ns/ipc", &own));
	expect(own.st_ino != theirs.st_ino);
	expect_errno(util_open_object(dev, SHMVIZ_KIND_SEGMENT, shmid), ENOENT);
	expect_works_stale(root_obj);
	/* Ours by the same number is another one. */
	expect_eq(util_segment(2 * page, 0), shmid);
	addr = util_attach(shmid, 0);
	addr[page] = 1;
	obj = util_open_object(dev, SHMVIZ_KIND_SEGMENT, shmid);
	expect(!ioctl(obj, SHMVIZ_INFO, &info));
	expect_eq(info.ipcns, own.st_ino);
	expect_eq(info.pages, 2);
	expect_eq(info.nattch, 1);
	expect_eq(util_frames(obj, 0, PAGES, frames), 2);
	expect_eq(frames[1].pfn, PM_PFN(util_pagemap(getpid(), addr + page)));
	expect(frames[1].pfn != pfn_of_page_1);
	close(obj);
	/* What was opened before is not taken for ours, and says so. */
	expect_works_stale(root_obj);
	/* By the descriptor of its namespace it is theirs, and up to date. */
	obj = try_open(dev, SHMVIZ_KIND_SEGMENT, shmid, ns);
	expect_works(obj);
	expect(!ioctl(obj, SHMVIZ_INFO, &info));
	expect_eq(info.ipcns, theirs.st_ino);
	expect(!(info.flags & SHMVIZ_INFO_STALE));
	return 0;
}

static void test_ipcns(void)
{
	int ns = open("/proc/self/ns/ipc", O_RDONLY | O_CLOEXEC);

	send_fd(ns);
	close(ns);
	in_child(other_ipcns);
	result("another IPC namespace: its own segments only, or by descriptor\n");
}

int main(void)
{
	page = getpagesize();
	dev = util_begin(6, UTIL_DEVICE);
	/* So that the first segment of any other namespace has the same shmid. */
	if (unshare(CLONE_NEWIPC) ||
	    socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, sockets))
		ksft_exit_fail_msg("namespace and sockets: %s\n",
				   strerror(errno));
	shmid = util_segment(PAGES * page, 0);
	attached = util_attach(shmid, 0);
	attached[page] = 1;
	pfn_of_page_1 = PM_PFN(util_pagemap(getpid(), attached + page));
	test_plain_user();
	test_handed_over();
	test_handed_up();
	test_capability();
	test_container();
	test_ipcns();
	shmdt(attached);
	shmctl(shmid, IPC_RMID, NULL);
	close(dev);
	util_finish();
}
