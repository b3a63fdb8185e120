// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Writes an array, a structure and a text into a segment; a second time when you
 * say kill -USR1. "once": not a second time.
 *
 *   writer SEGMENT [once]
 */
#include "lab.h"
#include "shared.h"

static void fill(struct shared *shared, int factor)
{
	/* Plain assignments: the kernel has no part in them. */
	for (int i = 0; i < 5; i++)
		shared->numbers[i] = factor * i;
	shared->point.x = factor;
	shared->point.y = -factor;
	strcpy(shared->text, factor == 1 ? "first" : "second");
}

int main(int argc, char **argv)
{
	struct shared *shared;

	prepare_to_wait();
	if (argc < 2)
		usage("SEGMENT [once]");
	shared = shmat(segment_of(argv[1]), NULL, 0);
	if (shared == (void *)-1)
		fail("shmat");

	fill(shared, 1);
	say("wrote at %p", (void *)shared);
	if (argc > 2)
		return 0;
	wait_for_you();
	fill(shared, 7);
	say("wrote again");
	wait_for_you();
	return 0;
}
