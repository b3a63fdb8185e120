// SPDX-License-Identifier: GPL-2.0-or-later
/* SHMVIZ_LIST, and SHMVIZ_OPEN of what it tells of, against stat and pagemap. */
#include <errno.h>
#include <fcntl.h>
#include <linux/memfd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/scm.h"
#include "harness/util.h"

#define PAGES	8
#define ROOM	4096

static int dev;
static size_t page;
static struct shmviz_listed recs[ROOM];
static size_t n_recs;

static int list_raw(struct shmviz_list *arg)
{
	return ioctl(dev, SHMVIZ_LIST, arg);
}

/* All that is on the file system of `fd`, into recs. */
static void list(int fd)
{
	struct shmviz_list arg = {
		.fd = fd, .count = ROOM, .buf = (uintptr_t)recs,
	};

	n_recs = 0;
	if (!expect(!list_raw(&arg)))
		return;
	expect_eq(arg.count, arg.total);
	n_recs = arg.count;
}

static struct shmviz_listed *find(const char *name)
{
	struct shmviz_listed *found = NULL;

	for (size_t i = 0; i < n_recs; i++) {
		if (strcmp(recs[i].name, name))
			continue;
		expect(!found);		/* once each */
		found = &recs[i];
	}
	return found;
}

static int open_inode(int fd, const struct shmviz_listed *rec)
{
	struct shmviz_open arg = {
		.kind = SHMVIZ_KIND_INODE, .id = fd, .ns_fd = -1,
		.ino = rec->ino, .generation = rec->generation,
	};

	return ioctl(dev, SHMVIZ_OPEN, &arg);
}

static int make_memfd(const char *name, unsigned int flags)
{
	int fd = memfd_create(name, MFD_CLOEXEC | flags);

	if (fd < 0)
		ksft_exit_fail_msg("memfd_create: %s\n", strerror(errno));
	return fd;
}

static void expect_stat(const struct shmviz_listed *rec, int fd)
{
	struct stat st;

	if (!expect(rec) || !expect(!fstat(fd, &st)))
		return;
	expect_eq(rec->ino, st.st_ino);
	expect_eq(rec->size, st.st_size);
	expect_eq(rec->mode, st.st_mode & 07777);
	expect_eq(rec->uid, st.st_uid);
	expect_eq(rec->gid, st.st_gid);
	expect_eq(rec->links, st.st_nlink);
	expect_eq(rec->pad, 0);
}

static void test_facts(void)
{
	int fd = make_memfd("facts and \"figures\"", 0), fs = make_memfd("x", 0);
	char shm[] = "/dev/shm/shmviz-list-XXXXXX";
	int posix = mkstemp(shm);

	expect(!ftruncate(fd, 12345) && !fchmod(fd, 0640) &&
	       !fchown(fd, 12, 34));
	list(fs);
	expect_stat(find("memfd:facts and \"figures\""), fd);
	expect(!find(strrchr(shm, '/') + 1));
	expect(posix >= 0 && !ftruncate(posix, 100));
	list(posix);
	expect_stat(find(strrchr(shm, '/') + 1), posix);
	expect(!find("memfd:facts and \"figures\""));
	unlink(shm);
	list(posix);
	expect_stat(find(strrchr(shm, '/') + 1), posix);
	close(posix);
	close(fs);
	close(fd);
	result("of a memfd and a file in /dev/shm what stat says\n");
}

