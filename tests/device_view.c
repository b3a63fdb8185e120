// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The view: content without attaching, nothing brought back, no way to write.
 * Loads the module anew with allow_view=1, and as it was at the end.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/falloc.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/scm.h"
#include "harness/util.h"

#define PAGES	8

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ	22
#endif
#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE	23
#endif
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE		25
#endif

static int dev;
static size_t page;

/* -1 with errno if it can't be. */
static int reload(const char *params)
{
	if (dev >= 0)
		close(dev);
	dev = -1;
	if (util_rmmod() || util_insmod(params))
		return -1;
	dev = open(SHMVIZ_DEVICE, O_RDWR | O_CLOEXEC);
	return 0;
}

static char *map_view(int obj, int prot, int flags, size_t pages)
{
	return mmap(NULL, pages * page, prot, flags, obj, 0);
}

/* A segment, attached, its view, and the descriptor closed. */
static char *view_of(int shmid)
{
	int obj = util_open_segment(dev, shmid);
	char *view = map_view(obj, PROT_READ, MAP_SHARED, PAGES);

	if (view == MAP_FAILED)
		ksft_exit_fail_msg("mmap of the view: %s\n", strerror(errno));
	close(obj);
	return view;
}

/* Reads a byte by system call: the value, or -1 if that would be SIGBUS. */
static int peek(const char *addr)
{
	static int fds[2] = { -1, -1 };
	unsigned char byte;

	if (fds[0] < 0 && pipe2(fds, O_CLOEXEC))
		ksft_exit_fail_msg("pipe: %s\n", strerror(errno));
	if (write(fds[1], addr, 1) != 1)
		return -1;
	return read(fds[0], &byte, 1) == 1 ? byte : -1;
}

static void test_off(void)
{
	int shmid = util_segment(PAGES * page, 0), obj = util_open_segment(dev, shmid);
	struct shmviz_info info;

	expect(map_view(obj, PROT_READ, MAP_SHARED, 1) == MAP_FAILED &&
	       errno == EPERM);
	expect(!ioctl(obj, SHMVIZ_INFO, &info));
	expect(!(info.flags & SHMVIZ_INFO_VIEW));
	close(obj);
	shmctl(shmid, IPC_RMID, NULL);
	result("off unless the module was loaded with allow_view=1\n");
}

static void test_content(void)
{
	struct shmviz_frame frames[PAGES];
	struct util_shm before, after;
	int shmid = util_segment(PAGES * page, 0), obj;
	char *addr = util_attach(shmid, 0), *view;

	for (int i = 0; i < PAGES; i += 2)
		addr[i * page] = 10 + i;
	expect(util_shm(shmid, &before));
	view = view_of(shmid);
	for (int i = 0; i < PAGES; i++)
		expect_eq(peek(view + i * page), i % 2 ? -1 : 10 + i);
	addr[2 * page] = 99;
	expect_eq(peek(view + 2 * page), 99);
	/* A page that comes later shows, too. */
	addr[page] = 11;
	expect_eq(peek(view + page), 11);
	for (int i = 0; i < 3; i++)
		expect_eq(PM_PFN(util_pagemap(getpid(), view + i * page)),
			  PM_PFN(util_pagemap(getpid(), addr + i * page)));
	expect(util_shm(shmid, &after));
	expect_eq(after.nattch, before.nattch);
	expect_eq(after.lpid, before.lpid);
	expect_eq(after.atime, before.atime);
	expect_eq(after.rss, before.rss + page);
	obj = util_open_segment(dev, shmid);
	expect_eq(util_frames(obj, 0, PAGES, frames), PAGES);
	expect_eq(frames[0].mapcount, 2);
	close(obj);
	munmap(view, PAGES * page);
	shmdt(addr);
	shmctl(shmid, IPC_RMID, NULL);
	result("the owner's frames, as they change; no attachment, no page made\n");
}

