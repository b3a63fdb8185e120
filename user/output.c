// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "err.h"
#include "output.h"

static int refuse(const struct output *out)
{
	err_line("cannot write '%s': %s", out->path, strerror(errno));
	return EXIT_FAILED;
}

int output_open(struct output *out, const char *path)
{
	int fd;

	*out = (struct output) { .path = path };
	if (!path)
		return EXIT_DONE;
	if (!strcmp(path, "-")) {
		out->file = stdout;
		return EXIT_DONE;
	}
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	out->made = fd >= 0;
	if (fd < 0 && errno == EEXIST)
		fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return refuse(out);
	out->file = fdopen(fd, "w");
	if (!out->file) {
		close(fd);
		return refuse(out);
	}
	return EXIT_DONE;
}

int output_begin(struct output *out)
{
	struct stat st;

	if (out->file == stdout || fstat(fileno(out->file), &st) ||
	    !S_ISREG(st.st_mode) || !ftruncate(fileno(out->file), 0))
		return EXIT_DONE;
	return refuse(out);
}

int output_end(struct output *out)
{
	FILE *file = out->file;

	/* main() looks after stdout. */
	if (file == stdout)
		return EXIT_DONE;
	out->file = NULL;
	out->made = false;
	errno = 0;
	if (ferror(file) | fclose(file)) {
		errno = errno ?: EIO;
		return refuse(out);
	}
	return EXIT_DONE;
}

void output_close(struct output *out)
{
	if (!out->file || out->file == stdout)
		return;
	fclose(out->file);
	if (out->made)
		unlink(out->path);
}

bool output_is_same(const char *a, const char *b)
{
	struct stat x, y;

	if (!a || !b)
		return false;
	if (!strcmp(a, b))
		return true;
	return !stat(a, &x) && !stat(b, &y) && S_ISREG(x.st_mode) &&
	       x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}
