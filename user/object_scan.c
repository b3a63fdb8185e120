// SPDX-License-Identifier: GPL-2.0-or-later
/* Objects by the processes that map them or have them open. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "object.h"
#include "object_facts.h"
#include "object_mounts.h"
#include "object_scan.h"
#include "procfs.h"
#include "procfs_devices.h"

/*
 * What may belong to a file that somebody maps shared, by the numbers that the
 * kernel's list of mappings has: known when all processes have been seen.
 */
struct later_map {
	dev_t dev;
	ino_t ino;
	struct object_map map;
};

struct later_fd {
	dev_t dev;
	ino_t ino;
	struct object_fd fd;
};

struct scan {
	struct object_list *list;
	const struct object_choice *choice;
	const struct object_mounts *mounts;

	/* The process that is being looked at. */
	int dir;
	pid_t pid;
	bool have_process;	/* it is the last one of the list */
	ino_t ipcns;		/* 0: not asked for yet */

	struct later_map *maps;
	size_t n_maps, room_maps;
	struct later_fd *fds;
	size_t n_fds, room_fds;
};

/* The process has something: it gets a place in the list. */
static int need_process(struct scan *scan, size_t *index)
{
	struct object_list *list = scan->list;
	size_t n = list->n_processes;
	struct object_process *process;
	ssize_t len;

	*index = n - 1;
	if (scan->have_process)
		return 0;
	if (!(n & (n - 1))) {
		process = reallocarray(list->processes, n ? 2 * n : 1,
				       sizeof(*process));
		if (!process)
			return -ENOMEM;
		list->processes = process;
	}
	process = &list->processes[n];
	process->pid = scan->pid;
	len = procfs_comm(scan->dir, scan->pid, process->comm.bytes);
	if (len < 0)
		return len;
	process->comm.len = len;
	*index = list->n_processes++;
	scan->have_process = true;
	return 0;
}

static int make_map(struct scan *scan, const struct proc_vma *vma,
		    struct object_map *map)
{
	*map = (struct object_map) {
		.start = vma->start,
		.end = vma->end,
		.offset = vma->offset,
	};
	memcpy(map->prot, vma->perms, sizeof(map->prot));
	return need_process(scan, &map->process);
}

