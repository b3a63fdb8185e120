// SPDX-License-Identifier: GPL-2.0-or-later
/* shmviz ls: segments of all IPC namespaces, and who has them attached. */
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "caps.h"
#include "cmd.h"
#include "err.h"
#include "segment.h"
#include "term.h"
#include "write_ls.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

static const enum ls_column default_columns[] = {
	LS_SHMID, LS_KEY, LS_OWNER, LS_MODE, LS_SIZE, LS_RSS, LS_SWAP,
	LS_NATTCH, LS_STATUS, LS_CREATOR,
};

struct column_list {
	enum ls_column columns[LS_COLUMNS];
	size_t n;
};

struct ls_options {
	struct column_list chosen;
	bool add;		/* to the usual columns, not in place of them */
	bool bytes, json, noheadings, raw, summary;
};

static int help(void)
{
	puts("Usage: shmviz ls [OPTION...]\n"
	     "\n"
	     "List the System V shared-memory segments of all IPC namespaces, and below\n"
	     "each one who has it attached: process, addresses, protection, size. An\n"
	     "attachment is one mapping: a process can have several, and nattch counts\n"
	     "them, not processes. Nothing is attached or touched. Needs no module.\n"
	     "\n"
	     "Options:\n"
	     "  -b, --bytes            sizes in bytes (default: K, M, G are powers of 1024)\n"
	     "  -j, --json             JSON on stdout; sizes are bytes\n"
	     "  -n, --noheadings       no heading line\n"
	     "  -o, --output LIST      columns, separated by commas; +LIST adds to the usual\n"
	     "  -r, --raw              one blank between columns, '-' for an empty status,\n"
	     "                         other blanks as \\x20, no attachments: for scripts\n"
	     "  -s, --summary          leave the attachments out (of the table)\n"
	     "  -h, --help             show this help\n"
	     "\n"
	     "Status:\n"
	     "  dest    marked by IPC_RMID, goes with its last attachment\n"
	     "  locked  held in memory by SHM_LOCK\n"
	     "  orphan  nobody has it attached and its creator is gone: it stays until\n"
	     "          somebody removes it ('ipcrm -m SHMID')\n"
	     "\n"
	     "A creator counts as gone when no process has its pid, or one that started\n"
	     "after the segment's ctime. CREATOR is '?' for a creator in a pid namespace\n"
	     "that cannot be seen from here.\n"
	     "\n"
	     "Columns:");
	for (int c = 0; c < LS_COLUMNS; c++)
		printf("  %-8s %s\n", ls_column_name(c), ls_column_help(c));
	puts("\n"
	     "NS is among the usual columns when more than one namespace has segments.\n"
	     "Namespaces of others need CAP_SYS_ADMIN, attachments of others' processes\n"
	     "CAP_SYS_PTRACE: a line on stderr says when something could not be seen. Not\n"
	     "found are namespaces that no process is in, and attachments of a process\n"
	     "that has changed its namespace since.\n"
	     "\n"
	     "Exit codes: 0 done, 1 failed, 2 wrong command line, 3 this kernel has no\n"
	     "System V shared memory.\n"
	     "\n"
	     "Example: who holds which segment, the largest first\n"
	     "  shmviz ls --json | jq '.segments | sort_by(-.size)[] |\n"
	     "                         {shmid, size, who: [.attachments[].comm]}'");
	return EXIT_DONE;
}

static void add_column(struct column_list *list, enum ls_column column)
{
	/* A column that is there already stays where it is. */
	for (size_t i = 0; i < list->n; i++)
		if (list->columns[i] == column)
			return;
	list->columns[list->n++] = column;
}

static int add_by_name(struct column_list *list, const char *name, size_t len)
{
	for (int c = 0; c < LS_COLUMNS; c++) {
		if (strlen(ls_column_name(c)) == len &&
		    !strncasecmp(ls_column_name(c), name, len)) {
			add_column(list, c);
			return 0;
		}
	}
	return -1;
}

/* Take the columns of LIST or +LIST; an exit code. */
static int parse_columns(const char *text, struct ls_options *opt)
{
	char known[256] = "";

	opt->add = *text == '+';
	opt->chosen.n = 0;
	text += opt->add;
	for (;;) {
		size_t len = strcspn(text, ",");

		if (add_by_name(&opt->chosen, text, len))
			break;
		text += len;
		if (!*text)
			return EXIT_DONE;
		text++;
	}

	for (int c = 0; c < LS_COLUMNS; c++) {
		strcat(known, c ? "," : "");
		strcat(known, ls_column_name(c));
	}
	return err_usage("ls", "unknown column '%.*s', known are %s",
			 (int)strcspn(text, ","), text, known);
}

