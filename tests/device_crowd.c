// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Objects with very many mappings, and file systems with very many objects,
 * while others change both: SHARERS gives way and still has each mapping that
 * stays exactly once; LIST and OPEN never confuse two objects.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/util.h"

#define HOLDERS		3
#define MAPS		20000	/* of each holder */
#define CHURNERS	2
#define ROUNDS		5
#define OBJECTS		1000
#define LOOKS		1000000
#define WALKS		200
#define MAPS_MEANWHILE	5

static int dev;
static size_t page;
static int memfd;

/* Shared by all processes. */
struct shared {
	_Atomic uint64_t maps;		/* mapped and unmapped, by churners */
	_Atomic uint64_t count;		/* of count_on() */
	uintptr_t addr[HOLDERS][MAPS];
};

static struct shared *shared;

/* All of the same page: neighbours that continue each other would merge. */
static int hold(void *arg)
{
	uintptr_t *addr = arg;

	for (int i = 0; i < MAPS; i++) {
		addr[i] = (uintptr_t)mmap(NULL, page, PROT_READ, MAP_SHARED,
					  memfd, 0);
		if (addr[i] == (uintptr_t)MAP_FAILED)
			return 1;
	}
	return 0;
}

/* Maps and unmaps, before, behind and among what the holders have. */
static void churn(int number)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (unsigned int i = number; ; i++) {
		void *addr = mmap(NULL, page, PROT_READ, MAP_SHARED, memfd,
				  i % 3 * page);

		if (addr == MAP_FAILED)
			_exit(1);
		munmap(addr, page);
		shared->maps++;
	}
}

static int by_pid_and_start(const void *a, const void *b)
{
	const struct shmviz_sharer *x = a, *y = b;

	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	return x->start < y->start ? -1 : x->start > y->start;
}

static int by_value(const void *a, const void *b)
{
	uintptr_t x = *(uintptr_t *)a, y = *(uintptr_t *)b;

	return x < y ? -1 : x > y;
}

/* Sorted records against the sorted addresses of one holder: each, once. */
static bool holder_complete(const struct shmviz_sharer *recs, uint64_t n,
			    pid_t pid, const uintptr_t *addr)
{
	uint64_t i = 0;

	while (i < n && recs[i].pid != pid)
		i++;
	for (int k = 0; k < MAPS; k++, i++)
		if (i >= n || recs[i].pid != pid || recs[i].start != addr[k])
			return false;
	return i >= n || recs[i].pid != pid;
}

static void expect_complete(int obj, const struct util_child *holders)
{
	static struct shmviz_sharer recs[HOLDERS * MAPS + 1000];
	struct shmviz_sharers arg = {
		.count = sizeof(recs) / sizeof(*recs), .buf = (uintptr_t)recs,
	};

	if (!expect(!ioctl(obj, SHMVIZ_SHARERS, &arg)))
		return;
	expect_eq(arg.count, arg.total);
	qsort(recs, arg.count, sizeof(*recs), by_pid_and_start);
	for (int i = 0; i < HOLDERS; i++)
		expect(holder_complete(recs, arg.count, holders[i].pid,
				       shared->addr[i]));
}

/* How often others could map while one call counted, without any record. */
static uint64_t maps_meanwhile(int obj)
{
	struct shmviz_sharers arg = { .count = 0 };
	uint64_t before = shared->maps;

	expect(!ioctl(obj, SHMVIZ_SHARERS, &arg));
	expect(arg.total >= HOLDERS * MAPS);
	return shared->maps - before;
}

/* Whether this process runs on one processor only from now on. */
static bool run_on(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return !sched_setaffinity(0, sizeof(set), &set);
}

/* Counts for as long as it lives. */
static pid_t count_on(int cpu)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	run_on(cpu);
	for (;;)
		shared->count++;
}

/*
 * Whether two processors run at the same time. In a virtual machine that has one
 * thread for all of them, each stands still while the other one runs.
 */
static bool runs_at_once(void)
{
	pid_t pid = count_on(1);
	uint64_t last = 0, changes = 0;

	while (!shared->count)
		sched_yield();
	for (int i = 0; i < LOOKS; i++) {
		changes += shared->count != last;
		last = shared->count;
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return changes > LOOKS / 1000;
}

/*
 * This process runs before all others, so the other one maps once or twice during a
 * walk that does not give way, and more often during one that does. There are walks
 * of the other sort, too: a host can stop our processor before the lock is taken, and
 * a lock that is given away can be taken back until somebody has waited for it for
 * 4 ms. In the lab, 97 % of the walks let five mappings in, and 8 % of those of a
 * module that never gives way.
 */
static void test_gives_way(int obj)
{
	const struct sched_param fifo = { .sched_priority = 10 }, other = {};
	int often = 0;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		run_on(1);
		churn(0);
	}
	if (sched_setscheduler(0, SCHED_FIFO, &fifo))
		ksft_exit_fail_msg("to run alone: %s\n", strerror(errno));
	for (int i = 0; i < WALKS; i++) {
		usleep(10000);
		often += maps_meanwhile(obj) >= MAPS_MEANWHILE;
	}
	sched_setscheduler(0, SCHED_OTHER, &other);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	ksft_print_msg("%d of %d calls let another process map %d times\n",
		       often, WALKS, MAPS_MEANWHILE);
	expect(often >= WALKS / 4);
	result("another process need not wait until a call has seen all\n");
}

