// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Does with a segment what you say, step by step:
 *
 *   attach SEGMENT STEP...
 *
 *   rdonly rnd exec remap	flags of the next shmat
 *   at=ADDRESS			where the next shmat shall attach; else the kernel
 *				chooses
 *   shmat			attach
 *   read=PAGE write=PAGE	touch a page of the last attachment
 *   shmdt			detach the last attachment
 *   wait			until you say kill -USR1
 */
#include "lab.h"

#define MOST	8

int main(int argc, char **argv)
{
	char *attached[MOST], *addr = NULL, *at = NULL;
	int flags = 0, n = 0, shmid, page;

	prepare_to_wait();
	if (argc < 3)
		usage("SEGMENT STEP...; see the top of attach.c");
	shmid = segment_of(argv[1]);

	for (int i = 2; i < argc; i++) {
		const char *step = argv[i];

		if (!strcmp(step, "rdonly")) {
			flags |= SHM_RDONLY;
		} else if (!strcmp(step, "rnd")) {
			flags |= SHM_RND;
		} else if (!strcmp(step, "exec")) {
			flags |= SHM_EXEC;
		} else if (!strcmp(step, "remap")) {
			flags |= SHM_REMAP;
		} else if (!strncmp(step, "at=", 3)) {
			at = (char *)strtoul(step + 3, NULL, 0);
		} else if (!strcmp(step, "shmat") && n < MOST) {
			addr = shmat(shmid, at, flags);
			if (addr == (char *)-1)
				fail("shmat");
			say("attached at %p", addr);
			attached[n++] = addr;
			flags = 0;
			at = NULL;
		} else if (n && sscanf(step, "read=%d", &page) == 1) {
			say("reads %d in page %d", addr[page * page_size()], page);
		} else if (n && sscanf(step, "write=%d", &page) == 1) {
			addr[page * page_size()] = 42;
			say("wrote 42 to page %d", page);
		} else if (n && !strcmp(step, "shmdt")) {
			if (shmdt(attached[--n]))
				fail("shmdt");
			say("detached from %p", attached[n]);
			addr = n ? attached[n - 1] : NULL;
		} else if (!strcmp(step, "wait")) {
			wait_for_you();
		} else {
			usage("SEGMENT STEP...; see the top of attach.c");
		}
	}
	/* Whatever is still attached is detached by the kernel now. */
	return 0;
}
