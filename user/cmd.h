/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The subcommands. Each is one function in cmd_NAME.c; main.c has the table.
 *
 * A subcommand gets its own name as argv[0] and getopt ready to start (optind
 * is 1, opterr is 0). It prints its result on stdout, at most one line a
 * problem on stderr, and returns an exit code of err.h. main() flushes stdout
 * after it and turns a failed write into exit code 1.
 */
#ifndef SHMVIZ_CMD_H
#define SHMVIZ_CMD_H

struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *summary;		/* one line for shmviz --help */
};

int cmd_trace(int argc, char **argv);
int cmd_stat(int argc, char **argv);
int cmd_ls(int argc, char **argv);
int cmd_frames(int argc, char **argv);
int cmd_map(int argc, char **argv);
int cmd_top(int argc, char **argv);
int cmd_view(int argc, char **argv);
int cmd_explain(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_doctor(int argc, char **argv);

#endif /* SHMVIZ_CMD_H */
