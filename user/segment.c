// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/shm.h>
#include <unistd.h>

#include "ipcns.h"
#include "segment.h"
#include "spaces.h"

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

static int read_comm(int dir, pid_t pid, struct comm *comm)
{
	ssize_t len = procfs_comm(dir, pid, comm->bytes);

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
	if (procfs_stat(dir, seg->shm.cpid, &stat))
		goto out;
	if (stat.state == 'Z' || stat.state == 'X' ||
	    stat.start > seg->shm.ctime + 1) {
		seg->creator_state = CREATOR_GONE;
		goto out;
	}
	if (!read_comm(dir, seg->shm.cpid, &seg->creator))
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
		ret = read_comm(rd->dir, rd->pid, &rd->comm);
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

static int by_first(const void *a, const void *b)
{
	const struct attachment *x = a, *y = b;
	pid_t p = x->same ?: x->pid, q = y->same ?: y->pid;

	if (p != q)
		return p < q ? -1 : 1;
	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	if (!x->same != !y->same)
		return x->same ? 1 : -1;
	return (x->pid > y->pid) - (x->pid < y->pid);
}

void segment_sort_attachments(struct segment *seg)
{
	if (seg->n_attachments)
		qsort(seg->attachments, seg->n_attachments,
		      sizeof(*seg->attachments), by_first);
	/* The first may have been looked at before it had this one. */
	for (size_t i = 0; i < seg->n_attachments; i++) {
		struct attachment *at = &seg->attachments[i];
		const struct attachment *before = at - 1;

		if (at->same && (!i || before->start != at->start ||
				 (before->same ?: before->pid) != at->same))
			at->same = 0;
	}
}

size_t segment_count_attachments(const struct segment *seg)
{
	size_t n = 0;

	for (size_t i = 0; i < seg->n_attachments; i++)
		n += !seg->attachments[i].same;
	return n;
}

static int compare_pids(const void *a, const void *b)
{
	const pid_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Of all attachments: how many processes, which are in order then. */
static size_t list_pids(const struct segment_list *list, pid_t *pids)
{
	size_t n = 0, unique = 0;

	for (size_t i = 0; i < list->n; i++)
		for (size_t k = 0; k < list->segments[i].n_attachments; k++)
			pids[n++] = list->segments[i].attachments[k].pid;
	qsort(pids, n, sizeof(*pids), compare_pids);
	for (size_t i = 0; i < n; i++)
		if (!i || pids[i] != pids[i - 1])
			pids[unique++] = pids[i];
	return unique;
}

static void set_same(struct attachment *at, const pid_t *pids,
		     const pid_t *first, size_t n)
{
	const pid_t *found = bsearch(&at->pid, pids, n, sizeof(*pids),
				     compare_pids);

	if (found && first[found - pids] != at->pid)
		at->same = first[found - pids];
}

static int find_shared_spaces(struct segment_list *list)
{
	size_t n = 0;
	pid_t *pids;
	int ret;

	for (size_t i = 0; i < list->n; i++)
		n += list->segments[i].n_attachments;
	pids = calloc(2 * n + 1, sizeof(*pids));
	if (!pids)
		return -ENOMEM;
	n = list_pids(list, pids);
	ret = spaces_first(pids, n, pids + n);
	for (size_t i = 0; i < list->n && !ret; i++)
		for (size_t k = 0; k < list->segments[i].n_attachments; k++)
			set_same(&list->segments[i].attachments[k], pids,
				 pids + n, n);
	free(pids);
	return ret;
}

static int read_attachments(struct reading *rd)
{
	struct segment_list *list = rd->list;
	int ret;

	list->hidden = 0;
	ret = procfs_each_process(add_attachments_of, rd);
	if (!ret)
		ret = find_shared_spaces(list);
	for (size_t i = 0; i < list->n; i++)
		segment_sort_attachments(&list->segments[i]);
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
