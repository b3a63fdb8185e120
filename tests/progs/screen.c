// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs a program on a terminal of its own, presses keys and looks at the screen:
 *
 *	screen COLUMNSxLINES PROGRAM [ARGUMENT...] <STEPS
 *
 * One step a line:
 *
 *	keys WORD...	press them: text, or <F1> <Up> <PgDn> <Enter> <Esc> <Tab>
 *			<Space> <BS> <C-c> ...
 *	see ERE		wait until a line of the screen matches
 *	gone ERE	wait until none does
 *	order ERE...	wait until there is a line for each, one below the other
 *	save FILE	the screen, as text
 *	raw FILE	all that was written to the terminal so far
 *	resize CxL	the terminal gets another size
 *	signal NAME	send one: TERM, INT, HUP, QUIT, SEGV, CONT
 *	stopped		wait until the program has stopped
 *	end		wait until it has ended; prints "exit N" or "signal N"
 *	modes		prints "modes as before" or "modes changed": stty
 *	alternate	prints "alternate" or "normal", the screen that is shown,
 *			and "cursor" or "no cursor"
 *
 * A step that waits in vain for 30 seconds says so, shows the screen, and that is
 * the end: status 1. So does a control sequence that is none of terminfo's xterm:
 * bytes of others must never come this far.
 */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <pty.h>
#include <regex.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "vt.h"

#define DEADLINE	30

static struct vt vt;
static int terminal = -1;	/* our end */
static int kept = -1;		/* the other one: it outlives the program */
static pid_t program;
static int number;		/* of the step */
static char *raw;
static size_t raw_len;
static struct termios before;

static void show_screen(FILE *out, const char *prefix)
{
	for (int y = 0; y < vt.lines; y++) {
		char text[VT_LINE_BYTES];

		vt_line(&vt, y, text);
		fprintf(out, "%s%s\n", prefix, text);
	}
}

