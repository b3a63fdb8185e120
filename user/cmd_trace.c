// SPDX-License-Identifier: GPL-2.0-or-later
/* shmviz trace: events as they happen. */
#include <errno.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include <shmviz.h>

#include "births.h"
#include "caps.h"
#include "child.h"
#include "cmd.h"
#include "err.h"
#include "replay.h"
#include "snapshot.h"
#include "term.h"
#include "trace_options.h"
#include "tracer.h"
#include "write_trace.h"

#define BATCH_MS	2	/* of events, for the reader to sleep */
#define TRACE_WIDE	132	/* columns that the table takes */

/* One run, from attached programs to the end line. */
struct trace {
	const struct trace_options *opt;
	const struct trace_writer *writer;
	struct tracer *tracer;
	struct births *births;
	struct child child;
	struct trace_end end;
	__u64 lost_said;
	int got;		/* records of the last drain */
	bool out_of_memory;
};

static __u64 clock_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

/* Columns are for those who have room for them. */
static bool is_narrow(void)
{
	return (term_is_tty() || getenv("COLUMNS")) &&
	       term_width() < TRACE_WIDE;
}

static void write_start(struct trace *trace)
{
	struct stat ns;
	struct trace_start start = {
		.narrow = is_narrow(),
		.ipcns = stat("/proc/self/ns/ipc", &ns) ? 0 : ns.st_ino,
		.version = SHMVIZ_VERSION,
		.backend = tracer_backend_name(tracer_backend(trace->tracer)),
		.why = tracer_why(trace->tracer),
		.blind = tracer_blind(trace->tracer),
		.monotonic = clock_ns(CLOCK_MONOTONIC),
		.realtime = clock_ns(CLOCK_REALTIME),
	};

	trace->writer->start(&start);
	flush_output();
}

static void on_event(const struct event *ev, void *ctx)
{
	struct trace *trace = ctx;

	trace->writer->event(ev);
}

static void on_record(const struct rec_hdr *rec, void *ctx)
{
	struct trace *trace = ctx;

	if (rec->type != REC_FORK)
		trace->end.delivered++;
	if (births_record(trace->births, rec, on_event, trace))
		trace->out_of_memory = true;
}

/* Prints what is there, or some of it; false when it can't be printed. */
static bool drain(struct trace *trace)
{
	__u64 lost;

	trace->got = tracer_consume(trace->tracer, on_record, trace);
	lost = tracer_lost(trace->tracer);
	if (lost != trace->lost_said) {
		trace->writer->lost(lost - trace->lost_said);
		trace->lost_said = lost;
	}
	flush_output();
	if (trace->out_of_memory)
		err_line("out of memory");
	return !ferror(stdout) && !trace->out_of_memory;
}

static int open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

static int open_timer(double duration)
{
	struct itimerspec when = {};
	double sec, frac;
	int fd;

	if (duration <= 0)
		return -1;
	fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	frac = modf(duration, &sec);
	when.it_value.tv_sec = sec;
	when.it_value.tv_nsec = frac * 1e9 > 1 ? frac * 1e9 : 1;
	if (fd >= 0)
		timerfd_settime(fd, 0, &when, NULL);
	return fd;
}

/* Records that came while we looked around: told after what was there. */
struct early {
	struct snapshot *snap;
	char *bytes;
	size_t len, room;
	bool failed;
};

static void keep_early(const struct rec_hdr *rec, void *ctx)
{
	size_t size = (rec->size + 7u) & ~7u;
	struct early *early = ctx;
	char *bigger;

	if (early->failed)
		return;
	if (early->len + size > early->room) {
		early->room = 2 * early->room + size;
		bigger = realloc(early->bytes, early->room);
		if (!bigger) {
			early->failed = true;
			return;
		}
		early->bytes = bigger;
	}
	memcpy(early->bytes + early->len, rec, rec->size);
	early->len += size;
	if (snapshot_undo(early->snap, rec))
		early->failed = true;
}

static void tell_early(struct trace *trace, const struct early *early)
{
	const struct rec_hdr *rec;

	for (size_t at = 0; at < early->len; at += (rec->size + 7u) & ~7u) {
		rec = (const void *)(early->bytes + at);
		on_record(rec, trace);
	}
}

