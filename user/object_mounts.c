// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "err.h"
#include "object_mounts.h"
#include "procfs.h"
#include "procfs_devices.h"

/* Processes with the same of both see the same mounts at the same places. */
struct object_root {
	ino_t ns;
	dev_t dev;
	ino_t ino;
};

static bool know_root(const struct object_mounts *mounts,
		      const struct object_root *root)
{
	for (size_t i = 0; i < mounts->n_roots; i++)
		if (mounts->roots[i].ns == root->ns &&
		    mounts->roots[i].dev == root->dev &&
		    mounts->roots[i].ino == root->ino)
			return true;
	return false;
}

static int add_root(struct object_mounts *mounts,
		    const struct object_root *root)
{
	struct object_root *bigger = reallocarray(mounts->roots,
						  mounts->n_roots + 1,
						  sizeof(*bigger));

	if (!bigger)
		return -ENOMEM;
	mounts->roots = bigger;
	bigger[mounts->n_roots++] = *root;
	return 0;
}

struct mounts_of {
	struct object_mounts *mounts;
	pid_t pid;
	ino_t ns;
	dev_t shm;		/* what is at /dev/shm; 0: nothing */
};

static struct object_mount *find(const struct object_mounts *mounts, dev_t dev)
{
	for (size_t i = 0; i < mounts->n; i++)
		if (mounts->mounts[i].dev == dev)
			return &mounts->mounts[i];
	return NULL;
}

static int add_mount(const struct proc_mount *mount, void *arg)
{
	struct mounts_of *of = arg;
	struct object_mounts *mounts = of->mounts;
	bool huge = !strcmp(mount->type, "hugetlbfs"), shm;
	struct object_mount *bigger;

	/* What was mounted last at a place hides what was there. */
	shm = !strcmp(mount->point, OBJECT_SHM_DIR);
	if (shm)
		of->shm = 0;
	if (!huge && strcmp(mount->type, "tmpfs"))
		return 0;
	if (shm && !huge)
		of->shm = mount->dev;
	if (find(mounts, mount->dev))
		return 0;
	bigger = reallocarray(mounts->mounts, mounts->n + 1, sizeof(*bigger));
	if (!bigger)
		return -ENOMEM;
	mounts->mounts = bigger;
	bigger[mounts->n++] = (struct object_mount) {
		.dev = mount->dev,
		.huge = huge,
	};
	return 0;
}

static int add_mounts_of(int dir, pid_t pid, void *arg)
{
	struct mounts_of of = { .mounts = arg, .pid = pid };
	struct object_mount *mount;
	struct object_root root;
	struct stat ns, top;
	int ret;

	/* A process that is gone or hidden has nothing to tell. */
	if (fstatat(dir, "ns/mnt", &ns, 0) || fstatat(dir, "root", &top, 0))
		return 0;
	root = (struct object_root) { ns.st_ino, top.st_dev, top.st_ino };
	if (know_root(of.mounts, &root))
		return 0;
	ret = add_root(of.mounts, &root);
	if (!ret)
		ret = procfs_each_mount(dir, add_mount, &of);
	if (ret)
		return ret == -ENOMEM ? ret : 0;
	mount = find(of.mounts, of.shm);
	if (mount && !mount->shm) {
		mount->shm = true;
		mount->pid = pid == getpid() ? 0 : pid;
		mount->ns = ns.st_ino;
	}
	return 0;
}

int object_mounts_read(struct object_mounts *mounts)
{
	int ret, self = procfs_open(getpid());

	*mounts = (struct object_mounts) {};
	if (self < 0)
		return self;
	/* Our own first: what we see needs no other process. */
	ret = add_mounts_of(self, getpid(), mounts);
	close(self);
	return ret ? ret : procfs_each_process(add_mounts_of, mounts);
}

void object_mounts_free(struct object_mounts *mounts)
{
	free(mounts->mounts);
	free(mounts->roots);
	*mounts = (struct object_mounts) {};
}

const struct object_mount *object_mount_find(const struct object_mounts *mounts,
					     dev_t dev)
{
	return find(mounts, dev);
}

enum object_kind object_kind_of(const struct object_mounts *mounts, dev_t dev,
				const char *link)
{
	const struct object_mount *mount;

	if (shm_device(dev)) {
		if (!strncmp(link, "/SYSV", 5))
			return OBJECT_SYSV;
		return strncmp(link, "/memfd:", 7) ? OBJECT_ANON : OBJECT_MEMFD;
	}
	mount = find(mounts, dev);
	return mount && mount->shm ? OBJECT_POSIX : OBJECT_FILE;
}

/*
 * A link says " (deleted)" of what has gone, and so can a name. It is part of
 * the name if there is such a file.
 */
static size_t name_length(const char *link, dev_t dev, ino_t ino)
{
	static const char deleted[] = " (deleted)";
	size_t len = strlen(link), tail = sizeof(deleted) - 1;
	struct stat st;

	if (len <= tail || strcmp(link + len - tail, deleted))
		return len;
	if (!stat(link, &st) && st.st_dev == dev && st.st_ino == ino)
		return len;
	return len - tail;
}

char *object_link_name(enum object_kind kind, const char *link, dev_t dev,
		       ino_t ino)
{
	const char *name = link, *shm = strstr(link, OBJECT_SHM_DIR "/");
	size_t len = name_length(link, dev, ino);
	char *copy;

	if (kind == OBJECT_SYSV)
		return NULL;
	if (kind == OBJECT_MEMFD)
		name += strlen("/memfd:");
	if (kind == OBJECT_ANON) {
		if (!strncmp(link, "/dev/zero", len) ||
		    !strncmp(link, "/anon_hugepage", len))
			return NULL;
		name++;		/* the kernel's own name for it */
	}
	if (kind == OBJECT_POSIX && shm)
		name = shm + strlen(OBJECT_SHM_DIR);
	copy = strndup(name, link + len - name);
	if (!copy)
		err_nomem();
	return copy;
}

bool object_dev_is_shmem(const struct object_mounts *mounts, dev_t dev)
{
	const struct object_mount *mount = find(mounts, dev);

	if (shm_device(dev))
		return !shm_device_huge(dev);
	return mount && !mount->huge;
}

bool object_dev_is_huge(const struct object_mounts *mounts, dev_t dev)
{
	const struct object_mount *mount = find(mounts, dev);

	return shm_device_huge(dev) || (mount && mount->huge);
}

int object_open_shm(pid_t pid, const char *path)
{
	struct open_how how = {
		.flags = O_PATH | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT,
	};
	int dir = procfs_open(pid), root, fd;
	char *full;

	if (dir < 0)
		return dir == -ENOENT ? -ESRCH : dir;
	root = openat(dir, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
	fd = -errno;
	close(dir);
	if (root < 0)
		return fd;
	if (asprintf(&full, OBJECT_SHM_DIR "%s", path) < 0) {
		close(root);
		return -ENOMEM;
	}
	fd = syscall(SYS_openat2, root, full, &how, sizeof(how));
	if (fd < 0)
		fd = -errno;
	free(full);
	close(root);
	return fd;
}
