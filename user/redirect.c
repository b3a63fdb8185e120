// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "err.h"
#include "output.h"
#include "redirect.h"
#include "signals.h"

/* There is one stdout. */
static struct output file;
static int command_stdout = STDERR_FILENO;

int redirect_open(const char *path)
{
	int was, ret;

	if (!path || !strcmp(path, "-"))
		return EXIT_DONE;
	ret = output_open(&file, path);
	if (ret)
		return ret;
	was = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (was < 0 || dup2(fileno(file.file), STDOUT_FILENO) < 0) {
		err_line("cannot write '%s': %s", path, strerror(errno));
		redirect_close();
		return EXIT_FAILED;
	}
	command_stdout = was;
	/* A FIFO whose reader goes is an error of FILE, to be said. */
	signals_ignore_pipe();
	output_goes_to(path);
	return EXIT_DONE;
}

void redirect_begin(void)
{
	if (!file.file)
		return;
	output_begin(&file);
	/* From here on it is stdout's. */
	fclose(file.file);
	file = (struct output) {};
}

void redirect_close(void)
{
	output_close(&file);
	file = (struct output) {};
}

int redirect_command_stdout(void)
{
	return command_stdout;
}
