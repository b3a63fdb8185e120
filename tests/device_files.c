// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * SHMVIZ_LIST on a tmpfs with every kind of file: regular ones with all that
 * stat(2) says of them, and none of the others.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

#include "harness/util.h"

static int dev;
static char dir[] = "/dev/shm/shmviz-files-XXXXXX";
static struct shmviz_listed recs[64];

static int list(int fs)
{
	struct shmviz_list arg = {
		.fd = fs, .count = 64, .buf = (uintptr_t)recs,
	};

	memset(recs, 0xff, sizeof(recs));
	expect(!ioctl(dev, SHMVIZ_LIST, &arg));
	expect_eq(arg.count, arg.total);
	return arg.count;
}

static int open_inode(int fs, uint64_t ino, uint32_t generation)
{
	struct shmviz_open arg = {
		.kind = SHMVIZ_KIND_INODE, .id = fs, .ns_fd = -1, .ino = ino,
		.generation = generation,
	};

	return ioctl(dev, SHMVIZ_OPEN, &arg);
}

static int make(int fs, const char *name)
{
	int fd = openat(fs, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0)
		ksft_exit_fail_msg("%s: %s\n", name, strerror(errno));
	return fd;
}

static void expect_stat(int n, int fd, const char *name)
{
	struct shmviz_listed *rec = NULL;
	struct stat st;

	for (int i = 0; i < n; i++)
		if (!strcmp(recs[i].name, name))
			rec = &recs[i];
	if (!expect(rec) || !expect(!fstat(fd, &st)))
		return;
	expect_eq(rec->ino, st.st_ino);
	expect_eq(rec->size, st.st_size);
	expect_eq(rec->mode, st.st_mode & 07777);
	expect_eq(rec->uid, st.st_uid);
	expect_eq(rec->gid, st.st_gid);
	expect_eq(rec->links, st.st_nlink);
	expect_eq(rec->pad, 0);
	/* All of the name is there, and nothing behind it. */
	for (size_t i = strlen(name); i < sizeof(rec->name); i++)
		if (!expect_eq(rec->name[i], 0))
			break;
}

static void test_facts(int fs)
{
	static const mode_t modes[] = { 0, 0777, 01000, 02000, 04000, 07777 };
	char longest[NAME_MAX + 1];
	int fds[8], n;

	memset(longest, 'n', NAME_MAX);
	longest[NAME_MAX] = '\0';
	for (int i = 0; i < 6; i++) {
		char name[] = { 'a' + i, '\0' };

		fds[i] = make(fs, name);
		expect(!ftruncate(fds[i], (off_t)i << 32 | i));
		expect(!fchown(fds[i], 1000 + i, 2000 + i));
		expect(!fchmod(fds[i], modes[i]));
	}
	fds[6] = make(fs, longest);
	fds[7] = make(fs, "twice");
	expect(!linkat(fs, "twice", fs, "again", 0));
	expect(!unlinkat(fs, "twice", 0) && !linkat(fs, "again", fs, "third", 0));
	n = list(fs);
	expect_eq(n, 8);
	for (int i = 0; i < 6; i++)
		expect_stat(n, fds[i], (char[]) { 'a' + i, '\0' });
	expect_stat(n, fds[6], longest);
	for (int i = 0; i < 8; i++)
		close(fds[i]);
	result("mode, owner, size, links and the longest name: as stat has them\n");
}

/* The inode of something that is there by name, but is no file to share. */
static void expect_none(int fs, const char *name, const char *what)
{
	struct stat st;
	int n = list(fs);

	expect(!fstatat(fs, name, &st, AT_SYMLINK_NOFOLLOW));
	for (int i = 0; i < n; i++)
		if (!expect(recs[i].ino != st.st_ino))
			ksft_print_msg("%s is listed\n", what);
}

static void test_others(int fs)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s/socket", dir);
	expect(!bind(fd, (struct sockaddr *)&addr, sizeof(addr)));
	expect(!mkdirat(fs, "directory", 0700));
	expect(!symlinkat("/somewhere", fs, "link"));
	expect(!mkfifoat(fs, "fifo", 0600));
	expect(!mknodat(fs, "null", S_IFCHR | 0600, makedev(1, 3)));
	expect_none(fs, ".", "the root directory");
	expect_none(fs, "directory", "a directory");
	expect_none(fs, "link", "a symbolic link");
	expect_none(fs, "fifo", "a FIFO");
	expect_none(fs, "null", "a device");
	expect_none(fs, "socket", "a socket");
	close(fd);
	result("directories, links, FIFOs, devices and sockets are left out\n");
}

static void test_numbers(int fs)
{
	int fd = make(fs, "numbers"), obj;
	struct shmviz_listed rec = {};
	int n = list(fs);

	for (int i = 0; i < n; i++)
		if (!strcmp(recs[i].name, "numbers"))
			rec = recs[i];
	obj = open_inode(fs, rec.ino, rec.generation);
	expect(obj >= 0);
	close(obj);
	expect_errno(open_inode(fs, rec.ino, rec.generation + 1), ENOENT);
	expect_errno(open_inode(fs, rec.ino, ~rec.generation), ENOENT);
	expect_errno(open_inode(fs, rec.ino + 1000, rec.generation), ENOENT);
	expect_errno(open_inode(fs, rec.ino | 1ull << 32, rec.generation),
		     ENOENT);
	close(fd);
	/* A name is enough to keep it, without any descriptor. */
	obj = open_inode(fs, rec.ino, rec.generation);
	expect(obj >= 0);
	close(obj);
	expect(!unlinkat(fs, "numbers", 0));
	expect_errno(open_inode(fs, rec.ino, rec.generation), ENOENT);
	result("by inode: both numbers must be right, in all their bits\n");
}

int main(void)
{
	int fs;

	dev = util_begin(3, UTIL_DEVICE);
	if (!mkdtemp(dir) || mount("tmpfs", dir, "tmpfs", 0, ""))
		ksft_exit_fail_msg("a tmpfs of our own: %s\n", strerror(errno));
	fs = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	test_facts(fs);
	test_others(fs);
	test_numbers(fs);
	close(fs);
	expect(!umount2(dir, MNT_DETACH) && !rmdir(dir));
	close(dev);
	util_finish();
}
