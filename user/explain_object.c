// SPDX-License-Identifier: GPL-2.0-or-later
/* What is mapped there, by /proc and by the device. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "device.h"
#include "err.h"
#include "explain.h"
#include "object_mounts.h"
#include "object_open.h"
#include "spaces.h"

static void find_kind(struct explain *ex, const struct stat *st,
		      const char *link)
{
	struct object_mounts mounts;

	if (object_mounts_read(&mounts))
		err_nomem();
	ex->object.kind = object_kind_of(&mounts, st->st_dev, link);
	object_mounts_free(&mounts);
	ex->label = object_link_name(ex->object.kind, link, st->st_dev,
				     st->st_ino);
}

/* The name leads to it from here, too. */
static bool name_leads_to(const struct explain *ex, const struct stat *st)
{
	const char *dir = ex->object.kind == OBJECT_POSIX ? OBJECT_SHM_DIR : "";
	struct stat there;
	char path[PATH_MAX + 16];

	if (!ex->label || ex->label[0] != '/')
		return false;
	snprintf(path, sizeof(path), "%s%s", dir, ex->label);
	return !stat(path, &there) && there.st_dev == st->st_dev &&
	       there.st_ino == st->st_ino;
}

/* The notation that lasts longest. */
static void name_object(struct explain *ex, const struct stat *st)
{
	struct object_name *name = &ex->object;

	if ((name->kind == OBJECT_POSIX || name->kind == OBJECT_FILE) &&
	    name_leads_to(ex, st)) {
		name->form = OBJECT_BY_PATH;
		name->path = strdup(ex->label);
		if (!name->path)
			err_nomem();
		return;
	}
	name->form = OBJECT_BY_ADDR;
	name->pid = ex->pid;
	name->addr = ex->place.here.start;
}

static bool take_error(struct explain *ex, const struct device_error *error)
{
	device_explain(error, ex->no_device, sizeof(ex->no_device));
	return false;
}

/* Is it the one that is mapped here? A shmid can be that of another by now. */
static bool is_ours(const struct explain *ex,
		    const struct shmviz_sharer *sharers, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (sharers[i].start == ex->place.here.start &&
		    spaces_same(ex->pid, sharers[i].pid))
			return true;
	return false;
}

static void add_sharers(struct explain *ex, const struct shmviz_sharer *sharers,
			size_t n)
{
	uint64_t in_page = ex->addr % EXPLAIN_PAGE;

	ex->found = EXPLAIN_BY_DEVICE;
	for (size_t i = 0; i < n; i++) {
		const struct shmviz_sharer *map = &sharers[i];
		uint64_t pages = (map->end - map->start) / EXPLAIN_PAGE;
		struct explain_holder holder = {
			.pid = map->pid,
			.flags = map->flags,
			.addr = map->start + in_page +
				(ex->page - map->first) * EXPLAIN_PAGE,
		};

		if (ex->page < map->first || ex->page - map->first >= pages)
			continue;
		holder.prot[0] = map->flags & SHMVIZ_SHARER_READ ? 'r' : '-';
		holder.prot[1] = map->flags & SHMVIZ_SHARER_WRITE ? 'w' : '-';
		holder.prot[2] = map->flags & SHMVIZ_SHARER_EXEC ? 'x' : '-';
		holder.prot[3] = map->flags & SHMVIZ_SHARER_SHARED ? 's' : 'p';
		explain_add_holder(ex, &holder);
	}
}

/* Everything that the module has to say; true if it is this object. */
static bool ask_device(struct explain *ex, const struct shmviz_open *request)
{
	struct frame_list frames = {};
	struct device_object object;
	struct device_error error;
	struct shmviz_sharer *sharers;
	bool ours;
	size_t n;

	if (device_open(&object, request, &error))
		return take_error(ex, &error);
	if (device_sharers(&object, &sharers, &n, &error)) {
		device_close(&object);
		return take_error(ex, &error);
	}
	ours = is_ours(ex, sharers, n);
	if (ours) {
		ex->has_info = true;
		ex->info = object.info;
		add_sharers(ex, sharers, n);
		if (ex->page < object.info.pages &&
		    !device_frames(&object, ex->page, ex->page, &frames,
				   &error) && frames.n) {
			ex->has_page = true;
			ex->object_page = frames.runs[0].frame;
		}
	}
	device_close(&object);
	frame_list_free(&frames);
	free(sharers);
	ex->no_device[0] = '\0';
	return ours;
}

/* By its id the kernel says key, attachments and namespace of it, too. */
static bool ask_by_id(struct explain *ex, int dir, int shmid)
{
	struct shmviz_open request = {
		.kind = SHMVIZ_KIND_SEGMENT, .id = shmid,
	};
	int own = open("/proc/self/ns/ipc", O_RDONLY | O_CLOEXEC);
	struct stat theirs, ours;
	bool found;

	request.ns_fd = openat(dir, "ns/ipc", O_RDONLY | O_CLOEXEC);
	found = request.ns_fd >= 0 && ask_device(ex, &request);
	if (found) {
		ex->object.form = OBJECT_BY_ID;
		ex->object.shmid = shmid;
		if (own < 0 || fstat(own, &ours) ||
		    fstat(request.ns_fd, &theirs) ||
		    ours.st_ino != theirs.st_ino)
			ex->object.ns = ex->info.ipcns;
	}
	if (request.ns_fd >= 0)
		close(request.ns_fd);
	if (own >= 0)
		close(own);
	return found;
}

