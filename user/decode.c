// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/ipc.h>
#include <linux/shm.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "decode.h"
#include "text.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

struct bit_name {
	__u32 bit;
	const char *name;
};

static const struct bit_name shmget_bits[] = {
	{ IPC_CREAT,		"IPC_CREAT" },
	{ IPC_EXCL,		"IPC_EXCL" },
	{ SHM_HUGETLB,		"SHM_HUGETLB" },
	{ SHM_NORESERVE,	"SHM_NORESERVE" },
};

static const struct bit_name shmat_bits[] = {
	{ SHM_RDONLY,		"SHM_RDONLY" },
	{ SHM_RND,		"SHM_RND" },
	{ SHM_REMAP,		"SHM_REMAP" },
	{ SHM_EXEC,		"SHM_EXEC" },
};

static const char *const cmd_names[] = {
	[IPC_RMID]	= "IPC_RMID",
	[IPC_SET]	= "IPC_SET",
	[IPC_STAT]	= "IPC_STAT",
	[IPC_INFO]	= "IPC_INFO",
	[SHM_LOCK]	= "SHM_LOCK",
	[SHM_UNLOCK]	= "SHM_UNLOCK",
	[SHM_STAT]	= "SHM_STAT",
	[SHM_INFO]	= "SHM_INFO",
	[SHM_STAT_ANY]	= "SHM_STAT_ANY",
};

__attribute__((format(printf, 2, 3)))
static void append(char dst[DECODE_SIZE], const char *fmt, ...)
{
	size_t len = strlen(dst);
	va_list ap;

	if (len && len + 1 < DECODE_SIZE)
		dst[len++] = '|';
	va_start(ap, fmt);
	vsnprintf(dst + len, DECODE_SIZE - len, fmt, ap);
	va_end(ap);
}

/* Names the bits of the table that are set and returns the others. */
static __u32 append_bits(char dst[DECODE_SIZE], __u32 flags,
			 const struct bit_name *bits, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (flags & bits[i].bit) {
			append(dst, "%s", bits[i].name);
			flags &= ~bits[i].bit;
		}
	}
	return flags;
}

/*
 * The size of a huge page is a number in six bits, not a bit for each size. It
 * counts only together with SHM_HUGETLB.
 */
static __u32 append_huge_size(char dst[DECODE_SIZE], __u32 flags)
{
	__u32 field = (__u32)SHM_HUGE_MASK << SHM_HUGE_SHIFT;
	__u32 order = (flags & field) >> SHM_HUGE_SHIFT;

	if (!(flags & SHM_HUGETLB) || !order)
		return 0;
	switch (flags & field) {
	case SHM_HUGE_2MB:
		append(dst, "SHM_HUGE_2MB");
		break;
	case SHM_HUGE_1GB:
		append(dst, "SHM_HUGE_1GB");
		break;
	default:
		append(dst, "%u<<SHM_HUGE_SHIFT", order);
	}
	return field;
}

void decode_shmget_flags(char dst[DECODE_SIZE], __u32 flags)
{
	__u32 mode = flags & 0777, rest;

	dst[0] = '\0';
	rest = append_bits(dst, flags & ~0777u, shmget_bits,
			   ARRAY_SIZE(shmget_bits));
	rest &= ~append_huge_size(dst, flags);
	if (mode)
		append(dst, "%#o", mode);
	if (rest)
		append(dst, "%#x", rest);
	if (!dst[0])
		append(dst, "0");
}

void decode_shmat_flags(char dst[DECODE_SIZE], __u32 flags)
{
	__u32 rest;

	dst[0] = '\0';
	rest = append_bits(dst, flags, shmat_bits, ARRAY_SIZE(shmat_bits));
	if (rest)
		append(dst, "%#x", rest);
	if (!dst[0])
		append(dst, "0");
}

void decode_cmd(char dst[DECODE_SIZE], __u32 cmd)
{
	/* What ipc(2) passes on for 32-bit programs. */
	if (cmd & IPC_64 && (cmd & ~IPC_64) < ARRAY_SIZE(cmd_names) &&
	    cmd_names[cmd & ~IPC_64])
		snprintf(dst, DECODE_SIZE, "IPC_64|%s",
			 cmd_names[cmd & ~IPC_64]);
	else if (cmd < ARRAY_SIZE(cmd_names) && cmd_names[cmd])
		snprintf(dst, DECODE_SIZE, "%s", cmd_names[cmd]);
	else
		snprintf(dst, DECODE_SIZE, "%d", (int)cmd);
}

int decode_flags(char dst[DECODE_SIZE], const struct event *ev)
{
	switch (ev->kind) {
	case KIND_SHMGET:
		decode_shmget_flags(dst, ev->arg[2]);
		return 1;
	case KIND_SHMAT:
		decode_shmat_flags(dst, ev->arg[2]);
		return 1;
	default:
		return 0;
	}
}

