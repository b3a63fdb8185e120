// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <math.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "runloop.h"
#include "signals.h"

/* Times are doubles: a tick that is meant to be the end may miss it by this. */
#define ALMOST	1e-6

static int open_signals(void)
{
	sigset_t set;

	signals_block(&set);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

static struct timespec to_timespec(double seconds)
{
	double whole, part = modf(seconds, &whole);

	/* All zero would be no time at all. */
	return (struct timespec) {
		.tv_sec = whole,
		.tv_nsec = whole || part * 1e9 > 1 ? part * 1e9 : 1,
	};
}

static int open_timer(double seconds, bool again)
{
	struct itimerspec when = { .it_value = to_timespec(seconds) };
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);

	if (again)
		when.it_interval = when.it_value;
	if (fd >= 0)
		timerfd_settime(fd, 0, &when, NULL);
	return fd;
}

int runloop_open(struct runloop *loop)
{
	*loop = (struct runloop) {
		.timer = -1, .ticker = -1, .clock = -1,
		.output = STDOUT_FILENO,
	};
	loop->signals = open_signals();
	return loop->signals < 0 ? -errno : 0;
}

/* A timer that never ends, but is cancelled when the clock is set. */
int runloop_watch_clock(struct runloop *loop)
{
	const struct itimerspec never = { .it_value.tv_sec = INT32_MAX * 2ll };
	int fd = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);

	if (fd < 0)
		return -errno;
	if (timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET,
			    &never, NULL)) {
		close(fd);
		return -errno;
	}
	loop->clock = fd;
	return 0;
}

int runloop_time(struct runloop *loop, double duration, double interval)
{
	loop->duration = duration;
	loop->interval = interval;
	if (duration > 0) {
		loop->timer = open_timer(duration, false);
		if (loop->timer < 0)
			return -errno;
	}
	if (interval > 0) {
		loop->ticker = open_timer(interval, true);
		if (loop->ticker < 0)
			return -errno;
	}
	return 0;
}

enum { FD_INPUT, FD_SIGNAL, FD_TIMER, FD_TICKER, FD_CLOCK, FD_CHILD, FD_OUTPUT,
       FD_MAX };

/* The kernel goes on to watch from here. */
static bool clock_has_jumped(struct runloop *loop)
{
	uint64_t ticks;

	return read(loop->clock, &ticks, sizeof(ticks)) < 0 &&
	       errno == ECANCELED;
}

static unsigned int count_ticks(struct runloop *loop)
{
	uint64_t ticks;

	if (read(loop->ticker, &ticks, sizeof(ticks)) != sizeof(ticks))
		return 0;
	loop->ticks += ticks;
	if (loop->duration > 0 &&
	    loop->ticks * loop->interval >= loop->duration - ALMOST) {
		loop->reason = "duration";
		return RUN_END;
	}
	return RUN_TICK;
}

static unsigned int look(struct runloop *loop, const struct pollfd *fds,
			 struct child *child)
{
	unsigned int seen = fds[FD_INPUT].revents ? RUN_INPUT : 0;

	if (fds[FD_CLOCK].revents && clock_has_jumped(loop))
		seen |= RUN_CLOCK;
	if (fds[FD_CHILD].revents) {
		loop->command_status = child_status(child);
		loop->reason = "command";
	} else if (fds[FD_SIGNAL].revents) {
		loop->reason = "signal";
	} else if (fds[FD_TIMER].revents) {
		loop->reason = "duration";
	} else if (fds[FD_OUTPUT].revents & POLLERR) {
		/* Its reader has gone: nobody will see what comes. */
		loop->reason = "output";
	} else if (fds[FD_TICKER].revents) {
		return seen | count_ticks(loop);
	}
	return loop->reason ? seen | RUN_END : seen;
}

unsigned int runloop_wait(struct runloop *loop, int input, int milliseconds,
			  struct child *child)
{
	struct pollfd fds[FD_MAX] = {
		[FD_INPUT]  = { input, POLLIN, 0 },
		[FD_SIGNAL] = { loop->signals, POLLIN, 0 },
		[FD_TIMER]  = { loop->timer, POLLIN, 0 },
		[FD_TICKER] = { loop->ticker, POLLIN, 0 },
		[FD_CLOCK]  = { loop->clock, POLLIN, 0 },
		[FD_CHILD]  = { child ? child->pidfd : -1, POLLIN, 0 },
		[FD_OUTPUT] = { loop->output, 0, 0 },
	};
	unsigned int seen = 0;
	int ready;

	while (!seen) {
		ready = poll(fds, FD_MAX, milliseconds);
		if (!ready)
			break;
		if (ready > 0) {
			seen = look(loop, fds, child);
		} else if (errno != EINTR) {
			loop->reason = "output";
			seen = RUN_END;
		}
	}
	return seen;
}

static void close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

void runloop_close(struct runloop *loop)
{
	close_fd(loop->clock);
	close_fd(loop->ticker);
	close_fd(loop->timer);
	close_fd(loop->signals);
}
