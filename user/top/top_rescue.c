// SPDX-License-Identifier: GPL-2.0-or-later
#include <fcntl.h>
#include <ncurses.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

#include "top_rescue.h"

static const int crashes[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT,
			       SIGSYS };

/* What a signal handler may use: made before, and but read then. */
static struct {
	bool armed;
	struct termios modes;
	bool have_modes;
	char text[256];
	size_t len;
} rescue;

/* stderr as it was, and the end of the pipe that stands in for it. */
static int real_stderr = -1, held = -1;

static void ignore(ssize_t written)
{
	(void)written;
}

/* Calls only that a signal handler may make. */
static void give_back(void)
{
	if (!rescue.armed)
		return;
	rescue.armed = false;
	ignore(write(STDOUT_FILENO, rescue.text, rescue.len));
	if (rescue.have_modes)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &rescue.modes);
}

/* Not read(2) by its own end: that is for whoever is left. */
static void hand_over(void)
{
	char bytes[4096];
	ssize_t n;

	if (held < 0)
		return;
	if (real_stderr >= 0)
		dup2(real_stderr, STDERR_FILENO);
	while ((n = read(held, bytes, sizeof(bytes))) > 0)
		ignore(write(STDERR_FILENO, bytes, n));
	close(held);
	held = -1;
	if (real_stderr >= 0)
		close(real_stderr);
	real_stderr = -1;
}

static void on_crash(int signal)
{
	give_back();
	hand_over();
	/* By default this time, so that it ends as it would have. */
	raise(signal);
}

static void at_exit(void)
{
	give_back();
	hand_over();
}

/* stderr may be a file: then what is written there does not harm. */
static void hold_stderr(void)
{
	int ends[2];

	if (!isatty(STDERR_FILENO) || pipe2(ends, O_CLOEXEC | O_NONBLOCK))
		return;
	real_stderr = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	held = ends[0];
	dup2(ends[1], STDERR_FILENO);
	close(ends[1]);
}

void top_rescue_begin(void)
{
	static bool registered;

	rescue.have_modes = !tcgetattr(STDIN_FILENO, &rescue.modes);
	hold_stderr();
	if (!registered)
		atexit(at_exit);
	registered = true;
}

static void add(const char *capability)
{
	const char *text = tigetstr(capability);
	size_t len;

	if (!text || text == (const char *)-1)
		return;
	len = strlen(text);
	if (rescue.len + len > sizeof(rescue.text))
		return;
	memcpy(rescue.text + rescue.len, text, len);
	rescue.len += len;
}

void top_rescue_arm(void)
{
	struct sigaction action = {
		.sa_handler = on_crash,
		.sa_flags = SA_RESETHAND | SA_NODEFER,
	};

	rescue.len = 0;
	add("sgr0");
	add("rmkx");
	add("rmcup");
	add("cnorm");
	rescue.armed = true;
	for (size_t i = 0; i < sizeof(crashes) / sizeof(*crashes); i++)
		sigaction(crashes[i], &action, NULL);
}

void top_rescue_disarm(void)
{
	rescue.armed = false;
	for (size_t i = 0; i < sizeof(crashes) / sizeof(*crashes); i++)
		signal(crashes[i], SIG_DFL);
}

void top_rescue_end(void)
{
	hand_over();
}
