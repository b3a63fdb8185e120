// SPDX-License-Identifier: GPL-2.0-or-later
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "err.h"
#include "object_mounts.h"
#include "picture_name.h"

static char *copy_text(const char *text)
{
	char *copy = text ? strdup(text) : NULL;

	if (text && !copy)
		err_nomem();
	return copy;
}

static void copy_name(struct object_name *to, const struct object_name *from)
{
	*to = *from;
	to->path = copy_text(from->path);
}

/* A descriptor of O_PATH of what a target that is no segment leads to. */
static int open_path(const struct target *target)
{
	const struct object_name *name = &target->name;
	char path[64];
	int dir, fd;

	if (target->path)
		return open(target->path, O_PATH | O_CLOEXEC);
	if (target->pid)
		return procfs_find_mapping(target->pid, target->addr);
	if (!target->has_name)
		return -1;
	if (name->form == OBJECT_BY_ADDR)
		return procfs_find_mapping(name->pid, name->addr);
	if (name->form != OBJECT_BY_FD)
		return -1;
	dir = procfs_open(name->pid);
	if (dir < 0)
		return -1;
	snprintf(path, sizeof(path), "fd/%d", name->fd);
	fd = openat(dir, path, O_PATH | O_CLOEXEC);
	close(dir);
	return fd;
}

/* Kind and label by where the link of /proc leads. */
static void name_by_link(struct picture_object *obj,
			 const struct target *target, int fd)
{
	char path[32], link[PATH_MAX + 16] = "";
	struct object_mounts mounts;
	enum object_kind kind;
	struct stat st;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (fstat(fd, &st) ||
	    procfs_readlink(AT_FDCWD, path, link, sizeof(link)) < 0)
		return;
	if (object_mounts_read(&mounts))
		err_nomem();
	kind = object_kind_of(&mounts, st.st_dev, link);
	object_mounts_free(&mounts);
	obj->label = object_link_name(kind, link, st.st_dev, st.st_ino);
	if (target->has_name)
		return;
	obj->name.kind = kind;
	if (target->path) {
		obj->name.form = OBJECT_BY_PATH;
		obj->name.path = copy_text(obj->label ? obj->label : "/");
	}
}

void picture_name_target(struct picture_object *obj,
			 const struct target *target)
{
	struct object_name *name = &obj->name;
	int fd;

	if (target->has_name) {
		copy_name(name, &target->name);
		if (name->form == OBJECT_BY_PATH)
			obj->label = copy_text(name->path);
	} else if (target->shmid >= 0) {
		name->kind = OBJECT_SYSV;
		name->form = OBJECT_BY_ID;
		name->shmid = target->shmid;
	} else if (target->pid) {
		name->kind = OBJECT_FILE;
		name->form = OBJECT_BY_ADDR;
		name->pid = target->pid;
		name->addr = target->addr;
	}
	fd = open_path(target);
	if (fd < 0)
		return;
	name_by_link(obj, target, fd);
	close(fd);
}

static void label_segment(struct picture_object *obj,
			  const struct shmviz_info *info)
{
	if (info->kind != SHMVIZ_KIND_SEGMENT || !info->key)
		return;
	if (asprintf(&obj->label, "0x%08x", info->key) < 0)
		err_nomem();
}

void picture_name_opened(struct picture_object *obj,
			 const struct target *target,
			 const struct shmviz_info *info)
{
	if (target->ipcns)
		obj->name.ns = info->ipcns;
	label_segment(obj, info);
}

void picture_name_listed(struct picture_object *obj,
			 const struct object *listed,
			 const struct shmviz_info *info)
{
	copy_name(&obj->name, &listed->handle);
	if (listed->segment)
		label_segment(obj, info);
	else
		obj->label = copy_text(listed->name);
}
