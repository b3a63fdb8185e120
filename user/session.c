// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "caps.h"
#include "err.h"
#include "session.h"

static int refuse_command(const struct session *session, int err)
{
	err_line("cannot run '%s': %s", session->opt->command[0],
		 strerror(-err));
	return EXIT_FAILED;
}

int session_refuse_tracer(int err, const char *why)
{
	if (err == EPERM && geteuid()) {
		err_line("tracing needs root, or CAP_BPF and CAP_PERFMON:"
			 " run it with sudo");
		return EXIT_FAILED;
	}
	err_line("this kernel allows no tracing: %s: see 'shmviz doctor'", why);
	return EXIT_LACKS;
}

static int open_tracer(struct session *session)
{
	char why[384];

	session->tracer = tracer_open(session->opt->tracer, why, sizeof(why));
	return session->tracer ? EXIT_DONE : session_refuse_tracer(errno, why);
}

/* All are followed from the start, or the reason why not is said. */
static int follow_processes(struct session *session)
{
	const struct session_options *opt = session->opt;

	for (unsigned int i = 0; i < opt->nfollow; i++) {
		int fd = syscall(SYS_pidfd_open, opt->follow[i], 0);
		int err = fd < 0 ? -errno : tracer_follow(session->tracer, fd);

		if (fd >= 0)
			close(fd);
		if (err) {
			err_line("cannot follow process %d: %s",
				 opt->follow[i], err == -ESRCH ?
				 "no such process" : strerror(-err));
			return EXIT_FAILED;
		}
	}
	return EXIT_DONE;
}

static int follow_command(struct session *session)
{
	int err = tracer_follow(session->tracer, session->child.pidfd);

	if (!err)
		return EXIT_DONE;
	err_line("cannot follow '%s': %s", session->opt->command[0],
		 strerror(-err));
	return EXIT_FAILED;
}

int session_open(struct session *session, const struct session_options *opt)
{
	int err = 0, ret;

	*session = (struct session) {
		.opt = opt,
		.child = { .pid = -1, .pidfd = -1, .go = -1, .failed = -1 },
	};
	/* Before the tracer, so that the command inherits none of its files. */
	if (opt->command)
		err = child_prepare(&session->child, opt->command,
				    opt->command_stdout);
	if (err)
		return refuse_command(session, err);
	ret = open_tracer(session);
	if (!ret)
		ret = follow_processes(session);
	if (!ret && opt->command)
		ret = follow_command(session);
	return ret;
}

int session_start(struct session *session)
{
	/* The command has its own; nothing of what is left to do takes any. */
	int err = caps_drop();

	if (err) {
		err_line("cannot give up capabilities: %s", strerror(-err));
		return EXIT_FAILED;
	}
	tracer_arm(session->tracer);
	if (session->opt->command)
		err = child_run(&session->child);
	return err ? refuse_command(session, err) : EXIT_DONE;
}

void session_close(struct session *session)
{
	tracer_close(session->tracer);
	/* It is not ours to end: it may be a service that it has started. */
	if (child_goes_on(&session->child))
		err_line("process %d, '%s', goes on untraced",
			 session->child.pid, session->opt->command[0]);
	child_release(&session->child);
}
