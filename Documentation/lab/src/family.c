// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What becomes of an attachment when a process forks, when it starts another
 * program, and when it ends. The child goes on at each kill -USR1; "now": at once.
 *
 *   family SEGMENT [now]
 */
#include "lab.h"

#include <sys/wait.h>

static int now;

static void pause_here(void)
{
	if (!now)
		wait_for_you();
}

static void child(char *addr, const char *self)
{
	say("I am the child; no shmat here, yet there is a segment at %p", addr);
	pause_here();
	say("reads %d in page 0", addr[0]);
	pause_here();
	/* Another program takes the place of this one; here: the same, anew. */
	execlp(self, self, "--new", now ? "now" : NULL, NULL);
	fail("execlp");
}

int main(int argc, char **argv)
{
	char *addr;
	pid_t pid;

	prepare_to_wait();
	if (argc < 2)
		usage("SEGMENT [now]");
	now = argc > 2;
	if (!strcmp(argv[1], "--new")) {
		say("a new program, with nothing attached");
		pause_here();
		return 0;
	}
	addr = shmat(segment_of(argv[1]), NULL, 0);
	if (addr == (char *)-1)
		fail("shmat");
	addr[0] = 42;
	say("attached at %p, wrote 42 to page 0", addr);

	pid = fork();
	if (pid < 0)
		fail("fork");
	if (pid == 0)
		child(addr, argv[0]);
	waitpid(pid, NULL, 0);
	say("the child has ended");
	pause_here();
	/* No shmdt: the end of the process does it. */
	return 0;
}