static void test_alone(int obj)
{
	cpu_set_t before;

	sched_getaffinity(0, sizeof(before), &before);
	if (sysconf(_SC_NPROCESSORS_ONLN) < 2 || !run_on(0))
		ksft_test_result_skip("giving way: needs two processors\n");
	else if (!runs_at_once())
		ksft_test_result_skip("giving way: processors take turns here,"
				      " see scripts/lab --parallel\n");
	else
		test_gives_way(obj);
	sched_setaffinity(0, sizeof(before), &before);
}

static void test_sharers(void)
{
	int obj = util_open_object(dev, SHMVIZ_KIND_FILE, memfd), status;
	struct util_child holders[HOLDERS];
	pid_t churners[CHURNERS];

	for (int i = 0; i < HOLDERS; i++) {
		util_child(&holders[i], hold, shared->addr[i]);
		qsort(shared->addr[i], MAPS, sizeof(uintptr_t), by_value);
	}
	expect_complete(obj, holders);
	result("60000 mappings, each once\n");

	fflush(stdout);
	for (int i = 0; i < CHURNERS; i++) {
		churners[i] = fork();
		if (!churners[i])
			churn(i);
	}
	while (!shared->maps)
		sched_yield();
	for (int i = 0; i < ROUNDS; i++)
		expect_complete(obj, holders);
	for (int i = 0; i < CHURNERS; i++) {
		kill(churners[i], SIGKILL);
		waitpid(churners[i], &status, 0);
		expect(WIFSIGNALED(status));
	}
	result("while others map and unmap the same object: each once\n");

	test_alone(obj);
	for (int i = 0; i < HOLDERS; i++)
		expect_eq(util_child_end(&holders[i]), 0);
	close(obj);
}

static uint64_t list(int fs, struct shmviz_listed *recs, uint64_t room)
{
	struct shmviz_list arg = {
		.fd = fs, .count = room, .buf = (uintptr_t)recs,
	};

	if (!expect(!ioctl(dev, SHMVIZ_LIST, &arg)))
		return 0;
	expect_eq(arg.count, arg.total);
	return arg.count;
}

static int open_inode(int fs, const struct shmviz_listed *rec)
{
	struct shmviz_open arg = {
		.kind = SHMVIZ_KIND_INODE, .id = fs, .ns_fd = -1,
		.ino = rec->ino, .generation = rec->generation,
	};

	return ioctl(dev, SHMVIZ_OPEN, &arg);
}

/* Object k is k + 1 bytes long: INFO says which one was opened. */
static void expect_object(int fs, const struct shmviz_listed *rec, int fd)
{
	int obj = open_inode(fs, rec);
	struct shmviz_info info;
	struct stat st;

	if (fd < 0) {
		expect_errno(obj, ENOENT);
		if (obj >= 0)
			close(obj);
		return;
	}
	if (!expect(obj >= 0))
		return;
	expect(!ioctl(obj, SHMVIZ_INFO, &info) && !fstat(fd, &st));
	expect_eq(info.ino, st.st_ino);
	expect_eq(info.size, st.st_size);
	close(obj);
}

static void test_objects(unsigned int flags, const char *name)
{
	struct shmviz_listed *recs = calloc(2 * OBJECTS, sizeof(*recs));
	static int fds[OBJECTS];
	int fs = memfd_create("fs", MFD_CLOEXEC | flags), k, seen = 0;
	size_t unit = flags & MFD_HUGETLB ? 2ul << 20 : 1;
	uint64_t n;

	for (int i = 0; i < OBJECTS; i++) {
		fds[i] = memfd_create("crowd", MFD_CLOEXEC | flags);
		if (fds[i] < 0 || ftruncate(fds[i], (i + 1) * unit))
			ksft_exit_fail_msg("memfd: %s\n", strerror(errno));
	}
	n = list(fs, recs, 2 * OBJECTS);
	/* Those of every third go between LIST and OPEN; new ones come. */
	for (int i = 0; i < OBJECTS; i += 3) {
		close(fds[i]);
		fds[i] = -1;
	}
	for (uint64_t i = 0; i < n; i++) {
		if (strcmp(recs[i].name, "memfd:crowd"))
			continue;
		seen++;
		k = recs[i].size / unit - 1;
		expect_object(fs, &recs[i], fds[k]);
		recs[i].generation++;
		if (!expect_errno(open_inode(fs, &recs[i]), ENOENT))
			break;
	}
	expect_eq(seen, OBJECTS);
	for (int i = 0; i < OBJECTS; i++)
		if (fds[i] >= 0)
			close(fds[i]);
	close(fs);
	free(recs);
	result("1000 objects, a third of which goes after LIST: %s\n", name);
}

static void more_files(void)
{
	struct rlimit limit = { OBJECTS + 100, OBJECTS + 100 };

	if (setrlimit(RLIMIT_NOFILE, &limit))
		ksft_exit_fail_msg("setrlimit: %s\n", strerror(errno));
}

int main(void)
{
	page = getpagesize();
	dev = util_begin(5, UTIL_DEVICE);
	more_files();
	memfd = memfd_create("crowded", MFD_CLOEXEC);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (memfd < 0 || shared == MAP_FAILED || ftruncate(memfd, 4 * page))
		ksft_exit_fail_msg("memfd: %s\n", strerror(errno));
	test_sharers();
	test_objects(0, "memfds");
	test_objects(MFD_HUGETLB, "memfds on huge pages");
	close(dev);
	util_finish();
}