static void test_swapped(void)
{
	int shmid = util_segment(PAGES * page, 0);
	char *addr = util_attach(shmid, 0), *view;
	struct util_shm before, after;

	memset(addr, 7, PAGES * page);
	madvise(addr, PAGES * page, MADV_PAGEOUT);
	expect(util_shm(shmid, &before));
	view = view_of(shmid);
	for (int i = 0; i < PAGES; i++)
		peek(view + i * page);
	expect(madvise(view, PAGES * page, MADV_POPULATE_READ) < 0 ||
	       before.swap == 0);
	/* MADV_WILLNEED would bring pages in ahead for whoever may. */
	expect(util_shm(shmid, &after));
	expect_eq(after.swap, before.swap);
	expect_eq(after.rss, before.rss);
	munmap(view, PAGES * page);
	shmdt(addr);
	shmctl(shmid, IPC_RMID, NULL);
	result_if_swapped(before.swap, "swapped pages: no swap took any page",
			  "swapped pages stay in swap");
}

/* The descriptor's mmap as a call that fails or not. */
static int view_of_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), obj, err;
	struct shmviz_open arg = {
		.kind = SHMVIZ_KIND_FILE, .id = fd, .ns_fd = -1,
	};
	char *view;

	obj = ioctl(dev, SHMVIZ_OPEN, &arg);
	view = map_view(obj, PROT_READ, MAP_SHARED, 1);
	err = errno;
	close(obj);
	close(fd);
	errno = err;
	return view == MAP_FAILED ? -1 : 0;
}

static void test_refused(void)
{
	int shmid = util_segment(PAGES * page, 0), obj = util_open_segment(dev, shmid);
	const struct {
		int prot, flags;
		size_t pages;
		int err;
	} bad[] = {
		{ PROT_READ | PROT_WRITE, MAP_SHARED, 1, EACCES },
		{ PROT_WRITE, MAP_SHARED, 1, EACCES },
		{ PROT_READ | PROT_EXEC, MAP_SHARED, 1, EPERM },
		{ PROT_READ, MAP_PRIVATE, 1, EINVAL },
		{ PROT_READ | PROT_WRITE, MAP_PRIVATE, 1, EPERM },
		{ PROT_READ, MAP_SHARED, PAGES + 1, EINVAL },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		expect(map_view(obj, bad[i].prot, bad[i].flags, bad[i].pages) ==
		       MAP_FAILED);
		expect_eq(errno, bad[i].err);
	}
	expect(mmap(NULL, page, PROT_READ, MAP_SHARED, obj, PAGES * page) ==
	       MAP_FAILED && errno == EINVAL);
	close(obj);
	shmctl(shmid, IPC_RMID, NULL);
	expect_errno(view_of_file("/proc/version"), EOPNOTSUPP);
	result("writable, executable, private, past the end, no shared memory: refused\n");
}

static void test_no_way_round(void)
{
	int shmid = util_segment(PAGES * page, 0), mem;
	char *addr = util_attach(shmid, 0), *view, evil[] = "evil";
	struct iovec from = { evil, 4 }, to;

	addr[0] = 'x';
	view = view_of(shmid);
	to = (struct iovec) { view, 4 };
	peek(view);
	expect(mprotect(view, page, PROT_READ | PROT_WRITE) && errno == EACCES);
	expect(mprotect(view, page, PROT_READ | PROT_EXEC) && errno == EACCES);
	expect(mremap(view, page, 2 * PAGES * page, MREMAP_MAYMOVE) ==
	       MAP_FAILED);
	mem = open("/proc/self/mem", O_RDWR | O_CLOEXEC);
	expect(pwrite(mem, evil, 4, (uintptr_t)view) < 0);
	close(mem);
	expect(process_vm_writev(getpid(), &from, 1, &to, 1, 0) < 0);
	expect(madvise(view, page, MADV_REMOVE) < 0);
	expect(madvise(view, page, MADV_POPULATE_WRITE) < 0);
	expect(madvise(view + page, page, MADV_POPULATE_READ) < 0);
	madvise(view, PAGES * page, MADV_COLLAPSE);
	expect_eq(addr[0], 'x');
	expect_eq(peek(view), 'x');
	expect_eq(peek(view + page), -1);
	munmap(view, PAGES * page);
	shmdt(addr);
	shmctl(shmid, IPC_RMID, NULL);
	result("mprotect, mremap, /proc/self/mem, madvise: no way to write\n");
}

