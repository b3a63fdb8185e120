/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A child with the user, the groups and the capabilities that a test chooses. */
#ifndef SHMVIZ_TEST_RIGHTS_H
#define SHMVIZ_TEST_RIGHTS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define NO_GROUP	((gid_t)-1)
#define CAP(name)	(1ull << CAP_##name)

struct rights {
	uid_t uid;		/* real */
	uid_t euid;
	gid_t gid;		/* real and effective */
	gid_t more;		/* the one supplementary group, or NO_GROUP */
	uint64_t caps;		/* permitted and effective: no others */
};

/* The calling process gets these rights for good. False: the kernel refused. */
bool rights_take(const struct rights *rights);

/*
 * Runs fn(arg) in a child with these rights. Each expectation that the child
 * finds not met makes the result of the parent fail, too.
 */
void rights_run(const struct rights *rights, void (*fn)(const void *),
		const void *arg);

#endif /* SHMVIZ_TEST_RIGHTS_H */
