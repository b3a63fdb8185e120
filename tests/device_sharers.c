// SPDX-License-Identifier: GPL-2.0-or-later
/* SHMVIZ_SHARERS against /proc/PID/maps. */
#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/util.h"

#define PAGES	8
#define ROOM	64

static int dev;
static size_t page;
static struct shmviz_sharer sharers[ROOM];

static int read_sharers(int obj)
{
	struct shmviz_sharers arg = {
		.count = ROOM, .buf = (uintptr_t)sharers,
	};

	memset(sharers, 0xff, sizeof(sharers));
	if (ioctl(obj, SHMVIZ_SHARERS, &arg) || arg.count != arg.total)
		return -1;
	return arg.count;
}

static const struct shmviz_sharer *find(int n, pid_t pid, uint64_t start)
{
	for (int i = 0; i < n; i++)
		if (sharers[i].pid == pid && sharers[i].start == start)
			return &sharers[i];
	return NULL;
}

/* The mappings of a segment that a process's maps has; each must be reported. */
static int expect_maps(int n, pid_t pid, int shmid)
{
	char path[64], line[512], perms[5];
	uint64_t start, end, offset;
	const struct shmviz_sharer *s;
	unsigned long inode;
	int found = 0;
	FILE *maps;

	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	maps = fopen(path, "re");
	while (maps && fgets(line, sizeof(line), maps)) {
		if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s %" SCNx64
			   " %*s %lu", &start, &end, perms, &offset,
			   &inode) != 5 || !strstr(line, "/SYSV") ||
		    inode != (unsigned long)shmid)
			continue;
		found++;
		s = find(n, pid, start);
		if (!expect(s))
			continue;
		expect_eq(s->end, end);
		expect_eq(s->first, offset / page);
		expect_eq(!!(s->flags & SHMVIZ_SHARER_READ), perms[0] == 'r');
		expect_eq(!!(s->flags & SHMVIZ_SHARER_WRITE), perms[1] == 'w');
		expect_eq(!!(s->flags & SHMVIZ_SHARER_EXEC), perms[2] == 'x');
		expect_eq(!!(s->flags & SHMVIZ_SHARER_SHARED), perms[3] == 's');
	}
	if (maps)
		fclose(maps);
	return found;
}

static int just_wait(void *arg)
{
	(void)arg;
	return 0;
}

static void test_processes(void)
{
	int shmid = util_segment(PAGES * page, 0), obj = util_open_segment(dev, shmid), n;
	struct util_child child;
	char *addr;

	expect_eq(read_sharers(obj), 0);
	addr = util_attach(shmid, 0);
	util_attach(shmid, SHM_RDONLY);
	util_attach(shmid, SHM_EXEC);
	/* A hole in the middle makes two of one. */
	munmap(addr + 3 * page, page);
	mprotect(addr, page, PROT_NONE);
	util_child(&child, just_wait, NULL);
	n = read_sharers(obj);
	expect_eq(n, 10);
	expect_eq(expect_maps(n, getpid(), shmid), 5);
	expect_eq(expect_maps(n, child.pid, shmid), 5);
	expect_eq(util_child_end(&child), 0);
	expect_eq(read_sharers(obj), 5);
	close(obj);
	shmctl(shmid, IPC_RMID, NULL);
	result("twice in one process, split, inherited by fork: as in maps\n");
}

static int in_pid_namespace(void *arg)
{
	return util_attach(*(int *)arg, 0) ? 0 : 1;
}

static int look_from_inside(void *arg)
{
	int n = read_sharers(*(int *)arg);

	/* As pid 1 of its own namespace, it sees itself and hides the parent. */
	if (n != 2)
		return 1;
	for (int i = 0; i < n; i++)
		if (sharers[i].pid != 1 &&
		    (sharers[i].pid || !(sharers[i].flags & SHMVIZ_SHARER_OTHER_NS)))
			return 2;
	return find(n, 1, sharers[0].pid == 1 ? sharers[0].start :
						sharers[1].start) ? 0 : 3;
}

