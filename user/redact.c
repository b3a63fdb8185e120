// SPDX-License-Identifier: GPL-2.0-or-later
/* Stand-ins for keys, names and users: what was seen, and what stands for it. */
#include <grp.h>
#include <pwd.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "err.h"
#include "object_name.h"
#include "redact.h"

/* Above what any user database gives out. */
#define FIRST_USER	2000000001u

enum what { KEY, NAME, COMM, USER, GROUP, WHATS };

struct known {
	enum what what;
	uint32_t stand_in;	/* a number to be shown in a form of its own */
	size_t len;
	const void *bytes;
};

static void *seen;		/* trees of tsearch() */
static void *keys_given;
static uint32_t last[WHATS];

void redact_random(void *bytes, size_t size)
{
	if (getrandom(bytes, size, 0) == (ssize_t)size)
		return;
	err_line("no random numbers from the kernel: nothing can be redacted");
	exit(EXIT_LACKS);
}

static int compare(const void *a, const void *b)
{
	const struct known *x = a, *y = b;

	if (x->what != y->what)
		return x->what < y->what ? -1 : 1;
	if (x->len != y->len)
		return x->len < y->len ? -1 : 1;
	return memcmp(x->bytes, y->bytes, x->len);
}

static int compare_keys(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* One that is not 0 and that was not given out yet. */
static uint32_t random_key(void)
{
	uint32_t *key = malloc(sizeof(*key)), **node;

	if (!key)
		err_nomem();
	for (;;) {
		redact_random(key, sizeof(*key));
		if (!*key)
			continue;
		node = tsearch(key, &keys_given, compare_keys);
		if (!node)
			err_nomem();
		if (*node == key)
			return *key;
	}
}

static uint32_t nameless_user(void)
{
	do
		last[USER]++;
	while (getpwuid(FIRST_USER + last[USER] - 1));
	return FIRST_USER + last[USER] - 1;
}

static uint32_t nameless_group(void)
{
	do
		last[GROUP]++;
	while (getgrgid(FIRST_USER + last[GROUP] - 1));
	return FIRST_USER + last[GROUP] - 1;
}

static uint32_t new_stand_in(enum what what)
{
	switch (what) {
	case KEY:
		return random_key();
	case USER:
		return nameless_user();
	case GROUP:
		return nameless_group();
	default:
		return ++last[what];
	}
}

static uint32_t stand_in(enum what what, const void *bytes, size_t len)
{
	struct known look = { .what = what, .len = len, .bytes = bytes };
	struct known *known, **node = tfind(&look, &seen, compare);
	void *copy;

	if (node)
		return (*node)->stand_in;
	known = malloc(sizeof(*known));
	copy = malloc(len ? len : 1);
	if (!known || !copy)
		err_nomem();
	*known = look;
	known->bytes = memcpy(copy, bytes, len);
	known->stand_in = new_stand_in(what);
	if (!tsearch(known, &seen, compare))
		err_nomem();
	return known->stand_in;
}

uint32_t redact_key(uint32_t key)
{
	return key ? stand_in(KEY, &key, sizeof(key)) : 0;
}

uid_t redact_uid(uid_t uid)
{
	return uid ? stand_in(USER, &uid, sizeof(uid)) : 0;
}

gid_t redact_gid(gid_t gid)
{
	return gid ? stand_in(GROUP, &gid, sizeof(gid)) : 0;
}

size_t redact_comm(void *bytes, size_t len, size_t room)
{
	char text[32];
	uint32_t n;

	if (!len)
		return 0;
	n = stand_in(COMM, bytes, len);
	len = snprintf(text, sizeof(text), "proc%u", n);
	if (len > room)
		len = room;
	memset(bytes, 0, room);
	memcpy(bytes, text, len);
	return len;
}

static char *must(char *text)
{
	if (!text)
		err_nomem();
	return text;
}

static void replace(char **text, char *with)
{
	free(*text);
	*text = must(with);
}

/* "/name1" for what begins with a slash, else "name1"; the slash alone stays. */
static char *stand_in_name(const char *name, size_t len)
{
	bool slash = len && name[0] == '/';
	char *text;

	if (len == slash)
		return strndup(name, len);
	if (asprintf(&text, "%sname%u", slash ? "/" : "",
		     stand_in(NAME, name + slash, len - slash)) < 0)
		return NULL;
	return text;
}

void redact_name(char **name)
{
	if (*name && **name)
		replace(name, stand_in_name(*name, strlen(*name)));
}

/* What the kernel puts before a name that somebody chose. */
static const char *const before_names[] = {
	"/memfd:", "/dev/shm", "[anon:", "[anon_shmem:",
};

/* What it calls something by itself. */
static const char *const own_names[] = {
	"/dev/zero", "/anon_hugepage", "/dev/shmviz",
};

static char *join(const char *before, size_t before_len, const char *name,
		  const char *after)
{
	char *text;

	must((char *)name);
	return asprintf(&text, "%.*s%s%s", (int)before_len, before, name,
			after) < 0 ? NULL : text;
}

/* What is between `before` bytes at the start and `after`, as a name. */
static char *name_within(const char *path, size_t before, const char *after)
{
	char *name = stand_in_name(path + before, after - path - before);
	char *text = join(path, before, name, after);

	free(name);
	return text;
}

static char *key_within(const char *path, const char *after)
{
	uint32_t key = strtoul(path + strlen("/SYSV"), NULL, 16);
	char *text;

	return asprintf(&text, "/SYSV%08x%s", redact_key(key), after) < 0 ?
	       NULL : text;
}

static bool is_own_name(const char *path, size_t len)
{
	for (size_t i = 0; i < sizeof(own_names) / sizeof(own_names[0]); i++)
		if (strlen(own_names[i]) == len &&
		    !strncmp(path, own_names[i], len))
			return true;
	return path[0] == '[' && strncmp(path, "[anon", 5);
}

/* Where what follows the name begins: " (deleted)", a bracket, or the end. */
static const char *end_of_name(const char *path)
{
	static const char deleted[] = " (deleted)";
	size_t len = strlen(path), more = strlen(deleted);

	if (len > more && !strcmp(path + len - more, deleted))
		return path + len - more;
	if (path[0] == '[' && path[len - 1] == ']')
		return path + len - 1;
	return path + len;
}

void redact_path(char **path)
{
	const char *text = *path, *after;
	size_t before = 0, len;

	if (!text || !*text)
		return;
	after = end_of_name(text);
	if (is_own_name(text, after - text) || is_own_name(text, strlen(text)))
		return;
	if (!strncmp(text, "/SYSV", 5) && after - text == 13) {
		replace(path, key_within(text, after));
		return;
	}
	for (size_t i = 0; i < sizeof(before_names) / sizeof(char *); i++) {
		len = strlen(before_names[i]);
		if (!strncmp(text, before_names[i], len) &&
		    (i != 1 || text[len] == '/'))
			before = len;
	}
	replace(path, name_within(text, before, after));
}

void redact_object_name(struct object_name *name)
{
	if (name->form == OBJECT_BY_PATH)
		redact_path(&name->path);
}

void redact_host(char **host)
{
	const char *release;
	char *text;

	if (!*host)
		return;
	release = strchr(*host, ' ');
	if (asprintf(&text, "host%s", release ? release : "") < 0)
		err_nomem();
	replace(host, text);
}
