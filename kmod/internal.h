/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the parts of the module give each other. One way leads through it:
 * device.c (OPEN) -> object.c (the descriptor) -> segment.c, list.c or board.c
 * (find the file) -> frames.c, sharers.c, view.c (read what the file has).
 */
#ifndef SHMVIZ_INTERNAL_H
#define SHMVIZ_INTERNAL_H

#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/types.h>
#include <linux/user_namespace.h>

#include "uapi/shmviz.h"

struct ipc_namespace;

/* A segment as its namespace had it when it was looked up. */
struct shmviz_segment {
	u64 nattch;
	u64 size;
	u64 ipcns;
	int shmid;
	u32 key;
	u32 mode;		/* the nine permission bits */
	u32 flags;		/* SHMVIZ_INFO_DEST and _LOCKED */
	bool readable;		/* its contents, by the caller */
};

/* What an object descriptor holds; private_data of its file. */
struct shmviz_object {
	struct file *file;	/* pins the memory */
	struct file *ns_file;	/* of the IPC namespace that was chosen, or NULL */
	u32 kind;		/* enum shmviz_kind */
	bool hugetlb;
	bool shmem;
	bool readable;		/* whoever opened it may read the contents */
	unsigned int order;	/* of its hugetlb pages, else 0 */
	struct shmviz_segment seg; /* as of OPEN */
};

/*
 * Whether the opener of a descriptor may see physical frames. The opener, not
 * the caller: a descriptor that was opened without the right is of no use to a
 * set-user-id program that it is handed to.
 */
static inline int shmviz_may_see_frames(struct file *file)
{
	return file_ns_capable(file, &init_user_ns, CAP_SYS_ADMIN) ? 0 : -EPERM;
}

/*
 * Whether the caller may choose what to see: the opener of the device, and the
 * caller as well. A process that was handed root's device could else keep and
 * name objects that root never meant it to have.
 */
static inline int shmviz_may_open(struct file *device)
{
	if (!ns_capable_noaudit(&init_user_ns, CAP_SYS_ADMIN))
		return -EPERM;
	return shmviz_may_see_frames(device);
}

static inline u64 shmviz_object_pages(const struct shmviz_object *obj)
{
	return DIV_ROUND_UP_ULL(i_size_read(obj->file->f_mapping->host), PAGE_SIZE);
}

/*
 * segment.c: look up a segment in a namespace. Returns its file with a
 * reference taken, and fills @seg; or an error pointer.
 */
struct file *shmviz_segment_get(struct ipc_namespace *ns, int shmid,
				struct shmviz_segment *seg);

/* The IPC namespace behind a file of nsfs, which pins it; or NULL. */
struct ipc_namespace *shmviz_ipcns_of(struct file *ns_file);

/*
 * list.c: all objects of a file system of shared memory, and the file of one of
 * them with a reference taken. @readable: the caller may read its contents.
 */
int shmviz_list_ioctl(struct shmviz_list __user *uarg);
struct file *shmviz_list_get(int fd, u64 ino, u32 generation, bool *readable);

/* board.c; a file of the board is open for O_RDONLY or O_RDWR. */
int shmviz_board_init(void);
void shmviz_board_exit(void);
struct file *shmviz_board_open(int mode);
bool shmviz_board_is(const struct inode *inode);
int shmviz_board_mmap(struct file *device, struct vm_area_struct *vma);

/* object.c: a new descriptor for what SHMVIZ_OPEN asks for. */
int shmviz_object_open(const struct shmviz_open *arg);

/* frames.c */
int shmviz_frames_count(struct shmviz_object *obj, struct shmviz_info *info);
int shmviz_frames_ioctl(struct shmviz_object *obj,
			struct shmviz_frames __user *uarg);

/* sharers.c */
int shmviz_sharers_ioctl(struct shmviz_object *obj,
			 struct shmviz_sharers __user *uarg);

/* view.c */
int shmviz_view_may(const struct shmviz_object *obj);
int shmviz_view_mmap(struct file *file, struct vm_area_struct *vma);
bool shmviz_view_is(const struct vm_area_struct *vma);

#endif /* SHMVIZ_INTERNAL_H */
