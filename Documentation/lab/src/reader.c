// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads what writer has written; a second time when you say kill -USR1.
 * "once": not a second time.
 *
 *   reader SEGMENT [once]
 */
#include "lab.h"
#include "shared.h"

static void show(const struct shared *shared)
{
	const int *n = shared->numbers;

	say("numbers %d %d %d %d %d, point (%d, %d), text \"%s\"", n[0], n[1],
	    n[2], n[3], n[4], shared->point.x, shared->point.y, shared->text);
}

int main(int argc, char **argv)
{
	const struct shared *shared;

	prepare_to_wait();
	if (argc < 2)
		usage("SEGMENT [once]");
	shared = shmat(segment_of(argv[1]), NULL, SHM_RDONLY);
	if (shared == (void *)-1)
		fail("shmat");

	say("reads at %p", (const void *)shared);
	show(shared);
	if (argc > 2)
		return 0;
	wait_for_you();
	show(shared);
	return 0;
}
