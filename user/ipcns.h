/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The IPC namespaces of the machine, as far as processes are in them.
 *
 * Only namespaces that a visible process's main thread is in are found: not
 * those kept by nothing but a bind mount or an open descriptor, nor those that
 * only a further thread has entered.
 */
#ifndef SHMVIZ_IPCNS_H
#define SHMVIZ_IPCNS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct ipcns {
	ino_t ino;
	int fd;			/* of /proc/PID/ns/ipc */
};

struct ipcns_list {
	struct ipcns *ns;	/* the caller's own first */
	size_t n;
	size_t hidden;		/* processes that did not let us look */
};

/* Find them. 0 or a negative errno; ipcns_free() is due only after 0. */
int ipcns_collect(struct ipcns_list *list);
void ipcns_free(struct ipcns_list *list);

/*
 * Enter each namespace in turn, call fn in it, and come back to the own one at
 * the end, also when fn ended it by a non-zero return value, which is returned.
 * A namespace that may not be entered is left out and counted in *refused; it
 * takes CAP_SYS_ADMIN. -errno if there is no way back: then stop.
 */
int ipcns_visit(const struct ipcns_list *list, size_t *refused,
		int (*fn)(const struct ipcns *ns, void *arg), void *arg);

#endif /* SHMVIZ_IPCNS_H */