/* The VmFlags line of /proc/self/smaps for the mapping at addr. */
static bool vm_flags(const char *addr, char line[512])
{
	FILE *smaps = fopen("/proc/self/smaps", "re");
	unsigned long start, end;
	bool found = false, here = false;

	while (smaps && !found && fgets(line, 512, smaps)) {
		if (sscanf(line, "%lx-%lx ", &start, &end) == 2)
			here = start == (unsigned long)addr;
		found = here && !strncmp(line, "VmFlags:", 8);
	}
	if (smaps)
		fclose(smaps);
	return found;
}

static void test_flags(void)
{
	static const char *const must[] = { " rd", " ms", " de", " dc", " dd" };
	static const char *const must_not[] = { " wr", " ex", " mw", " me" };
	int shmid = util_segment(PAGES * page, 0);
	char *view = view_of(shmid), line[512];

	if (expect(vm_flags(view, line))) {
		for (size_t i = 0; i < sizeof(must) / sizeof(*must); i++)
			expect(strstr(line, must[i]));
		for (size_t i = 0; i < sizeof(must_not) / sizeof(*must); i++)
			expect(!strstr(line, must_not[i]));
	}
	munmap(view, PAGES * page);
	shmctl(shmid, IPC_RMID, NULL);
	result("neither written, executed, grown, inherited nor dumped: VmFlags\n");
}

static void test_fork(void)
{
	int shmid = util_segment(PAGES * page, 0), status;
	char *addr = util_attach(shmid, 0), *view;
	pid_t pid;

	addr[0] = 1;
	view = view_of(shmid);
	fflush(stdout);
	pid = fork();
	if (!pid)
		_exit(peek(view) == -1 && peek(addr) == 1 ? 0 : 1);
	waitpid(pid, &status, 0);
	expect_eq(status, 0);
	munmap(view, PAGES * page);
	shmdt(addr);
	shmctl(shmid, IPC_RMID, NULL);
	result("a child does not inherit it\n");
}

static void test_touch_is_sigbus(void)
{
	int shmid = util_segment(PAGES * page, 0), status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		char *view = view_of(shmid);

		_exit(*(volatile char *)view);
	}
	waitpid(pid, &status, 0);
	expect(WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS);
	shmctl(shmid, IPC_RMID, NULL);
	result("touching a hole is SIGBUS\n");
}

static void test_punch(void)
{
	int shmid = util_segment(PAGES * page, 0);
	char *addr = util_attach(shmid, 0), *view;

	memset(addr, 5, PAGES * page);
	view = view_of(shmid);
	for (int i = 0; i < PAGES; i++)
		expect_eq(peek(view + i * page), 5);
	expect(!madvise(addr + 2 * page, 3 * page, MADV_REMOVE));
	for (int i = 0; i < PAGES; i++)
		expect_eq(peek(view + i * page), i >= 2 && i < 5 ? -1 : 5);
	addr[3 * page] = 6;
	expect_eq(peek(view + 3 * page), 6);
	munmap(view, PAGES * page);
	shmdt(addr);
	shmctl(shmid, IPC_RMID, NULL);
	result("a hole that is punched is a hole in the view at once\n");
}

static void test_truncate(void)
{
	int fd = memfd_create("shmviz-test", MFD_CLOEXEC), obj;
	struct shmviz_open arg = {
		.kind = SHMVIZ_KIND_FILE, .id = fd, .ns_fd = -1,
	};
	char *addr, *view;

	expect(!ftruncate(fd, PAGES * page));
	addr = mmap(NULL, PAGES * page, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		    0);
	memset(addr, 5, PAGES * page);
	obj = ioctl(dev, SHMVIZ_OPEN, &arg);
	view = map_view(obj, PROT_READ, MAP_SHARED, PAGES);
	expect(view != MAP_FAILED);
	expect_eq(peek(view + 6 * page), 5);
	expect(!ftruncate(fd, 2 * page));
	expect_eq(peek(view + page), 5);
	expect_eq(peek(view + 6 * page), -1);
	munmap(view, PAGES * page);
	munmap(addr, PAGES * page);
	close(obj);
	close(fd);
	result("a memfd that is truncated\n");
}

