// SPDX-License-Identifier: GPL-2.0
/*
 * Who maps an object: walks the mappings that the object's own inode knows, so
 * that the cost follows them and not the processes of the system.
 */
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/mmap_lock.h>
#include <linux/moduleparam.h>
#include <linux/pid_namespace.h>
#include <linux/rbtree.h>
#include <linux/rcupdate.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "internal.h"

static const struct {
	unsigned long vm;
	u32 flag;
} vm_flags_map[] = {
	{ VM_READ,	SHMVIZ_SHARER_READ },
	{ VM_WRITE,	SHMVIZ_SHARER_WRITE },
	{ VM_EXEC,	SHMVIZ_SHARER_EXEC },
	/* Not VM_SHARED, which a read-only descriptor never gets. */
	{ VM_MAYSHARE,	SHMVIZ_SHARER_SHARED },
	{ VM_LOCKED,	SHMVIZ_SHARER_LOCKED },
};

/* Mappings between two looks at whether another waits for the lock. */
#define SHARERS_BATCH	64

/*
 * Only in builds for tests: widens the window in which the fork of an owner can
 * fail, between the look at it and the use of what it has.
 */
#if defined(SHMVIZ_DEBUG) || defined(CONFIG_KASAN)
static unsigned int debug_owner_delay;
module_param(debug_owner_delay, uint, 0644);
MODULE_PARM_DESC(debug_owner_delay,
		 "Microseconds to wait with a new owner at hand, up to 5000 (0)");

static void sharer_debug_delay(struct task_struct *owner)
{
	if (READ_ONCE(owner->__state) == TASK_NEW)
		udelay(min(READ_ONCE(debug_owner_delay), 5000u));
}
#else
static inline void sharer_debug_delay(struct task_struct *owner)
{
}
#endif

/*
 * The pid of the process of an address space, or NULL. It has no process while
 * it is torn down, and one that is not to be touched yet while it is set up:
 * RCU keeps the task, but if the fork fails, copy_process() frees the task's
 * signal_struct at once. Such a task never leaves TASK_NEW other than for
 * TASK_DEAD. One that was seen in any other state was woken, so it has been
 * attached, and what it has is freed after a grace period. Called under RCU.
 */
static struct pid *sharer_pid(struct mm_struct *mm)
{
	struct task_struct *owner = NULL;

#ifdef CONFIG_MEMCG
	owner = rcu_dereference(mm->owner);
#endif
	if (!owner)
		return NULL;
	sharer_debug_delay(owner);
	/* Pairs with the locks between copy_process() and wake_up_new_task(). */
	switch (smp_load_acquire(&owner->__state)) {
	case TASK_NEW:
	case TASK_DEAD:
		return NULL;
	}
	return task_tgid(owner);
}

static void sharer_set_pid(struct shmviz_sharer *sharer, struct mm_struct *mm)
{
	struct pid *pid = sharer_pid(mm);

	if (!pid) {
		sharer->flags |= SHMVIZ_SHARER_NO_OWNER;
		return;
	}
	sharer->pid = pid_nr_ns(pid, task_active_pid_ns(current));
	if (!sharer->pid)
		sharer->flags |= SHMVIZ_SHARER_OTHER_NS;
}

static void sharer_fill(struct shmviz_sharer *sharer,
			struct vm_area_struct *vma)
{
	unsigned long vm_flags = READ_ONCE(vma->vm_flags);
	int i;

	memset(sharer, 0, sizeof(*sharer));
	sharer->start = vma->vm_start;
	sharer->end = vma->vm_end;
	sharer->first = vma->vm_pgoff;
	for (i = 0; i < ARRAY_SIZE(vm_flags_map); i++)
		if (vm_flags & vm_flags_map[i].vm)
			sharer->flags |= vm_flags_map[i].flag;
	if (shmviz_view_is(vma))
		sharer->flags |= SHMVIZ_SHARER_VIEW;
	rcu_read_lock();
	sharer_set_pid(sharer, vma->vm_mm);
	rcu_read_unlock();
}

/*
 * Lets those go first who wait for the lock. While its address space is locked
 * for reading, @vma can neither go nor move, so the walk goes on behind it.
 * False if its address space could not be locked: the next one will do.
 */
static bool sharers_give_way(struct address_space *mapping,
			     struct vm_area_struct *vma)
{
	struct mm_struct *mm = vma->vm_mm;

	if (!mmget_not_zero(mm))
		return false;
	/* Not to be waited for: the order is the other way round. */
	if (!mmap_read_trylock(mm)) {
		mmput_async(mm);
		return false;
	}
	i_mmap_unlock_read(mapping);
	cond_resched();
	i_mmap_lock_read(mapping);
	mmap_read_unlock(mm);
	/* Asynchronous: the last user unmaps all, which takes our lock. */
	mmput_async(mm);
	return true;
}

/*
 * Fills up to @room records and returns how many mappings there were. The lock
 * keeps them from coming, going and moving, and their mm from being freed.
 */
static s64 sharers_walk(struct address_space *mapping,
			struct shmviz_sharer *sharers, u64 room)
{
	struct vm_area_struct *vma;
	unsigned int since = 0;
	struct rb_node *node;
	s64 total = 0;

	i_mmap_lock_read(mapping);
	for (node = rb_first_cached(&mapping->i_mmap); node;
	     node = rb_next(node)) {
		vma = rb_entry(node, struct vm_area_struct, shared.rb);
		if (total < room)
			sharer_fill(&sharers[total], vma);
		total++;
		if (fatal_signal_pending(current)) {
			total = -EINTR;
			break;
		}
		if (++since >= SHARERS_BATCH &&
		    (need_resched() ||
		     rwsem_is_contended(&mapping->i_mmap_rwsem)) &&
		    sharers_give_way(mapping, vma))
			since = 0;
	}
	i_mmap_unlock_read(mapping);
	return total;
}

/*
 * All mappings into *@sharers, as far as the caller has room for them. Memory is
 * taken for those that there are, not for what a caller claims to have room
 * for; others may come before the next walk, so for some more.
 */
static s64 sharers_collect(struct address_space *mapping, u64 count,
			   struct shmviz_sharer **sharers, u64 *room)
{
	s64 total;

	*sharers = NULL;
	total = sharers_walk(mapping, NULL, 0);
	do {
		if (total < 0 || !count)
			return total;
		kvfree(*sharers);
		*room = min_t(u64, count, total + total / 8 + 16);
		*sharers = kvmalloc_array(*room, sizeof(**sharers),
					  GFP_KERNEL_ACCOUNT);
		if (!*sharers)
			return -ENOMEM;
		total = sharers_walk(mapping, *sharers, *room);
	} while (total > *room && *room < count);
	return total;
}

int shmviz_sharers_ioctl(struct shmviz_object *obj,
			 struct shmviz_sharers __user *uarg)
{
	struct shmviz_sharer *sharers;
	struct shmviz_sharers arg;
	u64 room = 0;
	s64 total;
	int err = 0;

	if (copy_from_user(&arg, uarg, sizeof(arg)))
		return -EFAULT;
	if (arg.flags || arg.pad)
		return -EINVAL;

	total = sharers_collect(obj->file->f_mapping, arg.count, &sharers,
				&room);
	if (total < 0) {
		err = total;
		goto out;
	}
	arg.count = min_t(u64, room, total);
	arg.total = total;
	if (copy_to_user(u64_to_user_ptr(arg.buf), sharers,
			 arg.count * sizeof(*sharers)) ||
	    copy_to_user(uarg, &arg, sizeof(arg)))
		err = -EFAULT;
out:
	kvfree(sharers);
	return err;
}