static const char *pointer(char dst[24], __u64 addr)
{
	if (!addr)
		return "NULL";
	snprintf(dst, 24, "%#llx", (unsigned long long)addr);
	return dst;
}

/* What the kernel did, with no call to show. */
/* rw-s, as in /proc/PID/maps. */
void decode_prot(char dst[DECODE_PROT_SIZE], __u32 prot)
{
	snprintf(dst, DECODE_PROT_SIZE, "%c%c%c%c",
		 prot & REC_PROT_READ ? 'r' : '-',
		 prot & REC_PROT_WRITE ? 'w' : '-',
		 prot & REC_PROT_EXEC ? 'x' : '-',
		 prot & REC_PROT_SHARED ? 's' : 'p');
}

/* The name may be anybody's bytes; the kind tells what it is a name of. */
static void decode_object(char dst[DECODE_SIZE], const struct event *ev)
{
	char name[TEXT_ESCAPED_SIZE(REC_NAME_LEN)];

	text_show(name, sizeof(name), ev->name,
		  strnlen((const char *)ev->name, REC_NAME_LEN));
	snprintf(dst, DECODE_SIZE, "%s%s%.150s", event_object_name(ev->object),
		 name[0] ? ":" : "", name);
}

static void decode_object_deed(char *dst, size_t size, const struct event *ev)
{
	char object[DECODE_SIZE], prot[DECODE_PROT_SIZE], was[DECODE_PROT_SIZE];
	unsigned long long addr = ev->addr, end = ev->end;

	decode_object(object, ev);
	decode_prot(prot, ev->prot);
	switch (ev->kind) {
	case KIND_MAP:
		snprintf(dst, size, "map %s %#llx-%#llx %s", object, addr, end,
			 prot);
		break;
	case KIND_INHERIT:
		snprintf(dst, size, "inherit %s %#llx from %u", object, addr,
			 ev->ppid);
		break;
	case KIND_SPLIT:
		snprintf(dst, size, "split %s %#llx-%#llx", object, addr, end);
		break;
	case KIND_ADJUST:
		snprintf(dst, size, "adjust %s to %#llx-%#llx", object, addr,
			 end);
		break;
	case KIND_DROP:
		snprintf(dst, size, "drop %s %#llx by %s", object, addr,
			 event_cause(ev));
		break;
	case KIND_PROTECT:
		decode_prot(was, ev->was_prot);
		snprintf(dst, size, "protect %s %#llx-%#llx %s to %s", object,
			 addr, end, was, prot);
		break;
	default:
		snprintf(dst, size, "%s %s", event_name(ev), object);
	}
}

static void decode_deed(char *dst, size_t size, const struct event *ev)
{
	char prot[DECODE_PROT_SIZE], was[DECODE_PROT_SIZE];
	unsigned long long addr = ev->addr;

	switch (ev->kind) {
	case KIND_PROTECT:
		decode_prot(prot, ev->prot);
		decode_prot(was, ev->was_prot);
		snprintf(dst, size, "protect %#llx-%#llx %s to %s", addr,
			 (unsigned long long)ev->end, was, prot);
		break;
	case KIND_INHERIT:
		snprintf(dst, size, "inherit %#llx from %u", addr, ev->ppid);
		break;
	case KIND_SPLIT:
		snprintf(dst, size, "split %#llx-%#llx", addr,
			 (unsigned long long)ev->end);
		break;
	case KIND_DROP:
		snprintf(dst, size, "drop %#llx by %s", addr, event_cause(ev));
		break;
	default:
		snprintf(dst, size, "%s by %s", event_name(ev),
			 event_cause(ev));
	}
}

void decode_event(char *dst, size_t size, const struct event *ev)
{
	const __u64 *arg = ev->arg;
	char text[DECODE_SIZE], ptr[24];

	switch (ev->kind) {
	case KIND_SHMGET:
		decode_shmget_flags(text, arg[2]);
		if ((__u32)arg[0] == IPC_PRIVATE)
			snprintf(dst, size, "shmget(IPC_PRIVATE, %llu, %s)",
				 (unsigned long long)arg[1], text);
		else
			snprintf(dst, size, "shmget(%#x, %llu, %s)",
				 (__u32)arg[0], (unsigned long long)arg[1],
				 text);
		break;
	case KIND_SHMAT:
		decode_shmat_flags(text, arg[2]);
		snprintf(dst, size, "shmat(%d, %s, %s)", (int)arg[0],
			 pointer(ptr, arg[1]), text);
		break;
	case KIND_SHMDT:
		snprintf(dst, size, "shmdt(%s)", pointer(ptr, arg[0]));
		break;
	case KIND_SHMCTL:
		decode_cmd(text, arg[1]);
		snprintf(dst, size, "shmctl(%d, %s, %s)", (int)arg[0], text,
			 pointer(ptr, arg[2]));
		break;
	default:
		if (ev->have & EV_OBJECT)
			decode_object_deed(dst, size, ev);
		else
			decode_deed(dst, size, ev);
	}
}
