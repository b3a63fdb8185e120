// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "err.h"
#include "event.h"
#include "parse.h"
#include "procfs.h"
#include "trace_filter.h"

const char filter_help[] =
	"Filters work in the kernel. Each takes a list, A,B,..., and can be given\n"
	"again for a longer one; an event must be in every list there is:\n"
	"      --pid PID              processes whose event it is\n"
	"      --uid USER             their real users, by number or name\n"
	"      --comm NAME            their threads' names; one to an option\n"
	"      --shmid SHMID          segments\n"
	"      --key KEY              their keys, 0x4d or 77; of a shmget that fails, the\n"
	"                             one it asked for\n"
	"      --ipcns PID            the IPC namespaces that these processes are in\n"
	"      --event NAME           shmget, shmat, shmdt, shmctl, inherit, split, drop,\n"
	"                             destroy\n"
	"      --failed               calls that fail\n";

static const char *const names[] = {
	[FILTER_OPT_PID - FILTER_OPT_FIRST]	= "--pid",
	[FILTER_OPT_UID - FILTER_OPT_FIRST]	= "--uid",
	[FILTER_OPT_COMM - FILTER_OPT_FIRST]	= "--comm",
	[FILTER_OPT_SHMID - FILTER_OPT_FIRST]	= "--shmid",
	[FILTER_OPT_KEY - FILTER_OPT_FIRST]	= "--key",
	[FILTER_OPT_IPCNS - FILTER_OPT_FIRST]	= "--ipcns",
	[FILTER_OPT_EVENT - FILTER_OPT_FIRST]	= "--event",
	[FILTER_OPT_KIND - FILTER_OPT_FIRST]	= "--kind",
};

static int add_num(struct tracer_filter *filter, __u32 list, __u32 value)
{
	if (filter->nnums == FILTER_MAX)
		return -ENOSPC;
	filter->lists |= list;
	filter->nums[filter->nnums++] = (struct filter_num) {
		.list = list, .value = value,
	};
	return 0;
}

static int add_user(struct tracer_filter *filter, const char *text)
{
	struct passwd *pw;
	uint64_t uid;

	if (!parse_number(text, 0, UINT32_MAX - 1, &uid))
		return add_num(filter, FILTER_UID, uid);
	pw = getpwnam(text);
	return pw ? add_num(filter, FILTER_UID, pw->pw_uid) : -EINVAL;
}

static int add_key(struct tracer_filter *filter, const char *text)
{
	uint64_t key;
	char *end;

	if (text[0] != '0' || (text[1] | 0x20) != 'x') {
		if (parse_number(text, 0, UINT32_MAX, &key))
			return -EINVAL;
		return add_num(filter, FILTER_KEY, key);
	}
	if (!text[2] || strspn(text + 2, "0123456789abcdefABCDEF") > 8)
		return -EINVAL;
	key = strtoull(text, &end, 16);
	return *end ? -EINVAL : add_num(filter, FILTER_KEY, key);
}

static int add_namespace(struct tracer_filter *filter, const char *text)
{
	uint64_t pid;
	int dir, err;
	ino_t ino;

	if (parse_number(text, 1, INT32_MAX, &pid))
		return -EINVAL;
	dir = procfs_open(pid);
	err = dir < 0 ? dir : procfs_ipcns(dir, &ino);
	if (dir >= 0)
		close(dir);
	if (err)
		return err == -ENOENT ? -ESRCH : err;
	return add_num(filter, FILTER_NS, ino);
}

static int add_event(struct tracer_filter *filter, const char *text)
{
	for (int kind = 0; kind < KIND_MAX; kind++) {
		if (!strcmp(text, event_kind_name(kind))) {
			filter->kinds |= 1u << kind;
			return 0;
		}
	}
	return -EINVAL;
}

static int add_kind(struct tracer_filter *filter, const char *text)
{
	if (!strcmp(text, "all")) {
		filter->objects |= (1u << OBJ_MAX) - 1;
		return 0;
	}
	for (int object = 0; object < OBJ_MAX; object++) {
		if (!strcmp(text, event_object_name(object))) {
			filter->objects |= 1u << object;
			return 0;
		}
	}
	return -EINVAL;
}

static int add_pid(struct tracer_filter *filter, __u32 list, uint64_t min,
		   const char *text)
{
	uint64_t value;

	if (parse_number(text, min, INT32_MAX, &value))
		return -EINVAL;
	return add_num(filter, list, value);
}

static int add_one(struct tracer_filter *filter, int opt, const char *text)
{
	switch (opt) {
	case FILTER_OPT_PID:
		return add_pid(filter, FILTER_PID, 1, text);
	case FILTER_OPT_SHMID:
		return add_pid(filter, FILTER_SHMID, 0, text);
	case FILTER_OPT_UID:
		return add_user(filter, text);
	case FILTER_OPT_KEY:
		return add_key(filter, text);
	case FILTER_OPT_IPCNS:
		return add_namespace(filter, text);
	case FILTER_OPT_KIND:
		return add_kind(filter, text);
	default:
		return add_event(filter, text);
	}
}

