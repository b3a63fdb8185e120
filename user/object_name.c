// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "err.h"
#include "object_name.h"
#include "parse.h"

static const struct {
	const char *word, *text, *forms;
} kinds[OBJECT_KINDS] = {
	[OBJECT_SYSV] = { "sysv", "a System V segment",
		"sysv:SHMID, sysv:IPCNS/SHMID or sysv:PID/0xADDR" },
	[OBJECT_POSIX] = { "posix", "POSIX shared memory",
		"posix:/NAME, posix:PID//NAME, posix:PID/FD, posix:PID/0xADDR or "
		"posix:@MAJ:MIN/INODE" },
	[OBJECT_MEMFD] = { "memfd", "a memfd",
		"memfd:PID/FD, memfd:PID/0xADDR or memfd:@MAJ:MIN/INODE" },
	[OBJECT_ANON] = { "anon", "shared anonymous memory",
		"anon:PID/0xADDR, anon:PID/FD or anon:@MAJ:MIN/INODE" },
	[OBJECT_FILE] = { "file", "a file",
		"file:/PATH, file:PID/FD or file:PID/0xADDR" },
};

const char *object_kind_word(enum object_kind kind)
{
	return kinds[kind].word;
}

const char *object_kind_text(enum object_kind kind)
{
	return kinds[kind].text;
}

int object_kind_parse(const char *text, size_t len)
{
	for (int kind = 0; kind < OBJECT_KINDS; kind++)
		if (strlen(kinds[kind].word) == len &&
		    !memcmp(kinds[kind].word, text, len))
			return kind;
	return -1;
}

bool object_name_looks_so(const char *text)
{
	return strchr(text, ':');
}

static int hex_value(char c)
{
	if (!isxdigit((unsigned char)c))
		return -1;
	return isdigit((unsigned char)c) ? c - '0' : (c | 0x20) - 'a' + 10;
}

/* Undo %HH. NULL with `why` if that is no path. */
static char *parse_path(const char *text, char *why, size_t size)
{
	char *path = malloc(strlen(text) + 1), *to = path;

	if (!path)
		err_nomem();
	for (const char *s = text; *s; s++) {
		int high, low;

		*to = *s;
		if (*s == '%') {
			high = hex_value(s[1]);
			low = high < 0 ? -1 : hex_value(s[2]);
			if (low < 0 || !(high | low)) {
				snprintf(why, size, "'%s': a '%%' takes two hex digits, "
					 "other than 00, and is %%25 itself", text);
				free(path);
				return NULL;
			}
			*to = high << 4 | low;
			s += 2;
		}
		to++;
	}
	*to = '\0';
	if (!path[1]) {
		snprintf(why, size, "'%s' is not the name of anything", text);
		free(path);
		return NULL;
	}
	return path;
}

/* 0xADDR: 1 to 16 hex digits. */
static int parse_addr(const char *text, uint64_t *addr)
{
	size_t len = strlen(text);

	if (strncmp(text, "0x", 2) || len < 3 || len > 18 ||
	    strspn(text + 2, "0123456789abcdefABCDEF") != len - 2)
		return -EINVAL;
	*addr = strtoull(text, NULL, 16);
	return 0;
}

/* SHMID, where an inode number of a namespace may stand before it. */
static int parse_id(struct object_name *name, const char *number,
		    const char *rest)
{
	uint64_t ns = 0, shmid;

	if (rest && parse_number(number, 1, UINT64_MAX, &ns))
		return -EINVAL;
	if (parse_number(rest ? rest : number, 0, INT_MAX, &shmid))
		return -EINVAL;
	name->form = OBJECT_BY_ID;
	name->ns = ns;
	name->shmid = shmid;
	return 0;
}

/* NUMBER, or NUMBER/REST. */
static int parse_numbers(struct object_name *name, const char *number,
			 const char *rest)
{
	uint64_t pid, fd;

	if (name->kind == OBJECT_SYSV && (!rest || strncmp(rest, "0x", 2)))
		return parse_id(name, number, rest);
	if (!rest || parse_number(number, 1, INT_MAX, &pid))
		return -EINVAL;
	name->pid = pid;
	if (!parse_addr(rest, &name->addr)) {
		name->form = OBJECT_BY_ADDR;
		return 0;
	}
	name->form = OBJECT_BY_FD;
	if (parse_number(rest, 0, INT_MAX, &fd))
		return -EINVAL;
	name->fd = fd;
	return 0;
}

