// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Shared memory without any name: mapped before fork, shared with the child.
 *
 *   anon
 */
#include "lab.h"

#include <sys/mman.h>
#include <sys/wait.h>

int main(void)
{
	int *number = mmap(NULL, page_size(), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pid;

	prepare_to_wait();
	if (number == MAP_FAILED)
		fail("mmap");
	*number = 1;
	pid = fork();
	if (pid < 0)
		fail("fork");
	if (pid == 0) {
		*number = 42;
		say("I am the child, and wrote 42 at %p", (void *)number);
		wait_for_you();
		return 0;
	}
	waitpid(pid, NULL, 0);
	say("here it is %d", *number);
	wait_for_you();
	return 0;
}
