// SPDX-License-Identifier: GPL-2.0-or-later
#include <fts.h>
#include <mntent.h>
#include <search.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "cgroup.h"
#include "err.h"

struct cgroup {
	uint64_t id;
	char *path;		/* NULL: not found */
	time_t looked;		/* CLOCK_MONOTONIC */
	bool alias;		/* the path is one that somebody gave it */
};

static void *known;		/* a tree of tsearch() */
static bool learning;

static int compare(const void *a, const void *b)
{
	const struct cgroup *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

static time_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &ts);
	return ts.tv_sec;
}

/* Where cgroup2 is mounted, or an empty string. */
static const char *find_root(void)
{
	static char root[256];
	static bool done;
	struct mntent *mount;
	FILE *mounts;

	if (done)
		return root;
	done = true;
	mounts = setmntent("/proc/self/mounts", "re");
	while (mounts && (mount = getmntent(mounts))) {
		if (strcmp(mount->mnt_type, "cgroup2"))
			continue;
		snprintf(root, sizeof(root), "%s", mount->mnt_dir);
		break;
	}
	if (mounts)
		endmntent(mounts);
	return root;
}

static char *look_for(uint64_t id)
{
	char *roots[] = { (char *)find_root(), NULL }, *path = NULL;
	size_t skip = strlen(roots[0]);
	FTSENT *entry;
	FTS *tree;

	if (!skip)
		return NULL;
	tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, NULL);
	while (tree && !path && (entry = fts_read(tree)))
		if (entry->fts_info == FTS_D && entry->fts_statp->st_ino == id)
			path = strdup(entry->fts_level ? entry->fts_path + skip :
							 "/");
	if (tree)
		fts_close(tree);
	return path;
}

static struct cgroup *enter(uint64_t id)
{
	struct cgroup key = { .id = id }, *cgroup, **node;

	node = tsearch(&key, &known, compare);
	if (!node || *node != &key)
		return node ? *node : NULL;
	cgroup = malloc(sizeof(*cgroup));
	if (!cgroup) {
		tdelete(&key, &known, compare);
		return NULL;
	}
	*cgroup = (struct cgroup) { .id = id, .looked = -1 };
	*node = cgroup;
	return cgroup;
}

const char *cgroup_path(uint64_t id)
{
	struct cgroup *cgroup = enter(id);

	if (!cgroup)
		return NULL;
	if (!cgroup->path && !learning && cgroup->looked != now()) {
		cgroup->looked = now();
		cgroup->path = look_for(id);
	}
	return cgroup->path;
}

void cgroup_learn(uint64_t id, const char *path)
{
	struct cgroup *cgroup = enter(id);
	char *copy;

	learning = true;
	if (!cgroup || !*path || cgroup->alias ||
	    (cgroup->path && !strcmp(cgroup->path, path)))
		return;
	copy = strdup(path);
	if (!copy)
		return;
	free(cgroup->path);
	cgroup->path = copy;
}

void cgroup_alias(uint64_t id, const char *path)
{
	struct cgroup *cgroup = enter(id);
	char *copy = strdup(path);

	if (!cgroup || !copy)
		err_nomem();
	free(cgroup->path);
	cgroup->path = copy;
	cgroup->alias = true;
}

bool cgroup_has_alias(uint64_t id)
{
	struct cgroup *cgroup = enter(id);

	return cgroup && cgroup->alias;
}
