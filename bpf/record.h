/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The tracer's record: what the BPF programs write to the ring buffer and the
 * reader takes from it. Both sides include it.
 *
 * Every record begins with struct rec_hdr. A reader goes by `type`, skips a
 * type that it does not know by `size`, and takes fields that lie beyond the
 * size it was given as absent.
 */
#ifndef SHMVIZ_RECORD_H
#define SHMVIZ_RECORD_H

/* The BPF side has the types from vmlinux.h, which must come first. */
#ifndef __VMLINUX_H__
#include <linux/types.h>
#endif

enum rec_type {
	REC_CALL	= 1,	/* struct rec_call */
	REC_VMA		= 2,	/* struct rec_vma */
	REC_DESTROY	= 3,	/* struct rec_destroy */
	REC_FORK	= 4,	/* struct rec_fork: no event, names a child */
	REC_OBJECT	= 5,	/* struct rec_object */
};

/* The kinds that are counted; the first four are also the calls. */
enum rec_kind {
	KIND_SHMGET,
	KIND_SHMAT,
	KIND_SHMDT,
	KIND_SHMCTL,
	KIND_INHERIT,	/* fork has copied an attachment */
	KIND_SPLIT,	/* one VMA of an attachment has become two */
	KIND_DROP,	/* a VMA of an attachment is gone */
	KIND_DESTROY,	/* the segment is */
	/* Of other objects than segments only, as are no calls. */
	KIND_CREATE,	/* there is a new one */
	KIND_OPEN,	/* one that has a name was opened by it */
	KIND_RESIZE,
	KIND_UNLINK,	/* a name of it is gone */
	KIND_MAP,	/* mmap: a VMA more */
	KIND_ADJUST,	/* a VMA has grown or shrunk */
	/* Of segments, too. */
	KIND_PROTECT,	/* mprotect: a VMA, or a part of it */
	KIND_MAX,
};

#define KIND_CALLS	KIND_INHERIT	/* kinds below it are calls */

/* Why an attachment was dropped, or a segment destroyed. */
enum rec_cause {
	CAUSE_NONE,
	CAUSE_SHMDT,
	CAUSE_MUNMAP,		/* or something else was mapped over it */
	CAUSE_EXEC,
	CAUSE_EXIT,
	CAUSE_SPLIT,		/* mremap: the place that it moved from */
	CAUSE_FORK,		/* of a child that fork then failed to make */
	CAUSE_RMID,		/* IPC_RMID with nobody attached */
	CAUSE_LAST_DETACH,	/* after IPC_RMID */
	CAUSE_RMID_FORCED,	/* kernel.shm_rmid_forced */
	CAUSE_NS_EXIT,		/* end of its IPC namespace */
	CAUSE_MERGE,		/* a VMA beside it has taken it in */
	CAUSE_MAX,
};

#define REC_COMM_LEN	16

struct rec_hdr {
	__u16 type;		/* enum rec_type */
	__u16 size;		/* bytes of the whole record */
	__u32 uid;		/* real uid, initial user namespace */
	__u32 pid;		/* thread group, tracer's pid namespace; or 0 */
	__u32 tid;		/* thread, tracer's pid namespace; or 0 */
	__u64 ts;		/* ns of CLOCK_MONOTONIC */
	__u64 cgroup;		/* id of the cgroup v2 */
	__u32 ipcns;		/* inode of the caller's IPC namespace */
	__u8 comm[REC_COMM_LEN];/* bytes, not text */
	__u32 ns_pid;		/* thread group, in its own pid namespace */
};

/* A segment as the kernel has it, read from its struct shmid_kernel. */
#define SEG_ID		(1u << 0)	/* shmid and ipcns are known */
#define SEG_KERNEL	(1u << 1)	/* and so are all other fields */
#define SEG_DEST	(1u << 2)	/* marked by IPC_RMID */
#define SEG_LOCKED	(1u << 3)	/* SHM_LOCK */
#define SEG_GONE	(1u << 4)	/* destroyed; fields from just before */

struct rec_seg {
	__u32 have;		/* SEG_* */
	__s32 shmid;
	__u32 ipcns;		/* inode of the segment's own namespace */
	__u32 key;
	__u64 size;		/* bytes, as asked for */
	__u64 nattch;
	__u32 mode;		/* nine permission bits */
	__u32 cpid;		/* creator, tracer's pid namespace; or 0 */
};

#define CALL_COMPAT	(1u << 0)	/* by a 32-bit caller */
#define CALL_DURATION	(1u << 1)	/* duration was taken */
#define CALL_CREATED	(1u << 2)	/* shmget made a new segment */
#define CALL_EXISTED	(1u << 3)	/* shmget found one; neither: unknown */
#define CALL_SECCOMP	(1u << 4)	/* seccomp refused it by SIGSYS: it was not
					 * made, and `ret` is -ENOSYS */

struct rec_call {
	struct rec_hdr hdr;
	__u32 call;		/* KIND_SHMGET .. KIND_SHMCTL */
	__u32 flags;		/* CALL_* */
	__u64 arg[3];		/* as passed; unused ones are 0 */
	__s64 ret;		/* as returned; negative errno on failure */
	__u64 duration;		/* ns from entry to exit */
	__u64 mm;		/* the caller's; tells address spaces apart */
	struct rec_seg seg;	/* after the call */
};

