// SPDX-License-Identifier: GPL-2.0-or-later
/* Objects of every kind, made, resized, filled, sealed, punched and removed. */
#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <linux/memfd.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "fuzz.h"

#ifndef FALLOC_FL_COLLAPSE_RANGE
#define FALLOC_FL_COLLAPSE_RANGE 0x08
#endif
#define HUGETLBFS_MAGIC	0x958458f6
#define TMPFS_MAGIC	0x01021994

struct fuzz_thing fuzz_things[FUZZ_THINGS];

struct fuzz_thing *fuzz_some_thing(void)
{
	for (int i = 0; i < 8; i++) {
		struct fuzz_thing *thing = &fuzz_pick(fuzz_things);

		if (thing->what)
			return thing;
	}
	return NULL;
}

int fuzz_some_shmid(void)
{
	return fuzz_pick(fuzz->shmids) - 1;
}

static bool keep(enum fuzz_what what, int fd)
{
	struct fuzz_thing *thing = &fuzz_pick(fuzz_things);

	if (fd < 0)
		return false;
	if (thing->what)
		close(thing->fd);
	thing->fd = fd;
	thing->what = what;
	return true;
}

void fuzz_adopt(int fd)
{
	struct statfs fs;
	struct stat st;

	if (fstat(fd, &st) || fstatfs(fd, &fs))
		close(fd);
	else if (!S_ISREG(st.st_mode))
		keep(FUZZ_STRANGE, fd);
	else if (fs.f_type == HUGETLBFS_MAGIC)
		keep(FUZZ_HUGETLB, fd);
	else if (fs.f_type == TMPFS_MAGIC)
		keep(FUZZ_FILE, fd);
	else
		keep(FUZZ_REGULAR_FILE, fd);
}

static size_t some_size(void)
{
	static const size_t pages[] = { 1, 1, 2, 7, 64, 255, 256, 257, 511, 512,
					513, FUZZ_PAGES_MAX };
	size_t size = fuzz_pick(pages) * fuzz_page;

	switch (fuzz_rnd(8)) {
	case 0:
		return size - 1;
	case 1:
		return size - fuzz_page + 1;
	case 2:
		return fuzz_one_in(4) ? 0 : fuzz_page;
	default:
		return size;
	}
}

/*
 * A segment is locked while it is empty or never: 6.12's own shmem_writepage()
 * warns when SHM_LOCK meets a page that is just being written out.
 */
static bool make_segment(void)
{
	static const int flags[] = { 0, 0, 0, 0, SHM_HUGETLB, SHM_NORESERVE };
	static const int modes[] = { 0600, 0600, 0644, 0400, 0 };
	key_t key = fuzz_one_in(4) ? (key_t)(0x4655u + fuzz_rnd(4)) : IPC_PRIVATE;
	int shmid, old;

	shmid = shmget(key, some_size(), IPC_CREAT | fuzz_pick(flags) |
		       fuzz_pick(modes) | (fuzz_one_in(2) ? IPC_EXCL : 0));
	if (shmid < 0)
		return false;
	if (key == IPC_PRIVATE && fuzz_one_in(8))
		shmctl(shmid, SHM_LOCK, NULL);
	old = atomic_exchange(&fuzz_pick(fuzz->shmids), shmid + 1);
	if (old)
		shmctl(old - 1, IPC_RMID, NULL);
	return true;
}

static bool remove_segment(void)
{
	return !shmctl(fuzz_some_shmid(), IPC_RMID, NULL);
}

static bool change_segment(void)
{
	int shmid = fuzz_some_shmid();
	struct shmid_ds ds;

	if (shmctl(shmid, IPC_STAT, &ds))
		return false;
	if (fuzz_one_in(3))
		return !shmctl(shmid, SHM_UNLOCK, NULL);
	ds.shm_perm.mode = fuzz_rnd(01000);
	ds.shm_perm.uid = fuzz_one_in(2) ? 0 : 1000;
	return !shmctl(shmid, IPC_SET, &ds);
}

static bool make_file(void)
{
	static const int flags[] = { O_RDWR, O_RDWR, O_RDONLY, O_RDWR | O_TRUNC,
				     O_RDWR | O_DIRECT, O_PATH };
	const char *dir = fuzz_one_in(4) ? FUZZ_REGULAR : FUZZ_DIR;
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "%s/%u", dir, fuzz_rnd(6));
	fd = open(path, fuzz_pick(flags) | O_CREAT | O_CLOEXEC, 0600);
	if (fd >= 0 && fuzz_one_in(2) && ftruncate(fd, some_size()))
		errno = 0;
	return keep(dir[1] == 'r' ? FUZZ_REGULAR_FILE : FUZZ_FILE, fd);
}

