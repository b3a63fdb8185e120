// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdint.h>
#include <stdio.h>

#include "err.h"
#include "output.h"
#include "parse.h"
#include "run_options.h"
#include "stat_options.h"
#include "trace_filter.h"

#define INTERVAL_MIN	0.01
#define ROWS_MAX	(1u << 20)

void stat_options_help(void)
{
	puts("Usage: shmviz stat [OPTION...] [-- COMMAND [ARGUMENT...]]\n"
	     "\n"
	     "Count what happens to System V shared memory, by event, result and process,\n"
	     "with the latencies of calls, and show it at the end: on Ctrl-C, after\n"
	     "--duration, or when COMMAND ends. Events are counted in the kernel: none is\n"
	     "lost however many there are. With a COMMAND, run it and count only what it\n"
	     "and its children do. Needs root, no module.\n"
	     "\n"
	     "Options:\n"
	     "  -i, --interval SECS    show each SECS seconds (0.01 or more) what these have\n"
	     "                         brought, besides\n"
	     "  -n, --count N          with --interval: end after N of them\n"
	     "  -d, --duration SECS    end after so many seconds (1, 0.5, ...)\n"
	     "  -j, --json             one JSON object a line\n"
	     "  -o, --output FILE      write to FILE; then what COMMAND writes to stdout goes\n"
	     "                         to stdout, and otherwise to stderr\n"
	     "      --backend NAME     fentry, kprobe or tracepoint (default: the best that\n"
	     "                         this kernel allows)\n"
	     "      --no-latency       only count. Tracepoint backend: every system call of\n"
	     "                         the machine then pays for one program, not for two\n"
	     "      --rows N           room for N rows, 1 to 1048576 (default: 10240): each\n"
	     "                         event, result and process that go together are one\n"
	     "      --from FILE        count what trace --json has written, - for stdin;\n"
	     "                         filters pick from it\n"
	     "      --follow           with --pid: the children that they then have, too\n"
	     "      --redact           names of processes as stand-ins, to be published\n"
	     "  -h, --help             show this help\n");
	fputs(filter_help, stdout);
	puts("\n"
	     "The first table has events by result: what a call returned (ok, or the errno),\n"
	     "or the cause of a drop or destroy. AVG is the mean. P50 and P99: half of the\n"
	     "calls, 99 of 100, took less. Latencies are counted in powers of two, so P50\n"
	     "and P99 may be up to twice what they would be exactly; AVG and MAX are exact.\n"
	     "\n"
	     "The second has the 20 processes with the most events: the pid, the name that\n"
	     "it last began something with, how many of its calls failed, the time in calls.\n"
	     "An inherit counts for the process that forks. Processes for which --rows were\n"
	     "too few are one line, '(no room)', and the last lines say so.\n"
	     "\n"
	     "The third has the latencies of each call, whatever its result.\n"
	     "\n"
	     "The last line says how many events were seen; those are counted, lost (no room\n"
	     "even without a process) or filtered (not of COMMAND, or not asked for).\n"
	     "\n"
	     "Exit codes: 0 done, 1 failed, 2 wrong command line, 3 this kernel allows no\n"
	     "tracing. The status of COMMAND is in the last lines.\n"
	     "\n"
	     "Examples: what does PostgreSQL's start cost? Who fails, second by second?\n"
	     "  shmviz stat -- pg_ctlcluster 15 main start\n"
	     "  shmviz stat --failed --interval 1");
}

static int refuse(const char *option, const char *needed)
{
	return err_usage("stat", "%s '%s': %s", option, optarg, needed);
}

enum { OPT_BACKEND = 256, OPT_FOLLOW, OPT_FROM, OPT_NO_LATENCY, OPT_REDACT,
       OPT_ROWS };

