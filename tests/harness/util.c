// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util.h"

static bool failed;

bool util_expect(bool ok, const char *what, const char *file, int line)
{
	if (!ok) {
		ksft_print_msg("%s:%d: not so: %s (errno %s)\n", file, line,
			       what, strerrorname_np(errno));
		failed = true;
	}
	return ok;
}

bool util_expect_errno(long ret, const char *what, int err, const char *file,
		       int line)
{
	int got = ret < 0 ? errno : 0;

	if (got != err) {
		ksft_print_msg("%s:%d: %s: %s, expected %s\n", file, line, what,
			       strerrorname_np(got), strerrorname_np(err));
		failed = true;
	}
	return got == err;
}

bool util_expect_eq(uint64_t a, uint64_t b, const char *what, const char *file,
		    int line)
{
	if (a != b) {
		ksft_print_msg("%s:%d: %s: %" PRIu64 " (%#" PRIx64 ") is not %"
			       PRIu64 " (%#" PRIx64 ")\n", file, line, what,
			       a, a, b, b);
		failed = true;
	}
	return a == b;
}

bool util_result_ok(void)
{
	bool ok = !failed;

	failed = false;
	return ok;
}

int util_open_object(int dev, uint32_t kind, int id)
{
	struct shmviz_open arg = { .kind = kind, .id = id, .ns_fd = -1 };

	return ioctl(dev, SHMVIZ_OPEN, &arg);
}

int util_open_segment(int dev, int shmid)
{
	int obj = util_open_object(dev, SHMVIZ_KIND_SEGMENT, shmid);

	if (obj < 0)
		ksft_exit_fail_msg("SHMVIZ_OPEN of %d: %s\n", shmid,
				   strerror(errno));
	return obj;
}

int util_frames(int obj, uint64_t first, uint64_t count,
		struct shmviz_frame *frames)
{
	struct shmviz_frames arg = {
		.first = first, .count = count, .buf = (uintptr_t)frames,
	};

	return ioctl(obj, SHMVIZ_FRAMES, &arg) ? -1 : (int)arg.count;
}

bool util_same_frames(const struct shmviz_frame *a,
		      const struct shmviz_frame *b, int n)
{
	for (int i = 0; i < n; i++)
		if (a[i].state != b[i].state || a[i].pfn != b[i].pfn ||
		    a[i].order != b[i].order ||
		    a[i].swap_type != b[i].swap_type ||
		    a[i].swap_offset != b[i].swap_offset)
			return false;
	return true;
}

int util_rmmod(void)
{
	return syscall(SYS_delete_module, "shmviz", O_NONBLOCK);
}

static int module_path(char *path, size_t size)
{
	const char *ko = getenv("SHMVIZ_KO");
	struct utsname uts;
	char self[256];
	ssize_t len;

	if (ko)
		return snprintf(path, size, "%s", ko);
	len = readlink("/proc/self/exe", self, sizeof(self) - 1);
	if (len < 0 || uname(&uts))
		return -1;
	self[len] = '\0';
	*strrchr(self, '/') = '\0';
	return snprintf(path, size, "%s/../kmod/%s/shmviz.ko", self,
			uts.release);
}

int util_insmod(const char *params)
{
	char path[512];
	int fd, ret, err;

	if (module_path(path, sizeof(path)) < 0)
		return -1;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	ret = syscall(SYS_finit_module, fd, params, 0);
	err = errno;
	close(fd);
	errno = err;
	return ret;
}

int util_segment(size_t size, int flags)
{
	int shmid = shmget(IPC_PRIVATE, size, IPC_CREAT | 0600 | flags);

	if (shmid < 0)
		ksft_exit_fail_msg("shmget of %zu bytes: %s\n", size,
				   strerror(errno));
	return shmid;
}

void *util_attach(int shmid, int flags)
{
	void *addr = shmat(shmid, NULL, flags);

	if (addr == (void *)-1)
		ksft_exit_fail_msg("shmat of %d: %s\n", shmid, strerror(errno));
	return addr;
}

