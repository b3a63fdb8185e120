// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How to say in a segment where something is: as a pointer, and as an offset.
 *
 *   pointers SEGMENT put		writes both, and waits
 *   pointers SEGMENT offset		goes by the offset
 *   pointers SEGMENT pointer		goes by the pointer
 */
#include "lab.h"

struct shared {
	char *pointer;		/* a virtual address: of which process? */
	size_t offset;		/* bytes from the beginning of the segment */
	char text[64];
};

int main(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[2] : "";
	struct shared *shared;

	prepare_to_wait();
	if (argc < 3)
		usage("SEGMENT put | offset | pointer");
	shared = shmat(segment_of(argv[1]), NULL, 0);
	if (shared == (void *)-1)
		fail("shmat");
	say("attached at %p", (void *)shared);

	if (!strcmp(what, "put")) {
		strcpy(shared->text, "here I am");
		shared->pointer = shared->text;
		shared->offset = offsetof(struct shared, text);
		say("text at %p, which is offset %zu", shared->pointer,
		    shared->offset);
		wait_for_you();
	} else if (!strcmp(what, "offset")) {
		say("offset %zu: \"%s\"", shared->offset,
		    (char *)shared + shared->offset);
	} else {
		say("pointer %p ...", shared->pointer);
		say("\"%s\"", shared->pointer);
	}
	return 0;
}