static void fail(const char *fmt, ...)
{
	va_list ap;

	printf("screen: step %d: ", number);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	show_screen(stdout, "# |");
	if (program > 0)
		kill(program, SIGKILL);
	exit(1);
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

/* Takes what the program has written, waiting for some ms; false: nothing. */
static bool take_output(int ms)
{
	struct pollfd fd = { terminal, POLLIN, 0 };
	char bytes[4096];
	ssize_t n;

	if (poll(&fd, 1, ms) <= 0 || !(fd.revents & POLLIN))
		return false;
	n = read(terminal, bytes, sizeof(bytes));
	if (n <= 0)
		return false;
	raw = realloc(raw, raw_len + n);
	if (!raw)
		exit(1);
	memcpy(raw + raw_len, bytes, n);
	raw_len += n;
	vt_feed(&vt, bytes, n);
	if (vt.unknown[0])
		fail("the terminal got what it does not know: %s", vt.unknown);
	return true;
}

/* The first line from y on that matches; -1: none. */
static int find_line(const regex_t *expr, int y)
{
	for (; y < vt.lines; y++) {
		char text[VT_LINE_BYTES];

		vt_line(&vt, y, text);
		if (!regexec(expr, text, 0, NULL, 0))
			return y;
	}
	return -1;
}

static void wait_for(const char *pattern, bool wanted)
{
	double end = now() + DEADLINE;
	regex_t expr;

	if (regcomp(&expr, pattern, REG_EXTENDED | REG_NOSUB))
		fail("no regular expression: %s", pattern);
	while ((find_line(&expr, 0) >= 0) != wanted) {
		if (now() > end)
			fail("waited in vain %s: %s", wanted ? "to see" :
			     "not to see", pattern);
		take_output(100);
	}
	regfree(&expr);
}

static bool is_in_order(const char *patterns)
{
	char *copy = strdup(patterns), *at = copy, *word;
	regex_t expr;
	int y = 0;

	while (y >= 0 && (word = strsep(&at, " "))) {
		if (regcomp(&expr, word, REG_EXTENDED | REG_NOSUB))
			fail("no regular expression: %s", word);
		y = find_line(&expr, y);
		y += y >= 0;
		regfree(&expr);
	}
	free(copy);
	return y >= 0;
}

static void wait_for_order(const char *patterns)
{
	double end = now() + DEADLINE;

	while (!is_in_order(patterns)) {
		if (now() > end)
			fail("waited in vain for the order: %s", patterns);
		take_output(100);
	}
}

static void save(const char *path, bool all)
{
	FILE *out = fopen(path, "w");

	while (take_output(0))
		;
	if (!out)
		fail("cannot write %s", path);
	if (all)
		fwrite(raw, 1, raw_len, out);
	else
		show_screen(out, "");
	fclose(out);
}

/* By terminfo's xterm. */
static const struct { const char *name, *bytes; } key_names[] = {
	{ "<Up>", "\033OA" }, { "<Down>", "\033OB" }, { "<Right>", "\033OC" },
	{ "<Left>", "\033OD" }, { "<Home>", "\033OH" }, { "<End>", "\033OF" },
	{ "<PgUp>", "\033[5~" }, { "<PgDn>", "\033[6~" }, { "<Enter>", "\r" },
	{ "<Esc>", "\033" }, { "<Tab>", "\t" }, { "<Space>", " " },
	{ "<BS>", "\177" }, { "<C-c>", "\003" }, { "<C-l>", "\014" },
	{ "<C-u>", "\025" }, { "<C-z>", "\032" }, { "<C-\\>", "\034" },
	{ "<F1>", "\033OP" }, { "<F2>", "\033OQ" }, { "<F3>", "\033OR" },
	{ "<F4>", "\033OS" }, { "<F5>", "\033[15~" }, { "<F6>", "\033[17~" },
	{ "<F7>", "\033[18~" }, { "<F8>", "\033[19~" }, { "<F9>", "\033[20~" },
	{ "<F10>", "\033[21~" },
};

static void press(const char *word)
{
	const char *bytes = word;

	if (*word == '<' && word[1]) {
		bytes = NULL;
		for (size_t i = 0; i < sizeof(key_names) / sizeof(*key_names); i++)
			if (!strcmp(word, key_names[i].name))
				bytes = key_names[i].bytes;
	}
	if (!bytes)
		fail("no key %s", word);
	if (write(terminal, bytes, strlen(bytes)) < 0)
		fail("cannot press %s", word);
}

static void resize(const char *text)
{
	struct winsize size = {};

	if (sscanf(text, "%hux%hu", &size.ws_col, &size.ws_row) != 2)
		fail("no size: %s", text);
	vt_resize(&vt, size.ws_col, size.ws_row);
	if (ioctl(terminal, TIOCSWINSZ, &size))
		fail("cannot set the size: %s", strerror(errno));
}

static int signal_number(const char *name)
{
	static const int numbers[] = { SIGTERM, SIGINT, SIGHUP, SIGQUIT,
				       SIGSEGV, SIGCONT, SIGKILL };

	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		if (!strcmp(name, sigabbrev_np(numbers[i])))
			return numbers[i];
	fail("no signal %s", name);
	return 0;
}

static int wait_for_program(int options)
{
	double end = now() + DEADLINE;
	int status;

	while (waitpid(program, &status, options | WNOHANG) != program) {
		if (now() > end)
			fail("waited in vain for the program");
		take_output(20);
	}
	while (take_output(0))
		;
	return status;
}

static void wait_for_end(void)
{
	int status = wait_for_program(0);

	program = -1;
	if (WIFEXITED(status))
		printf("exit %d\n", WEXITSTATUS(status));
	else
		printf("signal %d\n", WTERMSIG(status));
}

static void compare_modes(void)
{
	struct termios after;

	tcgetattr(kept, &after);
	printf("modes %s\n", before.c_iflag == after.c_iflag &&
	       before.c_oflag == after.c_oflag &&
	       before.c_cflag == after.c_cflag &&
	       before.c_lflag == after.c_lflag &&
	       !memcmp(before.c_cc, after.c_cc, sizeof(before.c_cc)) ?
	       "as before" : "changed");
}

static void step(char *line)
{
	char *arg = strchr(line, ' '), *word;

	if (arg)
		*arg++ = '\0';
	if (!strcmp(line, "keys")) {
		while ((word = strsep(&arg, " ")))
			press(word);
	} else if (!strcmp(line, "see")) {
		wait_for(arg, true);
	} else if (!strcmp(line, "gone")) {
		wait_for(arg, false);
	} else if (!strcmp(line, "order")) {
		wait_for_order(arg);
	} else if (!strcmp(line, "save")) {
		save(arg, false);
	} else if (!strcmp(line, "raw")) {
		save(arg, true);
	} else if (!strcmp(line, "resize")) {
		resize(arg);
	} else if (!strcmp(line, "signal")) {
		kill(program, signal_number(arg));
	} else if (!strcmp(line, "stopped")) {
		if (!WIFSTOPPED(wait_for_program(WUNTRACED)))
			fail("it has not stopped but ended");
	} else if (!strcmp(line, "end")) {
		wait_for_end();
	} else if (!strcmp(line, "modes")) {
		compare_modes();
	} else if (!strcmp(line, "alternate")) {
		printf("%s, %s\n", vt.alternate ? "alternate" : "normal",
		       vt.hidden ? "no cursor" : "cursor");
	} else {
		fail("no step: %s", line);
	}
}

/*
 * The session is ours, and the terminal is its own, so that the program is what a
 * shell with job control has in the foreground.
 */
static void start(char **argv)
{
	struct winsize size = { .ws_col = vt.columns, .ws_row = vt.lines };

	if (openpty(&terminal, &kept, NULL, NULL, &size) ||
	    setsid() < 0 || ioctl(kept, TIOCSCTTY, 0)) {
		perror("screen: cannot have a terminal");
		exit(1);
	}
	fcntl(terminal, F_SETFD, FD_CLOEXEC);
	tcgetattr(kept, &before);
	program = fork();
	if (program)
		return;
	setenv("TERM", "xterm", 0);
	setpgid(0, 0);
	signal(SIGTTOU, SIG_IGN);
	tcsetpgrp(kept, getpid());
	signal(SIGTTOU, SIG_DFL);
	for (int fd = 0; fd < 3; fd++)
		dup2(kept, fd);
	close(kept);
	/* A test that lets it crash wants no core. */
	setrlimit(RLIMIT_CORE, &(struct rlimit) {});
	execvp(argv[0], argv);
	perror(argv[0]);
	_exit(127);
}

static void in_background(void)
{
	pid_t pid = fork();
	int status;

	if (!pid)
		return;
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		exit(1);
	exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

int main(int argc, char **argv)
{
	int columns, lines;
	char *line = NULL;
	size_t room = 0;
	ssize_t len;

	if (argc < 3 || sscanf(argv[1], "%dx%d", &columns, &lines) != 2) {
		fputs("screen: see the source\n", stderr);
		return 2;
	}
	setlocale(LC_CTYPE, "");
	setvbuf(stdout, NULL, _IOLBF, 0);
	/* Whoever leads a group of processes can't have a session. */
	if (getpgrp() == getpid())
		in_background();
	vt_init(&vt, columns, lines);
	start(argv + 2);
	while ((len = getline(&line, &room, stdin)) > 0) {
		number++;
		if (line[len - 1] == '\n')
			line[len - 1] = '\0';
		if (*line && *line != '#')
			step(line);
	}
	if (program > 0)
		kill(program, SIGKILL);
	free(line);
	return 0;
}
