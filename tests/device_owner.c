// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * SHMVIZ_SHARERS while forks fail: the process that an address space is made
 * for never comes to be, but a uprobe that is being registered keeps the
 * address space, and with it its mappings.
 *
 * A module for tests (SHMVIZ_DEBUG=y, or any of a kernel with KASAN) waits in
 * the narrow place. OWNER_FORKS=N: how many forks fail (300).
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/util.h"

#define DELAY	"/sys/module/shmviz/parameters/debug_owner_delay"
#define TRACING	"/sys/kernel/tracing/"
#define PROBE	TRACING "events/uprobes/shmviz_owner/enable"
#define FORKERS	3
#define LOOKERS	2
#define ROOM	512

/* Shared by all processes. */
struct counts {
	_Atomic uint64_t failed;	/* forks */
	_Atomic uint64_t calls, records, no_owner;
	_Atomic uint64_t toggles;
};

static struct counts *counts;
static int obj;

__attribute__((noinline, used)) int probed(int x)
{
	__asm__ volatile("");
	return x + 1;
}

/* Where probed() is in the file of this program; 0: not found. */
static unsigned long probed_offset(void)
{
	unsigned long start, end, offset, addr = (unsigned long)probed, at = 0;
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[512];

	while (maps && fgets(line, sizeof(line), maps))
		if (sscanf(line, "%lx-%lx %*s %lx", &start, &end, &offset) == 3 &&
		    start <= addr && addr < end)
			at = addr - start + offset;
	if (maps)
		fclose(maps);
	return at;
}

static bool make_probe(void)
{
	char self[256], text[512];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (len < 0)
		return false;
	self[len] = '\0';
	mount("tracefs", TRACING, "tracefs", 0, NULL);
	snprintf(text, sizeof(text), "p:shmviz_owner %s:0x%lx\n", self,
		 probed_offset());
	return !util_write(TRACING "uprobe_events", text);
}

static pid_t start(void (*fn)(void))
{
	pid_t pid = fork();

	if (pid < 0)
		ksft_exit_fail_msg("fork: %s\n", strerror(errno));
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			fn();
	}
	return pid;
}

/* In a pid namespace whose init has ended no fork succeeds: ENOMEM. */
static void fail_forks(void)
{
	pid_t child = fork(), init;

	if (!child) {
		if (unshare(CLONE_NEWPID))
			_exit(1);
		init = fork();
		if (!init)
			_exit(0);
		waitpid(init, NULL, 0);
		for (int i = 0; i < 400; i++) {
			pid_t pid = fork();

			if (!pid)
				_exit(0);
			counts->failed += pid < 0;
		}
		_exit(0);
	}
	waitpid(child, NULL, 0);
}

static void look(void)
{
	static struct shmviz_sharer recs[ROOM];
	struct shmviz_sharers arg = { .count = ROOM, .buf = (uintptr_t)recs };

	if (ioctl(obj, SHMVIZ_SHARERS, &arg))
		abort();
	counts->calls++;
	counts->records += arg.count;
	for (uint64_t i = 0; i < arg.count; i++)
		counts->no_owner += !!(recs[i].flags & SHMVIZ_SHARER_NO_OWNER);
}

static void toggle(void)
{
	if (util_write(PROBE, "1") || util_write(PROBE, "0"))
		abort();
	counts->toggles++;
}

static uint64_t forks_wanted(void)
{
	const char *text = getenv("OWNER_FORKS");

	return text && atoi(text) > 0 ? (uint64_t)atoi(text) : 300;
}

static bool all_alive(pid_t *pids, int n)
{
	for (int i = 0; i < n; i++)
		if (waitpid(pids[i], NULL, WNOHANG))
			return false;
	return true;
}

static void say_counts(void)
{
	ksft_print_msg("%ju forks failed, %ju calls with %ju records,"
		       " %ju of them without an owner, %ju toggles\n",
		       (uintmax_t)counts->failed, (uintmax_t)counts->calls,
		       (uintmax_t)counts->records, (uintmax_t)counts->no_owner,
		       (uintmax_t)counts->toggles);
}

static void run(bool probe)
{
	pid_t pids[FORKERS + LOOKERS + 1];
	uint64_t said = 0;
	int n = 0;

	fflush(stdout);
	for (int i = 0; i < FORKERS; i++)
		pids[n++] = start(fail_forks);
	for (int i = 0; i < LOOKERS; i++)
		pids[n++] = start(look);
	if (probe)
		pids[n++] = start(toggle);
	while (counts->failed < forks_wanted() || counts->no_owner < 10 ||
	       (probe && counts->toggles < 10)) {
		if (!expect(all_alive(pids, n)))
			break;
		/* On a slow machine too it can be seen to get on. */
		if (counts->failed / 100 != said) {
			said = counts->failed / 100;
			say_counts();
		}
		usleep(10000);
	}
	for (int i = 0; i < n; i++) {
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
	}
	say_counts();
}

int main(void)
{
	int dev = util_begin(1, UTIL_DEVICE), self;
	bool probe = make_probe(), delay = !util_write(DELAY, "2000");

	self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	obj = util_open_object(dev, SHMVIZ_KIND_FILE, self);
	counts = mmap(NULL, sizeof(*counts), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (obj < 0 || counts == MAP_FAILED)
		ksft_exit_fail_msg("the program itself: %s\n", strerror(errno));
	ksft_print_msg("%s uprobe, %s delay\n", probe ? "with a" : "no",
		       delay ? "with a" : "no");
	run(probe);
	if (delay)
		util_write(DELAY, "0");
	if (probe)
		util_write(TRACING "uprobe_events", "-:shmviz_owner\n");
	close(obj);
	close(self);
	close(dev);
	result("sharers of a program whose forks fail\n");
	util_finish();
}
