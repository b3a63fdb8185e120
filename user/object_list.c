// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads the list from its sources, and finds a way to name each object. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "object.h"
#include "object_kernel.h"
#include "object_mounts.h"
#include "object_scan.h"
#include "procfs.h"

/* Its name leads to it from here. */
static bool is_at_name(const struct object *obj)
{
	const char *dir = obj->kind == OBJECT_POSIX ? OBJECT_SHM_DIR : "";
	struct stat st;
	bool same;
	char *path;

	if (!obj->name || obj->name[0] != '/' || !obj->name[1] ||
	    asprintf(&path, "%s%s", dir, obj->name) < 0)
		return false;
	same = !stat(path, &st) && st.st_dev == obj->dev &&
	       st.st_ino == obj->ino;
	free(path);
	return same;
}

/* The name that lasts longest of those that lead to it. */
static void find_handle(const struct object_list *list,
			const struct object_mounts *mounts, struct object *obj)
{
	const struct object_mount *mount;
	struct object_name *handle = &obj->handle;

	handle->kind = obj->kind;
	if (obj->segment) {
		handle->form = OBJECT_BY_ID;
		handle->shmid = obj->ino;
		handle->ns = obj->ns == list->ipcns ? 0 : obj->ns;
	} else if ((obj->kind == OBJECT_POSIX || obj->kind == OBJECT_FILE) &&
		   is_at_name(obj)) {
		handle->form = OBJECT_BY_PATH;
		handle->path = obj->name;
	} else if (obj->n_fds && obj->kind != OBJECT_SYSV) {
		handle->form = OBJECT_BY_FD;
		handle->pid = list->processes[obj->fds[0].process].pid;
		handle->fd = obj->fds[0].fd;
	} else if (obj->n_maps) {
		handle->form = OBJECT_BY_ADDR;
		handle->pid = list->processes[obj->maps[0].process].pid;
		handle->addr = obj->maps[0].start;
	} else if (obj->listed) {
		handle->form = OBJECT_BY_INODE;
		handle->dev = obj->dev;
		handle->ino = obj->ino;
	} else {
		mount = object_mount_find(mounts, obj->dev);
		handle->form = OBJECT_BY_PATH;
		handle->pid = mount ? mount->pid : 0;
		handle->path = obj->name;
	}
}

static void read_own_namespaces(struct object_list *list)
{
	int self = procfs_open(getpid());
	struct stat st;

	if (self < 0)
		return;
	if (procfs_ipcns(self, &list->ipcns))
		list->ipcns = 0;
	if (!fstatat(self, "ns/mnt", &st, 0))
		list->mntns = st.st_ino;
	close(self);
}

int object_list_read(struct object_list *list,
		     const struct object_choice *choice)
{
	struct object_kernel kernel = {};
	struct object_mounts mounts;
	int ret;

	*list = (struct object_list) {};
	read_own_namespaces(list);
	/* Which mounts are a /dev/shm must be known before the first file. */
	ret = object_mounts_read(&mounts);
	if (!ret)
		ret = object_kernel_read(&kernel, choice, &mounts);
	if (!ret)
		ret = object_scan_segments(list, choice);
	if (!ret)
		ret = object_scan_names(list, choice, &mounts);
	if (!ret)
		ret = object_scan_processes(list, choice, &mounts);
	if (!ret)
		ret = object_scan_kernel(list, choice, &mounts, &kernel);
	if (!ret)
		ret = object_list_finish(list);
	for (size_t i = 0; i < list->n && !ret; i++)
		find_handle(list, &mounts, list->objects[i]);
	object_kernel_free(&kernel);
	object_mounts_free(&mounts);
	return ret;
}
