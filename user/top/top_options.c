// SPDX-License-Identifier: GPL-2.0-or-later
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "err.h"
#include "parse.h"
#include "run_options.h"
#include "top_options.h"

#define DELAY_DEFAULT	2
#define DELAY_MIN	0.1
#define COUNT_MAX	1000000000

int top_options_help(void)
{
	puts("Usage: shmviz top [OPTION...]\n"
	     "\n"
	     "Show all shared memory of this machine, full screen and live: System V\n"
	     "segments of all IPC namespaces, POSIX shared memory, memfds, shared anonymous\n"
	     "memory, and files that are mapped shared and writable; how much of each is in\n"
	     "memory, who has it, and how much happens to it. Enter shows one object: its\n"
	     "frames, who maps it at which addresses, and its events. F1 shows all keys.\n"
	     "\n"
	     "Options:\n"
	     "  -d, --delay SECS    look again each so many seconds, 0.1 or more (default: 2)\n"
	     "  -s, --sort COL      activity (default), events, size, resident, swapped, maps,\n"
	     "                      processes, descriptors, object or name\n"
	     "  -r, --reverse       the other way round\n"
	     "  -k, --kind LIST     only these: sysv, posix, memfd, anon, file\n"
	     "  -f, --filter TEXT   only objects that have TEXT in their notation, name or\n"
	     "                      status, or in the name or number of a process that has\n"
	     "                      them; A|B is one or the other\n"
	     "  -b, --batch         plain text on stdout, once for each look: for scripts\n"
	     "  -n, --count N       end after N looks\n"
	     "      --redact        with --batch: keys and names as stand-ins, to be\n"
	     "                      published; --filter takes the real ones\n"
	     "      --no-events     don't trace: less to see, and nothing that it costs\n"
	     "      --backend NAME  trace by fentry, kprobe or tracepoint (default: the best\n"
	     "                      that this kernel allows)\n"
	     "  -h, --help          show this help\n"
	     "\n"
	     "Columns of --batch, none of them ever empty or with a blank in it:\n"
	     "  OBJECT    notation that other commands take: shmviz frames OBJECT\n"
	     "  KIND      sysv, posix, memfd, anon or file\n"
	     "  SIZE      bytes\n"
	     "  RSS SWAP  bytes of it in memory, and in swap; -: not known\n"
	     "  MAPS      mappings (VMAs) of it; PROCS: processes that map it; FDS: open\n"
	     "            descriptors\n"
	     "  RATE      events in a second since the last look; -: nothing is traced, or\n"
	     "            it is the first one\n"
	     "  EVENTS    all since it began to trace\n"
	     "  STATUS    dest, locked, orphan, deleted, hugetlb; -: none\n"
	     "  NAME      key, name or path; -: none\n"
	     "Bytes of names that are blanks or no printable text are \\xHH.\n"
	     "\n"
	     "Without root: your own processes only, and no events. Without the module: no\n"
	     "frames. The screen says so.\n"
	     "\n"
	     "Exit codes: 0 done, 1 failed, 2 wrong command line, or no terminal, 3 --batch: this\n"
	     "kernel does not allow the backend that was asked for.\n"
	     "\n"
	     "Examples: what is big; the five that most happens to\n"
	     "  shmviz top --sort size\n"
	     "  shmviz top -b -n 2 -d 1 | awk '$1 == \"OBJECT\" { look++; n = 0 }\n"
	     "                                 look == 2 && n++ < 6'");
	return EXIT_DONE;
}

static int parse_sort(struct top_options *opt, const char *text)
{
	char words[256];
	int column = top_sort_parse(text);

	if (column < 0) {
		top_sort_words(words, sizeof(words));
		return err_usage("top", "unknown column '%s', known are %s",
				 text, words);
	}
	opt->sort = column;
	return EXIT_DONE;
}

static int parse_kinds(struct top_options *opt, const char *text)
{
	for (;;) {
		size_t len = strcspn(text, ",");
		int kind = object_kind_parse(text, len);

		if (kind < 0)
			return err_usage("top", "unknown kind '%.*s', known are "
					 OBJECT_KINDS_KNOWN, (int)len, text);
		opt->choice.kinds[kind] = true;
		if (!text[len])
			return EXIT_DONE;
		text += len + 1;
	}
}

enum { OPT_BACKEND = 256, OPT_NO_EVENTS, OPT_REDACT };

static int take_option(struct top_options *opt, int c, char **argv)
{
	switch (c) {
	case 'b':
		opt->batch = true;
		break;
	case 'd':
		if (run_parse_seconds(optarg, DELAY_MIN, &opt->delay))
			return err_usage("top", "delay '%s' is no time of 0.1"
					 " seconds or more", optarg);
		break;
	case 'f':
		opt->filter = optarg;
		break;
	case 'k':
		return parse_kinds(opt, optarg);
	case 'n':
		if (parse_number(optarg, 1, COUNT_MAX, &opt->count))
			return err_usage("top", "count '%s' is not a number"
					 " from 1 to %d", optarg, COUNT_MAX);
		break;
	case 'r':
		opt->inverted = true;
		break;
	case 's':
		return parse_sort(opt, optarg);
	case OPT_BACKEND:
		if (run_parse_backend(optarg, &opt->backend))
			return err_usage("top", "unknown backend '%s', known are"
					 " fentry, kprobe, tracepoint", optarg);
		break;
	case OPT_NO_EVENTS:
		opt->events = false;
		break;
	case OPT_REDACT:
		opt->redact = true;
		break;
	default:
		return err_option("top", c, argv);
	}
	return EXIT_DONE;
}

/* No kind is all of them. */
static void finish_kinds(struct top_options *opt)
{
	for (int kind = 0; kind < OBJECT_KINDS; kind++)
		if (opt->choice.kinds[kind])
			return;
	for (int kind = 0; kind < OBJECT_KINDS; kind++)
		opt->choice.kinds[kind] = true;
}

int top_options_parse(struct top_options *opt, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "backend",   required_argument, NULL, OPT_BACKEND },
		{ "batch",     no_argument,       NULL, 'b' },
		{ "count",     required_argument, NULL, 'n' },
		{ "delay",     required_argument, NULL, 'd' },
		{ "filter",    required_argument, NULL, 'f' },
		{ "help",      no_argument,       NULL, 'h' },
		{ "kind",      required_argument, NULL, 'k' },
		{ "no-events", no_argument,       NULL, OPT_NO_EVENTS },
		{ "redact",    no_argument,       NULL, OPT_REDACT },
		{ "reverse",   no_argument,       NULL, 'r' },
		{ "sort",      required_argument, NULL, 's' },
		{}
	};
	int c, ret;

	*opt = (struct top_options) {
		.delay = DELAY_DEFAULT,
		.sort = TOP_RATE,
		.filter = "",
		.events = true,
	};
	while ((c = getopt_long(argc, argv, ":bd:f:hk:n:rs:", longs, NULL)) != -1) {
		if (c == 'h')
			return TOP_WANTS_HELP;
		ret = take_option(opt, c, argv);
		if (ret)
			return ret;
	}
	if (optind < argc)
		return err_usage("top", "unexpected argument '%s'",
				 argv[optind]);
	if (opt->redact && !opt->batch)
		return err_usage("top", "--redact is for --batch: what a screen"
				 " shows is not published");
	finish_kinds(opt);
	return EXIT_DONE;
}
