// SPDX-License-Identifier: GPL-2.0-or-later
/* shmviz explain: one virtual address of one process, taken apart. */
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "cmd.h"
#include "err.h"
#include "explain.h"
#include "parse.h"
#include "write_explain.h"

struct explain_options {
	pid_t pid;
	uint64_t addr;
	bool json;
	bool redact;
};

#define WANTS_HELP	(-1)

static int help(void)
{
	puts("Usage: shmviz explain [OPTION...] PID ADDR\n"
	     "\n"
	     "Take one virtual address of a process apart: its bits, the mapping it lies in,\n"
	     "the object that is mapped there and the page of it, the walk through the page\n"
	     "tables, the page-table entry, the frame and the physical address, who may do\n"
	     "what, and who else has that frame, at which address. Nothing is touched.\n"
	     "\n"
	     "PID is a process, ADDR an address in it, in hex, with or without 0x:\n"
	     "/proc/PID/maps and 'shmviz ls --all' have the ranges that are mapped.\n"
	     "\n"
	     "Options:\n"
	     "  -j, --json    all of it as JSON on stdout\n"
	     "      --redact  frames, keys and names as stand-ins, to be published\n"
	     "  -h, --help    show this help\n"
	     "\n"
	     "Any address can be asked for: of shared memory, of private memory, of a file;\n"
	     "one that is not mapped, one of the kernel's. Exit code 0 means that it was\n"
	     "explained, not that something is there.\n"
	     "\n"
	     "Frames are shown to root (CAP_SYS_ADMIN). With the module, who shares an\n"
	     "object is asked of the kernel, and so is what the object has of a page that\n"
	     "this process has not touched; without it, /proc/PID/maps of all processes is\n"
	     "looked through. Things are read one after the other while programs go on: it\n"
	     "is no snapshot.\n"
	     "\n"
	     "Exit codes: 0 done, 1 failed (no such process, not yours), 2 wrong command\n"
	     "line.\n"
	     "\n"
	     "Example: the first byte of whatever this shell has mapped first\n"
	     "  shmviz explain $$ $(cut -d- -f1 /proc/$$/maps | head -n 1)");
	return EXIT_DONE;
}

static int parse_addr(const char *text, uint64_t *addr)
{
	const char *digits = text;
	char *end;

	if (digits[0] == '0' && tolower((unsigned char)digits[1]) == 'x')
		digits += 2;
	errno = 0;
	*addr = strtoull(digits, &end, 16);
	if (!isxdigit((unsigned char)digits[0]) || *end || errno)
		return err_usage("explain", "'%s' is not an address in hex, of "
				 "at most 64 bits", text);
	return EXIT_DONE;
}

static int parse_arguments(int argc, char **argv, struct explain_options *opt)
{
	uint64_t pid;

	if (argc - optind < 2)
		return err_usage("explain", "a PID and an ADDR are needed");
	if (argc - optind > 2)
		return err_usage("explain", "unexpected argument '%s'",
				 argv[optind + 2]);
	if (parse_number(argv[optind], 1, INT_MAX, &pid))
		return err_usage("explain", "'%s' is not a process id",
				 argv[optind]);
	opt->pid = pid;
	return parse_addr(argv[optind + 1], &opt->addr);
}

static int parse_options(int argc, char **argv, struct explain_options *opt)
{
	enum { OPT_REDACT = 256 };
	static const struct option longs[] = {
		{ "help",   no_argument, NULL, 'h' },
		{ "json",   no_argument, NULL, 'j' },
		{ "redact", no_argument, NULL, OPT_REDACT },
		{}
	};
	int c;

	while ((c = getopt_long(argc, argv, ":hj", longs, NULL)) != -1) {
		switch (c) {
		case 'h':
			return WANTS_HELP;
		case 'j':
			opt->json = true;
			break;
		case OPT_REDACT:
			opt->redact = true;
			break;
		default:
			return err_option("explain", c, argv);
		}
	}
	return parse_arguments(argc, argv, opt);
}

int cmd_explain(int argc, char **argv)
{
	struct explain_options opt = {};
	struct explain ex;
	int ret = parse_options(argc, argv, &opt);

	if (ret == WANTS_HELP)
		return help();
	if (ret)
		return ret;
	ret = explain_read(&ex, opt.pid, opt.addr);
	if (!ret && opt.redact)
		explain_redact(&ex);
	if (!ret && opt.json)
		write_explain_json(stdout, &ex);
	else if (!ret)
		write_explain_text(stdout, &ex);
	explain_free(&ex);
	return ret;
}