/* The process whose VMA it is: not always that of the header. */
struct rec_owner {
	__u32 pid;		/* thread group, tracer's pid namespace;
				 * 0: unknown, or not yet */
	__u32 ns_pid;		/* the same in its own pid namespace */
	__u32 uid;
	__u8 comm[REC_COMM_LEN];/* bytes, not text */
};

/*
 * One VMA more or less. The header is of the task in whose context it happened:
 * a parent forks, a reader of /proc/PID/maps is the last to let go of the memory
 * of a process that has ended.
 */
struct rec_vma {
	struct rec_hdr hdr;
	__u32 kind;		/* KIND_INHERIT, KIND_SPLIT, KIND_DROP,
				 * KIND_PROTECT */
	__u32 cause;		/* of KIND_DROP */
	__u64 start;
	__u64 end;
	__u64 mm;		/* tells address spaces apart */
	struct rec_owner owner;
	__u16 prot;		/* REC_PROT_*, after it */
	__u16 was_prot;		/* KIND_PROTECT: before it */
	struct rec_seg seg;	/* after it */
	__u64 offset;		/* bytes: what of the segment lies at start */
};

/* From just before it, with nattch 0; SEG_GONE is set. */
struct rec_destroy {
	struct rec_hdr hdr;
	__u32 cause;
	__u32 pad;
	struct rec_seg seg;
};

/*
 * The child has got its pid: the KIND_INHERIT records of this thread before it
 * were about this child.
 */
struct rec_fork {
	struct rec_hdr hdr;	/* of the parent */
	__u32 child;		/* tracer's pid namespace; or 0 */
	__u32 child_ns_pid;	/* the child's own */
};

/*
 * What a process has attached when the tracer starts; read from an iterator, not
 * from the ring buffer.
 */
struct rec_attached {
	__u64 mm;
	__u64 start;
	__u64 end;
	struct rec_owner owner;
	__u32 prot;		/* PROT_* */
	struct rec_seg seg;
};

/* What is shared, but for segments of System V. */
enum rec_object_kind {
	OBJ_NONE,
	OBJ_POSIX,	/* a file of the tmpfs that is mounted at /dev/shm */
	OBJ_MEMFD,
	OBJ_ANON,	/* MAP_SHARED | MAP_ANONYMOUS */
	OBJ_FILE,	/* any other file, mapped MAP_SHARED and to be written */
	OBJ_MAX,
};

#define REC_NAME_LEN	256

/*
 * An object is the inode of a file: (dev, ino), until its destroy. The header
 * is of the task in whose context it happened, as of struct rec_vma.
 */
struct rec_object {
	struct rec_hdr hdr;
	__u32 kind;		/* KIND_INHERIT .. */
	__u32 cause;		/* of KIND_DROP */
	__u32 object;		/* OBJ_* */
	__u32 dev;		/* of its file system: major << 20 | minor */
	__u64 ino;
	__u64 size;		/* bytes, after it */
	__u32 nlink;		/* names, after it */
	__u32 prot;		/* REC_PROT_*, of a VMA */
	__u64 start;		/* of a VMA; all 0: it is not about one */
	__u64 end;
	__u64 offset;		/* bytes: what of the object lies at start */
	__u64 was_start;	/* KIND_ADJUST */
	__u64 was_end;
	__u64 mm;
	struct rec_owner owner;
	__u32 was_prot;		/* KIND_PROTECT: before it */
	__u8 name[REC_NAME_LEN];/* of the file, without directories; bytes, ended
				 * by NUL; empty: there is none any more */
};

#define REC_PROT_READ	0x1
#define REC_PROT_WRITE	0x2
#define REC_PROT_EXEC	0x4
#define REC_PROT_SHARED	0x8

/* The identity of every kind: seen = delivered + lost + filtered. */
struct rec_counts {
	__u64 seen;
	__u64 lost;		/* no room in the ring buffer */
	__u64 filtered;
	__u64 self;		/* the tracer's own: not in seen */
	__u64 compat;		/* of those of self, by a 32-bit call */
	__u64 unidentified;	/* shmdt whose segment could not be looked up: of
				 * lost if segments are filtered, else delivered */
};

_Static_assert(sizeof(struct rec_hdr) == 56, "struct rec_hdr");
_Static_assert(sizeof(struct rec_seg) == 40, "struct rec_seg");
_Static_assert(sizeof(struct rec_owner) == 28, "struct rec_owner");
_Static_assert(sizeof(struct rec_call) == 152, "struct rec_call");
_Static_assert(sizeof(struct rec_vma) == 168, "struct rec_vma");
_Static_assert(sizeof(struct rec_destroy) == 104, "struct rec_destroy");
_Static_assert(sizeof(struct rec_fork) == 64, "struct rec_fork");
_Static_assert(sizeof(struct rec_object) == 432, "struct rec_object");
_Static_assert(sizeof(struct rec_attached) == 96, "struct rec_attached");

#endif /* SHMVIZ_RECORD_H */
