// SPDX-License-Identifier: GPL-2.0-or-later
/* shmviz trace: events as they happen. */
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include <shmviz.h>

#include "child.h"
#include "cmd.h"
#include "err.h"
#include "event.h"
#include "parse.h"
#include "term.h"
#include "tracer.h"
#include "write_trace.h"

#define BUFFER_MIN	4096
#define BUFFER_MAX	(1u << 30)
#define DURATION_MAX	1e9
#define TRACE_WIDE	132	/* columns that the table takes */

struct trace_options {
	struct tracer_options tracer;
	double duration;	/* seconds; 0: until told to end */
	bool json;
	bool strict;
	char **command;		/* NULL: the whole system */
};

/* One run, from attached programs to the end line. */
struct trace {
	const struct trace_options *opt;
	const struct trace_writer *writer;
	struct tracer *tracer;
	struct child child;
	struct trace_end end;
	__u64 lost_said;
	int got;		/* records of the last drain */
};

static int help(void)
{
	puts("Usage: shmviz trace [OPTION...] [-- COMMAND [ARGUMENT...]]\n"
	     "\n"
	     "Print every shmget, shmat, shmdt and shmctl of the system as it returns,\n"
	     "with its result and what the kernel then has of the segment. With a\n"
	     "COMMAND, run it and print only its calls and those of its children, until\n"
	     "it ends. Needs root, no module. Ctrl-C ends.\n"
	     "\n"
	     "Options:\n"
	     "  -d, --duration SECS    end after so many seconds (1, 0.5, ...)\n"
	     "  -j, --json             one JSON object a line on stdout\n"
	     "      --strict           exit with 4 if an event was lost\n"
	     "      --buffer SIZE      of the ring buffer, 4K to 1G (default: 4M); the next\n"
	     "                         power of two is taken\n"
	     "      --backend NAME     fentry or tracepoint (default: the first that works)\n"
	     "      --entry            tracepoint backend: hook the entry of system calls,\n"
	     "                         too: gives durations and the segment of shmdt, and\n"
	     "                         costs every system call of the machine a little more\n"
	     "  -h, --help             show this help\n"
	     "\n"
	     "Columns (on a terminal of 132 or more; else the same without alignment):\n"
	     "the time of return, the caller's pid and name, the call as strace\n"
	     "shows it, its result, how long it took, and the segment after the call:\n"
	     "its size, key and nattch, and whether shmget made it or found it.\n"
	     "\n"
	     "The last line says how many events were seen; those are delivered, lost\n"
	     "(the buffer was full) or filtered (not of COMMAND). Where some were lost, a\n"
	     "line LOST says so. On a kernel without fentry, tracepoints do the work: the\n"
	     "first lines then say what they can't see.\n"
	     "\n"
	     "Exit codes: 0 done, 1 failed, 2 wrong command line, 3 this kernel allows no\n"
	     "tracing, 4 events were lost under --strict. The status of COMMAND is in the\n"
	     "last lines.\n"
	     "\n"
	     "Example: what does PostgreSQL do with shared memory?\n"
	     "  shmviz trace -- pg_ctlcluster 15 main start");
	return EXIT_DONE;
}

static int parse_duration(const char *text, double *duration)
{
	char *end;

	if (strspn(text, "0123456789.") != strlen(text))
		return -EINVAL;
	*duration = strtod(text, &end);
	return end == text || *end || *duration <= 0 ||
	       *duration > DURATION_MAX ? -EINVAL : 0;
}

/* The kernel takes powers of two of at least a page. */
static size_t round_buffer(uint64_t size)
{
	size_t buffer = BUFFER_MIN;

	while (buffer < size)
		buffer *= 2;
	return buffer;
}

static int parse_buffer(const char *text, size_t *buffer)
{
	static const char units[] = "KMG";
	char digits[32];
	const char *unit;
	size_t len = strlen(text);
	uint64_t size, scale = 1;

	if (!len || len >= sizeof(digits))
		return -EINVAL;
	memcpy(digits, text, len + 1);
	unit = strchr(units, digits[len - 1]);
	if (unit && *unit) {
		scale = 1ull << (10 * (unit - units + 1));
		digits[len - 1] = '\0';
	}
	if (parse_number(digits, 1, BUFFER_MAX / scale, &size) ||
	    size * scale < BUFFER_MIN)
		return -EINVAL;
	*buffer = round_buffer(size * scale);
	return 0;
}

static int parse_backend(const char *text, enum tracer_backend *backend)
{
	for (int b = TRACER_TRACEPOINT; b <= TRACER_FENTRY; b++) {
		if (!strcmp(text, tracer_backend_name(b))) {
			*backend = b;
			return 0;
		}
	}
	return -EINVAL;
}

enum { OPT_BACKEND = 256, OPT_BUFFER, OPT_ENTRY, OPT_STRICT };

