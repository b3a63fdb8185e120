// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who may see contents: the nine bits of a segment's mode and of a file's, for
 * owner, group and other, from both sides. The kernel's own answer is the
 * oracle: shmat(2) of a segment, open(2) of a file.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/rights.h"
#include "harness/util.h"
#include "harness/view.h"

/* The segment and the file are theirs. */
#define CREATOR		1001
#define OWNER		1002
#define CREATORS	2001
#define OWNERS		2002
#define STRANGER	1003
#define STRANGERS	2003

#define FRAMES_ONLY	CAP(SYS_ADMIN)

/* Every combination of the read bits; and all bits but those. */
static const mode_t modes[] = {
	0000, 0004, 0040, 0044, 0400, 0404, 0440, 0444, 0333, 0777,
};
#define N_MODES	(sizeof(modes) / sizeof(*modes))

static int dev;
static size_t page;

/* Whose bits count: the shift of the mode. ALL: no bits are asked. */
enum whose { AS_OTHER = 0, AS_GROUP = 3, AS_OWNER = 6, ALL = -1 };

static bool granted(mode_t mode, int whose)
{
	return whose == ALL || mode >> whose & 4;
}

static bool can_view(int obj)
{
	char *view = view_map(obj, 0, 1);

	if (view == MAP_FAILED)
		return !expect_eq(errno, EACCES);
	munmap(view, page);
	return true;
}

/* Frames are another right: the mode does not count for them. */
static void expect_frames(int obj)
{
	struct shmviz_frame frame;

	expect_eq(util_frames(obj, 0, 1, &frame), 1);
	expect_eq(frame.state, SHMVIZ_STATE_PRESENT);
}

static void expect_content(int obj, bool may)
{
	struct shmviz_info info;

	expect(!ioctl(obj, SHMVIZ_INFO, &info));
	expect_eq(!!(info.flags & SHMVIZ_INFO_VIEW), may);
	expect_eq(can_view(obj), may);
	expect_frames(obj);
}

struct look {
	int shmid;
	int whose;
	/* Of a file by its inode. */
	const char *path;
	int fs;
	struct shmviz_listed file;
	bool may;
};

static bool can_attach(int shmid)
{
	void *addr = shmat(shmid, NULL, SHM_RDONLY);

	if (addr == (void *)-1)
		return !expect_eq(errno, EACCES);
	shmdt(addr);
	return true;
}

static void set_mode(int shmid, mode_t mode)
{
	struct shmid_ds ds = {
		.shm_perm = { .uid = OWNER, .gid = OWNERS, .mode = mode },
	};

	expect(!shmctl(shmid, IPC_SET, &ds));
}

static void look_at_segment(const void *arg)
{
	const struct look *look = arg;

	for (size_t i = 0; i < N_MODES; i++) {
		bool may = granted(modes[i], look->whose);
		int obj;

		set_mode(look->shmid, modes[i]);
		expect_eq(can_attach(look->shmid), may);
		obj = util_open_object(dev, SHMVIZ_KIND_SEGMENT, look->shmid);
		if (expect(obj >= 0))
			expect_content(obj, may);
		close(obj);
	}
}

/* Creator and owner are not the same, and neither is root. */
static int make_segment(void)
{
	char *addr;
	int shmid;

	expect(!setegid(CREATORS) && !seteuid(CREATOR));
	shmid = util_segment(page, 0);
	addr = util_attach(shmid, 0);
	addr[0] = 'x';
	expect(!seteuid(0) && !setegid(0));
	shmdt(addr);
	set_mode(shmid, 0);
	return shmid;
}

static void expect_segment(int shmid, int whose, uid_t uid, gid_t gid,
			   gid_t more, uint64_t caps)
{
	struct rights rights = {
		.uid = uid, .euid = uid, .gid = gid, .more = more, .caps = caps,
	};
	struct look look = { .shmid = shmid, .whose = whose };

	rights_run(&rights, look_at_segment, &look);
}

static void test_owner(int shmid)
{
	expect_segment(shmid, AS_OWNER, CREATOR, STRANGERS, NO_GROUP,
		       FRAMES_ONLY);
	expect_segment(shmid, AS_OWNER, OWNER, STRANGERS, NO_GROUP,
		       FRAMES_ONLY);
	/* The first class that fits counts, even if a later one had more. */
	expect_segment(shmid, AS_OWNER, CREATOR, CREATORS, OWNERS, FRAMES_ONLY);
	expect_segment(shmid, AS_OWNER, OWNER, OWNERS, CREATORS, FRAMES_ONLY);
	result("a segment: its creator and its owner by the owner's bit\n");
}

static void test_group(int shmid)
{
	expect_segment(shmid, AS_GROUP, STRANGER, CREATORS, NO_GROUP,
		       FRAMES_ONLY);
	expect_segment(shmid, AS_GROUP, STRANGER, OWNERS, NO_GROUP,
		       FRAMES_ONLY);
	expect_segment(shmid, AS_GROUP, STRANGER, STRANGERS, CREATORS,
		       FRAMES_ONLY);
	expect_segment(shmid, AS_GROUP, STRANGER, STRANGERS, OWNERS,
		       FRAMES_ONLY);
	result("a segment: either group, effective or supplementary\n");
}

