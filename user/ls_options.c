// SPDX-License-Identifier: GPL-2.0-or-later
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "err.h"
#include "ls_options.h"
#include "term.h"
#include "write_ls.h"
#include "write_ls_all.h"

_Static_assert((int)LS_COLUMNS <= LS_COLUMNS_MAX &&
	       (int)ALL_COLUMNS <= LS_COLUMNS_MAX, "all columns at once");

static void help_columns(const char *title, int n,
			 const struct ls_column_info *known)
{
	printf("\n%s\n", title);
	for (int c = 0; c < n; c++)
		printf("  %-8s %s\n", known[c].name, known[c].help);
}

int ls_help(void)
{
	puts("Usage: shmviz ls [OPTION...]\n"
	     "\n"
	     "List the System V shared-memory segments of all IPC namespaces, and below\n"
	     "each one who has it attached: process, addresses, protection, size. An\n"
	     "attachment is one mapping: a process can have several, and nattch counts\n"
	     "them, not processes. Nothing is attached or touched. Needs no module.\n"
	     "\n"
	     "With --all, every object of shared memory, whatever made it, with who maps it\n"
	     "and who has it open.\n"
	     "\n"
	     "Options:\n"
	     "  -a, --all              every kind of object\n"
	     "  -b, --bytes            sizes in bytes (default: K, M, G are powers of 1024)\n"
	     "  -j, --json             JSON on stdout; sizes are bytes\n"
	     "  -k, --kind LIST        --all, but only these kinds, separated by commas;\n"
	     "                         repeatable\n"
	     "  -n, --noheadings       no heading line\n"
	     "  -o, --output LIST      columns, separated by commas; +LIST adds to the usual\n"
	     "  -r, --raw              one blank between columns, '-' for an empty status,\n"
	     "                         other blanks as \\x20, no attachments: for scripts\n"
	     "      --read-only        files, too, that are mapped shared, but by nobody\n"
	     "                         writable; with --all or --kind file\n"
	     "      --redact             keys, names and users as stand-ins, to be published\n"
	     "  -s, --summary          leave the attachments out (of the table)\n"
	     "  -h, --help             show this help\n"
	     "\n"
	     "Kinds:\n"
	     "  sysv   System V segments (shmget)\n"
	     "  posix  POSIX shared memory (shm_open): files below /dev/shm\n"
	     "  memfd  memfd_create\n"
	     "  anon   mmap of MAP_SHARED|MAP_ANONYMOUS, and what drivers make like it\n"
	     "  file   any other file that somebody maps MAP_SHARED and writable\n"
	     "Each with hugetlb pages, too.\n"
	     "\n"
	     "Status:\n"
	     "  dest     marked by IPC_RMID, goes with its last attachment\n"
	     "  locked   held in memory by SHM_LOCK\n"
	     "  orphan   of a segment: nobody has it attached and its creator is gone: it\n"
	     "           stays until somebody removes it ('ipcrm -m SHMID'). Of posix: nobody\n"
	     "           maps it or has it open ('rm /dev/shm/NAME'). Of others: no process\n"
	     "           leads to it, as to a memfd on its way through a socket; found by\n"
	     "           the module. Said if all processes could be looked at\n"
	     "  deleted  has no name any more, goes with its last user\n"
	     "  hugetlb  made of huge pages of hugetlbfs; of a segment, seen if attached\n"
	     "\n"
	     "A creator counts as gone when no process has its pid, or one that started\n"
	     "after the segment's ctime. CREATOR is '?' for a creator in a pid namespace\n"
	     "that cannot be seen from here.");
	help_columns("Columns:", LS_COLUMNS, ls_columns_known);
	help_columns("Columns with --all or --kind:", ALL_COLUMNS,
		     ls_all_columns_known);
	puts("\n"
	     "NS is among the usual columns when more than one namespace has something to\n"
	     "show. '-' is what could not be asked: RSS needs the module, Linux 6.5, or an\n"
	     "object in memory; of files on a network it is not asked.\n"
	     "\n"
	     "Namespaces of others need CAP_SYS_ADMIN, processes of others CAP_SYS_PTRACE:\n"
	     "a line on stderr says when something could not be seen. Not found are\n"
	     "namespaces that no process is in, and attachments of a process that has\n"
	     "changed its namespace since (--all shows these without a namespace); nor,\n"
	     "without the module, what nobody maps or has open, as a memfd on its way\n"
	     "through a socket. Processes that share one address space have its\n"
	     "mappings together: each counts once.\n"
	     "\n"
	     "Exit codes: 0 done, 1 failed, 2 wrong command line, 3 this kernel has no\n"
	     "System V shared memory.\n"
	     "\n"
	     "Examples: who holds which segment, the largest first; what nobody uses\n"
	     "  shmviz ls --json | jq '.segments | sort_by(-.size)[] |\n"
	     "                         {shmid, size, who: [.attachments[].comm]}'\n"
	     "  shmviz ls --kind sysv,posix --summary | grep orphan");
	return EXIT_DONE;
}

