// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The whole life of a segment, call by call; waits after each. "now": doesn't wait.
 *
 *   life [now]
 */
#include "lab.h"

static int waits = 1;

static void step(const char *what)
{
	if (!waits)
		return;
	say("%s", what);
	wait_for_you();
}

int main(int argc, char **argv)
{
	key_t key;
	int shmid;
	char *addr;

	(void)argv;
	prepare_to_wait();
	waits = argc < 2;

	/* 1. A name that both sides can compute. */
	key = ftok("/etc/passwd", 'L');
	if (key == -1)
		fail("ftok");
	step("1 ftok");

	/* 2. The segment: a size, an owner, a mode, and no memory yet. */
	shmid = shmget(key, 3 * page_size(), IPC_CREAT | IPC_EXCL | 0600);
	if (shmid < 0)
		fail("shmget");
	step("2 shmget");

	/* 3. A range of addresses of this process. */
	addr = shmat(shmid, NULL, 0);
	if (addr == (char *)-1)
		fail("shmat");
	step("3 shmat");

	/* 4. Use: page 1 gets a frame because it is touched. */
	addr[page_size()] = 42;
	step("4 write to page 1");

	/* 5. The addresses go, the segment stays. */
	if (shmdt(addr))
		fail("shmdt");
	step("5 shmdt");

	/* 6. The segment goes. */
	if (shmctl(shmid, IPC_RMID, NULL))
		fail("shmctl(IPC_RMID)");
	step("6 shmctl(IPC_RMID)");
	return 0;
}