static int parse_value(int c, struct stat_options *opt)
{
	uint64_t n;

	switch (c) {
	case 'd':
		return run_parse_seconds(optarg, 0, &opt->duration) ?
		       refuse("--duration", "seconds above 0 are needed, 1 or"
			      " 0.5, up to " RUN_SECONDS_MAX) : 0;
	case 'i':
		return run_parse_seconds(optarg, INTERVAL_MIN, &opt->interval) ?
		       refuse("--interval", "0.01 seconds or more are needed,"
			      " up to " RUN_SECONDS_MAX) : 0;
	case 'n':
		if (parse_number(optarg, 1, UINT32_MAX, &n))
			return refuse("--count",
				      "the number of intervals is needed");
		opt->count = n;
		return EXIT_DONE;
	case OPT_ROWS:
		if (parse_number(optarg, 1, ROWS_MAX, &n))
			return refuse("--rows", "1 to 1048576 is needed");
		opt->tracer.stat_rows = n;
		return EXIT_DONE;
	default:
		return run_parse_backend(optarg, &opt->tracer.backend) ?
		       refuse("--backend", "fentry, kprobe or tracepoint is needed") :
		       0;
	}
}

static int parse_option(int c, char **argv, struct stat_options *opt)
{
	switch (c) {
	case 'd':
	case 'i':
	case 'n':
	case OPT_BACKEND:
	case OPT_ROWS:
		return parse_value(c, opt);
	case 'j':
		opt->json = true;
		return EXIT_DONE;
	case 'o':
		opt->output = optarg;
		return EXIT_DONE;
	case OPT_FOLLOW:
		opt->filter.follow = true;
		return EXIT_DONE;
	case OPT_FROM:
		opt->from = optarg;
		return EXIT_DONE;
	case OPT_REDACT:
		opt->redact = true;
		return EXIT_DONE;
	case OPT_NO_LATENCY:
		opt->tracer.entry = false;
		return EXIT_DONE;
	default:
		if (c >= FILTER_OPT_FIRST && c <= FILTER_OPT_LAST)
			return filter_add(&opt->filter, "stat", c, optarg);
		return err_option("stat", c, argv);
	}
}

/* What was written down can't be hooked, followed or waited for. */
static int check_from(const struct stat_options *opt)
{
	const struct tracer_options *tracer = &opt->tracer;

	if (opt->from && (opt->command || tracer->backend || tracer->stat_rows ||
			  !tracer->entry || opt->duration > 0 || opt->count ||
			  opt->filter.follow))
		return err_usage("stat", "--from FILE goes with --json, -o,"
				 " --interval, --redact and filters only");
	if (output_is_same(opt->from, opt->output))
		return err_usage("stat", "'%s' is the trace that is read: -o"
				 " needs another file", opt->from);
	return EXIT_DONE;
}

/* What must go together. */
static int check(struct stat_options *opt)
{
	if (opt->count && !opt->interval)
		return err_usage("stat", "--count needs --interval");
	if (!opt->filter.follow)
		return EXIT_DONE;
	opt->nfollow = run_list_pids(&opt->filter, opt->follow);
	return opt->nfollow ? EXIT_DONE :
			      err_usage("stat", "--follow needs --pid");
}

int stat_options_parse(struct stat_options *opt, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "backend",    required_argument, NULL, OPT_BACKEND },
		{ "count",      required_argument, NULL, 'n' },
		{ "duration",   required_argument, NULL, 'd' },
		{ "follow",     no_argument,       NULL, OPT_FOLLOW },
		{ "from",       required_argument, NULL, OPT_FROM },
		{ "help",       no_argument,       NULL, 'h' },
		{ "interval",   required_argument, NULL, 'i' },
		{ "json",       no_argument,       NULL, 'j' },
		{ "no-latency", no_argument,       NULL, OPT_NO_LATENCY },
		{ "output",     required_argument, NULL, 'o' },
		{ "redact",     no_argument,       NULL, OPT_REDACT },
		{ "rows",       required_argument, NULL, OPT_ROWS },
		FILTER_LONG_OPTIONS,
		{}
	};
	bool dashes;
	int c, ret;

	opt->tracer.filter = &opt->filter;
	opt->tracer.stat = true;
	opt->tracer.entry = true;
	opt->tracer.buffer = 4096;	/* nothing comes through it */
	while ((c = run_getopt(argc, argv, "+:d:hi:jn:o:", longs, NULL,
			       &dashes)) != -1) {
		if (c == 'h')
			return STAT_HELP;
		ret = parse_option(c, argv, opt);
		if (ret)
			return ret;
	}
	ret = run_parse_command("stat", argc, argv, dashes, &opt->command) ?:
	      check_from(opt) ?:
	      filter_check(&opt->filter, "stat", opt->from) ?:
	      check(opt);
	if (opt->command)
		opt->filter.follow = true;
	return ret;
}