/* A column that is there already stays where it is. */
static void add_column(struct ls_columns *list, int column)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->columns[i] == column)
			return;
	list->columns[list->n++] = column;
}

struct ls_columns ls_columns_choose(const struct ls_options *opt,
				    const int *usual, size_t n,
				    bool namespaces)
{
	struct ls_columns chosen = {};

	if (opt->chosen.n && !opt->add)
		return opt->chosen;
	for (size_t i = namespaces ? 0 : 1; i < n; i++)
		add_column(&chosen, usual[i]);
	for (size_t i = 0; i < opt->chosen.n; i++)
		add_column(&chosen, opt->chosen.columns[i]);
	return chosen;
}

struct ls_format ls_format_of(const struct ls_options *opt,
			      const struct ls_columns *columns)
{
	return (struct ls_format) {
		.columns = columns->columns,
		.n_columns = columns->n,
		.attachments = !opt->summary,
		.bytes = opt->bytes,
		.headings = !opt->noheadings,
		.raw = opt->raw,
		.utf8 = term_utf8(),
	};
}

static int add_by_name(struct ls_columns *list,
		       const struct ls_column_info *known, int n,
		       const char *name, size_t len)
{
	for (int c = 0; c < n; c++) {
		if (strlen(known[c].name) == len &&
		    !strncasecmp(known[c].name, name, len)) {
			add_column(list, c);
			return 0;
		}
	}
	return -1;
}

/* Take the columns of LIST or +LIST, of those that this table has. */
static int parse_columns(struct ls_options *opt, const char *text)
{
	const struct ls_column_info *known = opt->all ? ls_all_columns_known :
							ls_columns_known;
	int n = opt->all ? (int)ALL_COLUMNS : (int)LS_COLUMNS;
	char names[512] = "";

	opt->add = *text == '+';
	text += opt->add;
	for (;;) {
		size_t len = strcspn(text, ",");

		if (add_by_name(&opt->chosen, known, n, text, len))
			break;
		text += len;
		if (!*text)
			return EXIT_DONE;
		text++;
	}

	for (int c = 0; c < n; c++) {
		strcat(names, c ? "," : "");
		strcat(names, known[c].name);
	}
	return err_usage("ls", "unknown column '%.*s', known are %s",
			 (int)strcspn(text, ","), text, names);
}

/* What is known only when all options are. */
static int finish(struct ls_options *opt, bool all, bool kinds,
		  const char *output)
{
	if (all && kinds)
		return err_usage("ls",
			"--all and --kind exclude each other: --all is every kind");
	opt->all = all || kinds;
	for (int kind = 0; all && kind < OBJECT_KINDS; kind++)
		opt->choice.kinds[kind] = true;
	if (opt->choice.read_only && !opt->choice.kinds[OBJECT_FILE])
		return err_usage("ls",
			"--read-only is about files: it needs --all or --kind file");
	return output ? parse_columns(opt, output) : EXIT_DONE;
}

int ls_options_parse(struct ls_options *opt, int argc, char **argv)
{
	enum { OPT_READ_ONLY = 1000, OPT_REDACT };
	static const struct option longs[] = {
		{ "all",        no_argument,       NULL, 'a' },
		{ "bytes",      no_argument,       NULL, 'b' },
		{ "help",       no_argument,       NULL, 'h' },
		{ "json",       no_argument,       NULL, 'j' },
		{ "kind",       required_argument, NULL, 'k' },
		{ "noheadings", no_argument,       NULL, 'n' },
		{ "output",     required_argument, NULL, 'o' },
		{ "raw",        no_argument,       NULL, 'r' },
		{ "read-only",  no_argument,       NULL, OPT_READ_ONLY },
		{ "redact",     no_argument,       NULL, OPT_REDACT },
		{ "summary",    no_argument,       NULL, 's' },
		{}
	};
	const char *output = NULL;
	bool all = false, kinds = false;
	int c, ret;

	*opt = (struct ls_options) {};
	while ((c = getopt_long(argc, argv, ":abhjk:no:rs", longs, NULL)) != -1) {
		switch (c) {
		case 'a':
			all = true;
			break;
		case 'b':
			opt->bytes = true;
			break;
		case 'h':
			return LS_WANTS_HELP;
		case 'j':
			opt->json = true;
			break;
		case 'k':
			ret = object_choice_parse(&opt->choice, "ls", optarg);
			if (ret)
				return ret;
			opt->all = kinds = true;
			break;
		case 'n':
			opt->noheadings = true;
			break;
		case 'o':
			output = optarg;
			break;
		case 'r':
			opt->raw = true;
			break;
		case OPT_READ_ONLY:
			opt->choice.read_only = true;
			break;
		case OPT_REDACT:
			opt->redact = true;
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
	return finish(opt, all, kinds, output);
}
