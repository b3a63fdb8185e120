// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/shm.h>
#include <unistd.h>

#include "ipcns.h"
#include "segment.h"

bool segment_is_dest(const struct segment *seg)
{
	return seg->shm.mode & SHM_DEST;
}

bool segment_is_locked(const struct segment *seg)
{
	return seg->shm.mode & SHM_LOCKED;
}

bool segment_is_orphan(const struct segment *seg)
{
	return !seg->shm.nattch && seg->creator_state == CREATOR_GONE;
}

static int read_comm(int dir, struct comm *comm)
{
	ssize_t len = procfs_comm(dir, comm->bytes);

	if (len < 0)
		return len;
	comm->len = len;
	return 0;
}

/*
 * The pid of the creator may name another process by now. One that started
 * after the segment's ctime can't have made it. The opposite does not hold
 * where IPC_SET has brought ctime forward, nor where the clock was set since:
 * the kernel keeps nothing better. ctime is rounded down to a second.
 */
static void find_creator(struct segment *seg)
{
	struct proc_stat stat;
	int dir;

	seg->creator_state = CREATOR_UNKNOWN;
	if (seg->shm.cpid <= 0)
		return;

	/* /proc can be mounted so that it hides processes; kill() can't. */
	if (kill(seg->shm.cpid, 0) && errno == ESRCH) {
		seg->creator_state = CREATOR_GONE;
		return;
	}
	dir = procfs_open(seg->shm.cpid);
	if (dir < 0)
		return;
	if (procfs_stat(dir, &stat))
		goto out;
	if (stat.state == 'Z' || stat.state == 'X' ||
	    stat.start > seg->shm.ctime + 1) {
		seg->creator_state = CREATOR_GONE;
		goto out;
	}
	if (!read_comm(dir, &seg->creator))
		seg->creator_state = CREATOR_LIVES;
out:
	close(dir);
}

struct reading {
	struct segment_list *list;
	ino_t ipcns;		/* of what is being read */
	pid_t pid;
	int dir;
	bool have_comm;
	struct comm comm;
};

static int add_segment(const struct proc_shm *shm, void *arg)
{
	struct reading *rd = arg;
	struct segment_list *list = rd->list;

	/* Grow by doubling: there can be some ten thousands. */
	if (!(list->n & (list->n - 1))) {
		size_t room = list->n ? 2 * list->n : 1;
		struct segment *bigger = reallocarray(list->segments, room,
						      sizeof(*bigger));

		if (!bigger)
			return -ENOMEM;
		list->segments = bigger;
	}
	list->segments[list->n++] = (struct segment) {
		.ipcns = rd->ipcns,
		.shm = *shm,
	};
	return 0;
}

static int by_shmid(const void *a, const void *b)
{
	const struct segment *x = a, *y = b;

	return (x->shm.shmid > y->shm.shmid) - (x->shm.shmid < y->shm.shmid);
}

static int add_namespace(const struct ipcns *ns, void *arg)
{
	struct reading *rd = arg;
	struct segment_list *list = rd->list;
	size_t before = list->n;
	int ret;

	rd->ipcns = ns->ino;
	ret = procfs_each_shm(add_segment, rd);
	if (list->n > before) {
		list->namespaces++;
		qsort(list->segments + before, list->n - before,
		      sizeof(*list->segments), by_shmid);
	}
	return ret;
}

struct segment *segment_find(const struct segment_list *list, ino_t ipcns,
			     int shmid)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->segments[i].ipcns == ipcns &&
		    list->segments[i].shm.shmid == shmid)
			return &list->segments[i];
	return NULL;
}

static bool has_attached(const struct segment_list *list, ino_t ipcns)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->segments[i].ipcns == ipcns &&
		    list->segments[i].shm.nattch)
			return true;
	return false;
}

static int add_attachment(const struct proc_shm_vma *vma, void *arg)
{
	struct reading *rd = arg;
	struct segment *seg = segment_find(rd->list, rd->ipcns, vma->shmid);
	struct attachment *bigger;
	int ret;

	if (!seg)
		return 0;
	if (!rd->have_comm) {
		ret = read_comm(rd->dir, &rd->comm);
		if (ret)
			return ret;
		rd->have_comm = true;
	}
	bigger = reallocarray(seg->attachments, seg->n_attachments + 1,
			      sizeof(*bigger));
	if (!bigger)
		return -ENOMEM;
	seg->attachments = bigger;
	bigger += seg->n_attachments++;
	*bigger = (struct attachment) {
		.pid = rd->pid,
		.comm = rd->comm,
		.start = vma->start,
		.end = vma->end,
	};
	memcpy(bigger->prot, vma->prot, sizeof(bigger->prot));
	return 0;
}

/*
 * Inode numbers are shmids, and these repeat across namespaces: a VMA says
 * nothing of its segment's. The process's namespace stands in for it, which is
 * wrong only for one that has changed its namespace after attaching; the device
 * knows better.
 */
static int add_attachments_of(int dir, pid_t pid, void *arg)
{
	struct reading *rd = arg;
	int ret;

	ret = procfs_ipcns(dir, &rd->ipcns);
	if (!ret && has_attached(rd->list, rd->ipcns)) {
		rd->dir = dir;
		rd->pid = pid;
		rd->have_comm = false;
		ret = procfs_each_shm_vma(dir, add_attachment, rd);
	}
	if (ret == -EACCES || ret == -EPERM)
		rd->list->hidden++;
	/* A process that is gone, or not ours to see, is no failure. */
	return ret == -ENOMEM ? ret : 0;
}

static int by_pid(const void *a, const void *b)
{
	const struct attachment *x = a, *y = b;

	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	return (x->start > y->start) - (x->start < y->start);
}

static int read_attachments(struct reading *rd)
{
	struct segment_list *list = rd->list;
	int ret;

	list->hidden = 0;
	ret = procfs_each_process(add_attachments_of, rd);
	for (size_t i = 0; i < list->n; i++)
		if (list->segments[i].n_attachments)
			qsort(list->segments[i].attachments,
			      list->segments[i].n_attachments,
			      sizeof(struct attachment), by_pid);
	return ret;
}

int segment_list_read(struct segment_list *list, bool attachments)
{
	struct reading rd = { .list = list };
	struct ipcns_list namespaces;
	int ret;

	*list = (struct segment_list) {};
	ret = ipcns_collect(&namespaces);
	if (ret)
		return ret;
	list->hidden = namespaces.hidden;
	ret = ipcns_visit(&namespaces, &list->refused, add_namespace, &rd);
	ipcns_free(&namespaces);

	for (size_t i = 0; i < list->n && !ret; i++)
		find_creator(&list->segments[i]);
	if (!ret && attachments)
		ret = read_attachments(&rd);
	if (ret)
		segment_list_free(list);
	return ret;
}

void segment_list_free(struct segment_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		free(list->segments[i].attachments);
	free(list->segments);
	*list = (struct segment_list) {};
}
