// SPDX-License-Identifier: GPL-2.0
/*
 * Objects by the list of inodes that a file system of shared memory keeps. It
 * has those, too, to which no process leads: a memfd in the queue of a socket.
 */
#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/err.h>
#include <linux/exportfs.h>
#include <linux/file.h>
#include <linux/magic.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/uidgid.h>

#include "internal.h"

/* Inodes taken, or looked at, at a time: bounds how long the list is locked. */
#define INODES_BATCH	64
#define INODES_STEPS	1024

/* A walk over the inodes of a file system; new ones come in behind it. */
struct inodes {
	struct super_block *sb;
	struct inode *last;	/* of the batch before, which keeps the place */
	struct inode *batch[INODES_BATCH];
	unsigned int n;
};

/*
 * The next batch, each with a reference; false at the end. A reference keeps an
 * inode in the list, and the last one is dropped here and not under the lock:
 * that can free all its pages.
 */
static bool inodes_next(struct inodes *walk)
{
	struct super_block *sb = walk->sb;
	struct inode *before = walk->last;
	struct list_head *at;

	walk->n = 0;
	spin_lock(&sb->s_inode_list_lock);
	at = before ? before->i_sb_list.next : sb->s_inodes.next;
	for (; at != &sb->s_inodes && walk->n < INODES_BATCH; at = at->next) {
		struct inode *inode = list_entry(at, struct inode, i_sb_list);

		/* Not one that is being freed. */
		if (igrab(inode))
			walk->batch[walk->n++] = inode;
	}
	spin_unlock(&sb->s_inode_list_lock);

	walk->last = walk->n ? walk->batch[walk->n - 1] : NULL;
	if (walk->last)
		ihold(walk->last);
	if (before)
		iput(before);
	return walk->n;
}

static void inodes_drop_batch(struct inodes *walk)
{
	while (walk->n)
		iput(walk->batch[--walk->n]);
}

static void inodes_end(struct inodes *walk)
{
	inodes_drop_batch(walk);
	if (walk->last)
		iput(walk->last);
}

static bool is_object(const struct inode *inode)
{
	return S_ISREG(inode->i_mode) && !shmviz_board_is(inode);
}

/* The file whose file system is asked for: it pins the mount. */
static struct file *list_get_fs(int fd)
{
	struct file *file = fget_raw(fd);
	unsigned long magic;

	if (!file)
		return ERR_PTR(-EBADF);
	magic = file_inode(file)->i_sb->s_magic;
	if (magic == TMPFS_MAGIC || magic == HUGETLBFS_MAGIC)
		return file;
	fput(file);
	return ERR_PTR(-EINVAL);
}

/*
 * Of two segments on huge pages in two namespaces all numbers can be the same:
 * hugetlbfs, which nobody exports, leaves the generation at 0. So that one of
 * them is never opened as the other, it is set here, once.
 */
static u32 list_generation(struct inode *inode)
{
	if (inode->i_sb->s_magic == HUGETLBFS_MAGIC && !inode->i_generation)
		cmpxchg(&inode->i_generation, 0, get_random_u32() ?: 1);
	return inode->i_generation;
}

/*
 * Lets the file system hash an inode by its numbers, as it does for file
 * handles, so that an OPEN of it need not go through all. hugetlbfs can not.
 */
static void list_hash(struct inode *inode)
{
	const struct export_operations *ops = inode->i_sb->s_export_op;
	u32 handle[MAX_HANDLE_SZ / sizeof(u32)];
	int len = ARRAY_SIZE(handle);

	if (ops && ops->encode_fh)
		ops->encode_fh(inode, handle, &len, NULL);
}

/* False of an inode that is not, or not yet, anything to open. */
static bool list_fill(struct inode *inode, struct shmviz_listed *rec)
{
	struct name_snapshot name;
	struct dentry *dentry;

	if (!is_object(inode))
		return false;
	dentry = d_find_any_alias(inode);
	if (!dentry)
		return false;

	memset(rec, 0, sizeof(*rec));
	rec->ino = inode->i_ino;
	rec->size = i_size_read(inode);
	rec->generation = list_generation(inode);
	rec->links = inode->i_nlink;
	rec->mode = inode->i_mode & S_IALLUGO;
	rec->uid = from_kuid_munged(current_user_ns(), inode->i_uid);
	rec->gid = from_kgid_munged(current_user_ns(), inode->i_gid);
	take_dentry_name_snapshot(&name, dentry);
	memcpy(rec->name, name.name.name,
	       min_t(u32, name.name.len, sizeof(rec->name) - 1));
	release_dentry_name_snapshot(&name);
	dput(dentry);
	return true;
}

/* A batch becomes records at @ubuf; how many, or an error. */
static int list_copy(struct inodes *walk, u64 room,
		     struct shmviz_listed __user *ubuf,
		     struct shmviz_list *arg)
{
	struct shmviz_listed rec;
	unsigned int i;

	for (i = 0; i < walk->n; i++) {
		if (!list_fill(walk->batch[i], &rec))
			continue;
		arg->total++;
		if (arg->count == room)
			continue;
		list_hash(walk->batch[i]);
		if (copy_to_user(ubuf + arg->count, &rec, sizeof(rec)))
			return -EFAULT;
		arg->count++;
	}
	return 0;
}

