// SPDX-License-Identifier: GPL-2.0-or-later
/* Objects by the kernel's list of segments and by name below /dev/shm. */
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "object.h"
#include "object_facts.h"
#include "object_mounts.h"
#include "object_scan.h"

static int add_segment(struct object_list *list, const struct segment *seg)
{
	struct object *obj = object_get(list, OBJECT_SYSV, seg->ipcns,
					seg->shm.shmid);

	if (!obj)
		return -ENOMEM;
	obj->segment = seg;
	obj->ns = seg->ipcns;
	obj->known = obj->counted = obj->shmem = true;
	obj->size = seg->shm.size;
	obj->resident = seg->shm.rss;
	obj->swapped = seg->shm.swap;
	obj->allocated = obj->resident + obj->swapped;
	obj->uid = seg->shm.uid;
	obj->gid = seg->shm.gid;
	obj->mode = seg->shm.mode & 0777;
	obj->links = 1;
	return asprintf(&obj->name, "0x%08x", seg->shm.key) < 0 ? -ENOMEM : 0;
}

int object_scan_segments(struct object_list *list,
			 const struct object_choice *choice)
{
	int ret;

	if (!choice->kinds[OBJECT_SYSV])
		return 0;
	ret = segment_list_read(&list->segments, false);
	if (ret == -ENOENT)
		list->lacks_sysv = true;
	if (ret)
		return ret == -ENOENT ? 0 : ret;
	list->refused = list->segments.refused;
	for (size_t i = 0; i < list->segments.n && !ret; i++)
		ret = add_segment(list, &list->segments.segments[i]);
	return ret;
}

static int add_name(struct object_list *list,
		    const struct object_mounts *mounts,
		    const struct object_mount *mount, const FTSENT *entry,
		    const char *name)
{
	struct object *obj = object_get(list, OBJECT_POSIX, mount->dev,
					entry->fts_statp->st_ino);
	int fd;

	if (!obj)
		return -ENOMEM;
	if (obj->name)
		return 0;	/* a further link */
	obj->dev = mount->dev;
	obj->ns = mount->ns;
	obj->name = strdup(name);
	if (!obj->name)
		return -ENOMEM;
	fd = open(entry->fts_accpath, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return 0;
	object_read_facts(obj, mounts, fd);
	close(fd);
	return 0;
}

static int add_names(struct object_list *list,
		     const struct object_mounts *mounts,
		     const struct object_mount *mount, int dir)
{
	char top[64], *paths[] = { top, NULL };
	FTSENT *entry;
	int ret = 0;
	FTS *fts;

	/* The slash goes through the link; names begin after it. */
	snprintf(top, sizeof(top), "/proc/self/fd/%d/", dir);
	fts = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, NULL);
	if (!fts)
		return -errno;
	while (!ret && (entry = fts_read(fts)))
		if (entry->fts_info == FTS_F &&
		    S_ISREG(entry->fts_statp->st_mode) &&
		    entry->fts_statp->st_dev == mount->dev)
			ret = add_name(list, mounts, mount, entry,
				       entry->fts_path + strlen(top) - 1);
	fts_close(fts);
	return ret;
}

int object_scan_names(struct object_list *list,
		      const struct object_choice *choice,
		      const struct object_mounts *mounts)
{
	int ret = 0;

	for (size_t i = 0; i < mounts->n && choice->kinds[OBJECT_POSIX]; i++) {
		const struct object_mount *mount = &mounts->mounts[i];
		struct stat st;
		int dir;

		if (!mount->shm)
			continue;
		dir = object_open_shm(mount->pid ? mount->pid : getpid(), "/");
		if (dir < 0)
			continue;	/* its process has gone, or is hidden */
		if (!fstat(dir, &st) && st.st_dev == mount->dev)
			ret = add_names(list, mounts, mount, dir);
		close(dir);
		if (ret)
			break;
	}
	return ret;
}
