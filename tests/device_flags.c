// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The flags of the mappings that the device makes, as /proc/self/smaps has them,
 * and what SHMVIZ_SHARERS says of every kind of mapping, against smaps.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/util.h"
#include "harness/view.h"

#define PAGES	8

static int dev;
static size_t page;

/* A mapping of our own, as smaps has it. */
struct smaps {
	uint64_t start, end, offset;
	char perms[5];
	char flags[520];	/* " rd wr ...", with a blank after each */
};

static bool smaps_of(const char *addr, struct smaps *found)
{
	FILE *file = fopen("/proc/self/smaps", "re");
	bool here = false, done = false;
	struct smaps at;
	char line[512];

	while (file && !done && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s %" SCNx64 " ",
			   &at.start, &at.end, at.perms, &at.offset) == 4) {
			here = at.start == (uintptr_t)addr;
			if (here)
				*found = at;
		} else if (here && !strncmp(line, "VmFlags:", 8)) {
			line[strcspn(line, "\n")] = '\0';
			snprintf(found->flags, sizeof(found->flags), "%s ",
				 line + 8);
			done = true;
		}
	}
	if (file)
		fclose(file);
	return done;
}

static bool has(const struct smaps *smaps, const char *flag)
{
	char word[8];

	snprintf(word, sizeof(word), " %s ", flag);
	return strstr(smaps->flags, word);
}

/*
 * Each flag that proc(5) names which lets somebody read, write, execute, grow,
 * inherit, dump or account a mapping: `must` has it, the others must not be there.
 */
static void expect_flags(const char *addr, const char *must)
{
	static const char *const known[] = {
		"rd", "wr", "ex", "sh", "mr", "mw", "me", "ms", "gd", "pf",
		"lo", "io", "dc", "de", "ac", "ht", "dd", "wf",
	};
	struct smaps smaps = {};

	if (!expect(smaps_of(addr, &smaps)))
		return;
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		bool wanted = strstr(must, known[i]);

		if (has(&smaps, known[i]) != wanted) {
			ksft_print_msg("%s is %s:%s\n", known[i],
				       wanted ? "missing" : "there",
				       smaps.flags);
			expect(!"the flags of the mapping");
		}
	}
}

static char *map(int fd, int prot, size_t pages)
{
	char *addr = mmap(NULL, pages * page, prot, MAP_SHARED, fd, 0);

	if (addr == MAP_FAILED)
		ksft_exit_fail_msg("mmap: %s\n", strerror(errno));
	return addr;
}

static int see_in_child(void *arg)
{
	struct smaps smaps;

	return smaps_of(arg, &smaps) ? 0 : 1;
}

static void test_board(void)
{
	int ro = open(SHMVIZ_DEVICE, O_RDONLY | O_CLOEXEC);
	char *rw = map(dev, PROT_READ | PROT_WRITE, 4);
	char *none = map(dev, PROT_NONE, 4), *rd = map(ro, PROT_READ, 4);
	struct util_child child;

	expect_flags(rw, "rd wr sh mr mw ms de dd");
	expect_flags(none, "sh mr mw ms de dd");
	/* A read-only descriptor never gets a mapping that is to be written. */
	expect_flags(rd, "rd mr ms de dd");
	/* Parts of a mapping keep its flags. */
	expect(!munmap(rw + page, page));
	expect_flags(rw + 2 * page, "rd wr sh mr mw ms de dd");
	util_child(&child, see_in_child, rw);
	expect_eq(util_child_end(&child), 0);
	munmap(rw, 4 * page);
	munmap(none, 4 * page);
	munmap(rd, 4 * page);
	close(ro);
	result("VmFlags of the board: shared, never executed, grown or dumped\n");
}

static void test_view(void)
{
	int fd = memfd_create("shmviz-test", MFD_CLOEXEC), obj, status;
	char *view, *none;
	pid_t pid;

	expect(!ftruncate(fd, PAGES * page));
	obj = util_open_object(dev, SHMVIZ_KIND_FILE, fd);
	view = map(obj, PROT_READ, PAGES);
	none = map(obj, PROT_NONE, PAGES);
	expect_flags(view, "rd mr ms dc de dd");
	expect_flags(none, "mr ms dc de dd");
	fflush(stdout);
	pid = fork();
	if (!pid)
		_exit(see_in_child(view));
	expect(waitpid(pid, &status, 0) == pid);
	expect_eq(WEXITSTATUS(status), 1);
	munmap(view, PAGES * page);
	munmap(none, PAGES * page);
	close(obj);
	close(fd);
	result("VmFlags of a view: read only, and not inherited either\n");
}

/* One mapping of a file, as it is made, and what was done to it. */
struct mapping {
	const char *what;
	int prot, flags, pages, first;
	enum { AS_IT_IS, READ_ONLY_FD, LOCKED } how;
};