static int list_walk(struct super_block *sb, struct shmviz_list *arg)
{
	struct inodes *walk;
	u64 room = arg->count;
	int err = 0;

	walk = kzalloc(sizeof(*walk), GFP_KERNEL_ACCOUNT);
	if (!walk)
		return -ENOMEM;
	walk->sb = sb;
	arg->count = arg->total = 0;
	while (!err && inodes_next(walk)) {
		err = list_copy(walk, room, u64_to_user_ptr(arg->buf), arg);
		inodes_drop_batch(walk);
		cond_resched();
		if (!err && fatal_signal_pending(current))
			err = -EINTR;
	}
	inodes_end(walk);
	kfree(walk);
	return err;
}

int shmviz_list_ioctl(struct shmviz_list __user *uarg)
{
	struct shmviz_list arg;
	struct file *fs;
	int err;

	if (copy_from_user(&arg, uarg, sizeof(arg)))
		return -EFAULT;
	if (arg.flags)
		return -EINVAL;
	fs = list_get_fs(arg.fd);
	if (IS_ERR(fs))
		return PTR_ERR(fs);
	err = list_walk(file_inode(fs)->i_sb, &arg);
	fput(fs);
	if (err)
		return err;
	return copy_to_user(uarg, &arg, sizeof(arg)) ? -EFAULT : 0;
}

/* The numbers that tell an inode of a file system. */
struct list_key {
	u64 ino;
	u32 generation;
};

static int list_match(struct inode *inode, void *data)
{
	const struct list_key *key = data;

	return inode->i_ino == key->ino &&
	       inode->i_generation == key->generation && is_object(inode);
}

/*
 * Compares numbers under the lock of the list, INODES_STEPS at a time; only the
 * inode that keeps the place between two rounds, or is found, gets a reference.
 */
static struct inode *list_scan(struct super_block *sb, struct list_key *key,
			       struct inode *place, bool *found)
{
	struct inode *before = place;
	struct list_head *at;
	unsigned int steps = 0;

	*found = false;
	spin_lock(&sb->s_inode_list_lock);
	at = before ? before->i_sb_list.next : sb->s_inodes.next;
	for (place = NULL; at != &sb->s_inodes; at = at->next) {
		struct inode *inode = list_entry(at, struct inode, i_sb_list);
		bool match = list_match(inode, key);

		if (!match && ++steps < INODES_STEPS)
			continue;
		/* Not one that is being freed: then the next one will do. */
		place = igrab(inode);
		*found = match && place;
		if (place)
			break;
	}
	spin_unlock(&sb->s_inode_list_lock);
	if (before)
		iput(before);
	return place;
}

static struct inode *list_walk_to(struct super_block *sb, struct list_key *key)
{
	struct inode *place = NULL;
	bool found;

	for (;;) {
		place = list_scan(sb, key, place, &found);
		if (!place)
			return ERR_PTR(-ENOENT);
		if (found)
			return place;
		cond_resched();
		if (fatal_signal_pending(current)) {
			iput(place);
			return ERR_PTR(-EINTR);
		}
	}
}

/*
 * The inode with these numbers, with a reference; or an error pointer. That
 * tmpfs hashes by the sum of both is its own affair: if it should change, the
 * walk finds what the hash does not.
 */
static struct inode *list_find(struct super_block *sb, u64 ino, u32 generation)
{
	struct list_key key = { .ino = ino, .generation = generation };
	struct inode *inode = NULL;

	/* Not told of by any LIST, and so not one but many. */
	if (!generation && sb->s_magic == HUGETLBFS_MAGIC)
		return ERR_PTR(-ENOENT);
	if (sb->s_export_op)
		inode = ilookup5(sb, ino + generation, list_match, &key);
	return inode ?: list_walk_to(sb, &key);
}

/*
 * O_PATH: nothing is asked of the file, no lease is broken and no count of
 * readers grows. All that is read of the file is its page cache.
 */
static struct file *list_open(struct vfsmount *mnt, struct inode *inode)
{
	struct path path = { .mnt = mnt };
	struct file *file;

	path.dentry = d_find_any_alias(inode);
	if (!path.dentry)
		return ERR_PTR(-ENOENT);
	file = dentry_open(&path, O_PATH, current_cred());
	dput(path.dentry);
	return file;
}

struct file *shmviz_list_get(int fd, u64 ino, u32 generation, bool *readable)
{
	struct file *fs = list_get_fs(fd), *file;
	struct inode *inode;

	if (IS_ERR(fs))
		return fs;
	inode = list_find(file_inode(fs)->i_sb, ino, generation);
	if (IS_ERR(inode)) {
		file = ERR_CAST(inode);
		goto out;
	}
	file = list_open(fs->f_path.mnt, inode);
	/* Whoever has it is not known: as one who may look into any process. */
	if (!IS_ERR(file))
		*readable = ns_capable_noaudit(&init_user_ns,
					       CAP_SYS_PTRACE) &&
			    !file_permission(file, MAY_READ);
	iput(inode);
out:
	fput(fs);
	return file;
}
