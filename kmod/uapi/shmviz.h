/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * /dev/shmviz: the frames of Linux shared memory, and a board of its own.
 *
 * This header is the contract between the module and its clients. Every
 * structure has the same layout for 32-bit and 64-bit callers.
 *
 * Two kinds of file descriptor take calls:
 *
 *   device   open("/dev/shmviz", O_RDWR | O_CLOEXEC)
 *              ioctl SHMVIZ_OPEN       -> an object descriptor
 *              ioctl SHMVIZ_LIST       -> the objects of a file system
 *              mmap                    -> the board, see below
 *   object   what SHMVIZ_OPEN returned; read-only, close-on-exec
 *              ioctl SHMVIZ_INFO       -> what the object is
 *              ioctl SHMVIZ_FRAMES     -> one record for each of its pages
 *              ioctl SHMVIZ_SHARERS    -> one record for each mapping of it
 *              mmap                    -> the view, see below
 *
 * An object descriptor keeps the memory of its object alive, also after
 * IPC_RMID and the last detach: close it as soon as it was read. It is not an
 * attachment: nattch, lpid, atime and dtime stay as they were, no page is
 * allocated, swapped in, or marked as referenced by looking.
 *
 * Who may: physical frame numbers are a secret of the machine. As with
 * /proc/PID/pagemap, the right is CAP_SYS_ADMIN in the initial user namespace.
 * SHMVIZ_OPEN and SHMVIZ_LIST require it of the process that opened the device
 * and of the calling process: both choose an object. The calls on an object
 * require it of the process that called SHMVIZ_OPEN, so an object descriptor can
 * be handed over. A device descriptor that is handed to a process without the
 * right gives it the board only. Contents are a stronger right, see the view.
 *
 * Errors that every call shares:
 *   ENOTTY   unknown call, or one whose structure has another size
 *   EFAULT   a pointer that can't be read or written
 *   EINVAL   an unknown flag, or padding that is not zero
 *   EPERM    the opener, or the caller of SHMVIZ_OPEN or SHMVIZ_LIST, lacks
 *            CAP_SYS_ADMIN in the initial user namespace; checked before the
 *            arguments are read
 */
#ifndef _UAPI_SHMVIZ_H
#define _UAPI_SHMVIZ_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define SHMVIZ_VERSION		"0.1.0"
#define SHMVIZ_DEVICE		"/dev/shmviz"

/* Free in Documentation/userspace-api/ioctl/ioctl-number.rst. */
#define SHMVIZ_IOC_MAGIC	0xBD

/*
 * The board: shared pages that the device itself owns. mmap() on the device
 * descriptor maps it; every process that does so shares the same frames, and
 * SHMVIZ_FRAMES on the board reports them. It is zeroed when the module is
 * loaded and goes with it. Its size is the module parameter board_pages.
 *
 * Every mapping of it, also one that fork(2) or remap_file_pages(2) makes, keeps
 * the module, cannot be enlarged or made executable, and is not dumped. Its entry
 * in /proc/PID/map_files cannot be opened, and madvise(MADV_REMOVE) is refused.
 *
 *   EINVAL   not MAP_SHARED, or a range that is not inside the board
 *   EPERM    PROT_EXEC
 *   ENFILE, ENOMEM
 */

/* What an object descriptor stands for. */
enum shmviz_kind {
	SHMVIZ_KIND_SEGMENT	= 1,	/* System V segment, by shmid */
	SHMVIZ_KIND_BOARD	= 2,	/* the device's own pages */
	SHMVIZ_KIND_FILE	= 3,	/* whatever a descriptor refers to: POSIX
					 * shared memory, a memfd, a file, what
					 * /proc/PID/map_files leads to */
	SHMVIZ_KIND_INODE	= 4,	/* what SHMVIZ_LIST told of; SHMVIZ_INFO
					 * says SHMVIZ_KIND_FILE of it */
};

/*
 * SHMVIZ_OPEN: get an object descriptor, the return value.
 *
 *   EINVAL      unknown kind or flags; ns_fd not -1 where there is no
 *               namespace to choose; id not 0 for the board; ino, generation or
 *               pad not 0 where they mean nothing; ns_fd not that of an IPC
 *               namespace; a file that is not a regular one; not a file system
 *               of shared memory
 *   EBADF       id or ns_fd is no open descriptor
 *   ENOENT      no segment has this shmid in the namespace, or it was destroyed
 *               a moment ago; no inode has these numbers
 *   EINTR       killed while it looked for the inode
 *   EOPNOTSUPP  this kernel keeps its segments in a shape that the module
 *               does not know, or the file's pages are not in its own page
 *               cache (DAX, overlayfs); nothing was touched
 *   EMFILE, ENFILE, ENOMEM
 */
