// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A fuzzer of the device: several processes do random operations on objects of
 * every kind, on their mappings, on the device and on the machine, and are killed
 * at any moment. Results that the header does not have are failures; so are what
 * the kernel says, a module that cannot be removed, and memory that stays.
 *
 *	FUZZ_SECS=N	how long (60)
 *	FUZZ_WORKERS=N	processes (6)
 *	SEED=N		the random numbers: each worker does the same operations
 *			again, though not at the same moments
 */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

#include "fuzz/fuzz.h"
#include "fuzz/pass.h"
#include "harness/util.h"

/*
 * swapoff brings back what belongs to others, and the system itself has files in a
 * tmpfs. An operation that left its object behind would do so hundreds of times.
 */
#define SLACK_KIB	8192

#define WORKERS_MAX	32
#define ROUND_SECS	8
#define TRIALS		3	/* after each round, of what a mapping pins */

struct fuzz_shared *fuzz;
size_t fuzz_page;
bool fuzz_root = true;

static const struct fuzz_op *ops[FUZZ_OPS_MAX];
static unsigned int n_ops, weight_sum, workers;
static const char *now = "nothing";	/* the operation under way */
static uint64_t base_seed, own_seed;
static __thread uint64_t state;

void fuzz_seed(uint64_t seed)
{
	state = seed * 0x9e3779b97f4a7c15ull | 1;
}

/* xorshift64* */
uint64_t fuzz_rnd64(void)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return state * 0x2545f4914f6cdd1dull;
}

unsigned int fuzz_rnd(unsigned int n)
{
	return n ? (fuzz_rnd64() >> 32) % n : 0;
}

uint64_t fuzz_odd64(void)
{
	static const uint64_t limits[] = {
		0, 1, 255, 4095, 4096, 0x7fff, 0x7fffffff, 0x80000000, 0xffffffff,
		0x100000000, 0x7fffffffffffffff, 0x8000000000000000, -1ull,
		-4096ull, -1ull / 32, -1ull / 48, -1ull / 296,
	};

	return fuzz_one_in(4) ? fuzz_rnd64() : fuzz_pick(limits) + fuzz_rnd(3) - 1;
}

void fuzz_wrong(const char *format, ...)
{
	int n = fuzz->n_wrong++;
	va_list ap;
	int len;

	if (n >= FUZZ_WRONGS)
		return;
	len = snprintf(fuzz->wrong[n], sizeof(*fuzz->wrong), "worker %#" PRIx64 ", %s: ",
		       own_seed, now);
	va_start(ap, format);
	vsnprintf(fuzz->wrong[n] + len, sizeof(*fuzz->wrong) - len, format, ap);
	va_end(ap);
}

static void add_ops(const struct fuzz_op *op)
{
	for (; op->name; op++) {
		ops[n_ops++] = op;
		weight_sum += op->weight;
	}
}

static void do_some_op(void)
{
	unsigned int at = fuzz_rnd(weight_sum), i;

	for (i = 0; at >= ops[i]->weight; i++)
		at -= ops[i]->weight;
	now = ops[i]->name;
	fuzz->tried[i]++;
	if (ops[i]->run())
		fuzz->done[i]++;
}

/* Changes what is mapped while another thread is in a call. */
static void *race(void *seed)
{
	fuzz_seed((uintptr_t)seed);
	for (;;) {
		struct fuzz_slot *slot = fuzz_used_slot();

		if (slot)
			fuzz_map_op(slot);
	}
	return NULL;
}

/* Something to begin with: a worker does not live long. */
static void prepare(void)
{
	for (int i = 0; i < 6; i++)
		fuzz_thing_ops[fuzz_rnd(6)].run();
	for (int i = 0; i < 8; i++)
		fuzz_call_ops[2 + fuzz_rnd(3)].run();
}

static void worker(uint64_t seed)
{
	pthread_t thread;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	own_seed = seed;
	fuzz_seed(seed);
	for (int i = 0; i < FUZZ_OBJECTS; i++)
		fuzz_objects[i] = -1;
	fuzz_dev = open(SHMVIZ_DEVICE, O_RDWR | O_CLOEXEC);
	fuzz_racing = fuzz_one_in(3);
	if (fuzz_racing) {
		pthread_create(&thread, NULL, fuzz_answer_faults, NULL);
		pthread_create(&thread, NULL, race, (void *)(uintptr_t)fuzz_rnd64());
	} else if (fuzz_one_in(6)) {
		/* With a descriptor that root has opened. */
		fuzz_root = false;
		if (setresgid(1000, 1000, 1000) || setresuid(1000, 1000, 1000))
			_exit(2);
	}
	now = "at its begin";
	prepare();
	for (;;)
		do_some_op();
}

