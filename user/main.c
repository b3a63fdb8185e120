// SPDX-License-Identifier: GPL-2.0-or-later
/* shmviz: one command, a table of subcommands. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <shmviz.h>

#include "cmd.h"
#include "err.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

static const struct command commands[] = {
	{ "trace",  cmd_trace,  "follow shared memory as it happens: calls, fork, exec, exit" },
	{ "stat",   cmd_stat,   "count them in the kernel, with latencies" },
	{ "ls",     cmd_ls,     "list what is shared, and who has it" },
	{ "frames", cmd_frames, "show who maps an object, and its physical frames" },
	{ "map",    cmd_map,    "draw it: processes, addresses, pages, frames" },
	{ "top",    cmd_top,    "see all of it full screen and live" },
	{ "view",   cmd_view,   "show the contents of an object, untouched" },
	{ "explain", cmd_explain, "take one address of a process apart" },
	{ "report", cmd_report, "what happened, from a trace or while a command runs: one page" },
	{ "doctor", cmd_doctor, "say what this machine offers and lacks" },
};

static int help(void)
{
	puts("Usage: shmviz COMMAND [OPTION...]\n"
	     "\n"
	     "Show Linux shared memory as it is: who shares which physical frames, at\n"
	     "which addresses, and the events that made it so.\n"
	     "\n"
	     "Commands:");
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		printf("  %-8s %s\n", commands[i].name, commands[i].summary);
	puts("\n"
	     "Options:\n"
	     "  -h, --help     show this help; 'shmviz COMMAND --help' shows a command's\n"
	     "  -V, --version  show the version\n"
	     "\n"
	     "Exit codes:\n"
	     "  0  done\n"
	     "  1  failed\n"
	     "  2  the command line is wrong\n"
	     "  3  the kernel or the module lacks what is needed ('shmviz doctor' says what)\n"
	     "  4  events were lost (trace --strict)");
	return EXIT_DONE;
}

static int run(int argc, char **argv)
{
	static const char see[] = "see 'shmviz --help'";
	const char *name = argv[1];

	if (argc < 2) {
		err_line("no command given: %s", see);
		return EXIT_USAGE;
	}
	if (!strcmp(name, "-h") || !strcmp(name, "--help"))
		return help();
	if (!strcmp(name, "-V") || !strcmp(name, "--version")) {
		puts("shmviz " SHMVIZ_VERSION);
		return EXIT_DONE;
	}
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		if (!strcmp(name, commands[i].name)) {
			opterr = 0;
			return commands[i].run(argc - 1, argv + 1);
		}
	}
	err_line("unknown %s '%s': %s", name[0] == '-' ? "option" : "command",
		 name, see);
	return EXIT_USAGE;
}

/*
 * Whoever starts us with stdin, stdout or stderr closed must not find a later
 * descriptor in their place. The wrong access mode keeps them failing.
 */
static int hold_standard_descriptors(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		int mode = fd == STDIN_FILENO ? O_WRONLY : O_RDONLY;

		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF &&
		    open("/dev/null", mode) != fd)
			return -1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	int ret, out;

	if (hold_standard_descriptors())
		return EXIT_FAILED;
	/* Characters only: numbers and messages are the same everywhere. */
	setlocale(LC_CTYPE, "");

	ret = run(argc, argv);
	out = finish_output();
	return out ? out : ret;
}
