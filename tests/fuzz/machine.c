// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What happens to the whole machine: swap comes and goes, memory is compacted,
 * probes are set and removed, somebody tries to unload the module.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../harness/util.h"
#include "fuzz.h"
#include "pass.h"

#define CGROUP		"/sys/fs/cgroup"
#define PROBES		"/sys/kernel/tracing/uprobe_events"
#define HUGE_PAGES	"/proc/sys/vm/nr_hugepages"
#define LAZY_SIZE	(64ul << 10)

char fuzz_cgroup[64];
static char swap_area[64], swap_rest[64];	/* the smallest, and another one */
static char huge_before[32];

static bool compact(void)
{
	return !util_write("/proc/sys/vm/compact_memory", "1");
}

static bool drop_caches(void)
{
	return !util_write("/proc/sys/vm/drop_caches", fuzz_one_in(2) ? "1" : "3");
}

/* The smaller of the areas: what is in it must fit elsewhere. */
static bool swap_off_on(void)
{
	bool off;

	if (!swap_area[0])
		return false;
	off = !swapoff(swap_area);
	/* Another worker may have it off at this moment. */
	swapon(swap_area, 0);
	return off;
}

/* Where a breakpoint is put. */
static __attribute__((noinline)) void probed(void)
{
	asm volatile("" ::: "memory");
}

/* Its place in the file of the program, by the mapping that it lies in. */
static unsigned long probed_offset(void)
{
	unsigned long at = (unsigned long)probed, start, end, offset, found = 0;
	FILE *file = fopen("/proc/self/maps", "re");
	char line[512];

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "%lx-%lx %*s %lx", &start, &end, &offset) == 3 &&
		    start <= at && at < end)
			found = at - start + offset;
	if (file)
		fclose(file);
	return found;
}

/* On a file that every worker maps; the kernel visits all who map it. */
static bool probe(void)
{
	static unsigned long offset;
	char text[160];
	bool done;

	if (!offset)
		offset = probed_offset();
	snprintf(text, sizeof(text), "p:fuzz/probe%d /proc/self/exe:%#lx\n", getpid(),
		 offset);
	done = !util_write(PROBES, text);
	snprintf(text, sizeof(text), "/sys/kernel/tracing/events/fuzz/probe%d/enable",
		 getpid());
	if (done) {
		util_write(text, "1");
		probed();
		util_write(text, "0");
	}
	snprintf(text, sizeof(text), "-:fuzz/probe%d\n", getpid());
	util_write(PROBES, text);
	return done;
}

/* While this process has a descriptor of it, nobody can unload the module. */
static bool unload_in_use(void)
{
	if (!fuzz_root || (fuzz_dev < 0 && fuzz_some_object() < 0))
		return false;
	if (!util_rmmod())
		fuzz_wrong("rmmod succeeded while descriptors were open");
	else if (errno != EWOULDBLOCK && errno != EBUSY)
		fuzz_wrong("rmmod while in use: %s", strerrorname_np(errno));
	return true;
}

void fuzz_fail_forks(void)
{
	char path[96], pid[16];

	snprintf(path, sizeof(path), "%s/cgroup.procs", fuzz_cgroup);
	snprintf(pid, sizeof(pid), "%d", getpid());
	if (util_write(path, pid))
		_exit(1);
	for (int i = 0; i < 8; i++) {
		pid_t child = fork();

		if (!child)
			_exit(0);
		if (child > 0)
			waitpid(child, NULL, 0);
	}
	_exit(0);
}

/* userfaultfd: a buffer whose pages come when a thread of ours gives them. */
static int faults = -1;
static char *lazy;

char *fuzz_lazy_buffer(size_t size)
{
	if (faults < 0 || size > LAZY_SIZE)
		return NULL;
	madvise(lazy, LAZY_SIZE, MADV_DONTNEED);
	return lazy + fuzz_rnd(fuzz_page);
}

/* Before a fault is answered, something happens to the mappings of the process. */
static void answer(const struct uffd_msg *msg)
{
	struct uffdio_zeropage zero = {
		.range.start = msg->arg.pagefault.address & ~(fuzz_page - 1),
		.range.len = fuzz_page,
	};
	struct fuzz_slot *slot = fuzz_used_slot();

	if (slot)
		fuzz_map_op(slot);
	usleep(fuzz_rnd(3000));
	ioctl(faults, UFFDIO_ZEROPAGE, &zero);
}