static void test_other(int shmid)
{
	/* Its real uid is the creator's: that one does not count. */
	struct rights real = {
		.uid = CREATOR, .euid = STRANGER, .gid = STRANGERS,
		.more = NO_GROUP, .caps = FRAMES_ONLY,
	};
	struct look look = { .shmid = shmid, .whose = AS_OTHER };

	expect_segment(shmid, AS_OTHER, STRANGER, STRANGERS, NO_GROUP,
		       FRAMES_ONLY);
	rights_run(&real, look_at_segment, &look);
	/* Root by name, and whoever may override the modes of files. */
	expect_segment(shmid, AS_OTHER, 0, 0, NO_GROUP, FRAMES_ONLY);
	expect_segment(shmid, AS_OTHER, STRANGER, STRANGERS, NO_GROUP,
		       FRAMES_ONLY | CAP(DAC_OVERRIDE) | CAP(DAC_READ_SEARCH) |
		       CAP(SYS_PTRACE) | CAP(FOWNER));
	result("a segment: others, also root without CAP_IPC_OWNER\n");
}

static void test_ipc_owner(int shmid)
{
	expect_segment(shmid, ALL, STRANGER, STRANGERS, NO_GROUP,
		       FRAMES_ONLY | CAP(IPC_OWNER));
	expect_segment(shmid, ALL, 0, 0, NO_GROUP,
		       FRAMES_ONLY | CAP(IPC_OWNER));
	result("a segment: CAP_IPC_OWNER needs no bit\n");
}

/* A segment in a container, with a mode that gives nobody anything. */
static int make_container(void *arg)
{
	int *shmid = arg;
	char *addr;

	if (setresgid(STRANGERS, STRANGERS, STRANGERS) ||
	    setresuid(STRANGER, STRANGER, STRANGER) ||
	    unshare(CLONE_NEWUSER | CLONE_NEWIPC))
		return 1;
	*shmid = shmget(IPC_PRIVATE, page, IPC_CREAT | 0000);
	addr = shmat(*shmid, NULL, 0);
	if (addr == (void *)-1)
		return 2;
	addr[0] = 'x';
	return 0;
}

struct inside {
	int ns, shmid;
	bool may;
};

static void look_inside(const void *arg)
{
	const struct inside *inside = arg;
	struct shmviz_open open_arg = {
		.kind = SHMVIZ_KIND_SEGMENT, .id = inside->shmid,
		.ns_fd = inside->ns,
	};
	int obj = ioctl(dev, SHMVIZ_OPEN, &open_arg);

	if (expect(obj >= 0))
		expect_content(obj, inside->may);
	close(obj);
}

/*
 * CAP_IPC_OWNER is asked in the user namespace of the segment's namespace. The
 * user who made that user namespace has it there, and nowhere else.
 */