/* Larger than what the counters of /proc/meminfo may be off by. */
static void test_destroyed(void)
{
	size_t size = 64 << 20;
	int shmid = util_segment(size, 0), obj = util_open_segment(dev, shmid);
	long before = util_shmem_kib(), half = size / 1024 / 2;
	char *addr = util_attach(shmid, 0), *view;
	struct util_shm shm;

	memset(addr, 9, size);
	view = map_view(obj, PROT_READ, MAP_SHARED, size / page);
	close(obj);
	shmctl(shmid, IPC_RMID, NULL);
	shmdt(addr);
	expect(!util_shm(shmid, &shm));
	expect_eq(peek(view + size / 2), 9);
	expect(util_shmem_kib() > before + half);
	munmap(view, size);
	expect(util_shmem_kib() < before + half);
	result("IPC_RMID and last detach: contents stay until the view goes\n");
}

static void test_reclaim(void)
{
	int shmid = util_segment(PAGES * page, 0);
	char *addr = util_attach(shmid, 0), *view;
	struct util_shm shm;

	memset(addr, 3, PAGES * page);
	view = view_of(shmid);
	expect_eq(peek(view), 3);
	madvise(addr + page, (PAGES - 1) * page, MADV_PAGEOUT);
	munmap(view, PAGES * page);
	madvise(addr, PAGES * page, MADV_PAGEOUT);
	expect(util_shm(shmid, &shm));
	if (shm.swap)
		expect_eq(shm.swap, PAGES * page);
	result_if_swapped(shm.swap, "reclaim: no swap took any page",
			  "after the view the owner is reclaimed as before");
	shmdt(addr);
	shmctl(shmid, IPC_RMID, NULL);
}

static void set_cap(int cap, bool on)
{
	struct __user_cap_header_struct hdr = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];

	expect(!syscall(SYS_capget, &hdr, data));
	if (on)
		data[0].effective |= 1u << cap;
	else
		data[0].effective &= ~(1u << cap);
	expect(!syscall(SYS_capset, &hdr, data));
}

static int try_view(int shmid)
{
	int obj = util_open_segment(dev, shmid), err = 0;
	char *view = map_view(obj, PROT_READ, MAP_SHARED, 1);

	if (view == MAP_FAILED)
		err = errno;
	else
		munmap(view, page);
	close(obj);
	return err;
}

/* What SHMVIZ_LIST has of a name on the file system of a descriptor. */
static struct shmviz_listed find_listed(int fs, const char *name)
{
	static struct shmviz_listed recs[4096];
	struct shmviz_list list = {
		.fd = fs, .count = 4096, .buf = (uintptr_t)recs,
	};

	expect(!ioctl(dev, SHMVIZ_LIST, &list));
	for (size_t i = 0; i < list.count; i++)
		if (!strcmp(recs[i].name, name))
			return recs[i];
	expect(!"listed");
	return (struct shmviz_listed) {};
}

/* The view of a memfd that is found in the queue of a socket. */
static void expect_inode_view(bool ptrace, int err)
{
	int fs = memfd_create("fs", MFD_CLOEXEC), sockets[2], obj;
	int fd = memfd_create("shmviz-queued", MFD_CLOEXEC);
	struct shmviz_open arg = {
		.kind = SHMVIZ_KIND_INODE, .id = fs, .ns_fd = -1,
	};
	struct shmviz_listed rec;
	char *view;

	expect(!ftruncate(fd, page) && pwrite(fd, "q", 1, 7) == 1);
	expect(!socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, sockets));
	expect(!scm_send(sockets[0], fd));
	close(fd);
	rec = find_listed(fs, "memfd:shmviz-queued");
	arg.ino = rec.ino;
	arg.generation = rec.generation;
	set_cap(CAP_SYS_PTRACE, ptrace);
	obj = ioctl(dev, SHMVIZ_OPEN, &arg);
	set_cap(CAP_SYS_PTRACE, true);
	close(fs);
	view = map_view(obj, PROT_READ, MAP_SHARED, 1);
	if (err)
		expect(view == MAP_FAILED && errno == err);
	else if (expect(view != MAP_FAILED))
		expect_eq(view[7], 'q');
	close(obj);
	close(sockets[0]);
	close(sockets[1]);
	if (view == MAP_FAILED)
		return;
	/* The view alone keeps it. */
	expect_eq(view[7], 'q');
	munmap(view, page);
}

