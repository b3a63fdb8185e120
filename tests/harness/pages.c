// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <linux/kernel-page-flags.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <unistd.h>

#include "pages.h"

size_t page;
struct shmviz_frame frames[PAGES];

void pages_alone(void)
{
	cpu_set_t cpu;

	page = getpagesize();
	CPU_ZERO(&cpu);
	CPU_SET(sched_getcpu(), &cpu);
	if (unshare(CLONE_NEWIPC) || sched_setaffinity(0, sizeof(cpu), &cpu))
		ksft_exit_fail_msg("an IPC namespace and a processor of our own: %s\n",
				   strerror(errno));
}

bool kpage_has(uint64_t pfn, int bit)
{
	return util_kpage("kpageflags", pfn) >> bit & 1;
}

void expect_frame(const struct shmviz_frame *frame, const char *addr)
{
	uint64_t entry = util_pagemap(getpid(), addr), pfn = PM_PFN(entry);

	if (!expect_eq(frame->state, SHMVIZ_STATE_PRESENT) ||
	    !expect(entry & PM_PRESENT))
		return;
	expect_eq(frame->pfn, pfn);
	expect_eq(frame->mapcount, util_kpage("kpagecount", pfn));
	/* On 6.1 kpagecgroup has it of the first page of a folio only. */
	expect_eq(frame->memcg, util_kpage("kpagecgroup",
					   pfn >> frame->order << frame->order));
	expect_eq(!!(frame->flags & SHMVIZ_FRAME_HEAD),
		  kpage_has(pfn, KPF_COMPOUND_HEAD));
	expect_eq(!!(frame->flags & SHMVIZ_FRAME_TAIL),
		  kpage_has(pfn, KPF_COMPOUND_TAIL));
	expect(!(frame->flags & SHMVIZ_FRAME_HUGETLB));
}

void take_frames(int obj, int pages)
{
	memset(frames, 0, sizeof(frames));
	expect_eq(util_frames(obj, 0, PAGES, frames), pages);
}

int count_state(int state, int pages)
{
	int n = 0;

	for (int i = 0; i < pages; i++)
		n += frames[i].state == state;
	return n;
}

void expect_sums(int obj, int shmid)
{
	struct shmviz_info info;
	struct shm_info total;
	struct util_shm shm;

	expect(!ioctl(obj, SHMVIZ_INFO, &info));
	expect(util_shm(shmid, &shm));
	expect(shmctl(0, SHM_INFO, (struct shmid_ds *)&total) >= 0);
	expect_eq(total.used_ids, 1);
	expect_eq(info.pages, PAGES);
	expect_eq(info.present, count_state(SHMVIZ_STATE_PRESENT, PAGES));
	expect_eq(info.swapped, count_state(SHMVIZ_STATE_SWAPPED, PAGES));
	expect_eq(info.holes, count_state(SHMVIZ_STATE_HOLE, PAGES));
	expect_eq(info.present * page, shm.rss);
	expect_eq(info.swapped * page, shm.swap);
	expect_eq(info.present, total.shm_rss);
	expect_eq(info.swapped, total.shm_swp);
}