static void warn_hidden(const struct snapshot *snap)
{
	bool attachments;
	size_t n = snapshot_hidden(snap, &attachments);

	if (n)
		err_line("%zu processes or namespaces could not be looked at:"
			 " of what is there already, %s may be missing", n,
			 attachments ? "segments and attachments" :
			 "segments that nobody has attached");
}

/* What is there; events begin where it ends, none missing, none twice. */
static int look_around(struct trace *trace)
{
	struct early early = {};
	int ret = EXIT_FAILED;

	tracer_arm(trace->tracer);
	early.snap = snapshot_new(trace->tracer);
	if (!early.snap) {
		err_line("cannot read the segments there are: %s",
			 strerror(errno));
		return EXIT_FAILED;
	}
	if (!tracer_settle(trace->tracer, keep_early, &early))
		err_line("something is under way for long: it may count twice,"
			 " here and in its event");
	warn_hidden(early.snap);
	if (!early.failed &&
	    !snapshot_each(early.snap, &trace->opt->filter,
			   trace->writer->segment)) {
		tell_early(trace, &early);
		ret = EXIT_DONE;
	} else {
		err_line("out of memory");
	}
	free(early.bytes);
	snapshot_free(early.snap);
	return ret;
}

enum { FD_RECORDS, FD_SIGNAL, FD_TIMER, FD_CHILD, FD_STDOUT, FD_MAX };

/* Why the run ends, or NULL. */
static const char *end_reason(struct trace *trace, const struct pollfd *fds)
{
	if (fds[FD_CHILD].revents) {
		trace->end.command_status = child_status(&trace->child);
		return "command";
	}
	if (fds[FD_SIGNAL].revents)
		return "signal";
	if (fds[FD_TIMER].revents)
		return "duration";
	/* Its reader has gone: nobody will see the next event. */
	if (fds[FD_STDOUT].revents & POLLERR)
		return "output";
	return NULL;
}

static void run(struct trace *trace, int signals, int timer)
{
	struct pollfd fds[FD_MAX] = {
		[FD_RECORDS] = { tracer_fd(trace->tracer), POLLIN, 0 },
		[FD_SIGNAL]  = { signals, POLLIN, 0 },
		[FD_TIMER]   = { timer, POLLIN, 0 },
		[FD_CHILD]   = { trace->child.pidfd, POLLIN, 0 },
		[FD_STDOUT]  = { STDOUT_FILENO, 0, 0 },
	};

	do {
		/* Not for every single event: that costs those who make them. */
		fds[FD_RECORDS].fd = -1;
		if (!fds[FD_RECORDS].revents ||
		    !poll(fds, FD_MAX, BATCH_MS)) {
			fds[FD_RECORDS].fd = tracer_fd(trace->tracer);
			poll(fds, FD_MAX, -1);
		}
		trace->end.reason = end_reason(trace, fds);
		if (fds[FD_RECORDS].revents && !drain(trace))
			trace->end.reason = "output";
	} while (!trace->end.reason);
}

/*
 * A program that runs on another CPU while it is detached may still count and
 * write: the sums agree once it is through.
 */
static void finish(struct trace *trace)
{
	struct rec_counts counts[KIND_MAX];
	struct trace_end *end = &trace->end;
	const struct timespec pause = { .tv_nsec = 1000000 };

	tracer_disarm(trace->tracer);
	tracer_detach(trace->tracer);
	for (int tries = 0; tries < 1000; tries++) {
		while (drain(trace) && trace->got > 0)
			;
		end->seen = end->lost = end->filtered = 0;
		if (tracer_counts(trace->tracer, counts))
			break;
		for (int i = 0; i < KIND_MAX; i++) {
			end->seen += counts[i].seen;
			end->lost += counts[i].lost;
			end->filtered += counts[i].filtered;
		}
		if (end->seen == end->delivered + end->lost + end->filtered)
			break;
		nanosleep(&pause, NULL);
	}
	births_flush(trace->births, on_event, trace);
	trace->writer->end(end);
}

/*
 * Where all processors are busy making events, the reader must get its share of
 * one to keep up; it takes none while there are none. Without the right to that
 * it has to do as it is.
 */
static void be_first(void)
{
	setpriority(PRIO_PROCESS, 0, -20);
}

static int drop_capabilities(void)
{
	int err = caps_drop();

	if (err)
		err_line("cannot give up capabilities: %s", strerror(-err));
	return err ? EXIT_FAILED : EXIT_DONE;
}

