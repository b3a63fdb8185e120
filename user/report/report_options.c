// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "err.h"
#include "output.h"
#include "report_options.h"
#include "run_options.h"
#include "trace_filter.h"

void report_options_help(void)
{
	puts("Usage: shmviz report --from TRACE [OPTION...]\n"
	     "       shmviz report [OPTION...] [-- COMMAND [ARGUMENT...]]\n"
	     "\n"
	     "One page of HTML about what happened to shared memory: for each segment when\n"
	     "it was made, who had it attached from when to when, its nattch, its end, and\n"
	     "what was left behind; the calls that failed; latencies. From what 'shmviz\n"
	     "trace --json' has written, or traced now: while COMMAND runs, or until\n"
	     "Ctrl-C or --duration. The page needs no network and no other file.\n"
	     "\n"
	     "Options:\n"
	     "      --from TRACE       what trace --json has written, - for stdin; needs no\n"
	     "                         rights\n"
	     "  -o, --output FILE      the page; - is stdout, the default unless stdout is\n"
	     "                         a terminal\n"
	     "      --perfetto FILE    the same as trace events (JSON), for ui.perfetto.dev\n"
	     "                         and the like; then there is no page unless -o is\n"
	     "                         given, too\n"
	     "      --picture FILE     what 'shmviz map --json' has written, to be shown as\n"
	     "                         the sharing picture at the end\n"
	     "      --kind KIND        sysv (default), posix, memfd, anon, file or all; a\n"
	     "                         list: trace these kinds of shared memory\n"
	     "  -d, --duration SECS    end after so many seconds (1, 0.5, ...)\n"
	     "      --strict           exit with 4 if an event was lost\n"
	     "      --buffer SIZE      of the ring buffer, 4K to 1G (default: 4M)\n"
	     "      --backend NAME     fentry, kprobe or tracepoint (default: the best that\n"
	     "                         this kernel allows)\n"
	     "      --no-segments      leave out what was there when it starts\n"
	     "      --follow           with --pid: the children that they then have, too\n"
	     "      --redact           keys, names and users as stand-ins, to be published;\n"
	     "                         filters take the real ones\n"
	     "  -h, --help             show this help\n");
	fputs(filter_help, stdout);
	puts("\n"
	     "What COMMAND writes to stdout goes to stderr where the page goes to stdout.\n"
	     "Durations are always measured (trace's --entry).\n"
	     "\n"
	     "Exit codes: 0 done, 1 failed, 2 wrong command line, 3 this kernel allows no\n"
	     "tracing, 4 events were lost under --strict. The status of COMMAND is in the\n"
	     "page.\n"
	     "\n"
	     "Examples:\n"
	     "  shmviz report -o start.html -- pg_ctlcluster 15 main start\n"
	     "  shmviz trace --json --duration 60 >trace.json\n"
	     "  shmviz report --from trace.json -o page.html --perfetto perfetto.json");
}

enum { OPT_PERFETTO = 1024, OPT_PICTURE };

/* Said in the page, in the words of the command line. */
static void note_filter(struct report_options *opt, const char *name,
			const char *value)
{
	size_t len = strlen(opt->filters);

	snprintf(opt->filters + len, sizeof(opt->filters) - len, "%s--%s%s%s",
		 len ? " " : "", name, value ? " " : "", value ?: "");
}

/* What is written must not be what is still needed. */
static int check_files(const struct report_options *opt)
{
	const char *from = opt->trace.from;

	if (!opt->page && opt->picture)
		return err_usage("report", "--picture FILE is for the page:"
				 " -o FILE is needed, too");
	if (output_is_same(opt->page, opt->perfetto))
		return err_usage("report", "-o and --perfetto are both '%s':"
				 " two different files are needed", opt->page);
	if (from && !strcmp(from, "-"))
		return output_is_same(from, opt->picture) ?
		       err_usage("report", "--from and --picture can't both be"
				 " stdin") : EXIT_DONE;
	if (output_is_same(from, opt->page) || output_is_same(from, opt->perfetto))
		return err_usage("report", "'%s' is the trace: another file is"
				 " needed for what is made of it", from);
	return EXIT_DONE;
}

static int finish(struct report_options *opt, int argc, char **argv, bool dashes)
{
	struct trace_options *trace = &opt->trace;
	int ret = trace_options_finish(trace, argc, argv, dashes);

	if (ret)
		return ret;
	if (!opt->page && !opt->perfetto) {
		if (isatty(STDOUT_FILENO))
			return err_usage("report", "the page is HTML, which a"
					 " terminal does not show: -o FILE is"
					 " needed");
		opt->page = "-";
	}
	if (!trace->from)
		trace->tracer.entry = true;
	return check_files(opt);
}

int report_options_parse(struct report_options *opt, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "help",     no_argument,       NULL, 'h' },
		{ "output",   required_argument, NULL, 'o' },
		{ "perfetto", required_argument, NULL, OPT_PERFETTO },
		{ "picture",  required_argument, NULL, OPT_PICTURE },
		TRACE_LONG_OPTIONS,
		{}
	};
	int c, at = 0, ret;
	bool dashes;

	trace_options_begin(&opt->trace, "report");
	while ((c = run_getopt(argc, argv, "+:d:ho:", longs, &at,
			       &dashes)) != -1) {
		if (c == 'h')
			return TRACE_HELP;
		if (c == 'o') {
			opt->page = optarg;
		} else if (c == OPT_PERFETTO) {
			opt->perfetto = optarg;
		} else if (c == OPT_PICTURE) {
			opt->picture = optarg;
		} else {
			ret = trace_option(&opt->trace, c, argv);
			if (ret)
				return ret;
		}
		if (c >= FILTER_OPT_FIRST && c <= FILTER_OPT_LAST &&
		    c != FILTER_OPT_KIND)
			note_filter(opt, longs[at].name, optarg);
	}
	return finish(opt, argc, argv, dashes);
}
