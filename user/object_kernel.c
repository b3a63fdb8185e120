// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "device.h"
#include "err.h"
#include "object.h"
#include "object_kernel.h"
#include "object_mounts.h"
#include "procfs_devices.h"

/* A file system, and what lies on it. */
struct object_kernel_fs {
	dev_t dev;
	int fd;			/* of something on it */
	struct shmviz_listed *recs;
	size_t n;
};

/* On the kernel's own mounts names are as it makes them. */
static enum object_kind kind_of(const struct object_mounts *mounts, dev_t dev,
				const struct shmviz_listed *rec)
{
	char link[sizeof(rec->name) + 1];

	snprintf(link, sizeof(link), "/%s", rec->name);
	return object_kind_of(mounts, dev, link);
}

/* A descriptor of something on it, or a negative errno. */
static int open_fs(const struct object_mounts *mounts, dev_t dev)
{
	const struct object_mount *mount = object_mount_find(mounts, dev);
	struct stat st;
	int fd;

	if (shm_device(dev))
		return shm_device_open(dev);
	if (!mount || !mount->shm)
		return -ENODEV;
	fd = object_open_shm(mount->pid ? mount->pid : getpid(), "/");
	if (fd >= 0 && (fstat(fd, &st) || st.st_dev != dev)) {
		close(fd);
		return -ENODEV;
	}
	return fd;
}

/* Leave out what only stands for the file system: it is our own. */
static void drop_own(struct object_kernel_fs *fs)
{
	struct stat st;

	if (fstat(fs->fd, &st) || !S_ISREG(st.st_mode))
		return;
	for (size_t i = 0; i < fs->n; i++)
		if (fs->recs[i].ino == st.st_ino &&
		    !strncmp(fs->recs[i].name, "memfd:", 6))
			fs->recs[i--] = fs->recs[--fs->n];
}

static int read_fs(struct object_kernel *kernel,
		   const struct object_mounts *mounts, dev_t dev,
		   struct device_error *error)
{
	struct object_kernel_fs *fs = reallocarray(kernel->fs, kernel->n + 1,
						   sizeof(*fs));

	if (!fs)
		return -ENOMEM;
	kernel->fs = fs;
	fs += kernel->n;
	*fs = (struct object_kernel_fs) { .dev = dev };
	fs->fd = open_fs(mounts, dev);
	if (fs->fd < 0)
		return fs->fd;
	if (device_list(fs->fd, &fs->recs, &fs->n, error)) {
		close(fs->fd);
		return -error->err;
	}
	drop_own(fs);
	kernel->n++;
	return 0;
}

struct reading {
	struct object_kernel *kernel;
	const struct object_mounts *mounts;
};

/* One that can't be read has nothing to add: without the device, none. */
static int read_internal(dev_t dev, void *arg)
{
	struct reading *reading = arg;
	struct device_error error;
	int ret = read_fs(reading->kernel, reading->mounts, dev, &error);

	return ret == -ENOMEM ? ret : 0;
}

int object_kernel_read(struct object_kernel *kernel,
		       const struct object_choice *choice,
		       const struct object_mounts *mounts)
{
	struct reading reading = { kernel, mounts };
	int ret = 0;

	*kernel = (struct object_kernel) {};
	if (choice->kinds[OBJECT_MEMFD] || choice->kinds[OBJECT_ANON])
		ret = shm_device_each(read_internal, &reading);
	for (size_t i = 0; !ret && i < mounts->n; i++)
		if (choice->kinds[OBJECT_POSIX] && mounts->mounts[i].shm)
			ret = read_internal(mounts->mounts[i].dev, &reading);
	return ret;
}

void object_kernel_free(struct object_kernel *kernel)
{
	for (size_t i = 0; i < kernel->n; i++) {
		close(kernel->fs[i].fd);
		free(kernel->fs[i].recs);
	}
	free(kernel->fs);
}

static void ask_for(struct shmviz_open *request,
		    const struct object_kernel_fs *fs,
		    const struct shmviz_listed *rec)
{
	request->kind = SHMVIZ_KIND_INODE;
	request->id = fs->fd;
	request->ino = rec->ino;
	request->generation = rec->generation;
}

static char *name_of(enum object_kind kind, const char *name)
{
	char *path;

	if (kind == OBJECT_MEMFD)
		return strdup(name + strlen("memfd:"));
	if (kind == OBJECT_POSIX)
		return asprintf(&path, "/%s", name) < 0 ? NULL : path;
	return strdup(name);
}