static void test_pid_namespace(void)
{
	int shmid = util_segment(PAGES * page, 0), obj = util_open_segment(dev, shmid), n;
	struct util_child child;
	int self = open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC);

	util_attach(shmid, 0);
	expect(!unshare(CLONE_NEWPID));
	util_child(&child, look_from_inside, &obj);
	n = read_sharers(obj);
	expect_eq(n, 2);
	expect_eq(expect_maps(n, child.pid, shmid), 1);
	expect_eq(util_child_end(&child), 0);
	expect(!setns(self, CLONE_NEWPID));
	util_child(&child, in_pid_namespace, &shmid);
	expect_eq(read_sharers(obj), 3);
	util_child_end(&child);
	close(self);
	close(obj);
	shmctl(shmid, IPC_RMID, NULL);
	result("pids are those of the caller's pid namespace\n");
}

static void test_room(void)
{
	struct shmviz_sharers arg = { .buf = (uintptr_t)sharers };
	int shmid = util_segment(page, 0), obj = util_open_segment(dev, shmid);

	for (int i = 0; i < 5; i++)
		util_attach(shmid, 0);
	memset(sharers, 0xff, sizeof(sharers));
	arg.count = 2;
	expect(!ioctl(obj, SHMVIZ_SHARERS, &arg));
	expect_eq(arg.count, 2);
	expect_eq(arg.total, 5);
	expect(sharers[1].pid == getpid());
	expect_eq(sharers[2].start, UINT64_MAX);
	arg.count = 0;
	arg.buf = 0;
	expect(!ioctl(obj, SHMVIZ_SHARERS, &arg));
	expect_eq(arg.total, 5);
	/* A claim that no memory could meet. */
	arg.count = UINT64_MAX;
	arg.buf = (uintptr_t)sharers;
	expect(!ioctl(obj, SHMVIZ_SHARERS, &arg));
	expect_eq(arg.count, 5);

	arg.flags = 1;
	expect_errno(ioctl(obj, SHMVIZ_SHARERS, &arg), EINVAL);
	arg.flags = 0;
	arg.pad = 1;
	expect_errno(ioctl(obj, SHMVIZ_SHARERS, &arg), EINVAL);
	arg.pad = 0;
	arg.buf = 0;
	expect_errno(ioctl(obj, SHMVIZ_SHARERS, &arg), EFAULT);
	expect_errno(ioctl(obj, SHMVIZ_SHARERS, NULL), EFAULT);
	close(obj);
	shmctl(shmid, IPC_RMID, NULL);
	result("less room than sharers, none, too much; bad arguments\n");
}

static void churn(int shmid)
{
	for (;;) {
		pid_t pid = fork();

		if (!pid) {
			shmdt(util_attach(shmid, 0));
			_exit(0);
		}
		waitpid(pid, NULL, 0);
	}
}

/* Processes come and go: no record is nonsense, ours is always among them. */
static void test_churn(void)
{
	int shmid = util_segment(page, 0), obj = util_open_segment(dev, shmid), n;
	void *addr = util_attach(shmid, 0);
	pid_t pids[4];

	fflush(stdout);
	for (int i = 0; i < 4; i++) {
		pids[i] = fork();
		if (!pids[i])
			churn(shmid);
	}
	for (int round = 0; round < 2000; round++) {
		n = read_sharers(obj);
		if (!expect(n >= 1 && find(n, getpid(), (uintptr_t)addr)))
			break;
		for (int i = 0; i < n; i++)
			if (!expect(sharers[i].pid > 0 || sharers[i].flags &
				    SHMVIZ_SHARER_NO_OWNER) ||
			    !expect_eq(sharers[i].end - sharers[i].start, page))
				round = 2000;
	}
	for (int i = 0; i < 4; i++) {
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
	}
	close(obj);
	shmctl(shmid, IPC_RMID, NULL);
	result("while processes fork, attach, detach and exit\n");
}

int main(void)
{
	page = getpagesize();
	dev = util_begin(4, UTIL_DEVICE);
	test_processes();
	test_pid_namespace();
	test_room();
	test_churn();
	close(dev);
	util_finish();
}