static void ask_by_file(struct explain *ex, int path_fd)
{
	struct shmviz_open request = { .kind = SHMVIZ_KIND_FILE, .ns_fd = -1 };
	int fd = procfs_reopen(path_fd);

	if (fd < 0) {
		snprintf(ex->no_device, sizeof(ex->no_device),
			 "the file cannot be opened: %s", strerror(-fd));
		return;
	}
	request.id = fd;
	if (!ask_device(ex, &request) && !ex->no_device[0])
		snprintf(ex->no_device, sizeof(ex->no_device),
			 "the file that it opens is another one");
	close(fd);
}

/*
 * A segment's key is in the name that it was given when it was made. Without the
 * module it is taken to be the one of the process's namespace.
 */
static void name_segment(struct explain *ex, int dir, ino_t shmid)
{
	uint32_t key = strtoul(ex->place.here.path + strlen("/SYSV"), NULL, 16);
	int self = procfs_open(getpid());
	ino_t ours = 0, theirs = 0;

	if (asprintf(&ex->label, "0x%08x", key) < 0)
		err_nomem();
	if (ex->object.form == OBJECT_BY_ID || procfs_ipcns(dir, &theirs))
		goto out;
	if (self >= 0)
		procfs_ipcns(self, &ours);
	ex->object = (struct object_name) {
		.kind = OBJECT_SYSV, .form = OBJECT_BY_ID, .shmid = shmid,
		.ns = ours == theirs ? 0 : theirs,
	};
out:
	if (self >= 0)
		close(self);
}

static int match_shm(const struct proc_shm *shm, void *arg)
{
	struct explain *ex = arg;

	if (shm->shmid != ex->object.shmid)
		return 0;
	ex->size = shm->size;
	ex->has_mode = true;
	ex->mode = shm->mode & 0777;
	ex->uid = shm->uid;
	ex->gid = shm->gid;
	return 1;
}

/* The inode of a segment has no owner and lets everyone: the kernel asks others. */
static void read_facts(struct explain *ex, const struct stat *st)
{
	ex->size = st->st_size;
	if (ex->object.kind == OBJECT_SYSV) {
		if (ex->object.form == OBJECT_BY_ID && !ex->object.ns)
			procfs_each_shm(match_shm, ex);
		return;
	}
	ex->has_mode = true;
	ex->mode = st->st_mode & 07777;
	ex->uid = st->st_uid;
	ex->gid = st->st_gid;
}

/*
 * map_files is for CAP_CHECKPOINT_RESTORE: without it, what the line of maps says
 * has to do, if its name leads to that very file.
 */
static void read_by_line(struct explain *ex, int dir)
{
	const struct proc_area *area = &ex->place.here;
	const struct proc_vma vma = { .dev = area->dev, .path = area->path };
	struct stat st = {};
	uint32_t key;

	if (procfs_vma_is_shm(&vma, &key)) {
		ex->has_object = true;
		ex->object.kind = OBJECT_SYSV;
		name_segment(ex, dir, area->ino);
		read_facts(ex, &st);
	} else if (area->path[0] == '/' && !stat(area->path, &st) &&
		   S_ISREG(st.st_mode) && st.st_ino == area->ino) {
		ex->has_object = true;
		find_kind(ex, &st, area->path);
		name_object(ex, &st);
		read_facts(ex, &st);
	}
}

void explain_read_object(struct explain *ex, int dir)
{
	char path[32], link[PATH_MAX + 16];
	int fd = procfs_find_mapping(ex->pid, ex->addr);
	struct stat st;

	if (fd < 0) {
		snprintf(ex->no_device, sizeof(ex->no_device),
			 "/proc/%d/map_files cannot be used: %s", ex->pid,
			 strerror(-fd));
		read_by_line(ex, dir);
		return;
	}
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (fstat(fd, &st) || !S_ISREG(st.st_mode) ||
	    procfs_readlink(AT_FDCWD, path, link, sizeof(link)) < 0) {
		snprintf(ex->no_device, sizeof(ex->no_device),
			 "it is no regular file");
		close(fd);
		return;
	}
	ex->has_object = true;
	find_kind(ex, &st, link);
	name_object(ex, &st);
	if (ex->object.kind != OBJECT_SYSV ||
	    !ask_by_id(ex, dir, ex->place.here.ino))
		ask_by_file(ex, fd);
	if (ex->object.kind == OBJECT_SYSV)
		name_segment(ex, dir, ex->place.here.ino);
	read_facts(ex, &st);
	close(fd);
}