/* Pages 1 and 4 touched, and their frames by pagemap. */
static void touch(int fd, uint64_t pfns[2])
{
	char *addr;

	if (ftruncate(fd, PAGES * page))
		ksft_exit_fail_msg("ftruncate: %s\n", strerror(errno));
	addr = mmap(NULL, PAGES * page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (addr == MAP_FAILED)
		ksft_exit_fail_msg("mmap: %s\n", strerror(errno));
	addr[page] = 1;
	addr[4 * page] = 4;
	pfns[0] = PM_PFN(util_pagemap(getpid(), addr + page));
	pfns[1] = PM_PFN(util_pagemap(getpid(), addr + 4 * page));
	munmap(addr, PAGES * page);
}

static void expect_frames(int obj, const uint64_t pfns[2])
{
	struct shmviz_frame frames[PAGES];

	expect_eq(util_frames(obj, 0, PAGES, frames), PAGES);
	for (int i = 0; i < PAGES; i++) {
		expect_eq(frames[i].state, i == 1 || i == 4 ?
			  SHMVIZ_STATE_PRESENT : SHMVIZ_STATE_HOLE);
		expect_eq(frames[i].pfn, i == 1 ? pfns[0] : i == 4 ? pfns[1] : 0);
	}
}

static void test_in_socket(void)
{
	int fs = make_memfd("fs", 0), fd = make_memfd("in a socket", 0);
	struct shmviz_listed *rec, copy;
	struct shmviz_info info;
	int sockets[2], obj;
	uint64_t pfns[2];
	struct stat st;

	expect(!socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, sockets));
	touch(fd, pfns);
	expect(!fstat(fd, &st));
	expect(!scm_send(sockets[0], fd));
	close(fd);

	list(fs);
	rec = find("memfd:in a socket");
	if (!expect(rec))
		goto out;
	copy = *rec;
	obj = open_inode(fs, &copy);
	expect(obj >= 0 && !ioctl(obj, SHMVIZ_INFO, &info));
	expect_eq(info.kind, SHMVIZ_KIND_FILE);
	expect_eq(info.ino, st.st_ino);
	expect_eq(info.size, PAGES * page);
	expect_eq(info.present, 2);
	expect(info.flags & SHMVIZ_INFO_SHMEM);
	expect_frames(obj, pfns);
	close(obj);

	/* What arrives is what was sent, as it was. */
	fd = scm_receive(sockets[1]);
	expect(fd >= 0);
	expect_stat(&copy, fd);
	close(fd);
	expect_errno(open_inode(fs, &copy), ENOENT);
	list(fs);
	expect(!find("memfd:in a socket"));
out:
	close(sockets[0]);
	close(sockets[1]);
	close(fs);
	result("a memfd whose only descriptor lies in a socket\n");
}

/* Opening it is no open: a lease, which any other reader breaks, stays. */
static void test_undisturbed(void)
{
	int fs = make_memfd("fs", 0), first = make_memfd("leased", 0), fd, obj;
	struct shmviz_listed *rec;
	char path[64];

	/* The one that memfd_create() made does not count as a writer. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", first);
	fd = open(path, O_RDWR | O_CLOEXEC);
	close(first);
	if (!expect(!fcntl(fd, F_SETLEASE, F_WRLCK)))
		goto out;
	list(fs);
	rec = find("memfd:leased");
	obj = rec ? open_inode(fs, rec) : -1;
	expect(obj >= 0);
	expect_eq(fcntl(fd, F_GETLEASE), F_WRLCK);
	close(obj);
	expect_eq(fcntl(fd, F_GETLEASE), F_WRLCK);
out:
	close(fd);
	close(fs);
	result("a write lease outlives being listed and opened\n");
}

static void test_huge(void)
{
	int fd = make_memfd("huge", MFD_HUGETLB), fs = make_memfd("fs", 0);
	int other = make_memfd("other", MFD_HUGETLB), obj;
	struct shmviz_listed *rec;
	struct shmviz_info info;

	list(other);
	rec = find("memfd:huge");
	expect_stat(rec, fd);
	obj = rec ? open_inode(other, rec) : -1;
	expect(obj >= 0 && !ioctl(obj, SHMVIZ_INFO, &info));
	expect(info.flags & SHMVIZ_INFO_HUGETLB);
	/* Its numbers mean nothing on another file system. */
	if (rec)
		expect_errno(open_inode(fs, rec), ENOENT);
	list(fs);
	expect(!find("memfd:huge"));
	close(obj);
	close(other);
	close(fs);
	close(fd);
	result("a memfd on huge pages, by another one\n");
}