static void start_worker(unsigned int i)
{
	uint64_t seed = fuzz_rnd64() >> 16;
	pid_t pid = fork();

	if (pid < 0)
		ksft_exit_fail_msg("fork: %s\n", strerror(errno));
	if (!pid)
		worker(seed);
	fuzz->pids[i] = pid;
}

/* Only a signal of ours may end it. */
static void end_worker(unsigned int i)
{
	int status = 0;

	kill(fuzz->pids[i], SIGKILL);
	if (waitpid(fuzz->pids[i], &status, 0) != fuzz->pids[i] ||
	    !WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
		fuzz_wrong("a worker ended with status %#x", status);
	fuzz->pids[i] = 0;
}

static void load(void)
{
	static const unsigned int boards[] = { 1, 16, FUZZ_PAGES_MAX };
	char params[64];

	fuzz->allow_view = !fuzz_one_in(4);
	fuzz->board_pages = fuzz_pick(boards);
	snprintf(params, sizeof(params), "allow_view=%d board_pages=%u",
		 fuzz->allow_view, fuzz->board_pages);
	if (util_insmod(params))
		ksft_exit_fail_msg("insmod: %s\n", strerror(errno));
}

/* The parent of a process; 0 if it is gone. */
static pid_t parent_of(const char *pid)
{
	char path[300], line[512];
	pid_t parent = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%s/stat", pid);
	file = fopen(path, "re");
	if (file && fgets(line, sizeof(line), file) && strrchr(line, ')'))
		sscanf(strrchr(line, ')'), ") %*c %d", &parent);
	if (file)
		fclose(file);
	return parent;
}

/* Those whose parent was killed have become children of this process. */
static void end_orphans(void)
{
	struct dirent *entry;
	DIR *proc;

	while (waitpid(-1, NULL, WNOHANG) >= 0) {
		proc = opendir("/proc");
		while (proc && (entry = readdir(proc)))
			if (atoi(entry->d_name) > 0 &&
			    parent_of(entry->d_name) == getpid())
				kill(atoi(entry->d_name), SIGKILL);
		if (proc)
			closedir(proc);
		usleep(10000);
	}
}

/*
 * No worker is there any more, nor is a child of one: it could wait for ever for
 * the answer to a page fault. The kernel closes what a process had open a moment
 * after it has ended.
 */
static bool unload(void)
{
	end_orphans();
	for (int tries = 0; tries < 3000; tries++) {
		if (!util_rmmod())
			return true;
		if (errno != EWOULDBLOCK && errno != EBUSY)
			break;
		usleep(10000);
	}
	return false;
}

static void remove_segments(void)
{
	for (int i = 0; i < FUZZ_SHMIDS; i++) {
		int old = atomic_exchange(&fuzz->shmids[i], 0);

		if (old)
			shmctl(old - 1, IPC_RMID, NULL);
	}
	/* Those by key that another worker had taken out of the table. */
	for (int i = 0; i < 4; i++)
		shmctl(shmget(0x4655 + i, 0, 0), IPC_RMID, NULL);
}

static void fuzz_round(unsigned int ms)
{
	struct timespec begun, at;

	clock_gettime(CLOCK_MONOTONIC, &begun);
	for (unsigned int i = 0; i < workers; i++)
		start_worker(i);
	do {
		unsigned int i = fuzz_rnd(workers);

		usleep(1000 * (50 + fuzz_rnd(fuzz_one_in(3) ? 900 : 200)));
		end_worker(i);
		start_worker(i);
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		clock_gettime(CLOCK_MONOTONIC, &at);
	} while ((at.tv_sec - begun.tv_sec) * 1000 +
		 (at.tv_nsec - begun.tv_nsec) / 1000000 < ms && !fuzz->n_wrong);
	for (unsigned int i = 0; i < workers; i++)
		end_worker(i);
	fuzz_drain_sockets();
	remove_segments();
}

/* Whether this process maps the board, in whatever way: all show its file. */
static bool maps_board(void)
{
	FILE *file = fopen("/proc/self/maps", "re");
	char line[512];
	bool found = false;

	while (file && fgets(line, sizeof(line), file))
		found |= strstr(line, "shmviz-board") != NULL;
	if (file)
		fclose(file);
	return found;
}

/*
 * The board and a view of it, all descriptors closed, and random operations on the
 * mappings. Exit code 1: something of it is still mapped.
 */
static int mapped_only(void *seed)
{
	struct shmviz_open arg = { .kind = SHMVIZ_KIND_BOARD, .ns_fd = -1 };
	size_t len = fuzz->board_pages * fuzz_page;
	int dev = open(SHMVIZ_DEVICE, O_RDWR | O_CLOEXEC);
	int obj = ioctl(dev, SHMVIZ_OPEN, &arg);
	int fds[2] = { dev, obj };

	own_seed = (uintptr_t)seed;
	now = "mapped only";
	fuzz_seed(own_seed);
	for (int i = 0; i < 2; i++) {
		struct fuzz_slot *slot = &fuzz_slots[i];

		if (mmap(slot->addr, len, i ? PROT_READ : PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_FIXED, fds[i], 0) != MAP_FAILED) {
			slot->what = i ? FUZZ_MAPPED_VIEW : FUZZ_MAPPED_BOARD;
			slot->pages = fuzz->board_pages;
		}
		close(fds[i]);
	}
	for (unsigned int n = fuzz_rnd(16); n; n--) {
		struct fuzz_slot *slot = fuzz_used_slot();

		if (slot)
			fuzz_map_op(slot);
	}
	return maps_board();
}

static bool pin_trial(void)
{
	uint64_t seed = fuzz_rnd64() >> 16;
	struct util_child child;
	bool removed;
	int mapped;

	util_child(&child, mapped_only, (void *)(uintptr_t)seed);
	removed = !util_rmmod();
	mapped = util_child_end(&child);
	if (mapped != 0 && mapped != 1)
		fuzz_wrong("trial %#" PRIx64 ": the child ended with %d", seed, mapped);
	if (mapped && removed)
		fuzz_wrong("trial %#" PRIx64 ": rmmod succeeded while the board was mapped",
			   seed);
	if (removed)
		load();
	return mapped;
}

static unsigned int number(const char *name, unsigned int otherwise)
{
	const char *text = getenv(name);

	return text && atoi(text) > 0 ? (unsigned int)atoi(text) : otherwise;
}

static void begin(void)
{
	const char *seed = getenv("SEED");

	if (seed)
		base_seed = strtoull(seed, NULL, 0);
	else if (getrandom(&base_seed, 6, 0) != 6)
		base_seed = time(NULL);
	fuzz_seed(base_seed);
	workers = number("FUZZ_WORKERS", 6);
	if (workers > WORKERS_MAX)
		workers = WORKERS_MAX;
	ksft_print_msg("seed %" PRIu64 ": SEED=%" PRIu64 " repeats it\n", base_seed,
		       base_seed);
	fuzz_page = getpagesize();
	fuzz = mmap(NULL, sizeof(*fuzz), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	add_ops(fuzz_thing_ops);
	add_ops(fuzz_map_ops);
	add_ops(fuzz_call_ops);
	add_ops(fuzz_pass_ops);
	add_ops(fuzz_machine_ops);
	fuzz_arena_init();
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0,
		       fuzz_sockets))
		ksft_exit_fail_msg("socketpair: %s\n", strerror(errno));
	fuzz_machine_begin();
}