static int parse_option(int c, char **argv, struct trace_options *opt)
{
	switch (c) {
	case 'd':
		if (parse_duration(optarg, &opt->duration))
			return err_usage("trace",
				"--duration '%s': seconds above 0 are needed",
				optarg);
		return EXIT_DONE;
	case 'j':
		opt->json = true;
		return EXIT_DONE;
	case OPT_BACKEND:
		if (parse_backend(optarg, &opt->tracer.backend))
			return err_usage("trace",
				"--backend '%s': fentry or tracepoint is needed",
				optarg);
		return EXIT_DONE;
	case OPT_BUFFER:
		if (parse_buffer(optarg, &opt->tracer.buffer))
			return err_usage("trace",
				"--buffer '%s': a size of 4K to 1G is needed",
				optarg);
		return EXIT_DONE;
	case OPT_ENTRY:
		opt->tracer.entry = true;
		return EXIT_DONE;
	case OPT_STRICT:
		opt->strict = true;
		return EXIT_DONE;
	default:
		return err_option("trace", c, argv);
	}
}

static int parse_options(int argc, char **argv, struct trace_options *opt)
{
	static const struct option longs[] = {
		{ "backend",  required_argument, NULL, OPT_BACKEND },
		{ "buffer",   required_argument, NULL, OPT_BUFFER },
		{ "duration", required_argument, NULL, 'd' },
		{ "entry",    no_argument,       NULL, OPT_ENTRY },
		{ "help",     no_argument,       NULL, 'h' },
		{ "json",     no_argument,       NULL, 'j' },
		{ "strict",   no_argument,       NULL, OPT_STRICT },
		{}
	};
	int c, ret;

	while ((c = getopt_long(argc, argv, "+:d:hj", longs, NULL)) != -1) {
		if (c == 'h')
			return -1;
		ret = parse_option(c, argv, opt);
		if (ret)
			return ret;
	}
	if (optind == argc)
		return EXIT_DONE;
	if (strcmp(argv[optind - 1], "--"))
		return err_usage("trace",
			"unexpected argument '%s': a command goes after '--'",
			argv[optind]);
	opt->command = argv + optind;
	opt->tracer.follow = true;
	return EXIT_DONE;
}

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
	struct trace_start start = {
		.narrow = is_narrow(),
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

static void on_record(const struct rec_hdr *rec, void *ctx)
{
	struct trace *trace = ctx;
	struct event ev;

	trace->end.delivered++;
	if (event_from_record(&ev, rec))
		trace->writer->event(&ev);
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
	return !ferror(stdout);
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
		if (poll(fds, FD_MAX, -1) < 0 && errno != EINTR)
			trace->end.reason = "output";
		else
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
	trace->writer->end(end);
}

static int start_command(struct trace *trace)
{
	const char *name = trace->opt->command[0];
	int err;

	err = tracer_follow(trace->tracer, trace->child.pidfd);
	if (!err)
		err = child_run(&trace->child);
	if (err) {
		err_line("cannot run '%s': %s", name, strerror(-err));
		return EXIT_FAILED;
	}
	return EXIT_DONE;
}

static int run_attached(struct trace *trace)
{
	int signals = open_signals();
	int timer = open_timer(trace->opt->duration);
	int ret = EXIT_DONE;

	write_start(trace);
	if (trace->opt->command)
		ret = start_command(trace);
	if (ret)
		trace->end.reason = "failed";
	else
		run(trace, signals, timer);
	finish(trace);
	if (!ret && trace->opt->strict && trace->end.lost)
		ret = EXIT_LOST;
	if (timer >= 0)
		close(timer);
	close(signals);
	return ret;
}

static int open_tracer(struct trace *trace)
{
	char why[384];

	trace->tracer = tracer_open(&trace->opt->tracer, why, sizeof(why));
	if (trace->tracer)
		return EXIT_DONE;
	if (errno == EPERM && geteuid()) {
		err_line("tracing needs root: run it with sudo");
		return EXIT_FAILED;
	}
	err_line("this kernel allows no tracing: %s: see 'shmviz doctor'", why);
	return EXIT_LACKS;
}

static int trace_events(const struct trace_options *opt)
{
	struct trace trace = {
		.opt = opt,
		.writer = opt->json ? &trace_writer_json : &trace_writer_text,
		.child = { .pid = -1, .pidfd = -1, .go = -1, .failed = -1 },
	};
	int ret, err;

	/* Before the tracer, so that the command inherits none of its files. */
	if (opt->command) {
		err = child_prepare(&trace.child, opt->command);
		if (err) {
			err_line("cannot run '%s': %s", opt->command[0],
				 strerror(-err));
			return EXIT_FAILED;
		}
	}
	ret = open_tracer(&trace);
	if (!ret)
		ret = run_attached(&trace);
	tracer_close(trace.tracer);
	child_release(&trace.child);
	return ret;
}

int cmd_trace(int argc, char **argv)
{
	struct trace_options opt = {};
	int ret = parse_options(argc, argv, &opt);

	if (ret < 0)
		return help();
	return ret ? ret : trace_events(&opt);
}
