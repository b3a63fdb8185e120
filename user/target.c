// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "device.h"
#include "err.h"
#include "object_request.h"
#include "parse.h"
#include "procfs.h"
#include "target.h"

static int take_shmid(struct target *target, const char *text)
{
	uint64_t shmid;

	if (parse_number(text, 0, INT_MAX, &shmid))
		return err_usage(target->command,
			"shmid '%s' is not a decimal number from 0 to %d",
			text, INT_MAX);
	target->shmid = shmid;
	return EXIT_DONE;
}

static int take_object(struct target *target, const char *text)
{
	char why[1024];

	if (!object_name_looks_so(text))
		return take_shmid(target, text);
	if (object_name_parse(&target->name, text, why, sizeof(why)))
		return err_usage(target->command, "%s", why);
	target->has_name = true;
	return EXIT_DONE;
}

static int take_pid(const struct target *target, const char *option,
		    pid_t *pid)
{
	uint64_t value;

	if (parse_number(optarg, 1, INT_MAX, &value))
		return err_usage(target->command,
			"%s '%s' is not a process id", option, optarg);
	*pid = value;
	return EXIT_DONE;
}

static int take_addr(struct target *target)
{
	const char *digits = optarg;
	char *end;

	if (digits[0] == '0' && tolower((unsigned char)digits[1]) == 'x')
		digits += 2;
	errno = 0;
	target->addr = strtoull(digits, &end, 16);
	if (!isxdigit((unsigned char)digits[0]) || *end || errno)
		return err_usage(target->command,
			"--addr '%s' is not an address in hex", optarg);
	target->has_addr = true;
	return EXIT_DONE;
}

/* A negative shmid looks like an option: name it as what it was meant to be. */
static int refuse(struct target *target, int c, int argc, char **argv)
{
	for (int i = 1; c == '?' && isdigit(optopt) && i < argc; i++)
		if (argv[i][0] == '-' && isdigit((unsigned char)argv[i][1]))
			return take_shmid(target, argv[i]);
	return err_option(target->command, c, argv);
}

static int take_pages(struct target *target)
{
	target->pages = optarg;
	if (parse_pages(optarg, &target->range))
		return err_usage(target->command,
			"page range '%s' is not FIRST-LAST, FIRST+COUNT or a page",
			optarg);
	return EXIT_DONE;
}

static int take_option(struct target *target,
		       const struct target_options *options, void *data, int c,
		       int argc, char **argv)
{
	switch (c) {
	case 'h':
		return TARGET_WANTS_HELP;
	case 'p':
		return take_pages(target);
	case OPT_TARGET_BOARD:
		target->board = true;
		return EXIT_DONE;
	case OPT_TARGET_PATH:
		target->path = optarg;
		return EXIT_DONE;
	case OPT_TARGET_IPCNS:
		return take_pid(target, "--ipcns", &target->ipcns);
	case OPT_TARGET_PID:
		return take_pid(target, "--pid", &target->pid);
	case OPT_TARGET_ADDR:
		return take_addr(target);
	case '?':
	case ':':
		return refuse(target, c, argc, argv);
	default:
		return options->take(data, c);
	}
}

/* Exactly one object, and of it all that it takes. */
static int check_object(const struct target *target)
{
	int objects;

	if (!target->pid != !target->has_addr)
		return err_usage(target->command,
			"--pid and --addr belong together");
	if (target->ipcns && target->shmid < 0)
		return err_usage(target->command, "--ipcns needs a SHMID");
	objects = (target->shmid >= 0) + target->has_name + target->board +
		  !!target->path + !!target->pid;
	if (!objects)
		return err_usage(target->command,
			"no object given: SHMID, KIND:WHAT, --pid and --addr, --path or --board");
	if (objects > 1)
		return err_usage(target->command,
			"more than one object given, one is needed");
	return EXIT_DONE;
}

/* Options into one target; optind is left at the first word that is none. */
static int parse_options(struct target *target,
			 const struct target_options *options, void *data,
			 int argc, char **argv)
{
	int c, ret = EXIT_DONE;

	*target = (struct target) { .command = options->command, .shmid = -1 };
	while (!ret && (c = getopt_long(argc, argv, options->letters,
					options->longs, NULL)) != -1)
		ret = take_option(target, options, data, c, argc, argv);
	return ret;
}

int target_parse(struct target *target, const struct target_options *options,
		 void *data, int argc, char **argv)
{
	int ret = parse_options(target, options, data, argc, argv);

	if (!ret && optind < argc)
		ret = take_object(target, argv[optind++]);
	if (ret)
		return ret;
	if (optind < argc)
		return err_usage(target->command, "unexpected argument '%s'",
				 argv[optind]);
	return check_object(target);
}

static int add_target(struct target_list *list, struct target *target)
{
	struct target *more = reallocarray(list->targets, list->n + 1,
					   sizeof(*more));
	int ret;

	if (!more)
		err_nomem();
	list->targets = more;
	ret = check_object(target);
	if (ret)
		object_name_free(&target->name);
	else
		more[list->n++] = *target;
	return ret;
}

/* Options name one object, and each of the words one more. */
int target_parse_list(struct target_list *list,
		      const struct target_options *options, void *data,
		      int argc, char **argv)
{
	struct target base, target;
	int ret = parse_options(&base, options, data, argc, argv);

	*list = (struct target_list) { .pages = base.pages };
	if (!ret && (base.board || base.path || base.pid || base.has_addr)) {
		target = base;
		target.ipcns = 0;
		ret = add_target(list, &target);
	}
	if (!ret && base.ipcns && optind == argc)
		ret = check_object(&base);
	base.board = base.has_addr = false;
	base.path = NULL;
	base.pid = 0;
	while (!ret && optind < argc) {
		target = base;
		ret = take_object(&target, argv[optind++]);
		if (!ret)
			ret = add_target(list, &target);
	}
	return ret;
}

