// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The contrast: private memory after fork. Parent and child share a frame until one
 * of them writes; then that one gets a copy (copy on write).
 *
 *   cow
 */
#include "lab.h"

#include <sys/mman.h>
#include <sys/wait.h>

int main(void)
{
	/* An address of our choice, if nothing is there yet. */
	char *addr = mmap((void *)0x10000000, page_size(), PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	pid_t pid;

	prepare_to_wait();
	if (addr == MAP_FAILED)
		fail("mmap");
	addr[0] = 1;
	pid = fork();
	if (pid < 0)
		fail("fork");
	if (pid == 0) {
		say("I am the child; private memory at %p", (void *)addr);
		wait_for_you();
		addr[0] = 42;
		say("wrote 42");
		wait_for_you();
		return 0;
	}
	waitpid(pid, NULL, 0);
	say("here it is still %d", addr[0]);
	return 0;
}