void *fuzz_answer_faults(void *unused)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register reg = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	struct uffd_msg msg;
	int fd = syscall(SYS_userfaultfd, O_CLOEXEC);

	(void)unused;
	lazy = mmap(NULL, LAZY_SIZE + fuzz_page, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	reg.range.start = (uintptr_t)lazy;
	reg.range.len = LAZY_SIZE + fuzz_page;
	if (fd < 0 || lazy == MAP_FAILED || ioctl(fd, UFFDIO_API, &api) ||
	    ioctl(fd, UFFDIO_REGISTER, &reg))
		return NULL;
	fuzz_seed((uintptr_t)getpid());
	faults = fd;
	while (read(fd, &msg, sizeof(msg)) == sizeof(msg))
		if (msg.event == UFFD_EVENT_PAGEFAULT)
			answer(&msg);
	return NULL;
}

const struct fuzz_op fuzz_machine_ops[] = {
	{ "memory compacted", compact, 1, true },
	{ "caches dropped", drop_caches, 1, false },
	{ "swapoff, swapon", swap_off_on, 1, true },
	{ "uprobes set and removed", probe, 2, true },
	{ "rmmod while in use", unload_in_use, 4, false },
	{ 0 },
};

/* The areas, by their lines: "PATH partition SIZE USED PRIORITY". */
static void find_swap(void)
{
	FILE *file = fopen("/proc/swaps", "re");
	unsigned long size, least = -1ul;
	char line[256], path[64];

	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%63s %*s %lu", path, &size) != 2)
			continue;
		if (size < least) {
			least = size;
			strcpy(swap_rest, swap_area);
			strcpy(swap_area, path);
		} else {
			strcpy(swap_rest, path);
		}
	}
	if (file)
		fclose(file);
	/* Without another one its pages would have to fit into memory. */
	if (!swap_rest[0])
		swap_area[0] = '\0';
}

static void make_cgroup(void)
{
	char path[96];

	util_write(CGROUP "/cgroup.subtree_control", "+pids");
	snprintf(fuzz_cgroup, sizeof(fuzz_cgroup), CGROUP "/fuzz.%d", getpid());
	if (mkdir(fuzz_cgroup, 0755)) {
		fuzz_cgroup[0] = '\0';
		return;
	}
	snprintf(path, sizeof(path), "%s/pids.max", fuzz_cgroup);
	if (util_write(path, "1")) {
		rmdir(fuzz_cgroup);
		fuzz_cgroup[0] = '\0';
	}
}

void fuzz_machine_begin(void)
{
	FILE *file = fopen(HUGE_PAGES, "re");

	if (!file || !fgets(huge_before, sizeof(huge_before), file))
		huge_before[0] = '\0';
	if (file)
		fclose(file);
	util_write(HUGE_PAGES, "12");
	mkdir(FUZZ_DIR, 0700);
	mkdir(FUZZ_REGULAR, 0700);
	find_swap();
	make_cgroup();
}

static void empty(const char *dir)
{
	char path[64];

	for (int i = 0; i < 6; i++) {
		snprintf(path, sizeof(path), "%s/%d", dir, i);
		unlink(path);
		strcat(path, ".x");
		unlink(path);
	}
	rmdir(dir);
}

void fuzz_machine_end(void)
{
	/* Those of workers that were killed; none can be removed while it is on. */
	util_write("/sys/kernel/tracing/events/fuzz/enable", "0");
	close(open(PROBES, O_WRONLY | O_TRUNC | O_CLOEXEC));
	if (huge_before[0])
		util_write(HUGE_PAGES, huge_before);
	/* The area that came last has the lowest priority: again not the small one. */
	if (swap_area[0] && !swapoff(swap_rest))
		swapon(swap_rest, 0);
	empty(FUZZ_DIR);
	empty(FUZZ_REGULAR);
	for (int i = 0; fuzz_cgroup[0] && rmdir(fuzz_cgroup) && i < 100; i++)
		usleep(10000);
}
