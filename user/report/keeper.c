// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "err.h"
#include "keeper.h"
#include "picture_from.h"
#include "picture_read.h"
#include "write_map.h"

/* Ctrl-C is for who traces: the picture is asked for after it. */
static void ignore_signals(void)
{
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
}

static int take_picture(const int *shmids, size_t n, int json)
{
	struct target targets[KEEPER_MAX];
	struct picture picture = {};
	FILE *out = fdopen(json, "w");
	int ret;

	if (!out)
		return EXIT_FAILED;
	for (size_t i = 0; i < n; i++)
		targets[i] = (struct target) {
			.command = "report", .shmid = shmids[i],
		};
	ret = picture_read(&picture, targets, n);
	if (!ret)
		write_map_json(out, &picture);
	if (fclose(out) && !ret)
		ret = EXIT_FAILED;
	return ret;
}

/* Until it is asked, or whoever would ask is gone. */
static void keep(const struct keeper *keeper, int asked)
{
	int shmids[KEEPER_MAX];
	ssize_t len;

	close(keeper->ask);
	ignore_signals();
	len = read(asked, shmids, sizeof(shmids));
	if (len < (ssize_t)sizeof(int))
		_exit(EXIT_DONE);
	dup2(keeper->why, STDERR_FILENO);
	_exit(take_picture(shmids, len / sizeof(int), keeper->json));
}

int keeper_start(struct keeper *keeper)
{
	int ask[2];

	*keeper = (struct keeper) { .pid = -1, .ask = -1 };
	keeper->json = memfd_create("picture", MFD_CLOEXEC);
	keeper->why = memfd_create("why", MFD_CLOEXEC);
	if (keeper->json < 0 || keeper->why < 0 ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ask))
		return -errno;
	keeper->ask = ask[1];
	keeper->pid = fork();
	if (!keeper->pid)
		keep(keeper, ask[0]);
	close(ask[0]);
	return keeper->pid < 0 ? -errno : 0;
}

/* The line that it said, without what every line begins with. */
static void read_why(const struct keeper *keeper, char *why, size_t size)
{
	static const char prefix[] = "shmviz: ";
	ssize_t len = pread(keeper->why, why, size - 1, 0);

	why[len > 0 ? len : 0] = '\0';
	why[strcspn(why, "\n")] = '\0';
	if (!strncmp(why, prefix, strlen(prefix)))
		memmove(why, why + strlen(prefix),
			strlen(why + strlen(prefix)) + 1);
	if (!why[0])
		snprintf(why, size, "it could not be taken");
}

int keeper_ask(struct keeper *keeper, const int *shmids, size_t n,
	       struct picture *picture, char *why, size_t size)
{
	size_t len = (n < KEEPER_MAX ? n : KEEPER_MAX) * sizeof(*shmids);
	int status = -1;
	char path[64];

	/* It may have been killed: the page does not go with it. */
	if (keeper->pid < 0 ||
	    send(keeper->ask, shmids, len, MSG_NOSIGNAL) != (ssize_t)len) {
		snprintf(why, size, "it could not be asked for");
		return -1;
	}
	waitpid(keeper->pid, &status, 0);
	keeper->pid = -1;
	if (status) {
		read_why(keeper, why, size);
		return -1;
	}
	snprintf(path, sizeof(path), "/proc/self/fd/%d", keeper->json);
	if (!picture_from(picture, path))
		return 0;
	snprintf(why, size, "it could not be read");
	return -1;
}

static void close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

void keeper_stop(struct keeper *keeper)
{
	close_fd(keeper->ask);
	if (keeper->pid > 0)
		waitpid(keeper->pid, NULL, 0);
	close_fd(keeper->json);
	close_fd(keeper->why);
}
