// SPDX-License-Identifier: GPL-2.0-or-later
/* Processes: descriptors passed, forks, execs, failed forks, namespaces that end. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../harness/scm.h"
#include "fuzz.h"
#include "pass.h"

int fuzz_sockets[2];

/* A device's, an object's, or that of a file; the queue keeps it meanwhile. */
static bool send_fd(void)
{
	struct fuzz_thing *thing = fuzz_some_thing();
	int fd;

	switch (fuzz_rnd(3)) {
	case 0:
		fd = fuzz_dev;
		break;
	case 1:
		fd = fuzz_some_object();
		break;
	default:
		fd = thing ? thing->fd : -1;
	}
	return fd >= 0 && !scm_send(fuzz_sockets[0], fd);
}

static void receive(int fd)
{
	char path[64], name[128] = "";

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (readlink(path, name, sizeof(name) - 1) < 0)
		name[0] = '\0';
	if (!strcmp(name, "anon_inode:[shmviz]")) {
		fuzz_keep_object(fd);
	} else if (!strcmp(name, SHMVIZ_DEVICE)) {
		if (fuzz_dev >= 0)
			close(fuzz_dev);
		fuzz_dev = fd;
	} else {
		fuzz_adopt(fd);
	}
}

static bool receive_fd(void)
{
	int fd = scm_receive(fuzz_sockets[1]);

	if (fd < 0)
		return false;
	receive(fd);
	return true;
}

void fuzz_drain_sockets(void)
{
	int fd;

	while ((fd = scm_receive(fuzz_sockets[1])) >= 0)
		close(fd);
}

/* A child that has all of ours, does a little and ends in one of many ways. */
static void child(void)
{
	static char *const argv[] = { "fuzz", "--end", NULL };
	struct fuzz_slot *slot;

	for (unsigned int n = fuzz_rnd(6); n; n--) {
		slot = fuzz_used_slot();
		if (slot)
			fuzz_map_op(slot);
	}
	switch (fuzz_rnd(5)) {
	case 0:
		execv("/proc/self/exe", argv);
		break;
	case 1:
		raise(SIGKILL);
		break;
	case 2:
		for (int i = 0; i < FUZZ_SLOTS; i++)
			munmap(fuzz_slots[i].addr, 4ul << 20);
		break;
	}
	_exit(0);
}

static pid_t fork_child(void (*run)(void))
{
	uint64_t seed = fuzz_rnd64();
	pid_t pid = fork();

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	fuzz_seed(seed);
	/* Threads were left behind: nothing answers faults here. */
	run();
	_exit(0);
}

static bool fork_and_end(void)
{
	pid_t pid = fork_child(child);
	int status;

	if (pid < 0)
		return false;
	if (fuzz_one_in(3))
		kill(pid, SIGKILL);
	return waitpid(pid, &status, 0) == pid;
}

/*
 * A fork that fails after the address space was copied: a cgroup for one process
 * has no place for a second one.
 */
static bool fork_fails(void)
{
	pid_t pid;

	if (!fuzz_cgroup[0] || !fuzz_one_in(2))
		return false;
	pid = fork_child(fuzz_fail_forks);
	return pid > 0 && waitpid(pid, NULL, 0) == pid;
}

/* A namespace whose segments nobody removes: they go with it, or stay open. */
static void in_namespace(void)
{
	struct shmviz_open arg = { .kind = SHMVIZ_KIND_SEGMENT, .ns_fd = -1 };
	int flags = fuzz_one_in(6) ? SHM_HUGETLB : 0;
	char *addr;
	int obj;

	if (unshare(CLONE_NEWIPC))
		_exit(1);
	arg.id = shmget(IPC_PRIVATE, 20 * fuzz_page, IPC_CREAT | 0600 | flags);
	addr = shmat(arg.id, fuzz_slots[0].addr, SHM_REMAP);
	if (addr != (void *)-1 && !flags)
		memset(addr, 1, 20 * fuzz_page);
	obj = ioctl(fuzz_dev, SHMVIZ_OPEN, &arg);
	fuzz_count(FUZZ_OPEN, obj);
	if (obj >= 0 && fuzz_one_in(2))
		scm_send(fuzz_sockets[0], obj);
	if (fuzz_one_in(4))
		shmctl(arg.id, IPC_RMID, NULL);
	_exit(0);
}

static bool end_namespace(void)
{
	int status;
	pid_t pid = fork_child(in_namespace);

	return pid > 0 && waitpid(pid, &status, 0) == pid && !status;
}

const struct fuzz_op fuzz_pass_ops[] = {
	{ "descriptors sent", send_fd, 8, false },
	{ "descriptors received", receive_fd, 6, false },
	{ "forks that exec, exit, are killed", fork_and_end, 6, false },
	{ "forks that fail", fork_fails, 4, true },
	{ "IPC namespaces that end", end_namespace, 4, false },
	{ 0 },
};