static bool all_done(void)
{
	for (unsigned int i = 0; i < n_ops; i++)
		if (!fuzz->done[i] && !ops[i]->optional)
			return false;
	for (int call = 0; call < FUZZ_CALLS; call++)
		if (call != FUZZ_OTHER && !fuzz->answers[call][0])
			return false;
	for (int what = FUZZ_SEGMENT; what <= FUZZ_REGULAR_FILE; what++)
		if (!fuzz->kinds[what])
			return false;
	return true;
}

/*
 * Rounds, each with a module of its own, until the time is over; on a slow machine
 * longer, until every operation was done at least once.
 */
static void run_all(unsigned int secs)
{
	time_t begun = time(NULL), end = begun + secs, last = begun + 10 * secs;
	unsigned int rounds = 0, pinned = 0, stuck = 0;

	expect(!util_rmmod());
	load();
	fflush(stdout);
	do {
		fuzz_round(ROUND_SECS * 1000);
		rounds++;
		if (!unload()) {
			stuck++;
			break;
		}
		load();
		for (int i = 0; i < TRIALS; i++)
			pinned += pin_trial();
		if (!unload()) {
			stuck++;
			break;
		}
		load();
	} while (!fuzz->n_wrong && time(NULL) < (all_done() ? end : last));

	for (int i = 0; i < fuzz->n_wrong && i < FUZZ_WRONGS; i++)
		ksft_print_msg("%s\n", fuzz->wrong[i]);
	expect_eq(fuzz->n_wrong, 0);
	result("no result is wrong in %u seconds\n",
	       (unsigned int)(time(NULL) - begun));
	expect_eq(stuck, 0);
	result("after each of %u rounds the module can be removed\n", rounds);
	ksft_print_msg("%u mappings without a descriptor were tried\n", pinned);
	expect(pinned > 0);
	result("a mapping of the board keeps the module\n");
}

