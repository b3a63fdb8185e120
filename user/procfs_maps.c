// SPDX-License-Identifier: GPL-2.0-or-later
/* Readers of /proc: what a process has mapped and open, and its mounts. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "procfs.h"
#include "procfs_devices.h"

/* A file of a process's directory, line by line. */
struct lines {
	FILE *file;
	char *line;
	size_t size;
};

/* 0 or a negative errno; lines_close() is due only after 0. */
static int lines_open(struct lines *lines, int dir, const char *name)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC), err;

	*lines = (struct lines) {};
	if (fd < 0)
		return -errno;
	lines->file = fdopen(fd, "r");
	if (lines->file)
		return 0;
	err = -errno;
	close(fd);
	return err;
}

static bool lines_next(struct lines *lines)
{
	return getline(&lines->line, &lines->size, lines->file) > 0;
}

static void lines_close(struct lines *lines)
{
	free(lines->line);
	fclose(lines->file);
}

/*
 * START-END PERMS OFFSET MAJOR:MINOR INODE PATH. By hand: there are ten
 * thousands of such lines, and sscanf() takes ten times as long. True for one
 * with a file: an inode number of 0 is that of a segment with shmid 0.
 */
static bool parse_vma(char *line, struct proc_vma *vma)
{
	char *s = line;
	unsigned int major;

	vma->start = strtoull(s, &s, 16);
	if (*s++ != '-')
		return false;
	vma->end = strtoull(s, &s, 16);
	if (*s++ != ' ' || strlen(s) < 5 || s[4] != ' ')
		return false;
	memcpy(vma->perms, s, 4);
	vma->perms[4] = '\0';
	vma->offset = strtoull(s + 5, &s, 16);
	major = strtoul(s, &s, 16);
	if (*s++ != ':')
		return false;
	vma->dev = makedev(major, strtoul(s, &s, 16));
	vma->ino = strtoull(s, &s, 10);
	if (!vma->dev)
		return false;
	while (*s == ' ')
		s++;
	s[strcspn(s, "\n")] = '\0';
	vma->path = s;
	return true;
}

int procfs_each_vma(int dir, int (*fn)(const struct proc_vma *vma, void *arg),
		    void *arg)
{
	struct proc_vma vma;
	struct lines maps;
	int ret = lines_open(&maps, dir, "maps");

	if (ret)
		return ret;
	while (!ret && lines_next(&maps))
		if (parse_vma(maps.line, &vma))
			ret = fn(&vma, arg);
	/* A process that ends meanwhile has no more lines, or ESRCH. */
	if (!ret && ferror(maps.file))
		ret = -EIO;
	lines_close(&maps);
	return ret;
}

bool procfs_vma_is_shm(const struct proc_vma *vma, uint32_t *key)
{
	if (strncmp(vma->path, "/SYSV", 5) || !shm_device(vma->dev))
		return false;
	*key = strtoul(vma->path + 5, NULL, 16);
	return true;
}

struct shm_vma_call {
	int (*fn)(const struct proc_shm_vma *vma, void *arg);
	void *arg;
};

static int pass_shm_vma(const struct proc_vma *vma, void *arg)
{
	struct proc_shm_vma shm = {
		.shmid = vma->ino,
		.start = vma->start,
		.end = vma->end,
	};
	struct shm_vma_call *call = arg;
	uint32_t key;

	if (!procfs_vma_is_shm(vma, &key))
		return 0;
	memcpy(shm.prot, vma->perms, 3);
	return call->fn(&shm, call->arg);
}

int procfs_each_shm_vma(int dir, int (*fn)(const struct proc_shm_vma *vma,
					   void *arg), void *arg)
{
	struct shm_vma_call call = { .fn = fn, .arg = arg };

	return procfs_each_vma(dir, pass_shm_vma, &call);
}

int procfs_each_fd(int dir, int (*fn)(int fds, int fd, void *arg), void *arg)
{
	int fd = openat(dir, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC), ret = 0;
	struct dirent *entry;
	DIR *fds;

	if (fd < 0)
		return -errno;
	fds = fdopendir(fd);
	if (!fds) {
		ret = -errno;
		close(fd);
		return ret;
	}
	while (!ret && (errno = 0, entry = readdir(fds)))
		if (isdigit((unsigned char)entry->d_name[0]))
			ret = fn(fd, atoi(entry->d_name), arg);
	if (!ret && errno)
		ret = -errno;
	closedir(fds);
	return ret;
}

/* The mapping around addr; -EFAULT if there is none, -ENODATA if no file. */
static int find_vma(int dir, uint64_t addr, uint64_t *start, uint64_t *end)
{
	unsigned int major, minor;
	struct lines maps;
	int ret = lines_open(&maps, dir, "maps");

	if (ret)
		return ret;
	ret = -EFAULT;
	while (ret == -EFAULT && lines_next(&maps))
		if (sscanf(maps.line, "%" SCNx64 "-%" SCNx64 " %*s %*s %x:%x",
			   start, end, &major, &minor) == 4 &&
		    addr >= *start && addr < *end)
			ret = major || minor ? 0 : -ENODATA;
	lines_close(&maps);
	return ret;
}

int procfs_find_mapping(pid_t pid, uint64_t addr)
{
	int dir = procfs_open(pid), ret;
	uint64_t start, end;
	char path[64];

	if (dir < 0)
		return dir == -ENOENT ? -ESRCH : dir;
	ret = find_vma(dir, addr, &start, &end);
	if (!ret) {
		snprintf(path, sizeof(path), "map_files/%" PRIx64 "-%" PRIx64,
			 start, end);
		ret = openat(dir, path, O_PATH | O_CLOEXEC);
		if (ret < 0)
			ret = -errno;
	}
	close(dir);
	return ret;
}

int procfs_reopen(int fd)
{
	/* Nor is its time of access set, where we may ask for that. */
	const int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
	char path[32];
	struct stat st;
	int ret;

	if (fstat(fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	ret = open(path, flags | O_NOATIME);
	if (ret < 0 && errno == EPERM)
		ret = open(path, flags);
	return ret < 0 ? -errno : ret;
}

ssize_t procfs_readlink(int dir, const char *name, char *buf, size_t size)
{
	ssize_t len = readlinkat(dir, name, buf, size - 1);

	if (len < 0)
		return -errno;
	buf[len] = '\0';
	return len;
}

/* ID PARENT MAJOR:MINOR ROOT POINT OPTIONS [TAG]... - TYPE SOURCE OPTIONS */
static bool parse_mount(char *line, struct proc_mount *mount)
{
	unsigned int major, minor;
	int root = 0, point = 0;
	char *type = strstr(line, " - ");

	if (!type || sscanf(line, "%*d %*d %u:%u %n%*s %n", &major, &minor,
			    &root, &point) != 2 || !point)
		return false;
	type += 3;
	type[strcspn(type, " \n")] = '\0';
	line[point + strcspn(line + point, " ")] = '\0';
	*mount = (struct proc_mount) {
		.dev = makedev(major, minor),
		.point = line + point,
		.type = type,
	};
	return true;
}

int procfs_each_mount(int dir, int (*fn)(const struct proc_mount *mount,
					 void *arg), void *arg)
{
	struct proc_mount mount;
	struct lines mounts;
	int ret = lines_open(&mounts, dir, "mountinfo");

	if (ret)
		return ret;
	while (!ret && lines_next(&mounts))
		if (parse_mount(mounts.line, &mount))
			ret = fn(&mount, arg);
	lines_close(&mounts);
	return ret;
}
