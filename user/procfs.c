// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "procfs.h"

static ssize_t read_small(int dir, const char *name, char *buf, size_t size);

/* The letter that /proc/TID/stat has after the name, which may contain anything. */
static char state_of(int dir)
{
	char buf[1024], *after;

	if (read_small(dir, "stat", buf, sizeof(buf)) < 0)
		return 0;
	after = strrchr(buf, ')');
	return after && after[1] ? after[2] : 0;
}

static bool has_ended(int dir)
{
	char state = state_of(dir);

	return state == 'Z' || state == 'X';
}

/*
 * A process goes on without its first thread, whose directory then shows no memory, no
 * descriptors and no namespaces. That of any other thread does, though readdir(3)
 * does not list it in /proc. Kernel threads and zombies have no program either: what
 * is asked first tells them from the many others at the price of one call.
 */
static int open_other_thread(int proc, int leader, pid_t pid)
{
	int tasks = openat(leader, "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *threads = tasks < 0 ? NULL : fdopendir(tasks);
	struct dirent *entry;
	int dir = -1;

	if (!threads) {
		if (tasks >= 0)
			close(tasks);
		return -1;
	}
	while (dir < 0 && (entry = readdir(threads))) {
		if (!isdigit((unsigned char)entry->d_name[0]) ||
		    atoi(entry->d_name) == pid)
			continue;
		dir = openat(proc, entry->d_name,
			     O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (dir >= 0 && has_ended(dir)) {
			close(dir);
			dir = -1;
		}
	}
	closedir(threads);
	return dir;
}

static int open_process(int proc, pid_t pid)
{
	char name[16], byte;
	int dir, other;

	snprintf(name, sizeof(name), "%d", pid);
	dir = openat(proc, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return -errno;
	if (readlinkat(dir, "exe", &byte, 1) >= 0 || errno != ENOENT ||
	    !has_ended(dir))
		return dir;
	other = open_other_thread(proc, dir, pid);
	if (other < 0)
		return dir;
	close(dir);
	return other;
}

int procfs_each_process(int (*fn)(int dir, pid_t pid, void *arg), void *arg)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	int ret = 0;

	if (!proc)
		return -errno;
	while (!ret && (entry = readdir(proc))) {
		int dir;

		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		dir = open_process(dirfd(proc), atoi(entry->d_name));
		if (dir < 0)
			continue;
		ret = fn(dir, atoi(entry->d_name), arg);
		close(dir);
	}
	closedir(proc);
	return ret;
}

int procfs_open(pid_t pid)
{
	int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC), dir;

	if (proc < 0)
		return -errno;
	dir = open_process(proc, pid);
	close(proc);
	return dir;
}

pid_t procfs_thread(int dir)
{
	char buf[1024];

	return read_small(dir, "stat", buf, sizeof(buf)) < 0 ? -1 : atoi(buf);
}

/* Read a short file in one go: its length, NUL-terminated besides. */
static ssize_t read_small(int dir, const char *name, char *buf, size_t size)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	ssize_t len;

	if (fd < 0)
		return -errno;
	len = read(fd, buf, size - 1);
	if (len < 0)
		len = -errno;
	else
		buf[len] = '\0';
	close(fd);
	return len;
}

ssize_t procfs_comm(int dir, pid_t pid, char comm[PROC_COMM_MAX])
{
	char name[32];
	ssize_t len;

	/* That of the first thread, which keeps it when it has ended. */
	snprintf(name, sizeof(name), "task/%d/comm", pid);
	len = read_small(dir, name, comm, PROC_COMM_MAX);

	/* One newline is the file's; any other belongs to the name. */
	if (len > 0 && comm[len - 1] == '\n')
		comm[--len] = '\0';
	return len;
}

/* When the machine was started, by the wall clock as it goes now. */
static double boot_time(void)
{
	struct timespec real, boot;

	clock_gettime(CLOCK_REALTIME, &real);
	clock_gettime(CLOCK_BOOTTIME, &boot);
	return real.tv_sec - boot.tv_sec + (real.tv_nsec - boot.tv_nsec) / 1e9;
}

int procfs_stat(int dir, pid_t pid, struct proc_stat *stat)
{
	unsigned long long ticks;
	char name[32], buf[1024], *after;
	ssize_t len;

	stat->state = state_of(dir);
	/* The process began when its first thread did. */
	snprintf(name, sizeof(name), "task/%d/stat", pid);
	len = read_small(dir, name, buf, sizeof(buf));
	if (len < 0)
		return len;
	/* The name before it may contain anything, parentheses too. */
	after = strrchr(buf, ')');
	if (!after)
		return -EPROTO;
	/* From the third field, state, to the 22nd, starttime. */
	if (sscanf(after + 1, " %*c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s"
			      " %*s %*s %*s %*s %*s %*s %*s %*s %llu",
		   &ticks) != 1)
		return -EPROTO;
	stat->start = boot_time() + (double)ticks / sysconf(_SC_CLK_TCK);
	return 0;
}

