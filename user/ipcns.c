// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#include "ipcns.h"
#include "procfs.h"

static bool is_known(const struct ipcns_list *list, ino_t ino)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->ns[i].ino == ino)
			return true;
	return false;
}

/* A process, given by its directory, may bring a namespace not seen yet. */
static int add_of_process(int dir, pid_t pid, void *arg)
{
	struct ipcns_list *list = arg;
	struct ipcns *bigger;
	ino_t ino;
	int fd, ret;

	(void)pid;
	ret = procfs_ipcns(dir, &ino);
	if (ret == -EACCES || ret == -EPERM)
		list->hidden++;
	if (ret || is_known(list, ino))
		return 0;

	fd = openat(dir, "ns/ipc", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == EMFILE || errno == ENFILE ? -errno : 0;
	bigger = reallocarray(list->ns, list->n + 1, sizeof(*list->ns));
	if (!bigger) {
		close(fd);
		return -ENOMEM;
	}
	list->ns = bigger;
	list->ns[list->n++] = (struct ipcns) { .ino = ino, .fd = fd };
	return 0;
}

int ipcns_collect(struct ipcns_list *list)
{
	int ret, self = procfs_open(getpid());

	*list = (struct ipcns_list) {};
	if (self < 0)
		return self;
	ret = add_of_process(self, getpid(), list);
	close(self);
	if (!ret && !list->n)
		ret = -ENOENT;
	if (!ret)
		ret = procfs_each_process(add_of_process, list);
	if (ret)
		ipcns_free(list);
	return ret;
}

void ipcns_free(struct ipcns_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		close(list->ns[i].fd);
	free(list->ns);
	*list = (struct ipcns_list) {};
}

int ipcns_visit(const struct ipcns_list *list, size_t *refused,
		int (*fn)(const struct ipcns *ns, void *arg), void *arg)
{
	bool away = false;
	int ret = 0;

	*refused = 0;
	for (size_t i = 0; i < list->n && !ret; i++) {
		/* We are in the first one, and need no right to stay there. */
		if (i && setns(list->ns[i].fd, CLONE_NEWIPC)) {
			(*refused)++;
			continue;
		}
		away = i > 0;
		ret = fn(&list->ns[i], arg);
	}
	if (away && setns(list->ns[0].fd, CLONE_NEWIPC))
		return -errno;
	return ret;
}
