// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A process with a second thread. At each "a" on its input both call shmget,
 * and so does a child of each; then it prints "done". At "e" the second thread
 * executes the program anew, which does as much and prints "executed". No such
 * segment exists: KEY and what follows it tell who called.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

#define KEY	0x66616d00

static int ask[2], answer[2];

static void look(int who)
{
	shmget(KEY + who, 1, 0);
}

static void look_with_child(int who)
{
	pid_t child;

	look(who);
	child = fork();
	if (!child) {
		look(who + 2);
		_exit(0);
	}
	waitpid(child, NULL, 0);
}

static void *second(void *program)
{
	char what;

	while (read(ask[0], &what, 1) == 1) {
		if (what == 'e')
			execl(program, program, "again", NULL);
		look_with_child(1);
		if (write(answer[1], "", 1) != 1)
			exit(1);
	}
	return NULL;
}

int main(int argc, char **argv __attribute__((unused)))
{
	static char program[256];
	pthread_t thread;
	char what;

	if (argc > 1) {
		look_with_child(4);
		puts("executed");
		fflush(stdout);
		while (read(0, &what, 1) > 0)
			;
		return 0;
	}
	if (readlink("/proc/self/exe", program, sizeof(program) - 1) < 0 ||
	    pipe(ask) || pipe(answer) ||
	    pthread_create(&thread, NULL, second, program))
		return 1;
	puts("ready");
	fflush(stdout);
	while (read(0, &what, 1) == 1) {
		if (what != 'a' && what != 'e')
			continue;
		if (what == 'a')
			look_with_child(0);
		if (write(ask[1], &what, 1) != 1 || read(answer[0], &what, 1) != 1)
			return 1;
		puts("done");
		fflush(stdout);
	}
	return 0;
}