/* A descriptor of O_PATH of what is mapped; it takes CAP_CHECKPOINT_RESTORE. */
static int open_map(int dir, uint64_t start, uint64_t end)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "map_files/%" PRIx64 "-%" PRIx64, start,
		 end);
	fd = openat(dir, path, O_PATH | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* Without that right the name has to do; what it leads to is looked at. */
static int open_vma(struct scan *scan, const struct proc_vma *vma)
{
	int fd = open_map(scan->dir, vma->start, vma->end);

	if (fd >= 0 || fd == -ENOENT || vma->path[0] != '/')
		return fd;
	fd = open(vma->path, O_PATH | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/*
 * An object that is no segment was met: what there is to know of it, by `link`,
 * a name below `dir`, and `fd`, a descriptor of it, if that could be had.
 */
static int learn(struct scan *scan, struct object *obj, int dir,
		 const char *link, int fd)
{
	char text[PATH_MAX + 16];
	const struct object_mount *mount;

	if (!obj->known && fd >= 0)
		object_read_facts(obj, scan->mounts, fd);
	mount = object_mount_find(scan->mounts, obj->dev);
	if (obj->kind == OBJECT_POSIX && mount)
		obj->ns = mount->ns;
	if (obj->name || procfs_readlink(dir, link, text, sizeof(text)) < 0)
		return 0;
	obj->name = object_link_name(obj->kind, text, obj->dev, obj->ino);
	return 0;
}

static struct object *meet(struct scan *scan, enum object_kind kind, dev_t dev,
			   ino_t ino)
{
	struct object *obj = object_get(scan->list, kind, dev, ino);

	if (obj)
		obj->dev = dev;
	return obj;
}

static ino_t process_ipcns(struct scan *scan)
{
	if (!scan->ipcns && procfs_ipcns(scan->dir, &scan->ipcns))
		scan->ipcns = 0;
	return scan->ipcns;
}

/*
 * The segment that a process has by a shmid: of its namespace, and with the key
 * that it was made with, which IPC_RMID takes from it. One that is not so was
 * attached before the process changed its namespace. Then no namespace is said.
 */
static struct object *meet_segment(struct scan *scan, dev_t dev, ino_t shmid,
				   const char *path)
{
	ino_t ns = process_ipcns(scan);
	struct object *obj = object_find(scan->list, OBJECT_SYSV, ns, shmid);
	uint32_t key = strtoul(path + strlen("/SYSV"), NULL, 16);
	const struct segment *seg = obj ? obj->segment : NULL;

	if (!seg || (seg->shm.key != key && !segment_is_dest(seg)))
		/* No namespace has a number as high. */
		obj = object_get(scan->list, OBJECT_SYSV, ~(uint64_t)ns, shmid);
	if (!obj)
		return NULL;
	obj->dev = dev;
	obj->huge = shm_device_huge(dev);
	return obj;
}

/* What is to be learned by a mapping, if its object is not known yet. */
static int learn_by_vma(struct scan *scan, struct object *obj,
			const struct proc_vma *vma)
{
	bool huge = obj->segment && obj->huge && !obj->n_maps;
	char link[64];
	int fd, ret = 0;

	if (obj->known && !huge)
		return 0;
	fd = open_vma(scan, vma);
	snprintf(link, sizeof(link), "map_files/%" PRIx64 "-%" PRIx64,
		 vma->start, vma->end);
	if (!huge)
		ret = learn(scan, obj, scan->dir, link, fd);
	else if (fd >= 0)
		object_read_huge(obj, fd);
	if (fd >= 0)
		close(fd);
	return ret;
}

static int see_internal(struct scan *scan, const struct proc_vma *vma)
{
	enum object_kind kind = object_kind_of(scan->mounts, vma->dev,
					       vma->path);
	struct object *obj;
	struct object_map map;
	int ret;

	if (!scan->choice->kinds[kind])
		return 0;
	ret = make_map(scan, vma, &map);
	if (ret)
		return ret;
	obj = kind == OBJECT_SYSV ?
	      meet_segment(scan, vma->dev, vma->ino, vma->path) :
	      meet(scan, kind, vma->dev, vma->ino);
	if (!obj)
		return -ENOMEM;
	ret = learn_by_vma(scan, obj, vma);
	return ret ? ret : object_add_map(obj, &map);
}

static int put_off_map(struct scan *scan, const struct proc_vma *vma)
{
	struct later_map *later;
	int ret;

	if (!scan->choice->kinds[OBJECT_FILE])
		return 0;
	if (scan->n_maps == scan->room_maps) {
		size_t room = scan->room_maps ? 2 * scan->room_maps : 1024;

		later = reallocarray(scan->maps, room, sizeof(*later));
		if (!later)
			return -ENOMEM;
		scan->maps = later;
		scan->room_maps = room;
	}
	later = &scan->maps[scan->n_maps];
	later->dev = vma->dev;
	later->ino = vma->ino;
	ret = make_map(scan, vma, &later->map);
	scan->n_maps += !ret;
	return ret;
}

/* Which file is it? The mapping's own number is not always that of stat(2). */
static bool identify(const struct proc_vma *vma, int fd, dev_t *dev, ino_t *ino)
{
	const char *deleted = strstr(vma->path, " (deleted)");
	struct stat st;

	*dev = vma->dev;
	*ino = vma->ino;
	/* No right to follow the link, and the name has gone. */
	if (fd < 0)
		return vma->path[0] == '/' && deleted && !strchr(deleted, '/');
	if (fstat(fd, &st) || !S_ISREG(st.st_mode))
		return false;
	*dev = st.st_dev;
	*ino = st.st_ino;
	return true;
}

static int see_file(struct scan *scan, const struct proc_vma *vma)
{
	int fd = open_vma(scan, vma), ret = 0;
	struct object *obj;
	struct object_map map;
	char link[64];
	dev_t dev;
	ino_t ino;

	if (!identify(vma, fd, &dev, &ino))
		goto out;
	ret = make_map(scan, vma, &map);
	if (ret)
		goto out;
	obj = meet(scan, OBJECT_FILE, dev, ino);
	ret = obj ? 0 : -ENOMEM;
	if (ret)
		goto out;
	obj->vma_dev = vma->dev;
	obj->vma_ino = vma->ino;
	snprintf(link, sizeof(link), "map_files/%" PRIx64 "-%" PRIx64,
		 vma->start, vma->end);
	ret = learn(scan, obj, scan->dir, link, fd);
	if (!ret)
		ret = object_add_map(obj, &map);
out:
	if (fd >= 0)
		close(fd);
	return ret;
}

static int see_vma(const struct proc_vma *vma, void *arg)
{
	struct scan *scan = arg;
	const struct object_mount *mount = object_mount_find(scan->mounts,
							     vma->dev);

	if (shm_device(vma->dev) || (mount && mount->shm))
		return see_internal(scan, vma);
	if (vma->perms[3] == 's' &&
	    (vma->perms[1] == 'w' || scan->choice->read_only))
		return scan->choice->kinds[OBJECT_FILE] ?
		       see_file(scan, vma) : 0;
	return put_off_map(scan, vma);
}

static int put_off_fd(struct scan *scan, dev_t dev, ino_t ino, int fd)
{
	struct later_fd *later;
	int ret;

	if (!scan->choice->kinds[OBJECT_FILE])
		return 0;
	if (scan->n_fds == scan->room_fds) {
		size_t room = scan->room_fds ? 2 * scan->room_fds : 1024;

		later = reallocarray(scan->fds, room, sizeof(*later));
		if (!later)
			return -ENOMEM;
		scan->fds = later;
		scan->room_fds = room;
	}
	later = &scan->fds[scan->n_fds];
	*later = (struct later_fd) { .dev = dev, .ino = ino, .fd.fd = fd };
	ret = need_process(scan, &later->fd.process);
	scan->n_fds += !ret;
	return ret;
}

/* A descriptor of shared memory: `link` is where that of /proc leads. */
static int see_shm_fd(struct scan *scan, int fds, const char *name, dev_t dev,
		      ino_t ino, const char *link)
{
	enum object_kind kind = object_kind_of(scan->mounts, dev, link);
	struct object_fd fd = { .fd = atoi(name) };
	struct object *obj;
	int ret, path_fd;

	if (!scan->choice->kinds[kind])
		return 0;
	ret = need_process(scan, &fd.process);
	if (ret)
		return ret;
	obj = kind == OBJECT_SYSV ? meet_segment(scan, dev, ino, link) :
	      meet(scan, kind, dev, ino);
	if (!obj)
		return -ENOMEM;
	if (!obj->known) {
		path_fd = openat(fds, name, O_PATH | O_CLOEXEC);
		ret = learn(scan, obj, fds, name, path_fd);
		if (path_fd >= 0)
			close(path_fd);
	}
	return ret ? ret : object_add_fd(obj, &fd);
}

static int see_fd(int fds, int fd, void *arg)
{
	/* No need to ask a file server for what it says now. */
	const int flags = AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT;
	struct scan *scan = arg;
	const struct object_mount *mount;
	char name[16], link[PATH_MAX + 16];
	struct statx st;
	dev_t dev;

	snprintf(name, sizeof(name), "%d", fd);
	if (statx(fds, name, flags, STATX_TYPE | STATX_INO, &st) ||
	    !S_ISREG(st.stx_mode))
		return 0;
	dev = makedev(st.stx_dev_major, st.stx_dev_minor);
	mount = object_mount_find(scan->mounts, dev);
	if (!shm_device(dev) && !(mount && mount->shm))
		return put_off_fd(scan, dev, st.stx_ino, fd);
	if (procfs_readlink(fds, name, link, sizeof(link)) < 0)
		return 0;
	/* Whoever looks is not what is looked for. */
	if (scan->pid == getpid() && shm_device_is_standin(link))
		return 0;
	return see_shm_fd(scan, fds, name, dev, st.stx_ino, link);
}

static int see_process(int dir, pid_t pid, void *arg)
{
	struct scan *scan = arg;
	int maps, fds = 0;

	scan->dir = dir;
	scan->pid = pid;
	scan->have_process = false;
	scan->ipcns = 0;
	maps = procfs_each_vma(dir, see_vma, scan);
	if (maps != -ENOMEM)
		fds = procfs_each_fd(dir, see_fd, scan);
	if (maps == -ENOMEM || fds == -ENOMEM)
		return -ENOMEM;
	/* One that has gone meanwhile is no failure. */
	scan->list->hidden += maps == -EACCES || maps == -EPERM ||
			      fds == -EACCES || fds == -EPERM;
	return 0;
}

static int by_vma(const void *a, const void *b)
{
	const struct object *x = a, *y = b;

	if (x->vma_dev != y->vma_dev)
		return x->vma_dev < y->vma_dev ? -1 : 1;
	return x->vma_ino < y->vma_ino ? -1 : x->vma_ino > y->vma_ino;
}

/* One more mapping of a file that is an object; or of another by that number. */
static int resolve_map(struct scan *scan, const struct later_map *later)
{
	pid_t pid = scan->list->processes[later->map.process].pid;
	struct stat st = { .st_dev = later->dev, .st_ino = later->ino };
	int dir = procfs_open(pid), fd;
	struct object *obj;

	if (dir < 0)
		return 0;
	fd = open_map(dir, later->map.start, later->map.end);
	if (fd >= 0) {
		fstat(fd, &st);
		close(fd);
	}
	close(dir);
	obj = object_find(scan->list, OBJECT_FILE, st.st_dev, st.st_ino);
	return obj && fd != -ENOENT ? object_add_map(obj, &later->map) : 0;
}

static int resolve(struct scan *scan)
{
	void *files = NULL;
	int ret = 0;

	for (size_t i = 0; i < scan->list->n && !ret; i++)
		if (scan->list->objects[i]->kind == OBJECT_FILE &&
		    !tsearch(scan->list->objects[i], &files, by_vma))
			ret = -ENOMEM;
	for (size_t i = 0; i < scan->n_maps && !ret; i++) {
		struct object key = {
			.vma_dev = scan->maps[i].dev,
			.vma_ino = scan->maps[i].ino,
		};

		if (tfind(&key, &files, by_vma))
			ret = resolve_map(scan, &scan->maps[i]);
	}
	while (files)
		tdelete(*(struct object **)files, &files, by_vma);
	for (size_t i = 0; i < scan->n_fds && !ret; i++) {
		struct later_fd *later = &scan->fds[i];
		struct object *obj = object_find(scan->list, OBJECT_FILE,
						 later->dev, later->ino);

		if (obj)
			ret = object_add_fd(obj, &later->fd);
	}
	return ret;
}

int object_scan_processes(struct object_list *list,
			  const struct object_choice *choice,
			  const struct object_mounts *mounts)
{
	struct scan scan = { .list = list, .choice = choice, .mounts = mounts };
	int ret = procfs_each_process(see_process, &scan);

	if (!ret)
		ret = resolve(&scan);
	free(scan.maps);
	free(scan.fds);
	return ret;
}