static struct column_list choose_columns(const struct ls_options *opt,
					 const struct segment_list *list)
{
	struct column_list chosen = {};

	if (opt->chosen.n && !opt->add)
		return opt->chosen;
	if (list->namespaces > 1)
		add_column(&chosen, LS_NS);
	for (size_t i = 0; i < ARRAY_SIZE(default_columns); i++)
		add_column(&chosen, default_columns[i]);
	for (size_t i = 0; i < opt->chosen.n; i++)
		add_column(&chosen, opt->chosen.columns[i]);
	return chosen;
}

static int parse_options(int argc, char **argv, struct ls_options *opt)
{
	static const struct option longs[] = {
		{ "bytes",      no_argument,       NULL, 'b' },
		{ "help",       no_argument,       NULL, 'h' },
		{ "json",       no_argument,       NULL, 'j' },
		{ "noheadings", no_argument,       NULL, 'n' },
		{ "output",     required_argument, NULL, 'o' },
		{ "raw",        no_argument,       NULL, 'r' },
		{ "summary",    no_argument,       NULL, 's' },
		{}
	};
	int c, ret;

	while ((c = getopt_long(argc, argv, ":bhjno:rs", longs, NULL)) != -1) {
		switch (c) {
		case 'b':
			opt->bytes = true;
			break;
		case 'h':
			return -1;
		case 'j':
			opt->json = true;
			break;
		case 'n':
			opt->noheadings = true;
			break;
		case 'o':
			ret = parse_columns(optarg, opt);
			if (ret)
				return ret;
			break;
		case 'r':
			opt->raw = true;
			break;
		case 's':
			opt->summary = true;
			break;
		default:
			return err_option("ls", c, argv);
		}
	}
	if (optind < argc)
		return err_usage("ls", "unexpected argument '%s'",
				 argv[optind]);
	return EXIT_DONE;
}

/* What is missing from the list, and why: one line, not an error. */
static void tell_limits(const struct segment_list *list)
{
	if (!caps_have(CAP_SYS_ADMIN))
		err_line("only this IPC namespace is shown, and only attachments of your own "
			"processes: run it as root (CAP_SYS_ADMIN, CAP_SYS_PTRACE) to see all");
	else if (list->refused)
		err_line("not all may be shown: IPC namespaces that could not be entered: "
			"%zu, processes that could not be looked at: %zu",
			 list->refused, list->hidden);
	else if (list->hidden)
		err_line("not all may be shown: processes that could not be looked at: %zu",
			 list->hidden);
}

static void write_segments(const struct ls_options *opt,
			   const struct segment_list *list)
{
	struct column_list chosen = choose_columns(opt, list);
	struct ls_format format = {
		.columns = chosen.columns,
		.n_columns = chosen.n,
		.attachments = !opt->summary,
		.bytes = opt->bytes,
		.headings = !opt->noheadings,
		.raw = opt->raw,
		.utf8 = term_utf8(),
	};

	if (opt->json)
		write_ls_json(stdout, list);
	else
		write_ls_table(stdout, list, &format);
	if (!opt->json && !list->n)
		err_line("no segments");
}

static int list_segments(const struct ls_options *opt)
{
	bool attachments = opt->json || !(opt->summary || opt->raw);
	struct segment_list list;
	int ret = segment_list_read(&list, attachments);

	if (ret == -ENOENT) {
		err_line("no /proc/sysvipc/shm: this kernel has no System V shared memory, "
			"or /proc is not mounted");
		return EXIT_LACKS;
	}
	if (ret) {
		err_line("cannot read the segments: %s", strerror(-ret));
		return EXIT_FAILED;
	}
	write_segments(opt, &list);
	tell_limits(&list);
	segment_list_free(&list);
	return EXIT_DONE;
}

int cmd_ls(int argc, char **argv)
{
	struct ls_options opt = {};
	int ret = parse_options(argc, argv, &opt);

	if (ret < 0)
		return help();
	return ret ? ret : list_segments(&opt);
}