static const char *needed(int opt)
{
	switch (opt) {
	case FILTER_OPT_PID:
	case FILTER_OPT_IPCNS:
		return "the number of a process is needed";
	case FILTER_OPT_SHMID:
		return "a shmid is needed, as ipcs shows it";
	case FILTER_OPT_UID:
		return "the number or name of a user is needed";
	case FILTER_OPT_KEY:
		return "a key is needed, such as 0x4d or 77";
	case FILTER_OPT_COMM:
		return "1 to 15 bytes are needed";
	case FILTER_OPT_KIND:
		return "a kind is needed: sysv, posix, memfd, anon, file or all";
	default:
		return "an event is needed: shmget, shmat, shmdt, shmctl,"
		       " inherit, split, drop, destroy, or with --kind create,"
		       " open, resize, unlink, map, adjust or protect";
	}
}

static int refuse(const char *command, int opt, const char *text, int err)
{
	const char *name = names[opt - FILTER_OPT_FIRST];

	if (err == -EINVAL)
		return err_usage(command, "%s '%s': %s", name, text,
				 needed(opt));
	if (err == -ENOSPC)
		return err_usage(command, "%s: at most %d values of all filters"
				 " together", name, FILTER_MAX);
	err_line("%s %s: %s", name, text, err == -ESRCH ? "no such process" :
		 strerror(-err));
	return EXIT_FAILED;
}

static int add_comm(struct tracer_filter *filter, const char *text)
{
	size_t len = strlen(text);

	if (!len || len >= REC_COMM_LEN)
		return -EINVAL;
	if (filter->ncomms == FILTER_MAX)
		return -ENOSPC;
	filter->lists |= FILTER_COMM;
	memcpy(filter->comms[filter->ncomms++].comm, text, len);
	return 0;
}

int filter_add(struct tracer_filter *filter, const char *command, int opt,
	       const char *text)
{
	char word[64];
	size_t len;
	int err = 0;

	if (opt == FILTER_OPT_FAILED) {
		filter->lists |= FILTER_FAILED;
		return EXIT_DONE;
	}
	if (opt == FILTER_OPT_COMM) {
		err = add_comm(filter, text);
		return err ? refuse(command, opt, text, err) : EXIT_DONE;
	}
	do {
		len = strcspn(text, ",");
		snprintf(word, sizeof(word), "%.*s", (int)len, text);
		err = add_one(filter, opt, word);
		text += len;
	} while (!err && *text++);
	return err ? refuse(command, opt, word, err) : EXIT_DONE;
}

/* Which of the kinds of events, as bits, an object of that kind can have. */
static __u32 events_of(int object)
{
	const __u32 calls = (1u << KIND_CALLS) - 1,
		    named = 1u << KIND_OPEN | 1u << KIND_UNLINK,
		    whole = 1u << KIND_CREATE | 1u << KIND_RESIZE,
		    mapped = 1u << KIND_MAP | 1u << KIND_ADJUST,
		    all = (1u << KIND_MAX) - 1;

	switch (object) {
	case OBJ_NONE:
		return all & ~(named | whole | mapped);
	case OBJ_POSIX:
		return all & ~calls;
	case OBJ_FILE:
		/* Its mappings only. */
		return all & ~(calls | named | whole | 1u << KIND_DESTROY);
	default:
		return all & ~(calls | named);
	}
}

/* "posix, memfd": the kinds that have the event. */
static void list_kinds(char *text, size_t size, int kind)
{
	size_t len = 0;

	text[0] = '\0';
	for (int object = 0; object < OBJ_MAX && len < size; object++)
		if (events_of(object) & 1u << kind)
			len += snprintf(text + len, size - len, "%s%s",
					len ? ", " : "",
					event_object_name(object));
}

static int check_events(const struct tracer_filter *filter, const char *command,
			bool all)
{
	__u32 objects = all && !filter->objects ? (1u << OBJ_MAX) - 1 :
						  tracer_objects(filter);
	__u32 events = 0;
	char kinds[64];

	for (int object = 0; object < OBJ_MAX; object++)
		if (objects & 1u << object)
			events |= events_of(object);
	for (int kind = 0; kind < KIND_MAX; kind++) {
		if (!(filter->kinds & ~events & 1u << kind))
			continue;
		list_kinds(kinds, sizeof(kinds), kind);
		return err_usage(command, "--event '%s' does not happen to the"
				 " kinds that are chosen, only to %s",
				 event_kind_name(kind), kinds);
	}
	return EXIT_DONE;
}

static int check_pid(pid_t pid)
{
	int fd = syscall(SYS_pidfd_open, pid, 0), err = errno;

	if (fd >= 0) {
		close(fd);
		return EXIT_DONE;
	}
	if (err == ESRCH)
		err_line("--pid %d: no such process", pid);
	else if (!kill(pid, 0) || errno == EPERM)
		err_line("--pid %d: that is a thread: the number of its process"
			 " is needed", pid);
	else
		err_line("--pid %d: %s", pid, strerror(err));
	return EXIT_FAILED;
}

int filter_check(const struct tracer_filter *filter, const char *command,
		 const char *from)
{
	int ret = check_events(filter, command, from);

	/* Those of a trace may be gone. */
	for (unsigned int i = 0; i < filter->nnums && !from && !ret; i++)
		if (filter->nums[i].list == FILTER_PID)
			ret = check_pid(filter->nums[i].value);
	return ret;
}
