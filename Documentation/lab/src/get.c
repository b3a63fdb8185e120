// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One call of shmget with what you say, and its answer: the id alone on a line, so
 * that a shell can keep it: ID=$(get 0x5eed)
 *
 *   get KEY [SIZE [creat] [excl] [MODE]]	KEY is a number, or "private"
 */
#include "lab.h"

int main(int argc, char **argv)
{
	size_t size = argc > 2 ? atol(argv[2]) : 0;
	key_t key;
	int flags = 0, shmid;

	if (argc < 2)
		usage("KEY [SIZE [creat] [excl] [MODE]]");
	key = strcmp(argv[1], "private") ? strtoul(argv[1], NULL, 0) : IPC_PRIVATE;
	for (int i = 3; i < argc; i++) {
		if (!strcmp(argv[i], "creat"))
			flags |= IPC_CREAT;
		else if (!strcmp(argv[i], "excl"))
			flags |= IPC_EXCL;
		else
			flags |= strtol(argv[i], NULL, 8);
	}

	shmid = shmget(key, size, flags);
	if (shmid < 0)
		fail("shmget");
	printf("%d\n", shmid);
	return 0;
}