static int add(struct object_list *list, const struct object_kernel_fs *fs,
	       const struct shmviz_listed *rec, enum object_kind kind,
	       const struct shmviz_info *info)
{
	struct object *obj = object_get(list, kind, fs->dev, rec->ino);

	if (!obj)
		return -ENOMEM;
	obj->dev = fs->dev;
	obj->known = obj->counted = obj->listed = true;
	obj->size = info->size;
	obj->resident = info->present * info->page_size;
	obj->swapped = info->swapped * info->page_size;
	obj->allocated = obj->resident + obj->swapped;
	obj->uid = rec->uid;
	obj->gid = rec->gid;
	obj->mode = rec->mode;
	obj->links = rec->links;
	obj->shmem = info->flags & SHMVIZ_INFO_SHMEM;
	obj->huge = info->flags & SHMVIZ_INFO_HUGETLB;
	if (kind == OBJECT_ANON && (!strcmp(rec->name, "dev/zero") ||
				    !strcmp(rec->name, "anon_hugepage")))
		return 0;
	obj->name = name_of(kind, rec->name);
	return obj->name ? 0 : -ENOMEM;
}

static int see(struct object_list *list, const struct object_choice *choice,
	       const struct object_mounts *mounts,
	       const struct object_kernel_fs *fs,
	       const struct shmviz_listed *rec)
{
	const struct object_mount *mount = object_mount_find(mounts, fs->dev);
	enum object_kind kind = kind_of(mounts, fs->dev, rec);
	struct shmviz_open request = { .ns_fd = -1 };
	struct device_object object;
	struct device_error error;
	int ret;

	/* Segments are told by their namespaces, names by their directory. */
	if (kind == OBJECT_SYSV || !choice->kinds[kind] ||
	    (kind == OBJECT_POSIX && rec->links) ||
	    object_find(list, kind, fs->dev, rec->ino))
		return 0;
	ask_for(&request, fs, rec);
	if (device_open(&object, &request, &error))
		return 0;
	ret = add(list, fs, rec, kind, &object.info);
	device_close(&object);
	if (!ret && mount)
		object_find(list, kind, fs->dev, rec->ino)->ns = mount->ns;
	return ret;
}

int object_scan_kernel(struct object_list *list,
		       const struct object_choice *choice,
		       const struct object_mounts *mounts,
		       const struct object_kernel *kernel)
{
	int ret = 0;

	for (size_t i = 0; i < kernel->n; i++)
		for (size_t j = 0; j < kernel->fs[i].n && !ret; j++)
			ret = see(list, choice, mounts, &kernel->fs[i],
				  &kernel->fs[i].recs[j]);
	return ret;
}

static int find_inode(const struct object_name *name,
		      const struct object_mounts *mounts,
		      struct shmviz_open *request, int *fd, char *why,
		      size_t size)
{
	struct object_kernel kernel = {};
	struct device_error error = {};
	int ret = read_fs(&kernel, mounts, name->dev, &error), found = -1;

	if (ret && !error.err) {
		snprintf(why, size, "no file system of shared memory with device %u:%u "
			 "can be reached: %s", major(name->dev),
			 minor(name->dev), strerror(-ret));
		ret = EXIT_FAILED;
		goto out;
	}
	if (ret) {
		ret = device_explain(&error, why, size);
		goto out;
	}
	for (size_t i = 0; i < kernel.fs->n && found < 0; i++)
		if (kernel.fs->recs[i].ino == name->ino &&
		    kind_of(mounts, name->dev, &kernel.fs->recs[i]) == name->kind)
			found = i;
	if (found < 0) {
		snprintf(why, size, "device %u:%u has no inode %ju that is %s: 'shmviz ls "
			 "--all' lists them", major(name->dev),
			 minor(name->dev), (uintmax_t)name->ino,
			 object_kind_text(name->kind));
		ret = EXIT_FAILED;
		goto out;
	}
	ask_for(request, kernel.fs, &kernel.fs->recs[found]);
	*fd = kernel.fs->fd;
	kernel.fs->fd = -1;
out:
	object_kernel_free(&kernel);
	return ret;
}

int object_kernel_request(const struct object_name *name,
			  struct shmviz_open *request, int *fd, char *why,
			  size_t size)
{
	struct object_mounts mounts;
	int ret;

	if (object_mounts_read(&mounts))
		err_nomem();
	ret = find_inode(name, &mounts, request, fd, why, size);
	object_mounts_free(&mounts);
	return ret;
}
