// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "err.h"
#include "ipcns.h"
#include "object_mounts.h"
#include "object_open.h"
#include "procfs.h"

static int open_fd(const struct object_name *name)
{
	int dir = procfs_open(name->pid), fd;
	char path[32];

	if (dir < 0)
		return dir == -ENOENT ? -ESRCH : dir;
	snprintf(path, sizeof(path), "fd/%d", name->fd);
	fd = openat(dir, path, O_PATH | O_CLOEXEC);
	if (fd < 0)
		fd = errno == ENOENT ? -EBADF : -errno;
	close(dir);
	return fd;
}

/* A descriptor of O_PATH: nothing is opened before it is known what it is. */
static int open_path(const struct object_name *name)
{
	int fd;

	switch (name->form) {
	case OBJECT_BY_FD:
		return open_fd(name);
	case OBJECT_BY_ADDR:
		return procfs_find_mapping(name->pid, name->addr);
	case OBJECT_BY_PATH:
		if (name->kind == OBJECT_POSIX)
			return object_open_shm(name->pid ? name->pid : getpid(),
					       name->path);
		fd = open(name->path, O_PATH | O_CLOEXEC);
		return fd < 0 ? -errno : fd;
	case OBJECT_BY_ID:
	case OBJECT_BY_INODE:
		break;
	}
	return -EINVAL;
}

static void explain(const struct object_name *name, int err, char *why,
		    size_t size)
{
	char *text = object_name_text(name);

	switch (err) {
	case -ESRCH:
		snprintf(why, size, "%s: no process %d", text,
			 name->pid ? name->pid : getpid());
		break;
	case -EBADF:
		snprintf(why, size, "%s: process %d has no descriptor %d open: see "
			 "/proc/%d/fd", text, name->pid, name->fd, name->pid);
		break;
	case -EFAULT:
		snprintf(why, size, "%s: process %d has nothing mapped there: see "
			 "/proc/%d/maps", text, name->pid, name->pid);
		break;
	case -ENODATA:
		snprintf(why, size, "%s: process %d has private memory there that "
			 "nobody can share", text, name->pid);
		break;
	default:
		snprintf(why, size, "cannot open %s: %s", text, strerror(-err));
	}
	free(text);
}

static const char *type_text(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFIFO:
		return "a pipe";
	case S_IFSOCK:
		return "a socket";
	case S_IFDIR:
		return "a directory";
	case S_IFCHR:
	case S_IFBLK:
		return "a device";
	}
	return "no file";
}

/* What an open descriptor is, in a few words; NULL if it is as it should be. */
static const char *other_kind(const struct object_name *name, int fd)
{
	char path[32], link[PATH_MAX + 16] = "";
	struct object_mounts mounts;
	enum object_kind kind;
	struct stat st = {};

	if (fstat(fd, &st) || !S_ISREG(st.st_mode))
		return type_text(st.st_mode);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	procfs_readlink(AT_FDCWD, path, link, sizeof(link));
	if (object_mounts_read(&mounts))
		err_nomem();
	kind = object_kind_of(&mounts, st.st_dev, link);
	object_mounts_free(&mounts);
	return kind == name->kind ? NULL : object_kind_text(kind);
}

int object_open(const struct object_name *name, char *why, size_t size)
{
	int path_fd = open_path(name), fd;
	const char *other;
	char *text;

	if (path_fd < 0) {
		explain(name, path_fd, why, size);
		return -1;
	}
	other = other_kind(name, path_fd);
	fd = other ? -1 : procfs_reopen(path_fd);
	if (other) {
		text = object_name_text(name);
		snprintf(why, size, "%s is not %s but %s", text,
			 object_kind_text(name->kind), other);
		free(text);
	} else if (fd < 0) {
		explain(name, fd, why, size);
	}
	close(path_fd);
	return fd < 0 ? -1 : fd;
}

int object_open_ipcns(ino_t ino, char *why, size_t size)
{
	struct ipcns_list list;
	int fd = -1, ret = ipcns_collect(&list);

	if (ret) {
		snprintf(why, size, "cannot read the IPC namespaces: %s",
			 strerror(-ret));
		return -1;
	}
	for (size_t i = 0; i < list.n && fd < 0; i++)
		if (list.ns[i].ino == ino)
			fd = fcntl(list.ns[i].fd, F_DUPFD_CLOEXEC, 0);
	ipcns_free(&list);
	if (fd < 0)
		snprintf(why, size, "no process that can be seen is in IPC namespace "
			 "%ju: 'lsns -t ipc' lists them", (uintmax_t)ino);
	return fd;
}
