// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Makes a segment that was not there before, says so, and ends.
 *
 *   create PATH PROJECT SIZE		PROJECT is one letter
 */
#include "lab.h"

int main(int argc, char **argv)
{
	key_t key;
	int shmid;

	if (argc != 4)
		usage("PATH PROJECT SIZE");

	/* Whoever knows the path and the letter computes the same key. */
	key = ftok(argv[1], argv[2][0]);
	if (key == -1)
		fail("ftok");

	/* IPC_EXCL: fail if there is one already. 0600: for its owner only. */
	shmid = shmget(key, atol(argv[3]), IPC_CREAT | IPC_EXCL | 0600);
	if (shmid < 0)
		fail("shmget");

	say("key 0x%08x, segment %d", key, shmid);
	return 0;
}
