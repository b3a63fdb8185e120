// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A segment without a key, for a parent and its child.
 *
 *   private
 */
#include "lab.h"

#include <sys/wait.h>

int main(void)
{
	int *number, shmid;

	prepare_to_wait();
	shmid = shmget(IPC_PRIVATE, sizeof(*number), IPC_CREAT | 0600);
	if (shmid < 0)
		fail("shmget");
	number = shmat(shmid, NULL, 0);
	if (number == (void *)-1)
		fail("shmat");
	*number = 1;

	if (fork() == 0) {
		*number = 42;
		say("I am the child, and wrote 42");
		_exit(0);
	}
	wait(NULL);
	say("segment %d, and in it is %d", shmid, *number);
	wait_for_you();
	return 0;
}