void target_list_free(struct target_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		object_name_free(&list->targets[i].name);
	free(list->targets);
	*list = (struct target_list) {};
}

/* A descriptor for `request`, or -1 with the reason said. */
static int open_path(const struct target *target)
{
	int fd = open(target->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		err_line("cannot open '%s': %s", target->path, strerror(errno));
	return fd;
}

static int open_ipcns(const struct target *target)
{
	int dir = procfs_open(target->ipcns), fd = dir;

	if (dir >= 0) {
		fd = openat(dir, "ns/ipc", O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			fd = -errno;
		close(dir);
	}
	if (fd < 0)
		err_line("cannot enter the IPC namespace of process %d: %s",
			 target->ipcns, fd == -ENOENT ? "no such process" :
			 strerror(-fd));
	return fd;
}

/* Whether a file is the board, which nobody can open by a path. */
static bool is_board(int path_fd)
{
	const struct shmviz_open request = {
		.kind = SHMVIZ_KIND_BOARD, .ns_fd = -1,
	};
	struct device_object board;
	struct device_error error;
	struct stat st;

	if (fstat(path_fd, &st) || device_open(&board, &request, &error))
		return false;
	device_close(&board);
	return board.info.ino == st.st_ino && board.info.dev == st.st_dev;
}

/* A descriptor; -ENXIO for the board, which needs none; or -1 with a line. */
static int open_mapping(const struct target *target)
{
	int path_fd = procfs_find_mapping(target->pid, target->addr), fd;
	bool board;

	fd = path_fd < 0 ? path_fd : procfs_reopen(path_fd);
	board = fd == -ENXIO && path_fd >= 0 && is_board(path_fd);
	if (path_fd >= 0)
		close(path_fd);
	if (fd >= 0 || board)
		return fd;
	switch (-fd) {
	case ESRCH:
		err_line("no process %d", target->pid);
		break;
	case EFAULT:
		err_line("process %d has nothing mapped at 0x%" PRIx64
			 ": see /proc/%d/maps", target->pid, target->addr,
			 target->pid);
		break;
	case ENODATA:
		err_line("process %d has private memory at 0x%" PRIx64
			 " that nobody can share", target->pid, target->addr);
		break;
	case EINVAL:
		err_line("process %d has no regular file mapped at 0x%" PRIx64
			 ": nothing to share lies behind it", target->pid,
			 target->addr);
		break;
	default:
		err_line("cannot open what process %d has mapped at 0x%" PRIx64
			 ": %s", target->pid, target->addr, strerror(-fd));
	}
	return -1;
}

int target_open_name(const struct object_name *name,
		     struct device_object *object, char *why, size_t size)
{
	struct shmviz_open request = { .ns_fd = -1 };
	struct device_error error;
	int fd = -1, ret;

	ret = object_request(name, &request, &fd, why, size);
	if (ret)
		return ret;
	ret = device_open(object, &request, &error);
	if (fd >= 0)
		close(fd);
	return ret ? device_explain(&error, why, size) : EXIT_DONE;
}

/* Fills in a request, and *fd with a descriptor that it needs; an exit code. */
static int make_request(const struct target *target,
			struct shmviz_open *request, int *fd)
{
	if (target->board) {
		request->kind = SHMVIZ_KIND_BOARD;
		return EXIT_DONE;
	}
	if (target->shmid >= 0) {
		request->kind = SHMVIZ_KIND_SEGMENT;
		request->id = target->shmid;
		if (!target->ipcns)
			return EXIT_DONE;
		request->ns_fd = *fd = open_ipcns(target);
	} else {
		request->kind = SHMVIZ_KIND_FILE;
		*fd = target->path ? open_path(target) : open_mapping(target);
		if (*fd == -ENXIO) {
			request->kind = SHMVIZ_KIND_BOARD;
			return EXIT_DONE;
		}
		request->id = *fd;
	}
	return *fd < 0 ? EXIT_FAILED : EXIT_DONE;
}

static int check_range(struct target *target, struct device_object *object)
{
	uint64_t pages = object->info.pages;

	if (!target->pages) {
		target->range.first = 0;
		target->range.last = pages ? pages - 1 : 0;
		return EXIT_DONE;
	}
	if (target->range.last < pages)
		return EXIT_DONE;
	device_close(object);
	return err_usage(target->command,
		"page range '%s' goes past the end: the object has %" PRIu64
		" pages, counted from 0", target->pages, pages);
}

static int open_unnamed(const struct target *target,
			struct device_object *object)
{
	struct shmviz_open request = { .ns_fd = -1 };
	struct device_error error;
	char why[256];
	int fd = -1, ret;

	ret = make_request(target, &request, &fd);
	if (ret)
		return ret;
	ret = device_open(object, &request, &error);
	if (fd >= 0)
		close(fd);
	if (!ret)
		return EXIT_DONE;
	ret = device_explain(&error, why, sizeof(why));
	err_line("%s", why);
	return ret;
}

static int open_named(struct target *target, struct device_object *object)
{
	char why[1024];
	int ret = target_open_name(&target->name, object, why, sizeof(why));

	if (ret)
		err_line("%s", why);
	object_name_free(&target->name);
	return ret;
}

int target_open(struct target *target, struct device_object *object)
{
	int ret = target->has_name ? open_named(target, object) :
				     open_unnamed(target, object);

	return ret ? ret : check_range(target, object);
}