int procfs_ipcns(int dir, ino_t *ino)
{
	struct stat st;

	if (fstatat(dir, "ns/ipc", &st, 0))
		return -errno;
	*ino = st.st_ino;
	return 0;
}

/*
 * /proc/sysvipc/shm names its columns in the first line; columns are found by
 * those names, so that one more in a later kernel does no harm.
 */
enum shm_column {
	COL_KEY, COL_SHMID, COL_PERMS, COL_SIZE, COL_CPID, COL_LPID, COL_NATTCH,
	COL_UID, COL_GID, COL_CUID, COL_CGID, COL_ATIME, COL_DTIME, COL_CTIME,
	COL_RSS, COL_SWAP, COL_MAX
};

static const char *const column_names[COL_MAX] = {
	[COL_KEY] = "key", [COL_SHMID] = "shmid", [COL_PERMS] = "perms",
	[COL_SIZE] = "size", [COL_CPID] = "cpid", [COL_LPID] = "lpid",
	[COL_NATTCH] = "nattch", [COL_UID] = "uid", [COL_GID] = "gid",
	[COL_CUID] = "cuid", [COL_CGID] = "cgid", [COL_ATIME] = "atime",
	[COL_DTIME] = "dtime", [COL_CTIME] = "ctime", [COL_RSS] = "rss",
	[COL_SWAP] = "swap",
};

/* More than any kernel has. */
#define FIELDS_MAX	32

static int split_fields(char *line, char *fields[FIELDS_MAX])
{
	char *save, *field = strtok_r(line, " \n", &save);
	int n = 0;

	while (field && n < FIELDS_MAX) {
		fields[n++] = field;
		field = strtok_r(NULL, " \n", &save);
	}
	return n;
}

static int parse_shm_head(char *line, int place[COL_MAX])
{
	char *fields[FIELDS_MAX];
	int n = split_fields(line, fields);

	for (int col = 0; col < COL_MAX; col++) {
		place[col] = -1;
		for (int i = 0; i < n; i++)
			if (!strcmp(fields[i], column_names[col]))
				place[col] = i;
		if (place[col] < 0)
			return -EPROTO;
	}
	return 0;
}

static int parse_shm_line(char *line, const int place[COL_MAX],
			  struct proc_shm *shm)
{
	char *fields[FIELDS_MAX];
	uint64_t v[COL_MAX];
	int n = split_fields(line, fields);

	for (int col = 0; col < COL_MAX; col++) {
		const char *text;

		if (place[col] >= n)
			return -EPROTO;
		text = fields[place[col]];
		/* The key is printed as a signed number. */
		v[col] = text[0] == '-' ? (uint64_t)strtoll(text, NULL, 10) :
			 strtoull(text, NULL, col == COL_PERMS ? 8 : 10);
	}
	*shm = (struct proc_shm) {
		.shmid = v[COL_SHMID], .key = v[COL_KEY], .mode = v[COL_PERMS],
		.size = v[COL_SIZE], .nattch = v[COL_NATTCH],
		.rss = v[COL_RSS], .swap = v[COL_SWAP],
		.cpid = v[COL_CPID], .lpid = v[COL_LPID],
		.uid = v[COL_UID], .cuid = v[COL_CUID],
		.gid = v[COL_GID], .cgid = v[COL_CGID],
		.atime = v[COL_ATIME], .dtime = v[COL_DTIME],
		.ctime = v[COL_CTIME],
	};
	return 0;
}

int procfs_each_shm(int (*fn)(const struct proc_shm *shm, void *arg),
		    void *arg)
{
	/* The namespace is that of whoever opens, at that time. */
	FILE *table = fopen("/proc/sysvipc/shm", "re");
	int place[COL_MAX], ret = 0;
	char *line = NULL;
	size_t size = 0;

	if (!table)
		return -errno;
	if (getline(&line, &size, table) > 0)
		ret = parse_shm_head(line, place);
	else
		ret = -EPROTO;
	while (!ret && getline(&line, &size, table) > 0) {
		struct proc_shm shm;

		ret = parse_shm_line(line, place, &shm);
		if (!ret)
			ret = fn(&shm, arg);
	}
	free(line);
	fclose(table);
	return ret;
}
