/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * -o FILE of commands that print as they go: FILE takes the place of stdout, so
 * that each writer writes there. The stdout there was is that of COMMAND then.
 */
#ifndef SHMVIZ_REDIRECT_H
#define SHMVIZ_REDIRECT_H

/*
 * NULL or "-" for `path`: stdout stays as it is. An exit code; a line has said what
 * was wrong. A FILE that exists keeps its contents until redirect_begin().
 */
int redirect_open(const char *path);

/* Something is going to be printed: empties FILE, the first time. */
void redirect_begin(void);

/* A FILE that was made for nothing is removed. */
void redirect_close(void);

/*
 * Where COMMAND's stdout goes. Without FILE that is stderr: what COMMAND prints
 * would otherwise stand between the lines of shmviz, and break them for who reads
 * them by program.
 */
int redirect_command_stdout(void);

#endif /* SHMVIZ_REDIRECT_H */