struct shmviz_open {
	__u32 kind;		/* in: enum shmviz_kind */
	__s32 id;		/* in: shmid; or descriptor of a file, or of any
				 * file on the file system of an inode; or 0 */
	__s32 ns_fd;		/* in: of /proc/PID/ns/ipc; -1: the caller's */
	__u32 flags;		/* in: 0 */
	__u64 ino;		/* in: of an inode, as SHMVIZ_LIST has it, or 0 */
	__u32 generation;	/* in: the same */
	__u32 pad;		/* in: 0 */
};

/*
 * SHMVIZ_LIST, on the device: every regular file of a file system that keeps
 * shared memory (tmpfs, hugetlbfs), in no order, also those that no process
 * leads to: a memfd whose only descriptor lies in the queue of a socket, or
 * memory that the kernel itself holds. One descriptor on that file system names
 * it. The kernel keeps memfds, segments and shared anonymous memory on a mount of
 * its own: any memfd stands for it. (Those on huge pages are on one more for each
 * size.) The board is left out.
 *
 * The list may change meanwhile: what was there at the beginning and at the end
 * of the call is in it, what came later is not. With more than fit, `count` are
 * written and `total` says how many there were.
 *
 * An inode number alone does not identify an object: that of a segment is its
 * shmid, which other namespaces have, too. The pair of `ino` and `generation`
 * does, for as long as the object lives. tmpfs sets a random generation.
 * hugetlbfs sets none, so SHMVIZ_LIST gives each of its inodes a random one when
 * it first reports it; no other interface shows that number. SHMVIZ_OPEN with a
 * pair that no SHMVIZ_LIST has reported fails with ENOENT on hugetlbfs.
 *
 * To open an object that was listed costs the same however many there are on
 * tmpfs; on hugetlbfs, SHMVIZ_OPEN compares the numbers of all inodes.
 *
 *   EINVAL   flags not zero, or another kind of file system
 *   EBADF    fd is no open descriptor; one of O_PATH will do
 *   EINTR    killed meanwhile
 *   ENOMEM
 */
struct shmviz_list {
	__u64 count;		/* in: records that fit buf; out: written */
	__u64 total;		/* out: objects there were */
	__u64 buf;		/* in: pointer to struct shmviz_listed[count] */
	__s32 fd;		/* in: of anything on the file system */
	__u32 flags;		/* in: 0 */
};

/* One of them. */
struct shmviz_listed {
	__u64 ino;
	__u64 size;		/* bytes */
	__u32 generation;
	__u32 links;		/* names that it has in the file system; or 0 */
	__u32 mode;		/* permission bits */
	__u32 uid;		/* in the caller's user namespace */
	__u32 gid;
	__u32 pad;		/* 0 */
	char name[256];		/* bytes, ended by NUL: one of its names, the last
				 * part; the kernel's own: "memfd:NAME",
				 * "SYSVkkkkkkkk" (key), "dev/zero" */
};

/*
 * SHMVIZ_INFO: what the object is.
 *
 * present + swapped + holes = pages. The three are counted one page at a time
 * while the object may change: they add up, but are no snapshot.
 *
 * The fields of a segment are the kernel's own at the time of the call. They
 * can be read only with the namespace of the segment at hand, the caller's or
 * the one that SHMVIZ_OPEN was given: elsewhere, and after its destruction,
 * they are those of SHMVIZ_OPEN and `flags` says so.
 */
#define SHMVIZ_INFO_GONE	(1u << 0) /* the id no longer names it */
#define SHMVIZ_INFO_STALE	(1u << 1) /* caller in another IPC namespace */
#define SHMVIZ_INFO_DEST	(1u << 2) /* IPC_RMID: goes with last detach */
#define SHMVIZ_INFO_LOCKED	(1u << 3) /* SHM_LOCK */
#define SHMVIZ_INFO_HUGETLB	(1u << 4) /* made of hugetlb pages */
#define SHMVIZ_INFO_SHMEM	(1u << 5) /* swappable: tmpfs, memfd, segments */
#define SHMVIZ_INFO_VIEW	(1u << 6) /* this descriptor may map the view */

struct shmviz_info {
	__u32 kind;		/* enum shmviz_kind */
	__u32 flags;		/* SHMVIZ_INFO_* */
	__u32 page_size;	/* bytes of a page, the unit of all counts */
	__u32 page_order;	/* hugetlb: log2 of pages in a huge page; 0 */
	__u64 size;		/* bytes, as asked for at creation */
	__u64 pages;		/* pages of the object, size rounded up */
	__u64 present;		/* pages that have a frame */
	__u64 swapped;		/* pages that lie in swap */
	__u64 holes;		/* pages never touched, or punched out */
	__u64 ino;		/* inode number of the object's file */