static void test_permission(void)
{
	int shmid = util_segment(PAGES * page, 0), fd, obj;
	struct shmid_ds ds;
	struct shmviz_open arg = { .kind = SHMVIZ_KIND_FILE, .ns_fd = -1 };

	expect(!shmctl(shmid, IPC_STAT, &ds));
	ds.shm_perm.mode = 0;
	expect(!shmctl(shmid, IPC_SET, &ds));
	set_cap(CAP_IPC_OWNER, false);
	expect_eq(try_view(shmid), EACCES);
	set_cap(CAP_IPC_OWNER, true);
	expect_eq(try_view(shmid), 0);
	ds.shm_perm.mode = 0400;
	expect(!shmctl(shmid, IPC_SET, &ds));
	set_cap(CAP_IPC_OWNER, false);
	expect_eq(try_view(shmid), 0);
	set_cap(CAP_IPC_OWNER, true);
	shmctl(shmid, IPC_RMID, NULL);

	fd = open("/dev/shm/shmviz-test", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	expect(!ftruncate(fd, page));
	arg.id = fd;
	obj = ioctl(dev, SHMVIZ_OPEN, &arg);
	expect(map_view(obj, PROT_READ, MAP_SHARED, 1) == MAP_FAILED &&
	       errno == EACCES);
	close(obj);
	close(fd);
	unlink("/dev/shm/shmviz-test");

	expect_inode_view(true, 0);
	expect_inode_view(false, EACCES);
	result("a segment's mode and CAP_IPC_OWNER, a file's read access count\n");
}

static void test_sharers(void)
{
	int shmid = util_segment(PAGES * page, 0), obj = util_open_segment(dev, shmid);
	struct shmviz_sharer sharer;
	struct shmviz_sharers arg = { .count = 1, .buf = (uintptr_t)&sharer };
	char *view = view_of(shmid);

	expect(!ioctl(obj, SHMVIZ_SHARERS, &arg));
	expect_eq(arg.total, 1);
	expect_eq(sharer.start, (uintptr_t)view);
	expect(sharer.flags & SHMVIZ_SHARER_VIEW);
	expect(!(sharer.flags & SHMVIZ_SHARER_WRITE));
	munmap(view, PAGES * page);
	close(obj);
	shmctl(shmid, IPC_RMID, NULL);
	result("it is among the sharers, said to be a view\n");
}

/* After vma_set_file() nothing but our own reference holds the module. */
static void test_pins_module(void)
{
	int shmid = util_segment(PAGES * page, 0);
	char *addr = util_attach(shmid, 0), *view = view_of(shmid), *moved;

	memset(addr, 4, PAGES * page);
	close(dev);
	expect_errno(syscall(SYS_delete_module, "shmviz", O_NONBLOCK),
		     EWOULDBLOCK);
	/* Split in two, one of them moved. */
	munmap(view + 3 * page, page);
	moved = mremap(view + 4 * page, page, page,
		       MREMAP_MAYMOVE | MREMAP_FIXED, view + 3 * page);
	expect(moved == view + 3 * page);
	expect_eq(peek(moved), 4);
	munmap(view, 2 * page);
	expect_errno(syscall(SYS_delete_module, "shmviz", O_NONBLOCK),
		     EWOULDBLOCK);
	expect_eq(peek(view + 2 * page), 4);
	munmap(view, PAGES * page);
	dev = open(SHMVIZ_DEVICE, O_RDWR | O_CLOEXEC);
	shmdt(addr);
	shmctl(shmid, IPC_RMID, NULL);
	result("rmmod is refused while a view is mapped\n");
}

int main(void)
{
	page = getpagesize();
	dev = util_begin(16, UTIL_DEVICE);
	test_off();
	if (reload("allow_view=1"))
		ksft_exit_fail_msg("cannot load the module with allow_view=1: %s\n",
				   strerror(errno));
	test_content();
	test_swapped();
	test_refused();
	test_no_way_round();
	test_flags();
	test_fork();
	test_touch_is_sigbus();
	test_punch();
	test_truncate();
	test_destroyed();
	test_reclaim();
	test_permission();
	test_sharers();
	test_pins_module();
	/* All references are back: it can go. */
	expect(!reload(""));
	result("all is let go: the module can be unloaded\n");
	if (dev >= 0)
		close(dev);
	util_finish();
}
