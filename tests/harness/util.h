/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the C tests share: oracles that are not shmviz, and the kernel log. */
#ifndef SHMVIZ_TEST_UTIL_H
#define SHMVIZ_TEST_UTIL_H

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

/* Either ours, or the kernel's own: the search path decides. */
#include <kselftest.h>
#include <shmviz.h>

#include "klog.h"

/*
 * One result: any number of expect(), then result(). Each expectation that is
 * not met says which and where, and the result fails.
 */
#define expect(cond) util_expect(!!(cond), #cond, __FILE__, __LINE__)
#define expect_errno(call, err) \
	util_expect_errno((call), #call, (err), __FILE__, __LINE__)
#define expect_eq(a, b) util_expect_eq((a), (b), #a " == " #b, __FILE__, __LINE__)
bool util_expect(bool ok, const char *what, const char *file, int line);
bool util_expect_errno(long ret, const char *what, int err, const char *file,
		       int line);
bool util_expect_eq(uint64_t a, uint64_t b, const char *what, const char *file,
		    int line);
bool util_result_ok(void);
#define result(...) ksft_test_result(util_result_ok(), __VA_ARGS__)

/*
 * The result of a test that had to page something out: skipped if swap took
 * nothing and nothing failed either. `skip` says so of what.
 */
static inline void result_if_swapped(bool swapped, const char *skip,
				     const char *name)
{
	bool ok = util_result_ok();

	if (ok && !swapped)
		ksft_test_result_skip("%s\n", skip);
	else
		ksft_test_result(ok, "%s\n", name);
}

/*
 * Brackets a program: header, plan (one more than `tests`, for the kernel log),
 * the needs that skip it, the log's place. UTIL_DEVICE also opens the device.
 *
 * In this header, because kselftest.h counts in each file that includes it.
 */
#define UTIL_ROOT	1
#define UTIL_DEVICE	3
static inline int util_begin(unsigned int tests, int needs)
{
	int dev = -1;

	ksft_print_header();
	if (needs & UTIL_ROOT && geteuid())
		ksft_exit_skip("needs root\n");
	if ((needs & UTIL_DEVICE) == UTIL_DEVICE) {
		dev = open(SHMVIZ_DEVICE, O_RDWR | O_CLOEXEC);
		if (dev < 0)
			ksft_exit_skip("%s: %s: is the module loaded?\n",
				       SHMVIZ_DEVICE, strerror(errno));
	}
	ksft_set_plan(tests + 1);
	klog_begin();
	return dev;
}

static inline void util_finish(void)
{
	if (klog_reason())
		ksft_test_result_skip("the kernel log: %s\n", klog_reason());
	else
		ksft_test_result(klog_clean(), "the kernel log is clean\n");
	ksft_finished();
}

/* The device. */
int util_open_object(int dev, uint32_t kind, int id);
/* A segment's, or the program bails out. */
int util_open_segment(int dev, int shmid);
int util_frames(int obj, uint64_t first, uint64_t count,
		struct shmviz_frame *frames);

/*
 * The module: of $SHMVIZ_KO, or of the build tree of this program. 0 or -1 with
 * errno; EWOULDBLOCK of util_rmmod(): it is in use.
 */
int util_rmmod(void);
int util_insmod(const char *params);

/*
 * Whether n records tell of the same pages in the same places. Flags and counts
 * may differ from one call to the next: the memory manager goes on.
 */
bool util_same_frames(const struct shmviz_frame *a,
		      const struct shmviz_frame *b, int n);

/* Segments: made, or the program bails out. */
int util_segment(size_t size, int flags);
void *util_attach(int shmid, int flags);

/* A line of /proc/sysvipc/shm; false if the segment is not there. */
struct util_shm {
	int key, shmid, perms, cpid, lpid;
	uint64_t size, nattch, atime, dtime, ctime, rss, swap;
};
bool util_shm(int shmid, struct util_shm *shm);

/* As a file of the kernel's does it: -1 and errno, also of what it refuses. */
int util_write(const char *path, const char *text);

/* Shmem of /proc/meminfo, in KiB. */
long util_shmem_kib(void);

/* An entry of /proc/PID/pagemap. */
#define PM_PRESENT	(1ull << 63)
#define PM_PFN(entry)	((entry) & ((1ull << 55) - 1))
uint64_t util_pagemap(pid_t pid, const void *addr);

/* What /proc/kpagecount, kpageflags or kpagecgroup have of a frame. */
uint64_t util_kpage(const char *file, uint64_t pfn);

/*
 * The page in a slot of a swap area, as it lies there: UTIL_SLOT_SIZE bytes, or
 * false. Past the page cache, whose readahead keeps what slots used to hold.
 */
#define UTIL_SLOT_SIZE	4096
bool util_swap_slot(unsigned int type, uint64_t offset, void *slot);

/*
 * A child that runs fn(arg) and then waits until it is told to end; returns
 * when fn has returned. What fn returns is the child's exit code.
 */
struct util_child {
	pid_t pid;
	int ready, end;
};
void util_child(struct util_child *child, int (*fn)(void *), void *arg);
int util_child_end(struct util_child *child);

#endif /* SHMVIZ_TEST_UTIL_H */
