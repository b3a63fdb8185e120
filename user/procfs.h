/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Readers of /proc. The only place that knows its formats.
 *
 * Processes come and go meanwhile. A process is read through a descriptor of
 * its directory, which never turns into another process: once it is gone,
 * every reader here says -ESRCH or -ENOENT and the caller skips it.
 *
 * Functions return 0 or a negative errno unless they say otherwise.
 */
#ifndef SHMVIZ_PROCFS_H
#define SHMVIZ_PROCFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

/* Bytes of a name, as the kernel gives them; kernel threads exceed 15. */
#define PROC_COMM_MAX	64

/*
 * Call fn for each process (not each thread) until it returns non-zero. `dir` is as
 * that of procfs_open().
 */
int procfs_each_process(int (*fn)(int dir, pid_t pid, void *arg), void *arg);

/*
 * Open the directory of a process: a descriptor, or a negative errno. If its first
 * thread has ended and others go on, it is that of another thread, since the first
 * has no memory, descriptors and namespaces any more.
 */
int procfs_open(pid_t pid);

/* The thread whose directory it is: for calls that take one; -1: it has gone. */
pid_t procfs_thread(int dir);

/* The bytes of a process's name, which may be any but NUL: their number. */
ssize_t procfs_comm(int dir, pid_t pid, char comm[PROC_COMM_MAX]);

struct proc_stat {
	char state;		/* one letter as in ps; 'Z': no thread is left */
	time_t start;		/* wall clock, rounded down to a second */
};
int procfs_stat(int dir, pid_t pid, struct proc_stat *stat);

/* The inode number of the IPC namespace that a process is in. */
int procfs_ipcns(int dir, ino_t *ino);

/*
 * One line of /proc/PID/maps that has a file behind it. `path` is as there:
 * a newline in it is \012, and whether " (deleted)" belongs to it is open.
 */
struct proc_vma {
	uint64_t start;
	uint64_t end;
	uint64_t offset;
	char perms[5];		/* "rw-s" */
	dev_t dev;
	ino_t ino;
	const char *path;
};
int procfs_each_vma(int dir, int (*fn)(const struct proc_vma *vma, void *arg),
		    void *arg);

/*
 * The VMAs over System V segments in a process's address space. An inode
 * number of the kernel's own mount behind such a VMA is the shmid.
 */
struct proc_shm_vma {
	int shmid;
	uint64_t start;
	uint64_t end;
	char prot[4];		/* "rw-" */
};
int procfs_each_shm_vma(int dir, int (*fn)(const struct proc_shm_vma *vma,
					   void *arg), void *arg);

/* The VMA is one over a segment; the key that it was made with, if so. */
bool procfs_vma_is_shm(const struct proc_vma *vma, uint32_t *key);

/* Call fn for each open descriptor of a process; `fds` is /proc/PID/fd. */
int procfs_each_fd(int dir, int (*fn)(int fds, int fd, void *arg), void *arg);

/*
 * What a process has mapped at an address: a descriptor that is not the
 * process's own, of O_PATH, so that nothing was opened. -ESRCH: no such
 * process, -EFAULT: nothing is mapped there, -ENODATA: memory that belongs to
 * no file.
 */
int procfs_find_mapping(pid_t pid, uint64_t addr);

/*
 * Open for reading what a descriptor of O_PATH stands for, if it is a regular
 * file: -EINVAL of anything else, since opening a device does something.
 */
int procfs_reopen(int fd);

/* Where a link of /proc leads to, as bytes; with " (deleted)" if it is so. */
ssize_t procfs_readlink(int dir, const char *name, char *buf, size_t size);

/* A line of /proc/PID/mountinfo. */
struct proc_mount {
	dev_t dev;
	const char *point;	/* octal escapes for blanks and the like */
	const char *type;
};
int procfs_each_mount(int dir, int (*fn)(const struct proc_mount *mount,
					 void *arg), void *arg);

/* A line of /proc/sysvipc/shm. */
struct proc_shm {
	int shmid;
	uint32_t key;
	unsigned int mode;	/* nine permission bits, SHM_DEST, SHM_LOCKED */
	uint64_t size;
	uint64_t nattch;
	uint64_t rss;		/* bytes */
	uint64_t swap;		/* bytes */
	pid_t cpid;		/* 0: not in our pid namespace */
	pid_t lpid;
	uid_t uid, cuid;
	gid_t gid, cgid;
	time_t atime, dtime, ctime;
};

/* Call fn for each segment of the IPC namespace that the caller is in. */
int procfs_each_shm(int (*fn)(const struct proc_shm *shm, void *arg),
		    void *arg);

#endif /* SHMVIZ_PROCFS_H */
