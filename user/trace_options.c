// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "output.h"
#include "run_options.h"
#include "trace_filter.h"
#include "trace_options.h"

#define BUFFER_MIN	4096
#define BUFFER_MAX	(1u << 30)

void trace_options_help(void)
{
	puts("Usage: shmviz trace [OPTION...] [-- COMMAND [ARGUMENT...]]\n"
	     "\n"
	     "Print what happens to System V shared memory, as it happens: each shmget,\n"
	     "shmat, shmdt and shmctl with its result, also of 32-bit programs; and what no\n"
	     "call shows: attachments inherited by fork, split or moved, dropped by exit,\n"
	     "exec or munmap, and the end of segments. With each, what the kernel then has\n"
	     "of the segment. With a COMMAND, run it and print only what it and its\n"
	     "children do, until it ends. Needs root, no module. Ctrl-C ends.\n"
	     "\n"
	     "Options:\n"
	     "      --kind KIND        sysv (default), posix, memfd, anon, file or all; a\n"
	     "                         list: trace these kinds of shared memory\n"
	     "  -d, --duration SECS    end after so many seconds (1, 0.5, ...)\n"
	     "  -j, --json             one JSON object a line\n"
	     "  -o, --output FILE      write to FILE; then what COMMAND writes to stdout goes\n"
	     "                         to stdout, and otherwise to stderr\n"
	     "      --strict           exit with 4 if an event was lost\n"
	     "      --buffer SIZE      of the ring buffer, 4K to 1G (default: 4M); the next\n"
	     "                         power of two is taken\n"
	     "      --backend NAME     fentry, kprobe or tracepoint (default: the best that\n"
	     "                         this kernel allows)\n"
	     "      --entry            tracepoint backend: hook the entry of system calls,\n"
	     "                         too: gives durations and the segment of shmdt, and\n"
	     "                         costs every system call of the machine a little more\n"
	     "      --no-segments      leave out the segments and attachments that are there\n"
	     "                         when it starts; the table has them only where it is\n"
	     "                         of all processes\n"
	     "      --from FILE        tell again what trace --json has written, - for stdin;\n"
	     "                         filters pick from it\n"
	     "      --follow           with --pid: the children that they then have, too\n"
	     "      --redact           keys, names and users as stand-ins, to be published;\n"
	     "                         filters take the real ones\n"
	     "  -h, --help             show this help\n");
	fputs(filter_help, stdout);
	puts("\n"
	     "Columns (on a terminal of 132 or more; else the same without alignment):\n"
	     "the time of return, the caller's pid and name, the call as strace\n"
	     "shows it, its result, how long it took, and the segment after the call:\n"
	     "its size, key and nattch, and whether shmget made it or found it.\n"
	     "An attachment that shmdt drops has no line but that of shmdt (--json has).\n"
	     "\n"
	     "The last line says how many events were seen; those are delivered, lost\n"
	     "(the buffer was full) or filtered (not of COMMAND, or not asked for). Where\n"
	     "some were lost, a line LOST says so. On a kernel that preempts tasks inside\n"
	     "the kernel, kprobes do the work of fentry, which would miss events; on one\n"
	     "without both, tracepoints: the first lines then say what they can't see.\n"
	     "\n"
	     "Exit codes: 0 done, 1 failed, 2 wrong command line, 3 this kernel allows no\n"
	     "tracing, 4 events were lost under --strict. The status of COMMAND is in the\n"
	     "last lines.\n"
	     "\n"
	     "Examples: what does PostgreSQL do with shared memory? Who fails to attach?\n"
	     "  shmviz trace -- pg_ctlcluster 15 main start\n"
	     "  shmviz trace --failed --event shmat,shmget");
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
	uint64_t size;
	int err = run_parse_size(text, BUFFER_MIN, BUFFER_MAX, &size);

	if (!err)
		*buffer = round_buffer(size);
	return err;
}

