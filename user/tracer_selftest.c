// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whether each hook fires. A hook may be attached and yet never run, where the
 * compiler has inlined its function.
 *
 * Calls that fail and change nothing show it for the four calls. For the rest a
 * segment must live and die: that of a child, in an IPC namespace of its own, in
 * which nobody else sees it and no id is used up.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tracer_internal.h"

/* A segment of two pages: split, protected, inherited, dropped and destroyed. */
static void live_a_life(void)
{
	size_t page = getpagesize();
	int shmid = shmget(IPC_PRIVATE, 2 * page, 0600);
	char *addr = shmat(shmid, NULL, 0);
	pid_t pid;

	if (addr != (void *)-1) {
		munmap(addr, page);
		mprotect(addr + page, page, PROT_READ);
		pid = fork();
		if (!pid)
			_exit(0);
		waitpid(pid, NULL, 0);
		shmdt(addr);
	}
	shmctl(shmid, IPC_RMID, NULL);
}

/* A memfd of two pages: made, sized, mapped, split, inherited, dropped. */
static void live_as_memfd(void)
{
	size_t page = getpagesize();
	int fd = memfd_create("shmviz", MFD_CLOEXEC);
	char *addr;

	if (fd < 0 || ftruncate(fd, 2 * page))
		return;
	addr = mmap(NULL, 2 * page, PROT_READ, MAP_SHARED, fd, 0);
	if (addr != MAP_FAILED) {
		munmap(addr, page);
		munmap(addr + page, page);
	}
	close(fd);
}

#ifdef __x86_64__
/* Any process can make a 32-bit call, if the kernel takes them. */
static long call_ia32(long nr, long bx, long cx, long dx, long di)
{
	long ret;

	asm volatile("int $0x80" : "=a" (ret)
		     : "a" (nr), "b" (bx), "c" (cx), "d" (dx), "S" (0), "D" (di)
		     : "memory", "r8", "r9", "r10", "r11");
	return ret;
}

/* Each by its own number, and by ipc(2). Killed, or 1, if there are none. */
static void call_compat(void)
{
	pid_t pid = fork();

	if (pid) {
		waitpid(pid, NULL, 0);
		return;
	}
	if ((int)call_ia32(395, IPC_PRIVATE, 0, 0, 0) == -ENOSYS)
		_exit(1);
	call_ia32(397, -1, 0, 0, 0);
	call_ia32(398, 1, 0, 0, 0);
	call_ia32(396, -1, IPC_STAT, 0, 0);
	call_ia32(117, 23, IPC_PRIVATE, 0, 0);
	call_ia32(117, 21, -1, 0, 0);
	call_ia32(117, 22, 0, 0, 1);
	call_ia32(117, 24, -1, IPC_STAT, 0);
	_exit(0);
}
#else
static void call_compat(void)
{
}
#endif

/* The namespace in which the child is alone; 0 if it could get none. */
static uint32_t enter_namespace(void)
{
	struct stat st;

	if ((unshare(CLONE_NEWIPC) && unshare(CLONE_NEWUSER | CLONE_NEWIPC)) ||
	    stat("/proc/self/ns/ipc", &st))
		return 0;
	return st.st_ino;
}

static void run_child(int out, int in)
{
	uint32_t ns = enter_namespace();
	char byte;

	signal(SIGINT, SIG_IGN);
	if (write(out, &ns, sizeof(ns)) != sizeof(ns) || !ns ||
	    read(in, &byte, 1) != 1)
		_exit(0);
	live_a_life();
	live_as_memfd();
	call_compat();
	_exit(0);
}

/* The programs count what happens in its namespace as ours. */
static void try_in_child(struct tracer *t)
{
	int up[2], down[2];
	uint32_t ns = 0;
	pid_t pid;

	if (pipe(up))
		return;
	if (pipe(down))
		goto out_up;
	fflush(NULL);
	pid = fork();
	if (!pid) {
		close(down[1]);
		run_child(up[1], down[0]);
	}
	if (pid > 0 && read(up[0], &ns, sizeof(ns)) == sizeof(ns) && ns) {
		t->skel->bss->probe_ns = ns;
		if (write(down[1], "", 1) != 1)
			kill(pid, SIGKILL);
	}
	if (pid > 0)
		waitpid(pid, NULL, 0);
	t->skel->bss->probe_ns = 0;
	close(down[0]);
	close(down[1]);
out_up:
	close(up[0]);
	close(up[1]);
}

static void note_fired(struct tracer *t, const struct rec_counts *before,
		       const struct rec_counts *after)
{
	bool lived = after[KIND_SHMDT].self > before[KIND_SHMDT].self + 1;
	bool has_compat = false;

	for (int kind = 0; kind < KIND_MAX; kind++)
		if (kind < KIND_CALLS || lived)
			t->fired[kind] = after[kind].self > before[kind].self ?
					 SELFTEST_FIRED : SELFTEST_SILENT;
	/* All of them silent: this kernel takes no 32-bit calls. */
	for (int kind = 0; kind < KIND_CALLS; kind++)
		has_compat |= after[kind].compat > before[kind].compat;
	for (int kind = 0; kind < KIND_CALLS && has_compat; kind++)
		t->compat[kind] = after[kind].compat >= before[kind].compat + 2 ?
				  SELFTEST_FIRED : SELFTEST_SILENT;
}

int tracer_selftest(struct tracer *t)
{
	static const char *const names[KIND_CALLS] = {
		"shmget", "shmat", "shmdt", "shmctl",
	};
	struct rec_counts before[KIND_MAX], after[KIND_MAX];

	if (tracer_counts(t, before))
		return -EIO;
	shmget(IPC_PRIVATE, 0, 0);
	shmat(-1, NULL, 0);
	shmdt((void *)1);
	shmctl(-1, IPC_STAT, NULL);
	try_in_child(t);
	if (tracer_counts(t, after))
		return -EIO;
	note_fired(t, before, after);
	for (int kind = 0; kind < KIND_CALLS; kind++) {
		if (t->fired[kind] == SELFTEST_SILENT) {
			snprintf(t->why, sizeof(t->why),
				 "the hook on %s does not fire", names[kind]);
			return -ENOTSUP;
		}
	}
	return 0;
}