	/* Segments only, zero otherwise. */
	__u64 nattch;		/* attachments (VMAs, not processes) */
	__u64 ipcns;		/* inode number of the IPC namespace */
	__s32 shmid;
	__u32 key;		/* 0: IPC_PRIVATE, or marked by IPC_RMID */
	__u32 mode;		/* the nine permission bits */
	__u32 dev;		/* device of the file, encoded as in st_dev;
				 * all objects */
};

/* State of a page. */
enum shmviz_state {
	SHMVIZ_STATE_HOLE	= 0,	/* no frame, no swap slot */
	SHMVIZ_STATE_PRESENT	= 1,	/* has a frame */
	SHMVIZ_STATE_SWAPPED	= 2,	/* has a swap slot */
};

/* Memory zone of a frame. */
enum shmviz_zone {
	SHMVIZ_ZONE_OTHER	= 0,
	SHMVIZ_ZONE_DMA		= 1,
	SHMVIZ_ZONE_DMA32	= 2,
	SHMVIZ_ZONE_NORMAL	= 3,
	SHMVIZ_ZONE_HIGHMEM	= 4,
	SHMVIZ_ZONE_MOVABLE	= 5,
	SHMVIZ_ZONE_DEVICE	= 6,
};

/* Flags of a frame, as the memory manager has them on its folio. */
#define SHMVIZ_FRAME_LOCKED		(1u << 0)
#define SHMVIZ_FRAME_UPTODATE		(1u << 1)
#define SHMVIZ_FRAME_DIRTY		(1u << 2)
#define SHMVIZ_FRAME_LRU		(1u << 3)
#define SHMVIZ_FRAME_ACTIVE		(1u << 4)
#define SHMVIZ_FRAME_REFERENCED		(1u << 5)
#define SHMVIZ_FRAME_UNEVICTABLE	(1u << 6)
#define SHMVIZ_FRAME_MLOCKED		(1u << 7)
#define SHMVIZ_FRAME_WRITEBACK		(1u << 8)
#define SHMVIZ_FRAME_SWAPBACKED		(1u << 9)
#define SHMVIZ_FRAME_WORKINGSET		(1u << 10)
#define SHMVIZ_FRAME_HUGETLB		(1u << 11)
#define SHMVIZ_FRAME_HEAD		(1u << 12) /* first of a large folio */
#define SHMVIZ_FRAME_TAIL		(1u << 13) /* any other of it */

/* No swap area: the contents were lost to a memory error. */
#define SHMVIZ_SWAP_POISONED	255

/* One page. Fields of another state than the page's are zero. */
struct shmviz_frame {
	__u64 pfn;		/* present: physical address / page_size */
	__u64 swap_offset;	/* swapped: slot in the swap area */
	__u64 memcg;		/* present: inode of the cgroup charged; 0 */
	__u32 flags;		/* present: SHMVIZ_FRAME_* */
	__s32 mapcount;		/* present: page-table entries that map it */
	__s32 refcount;		/* present: of its folio, less our own */
	__u16 node;		/* present: NUMA node */
	__u8 state;		/* enum shmviz_state */
	__u8 order;		/* present: log2 of the folio's pages */
	__u8 zone;		/* present: enum shmviz_zone */
	__u8 swap_type;		/* swapped: index of the swap area; or
				 * SHMVIZ_SWAP_POISONED */
	__u8 pad[6];		/* 0 */
};

/*
 * SHMVIZ_FRAMES: one record a page, for pages first .. first + count - 1.
 *
 * A range that reaches past the end is cut there; at the end, count comes back
 * as 0. A signal may end the call early: go on at first + count. Pages are
 * read one after the other while the object may change: each record was true
 * when it was taken, all of them together are no snapshot.
 *
 *   EINVAL   flags or pad not zero, first beyond the end, or first + count
 *            overflows
 *   EFAULT   buf; records before the fault may have been written
 *   EINTR    a signal came before the first record
 *   ENOMEM
 */
struct shmviz_frames {
	__u64 first;		/* in: page index */
	__u64 count;		/* in: records that fit buf; out: written */
	__u64 buf;		/* in: pointer to struct shmviz_frame[count] */
	__u32 flags;		/* in: 0 */
	__u32 pad;		/* in: 0 */
};

