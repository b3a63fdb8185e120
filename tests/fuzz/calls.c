// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The calls on the device and on its objects, with right, wrong and odd arguments,
 * and what the header says of their results.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fuzz.h"

#define ROOM		700	/* records of a buffer */
#define CANARY		0xa5

int fuzz_dev = -1;
int fuzz_objects[FUZZ_OBJECTS];

const char *const fuzz_call_names[FUZZ_CALLS] = {
	"SHMVIZ_OPEN", "SHMVIZ_LIST", "SHMVIZ_INFO", "SHMVIZ_FRAMES",
	"SHMVIZ_SHARERS", "other ioctls", "mmap of the board", "mmap of a view",
};

/*
 * The errors that the header has for each call. Those of mmap() are the module's
 * and the kernel's own: of an address, of a descriptor, of its limits.
 */
#define SHARED	ENOTTY, EFAULT, EINVAL, EPERM, EBADF
static const int documented[FUZZ_CALLS][16] = {
	[FUZZ_OPEN] = { SHARED, ENOENT, EINTR, EOPNOTSUPP, EMFILE, ENFILE, ENOMEM,
			EACCES },
	[FUZZ_LIST] = { SHARED, EINTR, ENOMEM, EACCES },
	[FUZZ_INFO] = { SHARED, EINTR },
	[FUZZ_FRAMES] = { SHARED, EINTR, ENOMEM },
	[FUZZ_SHARERS] = { SHARED, EINTR, ENOMEM },
	[FUZZ_OTHER] = { SHARED },
	[FUZZ_BOARD] = { EINVAL, EPERM, EBADF, ENOMEM, EOPNOTSUPP, EAGAIN, EACCES,
			 ENODEV },
	[FUZZ_VIEW] = { EINVAL, EPERM, EBADF, ENOMEM, EOPNOTSUPP, EAGAIN, EACCES },
};

void fuzz_count(enum fuzz_call call, long ret)
{
	int err = ret < 0 ? errno : 0;

	if (err >= FUZZ_ERRNOS)
		err = FUZZ_ERRNOS - 1;
	fuzz->answers[call][err]++;
	if (!err)
		return;
	for (int i = 0; documented[call][i]; i++)
		if (documented[call][i] == err)
			return;
	fuzz_wrong("%s: %s, which the header does not have",
		   fuzz_call_names[call], strerrorname_np(err));
	errno = err;
}

/* As a 32-bit program calls: arg must lie in the lowest 4 GiB. */
static long ioctl32(int fd, unsigned int cmd, void *arg)
{
	long ret;

	asm volatile("int $0x80" : "=a" (ret)
		     : "a" (54), "b" (fd), "c" (cmd), "d" (arg)
		     : "memory", "r8", "r9", "r10", "r11");
	if ((int)ret >= 0)
		return (int)ret;
	errno = -(int)ret;
	return -1;
}