static void report_calls(void)
{
	for (int call = 0; call < FUZZ_CALLS; call++) {
		char line[512];
		int len = snprintf(line, sizeof(line), "%s:", fuzz_call_names[call]);

		for (int err = 0; err < FUZZ_ERRNOS; err++)
			if (fuzz->answers[call][err])
				len += snprintf(line + len, sizeof(line) - len,
						" %s %" PRIu64, err ?
						strerrorname_np(err) : "success",
						fuzz->answers[call][err]);
		ksft_print_msg("%s\n", line);
		if (call != FUZZ_OTHER)
			expect(fuzz->answers[call][0] > 0);
	}
}

/* Work that was never done would prove nothing. */
static void report_done(void)
{
	static const char *const kinds[] = {
		"other", "segment", "tmpfs", "memfd", "hugetlb", "regular", "strange",
	};
	uint64_t tried = 0, done = 0;

	for (unsigned int i = 0; i < n_ops; i++) {
		ksft_print_msg("%8" PRIu64 " of %8" PRIu64 " %s\n", fuzz->done[i],
			       fuzz->tried[i], ops[i]->name);
		if (!expect(fuzz->done[i] > 0 || ops[i]->optional))
			ksft_print_msg("never done: %s\n", ops[i]->name);
		tried += fuzz->tried[i];
		done += fuzz->done[i];
	}
	report_calls();
	for (int what = FUZZ_SEGMENT; what <= FUZZ_REGULAR_FILE; what++) {
		ksft_print_msg("%8" PRIu64 " objects opened: %s\n", fuzz->kinds[what],
			       kinds[what]);
		expect(fuzz->kinds[what] > 0);
	}
	result("%" PRIu64 " operations, %" PRIu64 " of them did their work: all kinds\n",
	       tried, done);
}

/* Each processor counts for itself until it is asked. */
static long shared_kib(void)
{
	util_write("/proc/sys/vm/stat_refresh", "1");
	return util_shmem_kib();
}

/* Freed by RCU and by kworkers: in the end, not at once. */
static void expect_memory_back(long before)
{
	long after = -1;

	for (int tries = 0; tries < 300; tries++) {
		after = shared_kib();
		if (after <= before + SLACK_KIB)
			break;
		usleep(100000);
	}
	ksft_print_msg("shared memory: %ld KiB before, %ld KiB after\n", before,
		       after);
	expect(after <= before + SLACK_KIB);
	result("all shared memory is free again\n");
}

int main(int argc, char **argv)
{
	long before;

	if (argc > 1 && !strcmp(argv[1], "--end"))
		return 0;
	close(util_begin(5, UTIL_DEVICE));
	/* What killed workers leave behind goes with it, and with its processes. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	if (unshare(CLONE_NEWIPC))
		ksft_exit_fail_msg("no IPC namespace: %s\n", strerror(errno));
	before = shared_kib();
	begin();
	run_all(number("FUZZ_SECS", 60));
	report_done();
	fuzz_machine_end();
	expect(unload());
	expect(!util_insmod(""));
	expect_memory_back(before);
	util_finish();
}