static int start_command(struct trace *trace)
{
	int err = child_run(&trace->child);

	if (!err)
		return EXIT_DONE;
	err_line("cannot run '%s': %s", trace->opt->command[0],
		 strerror(-err));
	return EXIT_FAILED;
}

static int run_attached(struct trace *trace, int signals)
{
	int timer = open_timer(trace->opt->duration);
	int ret = EXIT_DONE;

	write_start(trace);
	if (trace->opt->tracer.snapshot)
		ret = look_around(trace);
	flush_output();
	/* The command has its own; nothing of what is left to do takes any. */
	be_first();
	if (!ret)
		ret = drop_capabilities();
	if (!ret && trace->opt->command)
		ret = start_command(trace);
	if (ret)
		trace->end.reason = "failed";
	else
		run(trace, signals, timer);
	finish(trace);
	if (!ret && trace->out_of_memory)
		ret = EXIT_FAILED;
	if (!ret && trace->opt->strict && trace->end.lost)
		ret = EXIT_LOST;
	if (timer >= 0)
		close(timer);
	return ret;
}

static int open_tracer(struct trace *trace)
{
	char why[384];

	trace->tracer = tracer_open(&trace->opt->tracer, why, sizeof(why));
	if (trace->tracer)
		return EXIT_DONE;
	if (errno == EPERM && geteuid()) {
		err_line("tracing needs root, or CAP_BPF and CAP_PERFMON:"
			 " run it with sudo");
		return EXIT_FAILED;
	}
	err_line("this kernel allows no tracing: %s: see 'shmviz doctor'", why);
	return EXIT_LACKS;
}

/* All that is traced from the start, or the reason why not is said. */
static int follow_processes(struct trace *trace)
{
	const struct trace_options *opt = trace->opt;
	int err;

	for (unsigned int i = 0; i < opt->nfollow; i++) {
		int fd = syscall(SYS_pidfd_open, opt->follow[i], 0);

		err = fd < 0 ? -errno : tracer_follow(trace->tracer, fd);

		if (fd >= 0)
			close(fd);
		if (err) {
			err_line("cannot follow process %d: %s",
				 opt->follow[i], err == -ESRCH ?
				 "no such process" : strerror(-err));
			return EXIT_FAILED;
		}
	}
	if (!opt->command)
		return EXIT_DONE;
	err = tracer_follow(trace->tracer, trace->child.pidfd);
	if (!err)
		return EXIT_DONE;
	err_line("cannot follow '%s': %s", opt->command[0], strerror(-err));
	return EXIT_FAILED;
}

static int prepare_command(struct trace *trace)
{
	char **command = trace->opt->command;
	int err;

	if (!command)
		return EXIT_DONE;
	err = child_prepare(&trace->child, command);
	if (!err)
		return EXIT_DONE;
	err_line("cannot run '%s': %s", command[0], strerror(-err));
	return EXIT_FAILED;
}

static int trace_events(const struct trace_options *opt)
{
	struct trace trace = {
		.opt = opt,
		.writer = opt->json ? &trace_writer_json : &trace_writer_text,
		.births = births_new(),
		.child = { .pid = -1, .pidfd = -1, .go = -1, .failed = -1 },
	};
	int ret, signals;

	if (!trace.births) {
		err_line("out of memory");
		return EXIT_FAILED;
	}
	/* Before the tracer, so that the command inherits none of its files. */
	ret = prepare_command(&trace);
	/* Early: a signal while it starts must not be lost either. */
	signals = open_signals();
	if (!ret)
		ret = open_tracer(&trace);
	if (!ret)
		ret = follow_processes(&trace);
	if (!ret)
		ret = run_attached(&trace, signals);
	close(signals);
	tracer_close(trace.tracer);
	child_release(&trace.child);
	births_free(trace.births);
	return ret;
}

int cmd_trace(int argc, char **argv)
{
	static struct trace_options opt;
	int ret = trace_options_parse(&opt, argc, argv);

	if (ret == TRACE_HELP) {
		trace_options_help();
		return EXIT_DONE;
	}
	if (!ret && opt.from)
		return replay(&opt, opt.json ? &trace_writer_json :
			      &trace_writer_text, is_narrow());
	return ret ? ret : trace_events(&opt);
}
