// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "signals.h"

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void run_when_told(char **argv, int output, int go, int failed)
{
	char byte;
	int err;

	signals_restore();
	if (dup2(output, STDOUT_FILENO) < 0 || read(go, &byte, 1) != 1)
		_exit(127);
	execvp(argv[0], argv);
	err = errno;
	if (write(failed, &err, sizeof(err)) != sizeof(err))
		_exit(126);
	_exit(127);
}

int child_prepare(struct child *child, char **argv, int output)
{
	int go[2], failed[2], err;

	child->pid = -1;
	child->pidfd = child->go = child->failed = -1;
	if (pipe2(go, O_CLOEXEC))
		return -errno;
	if (pipe2(failed, O_CLOEXEC)) {
		err = -errno;
		goto err_go;
	}
	child->pid = fork();
	if (child->pid < 0) {
		err = -errno;
		goto err_failed;
	}
	if (!child->pid) {
		close(go[1]);
		close(failed[0]);
		run_when_told(argv, output, go[0], failed[1]);
	}
	close(go[0]);
	close(failed[1]);
	child->go = go[1];
	child->failed = failed[0];
	child->pidfd = syscall(SYS_pidfd_open, child->pid, 0);
	if (child->pidfd < 0) {
		err = -errno;
		child_release(child);
		return err;
	}
	return 0;

err_failed:
	close(failed[0]);
	close(failed[1]);
err_go:
	close(go[0]);
	close(go[1]);
	return err;
}

int child_run(struct child *child)
{
	int err = 0;

	if (write(child->go, "", 1) != 1)
		return -errno;
	close_fd(&child->go);
	/* Ends with the pipe, which a successful exec closes. */
	if (read(child->failed, &err, sizeof(err)) != sizeof(err))
		err = 0;
	close_fd(&child->failed);
	if (err)
		waitpid(child->pid, NULL, 0);
	child->runs = !err;
	return -err;
}

int child_status(struct child *child)
{
	int status = 0;

	waitpid(child->pid, &status, 0);
	child->runs = false;
	return status;
}

bool child_goes_on(struct child *child)
{
	if (child->runs && waitpid(child->pid, NULL, WNOHANG))
		child->runs = false;
	return child->runs;
}

void child_release(struct child *child)
{
	/* A closed pipe tells a child that still waits to leave. */
	if (child->go >= 0) {
		close_fd(&child->go);
		waitpid(child->pid, NULL, 0);
	}
	close_fd(&child->failed);
	close_fd(&child->pidfd);
}
