// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * SHMVIZ_OPEN by inode never opens another object than the one that SHMVIZ_LIST
 * told of: segments of two IPC namespaces with the same shmid, on small and on
 * huge pages, and numbers that are used again.
 */
#include <errno.h>
#include <linux/memfd.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <unistd.h>

#include "harness/util.h"

#define ROOM	4096
#define HUGE	(2ul << 20)

static int dev;
static struct shmviz_listed recs[ROOM];

/* A segment of a namespace of its own, whose first shmid is the same in each. */
struct owner {
	struct util_child child;
	size_t size;
	int flags;
};

static int make_segment(void *arg)
{
	struct owner *owner = arg;

	/* Nor does it keep the module. */
	close(dev);
	if (unshare(CLONE_NEWIPC))
		return 2;
	/* Not reserved: no pool of huge pages is needed. */
	return shmget(IPC_PRIVATE, owner->size,
		      0600 | IPC_CREAT | SHM_NORESERVE | owner->flags) != 0;
}

static void begin(struct owner *owner, size_t size, int flags)
{
	*owner = (struct owner) { .size = size, .flags = flags };
	util_child(&owner->child, make_segment, owner);
}

/* Its namespace goes with it, and so the segment; some time later. */
static void end(struct owner *owner)
{
	expect_eq(util_child_end(&owner->child), 0);
}

/* The record of the segment with shmid 0 and a size, once in the list. */
static bool find(int fs, size_t size, struct shmviz_listed *rec)
{
	struct shmviz_list arg = {
		.fd = fs, .count = ROOM, .buf = (uintptr_t)recs,
	};
	int found = 0;

	expect(!ioctl(dev, SHMVIZ_LIST, &arg));
	expect_eq(arg.count, arg.total);
	for (uint64_t i = 0; i < arg.count; i++) {
		if (recs[i].ino || recs[i].size != size ||
		    strcmp(recs[i].name, "SYSV00000000"))
			continue;
		*rec = recs[i];
		found++;
	}
	expect(found <= 1);
	return found == 1;
}

static int open_inode(int fs, const struct shmviz_listed *rec)
{
	struct shmviz_open arg = {
		.kind = SHMVIZ_KIND_INODE, .id = fs, .ns_fd = -1,
		.ino = rec->ino, .generation = rec->generation,
	};

	return ioctl(dev, SHMVIZ_OPEN, &arg);
}

/* What the record opens is of this size, and so of this namespace. */
static void expect_opens(int fs, const struct shmviz_listed *rec, size_t size)
{
	int obj = open_inode(fs, rec);
	struct shmviz_info info;

	if (!expect(obj >= 0))
		return;
	expect(!ioctl(obj, SHMVIZ_INFO, &info));
	expect_eq(info.size, size);
	expect_eq(info.ino, 0);
	close(obj);
}

static void expect_gone(int fs, const struct shmviz_listed *rec)
{
	int obj = open_inode(fs, rec);

	expect_errno(obj, ENOENT);
	/* It would keep what it must not have opened. */
	if (obj >= 0)
		close(obj);
}

static void wait_gone(int fs, size_t size)
{
	struct shmviz_listed rec;

	/* By a kworker of the kernel: in the end, however slow the machine is. */
	while (find(fs, size, &rec))
		usleep(10000);
}

static void test_namespaces(unsigned int memfd_flags, int shm_flags,
			    const char *name)
{
	int fs = memfd_create("fs", MFD_CLOEXEC | memfd_flags);
	struct shmviz_listed a, b, c, none;
	struct owner one, two, three;

	begin(&one, HUGE, shm_flags);
	begin(&two, 2 * HUGE, shm_flags);
	if (!expect(fs >= 0) || !expect(find(fs, HUGE, &a)) ||
	    !expect(find(fs, 2 * HUGE, &b)))
		goto out;
	expect_eq(a.ino, b.ino);
	expect(a.generation != b.generation);
	/* In either order, again and again. */
	for (int i = 0; i < 3; i++) {
		expect_opens(fs, &a, HUGE);
		expect_opens(fs, &b, 2 * HUGE);
	}
	/* The numbers stay the same from list to list. */
	expect(find(fs, HUGE, &c));
	expect_eq(c.generation, a.generation);

	end(&one);
	wait_gone(fs, HUGE);
	expect_gone(fs, &a);
	expect_opens(fs, &b, 2 * HUGE);
	/* A third with the number of the first, whose record is not its own. */
	begin(&three, 3 * HUGE, shm_flags);
	expect_gone(fs, &a);
	none = a;
	none.generation = 0;
	if (memfd_flags)
		expect_gone(fs, &none);
	expect(find(fs, 3 * HUGE, &c));
	expect_opens(fs, &c, 3 * HUGE);
	expect_gone(fs, &a);
	end(&three);
	wait_gone(fs, 3 * HUGE);
out:
	end(&two);
	wait_gone(fs, 2 * HUGE);
	close(fs);
	result("%s\n", name);
}

/* It outlives the module: what one LIST told of is what the next one opens. */
static void test_reload(void)
{
	int fs = memfd_create("fs", MFD_CLOEXEC | MFD_HUGETLB);
	struct shmviz_listed before, after;
	struct owner one, two;

	begin(&one, HUGE, SHM_HUGETLB);
	begin(&two, 2 * HUGE, SHM_HUGETLB);
	expect(find(fs, HUGE, &before));
	close(dev);
	expect(!util_rmmod());
	expect(!util_insmod(""));
	dev = open(SHMVIZ_DEVICE, O_RDWR | O_CLOEXEC);
	expect_opens(fs, &before, HUGE);
	expect(find(fs, HUGE, &after));
	expect_eq(before.generation, after.generation);
	end(&one);
	end(&two);
	close(fs);
	result("huge pages, after the module was loaded anew\n");
}

int main(void)
{
	dev = util_begin(3, UTIL_DEVICE);
	test_namespaces(0, 0, "two namespaces with the same shmid");
	test_namespaces(MFD_HUGETLB, SHM_HUGETLB,
			"two namespaces with the same shmid, huge pages");
	test_reload();
	close(dev);
	util_finish();
}