static bool unlink_file(void)
{
	char path[64], other[80];

	snprintf(path, sizeof(path), "%s/%u",
		 fuzz_one_in(4) ? FUZZ_REGULAR : FUZZ_DIR, fuzz_rnd(6));
	if (fuzz_one_in(2))
		return !unlink(path);
	snprintf(other, sizeof(other), "%s.x", path);
	return fuzz_one_in(2) ? !link(path, other) | !unlink(other)
			      : !rename(path, FUZZ_DIR "/0");
}

static bool make_memfd(void)
{
	bool huge = fuzz_one_in(5);
	int fd = memfd_create("fuzz", MFD_CLOEXEC | (huge ? MFD_HUGETLB : 0) |
			      (fuzz_one_in(2) ? MFD_ALLOW_SEALING : 0));

	if (fd < 0)
		return false;
	if (ftruncate(fd, huge ? (fuzz_rnd(3)) << 21 : some_size()))
		errno = 0;
	return keep(huge ? FUZZ_HUGETLB : FUZZ_MEMFD, fd);
}

/* What cannot be opened as an object, or only as one that has nothing to see. */
static bool make_strange(void)
{
	static const char *const paths[] = {
		"/dev/zero", "/dev/null", "/", "/proc/self/maps", "/dev/shmviz",
		"/proc/self/ns/ipc", "/proc/self/ns/pid", "/sys/kernel/profiling",
		"/proc/self/exe",
	};
	int fds[2];

	if (fuzz_one_in(6)) {
		if (pipe2(fds, O_CLOEXEC | O_NONBLOCK))
			return false;
		close(fds[1]);
		return keep(FUZZ_STRANGE, fds[0]);
	}
	return keep(FUZZ_STRANGE, open(fuzz_pick(paths), O_RDONLY | O_CLOEXEC));
}

static bool resize(void)
{
	struct fuzz_thing *thing = fuzz_some_thing();

	if (!thing)
		return false;
	if (thing->what == FUZZ_HUGETLB)
		return !ftruncate(thing->fd, fuzz_rnd(3) << 21);
	/* Now and then something sparse that no memory could hold. */
	return !ftruncate(thing->fd, fuzz_one_in(30) ? 1ll << 40 : (off_t)some_size());
}

static bool allocate(void)
{
	static const int modes[] = {
		0, FALLOC_FL_KEEP_SIZE, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
		FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, FALLOC_FL_ZERO_RANGE,
		FALLOC_FL_COLLAPSE_RANGE,
	};
	struct fuzz_thing *thing = fuzz_some_thing();
	size_t first = fuzz_rnd(FUZZ_PAGES_MAX), n = 1 + fuzz_rnd(FUZZ_PAGES_MAX);

	return thing && !fallocate(thing->fd, fuzz_pick(modes), first * fuzz_page,
				   n * fuzz_page);
}

static bool write_file(void)
{
	struct fuzz_thing *thing = fuzz_some_thing();
	char byte = 1;

	return thing && pwrite(thing->fd, &byte, 1, fuzz_rnd(FUZZ_PAGES_MAX) *
			       fuzz_page) == 1;
}

static bool read_file(void)
{
	struct fuzz_thing *thing = fuzz_some_thing();
	static char buf[1 << 16];

	return thing && thing->what != FUZZ_STRANGE &&
	       pread(thing->fd, buf, sizeof(buf), fuzz_rnd(1 << 20)) > 0;
}

static bool seal(void)
{
	static const int seals[] = { F_SEAL_SHRINK, F_SEAL_GROW, F_SEAL_WRITE,
				     F_SEAL_FUTURE_WRITE, F_SEAL_SEAL };
	struct fuzz_thing *thing = fuzz_some_thing();

	return thing && !fcntl(thing->fd, F_ADD_SEALS, fuzz_pick(seals));
}

static bool close_thing(void)
{
	struct fuzz_thing *thing = fuzz_some_thing();

	if (!thing)
		return false;
	thing->what = FUZZ_NOTHING;
	return !close(thing->fd);
}

const struct fuzz_op fuzz_thing_ops[] = {
	{ "shmget", make_segment, 12, false },
	{ "shmctl IPC_RMID", remove_segment, 3, false },
	{ "shmctl IPC_SET, SHM_UNLOCK", change_segment, 4, false },
	{ "files opened", make_file, 10, false },
	{ "files unlinked, linked, renamed", unlink_file, 4, false },
	{ "memfd_create", make_memfd, 10, false },
	{ "what is no object opened", make_strange, 4, false },
	{ "ftruncate", resize, 8, false },
	{ "fallocate, holes punched", allocate, 14, false },
	{ "pwrite", write_file, 14, false },
	{ "pread", read_file, 4, false },
	{ "seals added", seal, 4, false },
	{ "objects closed", close_thing, 4, false },
	{ 0 },
};
