// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Everything at once: segments that are made, touched, punched, paged out,
 * forked, marked and left behind with their namespace, while others look at
 * them through every call, map views, and load and unload the module.
 *
 * STRESS_SECS=N: how long (60).
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness/util.h"

#define SLOTS		16
#define PAGES_MAX	600	/* some larger than a huge page */
#define WORKERS_MAX	32

/* Shared by all workers. */
struct shared {
	_Atomic int slots[SLOTS];	/* shmid + 1; 0: none */
	_Atomic bool stop;
	_Atomic bool quiet;		/* open nothing new */
	_Atomic uint64_t done[WORKERS_MAX]; /* rounds that did their work */
};

static struct shared *shared;
static size_t page;
static unsigned int seed;

static unsigned int rnd(unsigned int n)
{
	return rand_r(&seed) % n;
}

static int some_shmid(void)
{
	return shared->slots[rnd(SLOTS)] - 1;
}

static bool make_segment(void)
{
	int slot = rnd(SLOTS), shmid, old;

	shmid = shmget(IPC_PRIVATE, (1 + rnd(PAGES_MAX)) * page, 0600);
	if (shmid < 0)
		return false;
	/*
	 * Locked while it is empty or never: 6.12's own shmem_writepage warns
	 * when SHM_LOCK meets a page that is just being written out, with or
	 * without shmviz.
	 */
	if (!rnd(8))
		shmctl(shmid, SHM_LOCK, NULL);
	old = atomic_exchange(&shared->slots[slot], shmid + 1);
	if (old)
		shmctl(old - 1, IPC_RMID, NULL);
	return true;
}

/* Attaches some segment and does to it what programs do. */
static bool use_segment(void)
{
	int shmid = some_shmid();
	char *addr = shmid < 0 ? (void *)-1 : shmat(shmid, NULL, 0);
	struct shmid_ds ds;
	size_t pages;

	if (addr == (void *)-1)
		return false;
	if (!shmctl(shmid, IPC_STAT, &ds)) {
		pages = ds.shm_segsz / page;
		for (int i = 0; i < 40; i++)
			addr[rnd(pages) * page] = i;
		if (!rnd(4))
			madvise(addr, pages * page, MADV_PAGEOUT);
		if (!rnd(4))
			madvise(addr + rnd(pages) * page, page, MADV_REMOVE);
		if (!rnd(8))
			shmctl(shmid, SHM_UNLOCK, NULL);
	}
	shmdt(addr);
	return true;
}

static bool fork_and_exit(void)
{
	int shmid = some_shmid();
	char *addr = shmid < 0 ? (void *)-1 : shmat(shmid, NULL, 0);
	pid_t pid;

	pid = fork();
	if (!pid) {
		if (addr != (void *)-1)
			addr[0] = 1;
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	if (addr != (void *)-1)
		shmdt(addr);
	return pid > 0 && addr != (void *)-1;
}

/* A namespace whose segments nobody removes: they go with it. */
static bool leave_namespace(void)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		char *addr;

		if (unshare(CLONE_NEWIPC))
			_exit(1);
		addr = shmat(shmget(IPC_PRIVATE, 20 * page, 0600), NULL, 0);
		if (addr == (void *)-1)
			_exit(1);
		memset(addr, 1, 20 * page);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	return !status;
}

/* Any one of all on the kernel's own mount, many of which are about to go. */
static int open_listed(int dev)
{
	static struct shmviz_listed recs[64];
	struct shmviz_list list = { .count = 64, .buf = (uintptr_t)recs };
	struct shmviz_open arg = { .kind = SHMVIZ_KIND_INODE, .ns_fd = -1 };
	int fs = memfd_create("fs", MFD_CLOEXEC), obj = -1;
	const struct shmviz_listed *rec;

	list.fd = arg.id = fs;
	if (ioctl(dev, SHMVIZ_LIST, &list))
		abort();
	if (list.count) {
		rec = &recs[rnd(list.count)];
		arg.ino = rec->ino;
		arg.generation = rec->generation;
		obj = ioctl(dev, SHMVIZ_OPEN, &arg);
	}
	close(fs);
	return obj;
}

static int open_some(int dev)
{
	struct shmviz_open arg = { .ns_fd = -1 };
	int shmid, fd, obj;

	if (!rnd(8)) {
		arg.kind = SHMVIZ_KIND_BOARD;
		return ioctl(dev, SHMVIZ_OPEN, &arg);
	}
	if (!rnd(8)) {
		fd = memfd_create("stress", MFD_CLOEXEC);
		if (ftruncate(fd, 50 * page) || pwrite(fd, "x", 1, 7 * page) < 0)
			obj = -1;
		arg.kind = SHMVIZ_KIND_FILE;
		arg.id = fd;
		obj = ioctl(dev, SHMVIZ_OPEN, &arg);
		close(fd);
		return obj;
	}
	if (!rnd(8))
		return open_listed(dev);
	shmid = some_shmid();
	arg.kind = SHMVIZ_KIND_SEGMENT;
	/* Now and then one that is not there. */
	arg.id = rnd(16) ? shmid : shmid + (int)rnd(100000);
	return ioctl(dev, SHMVIZ_OPEN, &arg);
}