bool util_shm(int shmid, struct util_shm *shm)
{
	FILE *file = fopen("/proc/sysvipc/shm", "re");
	bool found = false;
	char line[512];

	if (!file)
		ksft_exit_fail_msg("/proc/sysvipc/shm: %s\n", strerror(errno));
	while (!found && fgets(line, sizeof(line), file))
		found = sscanf(line, "%d %d %o %" SCNu64 " %d %d %" SCNu64
			" %*u %*u %*u %*u %" SCNu64 " %" SCNu64 " %" SCNu64
			" %" SCNu64 " %" SCNu64, &shm->key, &shm->shmid,
			(unsigned int *)&shm->perms, &shm->size, &shm->cpid,
			&shm->lpid, &shm->nattch, &shm->atime, &shm->dtime,
			&shm->ctime, &shm->rss, &shm->swap) == 12 &&
			shm->shmid == shmid;
	fclose(file);
	return found;
}

int util_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), err;
	ssize_t n = fd < 0 ? -1 : write(fd, text, strlen(text));

	err = errno;
	if (fd >= 0)
		close(fd);
	errno = err;
	return n < 0 ? -1 : 0;
}

long util_shmem_kib(void)
{
	FILE *file = fopen("/proc/meminfo", "re");
	char line[128];
	long kib = -1;

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "Shmem: %ld", &kib) == 1)
			break;
	if (file)
		fclose(file);
	return kib;
}

static uint64_t read_u64_at(const char *path, uint64_t index)
{
	uint64_t value;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || pread(fd, &value, 8, index * 8) != 8)
		ksft_exit_fail_msg("%s, entry %#" PRIx64 ": %s\n", path, index,
				   strerror(errno));
	close(fd);
	return value;
}

uint64_t util_pagemap(pid_t pid, const void *addr)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/pagemap", pid);
	return read_u64_at(path, (uintptr_t)addr / getpagesize());
}

uint64_t util_kpage(const char *file, uint64_t pfn)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%s", file);
	return read_u64_at(path, pfn);
}

/* The path of swap area `type`; they are listed in the order of their types. */
static bool swap_path(unsigned int type, char path[256])
{
	FILE *file = fopen("/proc/swaps", "re");
	char line[512];
	bool found = false;

	for (unsigned int i = 0; file && fgets(line, sizeof(line), file); i++)
		if (i == type + 1)
			found = sscanf(line, "%255s", path) == 1;
	if (file)
		fclose(file);
	return found;
}

bool util_swap_slot(unsigned int type, uint64_t offset, void *slot)
{
	static _Alignas(UTIL_SLOT_SIZE) char block[UTIL_SLOT_SIZE];
	char path[256];
	ssize_t len;
	int fd;

	if (!swap_path(type, path))
		return false;
	fd = open(path, O_RDONLY | O_DIRECT | O_CLOEXEC);
	if (fd < 0)
		return false;
	len = pread(fd, block, sizeof(block), offset * sizeof(block));
	close(fd);
	memcpy(slot, block, sizeof(block));
	return len == sizeof(block);
}

/*
 * Where children wait for their end. Another child that kept a copy would keep
 * them from seeing it.
 */
static int child_ends[16];
static int n_child_ends;

static void forget_child_end(int fd)
{
	for (int i = 0; i < n_child_ends; i++)
		if (child_ends[i] == fd)
			child_ends[i--] = child_ends[--n_child_ends];
}

void util_child(struct util_child *child, int (*fn)(void *), void *arg)
{
	int ready[2], end[2], ret;
	char byte;

	if (pipe2(ready, O_CLOEXEC) || pipe2(end, O_CLOEXEC))
		ksft_exit_fail_msg("pipe: %s\n", strerror(errno));
	fflush(stdout);
	child->pid = fork();
	if (child->pid < 0)
		ksft_exit_fail_msg("fork: %s\n", strerror(errno));
	if (!child->pid) {
		close(ready[0]);
		close(end[1]);
		while (n_child_ends)
			close(child_ends[--n_child_ends]);
		ret = fn(arg);
		if (write(ready[1], "", 1) != 1 || read(end[0], &byte, 1))
			ret = 99;
		_exit(ret);
	}
	close(ready[1]);
	close(end[0]);
	child->ready = ready[0];
	child->end = end[1];
	if (n_child_ends == sizeof(child_ends) / sizeof(*child_ends))
		ksft_exit_fail_msg("too many children\n");
	child_ends[n_child_ends++] = end[1];
	if (read(child->ready, &byte, 1) != 1)
		ksft_print_msg("child %d ended early\n", child->pid);
}

int util_child_end(struct util_child *child)
{
	int status;

	forget_child_end(child->end);
	close(child->end);
	close(child->ready);
	if (waitpid(child->pid, &status, 0) != child->pid)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