/* How a mapping maps. */
#define SHMVIZ_SHARER_READ	(1u << 0)
#define SHMVIZ_SHARER_WRITE	(1u << 1)
#define SHMVIZ_SHARER_EXEC	(1u << 2)
#define SHMVIZ_SHARER_SHARED	(1u << 3) /* else private: copied on write */
#define SHMVIZ_SHARER_LOCKED	(1u << 4) /* mlock */
#define SHMVIZ_SHARER_NO_OWNER	(1u << 5) /* its process starts or ends */
#define SHMVIZ_SHARER_OTHER_NS	(1u << 6) /* no pid in the caller's namespace */
#define SHMVIZ_SHARER_VIEW	(1u << 7) /* a view through this device */

/* One mapping (VMA) of the object. */
struct shmviz_sharer {
	__u64 start;		/* first address */
	__u64 end;		/* first address beyond */
	__u64 first;		/* page of the object that lies at start */
	__s32 pid;		/* process, in the caller's pid namespace; or 0 */
	__u32 flags;		/* SHMVIZ_SHARER_* */
};

/*
 * SHMVIZ_SHARERS: all mappings of the object, in no order. With more of them than
 * fit, `count` are written and `total` says how many there were.
 *
 * The call gives way when another process waits to map or unmap the object. A
 * mapping that exists, unchanged, from the beginning to the end of the call has
 * exactly one record. One that comes, goes, is moved, split or merged meanwhile
 * has one, none, or one for the old and one for the new state. Each record was
 * true when it was taken, all of them together are no snapshot.
 *
 *   EINVAL   flags or pad not zero
 *   EINTR    killed meanwhile
 *   ENOMEM
 */
struct shmviz_sharers {
	__u64 count;		/* in: records that fit buf; out: written */
	__u64 total;		/* out: mappings there were */
	__u64 buf;		/* in: pointer to struct shmviz_sharer[count] */
	__u32 flags;		/* in: 0 */
	__u32 pad;		/* in: 0 */
};

/*
 * The view: mmap() on an object descriptor, MAP_SHARED and PROT_READ only, shows
 * the contents of the object's own frames. It is no attachment: nattch stays.
 * Touching it never allocates a page and never brings one back from swap: a hole,
 * a swapped page, or one that was allocated but never filled is SIGBUS (EFAULT
 * for a system call), and SHMVIZ_FRAMES tells which those are. While it is mapped
 * it counts in mapcount, shows in SHMVIZ_SHARERS, and keeps the memory of a
 * destroyed segment alive; the owner can be reclaimed as before, but its
 * madvise(MADV_PAGEOUT) skips pages that the view has mapped.
 *
 * Off unless the module was loaded with allow_view=1. Needs besides the frames:
 * for a segment, its read permission for whoever called SHMVIZ_OPEN, by uid, gid
 * and mode, or CAP_IPC_OWNER; for a file, a descriptor open for reading. The
 * policy of a security module (SELinux, AppArmor) cannot be asked.
 *
 *   EPERM       allow_view is off, or PROT_EXEC
 *   EACCES      the contents may not be read, or PROT_WRITE
 *   EINVAL      MAP_PRIVATE, or beyond the end
 *   EOPNOTSUPP  hugetlb, or a file that is not in shared memory
 */

#define SHMVIZ_OPEN	_IOW(SHMVIZ_IOC_MAGIC, 0x00, struct shmviz_open)
#define SHMVIZ_LIST	_IOWR(SHMVIZ_IOC_MAGIC, 0x01, struct shmviz_list)
#define SHMVIZ_INFO	_IOR(SHMVIZ_IOC_MAGIC, 0x40, struct shmviz_info)
#define SHMVIZ_FRAMES	_IOWR(SHMVIZ_IOC_MAGIC, 0x41, struct shmviz_frames)
#define SHMVIZ_SHARERS	_IOWR(SHMVIZ_IOC_MAGIC, 0x42, struct shmviz_sharers)

#ifdef __cplusplus
#define SHMVIZ_SIZE(type, size) static_assert(sizeof(type) == (size), #type)
#else
#define SHMVIZ_SIZE(type, size) _Static_assert(sizeof(type) == (size), #type)
#endif
SHMVIZ_SIZE(struct shmviz_open, 32);
SHMVIZ_SIZE(struct shmviz_list, 32);
SHMVIZ_SIZE(struct shmviz_listed, 296);
SHMVIZ_SIZE(struct shmviz_info, 96);
SHMVIZ_SIZE(struct shmviz_frame, 48);
SHMVIZ_SIZE(struct shmviz_frames, 32);
SHMVIZ_SIZE(struct shmviz_sharer, 32);
SHMVIZ_SIZE(struct shmviz_sharers, 32);
#undef SHMVIZ_SIZE

#endif /* _UAPI_SHMVIZ_H */
