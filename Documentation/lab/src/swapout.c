// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Asks the kernel to put the pages of a segment out to swap, as it does by itself
 * when memory gets short.
 *
 *   swapout SEGMENT
 */
#include "lab.h"

#include <sys/mman.h>

int main(int argc, char **argv)
{
	struct shmid_ds ds;
	char *addr;
	int shmid;

	if (argc < 2)
		usage("SEGMENT");
	shmid = segment_of(argv[1]);
	if (shmctl(shmid, IPC_STAT, &ds))
		fail("shmctl(IPC_STAT)");
	addr = shmat(shmid, NULL, 0);
	if (addr == (char *)-1)
		fail("shmat");

	/* It takes only what the caller has in its page table: read all once. */
	for (size_t i = 0; i < ds.shm_segsz; i += page_size())
		(void)*(volatile char *)(addr + i);
	if (madvise(addr, ds.shm_segsz, MADV_PAGEOUT))
		fail("madvise");
	return 0;
}