static void test_segment_and_board(void)
{
	int shmid = util_segment(3 * page, 0), fs = make_memfd("fs", 0);
	int board = util_open_object(dev, SHMVIZ_KIND_BOARD, 0), obj;
	struct shmviz_listed *rec = NULL, wrong;
	struct shmviz_info info;

	expect(board >= 0 && !ioctl(board, SHMVIZ_INFO, &info));
	list(fs);
	for (size_t i = 0; i < n_recs; i++) {
		expect(recs[i].ino != info.ino ||
		       !strncmp(recs[i].name, "SYSV", 4) ||
		       !strncmp(recs[i].name, "memfd:", 6));
		if (!strcmp(recs[i].name, "SYSV00000000") &&
		    recs[i].ino == (uint64_t)shmid && recs[i].size == 3 * page)
			rec = &recs[i];
	}
	if (expect(rec)) {
		obj = open_inode(fs, rec);
		expect(obj >= 0);
		close(obj);
		wrong = *rec;
		wrong.generation ^= 1;
		expect_errno(open_inode(fs, &wrong), ENOENT);
	}
	shmctl(shmid, IPC_RMID, NULL);
	close(board);
	close(fs);
	result("a segment is listed, the board is not; another generation: ENOENT\n");
}

/* Closed everywhere, its memory is free: an inode that is kept keeps its pages. */
static void test_let_go(void)
{
	int fs = make_memfd("fs", 0), left = 0, fd, obj;
	const struct shmviz_listed *rec;
	long before = util_shmem_kib();
	char buf[1 << 16] = {};

	for (int i = 0; i < 64; i++) {
		fd = make_memfd("let go", 0);
		expect(write(fd, buf, sizeof(buf)) == sizeof(buf));
		list(fs);
		rec = find("memfd:let go");
		obj = rec ? open_inode(fs, rec) : -1;
		expect(obj >= 0);
		close(fd);
		/* The object alone keeps it. */
		expect_eq(util_frames(obj, 0, 1, &(struct shmviz_frame){}), 1);
		close(obj);
	}
	/* Counted by processor: near enough in the end. */
	for (int tries = 0; tries < 100; tries++) {
		left = util_shmem_kib() - before;
		if (left < 1024)
			break;
		usleep(50000);
	}
	ksft_print_msg("%d KiB more than before\n", left);
	expect(left < 1024);
	close(fs);
	result("what was opened by inode is let go\n");
}

/* More than are taken at a time, each once; and less room than that. */
static void test_many(void)
{
	static int fds[700];
	static bool seen[700];
	struct shmviz_list arg = { .count = 10, .buf = (uintptr_t)recs };
	int fs = make_memfd("fs", 0), n = sizeof(fds) / sizeof(*fds), k;
	char rest[2];

	for (int i = 0; i < n; i++) {
		char name[32];

		snprintf(name, sizeof(name), "many-%d", i);
		fds[i] = make_memfd(name, 0);
	}
	list(fs);
	for (size_t i = 0; i < n_recs; i++) {
		if (sscanf(recs[i].name, "memfd:many-%d%1s", &k, rest) != 1)
			continue;
		expect(!seen[k]);
		seen[k] = true;
	}
	for (int i = 0; i < n; i++)
		expect(seen[i]);
	arg.fd = fs;
	memset(recs, 0x5a, sizeof(recs));
	expect(!list_raw(&arg));
	expect_eq(arg.count, 10);
	expect(arg.total >= (uint64_t)n);
	expect_eq(recs[10].ino, 0x5a5a5a5a5a5a5a5a);
	for (int i = 0; i < n; i++)
		close(fds[i]);
	close(fs);
	result("700 of them, each once; with room for 10, 10 and the total\n");
}

static void expect_list_errno(int fd, uint32_t flags, void *buf, int err)
{
	struct shmviz_list arg = {
		.fd = fd, .flags = flags, .count = 1, .buf = (uintptr_t)buf,
	};

	expect_errno(list_raw(&arg), err);
}

