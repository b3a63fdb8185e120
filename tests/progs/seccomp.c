// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Calls that a seccomp filter refuses, in every way there is, each in a process of
 * its own. The key of a shmget tells which way:
 *
 *	seccomp WAY...		errno, trap, caught, kill, thread, one-of-two, trace,
 *				notify, blocked
 *	seccomp id29		segments up to shmid 29, the number of shmget, while a
 *				SIGSYS is pending
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct way {
	const char *name;
	unsigned int action;
	key_t key;
} ways[] = {
	{ "errno",	SECCOMP_RET_ERRNO | EPERM,	0x5ec0 },
	{ "trap",	SECCOMP_RET_TRAP,		0x5ec1 },
	{ "caught",	SECCOMP_RET_TRAP,		0x5ec2 },
	{ "kill",	SECCOMP_RET_KILL_PROCESS,	0x5ec3 },
	{ "thread",	SECCOMP_RET_KILL_THREAD,	0x5ec4 },
	{ "one-of-two",	SECCOMP_RET_KILL_THREAD,	0x5ec5 },
	{ "trace",	SECCOMP_RET_TRACE,		0x5ec6 },
	{ "notify",	SECCOMP_RET_USER_NOTIF,		0x5ec7 },
	{ "blocked",	SECCOMP_RET_TRAP,		0x5ec8 },
	{ "id29",	SECCOMP_RET_ALLOW,		0x5ec9 },
};

static volatile int listener = -1;

static int install(unsigned int action)
{
	unsigned int flags = action == SECCOMP_RET_USER_NOTIF ?
			     SECCOMP_FILTER_FLAG_NEW_LISTENER : 0;
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_shmget, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, action),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = { sizeof(code) / sizeof(code[0]), code };
	int fd;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		abort();
	fd = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &prog);
	if (fd < 0)
		abort();
	return fd;
}

static void on_sigsys(int sig)
{
	(void)sig;
}

static void pend_sigsys(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGSYS);
	sigprocmask(SIG_BLOCK, &set, NULL);
	raise(SIGSYS);
}

/* The filter is the other thread's alone. */
static void *answer(void *unused)
{
	struct seccomp_notif call = {};
	struct seccomp_notif_resp resp = { .error = -EACCES };

	while (listener < 0)
		sched_yield();
	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call))
		abort();
	resp.id = call.id;
	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &resp))
		abort();
	return unused;
}

static void *call_by_thread(void *way)
{
	install(((const struct way *)way)->action);
	shmget(((const struct way *)way)->key, 1, 0);
	return NULL;
}

static void reach_29(void)
{
	int shmid;

	if (unshare(CLONE_NEWIPC))
		exit(1);
	do {
		shmid = shmget(IPC_PRIVATE, 4096, 0600);
	} while (shmid >= 0 && shmid < 29);
	exit(shmid != 29);
}

static void go(const struct way *way)
{
	pthread_t thread;

	if (!strcmp(way->name, "caught"))
		signal(SIGSYS, on_sigsys);
	if (!strcmp(way->name, "blocked") || !strcmp(way->name, "id29"))
		pend_sigsys();
	if (!strcmp(way->name, "one-of-two")) {
		pthread_create(&thread, NULL, call_by_thread, (void *)way);
		pthread_join(thread, NULL);
		exit(0);
	}
	if (!strcmp(way->name, "notify"))
		pthread_create(&thread, NULL, answer, NULL);
	listener = install(way->action);
	if (!strcmp(way->name, "id29"))
		reach_29();
	shmget(way->key, 1, 0);
	exit(0);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		for (size_t k = 0; k < sizeof(ways) / sizeof(ways[0]); k++) {
			int status;

			if (strcmp(argv[i], ways[k].name))
				continue;
			fflush(NULL);
			if (!fork())
				go(&ways[k]);
			wait(&status);
			printf("%s %#x %d\n", ways[k].name, ways[k].key,
			       WIFSIGNALED(status) ? -WTERMSIG(status) :
						     WEXITSTATUS(status));
		}
	}
	return 0;
}