static void look_at_view(int obj, uint64_t pages)
{
	char *view = mmap(NULL, pages * page, PROT_READ, MAP_SHARED, obj, 0);
	int null;

	if (view == MAP_FAILED)
		return;
	null = open("/dev/shm/stress", O_WRONLY | O_CREAT | O_TRUNC, 0600);
	for (int i = 0; i < 20; i++)
		if (pwrite(null, view + rnd(pages) * page, page, 0) < 0 &&
		    errno != EFAULT)
			abort();
	close(null);
	munmap(view, pages * page);
}

/* Every call, on an object that may change or go meanwhile. */
static bool look(void)
{
	static struct shmviz_frame frames[PAGES_MAX];
	static struct shmviz_sharer sharers[64];
	struct shmviz_sharers who = { .count = 64, .buf = (uintptr_t)sharers };
	struct shmviz_info info;
	int dev, obj, n;

	if (shared->quiet)
		usleep(500);
	else
		sched_yield();
	dev = shared->quiet ? -1 : open(SHMVIZ_DEVICE, O_RDWR | O_CLOEXEC);
	if (dev < 0)
		return false;
	obj = open_some(dev);
	close(dev);
	if (obj < 0)
		return false;
	if (ioctl(obj, SHMVIZ_INFO, &info) || ioctl(obj, SHMVIZ_SHARERS, &who))
		abort();
	n = util_frames(obj, 0, PAGES_MAX, frames);
	if (n < 0 || info.present + info.swapped + info.holes != info.pages)
		abort();
	for (int i = 0; i < n; i++)
		if (frames[i].state == SHMVIZ_STATE_PRESENT && !frames[i].pfn)
			abort();
	if (info.flags & SHMVIZ_INFO_VIEW && info.pages)
		look_at_view(obj, info.pages);
	close(obj);
	return true;
}

/*
 * With others at it all the time it would hardly ever be unused: every other
 * time they are asked to open nothing new, while what they have open goes on.
 */
static bool reload(void)
{
	bool done = false;

	shared->quiet = rnd(2);
	for (int tries = 0; !done && !shared->stop && tries < 300; tries++) {
		done = !util_rmmod();
		if (!done)
			usleep(1000);
	}
	if (done && util_insmod(rnd(4) ? "allow_view=1" : ""))
		abort();
	shared->quiet = false;
	usleep(20000);
	return done;
}

static const struct {
	const char *name;
	bool (*work)(void);
	int workers;
} kinds[] = {
	{ "segments made and removed", make_segment, 1 },
	{ "segments touched, punched, paged out", use_segment, 2 },
	{ "forks and exits while attached", fork_and_exit, 1 },
	{ "namespaces left behind", leave_namespace, 1 },
	{ "objects looked at by every call", look, 3 },
	{ "rmmod and insmod", reload, 1 },
};
#define KINDS	(int)(sizeof(kinds) / sizeof(*kinds))

static void worker(int kind, int number)
{
	seed = number * 7919 + 1;
	while (!shared->stop)
		if (kinds[kind].work())
			shared->done[number]++;
	_exit(0);
}

static unsigned int seconds(void)
{
	const char *text = getenv("STRESS_SECS");

	return text && atoi(text) > 0 ? atoi(text) : 60;
}

static void run_all(void)
{
	pid_t pids[WORKERS_MAX];
	int n = 0, status;

	fflush(stdout);
	for (int k = 0; k < KINDS; k++) {
		for (int i = 0; i < kinds[k].workers; i++, n++) {
			pids[n] = fork();
			if (!pids[n])
				worker(k, n);
		}
	}
	for (unsigned int left = seconds(); left; left = sleep(left))
		;
	shared->stop = true;
	for (int i = 0; i < n; i++) {
		waitpid(pids[i], &status, 0);
		expect_eq(status, 0);
	}
	result("no worker failed in %u seconds\n", seconds());
}

/* Work that was never done would prove nothing. */
static void report_done(void)
{
	int n = 0;

	for (int k = 0; k < KINDS; k++) {
		uint64_t done = 0;

		for (int i = 0; i < kinds[k].workers; i++)
			done += shared->done[n++];
		ksft_print_msg("%" PRIu64 " %s\n", done, kinds[k].name);
		expect(done > 0);
	}
	result("all kinds of work were done\n");
}

/* Freed by RCU and by kworkers: in the end, not at once. */
static void expect_memory_back(long before)
{
	long after = -1;

	for (int i = 0; i < SLOTS; i++)
		if (shared->slots[i])
			shmctl(shared->slots[i] - 1, IPC_RMID, NULL);
	unlink("/dev/shm/stress");
	for (int tries = 0; tries < 300; tries++) {
		after = util_shmem_kib();
		if (after <= before + 512)
			break;
		usleep(100000);
	}
	ksft_print_msg("Shmem: %ld KiB before, %ld KiB after\n", before, after);
	expect(after <= before + 512);
	result("all shared memory is free again\n");
}

int main(void)
{
	int dev = util_begin(4, UTIL_DEVICE);
	long before;

	close(dev);
	page = getpagesize();
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	/* The board's pages come and go with the module. */
	expect(!util_rmmod() && !util_insmod("allow_view=1"));
	before = util_shmem_kib();
	run_all();
	report_done();
	expect_memory_back(before);
	expect(!util_rmmod());
	expect(!util_insmod(""));
	result("the module can be unloaded: nothing holds it\n");
	util_finish();
}