/* A number that ends at `end`, which is moved beyond. */
static int parse_part(const char **text, char end, uint64_t max, uint64_t *value)
{
	const char *stop = strchr(*text, end);
	char number[32];
	size_t len = stop ? (size_t)(stop - *text) : 0;

	if (!len || len >= sizeof(number))
		return -EINVAL;
	memcpy(number, *text, len);
	number[len] = '\0';
	*text = stop + 1;
	return parse_number(number, 0, max, value);
}

/* MAJ:MIN/INODE */
static int parse_inode(struct object_name *name, const char *text)
{
	uint64_t maj, min, ino;

	if (name->kind == OBJECT_SYSV || name->kind == OBJECT_FILE ||
	    parse_part(&text, ':', UINT32_MAX, &maj) ||
	    parse_part(&text, '/', UINT32_MAX, &min) ||
	    parse_number(text, 1, UINT64_MAX, &ino))
		return -EINVAL;
	name->form = OBJECT_BY_INODE;
	name->dev = makedev(maj, min);
	name->ino = ino;
	return 0;
}

static int parse_rest(struct object_name *name, const char *text, char *why,
		      size_t size)
{
	char number[32] = "";
	const char *slash = strchr(text, '/'), *path = NULL;
	size_t len = slash ? (size_t)(slash - text) : strlen(text);

	if (*text == '@')
		return parse_inode(name, text + 1);
	if (len < sizeof(number))
		memcpy(number, text, len);
	if (*text == '/' &&
	    (name->kind == OBJECT_POSIX || name->kind == OBJECT_FILE))
		path = text;
	if (slash > text && slash[1] == '/' && name->kind == OBJECT_POSIX) {
		uint64_t pid;

		if (parse_number(number, 1, INT_MAX, &pid))
			return -EINVAL;
		name->pid = pid;
		path = slash + 1;
	}
	if (!path)
		return parse_numbers(name, number, slash ? slash + 1 : NULL);
	name->form = OBJECT_BY_PATH;
	name->path = parse_path(path, why, size);
	return name->path ? 0 : -EINVAL;
}

int object_name_parse(struct object_name *name, const char *text, char *why,
		      size_t size)
{
	size_t len = strcspn(text, ":");
	int kind = object_kind_parse(text, len);

	*why = '\0';
	*name = (struct object_name) { .kind = kind < 0 ? 0 : kind };
	if (kind < 0) {
		snprintf(why, size, "unknown kind '%.*s' in '%s', known are "
			 OBJECT_KINDS_KNOWN, (int)len, text, text);
		return -EINVAL;
	}
	if (!text[len] || parse_rest(name, text + len + 1, why, size)) {
		if (!*why)
			snprintf(why, size, "'%s' is not %s", text,
				 kinds[kind].forms);
		return -EINVAL;
	}
	return 0;
}

void object_name_free(struct object_name *name)
{
	free(name->path);
	name->path = NULL;
}

static void put_path(FILE *out, const char *path)
{
	for (const unsigned char *s = (const void *)path; *s; s++) {
		if (*s < 0x80 && (isalnum(*s) || strchr("/-._+,:@", *s)))
			putc(*s, out);
		else
			fprintf(out, "%%%02x", *s);
	}
}

char *object_name_text(const struct object_name *name)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		err_nomem();
	fprintf(out, "%s:", object_kind_word(name->kind));
	switch (name->form) {
	case OBJECT_BY_ID:
		if (name->ns)
			fprintf(out, "%ju/", (uintmax_t)name->ns);
		fprintf(out, "%d", name->shmid);
		break;
	case OBJECT_BY_PATH:
		if (name->pid)
			fprintf(out, "%d/", name->pid);
		put_path(out, name->path);
		break;
	case OBJECT_BY_FD:
		fprintf(out, "%d/%d", name->pid, name->fd);
		break;
	case OBJECT_BY_ADDR:
		fprintf(out, "%d/0x%" PRIx64, name->pid, name->addr);
		break;
	case OBJECT_BY_INODE:
		fprintf(out, "@%u:%u/%ju", major(name->dev), minor(name->dev),
			(uintmax_t)name->ino);
		break;
	}
	if (fclose(out))
		err_nomem();
	return text;
}