static void test_container(int outside)
{
	struct rights rights = {
		.uid = STRANGER, .euid = STRANGER, .gid = STRANGERS,
		.more = NO_GROUP, .caps = FRAMES_ONLY,
	};
	struct inside inside;
	struct util_child child;
	char path[64];
	int *shmid;

	shmid = mmap(NULL, page, PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	*shmid = -1;
	util_child(&child, make_container, shmid);
	if (*shmid < 0) {
		util_child_end(&child);
		ksft_test_result_skip("a container: users may not make user namespaces here\n");
		return;
	}
	snprintf(path, sizeof(path), "/proc/%d/ns/ipc", child.pid);
	inside = (struct inside) {
		.ns = open(path, O_RDONLY | O_CLOEXEC), .shmid = *shmid,
	};
	if (inside.ns < 0)
		ksft_exit_fail_msg("%s: %s\n", path, strerror(errno));
	inside.may = true;
	rights_run(&rights, look_inside, &inside);
	rights.uid = rights.euid = OWNER;
	inside.may = false;
	rights_run(&rights, look_inside, &inside);
	rights.caps |= CAP(IPC_OWNER);
	inside.may = true;
	rights_run(&rights, look_inside, &inside);
	/* Outside, the maker of a container is a stranger. */
	expect_segment(outside, AS_OTHER, STRANGER, STRANGERS, NO_GROUP,
		       FRAMES_ONLY);
	close(inside.ns);
	expect_eq(util_child_end(&child), 0);
	munmap(shmid, page);
	result("a segment of a container: CAP_IPC_OWNER in its user namespace\n");
}

static struct shmviz_listed list_find(int fs, const char *name)
{
	static struct shmviz_listed recs[4096];
	struct shmviz_list list = {
		.fd = fs, .count = 4096, .buf = (uintptr_t)recs,
	};

	expect(!ioctl(dev, SHMVIZ_LIST, &list));
	for (size_t i = 0; i < list.count; i++)
		if (!strcmp(recs[i].name, name))
			return recs[i];
	expect(!"the file is listed");
	return (struct shmviz_listed) {};
}

static bool can_open(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return !expect_eq(errno, EACCES);
	close(fd);
	return true;
}

static int open_inode(const struct look *look)
{
	struct shmviz_open arg = {
		.kind = SHMVIZ_KIND_INODE, .id = look->fs, .ns_fd = -1,
		.ino = look->file.ino, .generation = look->file.generation,
	};

	return ioctl(dev, SHMVIZ_OPEN, &arg);
}

static void look_at_inode(const void *arg)
{
	const struct look *look = arg;
	int obj = open_inode(look);

	expect_eq(can_open(look->path), look->may);
	if (expect(obj >= 0))
		expect_content(obj, look->may);
	close(obj);
}

static void look_without_ptrace(const void *arg)
{
	const struct look *look = arg;
	int obj = open_inode(look);

	expect(can_open(look->path));
	if (expect(obj >= 0))
		expect_content(obj, false);
	close(obj);
}

static void expect_file(struct look *look, int fd, int whose, uid_t uid,
			gid_t gid, gid_t more, uint64_t caps)
{
	struct rights rights = {
		.uid = uid, .euid = uid, .gid = gid, .more = more, .caps = caps,
	};

	for (size_t i = 0; i < N_MODES; i++) {
		look->may = granted(modes[i], whose);
		expect(!fchmod(fd, modes[i]));
		rights_run(&rights, look_at_inode, look);
	}
}

static void test_inode(void)
{
	struct look look = { .path = "/dev/shm/shmviz-modes" };
	uint64_t caps = FRAMES_ONLY | CAP(SYS_PTRACE);
	struct rights no_ptrace = {
		.uid = OWNER, .euid = OWNER, .gid = OWNERS, .more = NO_GROUP,
		.caps = FRAMES_ONLY,
	};
	int fd;

	unlink(look.path);
	fd = open(look.path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	expect(fd >= 0 && write(fd, "x", 1) == 1);
	expect(!fchown(fd, OWNER, OWNERS));
	look.fs = open("/dev/shm", O_RDONLY | O_CLOEXEC);
	look.file = list_find(look.fs, "shmviz-modes");

	expect_file(&look, fd, AS_OWNER, OWNER, OWNERS, NO_GROUP, caps);
	expect_file(&look, fd, AS_GROUP, STRANGER, OWNERS, NO_GROUP, caps);
	expect_file(&look, fd, AS_GROUP, STRANGER, STRANGERS, OWNERS, caps);
	expect_file(&look, fd, AS_OTHER, STRANGER, STRANGERS, NO_GROUP, caps);
	expect_file(&look, fd, AS_OTHER, 0, 0, NO_GROUP, caps);
	expect_file(&look, fd, ALL, STRANGER, STRANGERS, NO_GROUP,
		    caps | CAP(DAC_OVERRIDE));
	expect_file(&look, fd, ALL, STRANGER, STRANGERS, NO_GROUP,
		    caps | CAP(DAC_READ_SEARCH));
	result("a file by its inode: contents if open(2) would give them\n");

	expect(!fchmod(fd, 0666));
	rights_run(&no_ptrace, look_without_ptrace, &look);
	no_ptrace.caps |= CAP(DAC_OVERRIDE) | CAP(DAC_READ_SEARCH) |
			  CAP(IPC_OWNER);
	rights_run(&no_ptrace, look_without_ptrace, &look);
	result("a file by its inode: no contents without CAP_SYS_PTRACE\n");
	unlink(look.path);
	close(look.fs);
	close(fd);
}

static void expect_by_descriptor(const char *path, int flags, bool may)
{
	int fd = open(path, flags | O_CLOEXEC);
	int obj = util_open_object(dev, SHMVIZ_KIND_FILE, fd);

	if (expect(fd >= 0 && obj >= 0))
		expect_content(obj, may);
	close(obj);
	close(fd);
}

/* What counts of a descriptor is how it was opened, and nothing else. */
static void test_descriptor(void)
{
	static const char path[] = "/dev/shm/shmviz-modes";
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	expect(fd >= 0 && write(fd, "x", 1) == 1);
	close(fd);
	expect_by_descriptor(path, O_RDONLY, true);
	expect_by_descriptor(path, O_RDWR, true);
	expect_by_descriptor(path, O_WRONLY, false);
	unlink(path);
	result("a file by a descriptor: open for reading or not\n");
}

int main(void)
{
	int shmid;

	page = getpagesize();
	dev = util_begin(8, UTIL_DEVICE);
	dev = view_reload(dev, "allow_view=1");
	shmid = make_segment();
	test_owner(shmid);
	test_group(shmid);
	test_other(shmid);
	test_ipc_owner(shmid);
	test_container(shmid);
	test_inode();
	test_descriptor();
	shmctl(shmid, IPC_RMID, NULL);
	close(view_reload(dev, ""));
	util_finish();
}
