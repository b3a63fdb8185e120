// SPDX-License-Identifier: GPL-2.0-or-later
/* shmviz top: all shared memory, full screen and live. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "caps.h"
#include "clock.h"
#include "cmd.h"
#include "err.h"
#include "runloop.h"
#include "top_batch.h"
#include "top_screen.h"
#include "top_starter.h"
#include "top_ui.h"

#define NS_PER_SEC	1e9
/* So often at most events are drained, and drawn. */
#define DRAIN_MS	20
#define DRAW_NS		100000000ull

/* Everything that one run has. */
struct top {
	const struct top_options *opt;
	struct top_model model;
	struct top_live live;
	struct top_starter starter;
	struct top_ui ui;
	struct runloop loop;
	int signals;		/* the terminal has another size; SIGQUIT */
	int keys;		/* epoll: terminal and those signals */
	int all;		/* epoll: keys and events */
	uint64_t drawn;		/* ns, when */
	uint64_t rested;	/* ns, before that no other look */
	int failed;		/* -errno of a look */
};

static int watch(int set, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	return epoll_ctl(set, EPOLL_CTL_ADD, fd, &event) ? -errno : 0;
}

static int open_inputs(struct top *top)
{
	sigset_t set;
	int err;

	sigemptyset(&set);
	sigaddset(&set, SIGWINCH);
	sigaddset(&set, SIGQUIT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	top->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	top->keys = epoll_create1(EPOLL_CLOEXEC);
	top->all = epoll_create1(EPOLL_CLOEXEC);
	if (top->signals < 0 || top->keys < 0 || top->all < 0)
		return -errno;
	err = watch(top->keys, STDIN_FILENO);
	if (!err)
		err = watch(top->keys, top->signals);
	if (!err)
		err = watch(top->all, top->keys);
	return err;
}

static void close_inputs(struct top *top)
{
	close(top->all);
	close(top->keys);
	close(top->signals);
}

static void draw(struct top *top)
{
	top_draw(&top->ui);
	top->drawn = clock_ns(CLOCK_MONOTONIC);
}

static void look(struct top *top)
{
	uint64_t before = top->model.looked;

	top->failed = top_model_look(&top->model);
	if (top->failed)
		return;
	if (before)
		top_live_tick(&top->live,
			      (top->model.looked - before) / NS_PER_SEC);
	top_ui_settle(&top->ui);
	top_detail_look(&top->ui);
	/* A look that takes long: as long again for whoever presses keys. */
	top->rested = top->model.looked + 2 * top->model.cost;
}

/* The screen has changed its size, or somebody wants a core. */
static void take_signals(struct top *top)
{
	struct signalfd_siginfo info;

	while (read(top->signals, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGQUIT)
			top->ui.quit = true;
		else
			top_screen_resized();
	}
}

/* false: there was none. */
static bool take_keys(struct top *top)
{
	struct epoll_event events[4];
	uint32_t key;
	int n = epoll_wait(top->keys, events, 4, 0);

	for (int i = 0; i < n; i++)
		if (events[i].events & (EPOLLHUP | EPOLLERR))
			top->ui.quit = true;
	if (n <= 0)
		return false;
	take_signals(top);
	while (!top->ui.quit && (key = top_screen_key()))
		top_key(&top->ui, key);
	return true;
}

static bool events_are_seen(const struct top_ui *ui)
{
	return ui->live->tracer && !ui->paused && (ui->view == VIEW_DETAIL ||
	       ui->events > 0 || (ui->events < 0 && ui->view == VIEW_LIST &&
				  top_screen_height() >= 36));
}

/* How long to wait until events are to be drawn; -1: none are. */
static int until_drawn(const struct top *top, bool fresh)
{
	uint64_t now = clock_ns(CLOCK_MONOTONIC);

	if (!fresh || !events_are_seen(&top->ui))
		return -1;
	return now - top->drawn >= DRAW_NS ? 0 :
	       (int)((top->drawn + DRAW_NS - now) / 1000000 + 1);
}

static bool drain(struct top *top)
{
	uint64_t before = top->live.events;

	if (!top->live.tracer)
		return false;
	top_live_drain(&top->live);
	return top->live.events != before;
}

/* The hooks are there: events, and rates from here on. */
static int take_events(struct top *top)
{
	if (!top_starter_take(&top->starter, &top->live))
		return 0;
	top->ui.starting = false;
	top->model.traced = top->live.tracer;
	top->model.looked = clock_ns(CLOCK_MONOTONIC);
	return top->live.tracer ? watch(top->all, top_live_fd(&top->live)) : 0;
}

/* Where events come one after the other, not for each of them. */
static unsigned int wait(struct top *top, bool fresh)
{
	unsigned int seen = 0;

	if (fresh && !top->live.full)
		seen = runloop_wait(&top->loop, top->keys, DRAIN_MS, NULL);
	if (!seen)
		seen = runloop_wait(&top->loop, top->all,
				    until_drawn(top, fresh), NULL);
	return seen;
}

/* 0 or -errno. */
static int run(struct top *top)
{
	bool fresh = false;	/* events that are not drawn yet */
	int err = 0;

	while (!top->ui.quit && !top->failed && !top->live.out_of_memory) {
		unsigned int seen = wait(top, fresh);
		bool redraw = take_keys(top);

		if (seen & RUN_END)
			break;
		err = take_events(top);
		if (err)
			break;
		fresh = drain(top) || fresh;
		if (seen & RUN_TICK && !top->ui.paused &&
		    clock_ns(CLOCK_MONOTONIC) >= top->rested) {
			look(top);
			redraw = true;
		}
		if (!redraw && until_drawn(top, fresh))
			continue;
		draw(top);
		fresh = false;
	}
	return err;
}

static void describe(struct top *top)
{
	struct utsname uts;

	uname(&uts);
	snprintf(top->ui.host, sizeof(top->ui.host), "%s %s", uts.nodename,
		 uts.release);
	top->ui.privileged = caps_have(CAP_SYS_ADMIN);
	top_frames_probe(top->ui.no_module, sizeof(top->ui.no_module));
}

/* The first picture is there before hooks are, which take their time. */
static int begin(struct top *top)
{
	int err;

	describe(top);
	top->ui.starting = top->opt->events;
	look(top);
	if (top->failed)
		return 0;
	draw(top);
	err = top_starter_begin(&top->starter, top->opt);
	if (!err)
		err = watch(top->keys, top->starter.done);
	if (!err)
		err = runloop_time(&top->loop, 0, top->opt->delay);
	return err;
}

static int run_screen(struct top *top)
{
	int ret, err;

	ret = top_screen_open();
	if (ret)
		return ret;
	err = begin(top);
	if (!err)
		err = run(top);
	top_live_stop(&top->live);
	top_detail_close(&top->ui);
	top_screen_close();
	top_starter_end(&top->starter);
	if (err)
		err_line("cannot wait for keys and times: %s", strerror(-err));
	else if (top->failed)
		err_line("cannot read the objects: %s", strerror(-top->failed));
	else if (top->live.out_of_memory)
		err_line("out of memory");
	else
		return EXIT_DONE;
	return EXIT_FAILED;
}

static int top_interactive(const struct top_options *opt)
{
	static struct top top;
	int ret = EXIT_FAILED, err;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return err_usage("top", "no terminal: --batch is for files,"
				 " pipes and scripts");
	top.opt = opt;
	top.signals = top.keys = top.all = top.starter.done = -1;
	err = runloop_open(&top.loop);
	if (!err)
		err = open_inputs(&top);
	top_model_init(&top.model, opt);
	if (!err)
		err = top_live_init(&top.live, &top.model.activities);
	top.ui = (struct top_ui) {
		.model = &top.model,
		.live = &top.live,
		.events = -1,
	};
	if (err)
		err_line("cannot wait for keys: %s", strerror(-err));
	else
		ret = run_screen(&top);
	top_live_close(&top.live);
	top_model_free(&top.model);
	close_inputs(&top);
	runloop_close(&top.loop);
	return ret;
}

int cmd_top(int argc, char **argv)
{
	static struct top_options opt;
	int ret = top_options_parse(&opt, argc, argv);

	if (ret == TOP_WANTS_HELP)
		return top_options_help();
	if (ret)
		return ret;
	return opt.batch ? top_batch(&opt) : top_interactive(&opt);
}