int trace_option(struct trace_options *opt, int c, char **argv)
{
	switch (c) {
	case 'd':
		if (run_parse_seconds(optarg, 0, &opt->duration))
			return err_usage(opt->name,
				"--duration '%s': seconds above 0 are needed,"
				" 1 or 0.5, up to " RUN_SECONDS_MAX, optarg);
		return EXIT_DONE;
	case TRACE_OPT_BACKEND:
		if (run_parse_backend(optarg, &opt->tracer.backend))
			return err_usage(opt->name,
				"--backend '%s': fentry, kprobe or tracepoint is needed",
				optarg);
		return EXIT_DONE;
	case TRACE_OPT_BUFFER:
		if (parse_buffer(optarg, &opt->tracer.buffer))
			return err_usage(opt->name,
				"--buffer '%s': a size of 4K to 1G is needed",
				optarg);
		return EXIT_DONE;
	case TRACE_OPT_ENTRY:
		opt->tracer.entry = true;
		return EXIT_DONE;
	case TRACE_OPT_REDACT:
		opt->redact = true;
		return EXIT_DONE;
	case TRACE_OPT_STRICT:
		opt->strict = true;
		return EXIT_DONE;
	case TRACE_OPT_NO_SEGMENTS:
		opt->tracer.snapshot = false;
		return EXIT_DONE;
	case TRACE_OPT_FROM:
		opt->from = optarg;
		return EXIT_DONE;
	case TRACE_OPT_FOLLOW:
		opt->filter.follow = true;
		return EXIT_DONE;
	default:
		if (c >= FILTER_OPT_FIRST && c <= FILTER_OPT_LAST)
			return filter_add(&opt->filter, opt->name, c,
					  optarg);
		return err_option(opt->name, c, argv);
	}
}

/* What was written down can't be hooked, followed or waited for. */
static int finish_from(const struct trace_options *opt)
{
	const struct tracer_options *tracer = &opt->tracer;
	const char *own = strcmp(opt->name, "trace") ? "" : " --json, -o,";

	if (opt->from && (opt->command || tracer->backend || tracer->buffer ||
			  tracer->entry || opt->duration > 0 ||
			  opt->filter.follow))
		return err_usage(opt->name, "--from FILE goes with%s"
				 " --redact, --strict, --no-segments and filters"
				 " only", own);
	return EXIT_DONE;
}

/* --follow: the processes of --pid, and their children. */
static int finish_follow(struct trace_options *opt)
{
	if (!opt->filter.follow)
		return EXIT_DONE;
	opt->nfollow = run_list_pids(&opt->filter, opt->follow);
	return opt->nfollow ? EXIT_DONE :
			      err_usage(opt->name, "--follow needs --pid");
}

void trace_options_begin(struct trace_options *opt, const char *name)
{
	opt->name = name;
	opt->tracer.filter = &opt->filter;
	opt->tracer.snapshot = true;
}

int trace_options_finish(struct trace_options *opt, int argc, char **argv,
			 bool dashes)
{
	int ret = run_parse_command(opt->name, argc, argv, dashes,
				    &opt->command);

	if (!ret)
		ret = finish_from(opt);
	if (!ret)
		ret = filter_check(&opt->filter, opt->name, opt->from);
	if (!ret)
		ret = finish_follow(opt);
	if (!(tracer_objects(&opt->filter) & TRACER_SEGMENTS))
		opt->tracer.snapshot = false;
	if (opt->command)
		opt->filter.follow = true;
	return ret;
}

int trace_options_parse(struct trace_options *opt, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "help",     no_argument,       NULL, 'h' },
		{ "json",     no_argument,       NULL, 'j' },
		{ "output",   required_argument, NULL, 'o' },
		TRACE_LONG_OPTIONS,
		{}
	};
	bool dashes;
	int c, ret;

	trace_options_begin(opt, "trace");
	while ((c = run_getopt(argc, argv, "+:d:hjo:", longs, NULL,
			       &dashes)) != -1) {
		if (c == 'h')
			return TRACE_HELP;
		if (c == 'j')
			opt->json = true;
		else if (c == 'o')
			opt->output = optarg;
		else if ((ret = trace_option(opt, c, argv)))
			return ret;
	}
	ret = trace_options_finish(opt, argc, argv, dashes);
	if (!ret && output_is_same(opt->from, opt->output))
		ret = err_usage("trace", "'%s' is the trace that is read: -o"
				" needs another file", opt->from);
	/* A table of what some processes do: others' segments would hide it. */
	if (!opt->json && (opt->command ||
	    opt->filter.lists & (FILTER_PID | FILTER_UID | FILTER_COMM)))
		opt->tracer.snapshot = false;
	return ret;
}