/* Where an argument or a buffer can lie, and whether a fault is an answer. */
static void *odd_place(size_t size)
{
	char *page;

	switch (fuzz_rnd(8)) {
	case 0:
		return NULL;
	case 1:
		return (void *)0xffff888000000000ul;
	case 2:
		return (void *)fuzz_odd64();
	case 3:
		return fuzz_lazy_buffer(size) ?: fuzz_some_address();
	case 4:		/* read-only, or ending in the midst */
		page = mmap(NULL, 2 * fuzz_page, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (page == MAP_FAILED)
			return NULL;
		if (fuzz_one_in(2)) {
			mprotect(page, fuzz_page, PROT_READ);
			munmap(page + fuzz_page, fuzz_page);
			return page;	/* this page is given up */
		}
		munmap(page + fuzz_page, fuzz_page);
		return page + fuzz_page - fuzz_rnd(size < fuzz_page ? size + 1 : fuzz_page);
	default:
		return fuzz_some_address();
	}
}

/*
 * One call. Most have their argument where it should be, so the answer says
 * something; others have a copy of it at an odd place, or come from 32 bits.
 */
static long call(enum fuzz_call which, int fd, unsigned int cmd, void *arg,
		 size_t size, bool *plain)
{
	static void *low;
	long ret;
	void *to;

	*plain = true;
	if (!low)
		low = mmap(NULL, fuzz_page, PROT_READ | PROT_WRITE, MAP_PRIVATE |
			   MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	if (fuzz_one_in(8) && low != MAP_FAILED) {
		memcpy(low, arg, size);
		ret = ioctl32(fd, cmd, low);
		memcpy(arg, low, size);
	} else if (fuzz_one_in(16)) {
		*plain = false;
		to = odd_place(size);
		/* What cannot be written stays as it is. */
		if (syscall(SYS_process_vm_writev, getpid(),
			    &(struct { void *p; size_t n; }){ arg, size }, 1,
			    &(struct { void *p; size_t n; }){ to, size }, 1, 0) < 0)
			errno = 0;
		ret = ioctl(fd, cmd, to);
	} else {
		ret = ioctl(fd, cmd, arg);
	}
	fuzz_count(which, ret);
	return ret;
}

/* A result that says how good arguments were refused. */
static void refused(enum fuzz_call which, const char *what)
{
	if (errno != EMFILE && errno != ENFILE && errno != ENOMEM && errno != EINTR)
		fuzz_wrong("%s of %s: %s", fuzz_call_names[which], what,
			   strerrorname_np(errno));
}

static void *buffer(size_t size, bool *plain)
{
	static char *buf;

	if (!buf)
		buf = malloc(ROOM * sizeof(struct shmviz_listed) + 64);
	*plain = !fuzz_one_in(10);
	if (!*plain)
		return odd_place(size);
	memset(buf, CANARY, ROOM * sizeof(struct shmviz_listed) + 64);
	return buf;
}

/* Nothing was written from record `n` on. */
static void check_rest(enum fuzz_call which, const char *buf, size_t n, size_t size)
{
	for (size_t i = n * size; i < ROOM * size; i++)
		if ((unsigned char)buf[i] != CANARY) {
			fuzz_wrong("%s: byte %zu behind %zu records was written",
				   fuzz_call_names[which], i - n * size, n);
			return;
		}
}

bool fuzz_keep_object(int fd)
{
	int *place = &fuzz_pick(fuzz_objects);

	if (*place >= 0)
		close(*place);
	*place = fd;
	return true;
}

int fuzz_some_object(void)
{
	for (int i = 0; i < 6; i++) {
		int fd = fuzz_pick(fuzz_objects);

		if (fd >= 0)
			return fd;
	}
	return -1;
}

static bool open_device(void)
{
	static const int flags[] = { O_RDWR, O_RDWR, O_RDWR, O_RDONLY, O_WRONLY,
				     O_RDWR | O_NONBLOCK };
	int fd = open(SHMVIZ_DEVICE, fuzz_pick(flags) | O_CLOEXEC);

	if (fd < 0)
		return false;
	if (fuzz_dev >= 0)
		close(fuzz_dev);
	fuzz_dev = fd;
	return true;
}

static bool close_device(void)
{
	int fd = fuzz_dev;

	fuzz_dev = -1;
	return !close(fd);
}

/* `good`: nothing but a limit of the machine may refuse it. */
static int open_object(struct shmviz_open *arg, enum fuzz_what what, bool good)
{
	bool plain;
	long fd = call(FUZZ_OPEN, fuzz_dev, SHMVIZ_OPEN, arg, sizeof(*arg), &plain);

	if (fd < 0) {
		if (good && plain && fuzz_root && fuzz_dev >= 0)
			refused(FUZZ_OPEN, "an object that is there");
		return -1;
	}
	if (!(fcntl(fd, F_GETFD) & FD_CLOEXEC) ||
	    (fcntl(fd, F_GETFL) & O_ACCMODE) != O_RDONLY)
		fuzz_wrong("an object descriptor is not read-only, close-on-exec");
	fuzz->kinds[what]++;
	return fd;
}

static bool open_segment(void)
{
	struct shmviz_open arg = {
		.kind = SHMVIZ_KIND_SEGMENT, .id = fuzz_some_shmid(), .ns_fd = -1,
	};
	struct shmviz_info info;
	char path[64];
	int fd;

	if (fuzz_one_in(6)) {
		snprintf(path, sizeof(path), "/proc/%d/ns/ipc", fuzz_pick(fuzz->pids));
		arg.ns_fd = open(path, O_RDONLY | O_CLOEXEC);
	}
	fd = open_object(&arg, FUZZ_SEGMENT, false);
	if (arg.ns_fd >= 0)
		close(arg.ns_fd);
	if (fd < 0)
		return false;
	if (!ioctl(fd, SHMVIZ_INFO, &info) && info.shmid != arg.id)
		fuzz_wrong("segment %d was asked for, INFO has %d", arg.id,
			   info.shmid);
	return fuzz_keep_object(fd);
}

static bool open_file(void)
{
	struct fuzz_thing *thing = fuzz_some_thing();
	struct shmviz_open arg = { .kind = SHMVIZ_KIND_FILE, .ns_fd = -1 };
	bool good;
	int fd;

	if (!thing)
		return false;
	arg.id = thing->fd;
	good = thing->what != FUZZ_STRANGE && !(fcntl(arg.id, F_GETFL) & O_PATH);
	fd = open_object(&arg, thing->what, good);
	return fd >= 0 && fuzz_keep_object(fd);
}

static bool open_board(void)
{
	struct shmviz_open arg = { .kind = SHMVIZ_KIND_BOARD, .ns_fd = -1 };
	int fd = open_object(&arg, FUZZ_NOTHING, true);

	return fd >= 0 && fuzz_keep_object(fd);
}

/* What a mapping of some worker maps, by its link in map_files. */
static bool open_mapping(void)
{
	struct shmviz_open arg = { .kind = SHMVIZ_KIND_FILE, .ns_fd = -1 };
	struct fuzz_slot *slot = fuzz_used_slot();
	char path[96];
	int fd;

	if (!slot)
		return false;
	snprintf(path, sizeof(path), "/proc/%d/map_files/%lx-%lx",
		 fuzz_one_in(2) ? getpid() : fuzz_pick(fuzz->pids),
		 (unsigned long)slot->addr,
		 (unsigned long)slot->addr + slot->pages * fuzz_page);
	arg.id = open(path, O_RDONLY | O_CLOEXEC);
	if (arg.id < 0)
		return false;
	fd = open_object(&arg, FUZZ_FILE, false);
	fuzz_adopt(arg.id);
	return fd >= 0 && fuzz_keep_object(fd);
}

static bool open_wrong(void)
{
	struct shmviz_open arg = {
		.kind = fuzz_rnd(6), .id = fuzz_rnd(64), .ns_fd = -1,
	};
	int fd;

	switch (fuzz_rnd(7)) {
	case 0:
		arg.flags = 1u << fuzz_rnd(32);
		break;
	case 1:
		arg.pad = fuzz_odd64() | 1;
		break;
	case 2:
		arg.kind = fuzz_odd64() | 1u << 31;
		break;
	default:
		arg.id = fuzz_odd64();
		arg.ns_fd = fuzz_one_in(2) ? -1 : (int)fuzz_rnd(64);
		arg.ino = fuzz_one_in(2) ? 0 : fuzz_odd64();
		arg.generation = fuzz_one_in(2) ? 0 : fuzz_rnd64();
	}
	fd = open_object(&arg, FUZZ_NOTHING, false);
	if (fd < 0)
		return true;
	if (arg.flags || arg.pad || arg.kind > 4)
		fuzz_wrong("OPEN took kind %u, flags %#x, pad %#x", arg.kind,
			   arg.flags, arg.pad);
	return fuzz_keep_object(fd);
}

static void check_info(const struct shmviz_info *info)
{
	if (info->present + info->swapped + info->holes != info->pages)
		fuzz_wrong("INFO: %llu present + %llu swapped + %llu holes are not %llu",
			   (unsigned long long)info->present,
			   (unsigned long long)info->swapped,
			   (unsigned long long)info->holes,
			   (unsigned long long)info->pages);
	if (info->page_size != fuzz_page || info->kind < SHMVIZ_KIND_SEGMENT ||
	    info->kind > SHMVIZ_KIND_FILE || info->flags & ~0x7fu)
		fuzz_wrong("INFO: pages of %u, kind %u, flags %#x", info->page_size,
			   info->kind, info->flags);
	if (info->kind != SHMVIZ_KIND_SEGMENT &&
	    (info->nattch || info->ipcns || info->shmid || info->key || info->mode))
		fuzz_wrong("INFO: a segment's fields in kind %u", info->kind);
	if (info->kind == SHMVIZ_KIND_SEGMENT && (!info->ipcns || info->mode & ~0777u))
		fuzz_wrong("INFO: segment %d in namespace %llu, mode %o", info->shmid,
			   (unsigned long long)info->ipcns, info->mode);
	if (!(info->flags & SHMVIZ_INFO_HUGETLB) != !info->page_order)
		fuzz_wrong("INFO: flags %#x, page order %u", info->flags,
			   info->page_order);
	if (info->flags & SHMVIZ_INFO_VIEW && !fuzz->allow_view)
		fuzz_wrong("INFO: a view without allow_view");
}

static bool info(void)
{
	struct shmviz_info info;
	bool plain;

	memset(&info, CANARY, sizeof(info));
	if (call(FUZZ_INFO, fuzz_some_object(), SHMVIZ_INFO, &info, sizeof(info),
		 &plain))
		return false;
	if (plain)
		check_info(&info);
	return true;
}

static void check_frame(const struct shmviz_frame *frame, uint64_t index)
{
	static const uint8_t zero[6];
	bool present = frame->state == SHMVIZ_STATE_PRESENT;
	bool swapped = frame->state == SHMVIZ_STATE_SWAPPED;
	struct shmviz_frame rest = *frame;

	if (present)
		rest.pfn = rest.memcg = rest.flags = rest.mapcount = rest.refcount =
			rest.node = rest.order = rest.zone = 0;
	if (swapped)
		rest.swap_offset = rest.swap_type = 0;
	rest.state = 0;
	if (memcmp(&rest, &(struct shmviz_frame){ 0 }, sizeof(rest)) ||
	    memcmp(frame->pad, zero, sizeof(zero)))
		fuzz_wrong("FRAMES: page %llu, state %u, has fields of another state",
			   (unsigned long long)index, frame->state);
	if (frame->state > SHMVIZ_STATE_SWAPPED || (present && !frame->pfn) ||
	    (swapped && frame->swap_type != SHMVIZ_SWAP_POISONED &&
	     (frame->swap_type > 31 || !frame->swap_offset)))
		fuzz_wrong("FRAMES: page %llu: state %u, frame %#llx, slot %u:%#llx",
			   (unsigned long long)index, frame->state,
			   (unsigned long long)frame->pfn, frame->swap_type,
			   (unsigned long long)frame->swap_offset);
	if (present && (frame->order > 18 || frame->zone > SHMVIZ_ZONE_DEVICE ||
			frame->node > 1 || frame->mapcount < 0 ||
			!!frame->order != !!(frame->flags & (SHMVIZ_FRAME_HEAD |
							     SHMVIZ_FRAME_TAIL))))
		fuzz_wrong("FRAMES: page %llu: order %u, zone %u, node %u, mapcount %d, flags %#x",
			   (unsigned long long)index, frame->order, frame->zone,
			   frame->node, frame->mapcount, frame->flags);
}

static bool frames(void)
{
	struct shmviz_frames arg = { 0 }, before;
	bool plain, plain_buf;
	char *buf = buffer(sizeof(struct shmviz_frame), &plain_buf);

	arg.count = fuzz_rnd(ROOM + 1);
	arg.first = fuzz_one_in(2) ? 0 : fuzz_rnd(FUZZ_PAGES_MAX + 2);
	arg.buf = (uintptr_t)buf;
	if (fuzz_one_in(16))
		arg.first = fuzz_odd64();
	if (fuzz_one_in(16) && !plain_buf)
		arg.count = fuzz_odd64();
	if (fuzz_one_in(24))
		arg.flags = 1u << fuzz_rnd(32);
	if (fuzz_one_in(24))
		arg.pad = 1u << fuzz_rnd(32);
	before = arg;
	if (call(FUZZ_FRAMES, fuzz_some_object(), SHMVIZ_FRAMES, &arg, sizeof(arg),
		 &plain))
		return false;
	if (!plain)
		return true;
	if (arg.flags || arg.pad || arg.count > before.count)
		fuzz_wrong("FRAMES took flags %#x, pad %#x; %llu of %llu records",
			   arg.flags, arg.pad, (unsigned long long)arg.count,
			   (unsigned long long)before.count);
	else if (plain_buf) {
		for (uint64_t i = 0; i < arg.count; i++)
			check_frame(&((struct shmviz_frame *)buf)[i], arg.first + i);
		check_rest(FUZZ_FRAMES, buf, arg.count, sizeof(struct shmviz_frame));
	}
	return true;
}

static void check_sharer(const struct shmviz_sharer *sharer)
{
	bool nobody = sharer->flags & (SHMVIZ_SHARER_NO_OWNER |
				       SHMVIZ_SHARER_OTHER_NS);

	if (sharer->start >= sharer->end || sharer->start % fuzz_page ||
	    sharer->end % fuzz_page || sharer->flags & ~0xffu ||
	    sharer->pid < 0 || nobody != !sharer->pid)
		fuzz_wrong("SHARERS: %#llx-%#llx, page %llu, pid %d, flags %#x",
			   (unsigned long long)sharer->start,
			   (unsigned long long)sharer->end,
			   (unsigned long long)sharer->first, sharer->pid,
			   sharer->flags);
}

static bool sharers(void)
{
	struct shmviz_sharers arg = { 0 };
	bool plain, plain_buf;
	char *buf = buffer(sizeof(struct shmviz_sharer), &plain_buf);
	uint64_t room = fuzz_rnd(fuzz_one_in(3) ? 3 : ROOM + 1);

	if (fuzz_one_in(16) && !plain_buf)
		room = fuzz_odd64();
	arg.count = room;
	arg.buf = (uintptr_t)buf;
	if (fuzz_one_in(24))
		arg.flags = 1u << fuzz_rnd(32);
	if (fuzz_one_in(24))
		arg.pad = 1u << fuzz_rnd(32);
	if (call(FUZZ_SHARERS, fuzz_some_object(), SHMVIZ_SHARERS, &arg, sizeof(arg),
		 &plain))
		return false;
	if (!plain)
		return true;
	if (arg.flags || arg.pad || arg.count != (room < arg.total ? room : arg.total))
		fuzz_wrong("SHARERS took flags %#x, pad %#x; %llu of %llu, room for %llu",
			   arg.flags, arg.pad, (unsigned long long)arg.count,
			   (unsigned long long)arg.total, (unsigned long long)room);
	else if (plain_buf) {
		for (uint64_t i = 0; i < arg.count; i++)
			check_sharer(&((struct shmviz_sharer *)buf)[i]);
		check_rest(FUZZ_SHARERS, buf, arg.count, sizeof(struct shmviz_sharer));
	}
	return true;
}

static void check_listed(const struct shmviz_listed *rec)
{
	if (!memchr(rec->name, '\0', sizeof(rec->name)) || rec->pad ||
	    rec->mode & ~07777u || !strcmp(rec->name, "shmviz-board"))
		fuzz_wrong("LIST: inode %llu, mode %o, pad %#x, name %.20s",
			   (unsigned long long)rec->ino, rec->mode, rec->pad,
			   rec->name);
}

/* Lists a file system, and opens one of what it has by inode. */
static bool list(void)
{
	struct fuzz_thing *thing = fuzz_some_thing();
	struct shmviz_list arg = { .fd = thing ? thing->fd : 0 };
	struct shmviz_open open = { .kind = SHMVIZ_KIND_INODE, .ns_fd = -1 };
	bool plain, plain_buf;
	char *buf = buffer(sizeof(struct shmviz_listed), &plain_buf);
	uint64_t room = fuzz_rnd(fuzz_one_in(2) ? 8 : ROOM + 1);
	struct shmviz_listed *recs = (void *)buf;
	int fd;

	arg.count = room;
	arg.buf = (uintptr_t)buf;
	if (fuzz_one_in(24))
		arg.flags = 1u << fuzz_rnd(32);
	if (fuzz_one_in(24))
		arg.fd = fuzz_odd64();
	if (call(FUZZ_LIST, fuzz_dev, SHMVIZ_LIST, &arg, sizeof(arg), &plain))
		return false;
	if (!plain || !plain_buf)
		return true;
	if (arg.flags || arg.count != (room < arg.total ? room : arg.total)) {
		fuzz_wrong("LIST took flags %#x; %llu of %llu, room for %llu",
			   arg.flags, (unsigned long long)arg.count,
			   (unsigned long long)arg.total, (unsigned long long)room);
		return true;
	}
	for (uint64_t i = 0; i < arg.count; i++)
		check_listed(&recs[i]);
	check_rest(FUZZ_LIST, buf, arg.count, sizeof(*recs));
	if (!arg.count)
		return true;
	recs += fuzz_rnd(arg.count);
	open.id = arg.fd;
	open.ino = recs->ino;
	open.generation = recs->generation;
	fd = open_object(&open, FUZZ_NOTHING, false);
	return fd < 0 || fuzz_keep_object(fd);
}

/* Numbers, directions and sizes that no call has, on either descriptor. */
static bool other_ioctl(void)
{
	unsigned int nr = fuzz_one_in(2) ? fuzz_rnd(4) : 0x40 + fuzz_rnd(4);
	unsigned int cmd = _IOC(fuzz_rnd(4), SHMVIZ_IOC_MAGIC, nr, fuzz_rnd(400));
	int fd = fuzz_one_in(2) ? fuzz_dev : fuzz_some_object();
	long ret;

	switch (cmd) {
	case SHMVIZ_OPEN:
	case SHMVIZ_LIST:
	case SHMVIZ_INFO:
	case SHMVIZ_FRAMES:
	case SHMVIZ_SHARERS:
		return false;
	}
	ret = ioctl(fd, cmd, fuzz_some_address());
	fuzz_count(FUZZ_OTHER, ret);
	if (!ret)
		fuzz_wrong("ioctl %#x succeeded", cmd);
	return ret < 0;
}

/* All else that can be done to a descriptor. */
static bool other_calls(void)
{
	int fd = fuzz_one_in(2) ? fuzz_dev : fuzz_some_object();
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN | POLLOUT };
	struct stat st;
	char byte = 0;

	switch (fuzz_rnd(9)) {
	case 0:
		return read(fd, &byte, 1) < 0;
	case 1:
		return write(fd, &byte, 1) < 0;
	case 2:
		return !lseek(fd, fuzz_odd64(), fuzz_rnd(5));
	case 3:
		return poll(&poll_fd, 1, 0) >= 0;
	case 4:
		return !fstat(fd, &st);
	case 5:
		return ftruncate(fd, fuzz_page) < 0;
	case 6:
		return fallocate(fd, 0, 0, fuzz_page) < 0;
	case 7:
		return fsync(fd) < 0;
	default:
		fd = dup(fd);
		return fd >= 0 && !close(fd);
	}
}

static bool close_object(void)
{
	int *place = &fuzz_pick(fuzz_objects);
	int fd = *place;

	*place = -1;
	return fd >= 0 && !close(fd);
}

const struct fuzz_op fuzz_call_ops[] = {
	{ "device opened", open_device, 14, false },
	{ "device closed", close_device, 2, false },
	{ "OPEN of a segment", open_segment, 26, false },
	{ "OPEN of a descriptor", open_file, 26, false },
	{ "OPEN of the board", open_board, 6, false },
	{ "OPEN of a mapping by map_files", open_mapping, 8, false },
	{ "OPEN with wrong arguments", open_wrong, 10, false },
	{ "INFO", info, 30, false },
	{ "FRAMES", frames, 40, false },
	{ "SHARERS", sharers, 30, false },
	{ "LIST, OPEN of an inode", list, 12, false },
	{ "unknown ioctls", other_ioctl, 6, false },
	{ "other calls on the descriptors", other_calls, 8, false },
	{ "object descriptors closed", close_object, 6, false },
	{ 0 },
};