static void test_errors(void)
{
	int fs = make_memfd("fs", 0), proc = open("/proc", O_RDONLY | O_CLOEXEC);
	int path = open("/dev/shm", O_PATH | O_CLOEXEC);
	struct shmviz_open open_arg = {
		.kind = SHMVIZ_KIND_FILE, .id = fs, .ns_fd = -1, .ino = 1,
	};
	struct shmviz_listed none = { .ino = -1, .generation = -1 };

	expect_list_errno(-1, 0, recs, EBADF);
	expect_list_errno(12345, 0, recs, EBADF);
	expect_list_errno(proc, 0, recs, EINVAL);
	expect_list_errno(dev, 1, recs, EINVAL);
	expect_list_errno(fs, 1, recs, EINVAL);
	expect_list_errno(fs, 0, NULL, EFAULT);
	expect_errno(list_raw(NULL), EFAULT);
	list(path);

	expect_errno(ioctl(dev, SHMVIZ_OPEN, &open_arg), EINVAL);
	open_arg.ino = 0;
	open_arg.generation = 1;
	expect_errno(ioctl(dev, SHMVIZ_OPEN, &open_arg), EINVAL);
	open_arg.generation = 0;
	open_arg.pad = 1;
	expect_errno(ioctl(dev, SHMVIZ_OPEN, &open_arg), EINVAL);
	expect_errno(open_inode(-1, &none), EBADF);
	expect_errno(open_inode(proc, &none), EINVAL);
	expect_errno(open_inode(fs, &none), ENOENT);
	close(path);
	close(proc);
	close(fs);
	result("bad descriptors, file systems, fields and pointers\n");
}

/* Others make and end objects on the same file system all the time. */
static int churn(void *arg)
{
	uint64_t *rounds = arg;

	for (;;) {
		int fd = memfd_create("churn", MFD_CLOEXEC);

		if (fd < 0 || ftruncate(fd, page) || pwrite(fd, "x", 1, 0) != 1)
			_exit(1);
		close(fd);
		__atomic_add_fetch(rounds, 1, __ATOMIC_RELAXED);
	}
	return 0;
}

static void test_churn(void)
{
	uint64_t *rounds = mmap(NULL, page, PROT_READ | PROT_WRITE,
				MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int fs = make_memfd("stays", 0), status, opened = 0, met = 0;
	pid_t pids[3];

	fflush(stdout);
	for (int i = 0; i < 3; i++) {
		pids[i] = fork();
		if (!pids[i])
			churn(rounds);
	}
	/* Until it met enough of what is about to go. */
	while (__atomic_load_n(rounds, __ATOMIC_RELAXED) < 3000 || met < 200) {
		list(fs);
		expect(find("memfd:stays"));
		for (size_t i = 0; i < n_recs; i++) {
			int obj;

			if (strcmp(recs[i].name, "memfd:churn"))
				continue;
			met++;
			obj = open_inode(fs, &recs[i]);
			if (obj < 0) {
				expect_eq(errno, ENOENT);
				continue;
			}
			opened++;
			expect(util_frames(obj, 0, 1, &(struct shmviz_frame){}) >= 0);
			close(obj);
		}
	}
	for (int i = 0; i < 3; i++) {
		kill(pids[i], SIGKILL);
		expect(waitpid(pids[i], &status, 0) == pids[i]);
		expect(WIFSIGNALED(status));
	}
	ksft_print_msg("%d met, %d opened, of %ju\n", met, opened,
		       (uintmax_t)*rounds);
	list(fs);
	expect(!find("memfd:churn"));
	munmap(rounds, page);
	close(fs);
	result("while three processes make and end memfds\n");
}

int main(void)
{
	dev = util_begin(9, UTIL_DEVICE);
	page = getpagesize();
	test_facts();
	test_in_socket();
	test_undisturbed();
	test_huge();
	test_segment_and_board();
	test_let_go();
	test_many();
	test_errors();
	test_churn();
	close(dev);
	util_finish();
}