static const struct mapping mappings[] = {
	{ "read and write", PROT_READ | PROT_WRITE, MAP_SHARED, 8, 0, AS_IT_IS },
	{ "read", PROT_READ, MAP_SHARED, 8, 0, AS_IT_IS },
	{ "write", PROT_WRITE, MAP_SHARED, 8, 0, AS_IT_IS },
	{ "execute", PROT_READ | PROT_EXEC, MAP_SHARED, 8, 0, AS_IT_IS },
	{ "none", PROT_NONE, MAP_SHARED, 8, 0, AS_IT_IS },
	{ "a part", PROT_READ, MAP_SHARED, 3, 5, AS_IT_IS },
	{ "private", PROT_READ | PROT_WRITE, MAP_PRIVATE, 8, 0, AS_IT_IS },
	{ "private part", PROT_READ, MAP_PRIVATE, 1, 7, AS_IT_IS },
	{ "read only", PROT_READ, MAP_SHARED, 2, 1, READ_ONLY_FD },
	{ "locked", PROT_READ | PROT_WRITE, MAP_SHARED, 4, 2, LOCKED },
	{ "private locked", PROT_READ, MAP_PRIVATE, 4, 4, LOCKED },
};
#define N_MAPPINGS	(sizeof(mappings) / sizeof(*mappings))

static uint32_t expected_flags(const struct smaps *smaps)
{
	return (smaps->perms[0] == 'r' ? SHMVIZ_SHARER_READ : 0) |
	       (smaps->perms[1] == 'w' ? SHMVIZ_SHARER_WRITE : 0) |
	       (smaps->perms[2] == 'x' ? SHMVIZ_SHARER_EXEC : 0) |
	       (smaps->perms[3] == 's' ? SHMVIZ_SHARER_SHARED : 0) |
	       (has(smaps, "lo") ? SHMVIZ_SHARER_LOCKED : 0);
}

static void expect_sharer(const struct shmviz_sharer *sharers, uint64_t n,
			  const char *addr, const char *what)
{
	const struct shmviz_sharer *s = NULL;
	struct smaps smaps = {};
	bool ok;

	for (uint64_t i = 0; i < n; i++)
		if (sharers[i].start == (uintptr_t)addr)
			s = &sharers[i];
	if (!expect(s) || !expect(smaps_of(addr, &smaps)))
		return;
	ok = expect_eq(s->end, smaps.end);
	ok &= expect_eq(s->first, smaps.offset / page);
	ok &= expect_eq(s->pid, getpid());
	ok &= expect_eq(s->flags, expected_flags(&smaps));
	if (!ok)
		ksft_print_msg("of the mapping '%s'\n", what);
}

static void test_sharers(void)
{
	int fd = memfd_create("shmviz-test", MFD_CLOEXEC), ro, obj;
	struct shmviz_sharer sharers[2 * N_MAPPINGS];
	struct shmviz_sharers arg = {
		.count = 2 * N_MAPPINGS, .buf = (uintptr_t)sharers,
	};
	char *addr[N_MAPPINGS], path[64];

	expect(!ftruncate(fd, PAGES * page));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	ro = open(path, O_RDONLY | O_CLOEXEC);
	for (size_t i = 0; i < N_MAPPINGS; i++) {
		const struct mapping *m = &mappings[i];

		addr[i] = mmap(NULL, m->pages * page, m->prot, m->flags,
			       m->how == READ_ONLY_FD ? ro : fd, m->first * page);
		expect(addr[i] != MAP_FAILED);
		if (m->how == LOCKED)
			expect(!mlock(addr[i], m->pages * page));
	}
	obj = util_open_object(dev, SHMVIZ_KIND_FILE, fd);
	expect(!ioctl(obj, SHMVIZ_SHARERS, &arg));
	expect_eq(arg.total, N_MAPPINGS);
	expect_eq(arg.count, N_MAPPINGS);
	for (size_t i = 0; i < N_MAPPINGS; i++) {
		expect_sharer(sharers, arg.count, addr[i], mappings[i].what);
		munmap(addr[i], mappings[i].pages * page);
	}
	expect(!ioctl(obj, SHMVIZ_SHARERS, &arg));
	expect_eq(arg.total, 0);
	close(obj);
	close(ro);
	close(fd);
	result("SHARERS of shared, private, locked and partial mappings\n");
}

/* Views among other mappings: each is told apart. */
static void test_sharers_view(void)
{
	int fd = memfd_create("shmviz-test", MFD_CLOEXEC), obj;
	struct shmviz_sharer sharers[4];
	struct shmviz_sharers arg = { .count = 4, .buf = (uintptr_t)sharers };
	char *own, *view;

	expect(!ftruncate(fd, PAGES * page));
	own = map(fd, PROT_READ, PAGES);
	obj = util_open_object(dev, SHMVIZ_KIND_FILE, fd);
	view = view_map(obj, 2, 3);
	expect(!ioctl(obj, SHMVIZ_SHARERS, &arg));
	expect_eq(arg.count, 2);
	for (uint64_t i = 0; i < arg.count; i++) {
		bool is_view = sharers[i].start == (uintptr_t)view;

		expect(is_view || sharers[i].start == (uintptr_t)own);
		expect_eq(sharers[i].flags, SHMVIZ_SHARER_READ |
			  SHMVIZ_SHARER_SHARED |
			  (is_view ? SHMVIZ_SHARER_VIEW : 0));
		expect_eq(sharers[i].first, is_view ? 2 : 0);
		expect_eq(sharers[i].end - sharers[i].start,
			  (is_view ? 3 : PAGES) * page);
	}
	munmap(view, 3 * page);
	munmap(own, PAGES * page);
	close(obj);
	close(fd);
	result("SHARERS of a view and of another mapping that looks like it\n");
}

int main(void)
{
	page = getpagesize();
	dev = util_begin(4, UTIL_DEVICE);
	dev = view_reload(dev, "allow_view=1");
	test_board();
	test_view();
	test_sharers();
	test_sharers_view();
	close(view_reload(dev, ""));
	util_finish();
}
